"""Models of one architecture stacked into one, each parameter (seeds, ...), and their training step."""

import torch
from torch.func import functional_call, stack_module_state, vmap

from course_lib.metrics import Mean
from course_lib.train.loop import accuracy_or_nan, check_batch, check_not_empty, set_lr


class Stack:
    """Models that train at once: one forward pass by `vmap`, one backward pass, one step of one optimizer.

    No seed touches another: the gradient of the sum of their objectives is, in each seed's slice, its own gradient.
    """

    def __init__(self, models, make_optimizer, loss_fn, loaders, val_loader, *, schedule, penalty, max_norm):
        self.models, self.loaders, self.val_loader = models, loaders, val_loader
        self.loss_fn, self.schedule, self.penalty, self.max_norm = loss_fn, schedule, penalty, max_norm
        self.template = models[0]
        self.params, self.buffers = stacked_state(models)
        self.optimizer = make_optimizer(self.params.values())
        self.step = 0

    def epoch(self):
        """Train and evaluate for an epoch and write into the models; return float64 tensors (running seeds,)."""
        train_loss = self.train()
        val = self.evaluate()
        self.write_back()
        lr = torch.full((len(self.models),), self.optimizer.param_groups[0]["lr"], dtype=torch.float64)
        return {"train_loss": train_loss, **{f"val_{name}": value for name, value in val.items()}, "lr": lr}

    def train(self):
        """Train for an epoch; the loop of `epochs`, with a first dimension for the seeds."""
        self.template.train()
        train_loss = Mean()
        orders = torch.stack([loader.order() for loader in self.loaders])
        for inputs, targets in self.loaders[0].batches(orders):  # (seeds, batch, ...)
            if self.schedule is not None:
                set_lr(self.optimizer, self.schedule(self.step))
            self.optimizer.zero_grad()
            outputs, self.buffers = forward(self.template, self.params, self.buffers, inputs)
            losses = each(self.loss_fn, outputs, targets)
            objectives = losses if self.penalty is None else losses + vmap(self.penalty)(self.params)
            objectives.sum().backward()
            if self.max_norm is not None:
                clip_each(self.params.values(), self.max_norm)
            self.optimizer.step()
            train_loss.update(losses.detach(), targets.shape[1])
            self.step += 1
        return train_loss.compute()

    @torch.no_grad()
    def evaluate(self):
        """Return the mean loss and, for whole-number targets, the accuracy of each model, as `evaluate` does of one."""
        self.template.eval()
        sums = {}
        for inputs, targets in self.val_loader:
            outputs, _ = forward(self.template, self.params, self.buffers, inputs, inputs_dim=None)
            targets = targets.expand(len(self.models), *targets.shape)
            sums.setdefault("loss", Mean()).update(each(self.loss_fn, outputs, targets), targets.shape[1])
            if not targets.is_floating_point():
                sums.setdefault("accuracy", Mean()).update(each(accuracy_or_nan, outputs, targets), targets.shape[1])
        check_not_empty(sums.get("loss", Mean()), "val_loader")
        return {name: mean.compute() for name, mean in sums.items()}

    @torch.no_grad()
    def write_back(self):
        """Copy every seed's slice of parameters and buffers into its model."""
        for i, model in enumerate(self.models):
            for name, tensor in [*model.named_parameters(), *model.named_buffers()]:
                tensor.copy_((self.params if name in self.params else self.buffers)[name][i])

    def keep(self, going):
        """Go on with the models where `going`, a bool tensor (running seeds,), is True; the others leave the stack."""
        if going.all():
            return
        self.models = [model for model, goes in zip(self.models, going.tolist(), strict=True) if goes]
        self.loaders = [loader for loader, goes in zip(self.loaders, going.tolist(), strict=True) if goes]
        for param in self.params.values():
            state = self.optimizer.state.get(param, {})
            for key, value in state.items():
                if torch.is_tensor(value) and value.shape == param.shape:  # not the count of steps
                    state[key] = value[going.to(value.device)]
            param.grad = None
            param.data = param.data[going.to(param.device)]  # the same object, which the optimizer knows
        self.buffers = {name: buffer[going.to(buffer.device)] for name, buffer in self.buffers.items()}


def stacked_state(models):
    """Return two dicts, of the parameters and of the buffers, each stacked to (models, ...).

    A stacked matrix is stored transposed, as its gradient comes out of the batched product: one copy a step less.
    """
    params, buffers = stack_module_state(models)
    for name, param in params.items():
        if param.ndim == 3:
            stored = param.detach().transpose(1, 2).contiguous().transpose(1, 2)
            params[name] = stored.requires_grad_(param.requires_grad)
    return params, buffers


def forward(template, params, buffers, inputs, inputs_dim=0):
    """Return the outputs (seeds, batch, ...) of inputs (seeds, batch, ...), and the buffers after them.

    With `inputs_dim=None` the inputs are (batch, ...), the same for each seed.
    """

    def one(params, buffers, inputs):
        state = {**params, **buffers}
        outputs = functional_call(template, state, (inputs,))
        return outputs, {name: state[name] for name in buffers}  # batch norm changes its running averages

    return vmap(one, in_dims=(0, 0, inputs_dim), randomness="different")(params, buffers, inputs)


def each(function, outputs, targets):
    """Return function(outputs, targets) of each seed, stacked (seeds,).

    Not by vmap: then any loss will do, and the first call does not spend two seconds on loading a compiler.
    """
    return torch.stack([function(*pair) for pair in zip(outputs, targets, strict=True)])


def clip_each(params, max_norm):
    """Scale down, in place, the gradient of each seed to the norm `max_norm`, as `clip_grad_norm_` does for one."""
    grads = [param.grad for param in params if param.grad is not None]
    norms = torch.stack([grad.flatten(1).norm(dim=1) for grad in grads]).norm(dim=0)  # (seeds,)
    factors = (max_norm / (norms + 1e-6)).clamp(max=1)
    for grad in grads:
        grad.mul_(factors.reshape(-1, *[1] * (grad.ndim - 1)))


@torch.no_grad()
def reason_not_to_stack(models, loss_fn, penalty, batch):
    """Return None if a stack of the models does on one batch what each does alone, otherwise why not, in one line.

    What fails without a stack too raises here.
    """
    inputs, targets = batch
    for model in models:
        model.eval()
    alone = [model(inputs) for model in models]
    check_batch(alone[0], targets, loss_fn(alone[0], targets))
    if penalty is not None:
        penalty(dict(models[0].named_parameters()))
    try:
        params, buffers = stacked_state(models)
        outputs, _ = forward(models[0], params, buffers, inputs, inputs_dim=None)
        if not torch.allclose(outputs, torch.stack(alone), rtol=1e-3, atol=1e-3):
            return "stacked they give other outputs, so they differ in more than parameters and buffers"
        models[0].train()
        forward(models[0], params, buffers, inputs.expand(len(models), *inputs.shape))
        models[0].eval()
        if penalty is not None:
            vmap(penalty)(params)
    except (RuntimeError, ValueError, TypeError) as error:
        return str(error).split("\n")[0]
    return None
