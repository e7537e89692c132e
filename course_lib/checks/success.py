"""Checks of *Success and losses*: measures of success, and the losses that an optimizer can follow."""

import math

import torch
from torch.nn import functional as F

from .core import Exercise, ask, close, expect, number, several, tensor
from .probes import KEEPS, forbid, normal, same_as, same_slopes


def _measures(answer, logits, labels):
    """Precision and recall as the answer has them, two floats that may be nan."""
    pair = forbid(
        answer,
        logits,
        labels,
        modules=("course_lib.metrics", "sklearn", "scipy"),
        hint="Count the hits, the alarms and the real ones yourself.",
    )
    values = []
    for name, value in zip(("precision", "recall"), several(pair, 2, "numbers, precision and recall")):
        values.append(number(value, f"one number as {name}", finite=False))
    return values


def _right_measures(logits, labels):
    flagged, real = logits > 0, labels == 1
    hits = (flagged & real).sum().double()
    return [(hits / flagged.sum()).item(), (hits / real.sum()).item()]


def _alike(found, right):
    return all(close(a, b, 1e-6) or a != a and b != b for a, b in zip(found, right))


@Exercise
def precision_recall(answer):
    """Precision and recall of the answers "yes where the logit is above 0"."""
    logits = torch.tensor([3.0, 2.0, 0.3, 0.2, -0.1, -1.0, -2.0, -3.0, 1.0, -0.5])
    labels = torch.tensor([1, 1, 1, 0, 1, 1, 0, 0, 0, 0])  # 3 hits, 2 false alarms, 2 misses, 3 true negatives
    precision, recall = _measures(answer, logits, labels)
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
    precision, recall = _measures(answer, logits, torch.tensor([1, 1, 1, 1, 1, 1, 1, 1, 0, 0]))
    found = f"4 hits, 1 false alarm and 4 misses give precision {precision:.3g} and recall {recall:.3g}"
    expect(
        not (close(precision, 1 / 2) and close(recall, 4 / 5)),
        found,
        "Which of the two is the share of the alarms that are real? It comes first.",
    )
    expect(
        close(precision, 4 / 5, 1e-6) and close(recall, 1 / 2, 1e-6),
        found,
        "Count again: what is a false alarm, and what is a miss?",
    )
    precision, recall = _measures(answer, logits.new_tensor([0.0, 1.0]), torch.tensor([0, 1]))
    expect(close(precision, 1.0), "a logit of exactly 0 counts as a yes", "Asked is yes where the logit is above 0.")
    precision, recall = _measures(answer, -logits.abs(), labels)
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
    for n, rare in ((37, 0.3), (37, 0.7), (120, 0.1), (11, 0.5)):
        real = (torch.rand(n, generator=torch.Generator().manual_seed(n)) < rare).long()
        real[-1] = 1
        cases.append((f"{n} examples", torch.cat([normal(n - 1, seed=n) + real[:-1], torch.tensor([3.0])]), real))
    for which, *case in [*cases, ("the first ten examples again", logits, labels)]:
        found, right = _measures(answer, *case), _right_measures(*case)
        expect(
            _alike(found, right),
            f"{which}: precision {found[0]:.4g} and recall {found[1]:.4g} instead of {right[0]:.4g} and {right[1]:.4g}",
            "Is every example counted, and nothing rounded, added or kept from another call?",
        )


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

    def compare(scores, labels, miss, alarm, hint):
        """Expect a bill that is the smallest there is."""
        value = ask(answer, scores, labels, miss, alarm)
        threshold = number(value, "one number, the threshold", finite=False)
        expect(not math.isnan(threshold), "your threshold is nan", "No score lies above nan, and none below.")
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


