"""Checks of *Success and losses*: measures of success, and the losses that an optimizer can follow."""

import math

import torch
from torch.nn import functional as F

from .core import NO_RETURN, Exercise, call, close, expect, number, tensor


def _pair(value):
    """Two floats, which may be nan."""
    expect(value is not None, "expected precision and recall, got None", NO_RETURN)
    pair = isinstance(value, (tuple, list)) and len(value) == 2
    expect(
        pair or (isinstance(value, torch.Tensor) and value.shape == (2,)),
        "your function does not return a pair",
        "Asked are two numbers: return precision, recall",
    )
    return [float(x) for x in value]


@Exercise
def precision_recall(answer):
    """Precision and recall of the answers "yes where the logit is above 0"."""
    logits = torch.tensor([3.0, 2.0, 0.3, 0.2, -0.1, -1.0, -2.0, -3.0, 1.0, -0.5])
    labels = torch.tensor([1, 1, 1, 0, 1, 1, 0, 0, 0, 0])  # 3 hits, 2 false alarms, 2 misses, 3 true negatives
    precision, recall = _pair(call(answer, logits, labels))
    found = f"3 hits, 2 false alarms and 2 misses give precision {precision:.3g} and recall {recall:.3g}"
    expect(
        not (close(precision, 2 / 3) and close(recall, 2 / 5)),
        found,
        "A logit is no probability. At which logit is the probability one half?",
    )
    expect(
        close(precision, 3 / 5) and close(recall, 3 / 5),
        found,
        "Divide the hits by all alarms in the one, by all real ones in the other.",
    )
    precision, recall = _pair(call(answer, logits, torch.tensor([1, 1, 1, 1, 1, 1, 1, 1, 0, 0])))
    found = f"4 hits, 1 false alarm and 4 misses give precision {precision:.3g} and recall {recall:.3g}"
    expect(
        not (close(precision, 1 / 2) and close(recall, 4 / 5)),
        found,
        "Which of the two is the share of the alarms that are real? It comes first.",
    )
    expect(
        close(precision, 4 / 5) and close(recall, 1 / 2),
        found,
        "Count again: what is a false alarm, and what is a miss?",
    )
    precision, recall = _pair(call(answer, logits.new_tensor([0.0, 1.0]), torch.tensor([0, 1])))
    expect(close(precision, 1.0), "a logit of exactly 0 counts as a yes", "Asked is yes where the logit is above 0.")
    precision, recall = _pair(call(answer, -logits.abs(), labels))
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


def _bill(scores, labels, threshold, miss, alarm):
    """What the mistakes cost where scores above the threshold are flagged."""
    flagged = scores > threshold
    return (miss * (~flagged & (labels == 1)).sum() + alarm * (flagged & (labels == 0)).sum()).item()


@Exercise
def best_threshold(answer):
    """The threshold at which the mistakes on these examples cost least."""
    generator = torch.Generator().manual_seed(3)
    labels = (torch.arange(80) % 4 == 0).long()
    scores = 1.5 * torch.randn(80, generator=generator) + 2.0 * labels - 3.0  # most lie below 0
    scores[0] = scores.min() - 0.5  # a real one that is hard to find

    def compare(labels, miss, alarm, hint):
        """Expect a bill that is the smallest there is."""
        given = scores.clone()
        value = call(answer, given, labels, miss, alarm)
        expect(
            torch.equal(given, scores), "your function changes the scores it is given", "Sort or shift a copy of them."
        )
        threshold = value if value in (math.inf, -math.inf) else number(value)
        candidates = [threshold, scores.min() - 1, *scores]
        bill, *bills = [_bill(scores, labels, t, miss, alarm) for t in candidates]
        expect(
            bill <= min(bills),
            f"with miss = {miss} and alarm = {alarm} your threshold {threshold:.3g} costs {bill}, "
            f"another one costs {min(bills)}",
            hint,
        )

    compare(
        labels,
        1,
        1,
        "Here both mistakes cost the same. Which thresholds did you try? No formula knows: these "
        "scores are no probabilities and may be negative. Flagged is what lies above the threshold, not at it.",
    )
    compare(labels, 10, 1, "Here a miss costs ten times as much. Where does the cost enter, and which of the two?")
    compare(labels, 1, 2, "Here a false alarm costs twice as much. Follow both costs through your code.")
    compare(
        labels, 1000, 1, "A miss is so dear that all should be flagged. Do you try a threshold below the lowest score?"
    )
    compare(0 * labels, 1, 1, "None of these is a real one, so nothing should be flagged. Which threshold does that?")


@Exercise
def cost(answer):
    """The mean binary cross entropy of probabilities, which may be 0 and 1."""
    probs = torch.tensor([0.9, 0.2, 0.6, 0.3], dtype=torch.float64)
    labels = torch.tensor([1.0, 0.0, 0.0, 1.0], dtype=torch.float64)

    def run(probs, labels):
        return tensor(call(answer, probs, labels), (), "Asked is one number for all examples together.")

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
    return "F.binary_cross_entropy does the same. Better still: keep the logits, and nothing needs to be held back."


