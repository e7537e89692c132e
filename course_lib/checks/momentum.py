"""Checks of chapter 10: averages that forget, momentum and Nesterov's momentum."""

import torch

from .core import Exercise, call, close, expect, number, tensor

THETA = torch.tensor([40, 49, 45, 60, 56, 52, 38], dtype=torch.float64)


@Exercise
def forget(answer):
    """The largest beta, in two decimals, that leaves less than 1 % of the weight beyond the last 20 values."""
    beta = number(answer)
    expect(0 <= beta < 1, f"beta lies between 0 and 1, yours is {beta:g}", "Give it as a fraction with two decimals.")
    left = f"with beta = {beta:g} there is {100 * beta**20:.2g} % of the weight beyond the last 20 values"
    expect(
        abs(beta - 0.95) > 0.005,
        left,
        "1/(1 - beta) = 20 says when one weight has fallen to 1/e of the newest, which is far from forgotten.",
    )
    expect(abs(beta - 0.89) > 0.005, left, "A shock is forgotten here when 1 % is left: 0.01, not 0.1.")
    expect(
        abs(beta - 0.88) > 0.005,
        left,
        "That is where one old value has little weight. All old values together must: add them up.",
    )
    expect(
        abs(beta - 0.8) > 0.005,
        left + ", a little too much",
        "The newest value has age 0. So the last 20 have the ages 0 to 19, and 20 is the first age beyond them.",
    )
    expect(beta < 0.8, left, "How much weight do the last 1, 2, 3 values carry? Look for the pattern in what is left.")
    expect(abs(beta - 0.21) > 0.005, left, "Is this the weight of the newest value? That is 1 - beta.")
    expect(abs(beta - 0.79) <= 0.005, left + ", so a larger beta would do", "Asked is the largest, in two decimals.")
    return f"0.79 leaves {100 * 0.79**20:.2f} % beyond the last 20 values, 0.80 would leave {100 * 0.8**20:.2f} %."


def _ewa(theta, beta, corrected=True):
    """The average after each value: sum of beta**age * theta, over the sum of the weights."""
    age = torch.arange(len(theta))[:, None] - torch.arange(len(theta))
    weight = torch.where(age >= 0, (1 - beta) * beta ** age.clamp(min=0).double(), 0)
    return weight @ theta / (weight.sum(1) if corrected else 1)


def _from_first(theta, beta):
    """The average that starts at the first value instead of 0."""
    return _ewa(theta, beta, corrected=False) + theta[0] * beta ** torch.arange(1, len(theta) + 1)


def _fed_back(theta, beta):
    """The average that carries on the corrected value."""
    averages = [torch.tensor(0.0)]
    for t, value in enumerate(theta, start=1):
        averages.append((beta * averages[-1] + (1 - beta) * value) / (1 - beta**t))
    return torch.stack(averages[1:])


