"""The figure of one neuron as a picture: for print, for readers without JavaScript and where anywidget is missing."""

import math
from textwrap import wrap

from matplotlib.colors import to_rgba
from matplotlib.patches import Circle, Polygon, Rectangle

from course_lib.figures.base import BLUE, GREY, ORANGE, svg

VIEW = 3.0  # points have |x1|, |x2| <= 3
HALF = 0.5  # the arrow of the weights is drawn at half its length, so that it stays in the picture
HUES, SHAPES = (BLUE, ORANGE), "o^"


def draw(w, b, chosen, points, labels, names, classes):
    """Return the picture of one setting as SVG text, the same bytes each time."""

    def paint(figure):
        plane, neuron = figure.subplots(1, 2, width_ratios=(1, 0.95))
        draw_plane(plane, w, b, chosen, points, labels, names, classes)
        z = w[0] * points[chosen][0] + w[1] * points[chosen][1] + b
        draw_neuron(neuron, w, b, points[chosen], names, (classes[z > 0], classes[labels[chosen]]))

    return svg(paint, (7.4, 4.2))


def part(w, b, side):
    """Return the corners of the part of the view where side * z is above 0, z = w1 x1 + w2 x2 + b."""
    corners = [(-VIEW, -VIEW), (VIEW, -VIEW), (VIEW, VIEW), (-VIEW, VIEW)]
    found = []
    for start, end in zip(corners, corners[1:] + corners[:1], strict=True):
        a, c = (side * (w[0] * x + w[1] * y + b) for x, y in (start, end))
        found += [start] * (a > 0)
        if (a > 0) != (c > 0):
            found.append(tuple(p + a / (a - c) * (q - p) for p, q in zip(start, end, strict=True)))
    return found


def draw_plane(ax, w, b, chosen, points, labels, names, classes):
    """Draw the points by class, the two sides of the line, w as an arrow, and a cross on each point that is wrong."""
    for side, hue in zip((-1, 1), HUES, strict=True):
        if corners := part(w, b, side):
            ax.add_patch(Polygon(corners, facecolor=to_rgba(hue, 0.12)))
    if any(w):
        size = math.hypot(*w)
        foot, along = [-b * value / size**2 for value in w], (-w[1] / size, w[0] / size)
        ends = [[foot[k] + t * along[k] for t in (-9, 9)] for k in (0, 1)]
        ax.plot(*ends, color=GREY, linewidth=1.5)
        ax.annotate(
            "", [HALF * value for value in w], (0, 0), arrowprops={"arrowstyle": "->", "color": GREY, "lw": 1.8}
        )
        ax.annotate("w", [HALF * value for value in w], xytext=(4, 4), textcoords="offset points")
    for label in (0, 1):
        own = [point for point, other in zip(points, labels, strict=True) if other == label]
        ax.plot(*zip(*own, strict=True), SHAPES[label], color=HUES[label], markersize=4.5, label=classes[label])
    wrong = [
        point
        for point, label in zip(points, labels, strict=True)
        if (w[0] * point[0] + w[1] * point[1] + b > 0) != (label == 1)
    ]
    if wrong:
        ax.plot(*zip(*wrong, strict=True), "x", color=GREY, markersize=8, label="wrong side")
    ax.plot(*points[chosen], "o", color="none", markeredgecolor=GREY, markersize=12)
    ax.set(
        xlim=(-VIEW, VIEW),
        ylim=(-VIEW, VIEW),
        aspect="equal",
        title="The points and the line",
        xlabel=f"x₁: {names[0]} (standardized)",
        ylabel=f"x₂: {names[1]} (standardized)",
    )
    ax.legend(loc="upper left", frameon=False, fontsize=7.5, handletextpad=0.2, borderpad=0)


def draw_neuron(ax, w, b, point, names, verdict):
    """Draw the inputs, an edge for each weight, the sum and the sigmoid, with the numbers of one point.

    `verdict` holds the class that the neuron says and the true one. The coordinates are those of the live drawing: 360
    wide, 274 high, downwards.
    """
    z = w[0] * point[0] + w[1] * point[1] + b
    output = 1 / (1 + math.exp(-z))
    heights, places, middle = (56, 118, 180), ((206, 70), (184, 107), (204, 170)), 118
    captions = ("\n".join(["x₁", *wrap(names[0], 13)]), "\n".join(["x₂", *wrap(names[1], 13)]), "always 1")
    for y, place, weight, name in zip(heights, places, (*w, b), ("w₁", "w₂", "b"), strict=True):
        away = math.hypot(126, middle - y)
        ends = [[start + r / away * way for r in (20, away - 22)] for start, way in ((122, 126), (y, middle - y))]
        ax.plot(*ends, color=HUES[weight >= 0], linewidth=0.6 + abs(weight), linestyle="-" if weight >= 0 else "--")
        ax.text(*place, f"{name} = {weight:.2f}", ha="center", va="center", fontsize=8)
    for y, value, caption in zip(heights, (f"{point[0]:.2f}", f"{point[1]:.2f}", "1"), captions, strict=True):
        ax.add_patch(Circle((122, y), 20, facecolor="none", edgecolor=GREY))
        ax.text(122, y, value, ha="center", va="center", fontsize=8)
        ax.text(96, y, caption, ha="right", va="center", fontsize=7.5)
    ax.add_patch(Circle((248, middle), 22, facecolor="none", edgecolor=GREY))
    ax.add_patch(Rectangle((298, middle - 22), 44, 44, facecolor="none", edgecolor=GREY))
    ax.plot((270, 298), (middle, middle), color=GREY, linewidth=1.2)
    for x, words in ((248, ("sum", "Σ", f"z = {z:.2f}")), (320, ("sigmoid", "σ", f"{output:.3f}"))):
        for y, text, size in zip((86, middle, 152), words, (7.5, 12, 8.5), strict=True):
            ax.text(x, y, text, ha="center", va="center", fontsize=size)
    products = f"{w[0]:.2f} · ({point[0]:.2f}) + ({w[1]:.2f}) · ({point[1]:.2f}) + ({b:.2f})"
    ax.text(10, 228, f"z = {products} = {z:.2f}", fontsize=7.5)
    ax.text(10, 248, f"σ(z) = 1 / (1 + exp({-z:.2f})) = {output:.3f}", fontsize=7.5)
    ax.text(10, 268, f"It says {verdict[0]}; it is {verdict[1]}.", fontsize=7.5)
    ax.set(xlim=(0, 360), ylim=(274, 20), aspect="equal", title="The neuron, for the ringed point")
    ax.axis("off")
