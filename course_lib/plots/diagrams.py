"""Boxes with names in them and arrows from one to another: how the parts of a machine are connected."""

import matplotlib.pyplot as plt


def diagram(boxes, arrows, *, ax=None):
    """Draw a box for each entry of `boxes` (text → centre (x, y) in the unit square), joined by arrows; return the axes.

    `arrows` are (from, to, label), the first two among the texts. The label, which may be empty, stands above its arrow,
    or to the right of a vertical one. Raises ValueError for an arrow that begins or ends at no box.
    """
    if ax is None:
        _, ax = plt.subplots(figsize=(5.3, 2.4))
    ax.set(xlim=(0, 1), ylim=(0, 1))
    ax.set_axis_off()
    frame = {"boxstyle": "round,pad=0.5", "facecolor": "none", "edgecolor": "#222222"}
    drawn = {text: ax.text(*centre, text, ha="center", va="center", bbox=frame) for text, centre in boxes.items()}
    ax.figure.canvas.draw()  # now the boxes have a size, and the arrows can end at their rims
    for start, end, label in arrows:
        if not {start, end} <= set(boxes):
            raise ValueError(f"arrows: {start!r} to {end!r}, but the boxes are {', '.join(map(repr, boxes))}")
        rims = {
            "patchA": drawn[start].get_bbox_patch(),
            "patchB": drawn[end].get_bbox_patch(),
            "shrinkA": 2,
            "shrinkB": 2,
        }
        ax.annotate("", boxes[end], boxes[start], arrowprops={"arrowstyle": "-|>", "color": "#0072B2", **rims})
        (x0, y0), (x1, y1) = boxes[start], boxes[end]
        beside = {"xytext": (7, 0), "va": "center"} if x0 == x1 else {"xytext": (0, 4), "va": "bottom"}
        if x0 != x1:  # on a slope, the label begins or ends at the middle, where it clears the arrow
            beside["ha"] = "center" if y0 == y1 else "right" if (y1 > y0) == (x1 > x0) else "left"
        ax.annotate(label, ((x0 + x1) / 2, (y0 + y1) / 2), textcoords="offset points", color="#0072B2", **beside)
    return ax
