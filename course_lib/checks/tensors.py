"""Checks of *Tensors and neurons*: a neuron set by hand, a layer counted and computed, shapes, two devices."""

from unittest import mock

import torch
from torch import nn

from .core import NO_RETURN, Exercise, Mistake, ask, call, close, expect, number, several, tensor
from .probes import KEEPS, agree, normal, same_as, same_slopes, worst


def _says(neuron, points):
    """What the neuron says to each of the points: yes (True) or no."""
    expect(neuron is not None, "expected a neuron, got None", NO_RETURN)
    expect(
        isinstance(neuron, nn.Module),
        f"expected a neuron, got {type(neuron).__name__}",
        "Return the nn.Linear itself. What it answers is its own affair.",
    )
    z = tensor(ask(neuron, points), (len(points), 1), "A neuron of two inputs and one output is nn.Linear(2, 1).")
    expect(not z.isnan().any(), "z is nan for some points", "Is a number divided by 0 on the way to the weights?")
    return z.detach()[:, 0] > 0


def _answers(answer, slope, height, points):
    return _says(call(answer, slope, height), points)


@Exercise
def above(answer):
    """A neuron that says yes above a line in the plane, and no below."""
    torch.manual_seed(1)  # a new layer is drawn
    points = 3 * normal(400, 2)
    x1, x2 = points.T
    points = points[(x2 - 2 * x1 - 1).abs() > 0.3]  # so near to the line rounding may decide
    x1, x2 = points.T
    first = call(answer, 2.0, 1.0)
    line, yes, right = "the line x2 = 2 x1 + 1", _says(first, points), x2 > 2 * x1 + 1
    expect(
        not yes.all(),
        "z > 0 for every point: this neuron always says yes",
        "Is its last step a sigmoid? That is never below 0. Asked is the neuron before it, whose output is z.",
    )
    kind = type(first).__name__
    expect(isinstance(first, nn.Linear), f"expected an nn.Linear, got {kind}", "One neuron needs nothing around it.")
    expect(
        not torch.equal(yes, ~right),
        f"for {line} it says yes below and no above",
        "Which point has the larger x2, and so should have the larger z?",
    )
    expect(
        not torch.equal(yes, x2 > 2 * x1 - 1),
        "the line has the right slope, and lies at height -1 instead of 1",
        "On the line z is 0. Put the point (0, height) into your neuron.",
    )
    expect(
        not torch.equal(yes, x2 > -2 * x1 + 1),
        "the line has the right height, and falls instead of rising",
        "On the line z is 0. Put the point (1, slope + height) into your neuron.",
    )
    expect(
        not torch.equal(yes, x1 > 2 * x2 + 1),
        "this is the line x1 = 2 x2 + 1",
        "Which weight belongs to which input? The first to x1.",
    )
    bad = (yes != right).int().argmax()
    expect(
        torch.equal(yes, right),
        f"({x1[bad]:.1f}, {x2[bad]:.1f}) lies {'above' if right[bad] else 'below'} {line}, "
        f"and your neuron says {'yes' if yes[bad] else 'no'}",
        "Bring everything to one side: something > 0. What stands there with x1, with x2, and alone?",
    )
    for slope, height in ((-0.5, 3.0), (0.0, -2.3), (1.4, 0.0), (-3.0, -0.6), (0.5, 40.0)):
        near = points + torch.tensor([0.0, height])  # both sides of the line, wherever it lies
        far = near[(near[:, 1] - slope * near[:, 0] - height).abs() > 0.3]
        expect(
            torch.equal(_answers(answer, slope, height, far), far[:, 1] > slope * far[:, 0] + height),
            f"right for {line}, and wrong for x2 = {slope:g} x1 + {height:g}",
            "Do all three numbers follow the arguments, as they are?",
        )
    expect(torch.equal(_says(first, points), right), "a neuron says something else once another has been made", KEEPS)
    return "Any positive multiple of these three numbers draws the same line. Larger ones give a steeper sigmoid."


@Exercise
def count(answer):
    """The neurons and the learned numbers of nn.Linear(20, 5)."""
    hint = "First the neurons, then the learned numbers, with a comma between them."
    neurons, learned = (number(value, "two numbers") for value in several(answer, 2, "numbers", hint))
    found = f"{neurons:g} neurons"
    expect(neurons != 100, found, "100 is the number of weights. A weight is one connection; a neuron has several.")
    expect(neurons != 20, found, "20 numbers come in. How many come out?")
    expect(neurons == 5, found, "Each neuron gives one number. How many numbers come out of the layer?")
    found = f"5 neurons are right, {learned:g} learned numbers are not"
    expect(learned != 100, found, "100 are the weights. What else has each neuron?")
    expect(learned != 101, found, "One bias for the whole layer would tie its neurons together. Each has its own.")
    expect(learned != 120, found, "Does the bias belong to an input, or to a neuron?")
    expect(learned == 105, found, "Count for one neuron first: a weight for each input, and what it adds.")
    return "5 neurons of 20 weights and a bias: 5 · 21."


