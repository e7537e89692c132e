"""Right and wrong answers to the exercises, one module for each module of checks; learners never install them.

``@right(check.ewa)`` and ``@wrong(check.ewa, says="…")`` above a function register it as an answer; `says` are words
that the learner must read, `kind` says which kind of wrong answer it represents (see `kinds`); one may represent
several. Numbers are registered by calling the same: ``wrong(check.forget, says="1/e")(0.95)``.
"""

import importlib
import pkgutil
from collections import defaultdict

from kinds import Kind

from course_lib import checks
from course_lib.checks.core import Exercise

SHARED = ("core", "limits", "child", "probes")  # what all checks use
RIGHT = defaultdict(list)  # {exercise: [answer]}
WRONG = defaultdict(list)  # {exercise: [(answer, says)]}
KINDS = defaultdict(set)  # {exercise: kinds that a wrong answer represents}
RULED_OUT = defaultdict(dict)  # {exercise: {kind: why no wrong answer can be of it}}


def right(exercise):
    def register(answer):
        RIGHT[exercise].append(answer)
        return answer

    return register


def wrong(exercise, says, kind=()):
    """`kind` is one or several; without it the answer represents none."""

    def register(answer):
        WRONG[exercise].append((answer, says))
        KINDS[exercise].update([kind] if isinstance(kind, Kind) else kind)
        return answer

    return register


def rules_out(kind, reason, *exercises):
    """No wrong answer to these exercises can be of this kind, for this reason."""
    for exercise in exercises:
        RULED_OUT[exercise][kind] = reason


def topics():
    """{name: module} of the modules that hold checks."""
    names = [name for _, name, _ in pkgutil.iter_modules(checks.__path__) if name not in SHARED]
    return {name: importlib.import_module(f"course_lib.checks.{name}") for name in names}


def exercises():
    """{"momentum.ewa": the exercise} of all topics, their answers registered."""
    found = {}
    for topic, module in topics().items():
        importlib.import_module(f"answers.{topic}")
        found |= {f"{topic}.{name}": value for name, value in vars(module).items() if isinstance(value, Exercise)}
    return found
