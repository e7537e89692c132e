"""Small grey images side by side."""

import matplotlib.pyplot as plt
import torch


def images(inputs, titles=None, columns=8):
    """Draw images (n, 1, height, width) or (n, height, width) in rows of `columns`, and return the array of axes."""
    inputs = torch.as_tensor(inputs).detach().cpu().numpy()
    if inputs.ndim == 4:
        inputs = inputs[:, 0]
    if inputs.ndim != 3:
        raise ValueError(f"inputs: shape {inputs.shape}; use (n, 1, height, width) or (n, height, width)")
    rows = -(-len(inputs) // columns)
    figure, axes = plt.subplots(rows, columns, figsize=(0.85 * columns, 1.05 * rows), squeeze=False)
    for ax in axes.flat:
        ax.set_axis_off()
    for number, (ax, image) in enumerate(zip(axes.flat, inputs)):
        ax.imshow(image, cmap="gray_r", interpolation="nearest")
        if titles is not None:
            ax.set_title(str(titles[number]), fontsize=10, loc="center")
    return axes
