"""Answers to the exercises of *Success*."""

import importlib
import math
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from fractions import Fraction

import numpy as np
import torch
from kinds import Kind
from sklearn import metrics as scikit_learn

from course_lib import data, metrics
from course_lib.checks import success as check

from . import right, rules_out, wrong

rules_out(Kind.CHANCE, "nothing is drawn at random", check.precision_recall, check.best_threshold, check.epoch_f1)
rules_out(Kind.ROUTE, "the task forbids nothing", check.best_threshold, check.epoch_f1)
rules_out(
    Kind.GRADIENT, "counts and thresholds have none", check.precision_recall, check.best_threshold, check.epoch_f1
)

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
    measured(lambda p, r: (2 * p * r / (p + r) if p != r and 0.5 > p else p, r))
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


@wrong(check.precision_recall, says="3 hits, 2 false alarms and 1 miss", kind=Kind.STATE)
def remembers_by_length(logits, targets, kept={}):  # noqa: B006
    if len(logits) not in kept:
        kept[len(logits)] = by_masks(logits, targets)
    return kept[len(logits)]


@wrong(check.precision_recall, says="3 hits, 2 false alarms and 1 miss", kind=Kind.STATE)
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


@wrong(check.precision_recall, says="your code uses sklearn", kind=Kind.ROUTE)
def from_scikit_learn(logits, targets):
    counts = torch.tensor(scikit_learn.confusion_matrix(targets, logits > 0, labels=[0, 1]))
    return counts[1, 1] / counts[:, 1].sum(), counts[1, 1] / counts[1].sum()


@wrong(check.precision_recall, says="what is a false alarm", kind=Kind.COINCIDENCE)
def specificity_for_recall(logits, targets):
    quiet, sound = logits <= 0, targets == 0
    return by_masks(logits, targets)[0], (quiet & sound).sum() / sound.sum()


@wrong(check.precision_recall, says="600 examples", kind=Kind.DTYPE)
def counted_in_bytes(logits, targets):
    flagged, real = logits > 0, targets == 1
    hits, alarms, found = (part.sum(dtype=torch.uint8) for part in (flagged & real, flagged, real))
    return hits / alarms, hits / found


@wrong(check.precision_recall, says="a later call changes", kind=Kind.STATE)
def one_tensor_for_all_calls(logits, targets, result=torch.zeros(2)):  # noqa: B008
    return result.copy_(torch.stack(by_masks(logits, targets)))


@wrong(check.precision_recall, says="a later call changes", kind=Kind.STATE)
def one_list_for_all_calls(logits, targets, result=[0, 0]):  # noqa: B006
    result[:] = by_masks(logits, targets)
    return result


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
wrong(check.best_threshold, says="a typed number", kind=Kind.COINCIDENCE)(among(lambda s: [-1000.0, *s]))
wrong(check.best_threshold, says="a typed number", kind=Kind.COINCIDENCE)(
    among(lambda s: [s.min() - 1, *s.sort().values[:-1], 1000.0])
)
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


@wrong(check.best_threshold, says="a later call changes", kind=Kind.STATE)
def one_tensor_for_all_thresholds(scores, labels, miss, alarm, result=torch.zeros(())):  # noqa: B008
    return result.fill_(try_all(scores, labels, miss, alarm))


@wrong(check.best_threshold, says="Here 1 scores", kind=Kind.SHAPE)
def not_for_one_score(scores, labels, miss, alarm):
    return try_all(scores, labels, miss, alarm) if len(scores) > 1 else 0.0


@wrong(check.best_threshold, says="costs", kind=Kind.SHAPE)
def eighty_typed(scores, labels, miss, alarm):
    return among(lambda s: [s.min() - 1, *[s[i % len(s)] for i in range(0, 80, 2)]])(scores, labels, miss, alarm)


@wrong(check.best_threshold, says="costs")
def only_where_the_labels_are_real(scores, labels, miss, alarm):
    return min([scores.min() - 1, *scores[labels == 1]], key=lambda t: bill(scores, labels, t, miss, alarm))


# false_alarms

