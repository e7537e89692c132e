"""What all checks share: run a learner's answer safely, then say in two lines how it did.

A check is a function of the answer with ``@Exercise`` above it. Each ``expect`` in it states one thing that must hold;
the first that does not ends the check, with what is wrong and a hint that does not give the answer away. Learners'
code runs only inside `call`, or `ask`, which also compares the arguments. What comes back is read by `number`,
`several`, `tensor`; `probes` compares it. Types and completeness first, then values.
"""

import contextlib
import dis
import functools
import importlib
import inspect
import io
import linecache
import math
import numbers
import os
import traceback
from dataclasses import asdict, dataclass
from decimal import Decimal

import numpy
import torch
from torch import nn

from .child import Ended, can_copy, in_child
from .limits import TimeUp, session_kept, within

DOES_NOTHING = {"RESUME", "NOP", "LOAD_CONST", "RETURN_CONST", "RETURN_VALUE"}  # the bytecode of a body that is `...`
NO_RETURN = "A function gives None when it does not end with a return."
PRINTED = 2000  # characters of what the learner's code prints that are shown


class Mistake(Exception):
    """The answer is wrong: what is wrong with it, and a hint."""

    def __init__(self, message, hint=""):
        super().__init__(message, hint)
        self.message, self.hint = message, hint


class NotAttempted(Exception):
    """The answer is still the stub."""


def expect(condition, message, hint=""):
    """Go on if `condition` holds; otherwise the answer is wrong, for this reason."""
    if not condition:
        raise Mistake(message, hint)


# Running the learner's code


def call(answer, *args, **kwargs):
    """``answer(*args, **kwargs)``; an exception in the learner's code becomes a `Mistake` that shows their line."""
    expect(
        callable(answer),
        f"expected a function, got {type(answer).__name__}",
        "Hand over the function itself, without calling it.",
    )
    try:
        value = answer(*args, **kwargs)
    except (TimeUp, KeyboardInterrupt):
        raise
    except BaseException as error:
        if isinstance(error, NotImplementedError) and not str(error):  # the stub of nbgrader
            raise NotAttempted from None
        text = shown(error)
        what = f"{type(error).__name__}: {text}" if text else type(error).__name__
        raise Mistake(f"your code raised {what}", _line_of(error)) from error
    if value is ... or value is None and _is_stub(answer):
        raise NotAttempted
    return value


def ask(answer, *args, changes=(), hint="", copied=True):
    """`call` with copies of the arguments, none of which may be changed but those at the places `changes`.

    Tensors, arrays and containers of them are copied, so the check's own stay as they are; with ``copied=False`` they
    are handed over themselves. A generator, a model or a function always is; of a model the weights, buffers, modes
    and gradients are compared.
    """
    given = [_copy(arg) if copied else arg for arg in args]
    before = [_state(arg) for arg in args]
    value = call(answer, *given)
    for place, (arg, state) in enumerate(zip(given, before)):
        if place not in changes and not _same(_state(arg), state):
            kind = "model" if isinstance(arg, nn.Module) else "list" if isinstance(arg, (list, dict, set)) else "tensor"
            raise Mistake(f"your function changes {_name(answer, place)} that it is given", hint or CHANGED[kind])
    return value


CHANGED = {
    "tensor": "Operators such as -=, methods with a _ at the end, and a[i] = … write into the caller's tensor. "
    "Make a new one.",
    "list": "Methods such as .sort() and .append(), and a[i] = …, change the caller's own. Work on a copy.",
    "model": "Others use it as it is: its weights and its mode, train() or eval(), should be what they were.",
}


def _copy(value):
    if isinstance(value, torch.Tensor):
        return value.detach().clone().requires_grad_(value.requires_grad)
    if isinstance(value, numpy.ndarray):
        return value.copy()
    if type(value) in (list, tuple, set):
        return type(value)(map(_copy, value))
    if type(value) is dict:
        return {key: _copy(item) for key, item in value.items()}
    return value


