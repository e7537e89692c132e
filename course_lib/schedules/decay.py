"""Schedules that start at the peak and go down. t is the step, from 0; each returns a function of it."""

import math

from course_lib.schedules.arguments import at_least, share, shrinking, whole


def constant():
    """Return the factor 1 at every step, as torch's `ConstantLR` does with `factor=1`."""
    return lambda t: 1.0


def step_decay(every, gamma=0.1):
    """Multiply by gamma after each `every` steps: gammaᵏ, where k is t / every rounded down.

    The rates of torch's `StepLR(step_size=every, gamma=gamma)`.
    Raises ValueError unless `every` is a whole number from 1 up and 0 < gamma <= 1.
    """
    every, gamma = whole("every", every, 1), shrinking("gamma", gamma)
    return lambda t: gamma ** (t // every)


def exponential(gamma):
    """Multiply by gamma after each step: gammaᵗ, half of the peak after ln 0.5 / ln gamma steps.

    The rates of torch's `ExponentialLR(gamma=gamma)`. Raises ValueError unless 0 < gamma <= 1.
    """
    gamma = shrinking("gamma", gamma)
    return lambda t: gamma**t


def inverse_time(decay):
    """Return 1 / (1 + decay · t), half of the peak after 1 / decay steps.

    The rates of such a function in torch's `LambdaLR`. Their sum grows without bound while the sum of their squares stays
    finite, which Robbins and Monro ask for (A Stochastic Approximation Method, 1951, doi 10.1214/aoms/1177729586).
    Raises ValueError unless `decay` is 0 or larger.
    """
    decay = at_least("decay", decay, 0)
    return lambda t: 1 / (1 + decay * t)


def linear(n_steps, end=0.0):
    """Go down in a straight line from 1 at step 0 to `end` at step n_steps: 1 - (1 - end) t / n_steps.

    The rates of torch's `LinearLR(start_factor=1, end_factor=end, total_iters=n_steps)`.
    Raises ValueError unless n_steps is a whole number from 1 up and 0 <= end <= 1.
    """
    n_steps, end = whole("n_steps", n_steps, 1), share("end", end)
    return lambda t: 1 + (end - 1) * (min(t, n_steps) / n_steps)


def cosine(n_steps, end=0.0):
    """Go down in half a cosine wave from 1 at step 0 to `end` at step n_steps: end + (1 - end) (1 + cos(π t / n_steps)) / 2.

    The rates of torch's `CosineAnnealingLR(T_max=n_steps, eta_min=end * lr)` until step n_steps. Beyond it torch's climb
    back to the peak, which they reach at 2 n_steps; these stay at `end`. Source: one run without restarts in Loshchilov and
    Hutter, SGDR, 2017, arXiv 1608.03983.
    Raises ValueError unless n_steps is a whole number from 1 up and 0 <= end <= 1.
    """
    n_steps, end = whole("n_steps", n_steps, 1), share("end", end)
    return lambda t: end + (1 - end) * (1 + math.cos(math.pi * min(t, n_steps) / n_steps)) / 2
