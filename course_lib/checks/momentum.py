"""Checks of *Momentum*: averages that forget, momentum and Nesterov's momentum."""

import torch

from .core import Exercise, Mistake, ask, call, close, expect, number, several, tensor
from .probes import KEEPS, agree, normal, same_as

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
    right = _ewa(THETA, 0.9)
    mean = tensor(ask(answer, THETA, 0.9), THETA.shape, "Asked is one average for each value, in one axis.")
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
    zero = tensor(ask(answer, THETA, 0.0), THETA.shape)
    expect(
        close(zero, THETA),
        "with beta = 0 the average must be the newest value itself, and yours is not",
        "Do you divide by a power of beta, or take its logarithm?",
    )
    long, few = 50 * normal(80, seed=1, dtype=torch.float64), torch.tensor([-3.0], dtype=torch.float64)
    same_as(
        answer,
        lambda theta, beta: _ewa(theta.double(), beta).to(theta.dtype),
        [
            (THETA, 0.9),
            (long, 0.5),
            (few, 0.9),
            (long - 100, 0.99),
            (THETA.flip(0).float(), 0.9),
            (0 * THETA, 0.7),
            (long.float() - 300, 0.1),  # 0.1**-79 is more than float32 holds
        ],
        hint="Right for seven values and beta = 0.9. Here the number of values, their sign, their dtype or beta is another.",
        what="the average",
    )


def _follow(step, gradients, lrs, beta, weight=None):
    """The weights after each step, stacked; `step` may work in place on weight and velocity, or not."""
    weight = torch.zeros_like(gradients[0]) if weight is None else weight.clone()
    velocity, path, handed = torch.zeros_like(weight), [], []
    for gradient, lr in zip(gradients, lrs, strict=True):
        handed.append(gradient.clone())
        pair = several(
            call(step, weight, velocity, handed[-1], lr, beta),
            2,
            "tensors, weight and velocity",
            "The next step needs both: return weight, velocity",
        )
        weight, velocity = (tensor(value, gradient.shape) for value in pair)
        for given, before in zip(handed, gradients):
            if not torch.equal(given, before):
                raise Mistake(
                    "your function changes the gradient it is given, at once or in a later step",
                    "In PyTorch that is param.grad, and others may read it. Write into the velocity, or a new tensor.",
                )
        expect(
            weight.dtype == velocity.dtype == gradient.dtype,
            f"{gradient.dtype} goes in, another dtype comes out".replace("torch.", ""),
            "Leave out .float() and torch.tensor(): arithmetic keeps the dtype.",
        )
        path.append(weight.detach().clone())
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
        "Is it the lr of this step that you use? In torch it enters last, in the step and not in the velocity.",
    )
    for shape, dtype, beta in (((2, 2), torch.float64, 0.0), ((), torch.float64, 0.99), ((1, 5), torch.float32, 0.9)):
        gradients = 3 * normal(20, *shape, seed=11, dtype=dtype)
        start, lrs = normal(*shape, seed=12, dtype=dtype), [0.0, 0.3] * 10
        agree(
            _follow(answer, gradients, lrs, beta, start),
            _follow(_torch_step, gradients, lrs, beta, start),
            f"the weight after each of 20 steps with beta = {beta:g}",
            f"Here the weight has the shape {shape} and does not begin at 0. And an lr of 0 is a step too.",
            rtol=1e-9 if dtype == torch.float64 else 1e-4,
            atol=1e-9 if dtype == torch.float64 else 1e-4,
        )
    gradients = torch.stack([normal(20, 3, dtype=torch.float64, seed=seed) for seed in (13, 14)])
    tracks = [list(torch.zeros(2, 3, dtype=torch.float64)) for _ in range(2)]
    for step in range(20):  # two parameters take turns
        for track, gradient in zip(tracks, gradients[:, step]):
            track[:] = several(call(answer, *track, gradient.clone(), 0.1, 0.9), 2)
    both = [track[0] for track in tracks]
    right = [_follow(_torch_step, gradient, [0.1] * 20, 0.9)[-1] for gradient in gradients]
    expect(
        all(close(found, goal, rtol=0, atol=1e-9) for found, goal in zip(both, right)),
        "torch's steps for one parameter, others when two take turns",
        KEEPS + " The velocity comes in, and goes out.",
    )


