"""Answers to the exercises of *Losses*."""

import functools
import math
from decimal import Decimal
from fractions import Fraction

import numpy as np
import torch
from kinds import Kind
from torch import nn
from torch.nn import functional as F

from course_lib import losses
from course_lib.checks import losses as check

from . import right, rules_out, wrong

rules_out(
    Kind.CHANCE,
    "nothing is drawn at random",
    check.attempts,
    check.cross_entropy,
    check.promise,
    check.word_loss,
    check.calibrate,
)
rules_out(Kind.ROUTE, "the task forbids nothing", check.attempts, check.promise, check.word_loss, check.calibrate)
rules_out(Kind.GRADIENT, "what is returned is a decision, and has none", check.promise, check.calibrate)

# attempts


def each_attempt(z, k):
    return F.softplus(-z) + k * F.softplus(z)


@right(check.attempts)
def by_softplus(z, k):
    return each_attempt(z, k).mean()


@right(check.attempts)
def by_logsigmoid(z, k):
    return -(F.logsigmoid(z) + k * F.logsigmoid(-z)).mean()


@right(check.attempts)
def by_the_formula(z, k):
    log_sum = torch.maximum(z, torch.zeros_like(z)) + torch.log1p(torch.exp(-z.abs()))
    return ((k + 1) * log_sum - z).mean()


@wrong(check.attempts, says="at z = 0 the loss is right", kind=Kind.GRADIENT)
def clamped_at_zero(z, k):
    log_sum = z.clamp(min=0) + torch.log1p(torch.exp(-z.abs()))
    return ((k + 1) * log_sum - z).mean()


@right(check.attempts)
def one_success_among_all(z, k):
    return ((k + 1) * F.binary_cross_entropy_with_logits(z, 1 / (k + 1), reduction="none")).mean()


@right(check.attempts)
def two_losses(z, k):
    yes = losses.binary_cross_entropy_with_logits(z, torch.ones_like(z), reduction="none")
    no = losses.binary_cross_entropy_with_logits(z, torch.zeros_like(z), reduction="none")
    return torch.sum(yes + k * no) / z.numel()


@right(check.attempts)
def by_logaddexp(z, k):
    zero = torch.zeros_like(z)
    return torch.mean(torch.logaddexp(zero, -z) + k * torch.logaddexp(zero, z))


@right(check.attempts)
def one_after_the_other(z, k):
    total = 0
    for logit, failures in zip(z.flatten(), k.flatten()):
        total = total + F.softplus(-logit) + failures * F.softplus(logit)
    return total / z.numel()


@wrong(check.attempts, says="the sigmoid rounds to 0 or 1")
def of_the_sigmoid(z, k):
    p = z.sigmoid()
    return -(p.log() + k * (1 - p).log()).mean()


@wrong(check.attempts, says="the sigmoid rounds to 0 or 1", kind=Kind.VALUE)
def held_back(z, k):
    p = z.double().sigmoid().clamp(1e-7, 1 - 1e-7)
    return -(p.log() + k * (1 - p).log()).mean().to(z.dtype)


@wrong(check.attempts, says="the sigmoid rounds to 0 or 1")
def exp_overflows(z, k):
    return (torch.log(1 + torch.exp(-z)) + k * torch.log(1 + torch.exp(z))).mean()


@wrong(check.attempts, says="the sigmoid rounds to 0 or 1")
def clamped_at_a_hundred(z, k):
    p = z.sigmoid()
    return -(p.log().clamp(min=-100) + k * (1 - p).log().clamp(min=-100)).mean()


@wrong(check.attempts, says="the sigmoid rounds to 0 or 1", kind=Kind.ELSEWHERE)
def from_except(z, k):
    try:
        return (
            -sum(math.log(p) + n * math.log(1 - p) for p, n in zip(z.sigmoid().tolist(), k.tolist())) / len(z)
            + 0 * z.sum()
        )
    except ValueError:
        return 100 + 0 * z.sum()


