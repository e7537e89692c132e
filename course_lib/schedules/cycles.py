"""Schedules that rise and fall: triangles without end, and one cycle for the whole run. t is the step, from 0.

torch's `CyclicLR` and `OneCycleLR` move the momentum too (beta1 of Adam), down while the rate goes up, unless
`cycle_momentum=False`; and both set the optimizer's learning rate, whatever it was. These change the rate only.
"""

import math

from course_lib.schedules.arguments import at_least, share, shrinking, whole


def triangular(half_cycle, base=0.25):
    """Rise from `base` to 1 in half_cycle steps, fall back in as many, and again: base + (1 - base) · height(t).

    The height is 0 at steps 0, 2 half_cycle, 4 half_cycle, …, 1 half-way between them, and straight in between. The rates of
    torch's `CyclicLR(base_lr=base * lr, max_lr=lr, step_size_up=half_cycle, cycle_momentum=False)`. Source: Smith, Cyclical
    Learning Rates for Training Neural Networks, 2017, doi 10.1109/WACV.2017.58.
    Raises ValueError unless half_cycle is a whole number from 1 up and 0 <= base <= 1.
    """
    half_cycle, base = whole("half_cycle", half_cycle, 1), share("base", base)
    return lambda t: base + (1 - base) * height(t, half_cycle)


def triangular2(half_cycle, base=0.25):
    """Do as `triangular`, with half the amplitude in each new cycle: base + (1 - base) · height(t) / 2ᶜ in cycle c, from 0.

    The rates of torch's `CyclicLR(..., mode="triangular2", cycle_momentum=False)`; arguments, source and errors are those
    of `triangular`.
    """
    half_cycle, base = whole("half_cycle", half_cycle, 1), share("base", base)
    return lambda t: base + (1 - base) * height(t, half_cycle) * 0.5 ** (t // (2 * half_cycle))


def exp_range(half_cycle, gamma, base=0.25):
    """Do as `triangular`, with an amplitude that shrinks at each step: base + (1 - base) · height(t) · gammaᵗ.

    The rates of torch's `CyclicLR(..., mode="exp_range", gamma=gamma, cycle_momentum=False)`; the other arguments, source
    and errors are those of `triangular`. Raises ValueError, too, unless 0 < gamma <= 1.
    """
    half_cycle, base, gamma = whole("half_cycle", half_cycle, 1), share("base", base), shrinking("gamma", gamma)
    return lambda t: base + (1 - base) * height(t, half_cycle) * gamma**t


def height(t, half_cycle):
    """Return 0 at the feet of the triangles and 1 at their tips."""
    into_cycle = t % (2 * half_cycle)
    return min(into_cycle, 2 * half_cycle - into_cycle) / half_cycle


def one_cycle(n_steps, pct_start=0.3, div_factor=25.0, final_div_factor=1e4):
    """Rise from 1 / div_factor to 1, then fall to 1 / (div_factor · final_div_factor), each in half a cosine wave.

    The last step is n_steps - 1; the peak lies at step P = pct_start · n_steps - 1, which need not be a whole number. From
    a to b the wave is b + (a - b) (1 + cos(π s)) / 2, with s = t / P on the way up and s = (t - P) / (n_steps - 1 - P) on
    the way down. Where P is below 0 there is no way up.

    The rates of torch's `OneCycleLR(max_lr=lr, total_steps=n_steps, pct_start=pct_start, div_factor=div_factor,
    final_div_factor=final_div_factor)`, which refuses a step past the end. Source: Smith and Topin, Super-Convergence,
    2019, doi 10.1117/12.2520589; they rise and fall in straight lines and have a third phase. torch follows fastai.
    Raises ValueError unless n_steps is a whole number from 1 up, 0 <= pct_start <= 1 and both factors are 1 or larger.
    """
    n_steps, pct_start = whole("n_steps", n_steps, 1), share("pct_start", pct_start)
    first = 1 / at_least("div_factor", div_factor, 1)
    last = first / at_least("final_div_factor", final_div_factor, 1)
    end, peak = n_steps - 1, pct_start * n_steps - 1

    def factor(t):
        t = min(t, end)
        if t <= peak:
            return wave(first, 1, t / peak if peak > 0 else 1)
        return wave(1, last, (t - peak) / (end - peak))

    return factor


def wave(a, b, share_done):
    """Return the value of half a cosine wave from a, at share_done 0, to b, at 1."""
    return b + (a - b) * (1 + math.cos(math.pi * share_done)) / 2