def _growth(lr, beta, curvature):
    """Factor by which Nesterov's momentum on ``curvature * x**2 / 2`` shrinks or grows in the long run."""
    step = torch.tensor(
        [[1 - lr * curvature * (1 + beta), -lr * beta**2], [curvature, beta]], dtype=torch.float64
    )  # of (x, z): z = beta * z + curvature * x, then x = x - lr * (curvature * x + beta * z)
    return torch.linalg.eigvals(step).abs().max().item()


@Exercise
def nesterov_limit(answer):
    """The largest lr with which Nesterov's momentum does not diverge on a parabola."""
    lr = number(ask(answer, 0.9, 1.0))
    expect(
        not close(lr, 2.0, rtol=1e-3),
        "2 / curvature is the limit of plain descent",
        "Nesterov moves the limit. Which way?",
    )
    expect(
        not close(lr, 3.8, rtol=1e-3),
        "that is the limit of momentum without the look-ahead",
        "The step uses g + beta * z, with the new z. Put that into the two lines, and let x change its sign.",
    )
    yours = f"lr = {lr:.4g} for beta = 0.9 and curvature 1: "
    hint = "At the limit x changes its sign with every step and keeps its size. What does the velocity do there?"
    expect(lr > 0, yours + "a step size is positive", hint)
    expect(_growth(0.999 * lr, 0.9, 1.0) < 1, yours + "it diverges even with 0.1 % less", hint)
    expect(_growth(1.001 * lr, 0.9, 1.0) > 1, yours + "it still converges with 0.1 % more", hint)
    lr = number(ask(answer, 0.0, 1.0))
    expect(
        close(lr, 2.0, rtol=1e-3),
        f"right for beta = 0.9, but lr = {lr:.4g} for beta = 0",
        "Without momentum the limit is 2 / curvature.",
    )
    lr = number(ask(answer, 0.9, 4.0))
    expect(
        close(lr, 3.8 / 2.8 / 4, rtol=1e-3),
        f"right for curvature 1, but lr = {lr:.4g} for curvature 4",
        "On a steeper parabola, must the largest step be longer or shorter, and how much?",
    )
    for beta, curvature in ((0.5, 0.3), (0.3, 7.0), (0.95, 0.013), (0.99, 2000.0), (0.9, 1.0)):
        lr = number(ask(answer, beta, curvature))
        expect(
            close(lr, 2 * (1 + beta) / (1 + 2 * beta) / curvature, rtol=1e-3),
            f"right in three cases, but lr = {lr:.4g} for beta = {beta:g} and curvature {curvature:g}",
            "The limit falls with beta, and with the curvature: evenly? And nothing is rounded.",
        )
    return "Looking ahead costs length: with much memory the limit is two thirds of plain descent's."


def _hessian_of(X):
    """The second derivatives of the mean squared error of a linear model: 2 / n * X^T X."""
    return 2 / len(X) * X.double().T @ X.double()


def _best(smallest, largest):
    """Polyak's step size and momentum for curvatures between two numbers."""
    low, high = smallest**0.5, largest**0.5
    return (2 / (low + high)) ** 2, ((high - low) / (high + low)) ** 2