@Exercise
def cost(answer):
    """The mean binary cross entropy of probabilities, which may be 0 and 1."""
    probs = torch.tensor([0.9, 0.2, 0.6, 0.3], dtype=torch.float64)
    labels = torch.tensor([1.0, 0.0, 0.0, 1.0], dtype=torch.float64)

    def run(probs, labels):
        return tensor(ask(answer, probs, labels), (), "Asked is one number for all examples together.")

    value, right = run(probs, labels), F.binary_cross_entropy(probs, labels)
    expect(
        not close(value, 4 * right),
        f"four examples cost {value:.3f}, and the same four taken twice "
        f"cost {run(probs.repeat(2), labels.repeat(2)):.3f}",
        "The cost should not grow with the number of examples.",
    )
    expect(
        not close(value, -right),
        f"the cost is {value:.3f}",
        "The logarithm of a probability is negative; a cost isn't.",
    )
    swapped = F.binary_cross_entropy(labels, probs)
    expect(
        not close(value, swapped, rtol=1e-3),
        f"the cost is {value:.3f}: label and prediction are swapped",
        "Who comes first in torch's losses? And which of the two may be 0 or 1 in a logarithm?",
    )
    expect(
        close(value, right),
        f"the cost is {value:.4f} instead of {right:.4f}",
        "Take one example by hand: p = 0.9 and label 1 cost -ln 0.9 = 0.105.",
    )
    perfect = run(labels, labels)
    expect(
        not perfect.isnan(),
        "where every prediction is exactly right the cost is nan",
        "What is 0 times the logarithm of 0?",
    )
    expect(
        perfect.abs() < 1e-12,
        f"where every prediction is exactly right the cost is {perfect:.3g} instead of 0",
        "Change the logarithm only where it would be infinite, and leave the other probabilities as they are.",
    )
    wrong = run(1 - labels, labels)
    expect(
        close(wrong, 100.0),
        f"where every prediction is exactly wrong the cost is {wrong:.4g} instead of 100",
        "Which of your numbers holds the logarithm back, and where does it hold it?",
    )
    tiny = torch.tensor([1e-30, 1 - 1e-10], dtype=torch.float64)
    mixed = torch.tensor([1.0, 0.0, 0.0, 1.0, 0.25, 0.999], dtype=torch.float64)
    many = normal(50, seed=6).sigmoid()
    same_as(
        answer,
        F.binary_cross_entropy,
        [
            (probs, labels),
            (tiny, labels[:2]),
            (mixed, torch.tensor([1.0, 0.0, 1.0, 0.0, 1.0, 0.0], dtype=torch.float64)),
            (many, (normal(50, seed=7) > 0).float()),
            (probs[:1].float(), labels[:1].float()),
            (many[:12].reshape(4, 3), torch.arange(12).reshape(4, 3) % 2.0),
            (probs.flip(0)[:, None], labels[:, None]),
        ],
        hints=[
            "",
            "Probabilities of 1e-30 and of 1 - 1e-10 are neither 0 nor 1: they keep their own cost.",
            "Here some predictions are exactly right or wrong, and others are not. Each counts for itself.",
        ],
        hint="Right for four examples. Here their number, shape or dtype is another.",
        what="the cost",
    )
    same_slopes(answer, F.binary_cross_entropy, (probs, labels))
    return "F.binary_cross_entropy does the same. Better still: keep the logits, and nothing needs to be held back."


FORBIDDEN = (  # what the task names, what torch calls it inside, and their kin
    *("cross_entropy", "cross_entropy_loss", "CrossEntropyLoss"),
    *("log_softmax", "_log_softmax", "LogSoftmax", "log_softmax_int"),
    *("logsumexp", "logcumsumexp", "_logcumsumexp", "logaddexp", "logaddexp2"),
)


