"""The training loop, written once: a generator that yields one record an epoch."""

import torch
from torch.nn.utils import clip_grad_norm_

from course_lib.metrics import Mean, accuracy
from course_lib.train.bar import progress


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
    check_arguments(n_epochs, max_norm)
    step = 0
    for epoch in progress(range(n_epochs), "epochs"):
        model.train()
        train_loss = Mean()
        for inputs, targets in train_loader:
            if schedule is not None:
                set_lr(optimizer, schedule(step))
            optimizer.zero_grad()
            outputs = model(inputs)
            loss = loss_fn(outputs, targets)
            if step == 0:
                check_batch(outputs, targets, loss)
            objective = loss if penalty is None else loss + penalty(dict(model.named_parameters()))
            objective.backward()
            if max_norm is not None:
                clip_grad_norm_(model.parameters(), max_norm)
            optimizer.step()
            train_loss.update(loss.detach(), len(targets))
            step += 1
        check_not_empty(train_loss, "train_loader")
        val = evaluate(model, loss_fn, val_loader)
        yield {
            "epoch": epoch,
            "train_loss": train_loss.compute(),
            **{f"val_{name}": value for name, value in val.items()},
            "lr": optimizer.param_groups[0]["lr"],
        }


@torch.no_grad()
def evaluate(model, loss_fn, loader):
    """Return the mean `loss` and, for whole-number targets, the `accuracy` over the examples of `loader`, as a dict.

    The model is left in evaluation mode. Raises ValueError when the loader gives nothing.
    """
    model.eval()
    sums = {}
    for inputs, targets in loader:
        outputs = model(inputs)
        sums.setdefault("loss", Mean()).update(loss_fn(outputs, targets), len(targets))
        if not targets.is_floating_point():
            sums.setdefault("accuracy", Mean()).update(accuracy_or_nan(outputs, targets), len(targets))
    check_not_empty(sums.get("loss", Mean()), "the loader to evaluate on (val_loader)")
    return {name: mean.compute() for name, mean in sums.items()}


def accuracy_or_nan(outputs, targets):
    """Return the accuracy, or nan where outputs hold nan: a run that diverged says so in its records, and goes on."""
    return outputs.new_tensor(torch.nan) if outputs.isnan().any() else accuracy(outputs, targets)


def fit(*args, **kwargs):
    """Run `epochs` to the end, with the same arguments, and return the list of its records."""
    return list(epochs(*args, **kwargs))


def set_lr(optimizer, factor):
    """Set each group's learning rate to `factor` times its initial one."""
    for group in optimizer.param_groups:
        group["lr"] = group.setdefault("initial_lr", group["lr"]) * factor


def check_arguments(n_epochs, max_norm):
    """Raise ValueError unless these are a number of epochs and None or a norm."""
    if not isinstance(n_epochs, int) or n_epochs < 0:
        raise ValueError(f"n_epochs is {n_epochs!r}: pass a whole number, 0 or larger")
    if max_norm is not None and not max_norm > 0:
        raise ValueError(f"max_norm is {max_norm!r}: pass a number above 0, or None to leave the gradient as it is")


def check_batch(outputs, targets, loss):
    """Raise ValueError unless the loss is one number, of outputs and targets that belong together."""
    if outputs.numel() == targets.numel() and outputs.shape != targets.shape and targets.is_floating_point():
        raise ValueError(
            f"the model gives outputs of shape {tuple(outputs.shape)} for targets of shape {tuple(targets.shape)}: "
            "a loss such as the squared error would compare each output with every target; "
            f"give the targets the shape of the outputs, targets.reshape{(-1, *outputs.shape[1:])}"
        )
    if loss.ndim > 0:
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