@Exercise
def ewa(answer):
    """An exponentially weighted average with bias correction."""
    theta, right = THETA.clone(), _ewa(THETA, 0.9)
    mean = tensor(call(answer, theta, 0.9), theta.shape, "Asked is one average for each value, in one axis.")
    expect(
        torch.equal(theta, THETA),
        "your function changes the values it is given",
        "Assigning to theta[t], and operators such as *=, write into the caller's tensor.",
    )
    expect(
        not close(mean, _ewa(THETA, 0.9, corrected=False)),
        f"the average of the one value 40 comes out as {mean[0]:.4g}: the bias at the start is not corrected",
        "After t values the weights add up to 1 - beta**t, not to 1.",
    )
    expect(
        close(mean[0], THETA[0]),
        f"the average of the one value 40 comes out as {mean[0]:.4g}",
        "How much weight has the first value got by then, and what does your code divide by?",
    )
    expect(
        not close(mean, _ewa(THETA, 0.1)),
        "this average forgets nearly all at every step",
        "Which factor belongs to the past, and which to the new value?",
    )
    expect(
        not close(mean, _from_first(THETA, 0.9)),
        "the first value counts too much for too long",
        "Starting at the first value is another cure for the bias. Start at 0 and correct.",
    )
    expect(
        not close(mean, _fed_back(THETA, 0.9)),
        f"the average of seven values near 50 comes out as {mean[-1]:.3g}",
        "The correction is for what you report. The running average itself goes on uncorrected.",
    )
    k = torch.isclose(mean.double(), right).int().argmin()  # the first that differs
    expect(
        close(mean, right),
        f"the average of {THETA[: k + 1].tolist()} comes out as {mean[k]:.4f} instead of {right[k]:.4f}",
        "Take it by hand: how much weight does each of these values get, and what do the weights add up to?",
    )
    expect(
        mean.dtype == torch.float64,
        f"the values are float64, your averages are {mean.dtype}".replace("torch.", ""),
        "torch.zeros(n) and torch.tensor(list) choose float32; torch.zeros_like(theta) keeps the dtype.",
    )
    expect(
        close(tensor(call(answer, THETA.clone(), 0.0), THETA.shape), THETA),
        "with beta = 0 the average must be the newest value itself, and yours is not",
        "Do you divide by a power of beta, or take its logarithm?",
    )


def _follow(step, gradients, lrs, beta):
    """The weights after each step, as (steps, 3); `step` may work in place or not."""
    weight, velocity, path = torch.zeros(3, dtype=torch.float64), torch.zeros(3, dtype=torch.float64), []
    for gradient, lr in zip(gradients, lrs, strict=True):
        given = gradient.clone()
        pair = call(step, weight, velocity, given, lr, beta)
        expect(
            isinstance(pair, (tuple, list)) and len(pair) == 2,
            "your function does not return a pair",
            "The next step needs both: return weight, velocity",
        )
        weight, velocity = (tensor(value, gradient.shape) for value in pair)
        expect(
            torch.equal(given, gradient),
            "your function changes the gradient it is given",
            "In PyTorch that is param.grad, and others may read it. Write into the velocity, or into a new tensor.",
        )
        expect(
            weight.dtype == velocity.dtype == torch.float64,
            "float64 goes in, another dtype comes out",
            "Leave out .float() and torch.tensor(): arithmetic keeps the dtype.",
        )
        path.append(weight.clone())
    return torch.stack(path)


def _torch_step(weight, velocity, gradient, lr, beta):
    velocity = beta * velocity + gradient
    return weight - lr * velocity, velocity


def _slide_step(weight, velocity, gradient, lr, beta):
    velocity = beta * velocity + (1 - beta) * gradient
    return weight - lr * velocity, velocity


@Exercise.that(needs=["torch._dynamo"])
def momentum_step(answer):
    """One step of SGD with momentum in torch's convention, repaired from the slide's."""
    gradients = torch.randn(20, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(10))
    lrs = [0.1] * 20
    path, right = _follow(answer, gradients, lrs, 0.9), _follow(_torch_step, gradients, lrs, 0.9)
    expect(
        not close(path, _follow(_slide_step, gradients, lrs, 0.9)),
        "this still does what the slide does",
        "Let every gradient be 1. Where does the slide's velocity settle, and where does torch's?",
    )
    expect(
        (path[0] * gradients[0] <= 0).all(),
        "the first step goes uphill",
        "Descent subtracts. And the weight comes first in what you return.",
    )
    expect(
        close(path[0], right[0]),
        f"the first step is {(path[0] / right[0])[0].item():.3g} times torch's",
        "At the first step the velocity is 0. What is the gradient multiplied with on its way to the weight?",
    )
    expect(
        close(path, right, rtol=0, atol=1e-9),
        "the first step is torch's, a later one is not",
        "Follow the velocity over two steps: what enters it, what leaves it, and what do you return?",
    )
    expect(
        close(_follow(answer, gradients, lrs, 0.5), _follow(_torch_step, gradients, lrs, 0.5), rtol=0, atol=1e-9),
        "torch's steps with beta = 0.9, others with beta = 0.5",
        "Is there a number in your code that depends on beta?",
    )
    lrs = [0.1] * 10 + [0.01] * 10
    expect(
        close(_follow(answer, gradients, lrs, 0.9), _follow(_torch_step, gradients, lrs, 0.9), rtol=0, atol=1e-9),
        "torch's steps while lr stays as it is, others after lr has changed",
        "Your velocity remembers the old lr. In torch lr enters last, in the step and not in the velocity.",
    )