@Exercise
def best_bowl(answer):
    """Step size and momentum with the best rate for a linear model's mean squared error."""
    X = normal(40, 3, seed=1) * torch.tensor([1.0, 3.0, 0.5]) + torch.tensor([0.0, 1.0, 0.0])
    lr, beta = (number(v) for v in several(ask(answer, X), 2, "numbers, lr and beta", "Return lr, beta."))
    curvatures = torch.linalg.eigvalsh(_hessian_of(X))
    right = _best(curvatures[0].item(), curvatures[-1].item())
    yours = f"for a table of 40 rows and 3 columns your lr is {lr:.4g} and your beta {beta:.4g}: "

    def is_best(found, goal):
        return all(close(a, b, rtol=1e-3) for a, b in zip(found, goal))

    expect(not is_best((beta, lr), right), yours + "in the wrong order", "Asked is lr first, then beta.")
    half = right[0] * 2, right[1]
    expect(
        not is_best((lr, beta), half),
        yours + "the step is twice too long",
        "The error is squared and not halved. What is the second derivative of (x w - y)^2 with respect to w?",
    )
    expect(
        not is_best((lr, beta), (right[0] / len(X), right[1])),
        yours + "the step is 40 times too short",
        "The loss is the mean over the rows, not the sum. What does that do to the curvatures?",
    )
    expect(
        not close(beta, right[1] ** 0.5, rtol=1e-3),
        yours + "that beta is the rate, the share of the distance that a step keeps",
        "beta is the product of two equal solutions, each as large as the rate.",
    )
    ends = curvatures[0].item(), curvatures[-1].item()
    expect(
        not close(beta, _best(ends[0] ** 0.5, ends[1] ** 0.5)[1], rtol=1e-3),
        yours + "the curvatures are not the singular values of X",
        "The curvatures are eigenvalues of a multiple of X^T X: squares of the singular values.",
    )
    expect(
        not close(beta, _best(ends[0] ** 2, ends[1] ** 2)[1], rtol=1e-3),
        yours + "the curvatures come out as squares",
        "Are these the singular values of X^T X, squared once more?",
    )
    expect(
        not close(lr, 2 / (ends[0] + ends[1]), rtol=1e-3),
        yours + "that is the best step of plain descent",
        "With momentum both change: let swings begin at both ends at once.",
    )
    plain = X.double().square().mean(0) * 2
    expect(
        not close(beta, _best(plain.min().item(), plain.max().item())[1], rtol=1e-3),
        yours + "these are curvatures along the weights, one at a time",
        "The columns are correlated, so the bowl lies at an angle. Which directions does it keep to itself?",
    )
    centred = torch.linalg.eigvalsh(_hessian_of(X - X.mean(0)))
    expect(
        not close(beta, _best(centred[0].item(), centred[-1].item())[1], rtol=1e-3),
        yours + "that is a table whose columns have the mean 0",
        "torch.cov takes the means away. The second derivative does not.",
    )
    hint = (
        "Write the second derivatives of the mean squared error as a matrix. Which of its eigenvalues matter, and how?"
    )
    expect(
        is_best((lr, beta), right),
        yours + f"its rate is {_rate(lr, beta, curvatures):.4f}, possible is {right[1] ** 0.5:.4f}",
        hint,
    )
    tables = normal(7, 5, seed=2), 30 * normal(100, 2, seed=3, dtype=torch.float64), normal(9, 1, seed=4) + 1, X, X**2
    for table in tables:
        lr, beta = (number(v) for v in several(ask(answer, table), 2, "numbers, lr and beta", "Return lr, beta."))
        ends = torch.linalg.eigvalsh(_hessian_of(table))[[0, -1]].tolist()
        goal = _best(*ends)
        expect(
            close(lr, goal[0], rtol=1e-3) and abs(beta - goal[1]) < 1e-3,
            f"right for one table, but lr = {lr:.4g} and beta = {beta:.4g} for one of shape {tuple(table.shape)}",
            "Here the number of rows and columns is another, the scale or the dtype. " + KEEPS,
        )
    return "Both numbers come from the inputs alone: the targets move the minimum, not the shape of the bowl."


