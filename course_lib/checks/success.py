"""Checks of *Success*: counts, curves, thresholds, batches, and the choice of a measure."""

import math

import torch

from course_lib import data

from .core import Exercise, ask, close, expect, number, several
from .probes import KEEPS, forbid, normal


def _measures(answer, logits, labels, results):
    """Precision and recall as the answer has them, two floats that may be nan; `results` gets what it returned."""
    pair = forbid(
        answer,
        logits,
        labels,
        modules=("course_lib.metrics", "sklearn"),
        hint="Count the hits, the alarms and the real ones yourself.",
    )
    values = []
    for name, value in zip(("precision", "recall"), several(pair, 2, "numbers, precision and recall")):
        values.append(number(value, f"one number as {name}", finite=False))
    results.append((pair, values))
    return values


def _right_measures(logits, labels):
    flagged, real = logits > 0, labels == 1
    hits = (flagged & real).sum().double()
    return [(hits / flagged.sum()).item(), (hits / real.sum()).item()]


def _alike(found, right):
    return all(close(a, b, 1e-6) or a != a and b != b for a, b in zip(found, right))


def _still(results):
    """Expect what the answer returned to hold the numbers that were read from it: pairs of the two."""
    for value, then in results:
        parts = several(value, len(then)) if len(then) > 1 else [value]
        now = [number(part, finite=False) for part in parts]
        expect(_alike(now, then), "a later call changes what an earlier one returned", KEEPS)


@Exercise
def precision_recall(answer):
    """Precision and recall of the answers "yes where the logit is above 0"."""
    logits = torch.tensor([3.0, 2.0, 0.3, 0.2, -0.1, -1.0, -2.0, -3.0, 1.0, -0.5])
    labels = torch.tensor([1, 1, 1, 0, 1, 1, 0, 0, 0, 0])  # 3 hits, 2 false alarms, 2 misses, 3 true negatives
    results = []
    precision, recall = _measures(answer, logits, labels, results)
    found = f"3 hits, 2 false alarms and 2 misses give precision {precision:.3g} and recall {recall:.3g}"
    expect(
        not (close(precision, 2 / 3) and close(recall, 2 / 5)),
        found,
        "A logit is no probability. At which logit is the probability one half?",
    )
    expect(not (precision > 1 or recall > 1), found, "Both are shares: from 0 to 1, and no counts or percents.")
    expect(
        close(precision, 3 / 5, 1e-6) and close(recall, 3 / 5, 1e-6),
        found,
        "Divide the hits by all alarms in the one, by all real ones in the other.",
    )
    precision, recall = _measures(answer, logits, torch.tensor([1, 1, 1, 0, 1, 0, 0, 0, 0, 0]), results)
    found = f"3 hits, 2 false alarms and 1 miss give precision {precision:.3g} and recall {recall:.3g}"
    expect(
        not (close(precision, 3 / 4) and close(recall, 3 / 5)),
        found,
        "Which of the two is the share of the alarms that are real? It comes first.",
    )
    expect(
        close(precision, 3 / 5, 1e-6) and close(recall, 3 / 4, 1e-6),
        found,
        "Count again: what is a false alarm, and what is a miss?",
    )
    precision, recall = _measures(answer, logits.new_tensor([0.0, 1.0]), torch.tensor([0, 1]), results)
    expect(close(precision, 1.0), "a logit of exactly 0 counts as a yes", "Asked is yes where the logit is above 0.")
    precision, recall = _measures(answer, -logits.abs(), labels, results)
    expect(
        math.isnan(precision),
        f"nothing was flagged, and your precision is {precision:g}",
        "A share of no alarms is not known. The task says what stands for that.",
    )
    expect(
        recall == 0,
        f"nothing was flagged, and your recall is {recall:g}",
        "There were five to find, and none was found.",
    )
    cases = [
        ("all alarms are false", logits, 1 - (logits > 0).long()),
        ("one example, a hit", torch.tensor([0.7]), torch.tensor([1])),
        ("two examples, one hit and one miss", torch.tensor([2.0, -1.0]), torch.tensor([1, 1])),
        ("all is flagged", logits.abs(), labels),
        ("logits in the thousands", 1000 * logits.flip(0), labels),
        ("logits of a millionth", 1e-6 * logits.flip(0), labels),
    ]
    for n, rare in ((37, 0.3), (37, 0.7), (120, 0.1), (11, 0.5), (600, 0.7)):  # at last more hits than a byte holds
        real = (torch.rand(n, generator=torch.Generator().manual_seed(n)) < rare).long()
        real[-1] = 1
        cases.append((f"{n} examples", torch.cat([normal(n - 1, seed=n) + real[:-1], torch.tensor([3.0])]), real))
    for which, *case in [*cases, ("the first ten examples again", logits, labels)]:
        found, right = _measures(answer, *case, results), _right_measures(*case)
        expect(
            _alike(found, right),
            f"{which}: precision {found[0]:.4g} and recall {found[1]:.4g} instead of {right[0]:.4g} and {right[1]:.4g}",
            "Is every example counted, and nothing rounded, added or kept from another call?",
        )
    _still(results)