@Exercise
def cross_entropy(answer):
    """Mean cross entropy of logits, without overflow."""
    generator = torch.Generator().manual_seed(4)
    logits = torch.randn(6, 4, dtype=torch.float64, generator=generator)
    labels = torch.tensor([0, 3, 1, 1, 2, 0])
    given = logits.clone()

    def run(logits, labels):
        return tensor(call(answer, logits, labels), (), "Asked is the mean over the examples, one number.").double()

    value, right = run(given, labels), F.cross_entropy(logits, labels)
    expect(
        torch.equal(given, logits),
        "your function changes the logits it is given",
        "Operators such as -= write into the caller's tensor. Make a new one.",
    )
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
        "For each row: minus the logit of the right class, plus log-sum-exp over the classes of that row.",
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
        "In softmax this probability has been rounded to 0 before its logarithm was taken.",
    )
    value = run(torch.tensor([[500.0, 499.0], [0.0, 1.0]]), torch.tensor([0, 1]))
    expect(
        close(value, 0.3132617, rtol=1e-4),
        f"two rows, one with large and one with small logits, cost {value:.4g} instead of 0.3133",
        "Each row has a maximum of its own.",
    )
    logits.requires_grad_()
    loss = call(answer, logits, labels)
    expect(loss.requires_grad, "your loss has no gradient", "Which line leaves autograd: .item(), torch.tensor()?")
    (slope,) = torch.autograd.grad(loss, logits)
    (by_torch,) = torch.autograd.grad(F.cross_entropy(logits, labels), logits)
    expect(
        close(slope, by_torch),
        "the value is right, its gradient is not",
        "A maximum may be detached; the logit of the right class and log-sum-exp may not.",
    )


@Exercise
def nll(answer):
    """A loss of logits and class numbers that is 0 at the best."""
    labels = torch.tensor([0, 2, 1])
    good = 60.0 * F.one_hot(labels, 3)
    random = torch.randn(3, 3, generator=torch.Generator().manual_seed(5))

    def run(logits):
        return tensor(call(answer, logits, labels), (), "Asked is the mean over the examples, one number.")

    expect(
        run(good) > -1.5,
        f"sure and right costs {run(good):.4g}, and surer would cost less still, without end",
        "A loss should have a best value. Of what does nn.NLLLoss expect to get the negative?",
    )
    expect(run(good) > -0.5, f"sure and right costs {run(good):.4g}", "These are probabilities. What is the L in NLL?")
    expect(
        run(good) < 0.3,
        f"sure and right still costs {run(good):.4g}",
        "The loss should come near 0. How often is softmax taken, and over which axis?",
    )
    bad = 60.0 * F.one_hot((labels + 1) % 3, 3)
    expect(
        run(bad) > 10,
        f"sure and wrong costs only {run(bad):.4g}",
        "The more certain the mistake, the more it should cost. Is there a logarithm in it?",
    )
    expect(
        run(10 * bad) < 1e4,
        f"logits of 600 for a wrong class cost {run(10 * bad):.4g}",
        "In softmax the other probabilities have been rounded to 0. Take the logarithm in one go with it.",
    )
    right = F.cross_entropy(random, labels)
    expect(
        close(run(random), right),
        f"random logits cost {run(random):.4f} instead of {right:.4f}",
        "Over which axis do the probabilities of one example sum to 1?",
    )


@Exercise
def start(answer):
    """The loss of a fresh network with 100 classes."""
    loss = number(answer)
    found = f"{loss:g} nats is the loss of a model that gives the truth the probability {math.exp(-loss):.2g}"
    expect(abs(loss + math.log(100)) > 0.05, "a cross entropy is never below zero", "It is minus the logarithm.")
    expect(abs(loss - 2) > 0.05, found, "Is that the logarithm with base 10? A nat uses the natural one.")
    expect(abs(loss - math.log2(100)) > 0.05, found, "Is that in bits? A nat uses the natural logarithm.")
    expect(abs(loss - math.log(10)) > 0.05, found, "That is where a network with ten classes starts. This one has 100.")
    expect(not 0 <= loss <= 1, found, "The network knows nothing. It can't be that sure of the truth.")
    expect(abs(loss - math.log(100)) <= 0.05, found, "What probability does it give to each of 100 classes?")
    return f"ln 100 = {math.log(100):.3f}. Ten times as many classes add ln 10."


@Exercise
def floor(answer):
    """The smallest cross entropy with three classes when softmax has been taken before."""
    loss = number(answer)
    found = f"with a loss of {loss:g} the truth would get the probability {math.exp(-loss):.3f}"
    expect(abs(loss - 1.461) > 0.005, found, "That is the floor for ten classes. Here there are three.")
    expect(abs(loss) > 0.005, found, "That is the floor of logits. Here the largest output is 1.")
    expect(abs(loss - math.log(3)) > 0.005, found, "That is what guessing costs. The best output is better than that.")
    expect(abs(loss - math.e / (math.e + 2)) > 0.005, f"{loss:g} is a probability", "Now its loss.")
    expect(abs(loss - math.log(math.e + 2)) > 0.005, found, "That is log-sum-exp. What is the logit of the truth?")
    expect(
        abs(loss - math.log((math.e + 3) / math.e)) > 0.005,
        found,
        "If the truth has the output 1, how many zeros are left?",
    )
    expect(
        abs(loss - math.log((math.e + 2) / math.e)) <= 0.005,
        found,
        "The best output is 1, 0, 0. The loss takes these as logits: what is their softmax?",
    )
    return f"-ln(e / (e + 2)) = {math.log((math.e + 2) / math.e):.4f}. The more classes, the higher the floor."
