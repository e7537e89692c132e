"""The two ways to train many models for an epoch: all at once as a stack, or one after another."""

from contextlib import nullcontext

import torch
from torch.func import vmap

from course_lib.losses.arguments import trusted_targets
from course_lib.train.each import losses_of
from course_lib.train.loop import evaluate, measure, record_of, train_epoch
from course_lib.train.stack import Stack, stacked_optimizer


class AtOnce:
    """Models that train as one stack."""

    def __init__(self, models, optimizers, loss_fn, loaders, val_loader, batch, options):
        self.stack = Stack(models)
        self.optimizer = stacked_optimizer(self.stack, optimizers)
        self.loaders, self.val_loader, self.options = loaders, val_loader, dict(options)
        if options["penalty"] is not None:
            self.options["penalty"] = vmap(options["penalty"])
        inputs, targets = batch  # of one seed, to try the loss on
        self.stack.eval()
        with torch.no_grad():
            outputs = self.stack(inputs)
            self.trusted = all([targets_are_right(loss_fn, outputs[0], loader) for loader in (loaders[0], val_loader)])
            with self.trust():
                self.losses, reason = losses_of(loss_fn, outputs, targets.expand(len(models), *targets.shape))
        if reason is not None:
            print(f"loss_fn is computed for one seed after another, which is slower: {reason}")
        self.step = 0

    def epoch(self):
        """Train and evaluate for an epoch and write into the models; return float64 tensors (running seeds,)."""
        stack, losses = self.stack, self.losses
        with self.trust():
            train_loss, self.step = train_epoch(
                stack, self.optimizer, losses, self.batches(), self.step, **self.options, seed_dims=1
            )
            with torch.no_grad():
                val = measure(stack, losses, self.val_batches(), seed_dims=1)
        stack.write_back()
        return record_of(train_loss, val, self.optimizer)

    def trust(self):
        """Return a context in which the losses of the course do not look at targets that are known to be right."""
        return trusted_targets() if self.trusted else nullcontext()

    def batches(self):
        """Return an iterator of the batches of the next epoch, (seeds, batch, ...)."""
        return self.loaders[0].batches(torch.stack([loader.order() for loader in self.loaders]))

    def val_batches(self):
        """Yield the inputs (batch, ...) of all seeds and the targets of each, (seeds, batch, ...)."""
        for inputs, targets in self.val_loader:
            yield inputs, targets.expand(len(self.stack), *targets.shape)

    def keep(self, going):
        """Go on with the models where `going`, a bool tensor (running seeds,), is True."""
        self.stack.keep(going, self.optimizer)
        self.loaders = [loader for loader, goes in zip(self.loaders, going.tolist(), strict=True) if goes]


class OneByOne:
    """Models that train one after another, an epoch each."""

    def __init__(self, models, optimizers, loss_fn, loaders, val_loader, batch, options):
        self.runs = list(zip(models, optimizers, loaders, strict=True))
        self.loss_fn, self.val_loader, self.options = loss_fn, val_loader, options
        self.step = 0

    def epoch(self):
        """Train and evaluate every model for an epoch; return a dict of float64 tensors (running seeds,)."""
        records = []
        for model, optimizer, loader in self.runs:
            train_loss, end = train_epoch(model, optimizer, self.loss_fn, loader, self.step, **self.options)
            records.append(record_of(train_loss, evaluate(model, self.loss_fn, self.val_loader), optimizer))
        self.step = end
        return {key: torch.tensor([each[key] for each in records], dtype=torch.float64) for key in records[0]}

    def keep(self, going):
        """Go on with the models where `going`, a bool tensor (running seeds,), is True."""
        self.runs = [run for run, goes in zip(self.runs, going.tolist(), strict=True) if goes]


def targets_are_right(loss_fn, outputs, loader):
    """Return True once loss_fn has seen all targets of a loader, in batches, and raises what it raises for a wrong one.

    So a loss need not look at each batch later, for which it would wait for a GPU. Return False where the targets of a
    batch are not known before (after a transform, or of another kind of loader) or are not on the device of the outputs,
    which evaluation will say. outputs (batch, ...) are those of some batch.
    """
    if not torch.is_tensor(getattr(loader, "targets", None)) or loader.transform is not None:
        return False
    if loader.targets.device != outputs.device:
        return False
    for targets in loader.targets.split(loader.batch_size):
        loss_fn(outputs[torch.arange(len(targets), device=outputs.device) % len(outputs)], targets)
    return True
