"""The live figure of one neuron: search its three numbers by hand, then let gradient descent search."""

import math

import torch
import traitlets
from torch.nn import functional as F

from course_lib import data
from course_lib.figures.base import LiveFigure, checked, sources

VIEW = 3.0  # points have |x1|, |x2| <= 3
HALF = 0.5  # the arrow of the weights is drawn at half its length, so that it stays in the picture
MOST = 5.0  # the largest size of a weight and of the bias, where the sliders end
NAMES, CLASSES = ("mean radius", "mean concave points"), ("benign", "malignant")


def tumours():
    """Return 40 of `data.breast_cancer`'s tumours: points (40, 2) standardized on these 40, labels (40,), 1 malignant.

    Every 14th tumour of the file; the two features are `NAMES`. Points are float64, rounded to 3 decimals.
    """
    inputs, targets = data.breast_cancer()
    points = inputs[:560:14, [0, 7]].double()
    points = (points - points.mean(0)) / points.std(0)
    return points.round(decimals=3), 1 - targets[:560:14]


def simulate(w, b, points, labels, lr, steps=0):
    """Return the path of gradient descent on the mean loss: [w1, w2, b], loss and points right before and after each step.

    Float64 (steps + 1, 3), float64 (steps + 1,) in nats and int64 (steps + 1,). The loss is the binary cross entropy,
    the gradient that of its mean over the points. A point is right when z = w1 x1 + w2 x2 + b is above 0 just for class 1.
    """
    inputs = F.pad(torch.as_tensor(points, dtype=torch.float64), (0, 1), value=1.0)  # the bias multiplies 1
    labels = torch.as_tensor(labels, dtype=torch.float64)
    now = torch.tensor([*w, b], dtype=torch.float64)
    path, losses, right = [], [], []
    for _ in range(steps + 1):
        z = inputs @ now
        path.append(now)
        losses.append(F.binary_cross_entropy_with_logits(z, labels))
        right.append(((z > 0) == (labels == 1)).sum())
        now = now - lr * (inputs * (z.sigmoid() - labels)[:, None]).mean(0)
    return torch.stack(path), torch.stack(losses), torch.stack(right)


