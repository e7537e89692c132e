"""Checks of *Tensors*: shapes, rows that take turns, distances, memory, bytes, two devices, a table of wines."""

import torch
from torch import nn

from course_lib import data

from .core import Exercise, Mistake, ask, call, close, expect, number, several, tensor
from .probes import KEEPS, agree, normal, same_as, same_slopes, worst


@Exercise
def interleave(answer):
    """The rows of two batches, taking turns."""
    a, b = normal(3, 2), normal(3, 2, seed=1)
    found = tensor(ask(answer, a, b), (6, 2), "Each row of `a` and each of `b` comes once.")
    expect(
        not close(found, torch.cat([a, b])),
        "first come all rows of a, then all of b",
        "Rows 0 of both must lie next to each other before the axes are joined. Which new axis does that?",
    )
    expect(not close(found, _turns(b, a)), "the rows of b come first", "Row 0 of the result is row 0 of `a`.")
    agree(
        found,
        _turns(a, b),
        "the result",
        "Print it for an `a` full of 0 and a `b` full of 1. Are the rows as they were?",
    )
    bytes_ = torch.arange(12, dtype=torch.uint8).reshape(2, 3, 2)
    same_as(
        answer,
        _turns,
        [
            (a, b),
            (normal(1, 4), normal(1, 4, seed=2)),
            (normal(5), -normal(5)),
            (normal(4, 4).double(), normal(4, 4, seed=3).double()),
            (normal(2, 1, 3, 3), 300 * normal(2, 1, 3, 3, seed=4)),
            (bytes_, bytes_ + 100),
        ],
        hint="Right for 3 rows of 2. Here the batches have another length, other axes, or other numbers.",
        what="the result",
    )
    same_slopes(answer, _turns, (a, b), places=(0, 1))


def _turns(a, b):
    return torch.stack([a, b], dim=1).flatten(0, 1)


@Exercise
def reach(answer):
    """The shape of a sum that stretches, is summed up and cut."""
    hint = "Two numbers with a comma between them: the lengths of axis 0 and of axis 1."
    first, second = (number(value, "two numbers") for value in several(answer, 2, "numbers", hint))
    found = f"({first:g}, {second:g})"
    expect(first != 6, found, "Axis 0 of the sum is 6 long. What is left of it after `sum(dim=0)`?")
    expect(first != 1, found, "Of two lengths that meet, the 1 is the one that stretches.")
    expect(first != 4, found, "Write both shapes down, one below the other, and line them up from the right.")
    expect(first == 5, found, "Go line by line: the shape of the sum, what `sum` takes away, what the range takes.")
    expect(second != 4, found, "`1:` begins at the second column. How many are left?")
    expect(second != 1, found, "`1:` is a range: from the second column to the last.")
    expect(second == 3, found, "Go line by line: the shape of the sum, what `sum` takes away, what the range takes.")
    return "(6, 1, 4) and (5, 1) stretch to (6, 5, 4); the sum leaves (5, 4), the range (5, 3)."


@Exercise
def distances(answer):
    """The distance from each point of one set to each of another."""
    a, b = normal(4, 3), normal(6, 3, seed=1)
    b[2] = a[1]  # a distance of 0
    right = _distances(a, b)
    D = tensor(ask(answer, a, b), (4, 6), "Which axis of the result belongs to `a`, and which to `b`?")
    expect(not close(D, right.square(), rtol=1e-3), "these are the squares", "What did Pythagoras do last?")
    expect(
        not close(D, (a.unsqueeze(1) - b).abs().sum(-1), rtol=1e-3),
        "these are distances along the axes",
        "Is that the square, then the sum, then the root?",
    )
    expect(not close(D, right / 3**0.5, rtol=1e-3), f"all too small, by a factor of {3**0.5:.3f}", "Sum or mean?")
    if not close(D, right, rtol=1e-3, atol=1e-3):
        i, j = worst(D, right)
        start, end = ([round(v, 2) for v in point.tolist()] for point in (a[i], b[j]))
        some = ((D - right).abs() <= 1e-3).double().mean() > 0.3
        raise Mistake(
            f"from {start} to {end} it is {right[i, j]:.3f}, you have {D[i, j]:.3f}",
            "Other distances are right. Does a loop end too early, or is something rounded or added?"
            if some
            else "Print the shape of each step. Over which axis do you sum: that of the coordinates?",
        )
    far = tensor(ask(answer, a + 1000, b + 1000), (4, 6))
    expect(
        close(far, right, rtol=1e-2, atol=1e-2),
        "right near the origin, wrong where all points lie far from it",
        "Two large numbers nearly cancel there, and float32 has seven digits. Subtract first, then square.",
    )
    line, same = normal(5, 1, seed=2), normal(4, 4, seed=3)
    same_as(
        answer,
        _distances,
        [
            (a, b),
            (-400 * a, b),
            (line, line[:1]),
            (a[:1, :2], b[:, :2]),
            (same, same),
            (-a.abs(), 0 * b[:1]),
            (normal(3, 30), -same[:2].repeat(1, 8)[:, :30]),
        ],
        hint="Right for 4 and 6 points in three dimensions. Here one of these three numbers is another, or the points are.",
        what="the distance",
        rtol=1e-3,
        atol=1e-3,
    )
    same_as(answer, _distances, [(a.double(), b.double())], what="the distance", rtol=1e-3, atol=1e-3)