def _bills(scores, labels, thresholds, miss, alarm):
    """What the mistakes cost where scores above each of the thresholds are flagged."""
    flagged = scores > thresholds.unsqueeze(1)
    return miss * (~flagged & (labels == 1)).sum(1) + alarm * (flagged & (labels == 0)).sum(1)


@Exercise
def best_threshold(answer):
    """The threshold at which the mistakes on these examples cost least."""
    labels = (torch.arange(80) % 4 == 0).long()
    scores = 1.5 * normal(80, seed=3) + 2.0 * labels - 3.0  # most lie below 0
    scores[0] = scores.min() - 0.5  # a real one that is hard to find
    results = []

    def compare(scores, labels, miss, alarm, hint):
        """Expect a bill that is the smallest there is."""
        value = ask(answer, scores, labels, miss, alarm)
        threshold = number(value, "one number, the threshold", finite=False)
        expect(not math.isnan(threshold), "your threshold is nan", "No score lies above nan, and none below.")
        results.append((value, [threshold]))
        scores = scores.double()
        thresholds = torch.cat([scores.new_tensor([threshold, -math.inf]), scores])
        bills = _bills(scores, labels, thresholds, miss, alarm).double()
        expect(
            bills[0] <= bills.min() + 1e-9,
            f"with miss = {miss} and alarm = {alarm} your threshold {threshold:.3g} costs {bills[0]:g}, "
            f"another one costs {bills.min():g}",
            hint,
        )

    compare(
        scores,
        labels,
        1,
        1,
        "Here both mistakes cost the same. Which thresholds did you try? No formula knows: these "
        "scores are no probabilities and may be negative. Flagged is what lies above the threshold, not at it.",
    )
    compare(
        scores, labels, 10, 1, "Here a miss costs ten times as much. Where does the cost enter, and which of the two?"
    )
    compare(scores, labels, 1, 2, "Here a false alarm costs twice as much. Follow both costs through your code.")
    compare(
        scores,
        labels,
        1000,
        1,
        "A miss is so dear that all should be flagged. Do you try a threshold below the lowest score?",
    )
    compare(
        scores,
        0 * labels,
        1,
        1,
        "None of these is a real one, so nothing should be flagged. Which threshold does that?",
    )
    close_by = torch.cat([0.4 + 0.001 * normal(30, seed=4), torch.tensor([-300.0, 300.0])])
    for seed in range(4):
        real = (close_by > 0.4).long() ^ (normal(32, seed=seed) > 1).long()
        compare(
            close_by,
            real,
            1,
            1,
            "Thirty scores lie close together, two far away. A grid of thresholds, or a rounded one, misses them.",
        )
    for far, real, miss in ((1000 * scores - 10_000, labels, 1000), (1000 * scores + 10_000, 0 * labels, 1)):
        compare(
            far, real, miss, 1, "These scores lie thousands away from zero. Is one of your thresholds a typed number?"
        )
    for miss, alarm in ((0.5, 0.3), (0.4, 0.9), (1.5, 1), (0, 1), (1, 0)):
        compare(
            scores, labels, miss, alarm, "Costs are any numbers: a half, or nothing at all. Is one of them rounded?"
        )
    for seed in range(40):
        generator = torch.Generator().manual_seed(seed)
        n = 1 + seed % 7
        some = torch.randint(-3, 4, (n,), generator=generator) / 2  # often equal
        real = torch.randint(2, (n,), generator=generator)
        compare(
            some,
            real,
            *[(1, 1), (3, 1), (1, 4)][seed % 3],
            f"Here {n} scores, some of them alike, are {some.tolist()} and the labels {real.tolist()}. "
            "Try each by hand, and do not rely on an earlier call.",
        )
    compare(scores, labels, 1, 1, KEEPS)
    _still(results)


@Exercise
def false_alarms(answer):
    """The largest false positive rate, in per cent, at which half of the alarms are real."""
    rate = number(answer)
    expect(rate > 0, f"a rate of {rate:g} per cent", "Some false alarms are allowed: as many as real ones.")
    expect(
        abs(rate - 0.002) > 0.0002,
        f"{rate:g} per cent of 39,900 sound devices is less than one",
        "Is that a share? Asked are per cent.",
    )
    alarms = 39_900 * rate / 100
    found = f"of 40,000 devices, {rate:g} per cent of the 39,900 sound ones are {alarms:,.0f} false alarms"
    expect(abs(rate - 0.25) > 0.005, found, "That would be right if all faulty devices were found.")
    expect(rate < 19, found, "How many alarms are real? Count what the test finds among so many devices.")
    expect(
        abs(rate - 0.8 / 3.99) <= 0.005 + 1e-9, found, "Half of the alarms are real: as many false ones as real ones."
    )
    return (
        "0.8 · 100 faulty ones found, 80 of 39,900 sound ones: 0.2005 per cent. For rare things a test must be exact."
    )


