"""Checks of what a caller passes to an optimizer; each error names the argument, its value and the remedy."""

from numbers import Real

import torch


def as_list(params):
    """Return `params` as a list; their order is what a state dict goes by, so it must be the same in every run."""
    if isinstance(params, torch.Tensor):
        raise TypeError("params is a tensor: pass a list, such as [tensor] or model.parameters()")
    if isinstance(params, set):
        raise TypeError("params is a set, whose order changes between runs: pass a list")
    return list(params)


def check_param(param):
    """Raise unless `param` is a real tensor that can collect a gradient."""
    if not isinstance(param, torch.Tensor):
        raise TypeError(f"params contains an object of type {type(param).__name__}: pass tensors, or dicts for groups")
    if not (param.is_leaf or param.retains_grad):
        raise ValueError(
            f"a parameter of shape {tuple(param.shape)} is computed from others, so it gets no gradient (a non-leaf "
            "tensor): pass the tensors that it is computed from"
        )
    if param.is_complex():
        raise TypeError(f"a parameter of shape {tuple(param.shape)} is complex: pass real tensors (torch.view_as_real)")


def require_at_least_zero(**options):
    """Raise ValueError unless every option is a number of at least 0; NaN is not."""
    for name, value in options.items():
        require_no_tensor(name, value)
        if not (isinstance(value, Real) and value >= 0):
            raise ValueError(f"{name}={value!r}: {name} must be a number, 0 or larger")


def require_no_tensor(name, value):
    """Raise ValueError if an option is a tensor, which torch takes where a step is compiled or captured in a graph."""
    if isinstance(value, torch.Tensor):
        raise ValueError(f"{name}={value!r}: {name} must be a number, not a tensor: pass float({name})")


def require_two_betas(betas):
    """Raise ValueError unless `betas` are two floats, each from 0.0 to below 1.0."""
    floats = isinstance(betas, (tuple, list)) and len(betas) == 2 and all(isinstance(beta, float) for beta in betas)
    if not (floats and all(0.0 <= beta < 1.0 for beta in betas)):
        raise ValueError(f"betas={betas!r}: betas must be two floats, each from 0.0 to below 1.0, such as (0.9, 0.999)")


def plain(value):
    """Return NumPy's numbers as Python's, also in a tuple or list: a saved state holds nothing that is not safe to load."""
    if isinstance(value, (tuple, list)):
        return type(value)(plain(entry) for entry in value)
    return float(value) if isinstance(value, Real) and type(value) not in (bool, int, float) else value
