"""Checks of *Gradient descent*: the limit of a step size, curvature, noise and saddles."""

import functools
import math

import torch

from .core import Exercise, ask, close, expect, number, tensor
from .probes import KEEPS, normal, same_as


@Exercise
def limit(answer):
    """The largest stable step size at a minimum of a loss that is no bowl."""
    lr = number(answer)
    hint = "The limit needs the second derivative of the loss, taken at the minimum."
    expect(lr > 0, f"a step size is positive, yours is {lr:g}", hint)
    expect(
        abs(lr - 0.125) > 0.002,
        "that is 1 / curvature, which arrives fastest",
        "Asked is the step size at which it stops to come to rest. It is longer.",
    )
    expect(
        abs(lr - 8) > 0.002,
        "that is a curvature, not a step size",
        "How far may a step go in a valley of this curvature?",
    )
    expect(
        abs(lr - 1 / 6) > 0.002,
        "a part of the curvature is missing",
        "Differentiate both terms of the loss twice: the second one counts, too.",
    )
    expect(
        abs(lr - 0.5) > 0.002,
        "that would be the limit for a curvature of 4",
        "Which curvature has the loss at w = 2? At w = 0, or for the term with the square alone, it is another one.",
    )
    expect(abs(lr - 0.25) <= 0.002, f"{lr:g} is not the limit", hint)


def _path(gradient, start, lr, steps):
    path = [start]
    for _ in range(steps):
        path.append(path[-1] - lr * gradient(path[-1]))
    return torch.stack(path)


@Exercise
def record(answer):
    """The path of descent, repaired: no point twice, none lost, the start left alone."""
    start = torch.tensor([1.0, -2.0])

    def slope(w):
        return w * torch.tensor([1.0, 0.5])

    path = ask(
        answer,
        slope,
        start,
        0.5,
        3,
        hint="w and start are one tensor, and -= writes into it. The path's entries are that tensor, too.",
    )
    path = tensor(path)
    expect(
        path.shape != (3, 2),
        "three steps have four points, the start among them, and you return three",
        "When is the last point kept? And the first?",
    )
    tensor(path, (4, 2), "One row for the start and one for each step.")
    expect(
        not close(path[0], path[1]),
        "the first two points of your path are the same",
        "Is each entry a tensor of its own, kept once? w -= … changes all that share its memory.",
    )
    expect(close(path[0], start), "the path does not begin at the start", "The start is its first point.")
    expect(
        not close(path[1], start + 0.5 * slope(start)),
        "the first step goes uphill",
        "Descent subtracts.",
    )
    same_as(
        answer,
        _path,
        [
            (slope, start, 0.5, 3),
            (lambda w: 4 * w**3, normal(3, 2, seed=1, dtype=torch.float64), 0.01, 7),
            (lambda w: w - 1, torch.tensor(3.0), 0.9, 1),
            (lambda w: 2 * w, normal(5, seed=2), 0.7, 0),
            (lambda w: -w.sin(), normal(1, 4, seed=3), 1.5, 20),
        ],
        hint="Here the gradient, the shape of the weights or the number of steps is another; it may also be 0. And the "
        "weights keep their dtype.",
        what="the path",
    )


def _safe(X):
    return 8 * len(X) / torch.linalg.eigvalsh(X.double().T @ X.double())[-1].item()


@Exercise
def safe_step(answer):
    """The largest step size for logistic regression that no weights make too long."""
    X = normal(30, 3, seed=1) * torch.tensor([1.0, 2.0, 0.5]) + 0.5
    lr, right = number(ask(answer, X)), _safe(X)
    yours = f"for a table of 30 rows and 3 columns your step size is {lr:.4g}: "
    factors = {
        0.25: ("four times too short", "How large can p (1 - p) become? It is never 1."),
        0.5: ("half as long as it may be", "1 / curvature lowers the loss most; the limit is further."),
        1 / 30: ("30 times too short", "The loss is the mean over the rows, not their sum."),
        0.125: ("8 times too short", "Two things: how large p (1 - p) can become, and how far the limit is."),
        2.0: ("twice as long as it may be", "The largest value of p (1 - p), and the limit: check both numbers."),
    }
    for factor, (what, hint) in factors.items():
        expect(not close(lr, factor * right, rtol=1e-3), yours + what, hint)
    flat = 8 * len(X) / torch.linalg.eigvalsh(X.double().T @ X.double())[0].item()
    expect(
        not close(lr, flat, rtol=1e-3),
        yours + "it suits the flattest direction",
        "Which direction sets the limit?",
    )
    along = 8 / X.double().square().mean(0).max().item()
    expect(
        not close(lr, along, rtol=1e-3),
        yours + "it looks along each weight alone",
        "The steepest direction lies at an angle to the weights: what are the eigenvalues?",
    )
    centred = _safe(X - X.mean(0))
    expect(
        not close(lr, centred, rtol=1e-3),
        yours + "that is the table with its means taken away",
        "The Hessian has x itself, as the task writes it.",
    )
    expect(
        close(lr, right, rtol=1e-3),
        yours + "the limit is another",
        "Find the steepest Hessian that any weights give, then its largest eigenvalue.",
    )
    for shape, seed, scale in (((8, 8), 2, 0.3), ((50, 1), 3, 10.0), ((3, 6), 4, 1.0), ((1, 2), 5, 100.0)):
        X = scale * normal(*shape, seed=seed)
        lr = number(ask(answer, X))
        expect(
            close(lr, _safe(X), rtol=1e-3),
            f"right for the first table, but {lr:.4g} for one of shape {shape}",
            "Does your code know the number of rows and columns, the scale, or an earlier table? " + KEEPS,
        )
    return "With w = 0 all examples have p = 1/2, and there the loss is steepest in every direction."


