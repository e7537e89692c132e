"""The training loop, written once: for one model, and for a stack of models, one a seed (`course_lib.train.stack`)."""

import operator

import torch
from torch.nn.utils import clip_grad_norm_

from course_lib.metrics import Mean
from course_lib.train.bar import progress
from course_lib.train.each import accuracy_each


def epochs(
    model, optimizer, loss_fn, train_loader, val_loader, n_epochs, *, schedule=None, penalty=None, max_norm=None
):
    """Train, and yield one record (a dict) after each epoch; the caller's `for` decides what to do with it.

    To stop early, `break`. The keys of a record: `epoch` (0, 1, …), `train_loss`, `val_loss`, `val_accuracy` (for
    whole-number targets, which are classes) and `lr`. `train_loss` is the mean of loss_fn over the examples of the
    epoch, measured while the weights change, with dropout on and without the penalty; nan, where it diverged, is
    passed on.

    What the optimizer minimizes is `loss_fn(outputs, targets) + penalty(named_parameters)`, the latter a dict from
    names to parameters. `schedule` is a function from the step (0, 1, … over all epochs) to a factor of the initial
    learning rate; that one stays in the parameter groups as `initial_lr`, as in torch. `max_norm` bounds the norm of
    the whole gradient: a longer one is scaled down to it.

    Raises ValueError, at the first epoch, for arguments and batches that can't be trained on.
    """
    n_epochs = checked_n_epochs(n_epochs)
    check_max_norm(max_norm)
    options = {"schedule": schedule, "penalty": penalty, "max_norm": max_norm}
    step = 0
    for epoch in progress(range(n_epochs), "epochs"):
        train_loss, step = train_epoch(model, optimizer, loss_fn, train_loader, step, **options)
        val = evaluate(model, loss_fn, val_loader)
        yield {"epoch": epoch, **record_of(train_loss, val, optimizer)}


def fit(model, optimizer, loss_fn, train_loader, val_loader, n_epochs, *, schedule=None, penalty=None, max_norm=None):
    """Run `epochs`, with the same arguments, to the end, and return the list of its records."""
    options = {"schedule": schedule, "penalty": penalty, "max_norm": max_norm}
    return list(epochs(model, optimizer, loss_fn, train_loader, val_loader, n_epochs, **options))


def train_epoch(model, optimizer, loss_fn, loader, step, *, schedule, penalty, max_norm, seed_dims=0):
    """Train for an epoch that starts at `step`; return the mean training loss and the step after the last.

    With `seed_dims=1` the model is a Stack: batches, outputs and losses have a first dimension more, for the seeds. No
    seed touches another: the gradient of the sum of their objectives is, in each seed's slice, its own gradient.
    """
    model.train()
    train_loss, first_step = Mean(), step
    for inputs, targets in loader:
        if schedule is not None:
            set_lr(optimizer, schedule(step))
        if step == first_step:
            check_device(model, inputs)
        optimizer.zero_grad()
        outputs = model(inputs)
        loss = loss_fn(outputs, targets)
        if step == first_step:
            check_batch(outputs, targets, loss, seed_dims)
        objective = loss if penalty is None else loss + penalty(dict(model.named_parameters()))
        objective.sum().backward()
        if max_norm is not None:
            clip_each(model.parameters(), max_norm) if seed_dims else clip_grad_norm_(model.parameters(), max_norm)
        optimizer.step()
        train_loss.update(loss.detach(), targets.shape[seed_dims])
        step += 1
    check_not_empty(train_loss, "train_loader")
    return train_loss.compute(), step


@torch.no_grad()
def evaluate(model, loss_fn, loader):
    """Return the mean `loss` and, for whole-number targets, the `accuracy` over the examples of `loader`, as a dict.

    The model is left in evaluation mode. Raises ValueError when the loader gives nothing.
    """
    return measure(model, loss_fn, loader)


