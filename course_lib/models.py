"""The networks of the course, as plain modules; the caller moves them: `mlp(64, 128, 10).to(get_device())`."""

from itertools import pairwise
from numbers import Integral

from torch import nn

__all__ = ["Maxout", "cnn", "mlp"]


def mlp(*sizes, activation=nn.ReLU, dropout=0.0):
    """Return a multilayer perceptron: linear layers of these sizes, an activation after each but the last.

    Inputs (n, ...) of sizes[0] numbers each, in any shape: they are flattened. Outputs (n, sizes[-1]), without an
    activation (logits). `activation` is called once for each hidden layer; `dropout`, a probability, follows it.

    Raises ValueError for fewer than two sizes, one that is not a whole number from 1 up, and a dropout outside 0 to 1.
    """
    if len(sizes) < 2 or not all(isinstance(size, Integral) and size >= 1 for size in sizes):
        raise ValueError(
            f"sizes are {sizes}: pass at least inputs and outputs, whole numbers from 1 up, such as mlp(64, 128, 10)"
        )
    check_dropout(dropout)
    sizes = [int(size) for size in sizes]  # of NumPy's, too
    layers = [nn.Flatten()]
    for n_inputs, n_outputs in pairwise(sizes[:-1]):
        layers += [nn.Linear(n_inputs, n_outputs), activation()]
        if dropout > 0:
            layers.append(nn.Dropout(dropout))
    layers.append(nn.Linear(sizes[-2], sizes[-1]))
    return nn.Sequential(*layers)


def cnn(in_channels=1, image_size=8, n_classes=10, channels=(16, 32), dropout=0.0):
    """Return a small convolutional network: twice convolution, ReLU and pooling, then one linear layer.

    Inputs (n, in_channels, image_size, image_size), outputs (n, n_classes), logits. Each pooling halves the side of the
    image: 8 → 4 → 2, 28 → 14 → 7. `channels` are the features after the first and second convolution; `dropout`, a
    probability, stands before the linear layer.

    Raises ValueError for images under 4 pixels, of which nothing would be left, for other sizes that are not whole
    numbers from 1 up, and for a dropout outside 0 to 1.
    """
    if not (isinstance(image_size, Integral) and image_size >= 4):
        raise ValueError(f"image_size is {image_size!r}: two poolings need images of at least 4 by 4 pixels")
    counts = (in_channels, n_classes, *channels)
    if len(channels) != 2 or not all(isinstance(count, Integral) and count >= 1 for count in counts):
        raise ValueError(
            f"in_channels, n_classes and channels are {in_channels!r}, {n_classes!r} and {channels!r}: pass whole numbers "
            "from 1 up, two of them as channels, such as cnn(1, 8, 10, channels=(16, 32))"
        )
    check_dropout(dropout)
    in_channels, n_classes, first, second = map(int, counts)  # of NumPy's, too
    side = int(image_size) // 4
    return nn.Sequential(
        nn.Conv2d(in_channels, first, kernel_size=3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(first, second, kernel_size=3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Dropout(dropout),
        nn.Linear(second * side * side, n_classes),
    )


class Maxout(nn.Module):
    """The largest of several linear functions, for each output (Goodfellow et al. 2013): an activation that is learned.

        outputs = max over k of (inputs @ weight_k.T + bias_k)      k = 1 … pieces

    Inputs (n, ..., in_features), outputs (n, ..., out_features). It has `pieces` times the parameters of a linear layer
    of that size, and stands for the layer and its activation at once. With two pieces and one input it can be ReLU,
    leaky ReLU or the absolute value; with more, any bent line that opens upwards.

    Raises ValueError for sizes that are not whole numbers from 1 up, and for fewer than two pieces.
    """

    def __init__(self, in_features, out_features, pieces=2):
        super().__init__()
        for name, size, least in (
            ("in_features", in_features, 1),
            ("out_features", out_features, 1),
            ("pieces", pieces, 2),
        ):
            if not (isinstance(size, Integral) and size >= least):
                raise ValueError(f"{name} is {size!r}: pass a whole number from {least} up")
        self.pieces = pieces
        self.linear = nn.Linear(in_features, out_features * pieces)

    def forward(self, inputs):
        return self.linear(inputs).unflatten(-1, (-1, self.pieces)).amax(-1)


def check_dropout(dropout):
    """Raise ValueError unless `dropout` is a probability."""
    if not 0 <= dropout <= 1:
        raise ValueError(f"dropout is {dropout!r}: pass a probability from 0 to 1, such as 0.5")
