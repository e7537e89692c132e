"""The momentum figure as a picture: for print, for readers without JavaScript and where anywidget is missing."""

from matplotlib.colors import to_rgba
from matplotlib.patches import Ellipse, PathPatch, Polygon, Rectangle
from matplotlib.path import Path

from course_lib import surfaces
from course_lib.figures.base import BLUE, GREY, ORANGE, svg

VIEW = (3.0, 1.8)  # the bowl is shown for |w1| <= 3 and |w2| <= 1.8
LEVELS = (10, 20, 40, 80, 160)  # edges between the shades of the plane, in steps to come ten times closer
RATES = (1, *(10 ** (-1 / steps) for steps in reversed(LEVELS)))
SHADES = (0.07, 0.1, 0.15, 0.22, 0.35, 0.6)  # opacities, from the slowest region to the fastest
POWERS, RAISED = range(-8, 3, 2), str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def draw(path, without, lr, beta, start, curvatures, steps):
    """Return the picture of one setting as SVG text, the same bytes each time.

    `path` and `without` are the paths (steps + 1, 2) with this momentum and with none; a diverged one is shorter.
    """

    def paint(figure):
        layout = [["bowl", "plane"], ["distance", "plane"], ["distance", "key"]]
        axes = figure.subplot_mosaic(layout, height_ratios=(1.15, 0.94, 0.06))
        draw_bowl(axes["bowl"], path, start, curvatures)
        draw_distance(axes["distance"], path, without, steps)
        draw_plane(axes["plane"], lr, beta, curvatures)
        draw_key(axes["key"])

    return svg(paint, (7.2, 4.6))


def region(rate, curvatures):
    """Return the corners (lr, beta) of the settings with `surfaces.momentum_rate` at most `rate` for both curvatures.

    Both roots of λ² - (1 + β - lr c) λ + β lie within r where β <= r² and |1 + β - lr c| <= r + β/r (Jury's
    conditions), so lr is between (1 - r)(1 - β/r)/c and (1 + r)(1 + β/r)/c. An unreachable rate has no corners.
    """
    low, high = min(curvatures), max(curvatures)
    a, b = high * (1 - rate), low * (1 + rate)
    bottom, top = max(0.0, rate * (a - b) / (a + b)), rate**2  # at the bottom the two lines meet
    if bottom > top:
        return []
    left, right = (
        [side * (1 + sign * beta / rate) / c for beta in (bottom, top)]
        for side, sign, c in ((1 - rate, -1, low), (1 + rate, 1, high))
    )
    return [(left[0], bottom), (right[0], bottom), (right[1], top), (left[1], top)]


def draw_bowl(ax, path, start, curvatures):
    """Draw level lines of the bowl, the path with a dot for each step, its start and the minimum."""
    for k in range(9, 0, -1):
        size = [0.4 * k * (max(curvatures) / curvature) ** 0.5 for curvature in curvatures]  # of a level line
        colors = {"facecolor": to_rgba(BLUE, 0.055), "edgecolor": to_rgba(BLUE, 0.45)}
        ax.add_patch(Ellipse((0, 0), *size, linewidth=0.6, **colors))
    near = path.clamp(-20, 20)  # what is farther away is outside the panel anyway
    ax.plot(near[:, 0], near[:, 1], color=ORANGE, linewidth=1)
    dots = Path(near.repeat_interleave(2, dim=0), [Path.MOVETO, Path.LINETO] * len(near))  # lighter than markers
    ax.add_patch(PathPatch(dots, edgecolor=ORANGE, linewidth=2.6, capstyle="round", fill=False))
    ax.plot(*start, "o", color=ORANGE, markersize=7)
    ax.plot(0, 0, "+", color=GREY, markersize=9)
    ax.set(
        xlim=(-VIEW[0], VIEW[0]),
        ylim=(-VIEW[1], VIEW[1]),
        aspect="equal",
        title="The path down the bowl",
        xlabel=f"w₁ (curvature {curvatures[0]:g})",
        ylabel=f"w₂ (curvature {curvatures[1]:g})",
    )


def draw_distance(ax, path, without, steps):
    """Draw the distance to the minimum at each step, with this momentum and with none."""
    ax.semilogy(path.norm(dim=1), color=ORANGE, label="this setting")
    ax.semilogy(without.norm(dim=1), color=GREY, linestyle="--", label="without momentum")
    ax.set(
        xlim=(0, steps),
        ylim=(10**-8.5, 10**2.5),
        title="Distance to the minimum",
        xlabel="step",
        ylabel="distance (log scale)",
    )
    ax.set_yticks([10.0**n for n in POWERS], labels=["10" + f"{n}".translate(RAISED) for n in POWERS])
    ax.minorticks_off()
    ax.legend(loc="lower left", frameon=False, fontsize=8)


def draw_plane(ax, lr, beta, curvatures):
    """Draw the plane of settings shaded by speed, the limit of the step size, and the present setting as a dot."""
    steepest = max(curvatures)
    most = 5 / steepest
    for rate, shade in zip(RATES, SHADES, strict=True):
        if corners := region(rate, curvatures):
            ax.add_patch(Polygon(corners, facecolor=to_rgba(BLUE, shade)))
    first, last = (surfaces.max_stable_lr(momentum, steepest) for momentum in (0, 1))
    beyond = [(first, 0), (last, 1), (most, 1), (most, 0)]
    ax.add_patch(Polygon(beyond, facecolor="none", hatch="//", edgecolor=to_rgba(GREY, 0.4)))
    ax.plot((first, last), (0, 1), color=GREY)
    ax.text(0.8 * most, 0.16, f"diverges:\nstep size >\n2(1 + β)/{steepest:g}", ha="center")
    ax.plot(lr, beta, "o", color=ORANGE, markersize=8, markeredgecolor="white", clip_on=False, zorder=3)
    ax.set(xlim=(0, most), ylim=(0, 1), title="Steps to come ten times closer", xlabel="step size", ylabel="momentum β")
    ax.locator_params(nbins=4)


def draw_key(ax):
    """Draw the shades of the plane in a row: as there, each lies on all the slower ones."""
    for i, shade in enumerate(SHADES):
        ax.add_patch(Rectangle((0, 0), len(SHADES) - i, 1, facecolor=to_rgba(BLUE, shade)))
    ax.set(xlim=(0, len(SHADES)), ylim=(0, 1), yticks=[])
    ax.set_xticks(range(1, len(SHADES)), labels=LEVELS)
    ax.spines[:].set_visible(False)
    ax.tick_params(length=0)