@functools.cache
def _conditions():
    from course_lib import data

    X = data.wine()[0].double()
    X = torch.cat([(X - X.mean(0)) / X.std(0), torch.ones(len(X), 1)], 1)
    ratios = []
    for j in range(13):
        rest = torch.cat([X[:, :j], X[:, j + 1 :]], 1)
        curvatures = torch.linalg.eigvalsh(rest.T @ rest)
        ratios.append((curvatures[-1] / curvatures[0]).item())
    return ratios


@Exercise
def drop(answer):
    """The column of the wine table without which the condition number is smallest."""
    column = number(answer)
    expect(
        column == round(column) and 0 <= column <= 12,
        f"a column has an index from 0 to 12, yours is {column:g}",
        "Asked is which column, not the condition number.",
    )
    ratios = _conditions()
    column, best = int(column), min(range(13), key=ratios.__getitem__)
    expect(
        column != best + 1,
        "count the columns from 0",
        "In Python the first column has the index 0.",
    )
    expect(
        column == best,
        f"without column {column} the condition number is {ratios[column]:.1f}, and another column gets it lower",
        "Leave out each column in turn, and compare the ratio of the largest to the smallest curvature.",
    )
    return f"It falls to {ratios[best]:.1f}."


@Exercise
def floor(answer):
    """The level at which noisy descent rests, after batch and step size have changed."""
    height = number(answer)
    hint = "Write the formula of the floor for both settings and divide them. Which of its letters change?"
    expect(height > 0, f"noise keeps it above the minimum, yours is {height:g}", hint)
    expect(
        abs(height - 0.04) > 0.0005,
        "that would be so if the floor were proportional to the step size",
        "It is for short steps only. What else in the formula contains the step size?",
    )
    expect(
        min(abs(height - 0.08), abs(height - 0.32 / 3)) > 0.0005,
        "a batch four times as large halves the length of the noise, but the formula has another number",
        "Does the variance stand in it, or its root?",
    )
    expect(
        abs(height - 0.02) > 0.0005,
        "that is the floor for the old step size",
        "The step is twice as long now. Where does the step size stand in the formula?",
    )
    expect(
        abs(height - 0.64 / 3) > 0.0005,
        "that is the floor for the old batches",
        "Larger batches have less noise.",
    )
    expect(
        abs(height - 0.04 / 3) > 0.0005,
        "the noise got too small",
        "The variance is divided by the factor of the batch, once.",
    )
    expect(abs(height - 0.16 / 3) <= 0.0005, f"it does not rest at {height:g}", hint)


def _quartic(w):
    return (w**4).sum() / 4 + 0.5 * (w[1:] * w[:-1]).sum()


def _best(loss_fn, w):
    w = w.double().requires_grad_()
    (g,) = torch.autograd.grad(loss_fn(w), w, create_graph=True)
    (product,) = torch.autograd.grad(g @ g.detach(), w)
    bend = (g.detach() @ product).item()
    return (g.detach() @ g.detach()).item() / bend if bend > 0 else math.inf


