"""Which momentum wins on MNIST after one epoch, each at its own best step size: the race of the digits, at a larger scale.

784-100-10, 10,000 images to train on and 5,000 others to measure on, batches of 64. Each beta tries the same step sizes,
alpha / (1 - beta), a factor of 1.5 apart. The one with the lowest training loss on the seeds `CHOOSE` is run on the
seeds `MEASURE`. Written: for each beta that step size and, per seed, the training loss (nats) and the share of wrong
answers on the 5,000. Needs MNIST.
"""

from record import save
from torch import nn

from course_lib import data, optim
from course_lib.models import mlp
from course_lib.train import fit_seeds

BETAS = (0.0, 0.5, 0.8, 0.9, 0.99)
CANDIDATES = [0.05 * 1.5**k for k in range(11)]
CHOOSE, MEASURE = range(4), range(100, 108)


def make_loaders():
    if not data.has_mnist():
        raise SystemExit("MNIST is not here: set COURSE_DATA_DIR to the folder that holds MNIST/raw.")
    parts = data.split(*data.mnist(), (1 / 6, 1 / 12, 3 / 4))  # 10,000 and 5,000 images; the rest is left alone
    return data.make_loaders(data.normalize(parts), batch_size=64)


def race(beta, lr, seeds, loaders):
    """The record of one epoch: training loss and validation accuracy for each seed."""
    return fit_seeds(
        lambda: mlp(784, 100, 10),
        lambda params: optim.SGD(params, lr=lr, momentum=beta),
        nn.functional.cross_entropy,
        loaders.train,
        loaders.val,
        1,
        seeds=seeds,
    )[-1]


def main():
    loaders, numbers = make_loaders(), {}
    for beta in BETAS:
        tried = {c: race(beta, c * (1 - beta), CHOOSE, loaders)["train_loss"].nan_to_num(10).mean() for c in CANDIDATES}
        best = min(tried, key=tried.get)
        record = race(beta, best * (1 - beta), MEASURE, loaders)
        errors = 1 - record["val_accuracy"]
        numbers[str(beta)] = {
            "step": best,
            "at_the_edge": best in (CANDIDATES[0], CANDIDATES[-1]),
            "loss": record["train_loss"].tolist(),
            "errors": errors.tolist(),
        }
        print(f"beta {beta:<5} step {best:.3f}  loss {record['train_loss'].mean():.4f}  errors {errors.mean():.4f}")
    save("momentum", numbers)


if __name__ == "__main__":
    main()
