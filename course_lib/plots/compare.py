"""Several ways of doing a thing, each with its spread over seeds."""

import matplotlib.pyplot as plt
import torch

from course_lib.claims import interval


def intervals(series, *, xlabel, over="seeds", ratio=None, ax=None):
    """Draw a row for each entry of `series` (label → one value per seed); return the axes.

    Small dots are the seeds, the large one is their mean, the bar its 95 % interval. Where the values do not come from
    independent runs, `over` and `ratio` say from what, as in :func:`course_lib.claims.interval`.
    """
    if ax is None:
        _, ax = plt.subplots(figsize=(5.3, 0.8 + 0.45 * len(series)))
    for row, values in enumerate(series.values()):
        values = torch.as_tensor(values).detach().cpu().double().numpy()
        mean, low, high, *_ = interval(values, over=over, ratio=ratio)
        ax.plot(values, [row] * len(values), "|", color="#777777", markersize=9, zorder=1)
        ax.errorbar(
            mean,
            row,
            xerr=[[mean - low], [high - mean]],
            fmt="o",
            color=f"C{row % 6}",
            capsize=4,
            markersize=7,
            linestyle="none",
        )
    ax.set(xlabel=xlabel, yticks=range(len(series)), yticklabels=series)
    ax.set_ylim(len(series) - 0.4, -0.6)  # the first entry on top
    ax.grid(axis="y", visible=False)
    return ax
