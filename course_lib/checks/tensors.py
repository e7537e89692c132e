"""Checks of *Tensors and neurons*: a neuron set by hand, a layer counted and computed, shapes, two devices."""

import torch
from torch import nn

from .core import NO_RETURN, Exercise, Mistake, call, close, expect, number, tensor


def _normal(*shape, seed=0, dtype=torch.float32):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=dtype)


def _answers(answer, slope, height, points):
    """What the neuron for this line says to each of the points: yes (True) or no."""
    neuron = call(answer, slope, height)
    expect(neuron is not None, "expected a neuron, got None", NO_RETURN)
    expect(
        isinstance(neuron, nn.Module),
        f"expected a neuron, got {type(neuron).__name__}",
        "Return the nn.Linear itself. What it answers is its own affair.",
    )
    z = tensor(call(neuron, points), (len(points), 1), "A neuron of two inputs and one output is nn.Linear(2, 1).")
    return z.detach()[:, 0] > 0


@Exercise
def above(answer):
    """A neuron that says yes above a line in the plane, and no below."""
    points = 3 * _normal(400, 2)
    x1, x2 = points.T
    points = points[(x2 - 2 * x1 - 1).abs() > 0.3]  # so near to the line rounding may decide
    x1, x2 = points.T
    line, yes, right = "the line x2 = 2 x1 + 1", _answers(answer, 2.0, 1.0, points), x2 > 2 * x1 + 1
    expect(
        not yes.all(),
        "z > 0 for every point: this neuron always says yes",
        "Is its last step a sigmoid? That is never below 0. Asked is the neuron before it, whose output is z.",
    )
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
    far = points[(points[:, 1] + points[:, 0] / 2 - 3).abs() > 0.3]
    expect(
        torch.equal(_answers(answer, -0.5, 3.0, far), far[:, 1] > 3 - far[:, 0] / 2),
        f"right for {line}, and wrong for another",
        "Do all three numbers follow the arguments?",
    )
    return "Any positive multiple of these three numbers draws the same line. Larger ones give a steeper sigmoid."


@Exercise
def count(answer):
    """The neurons and the learned numbers of nn.Linear(20, 5)."""
    expect(
        isinstance(answer, (tuple, list)) and len(answer) == 2,
        "expected two numbers with a comma between them",
        "First the neurons, then the learned numbers.",
    )
    neurons, learned = map(number, answer)
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
    X, weight, bias = _normal(6, 5), _normal(5, 5, seed=1), _normal(5, seed=2)
    given = weight.clone()
    Y = tensor(call(answer, X, given, bias), (6, 5))
    expect(
        torch.equal(given, weight),
        "your function changes the weight it is given",
        "A name that ends in an underscore writes into the tensor. Make a new one.",
    )
    expect(
        not close(Y, X @ weight + bias, rtol=1e-4, atol=1e-5),
        "no error, and not what nn.Linear(5, 5) computes",
        "A neuron is a row of torch's weight. What does your product take of it: rows or columns?",
    )
    expect(not close(Y, X @ weight.T, rtol=1e-4, atol=1e-5), "an input of 0 gives 0", "What is added at the end?")
    expect(
        close(Y, X @ weight.T + bias, rtol=1e-4, atol=1e-5),
        "the shape is right, the values are not",
        "Compute one output by hand: the first row of the weight with the first row of X, and the first bias.",
    )
    X, weight, bias = _normal(6, 3), _normal(4, 3, seed=1), _normal(4, seed=2)
    right = X @ weight.T + bias
    Y = tensor(call(answer, X, weight, bias), (6, 4))
    expect(
        close(Y, right, rtol=1e-4, atol=1e-5),
        "right for 5 to 5, and wrong for 3 to 4",
        "reshape only counts through the numbers in order. A transpose exchanges rows and columns.",
    )
    for shape in ((3,), (2, 6, 3)):
        hint = f"Right for tables, and not for an input of shape {shape}. nn.Linear works on the last axis."
        try:
            Y = call(answer, _normal(*shape), weight, bias)
        except Mistake as mistake:
            raise Mistake(mistake.message, hint) from mistake
        tensor(Y, (*shape[:-1], 4), hint)


