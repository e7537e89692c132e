"""A device that pretends to be a GPU shows on any machine what would fail on a GPU: tools/pretend."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tools.notebooks.environment import PRETEND, environment

ROOT = Path(__file__).resolve().parent.parent.parent
FORGOTTEN = """
import torch
from course_lib.models import mlp
from course_lib.seed import get_device
model = mlp(2, 3).to(get_device())
print(model(torch.ones(1, 2){}).shape)
"""


def run(device, *arguments):
    """What a process on a device prints and how it ends; its environment is that of a notebook's kernel."""
    command = [sys.executable, *arguments]
    return subprocess.run(command, env=environment(device, "book"), cwd=ROOT, capture_output=True, text=True)


@pytest.mark.parametrize("device", PRETEND)
def test_the_library_keeps_to_the_device(device):
    result = run(device, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/pretend")
    assert result.returncode == 0, result.stdout + result.stderr
    assert int(re.search(r"(\d+) passed", result.stdout)[1]) > 60 and "skipped" not in result.stdout


def test_a_notebook_that_forgets_the_device_fails_there_and_not_on_the_cpu():
    forgotten, moved = FORGOTTEN.format(""), FORGOTTEN.format(".to(get_device())")
    assert run("cpu", "-c", forgotten).stdout == "torch.Size([1, 3])\n"
    assert run("pretend_cuda", "-c", moved).stdout == "torch.Size([1, 3])\n"
    failed = run("pretend_cuda", "-c", forgotten)
    assert failed.returncode == 1 and "Expected all tensors to be on the same device" in failed.stderr


def test_a_learner_cannot_ask_for_such_a_device():
    plain = {**os.environ, "COURSE_DEVICE": "pretend_cuda", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", "from course_lib.seed import get_device; get_device()"]
    failed = subprocess.run(command, env=plain, capture_output=True, text=True)
    assert "COURSE_DEVICE must be one of cpu, cuda, mps" in failed.stderr
