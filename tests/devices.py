"""The devices of a test: the CPU, CUDA where it is there, and the one that pretends in a process that has it."""

import pytest
import torch

from course_lib.seed import available_devices

NO_CUDA = pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device here: not tested on cuda")
PRETENDED = [name for name in available_devices() if name.startswith("pretend")]  # tools/pretend
DEVICES = ["cpu", pytest.param("cuda", marks=NO_CUDA), *PRETENDED]


def not_pretended(why):
    """A mark for a test of what a device that pretends cannot do."""
    return pytest.mark.skipif(bool(PRETENDED), reason=f"not on a device that pretends: {why}")