MATRIX = torch.tensor([[0.1, 0.2, 0.3, 0.4, 0.5], [0.1, 0.1, 0.3, 0.4, 0.5], [0.1, 0.4, 0.2, 0.3, 0.2]])


@Exercise
def matrix(answer):
    """The lecture's 3 by 5 matrix, and a layer that makes 3 by 10 of it."""
    pair = call(answer)
    expect(
        isinstance(pair, (tuple, list)) and len(pair) == 2,
        "your function does not return two tensors",
        "return X, and after a comma the output of the layer.",
    )
    X = tensor(pair[0], (3, 5), "Three rows of five numbers. How many numbers did the author mean by 0,1?")
    expect(
        X.dtype == torch.float32,
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
        Y.requires_grad,
        "the output does not come from a layer: no weight that could learn stands behind it",
        "nn.Linear makes such weights.",
    )


@Exercise
def distances(answer):
    """The distance from each point of one set to each of another."""
    a, b = _normal(4, 3), _normal(6, 3, seed=1)
    b[2] = a[1]  # a distance of 0
    right = (a.unsqueeze(1) - b).square().sum(-1).sqrt()
    D = tensor(call(answer, a, b), (4, 6), "Line the axes up from the right: (n, 1, d) against (m, d).")
    expect(not close(D, right.square(), rtol=1e-3), "these are the squares", "What did Pythagoras do last?")
    expect(
        not close(D, (a.unsqueeze(1) - b).abs().sum(-1), rtol=1e-3),
        "these are distances along the axes",
        "Is that the square, then the sum, then the root?",
    )
    expect(not close(D, right / 3**0.5, rtol=1e-3), f"all too small, by a factor of {3**0.5:.3f}", "Sum or mean?")
    expect(
        close(D, right, rtol=1e-3, atol=1e-3),
        f"from {[round(v, 2) for v in a[0].tolist()]} to "
        f"{[round(v, 2) for v in b[0].tolist()]} it is {right[0, 0]:.3f}, you have {D[0, 0]:.3f}",
        "Print the shape of each step. Over which axis do you sum: that of the coordinates?",
    )
    far = call(answer, a + 1000, b + 1000)
    expect(
        close(far, right, rtol=1e-2, atol=1e-2),
        "right near the origin, wrong where all points lie far from it",
        "Two large numbers nearly cancel there, and float32 has seven digits. Subtract first, then square.",
    )


class Elsewhere(nn.Module):
    """A model on a device that every machine has; it refuses inputs from another, as torch does between CPU and GPU."""

    def __init__(self):
        super().__init__()
        self.weight, self.moved = nn.Parameter(torch.empty(1, 5, device="meta")), False

    def forward(self, X):
        if X.device != self.weight.device and not self.moved:
            raise RuntimeError(f"the model is on device {self.weight.device}, its input is on {X.device}")
        return X[..., :1]

    def _apply(self, fn, recurse=True):  # what .to, .cpu and .cuda call
        self.moved = True
        return self


@Exercise
def follow(answer):
    """The outputs of a model for an input that may lie on another device."""
    X, model = _normal(3, 5), nn.Linear(5, 1)
    Y = tensor(call(answer, model, X), (3, 1), "Asked is what the model makes of X.")
    expect(close(Y, model(X)), "these are not the outputs of the model", "Is it called once, with all of X?")
    model = Elsewhere()
    try:
        call(answer, model, X)
    except Mistake as mistake:  # torch refuses to copy from meta, which has no values
        expect(
            not isinstance(mistake.__cause__, NotImplementedError),
            "your function takes the outputs elsewhere",
            "Leave them where they are: the loss and the targets follow the model too.",
        )
        raise
    expect(
        not model.moved,
        "your function moves the model",
        "A model is large, and others use it where it is. Who follows whom?",
    )
    return "Now it runs on every machine. The stand-in for a GPU was torch's device meta."
