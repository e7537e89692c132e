"""Whether a model is right as often as it says. Source: Guo et al. 2017, arXiv 1706.04599."""

from numbers import Integral

import torch

from course_lib.metrics.arguments import examples, precise


def calibration_curve(logits, targets, bins=10):
    """Return (confidence, accuracy, count) of the examples in each bin of confidence, three tensors (bins,).

    Logits (n, classes, ...) with class numbers (n, ...): the confidence is the probability of the predicted class, and
    the accuracy how often that class is right. One logit per example, with targets 0 and 1: the confidence is the
    probability of class 1, and the accuracy how often class 1 is right, whatever was predicted. Bins of equal width
    from 0 to 1, each with its upper edge; the first also has 0. The two values of a bin are means over its examples,
    in [0, 1], nan where there is none; count is int64. A calibrated model has equal values, but for chance.

    Raises ValueError when the shapes do not fit, for targets that are no classes, for nan and for bins below 1.
    """
    if not (isinstance(bins, Integral) and bins >= 1):
        raise ValueError(f"bins={bins!r}: pass a whole number, 1 or more, such as 10")
    confidence, right = confidence_and_right(logits, targets)
    edges = torch.linspace(0, 1, bins + 1, dtype=confidence.dtype, device=confidence.device)
    numbers = torch.bucketize(confidence, edges[1:-1])  # edges[i] < confidence <= edges[i + 1]
    inside = precise(numbers == torch.arange(bins, device=confidence.device).unsqueeze(1))  # (bins, n)
    count = inside.sum(dim=1)
    return inside @ confidence / count, inside @ right / count, count.long()


def expected_calibration_error(logits, targets, bins=10):
    """Return the mean over the examples of |accuracy - confidence| of their bin, in [0, 1].

    Arguments and errors as for `calibration_curve`; nan without examples. It depends on the number of bins, and in
    few examples chance alone makes it large.
    """
    confidence, accuracy, count = calibration_curve(logits, targets, bins)
    gaps = (accuracy - confidence).abs().nan_to_num()  # of empty bins, which count 0 times
    return (gaps * count).sum() / count.sum()


def confidence_and_right(logits, targets):
    """Return, each (n,), the probability that the model gives to a class and 1.0 where that class is right, else 0.0."""
    logits, targets = examples(logits, targets)
    if logits.ndim == 1:
        return precise(logits).sigmoid(), precise(targets)
    return precise(logits).softmax(dim=1).amax(dim=1), precise(logits.argmax(dim=1) == targets)
