"""Losses of a choice between two classes: of the probability of class 1, and of its logit."""

import torch

from course_lib.losses.arguments import (
    check_fits,
    check_floats,
    check_probabilities,
    check_same_shape,
    check_tensors,
    reduce,
)


def binary_cross_entropy(input, target, *, weight=None, reduction="mean"):
    """Return -(target * log(input) + (1 - target) * log(1 - input)), where input holds probabilities of class 1.

    input and target (...) of one shape; target 0.0, 1.0 or a probability between them. `weight` multiplies each
    element and can be broadcast to (...); the mean divides by the number of elements, not by the weights. As in torch
    no logarithm counts less than -100, so that a wrong certainty costs 100 and not infinity.

    Raises ValueError when the shapes differ, when weight does not fit, or when input or target holds what is no
    probability, and TypeError for a target that is not floats and for what is no tensor.
    """
    check_tensors(input=input, target=target, weight=weight)
    check_same_shape(input, target)
    check_floats(target)
    check_probabilities("target", target, "class 1 is 1.0, class 0 is 0.0")
    check_probabilities(
        "input", input, "apply torch.sigmoid, or better pass logits to binary_cross_entropy_with_logits"
    )
    loss = ClampedCrossEntropy.apply(input, target)
    return reduce(weighted(loss, weight), reduction)


def binary_cross_entropy_with_logits(input, target, *, weight=None, pos_weight=None, reduction="mean"):
    """Return the binary cross entropy of sigmoid(input), from the logits themselves, without overflow.

    The logarithms are known: -log(sigmoid(x)) is softplus(-x), and -log(1 - sigmoid(x)) is softplus(x). Arguments as in
    `binary_cross_entropy`; `pos_weight`, which can be broadcast to (...), multiplies the part of class 1: with the
    ratio of negative to positive examples both classes weigh the same.

    Raises ValueError when the shapes differ, or when weight or pos_weight does not fit, and TypeError for a target that
    is not floats and for what is no tensor.
    """
    check_tensors(input=input, target=target, weight=weight, pos_weight=pos_weight)
    check_same_shape(input, target)
    check_floats(target)
    positive = target
    if pos_weight is not None:
        check_fits("pos_weight", pos_weight, input)
        positive = pos_weight * target
    loss = positive * softplus(-input) + (1 - target) * softplus(input)
    return reduce(weighted(loss, weight), reduction)


def softplus(x):
    """Return log(1 + exp(x)) without overflow: exp is only taken of what is not above 0.

    torch.maximum halves the gradient between two equal arguments, which makes it 1/2 at 0, as it has to be.
    """
    return torch.maximum(x, torch.zeros_like(x)) + torch.log1p(torch.exp(-x.abs()))


def weighted(loss, weight):
    """Return `loss` times `weight`, or `loss` itself if that is None."""
    if weight is None:
        return loss
    check_fits("weight", weight, loss)
    return weight * loss


class ClampedCrossEntropy(torch.autograd.Function):
    """The binary cross entropy of each element, and its derivative by hand.

    Automatic differentiation would find 0 / 0 at probabilities of 0 and 1. By hand the two fractions of the derivative,
    -target / p + (1 - target) / (1 - p), are one: (p - target) / (p (1 - p)). As in torch its denominator is at least
    1e-12.
    """

    @staticmethod
    def forward(ctx, p, target):
        ctx.save_for_backward(p, target)
        return -(target * p.log().clamp(min=-100) + (1 - target) * (-p).log1p().clamp(min=-100))

    @staticmethod
    def backward(ctx, grad):
        p, target = ctx.saved_tensors
        of_target = (-p).log1p().clamp(min=-100) - p.log().clamp(min=-100)
        return grad * (p - target) / (p * (1 - p)).clamp(min=1e-12), grad * of_target
