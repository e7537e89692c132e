"""Answers to the exercises of *Losses*."""

import torch

from course_lib.checks import losses as check

from . import right, wrong

right(check.first)(3)
right(check.first)(torch.tensor(3.0))
wrong(check.first, says="in the middle")(2)
wrong(check.first, says="How many")(9)
wrong(check.first, says="How many")(4.5)
wrong(check.first, says="expected one number")("three")
