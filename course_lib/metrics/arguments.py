"""What the measures need of their arguments: predictions, examples of two classes, numbers with enough digits."""

import torch


def predictions(logits, targets, threshold=0.0):
    """Return the predicted classes and the targets, each in one dimension.

    Logits (n, classes, ...) with class numbers (n, ...): the largest logit is the prediction. One logit per example,
    (n,) or (n, 1), with targets 0 and 1: class 1 is predicted where the logit is above `threshold`.

    Raises ValueError when the shapes fit neither.
    """
    if logits.numel() == targets.numel():
        return (logits.flatten() > threshold).long(), targets.flatten()
    if logits.ndim == targets.ndim + 1 and logits[:, 0].shape == targets.shape:
        return logits.argmax(dim=1).flatten(), targets.flatten()
    raise ValueError(
        f"logits of shape {tuple(logits.shape)} do not fit targets of shape {tuple(targets.shape)}: "
        "pass logits (n, classes) and class numbers (n,), or one logit for each target"
    )


def class_numbers(targets, n_classes):
    """Return `targets` as int64; raise ValueError if one of them is not a whole number from 0 to n_classes - 1."""
    wrong = targets[~((targets >= 0) & (targets < n_classes) & (targets == targets.long()))]
    if wrong.numel() > 0:
        raise ValueError(
            f"targets contain {wrong[0].item():g}: the {n_classes} classes have the numbers 0 to {n_classes - 1}"
        )
    return targets.long()


def two_classes(logits, targets):
    """Return logits and int64 targets, both (n,), of examples with one logit each; raise ValueError for others."""
    if logits.numel() != targets.numel():
        raise ValueError(
            f"logits of shape {tuple(logits.shape)} beside targets of shape {tuple(targets.shape)}: this measure is of two "
            "classes, with one logit for each target; for more classes take confusion_matrix or per_class_accuracy"
        )
    if logits.isnan().any():
        raise ValueError(f"logits contain nan, {logits.isnan().sum().item()} times: they cannot be ranked or compared")
    return logits.flatten(), class_numbers(targets.flatten(), 2)


def precise(tensor):
    """Return `tensor` as float64, on its device; as float32 on Apple's mps, which has no float64."""
    return tensor.to(torch.float32 if tensor.device.type == "mps" else torch.float64)
