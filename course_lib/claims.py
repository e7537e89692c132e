"""Sentences that are computed, and claims that are checked.

Every comparative sentence of the book passes through :func:`claim`. It shows the sentence with what was measured, leaves
a record in the output's metadata (the build collects them into one page) and raises where the sentence is false.
"""

import torch
from IPython.display import Markdown, display
from scipy.special import stdtrit

from course_lib.data import has_mnist
from course_lib.seed import get_device, offset

MIN_SEEDS = 5
CONFIDENCE = 0.95


def say(text):
    """Show a computed Markdown sentence, without an assertion."""
    display(Markdown(text), metadata={"course": {"say": True}})


def claim(text, left, relation=None, right=None, *, unit="", within=None, needs=None):
    """Show a sentence that is true, with what was measured; raise AssertionError where it is false.

    Three forms::

        claim("The weights sum to one", abs(total - 1) < 1e-12)
        claim("Momentum needs fewer steps", momentum, "<", plain, unit="steps")
        claim("The order of the layers makes no difference", a, "~", b, unit="points", within=1)

    In the last two, `left` and `right` hold one value per seed, in the same order of seeds. A ranking (``"<"``, ``">"``)
    holds when the 95 % interval of the mean paired difference (Student's t) excludes zero on the right side. ``"~"``
    holds when the interval contains zero and, with `within`, lies inside ±`within`: "no difference found".

    With ``needs="mnist"`` the sentence is shown as not run where only the fallback data are at hand.

    Raises ValueError for fewer than 5 seeds, unequal numbers of seeds and values that are not finite.
    """
    record = {"text": text.rstrip("."), "device": get_device().type, "seed_offset": offset()}
    if relation is None:
        holds = bool(left)
        measured = ""
    else:
        holds, numbers, measured = _compare(left, relation, right, unit, within)
        record |= {"relation": relation, "unit": unit, **numbers}
    if needs is not None and not _is_here(needs):
        record |= {"status": "not run", "measured": "", "needs": needs}
        _show(f"**Not run: {needs.upper()} is not here.** {record['text']}.", record)
        return
    record |= {"status": "holds" if holds else "fails", "measured": measured}
    sentence = record["text"] + (f" ({measured})" if measured else "")
    _show(f"**{'Checked' if holds else 'False'}:** {sentence}.", record)
    if not holds:
        raise AssertionError(sentence)


def interval(values):
    """Mean of one value per seed, and the half width of its 95 % interval (Student's t, n - 1 degrees of freedom)."""
    values = _per_seed("values", values)
    if len(values) < 2:
        raise ValueError("values: an interval needs at least 2 of them, one per seed; got 1")
    half = stdtrit(len(values) - 1, (1 + CONFIDENCE) / 2) * values.std().item() / len(values) ** 0.5
    return values.mean().item(), float(half)


def _compare(left, relation, right, unit, within):
    """Whether the relation holds, its numbers, and the words that say them."""
    if relation not in ("<", ">", "~"):
        raise ValueError(f"relation: got {relation!r}; use '<' or '>' for a ranking, '~' for no difference")
    if right is None:
        raise ValueError(f"right: nothing to compare with; claim(text, left, {relation!r}, right)")
    left, right = _per_seed("left", left), _per_seed("right", right)
    if len(left) != len(right):
        raise ValueError(f"left has {len(left)} values and right has {len(right)}: compare the same seeds")
    if len(left) < MIN_SEEDS:
        raise ValueError(f"left, right: {len(left)} seeds; a comparison needs at least {MIN_SEEDS}")
    difference = right - left if relation == "<" else left - right
    mean, half = interval(difference)
    low, high = mean - half, mean + half
    if relation == "~":
        holds = low <= 0 <= high and (within is None or max(-low, high) <= within)
    else:
        holds = low > 0
    unit = f" {unit}" if unit else ""
    words = f"difference {number(mean)}{unit}, 95 % interval {number(low)} to {number(high)}, {len(left)} seeds, paired"
    return holds, {"n": len(left), "difference": mean, "low": low, "high": high}, words


def number(value):
    """A number as a reader wants it: three significant digits, no exponent below a million."""
    value = float(value)
    text = f"{value:,.0f}" if 1000 <= abs(value) < 1e6 else f"{value:.3g}"
    return text.replace("-", "−")


def _per_seed(name, values):
    values = torch.as_tensor(values).detach().cpu().double().flatten()
    if not torch.isfinite(values).all():
        bad = int((~torch.isfinite(values)).sum())
        raise ValueError(
            f"{name}: {bad} of {len(values)} values are not finite; decide first how a run that diverged "
            "counts, for example with torch.nan_to_num"
        )
    return values


def _is_here(needs):
    if needs != "mnist":
        raise ValueError(f"needs: got {needs!r}; the only data that may be missing are 'mnist'")
    return has_mnist()


def _show(markdown, record):
    display(Markdown(markdown), metadata={"course": {"claim": record}})