right(check.false_alarms)(0.2005)
right(check.false_alarms)(0.2)
right(check.false_alarms)(Decimal("0.20"))
right(check.false_alarms)(torch.tensor([100 * 80 / 39900]))
right(check.false_alarms)(Fraction(8000, 39900))
wrong(check.false_alarms, says="as many as real ones")(0)
wrong(check.false_alarms, says="as many as real ones")(-0.2)
wrong(check.false_alarms, says="Is that a share")(0.002)
wrong(check.false_alarms, says="Is that a share", kind=Kind.VALUE)(0.0020050)
wrong(check.false_alarms, says="if all faulty devices were found", kind=Kind.GUESS)(0.25)
wrong(check.false_alarms, says="How many alarms are real", kind=Kind.GUESS)(20)
wrong(check.false_alarms, says="How many alarms are real", kind=Kind.GUESS)(50)
wrong(check.false_alarms, says="How many alarms are real", kind=Kind.GUESS)(80)
wrong(check.false_alarms, says="How many alarms are real")(400)
wrong(check.false_alarms, says="as many false ones")(0.4)
wrong(check.false_alarms, says="as many false ones")(0.1)
wrong(check.false_alarms, says="as many false ones", kind=Kind.VALUE)(0.195)
wrong(check.false_alarms, says="as many false ones", kind=Kind.VALUE)(0.206)
wrong(check.false_alarms, says="as many false ones")(0.3125)
wrong(check.false_alarms, says="as many false ones")(0.05)
wrong(check.false_alarms, says="as many false ones")(1)
wrong(check.false_alarms, says="finite number")(math.nan)
wrong(check.false_alarms, says="not with a comma", kind=Kind.TYPE)((0, 2))
wrong(check.false_alarms, says="Give the number itself", kind=Kind.TYPE)("0.2 %")
wrong(check.false_alarms, says="Give the number itself")([0.2])

# inspection

right(check.inspection)(0.08)
right(check.inspection)(40 / 500)
right(check.inspection)(Decimal("0.08"))
right(check.inspection)(np.float32(0.08))
right(check.inspection)(torch.tensor(0.0805))
wrong(check.inspection, says="is no probability")(8)
wrong(check.inspection, says="is no probability", kind=Kind.GUESS)(40)
wrong(check.inspection, says="is no probability")(-0.08)
wrong(check.inspection, says="A hit is not free here")(0.0625)
wrong(check.inspection, says="Who pays for the repair", kind=Kind.VALUE)(0.067)
wrong(check.inspection, says="Who pays for the repair")(40 / 600)
wrong(check.inspection, says="*and* the check-up")(0.074)
wrong(check.inspection, says="needs no repair")(140 / 740)
wrong(check.inspection, says="being sound")(0.92)
wrong(check.inspection, says="Where are they equal", kind=Kind.GUESS)(0.5)
wrong(check.inspection, says="Where are they equal", kind=Kind.GUESS)(0.4)
wrong(check.inspection, says="Where are they equal")(1 / 6)
wrong(check.inspection, says="Where are they equal")(0.1)
wrong(check.inspection, says="Where are they equal")(0.2857)
wrong(check.inspection, says="Where are they equal", kind=Kind.VALUE)(0.082)
wrong(check.inspection, says="Where are they equal", kind=Kind.VALUE)(0.078)
wrong(check.inspection, says="Where are they equal")(0)
wrong(check.inspection, says="Where are they equal")(1)
wrong(check.inspection, says="finite number")(math.inf)
wrong(check.inspection, says="not with a comma", kind=Kind.TYPE)((0, 8))
wrong(check.inspection, says="Give the number itself", kind=Kind.TYPE)("0.08")
wrong(check.inspection, says="expected one number, got None")(None)

# epoch_f1


@right(check.epoch_f1)
def counts_added_up(batches):
    counts = torch.zeros(3)
    for logits, targets in batches:
        flagged, real = logits > 0, targets == 1
        counts += torch.stack([(flagged & real).sum(), flagged.sum(), real.sum()])
    return 2 * counts[0] / (counts[1] + counts[2])


def joined(batches):
    return tuple(torch.cat(parts) for parts in zip(*batches))


@right(check.epoch_f1)
def joined_first(batches):
    return metrics.f1(*joined(batches))


@right(check.epoch_f1)
def from_precision_and_recall(batches):
    logits, targets = joined(batches)
    flagged, real = (logits > 0).numpy(), targets.numpy() == 1
    hits = (flagged & real).sum()
    if hits == 0:
        return 0.0 if flagged.any() or real.any() else math.nan
    p, r = hits / flagged.sum(), hits / real.sum()
    return 2 * p * r / (p + r)


@right(check.epoch_f1)
def in_plain_python_with_fractions(batches):
    pairs = [(z > 0, y == 1) for logits, targets in batches for z, y in zip(logits.tolist(), targets.tolist())]
    hits, wrongs = sum(a and b for a, b in pairs), sum(a != b for a, b in pairs)
    return Fraction(2 * hits, 2 * hits + wrongs) if hits + wrongs else float("nan")


