"""Curves over steps or epochs, with a band where there are several seeds."""

import matplotlib.pyplot as plt
import torch
from scipy.special import stdtrit


def curves(series, x=None, *, xlabel, ylabel, ax=None, log=False):
    """Draw each entry of `series` (label → values) and return the axes.

    Values of shape (points,) give a line. Values of shape (points, seeds) give the mean over the seeds and its 95 %
    interval (Student's t) as a band. `x` holds the positions, (points,); without it they are 0, 1, 2, ….
    """
    if ax is None:
        _, ax = plt.subplots()
    for label, values in series.items():
        values = torch.as_tensor(values).detach().cpu().double().numpy()
        positions = range(len(values)) if x is None else torch.as_tensor(x).detach().cpu().double().numpy()
        if values.ndim == 1:
            ax.plot(positions, values, label=label)
            continue
        if values.ndim != 2:
            raise ValueError(f"series[{label!r}]: shape {values.shape}; use (points,) or (points, seeds)")
        n = values.shape[1]
        if n < 2:
            raise ValueError(
                f"series[{label!r}]: {n} seed has no interval; pass at least 2, or values of shape (points,)"
            )
        mean = values.mean(1)
        half = stdtrit(n - 1, 0.975) * values.std(1, ddof=1) / n**0.5
        (line,) = ax.plot(positions, mean, label=label)
        ax.fill_between(positions, mean - half, mean + half, color=line.get_color(), alpha=0.2, linewidth=0)
    ax.set(xlabel=xlabel, ylabel=ylabel)
    if log:
        ax.set_yscale("log")
    if len(series) > 1:
        ax.legend()
    return ax
