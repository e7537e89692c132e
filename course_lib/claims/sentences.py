"""`say` and `claim`: a computed sentence, and one that raises where it is false."""

import re

import numpy as np
import torch
from IPython.display import Markdown, display

from course_lib.claims.intervals import as_numbers, bounds, check_unit, mcnemar, not_finite
from course_lib.data import has_mnist
from course_lib.seed import get_device, offset

RELATIONS = ("<", ">", "~")
NUMBER = re.compile(r"[+−-]?\d(?:[\d.,]*\d)?")


def say(text):
    """Show a computed Markdown sentence, without an assertion. One that compares needs an :func:`interval`."""
    display(Markdown(tied(text)), metadata={"course": {"say": True}})


def claim(text, left, relation=None, right=None, *, over=None, ratio=None, unit="", within=None, needs=None):
    """Show a sentence that is true, with what was measured; raise AssertionError where it is false.

    Three forms::

        claim("The weights sum to one", abs(total - 1) < 1e-12)
        claim("Momentum needs fewer steps", momentum, "<", plain, over="seeds", unit="steps")
        claim("No difference was found", a, "~", b, over="splits", ratio=0.25, unit="points", within=1)

    The first takes a truth value: a bool, `numpy.bool_` or a bool tensor of shape (). In the others, `left` and `right`
    have the shape (n,), value by value from the same seed, example, split or draw; `over` says which, and
    :func:`interval` what follows from it. One of them may be a constant of shape (): then nothing is paired. A ranking
    (``"<"``, ``">"``) holds when the 95 % interval of the mean difference excludes zero on the right side; for examples
    that are right (1) or wrong (0) McNemar's exact test must agree. ``"~"`` holds when the interval contains zero and,
    with `within`, lies inside ±`within`: "no difference found". A value that is not finite makes any claim fail.

    With ``needs="mnist"``, where only the stand-in is at hand, the sentence is shown as not run, nothing is computed,
    and its numbers, which are the stand-in's, become an ellipsis.

    Raises TypeError for a first form without a truth value; ValueError for an unknown or missing `relation`, `right`,
    `over`, `ratio` or `needs`, for unequal numbers of values, or too few.
    """
    text = tied(text.rstrip("."))
    record = {"text": text, "device": get_device().type, "seed_offset": offset()}
    if needs is not None and not _is_here(needs):
        record |= {"text": NUMBER.sub("…", text), "status": "not run", "measured": "", "needs": needs}
        _show(f"**Not run: {needs.upper()} is not here.** {record['text']}.", record)
        return
    if relation is None:
        holds, numbers = _truth(left), {"measured": ""}
    else:
        holds, numbers = _compare(left, relation, right, over, ratio, unit, within)
    record |= {"status": "holds" if holds else "fails", **numbers}
    sentence = text + (f" ({record['measured']})" if record["measured"] else "")
    _show(f"**{'Checked' if holds else 'False'}:** {sentence}.", record)
    if not holds:
        raise AssertionError(sentence)


def _truth(value):
    """The bool in a truth value; anything else is refused, as ``claim("a", "b")`` would hold."""
    if isinstance(value, torch.Tensor) and value.dim() == 0 and value.dtype == torch.bool:
        return value.item()
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    found = f"{value.dtype} of shape {tuple(value.shape)}" if hasattr(value, "dtype") else repr(value)
    raise TypeError(
        f"left: got {found}, which is neither true nor false; assert a comparison such as x < y, with .all() or .any() "
        "where it has many values, or give a relation: claim(text, left, '<', right, over='seeds')"
    )


def _compare(left, relation, right, over, ratio, unit, within):
    """Whether the relation holds, and its record: the numbers and the words that say them."""
    if relation not in RELATIONS:
        raise ValueError(f"relation: got {relation!r}; use '<' or '>' for a ranking, '~' for no difference")
    if right is None:
        raise ValueError(f"right: nothing to compare with; claim(text, left, {relation!r}, right, over='seeds')")
    left, right = as_numbers("left", left), as_numbers("right", right)
    both = left.dim() == right.dim() == 1
    if both and len(left) != len(right):
        raise ValueError(f"left has {len(left)} values and right has {len(right)}: compare the same {over or 'seeds'}")
    difference = right - left if relation == "<" else left - right
    check_unit(over, ratio, difference.numel())
    n = len(difference)
    record = {"relation": relation, "over": over, "unit": unit, "n": n}
    if bad := not_finite(difference):
        return False, record | {"measured": f"{bad} of {n} {over} are not finite"}
    low, high = (end.item() for end in bounds(difference, over, ratio))
    record |= {"difference": difference.mean().item(), "low": low, "high": high}
    if relation == "~":
        holds = low <= 0 <= high and (within is None or max(-low, high) <= within)
    else:
        holds = low > 0
    words = f"difference {number(record['difference'])} {unit}".rstrip()
    words += f", 95\u00a0% interval {number(low)} to {number(high)}, {n} {over}"
    if both and (over == "examples" or not any((x == x[0]).all() for x in (left, right))):
        words += ", paired"  # with a constant nothing is paired
    words += ", corrected for their overlap" * (over == "splits")
    if both and over == "examples" and all(((x == 0) | (x == 1)).all() for x in (left, right)):
        record["p"] = mcnemar(left, right)
        words += f", exact McNemar p = {number(record['p'])}"
        holds = holds and (relation == "~" or record["p"] < 0.05)
    return holds, record | {"measured": words}


def number(value):
    """A number as a reader wants it: three significant digits, no exponent below a million."""
    value = float(value)
    text = f"{value:,.0f}" if 1000 <= abs(value) < 1e6 else f"{value:.3g}"
    return text.replace("-", "−")


def tied(text):
    """The text with a number and its per cent sign on one line: a no-break space between them."""
    return re.sub(r"(?<=\d) %", "\u00a0%", text)


def _is_here(needs):
    if needs != "mnist":
        raise ValueError(f"needs: got {needs!r}; the only data that may be missing are 'mnist'")
    return has_mnist()


def _show(markdown, record):
    display(Markdown(markdown), metadata={"course": {"claim": record}})