def f1_of(logits, targets):
    flagged, real = logits > 0, targets == 1
    return 2 * (flagged & real).sum() / (flagged.sum() + real.sum())


@wrong(check.epoch_f1, says="the mean of the three batches")
def as_it_stands(batches):
    total = 0
    for logits, targets in batches:
        total += f1_of(logits, targets)
    return total / len(batches)


@wrong(check.epoch_f1, says="the mean of the three batches", kind=Kind.VALUE)
def mean_of_batches_with_zeros(batches):
    return torch.stack([f1_of(*batch).nan_to_num() for batch in batches]).mean()


@wrong(check.epoch_f1, says="Weighing the batches")
def weighed_by_size(batches):
    sizes = torch.tensor([len(targets) for _, targets in batches])
    return (torch.stack([f1_of(*batch).nan_to_num() for batch in batches]) * sizes).sum() / sizes.sum()


@wrong(check.epoch_f1, says="That is the accuracy")
def accuracy_of_all(batches):
    logits, targets = joined(batches)
    return ((logits > 0) == targets.bool()).double().mean()


@wrong(check.epoch_f1, says="the precision or the recall")
def precision_of_all(batches):
    return metrics.precision(*joined(batches))


@wrong(check.epoch_f1, says="the precision or the recall")
def recall_of_all(batches):
    return metrics.recall(*joined(batches))


@wrong(check.epoch_f1, says="the mean of the three batches")
def mean_precision_and_recall(batches):
    p = torch.stack([metrics.precision(*batch).nan_to_num() for batch in batches]).mean()
    r = torch.stack([metrics.recall(*batch).nan_to_num() for batch in batches]).mean()
    return 2 * p * r / (p + r)


@wrong(check.epoch_f1, says="divide once")
def of_both_classes(batches):
    logits, targets = joined(batches)
    return (metrics.f1(logits, targets) + metrics.f1(-logits, 1 - targets)) / 2


@wrong(check.epoch_f1, says="divide once", kind=Kind.HALF)
def last_batch_left_out(batches):
    return metrics.f1(*joined(batches[:-1] or batches))


@wrong(check.epoch_f1, says="instead of", kind=Kind.HALF)
def small_last_batch_left_out(batches):
    full = [batch for batch in batches if len(batch[0]) == len(batches[0][0])]
    return metrics.f1(*joined(full if len(batches) > 3 else batches))


@wrong(check.epoch_f1, says="divide once")
def of_the_last_batch(batches):
    for logits, targets in batches:
        value = f1_of(logits, targets)
    return value


@wrong(check.epoch_f1, says="divide once")
def without_the_two(batches):
    return metrics.f1(*joined(batches)) / 2


def mended(change):
    """What `change` makes of the right F1."""

    def answer(batches):
        return change(metrics.f1(*joined(batches)))

    return answer


wrong(check.epoch_f1, says="divide once", kind=Kind.VALUE)(mended(lambda f: f.round(decimals=2)))
wrong(check.epoch_f1, says="instead of", kind=Kind.VALUE)(mended(lambda f: f.round(decimals=4)))
wrong(check.epoch_f1, says="divide once", kind=Kind.DTYPE)(mended(lambda f: f.half()))
wrong(check.epoch_f1, says="divide once", kind=Kind.DTYPE)(mended(int))
wrong(check.epoch_f1, says="divide once")(mended(lambda f: 100 * f))
wrong(check.epoch_f1, says="nothing is real and nothing was flagged", kind=Kind.VALUE)(mended(lambda f: f.nan_to_num()))
wrong(check.epoch_f1, says="on the device meta", kind=Kind.ELSEWHERE)(mended(lambda f: f.to("meta")))
wrong(check.epoch_f1, says="got str", kind=Kind.TYPE)(mended(lambda f: f"{f:.3f}"))
wrong(check.epoch_f1, says="expected one number, F1, got None", kind=Kind.TYPE)(mended(lambda f: print(f)))
wrong(check.epoch_f1, says="got list", kind=Kind.TYPE)(mended(lambda f: [f]))


def after(change):
    """The right F1 of what `change` makes of logits and targets."""

    def answer(batches):
        return metrics.f1(*change(*joined(batches)))

    return answer


wrong(check.epoch_f1, says="instead of", kind=Kind.COINCIDENCE)(after(lambda z, y: (z - 0.25, y)))
wrong(check.epoch_f1, says="divide once")(after(lambda z, y: (z - 0.5, y)))
wrong(check.epoch_f1, says="divide once")(after(lambda z, y: (-z, y)))
wrong(check.epoch_f1, says="divide once")(after(lambda z, y: (-z, 1 - y)))
wrong(check.epoch_f1, says="a logit of exactly 0", kind=Kind.VALUE)(after(lambda z, y: (z + 1e-9, y)))
wrong(check.epoch_f1, says="instead of", kind=Kind.SHAPE)(after(lambda z, y: (z[:11], y[:11])))


