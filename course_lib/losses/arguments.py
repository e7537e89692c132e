"""Checks of what a caller passes to a loss, and the last step of each loss: from one value an element to one value."""

from contextlib import contextmanager
from contextvars import ContextVar

import torch

TRUSTED = ContextVar("trusted", default=False)  # whether the class numbers were checked before
REDUCTIONS = {"mean": torch.mean, "sum": torch.sum, "none": lambda loss: loss}


def reduce(loss, reduction):
    """Return the mean or the sum of all elements of `loss`, or with "none" `loss` itself; the mean of nothing is nan."""
    check_reduction(reduction)
    return REDUCTIONS[reduction](loss)


def check_tensors(**arguments):
    """Raise TypeError unless each argument is a tensor, or None where it was left out."""
    for name, value in arguments.items():
        if not (value is None or isinstance(value, torch.Tensor)):
            raise TypeError(
                f"{name} is a {type(value).__name__}: pass a tensor, such as torch.as_tensor({name}), which has a gradient"
            )


def check_reduction(reduction):
    """Raise ValueError for a reduction that is not "mean", "sum" or "none"."""
    if reduction not in REDUCTIONS:
        raise ValueError(f"reduction={reduction!r}: pass 'mean', 'sum' or 'none'")


def check_same_shape(input, target):
    """Raise ValueError unless `target` has the shape of `input`: (n,) beside (n, 1) would give n * n differences."""
    if input.shape != target.shape:
        raise ValueError(
            f"target of shape {tuple(target.shape)} does not fit input of shape {tuple(input.shape)}: "
            "give both one shape, for example by target.unsqueeze(1) or input.squeeze(1)"
        )


def check_fits(name, weight, input):
    """Raise ValueError if `weight`, called `name`, cannot be broadcast to the shape of `input`."""
    sizes = zip(reversed(weight.shape), reversed(input.shape))
    if weight.ndim > input.ndim or any(size not in (1, wanted) for size, wanted in sizes):
        raise ValueError(
            f"{name} of shape {tuple(weight.shape)} cannot be spread over input of shape {tuple(input.shape)}: "
            "its dimensions, counted from the last, must be those of input or 1"
        )


def check_floats(target):
    """Raise TypeError unless `target` holds floating-point numbers."""
    if not target.is_floating_point():
        raise TypeError(f"target is {target.dtype}: probabilities are floats, so pass target.to(input.dtype)")


def check_probabilities(name, values, remedy):
    """Raise ValueError if `values`, called `name`, holds a number outside 0 to 1, or nan."""
    outside = values[~((values >= 0) & (values <= 1))]
    if outside.numel() > 0:
        raise ValueError(f"{name} contains {outside[0].item():g}, which is no probability from 0 to 1: {remedy}")


@contextmanager
def trusted_targets():
    """Within it no loss looks at class numbers, for a caller who has checked them all: to look is to wait for a GPU."""
    token = TRUSTED.set(True)
    try:
        yield
    finally:
        TRUSTED.reset(token)


def check_class_numbers(target, n_classes, ignore_index=None):
    """Raise TypeError unless `target` is int64, and ValueError for a number outside 0 to n_classes - 1."""
    if target.dtype != torch.int64:
        raise TypeError(f"target is {target.dtype}: class numbers are torch.int64, so pass target.long()")
    if TRUSTED.get():
        return
    wrong = target[((target < 0) | (target >= n_classes)) & (target != ignore_index)]
    if wrong.numel() > 0:
        raise ValueError(
            f"target contains class {wrong[0].item()}, but the {n_classes} classes have the numbers 0 to "
            f"{n_classes - 1}: number them from 0, or raise the number of classes"
        )
