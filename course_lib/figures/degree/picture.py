"""The figure of under- and overfitting as a picture: for print, for readers without JavaScript and without anywidget."""

import math

import numpy as np
from matplotlib.colors import to_rgba

from course_lib.figures.base import BLUE, GREY, ORANGE, svg

XS = np.linspace(-0.03, 1.03, 213)


def draw(coefficients, train, held_out, degree, fold, points, folds):
    """Return the picture of one setting as SVG text, the same bytes each time.

    `coefficients` are those of the fit in Legendre's basis on [0, 1], `train` and `held_out` the errors (5, 15) of each
    fold and degree.
    """

    def paint(figure):
        axes = figure.subplot_mosaic([["fit", "errors"], ["folds", "errors"]], height_ratios=(1.5, 1))
        draw_fit(axes["fit"], coefficients, fold, points, folds)
        draw_folds(axes["folds"], fold, points, folds)
        draw_errors(axes["errors"], train, held_out, degree, fold)

    return svg(paint, (7.4, 4.4))


def draw_fit(ax, coefficients, fold, points, folds):
    """Draw the points, filled where they train and hollow where they are held out, the fit and the true sine."""
    ax.plot(XS, np.sin(2 * math.pi * XS), color=GREY, linestyle="--", linewidth=1, label="true sine")
    curve = np.polynomial.legendre.legval(2 * XS - 1, coefficients)
    ax.plot(XS, np.clip(curve, -50, 50), color=BLUE, label="fit")
    for (x, y), own in zip(points, folds, strict=True):
        if own == fold:
            end = np.polynomial.legendre.legval(2 * x - 1, coefficients)
            ax.plot((x, x), (y, np.clip(end, -50, 50)), color=ORANGE, linestyle=":", linewidth=1)
        ax.plot(
            x,
            y,
            "o",
            color=BLUE if own != fold else "none",
            markeredgecolor=BLUE if own != fold else ORANGE,
            markersize=4 if own != fold else 5.5,
            markeredgewidth=1.4,
        )
    ax.set(xlim=(-0.03, 1.03), ylim=(-2, 2), title=f"The fit: degree {len(coefficients) - 1}", xlabel="x", ylabel="y")
    ax.legend(loc="upper right", frameon=False, fontsize=7.5)


def draw_folds(ax, fold, points, folds):
    """Draw a row for each fold: all points at their x, those of the fold hollow; the row of this fold is shaded."""
    ax.axhspan(fold - 0.5, fold + 0.5, color=to_rgba(BLUE, 0.14), linewidth=0)
    for row in range(1, 6):
        inside, outside = (
            [x for (x, _), own in zip(points, folds, strict=True) if (own == row) is held] for held in (False, True)
        )
        ax.plot(inside, [row] * len(inside), "o", color=BLUE, markersize=3)
        ax.plot(
            outside, [row] * len(outside), "o", color="none", markeredgecolor=ORANGE, markersize=4, markeredgewidth=1.2
        )
    ax.set(
        xlim=(-0.03, 1.03),
        ylim=(5.6, 0.4),
        yticks=range(1, 6),
        title="Which points are held out",
        xlabel="x",
        ylabel="fold",
    )


def draw_errors(ax, train, held_out, degree, fold):
    """Draw the errors of each degree: of this fold, and the mean and the range of the held-out ones of all five."""
    degrees, mean = range(held_out.shape[1]), held_out.mean(0)
    ax.fill_between(
        degrees, held_out.min(0), held_out.max(0), color=to_rgba(GREY, 0.2), linewidth=0, label="all five folds"
    )
    ax.semilogy(degrees, held_out[fold - 1], color=ORANGE, label="held-out points of this fold")
    ax.semilogy(degrees, mean, color=GREY, linestyle="--", label="mean over the five folds")
    ax.semilogy(degrees, train[fold - 1], color=BLUE, label="training points")
    ax.plot(mean.argmin(), mean.min(), "D", color="none", markeredgecolor=GREY, label="smallest mean")
    ax.axvline(degree, color=to_rgba(GREY, 0.6), linewidth=0.8)
    ax.plot(degree, held_out[fold - 1, degree], "o", color=ORANGE, markersize=7)
    ax.set(
        xlim=(-0.5, 14.5),
        title="Error of each degree",
        xlabel="degree of the polynomial",
        ylabel="root mean squared error (log scale)",
    )
    ax.legend(loc="upper left", frameon=False, fontsize=7.5)