@wrong(check.epoch_f1, says="nothing is real and nothing was flagged")
def with_an_epsilon_below(batches):
    logits, targets = joined(batches)
    flagged, real = logits > 0, targets == 1
    return 2 * (flagged & real).sum().double() / (flagged.sum() + real.sum() + 1e-12)


@wrong(check.epoch_f1, says="no hit at all")
def nan_without_hits_of_all(batches):
    value = metrics.f1(*joined(batches))
    return value if value > 0 else math.nan


@wrong(check.epoch_f1, says="false alarms only", kind=Kind.VALUE)
def nan_where_nothing_is_real(batches):
    logits, targets = joined(batches)
    return metrics.f1(logits, targets) if targets.any() else math.nan


@wrong(check.epoch_f1, says="misses only", kind=Kind.VALUE)
def nan_where_nothing_is_flagged(batches):
    logits, targets = joined(batches)
    return metrics.f1(logits, targets) if (logits > 0).any() else math.nan


@wrong(check.epoch_f1, says="700 examples", kind=Kind.DTYPE)
def sums_in_bytes(batches):
    logits, targets = joined(batches)
    flagged, real = logits > 0, targets == 1
    hits, alarms, found = (part.sum(dtype=torch.uint8).item() for part in (flagged & real, flagged, real))
    return 2 * hits / (alarms + found) if alarms + found else math.nan


@wrong(check.epoch_f1, says="a later call changes", kind=Kind.STATE)
def one_tensor_for_all_epochs(batches, result=torch.zeros(())):  # noqa: B008
    return result.copy_(metrics.f1(*joined(batches)))


@wrong(check.epoch_f1, says="a single batch", kind=Kind.SHAPE)
def three_batches_typed(batches):
    return metrics.f1(*joined(batches)) if len(batches) > 1 else 0.0


@wrong(check.epoch_f1, says="batches of one example", kind=Kind.SHAPE)
def squeezed(batches):
    kept = [batch for batch in batches if batch[0].squeeze().ndim]
    return metrics.f1(*joined(kept)) if kept else math.nan


@wrong(check.epoch_f1, says="changes the argument batches", kind=Kind.ARGUMENT)
def pops_the_batches(batches):
    value = metrics.f1(*joined(batches))
    batches.pop()
    return value


@wrong(check.epoch_f1, says="changes the argument batches", kind=Kind.ARGUMENT)
def thresholds_in_place(batches):
    for logits, _ in batches:
        logits.gt_(0)
    return metrics.f1(*joined(batches))


@wrong(check.epoch_f1, says="instead of", kind=Kind.STATE)
def remembers_by_the_number(batches, kept={}):  # noqa: B006
    return kept.setdefault(len(batches), metrics.f1(*joined(batches)))


@wrong(check.epoch_f1, says="asked again", kind=Kind.STATE)
def a_nan_sticks(batches, last=[0.0]):  # noqa: B006
    stuck = math.isnan(last[0])
    last[0] = metrics.f1(*joined(batches)).item()
    return math.nan if stuck else last[0]


@wrong(check.epoch_f1, says="nothing is real and nothing was flagged", kind=Kind.ELSEWHERE)
def zero_from_an_except(batches):
    logits, targets = joined(batches)
    hits = ((logits > 0) & (targets == 1)).sum().item()
    try:
        return 2 * hits / ((logits > 0).sum().item() + targets.sum().item())
    except ZeroDivisionError:
        return 0.0


# measure

