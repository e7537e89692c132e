"""A network in NumPy with backpropagation written by hand: nothing computes a slope but the lines below.

For n examples, one a row of A₀, layer k computes Zₖ = Aₖ₋₁ Wₖᵀ + bₖ and, but for the last, Aₖ = f(Zₖ). With Dₖ for the
slopes of the loss in Zₖ, going backwards,

    slopes in Wₖ = Dₖᵀ Aₖ₋₁      slopes in bₖ = the sum of Dₖ over the examples      Dₖ₋₁ = (Dₖ Wₖ) f'(Zₖ₋₁)

(Rumelhart, Hinton and Williams 1986). Weights are (out, in) and losses are means, as in torch.
"""

from itertools import pairwise
from numbers import Integral

import numpy as np

__all__ = ["NumpyNet", "numerical_gradient"]


def sigmoid(z):
    """Return 1 / (1 + exp(-z)) without overflow."""
    return np.exp(-np.logaddexp(0, -z))


def softmax(z):
    """Return the probabilities of each row of logits."""
    powers = np.exp(z - z.max(1, keepdims=True))
    return powers / powers.sum(1, keepdims=True)


# Each activation with its slope, which can be had from its output `a`: the forward pass has kept that.
ACTIVATIONS = {
    "sigmoid": (sigmoid, lambda a: a * (1 - a)),
    "tanh": (np.tanh, lambda a: 1 - a**2),
    "relu": (lambda z: np.maximum(z, 0), lambda a: a > 0),
}


class NumpyNet:
    """A multilayer perceptron: `sizes` from inputs to outputs, an activation after each layer but the last.

    loss="cross_entropy": the outputs are softmax probabilities, the loss is -log of that of the right class, averaged
    over the examples. loss="mse": the outputs are sigmoids, the loss is their squared distance to the targets, averaged
    over examples and outputs. `weights` and `biases` are lists of arrays, one a layer, and so are, after `backward`,
    `weight_grads` and `bias_grads`. Weights start with the variance 1 / inputs of the layer, biases at 0.

    Raises ValueError for sizes, an activation or a loss that are not offered.
    """

    def __init__(self, *sizes, activation="relu", loss="cross_entropy", seed=0):
        if len(sizes) < 2 or not all(isinstance(size, Integral) and size >= 1 for size in sizes):
            raise ValueError(f"sizes are {sizes}: pass inputs and outputs at least, such as NumpyNet(64, 32, 10)")
        if activation not in ACTIVATIONS:
            raise ValueError(f"activation is {activation!r}: pass one of {', '.join(ACTIVATIONS)}")
        if loss not in ("cross_entropy", "mse"):
            raise ValueError(f"loss is {loss!r}: pass 'cross_entropy' or 'mse'")
        generator = np.random.default_rng(seed)
        self.weights = [generator.normal(0, n_in**-0.5, (n_out, n_in)) for n_in, n_out in pairwise(sizes)]
        self.biases = [np.zeros(n_out) for n_out in sizes[1:]]
        self.activation, self.slope = ACTIVATIONS[activation]
        self.loss = loss

    def forward(self, inputs):
        """Return the outputs (n, sizes[-1]) for inputs (n, sizes[0]), and keep what `backward` needs."""
        inputs = np.asarray(inputs, dtype=np.float64)
        if inputs.ndim != 2 or inputs.shape[1] != self.weights[0].shape[1]:
            raise ValueError(
                f"inputs have the shape {inputs.shape}: pass a row of {self.weights[0].shape[1]} numbers for each example"
            )
        self.kept = [inputs]  # A_0, A_1 …: what each layer was given
        for weight, bias in zip(self.weights[:-1], self.biases[:-1]):
            self.kept.append(self.activation(self.kept[-1] @ weight.T + bias))
        z = self.kept[-1] @ self.weights[-1].T + self.biases[-1]
        self.outputs = softmax(z) if self.loss == "cross_entropy" else sigmoid(z)
        return self.outputs

    def loss_of(self, inputs, targets):
        """Return the loss, one number; targets (n, sizes[-1]) are rows of one 1 and zeros (one-hot)."""
        outputs, targets = self.forward(inputs), self.checked(targets)
        if self.loss == "mse":
            return ((outputs - targets) ** 2).mean()
        return -np.log(outputs[targets == 1]).mean()

    def backward(self, targets):
        """Set `weight_grads` and `bias_grads`, the slopes of the loss on the examples of the last `forward`."""
        targets = self.checked(targets)
        if self.loss == "cross_entropy":
            d = (self.outputs - targets) / len(targets)
        else:
            d = 2 * (self.outputs - targets) / targets.size * self.outputs * (1 - self.outputs)
        self.weight_grads, self.bias_grads = [], []
        for weight, a in zip(reversed(self.weights), reversed(self.kept)):
            self.weight_grads.insert(0, d.T @ a)
            self.bias_grads.insert(0, d.sum(0))
            d = (d @ weight) * self.slope(a)  # after the first layer it is not needed any more

    def step(self, lr):
        """Move each parameter against its slope, `lr` times as far."""
        for param, grad in zip(self.weights + self.biases, self.weight_grads + self.bias_grads):
            param -= lr * grad

    def checked(self, targets):
        """Return `targets` as an array; raise ValueError unless they are one-hot rows that fit the outputs."""
        targets = np.asarray(targets)
        if targets.shape != self.outputs.shape:
            raise ValueError(
                f"targets have the shape {targets.shape}, the outputs {self.outputs.shape}: pass one-hot rows, "
                f"such as np.eye({self.outputs.shape[1]})[classes]"
            )
        if not (np.isin(targets, (0, 1)).all() and (targets.sum(1) == 1).all()):
            raise ValueError("targets have rows that are not a single 1 among zeros: pass np.eye(n_classes)[classes]")
        return targets


def numerical_gradient(function, array, step=1e-6):
    """Return the slopes of `function()` in each number of `array`, by central differences; the same shape as `array`.

    `function` takes no argument and reads `array`, a float64 array that is changed number by number and restored. The
    error of one slope is about step² + 1e-16 / step times the size of the function: least near a step of 1e-5 or 1e-6.
    Raises TypeError for another dtype, in which differences lose all their digits.
    """
    if not (isinstance(array, np.ndarray) and array.dtype == np.float64):
        raise TypeError(f"array is {getattr(array, 'dtype', type(array).__name__)}: pass a NumPy array of float64")
    slopes = np.empty_like(array)
    for place in np.ndindex(array.shape):
        value = array[place]
        array[place] = value + step
        above = function()
        array[place] = value - step
        slopes[place] = (above - function()) / (2 * step)
        array[place] = value
    return slopes
