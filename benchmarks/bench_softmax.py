"""What a second softmax costs on MNIST: cross entropy of logits against cross entropy of probabilities taken for logits.

784-100-10, 10,000 images to train on and 5,000 others to measure on, three epochs, batches of 64. Each loss tries the
same step sizes, a factor of 1.5 apart. The one with the lowest training loss in the last epoch, on the seeds `CHOOSE`, is
run on the seeds `MEASURE`. (The accuracy after the last step is too noisy to choose by: near the largest stable step it
jumps from seed to seed.) Written: for each loss that step size and, per seed, the share of wrong answers. Needs MNIST.
"""

from record import save
from torch.nn.functional import cross_entropy

from course_lib import data, optim
from course_lib.models import mlp
from course_lib.train import fit_seeds

LOSSES = {
    "cross entropy": cross_entropy,
    "softmax, then cross entropy": lambda logits, targets: cross_entropy(logits.softmax(1), targets),
}
CANDIDATES = [0.03 * 1.5**k for k in range(13)]
CHOOSE, MEASURE = range(4), range(100, 108)


def make_loaders():
    if not data.has_mnist():
        raise SystemExit("MNIST is not here: set COURSE_DATA_DIR to the folder that holds MNIST/raw.")
    return data.make_loaders(data.normalize(data.split(*data.mnist(), (1 / 6, 1 / 12, 3 / 4))), batch_size=64)


def last_epoch(loss_fn, lr, seeds, loaders):
    """The record of the third epoch: training loss and validation accuracy for each seed."""
    return fit_seeds(
        lambda: mlp(784, 100, 10),
        lambda params: optim.SGD(params, lr=lr),
        loss_fn,
        loaders.train,
        loaders.val,
        3,
        seeds=seeds,
    )[-1]


def main():
    loaders, numbers = make_loaders(), {}
    for name, loss_fn in LOSSES.items():
        tried = {lr: last_epoch(loss_fn, lr, CHOOSE, loaders)["train_loss"].nan_to_num(10).mean() for lr in CANDIDATES}
        best = min(tried, key=tried.get)
        errors = 1 - last_epoch(loss_fn, best, MEASURE, loaders)["val_accuracy"]
        edge = best in (CANDIDATES[0], CANDIDATES[-1])
        numbers[name] = {"step": best, "at_the_edge": edge, "errors": errors.tolist()}
        print(f"{name:28} step {best:.3f}  errors {errors.mean():.4f}")
    save("softmax", numbers)


if __name__ == "__main__":
    main()
