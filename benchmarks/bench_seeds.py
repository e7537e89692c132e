"""How much `fit_seeds` saves over as many runs of `fit`, and how close a step of it comes to its products alone.

The digits on 64-128-64-10 in batches of 32, with SGD and momentum. Two measures, each of both sides in turns:

- `steps`: a whole step of 32 seeds (batches, loss, optimizer, metrics) against its batched products alone, the eight of
  forward and backward pass into buffers that exist already. Goals on one CPU thread: 2.2 times as long without dropout,
  3 times with the course's Dropout.
- `runs`: `fit_seeds` against `fit` for one seed after another, evaluation included on both sides, with and without
  dropout. Goals on an H200: 20 times faster at 64 seeds, 60 times at 256.
"""

import torch
from record import in_turns, medians, save
from torch import nn

from course_lib import data, optim
from course_lib.regularizers import Dropout
from course_lib.seed import get_device, seed_everything
from course_lib.train import fit, fit_seeds
from course_lib.train.loop import train_epoch
from course_lib.train.trainers import AtOnce

SIZES, BATCH = (64, 128, 64, 10), 32
SHARES = (0.0, 0.5)  # of dropout
STEP_GOALS = {0.0: 2.2, 0.5: 3.0}
N_SEEDS = {"cpu": (4, 32), "cuda": (32, 64, 256), "mps": (32,)}
RUN_GOALS = {"cuda": {64: 20, 256: 60}}
OPTIONS = {"schedule": None, "penalty": None, "max_norm": None}


def make_model(share):
    layers = [nn.Flatten()]
    for n_inputs, n_outputs in zip(SIZES[:-2], SIZES[1:-1]):
        layers += [nn.Linear(n_inputs, n_outputs), nn.ReLU(), Dropout(share)]
    return nn.Sequential(*layers, nn.Linear(*SIZES[-2:])).to(get_device())


def make_optimizer(params):
    return optim.SGD(params, lr=0.05, momentum=0.9)


def products(n_seeds, n_steps):
    """Return a function that computes the products of `n_steps` steps, forward and backward, and nothing else."""
    device = get_device()

    def stacked(*shape):
        return torch.randn(n_seeds, *shape, device=device)

    inputs, outputs = [stacked(BATCH, n) for n in SIZES[:-1]], [stacked(BATCH, n) for n in SIZES[1:]]
    weights = [stacked(*shape) for shape in zip(SIZES, SIZES[1:])]
    grads, weight_grads = [stacked(BATCH, n) for n in SIZES[1:]], [torch.empty_like(weight) for weight in weights]
    input_grads = [torch.empty_like(tensor) for tensor in inputs]

    def run():
        for _ in range(n_steps):
            for i in range(len(weights)):
                torch.bmm(inputs[i], weights[i], out=outputs[i])
            for i in reversed(range(len(weights))):
                torch.bmm(inputs[i].transpose(1, 2), grads[i], out=weight_grads[i])
                if i > 0:  # nobody asks for the gradient of the images
                    torch.bmm(grads[i], weights[i].transpose(1, 2), out=input_grads[i])

    return run


def epoch_of_steps(n_seeds, share, loaders):
    """Return a function that trains `n_seeds` seeds for an epoch."""
    models = []
    for seed in range(n_seeds):
        seed_everything(seed)
        models.append(make_model(share))
    optimizers = [make_optimizer(model.parameters()) for model in models]
    trains = [loaders.train.reseeded(seed) for seed in range(n_seeds)]
    batch = next(iter(loaders.train))
    trainer = AtOnce(models, optimizers, nn.CrossEntropyLoss(), trains, loaders.val, batch, OPTIONS)

    def run():
        train_epoch(trainer.stack, trainer.optimizer, trainer.losses, trainer.batches(), 0, **OPTIONS, seed_dims=1)

    return run


def measure_steps(threads, n_seeds, loaders):
    """Yield a dict for each share of dropout: milliseconds a step, of the products alone, and their ratio."""
    n_steps = len(loaders.train)
    sides = {share: epoch_of_steps(n_seeds, share, loaders) for share in SHARES}
    times = medians(in_turns({"products": products(n_seeds, n_steps), **sides}, repeats=15))
    alone = times["products"] / n_steps * 1e3
    for share in SHARES:
        step = times[share] / n_steps * 1e3
        goal = STEP_GOALS[share] if (get_device().type, threads, n_seeds) == ("cpu", 1, 32) else None
        case = {"threads": threads, "seeds": n_seeds, "dropout": share}
        print(f"{threads:<8}{n_seeds:6}{share:9}{alone:14.2f}{step:10.2f}{step / alone:8.2f}{goal or '':>8}")
        yield {**case, "products_ms": alone, "step_ms": step, "ratio": step / alone, "goal": goal}


def measure_runs(threads, n_seeds, share, loaders, n_epochs, repeats):
    """Return a dict: milliseconds a step of all seeds, one after another and at once, and how many times faster."""
    loss_fn, seeds = nn.CrossEntropyLoss(), range(n_seeds)

    def one_by_one():
        for seed in seeds:
            seed_everything(seed)
            model = make_model(share)
            fit(model, make_optimizer(model.parameters()), loss_fn, loaders.train.reseeded(seed), loaders.val, n_epochs)

    def at_once():
        fit_seeds(lambda: make_model(share), make_optimizer, loss_fn, loaders.train, loaders.val, n_epochs, seeds=seeds)

    times = medians(in_turns({"one_by_one": one_by_one, "at_once": at_once}, repeats))
    one, many = (times[name] / (n_epochs * len(loaders.train)) * 1e3 for name in ("one_by_one", "at_once"))
    goal = RUN_GOALS.get(get_device().type, {}).get(n_seeds)
    print(f"{threads:<8}{n_seeds:6}{share:9}{one:14.2f}{many:10.2f}{one / many:8.2f}{goal or '':>8}")
    case = {"threads": threads, "seeds": n_seeds, "dropout": share}
    return {**case, "one_by_one_ms": one, "at_once_ms": many, "speedup": one / many, "goal": goal}


def main():
    device = get_device().type
    loaders = data.make_loaders(data.split(*data.digits()), batch_size=BATCH)
    cores = torch.get_num_threads()
    numbers = {"steps": [], "runs": []}
    n_epochs, repeats = (4, 3) if device == "cpu" else (2, 3)
    print(f"{'threads':8}{'seeds':>6}{'dropout':>9}{'products ms':>14}{'step ms':>10}{'ratio':>8}{'goal':>8}")
    for threads in sorted({1, cores}) if device == "cpu" else (cores,):
        torch.set_num_threads(threads)
        for n_seeds in N_SEEDS[device][1:]:
            numbers["steps"] += measure_steps(threads, n_seeds, loaders)
    print(f"\n{'threads':8}{'seeds':>6}{'dropout':>9}{'one by one ms':>14}{'at once':>10}{'faster':>8}{'goal':>8}")
    for threads in sorted({1, cores}) if device == "cpu" else (cores,):
        torch.set_num_threads(threads)
        for n_seeds in N_SEEDS[device]:
            for share in SHARES:
                numbers["runs"].append(measure_runs(threads, n_seeds, share, loaders, n_epochs, repeats))
    save("seeds", numbers)


if __name__ == "__main__":
    main()
