"""Measures of success: functions of (logits, targets), and one mean over examples."""
import torch


def accuracy(logits, targets):
    """Return the share of right predictions, in [0, 1], as a tensor of no dimensions on the device of `logits`.

    Logits (n, classes) with class numbers (n,): the largest logit is the prediction. One logit per example, (n,) or
    (n, 1), with targets 0 and 1: the prediction is class 1 where the logit is above 0, a probability above one half.

    Raises ValueError when the shapes fit neither.
    """
    if logits.numel() == targets.numel():
        right = (logits.flatten() > 0) == targets.flatten()
    elif logits.ndim == targets.ndim + 1 and logits[:, 0].shape == targets.shape:
        right = logits.argmax(dim=1) == targets
    else:
        raise ValueError(
            f"logits of shape {tuple(logits.shape)} do not fit targets of shape {tuple(targets.shape)}: "
            "pass logits (n, classes) and class numbers (n,), or one logit for each target"
        )
    return right.float().mean()


class Mean:
    """The mean over examples of values that each came as the mean of a batch.

    The last batch of an epoch is often smaller: the mean of the batch means would count its examples too much.
    A value is a number or a tensor, of any shape that stays the same; the sum stays on the tensor's device, so that
    `update` does not wait for the device, and only `compute` does.
    """

    def __init__(self):
        self.total = 0.0
        self.n = 0

    def update(self, value, n):
        """Add `value`, the mean of `n` examples."""
        self.total = self.total + value * n
        self.n += n

    def compute(self):
        """Return the mean: a float, or a float64 CPU tensor if the values had dimensions.

        Raises ValueError when there was no example.
        """
        if self.n == 0:
            raise ValueError("there is no mean of 0 examples: call update(value, n) first")
        total = self.total.detach().cpu() if torch.is_tensor(self.total) else self.total
        mean = torch.as_tensor(total, dtype=torch.float64) / self.n
        return mean if mean.ndim > 0 else mean.item()
