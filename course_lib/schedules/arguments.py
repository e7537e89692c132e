"""Checks of what a caller passes to a schedule; each error names the argument, its value and the remedy."""

import math
import operator
from numbers import Real


def whole(name, value, least):
    """Return `value` as an int; raise ValueError unless it is a whole number of at least `least` (NumPy's too)."""
    try:
        number = operator.index(value)
    except TypeError:
        number = least - 1
    if number < least:
        raise ValueError(f"{name} is {value!r}: pass a whole number, {least} or larger")
    return number


def share(name, value):
    """Return `value` as a float; raise ValueError unless it is a number from 0 to 1."""
    if not (isinstance(value, Real) and 0 <= value <= 1):
        raise ValueError(f"{name} is {value!r}: pass a number from 0 to 1")
    return float(value)


def shrinking(name, value):
    """Return `value` as a float; raise ValueError unless it is above 0 and at most 1, so that no factor passes 1."""
    if not (isinstance(value, Real) and 0 < value <= 1):
        raise ValueError(f"{name} is {value!r}: pass a number above 0 and at most 1")
    return float(value)


def at_least(name, value, least):
    """Return `value` as a float; raise ValueError unless it is a finite number of at least `least`."""
    if not (isinstance(value, Real) and least <= value < math.inf):
        raise ValueError(f"{name} is {value!r}: pass a number, {least} or larger")
    return float(value)