def _distances(a, b):
    return (a.unsqueeze(1) - b).square().sum(-1).sqrt()


@Exercise
def walk(answer):
    """All positions of a walk; the start and the moves stay as they are."""
    start, moves = normal(2), normal(4, 2, seed=1)
    found = tensor(ask(answer, start, moves), (5, 2), "The start, and a position for each of the moves.")
    expect(
        not (found[1:] == found[-1]).all(),
        "from the second row on every row is the same position",
        "How many tensors are in the list, and how many names for one tensor?",
    )
    expect(
        not close(found[1:], start + moves, rtol=1e-4, atol=1e-5),
        "each move begins at the start again",
        "The second move begins where the first has led.",
    )
    agree(found, _path(start, moves), "the path", "Walk the first two moves by hand.", rtol=1e-4, atol=1e-5)
    same_as(
        answer,
        _path,
        [
            (start, moves),
            (normal(3, seed=2), normal(1, 3, seed=3)),
            (normal(1), normal(7, 1, seed=4)),
            (normal(2), torch.zeros(0, 2)),
            (1000 * normal(3).double(), normal(3, 3, seed=5).double()),
            (torch.zeros(2), -moves.abs()),
        ],
        hint="Right for four moves in the plane. Here they are fewer or more, in other dimensions, or other numbers.",
        what="the path",
        rtol=1e-4,
        atol=1e-4,
    )
    same_slopes(answer, _path, (start, moves), places=(0, 1))


def _path(start, moves):
    path = [start]
    for move in moves:
        path.append(path[-1] + move)
    return torch.stack(path)


@Exercise
def difference(answer):
    """The mean distance of the pixels of two pictures of bytes."""
    chance = torch.Generator().manual_seed(0)
    a, b, c, d = (torch.randint(256, (4, 5), generator=chance).byte() for _ in range(4))
    right = _apart(a, b)
    found = tensor(ask(answer, a, b), (), "One number for both pictures: a tensor without axes.")
    expect(
        not close(found, (a - b).float().mean(), rtol=1e-3),
        "a distance of 1 counts as 255 where b is the brighter one",
        "What is 10 - 11 in uint8? Print the dtype of each step.",
    )
    expect(
        not close(found, (a.float() - b.float()).mean(), rtol=1e-3, atol=1e-3),
        "what is brighter cancels what is darker",
        "Two pictures that differ everywhere could get a 0 so.",
    )
    expect(
        not close(found, (a.float() - b.float()).square().mean(), rtol=1e-3),
        "these are squares",
        "Asked is the mean distance, which is 255 at most.",
    )
    expect(
        not close(found, (a.float() - b.float()).abs().sum(), rtol=1e-3),
        f"{found.item():.1f} is a sum over all pixels",
        "Asked is the mean distance, which is 255 at most.",
    )
    expect(
        not close(found, right / 255, rtol=1e-3),
        "this is on a scale from 0 to 1",
        "Asked is a number from 0 to 255, as the bytes are.",
    )
    agree(
        found,
        right,
        "the difference",
        "Take two pictures of one pixel, 10 and 250. Which numbers does each step hold? What holds the right ones?",
        rtol=1e-4,
        atol=1e-3,
    )
    black, white = torch.zeros(3, 3).byte(), torch.full((3, 3), 255).byte()
    same_as(
        answer,
        _apart,
        [
            (a, b),
            (b, a),
            (black, white),
            (white, black),
            (a[:1, :1], b[:1, :1]),
            (a.reshape(1, 4, 5), c.reshape(1, 4, 5)),
            (c, d),
            (a, a),
            (torch.randint(256, (3, 60, 70), generator=chance).byte(), torch.full((3, 60, 70), 200).byte()),
        ],
        hint="Right for one pair of pictures. Others are black and white, equal, larger, or of one pixel.",
        what="the difference",
        rtol=1e-4,
        atol=1e-3,
    )


def _apart(a, b):
    return (a.float() - b.float()).abs().mean()