@Exercise
def cross_entropy(answer):
    """Mean cross entropy of logits, without overflow."""
    logits = normal(6, 4, seed=4, dtype=torch.float64)
    labels = torch.tensor([0, 3, 1, 1, 2, 0])

    def run(logits, labels):
        value = forbid(
            answer,
            logits,
            labels,
            names=FORBIDDEN,
            modules=("course_lib.losses", "course_lib.metrics", "scipy", "sklearn"),
            hint="Sums, maxima, exp and log are enough.",
        )
        return tensor(value, (), "Asked is the mean over the examples, one number.", logits.dtype)

    value, right = run(logits, labels), F.cross_entropy(logits, labels)
    expect(not close(value, 6 * right), "that is the sum over the examples", "Asked is the mean.")
    expect(
        not close(value, -right), f"the loss is {value:.3f}", "A loss that is best at 0 can't be negative: the sign."
    )
    expect(
        not close(value, F.cross_entropy(logits.softmax(1), labels)),
        f"the loss is {value:.3f} instead of {right:.3f}",
        "Has softmax been taken twice?",
    )
    expect(
        not close(value, F.nll_loss(logits.softmax(1), labels)),
        f"the loss is {value:.3f} instead of {right:.3f}",
        "It is the logarithm of the probability that counts.",
    )
    expect(
        close(value, right),
        f"the loss is {value:.4f} instead of {right:.4f}",
        "Take one row by hand: which of its probabilities counts, and over what do they add up to 1?",
    )
    value = run(torch.tensor([[1000.0, 999.0]]), torch.tensor([1]))
    expect(
        close(value, 1.3132617, rtol=1e-4),
        f"logits 1000 and 999 with class 1 cost {value:.4g} instead of 1.313",
        "exp(1000) is infinite. Which number can you subtract from all logits of a row without changing softmax?",
    )
    value = run(torch.tensor([[200.0, 0.0]]), torch.tensor([1]))
    expect(
        close(value, 200.0),
        f"logits 200 and 0 with class 1 cost {value:.4g} instead of 200",
        "Either an exp has become infinite, or a probability was rounded to 0 before its logarithm was taken.",
    )
    value = run(torch.tensor([[500.0, 499.0, 0.0], [0.0, 1.0, -50.0]]), torch.tensor([0, 1]))
    expect(
        close(value, 0.3132617, rtol=1e-4),
        f"two rows, one with large and one with small logits, cost {value:.4g} instead of 0.3133",
        "Each row has a maximum of its own.",
    )
    large = 1000 * normal(5, 3, seed=8)
    cases = [
        (logits, labels),
        (logits.float()[:4], labels[:4]),  # as many examples as classes
        (logits[:1, :3], labels[2:3]),
        (logits.float()[:, :1], 0 * labels),
        (normal(3, 10, seed=9), torch.tensor([9, 0, 9])),
        (large, torch.tensor([0, 1, 2, 2, 0])),
        (-large.abs() - 1000, torch.tensor([2, 2, 1, 0, 0])),
        (torch.tensor([[60.0, 0.0, 0.0]], dtype=torch.float64), torch.tensor([0])),
        (torch.tensor([[-2.0, -2.0, -2.0], [5.0, 5.0, -5.0]]), torch.tensor([1, 0])),
        (logits - 3, labels.flip(0)),
    ]
    for case in cases:
        run(*case)  # none by a forbidden route
    same_as(
        answer,
        F.cross_entropy,
        cases,
        hint="Right for a few rows. Here their number, that of the classes, or the size of the logits is another.",
        what="the loss",
        atol=1e-10,
        rtol=1e-5,
    )
    for case in (cases[0], cases[5], cases[8], cases[2]):
        same_slopes(answer, F.cross_entropy, case)


