"""Answers to the exercises of *Success and losses*."""

import math

import torch
from torch import nn
from torch.nn import functional as F

from course_lib import losses, metrics
from course_lib.checks import success as check

from . import right, wrong

# precision_recall


@right(check.precision_recall)
def by_masks(logits, targets):
    flagged, real = logits > 0, targets == 1
    hits = (flagged & real).sum()
    return hits / flagged.sum(), hits / real.sum()


@right(check.precision_recall)
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


@wrong(check.precision_recall, says="does not return a pair")
def one_element(logits, targets):
    return by_masks(logits, targets)[0][None]


@wrong(check.precision_recall, says="does not return a pair")
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


@wrong(check.precision_recall, says="It comes first")
def recall_first(logits, targets):
    precision, recall = by_masks(logits, targets)
    return recall, precision


@wrong(check.precision_recall, says="what is a false alarm")
def precision_twice(logits, targets):
    return (by_masks(logits, targets)[0],) * 2


@wrong(check.precision_recall, says="exactly 0 counts as a yes")
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
    costs = torch.cat([(alarm * (1 - y)).sum()[None], miss * y.cumsum(0) + alarm * ((1 - y).sum() - (1 - y).cumsum(0))])
    return torch.cat([s[:1] - 1, s])[costs.argmin()]


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


@wrong(check.best_threshold, says="changes the scores")
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


@wrong(check.cost, says="leave the other probabilities")
def a_small_number_added(probs, labels):
    eps = 1e-7
    return -(labels * (probs + eps).log() + (1 - labels) * (1 - probs + eps).log()).mean()


@wrong(check.cost, says="instead of 100")
def nan_replaced(probs, labels):
    return -(labels * probs.log() + (1 - labels) * (1 - probs).log()).nan_to_num(nan=0, neginf=-50).mean()


@wrong(check.cost, says="one number for all examples")
def not_reduced(probs, labels):
    return F.binary_cross_entropy(probs, labels, reduction="none")


# cross_entropy


@right(check.cross_entropy)
def by_hand(logits, targets):
    largest = logits.max(dim=1, keepdim=True).values
    log_sum_exp = largest.squeeze(1) + (logits - largest).exp().sum(dim=1).log()
    return (log_sum_exp - logits[torch.arange(len(targets)), targets]).mean()


@right(check.cross_entropy)
def in_two_steps(logits, targets):
    return F.nll_loss(F.log_softmax(logits, dim=1), targets)


@right(check.cross_entropy)
def with_logsumexp(logits, targets):
    return (logits.logsumexp(1) - logits.gather(1, targets[:, None])[:, 0]).mean()


@wrong(check.cross_entropy, says="instead of 1.313")
def naive(logits, targets):
    return (logits.exp().sum(1).log() - logits[torch.arange(len(targets)), targets]).mean()


@wrong(check.cross_entropy, says="rounded to 0")
def log_of_softmax(logits, targets):
    return F.nll_loss(logits.softmax(1).log(), targets)


@wrong(check.cross_entropy, says="a maximum of its own")
def one_maximum_for_all(logits, targets):
    m = logits.max()
    return (m + (logits - m).exp().sum(1).log() - logits[torch.arange(len(targets)), targets]).mean()


@wrong(check.cross_entropy, says="Asked is the mean")
def summed(logits, targets):
    return F.cross_entropy(logits, targets, reduction="sum")


@wrong(check.cross_entropy, says="one number")
def each(logits, targets):
    return F.cross_entropy(logits, targets, reduction="none")


@wrong(check.cross_entropy, says="negative: the sign")
def sign_turned(logits, targets):
    return -by_hand(logits, targets)


@wrong(check.cross_entropy, says="softmax been taken twice")
def softmax_twice(logits, targets):
    return F.cross_entropy(logits.softmax(1), targets)


@wrong(check.cross_entropy, says="the logarithm of the probability")
def no_logarithm(logits, targets):
    return F.nll_loss(logits.softmax(1), targets)


@wrong(check.cross_entropy, says="over the classes of that row")
def wrong_axis(logits, targets):
    return F.nll_loss(F.log_softmax(logits, dim=0), targets)


@wrong(check.cross_entropy, says="your loss has no gradient")
def item(logits, targets):
    return torch.tensor(by_hand(logits, targets).item())


@wrong(check.cross_entropy, says="its gradient is not")
def logit_detached(logits, targets):
    return (logits.logsumexp(1) - logits.detach()[torch.arange(len(targets)), targets]).mean()


@wrong(check.cross_entropy, says="changes the logits")
def shifted_in_place(logits, targets):
    with torch.no_grad():
        logits -= logits.max(1, keepdim=True).values
    return by_hand(logits, targets)


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


@wrong(check.nll, says="without end")
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
wrong(check.start, says="each of 100 classes")(100)

# floor

right(check.floor)(0.551)
right(check.floor)(math.log((math.e + 2) / math.e))
wrong(check.floor, says="ten classes")(1.461)
wrong(check.floor, says="floor of logits")(0)
wrong(check.floor, says="what guessing costs")(1.0986)
wrong(check.floor, says="Now its loss")(0.576)
wrong(check.floor, says="log-sum-exp")(1.5514)
wrong(check.floor, says="how many zeros")(0.7436)
wrong(check.floor, says="what is their softmax")(0.313)
wrong(check.floor, says="what is their softmax")(-0.55)
