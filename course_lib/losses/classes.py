"""Losses of a choice between classes: of logarithms of probabilities, and of logits."""

import torch

from course_lib.losses.arguments import check_class_numbers, check_floats, check_reduction, check_tensors, reduce
from course_lib.losses.softmax import log_softmax


def nll_loss(input, target, *, weight=None, ignore_index=-100, reduction="mean"):
    """Return the negative log-likelihood -weight[class] * input[class], where input holds logarithms of probabilities.

    input (n, C) of log_softmax and target (n,) of class numbers 0 to C - 1, int64; for images (n, C, d1, ...) and
    (n, d1, ...); for a single example (C,) and (). `weight` (C,), all 1 if None. A target that equals `ignore_index`
    counts as 0. The mean is a weighted one: it divides by the sum of the weights of what was not ignored.

    Raises ValueError for shapes that do not fit and classes outside 0 to C - 1, TypeError for targets that are not
    int64 and for what is no tensor.
    """
    check_tensors(input=input, target=target, weight=weight)
    check_reduction(reduction)
    dim = class_dim(input)
    n_classes = input.shape[dim]
    if target.shape != input.select(dim, 0).shape:
        raise ValueError(
            f"target of shape {tuple(target.shape)} does not fit input of shape {tuple(input.shape)}: pass class numbers "
            f"of shape {tuple(input.select(dim, 0).shape)} for the {n_classes} classes in dimension {dim} of input"
        )
    check_class_numbers(target, n_classes, ignore_index)
    weight = check_weight(weight, input)
    kept = target != ignore_index
    index = target.where(kept, 0)
    weights = weight[index] * kept
    picked = input.gather(dim, index.unsqueeze(dim)).squeeze(dim)
    loss = torch.where(kept, -weights * picked, 0)  # 0 times inf is not a number
    return loss.sum() / weights.sum() if reduction == "mean" else reduce(loss, reduction)


def cross_entropy(input, target, *, weight=None, ignore_index=-100, reduction="mean"):
    """Return the cross entropy -Σ target * log_softmax(input) of logits, at least 0 (natural logarithm, so in nats).

    input (n, C) of logits, not of probabilities; also (n, C, d1, ...) and (C,). target: class numbers, as in
    `nll_loss`, for which this is nll_loss(log_softmax(input), target); or class probabilities of the shape of input.
    With probabilities `weight` (C,) multiplies the term of each class, and the mean divides by the number of examples
    (and places), whatever the weights; nothing can be ignored.

    Raises ValueError and TypeError as `nll_loss`, and for class probabilities that are not floats.
    """
    check_tensors(input=input, target=target, weight=weight)
    check_reduction(reduction)
    dim = class_dim(input)
    log_probs = log_softmax(input, dim)
    if target.shape != input.shape:
        return nll_loss(log_probs, target, weight=weight, ignore_index=ignore_index, reduction=reduction)
    check_floats(target)
    if ignore_index >= 0:
        raise ValueError(
            f"ignore_index={ignore_index} with class probabilities: pass class numbers, or no ignore_index"
        )
    weight = check_weight(weight, input)
    weight = weight.reshape(-1, *[1] * (input.ndim - 1 - dim))
    return reduce(-(weight * target * log_probs).sum(dim), reduction)


def class_dim(input):
    """Return the dimension of `input` that holds the classes: the second, or of a single example the only one."""
    if input.ndim == 0:
        raise ValueError("input has no dimensions: pass one value for each class, (n, C) or (C,)")
    return min(1, input.ndim - 1)


def check_weight(weight, input):
    """Return `weight`, or ones if it is None; raise ValueError unless it has one number for each class."""
    n_classes = input.shape[class_dim(input)]
    if weight is None:
        return torch.ones(n_classes, dtype=input.dtype, device=input.device)
    if weight.shape != (n_classes,):
        raise ValueError(
            f"weight of shape {tuple(weight.shape)} does not fit {n_classes} classes: pass one weight for "
            f"each class, of shape ({n_classes},)"
        )
    return weight
