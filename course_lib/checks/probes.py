"""One line for each kind of wrong answer: data that are other, shapes, state, gradients, forbidden routes, chance.

Each raises a `Mistake` with words that help, which the `hint` of a call replaces. `core.ask` compares the arguments.
"""

import sys
import threading

import torch
from torch.utils._python_dispatch import TorchDispatchMode

from .core import Mistake, ask, close, expect, tensor

KEEPS = "Does something live on from one call to the next: a global, a cache, a default argument, a buffer?"


def normal(*shape, seed=0, dtype=torch.float32):
    """Random numbers that are the same in every session."""
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=dtype)


def worst(found, right):
    """The place, a tuple, where two tensors of one shape differ most; a nan counts most of all."""
    gap = (found.detach().double() - right.detach().double()).abs()
    gap = torch.where(found.detach() == right.detach(), 0.0, gap).nan_to_num(torch.inf, torch.inf)
    at, place = gap.argmax().item(), []
    for size in reversed(gap.shape):  # torch.unravel_index would import sympy first, for seconds
        at, index = divmod(at, size)
        place.insert(0, index)
    return tuple(place)


def agree(found, right, what="your result", hint="", rtol=1e-5, atol=1e-8):
    """Expect two tensors of one shape to agree; the message shows the place that is farthest off."""
    if not close(found, right, rtol, atol):
        place = worst(found, right)
        at = f"{what}[{', '.join(map(str, place))}]" if place else what
        raise Mistake(f"{at} is {found[place].item():.5g} instead of {right[place].item():.5g}", hint)


def same_as(answer, reference, cases, hint="", what="your result", rtol=1e-5, atol=1e-8, same_dtype=True, hints=()):
    """Expect what `reference` makes of each case, a tuple of arguments, which must be a tensor.

    The answer is asked about all cases first and its results are read then; the first case is asked again at the end.
    So it shows if one call changes what another gave. `hints` has the hint of each case, if they differ.
    """
    results = []
    for i, case in enumerate(cases):
        own = (hints[i] if i < len(hints) else "") or hint
        right = reference(*case)
        value = tensor(ask(answer, *case), right.shape, own, right.dtype if same_dtype else None)
        agree(value, right, what, own, rtol, atol)
        results.append((value, value.detach().clone()))
    for value, then in results:
        expect(
            close(value, then, 0, 0) or value.isnan().any(), "a later call changes what an earlier one returned", KEEPS
        )
    again = tensor(ask(answer, *cases[0]), results[0][1].shape, KEEPS)
    if not close(again, results[0][1], rtol, atol):
        raise Mistake("the same question gets another answer when others were asked in between", KEEPS)


def slopes(value, wrt):
    """The gradients of the sum of `value`, expected to reach each tensor in `wrt`."""
    expect(
        value.requires_grad,
        "no gradient comes through: nothing could be learned from this",
        "Which line leaves autograd: .item(), .detach(), .data, torch.tensor(), no_grad, NumPy?",
    )
    found = torch.autograd.grad(value.sum(), wrt, allow_unused=True)
    expect(
        all(grad is not None for grad in found),
        "the gradient reaches only some of the arguments",
        "Which line leaves autograd: .item(), .detach(), .data, torch.tensor(), no_grad, NumPy?",
    )
    return found


def same_slopes(answer, reference, case, places=(0,), rtol=1e-4, atol=1e-6):
    """Expect the gradients of `reference` with respect to the arguments at `places`."""
    found = []
    for function in (answer, reference):
        args = [arg.clone().requires_grad_() if place in places else arg for place, arg in enumerate(case)]
        value = tensor(ask(function, *args, copied=False))
        found.append(slopes(value, [args[place] for place in places]))
    for mine, right in zip(*found):
        expect(
            close(mine, right, rtol, atol),
            "the values are right, their gradient is not",
            "Is a part of the computation detached, or rounded?",
        )


# Forbidden routes


LIBRARIES = ("torch", "aten", "Tensor", "TensorBase", "_VariableFunctionsClass", "numpy", "ndarray")


class _Operations(TorchDispatchMode):
    def __init__(self, seen):
        super().__init__()
        self.seen = seen

    @classmethod
    def _should_skip_dynamo(cls):  # else torch imports its compiler first, for seconds
        return False

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        self.seen.add(f"aten.{func.overloadpacket.__name__}")
        return func(*args, **(kwargs or {}))


def routes(answer, *args):
    """What the answer returns, and the functions that it ran on the way, whatever it calls them.

    Names as {"torch.nn.functional.cross_entropy", "Tensor.logsumexp", "aten._log_softmax", "course_lib.metrics…"};
    "aten" are the operations inside torch, which catch what is called out of sight.
    """
    seen, before, in_threads = set(), sys.getprofile(), threading.getprofile()

    def note(frame, event, arg):
        if event == "call":
            seen.add(f"{frame.f_globals.get('__name__')}.{frame.f_code.co_name}")
        elif event == "c_call":
            owner = getattr(arg, "__module__", None) or type(getattr(arg, "__self__", None)).__name__
            seen.add(f"{owner}.{getattr(arg, '__name__', '')}")

    try:
        with _Operations(seen):
            threading.setprofile(note)  # in those that the answer starts
            sys.setprofile(note)
            value = ask(answer, *args)
    finally:
        sys.setprofile(before)
        threading.setprofile(in_threads)
    return value, seen


def forbid(answer, *args, names=(), modules=(), hint=""):
    """`ask`, and a `Mistake` if the answer runs a function of these names, in torch or NumPy, or of these modules."""
    value, seen = routes(answer, *args)
    for route in sorted(seen, key=lambda route: (route.startswith("aten."), route)):  # what learners know comes first
        module, _, name = route.rpartition(".")
        if (
            module.split(".")[0] in LIBRARIES
            and name in names
            or any(route.startswith(f"{banned}.") for banned in modules)
        ):
            raise Mistake(f"your code uses {route}, which this task forbids", hint or "Write that part yourself.")
    return value


# Chance


def draws(answer, *args, seeds=200):
    """What the answer returns for each of so many seeds of a generator, its last argument."""
    return [ask(answer, *args, torch.Generator().manual_seed(seed)) for seed in range(seeds)]


def drawn_evenly(parts, n, what="the part", hint=""):
    """Expect index tensors, one a draw, to hold each of `n` examples equally often, and neighbours no more often.

    Frequencies and pairs within 5.5 standard deviations: rolled, sorted or half shuffled orders fall far outside.
    """
    chosen = torch.zeros(len(parts), n, dtype=torch.float64)
    for row, part in zip(chosen, parts):
        row[part] = 1
    k = chosen.sum(1).mean()
    expect(len({tuple(row.tolist()) for row in chosen}) > len(parts) / 2, f"{what} is almost always the same set", hint)
    share = k / n
    _within(chosen.mean(0), share, len(parts), f"some examples come into {what} more often than others", hint)
    for step in (1, 2, n // 2):
        pair = share * (k - 1) / (n - 1)
        message = f"examples that lie {step} apart come into {what} together more or less often than by chance"
        _within((chosen * chosen.roll(step, 1)).mean(0), pair, len(parts), message, hint)


def _within(found, share, n, message, hint):
    spread = (share * (1 - share) / n) ** 0.5
    expect(
        (found - share).abs().max() <= 5.5 * spread + 1e-9, message, hint or "Is the whole order random, every time?"
    )
