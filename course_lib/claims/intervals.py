"""95 % intervals of a mean, one for each unit of chance.

What may be said depends on what would be drawn anew: the seed of a run, the examples that are looked at, the cut of one
data set, or the whole data set. Each unit has its interval here, and a simulation in the tests says how often it holds
the truth.
"""

from typing import NamedTuple

import torch
from scipy.special import bdtr, ndtri, stdtrit

from course_lib.seed import generator

CONFIDENCE = 0.95
RESAMPLES = 2000
UNITS = {"seeds": 5, "examples": 80, "splits": 5, "draws": 5}  # the unit of chance: how many at least


class Interval(NamedTuple):
    """A mean and its 95 % interval, over `n` seeds, examples, splits or draws.

    In an f-string all three numbers get the same format: ``f"{interval(a - b, over='seeds'):+.1f}"`` reads
    "+0.5 (95 % interval -0.2 to +1.2 over 16 seeds)", with a true minus sign.
    """

    mean: float
    low: float
    high: float
    n: int
    over: str

    def __format__(self, spec):
        mean, low, high = (format(value, spec).replace("-", "−") for value in self[:3])
        return f"{mean} (95\u00a0% interval {low} to {high} over {self.n} {self.over})"


def interval(values, *, over, ratio=None):
    """The mean of `values`, shape (n,), and its 95 % interval; for a paired comparison give the differences.

    `over` names what each value is:

    - ``"seeds"``: one independent run, ``"draws"``: one independent data set from a generator. Student's t with n - 1
      degrees of freedom.
    - ``"splits"``: one random split of the same data. The parts overlap, so the values vary together and the plain t
      interval is too narrow. Nadeau and Bengio (2003, https://doi.org/10.1023/A:1024068626366) widen its 1/n to
      1/n + `ratio`, with `ratio` = size of the test part / size of the training part.
    - ``"examples"``: one example. The bootstrap (Efron 1979, https://doi.org/10.1214/aos/1176344552): means of 2,000
      resamples with replacement, their quantiles at 2.5 and 97.5 %, stretched about the mean as Student's t is against
      the normal distribution (Hesterberg 2015, https://doi.org/10.1080/00031305.2015.1089789). Values that are all -1,
      0 or 1, as differences of right (1) and wrong (0) are, get the interval of Agresti and Min (2005,
      https://doi.org/10.1002/sim.1781), which holds where a handful of examples makes the whole difference.

    Raises ValueError for an unknown `over`, a `ratio` that is missing or out of place, too few values (5 seeds, draws or
    splits, 80 examples) or values that are not finite.
    """
    values = as_numbers("values", values)
    check_unit(over, ratio, len(values))
    if bad := not_finite(values):
        raise ValueError(
            f"values: {bad} of {len(values)} are not finite; decide first how a run that diverged counts, for example "
            "with torch.nan_to_num"
        )
    low, high = bounds(values, over, ratio)
    return Interval(values.mean().item(), low.item(), high.item(), len(values), over)


def bounds(values, over, ratio=None):
    """Both ends of the 95 % interval for the mean along the last axis of a float64 tensor (..., n)."""
    n, tail = values.shape[-1], (1 - CONFIDENCE) / 2
    mean = values.mean(-1)
    if over == "examples" and (values.abs() * (1 - values.abs()) == 0).all():
        better, worse = ((values == sign).sum(-1).double() + 0.5 for sign in (1, -1))  # half an example for each side
        mean = (better - worse) / (n + 2)
        half = ndtri(1 - tail) * (((better + worse) / (n + 2) - mean**2) / (n + 2)).sqrt()
        return mean - half, mean + half
    if over == "examples":
        ends = resampled_means(values).quantile(torch.tensor([tail, 1 - tail], dtype=torch.float64), dim=-1)
        stretch = stdtrit(n - 1, 1 - tail) / ndtri(1 - tail) * (n / (n - 1)) ** 0.5
        return tuple(mean + stretch * (end - mean) for end in ends)
    factor = 1 / n + (ratio if over == "splits" else 0)
    half = stdtrit(n - 1, 1 - tail) * values.std(-1) * factor**0.5
    return mean - half, mean + half


def resampled_means(values):
    """The means of 2,000 resamples of the last axis, with replacement: (..., n) to (..., 2000)."""
    n, source = values.shape[-1], generator(0)
    means = []
    for _ in range(RESAMPLES // 100):  # in blocks: 10,000 examples take 8 MB, not 160
        chosen = torch.randint(n, (100, n), generator=source)
        counts = torch.zeros(100, n, dtype=torch.float64).scatter_add_(
            1, chosen, torch.ones(100, n, dtype=torch.float64)
        )
        means.append(values @ counts.T / n)
    return torch.cat(means, -1)


def mcnemar(left, right):
    """The exact p value (two-sided) of two models of equal quality, from right (1) and wrong (0) on the same examples.

    Only the examples on which they differ count: of these each model should win half (McNemar 1947,
    https://doi.org/10.1007/BF02295996). `left` and `right` have the shape (n,).
    """
    wins, losses = int((left > right).sum()), int((left < right).sum())
    return min(1.0, 2 * float(bdtr(min(wins, losses), wins + losses, 0.5)))


def check_unit(over, ratio, n):
    """Raise ValueError where the unit of chance, its ratio and the number of values do not go together."""
    if over not in UNITS:
        raise ValueError(f"over: got {over!r}; name what is drawn anew from value to value: {', '.join(UNITS)}")
    if over == "splits" and not (isinstance(ratio, (int, float)) and 0 < ratio < float("inf")):
        raise ValueError(
            f"ratio: got {ratio!r}; splits need size of the test part / size of the training part, as 0.25"
        )
    if over != "splits" and ratio is not None:
        raise ValueError(f"ratio: got {ratio!r} with over={over!r}; only splits of one data set have it")
    if n < UNITS[over]:
        raise ValueError(f"{n} {over}: an interval needs at least {UNITS[over]}")


def as_numbers(name, values):
    """Float64 numbers on the CPU, shape (n,) or () for a constant; ValueError for any other shape."""
    values = torch.as_tensor(values).detach().cpu().double()  # first to the CPU: Apple's GPUs have no float64
    if values.dim() > 1:
        raise ValueError(f"{name} has the shape {tuple(values.shape)}: give one value for each seed, example or split")
    return values


def not_finite(values):
    """How many of the values are NaN or infinite."""
    return int((~values.isfinite()).sum())