@Exercise
def affine(answer):
    """What nn.Linear computes, from its input, weight and bias."""
    X, weight, bias = normal(6, 5), normal(5, 5, seed=1), normal(5, seed=2)
    Y = tensor(ask(answer, X, weight, bias), (6, 5))
    expect(
        not close(Y, X @ weight + bias, rtol=1e-4, atol=1e-5),
        "no error, and not what nn.Linear(5, 5) computes",
        "A neuron is a row of torch's weight. What does your product take of it: rows or columns?",
    )
    expect(not close(Y, X @ weight.T, rtol=1e-4, atol=1e-5), "an input of 0 gives 0", "What is added at the end?")
    agree(
        Y,
        X @ weight.T + bias,
        "Y",
        "The shape is right. Compute one output by hand: a row of the weight with a row of X, and a bias.",
        rtol=1e-4,
        atol=1e-5,
    )
    X, weight, bias = normal(6, 3), normal(4, 3, seed=1), normal(4, seed=2)
    Y = tensor(ask(answer, X, weight, bias), (6, 4))
    expect(
        close(Y, X @ weight.T + bias, rtol=1e-4, atol=1e-5),
        "right for 5 to 5, and wrong for 3 to 4",
        "reshape only counts through the numbers in order. A transpose exchanges rows and columns.",
    )
    for shape in ((3,), (2, 6, 3), (1, 3), (1, 1, 3), (4, 3), (3, 3)):
        hint = f"Right for tables, and not for an input of shape {shape}. nn.Linear works on the last axis."
        try:
            Y = ask(answer, normal(*shape), weight, bias)
        except Mistake as mistake:
            raise Mistake(mistake.message, hint) from mistake
        agree(tensor(Y, (*shape[:-1], 4), hint), normal(*shape) @ weight.T + bias, "Y", hint, rtol=1e-4, atol=1e-5)
    large, wide = 1e4 * normal(5, 8, seed=4).double(), normal(1, 8, seed=5).double()
    same_as(
        answer,
        lambda X, weight, bias: X @ weight.T + bias,
        [(X, weight, bias), (large, wide, bias[:1].double()), (-X.abs(), -weight, 0 * bias)],
        hint="Right for one layer. Another has other numbers: one output, large inputs, none above zero, float64.",
        what="Y",
        rtol=1e-4,
        atol=1e-5,
    )
    same_slopes(answer, nn.functional.linear, (X, weight, bias), places=(0,))


MATRIX = torch.tensor([[0.1, 0.2, 0.3, 0.4, 0.5], [0.1, 0.1, 0.3, 0.4, 0.5], [0.1, 0.4, 0.2, 0.3, 0.2]])


@Exercise
def matrix(answer):
    """The lecture's 3 by 5 matrix, and a layer that makes 3 by 10 of it."""
    layers, forward = [], nn.Linear.forward  # (what goes in, what comes out) for each call of a layer

    def note(layer, X):
        output = forward(layer, X)
        layers.append((X.detach().clone(), output))
        return output

    with mock.patch.object(nn.Linear, "forward", note):  # a hook would not see model.forward(X)
        pair = several(call(answer), 2, "tensors", "return X, and after a comma the output of the layer.")
    X = tensor(pair[0], (3, 5), "Three rows of five numbers. How many numbers did the author mean by 0,1?")
    if X.dtype != torch.float32:
        raise Mistake(
            f"X has dtype {X.dtype}".replace("torch.", ""),
            "The lecture's torch.Tensor and the weights of a layer are float32. Name no other dtype.",
        )
    expect(not close(X[:2], MATRIX[:2]) or close(X[2], MATRIX[2]), "the third row is another", "It was right before.")
    bad = (X != MATRIX).any(1).int().argmax()
    expect(
        close(X, MATRIX),
        f"row {bad} is {[round(v, 3) for v in X[bad].tolist()]}",
        "A decimal comma in row 0, a lost 0.4 before the last number of row 1. Nothing else changes.",
    )
    Y = tensor(pair[1], (3, 10), "Asked is a layer with ten outputs for each row of X.")
    expect(
        layers,
        "the output does not come from a layer: no weight that could learn stands behind it",
        "nn.Linear makes such weights.",
    )
    expect(
        any(close(given, X) for given, _ in layers),
        "the layer is called with something else than X",
        "model(X), with the X that you return.",
    )
    if not close(Y, layers[-1][1], rtol=1e-4):
        raise Mistake("the second tensor is not what came out of the layer", "Return model(X) as it is.")
    found = {name for name, value in zip("XY", (X, Y)) if not value.isfinite().all()}
    expect(not found, f"{' and '.join(sorted(found))} holds nan or infinity", "Are the weights those of a fresh layer?")


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


def _distances(a, b):
    return (a.unsqueeze(1) - b).square().sum(-1).sqrt()


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
