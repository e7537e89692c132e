"""Toy problems drawn from a seed on the CPU: classes that no straight line separates, and a curve under noise."""

import math

import torch

from course_lib.seed import generator, whole


def moons(n=500, noise=0.1, seed=0):
    """Return two interlocking half circles: float32 points (n, 2), int64 classes (n,), 0 the upper and 1 the lower.

    Points lie on circles of radius 1, plus Gaussian noise of standard deviation `noise`. The classes take turns.
    Raises ValueError when n is under 2 or the noise is negative.
    """
    chance = checked_generator(n, noise, seed)
    targets = torch.arange(n) % 2
    angle = math.pi * torch.rand(n, generator=chance)
    upper = torch.stack([angle.cos(), angle.sin()], dim=1)
    lower = torch.stack([1 - angle.cos(), 0.5 - angle.sin()], dim=1)
    return jitter(torch.where(targets.unsqueeze(1) == 0, upper, lower), noise, chance), targets


def spirals(n=500, noise=0.02, seed=0):
    """Return two spiral arms, each one and a half turns: float32 points (n, 2), int64 classes (n,).

    The radius grows from 0.1 to 1, plus Gaussian noise of standard deviation `noise`; the second arm is the first one
    turned by half a turn. The classes take turns. Raises ValueError when n is under 2 or the noise is negative.
    """
    chance = checked_generator(n, noise, seed)
    targets = torch.arange(n) % 2
    radius = 0.1 + 0.9 * torch.rand(n, generator=chance).sqrt()  # the root spreads the points evenly along the arm
    angle = 3 * math.pi * radius + math.pi * targets
    points = radius.unsqueeze(1) * torch.stack([angle.cos(), angle.sin()], dim=1)
    return jitter(points, noise, chance), targets


def noisy_sine(n=30, noise=0.3, seed=0):
    """Return a regression problem: float32 inputs (n, 1), uniform in [0, 1), and targets (n, 1), sin(2πx) plus noise.

    The noise is Gaussian of standard deviation `noise`; the sine has amplitude 1. The inputs come in random order.
    Raises ValueError when n is under 2 or the noise is negative. After Bishop, Pattern Recognition and Machine
    Learning, 2006, section 1.1.
    """
    chance = checked_generator(n, noise, seed)
    inputs = torch.rand(n, 1, generator=chance)
    return inputs, jitter((2 * math.pi * inputs).sin(), noise, chance)


def checked_generator(n, noise, seed):
    """Return a CPU generator seeded with `seed + offset()`, after a look at n and noise."""
    if whole("n", n) < 2:
        raise ValueError(f"n must be at least 2, but it is {n}")
    if not noise >= 0:  # nan is not
        raise ValueError(f"noise must be a standard deviation, 0 or more, but it is {noise}")
    return generator(seed)


def jitter(points, noise, chance):
    """Return the points, each moved by Gaussian noise of standard deviation `noise`."""
    return points + noise * torch.randn(points.shape, generator=chance)
