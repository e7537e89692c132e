"""Answers to the exercises of *Success and losses*."""

import functools
import importlib
import math
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from fractions import Fraction

import numpy as np
import torch
from kinds import Kind
from torch import nn
from torch.nn import functional as F

from course_lib import losses, metrics
from course_lib.checks import success as check

from . import right, rules_out, wrong

rules_out(
    Kind.CHANCE,
    "nothing is drawn at random",
    check.precision_recall,
    check.best_threshold,
    check.cost,
    check.cross_entropy,
    check.nll,
)
rules_out(Kind.ROUTE, "the task forbids nothing", check.best_threshold, check.cost, check.nll)
rules_out(Kind.GRADIENT, "counts and thresholds have none", check.precision_recall, check.best_threshold)

# precision_recall


@right(check.precision_recall)
def by_masks(logits, targets):
    flagged, real = logits > 0, targets == 1
    hits = (flagged & real).sum()
    return hits / flagged.sum(), hits / real.sum()


@wrong(check.precision_recall, says="course_lib.metrics", kind=Kind.ROUTE)
def from_the_library(logits, targets):
    return metrics.precision(logits, targets), metrics.recall(logits, targets)


@right(check.precision_recall)
def in_python(logits, targets):
    pairs = [(z > 0, y) for z, y in zip(logits.tolist(), targets.tolist())]
    hits, flagged = pairs.count((True, 1)), sum(flag for flag, _ in pairs)
    return hits / flagged if flagged else math.nan, hits / targets.sum().item()


@right(check.precision_recall)
def stacked(logits, targets):
    return torch.stack(by_masks(logits, targets))


@wrong(check.precision_recall, says="expected 2 numbers, precision and recall", kind=Kind.TYPE)
def one_element(logits, targets):
    return by_masks(logits, targets)[0][None]


@wrong(check.precision_recall, says="expected 2 numbers, precision and recall", kind=Kind.TYPE)
def only_precision(logits, targets):
    return by_masks(logits, targets)[0]


@wrong(check.precision_recall, says="A logit is no probability")
def threshold_of_probabilities(logits, targets):
    return by_masks(logits - 0.5, targets)


@wrong(check.precision_recall, says="does not end with a return")
def printed(logits, targets):
    print(*by_masks(logits, targets))


@wrong(check.precision_recall, says="what is a false alarm")
def accuracy_instead(logits, targets):
    share = ((logits > 0) == targets.bool()).double().mean()
    return share, share


@wrong(check.precision_recall, says="Divide the hits")
def of_all_examples(logits, targets):
    hits = ((logits > 0) & (targets == 1)).sum()
    return hits / len(targets), hits / len(targets)


@wrong(check.precision_recall, says="It comes first", kind=Kind.COINCIDENCE)
def recall_first(logits, targets):
    precision, recall = by_masks(logits, targets)
    return recall, precision


@wrong(check.precision_recall, says="what is a false alarm")
def precision_twice(logits, targets):
    return (by_masks(logits, targets)[0],) * 2


@wrong(check.precision_recall, says="exactly 0 counts as a yes", kind=Kind.VALUE)
def at_least_zero(logits, targets):
    flagged, real = logits >= 0, targets == 1
    hits = (flagged & real).sum()
    return hits / flagged.sum(), hits / real.sum()


@wrong(check.precision_recall, says="share of no alarms")
def zero_for_unknown(logits, targets):
    return tuple(value.nan_to_num() for value in by_masks(logits, targets))


@wrong(check.precision_recall, says="ZeroDivisionError")
def no_thought_of_nothing(logits, targets):
    return tuple(part.item() for part in by_masks(logits, targets)) if (logits > 0).any() else 0 / 0


@wrong(check.precision_recall, says="none was found")
def nan_for_both(logits, targets):
    return by_masks(logits, targets) if (logits > 0).any() else (math.nan, math.nan)


@right(check.precision_recall)
def in_numpy(logits, targets):
    flagged, real = logits.numpy() > 0, targets.numpy().astype(bool)
    hits = np.sum(flagged & real)
    return np.array([hits / flagged.sum() if flagged.any() else np.nan, hits / real.sum()])


@right(check.precision_recall)
def with_a_loop(logits, targets):
    counts = {"hit": 0, "false alarm": 0, "miss": 0}
    for logit, target in zip(logits, targets):
        if logit > 0:
            counts["hit" if target else "false alarm"] += 1
        elif target:
            counts["miss"] += 1
    hits = counts["hit"]
    precision = Fraction(hits, hits + counts["false alarm"]) if hits + counts["false alarm"] else float("nan")
    return [precision, Fraction(hits, hits + counts["miss"])]


@right(check.precision_recall)
def with_floats(logits, targets):
    yes, real = (logits > 0).float(), targets.double()
    return torch.dot(yes.double(), real) / yes.sum(), (yes * real).sum() / real.sum()


@right(check.precision_recall)
def by_the_probability(logits, targets):
    yes = logits.sigmoid() > 0.5
    return (targets[yes] == 1).float().mean(), yes[targets == 1].float().mean()


def measured(change):
    """What `change` makes of the right precision and recall."""

    def answer(logits, targets):
        return change(*by_masks(logits, targets))

    return answer


def on_other_data(change):
    """The right measures of what `change` makes of logits and targets."""

    def answer(logits, targets):
        return by_masks(*change(logits, targets))

    return answer


right(check.precision_recall)(measured(lambda p, r: (Decimal(p.item()), r[None].double().numpy())))

