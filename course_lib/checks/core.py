"""What all checks share: run a learner's answer safely, then say in two lines how it did.

A check is a function of the answer with ``@Exercise`` above it. Each ``expect`` in it states one thing that must hold;
the first that does not ends the check, with what is wrong and a hint that does not give the answer away.
"""

import dis
import functools
import linecache
import math
import numbers
import os
import traceback
from dataclasses import dataclass

import torch

from .limits import TimeUp, random_state_kept, time_limit

DOES_NOTHING = {"RESUME", "NOP", "LOAD_CONST", "RETURN_CONST", "RETURN_VALUE"}  # the bytecode of a body that is `...`
NO_RETURN = "A function gives None when it does not end with a return."


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


def call(answer, *args, **kwargs):
    """``answer(*args, **kwargs)``; an exception in the learner's code becomes a `Mistake` that shows their line."""
    expect(
        callable(answer),
        f"expected a function, got {type(answer).__name__}",
        "Hand over the function itself, without calling it.",
    )
    try:
        value = answer(*args, **kwargs)
    except (Exception, SystemExit) as error:
        if isinstance(error, NotImplementedError) and not str(error):  # the stub of nbgrader
            raise NotAttempted from None
        what = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        raise Mistake(f"your code raised {what}", _line_of(error)) from error
    if value is ... or value is None and _is_stub(answer):
        raise NotAttempted
    return value


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
    return "Does your function still take the arguments of the stub?" if isinstance(error, TypeError) else ""


def close(a, b, rtol=1e-5, atol=1e-8):
    """Whether two numbers or tensors have one shape and agree within ``atol + rtol * |b|``, whatever their dtype."""
    a, b = (torch.as_tensor(value).detach().cpu().double() for value in (a, b))
    return a.shape == b.shape and torch.allclose(a, b, rtol=rtol, atol=atol)


def number(value):
    """`value` as a float, if it is one number: Python's, NumPy's or a tensor with one element."""
    if value is ...:
        raise NotAttempted
    expect(value is not None, "expected one number, got None", NO_RETURN)
    expect(
        not isinstance(value, tuple), f"expected one number, got {value}", "Write 0.5 with a point, not with a comma."
    )
    if isinstance(value, torch.Tensor) and value.numel() == 1:
        value = value.item()
    if not isinstance(value, numbers.Real):
        raise Mistake(f"expected one number, got {_what(value)}", "Give the number itself.")
    expect(math.isfinite(value), f"expected a finite number, got {value}", "Was something divided by zero?")
    return float(value)


def tensor(value, shape, hint="Print the shape after each line: where does it change?"):
    """`value`, if it is a tensor of this shape."""
    expect(value is not None, "expected a torch.Tensor, got None", NO_RETURN)
    if not isinstance(value, torch.Tensor):  # an `expect` would print the tensor each time, which takes milliseconds
        raise Mistake(
            f"expected a torch.Tensor, got {_what(value)}",
            "Return the tensor itself: torch.stack makes one of a list of tensors.",
        )
    expect(value.shape == tuple(shape), f"expected a tensor of shape {tuple(shape)}, got {tuple(value.shape)}", hint)
    return value


def _what(value):
    text = " ".join(repr(value).split())
    return f"{type(value).__name__}: {text if len(text) < 60 else text[:57] + '...'}"


@dataclass(frozen=True)
class Result:
    """What a check found: status "right", "wrong" or "not attempted", and what the learner reads."""

    name: str
    status: str
    message: str = ""
    hint: str = ""
    error: BaseException | None = None

    def __str__(self):
        if self.status == "not attempted":
            return f"{self.name}: not attempted yet"
        first = f"✓ {self.name}: right" if self.status == "right" else f"✗ {self.name}: {self.message}"
        return first + (f"\n  {self.hint}" if self.hint else "")


class Exercise:
    """A check that prints its verdict instead of raising; with ``COURSE_STRICT=1`` an AssertionError unless right.

    `run` gives the `Result` instead. The random state is afterwards what it was, and a check that takes longer than
    `seconds` ends (in the main thread, on systems with alarms; an operation inside torch is not interrupted).
    """

    def __init__(self, check, seconds=10.0):
        functools.update_wrapper(self, check)
        self.check, self.name, self.seconds = check, check.__name__, seconds

    def run(self, answer):
        try:
            if answer is ...:
                raise NotAttempted
            with random_state_kept(), time_limit(self.seconds):
                remark = self.check(answer)
            return Result(self.name, "right", hint=remark or "")
        except NotAttempted:
            return Result(self.name, "not attempted")
        except Mistake as mistake:
            return Result(self.name, "wrong", mistake.message, mistake.hint, mistake.__cause__)
        except TimeUp as error:
            message = f"still running after {self.seconds:g} s: an endless loop?"
            return Result(self.name, "wrong", message, _line_of(error), error)
        except Exception as error:  # not the learner's code, that goes through `call`
            return Result(
                self.name,
                "wrong",
                f"the check cannot read your answer ({type(error).__name__}: {error})",
                "Is it what the task asks for? Then the check is at fault: please tell us.",
                error,
            )

    def __call__(self, answer):
        result = self.run(answer)
        if result.status != "right" and os.environ.get("COURSE_STRICT") == "1":
            raise AssertionError(str(result)) from result.error
        print(result)
