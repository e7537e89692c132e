"""The threshold figure as a picture: for print, for readers without JavaScript and where anywidget is missing."""

from matplotlib.colors import to_rgba
from matplotlib.patches import Rectangle

from course_lib.figures.base import BLUE, GREY, ORANGE, svg

HUES, MARKS = (BLUE, ORANGE), ("o", "^")  # class 0 is blue and round, class 1 orange and a triangle
NAMES = (("true negatives", "false positives"), ("false negatives", "true positives"))
FLAT = 0.7  # the height of the matrix by its width
ROOM = 0.021  # between two marks of a row, as a part of the axis


def draw(result, amounts, ends, scores, targets, classes, threshold, prevalence):
    """Return the picture of one setting as SVG text, the same bytes each time.

    `result` is what `simulate` found, `amounts` the four numbers of the matrix as text, `ends` those of the axis of scores.
    """

    def paint(figure):
        layout = [["scores", "scores", "matrix", "matrix"], ["roc", "roc", "pr", "pr"]]
        axes = figure.subplot_mosaic(layout, height_ratios=(1, 1.05))
        draw_scores(axes["scores"], ends, scores, targets, classes, threshold)
        draw_matrix(axes["matrix"], result, amounts, classes)
        draw_curves(axes["roc"], axes["pr"], result, prevalence)

    return svg(paint, (7.2, 5.6))


def swarm(xs, room):
    """Return rows of marks that don't overlap: of each x, in ascending order, the lowest row with room for it."""
    last, rows = [], []
    for x in xs:
        row = next((i for i, other in enumerate(last) if x - other >= room), len(last))
        last[row : row + 1] = [x]
        rows.append(row)
    return rows


def draw_scores(ax, ends, scores, targets, classes, threshold):
    """Draw class 0 above the middle and class 1 below it, full marks where the threshold is right, and the threshold."""
    groups = [sorted(score for score, target in zip(scores, targets) if target == label) for label in (0, 1)]
    rows = [swarm(group, ROOM * (ends[1] - ends[0])) for group in groups]
    highest = max(max(of_class) for of_class in rows) + 1
    for label, group in enumerate(groups):
        side = -1 if label else 1
        heights = [side * (0.1 + 0.75 * min(row / highest, row / 13)) for row in rows[label]]
        for right in (True, False):
            chosen = [i for i, score in enumerate(group) if ((score > threshold) == bool(label)) == right]
            ax.plot(
                [group[i] for i in chosen],
                [heights[i] for i in chosen],
                MARKS[label],
                color=HUES[label],
                markersize=3.4,
                markeredgewidth=0.8,
                fillstyle="full" if right else "none",
                linestyle="none",
            )
    ax.axvline(threshold, color=GREY, linewidth=1.6)
    ax.axvspan(ends[0], threshold, color=to_rgba(BLUE, 0.08), linewidth=0)
    ax.axvspan(threshold, ends[1], color=to_rgba(ORANGE, 0.08), linewidth=0)
    ax.set(
        xlim=ends,
        ylim=(-1, 1),
        title=f"{len(scores)} examples by their score",
        ylabel="true class",
        xlabel=f"{'predicted probability' if ends == (-0.02, 1.02) else 'logit'} of {classes[1]}",
    )
    ax.set_yticks([0.5, -0.5], labels=classes, rotation=90, va="center")
    ax.tick_params(axis="y", length=0)
    place = (threshold - ends[0]) / (ends[1] - ends[0])
    if place > 0.38:  # there is room for it
        ax.text(0.02, 0.96, f"← called {classes[0]}", transform=ax.transAxes, va="top", fontsize=7.5)
    if place < 0.62:
        ax.text(0.98, 0.96, f"called {classes[1]} →", transform=ax.transAxes, va="top", ha="right", fontsize=7.5)


def draw_matrix(ax, result, amounts, classes):
    """Draw the four outcomes, each with a square whose area is its share; a hatched one is wrong."""
    for row in (0, 1):
        for column in (0, 1):
            x, y, size = column, 1 - row, 0.5 * result["shares"][row, column].item() ** 0.5
            right = row == column
            ax.add_patch(Rectangle((x, y), 1, 1, fill=False, edgecolor=GREY, linewidth=0.8))
            corner = (x + 0.28 - size / 2, y + 0.6 - size / 2 / FLAT)
            ax.add_patch(
                Rectangle(
                    corner,
                    size,
                    size / FLAT,
                    edgecolor=HUES[row],
                    facecolor=HUES[row] if right else "none",
                    hatch=None if right else "/////",
                )
            )
            ax.text(x + 0.94, y + 0.52, amounts[row][column], ha="right", fontsize=13)
            ax.text(x + 0.94, y + 0.09, NAMES[row][column], ha="right", fontsize=7.5)
    ax.set(xlim=(0, 2), ylim=(0, 2), box_aspect=FLAT, title="Confusion matrix", ylabel="true class")
    ax.set_xticks([0.5, 1.5], labels=[f"called {name}" for name in classes])
    ax.set_yticks([1.5, 0.5], labels=classes, rotation=90, va="center")
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)


def draw_curves(roc, pr, result, prevalence):
    """Draw the ROC curve and the precision-recall curve, the threshold as a dot on each, and guessing dashed."""
    roc.plot([0, 1], [0, 1], "--", color=GREY, linewidth=1)
    roc.plot(result["fprs"], result["tprs"], color=BLUE, clip_on=False)
    roc.plot(result["fpr"], result["recall"], "o", color=ORANGE, markersize=8, markeredgecolor="white", clip_on=False)
    roc.set(title=f"ROC curve, area {result['area']:.3f}", xlabel="false positive rate", ylabel="true positive rate")
    pr.axhline(prevalence, color=GREY, linestyle="--", linewidth=1)
    precisions = result["precisions"][1:].tolist()
    pr.step(result["tprs"], precisions[:1] + precisions, color=BLUE, where="pre", clip_on=False)
    if not result["precision"].isnan():
        pr.plot(
            result["recall"],
            result["precision"],
            "o",
            color=ORANGE,
            markersize=8,
            markeredgecolor="white",
            clip_on=False,
        )
    pr.set(
        title=f"Average precision {result['average']:.3f}", xlabel="recall (= true positive rate)", ylabel="precision"
    )
    for ax in (roc, pr):
        ax.set(xlim=(0, 1), ylim=(0, 1), xticks=(0, 0.5, 1), yticks=(0, 0.5, 1))
