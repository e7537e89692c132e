"""Models of one architecture stacked into one, each parameter (seeds, ...), that trains as one model does."""

from collections import defaultdict

import torch
from torch.func import stack_module_state, vmap

from course_lib.train.each import close
from course_lib.train.forward import forward
from course_lib.train.loop import check_batch, check_device


class Stack:
    """Models that go as one through the loop of `course_lib.train.loop`, by `vmap`; their outputs are (seeds, batch, ...).

    In training mode the inputs are (seeds, batch, ...), a batch for each; in evaluation mode (batch, ...), for all.
    """

    def __init__(self, models):
        self.models = models
        self.template = models[0]
        self.params, self.buffers = stacked_state(models)

    def __call__(self, inputs):
        inputs_dim = 0 if self.template.training else None
        outputs, self.buffers = forward(self.template, self.params, self.buffers, inputs, inputs_dim)
        return outputs

    def __len__(self):
        return len(self.models)

    def train(self):
        """Go into training mode."""
        self.template.train()

    def eval(self):
        """Go into evaluation mode."""
        self.template.eval()

    def named_parameters(self):
        """Return the names and stacked parameters."""
        return self.params.items()

    def parameters(self):
        """Return the stacked parameters."""
        return self.params.values()

    @torch.no_grad()
    def write_back(self):
        """Copy every seed's slice of parameters and buffers into its model."""
        for i, model in enumerate(self.models):
            for name, tensor in [*model.named_parameters(), *model.named_buffers()]:
                tensor.copy_((self.params if name in self.params else self.buffers)[name][i])

    def keep(self, going, optimizer):
        """Go on with the models where `going`, a bool tensor (seeds,), is True; the others leave stack and optimizer."""
        self.models = [model for model, goes in zip(self.models, going.tolist(), strict=True) if goes]
        for param in self.params.values():
            state = optimizer.state.get(param, {})
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


def stacked_optimizer(stack, optimizers):
    """Return the first of the optimizers, one for each model, as the optimizer of the stacked parameters.

    Each was made from the parameters of its model, so that groups by their dimensions are right.
    """
    named = [dict(model.named_parameters()) for model in stack.models]
    optimizer, state = optimizers[0], defaultdict(dict)
    for group, names in zip(optimizer.param_groups, names_in_groups(optimizer, stack.template), strict=True):
        for name in names:  # Adagrad has a state before the first step
            states = [each.state.get(params[name], {}) for each, params in zip(optimizers, named, strict=True)]
            shape = named[0][name].shape
            for key, value in states[0].items():
                is_stacked = torch.is_tensor(value) and value.shape == shape and key != "step"
                state[stack.params[name]][key] = torch.stack([each[key] for each in states]) if is_stacked else value
        group["params"] = [stack.params[name] for name in names]
    optimizer.state = state
    return optimizer


def names_in_groups(optimizer, model):
    """Return, for each parameter group, the list of the names of its parameters in `model`."""
    name_of = {param: name for name, param in model.named_parameters()}
    groups = [[name_of.get(param) for param in group["params"]] for group in optimizer.param_groups]
    if any(name is None for names in groups for name in names):
        raise ValueError(
            "make_optimizer returned an optimizer of other parameters than those it was given: pass it these"
        )
    return groups


def options_in_groups(optimizer):
    """Return the options of each parameter group."""
    return [{key: value for key, value in group.items() if key != "params"} for group in optimizer.param_groups]


@torch.no_grad()
def reason_not_to_stack(models, optimizers, loss_fn, penalty, batch):
    """Return None if a stack of the models does on one batch what each does alone, otherwise why not, in one line.

    What fails without a stack too raises here.
    """
    inputs, targets = batch
    check_device(models[0], inputs)
    for model in models:
        model.eval()
    alone = [model(inputs) for model in models]
    check_batch(alone[0], targets, loss_fn(alone[0], targets))
    if penalty is not None:
        penalty(dict(models[0].named_parameters()))
    names, options = names_in_groups(optimizers[0], models[0]), options_in_groups(optimizers[0])
    for model, optimizer in zip(models, optimizers, strict=True):
        if names_in_groups(optimizer, model) != names or options_in_groups(optimizer) != options:
            return "make_optimizer gives other groups or options from seed to seed"
    try:
        params, buffers = stacked_state(models)
        outputs, _ = forward(models[0], params, buffers, inputs, inputs_dim=None)
        if not close(outputs, torch.stack(alone)):
            return "stacked they give other outputs, so they differ in more than parameters and buffers"
        models[0].train()
        forward(models[0], params, buffers, inputs.expand(len(models), *inputs.shape))
        models[0].eval()
        if penalty is not None:
            vmap(penalty)(params)
    except (RuntimeError, ValueError, TypeError) as error:
        return str(error).split("\n")[0]
    return None
