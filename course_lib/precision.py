"""Which floating-point numbers a device has."""

import torch

NO_FLOAT64 = ("mps",)  # types of devices: Apple's GPU


def widest(device):
    """Return the dtype of the most digits that a tensor on `device`, a `torch.device`, can have.

    That is float64; on Apple's mps, which has none, float32.
    """
    return torch.float32 if device.type in NO_FLOAT64 else torch.float64