class NeuronFigure(LiveFigure):
    """One neuron, σ(w1 x1 + w2 x2 + b), on points of two classes: move its line by hand or by gradient descent.

    `w` (two numbers) and `b`, none beyond 5 in size, and `chosen`, the index of the point whose numbers are shown, can be
    set from Python and by the reader; a step downhill ends at 5, too. `points` (n, 2), tensor or list, with |x| <= 3,
    `labels` (n,) of 0 and 1, the two `names` of the inputs and of the `classes` (0 first), and the step size `lr` in
    (0, 10] are fixed from the beginning.
    Without points: `tumours()`. `picture` (SVG) and `alt` show the present setting to readers without JavaScript.
    Raises traitlets.TraitError, naming the argument, for a value outside these ranges.
    """

    _esm, _css = sources("neuron")
    w = traitlets.Tuple(traitlets.Float(), traitlets.Float()).tag(sync=True)
    b = traitlets.Float().tag(sync=True)
    chosen = traitlets.Int().tag(sync=True)
    points = traitlets.List(traitlets.Tuple(traitlets.Float(), traitlets.Float()), read_only=True).tag(sync=True)
    labels = traitlets.List(traitlets.Int(), read_only=True).tag(sync=True)
    names = traitlets.Tuple(traitlets.Unicode(), traitlets.Unicode(), read_only=True).tag(sync=True)
    classes = traitlets.Tuple(traitlets.Unicode(), traitlets.Unicode(), read_only=True).tag(sync=True)
    lr = traitlets.Float(read_only=True).tag(sync=True)

    def __init__(self, w=(1.0, -1.0), b=-0.5, chosen=0, points=None, labels=None, names=NAMES, classes=CLASSES, lr=1.0):
        if (points is None) != (labels is None):
            raise traitlets.TraitError("points and labels belong together: take both, or neither for the tumours")
        if points is None:
            points, labels = tumours()
        still = {
            "points": torch.as_tensor(points, dtype=torch.float64).tolist(),
            "labels": torch.as_tensor(labels).tolist(),
        }
        super().__init__(still | {"names": names, "classes": classes, "lr": lr}, w=w, b=b, chosen=chosen)

    @traitlets.default("constants")
    def _constants(self):
        return {"view": VIEW, "half": HALF, "most": MOST}

    @traitlets.validate("w")
    def _check_w(self, proposal):
        return checked(
            proposal, all(abs(value) <= MOST for value in proposal.value), f"two weights from {-MOST:g} to {MOST:g}"
        )

    @traitlets.validate("b")
    def _check_b(self, proposal):
        return checked(proposal, abs(proposal.value) <= MOST, f"a bias from {-MOST:g} to {MOST:g}")

    @traitlets.validate("chosen")
    def _check_chosen(self, proposal):
        return checked(
            proposal, 0 <= proposal.value < len(self.points), f"the index of a point, 0 to {len(self.points) - 1}"
        )

    @traitlets.validate("points")
    def _check_points(self, proposal):
        if not 2 <= len(proposal.value) <= 200:
            raise traitlets.TraitError(f"points: take from 2 to 200 of them, not {len(proposal.value)}")
        for i, point in enumerate(proposal.value):
            if not all(abs(value) <= VIEW for value in point):
                raise traitlets.TraitError(f"points[{i}]={point}: take standardized points, no number beyond {VIEW:g}")
        return proposal.value

    @traitlets.validate("labels")
    def _check_labels(self, proposal):
        if len(proposal.value) != len(self.points):
            raise traitlets.TraitError(
                f"labels: take one for each of the {len(self.points)} points, not {len(proposal.value)}"
            )
        if set(proposal.value) != {0, 1}:
            raise traitlets.TraitError(
                f"labels={sorted(set(proposal.value))}: take 0 and 1, and points of both classes"
            )
        return proposal.value

    @traitlets.validate("lr")
    def _check_lr(self, proposal):
        return checked(proposal, 0 < proposal.value <= 10, "a step size above 0 and at most 10")

    def draw(self, ax):
        """Draw the points by class, the line, w as an arrow to the side of class 1, and a ring and crosses on points."""
        points, labels, w = torch.tensor(self.points), torch.tensor(self.labels), torch.tensor(self.w)
        z = points @ w + self.b
        for label, mark in enumerate("o^"):
            ax.plot(*points[labels == label].T, mark, color=f"C{label}", label=self.classes[label])
        if w.any():
            foot = -self.b * w / (w @ w)
            ax.axline(foot.tolist(), (foot + torch.stack([-w[1], w[0]])).tolist(), color="#6e6e6e", linestyle="-")
            ax.annotate("", (HALF * w).tolist(), (0, 0), arrowprops={"arrowstyle": "->", "color": "#6e6e6e", "lw": 1.8})
            ax.annotate("w", (HALF * w).tolist(), xytext=(4, 4), textcoords="offset points")
        wrong = points[(z > 0) != (labels == 1)]
        ax.plot(*wrong.T, "x", color="#6e6e6e", markersize=8, label=f"wrong side: {len(wrong)} of {len(points)}")
        own = z[self.chosen]
        name = f"z = {own:.2f}, σ(z) = {own.sigmoid():.3f}"
        ax.plot(*points[self.chosen], "o", color="none", markeredgecolor="#6e6e6e", markersize=12, label=name)
        ax.set(
            xlim=(-VIEW, VIEW),
            ylim=(-VIEW, VIEW),
            title="The points and the line of the neuron",
            xlabel=f"x₁: {self.names[0]} (standardized)",
            ylabel=f"x₂: {self.names[1]} (standardized)",
        )
        ax.figure.legend(loc="outside right upper", handlelength=1)

    def describe(self):
        """Return the text that stands for the picture."""
        _, losses, right = simulate(self.w, self.b, self.points, self.labels, self.lr)
        (x1, x2), label = self.points[self.chosen], self.labels[self.chosen]
        z = self.w[0] * x1 + self.w[1] * x2 + self.b
        return (
            f"{len(self.points)} points of two classes, {self.classes[0]} and {self.classes[1]}, by {self.names[0]} and "
            f"{self.names[1]}. The line {self.w[0]:.3g} x1 {self.w[1]:+.3g} x2 {self.b:+.3g} = 0 puts "
            f"{right[0]} of them on the right side, with a mean loss of {losses[0]:.3g}. For the ringed "
            f"{self.classes[label]} point, ({x1:.3g}, {x2:.3g}), the sum is {z:.3g} and the neuron's output "
            f"{1 / (1 + math.exp(-z)):.3g}."
        )

    def __repr__(self):
        return f"NeuronFigure(w=({self.w[0]:g}, {self.w[1]:g}), b={self.b:g}, chosen={self.chosen})"
