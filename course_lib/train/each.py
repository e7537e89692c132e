"""Losses and accuracies of many seeds in one call, from outputs (seeds, batch, ...) and targets (seeds, batch, ...).

A loop over the seeds costs as much as half of the training: on a GPU each seed's loss takes as long to launch as the
loss of all.
"""

import copy
import functools
import inspect

import torch
from torch import nn
from torch.func import vmap

from course_lib.metrics.arguments import predictions

KNOWN = ("torch.nn.functional", "torch.nn.modules.loss", "course_lib.losses")  # where "none" means what it says
OPTIONS = ("reduction", "weight", "ignore_index")


def accuracy_each(outputs, targets, seed_dims=1):
    """Return the `accuracy` of each seed, (seeds,); with `seed_dims=0`, of outputs without that dimension, one number.

    It is nan where outputs hold nan: a run that diverged says so in its records, and goes on.
    """
    bad = outputs.isnan()
    predicted, truth = predictions(outputs.masked_fill(bad, 0).flatten(0, seed_dims), targets.flatten(0, seed_dims))
    shares = (predicted == truth).float().reshape(*outputs.shape[:seed_dims], -1).mean(dim=-1)
    return shares.masked_fill(bad.flatten(seed_dims).any(dim=-1), torch.nan)


def losses_of(loss_fn, outputs, targets):
    """Return a function of outputs and targets that gives loss_fn of each seed, (seeds,), and why it is slow, or None.

    Three ways, of which the first that gives the right values for `outputs` and `targets` is taken:

    - one call, for the losses of torch and of the course with `reduction="mean"` and without class weights: a value for
      each example of all seeds, then the mean of each seed;
    - `torch.func.vmap`, for a function of your own that it can batch. Its first use with a cross entropy takes a second
      or two, as torch then loads its compiler;
    - one seed after another.
    """
    one_by_one = functools.partial(loop, loss_fn)
    expected = one_by_one(outputs, targets)
    reason = "it gives other values under torch.func.vmap"
    for candidate in (in_one_call(loss_fn), vmap(loss_fn)):
        if candidate is not None:
            try:
                values = candidate(outputs, targets)
            except (RuntimeError, ValueError, TypeError) as error:
                reason = str(error).split("\n")[0]
            else:
                if close(values, expected):
                    return candidate, None
    return one_by_one, reason


def loop(loss_fn, outputs, targets):
    """Return the losses of the seeds, (seeds,), one after another."""
    return torch.stack([loss_fn(*pair) for pair in zip(outputs, targets, strict=True)])


def in_one_call(loss_fn):
    """Return a function that gives the losses (seeds,) by one call of a known loss_fn; None of an unknown one."""
    options = options_of(loss_fn)
    if options is None or options["reduction"] != "mean" or options.get("weight") is not None:
        return None  # a weighted mean divides by the weights of each seed's own examples
    unreduced = without_reduction(loss_fn)

    def of_values(outputs, targets):
        return unreduced(outputs.flatten(0, 1), targets.flatten(0, 1)).reshape(len(outputs), -1).mean(dim=1)

    def of_classes(outputs, targets):
        """Take seeds for examples and examples for places, (seeds, classes, batch, ...): twice as fast on a CPU."""
        if targets.is_floating_point():
            return unreduced(outputs.movedim(2, 1), targets.movedim(2, 1)).flatten(1).mean(dim=1)
        kept = targets != options["ignore_index"]  # what is ignored has the value 0 and does not count
        values = unreduced(outputs.movedim(2, 1), targets)
        wide = torch.promote_types(values.dtype, torch.float32)  # a sum of 16-bit numbers overflows
        return values.flatten(1).sum(dim=1, dtype=wide) / kept.flatten(1).sum(dim=1)

    return of_classes if "ignore_index" in options else of_values


def without_reduction(loss_fn):
    """Return a known loss_fn with `reduction="none"`."""
    if not isinstance(loss_fn, nn.Module):
        return functools.partial(loss_fn, reduction="none")
    loss_fn = copy.copy(loss_fn)
    loss_fn.reduction = "none"
    return loss_fn


def options_of(loss_fn):
    """Return the options of a known loss, a function, a `partial` of one or a module of torch; None of any other."""
    if isinstance(loss_fn, nn.Module) and module_of(type(loss_fn)) in KNOWN:
        options = {name: getattr(loss_fn, name) for name in OPTIONS if hasattr(loss_fn, name)}
    elif module_of(loss_fn).startswith(KNOWN):
        parameters = inspect.signature(loss_fn).parameters
        options = {name: parameters[name].default for name in OPTIONS if name in parameters}
    else:
        return None
    return options if "reduction" in options else None


def module_of(function):
    """Return the name of the module of a function or class, or of the function in a `partial`."""
    function = function.func if isinstance(function, functools.partial) else function
    return getattr(function, "__module__", None) or ""


def close(values, expected):
    """Return whether these are equal but for rounding, which is coarser in a low precision."""
    tolerance = max(1e-3, torch.finfo(expected.dtype).eps ** 0.5)
    return values.shape == expected.shape and torch.allclose(
        values.to(expected.dtype), expected, rtol=tolerance, atol=tolerance, equal_nan=True
    )
