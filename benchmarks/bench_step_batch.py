"""How much step size, batch size and width matter on MNIST after one epoch of plain descent; the map of the first two.

784-100-10, 10,000 images to train on and 5,000 others to measure on. A map: the loss on the 5,000 for each step size of
`RATES`, a factor of 2 apart, and each batch size of `SIZES`, mean over the seeds `CHOOSE`. Then one choice at a time is made
8 times smaller and 8 times larger than at batches of 128 with the step size that was best there, on the seeds `MEASURE`:
the step size, the batch size, the batch size with the step size that is best for it, and the width. Written: the map, and
for each choice the losses (nats) and the shares of wrong answers per seed. Needs MNIST.
"""

from record import save
from torch import nn

from course_lib import data, optim
from course_lib.models import mlp
from course_lib.train import fit_seeds

SIZES = (16, 128, 1024)
RATES = [0.005 * 2**k for k in range(10)]
CHOOSE, MEASURE = range(4), range(100, 106)


def parts():
    if not data.has_mnist():
        raise SystemExit("MNIST is not here: set COURSE_DATA_DIR to the folder that holds MNIST/raw.")
    return data.normalize(data.split(*data.mnist(), (1 / 6, 1 / 12, 3 / 4)))  # the rest is left alone


def main():
    split = parts()
    loaders = {size: data.make_loaders(split, batch_size=size) for size in SIZES}

    def run(lr, size, seeds, width=100):
        record = fit_seeds(
            lambda: mlp(784, width, 10),
            lambda params: optim.SGD(params, lr=lr),
            nn.functional.cross_entropy,
            loaders[size].train,
            loaders[size].val,
            1,
            seeds=seeds,
        )[-1]
        loss = record["val_loss"].nan_to_num(10, posinf=10).clamp(max=10)
        return {"loss": loss.tolist(), "errors": (1 - record["val_accuracy"].nan_to_num(0)).tolist()}

    losses = {size: {lr: sum(run(lr, size, CHOOSE)["loss"]) / len(CHOOSE) for lr in RATES} for size in SIZES}
    best = {size: min(tried, key=tried.get) for size, tried in losses.items()}
    small, middle, large = SIZES
    lr = best[middle]
    choices = {
        "none": (lr, middle),
        "step size / 8": (lr / 8, middle),
        "step size × 8": (lr * 8, middle),
        "batch size / 8": (lr, small),
        "batch size × 8": (lr, large),
        "batch size / 8, step size chosen anew": (best[small], small),
        "batch size × 8, step size chosen anew": (best[large], large),
    }
    measured = {name: run(*setting, MEASURE) for name, setting in choices.items()}
    measured |= {name: run(lr, middle, MEASURE, width) for name, width in (("width / 8", 12), ("width × 8", 800))}
    for name, values in measured.items():
        print(f"{name:40} loss {sum(values['loss']) / 6:.3f}  errors {sum(values['errors']) / 6:.4f}")
    edges = {size: step in (RATES[0], RATES[-1]) for size, step in best.items()}
    save("step_batch", {"map": losses, "best": best, "at_the_edge": edges, "choices": measured})


if __name__ == "__main__":
    main()