@Exercise
def inspection(answer):
    """The probability of a fault from which on a check-up is the cheaper choice."""
    p = number(answer)
    expect(0 <= p <= 1, f"{p:g} is no probability", "From 0 to 1. As per cent it would be a hundred times as much.")
    checked, left = 40 + 100 * p, 600 * p
    found = f"at p = {p:g} a check-up costs {checked:.4g} on average, and none costs {left:.4g}"
    expect(
        abs(p - 40 / 640) > 0.0015,
        found,
        "The formula a / (a + m) wants what a miss costs *more* than a hit. A hit is not free here.",
    )
    expect(abs(p - 40 / 600) > 0.0015, found, "Who pays for the repair of a fault that was found?")
    expect(
        abs(p - 40 / 540) > 0.0015,
        found,
        "A fault that is found costs the repair *and* the check-up.",
    )
    expect(abs(p - 140 / 740) > 0.0015, found, "A sound machine needs no repair.")
    expect(abs(p - 0.92) > 0.0015, found, "Is that the probability of being sound?")
    expect(
        abs(p - 0.08) <= 0.001 + 1e-9,
        found,
        "Write down what each choice costs on average, as a function of p. Where are they equal?",
    )
    return "40 + 100 p = 600 p. With a = 40 and m = 600 - 140, what a miss costs more than a hit, a / (a + m) says the same."


def _f1(batches):
    logits, targets = (torch.cat(parts) for parts in zip(*batches))
    flagged, real = logits > 0, targets == 1
    return (2 * (flagged & real).sum().double() / (flagged.sum() + real.sum())).item()


def _batches(n, size, seed, rare=0.2):
    real = (torch.rand(n, generator=torch.Generator().manual_seed(seed)) < rare).long()
    logits = normal(n, seed=seed) + 1.5 * real - 0.8
    return list(zip(logits.split(size), real.split(size)))


@Exercise
def epoch_f1(answer):
    """F1 over all examples of some batches."""
    results = []

    def run(batches):
        value = ask(answer, batches)
        results.append((value, [number(value, "one number, F1", finite=False)]))
        return results[-1][1][0]

    def pair(logits, targets):
        return torch.tensor(logits), torch.tensor(targets)

    # Batch 1: 1 hit, 1 miss, 1 false alarm. Batch 2: nothing flagged, 1 miss. Batch 3: 2 hits.
    batches = [
        pair([1.0, -2.0, 0.4, -0.5], [1, 1, 0, 0]),
        pair([-1.0, -0.2, -0.1, -3.0], [1, 0, 0, 0]),
        pair([0.3, 2.0, -0.7], [1, 1, 0]),
    ]
    value, right = run(batches), 2 * 3 / (4 + 5)
    found = f"3 hits, 1 false alarm and 2 misses in three batches give {value:.4g}"
    expect(
        not close(value, (0.5 + 0 + 1) / 3, 1e-4),
        found,
        "That is the mean of the three batches' F1. The last batch has fewer examples than the first, and F1 is a ratio.",
    )
    expect(
        not close(value, (4 * 0.5 + 0 + 3 * 1) / 11, 1e-4),
        found,
        "Weighing the batches by their size does not help: F1 is no mean over examples, not even within a batch.",
    )
    expect(not close(value, 8 / 11, 1e-4), found, "That is the accuracy.")
    expect(
        not close(value, 3 / 4, 1e-4) and not close(value, 3 / 5, 1e-4),
        found,
        "That is the precision or the recall. F1 is made of both.",
    )
    expect(close(value, right, 1e-4), found, "Count over all batches first, and divide once, at the end.")
    cases = [
        ("the batches in another order", batches[::-1]),
        ("a single batch", batches[:1]),
        ("a batch without any positive, and one with", [pair([-1.0, -2.0], [0, 0]), pair([1.0, -2.0, 2.0], [1, 1, 0])]),
        ("batches of one example", [pair([0.5], [1]), pair([-0.5], [1]), pair([0.5], [0])]),
        ("a logit of exactly 0, which is a no", [pair([0.0, 1.0], [1, 1]), pair([0.0], [0])]),
        ("no hit at all", [pair([1.0, -1.0], [0, 1])]),
        ("false alarms only", [pair([1.0, -1.0], [0, 0]), pair([2.0], [0])]),
        ("misses only", [pair([-1.0, -2.0], [1, 0]), pair([-3.0], [1])]),
    ]
    for n, size, rare in ((100, 32, 0.2), (64, 16, 0.05), (33, 32, 0.5), (500, 7, 0.02), (700, 64, 0.7)):
        cases.append((f"{n} examples in batches of {size}", _batches(n, size, seed=n, rare=rare)))
    for which, case in cases:
        value, right = run(case), _f1(case)
        expect(
            close(value, right, 1e-6),
            f"{which}: {value:.6g} instead of {right:.6g}",
            "Is every batch counted, none of them alone divided, and nothing rounded, added or left out?",
        )
    value = run([pair([-1.0], [0]), pair([-3.0, -2.0], [0, 0])])
    expect(
        math.isnan(value),
        f"nothing is real and nothing was flagged, and your F1 is {value:g}",
        "Then F1 is not known. The task says what stands for that.",
    )
    value = run(batches)
    expect(close(value, 2 / 3, 1e-6), f"the same batches give {value:.4g} when they are asked again", KEEPS)
    _still(results)


