"""The live figure of gradient descent: choose a surface, a start and a step size, and see the path and its gradient."""

import torch
import traitlets

from course_lib import plots, surfaces
from course_lib.figures.base import LiveFigure, checked, sources
from course_lib.optim import SGD

SURFACES = {
    "bowl": lambda w: surfaces.quadratic(w, (1.0, 10.0)),
    "valley": lambda w: surfaces.rosenbrock(w, b=1.0),
    "wells": surfaces.double_well,
    "saddle": surfaces.saddle,
}
LABELS = {"bowl": "narrow bowl", "valley": "bent valley", "wells": "two wells", "saddle": "saddle"}
STARTS = {"bowl": (-1.8, 0.9), "valley": (-1.2, 1.2), "wells": (1.7, 1.1), "saddle": (-1.6, 0.0)}  # of each surface
VIEW = (2.0, 1.5)  # every surface is shown for |w1| <= 2 and |w2| <= 1.5
MOST_LR = 0.3
FAR = 1e3  # a coordinate beyond this, or not a number, counts as gone
SMALL = 1e-3  # a gradient as short as this would end the descent by a stopping rule


def simulate(surface, start, lr, steps):
    """Return what the figure shows of plain gradient descent, a dict of float64 tensors and two numbers.

    `path` (steps + 1, 2) and `slope` (steps + 1,), the length of the gradient at each point; `curvature` (steps + 1,),
    the largest eigenvalue of the Hessian there; `gone_at`, the step at which the path is farther than 1000 away, or None
    (the path ends there); `small_at`, the first step with a gradient of at most 0.001, or None. The JavaScript of the
    figure computes the same, with derivatives written by hand; here they are autograd's.
    """
    f = SURFACES[surface]
    path = surfaces.descend(lambda params: SGD(params, lr=lr), f, torch.tensor(start, dtype=torch.float64), steps)
    far = ~(path.abs() <= FAR).all(1)
    gone_at = int(far.int().argmax()) if far.any() else None
    path = path if gone_at is None else path[: gone_at + 1]
    with torch.enable_grad():
        points = (
            path.clone().requires_grad_()
        )  # no point's height depends on another, so a sum gives each its own slopes
        (slopes,) = torch.autograd.grad(f(points).sum(), points, create_graph=True)
        rows = [torch.autograd.grad(slopes[:, i].sum(), points, retain_graph=True)[0] for i in (0, 1)]
    slope, curvature = slopes.detach().norm(dim=1), torch.linalg.eigvalsh(torch.stack(rows, dim=1))[:, -1]
    small = slope <= SMALL
    small_at = int(small.int().argmax()) if small.any() else None
    return {"path": path, "slope": slope, "curvature": curvature, "gone_at": gone_at, "small_at": small_at}


class DescentFigure(LiveFigure):
    """Plain gradient descent, w = w - lr * gradient, on one of four surfaces.

    `surface`, one of "bowl", "valley", "wells" and "saddle"; `start`, with |w1| <= 2 and |w2| <= 1.5; and `lr`, above 0
    and at most 0.3, can be set from Python and by the reader. `steps` (10 to 500) is fixed from the beginning.
    `picture` (SVG) and `alt` show the present setting to readers without JavaScript.
    Raises traitlets.TraitError, naming the argument, for a value outside these ranges.
    """

    _esm, _css = sources("descent")
    surface = traitlets.Unicode().tag(sync=True)
    start = traitlets.Tuple(traitlets.Float(), traitlets.Float()).tag(sync=True)
    lr = traitlets.Float().tag(sync=True)
    steps = traitlets.Int(read_only=True).tag(sync=True)

    def __init__(self, surface="bowl", lr=0.15, start=None, steps=100):
        start = STARTS.get(surface, (0.0, 0.0)) if start is None else start
        super().__init__({"steps": steps}, surface=surface, start=start, lr=lr)

    @traitlets.default("constants")
    def _constants(self):
        return {
            "labels": [[*pair] for pair in LABELS.items()],  # pairs, because the page sorts the names of a dict
            "starts": {name: [*start] for name, start in STARTS.items()},
            "view": [*VIEW],
            "most_lr": MOST_LR,
            "far": FAR,
            "small": SMALL,
        }

    @traitlets.validate("surface")
    def _check_surface(self, proposal):
        return checked(proposal, proposal.value in SURFACES, f"one of {', '.join(SURFACES)}")

    @traitlets.validate("start")
    def _check_start(self, proposal):
        return checked(
            proposal,
            all(abs(value) <= most for value, most in zip(proposal.value, VIEW, strict=True)),
            f"a point inside the picture, |w1| <= {VIEW[0]:g} and |w2| <= {VIEW[1]:g}",
        )

    @traitlets.validate("lr")
    def _check_lr(self, proposal):
        return checked(proposal, 0 < proposal.value <= MOST_LR, f"a step size above 0 and at most {MOST_LR}")

    @traitlets.validate("steps")
    def _check_steps(self, proposal):
        return checked(proposal, 10 <= proposal.value <= 500, "from 10 to 500 steps")

    def draw(self, ax):
        """Draw the surface's level lines and the path of the present setting."""
        plots.contours(SURFACES[self.surface], *((-edge, edge) for edge in VIEW), ax=ax, levels=10, points=61)
        path = simulate(**self.setting())["path"]
        plots.path(path.clamp(-20, 20), ax=ax)  # what is farther away is outside the panel anyway
        ax.set(aspect="equal", title=f"Descent on the {LABELS[self.surface]}, step size {self.lr:g}")
        ax.set(xlabel="w₁", ylabel="w₂")

    def describe(self):
        """Return the text that stands for the picture."""
        run, (first, second) = simulate(**self.setting()), self.start
        end = run["path"][-1]
        if run["gone_at"] is not None:
            outcome = f"is more than {FAR:g} away at step {run['gone_at']}"
        else:
            length = f"with a gradient {run['slope'][-1]:.2g} long"
            outcome = f"is at ({end[0]:.3g}, {end[1]:.3g}) after {self.steps} steps, {length}"
        return (
            f"Gradient descent on the {LABELS[self.surface]} with step size {self.lr:.3g}: the path from "
            f"({first:.3g}, {second:.3g}) {outcome}. Step size times largest curvature is "
            f"{self.lr * run['curvature'][0]:.3g} at the start; 2 is the limit."
        )

    def __repr__(self):
        return f"DescentFigure({self.surface!r}, lr={self.lr:g}, start=({self.start[0]:g}, {self.start[1]:g}))"