@Exercise
def best_step(answer):
    """The step size at the lowest point of the parabola along the gradient, for many weights."""
    curvatures = torch.tensor([1.0, 4.0, 10.0])

    def bowl(w):
        return (curvatures * w**2).sum() / 2

    w = torch.tensor([1.0, 1.0, -1.0])
    lr, right = number(ask(answer, bowl, w), finite=False), _best(bowl, w)
    yours = f"on a bowl with the curvatures 1, 4 and 10 your step size is {lr:.4g}: "
    factors = {
        0.5: ("half of the best", "Is the product with the Hessian twice as large? Then one factor is not held fixed."),
        2.0: ("twice the best", "That far the parabola is back at its first height. Its lowest point is halfway."),
        -1.0: ("it goes uphill", "Mind the sign: the step goes against the gradient."),
    }
    for factor, (what, hint) in factors.items():
        expect(not close(lr, factor * right, rtol=1e-3), yours + what, hint)
    expect(
        not close(lr, 0.1, rtol=1e-3),
        yours + "1 over the largest curvature",
        "What counts is the curvature along this gradient.",
    )
    expect(
        not close(lr, 1 / right, rtol=1e-3),
        yours + "that is the curvature along the gradient",
        "Where is the parabola lowest?",
    )
    expect(
        close(lr, right, rtol=1e-3),
        yours + "the lowest point of the parabola is elsewhere",
        "Set its derivative in the step size to zero. Two numbers are needed: g·g and g·(Hg).",
    )

    def ridge(w):
        return w[0] ** 2 - 3 * w[1] ** 2

    for w, loss in ((torch.tensor([1.0, 1.0]), ridge), (torch.ones(3), lambda w: (2 * w).sum() + 0 * (w**2).sum())):
        lr = number(ask(answer, loss, w), finite=False)
        expect(
            lr == math.inf,
            f"here the parabola bends down or is straight, and your step size is {lr:.4g}",
            "Without a lowest point there is no best step: the task says what to return.",
        )
    for w, loss in (
        (normal(30_000, seed=1), _quartic),
        (normal(1, seed=2, dtype=torch.float64), lambda w: w.exp().sum()),
        (torch.tensor([0.3, -0.8]), lambda w: (1 - w[0]) ** 2 + 100 * (w[1] - w[0] ** 2) ** 2),
        (torch.tensor([1.0, 1.0, -1.0]), lambda w: (w**2).sum()),
    ):
        lr = number(ask(answer, loss, w), finite=False)
        expect(
            close(lr, _best(loss, w), rtol=1e-3),
            f"right on a bowl of three weights, but {lr:.4g} on another loss of {len(w)} weights",
            "The Hessian changes from place to place here. " + KEEPS,
        )
    w = torch.tensor([1.0, 1.0, -1.0])
    lr, right = number(ask(answer, lambda w: bowl(w) / 100, w, copied=False), finite=False), 100 * right
    expect(
        close(lr, right, rtol=1e-3),
        f"on a bowl a hundred times flatter your step size is {lr:.4g}, and the best is {right:.4g}",
        "Is a small number added somewhere, is a small curvature taken for none, or has the step a largest length?",
    )
    expect(
        w.grad is None,
        "your function leaves a gradient in the caller's w.grad",
        "backward() writes into it, and the caller's next backward() adds to that. torch.autograd.grad returns the "
        "gradient.",
    )


@Exercise
def leave(answer):
    """The number of steps in which descent leaves a saddle."""
    steps = number(answer)
    growth = 1 + 0.1 * (37**0.5 - 3) / 2
    right = math.log(10_000) / math.log(growth)
    hint = "Find the curvature of the direction that falls away, and by which factor each step multiplies the distance."
    expect(steps > 0, f"the number of steps is positive, yours is {steps:g}", hint)
    expect(
        abs(steps - math.log(10_000) / 0.1) > 2 and abs(steps - math.log(10_000) / math.log(1.1)) > 1,
        "that would be a curvature of -1",
        "Which eigenvalues has the matrix?",
    )
    expect(
        abs(steps - math.log(10_000) / math.log(1.3)) > 1,
        "that is the number beside the diagonal, taken as a curvature",
        "The curvatures are the eigenvalues of the matrix.",
    )
    expect(
        abs(steps - math.log(10_000) / math.log(1 + 0.1 * (37**0.5 + 3) / 2)) > 1,
        "that is the direction in which the loss rises",
        "Descent moves away where the curvature is negative.",
    )
    expect(
        abs(steps - math.log10(10_000) / math.log(growth)) > 1,
        "two different logarithms do not go together",
        "Take both to one base.",
    )
    expect(
        abs(steps - math.log(10_000) / (growth - 1)) > 1,
        "that would be so if the distance grew all the time, and not in steps",
        "Each step multiplies it by one number. How often until it is 10,000 times as long?",
    )
    expect(abs(steps - math.ceil(right)) <= 1, f"after {steps:g} steps it is not just 1 away", hint)
