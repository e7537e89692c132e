"""Which batch size gets furthest on MNIST in one epoch, each at its own best step size: the figure of the digits, larger.

784-100-10, 10,000 images to train on and 5,000 others to measure on, plain descent. Each batch size tries the same step
sizes, a factor of 2 apart, then two more around the best. The one with the lowest loss on the 5,000 for the seeds
`CHOOSE` is run on the seeds `MEASURE`. Written: for each batch size that step size and, per seed, the loss (nats) and the
share of wrong answers on the 5,000, and the losses of the search. Needs MNIST.
"""

from record import save
from torch import nn

from course_lib import data, optim
from course_lib.models import mlp
from course_lib.train import fit_seeds

SIZES = (16, 64, 256, 1024)
RATES = [0.01 * 2**k for k in range(8)]
CHOOSE, MEASURE = range(4), range(100, 106)


def parts():
    if not data.has_mnist():
        raise SystemExit("MNIST is not here: set COURSE_DATA_DIR to the folder that holds MNIST/raw.")
    return data.normalize(data.split(*data.mnist(), (1 / 6, 1 / 12, 3 / 4)))  # the rest is left alone


def race(loaders, lr, seeds):
    """The record of one epoch: loss and accuracy on the 5,000 for each seed."""
    return fit_seeds(
        lambda: mlp(784, 100, 10),
        lambda params: optim.SGD(params, lr=lr),
        nn.functional.cross_entropy,
        loaders.train,
        loaders.val,
        1,
        seeds=seeds,
    )[-1]


def main():
    split, numbers = parts(), {}
    for size in SIZES:
        loaders = data.make_loaders(split, batch_size=size)

        def loss(lr, loaders=loaders):
            return race(loaders, lr, CHOOSE)["val_loss"].nan_to_num(10).clamp(max=10).mean().item()

        tried = {lr: loss(lr) for lr in RATES}
        around = min(tried, key=tried.get)
        tried |= {around * factor: loss(around * factor) for factor in (2**-0.5, 2**0.5)}
        best = min(tried, key=tried.get)
        record = race(loaders, best, MEASURE)
        errors = 1 - record["val_accuracy"]
        numbers[str(size)] = {
            "step": best,
            "at_the_edge": around in (RATES[0], RATES[-1]),
            "tried": {f"{lr:.4f}": value for lr, value in sorted(tried.items())},
            "loss": record["val_loss"].tolist(),
            "errors": errors.tolist(),
        }
        print(f"batches of {size:<5} step {best:.3f}  loss {record['val_loss'].mean():.4f}  errors {errors.mean():.4f}")
    save("batches", numbers)


if __name__ == "__main__":
    main()
