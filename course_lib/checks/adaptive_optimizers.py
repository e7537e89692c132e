"""Checks of *Adaptive optimizers*: what each exercise asks, in a few words."""

from .core import Exercise, expect, number


@Exercise
def first(answer):
    """The mean of three numbers."""
    mean = number(answer)
    expect(mean != 2, "2 is the one in the middle", "A mean adds them all up.")
    expect(abs(mean - 3) < 0.01, f"{mean:g} is not their mean", "Add them up. How many are they?")
