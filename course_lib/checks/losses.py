"""Checks of *Losses*: what a loss estimates, its stable form, weights and padding, the first loss, calibration."""

import math

import torch
from torch.nn import functional as F

from .core import Exercise, ask, close, expect, number, several, tensor
from .probes import KEEPS, forbid, normal, same_as, same_slopes, slopes


def _attempts(z, k):
    """The mean of -ln of the probability of k failures before the first success."""
    return (F.softplus(-z) + k * F.softplus(z)).mean()


@Exercise
def attempts(answer):
    """The mean negative log-likelihood of failures before the first success, from the logit of success."""
    z = normal(6, seed=1, dtype=torch.float64)
    k = torch.tensor([0, 3, 1, 0, 7, 2], dtype=torch.float64)

    def run(z, k):
        return tensor(ask(answer, z, k), (), "Asked is one number, the mean over the examples.", z.dtype)

    value, right = run(z, k), _attempts(z, k)
    found = f"the loss is {value:.4f} instead of {right:.4f}"
    expect(not close(value, 6 * right), "that is the sum over the examples", "Asked is the mean.")
    expect(not close(value, -right), found, "A probability is below 1, its logarithm below 0. A loss turns the sign.")
    expect(
        not close(value, _attempts(-z, k)),
        found,
        "Large logits should make success likely: which of p and 1 - p fails?",
    )
    expect(
        not close(value, (F.softplus(-z) + (k - 1) * F.softplus(z)).mean()),
        found,
        "Write down k = 0 first: success at once. How many factors has its probability?",
    )
    expect(not close(value, (k * F.softplus(z)).mean()), found, "After the failures something else must happen, too.")
    expect(
        not close(value, (F.softplus(-z) + F.softplus(z)).mean()),
        found,
        "Each failure is a factor of its own: k of them.",
    )
    expect(
        close(value, right),
        found,
        "Take z = 0 and k = 2 by hand: two failures and a success, one half each, cost 3 ln 2 = 2.079.",
    )
    far = torch.tensor([-120.0, 120.0, 120.0, -120.0, 17.5])
    failures = torch.tensor([0.0, 2.0, 0.0, 5.0, 1.0])
    for one, count in zip(far, failures):
        value, right = run(one[None], count[None]), _attempts(one[None].double(), count.double())
        expect(
            close(value, right, atol=1e-6),
            f"one example, z = {one:g} and k = {count:g}: the loss is {value:.4g} instead of {right:.4g}",
            "In float32 the sigmoid rounds to 0 or 1, and exp overflows. Which form of ln(1 + exp(z)) does neither?",
        )
    many = (10 * normal(40, seed=3), (normal(40, seed=4).abs() * 4).round())
    same_as(
        answer,
        _attempts,
        [
            (z, k),
            (z[:1], k[1:2]),
            (far, failures),
            many,
            (normal(4, 3, seed=5), torch.arange(12.0).reshape(4, 3)),
            (normal(5, 1, seed=6).double(), torch.tensor([[900.0], [0], [1], [40], [0]], dtype=torch.float64)),
            (z.flip(0), 0 * k),
            (0 * z, k + 1),
            (z + 3, k.flip(0)),
        ],
        hint="Right for six examples. Here their number, their shape, their dtype or their size is another.",
        what="the loss",
        atol=1e-6,
    )
    same_slopes(answer, _attempts, (z, k))
    same_slopes(answer, _attempts, (far, failures))
    zero, counts = torch.zeros(2, requires_grad=True), torch.tensor([0.0, 4.0])
    (slope,) = slopes(tensor(ask(answer, zero, counts, copied=False)), [zero])
    expect(
        close(slope, torch.tensor([-0.25, 0.75]), atol=1e-6),
        f"at z = 0 the loss is right, but its slopes for k = 0 and 4 are {slope[0]:g} and {slope[1]:g}",
        "Logits of 0 are where a network may start. torch.maximum halves the slope between equals, clamp and relu don't.",
    )


