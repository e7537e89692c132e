"""A network in NumPy on MNIST, with right slopes and with a derivative forgotten, each at its own best step size.

784-100-10, sigmoids, 10,000 images to train on and 5,000 others to measure on, batches of 64, three epochs. "right" and
"forgetful" have the squared error; the second sends the output's error back to the hidden layer without the derivative
of the output's sigmoid. "cross entropy" has softmax outputs. Each tries the same step sizes, a factor of 1.5 apart. The
one with the fewest errors on the seeds `CHOOSE` is run on the seeds `MEASURE`. Written: for each that step size and,
per seed, the share of wrong answers. Needs MNIST.
"""

import numpy as np
from record import save

from course_lib import data
from course_lib.numpy_net import NumpyNet

CANDIDATES = [0.3 * 1.5**k for k in range(14)]
CHOOSE, MEASURE, EPOCHS, BATCH = range(2), range(100, 108), 3, 64


class Forgetful(NumpyNet):
    """Sends back the error of the outputs without the derivative of their sigmoid."""

    def backward(self, targets):
        super().backward(targets)
        error = 2 * (self.outputs - targets) / targets.size
        d = (error @ self.weights[1]) * self.slope(self.kept[1])
        self.weight_grads[0], self.bias_grads[0] = d.T @ self.kept[0], d.sum(0)


RULES = {"right": (NumpyNet, "mse"), "forgetful": (Forgetful, "mse"), "cross entropy": (NumpyNet, "cross_entropy")}


def parts():
    if not data.has_mnist():
        raise SystemExit("MNIST is not here: set COURSE_DATA_DIR to the folder that holds MNIST/raw.")
    split = data.normalize(data.split(*data.mnist(), (1 / 6, 1 / 12, 3 / 4)))  # the rest is left alone
    for images, digits in (split.train, split.val):
        yield images.flatten(1).double().numpy(), np.eye(10)[digits]


def errors(rule, lr, seed, train, val):
    """The share of the validation images that a trained net reads wrong."""
    cls, loss = RULES[rule]
    net, draw = cls(784, 100, 10, activation="sigmoid", loss=loss, seed=seed), np.random.default_rng(seed)
    for _ in range(EPOCHS):
        for batch in np.array_split(draw.permutation(len(train[0])), len(train[0]) // BATCH):
            net.forward(train[0][batch])
            net.backward(train[1][batch])
            net.step(lr)
    return float((net.forward(val[0]).argmax(1) != val[1].argmax(1)).mean())


def main():
    train, val = parts()
    numbers = {}
    for rule in RULES:
        tried = {}
        for lr in CANDIDATES:
            tried[lr] = np.mean([errors(rule, lr, seed, train, val) for seed in CHOOSE])
        best = min(tried, key=tried.get)
        found = [errors(rule, best, seed, train, val) for seed in MEASURE]
        edge = best in (CANDIDATES[0], CANDIDATES[-1])
        numbers[rule] = {"step": best, "at_the_edge": edge, "errors": found}
        print(f"{rule:13} step {best:.2f}  errors {np.mean(found):.4f}  at the edge: {edge}")
    save("backward", numbers)


if __name__ == "__main__":
    main()
