"""Which activation learns MNIST best in two epochs, each at its own best step size: the race of the digits, larger.

784-100-100-100-10, 10,000 images to train on and 5,000 others to measure on, batches of 64, SGD with momentum 0.9. Only
the activation changes; PyTorch's default first weights. Those named "larger" start from Xavier's weights times the gain of
the activation, and zero biases. Each tries the same step sizes, a factor of two apart, then two more around the best; the
one with the lowest validation loss on the seeds `CHOOSE` is run on the seeds `MEASURE` and judged on 5,000 other images,
which chose nothing. Written: for each the step size, and per seed the share of wrong answers. Needs MNIST.
"""

import math

import torch
from record import save
from torch import nn

from course_lib import data, optim
from course_lib.models import mlp
from course_lib.train import fit_seeds

STEPS = [0.01 * 2**k for k in range(7)]
CHOOSE, MEASURE = range(3), range(100, 108)
SIZES = (784, 100, 100, 100, 10)
ACTIVATIONS = {
    "ReLU": nn.ReLU,
    "leaky ReLU": nn.LeakyReLU,
    "ELU": nn.ELU,
    "GELU": nn.GELU,
    "SiLU": nn.SiLU,
    "tanh": nn.Tanh,
    "sigmoid": nn.Sigmoid,
}
GAINS = {"ReLU": math.sqrt(2), "tanh": 5 / 3, "sigmoid": 4.0}
RUNNERS = [*ACTIVATIONS, *(f"{name}, larger" for name in GAINS)]


def make_loaders():
    if not data.has_mnist():
        raise SystemExit("MNIST is not here: set COURSE_DATA_DIR to the folder that holds MNIST/raw.")
    inputs, targets = data.mnist()
    parts = data.split(
        inputs[:25_000], targets[:25_000], (0.4, 0.4, 0.2)
    )  # 10,000 to learn, 10,000 choose, 5,000 judge
    return data.make_loaders(data.normalize(parts), batch_size=64)


def make(name):
    activation, _, larger = name.partition(", ")
    model = mlp(*SIZES, activation=ACTIVATIONS[activation])
    if larger:
        for layer in model:
            if isinstance(layer, nn.Linear):
                nn.init.xavier_normal_(layer.weight, gain=GAINS[activation])
                nn.init.zeros_(layer.bias)
    return model


def train(name, lr, seeds, loaders):
    """The record of the second epoch."""
    return fit_seeds(
        lambda: make(name),
        lambda params: optim.SGD(params, lr=lr, momentum=0.9),
        nn.functional.cross_entropy,
        loaders.train,
        loaders.val,
        2,
        seeds=seeds,
    )[-1]


def main():
    loaders, numbers = make_loaders(), {}
    for name in RUNNERS:
        score = {}
        for grid in (STEPS, [2**-0.5, 2**0.5]):
            around = min(score, key=score.get) if score else 1.0
            for factor in grid:
                loss = train(name, around * factor, CHOOSE, loaders)["val_loss"]
                score[around * factor] = loss.nan_to_num(10).mean().item()
        best = min(score, key=score.get)
        models = train(name, best, MEASURE, loaders)["models"]
        with torch.no_grad():
            wrong = [(model(loaders.test.inputs).argmax(1) != loaders.test.targets).double().mean() for model in models]
        numbers[name] = {
            "step": best,
            "at_the_edge": not STEPS[0] < best < STEPS[-1],
            "errors": [share.item() for share in wrong],
        }
        print(f"{name:16} step {best:.3f}  errors {torch.stack(wrong).mean():.4f}", flush=True)
    save("activations", numbers)


if __name__ == "__main__":
    main()