def _growth(lr, beta, curvature):
    """Factor by which momentum on ``curvature * x**2 / 2`` shrinks or grows in the long run: the spectral radius."""
    step = torch.tensor([[1 - lr * curvature, -lr * beta], [curvature, beta]], dtype=torch.float64)
    return torch.linalg.eigvals(step).abs().max().item()


@Exercise
def max_stable_lr(answer):
    """The largest lr with which momentum does not diverge on a parabola."""
    lr = number(call(answer, 0.9, 1.0))
    expect(
        not close(lr, 2.0, rtol=1e-3),
        "2 / curvature is the limit of plain descent",
        "Momentum moves the limit. Which way?",
    )
    expect(
        not close(lr, 38.0, rtol=1e-3),
        "that is the limit in the slide's convention",
        "There the gradient enters with 1 - beta. In torch's it does not.",
    )
    yours = f"lr = {lr:.4g} for beta = 0.9 and curvature 1: "
    hint = "At the limit x changes its sign with every step and keeps its size. What does the velocity do there?"
    expect(lr > 0, yours + "a step size is positive", hint)
    expect(_growth(0.999 * lr, 0.9, 1.0) < 1, yours + "it diverges even with 0.1 % less", hint)
    expect(_growth(1.001 * lr, 0.9, 1.0) > 1, yours + "it still converges with 0.1 % more", hint)
    lr = number(call(answer, 0.0, 1.0))
    expect(
        close(lr, 2.0, rtol=1e-3),
        f"right for beta = 0.9, but lr = {lr:.4g} for beta = 0",
        "Without momentum the limit is 2 / curvature.",
    )
    lr = number(call(answer, 0.9, 4.0))
    expect(
        close(lr, 0.95, rtol=1e-3),
        f"right for curvature 1, but lr = {lr:.4g} for curvature 4",
        "On a steeper parabola, must the largest step be longer or shorter, and how much?",
    )
    return "Momentum allows steps up to twice as long, and never more than that."


@Exercise.that(needs=["torch._dynamo"])
def nesterov(answer):
    """An optimizer with Nesterov's momentum whose steps settle at the length they had with dampening."""
    param = torch.zeros(1, dtype=torch.float64, requires_grad=True)
    optimizer = call(answer, [param])
    expect(
        hasattr(optimizer, "param_groups"),
        f"expected an optimizer, got {type(optimizer).__name__}",
        "Does your function end with return SGD(...)?",
    )
    group = optimizer.param_groups[0]
    expect(
        group.get("nesterov"),
        "there is no error any more, but no Nesterov either",
        "The error message names what Nesterov needs. Give it that.",
    )
    expect(
        group["momentum"] == 0.9,
        f"the momentum is {group['momentum']:g}, asked is 0.9",
        "The memory should stay as long as it was.",
    )
    moves = []
    for _ in range(300):
        before, param.grad = param.detach().clone(), torch.ones_like(param)
        optimizer.step()
        moves.append((before - param.detach()).item())
    expect(moves[-1] != 0, "the optimizer does not move the parameters it is given", "Does SGD get params?")
    settled = f"while all gradients are 1 the steps settle at {moves[-1]:.3g} instead of 0.1"
    expect(
        not close(moves[-1], 1.0),
        settled,
        "The dampening is gone, so the velocity is now a sum: 1 + 0.9 + 0.9**2 + … Where does that end?",
    )
    expect(close(moves[-1], 0.1), settled, "Only lr is left to choose, and the steps are proportional to it.")
