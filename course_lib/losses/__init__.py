"""Losses from scratch, with the names, arguments and values of `torch.nn.functional`.

`from course_lib import losses as F` and `from torch.nn import functional as F` can be swapped. Two differences: what
comes after `target` is passed by name, and shapes that torch would broadcast, with a warning or without, raise.
"""

from course_lib.losses.binary import binary_cross_entropy, binary_cross_entropy_with_logits
from course_lib.losses.classes import cross_entropy, nll_loss
from course_lib.losses.regression import l1_loss, mse_loss
from course_lib.losses.softmax import log_softmax, logsumexp, one_hot

__all__ = [
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "cross_entropy",
    "l1_loss",
    "log_softmax",
    "logsumexp",
    "mse_loss",
    "nll_loss",
    "one_hot",
]
