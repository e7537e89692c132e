"""What the measures need of their arguments: examples with their classes, and numbers with enough digits."""

from numbers import Integral

import torch

from course_lib.precision import widest


def examples(logits, targets, n_classes=None):
    """Return logits (n, classes), or (n,) where an example has one logit, and its int64 class numbers (n,).

    Tensors or NumPy arrays: logits (n, classes, ...) with class numbers (n, ...), or one logit per example, (n,) or
    (n, 1, ...), with targets 0 and 1 in one of these shapes; places count as examples. Targets come to the device of
    the logits. `n_classes` is None for as many as there are logits (two of one), or larger.

    Raises ValueError when the shapes fit neither, for targets that are not whole numbers from 0 to n_classes - 1, for
    nan in the logits and for an n_classes below the number of logits.
    """
    logits = torch.as_tensor(logits)
    targets = moved(targets, logits.device)
    if has_one_logit(logits):
        fits = drop_one(logits).shape == drop_one(targets).shape
    else:
        fits = logits.ndim > 1 and logits[:, 0].shape == targets.shape
    if not fits:
        raise ValueError(why_shapes_do_not_fit(logits, targets))
    n_classes = count_classes(logits, n_classes)
    wrong = ~((targets >= 0) & (targets < n_classes) & (targets == targets.long()))
    if wrong.any() | logits.isnan().any():  # one question to the device
        raise ValueError(why_not_numbers(logits, targets[wrong], n_classes))
    flat = logits.flatten() if has_one_logit(logits) else logits.movedim(1, -1).flatten(0, -2)
    return flat, targets.flatten().long()


def has_one_logit(logits):
    """Return whether these are logits of two classes, one for each example: (n,) or (n, 1, ...)."""
    return logits.ndim == 1 or (logits.ndim > 1 and logits.shape[1] == 1)


def count_classes(logits, n_classes=None):
    """Return `n_classes`, or if None as many as the logits are of; raise ValueError unless it is at least that."""
    of_logits = 2 if has_one_logit(logits) else logits.shape[1]
    if n_classes is None:
        return of_logits
    if not (isinstance(n_classes, Integral) and n_classes >= of_logits):
        raise ValueError(f"n_classes={n_classes!r}: the logits are of {of_logits} classes, so pass {of_logits} or more")
    return int(n_classes)


def drop_one(tensor):
    """Return (n, 1, ...) as (n, ...), and other shapes as they are."""
    return tensor.squeeze(1) if tensor.ndim > 1 else tensor


def why_shapes_do_not_fit(logits, targets):
    """Return what is wrong with two shapes, and what to pass."""
    text = f"logits of shape {tuple(logits.shape)} do not fit targets of shape {tuple(targets.shape)}: "
    if logits.ndim > 1 and logits.shape == targets.shape:
        return text + (
            "pass class numbers; of one-hot rows these are targets.argmax(1). Where each column is a question of its "
            "own, with targets 0 and 1, pass logits.flatten() and targets.flatten()"
        )
    swapped = " (here they seem to be swapped)" if targets.ndim == logits.ndim + 1 else ""
    return text + f"pass logits (n, classes) and class numbers (n,), or one logit for each target{swapped}"


def why_not_numbers(logits, wrong, n_classes):
    """Return what is wrong with the numbers in logits or targets, `wrong` being the targets that are no classes."""
    if wrong.numel() == 0:
        count = logits.isnan().sum().item()
        return (
            f"logits contain nan, {count} times: they cannot be ranked or compared, and are no confidences; find out where "
            "they come from, a training that diverged (lower the learning rate) or nan in the inputs"
        )
    value = wrong[0].item()
    text = f"targets contain {value:g}: the {n_classes} classes have the numbers 0 to {n_classes - 1}; "
    if has_one_logit(logits) and value == -1:
        return text + "of labels -1 and 1 pass targets > 0"
    if has_one_logit(logits) and value > 1:
        return text + (
            "of more classes pass logits (n, classes), not the predicted classes; the accuracy of those is "
            "(predicted == targets).float().mean()"
        )
    return text + "number the classes from 0, and leave out examples whose class is not known"


def predictions(logits, targets, threshold=0.0, n_classes=None):
    """Return the predicted classes and the targets, each int64 (n,); arguments and errors as for `examples`.

    The largest logit is the prediction, or of one logit class 1 where it is above `threshold`, a number.
    """
    logits, targets = examples(logits, targets, n_classes)
    if threshold != threshold:
        raise ValueError("threshold is nan: pass a number, such as 0 for a probability of one half")
    return (logits > threshold).long() if logits.ndim == 1 else logits.argmax(dim=1), targets


def two_classes(logits, targets):
    """Return logits and int64 targets, both (n,), of examples with one logit each; raise ValueError for others."""
    logits = torch.as_tensor(logits)
    if not has_one_logit(logits):
        raise ValueError(
            f"logits of shape {tuple(logits.shape)}: this measure is of two classes, with one logit for each target, "
            "(n,) or (n, 1); of two logits pass logits[:, 1] - logits[:, 0]; for more classes take confusion_matrix or "
            "per_class_accuracy"
        )
    return examples(logits, targets)


def moved(values, device):
    """Return a tensor or NumPy array on `device`; what is float64 as the widest dtype there."""
    values = torch.as_tensor(values)
    return values.to(device=device, dtype=widest(device) if values.dtype == torch.float64 else None)


def precise(tensor):
    """Return `tensor` in the widest dtype of its device."""
    return tensor.to(widest(tensor.device))
