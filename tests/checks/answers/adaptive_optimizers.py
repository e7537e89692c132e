"""Answers to the exercises of *Adaptive optimizers*."""

import torch
from kinds import Kind

from course_lib.checks import adaptive_optimizers as check

from . import right, wrong

right(check.first)(3)
right(check.first)(torch.tensor(3.0))
wrong(check.first, says="in the middle", kind=Kind.GUESS)(2)
wrong(check.first, says="How many", kind=Kind.VALUE)(9)
wrong(check.first, says="How many")(4.5)
wrong(check.first, says="expected one number", kind=Kind.TYPE)("three")
