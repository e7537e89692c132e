"""Losses between numbers."""

from course_lib.losses.arguments import check_same_shape, check_tensors, reduce


def l1_loss(input, target, *, reduction="mean"):
    """Return the absolute error |input - target|, in the unit of the target; over the mean, MAE.

    input and target (...) of one shape. Returns one number, or with reduction="none" a tensor (...).
    Raises ValueError when the shapes differ, and TypeError for what is no tensor.
    """
    check_tensors(input=input, target=target)
    check_same_shape(input, target)
    return reduce((input - target).abs(), reduction)


def mse_loss(input, target, *, reduction="mean"):
    """Return the squared error (input - target)², in the squared unit of the target; over the mean, MSE.

    input and target (...) of one shape. Returns one number, or with reduction="none" a tensor (...).
    Raises ValueError when the shapes differ, and TypeError for what is no tensor.
    """
    check_tensors(input=input, target=target)
    check_same_shape(input, target)
    return reduce((input - target) ** 2, reduction)
