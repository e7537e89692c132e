"""Where chance and the device come from: one offset for every seed, one choice of device."""

import operator
import os
import random

import numpy as np
import torch

__all__ = ["available_devices", "generator", "get_device", "offset", "seed_everything"]

DEVICES = ("cpu", "cuda", "mps")
LARGEST_SEED = 2**32 - 1  # NumPy takes no larger one


def offset():
    """Return the integer in `COURSE_SEED` (unset or empty: 0), which is added to every seed of the course.

    Raises ValueError when `COURSE_SEED` is not a whole number from 0 up.
    """
    text = os.environ.get("COURSE_SEED", "").strip()
    if not text:
        return 0
    if not (text.isascii() and text.isdigit()):
        raise ValueError(f"COURSE_SEED must be a whole number such as 0 or 7, but it is {text!r}: correct or unset it")
    return int(text)


def whole(name, value):
    """Return `value`, called `name`, as an int: any whole number will do, NumPy's too; raise TypeError for others."""
    try:
        return operator.index(value)
    except TypeError:
        raise TypeError(f"{name} is {value!r}: pass a whole number, such as 3") from None


def shifted(seed):
    """Return `seed + offset()`, an int.

    Raises TypeError for a seed that is no whole number, and ValueError when the sum is not in 0 … 2**32 - 1.
    """
    seed = whole("seed", seed)
    used = seed + offset()
    if not 0 <= used <= LARGEST_SEED:
        raise ValueError(
            f"seed + COURSE_SEED must lie between 0 and {LARGEST_SEED}, but {seed} + {offset()} = {used}: "
            "choose a smaller non-negative seed"
        )
    return used


def seed_everything(seed=0):
    """Seed `random`, NumPy and torch (all devices) with `seed + offset()`, and return that sum.

    Raises TypeError for a seed that is no whole number, and ValueError when the sum is not in 0 … 2**32 - 1.
    """
    used = shifted(seed)
    random.seed(used)
    np.random.seed(used)
    torch.manual_seed(used)
    return used


def generator(seed=0):
    """Return a `torch.Generator` on the CPU, seeded with `seed + offset()`: a source of chance that nothing else draws on.

    Numbers drawn on the CPU are the same on every device; move them afterwards. Errors as for `seed_everything`.
    """
    return torch.Generator().manual_seed(shifted(seed))


def available_devices():
    """Return the names among cpu, cuda and mps that this machine offers."""
    present = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    return [name for name in DEVICES if present[name]]


def get_device():
    """Return the device named by `COURSE_DEVICE` (cpu, cuda or mps); unset or empty: the best there is.

    Raises ValueError for another name, and RuntimeError when the named device is missing. There is no silent
    fallback to the CPU.
    """
    available = available_devices()
    name = os.environ.get("COURSE_DEVICE", "").strip()
    if not name:
        return torch.device(available[-1])  # never both an NVIDIA GPU and an Apple one
    if name not in DEVICES:
        raise ValueError(f"COURSE_DEVICE must be one of {', '.join(DEVICES)}, but it is {name!r}: correct or unset it")
    if name not in available:
        raise RuntimeError(
            f"COURSE_DEVICE asks for {name!r}, but torch finds only {', '.join(available)}: "
            f"unset COURSE_DEVICE, or install a torch that supports {name}"
        )
    return torch.device(name)