def _state(value):
    """What can be compared later: copies, so that a later change does not reach them."""
    if isinstance(value, nn.Module):
        grads = [param.grad for param in value.parameters()]
        modes = [module.training for module in value.modules()]
        free = [param.requires_grad for param in value.parameters()]
        return _copy([dict(value.state_dict()), modes, free, grads])
    return _copy(value)


def _same(a, b):
    """Whether two copies are alike in type, shape, dtype and every value, nan included."""
    if type(a) is not type(b):
        return False
    if isinstance(a, torch.Tensor):
        alike = a.shape == b.shape and a.dtype == b.dtype and a.device == b.device
        alike = alike and a.requires_grad == b.requires_grad
        return alike and (a.is_meta or bool(((a == b) | ((a != a) & (b != b))).all()))
    if isinstance(a, numpy.ndarray):
        alike = a.shape == b.shape and a.dtype == b.dtype
        return alike and bool(((a == b) | ((a != a) & (b != b))).all())
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(map(_same, a, b))
    if isinstance(a, dict):
        return list(a) == list(b) and all(map(_same, a.values(), b.values()))
    return a is b or a == b


def _name(answer, place):
    """What the learner calls the argument at this place."""
    function = answer.forward if isinstance(answer, nn.Module) else answer
    try:
        given = inspect.signature(function).parameters.values()
        names = [param.name for param in given if param.kind not in (param.VAR_POSITIONAL, param.VAR_KEYWORD)]
        return f"the argument {names[place]}"
    except (IndexError, TypeError, ValueError):
        return f"argument {place + 1}"


def _is_stub(function):
    code = getattr(function, "__code__", None)
    return code is not None and {step.opname for step in dis.get_instructions(code)} <= DOES_NOTHING


def _line_of(error):
    """The deepest line of a notebook cell (cells run in ``__main__``) on the way to `error`."""
    cells = [
        (frame.f_code.co_filename, line)
        for frame, line in traceback.walk_tb(error.__traceback__)
        if frame.f_globals.get("__name__") == "__main__"
    ]
    if cells:
        return f"Line {cells[-1][1]} of your cell: {linecache.getline(*cells[-1]).strip()}"
    called_wrongly = isinstance(error, TypeError) and "positional argument" in str(error)
    return "Does your function still take the arguments of the stub?" if called_wrongly else ""


# Reading what it returns


def close(a, b, rtol=1e-5, atol=1e-8):
    """Whether two numbers or tensors have one shape and agree within ``atol + rtol * |b|``, whatever their dtype."""
    a, b = (torch.as_tensor(value).detach().cpu().double() for value in (a, b))
    return a.shape == b.shape and torch.allclose(a, b, rtol=rtol, atol=atol)


def number(value, what="one number", finite=True):
    """`value` as a float, if it holds just one number.

    Python's, NumPy's, a Fraction, a Decimal, an array or tensor with one element; with ``finite=False`` also nan and
    infinity. No list and no text: the learner should know which of them they have.
    """
    if value is ...:
        raise NotAttempted
    expect(value is not None, f"expected {what}, got None", NO_RETURN)
    if isinstance(value, tuple):
        raise Mistake(f"expected {what}, got {_what(value)}", "Write 0.5 with a point, not with a comma.")
    plain = _plain(value)
    if isinstance(plain, torch.Tensor) and plain.is_meta:
        raise Mistake(f"expected {what}, got a tensor on the device meta", "Results stay where the arguments are.")
    if isinstance(plain, torch.Tensor) and plain.numel() == 1:
        plain = plain.item()
    elif isinstance(plain, (numpy.ndarray, numpy.generic)) and plain.size == 1:
        plain = plain.item()
    if isinstance(plain, bool) or not isinstance(plain, (numbers.Real, Decimal)):
        raise Mistake(f"expected {what}, got {_what(value)}", "Give the number itself.")
    try:
        plain = float(plain)
    except OverflowError:
        raise Mistake(f"expected {what}, got one with hundreds of digits", "Is it a power that runs away?") from None
    expect(
        math.isfinite(plain) or not finite,
        f"expected a finite number, got {plain}",
        "Was something divided by zero, or the logarithm of 0 taken?",
    )
    return plain


