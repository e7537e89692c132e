"""The training loop for many seeds: what as many separate runs give, in one."""

import operator

import torch
from torch import nn
from torch.nn.parameter import is_lazy

from course_lib.seed import get_device, seed_everything
from course_lib.train.bar import progress
from course_lib.train.loop import check_max_norm, checked_n_epochs
from course_lib.train.stack import reason_not_to_stack
from course_lib.train.trainers import AtOnce, OneByOne


def epochs_seeds(
    make_model,
    make_optimizer,
    loss_fn,
    train_loader,
    val_loader,
    n_epochs,
    *,
    seeds=range(16),
    schedule=None,
    penalty=None,
    max_norm=None,
    stop=None,
):
    """Train one model for each seed, all at once, and yield one record (a dict) after each epoch.

    Seed s gets what this separate run gets, COURSE_SEED added to s in both:

        seed_everything(s)
        model = make_model().to(get_device())
        optimizer = make_optimizer(model.parameters())
        epochs(model, optimizer, loss_fn, train_loader.reseeded(s), val_loader, n_epochs, ...)

    up to rounding, and up to what is drawn while training (dropout, a transform), which differs from seed to seed and
    from the separate run. The records have the keys of `epochs`, and for each, `epoch` aside, a float64 CPU tensor
    (n_seeds,). `models` is the list of the n_seeds models, the same list in every record: at each yield they hold the
    weights after that epoch, so use `copy.deepcopy` to keep some.

    `train_loader` is a `Loader` of `course_lib.data`. The norm that `max_norm` bounds is each seed's own.
    `stop(record)` is called once after each epoch and returns a bool tensor (n_seeds,): where it is True the seed stands
    still from then on, and its values repeat. When all stand still, training ends.

    The seeds are trained as one model of stacked parameters (n_seeds, ...), so `make_optimizer` must treat each number by
    itself, as all those of `course_lib.optim` do. Models that can't be stacked are trained one after another, and a
    printed line says why.

    Raises ValueError and TypeError, at the first epoch, for arguments that can't be trained on.
    """
    seeds = checked_seeds(seeds)
    n_epochs = checked_n_epochs(n_epochs)
    check_max_norm(max_norm)
    check_train_loader(train_loader)
    models, optimizers = [], []
    for seed in seeds:
        seed_everything(seed)
        models.append(initialized(make_model().to(get_device()), train_loader.reseeded(seed)))
        optimizers.append(make_optimizer(models[-1].parameters()))
    check_separate(models, optimizers)
    batch = next(iter(train_loader.reseeded(seeds[0])))
    reason = reason_not_to_stack(models, optimizers, loss_fn, penalty, batch)
    if reason is not None:
        print(f"These models can't be stacked, so the {len(seeds)} seeds train one after another: {reason}")
    loaders = [train_loader.reseeded(seed) for seed in seeds]
    options = {"schedule": schedule, "penalty": penalty, "max_norm": max_norm}
    kind = AtOnce if reason is None else OneByOne
    trainer = kind(models, optimizers, loss_fn, loaders, val_loader, batch, options)
    values = {}
    running = torch.arange(len(seeds))  # the places of the seeds that have not stopped
    for epoch in progress(range(n_epochs), f"epochs of {len(seeds)} seeds"):
        for key, value in trainer.epoch().items():
            values.setdefault(key, torch.empty(len(seeds), dtype=torch.float64))[running] = value
        record = {"epoch": epoch, **{key: value.clone() for key, value in values.items()}, "models": models}
        yield record
        if stop is not None:
            going = ~checked_stop(stop(record), len(seeds))[running]
            running = running[going]
            if len(running) == 0:
                break
            trainer.keep(going)


def fit_seeds(
    make_model,
    make_optimizer,
    loss_fn,
    train_loader,
    val_loader,
    n_epochs,
    *,
    seeds=range(16),
    schedule=None,
    penalty=None,
    max_norm=None,
    stop=None,
):
    """Run `epochs_seeds`, with the same arguments, to the end, and return the list of its records."""
    options = {"seeds": seeds, "schedule": schedule, "penalty": penalty, "max_norm": max_norm, "stop": stop}
    return list(epochs_seeds(make_model, make_optimizer, loss_fn, train_loader, val_loader, n_epochs, **options))


def initialized(model, loader):
    """Return `model`; one with lazy layers after its first batch, so that these draw their weights by its own seed."""
    if any(is_lazy(tensor) for tensor in [*model.parameters(), *model.buffers()]):
        inputs, _ = next(iter(loader))
        with torch.no_grad():
            model.eval()(inputs)
    return model


def checked_seeds(seeds):
    """Return the seeds as a list of ints; raise unless there are some, whole numbers (NumPy's too), each once."""
    try:
        numbers = [operator.index(seed) for seed in seeds]
    except TypeError:
        raise TypeError(f"seeds are {seeds!r}: pass whole numbers, such as range(16)") from None
    if len(numbers) == 0 or len(set(numbers)) < len(numbers):
        raise ValueError(f"seeds are {numbers}: pass at least one, and each only once")
    return numbers


def check_train_loader(train_loader):
    """Raise TypeError unless this is a loader that gives an order for each seed."""
    if not all(hasattr(train_loader, name) for name in ("reseeded", "order", "batches")):
        raise TypeError(
            f"train_loader is a {type(train_loader).__name__}: pass a Loader of course_lib.data, which can draw the "
            "batches of every seed; augment with train_loader.transformed(transform)"
        )


def check_separate(models, optimizers):
    """Raise ValueError where two seeds would train one and the same model, parameter or optimizer."""
    changing = [
        tensor
        for model in models
        for tensor in [*model.parameters(), *model.buffers()]
        if tensor.requires_grad or not isinstance(tensor, nn.Parameter)
    ]
    for name, objects, remedy in (
        ("make_model", models, "build the model inside it, lambda: mlp(64, 10), not lambda: net"),
        ("make_model", changing, "build every part that training changes inside it, or copy it there by copy.deepcopy"),
        ("make_optimizer", optimizers, "build the optimizer inside it, lambda params: optim.SGD(params, lr=0.1)"),
    ):
        places = {id(thing): i for i, thing in enumerate(objects)}  # the last place of each
        again = [thing for i, thing in enumerate(objects) if places[id(thing)] != i]
        if again:
            raise ValueError(f"{name} returns the same {type(again[0]).__name__} for several seeds: {remedy}")


def checked_stop(stopped, n_seeds):
    """Return what `stop` returned as a bool tensor on the CPU; raise ValueError if it is none of (n_seeds,)."""
    stopped = torch.as_tensor(stopped)
    if stopped.dtype != torch.bool or stopped.shape != (n_seeds,):
        raise ValueError(
            f"stop returned {stopped.dtype} of shape {tuple(stopped.shape)}: it must return one bool for each of the "
            f'{n_seeds} seeds, such as record["val_loss"] < 0.1'
        )
    return stopped.cpu()
