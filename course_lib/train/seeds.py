"""The training loop for many seeds: what as many separate runs give, in one."""

import torch

from course_lib.seed import get_device, seed_everything
from course_lib.train.bar import progress
from course_lib.train.loop import check_arguments, fit
from course_lib.train.stack import Stack, reason_not_to_stack


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
    seeds = list(seeds)
    check_arguments(n_epochs, max_norm)
    check_seeds(seeds, train_loader)
    models = []
    for seed in seeds:
        seed_everything(seed)
        models.append(make_model().to(get_device()))
    loaders = [train_loader.reseeded(seed) for seed in seeds]
    reason = reason_not_to_stack(models, loss_fn, penalty, next(iter(train_loader.reseeded(seeds[0]))))
    if reason is not None:
        print(f"These models can't be stacked, so the {len(seeds)} seeds train one after another: {reason}")
    trainer = (Stack if reason is None else OneByOne)(
        models, make_optimizer, loss_fn, loaders, val_loader, schedule=schedule, penalty=penalty, max_norm=max_norm
    )
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


def fit_seeds(*args, **kwargs):
    """Run `epochs_seeds` to the end, with the same arguments, and return the list of its records."""
    return list(epochs_seeds(*args, **kwargs))


class OneByOne:
    """Models that train one after another, an epoch each."""

    def __init__(self, models, make_optimizer, loss_fn, loaders, val_loader, *, schedule, penalty, max_norm):
        self.runs = [
            (model, make_optimizer(model.parameters()), loader) for model, loader in zip(models, loaders, strict=True)
        ]
        self.loss_fn, self.val_loader = loss_fn, val_loader
        self.schedule, self.penalty, self.max_norm = schedule, penalty, max_norm
        self.step = 0

    def epoch(self):
        """Train and evaluate every model for an epoch; return a dict of float64 tensors (running seeds,)."""
        schedule, done = self.schedule, self.step
        records = []
        for model, optimizer, loader in self.runs:
            records += fit(
                model,
                optimizer,
                self.loss_fn,
                loader,
                self.val_loader,
                n_epochs=1,
                schedule=None if schedule is None else lambda step: schedule(done + step),
                penalty=self.penalty,
                max_norm=self.max_norm,
            )
        self.step += len(loader)
        keys = [key for key in records[0] if key != "epoch"]
        return {key: torch.tensor([record[key] for record in records], dtype=torch.float64) for key in keys}

    def keep(self, going):
        """Go on with the models where `going`, a bool tensor (running seeds,), is True."""
        self.runs = [run for run, goes in zip(self.runs, going.tolist(), strict=True) if goes]


def check_seeds(seeds, train_loader):
    """Raise unless there are seeds, each once, and a loader that gives an order for each."""
    if len(seeds) == 0 or len(set(seeds)) < len(seeds):
        raise ValueError(f"seeds are {seeds}: pass at least one, and each only once")
    if not all(hasattr(train_loader, name) for name in ("reseeded", "order", "batches")):
        raise TypeError(
            f"train_loader is a {type(train_loader).__name__}: pass a Loader of course_lib.data, which can draw the "
            "batches of every seed; augment with train_loader.transformed(transform)"
        )


def checked_stop(stopped, n_seeds):
    """Return what `stop` returned as a bool tensor on the CPU; raise ValueError if it is none of (n_seeds,)."""
    stopped = torch.as_tensor(stopped)
    if stopped.dtype != torch.bool or stopped.shape != (n_seeds,):
        raise ValueError(
            f"stop returned {stopped.dtype} of shape {tuple(stopped.shape)}: it must return one bool for each of the "
            f'{n_seeds} seeds, such as record["val_loss"] < 0.1'
        )
    return stopped.cpu()