def measure(model, loss_fn, loader, seed_dims=0):
    """Return what `evaluate` returns; with `seed_dims=1`, of a Stack, tensors (seeds,)."""
    model.eval()
    loss, right = Mean(), Mean()
    for inputs, targets in loader:
        if loss.n == 0:
            check_device(model, inputs)
        outputs = model(inputs)
        loss.update(loss_fn(outputs, targets), targets.shape[seed_dims])
        if not targets.is_floating_point():
            right.update(accuracy_each(outputs, targets, seed_dims), targets.shape[seed_dims])
    check_not_empty(loss, "the loader to evaluate on (val_loader)")
    return {name: mean.compute() for name, mean in (("loss", loss), ("accuracy", right)) if mean.n > 0}


def record_of(train_loss, val, optimizer):
    """Return what is recorded of an epoch, but its number."""
    measured = {f"val_{name}": value for name, value in val.items()}
    return {"train_loss": train_loss, **measured, "lr": optimizer.param_groups[0]["lr"]}


def set_lr(optimizer, factor):
    """Set each group's learning rate to `factor` times its initial one."""
    for group in optimizer.param_groups:
        group["lr"] = group.setdefault("initial_lr", group["lr"]) * factor


def clip_each(params, max_norm):
    """Scale down, in place, the gradient of each seed to the norm `max_norm`, as `clip_grad_norm_` does for one."""
    grads = [param.grad for param in params if param.grad is not None]
    norms = torch.stack([grad.reshape(len(grad), -1).norm(dim=1) for grad in grads]).norm(dim=0)  # (seeds,)
    factors = (max_norm / (norms + 1e-6)).clamp(max=1)
    for grad in grads:
        grad.mul_(factors.reshape(-1, *[1] * (grad.ndim - 1)))


def checked_n_epochs(n_epochs):
    """Return `n_epochs` as an int; raise ValueError unless it is a whole number, 0 or larger (NumPy's too)."""
    try:
        number = operator.index(n_epochs)
    except TypeError:
        number = -1
    if number < 0:
        raise ValueError(f"n_epochs is {n_epochs!r}: pass a whole number, 0 or larger")
    return number


def check_max_norm(max_norm):
    """Raise ValueError unless this is None or a norm."""
    if max_norm is not None and not max_norm > 0:
        raise ValueError(f"max_norm is {max_norm!r}: pass a number above 0, or None to leave the gradient as it is")


def check_device(model, inputs):
    """Raise ValueError where the loader gives inputs on another device than that of the model's first parameter."""
    param = next(iter(model.parameters()), None)
    if param is not None and torch.is_tensor(inputs) and inputs.device != param.device:
        raise ValueError(
            f"the loader gives inputs on {inputs.device}, and the model is on {param.device}: move inputs and targets "
            f"there before you make the loader, inputs.to({str(param.device)!r}), or all three to get_device()"
        )


def check_batch(outputs, targets, loss, seed_dims=0):
    """Raise ValueError unless the loss is one number (for each seed), of outputs and targets that belong together."""
    if outputs.numel() == targets.numel() and outputs.shape != targets.shape and targets.is_floating_point():
        raise ValueError(
            f"the model gives outputs of shape {tuple(outputs.shape)} for targets of shape {tuple(targets.shape)}: "
            "a loss such as the squared error would compare each output with every target; "
            f"give the targets the shape of the outputs, targets.reshape{(-1, *outputs.shape[1:])}"
        )
    if loss.ndim != seed_dims:
        raise ValueError(
            f"loss_fn returned a tensor of shape {tuple(loss.shape)}: it must return one number, "
            'the mean over the batch (reduction="mean")'
        )


def check_not_empty(mean, name):
    """Raise ValueError if no batch reached `mean`."""
    if mean.n == 0:
        raise ValueError(
            f"{name} gave no batch: pass a loader, which starts anew each time; a generator, or iter(loader), is used up"
        )