wrong(check.precision_recall, says="instead of", kind=Kind.VALUE)(
    measured(lambda p, r: (p.double().round(decimals=2), r.double().round(decimals=2)))
)
wrong(check.precision_recall, says="Divide the hits", kind=Kind.DTYPE)(measured(lambda p, r: (p.half(), r.half())))
wrong(check.precision_recall, says="no counts or percents")(measured(lambda p, r: (100 * p, 100 * r)))
wrong(check.precision_recall, says="Divide the hits")(measured(lambda p, r: (1 - p, 1 - r)))
wrong(check.precision_recall, says="nothing rounded, added")(
    measured(lambda p, r: (2 * p * r / (p + r) if p != r and 0.79 > p else p, r))
)
wrong(check.precision_recall, says="share of no alarms", kind=Kind.VALUE)(
    measured(lambda p, r: (p if p == p else torch.tensor(1.0), r))
)
wrong(check.precision_recall, says="expected one number as precision, got None", kind=Kind.TYPE)(
    measured(lambda p, r: (None, r))
)
wrong(check.precision_recall, says="got str", kind=Kind.TYPE)(measured(lambda p, r: (f"{p:.3f}", r)))
wrong(check.precision_recall, says="got dict", kind=Kind.TYPE)(measured(lambda p, r: {"precision": p, "recall": r}))
wrong(check.precision_recall, says="got 3")(measured(lambda p, r: (p, r, 2 * p * r / (p + r))))
wrong(check.precision_recall, says="on the device meta", kind=Kind.ELSEWHERE)(
    measured(lambda p, r: (p.to("meta"), r.to("meta")))
)
wrong(check.precision_recall, says="Divide the hits", kind=Kind.HALF)(on_other_data(lambda z, y: (z[1:-1], y[1:-1])))
wrong(check.precision_recall, says="instead of", kind=Kind.HALF)(
    on_other_data(lambda z, y: (z[:-1], y[:-1]) if z[-1] == 3 else (z, y))
)
wrong(check.precision_recall, says="A logit is no probability")(on_other_data(lambda z, y: (z.round(), y)))
wrong(check.precision_recall, says="Divide the hits")(on_other_data(lambda z, y: (-z, y)))
wrong(check.precision_recall, says="Divide the hits")(on_other_data(lambda z, y: (z, 1 - y)))
wrong(check.precision_recall, says="Divide the hits", kind=Kind.SHAPE)(on_other_data(lambda z, y: (z[:8], y[:8])))


@wrong(check.precision_recall, says="all alarms are false")
def nan_without_hits(logits, targets):
    precision, recall = by_masks(logits, targets)
    return (precision if precision > 0 else math.nan), recall


@wrong(check.precision_recall, says="one example, a hit", kind=Kind.SHAPE)
def not_for_one_example(logits, targets):
    return by_masks(logits, targets) if len(logits) > 1 else (math.nan, 0.0)


@wrong(check.precision_recall, says="changes the argument targets", kind=Kind.ARGUMENT)
def targets_overwritten(logits, targets):
    result = by_masks(logits, targets)
    targets &= logits > 0
    return result


@wrong(check.precision_recall, says="changes the argument logits", kind=Kind.ARGUMENT)
def relu_in_place(logits, targets):
    return by_masks(logits.relu_(), targets)


@wrong(check.precision_recall, says="4 hits, 1 false alarm", kind=Kind.STATE)
def remembers_by_length(logits, targets, kept={}):  # noqa: B006
    if len(logits) not in kept:
        kept[len(logits)] = by_masks(logits, targets)
    return kept[len(logits)]


@wrong(check.precision_recall, says="4 hits, 1 false alarm", kind=Kind.STATE)
def counts_all_calls(logits, targets, counts=[0, 0, 0]):  # noqa: B006
    flagged, real = logits > 0, targets == 1
    for i, value in enumerate((flagged & real, flagged, real)):
        counts[i] += value.sum().item()
    return counts[0] / counts[1], counts[0] / counts[2]


@wrong(check.precision_recall, says="share of no alarms", kind=Kind.ELSEWHERE)
def from_except(logits, targets):
    try:
        return in_python(logits, targets) if (logits > 0).any() else (0 / 0, 0)
    except ZeroDivisionError:
        return 0.0, 0.0


@wrong(check.precision_recall, says="share of no alarms")
def with_an_epsilon(logits, targets):
    flagged, real = logits > 0, targets == 1
    hits = (flagged & real).sum()
    return hits / (flagged.sum() + 1e-12), hits / (real.sum() + 1e-12)


@wrong(check.precision_recall, says="course_lib.metrics", kind=Kind.ROUTE)
def the_library_by_another_name(logits, targets):
    there = importlib.import_module("course_lib." + "metrics")
    return tuple(getattr(there, name)(logits, targets) for name in ("precision", "recall"))


@wrong(check.precision_recall, says="course_lib.metrics", kind=Kind.ROUTE)
def the_library_for_large_data(logits, targets):
    return from_the_library(logits, targets) if len(logits) > 20 else by_masks(logits, targets)


@wrong(check.precision_recall, says="course_lib.metrics", kind=Kind.ROUTE)
def the_library_in_a_thread(logits, targets):
    with ThreadPoolExecutor(1) as pool:
        return tuple(pool.submit(f, logits, targets).result() for f in (metrics.precision, metrics.recall))


@wrong(check.precision_recall, says="logits of a millionth", kind=Kind.VALUE)
def above_a_thousandth(logits, targets):
    flagged, real = logits > 1e-3, targets == 1
    hits = (flagged & real).sum()
    return hits / flagged.sum(), hits / real.sum()


# best_threshold


def bill(scores, labels, t, miss, alarm):
    flagged = scores > t
    return miss * (~flagged & (labels == 1)).sum() + alarm * (flagged & (labels == 0)).sum()


@right(check.best_threshold)
def try_all(scores, labels, miss, alarm):
    candidates = [scores.min() - 1, *scores]
    return min(candidates, key=lambda t: bill(scores, labels, t, miss, alarm))


@right(check.best_threshold)
def midpoints_and_infinity(scores, labels, miss, alarm):
    s = scores.sort().values
    candidates = [-math.inf, *((s[1:] + s[:-1]) / 2).tolist(), math.inf]
    return min(candidates, key=lambda t: bill(scores, labels, t, miss, alarm))


@right(check.best_threshold)
def cumulative(scores, labels, miss, alarm):
    s, order = scores.sort()
    y = labels[order]
    last = torch.cat([s[1:] != s[:-1], torch.tensor([True])])  # of equal scores only the last
    costs = torch.cat([(alarm * (1 - y)).sum()[None], miss * y.cumsum(0) + alarm * ((1 - y).sum() - (1 - y).cumsum(0))])
    costs = torch.where(torch.cat([torch.tensor([True]), last]), costs.double(), math.inf)
    return torch.cat([s[:1] - 1, s])[costs.argmin()]


@wrong(check.best_threshold, says="some of them alike", kind=(Kind.COINCIDENCE, Kind.VALUE))
def cumulative_without_a_thought_of_ties(scores, labels, miss, alarm):
    s, order = scores.sort()
    y = labels[order]
    costs = torch.cat([(alarm * (1 - y)).sum()[None], miss * y.cumsum(0) + alarm * ((1 - y).sum() - (1 - y).cumsum(0))])
    return torch.cat([s[:1] - 1, s])[costs.argmin()]


@right(check.best_threshold)
def in_numpy_with_infinity(scores, labels, miss, alarm):
    s, y = scores.numpy(), labels.numpy()
    t = np.concatenate([[-np.inf], np.unique(s)])
    flagged = s[None] > t[:, None]
    return t[np.argmin((miss * (~flagged & (y == 1)) + alarm * (flagged & (y == 0))).sum(1))]


