"""Which schedule wins on MNIST after three epochs, each at its own best peak: the race of the digits, at a larger scale.

784-100-10, 10,000 images, batches of 64, SGD with momentum 0.9. Each schedule tries nine peaks: five from 0.003 up, a
factor of 3 apart, and four around the best of them, a factor of the cube root of 3 apart. The peak with the lowest loss on
5,000 other images, mean over the seeds `CHOOSE`, is run on the seeds `MEASURE` and measured on 10,000 further images.
Written: for each schedule all tries, the chosen peak, loss (nats) and share of wrong answers for each seed, and its
errors less those of the constant rate (percentage points) with intervals over seeds and over images. Needs MNIST.
"""

import torch
from record import save
from torch import nn

from course_lib import data, optim, schedules
from course_lib.claims import interval
from course_lib.models import mlp
from course_lib.train import fit_seeds

EPOCHS = 3
COARSE = [0.003 * 3**k for k in range(5)]
FINE = [3 ** (k / 3) for k in (-2, -1, 1, 2)]
CHOOSE, MEASURE = range(4), range(100, 108)


def make_loaders():
    if not data.has_mnist():
        raise SystemExit("MNIST is not here: set COURSE_DATA_DIR to the folder that holds MNIST/raw.")
    parts = data.split(*data.mnist(), (1 / 6, 1 / 12, 3 / 4))
    parts = parts._replace(test=tuple(values[:10_000] for values in parts.test))
    return data.make_loaders(data.normalize(parts), batch_size=64)


def make_schedules(n):
    warm = n // 20
    return {
        "constant": schedules.constant(),
        "step": schedules.step_decay(n // 3),
        "exponential": schedules.exponential(0.01 ** (1 / n)),
        "linear": schedules.linear(n),
        "cosine": schedules.cosine(n),
        "warm-up, cosine": schedules.warmup(warm, schedules.cosine(n - warm)),
        "warm-up, stable, decay": schedules.wsd(n, warm, n // 5),
        "triangular": schedules.triangular(n // 8),
        "one-cycle": schedules.one_cycle(n),
    }


def race(schedule, peak, seeds, train, other):
    """The record of the last epoch: loss and accuracy on the other images for each seed, and the models."""
    return fit_seeds(
        lambda: mlp(784, 100, 10),
        lambda params: optim.SGD(params, lr=peak, momentum=0.9),
        nn.functional.cross_entropy,
        train,
        other,
        EPOCHS,
        seeds=seeds,
        schedule=schedule,
    )[-1]


def errors_by_image(models, loader):
    """In how many per cent of the models' answers each image is wrong, (n,)."""
    with torch.no_grad():
        batches = [torch.stack([m.eval()(x).argmax(1) != y for m in models]).double().mean(0) for x, y in loader]
    return 100 * torch.cat(batches).cpu()


def main():
    loaders, numbers, by_seed, by_image = make_loaders(), {}, {}, {}
    for name, schedule in make_schedules(EPOCHS * len(loaders.train)).items():

        def loss_of(peak, schedule=schedule):
            return race(schedule, peak, CHOOSE, loaders.train, loaders.val)["val_loss"].nan_to_num(10).mean().item()

        tried = {peak: loss_of(peak) for peak in COARSE}
        middle = min(tried, key=tried.get)
        tried |= {middle * factor: loss_of(middle * factor) for factor in FINE}
        peak = min(tried, key=tried.get)
        record = race(schedule, peak, MEASURE, loaders.train, loaders.test)
        by_seed[name] = 100 * (1 - record["val_accuracy"])
        by_image[name] = errors_by_image(record["models"], loaders.test)
        numbers[name] = {
            "peak": peak,
            "at_the_edge": peak in (min(tried), max(tried)),
            "tried": {f"{p:.4g}": loss for p, loss in sorted(tried.items())},
            "loss": record["val_loss"].tolist(),
            "errors": by_seed[name].tolist(),
        }
        if name != "constant":
            for over, errors in (("seeds", by_seed), ("examples", by_image)):
                numbers[name][f"against_constant_over_{over}"] = interval(errors[name] - errors["constant"], over=over)[
                    :4
                ]
        print(f"{name:24} peak {peak:.3f}  loss {record['val_loss'].mean():.4f}  errors {by_seed[name].mean():.2f} %")
    save("schedules", numbers)


if __name__ == "__main__":
    main()
