"""The rates that a schedule gives, and the range test, which looks for the rates worth trying."""

import copy
import math
from contextlib import contextmanager

import torch

from course_lib.schedules.arguments import at_least, whole

TOO_HIGH = 4  # a loss of so many times the best one so far: the rate is too large


def rates(schedule, lr, n_steps):
    """Return the learning rates of steps 0 to n_steps - 1, a list: lr · schedule(t), which is what `epochs` uses.

    Raises ValueError unless n_steps is a whole number from 0 up.
    """
    return [lr * schedule(t) for t in range(whole("n_steps", n_steps, 0))]


def lr_range_test(model, optimizer, loss_fn, loader, low, high, n_steps):
    """Train for n_steps at rates that grow geometrically from `low` to `high`; return the rates and the losses.

    Both are float64 tensors on the CPU, of equal length. `losses[i]` is that of batch i at the weights before the step of
    rate `rates[i]` = low · (high / low)^(i / (n_steps - 1)); so a rate that is too large shows one step later. The test
    stops early at a loss above 4 times the best one so far, which is returned too, or at one that is not finite, which is
    not.
    All parameter groups get the same rate. The loader starts anew where it ends.

    It trains a copy, so weights, buffers, optimizer state, learning rate, training mode and gradients stay as they were,
    and so do the random numbers to come: those of torch, on the CPU or CUDA, and of the loader's own generator.

    Source: Smith, Cyclical Learning Rates for Training Neural Networks, 2017, doi 10.1109/WACV.2017.58, who lets the rates
    grow in a straight line and looks at the accuracy; the geometric growth is fastai's.
    Raises ValueError unless 0 < low < high and n_steps is a whole number from 2 up, and for a loader that gives nothing.
    """
    n_steps = whole("n_steps", n_steps, 2)
    low, high = at_least("low", low, 0), at_least("high", high, 0)
    if not 0 < low < high:
        raise ValueError(f"low is {low:g} and high is {high:g}: pass rates with 0 < low < high")
    candidates = [low * (high / low) ** (i / (n_steps - 1)) for i in range(n_steps)]
    model, optimizer, loss_fn = copy.deepcopy((model, optimizer, loss_fn))  # together: the optimizer's are the model's
    model.train()
    losses = []
    with random_numbers_kept(model, loader):
        for lr, (inputs, targets) in zip(candidates, endless(loader)):
            optimizer.zero_grad()
            loss = loss_fn(model(inputs), targets)
            if not math.isfinite(loss.item()):
                break
            losses.append(loss.item())
            if losses[-1] > TOO_HIGH * min(losses):
                break
            for group in optimizer.param_groups:
                group["lr"] = lr
            loss.backward()
            optimizer.step()
    return tuple(torch.tensor(values, dtype=torch.float64) for values in (candidates[: len(losses)], losses))


def endless(loader):
    """Yield the batches of a loader again and again."""
    while True:
        n_batches = 0
        for batch in loader:
            n_batches += 1
            yield batch
        if n_batches == 0:
            raise ValueError(
                "loader gave no batch: pass a loader, which starts anew each time; a generator, or iter(loader), is used up"
            )


@contextmanager
def random_numbers_kept(model, loader):
    """Set torch's random numbers and the loader's own generator back at the end."""
    generator = getattr(loader, "generator", None)
    state = None if generator is None else generator.get_state()
    devices = {param.device for param in model.parameters() if param.device.type == "cuda"}
    with torch.random.fork_rng(devices):
        try:
            yield
        finally:
            if generator is not None:
                generator.set_state(state)