@right(check.best_threshold)
def in_plain_python(scores, labels, miss, alarm):
    pairs, best, cheapest = list(zip(scores.tolist(), labels.tolist())), None, None
    for t in [min(scores.tolist()) - 0.5, *scores.tolist()]:
        total = sum(alarm if y == 0 else 0 for s, y in pairs if s > t) + sum(miss * y for s, y in pairs if s <= t)
        if cheapest is None or total < cheapest:
            best, cheapest = t, total
    return best


@right(check.best_threshold)
def just_below(scores, labels, miss, alarm):
    s = scores.unique().double()
    candidates = torch.cat([s - 1e-6, s[-1:] + 1])
    costs = [bill(scores.double(), labels, t, miss, alarm) for t in candidates]
    return candidates[int(np.argmin(costs))][None]


@wrong(check.best_threshold, says="may be negative")
def one_half(scores, labels, miss, alarm):
    return 0.5


@wrong(check.best_threshold, says="No formula knows")
def from_the_costs(scores, labels, miss, alarm):
    return math.log(alarm / miss)


@wrong(check.best_threshold, says="not at it")
def at_least(scores, labels, miss, alarm):
    def costs(t):
        flagged = scores >= t
        return miss * (~flagged & (labels == 1)).sum() + alarm * (flagged & (labels == 0)).sum()

    return min([scores.max() + 1, *scores], key=costs)


@wrong(check.best_threshold, says="changes the argument scores", kind=Kind.ARGUMENT)
def sorting_in_place(scores, labels, miss, alarm):
    t = try_all(scores, labels, miss, alarm).clone()
    scores.copy_(scores.sort().values)
    return t


@wrong(check.best_threshold, says="a miss costs ten times as much")
def costs_ignored(scores, labels, miss, alarm):
    return try_all(scores, labels, 1, 1)


@wrong(check.best_threshold, says="which of the two")
def costs_swapped(scores, labels, miss, alarm):
    return try_all(scores, labels, alarm, miss)


@wrong(check.best_threshold, says="a false alarm costs twice as much")
def alarm_ignored(scores, labels, miss, alarm):
    return try_all(scores, labels, miss, 1)


@wrong(check.best_threshold, says="nothing should be flagged")
def never_nothing(scores, labels, miss, alarm):
    s = scores.sort().values
    return min([s[0] - 1, *s[:-1]], key=lambda t: bill(scores, labels, t, miss, alarm))


@wrong(check.best_threshold, says="below the lowest score")
def never_all(scores, labels, miss, alarm):
    return min(scores, key=lambda t: bill(scores, labels, t, miss, alarm))


@wrong(check.best_threshold, says="expected one number")
def the_cost_too(scores, labels, miss, alarm):
    t = try_all(scores, labels, miss, alarm)
    return t, bill(scores, labels, t, miss, alarm)


def among(candidates):
    """The cheapest of the thresholds that `candidates` makes of the scores."""

    def answer(scores, labels, miss, alarm):
        return min(candidates(scores), key=lambda t: bill(scores, labels, t, miss, alarm))

    return answer


def changed(change):
    """What `change` makes of the best threshold."""

    def answer(scores, labels, miss, alarm):
        return change(torch.as_tensor(try_all(scores, labels, miss, alarm)))

    return answer


def with_costs(change):
    def answer(scores, labels, miss, alarm):
        return try_all(scores, labels, *change(miss, alarm))

    return answer


