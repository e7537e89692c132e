"""The mean over examples, gathered batch by batch."""

import operator

import torch


class Mean:
    """The mean over examples of values that each came as the mean of a batch.

    The last batch of an epoch is often smaller: the mean of the batch means would count its examples too much.
    A value is a number or a tensor, of any shape that stays the same; the sum stays on the tensor's device, so that
    `update` does not wait for the device, and only `compute` does. It is float32 or wider, whatever the values are: in
    bfloat16, with its 8 bits, 256 + 1 is 256.
    """

    def __init__(self):
        self.total = 0.0
        self.n = 0

    def update(self, value, n):
        """Add `value`, the mean of `n` examples. Raises TypeError unless `n` is a whole number."""
        n = operator.index(n)
        if torch.is_tensor(value):
            value = value.to(torch.promote_types(value.dtype, torch.float32))
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
