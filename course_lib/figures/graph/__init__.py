"""The live figure of backpropagation: the graph of a small network, forward node by node, then backward with every slope."""

import functools

import torch
import traitlets
from matplotlib.patches import Rectangle

from course_lib.figures.base import LiveFigure, checked, sources
from course_lib.figures.graph.network import (
    ACTIVATIONS,
    BACKWARD,
    BENDS,
    EDGES,
    FORWARD,
    GIVEN,
    HALF_HEIGHT,
    LAST,
    MOST,
    NUDGE,
    PLACES,
    SUMS,
    WEIGHTS,
    half_width,
    simulate,
)


def short(value):
    """Return a number in at most six characters, with up to three decimals and a true minus sign; 3e−5 for a tiny one."""
    size = abs(value)
    decimals = 3 - sum(size >= limit for limit in (10, 100, 1000))
    tiny = 0 < size < 0.0005
    text = f"{value:.0e}".replace("e-0", "e-") if tiny else f"{round(value, decimals) + 0.0:.6g}"
    return text.replace("-", "−")


class GraphFigure(LiveFigure):
    """The computation graph of a network with two inputs, two hidden units and one output, stepped forward and backward.

    ŷ = w5 f(w1 x1 + w2 x2) + w6 f(w3 x1 + w4 x2), and the loss of this example is (ŷ - y)². `x` (two numbers) and `w`
    (six), none beyond 3 in size, and `step`, 0 to 21, can be set from Python; the reader moves `step`, x1 and w5. The
    target `y`, from -3 to 3, and the `activation` f, "sigmoid", "tanh" or "relu", are fixed from the beginning.
    Steps 1 to 6 compute values, 7 to 20 slopes; the last looks back. `picture` (SVG) and `alt` show the finished graph of
    the present setting to readers without JavaScript.
    Raises traitlets.TraitError, naming the argument, for a value outside these ranges.
    """

    _esm, _css = sources("graph")
    x = traitlets.Tuple(*[traitlets.Float()] * 2).tag(sync=True)
    w = traitlets.Tuple(*[traitlets.Float()] * 6).tag(sync=True)
    step = traitlets.Int().tag(sync=True)
    y = traitlets.Float(read_only=True).tag(sync=True)
    activation = traitlets.Unicode(read_only=True).tag(sync=True)

    def __init__(self, x=(1.5, 0.5), w=(0.6, -0.4, 0.8, 0.5, 1.2, -0.9), y=1.0, activation="sigmoid", step=0):
        super().__init__({"y": y, "activation": activation}, x=x, w=w, step=step)

    @traitlets.default("constants")
    def _constants(self):
        graph = {
            "weights": WEIGHTS,
            "sums": SUMS,
            "bends": BENDS,
            "forward": FORWARD,
            "backward": BACKWARD,
            "edges": EDGES,
            "given": GIVEN,
        }
        boxes = {name: [*PLACES[name], half_width(name), HALF_HEIGHT] for name in PLACES}
        return graph | {"boxes": boxes, "last": LAST, "most": MOST, "nudge": NUDGE}

    @traitlets.validate("x", "w")
    def _check_numbers(self, proposal):
        if not all(abs(value) <= MOST for value in proposal.value):
            what = {"x": "two inputs", "w": "six weights"}[proposal.trait.name]
            raise traitlets.TraitError(
                f"{proposal.trait.name}={proposal.value}: take {what} from {-MOST:g} to {MOST:g}"
            )
        return proposal.value

    @traitlets.validate("step")
    def _check_step(self, proposal):
        return checked(proposal, 0 <= proposal.value <= LAST, f"a step from 0 to {LAST}")

    @traitlets.validate("y")
    def _check_y(self, proposal):
        return checked(proposal, abs(proposal.value) <= MOST, f"a target from {-MOST:g} to {MOST:g}")

    @traitlets.validate("activation")
    def _check_activation(self, proposal):
        return checked(proposal, proposal.value in ACTIVATIONS, f"one of {', '.join(ACTIVATIONS)}")

    def _simulate(self):
        return simulate(self.x, self.w, self.y, self.activation)

    def _sum(self, name):
        """Return the slope of an input as the sum over the two paths that lead from it."""
        _, derivatives, slopes = self._simulate()
        parts = [slopes[target] * local for (source, target), local in derivatives.items() if source == name]
        return " + ".join(f"({short(part)})" if part < 0 and i else short(part) for i, part in enumerate(parts))

    def draw(self, ax):
        """Draw the finished graph: each node's value and below it its slope, each arrow's local derivative."""
        values, derivatives, slopes = self._simulate()
        ax.figure.set_size_inches(5.2, 6.2)
        word = functools.partial(ax.text, ha="center", va="center", fontsize=8)
        for edge in [*EDGES, GIVEN]:
            start, end, middle = (torch.tensor(edge.get(part, edge["start"])) for part in ("start", "end", "at"))
            gap = (end - start) * 8 / (end - start).abs().max() if "at" in edge else 0  # the line is cut at its number
            ax.plot(*torch.stack([start, middle - gap]).T, color="#6e6e6e", linestyle="-", linewidth=0.8)
            arrow = {"arrowstyle": "->", "color": "#6e6e6e", "linewidth": 0.8, "shrinkA": 0, "shrinkB": 0}
            ax.annotate("", end.tolist(), (middle + gap).tolist(), arrowprops=arrow)
            if "at" in edge:
                word(*edge["at"], f"×{short(derivatives[edge['from'], edge['to']])}")
        for name, (x, y) in PLACES.items():
            half = half_width(name)
            ax.add_patch(Rectangle((x - half, y - HALF_HEIGHT), 2 * half, 2 * HALF_HEIGHT, fill=False, color="#6e6e6e"))
            word(x, y - 10, f"{name} = {short(values[name])}")
            word(x, y + 9, short(slopes[name]) if name in slopes else "target", weight="bold")
        for x, side, name in ((177, "right", "x₁"), (183, "left", "x₂")):  # where two paths meet, their sum
            word(x, 42, self._sum(name), ha=side)
        word(4, 42, "paths add:", ha="left")
        ax.set(
            xlim=(0, 360),
            ylim=(446, 20),
            title="In each box the value and below it the slope of ℓ,\non each arrow the local derivative",
        )
        ax.axis("off")

    def describe(self):
        """Return the text that stands for the picture."""
        values, derivatives, slopes = ({key: short(value) for key, value in part.items()} for part in self._simulate())

        def listed(part, names):
            return ", ".join(f"{name} = {part[name]}" for name in names)

        path = [derivatives[edge] for edge in (("ŷ", "ℓ"), ("a₁", "ŷ"), ("z₁", "a₁"), ("w₁", "z₁"))]
        given = listed(values, ["x₁", "x₂", *WEIGHTS])
        return (
            f"The computation graph of a network with two inputs, two {self.activation} units and one output, without "
            f"biases. Forward: {given} give {listed(values, FORWARD[:-1])}; with the target y = {values['y']} the loss "
            f"ℓ = (ŷ − y)² is {values['ℓ']}. Backward, the slopes of ℓ: {listed(slopes, BACKWARD[1:])}. The slope of a "
            f"weight is the product along its path to ℓ: for w₁, {' × '.join(path)} = {slopes['w₁']}. Two paths lead from "
            f"x₁ to ℓ, so their products add: {self._sum('x₁')} = {slopes['x₁']}."
        )

    def __repr__(self):
        return f"GraphFigure(x=({self.x[0]:g}, {self.x[1]:g}), activation={self.activation!r}, step={self.step})"
