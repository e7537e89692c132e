"""Means against overfitting, with the names and values of `torch.nn`."""

import torch
from torch import nn

__all__ = ["Dropout"]


class Dropout(nn.Module):
    """Set each number to 0 with probability p while training, and divide the others by 1 - p (Srivastava et al. 2014).

        outputs = inputs * kept / (1 - p)      kept: 1 where a number from the uniform distribution is p or more, else 0

    inputs (...), outputs (...); their mean over the masks is the inputs, so nothing is to do in evaluation mode, in
    which they pass unchanged. As `torch.nn.Dropout`, in distribution; it draws other masks from the same seed, several
    times faster on a CPU. A mask is drawn for every number, so also for each model of a stack.

    Raises ValueError unless p is a probability, from 0 to 1.
    """

    def __init__(self, p=0.5):
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueError(f"p is {p!r}: pass the probability to drop a number, from 0 to 1")
        self.p = p

    def forward(self, inputs):
        if not self.training or self.p == 0:
            return inputs
        uniform = torch.rand(inputs.shape, dtype=torch.float32, device=inputs.device)  # in bfloat16 p would be coarse
        kept = uniform.ge_(self.p).to(inputs.dtype)
        return inputs * (kept.div_(1 - self.p) if self.p < 1 else kept)

    def extra_repr(self):
        """Return what `print` shows between the brackets."""
        return f"p={self.p}"
