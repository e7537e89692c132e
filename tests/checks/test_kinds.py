"""Each exercise is held against every kind of wrong answer that a check has ever let through."""

import inspect

import pytest
from answers import KINDS, RIGHT, RULED_OUT, exercises
from kinds import BUILD, PREDICT

EXERCISES = exercises()


def asked(exercise):
    """The kinds that it must be held against."""
    return BUILD if any(map(callable, RIGHT[exercise])) else PREDICT


@pytest.mark.parametrize("key", EXERCISES)
def test_every_kind_is_represented_or_ruled_out(key):
    exercise = EXERCISES[key]
    missing = asked(exercise) - KINDS[exercise] - set(RULED_OUT[exercise])
    assert not missing, f"no wrong answer, and no reason why there is none: {sorted(kind.name for kind in missing)}"


@pytest.mark.parametrize("key", EXERCISES)
def test_what_is_ruled_out_has_a_reason_and_no_answer(key):
    exercise = EXERCISES[key]
    both = KINDS[exercise] & set(RULED_OUT[exercise])
    assert not both, f"ruled out, and yet there is an answer: {sorted(kind.name for kind in both)}"
    for kind, reason in RULED_OUT[exercise].items():
        assert kind in asked(exercise), f"{kind.name} is not asked of this exercise"
        assert len(reason.split()) >= 3 and "\n" not in reason


def test_both_types_of_exercise_are_there():
    assert {len(asked(exercise)) for exercise in EXERCISES.values()} == {len(PREDICT), len(BUILD)}
    assert inspect.getdoc(exercises), "registered answers are found"