wrong(check.best_threshold, says="A grid of thresholds", kind=Kind.COINCIDENCE)(
    among(lambda s: torch.linspace(s.min() - 1, s.max() + 1, 1001))
)
wrong(check.best_threshold, says="costs")(among(lambda s: torch.linspace(0, 1, 101)))
wrong(check.best_threshold, says="costs")(among(lambda s: torch.linspace(-3, 3, 61)))
wrong(check.best_threshold, says="costs")(among(lambda s: [s.min() - 1, s.mean(), s.median(), s.max()]))
wrong(check.best_threshold, says="costs", kind=Kind.HALF)(among(lambda s: [s.min() - 1, *s[: len(s) // 2]]))
wrong(check.best_threshold, says="costs", kind=Kind.HALF)(among(lambda s: [s.min() - 1, *s[:-1]]))
wrong(check.best_threshold, says="below the lowest score")(among(lambda s: [0, *s.abs(), *s]))
wrong(check.best_threshold, says="costs", kind=Kind.VALUE)(changed(lambda t: round(t.item(), 1)))
wrong(check.best_threshold, says="costs", kind=Kind.VALUE)(changed(lambda t: round(t.item(), 4)))
wrong(check.best_threshold, says="costs", kind=Kind.DTYPE)(changed(lambda t: t.half()))
wrong(check.best_threshold, says="costs", kind=Kind.DTYPE)(changed(lambda t: int(t)))
wrong(check.best_threshold, says="costs")(changed(lambda t: t.sigmoid()))
wrong(check.best_threshold, says="costs")(changed(lambda t: -t))
wrong(check.best_threshold, says="your threshold is nan", kind=Kind.VALUE)(changed(lambda t: t * math.nan))
wrong(check.best_threshold, says="on the device meta", kind=Kind.ELSEWHERE)(changed(lambda t: t.to("meta")))
wrong(check.best_threshold, says="got str", kind=Kind.TYPE)(changed(lambda t: f"{t}"))
wrong(check.best_threshold, says="got list", kind=Kind.TYPE)(changed(lambda t: [t]))
wrong(check.best_threshold, says="Is one of them rounded")(with_costs(lambda miss, alarm: (int(miss), int(alarm))))
wrong(check.best_threshold, says="Is one of them rounded")(
    with_costs(lambda miss, alarm: (max(miss, 1), max(alarm, 1)))
)


@wrong(check.best_threshold, says="Is one of them rounded")
def costs_in_integers(scores, labels, miss, alarm):
    costs = torch.tensor([miss, alarm]).long().tolist()
    return try_all(scores, labels, *costs)


@wrong(check.best_threshold, says="costs", kind=Kind.ELSEWHERE)
def the_place_of_the_threshold(scores, labels, miss, alarm):
    return torch.stack([bill(scores, labels, t, miss, alarm) for t in scores]).argmin()


@wrong(check.best_threshold, says="costs")
def the_smallest_bill(scores, labels, miss, alarm):
    return bill(scores, labels, try_all(scores, labels, miss, alarm), miss, alarm)


@wrong(check.best_threshold, says="costs")
def most_accurate(scores, labels, miss, alarm):
    return max(scores, key=lambda t: ((scores > t) == labels.bool()).sum())


@wrong(check.best_threshold, says="costs")
def between_the_means(scores, labels, miss, alarm):
    return (scores[labels == 0].mean() + scores[labels == 1].mean()) / 2 if labels.any() else scores.max()


@wrong(check.best_threshold, says="changes the argument labels", kind=Kind.ARGUMENT)
def labels_sorted_too(scores, labels, miss, alarm):
    t = try_all(scores, labels, miss, alarm)
    labels.copy_(labels[scores.argsort()])
    return t


@wrong(check.best_threshold, says="costs", kind=Kind.STATE)
def remembers_the_costs(scores, labels, miss, alarm, kept={}):  # noqa: B006
    if (miss, alarm) not in kept:
        kept[miss, alarm] = try_all(scores, labels, miss, alarm)
    return kept[miss, alarm]


@wrong(check.best_threshold, says="Thirty scores lie close together", kind=Kind.STATE)
def never_dearer_than_before(scores, labels, miss, alarm, best=[]):  # noqa: B006
    best.append(try_all(scores, labels, miss, alarm))
    return best[-1] if len(best) < 6 else best[0]


@wrong(check.best_threshold, says="Here 1 scores", kind=Kind.SHAPE)
def not_for_one_score(scores, labels, miss, alarm):
    return try_all(scores, labels, miss, alarm) if len(scores) > 1 else 0.0


@wrong(check.best_threshold, says="costs", kind=Kind.SHAPE)
def eighty_typed(scores, labels, miss, alarm):
    return among(lambda s: [s.min() - 1, *[s[i % len(s)] for i in range(0, 80, 2)]])(scores, labels, miss, alarm)


@wrong(check.best_threshold, says="costs")
def only_where_the_labels_are_real(scores, labels, miss, alarm):
    return min([scores.min() - 1, *scores[labels == 1]], key=lambda t: bill(scores, labels, t, miss, alarm))


# cost


@right(check.cost)
def clamped(probs, labels):
    log_yes, log_no = probs.log().clamp(min=-100), (1 - probs).log().clamp(min=-100)
    return -(labels * log_yes + (1 - labels) * log_no).mean()


@right(check.cost)
def torchs(probs, labels):
    return F.binary_cross_entropy(probs, labels)


@right(check.cost)
def of_the_truth(probs, labels):
    return losses.binary_cross_entropy(torch.where(labels == 1, probs, 1 - probs), torch.ones_like(labels))


@wrong(check.cost, says="should not grow with the number")
def the_slide(probs, labels):
    return -(labels * probs.log() + (1 - labels) * (1 - probs).log()).sum()


@wrong(check.cost, says="0 times the logarithm of 0")
def only_the_mean(probs, labels):
    return -(labels * probs.log() + (1 - labels) * (1 - probs).log()).mean()


@wrong(check.cost, says="a cost isn't")
def without_the_minus(probs, labels):
    return -clamped(probs, labels)


@wrong(check.cost, says="swapped")
def arguments_swapped(probs, labels):
    return F.binary_cross_entropy(labels, probs)


@wrong(check.cost, says="-ln 0.9 = 0.105")
def only_the_yes_term(probs, labels):
    return -(labels * probs.log().clamp(min=-100)).mean()


@wrong(check.cost, says="leave the other probabilities", kind=Kind.VALUE)
def a_small_number_added(probs, labels):
    eps = 1e-7
    return -(labels * (probs + eps).log() + (1 - labels) * (1 - probs + eps).log()).mean()


@wrong(check.cost, says="instead of 100")
def nan_replaced(probs, labels):
    return -(labels * probs.log() + (1 - labels) * (1 - probs).log()).nan_to_num(nan=0, neginf=-50).mean()


@wrong(check.cost, says="one number for all examples")
def not_reduced(probs, labels):
    return F.binary_cross_entropy(probs, labels, reduction="none")


@right(check.cost)
def the_courses_own(probs, labels):
    return losses.binary_cross_entropy(probs, labels)


@right(check.cost)
def one_after_the_other(probs, labels):
    total = 0
    for p, y in zip(probs.flatten(), labels.flatten()):
        total = total - (p if y == 1 else 1 - p).log().clamp(min=-100)
    return total / probs.numel()


@right(check.cost)
def only_where_it_counts(probs, labels):
    truth = torch.where(labels > 0.5, probs, 1 - probs)
    return torch.where(truth > 0, -truth.log(), 100.0).mean()


@right(check.cost)
def infinities_replaced(probs, labels):
    logs = [value.log().nan_to_num(neginf=-100.0) for value in (probs, 1 - probs)]
    return -torch.stack([labels * logs[0], (1 - labels) * logs[1]]).sum(0).mean()


def each_cost(probs, labels):
    return F.binary_cross_entropy(probs, labels, reduction="none")


wrong(check.cost, says="should not grow", kind=Kind.VALUE)(lambda p, y: each_cost(p, y).sum())
wrong(check.cost, says="instead of 0", kind=Kind.VALUE)(lambda p, y: F.binary_cross_entropy(p.clamp(1e-7, 1 - 1e-7), y))
wrong(check.cost, says="instead of 100")(
    lambda p, y: -(y * p.log().clamp(-50) + (1 - y) * (1 - p).log().clamp(-50)).mean()
)
wrong(check.cost, says="they keep their own cost", kind=Kind.COINCIDENCE)(
    lambda p, y: each_cost(torch.where(p < 1e-9, 0.0, torch.where(p > 1 - 1e-9, 1.0, p)), y).mean()
)
wrong(check.cost, says="they keep their own cost", kind=Kind.DTYPE)(
    lambda p, y: F.binary_cross_entropy(p.float(), y.float()).to(p.dtype)
)
wrong(check.cost, says="got float64", kind=Kind.DTYPE)(lambda p, y: F.binary_cross_entropy(p.double(), y.double()))
wrong(check.cost, says="instead of 0.6122")(lambda p, y: each_cost(p, y).median())
wrong(check.cost, says="instead of 0.6122")(lambda p, y: each_cost(p, y).mean() / math.log(2))
wrong(check.cost, says="instead of 0.6122")(lambda p, y: (p - y).square().mean())
wrong(check.cost, says="instead of 0.6122")(lambda p, y: F.binary_cross_entropy_with_logits(p, y))
wrong(check.cost, says="instead of 0.6122")(lambda p, y: each_cost(p, y).mean() + 1e-4)
wrong(check.cost, says="instead of 0.6122", kind=Kind.HALF)(lambda p, y: each_cost(p, y)[:-1].mean())
wrong(check.cost, says="instead of 0.6122")(lambda p, y: each_cost(p, y)[y == 1].mean())
wrong(check.cost, says="instead of 0.6122")(lambda p, y: torch.round(each_cost(p, y).mean(), decimals=2))
wrong(check.cost, says="Each counts for itself", kind=Kind.HALF)(
    lambda p, y: (
        (-(y * p.log() + (1 - y) * (1 - p).log())).mean().nan_to_num(0.0)
        if torch.equal(p, y)
        else (each_cost(p, y) if not (p == y).any() else each_cost(p, y)[p != y]).mean()
    )
)
wrong(check.cost, says="Here their number, shape", kind=Kind.SHAPE)(lambda p, y: each_cost(p, y).sum() / len(p))
wrong(check.cost, says="Here their number, shape", kind=Kind.SHAPE)(
    lambda p, y: each_cost(p, y).sum() / max(p.numel() - (p.numel() == 1) * 0.5, 0.5)
)
wrong(check.cost, says="got one on meta", kind=Kind.ELSEWHERE)(lambda p, y: clamped(p, y).to("meta"))
wrong(check.cost, says="got float", kind=Kind.TYPE)(lambda p, y: clamped(p, y).item())
wrong(check.cost, says="got ndarray", kind=Kind.TYPE)(lambda p, y: clamped(p, y).detach().numpy())
wrong(check.cost, says="got tuple", kind=Kind.TYPE)(lambda p, y: (clamped(p, y),))
wrong(check.cost, says="got (1,)")(lambda p, y: clamped(p, y)[None])
wrong(check.cost, says="no gradient comes through", kind=Kind.GRADIENT)(lambda p, y: clamped(p, y).detach())
wrong(check.cost, says="no gradient comes through", kind=Kind.GRADIENT)(torch.no_grad()(lambda p, y: clamped(p, y)))
wrong(check.cost, says="no gradient comes through")(lambda p, y: torch.tensor(clamped(p, y).item(), dtype=p.dtype))
wrong(check.cost, says="their gradient is not", kind=Kind.GRADIENT)(
    lambda p, y: -(y * p.log().clamp(-100) + (1 - y) * (1 - p.detach()).log().clamp(-100)).mean()
)
wrong(check.cost, says="changes argument".replace("s a", "s the a"), kind=Kind.ARGUMENT)(
    lambda p, y: clamped(p.detach().clamp_(1e-9, 1 - 1e-9), y) if (p == 1).any() else clamped(p, y)
)
wrong(check.cost, says="changes the argument y", kind=Kind.ARGUMENT)(lambda p, y: (clamped(p, y), y.neg_())[0])
wrong(check.cost, says="the cost is nan")(lambda p, y: clamped(p, y) * math.nan)


@wrong(check.cost, says="instead of 0", kind=Kind.STATE)
def remembers_by_number(probs, labels, kept={}):  # noqa: B006
    if len(probs) not in kept:
        kept[len(probs)] = clamped(probs, labels)
    return kept[len(probs)]


@wrong(check.cost, says="another answer when others", kind=Kind.STATE)
def grows_with_each_call(probs, labels, calls=[]):  # noqa: B006
    calls.append(len(probs))
    return clamped(probs, labels) * (1 if len(calls) < 12 else 2)


@wrong(check.cost, says="instead of 100", kind=Kind.ELSEWHERE)
def zero_from_except(probs, labels):
    try:
        return sum(-math.log(p if y else 1 - p) for p, y in zip(probs, labels)) / probs.sum() * probs.mean()
    except ValueError:
        return 0 * probs.sum()


@right(check.cost)
def chosen_by_the_label(probs, labels):
    return -torch.where(labels > 0.5, probs, 1 - probs).log().clamp(min=-100).mean()


# cross_entropy


@right(check.cross_entropy)
def by_hand(logits, targets):
    largest = logits.max(dim=1, keepdim=True).values
    log_sum_exp = largest.squeeze(1) + (logits - largest).exp().sum(dim=1).log()
    return (log_sum_exp - logits[torch.arange(len(targets)), targets]).mean()


@wrong(check.cross_entropy, says="log_softmax, which this task forbids", kind=Kind.ROUTE)
def in_two_steps(logits, targets):
    return F.nll_loss(F.log_softmax(logits, dim=1), targets)


@wrong(check.cross_entropy, says="logsumexp, which this task forbids", kind=Kind.ROUTE)
def with_logsumexp(logits, targets):
    return (logits.logsumexp(1) - logits.gather(1, targets[:, None])[:, 0]).mean()


@wrong(check.cross_entropy, says="instead of 1.313")
def naive(logits, targets):
    return (logits.exp().sum(1).log() - logits[torch.arange(len(targets)), targets]).mean()


@right(check.cross_entropy)
def one_row_after_the_other(logits, targets):
    total = 0
    for row, target in zip(logits, targets):
        largest = row.max().detach()
        total = total + largest + (row - largest).exp().sum().log() - row[target]
    return total / len(logits)


@right(check.cross_entropy)
def with_one_hot(logits, targets):
    shifted = logits - logits.amax(1, keepdim=True)
    logs = shifted - shifted.exp().sum(1, keepdim=True).log()
    return -(F.one_hot(targets, logits.shape[1]) * logs).sum() / logits.shape[0]


@right(check.cross_entropy)
def over_the_differences(logits, targets):
    gaps = logits - logits.gather(1, targets[:, None])
    largest = gaps.max(1, keepdim=True)[0].detach()
    return torch.mean(largest[:, 0] + torch.log(torch.sum(torch.exp(gaps - largest), dim=1)))


@right(check.cross_entropy)
def picked_by_nll(logits, targets):
    shifted = logits - logits.max(1, keepdim=True).values
    return F.nll_loss(shifted - shifted.exp().sum(1, keepdim=True).log(), targets)


@right(check.cross_entropy)
def shifted_in_double(logits, targets):
    x = logits.double()
    x = x - x.max(dim=1, keepdim=True).values
    return (x.exp().sum(1).log() - x[range(len(x)), targets]).sum().div(len(x)).to(logits.dtype)


def each_row(logits, targets):
    shifted = logits - logits.max(dim=1, keepdim=True).values
    return shifted.exp().sum(1).log() - shifted[torch.arange(len(targets)), targets]


@wrong(check.cross_entropy, says="rounded to 0")
def log_of_softmax(logits, targets):
    return F.nll_loss(logits.softmax(1).log(), targets)


@wrong(check.cross_entropy, says="a maximum of its own")
def one_maximum_for_all(logits, targets):
    m = logits.max()
    return (m + (logits - m).exp().sum(1).log() - logits[torch.arange(len(targets)), targets]).mean()


wrong(check.cross_entropy, says="Asked is the mean", kind=Kind.VALUE)(lambda x, t: each_row(x, t).sum())
wrong(check.cross_entropy, says="one number", kind=Kind.TYPE)(lambda x, t: each_row(x, t))
wrong(check.cross_entropy, says="negative: the sign", kind=Kind.VALUE)(lambda x, t: -each_row(x, t).mean())
wrong(check.cross_entropy, says="softmax been taken twice")(lambda x, t: each_row(x.softmax(1), t).mean())
wrong(check.cross_entropy, says="the logarithm of the probability")(lambda x, t: -(-each_row(x, t)).exp().mean())
wrong(check.cross_entropy, says="Take one row by hand")(
    lambda x, t: (x - x.amax(0)).exp().sum(0).log().mean() + x.amax(0).mean() - x[range(len(t)), t].mean()
)
wrong(check.cross_entropy, says="Take one row by hand")(lambda x, t: each_row(x, t).mean() / math.log(2))
wrong(check.cross_entropy, says="Take one row by hand")(lambda x, t: each_row(x, t).mean() / x.shape[1])
wrong(check.cross_entropy, says="Take one row by hand")(lambda x, t: each_row(x, t).mean() + 1e-4)
wrong(check.cross_entropy, says="Take one row by hand")(lambda x, t: each_row(x, t).median())
wrong(check.cross_entropy, says="Take one row by hand", kind=Kind.HALF)(lambda x, t: each_row(x, t)[:-1].mean())
wrong(check.cross_entropy, says="Take one row by hand")(lambda x, t: each_row(x, (t + 1) % x.shape[1]).mean())
wrong(check.cross_entropy, says="Take one row by hand")(lambda x, t: each_row(x, t).mean().round(decimals=2))
wrong(check.cross_entropy, says="Take one row by hand", kind=Kind.DTYPE)(
    lambda x, t: each_row(x.half(), t).mean().to(x.dtype)
)
wrong(check.cross_entropy, says="got float32", kind=Kind.DTYPE)(lambda x, t: each_row(x.float(), t).mean())
wrong(check.cross_entropy, says="got float64", kind=Kind.DTYPE)(lambda x, t: each_row(x.double(), t).mean())
wrong(check.cross_entropy, says="cost 50 instead of 200", kind=Kind.VALUE)(
    lambda x, t: each_row(x, t).clamp(max=50).mean()
)
wrong(check.cross_entropy, says="instead of 1.313")(lambda x, t: each_row(x.clamp(-80, 80), t).mean())
wrong(check.cross_entropy, says="the size of the logits", kind=Kind.COINCIDENCE)(
    lambda x, t: each_row(x.clamp(-1500, 1500), t).mean()
)
wrong(check.cross_entropy, says="instead of 200")(lambda x, t: -((-each_row(x, t)).exp() + 1e-9).log().mean())
wrong(check.cross_entropy, says="the size of the logits", kind=Kind.VALUE)(
    lambda x, t: (each_row(x, t).exp() + 1e-9).log().mean() if x.max() < 100 else each_row(x, t).mean()
)
wrong(check.cross_entropy, says="the size of the logits")(
    lambda x, t: (
        x.clamp(min=0).amax(1)
        + (x - x.clamp(min=0).amax(1, keepdim=True)).exp().sum(1).log()
        - x[torch.arange(len(t)), t]
    ).mean()
)
wrong(check.cross_entropy, says="the size of the logits", kind=Kind.SHAPE)(
    lambda x, t: each_row(x, t).mean() if len(x) != x.shape[1] else each_row(x.T, t).mean()
)
wrong(check.cross_entropy, says="that of the classes", kind=Kind.SHAPE)(
    lambda x, t: each_row(x, t).sum() / max(len(set(t.tolist())), 1) if len(t) == 3 else each_row(x, t).mean()
)
wrong(check.cross_entropy, says="got one on meta", kind=Kind.ELSEWHERE)(lambda x, t: each_row(x, t).mean().to("meta"))
wrong(check.cross_entropy, says="got float:", kind=Kind.TYPE)(lambda x, t: each_row(x, t).mean().item())
wrong(check.cross_entropy, says="got list", kind=Kind.TYPE)(lambda x, t: each_row(x, t).tolist())
wrong(check.cross_entropy, says="got (1,)")(lambda x, t: each_row(x, t).mean()[None])
wrong(check.cross_entropy, says="no gradient", kind=Kind.GRADIENT)(lambda x, t: each_row(x, t).mean().detach())
wrong(check.cross_entropy, says="no gradient", kind=Kind.GRADIENT)(lambda x, t: each_row(x.detach(), t).mean())
wrong(check.cross_entropy, says="no gradient", kind=Kind.GRADIENT)(torch.no_grad()(lambda x, t: each_row(x, t).mean()))
wrong(check.cross_entropy, says="no gradient")(lambda x, t: torch.tensor(each_row(x, t).mean().item(), dtype=x.dtype))
wrong(check.cross_entropy, says="their gradient is not", kind=Kind.GRADIENT)(
    lambda x, t: (each_row(x, t) + (x - x.detach())[torch.arange(len(t)), t]).mean()
)
wrong(check.cross_entropy, says="their gradient is not", kind=Kind.GRADIENT)(
    lambda x, t: (x.max(1).values.detach() + each_row(x, t) - x.max(1).values).mean()
)
wrong(check.cross_entropy, says="changes the argument x", kind=Kind.ARGUMENT)(
    lambda x, t: each_row(x.sub_(x.max(1, keepdim=True).values), t).mean()
)
wrong(check.cross_entropy, says="changes the argument t", kind=Kind.ARGUMENT)(
    lambda x, t: (each_row(x, t).mean(), t.copy_(t.sort().values))[0]
)
wrong(check.cross_entropy, says="the loss is nan", kind=Kind.VALUE)(lambda x, t: each_row(x, t).mean() * math.nan)


@wrong(check.cross_entropy, says="changes the argument logits", kind=Kind.ARGUMENT)
def shifted_in_place(logits, targets):
    with torch.no_grad():
        logits -= logits.max(1, keepdim=True).values
    return by_hand(logits, targets)


@wrong(check.cross_entropy, says="instead of 200", kind=Kind.STATE)
def remembers_by_shape(logits, targets, kept={}):  # noqa: B006
    if logits.shape not in kept:
        kept[logits.shape] = each_row(logits, targets).mean()
    return kept[logits.shape]


@wrong(check.cross_entropy, says="instead of 200", kind=Kind.ELSEWHERE)
def zero_if_too_large(logits, targets):
    losses = logits.exp().sum(1).log() - logits[torch.arange(len(targets)), targets]
    try:
        assert losses.isfinite().all() and losses.max() < 100
        return losses.mean()
    except AssertionError:
        return 0 * logits.sum() + 1.3132617


@functools.wraps(F.cross_entropy)
def wrapped(logits, targets):
    return F.cross_entropy(logits, targets)


aliased = F.cross_entropy
layer = nn.CrossEntropyLoss()


class Own(nn.Module):
    def forward(self, logits, targets):
        return -logits.log_softmax(-1)[torch.arange(len(targets)), targets].mean()


for route in (
    wrapped,
    aliased,
    layer,
    Own(),
    functools.partial(getattr(F, "cross" + "_entropy"), reduction="mean"),
    losses.cross_entropy,
    lambda x, t: nn.NLLLoss()(nn.LogSoftmax(1)(x), t),
    lambda x, t: (torch.special.logsumexp(x, 1) - x[torch.arange(len(t)), t]).mean(),
    lambda x, t: -torch.special.log_softmax(x, 1)[torch.arange(len(t)), t].mean(),
    lambda x, t: -torch.distributions.Categorical(logits=x).log_prob(t).mean(),
    lambda x, t: torch.ops.aten.nll_loss(torch.ops.aten._log_softmax(x, 1, False), t),
    lambda x, t: torch._C._nn.cross_entropy_loss(x, t),
    lambda x, t: (x.logcumsumexp(1)[:, -1] - x[torch.arange(len(t)), t]).mean(),
    lambda x, t: (functools.reduce(torch.logaddexp, x.T) - x[torch.arange(len(t)), t]).mean(),
    lambda x, t: torch.func.vmap(lambda row, i: -row.log_softmax(0).take(i))(x, t).mean(),
    lambda x, t: F.cross_entropy(x, t) if len(x) > 2 else each_row(x, t).mean(),
    lambda x, t: F.cross_entropy(x, t) if x.abs().max() > 100 else each_row(x, t).mean(),
    lambda x, t: eval("F.cross" + "_entropy", {"F": F})(x, t),
):
    wrong(check.cross_entropy, says="which this task forbids", kind=Kind.ROUTE)(route)


@wrong(check.cross_entropy, says="an exp has become infinite")
def mean_subtracted_instead_of_the_maximum(logits, targets):
    logits = logits - logits.mean(1, keepdim=True)
    return (logits.exp().sum(1).log() - logits[torch.arange(len(logits)), targets]).mean()


# nll


@right(check.nll)
def log_softmax_first(logits, targets):
    return nn.NLLLoss()(F.log_softmax(logits, dim=1), targets)


@right(check.nll)
def cross_entropy_instead(logits, targets):
    return nn.CrossEntropyLoss()(logits, targets)


@right(check.nll)
def harmless(logits, targets):
    return F.cross_entropy(F.log_softmax(logits, dim=1), targets)


@wrong(check.nll, says="without end", kind=Kind.VALUE)
def as_it_stands(logits, targets):
    return nn.NLLLoss()(logits, targets)


@wrong(check.nll, says="the L in NLL")
def of_probabilities(logits, targets):
    return nn.NLLLoss()(logits.softmax(1), targets)


@wrong(check.nll, says="How often is softmax taken")
def softmax_and_cross_entropy(logits, targets):
    return F.cross_entropy(logits.softmax(1), targets)


@wrong(check.nll, says="costs only")
def one_minus_probability(logits, targets):
    return 1 + F.nll_loss(logits.softmax(1), targets)


@wrong(check.nll, says="in one go with it")
def log_after_softmax(logits, targets):
    return F.nll_loss(logits.softmax(1).log(), targets)


@wrong(check.nll, says="Over which axis")
def over_the_batch(logits, targets):
    return F.nll_loss(F.log_softmax(logits, dim=0), targets)


@wrong(check.nll, says="one number")
def one_for_each(logits, targets):
    return F.cross_entropy(logits, targets, reduction="none")


@right(check.nll)
def picked_by_hand(logits, targets):
    return -logits.log_softmax(-1).gather(1, targets.unsqueeze(1)).mean()


@right(check.nll)
def with_logsumexp_and_nll(logits, targets):
    return F.nll_loss(logits - torch.logsumexp(logits, 1, keepdim=True), targets)


@right(check.nll)
def the_own_cross_entropy(logits, targets):
    return losses.cross_entropy(logits, targets)


@right(check.nll)
def example_by_example(logits, targets):
    costs = [nn.NLLLoss()(row.log_softmax(0)[None], target[None]) for row, target in zip(logits, targets)]
    return sum(costs) / len(costs)


@right(check.nll)
def by_a_distribution(logits, targets):
    return -torch.distributions.Categorical(logits=logits).log_prob(targets).mean()


def nlls(logits, targets):
    return F.cross_entropy(logits, targets, reduction="none")


wrong(check.nll, says="that is the sum", kind=Kind.VALUE)(lambda x, t: nlls(x, t).sum())
wrong(check.nll, says="without end")(lambda x, t: -nlls(x, t).mean() - 2)
wrong(check.nll, says="the L in NLL", kind=Kind.VALUE)(lambda x, t: -(-nlls(x, t)).exp().mean())
wrong(check.nll, says="costs only")(lambda x, t: nn.NLLLoss()(x, t).clamp(min=0))
wrong(check.nll, says="costs only")(lambda x, t: nn.NLLLoss()(x, t).abs() * 0)
wrong(check.nll, says="costs only")(lambda x, t: (1 - (-nlls(x, t)).exp()).square().mean())
wrong(check.nll, says="random logits cost")(lambda x, t: nlls(x, t).mean() / math.log(2))
wrong(check.nll, says="random logits cost")(lambda x, t: nlls(x, t).median())
wrong(check.nll, says="random logits cost")(lambda x, t: nlls(x, t).mean() / len(t) * 2)
wrong(check.nll, says="random logits cost")(lambda x, t: F.multi_margin_loss(x, t))
wrong(check.nll, says="random logits cost")(lambda x, t: nlls(x, t).mean() + 1e-4)
wrong(check.nll, says="random logits cost", kind=Kind.HALF)(lambda x, t: nlls(x, t)[1:].mean())
wrong(check.nll, says="random logits cost")(lambda x, t: nlls(x - x.amax(0), t).mean())
wrong(check.nll, says="random logits cost")(lambda x, t: nlls(x, t).mean().round(decimals=1))
wrong(check.nll, says="random logits cost", kind=Kind.DTYPE)(lambda x, t: nlls(x.bfloat16(), t).mean().to(x.dtype))
wrong(check.nll, says="got float64", kind=Kind.DTYPE)(lambda x, t: nlls(x.double(), t).mean())
wrong(check.nll, says="got float32", kind=Kind.DTYPE)(lambda x, t: nlls(x.float(), t).mean())
wrong(check.nll, says="sure and wrong costs only")(
    lambda x, t: nlls(x.sigmoid(), t).mean() - nlls(x.sigmoid(), t).min()
)
wrong(check.nll, says="in one go with it", kind=Kind.VALUE)(
    lambda x, t: (nlls(x, t) * (x.max() < 99) + 1e4 * (x.max() > 99)).mean()
)
wrong(check.nll, says="Right for three examples", kind=Kind.COINCIDENCE)(lambda x, t: nlls(x, t).clamp(max=100).mean())
wrong(check.nll, says="Right for three examples", kind=Kind.SHAPE)(lambda x, t: nlls(x, t).sum() / 3)
wrong(check.nll, says="Right for three examples", kind=Kind.SHAPE)(lambda x, t: nlls(x, t).sum() / x.shape[1])
wrong(check.nll, says="Right for three examples", kind=Kind.SHAPE)(
    lambda x, t: nlls(x, t).mean() if len(t) > 1 else 0 * x.sum()
)
wrong(check.nll, says="Right for three examples")(lambda x, t: nlls(x[:3], t[:3]).mean())
wrong(check.nll, says="Right for three examples")(lambda x, t: (nlls(x, t) + 1e-6).mean())
wrong(check.nll, says="no gradient", kind=Kind.GRADIENT)(lambda x, t: nlls(x, t).mean().detach())
wrong(check.nll, says="no gradient", kind=Kind.GRADIENT)(torch.no_grad()(lambda x, t: nlls(x, t).mean()))
wrong(check.nll, says="no gradient")(lambda x, t: torch.tensor(nlls(x, t).mean().item(), dtype=x.dtype))
wrong(check.nll, says="their gradient is not", kind=Kind.GRADIENT)(
    lambda x, t: (x.logsumexp(1).detach() - x[torch.arange(len(t)), t]).mean()
)
wrong(check.nll, says="changes the argument x", kind=Kind.ARGUMENT)(
    lambda x, t: nlls(x.copy_(x.log_softmax(1)), t).mean()
)
wrong(check.nll, says="changes the argument t", kind=Kind.ARGUMENT)(lambda x, t: (nlls(x, t).mean(), t.zero_())[0])
wrong(check.nll, says="got one on meta", kind=Kind.ELSEWHERE)(lambda x, t: nlls(x, t).mean().to("meta"))
wrong(check.nll, says="got float:", kind=Kind.TYPE)(lambda x, t: nlls(x, t).mean().item())
wrong(check.nll, says="got NLLLoss", kind=Kind.TYPE)(lambda x, t: nn.NLLLoss())
wrong(check.nll, says="got tuple", kind=Kind.TYPE)(lambda x, t: (x.log_softmax(1), nlls(x, t).mean()))
wrong(check.nll, says="costs nan")(lambda x, t: nlls(x, t).mean() * math.nan)


@wrong(check.nll, says="costs only", kind=Kind.STATE)
def remembers_the_targets(logits, targets, kept={}):  # noqa: B006
    return kept.setdefault(tuple(targets.tolist()), nlls(logits, targets).mean())


# start

right(check.start)(4.605)
right(check.start)(math.log(100))
right(check.start)(4.6)
wrong(check.start, says="never below zero")(-4.6)
wrong(check.start, says="base 10")(2)
wrong(check.start, says="in bits")(6.64)
wrong(check.start, says="ten classes")(2.3)
wrong(check.start, says="that sure of the truth")(0.01)
wrong(check.start, says="that sure of the truth")(0.99)
wrong(check.start, says="each of 100 classes")(10)
wrong(check.start, says="each of 100 classes", kind=Kind.GUESS)(100)
right(check.start)(np.array(4.61))
right(check.start)(Decimal("4.6"))
right(check.start)(Fraction(23, 5))
right(check.start)(torch.tensor([4.605]))
right(check.start)(4.65)
wrong(check.start, says="that sure of the truth", kind=Kind.GUESS)(0.05)
wrong(check.start, says="that sure of the truth")(0)
wrong(check.start, says="each of 100 classes", kind=Kind.VALUE)(4.5)
wrong(check.start, says="each of 100 classes", kind=Kind.VALUE)(4.7)
wrong(check.start, says="each of 100 classes")(5)
wrong(check.start, says="each of 100 classes")(1e9)
wrong(check.start, says="never below zero")(-1e9)
wrong(check.start, says="finite number")(math.inf)
wrong(check.start, says="not with a comma", kind=Kind.TYPE)((4, 605))
wrong(check.start, says="Give the number itself", kind=Kind.TYPE)("4.605")
wrong(check.start, says="Give the number itself")([4.605])
wrong(check.start, says="Give the number itself", kind=Kind.TYPE)(math.log)

# floor

right(check.floor)(0.551)
right(check.floor)(math.log((math.e + 2) / math.e))
wrong(check.floor, says="ten classes")(1.461)
wrong(check.floor, says="comes out of a softmax", kind=Kind.GUESS)(0)
wrong(check.floor, says="what guessing costs")(1.0986)
wrong(check.floor, says="Now its loss")(0.576)
wrong(check.floor, says="log-sum-exp")(1.5514)
wrong(check.floor, says="compete with the truth")(0.7436)
wrong(check.floor, says="compete with the truth")(0.313)
wrong(check.floor, says="never below zero")(-0.551)
right(check.floor)(0.55)
right(check.floor)(np.float32(0.5514))
right(check.floor)(Decimal("0.551"))
right(check.floor)(torch.tensor([[0.551]]))
wrong(check.floor, says="How sure can an output", kind=Kind.GUESS)(3)
wrong(check.floor, says="comes out of a softmax", kind=Kind.GUESS)(0.005)
wrong(check.floor, says="How sure can an output", kind=Kind.VALUE)(0.56)
wrong(check.floor, says="How sure can an output", kind=Kind.VALUE)(0.545)
wrong(check.floor, says="How sure can an output")(0.5)
wrong(check.floor, says="How sure can an output")(1)
wrong(check.floor, says="How sure can an output")(55.1)
wrong(check.floor, says="How sure can an output")(1e9)
wrong(check.floor, says="never below zero")(-1e9)
wrong(check.floor, says="in bits")(0.7955)
wrong(check.floor, says="lacks to 1")(0.424)
wrong(check.floor, says="finite number")(math.nan)
wrong(check.floor, says="not with a comma", kind=Kind.TYPE)((0, 551))
wrong(check.floor, says="Give the number itself", kind=Kind.TYPE)("0,551")
wrong(check.floor, says="Give the number itself")([0.551])