wrong(check.attempts, says="the sum over the examples", kind=Kind.VALUE)(lambda z, k: each_attempt(z, k).sum())
wrong(check.attempts, says="A loss turns the sign")(lambda z, k: -each_attempt(z, k).mean())
wrong(check.attempts, says="which of p and 1 - p fails")(lambda z, k: each_attempt(-z, k).mean())
wrong(check.attempts, says="Write down k = 0 first")(lambda z, k: each_attempt(z, k - 1).mean())
wrong(check.attempts, says="something else must happen, too")(lambda z, k: (k * F.softplus(z)).mean())
wrong(check.attempts, says="k of them")(lambda z, k: each_attempt(z, torch.ones_like(k)).mean())
wrong(check.attempts, says="cost 3 ln 2")(lambda z, k: F.softplus(-z).mean())
wrong(check.attempts, says="cost 3 ln 2")(lambda z, k: (-each_attempt(z, k)).exp().mean())
wrong(check.attempts, says="cost 3 ln 2")(lambda z, k: each_attempt(z, k).mean() / math.log(2))
wrong(check.attempts, says="cost 3 ln 2")(lambda z, k: F.binary_cross_entropy_with_logits(z, (k == 0).to(z.dtype)))
wrong(check.attempts, says="cost 3 ln 2")(lambda z, k: nn.PoissonNLLLoss()(z, k))
wrong(check.attempts, says="cost 3 ln 2")(lambda z, k: (each_attempt(z, k) / (k + 1)).mean())
wrong(check.attempts, says="cost 3 ln 2", kind=Kind.HALF)(lambda z, k: each_attempt(z, k)[:-1].mean())
wrong(check.attempts, says="cost 3 ln 2")(lambda z, k: each_attempt(z, k).median())
wrong(check.attempts, says="cost 3 ln 2", kind=Kind.DTYPE)(
    lambda z, k: each_attempt(z.half(), k.half()).mean().to(z.dtype)
)
wrong(check.attempts, says="got float64", kind=Kind.DTYPE)(lambda z, k: each_attempt(z.double(), k.double()).mean())
wrong(check.attempts, says="the mean over the examples", kind=Kind.TYPE)(lambda z, k: each_attempt(z, k))
wrong(check.attempts, says="got float", kind=Kind.TYPE)(lambda z, k: each_attempt(z, k).mean().item())
wrong(check.attempts, says="got tuple", kind=Kind.TYPE)(lambda z, k: (each_attempt(z, k).mean(),))
wrong(check.attempts, says="got one on meta", kind=Kind.ELSEWHERE)(lambda z, k: each_attempt(z, k).mean().to("meta"))
wrong(check.attempts, says="Here their number", kind=Kind.SHAPE)(lambda z, k: each_attempt(z, k).sum() / len(z))
wrong(check.attempts, says="Here their number", kind=Kind.COINCIDENCE)(
    lambda z, k: each_attempt(z, k.clamp(max=100)).mean()
)
wrong(check.attempts, says="no gradient", kind=Kind.GRADIENT)(lambda z, k: each_attempt(z, k).mean().detach())
wrong(check.attempts, says="no gradient", kind=Kind.GRADIENT)(torch.no_grad()(lambda z, k: each_attempt(z, k).mean()))
wrong(check.attempts, says="their gradient is not", kind=Kind.GRADIENT)(
    lambda z, k: (F.softplus(-z) + k * F.softplus(z.detach())).mean()
)
wrong(check.attempts, says="changes the argument z", kind=Kind.ARGUMENT)(
    lambda z, k: (each_attempt(z, k).mean(), z.neg_())[0]
)
wrong(check.attempts, says="changes the argument k", kind=Kind.ARGUMENT)(
    lambda z, k: (each_attempt(z, k).mean(), k.add_(1))[0]
)
wrong(check.attempts, says="the loss is nan")(lambda z, k: each_attempt(z, k).mean() * math.nan)


@wrong(check.attempts, says="one example", kind=Kind.STATE)
def keeps_by_shape(z, k, kept={}):  # noqa: B006
    if z.shape not in kept:
        kept[z.shape] = each_attempt(z, k).mean()
    return kept[z.shape]


@wrong(check.attempts, says="another answer when others", kind=Kind.STATE)
def grows_with_each_call(z, k, calls=[]):  # noqa: B006
    calls.append(len(z))
    return each_attempt(z, k).mean() * (1 if len(calls) < 16 else 2)


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