class Elsewhere(nn.Module):
    """A model on a device that every machine has; it refuses inputs from another, as torch does between CPU and GPU."""

    def __init__(self):
        super().__init__()
        self.lines = nn.Parameter(torch.empty(1, 5, device="meta"))  # not each model has a weight
        self.moved, self.asked = False, 0

    def forward(self, X):
        if X.device != self.lines.device and not self.moved:
            raise RuntimeError(f"the model is on device {self.lines.device}, its input is on {X.device}")
        self.asked += 1
        return X[..., :1]

    def _apply(self, fn, recurse=True):  # what .to, .cpu and .cuda call
        self.moved = True
        return self


@Exercise
def follow(answer):
    """The outputs of a model for an input that may lie on another device."""
    X, model = normal(3, 5), nn.Linear(5, 1)
    Y = tensor(ask(answer, model, X), (3, 1), "Asked is what the model makes of X.")
    expect(close(Y, model(X)), "these are not the outputs of the model", "Is it called once, with all of X?")
    expect(
        Y.requires_grad,
        "no gradient comes through: the model could not learn from these outputs",
        "Which line leaves autograd: .item(), .detach(), .data, no_grad?",
    )
    (slope,) = torch.autograd.grad(Y.sum(), model.weight, allow_unused=True)
    expect(slope is not None, "a copy of the model was asked", "A copy would not learn. Ask the model itself.")
    made = X.clone().requires_grad_()  # as if another model had made it
    (slope,) = torch.autograd.grad(ask(answer, model, made, copied=False).sum(), made, allow_unused=True)
    expect(
        slope is not None,
        "no gradient reaches X: a model that made it could not learn",
        "Which line leaves autograd on the way to the device: .detach(), .data, torch.tensor(), NumPy?",
    )
    elsewhere = Elsewhere()
    try:
        found = call(answer, elsewhere, X.clone())
    except Mistake as mistake:  # torch refuses to copy from meta, which has no values
        expect(
            not isinstance(mistake.__cause__, NotImplementedError),
            "your function takes the outputs, or the model, elsewhere",
            "Leave them where they are: the loss and the targets follow the model too.",
        )
        raise
    expect(
        not elsewhere.moved,
        "your function moves the model",
        "A model is large, and others use it where it is. Who follows whom?",
    )
    expect(elsewhere.asked, "your function does not ask the model it is given", "Ask it where it is. Who follows whom?")
    expect(
        elsewhere.asked == 1,
        f"your function asks the model {elsewhere.asked} times",
        "That takes longer, and a model that draws or counts would not answer twice alike. Once, with all of X.",
    )
    tensor(found, (3, 1), "Asked is what the model makes of X.", device="meta")
    for shape in ((1, 4), (4,), (2, 3, 4)):
        for dtype in (torch.float32, torch.float64):
            X, model = normal(*shape, seed=6, dtype=dtype), nn.Sequential(nn.Linear(4, 3)).to(dtype).eval()
            model(X).sum().backward()  # gradients that are there already stay, as does the mode
            Y = tensor(ask(answer, model, X), (*shape[:-1], 3), f"Given is an X of shape {shape}.", dtype)
            expect(
                close(Y, model(X)),
                "right for one model, and not for another",
                KEEPS + " And is all of X as it was, in its shape and dtype?",
            )
    return "Now it runs on every machine. The stand-in for a GPU was torch's device meta."


@Exercise
def apart(answer):
    """The column that tells two growers' wines apart best, and by how many deviations."""
    hint = "The column, counted from 0, and after a comma by how many deviations the means differ."
    column, gap = (number(value, "two numbers") for value in several(answer, 2, "numbers", hint))
    inputs, growers = data.wine()
    one, two = inputs[growers == 1], inputs[growers == 2]
    both = torch.cat([one, two])
    gaps = (one.mean(0) - two.mean(0)) / both.std(0)
    best = int(gaps.abs().argmax())
    found = f"column {column:g}"
    expect(
        column != int((one.mean(0) - two.mean(0)).abs().argmax()),
        f"{found} has the largest numbers, and so the largest difference",
        "Does it still lead when each difference is divided by the deviation of its column?",
    )
    expect(
        column != int(gaps.argmax()),
        f"{found} is where grower 1 has the larger mean",
        "A column where grower 2 has it may lie further apart.",
    )
    expect(column != best + 1, found, "Columns are counted from 0.")
    expect(column == best, f"{found} is not the one", "Print all 13 differences, each divided by its deviation.")
    found = f"column {column:g} is right, {gap:g} deviations are not"
    wide = gaps[best].abs() * both.std(0)[best] / inputs.std(0)[best]
    expect(
        abs(gap - wide) > 0.01,
        found,
        "Is the deviation that of these two growers' wines, or are those of grower 0 among them?",
    )
    expect(gap > 0, found, "A distance has no sign.")
    expect(abs(gap - gaps[best].abs()) <= 0.01, found, "The distance of both means, divided by one deviation.")
    return f"It is the colour of the wine: {gaps[best].abs():.2f} deviations between the growers."
