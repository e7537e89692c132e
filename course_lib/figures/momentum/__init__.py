"""The live figure of the momentum chapter: choose a step size, a momentum and a start, and see the path down a bowl.

After the idea of Goh, Why Momentum Really Works, Distill 2017, doi 10.23915/distill.00006; design and drawing are ours.
"""

import functools
import math

import traitlets

from course_lib import plots, surfaces
from course_lib.figures.base import LiveFigure, checked, sources

FAR = 1e6  # a coordinate beyond this, or not a number, counts as diverged
VIEW = (3.0, 1.8)  # the bowl is shown for |w1| <= 3 and |w2| <= 1.8
MOST_BETA = 0.999


def simulate(lr, beta, start, curvatures, steps):
    """Return the path of momentum on a bowl, float64 (steps + 1, 2), and the step at which it diverged or None.

    A diverged path ends there. The JavaScript of the figure does the same operations in the same order.
    """
    path = surfaces.momentum_path(start, lr, beta, curvatures, steps)
    far = ~(path.abs() <= FAR).all(1)
    if not far.any():
        return path, None
    diverged_at = int(far.int().argmax())
    return path[: diverged_at + 1], diverged_at


def describe(lr, beta, start, curvatures, steps):
    """Return the text that stands for the picture: the setting and where it leads."""
    path, diverged_at = simulate(lr, beta, start, curvatures, steps)
    limit = surfaces.max_stable_lr(beta, max(curvatures))
    end = f"ends {path[-1].norm():.3g} from the minimum after {steps} steps"
    if diverged_at is not None:
        end = f"diverges at step {diverged_at}"
    bowl = f"a bowl of curvatures {curvatures[0]:.3g} and {curvatures[1]:.3g}"
    return (
        f"Gradient descent with step size {lr:.3g} and momentum {beta:.3g} in {bowl}: "
        f"the path from ({start[0]:.3g}, {start[1]:.3g}) {end}. With this momentum step sizes below {limit:.3g} are "
        "stable."
    )


class MomentumFigure(LiveFigure):
    """Gradient descent with momentum in a bowl, as torch has it: z = beta * z + gradient, then w = w - lr * z.

    `lr` in (0, 5 / largest curvature], `beta` in [0, 0.999] and `start`, with |w1| <= 3 and |w2| <= 1.8, can be set
    from Python and by the reader; `curvatures` (two, positive) and `steps` (10 to 1000) are fixed from the beginning.
    `picture` (SVG) and `alt` show the present setting to readers without JavaScript.
    Raises traitlets.TraitError, naming the argument, for a value outside these ranges.
    """

    _esm, _css = sources("momentum")
    lr = traitlets.Float().tag(sync=True)
    beta = traitlets.Float().tag(sync=True)
    start = traitlets.Tuple(traitlets.Float(), traitlets.Float()).tag(sync=True)
    curvatures = traitlets.Tuple(traitlets.Float(), traitlets.Float(), read_only=True).tag(sync=True)
    steps = traitlets.Int(read_only=True).tag(sync=True)

    def __init__(self, lr=0.02, beta=0.0, start=(-2.4, 0.8), curvatures=(1.0, 25.0), steps=100):
        super().__init__({"curvatures": curvatures, "steps": steps}, lr=lr, beta=beta, start=start)

    @traitlets.default("constants")
    def _constants(self):
        return {"far": FAR, "view": VIEW, "most_beta": MOST_BETA, "most_lr": 5 / max(self.curvatures)}

    @traitlets.validate("lr")
    def _check_lr(self, proposal):
        most = self.constants["most_lr"]
        return checked(
            proposal,
            0 < proposal.value <= most,
            f"a step size above 0 and at most {most:.4g} (5 / largest curvature; every momentum diverges before that)",
        )

    @traitlets.validate("beta")
    def _check_beta(self, proposal):
        return checked(proposal, 0 <= proposal.value <= MOST_BETA, f"a momentum from 0 to {MOST_BETA}")

    @traitlets.validate("start")
    def _check_start(self, proposal):
        return checked(
            proposal,
            all(abs(value) <= most for value, most in zip(proposal.value, VIEW, strict=True)),
            f"a point inside the picture, |w1| <= {VIEW[0]:g} and |w2| <= {VIEW[1]:g}",
        )

    @traitlets.validate("curvatures")
    def _check_curvatures(self, proposal):
        return checked(
            proposal, all(0 < value < math.inf for value in proposal.value), "two positive numbers, such as (1.0, 25.0)"
        )

    @traitlets.validate("steps")
    def _check_steps(self, proposal):
        return checked(proposal, 10 <= proposal.value <= 1000, "from 10 to 1000 steps")

    def draw(self, ax):
        """Draw the bowl, the path of the present setting and, if it has momentum, the path without."""
        bowl = functools.partial(surfaces.quadratic, curvatures=self.curvatures)
        plots.contours(bowl, *((-edge, edge) for edge in VIEW), ax=ax, levels=9, log=False, points=61)
        for label, beta in {f"momentum {self.beta:g}": self.beta, "without momentum": 0.0}.items():
            if label != "without momentum" or self.beta:
                path, _ = simulate(**self.setting() | {"beta": beta})
                plots.path(path.clamp(-20, 20), ax=ax, label=label)  # what is farther away is outside the panel anyway
        ax.plot(0, 0, "+", color="#6e6e6e", markersize=9)
        ax.set(
            aspect="equal",
            title=f"The path down the bowl, step size {self.lr:g}",
            xlabel=f"w₁ (curvature {self.curvatures[0]:g})",
            ylabel=f"w₂ (curvature {self.curvatures[1]:g})",
        )
        ax.figure.legend(loc="outside lower center", ncols=2)

    def describe(self):
        """Return the text that stands for the picture."""
        return describe(**self.setting())

    def __repr__(self):
        return f"MomentumFigure(lr={self.lr:g}, beta={self.beta:g}, start=({self.start[0]:g}, {self.start[1]:g}))"
