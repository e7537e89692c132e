"""Small images side by side, grey or in colour."""

import matplotlib.pyplot as plt
import torch


def images(inputs, titles=None, columns=8):
    """Draw images in rows of `columns`, and return the array of axes.

    Grey ones, (n, 1, height, width) or (n, height, width), of any range: the lowest value of all images is white, the
    highest black, so that they can be compared. Coloured ones, (n, 3, height, width), of numbers from 0 to 1: red,
    green, blue.

    Raises ValueError for other shapes, for colours outside 0 to 1, for nan and for too few titles.
    """
    inputs = torch.as_tensor(inputs).detach().cpu().float()
    if inputs.ndim == 3:
        inputs = inputs.unsqueeze(1)
    if inputs.ndim != 4 or inputs.shape[1] not in (1, 3) or len(inputs) == 0:
        raise ValueError(
            f"inputs: shape {tuple(inputs.shape)}; use (n, height, width), or (n, channels, height, width) with 1 channel "
            "or 3 (red, green, blue); channels that come last go there by permute(0, 3, 1, 2)"
        )
    low, high = inputs.min().item(), inputs.max().item()
    if low != low:
        raise ValueError("inputs contain nan: fill it, for example with torch.nan_to_num")
    if inputs.shape[1] == 3 and not 0 <= low <= high <= 1:
        raise ValueError(
            f"inputs reach from {low:g} to {high:g}: colours are drawn from 0 to 1; divide bytes by 255, and take a "
            "normalization back"
        )
    if titles is not None and len(titles) < len(inputs):
        raise ValueError(f"titles: {len(titles)} for {len(inputs)} images; pass one for each")
    rows = -(-len(inputs) // columns)
    _, axes = plt.subplots(rows, columns, figsize=(0.66 * columns, 0.85 * rows), squeeze=False)
    for ax in axes.flat:
        ax.set_axis_off()
    for number, (ax, image) in enumerate(zip(axes.flat, inputs.permute(0, 2, 3, 1).numpy())):
        ax.imshow(image, cmap="gray_r", vmin=low, vmax=high, interpolation="nearest")
        if titles is not None:
            ax.set_title(str(titles[number]), fontsize=10, loc="center")
    return axes
