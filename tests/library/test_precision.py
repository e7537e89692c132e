"""Devices without float64: what the library does there is tested where a device pretends to be one (tests/pretend)."""

import itertools
import re
from pathlib import Path

import torch

from course_lib.precision import widest

ROOT = Path(__file__).resolve().parent.parent.parent


def test_apples_gpu_has_no_float64():
    assert widest(torch.device("cpu")) == widest(torch.device("cuda", 1)) == torch.float64
    assert widest(torch.device("mps")) == torch.float32


def sources():
    """The files whose code may meet a tensor on any device: library and notebooks."""
    folders = (ROOT / folder for folder in ("course_lib", "book", "solutions"))
    return itertools.chain.from_iterable([*folder.rglob("*.py"), *folder.rglob("*.ipynb")] for folder in folders)


WRONG_ORDER = re.compile(r"(?:\.double\(\)|\.to\(torch\.float64\))(?:\.\w+\(\))*?\.cpu\(\)")


def test_nothing_becomes_float64_before_it_comes_to_the_cpu():
    assert WRONG_ORDER.search("x.detach().double().cpu()") and not WRONG_ORDER.search("x.cpu().double()")
    found = [
        f"{path.relative_to(ROOT)}: {match[0]}"
        for path in sources()
        for match in WRONG_ORDER.finditer(path.read_text("utf8"))
    ]
    assert not found, "write .cpu().double(): " + "; ".join(found)
