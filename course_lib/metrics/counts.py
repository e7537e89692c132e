"""Measures that count right and wrong predictions."""

import torch

from course_lib.metrics.arguments import count_classes, precise, predictions, two_classes


def accuracy(logits, targets):
    """Return the share of right predictions, in [0, 1], as a tensor of no dimensions on the device of `logits`.

    Logits (n, classes) with class numbers (n,): the largest logit is the prediction. One logit per example, (n,) or
    (n, 1), with targets 0 and 1: the prediction is class 1 where the logit is above 0, a probability above one half.
    Tensors or NumPy arrays.

    Raises ValueError when the shapes fit neither (one-hot targets are no class numbers), for targets that are no
    classes and for nan in the logits.
    """
    predicted, targets = predictions(logits, targets)
    return (predicted == targets).float().mean()


def confusion_matrix(logits, targets, n_classes=None, threshold=0.0):
    """Return how many examples of each class were predicted as each: int64 (C, C), rows true, columns predicted.

    Logits and targets as for `accuracy`. C is `n_classes`, or if None the number of logits of an example; with one
    logit per example it is 2, and class 1 is predicted where the logit is above `threshold`: the rows are then
    [[true negatives, false positives], [false negatives, true positives]].

    Raises ValueError as `accuracy` does, for a target outside 0 to C - 1 and for an n_classes below the number of
    logits.
    """
    predicted, targets = predictions(logits, targets, threshold, n_classes)
    n_classes = count_classes(torch.as_tensor(logits), n_classes)
    pairs = targets * n_classes + predicted
    return torch.bincount(pairs, minlength=n_classes**2).reshape(n_classes, n_classes)


def per_class_accuracy(logits, targets):
    """Return the share of right predictions among the examples of each class, its recall: (C,), in [0, 1].

    Arguments and errors as for `confusion_matrix`. A class without examples has nan.
    """
    counts = precise(confusion_matrix(logits, targets))
    return counts.diagonal() / counts.sum(dim=1)


def precision(logits, targets, threshold=0.0):
    """Return the share of class 1 among the examples predicted as class 1; nan if none is.

    One logit per example, (n,) or (n, 1), with targets 0 and 1; class 1 is predicted where the logit is above
    `threshold`. Returns a tensor of no dimensions, in [0, 1]. It depends on how common class 1 is.

    Raises ValueError for more than one logit per example, for other targets and for nan.
    """
    (_, false_positives), (_, true_positives) = binary_counts(logits, targets, threshold)
    return true_positives / (true_positives + false_positives)


def recall(logits, targets, threshold=0.0):
    """Return the share of the examples of class 1 that are predicted as class 1; nan if there is none.

    Also: sensitivity, true positive rate. Arguments and errors as for `precision`.
    """
    _, (false_negatives, true_positives) = binary_counts(logits, targets, threshold)
    return true_positives / (true_positives + false_negatives)


def f1(logits, targets, threshold=0.0):
    """Return the harmonic mean of precision and recall, 2 TP / (2 TP + FP + FN), in [0, 1].

    The true negatives do not count. It is nan where there is neither an example of class 1 nor a prediction of it.
    Arguments and errors as for `precision`. Source: van Rijsbergen, Information Retrieval, 1979 (as 1 - E).
    """
    (_, false_positives), (false_negatives, true_positives) = binary_counts(logits, targets, threshold)
    return 2 * true_positives / (2 * true_positives + false_positives + false_negatives)


def binary_counts(logits, targets, threshold):
    """Return the confusion matrix of two classes as floats, so that 0 / 0 is nan."""
    return precise(confusion_matrix(*two_classes(logits, targets), threshold=threshold))
