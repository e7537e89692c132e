"""A fair race of five optimizers, on three small tasks and on MNIST: equal budgets, rates that lie inside, other seeds.

Each optimizer tries the same 13 learning rates, 10^-5 to 10, two a decade, and then four more around its best. Lowest
wins: the mean over the seeds `CHOOSE` of the validation loss at the end of training. That rate runs on the seeds
`MEASURE`, and what it loses is measured on a third part of the data. Everything else is the same for all: network,
initial weights, batches, epochs, and the other options, which stay at their defaults.

The tasks: digits (64-32-10), the breast-cancer table (30-16-2) with standardized columns and with the columns as they
come, which differ by a factor of 10^5, and 10,000 images of MNIST (784-100-10). Written for each optimizer: all rates
with the loss for each seed, the rate chosen, and what it gives on the third part. For MNIST, `right` has a digit for
each of the 5,000 images: how many of the eight networks got it right. Needs MNIST.
"""

import torch
from record import save
from torch.nn import functional as F

from course_lib import data, optim
from course_lib.data import Loader
from course_lib.models import mlp
from course_lib.seed import get_device
from course_lib.train import epochs_seeds

OPTIMIZERS = {
    "SGD": lambda params, lr: optim.SGD(params, lr=lr),
    "momentum": lambda params, lr: optim.SGD(params, lr=lr, momentum=0.9),
    "Adagrad": lambda params, lr: optim.Adagrad(params, lr=lr),
    "RMSprop": lambda params, lr: optim.RMSprop(params, lr=lr),
    "Adam": lambda params, lr: optim.Adam(params, lr=lr),
}
COARSE = [10 ** (k / 2) for k in range(-10, 3)]
AROUND = [10 ** (k / 6) for k in (-2, -1, 1, 2)]  # four more, a factor of 1.47 apart
CHOOSE, MEASURE = range(8), range(100, 108)
WORST = 10.0  # the loss of a run that diverged


def tasks():
    """Return for each task its parts, the sizes of its network, its batch size and its number of epochs."""
    if not data.has_mnist():
        raise SystemExit("MNIST is not here: set COURSE_DATA_DIR to the folder that holds MNIST/raw.")
    table = data.split(*data.breast_cancer(), (0.5, 0.25, 0.25))
    images = data.split(*data.mnist(), (1 / 6, 1 / 12, 3 / 4))
    images = images._replace(test=tuple(part[:5000] for part in images.test))
    return {
        "digits": (data.normalize(data.split(*data.digits())), (64, 32, 10), 32, 5),
        "table": (data.normalize(table), (30, 16, 2), 32, 10),
        "table, raw": (table, (30, 16, 2), 32, 10),
        "MNIST": (data.normalize(images), (784, 100, 10), 64, 3),
    }


def run(task, name, lr, seeds, part):
    """Return the last record of a training, and the loader of the part on which it was evaluated."""
    split, sizes, batch_size, n_epochs = task
    train, measured = ([tensor.to(get_device()) for tensor in pair] for pair in (split.train, getattr(split, part)))
    loader = Loader(*train, batch_size=batch_size, shuffle=True)
    others = Loader(*measured, batch_size=1000)
    make = (lambda: mlp(*sizes)), (lambda params: OPTIMIZERS[name](params, lr))
    *_, last = epochs_seeds(*make, F.cross_entropy, loader, others, n_epochs, seeds=seeds)
    return last, measured


def scores(record):
    """Return the loss of each seed; that of one that diverged is `WORST`."""
    return record["val_loss"].nan_to_num(WORST, posinf=WORST).clamp(max=WORST)


def race(task, name):
    """Return what one optimizer does in one task."""
    tried = {lr: scores(run(task, name, lr, CHOOSE, "val")[0]) for lr in COARSE}
    best = min(tried, key=lambda lr: tried[lr].mean())
    tried |= {best * f: scores(run(task, name, best * f, CHOOSE, "val")[0]) for f in AROUND}
    chosen = min(tried, key=lambda lr: tried[lr].mean())
    record, (inputs, targets) = run(task, name, chosen, MEASURE, "test")
    with torch.no_grad():
        right = sum((model(inputs).argmax(1) == targets).int() for model in record["models"])
    rates = sorted(tried)
    return {
        "rates": rates,
        "losses": [[round(loss, 5) for loss in tried[lr].tolist()] for lr in rates],
        "chosen": chosen,
        "at_the_edge": chosen in (rates[0], rates[-1]),
        "loss": scores(record).tolist(),
        "errors": (1 - record["val_accuracy"]).tolist(),
        "right": "".join(map(str, right.tolist())),
    }


def main():
    numbers = {"choose": len(CHOOSE), "measure": len(MEASURE), "tasks": {}}
    for title, task in tasks().items():
        numbers["tasks"][title] = {}
        for name in OPTIMIZERS:
            entry = race(task, name)
            numbers["tasks"][title][name] = entry
            loss, errors = (sum(entry[key]) / len(MEASURE) for key in ("loss", "errors"))
            edge = " AT THE EDGE" * entry["at_the_edge"]
            print(
                f"{title:11} {name:9} lr {entry['chosen']:.2e}  loss {loss:.4f}  errors {errors:.4f}{edge}", flush=True
            )
    save("optimizers", numbers)


if __name__ == "__main__":
    main()