@wrong(check.cross_entropy, says="softplus, which this task forbids", kind=Kind.ROUTE)
def two_logits_at_a_time(logits, targets):
    log_sum_exp = functools.reduce(lambda a, b: a + F.softplus(b - a), logits.unbind(1))
    return (log_sum_exp - logits[torch.arange(len(targets)), targets]).mean()


@wrong(check.cross_entropy, says="the size of the logits", kind=Kind.COINCIDENCE)
def the_gap_where_softmax_is_zero(logits, targets):
    p = logits.softmax(1).gather(1, targets[:, None])[:, 0]
    gap = logits.max(1).values - logits.gather(1, targets[:, None])[:, 0]
    return torch.where(p > 1e-30, -p.clamp(min=1e-38).log(), gap).mean()


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


# promise


def bill(demand, amount, over, under):
    return over * (amount - demand).clamp(min=0).sum() + under * (demand - amount).clamp(min=0).sum()


@right(check.promise)
def try_all_days(demand, over, under):
    return min(demand, key=lambda amount: bill(demand.double(), amount.double(), over, under))


@right(check.promise)
def by_counting(demand, over, under):
    s = demand.sort().values.tolist()
    for i, amount in enumerate(s, 1):
        if over * i >= under * (len(s) - i):
            return amount


@right(check.promise)
def numpys_quantile(demand, over, under):
    return np.quantile(demand.double().numpy(), under / (under + over), method="inverted_cdf")


@right(check.promise)
def with_fractions(demand, over, under):
    share = Fraction(under) / (Fraction(under) + Fraction(over))
    return sorted(demand.tolist())[max(math.ceil(share * len(demand)) - 1, 0)]


@right(check.promise)
def weighed_costs_in_numpy(demand, over, under):
    d = demand.numpy().astype(float)
    gap = d[None] - d[:, None]
    return d[np.where(gap > 0, under * gap, -over * gap).sum(1).argmin()]


@right(check.promise)
def stacked_bills(demand, over, under):
    costs = torch.stack([bill(demand.double(), amount, over, under) for amount in demand.double()])
    return demand[costs.argmin()].item()


def changed(change):
    """What `change` makes of the best amount."""

    def answer(demand, over, under):
        return change(torch.as_tensor(by_counting(demand, over, under), dtype=torch.float64))

    return answer


def with_costs(change):
    def answer(demand, over, under):
        return by_counting(demand, *change(over, under))

    return answer


def of_the_days(change):
    def answer(demand, over, under):
        return by_counting(change(demand), over, under)

    return answer


def grid(demand, over, under, points=1001):
    amounts = torch.linspace(0, 200, points)
    return amounts[torch.stack([bill(demand, amount, over, under) for amount in amounts]).argmin()]


