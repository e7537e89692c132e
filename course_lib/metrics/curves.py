"""What every threshold would give: the ROC curve, the precision-recall curve, and the areas under them.

In these curves an example is predicted as class 1 where its logit is at least the threshold, as scikit-learn has it,
so that the logits of the examples serve as thresholds. (`precision` and `recall` ask for more than the threshold.) Only
the order of the logits matters: probabilities in their place give the same curves.
"""

import torch

from course_lib.metrics.arguments import precise, two_classes


def roc_curve(logits, targets):
    """Return (fpr, tpr, thresholds): the false and the true positive rate at each threshold, from the highest on.

    One logit per example, (n,) or (n, 1), with targets 0 and 1. Three tensors of one length, at most n + 1: the curve
    goes from (0, 0), at the threshold inf, to (1, 1). The rates are each of one class, so they do not depend on how
    common the classes are. fpr = false positives / all of class 0, tpr = true positives / all of class 1, the recall.

    Raises ValueError unless there are examples of both classes; for more than one logit per example, for other targets
    and for nan.
    """
    true_positives, false_positives, thresholds = counts_by_threshold(logits, targets)
    if not (true_positives[-1] > 0 and false_positives[-1] > 0):
        n = int((true_positives + false_positives)[-1])
        raise ValueError(
            f"targets contain class 1 {true_positives[-1].item():g} times in {n} examples: the two rates "
            "need examples of both classes; take more examples, or split them stratified"
        )
    start = true_positives.new_zeros(1)
    fpr = torch.cat([start, false_positives / false_positives[-1]])
    tpr = torch.cat([start, true_positives / true_positives[-1]])
    return fpr, tpr, torch.cat([thresholds.new_full((1,), torch.inf), thresholds])


def roc_auc(logits, targets):
    """Return the area under the ROC curve, in [0, 1]; guessing has 1/2 on average.

    It is the probability that an example of class 1 gets a higher logit than one of class 0, ties counted half.
    Arguments and errors as for `roc_curve`. Source: Hanley and McNeil 1982, doi 10.1148/radiology.143.1.7063747.
    """
    fpr, tpr, _ = roc_curve(logits, targets)
    return torch.trapezoid(tpr, fpr)


def precision_recall_curve(logits, targets):
    """Return (precision, recall, thresholds), from the lowest threshold on; recall falls.

    One logit per example, (n,) or (n, 1), with targets 0 and 1. `thresholds` are the different logits, m of them;
    `precision` and `recall` (m + 1,) end with the point 1 and 0, which has no threshold. Precision depends on how common
    class 1 is, recall does not.

    Raises ValueError if there is no example of class 1; for more than one logit per example, for other targets and for
    nan.
    """
    true_positives, false_positives, thresholds = counts_by_threshold(logits, targets)
    if not true_positives[-1] > 0:
        raise ValueError(
            f"targets contain class 1 0 times in {int(false_positives[-1])} examples: recall needs at least one; take "
            "more examples, or split them stratified"
        )
    precision = true_positives / (true_positives + false_positives)
    recall = true_positives / true_positives[-1]
    end = true_positives.new_tensor([1.0, 0.0])
    return torch.cat([precision.flip(0), end[:1]]), torch.cat([recall.flip(0), end[1:]]), thresholds.flip(0)


def average_precision(logits, targets):
    """Return the mean of the precision over the recall, Σ (R_k - R_(k-1)) P_k: the area under the curve as steps.

    In [0, 1]; guessing has about the share of class 1. Lines between the points, as for the ROC curve, would be too
    optimistic. Arguments and errors as for `precision_recall_curve`. Source: Davis and Goadrich 2006,
    doi 10.1145/1143844.1143874.
    """
    precision, recall, _ = precision_recall_curve(logits, targets)
    return (-recall.diff() * precision[:-1]).sum()


def counts_by_threshold(logits, targets):
    """Return the true positives, the false positives and the thresholds, from the highest threshold to the lowest.

    A threshold for each different logit: examples with equal logits cannot be told apart, so they count together.
    """
    logits, targets = two_classes(logits, targets)
    if len(logits) == 0:
        raise ValueError("logits and targets are empty: pass at least one example")
    logits, order = logits.sort(descending=True)
    last = torch.cat([logits[1:] != logits[:-1], logits.new_ones(1, dtype=torch.bool)])  # of equal ones
    thresholds = logits[last] if logits.is_floating_point() else precise(logits[last])  # inf is a threshold too
    positives = targets[order].cumsum(0)
    everything = torch.arange(1, len(logits) + 1, device=logits.device)
    return precise(positives[last]), precise((everything - positives)[last]), thresholds
