"""How much faster `fit_seeds` trains many seeds at once than `fit` trains one after another.

The digits on 64-128-64-10 in batches of 32, evaluation included on both sides; on one thread, which a kernel of the book
has, and on all cores. Goal: 5 times at 32 seeds on two cores.
"""

import os
from itertools import product

import torch
from record import in_turns, medians, save
from torch import nn

from course_lib import data, optim
from course_lib.models import mlp
from course_lib.seed import get_device, seed_everything
from course_lib.train import fit, fit_seeds

N_EPOCHS, REPEATS = 4, 3
CASES = [(0.5, 1), (0.5, 4), (0.5, 16), (0.5, 32), (0.0, 32)]  # dropout, number of seeds
THREADS = sorted({1, os.cpu_count()})


def make_optimizer(params):
    return optim.SGD(params, lr=0.05, momentum=0.9)


def main():
    train_loader, val_loader, _ = data.make_loaders(data.split(*data.digits()))
    loss_fn, n_steps = nn.CrossEntropyLoss(), N_EPOCHS * len(train_loader)
    numbers = []
    print(
        f"{'threads':8}{'dropout':>8}{'seeds':>6}{'one by one ms/step':>20}{'at once ms/step':>18}{'times faster':>14}"
    )
    for threads, (dropout, n_seeds) in product(THREADS, CASES):
        torch.set_num_threads(threads)
        seeds = range(n_seeds)

        def make_model(dropout=dropout):
            return mlp(64, 128, 64, 10, dropout=dropout)

        def one_by_one(make_model=make_model, seeds=seeds):
            for seed in seeds:
                seed_everything(seed)
                model = make_model().to(get_device())
                optimizer = make_optimizer(model.parameters())
                fit(model, optimizer, loss_fn, train_loader.reseeded(seed), val_loader, N_EPOCHS)

        def at_once(make_model=make_model, seeds=seeds):
            fit_seeds(make_model, make_optimizer, loss_fn, train_loader, val_loader, N_EPOCHS, seeds=seeds)

        times = medians(in_turns({"one_by_one": one_by_one, "at_once": at_once}, REPEATS))
        one, many = (times[name] / n_steps * 1e3 for name in ("one_by_one", "at_once"))
        case = {"threads": threads, "dropout": dropout, "seeds": n_seeds}
        numbers.append({**case, "one_by_one_ms": one, "at_once_ms": many, "speedup": one / many})
        print(f"{threads:<8}{dropout:8}{n_seeds:6}{one:20.2f}{many:18.2f}{one / many:14.2f}")
    save("seeds", numbers)


if __name__ == "__main__":
    main()