@Exercise
def nll(answer):
    """A loss of logits and class numbers that is 0 at the best."""
    labels = torch.tensor([0, 2, 1])
    good = 60.0 * F.one_hot(labels, 3)
    random = normal(3, 3, seed=5)

    def run(logits):
        return tensor(ask(answer, logits, labels), (), "Asked is the mean over the examples, one number.")

    best = run(good)
    expect(
        not best <= -1.5,
        f"sure and right costs {best:.4g}, and surer would cost less still, without end",
        "A loss should have a best value. Of what does nn.NLLLoss expect to get the negative?",
    )
    expect(not best <= -0.5, f"sure and right costs {best:.4g}", "These are probabilities. What is the L in NLL?")
    expect(
        best < 0.3,
        f"sure and right still costs {best:.4g}",
        "The loss should come near 0. How often is softmax taken, and over which axis?",
    )
    bad = 60.0 * F.one_hot((labels + 1) % 3, 3)
    dear, dearest = run(bad), run(10 * bad)
    expect(
        dear > 10,
        f"sure and wrong costs only {dear:.4g}",
        "The more certain the mistake, the more it should cost. Is there a logarithm in it?",
    )
    expect(
        dearest < 1e4,
        f"logits of 600 for a wrong class cost {dearest:.4g}",
        "In softmax the other probabilities have been rounded to 0. Take the logarithm in one go with it.",
    )
    right, value = F.cross_entropy(random, labels), run(random)
    expect(not close(value, 3 * right), "that is the sum over the examples", "Asked is the mean.")
    expect(
        close(value, right),
        f"random logits cost {value:.4f} instead of {right:.4f}",
        "Over which axis do the probabilities of one example sum to 1?",
    )
    same_as(
        answer,
        F.cross_entropy,
        [
            (random, labels),
            (good, labels),
            (bad.double(), labels),
            (10 * bad, labels),
            (random.flip(1), labels),
            (normal(8, 5, seed=6), torch.tensor([4, 4, 0, 1, 0, 4, 2, 1])),
            (normal(1, 10, seed=7).double(), torch.tensor([7])),
            (normal(5, 2, seed=8) - 100, torch.tensor([1, 0, 0, 1, 1])),
            (1000 * normal(4, 3, seed=9), torch.tensor([2, 0, 0, 1])),
        ],
        hint="Right for three examples of three classes. Here one of these numbers, the logits or the dtype are others.",
        what="the loss",
        atol=1e-10,
    )
    same_slopes(answer, F.cross_entropy, (normal(8, 5, seed=6), torch.tensor([4, 4, 0, 1, 0, 4, 2, 1])))


@Exercise
def start(answer):
    """The loss of a fresh network with 100 classes."""
    loss = number(answer)
    expect(loss >= 0, "a cross entropy is never below zero", "It is minus the logarithm.")
    found = f"{loss:g} nats is the loss of a model that gives the truth the probability {math.exp(-loss):.2g}"
    expect(abs(loss - 2) > 0.05, found, "Is that the logarithm with base 10? A nat uses the natural one.")
    expect(abs(loss - math.log2(100)) > 0.05, found, "Is that in bits? A nat uses the natural logarithm.")
    expect(abs(loss - math.log(10)) > 0.05, found, "That is where a network with ten classes starts. This one has 100.")
    expect(loss > 1, found, "The network knows nothing. It can't be that sure of the truth.")
    expect(abs(loss - math.log(100)) <= 0.05 + 1e-9, found, "What probability does it give to each of 100 classes?")
    return f"ln 100 = {math.log(100):.3f}. Ten times as many classes add ln 10."


@Exercise
def floor(answer):
    """The smallest cross entropy with three classes when softmax has been taken before."""
    loss = number(answer)
    expect(loss >= 0, "a cross entropy is never below zero", "It is minus the logarithm.")
    found = f"with a loss of {loss:g} the truth would get the probability {math.exp(-loss):.3g}"
    truth = math.e / (math.e + 2)
    expect(abs(loss - 1.461) > 0.005, found, "That is the floor for ten classes. Here there are three.")
    expect(abs(loss) > 0.005, found, "Logits can come as near to 0 as they like. What comes out of a softmax can't.")
    expect(abs(loss - math.log(3)) > 0.005, found, "That is what guessing costs. The best output is better than that.")
    expect(abs(loss - truth) > 0.005, f"{loss:g} is a probability", "Now its loss.")
    expect(abs(loss - (1 - truth)) > 0.005, f"{loss:g} is what a probability lacks to 1", "The loss is a logarithm.")
    expect(abs(loss + math.log2(truth)) > 0.005, found, "Is that in bits? torch uses the natural logarithm.")
    expect(abs(loss - math.log(math.e + 2)) > 0.005, found, "That is log-sum-exp. What is the logit of the truth?")
    expect(
        all(abs(loss - math.log(1 + n / math.e)) > 0.005 for n in (1, 3)),
        found,
        "How many classes compete with the truth?",
    )
    expect(
        abs(loss + math.log(truth)) <= 0.005 + 1e-9,
        found,
        "How sure can an output of softmax be at best? The loss takes those numbers for logits.",
    )
    return f"-ln(e / (e + 2)) = {-math.log(truth):.4f}. The more classes, the higher the floor."
