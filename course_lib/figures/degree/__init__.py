"""The live figure of under- and overfitting: a polynomial of each degree on noisy points, five folds to hold out."""

import math

import numpy as np
import torch
import traitlets

from course_lib import data, plots
from course_lib.figures.base import LiveFigure, checked, sources
from course_lib.seed import generator

DEGREES, FOLDS = range(15), range(1, 6)
REACH = 2.0  # the picture shows |y| <= 2


def example(n=30, noise=0.3, seed=3):
    """Return the points (n, 2) of `data.noisy_sine`, y kept within ±2, and the fold of each, 1 to 5, dealt at random.

    Float64, rounded to 4 decimals, and int64 (n,).
    """
    points = torch.cat(data.noisy_sine(n, noise, seed), 1).double().clamp(-REACH, REACH).round(decimals=4)
    return points, torch.randperm(n, generator=generator(seed)) % 5 + 1


def fit(points, degree):
    """Return the coefficients (degree + 1,) of the least-squares polynomial in Legendre's basis on [0, 1], float64."""
    x, y = np.asarray(points, dtype=np.float64).T
    return np.linalg.lstsq(np.polynomial.legendre.legvander(2 * x - 1, degree), y)[0]


def rmse(coefficients, points):
    """Return the root of the mean squared error of a polynomial at the points."""
    x, y = np.asarray(points, dtype=np.float64).T
    return math.sqrt(np.mean((np.polynomial.legendre.legval(2 * x - 1, coefficients) - y) ** 2))


def errors(points, folds):
    """Return the training and the held-out RMSE of each fold and each degree, two float64 tensors (5, 15)."""
    points, folds = np.asarray(points, dtype=np.float64), np.asarray(folds)
    both = torch.zeros(2, len(FOLDS), len(DEGREES), dtype=torch.float64)
    for row, fold in enumerate(FOLDS):
        kept, held_out = points[folds != fold], points[folds == fold]
        for degree in DEGREES:
            coefficients = fit(kept, degree)
            both[:, row, degree] = torch.tensor([rmse(coefficients, kept), rmse(coefficients, held_out)])
    return both[0], both[1]


def simulate(degree, fold, points, folds):
    """Return what the figure shows: coefficients, and the training, held-out and mean held-out RMSE of each degree.

    The coefficients (degree + 1,) are those of the fit without `fold`; the errors (15,) are of this fold, the last of them
    the mean over the five. All float64.
    """
    kept = [point for point, own in zip(points, folds, strict=True) if own != fold]
    train, held_out = errors(points, folds)
    return torch.from_numpy(fit(kept, degree)), train[fold - 1], held_out[fold - 1], held_out.mean(0)


class DegreeFigure(LiveFigure):
    """Polynomials of degree 0 to 14 fitted to noisy points of a sine, one of five folds held out to judge them.

    `degree` and `fold` (1 to 5) can be set from Python and by the reader. `points` (n, 2), tensor or list, with
    0 <= x <= 1 and |y| <= 2, and `folds` (n,), the fold of each from 1 to 5, are fixed from the beginning; without any
    fold there must be at least 15 different x left. Without points: `example()`. The dashed curve is sin(2πx).
    `picture` (SVG) and `alt` show the present setting to readers without JavaScript.
    Raises traitlets.TraitError, naming the argument, for a value outside these ranges.
    """

    _esm, _css = sources("degree")
    degree = traitlets.Int().tag(sync=True)
    fold = traitlets.Int().tag(sync=True)
    points = traitlets.List(traitlets.Tuple(traitlets.Float(), traitlets.Float()), read_only=True).tag(sync=True)
    folds = traitlets.List(traitlets.Int(), read_only=True).tag(sync=True)

    def __init__(self, degree=1, fold=1, points=None, folds=None):
        if (points is None) != (folds is None):
            raise traitlets.TraitError("points and folds belong together: take both, or neither for the noisy sine")
        if points is None:
            points, folds = example()
        still = {
            "points": torch.as_tensor(points, dtype=torch.float64).tolist(),
            "folds": torch.as_tensor(folds).tolist(),
        }
        super().__init__(still, degree=degree, fold=fold)

    @traitlets.default("constants")
    def _constants(self):
        return {"degrees": [*DEGREES], "folds": [*FOLDS], "reach": REACH}

    @traitlets.validate("degree")
    def _check_degree(self, proposal):
        return checked(proposal, proposal.value in DEGREES, f"a degree from 0 to {DEGREES[-1]}")

    @traitlets.validate("fold")
    def _check_fold(self, proposal):
        return checked(proposal, proposal.value in FOLDS, "a fold from 1 to 5")

    @traitlets.validate("points")
    def _check_points(self, proposal):
        for i, (x, y) in enumerate(proposal.value):
            if not (0 <= x <= 1 and abs(y) <= REACH):
                raise traitlets.TraitError(f"points[{i}]={(x, y)}: take points with x from 0 to 1 and |y| <= {REACH:g}")
        return proposal.value

    @traitlets.validate("folds")
    def _check_folds(self, proposal):
        if len(proposal.value) != len(self.points):
            raise traitlets.TraitError(
                f"folds: take one for each of the {len(self.points)} points, not {len(proposal.value)}"
            )
        if set(proposal.value) != set(FOLDS):
            raise traitlets.TraitError(
                f"folds={sorted(set(proposal.value))}: take the numbers 1 to 5, each at least once"
            )
        for fold in FOLDS:
            left = len({x for (x, _), own in zip(self.points, proposal.value, strict=True) if own != fold})
            if left < len(DEGREES):
                raise traitlets.TraitError(
                    f"folds: without fold {fold} only {left} different x are left: take at least "
                    f"{len(DEGREES)}, which a polynomial of degree {DEGREES[-1]} needs"
                )
        return proposal.value

    def draw(self, ax):
        """Draw the errors of each degree: of the present fold, and the mean of the held-out ones of all five."""
        _, train, held_out, mean = simulate(**self.setting())
        series = {"training points": train, f"held out: fold {self.fold}": held_out, "mean over the five folds": mean}
        labels = {"xlabel": "degree of the polynomial", "ylabel": "root mean squared error (log scale)"}
        plots.curves(series, ax=ax, log=True, **labels)
        ax.plot(self.degree, held_out[self.degree], "o", color="C1", markersize=8)
        ax.plot(mean.argmin(), mean.min(), "D", color="none", markeredgecolor="C2", markersize=7, label="smallest mean")
        ax.set_title(f"Error of each degree; the dot: degree {self.degree}")
        ax.legend(loc="upper left")

    def describe(self):
        """Return the text that stands for the picture."""
        _, train, held_out, mean = simulate(**self.setting())
        return (
            f"A polynomial of degree {self.degree} through {len(self.points)} noisy points of a sine, with fold "
            f"{self.fold} of 5 held out: root mean squared error {train[self.degree]:.3g} on the training points, "
            f"{held_out[self.degree]:.3g} on the held-out points. Both errors for the degrees 0 to {DEGREES[-1]} as "
            f"curves; the mean held-out error of the five folds is smallest at degree {mean.argmin()}, {mean.min():.3g}."
        )

    def __repr__(self):
        return f"DegreeFigure(degree={self.degree}, fold={self.fold})"
