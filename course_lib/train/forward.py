"""The forward pass of stacked models: layer by layer where that is plain to see, otherwise by `torch.func.vmap`."""

import torch
from torch import nn
from torch.func import functional_call, vmap

from course_lib.regularizers import Dropout

# Layers that treat each number by itself, so that one more dimension, the seeds, changes nothing.
ELEMENTWISE = (
    nn.Identity, nn.ReLU, nn.LeakyReLU, nn.ELU, nn.GELU, nn.SiLU, nn.Softplus, nn.Sigmoid, nn.Tanh, nn.Dropout, Dropout
)  # fmt: skip


def forward(template, params, buffers, inputs, inputs_dim=0):
    """Return the outputs (seeds, batch, ...) of inputs (seeds, batch, ...), and the buffers after them.

    With `inputs_dim=None` the inputs are (batch, ...), the same for each seed.
    """
    layers = plain_layers(template, params)
    if layers is None:
        return by_vmap(template, params, buffers, inputs, inputs_dim)
    if inputs_dim is None:
        n_seeds = len(next(iter(params.values())))
        inputs = inputs.expand(n_seeds, *inputs.shape)
    before = None
    for name, layer in layers:
        kind = type(layer)
        if kind is nn.Linear:
            inputs = linear(inputs, params[f"{name}.weight"], params.get(f"{name}.bias"))
        elif kind is nn.Flatten:
            inputs = inputs.flatten(2)
        elif kind is nn.ReLU and before is nn.Linear:
            inputs = inputs.relu_()  # in place, as nobody else needs the sums: a sixth of the step less
        else:
            inputs = layer(inputs)
        before = kind
    return inputs, buffers


def plain_layers(model, params):
    """Return the (name, layer) pairs of a Sequential of linear and elementwise layers in order; None of other models.

    They need no vmap, which on a CPU costs about a third of a step. Subclasses, hooks and tied weights are not plain.
    """
    layers = []
    for name, layer in model.named_modules(remove_duplicate=False):
        kind = type(layer)
        if layer._forward_hooks or layer._forward_pre_hooks or layer._backward_hooks:
            return None
        if kind is nn.Linear and f"{name}.weight" in params:
            layers.append((name, layer))
        elif kind in ELEMENTWISE or (kind is nn.Flatten and (layer.start_dim, layer.end_dim) == (1, -1)):
            layers.append((name, layer))
        elif kind is not nn.Sequential:
            return None
    return layers


def linear(inputs, weight, bias):
    """Return the outputs (seeds, ..., n_outputs) of inputs (seeds, ..., n_inputs), each seed by its own weights."""
    weight = weight.transpose(1, 2)
    rows = inputs.flatten(1, -2)  # (seeds, n, n_inputs)
    outputs = torch.bmm(rows, weight) if bias is None else torch.baddbmm(bias.unsqueeze(1), rows, weight)
    return outputs if inputs.ndim == 3 else outputs.unflatten(1, inputs.shape[1:-1])  # no view: relu_ would copy it


def by_vmap(template, params, buffers, inputs, inputs_dim):
    """Do what `forward` does for any model that `torch.func.vmap` can batch."""

    def one(params, buffers, inputs):
        state = {**params, **buffers}
        outputs = functional_call(template, state, (inputs,))
        return outputs, {name: state[name] for name in buffers}  # batch norm changes its running averages

    return vmap(one, in_dims=(0, 0, inputs_dim), randomness="different")(params, buffers, inputs)
