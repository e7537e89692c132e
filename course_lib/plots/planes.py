"""Functions of two weights from above, and paths down them."""

import matplotlib.pyplot as plt
import torch


def contours(f, xlim, ylim, *, ax=None, levels=14, log=True, points=121):
    """Draw the level lines of `f`, a function of a tensor (..., 2) → (...), and return the axes.

    `log` spaces the levels evenly in the logarithm of the height above the lowest drawn point, which shows a valley's
    floor and its walls at once.
    """
    if ax is None:
        _, ax = plt.subplots(figsize=(5.2, 3.6))
    first = torch.linspace(*xlim, points, dtype=torch.float64)
    second = torch.linspace(*ylim, points, dtype=torch.float64)
    grid = torch.stack(torch.meshgrid(first, second, indexing="xy"), dim=-1)  # (rows, columns, 2)
    with torch.no_grad():
        height = f(grid)
    height = height - height.min()
    if log:
        height = (height + 1e-3 * height.max()).log()
    lines = {"colors": "#777777", "linewidths": 0.7, "linestyles": "solid"}
    ax.contour(first.numpy(), second.numpy(), height.numpy(), levels=levels, **lines)
    ax.set(xlim=xlim, ylim=ylim, xlabel="weight $w_1$", ylabel="weight $w_2$")
    ax.grid(False)
    return ax


def path(points, *, ax, label=None, marker="o"):
    """Draw a path (steps + 1, 2) with a dot at each step and a larger one where it starts; return the axes."""
    points = torch.as_tensor(points).detach().cpu().double().numpy()
    (line,) = ax.plot(points[:, 0], points[:, 1], marker=marker, markersize=2.5, linewidth=1.3, label=label)
    ax.plot(*points[0], marker="o", markersize=7, color=line.get_color(), markeredgecolor="#222222", linestyle="none")
    return ax