def several(value, n, what="things", hint=""):
    """`value` as a list, if it is `n` things: a tuple or list, or a tensor or array of that length."""
    if value is ...:
        raise NotAttempted
    expect(value is not None, f"expected {n} {what}, got None", NO_RETURN)
    hint = hint or f"Return {n} things, with commas between them."
    if isinstance(value, (torch.Tensor, numpy.ndarray)) and value.ndim:
        value = _plain(value)
        expect(len(value) == n, f"expected {n} {what}, got one {type(value).__name__} {tuple(value.shape)}", hint)
        return [value[i] for i in range(n)]
    if not isinstance(value, (tuple, list)):
        raise Mistake(f"expected {n} {what}, got {_what(value)}", hint)
    expect(len(value) == n, f"expected {n} {what}, got {len(value)}", hint)
    return list(value)


def tensor(value, shape=None, hint="Print the shape after each line: where does it change?", dtype=None, device="cpu"):
    """`value` as a plain torch.Tensor, if it is a tensor of this shape, this dtype and on this device."""
    expect(value is not None, "expected a torch.Tensor, got None", NO_RETURN)
    if not isinstance(value, torch.Tensor):  # an `expect` would print the value each time, which takes milliseconds
        raise Mistake(
            f"expected a torch.Tensor, got {_what(value)}",
            "Return the tensor itself: torch.stack makes one of a list of tensors.",
        )
    value = _plain(value)
    expect(
        value.layout == torch.strided and not value.is_nested,
        f"expected an ordinary tensor, got one with the layout {value.layout}".replace("torch.", ""),
        "A dense one: each number has its place.",
    )
    if shape is not None:
        wanted = tuple(shape)
        expect(value.shape == wanted, f"expected a tensor of shape {wanted}, got {tuple(value.shape)}", hint)
    expect(
        value.device.type == torch.device(device).type,
        f"expected a tensor on the device {device}, got one on {value.device}",
        "Results stay where the arguments are.",
    )
    expect(
        not value.is_complex() and (dtype is None or value.dtype == dtype),
        f"expected the dtype {dtype or 'of real numbers'}, got {value.dtype}".replace("torch.", ""),
        "Arithmetic keeps the dtype of its arguments. Which line changes it?",
    )
    return value


def _plain(value):
    """A tensor or array as exactly that, so that no method of a subclass is called later."""
    if isinstance(value, torch.Tensor):
        with torch._C.DisableTorchFunctionSubclass():
            return value if type(value) in (torch.Tensor, nn.Parameter) else value.as_subclass(torch.Tensor)
    return value.view(numpy.ndarray) if isinstance(value, numpy.ndarray) else value


def shown(value, length=200):
    """The text of `value` in one line, not too long, even if its own method fails."""
    try:
        text = " ".join(str(value).split())
    except Exception as error:
        return f"(its text raises {type(error).__name__})"
    return text if len(text) <= length else text[: length - 3] + "..."


def _what(value):
    if isinstance(value, (torch.Tensor, numpy.ndarray)):
        return f"{type(value).__name__} of shape {tuple(value.shape)}"
    if isinstance(value, (list, tuple, dict, set)) and len(value) > 20:
        return f"{type(value).__name__} of length {len(value)}"
    return f"{type(value).__name__}: {shown(value, 60)}"


# The verdict


@dataclass(frozen=True)
class Result:
    """What a check found: status "right", "wrong" or "not attempted", and what the learner reads.

    `trace` is the traceback of an exception in the learner's code, `printed` what that code has printed.
    """

    name: str
    status: str
    message: str = ""
    hint: str = ""
    trace: str = ""
    printed: str = ""

    def __str__(self):
        if self.status == "not attempted":
            return f"{self.name}: not attempted yet"
        first = f"✓ {self.name}: right" if self.status == "right" else f"✗ {self.name}: {self.message}"
        return first + (f"\n  {self.hint}" if self.hint else "")