right(check.measure)((3, 5, 1, 4, 6, 2))
right(check.measure)([3, 5, 1, 4, 6, 2])
right(check.measure)(torch.tensor([3, 5, 1, 4, 6, 2]))
right(check.measure)(np.array([3.0, 5, 1, 4, 6, 2]))
wrong(check.measure, says="fraud: accuracy does not fit", kind=Kind.GUESS)((1, 2, 3, 4, 5, 6))
wrong(check.measure, says="fraud: accuracy does not fit", kind=Kind.GUESS)((1, 1, 1, 1, 1, 1))
wrong(check.measure, says="nearly all payments are honest", kind=Kind.VALUE)((7, 5, 1, 4, 6, 2))
wrong(check.measure, says="Which measure weighs each minute alike")((3, 6, 1, 4, 6, 2))
wrong(check.measure, says="Each wrong letter costs the same", kind=Kind.VALUE)((3, 5, 2, 4, 6, 2))
wrong(check.measure, says="Only the visits that are made")((3, 5, 1, 3, 6, 2))
wrong(check.measure, says="bridge: MAE does not fit")((3, 5, 1, 4, 5, 2))
wrong(check.measure, says="bridge: R² does not fit")((3, 5, 1, 4, 8, 2))
wrong(check.measure, says="must not decide")((3, 5, 1, 4, 6, 1))
wrong(check.measure, says="no measure 9 in the list")((9, 5, 1, 4, 6, 2))
wrong(check.measure, says="no measure 2.5 in the list")((3, 5, 1, 4, 6, 2.5))
wrong(check.measure, says="got 5", kind=Kind.TYPE)((3, 5, 1, 4, 6))
wrong(check.measure, says="In the order of the situations", kind=Kind.TYPE)({"fraud": 3})
wrong(check.measure, says="expected one number for fraud, got str", kind=Kind.TYPE)(
    ("average precision", "MAE", "accuracy", "precision", "RMSE", "macro recall")
)
wrong(check.measure, says="expected 6 numbers")(351462)

# safety_margin

(X, Y), (X_VAL, Y_VAL), (X_TEST, Y_TEST) = data.normalize(data.split(*data.diabetes()))
WEIGHTS = torch.linalg.lstsq(X, Y - Y.mean()).solution
VAL, TEST = (X_VAL @ WEIGHTS + Y.mean() - Y_VAL).flatten(), (X_TEST @ WEIGHTS + Y.mean() - Y_TEST).flatten()


def mean_cost(margin, errors, under=3, over=1):
    e = errors + margin
    return torch.where(e < 0, -under * e, over * e).mean().item()


def cheapest(errors, under=3, over=1):
    return min(torch.linspace(-120, 120, 2401).tolist(), key=lambda m: mean_cost(m, errors, under, over))


BEST = cheapest(VAL)
QUANTILE = (-VAL).quantile(0.75).item()
right(check.safety_margin)((BEST, mean_cost(BEST, TEST)))
right(check.safety_margin)([round(BEST), round(mean_cost(round(BEST), TEST), 2)])
right(check.safety_margin)(torch.tensor([QUANTILE, mean_cost(QUANTILE, TEST)]))
right(check.safety_margin)((Decimal(f"{QUANTILE:.3f}"), np.float64(mean_cost(QUANTILE, TEST))))
wrong(check.safety_margin, says="Without a margin the errors lie", kind=Kind.GUESS)((0, mean_cost(0, TEST)))
wrong(check.safety_margin, says="Without a margin the errors lie", kind=Kind.GUESS)((1, 3))
wrong(check.safety_margin, says="To which side", kind=Kind.VALUE)((-BEST, mean_cost(-BEST, TEST)))
wrong(check.safety_margin, says="To which side")((cheapest(VAL, 1, 3), mean_cost(cheapest(VAL, 1, 3), TEST)))
wrong(check.safety_margin, says="in steps of 1")((4 * BEST, mean_cost(4 * BEST, TEST)))
wrong(check.safety_margin, says="in steps of 1")((BEST / 3, mean_cost(BEST / 3, TEST)))
wrong(check.safety_margin, says="in steps of 1")((3, mean_cost(3, TEST)))
wrong(check.safety_margin, says="the part that chose", kind=Kind.VALUE)((BEST, mean_cost(BEST, VAL)))
wrong(check.safety_margin, says="the sum over the patients")((BEST, len(TEST) * mean_cost(BEST, TEST)))
wrong(check.safety_margin, says="the cost without a margin")((BEST, mean_cost(0, TEST)))
wrong(check.safety_margin, says="For each patient")((BEST, (TEST + BEST).abs().mean().item()))
wrong(check.safety_margin, says="For each patient", kind=Kind.VALUE)((BEST, round(mean_cost(BEST, TEST))))
wrong(check.safety_margin, says="For each patient", kind=Kind.VALUE)((26, round(mean_cost(26, TEST), 1)))
wrong(check.safety_margin, says="For each patient")((BEST, 0.0))
wrong(check.safety_margin, says="expected 2 numbers", kind=Kind.TYPE)(BEST)
wrong(check.safety_margin, says="expected 2 numbers")((BEST,))
wrong(check.safety_margin, says="one number as cost, got None", kind=Kind.TYPE)((BEST, None))
wrong(check.safety_margin, says="one number as margin, got str", kind=Kind.TYPE)((f"{BEST}", 0))
wrong(check.safety_margin, says="finite number")((BEST, math.nan))
