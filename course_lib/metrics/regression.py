"""Measures of the distance between numbers."""

import torch

from course_lib.metrics.arguments import moved, precise


def mean_absolute_error(outputs, targets):
    """Return the mean of |output - target|, in the unit of the targets, as a tensor of no dimensions.

    outputs and targets (...) of one shape, otherwise a ValueError is raised.
    """
    return differences(outputs, targets).abs().mean()


def root_mean_squared_error(outputs, targets):
    """Return the root of the mean of (output - target)², in the unit of the targets, as a tensor of no dimensions.

    At least the mean absolute error; large errors count more. outputs and targets (...) of one shape, otherwise a
    ValueError is raised.
    """
    return (differences(outputs, targets) ** 2).mean().sqrt()


def differences(outputs, targets):
    """Return output - target of each element, of tensors or NumPy arrays; raise ValueError when the shapes differ."""
    outputs = torch.as_tensor(outputs)
    targets = moved(targets, outputs.device)
    if outputs.shape != targets.shape:
        raise ValueError(
            f"outputs of shape {tuple(outputs.shape)} do not fit targets of shape {tuple(targets.shape)}: "
            "give both one shape, for example by outputs.squeeze(1)"
        )
    return precise(outputs) - precise(targets)