def _rate(lr, beta, curvatures):
    """The share of the distance that a step keeps in the long run; above 1 it grows."""
    trace = 1 + beta - lr * curvatures
    gap = trace**2 - 4 * beta
    real = (trace.abs() + gap.clamp(min=0).sqrt()) / 2
    return torch.where(gap < 0, abs(beta) ** 0.5, real).max().item()


@Exercise
def convert(answer):
    """The learning rate of torch's sum for a paper's average with beta 0.95 and 0.6."""
    lr = number(answer)
    far = f"with lr = {lr:g} a steady gradient of 1 moves the weight by {20 * lr:.3g} at each step, in the paper by 0.6"
    expect(lr > 0, f"a learning rate is positive, yours is {lr:g}", "What does a steady gradient do in both rules?")
    expect(abs(lr - 0.6) > 1e-3, far, "The sum grows beyond one gradient. To how many of them, at 0.95?")
    expect(abs(lr - 12) > 1e-3, far, "The sum moves further than the average. So must its lr be larger or smaller?")
    expect(abs(lr - 0.06) > 1e-3, far, "0.06 would be right for a momentum of 0.9.")
    expect(abs(lr - 0.57) > 1e-3, far, "In the average the new gradient enters with 1 - beta, not with beta.")
    expect(abs(lr - 0.03) <= 1e-4, far, "Let the gradient be 1 for ever. Where does each of the two states settle?")
    return "The average moves the weight by 0.6 for a steady gradient of 1, and the sum by 0.03 / (1 - 0.95)."


@Exercise.that(needs=["torch._dynamo"])
def nesterov(answer):
    """An optimizer with Nesterov's momentum whose steps settle at the length they had with dampening."""
    params = [torch.zeros(1, dtype=torch.float64, requires_grad=True), torch.nn.Parameter(torch.ones(2, 3).double())]
    optimizer = _optimizer(answer, params)
    for group in optimizer.param_groups:
        expect(
            group.get("nesterov"),
            "there is no error any more, but no Nesterov either",
            "The error message names what Nesterov needs. Give it that.",
        )
        expect(
            group.get("momentum") == 0.9,
            f"the momentum is {group.get('momentum')}, asked is 0.9",
            "The memory should stay as long as it was.",
        )
    second = _optimizer(answer, [torch.zeros(1, dtype=torch.float64, requires_grad=True)])
    expect(second is not optimizer, "two calls give one and the same optimizer", KEEPS)
    moves = []
    for _ in range(150):
        before = [param.detach().clone() for param in params]
        for param in params:
            param.grad = torch.ones_like(param)
        call(optimizer.step)
        moves.append([(old - param.detach()).flatten() for old, param in zip(before, params)])
    expect(
        all((move != 0).all() for move in moves[-1]),
        "the optimizer does not move all the parameters it is given",
        "Does SGD get params, all of them and no copies?",
    )
    last = torch.cat(moves[-1])
    settled = f"while all gradients are 1 the steps settle at {last[0]:.3g} instead of 0.1"
    expect(
        not close(last[0], 1.0),
        settled,
        "The dampening is gone, so the velocity is now a sum: 1 + 0.9 + 0.9**2 + … Where does that end?",
    )
    expect(close(last[0], 0.1), settled, "Only lr is left to choose, and the steps are proportional to it.")
    expect(
        close(last, 0.1 * torch.ones(7)) and close(moves[0][0], torch.tensor([0.019])),
        "the first parameter's steps settle at 0.1, not all steps are those of SGD with momentum",
        "Leave all other arguments of SGD as they are: asked are momentum and nesterov, and an lr.",
    )


def _optimizer(answer, params):
    """The optimizer that the answer makes for these parameters, which it leaves alone."""
    optimizer = ask(answer, params, copied=False)
    expect(
        isinstance(getattr(optimizer, "param_groups", None), list) and callable(getattr(optimizer, "step", None)),
        f"expected an optimizer, got {type(optimizer).__name__}",
        "Does your function end with return SGD(...)?",
    )
    return optimizer