FORBIDDEN = (  # what the task names, what torch calls it inside, and their kin
    *("cross_entropy", "cross_entropy_loss", "CrossEntropyLoss"),
    *("log_softmax", "_log_softmax", "LogSoftmax", "log_softmax_int"),
    *("logsumexp", "logcumsumexp", "_logcumsumexp", "logaddexp", "logaddexp2"),
    *("softplus", "logsigmoid", "log_sigmoid_forward", "binary_cross_entropy_with_logits"),  # of two at a time
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
        (torch.tensor([[200.0, 200.0, 0.0]]), torch.tensor([2])),  # more than the gap to the largest
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


def _bill(demand, amounts, over, under):
    """What each of `amounts` would have cost in all."""
    short = demand - amounts.unsqueeze(1)
    return (under * short.clamp(min=0) + over * (-short).clamp(min=0)).sum(1)


@Exercise
def promise(answer):
    """The amount that costs least when too many and too few cost differently."""

    def compare(demand, over, under, hint):
        amount = number(ask(answer, demand, over, under), "one number, the amount", finite=False)
        expect(math.isfinite(amount), f"your amount is {amount}", "Asked is an amount that one can bake.")
        demand = demand.double()
        bills = _bill(demand, torch.cat([demand.new_tensor([amount]), demand]), over, under)
        expect(
            bills[0] <= bills.min() * (1 + 1e-6) + 1e-9,
            f"with over = {over:g} and under = {under:g}, {amount:.6g} costs {bills[0]:.6g} in all, "
            f"another amount {bills.min():.6g}",
            hint,
        )

    demand = (60 + 25 * normal(41, seed=1).exp()).round()
    compare(demand, 1, 1, "Here both cost the same: an absolute error. Which number does that estimate?")
    compare(demand, 1, 4, "A loaf too few costs four times as much. Should you bake more than usual, or less?")
    compare(demand, 3, 1, "A loaf too many costs three times as much. Follow both costs through your derivative.")
    compare(
        demand,
        0.25,
        1.5,
        "One loaf more costs `over` on some days and saves `under` on the others. On how many days, where it is best?",
    )
    compare(
        torch.tensor([3.0, 10.0, 11.0, 90.0]),
        1,
        2.5,
        "Four days, far apart: between two of them the cost is a straight line. Is your amount interpolated?",
    )
    compare(torch.tensor([7.0]), 2, 3, "One day only, with a demand of 7.")
    compare(demand / 1000, 1, 2, "Demand of some hundredths: is the amount rounded, or searched on a grid?")
    compare(1e6 * demand.double() + 0.3, 1, 2, "Demand in the millions: is the amount rounded, or searched on a grid?")
    compare(-demand, 2, 5, "A demand may be below zero: goods come back.")
    compare(demand, 1, 200, "Too few is so dear that no day should be short.")
    compare(demand, 200, 1, "Too many is so dear that no day should have any left.")
    for seed in range(40):
        generator = torch.Generator().manual_seed(seed)
        n = 1 + seed % 9
        some = torch.randint(0, 6, (n,), generator=generator).float()  # often equal
        over, under = [(1, 1), (1, 3), (2, 1), (0.5, 0.7), (7, 2)][seed % 5]
        compare(
            some, over, under, f"Here the demand is {some.tolist()}. Try each by hand, and keep nothing between calls."
        )
    compare(demand, 1, 1, KEEPS)
    return "It is the quantile under / (under + over): the derivative weighs the days above and below by their costs."


def _words(logits, targets):
    """The mean cross entropy of the real words; 0 where there are none."""
    real = targets != -1
    each = -logits.log_softmax(-1).gather(-1, targets.where(real, 0).unsqueeze(-1)).squeeze(-1)
    return (each * real).sum() / real.sum().clamp(min=1)


@Exercise
def word_loss(answer):
    """Cross entropy of the words of sentences, their padding left out."""
    logits = normal(3, 5, 4, seed=1, dtype=torch.float64)
    targets = torch.tensor([[0, 3, 1, 2, 1], [2, 2, -1, -1, -1], [3, 0, 0, -1, -1]])
    full = torch.tensor([[0, 3, 1, 2, 1], [2, 2, 0, 1, 3], [3, 0, 0, 1, 2]])

    def run(logits, targets):
        return tensor(ask(answer, logits, targets), (), "Asked is one number, the mean over the words.", logits.dtype)

    value, right = run(logits, full), _words(logits, full)
    found = f"three sentences without padding cost {value:.4f} a word instead of {right:.4f}"
    mixed = F.cross_entropy(logits.reshape(3, 4, 5), full)
    expect(
        not close(value, mixed),
        found,
        "Take logits of shape (1, 2, 3), the numbers 0 to 5, and print what your line for the shape makes of them. "
        "Which word does each number belong to?",
    )
    expect(not close(value, 15 * right), found, "That is the sum over the words.")
    expect(close(value, right), found, "Over which dimension do the probabilities of one word sum to 1?")
    value, right = run(logits, targets), _words(logits, targets)
    found = f"with padding the loss is {value:.4f} instead of {right:.4f}"
    real = targets != -1
    expect(
        not close(value, _words(logits, targets.clamp(min=0))), found, "A place without a word is no word of class 0."
    )
    expect(
        not close(value, right * real.sum() / real.numel()),
        found,
        "By how many words do you divide? Only ten are there.",
    )
    by_sentence = torch.stack([_words(logits[i], targets[i]) for i in range(3)]).mean()
    expect(not close(value, by_sentence), found, "Each word counts the same, in a short sentence as in a long one.")
    expect(close(value, right), found, "Which places are counted, and by what is the sum divided?")
    nothing = torch.full((2, 3), -1)
    value = run(logits[:2, :3], nothing)
    expect(
        not value.isnan(), "a batch without any word gives nan", "Zero divided by zero. The task says what it costs."
    )
    expect(value == 0, f"a batch without any word costs {value:.4g}", "The task says what it costs.")
    same_as(
        answer,
        _words,
        [
            (logits, targets),
            (normal(4, 4, 4, seed=2), torch.tensor([[0, 1, 2, 3], [3, -1, -1, -1], [-1, -1, -1, -1], [1, 1, 0, -1]])),
            (normal(1, 1, 3, seed=3), torch.tensor([[2]])),
            (normal(1, 6, 2, seed=4).double(), torch.tensor([[0, 1, 1, 0, -1, -1]])),
            (normal(7, 2, 9, seed=5), torch.arange(14).reshape(7, 2) % 9),
            (logits[:2, :3], nothing),
            (100 * normal(2, 3, 5, seed=6), torch.tensor([[4, 0, -1], [2, -1, -1]])),
            (100 * normal(2, 3, 5, seed=6), torch.tensor([[1, 0, -1], [2, 3, -1]])),  # two words cost exactly 0
            (logits.flip(0) - 50, full),
        ],
        hint="Right for three sentences of five words and four classes. Here one of these numbers is another.",
        what="the loss",
    )
    for case in ((logits, targets), (logits[:2, :3], nothing)):
        same_slopes(answer, _words, case)


@Exercise
def unweight(answer):
    """The probability behind a 0.9 that was trained with pos_weight=4."""
    p = number(answer)
    expect(abs(p - 69.23) > 0.5, f"{p:g} is no probability", "Write it as a share of 1, not in per cent.")
    expect(abs(p - 2.25) > 0.005, f"{p:g} is no probability", "Those are the odds. Which probability has them?")
    expect(abs(p - math.log(2.25)) > 0.005, f"{p:g} is a logit", "Which probability has it?")
    expect(0 <= p <= 1, f"{p:g} is no probability", "It lies between 0 and 1.")
    expect(
        abs(p - 0.9) > 0.005, "0.9 is what the detector says", "It has learned as if each yes were there four times."
    )
    expect(
        abs(p - 36 / 37) > 0.005,
        f"{p:g} is more than the detector says",
        "It saw each yes four times: which way is it off?",
    )
    expect(
        abs(p - 0.225) > 0.005,
        "0.225 is a quarter of 0.9",
        "What would a quarter of 0.9999 be? The weight acts on odds.",
    )
    expect(
        abs(p - 9 / 13) <= 0.005 + 1e-9,
        f"{p:g} is not it",
        "Of 100 such patients q · 100 are ill. Count each ill one four times: which share of this crowd is ill?",
    )
    return "Odds of 9 are four times the odds of 9/4, and 9/4 is p = 9/13. For the logit: z - ln 4."


@Exercise
def first_loss(answer):
    """The first loss with twenty labels, each yes or no."""
    loss = number(answer)
    expect(loss >= 0, "a cross entropy is never below zero", "It is minus the logarithm of a probability.")
    found = f"a label that costs {loss:g} nats was given the probability {math.exp(-loss):.2g}"
    expect(abs(loss - math.log(20)) > 0.02, found, "That is one choice among twenty. Here there are twenty choices.")
    expect(abs(loss - 20 * math.log(2)) > 0.02, found, "That is the sum over the labels. What is the default?")
    expect(
        abs(loss - math.log(2) / 20) > 0.005,
        found,
        "Each label counts in full: a mean of equal numbers is that number.",
    )
    expect(abs(loss - 1) > 0.02, found, "Is that in bits? A nat uses the natural logarithm.")
    expect(abs(loss - 0.5) > 0.02, "0.5 is the probability of each answer", "Now its loss.")
    expect(abs(loss - math.log(2)) <= 0.02 + 1e-9, found, "What is the probability of yes where the logit is near 0?")
    return f"ln 2 = {math.log(2):.3f}, for each label and so for their mean."


def _platt(z, y):
    """The smallest mean binary cross entropy of a z + b, and a and b, by Newton's method in float64."""
    x = torch.stack([z.double(), torch.ones(len(z), dtype=torch.float64)], 1)
    y, scale = y.double(), x[:, 0].abs().mean()
    x[:, 0] /= scale
    w = torch.zeros(2, dtype=torch.float64)
    for _ in range(60):
        p = (x @ w).sigmoid()
        curvature = (x.T * (p * (1 - p))) @ x + 1e-9 * torch.eye(2, dtype=torch.float64)
        step = torch.linalg.solve(curvature, x.T @ (p - y))
        w = w - step * min(1.0, 2.0 / step.norm().item()) if step.norm() > 0 else w
    a, b = w[0] / scale, w[1]
    return _shifted_loss(z, y, a, b), a.item(), b.item()


def _shifted_loss(z, y, a, b):
    return F.binary_cross_entropy_with_logits(a * z.double() + b, y.double()).item()


def _detector(n, seed, stretch, shift, share=0.5):
    """Logits that are off by a factor and a shift, and what was true."""
    generator = torch.Generator().manual_seed(seed)
    honest = 1.5 * torch.randn(n, generator=generator) + math.log(share / (1 - share))
    y = (torch.rand(n, generator=generator) < honest.sigmoid()).float()
    return stretch * honest + shift, y


@Exercise.that(seconds=30, needs=["torch._dynamo"])
def calibrate(answer):
    """The factor and the shift that make logits honest."""
    cases = [
        (_detector(600, 1, 3.0, 4.0, 0.2), "Here the logits are three times too long, and shifted."),
        (_detector(400, 2, 1.0, -2.0), "Here only a shift is wrong."),
        (_detector(400, 3, 4.0, 0.0), "Here only the length is wrong."),
        (_detector(500, 4, 0.3, 1.0, 0.1), "Here the logits are too short, and few labels are 1."),
        (_detector(70, 5, 2.0, -1.0, 0.4), "Here there are 70 examples."),
        (_detector(300, 6, -1.0, 1.0, 0.5), "Here large logits mean no: the factor is below zero."),
    ]
    for (z, y), hint in [*cases, (cases[0][0], KEEPS)]:
        pair = several(ask(answer, z, y), 2, "numbers, a and b")
        a, b = (number(value, f"one number as {name}") for name, value in zip("ab", pair))
        least, right_a, right_b = _platt(z, y)
        loss = _shifted_loss(z, y, a, b)
        found = f"with a = {a:.3g} and b = {b:.3g} the loss is {loss:.4f}, and {least:.4f} can be reached"
        good = loss <= least + 1e-3
        if not good:
            expect(_shifted_loss(z, y, b, a) > least + 1e-3, found, "Which of the two comes first?")
            expect(
                a == 0 or _shifted_loss(z, y, 1 / a, b) > least + 1e-3,
                found,
                "Is your first number a temperature? Asked is the factor, by which the logits are multiplied.",
            )
            expect(abs(b) > 1e-6 or abs(right_b) < 0.1, found, "A factor alone leaves the logit 0 where it is.")
            expect(abs(a - 1) > 1e-6 or abs(right_a - 1) < 0.1, found, "A shift alone leaves the logits as far apart.")
        expect(good, found, f"{hint} Has your search come to its end? Print the loss on its way.")
    return "This is Platt scaling. Fit it on validation data, and measure on others."