MEASURES = {
    1: "accuracy",
    2: "macro recall",
    3: "average precision",
    4: "precision among the 50 highest scores",
    5: "MAE",
    6: "RMSE",
    7: "AUC",
    8: "R²",
}
FITS = {
    "fraud": (3, "nobody has set a threshold, and nearly all payments are honest. Which summary of a curve sees that?"),
    "taxi": (5, "ten minutes off cost ten times as much as one. Which measure weighs each minute alike, in minutes?"),
    "post": (1, "each wrong letter costs the same, whatever town it was for. So who counts: letters, or towns?"),
    "inspectors": (4, "only the visits that are made find anything. What share of them does?"),
    "bridge": (
        6,
        "the damage grows with the square. In which measure does a large error count by its own size?",
    ),
    "plants": (2, "the ten common plants must not decide. What treats each kind alike?"),
}


@Exercise
def measure(answer):
    """The numbers of the measures that fit six situations."""
    chosen = several(answer, len(FITS), "numbers, one for each situation", "In the order of the situations.")
    for (name, (fits, why)), value in zip(FITS.items(), chosen):
        value = number(value, f"one number for {name}")
        expect(value in MEASURES, f"{name}: there is no measure {value:g} in the list", "They go from 1 to 8.")
        expect(value == fits, f"{name}: {MEASURES[int(value)]} does not fit", why[0].upper() + why[1:])


UNDER, OVER = 3.0, 1.0  # what an error of one unit costs


def _cost(margin, predicted, y):
    error = predicted + margin - y
    return torch.where(error < 0, -UNDER * error, OVER * error).double().mean().item()


def _forecasts():
    """(predictions, targets) of the validation and of the test part, as the task makes them."""
    (x, y), *others = data.normalize(data.split(*data.diabetes()))
    weights = torch.linalg.lstsq(x, y - y.mean()).solution
    return [((x_part @ weights + y.mean()).double(), y_part.double()) for x_part, y_part in others]


@Exercise
def safety_margin(answer):
    """A margin chosen on the validation part, and what it costs on the test part."""
    margin, cost = several(answer, 2, "numbers, the margin and the cost")
    margin, cost = number(margin, "one number as margin"), number(cost, "one number as cost")
    val, test = _forecasts()
    tried = torch.cat([torch.zeros(1), (val[1] - val[0]).flatten()]).tolist()  # the best is one of the errors
    best, bill = min(_cost(m, *val) for m in tried), _cost(margin, *val)
    found = f"on the validation part the margin {margin:.4g} costs {bill:.2f} a patient, another one {best:.2f}"
    good = bill <= 1.005 * best
    expect(good or margin > -1, found, "Too low costs more here. To which side should the predictions move?")
    expect(
        good or margin > 1, found, "Without a margin the errors lie about zero. But the two sides don't cost the same."
    )
    expect(good, found, "Try many margins on the validation part, in steps of 1. Which one costs least there?")
    right = _cost(margin, *test)
    found = f"the margin {margin:.4g} is well chosen; its cost on the test part is not {cost:.5g}"
    expect(not close(cost, bill, 1e-3), found, "That is the cost on the part that chose.")
    expect(not close(cost, len(test[1]) * right, 1e-3), found, "That is the sum over the patients. Asked is the mean.")
    expect(not close(cost, _cost(0, *test), 1e-3), found, "That is the cost without a margin.")
    expect(
        close(cost, right, 0, 0.02),
        found,
        "For each patient of the test part: 3 times what is missing, or what is too much.",
    )
    return (
        f"Without a margin it would have been {_cost(0, *test):.1f}. The best margin leaves a quarter of the "
        "patients too low: 1 / (1 + 3), the threshold's formula again."
    )