class Printed(io.StringIO):
    """Keeps the first characters that are printed, and counts the rest."""

    def write(self, text):
        left = PRINTED - self.tell()
        if left > 0:
            super().write(text[:left] + (" … (the rest is not shown)\n" if len(text) > left else ""))
        return len(text)


class Exercise:
    """A check that prints its verdict instead of raising; with ``COURSE_STRICT=1`` an AssertionError unless right.

    `run` gives the `Result` instead. The check sees a session with torch's defaults and leaves none of its own. It has
    `seconds`: on Linux without CUDA it runs in a copy of the process, which is ended then whatever it does. Elsewhere
    an alarm in the main thread ends all but a long call inside C (see `limits`). The modules `needs`, slow to import,
    are imported before the clock starts: ``@Exercise.that(needs=["torch._dynamo"])``, which torch's optimizers use.
    """

    def __init__(self, check, seconds=10.0, needs=()):
        functools.update_wrapper(self, check)
        self.check, self.name, self.seconds, self.needs = check, check.__name__, seconds, tuple(needs)

    @classmethod
    def that(cls, **options):
        return functools.partial(cls, **options)

    def warm_up(self):
        for name in self.needs:
            importlib.import_module(name)

    def run(self, answer):
        if answer is ...:
            return Result(self.name, "not attempted")
        self.warm_up()
        if not can_copy():
            return self.run_here(answer)

        def work():
            try:
                return asdict(self.run_here(answer))
            except KeyboardInterrupt:  # the learner's own: Ctrl-C goes to the session, which then ends the copy
                return asdict(self._wrong("your code raised KeyboardInterrupt", "Only the keyboard should do that."))

        try:
            return Result(**in_child(work, self.seconds))
        except TimeUp:
            return self._wrong(*self._endless("Neither a call inside C nor an except for everything lets an alarm in."))
        except Ended as end:
            return self._wrong(f"your code has ended Python itself ({end})", "Here that was only a copy of it.")

    def run_here(self, answer):
        """`run` in this process, whatever the platform."""
        printed = Printed()
        with session_kept(), contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
            try:
                status, words = within(self.seconds, lambda: self._verdict(answer))
            except TimeUp as error:
                status, words = "wrong", (*self._endless(_line_of(error)), _trace(error))
        message, hint, trace = (*words, "", "", "")[:3]
        return Result(self.name, status, message, hint, trace, printed.getvalue())

    def _verdict(self, answer):
        try:
            remark = self.check(answer)
            return "right", ("", remark or "")
        except NotAttempted:
            return "not attempted", ()
        except Mistake as mistake:
            cause = mistake.__cause__
            return "wrong", (mistake.message, mistake.hint, _trace(cause) if cause else "")
        except MemoryError as error:
            return "wrong", ("your answer needs more memory than there is", "Print the shapes.", _trace(error))
        except Exception as error:  # not in the learner's code, that goes through `call`: in reading what it gave
            message = f"your answer can't be read ({type(error).__name__}: {shown(error)})"
            hint = "Compare it with what the task asks for: its type, its length, its shape, its names."
            return "wrong", (message, hint, _trace(error))

    def _endless(self, hint):
        return f"still running after {self.seconds:g} s: an endless loop?", hint

    def _wrong(self, message, hint):
        return Result(self.name, "wrong", message, hint)

    def __call__(self, answer):
        result = self.run(answer)
        if result.printed:
            print(result.printed, end="" if result.printed.endswith("\n") else "\n")
        if result.status != "right" and os.environ.get("COURSE_STRICT") == "1":
            raise AssertionError(f"{result}\n{result.trace}".strip())
        print(result)


def _trace(error):
    return "".join(traceback.format_exception(error))
