"""The kinds of wrong answer that checks have let through, each to be covered, or ruled out, in every exercise.

Covered: ``@wrong(check.ewa, says="…", kind=Kind.STATE)``. Ruled out: ``rules_out(Kind.CHANCE, "nothing is drawn",
check.ewa, check.nesterov)`` with the reason, one line for as many exercises as it holds for. For a *predict* exercise,
whose answer is a value and no code, only the kinds of `PREDICT` are asked.
"""

from enum import Enum


class Kind(Enum):
    """What is wrong with an answer, and what else each name stands for."""

    ARGUMENT = "changes an argument: in-place operators, copy_, sort() on the caller's list, the model's weights"
    SHAPE = "right for the example's shape only: batch of one, one column, square, divisible, gaps in the labels"
    STATE = "keeps something between calls: a cache, a global, the first call's statistics, a shared buffer"
    HALF = "does half of the job: one group, one fold, the last item left out, an empty last batch"
    CHANCE = "looks random and is not: the same partition every time, rolled, one class unshuffled, a seed of its own"
    VALUE = "wrong in value only: sums for means, rounding, clipping, an epsilon, nan, zero and negative inputs, ties"
    DTYPE = "another dtype or number type: narrowed to half, float64 for float32, integers cut off"
    GRADIENT = "loses the gradient: detach, no_grad, .data, layers that work in training only"
    ROUTE = "takes the route that the task forbids"
    COINCIDENCE = "right on one data set by coincidence: constants, symmetric data, loose bounds"
    ELSEWHERE = "gives a copy, a result on another device, another object than asked, or one from an except"
    TYPE = "incomplete or of the wrong type: a list for a tensor, two of three, None, printed, a missing key"
    GUESS = "a guess that the task's own text offers, or a number that needs no thought"


PREDICT = {Kind.VALUE, Kind.TYPE, Kind.GUESS}
BUILD = set(Kind) - {Kind.GUESS}
