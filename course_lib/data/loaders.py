"""Loaders: batches of tensors that lie on the device already, so that the training loop moves nothing."""

import copy
import operator
from typing import NamedTuple

import torch

from course_lib.seed import generator, get_device

EVALUATION_BATCH = 512  # without gradients large batches cost little memory and save time


class Loader:
    """Iterate over (inputs, targets) in batches; the last one may be smaller; `len` is the number of batches.

    With `shuffle` every pass draws the next order from the loader's own CPU generator, which starts at
    seed + COURSE_SEED: the orders are the same on every device, and nothing else that is random changes them. To start
    again with the first order, use `reseeded(seed)`.

    `transform(inputs, targets)` is applied to each batch and returns both: the place for augmentation and mixup.

    Raises ValueError when the lengths differ or are 0, or when batch_size is not a whole number from 1 up, and TypeError
    for inputs and targets that are no tensors. NumPy's integers are whole numbers too.
    """

    def __init__(self, inputs, targets, batch_size=32, shuffle=False, seed=0, transform=None):
        for name, values in (("inputs", inputs), ("targets", targets)):
            if not isinstance(values, torch.Tensor):
                raise TypeError(f"{name} are a {type(values).__name__}: pass a tensor, torch.as_tensor({name})")
        if len(inputs) != len(targets) or len(inputs) == 0:
            raise ValueError(f"{len(inputs)} inputs and {len(targets)} targets: pass as many of both, at least one")
        self.inputs, self.targets = inputs, targets
        self.batch_size, self.shuffle, self.transform = checked_batch_size(batch_size), shuffle, transform
        self.generator = generator(operator.index(seed))

    def __len__(self):
        return -(-len(self.inputs) // self.batch_size)  # rounded up

    def __iter__(self):
        return self.batches(self.order())

    def order(self):
        """Return the numbers of the examples, (n,), in the order of the next pass."""
        n = len(self.inputs)
        return torch.randperm(n, generator=self.generator) if self.shuffle else torch.arange(n)

    def batches(self, order):
        """Yield the batches of an `order` (n,), or of several stacked, (seeds, n): batches (seeds, batch, ...)."""
        for examples in order.to(self.inputs.device).split(self.batch_size, dim=-1):
            inputs, targets = take(self.inputs, examples), take(self.targets, examples)
            if self.transform is not None and order.ndim == 1:
                inputs, targets = self.transform(inputs, targets)
            elif self.transform is not None:  # each seed for itself
                pairs = [self.transform(*pair) for pair in zip(inputs, targets, strict=True)]
                inputs, targets = map(torch.stack, zip(*pairs, strict=True))
            yield inputs, targets

    def reseeded(self, seed):
        """Return a loader of the same data whose orders start anew from `seed` + COURSE_SEED."""
        other = copy.copy(self)
        other.generator = generator(operator.index(seed))
        return other

    def transformed(self, transform):
        """Return a loader of the same data and orders that applies `transform(inputs, targets)` to each batch."""
        other = copy.copy(self)
        other.transform = transform
        return other


def checked_batch_size(batch_size):
    """Return `batch_size` as an int; raise ValueError unless it is a whole number, 1 or larger."""
    try:
        number = operator.index(batch_size)
    except TypeError:
        number = 0
    if number < 1:
        raise ValueError(f"batch_size is {batch_size!r}: pass a whole number, 1 or larger")
    return number


def take(tensor, examples):
    """Return tensor[examples]; index_select copies whole rows, which on a CPU is several times faster."""
    return tensor.index_select(0, examples.flatten()).unflatten(0, examples.shape)


class Loaders(NamedTuple):
    """The three loaders of a split."""

    train: Loader
    val: Loader
    test: Loader


def make_loaders(split, batch_size=32, seed=0, device=None):
    """Return loaders of the train, val and test parts of `split`, moved to `device` (None: get_device()) once.

    Only train is shuffled, by `seed`. Val and test come in their own order, in batches of at least EVALUATION_BATCH.
    """
    device = get_device() if device is None else device
    parts = [(inputs.to(device), targets.to(device)) for inputs, targets in (split.train, split.val, split.test)]
    train, val, test = parts
    evaluation_batch = max(batch_size, EVALUATION_BATCH)
    return Loaders(
        Loader(*train, batch_size, shuffle=True, seed=seed),
        Loader(*val, evaluation_batch),
        Loader(*test, evaluation_batch),
    )