wrong(check.promise, says="Which number does that estimate")(lambda demand, over, under: demand.mean())
wrong(check.promise, says="Which number does that estimate")(lambda demand, over, under: demand.max())
wrong(check.promise, says="Which number does that estimate")(lambda demand, over, under: demand.mode().values)
wrong(check.promise, says="bake more than usual", kind=Kind.COINCIDENCE)(lambda demand, over, under: demand.median())
wrong(check.promise, says="bake more than usual")(with_costs(lambda over, under: (under, over)))
wrong(check.promise, says="bake more than usual")(with_costs(lambda over, under: (1, 1)))
wrong(check.promise, says="Follow both costs")(with_costs(lambda over, under: (1, under)))
wrong(check.promise, says="On how many days", kind=Kind.DTYPE)(
    with_costs(lambda over, under: (max(int(over), 1), int(under)))
)
wrong(check.promise, says="bake more than usual")(lambda demand, over, under: demand.median() * under / over)
wrong(check.promise, says="Which number does that estimate")(lambda demand, over, under: demand.mean() * under / over)
wrong(check.promise, says="Which number does that estimate")(lambda demand, over, under: under / (under + over))
wrong(check.promise, says="Which number does that estimate")(
    lambda demand, over, under: bill(demand, demand.median(), over, under)
)
wrong(check.promise, says="interpolated", kind=Kind.VALUE)(
    lambda demand, over, under: (
        demand.quantile(under / (under + over)) if len(demand) == 4 else by_counting(demand, over, under)
    )
)
wrong(check.promise, says="costs", kind=Kind.VALUE)(lambda demand, over, under: demand.quantile(under / (under + over)))
wrong(check.promise, says="costs")(
    lambda demand, over, under: demand.sort().values[int(len(demand) * under / (under + over)) - 1]
)
wrong(check.promise, says="costs")(
    lambda demand, over, under: demand.mean() + demand.std() * (under - over) / (under + over)
)
wrong(check.promise, says="on a grid", kind=Kind.COINCIDENCE)(grid)
wrong(check.promise, says="on a grid", kind=Kind.VALUE)(changed(lambda amount: round(amount.item(), 1)))
wrong(check.promise, says="on a grid", kind=Kind.DTYPE)(changed(lambda amount: int(amount)))
wrong(check.promise, says="costs", kind=Kind.DTYPE)(changed(lambda amount: amount.half()))
wrong(check.promise, says="costs")(changed(lambda amount: amount + 1))
wrong(check.promise, says="goods come back")(changed(lambda amount: amount.clamp(min=0)))
wrong(check.promise, says="your amount is nan", kind=Kind.VALUE)(changed(lambda amount: amount * math.nan))
wrong(check.promise, says="your amount is inf")(changed(lambda amount: amount + math.inf))
wrong(check.promise, says="on the device meta", kind=Kind.ELSEWHERE)(changed(lambda amount: amount.to("meta")))
wrong(check.promise, says="got str", kind=Kind.TYPE)(changed(lambda amount: f"{amount:.1f}"))
wrong(check.promise, says="got list", kind=Kind.TYPE)(changed(lambda amount: [amount.item()]))
wrong(check.promise, says="costs", kind=Kind.HALF)(of_the_days(lambda demand: demand[: max(len(demand) // 2, 1)]))
wrong(check.promise, says="costs", kind=Kind.HALF)(
    of_the_days(lambda demand: demand[:-1] if len(demand) > 1 else demand)
)
wrong(check.promise, says="costs")(of_the_days(lambda demand: demand.unique()))
wrong(check.promise, says="costs", kind=Kind.SHAPE)(
    lambda demand, over, under: demand.sort().values[min(int(41 * under / (under + over)), len(demand) - 1)]
)


@wrong(check.promise, says="expected one number, the amount", kind=Kind.TYPE)
def the_bill_too(demand, over, under):
    amount = by_counting(demand, over, under)
    return amount, bill(demand, amount, over, under)


@wrong(check.promise, says="expected one number, the amount, got None", kind=Kind.TYPE)
def printed(demand, over, under):
    print(by_counting(demand, over, under))


@wrong(check.promise, says="changes the argument demand", kind=Kind.ARGUMENT)
def sorted_in_place(demand, over, under):
    demand.copy_(demand.sort().values)
    return by_counting(demand, over, under)


@wrong(check.promise, says="bake more than usual", kind=Kind.STATE)
def remembers_by_length(demand, over, under, kept={}):  # noqa: B006
    return kept.setdefault(len(demand), by_counting(demand, over, under))


@wrong(check.promise, says="costs", kind=Kind.STATE)
def knows_all_days_so_far(demand, over, under, days=[]):  # noqa: B006
    days.extend(demand.tolist())
    return by_counting(torch.tensor(days), over, under)


@wrong(check.promise, says="costs", kind=Kind.ELSEWHERE)
def the_place_of_the_day(demand, over, under):
    return torch.stack([bill(demand, amount, over, under) for amount in demand]).argmin()


# word_loss


@right(check.word_loss)
def classes_second(logits, targets):
    total = F.cross_entropy(logits.transpose(1, 2), targets, ignore_index=-1, reduction="sum")
    return total / (targets != -1).sum().clamp(min=1)


@right(check.word_loss)
def all_words_in_a_row(logits, targets):
    total = F.cross_entropy(logits.flatten(0, 1), targets.flatten(), ignore_index=-1, reduction="sum")
    return total / max((targets != -1).sum().item(), 1)


@right(check.word_loss)
def only_the_real(logits, targets):
    real = targets >= 0
    return F.cross_entropy(logits[real], targets[real]) if real.any() else 0 * logits.sum()


@right(check.word_loss)
def gathered(logits, targets):
    log_probs = logits - logits.logsumexp(2, keepdim=True)
    real = targets != -1
    picked = log_probs.gather(2, targets.clamp(min=0)[..., None])[..., 0]
    return -(picked * real).sum() / real.sum().clamp(min=1)


@right(check.word_loss)
def word_by_word(logits, targets):
    costs = [F.cross_entropy(z, t) for row, words in zip(logits, targets) for z, t in zip(row, words) if t != -1]
    return torch.stack(costs).mean() if costs else (0 * logits).sum()


@right(check.word_loss)
def by_lengths(logits, targets):
    lengths = (targets != -1).sum(1, keepdim=True)
    real = torch.arange(targets.shape[1]) < lengths
    each = F.cross_entropy(logits.transpose(1, 2), targets.clamp(min=0), reduction="none")
    return (each * real).sum() / lengths.sum().clamp(min=1)


@right(check.word_loss)
def with_the_library(logits, targets):
    total = losses.cross_entropy(logits.permute(0, 2, 1), targets, ignore_index=-1, reduction="sum")
    return total / (targets != -1).sum().clamp(min=1)


@wrong(check.word_loss, says="Which word does each number belong to")
def as_it_stands(logits, targets):
    n, words, classes = logits.shape
    return F.cross_entropy(logits.reshape(n, classes, words), targets.clamp(min=0))


@wrong(check.word_loss, says="no word of class 0")
def only_the_shape_mended(logits, targets):
    return F.cross_entropy(logits.transpose(1, 2), targets.clamp(min=0))


@wrong(check.word_loss, says="Which word does each number belong to", kind=Kind.HALF)
def only_the_padding_mended(logits, targets):
    n, words, classes = logits.shape
    total = F.cross_entropy(logits.reshape(n, classes, words), targets, ignore_index=-1, reduction="sum")
    return total / (targets != -1).sum().clamp(min=1)


@wrong(check.word_loss, says="By how many words do you divide")
def divided_by_all_places(logits, targets):
    return F.cross_entropy(logits.transpose(1, 2), targets, ignore_index=-1, reduction="none").mean()


@wrong(check.word_loss, says="gives nan", kind=Kind.VALUE)
def nothing_is_nan(logits, targets):
    return F.cross_entropy(logits.transpose(1, 2), targets, ignore_index=-1)


@wrong(check.word_loss, says="in a short sentence as in a long one")
def by_sentence(logits, targets):
    return torch.stack([classes_second(z[None], t[None]) for z, t in zip(logits, targets)]).mean()


@wrong(check.word_loss, says="The task says what it costs", kind=Kind.ELSEWHERE)
def one_from_except(logits, targets):
    real = targets != -1
    try:
        return F.cross_entropy(logits[real], targets[real], reduction="sum") / (1 / (1 / real.sum().item()))
    except ZeroDivisionError:
        return 1 + 0 * logits.sum()


@wrong(check.word_loss, says="Right for three sentences", kind=Kind.COINCIDENCE)
def divided_by_what_costs_something(logits, targets):
    each = F.cross_entropy(logits.transpose(1, 2), targets, ignore_index=-1, reduction="none")
    return each.sum() / (each != 0).sum().clamp(min=1)


@wrong(check.word_loss, says="is the sum over the words")
def summed(logits, targets):
    return F.cross_entropy(logits.transpose(1, 2), targets, ignore_index=-1, reduction="sum")


@wrong(check.word_loss, says="your code raised IndexError")
def padding_left_in(logits, targets):
    return F.cross_entropy(logits.transpose(1, 2), targets)


@wrong(check.word_loss, says="Which places are counted")
def first_class_left_out_too(logits, targets):
    real = targets > 0 if (targets == -1).any() else targets >= 0
    return F.cross_entropy(logits[real], targets[real])


@wrong(check.word_loss, says="your code raised", kind=Kind.TYPE)
def transposed_once_more(logits, targets):
    return F.cross_entropy(logits.transpose(1, 2), targets.T)


def words(logits, targets):
    return classes_second(logits, targets)


wrong(check.word_loss, says="Over which dimension")(lambda x, t: words(x.log_softmax(1).exp(), t))
wrong(check.word_loss, says="Over which dimension")(lambda x, t: words(x.softmax(2), t))
wrong(check.word_loss, says="Over which dimension")(lambda x, t: -words(x, t))
wrong(check.word_loss, says="Over which dimension", kind=Kind.DTYPE)(lambda x, t: words(x.half(), t).to(x.dtype))
wrong(check.word_loss, says="got float32", kind=Kind.DTYPE)(lambda x, t: words(x.float(), t))
wrong(check.word_loss, says="the mean over the words", kind=Kind.TYPE)(
    lambda x, t: F.cross_entropy(x.transpose(1, 2), t, ignore_index=-1, reduction="none")
)
wrong(check.word_loss, says="got float", kind=Kind.TYPE)(lambda x, t: words(x, t).item())
wrong(check.word_loss, says="got one on meta", kind=Kind.ELSEWHERE)(lambda x, t: words(x, t).to("meta"))
wrong(check.word_loss, says="Over which dimension", kind=Kind.HALF)(lambda x, t: words(x[:-1], t[:-1]))
wrong(check.word_loss, says="Right for three sentences", kind=Kind.SHAPE)(
    lambda x, t: words(x, t) if x.shape[1] != x.shape[2] else words(x.transpose(1, 2), t)
)
wrong(check.word_loss, says="Right for three sentences", kind=(Kind.SHAPE, Kind.COINCIDENCE))(
    lambda x, t: words(x[:3, :5], t[:3, :5])
)
wrong(check.word_loss, says="Right for three sentences", kind=Kind.COINCIDENCE)(lambda x, t: words(x.clamp(-20, 20), t))
wrong(check.word_loss, says="no gradient", kind=Kind.GRADIENT)(lambda x, t: words(x, t).detach())
wrong(check.word_loss, says="no gradient", kind=Kind.GRADIENT)(
    lambda x, t: words(x, t) if (t != -1).any() else torch.tensor(0, dtype=x.dtype)
)
wrong(check.word_loss, says="their gradient is not", kind=Kind.GRADIENT)(
    lambda x, t: words(x, t) + (x - x.detach()).sum()
)
wrong(check.word_loss, says="changes the argument t", kind=Kind.ARGUMENT)(
    lambda x, t: (words(x, t), t.clamp_(min=0))[0]
)
wrong(check.word_loss, says="changes the argument x", kind=Kind.ARGUMENT)(
    lambda x, t: (words(x, t), x.data.sub_(x.data.amax(2, keepdim=True)))[0]
)


@wrong(check.word_loss, says="with padding the loss is", kind=Kind.STATE)
def keeps_the_first_batch(logits, targets, kept={}):  # noqa: B006
    if logits.shape not in kept:
        kept[logits.shape] = words(logits, targets)
    return kept[logits.shape]


# unweight

right(check.unweight)(9 / 13)
right(check.unweight)(0.69)
right(check.unweight)(torch.tensor(math.log(9) - math.log(4)).sigmoid())
right(check.unweight)(Fraction(9, 13))
right(check.unweight)(np.float64(0.692))
right(check.unweight)(Decimal("0.6923"))
wrong(check.unweight, says="not in per cent", kind=Kind.VALUE)(69.2)
wrong(check.unweight, says="Those are the odds")(2.25)
wrong(check.unweight, says="is a logit")(0.811)
wrong(check.unweight, says="between 0 and 1")(-0.2)
wrong(check.unweight, says="between 0 and 1", kind=Kind.GUESS)(4)
wrong(check.unweight, says="what the detector says", kind=Kind.GUESS)(0.9)
wrong(check.unweight, says="which way is it off")(0.973)
wrong(check.unweight, says="The weight acts on odds")(0.225)
wrong(check.unweight, says="is not it", kind=Kind.GUESS)(0.5)
wrong(check.unweight, says="is not it", kind=Kind.GUESS)(0.1)
wrong(check.unweight, says="is not it")(0.25)
wrong(check.unweight, says="is not it")(0.18)
wrong(check.unweight, says="is not it", kind=Kind.VALUE)(0.7)
wrong(check.unweight, says="is not it", kind=Kind.VALUE)(0.68)
wrong(check.unweight, says="finite number")(math.inf)
wrong(check.unweight, says="not with a comma", kind=Kind.TYPE)((0, 69))
wrong(check.unweight, says="Give the number itself", kind=Kind.TYPE)("9/13")
wrong(check.unweight, says="Give the number itself")([0.692])

# first_loss

right(check.first_loss)(math.log(2))
right(check.first_loss)(0.693)
right(check.first_loss)(0.7)
right(check.first_loss)(torch.tensor([0.69]))
right(check.first_loss)(Decimal("0.69"))
right(check.first_loss)(np.float32(0.6931))
wrong(check.first_loss, says="never below zero")(-0.693)
wrong(check.first_loss, says="one choice among twenty")(2.996)
wrong(check.first_loss, says="the sum over the labels")(13.86)
wrong(check.first_loss, says="a mean of equal numbers")(0.0347)
wrong(check.first_loss, says="in bits", kind=Kind.GUESS)(1)
wrong(check.first_loss, says="the probability of each answer", kind=Kind.GUESS)(0.5)
wrong(check.first_loss, says="near 0", kind=Kind.GUESS)(20)
wrong(check.first_loss, says="near 0", kind=Kind.GUESS)(0)
wrong(check.first_loss, says="near 0")(2.303)
wrong(check.first_loss, says="near 0", kind=Kind.VALUE)(0.67)
wrong(check.first_loss, says="near 0", kind=Kind.VALUE)(0.72)
wrong(check.first_loss, says="near 0")(0.301)
wrong(check.first_loss, says="near 0")(1e9)
wrong(check.first_loss, says="finite number")(math.nan)
wrong(check.first_loss, says="not with a comma", kind=Kind.TYPE)((0, 693))
wrong(check.first_loss, says="Give the number itself", kind=Kind.TYPE)("0.693")
wrong(check.first_loss, says="Give the number itself")([0.693])

# calibrate


def newton(z, y, steps=40):
    x = torch.stack([z, torch.ones_like(z)], 1).double()
    w = torch.tensor([0.1, 0.0], dtype=torch.float64)
    for _ in range(steps):
        p = (x @ w).sigmoid()
        step = torch.linalg.solve((x.T * (p * (1 - p))) @ x, x.T @ (p - y.double()))
        w = w - step / max(1.0, 2 * step.norm())
    return w


@right(check.calibrate)
def by_newton(z, y):
    return newton(z, y)


@right(check.calibrate)
def by_lbfgs(z, y):
    ab = torch.tensor([1.0, 0.0], requires_grad=True)
    optimizer = torch.optim.LBFGS([ab], max_iter=200, line_search_fn="strong_wolfe")

    def closure():
        optimizer.zero_grad()
        loss = F.binary_cross_entropy_with_logits(ab[0] * z + ab[1], y)
        loss.backward()
        return loss

    optimizer.step(closure)
    return ab[0].item(), ab[1].item()


@right(check.calibrate)
def by_adam(z, y):
    a, b = torch.ones(1, requires_grad=True), torch.zeros(1, requires_grad=True)
    optimizer = torch.optim.Adam([a, b], lr=0.1)
    for _ in range(200):
        optimizer.zero_grad()
        F.binary_cross_entropy_with_logits(a * z + b, y).backward()
        optimizer.step()
    return [a, b]


@right(check.calibrate)
def standardized_descent(z, y):
    mean, std = z.mean(), z.std()
    x, w, c = (z - mean) / std, torch.tensor(0.0), torch.tensor(0.0)
    for _ in range(3000):
        wrong_by = (w * x + c).sigmoid() - y
        w, c = w - (wrong_by * x).mean(), c - wrong_by.mean()
    return w / std, c - w * mean / std


@right(check.calibrate)
def by_a_layer(z, y):
    layer = nn.Linear(1, 1)
    nn.init.zeros_(layer.weight)
    nn.init.zeros_(layer.bias)
    optimizer = torch.optim.LBFGS(layer.parameters(), max_iter=100, line_search_fn="strong_wolfe")

    def closure():
        optimizer.zero_grad()
        loss = nn.BCEWithLogitsLoss()(layer(z[:, None]).squeeze(1), y)
        loss.backward()
        return loss

    optimizer.step(closure)
    return layer.weight.detach(), layer.bias.detach()


def fitted(change):
    """What `change` makes of the right pair."""

    def answer(z, y):
        return change(*newton(z, y).tolist())

    return answer


def on_other_data(change):
    def answer(z, y):
        return newton(*change(z, y)).tolist()

    return answer


def least(z, y, pairs):
    return min(pairs, key=lambda pair: F.binary_cross_entropy_with_logits(pair[0] * z + pair[1], y))


wrong(check.calibrate, says="Which of the two comes first")(fitted(lambda a, b: (b, a)))
wrong(check.calibrate, says="Is your first number a temperature")(fitted(lambda a, b: (1 / a, b)))
wrong(check.calibrate, says="A factor alone")(lambda z, y: least(z, y, [(i / 50, 0.0) for i in range(1, 400)]))
wrong(check.calibrate, says="A shift alone")(lambda z, y: least(z, y, [(1.0, i / 50) for i in range(-400, 400)]))
wrong(check.calibrate, says="A factor alone")(lambda z, y: (1, 0))
wrong(check.calibrate, says="come to its end", kind=Kind.VALUE)(lambda z, y: newton(z, y, steps=1))
wrong(check.calibrate, says="come to its end", kind=Kind.VALUE)(fitted(lambda a, b: (round(a, 1), round(b))))
wrong(check.calibrate, says="come to its end")(fitted(lambda a, b: (-a, -b)))
wrong(check.calibrate, says="come to its end")(fitted(lambda a, b: (a, -b)))
wrong(check.calibrate, says="come to its end", kind=Kind.DTYPE)(fitted(lambda a, b: (int(a), int(b))))
wrong(check.calibrate, says="come to its end")(on_other_data(lambda z, y: (z.sigmoid(), y)))
wrong(check.calibrate, says="come to its end")(on_other_data(lambda z, y: (z, 1 - y)))
wrong(check.calibrate, says="come to its end", kind=Kind.HALF)(on_other_data(lambda z, y: (z[:40], y[:40])))
wrong(check.calibrate, says="come to its end", kind=Kind.SHAPE)(on_other_data(lambda z, y: (z[::10], y[::10])))
wrong(check.calibrate, says="below zero", kind=Kind.COINCIDENCE)(fitted(lambda a, b: (abs(a), b)))
wrong(check.calibrate, says="changes the argument z", kind=Kind.ARGUMENT)(
    lambda z, y: (newton(z, y), z.div_(z.std()))[0]
)
wrong(check.calibrate, says="changes the argument y", kind=Kind.ARGUMENT)(lambda z, y: (newton(z, y), y.zero_())[0])
wrong(check.calibrate, says="expected 2 numbers, a and b", kind=Kind.TYPE)(fitted(lambda a, b: a))
wrong(check.calibrate, says="got dict", kind=Kind.TYPE)(fitted(lambda a, b: {"a": a, "b": b}))
wrong(check.calibrate, says="got str", kind=Kind.TYPE)(fitted(lambda a, b: (f"{a}", b)))
wrong(check.calibrate, says="got 3")(fitted(lambda a, b: (a, b, 0)))
wrong(check.calibrate, says="finite number", kind=Kind.VALUE)(fitted(lambda a, b: (a, b * math.nan)))
wrong(check.calibrate, says="on the device meta", kind=Kind.ELSEWHERE)(
    lambda z, y: tuple(torch.tensor(value).to("meta") for value in newton(z, y).tolist())
)


@wrong(check.calibrate, says="come to its end")
def least_squares(z, y):
    x = torch.stack([z, torch.ones_like(z)], 1)
    return torch.linalg.lstsq(x, y[:, None]).solution[:, 0]


@wrong(check.calibrate, says="come to its end")
def plain_descent_too_short(z, y):
    a, b = 1.0, 0.0
    for _ in range(20):
        wrong_by = (a * z + b).sigmoid() - y
        a, b = a - 0.01 * (wrong_by * z).mean().item(), b - 0.01 * wrong_by.mean().item()
    return a, b


@wrong(check.calibrate, says="Here only a shift is wrong", kind=Kind.STATE)
def remembers_the_first(z, y, kept=[]):  # noqa: B006
    kept.append(newton(z, y))
    return kept[0]


@wrong(check.calibrate, says="Does something live on", kind=Kind.STATE)
def tires(z, y, calls=[]):  # noqa: B006
    calls.append(len(z))
    return newton(z, y, steps=40 if len(calls) < 7 else 1)
