"""Every check accepts right answers of different kinds, and says the words that help for each wrong one."""

import inspect
import os
import re
import socket

import pytest
from answers import RIGHT, WRONG, exercises

EXERCISES = exercises()


def is_predict(exercise):
    """Whether the answer is a value and not a function."""
    return not any(inspect.isfunction(answer) for answer in RIGHT[exercise])


def label(answer):
    """A name that is the same in every process: workers must collect the same tests."""
    return getattr(answer, "__name__", re.sub(r" at 0x[0-9a-f]+", "", repr(answer)))


FUNCTIONS = [key for key, exercise in EXERCISES.items() if not is_predict(exercise)]


@pytest.fixture(autouse=True)
def no_network(monkeypatch):
    def refuse(*args, **kwargs):
        raise AssertionError("a check opened a socket")

    monkeypatch.setattr(socket, "socket", refuse)


@pytest.mark.parametrize(
    "exercise, answer",
    [
        pytest.param(exercise, answer, id=f"{key}: {label(answer)}")
        for key, exercise in EXERCISES.items()
        for answer in RIGHT[exercise]
    ],
)
def test_right_answer_is_accepted(exercise, answer):
    exercise.warm_up()
    before = os.times()
    result = exercise.run(answer)
    after = os.times()
    # Of the processor, in this process and in the check's child: other work on the machine must not decide.
    assert sum(after[:4]) - sum(before[:4]) < 1, "a check takes less than a second"
    assert str(result).startswith(f"✓ {exercise.name}: right"), str(result)


@pytest.mark.parametrize(
    "exercise, answer, says",
    [
        pytest.param(exercise, answer, says, id=f"{key}: {label(answer)}")
        for key, exercise in EXERCISES.items()
        for answer, says in WRONG[exercise]
    ],
)
def test_wrong_answer_is_rejected_with_words_that_help(exercise, answer, says):
    result = exercise.run_here(answer)  # a copy of the process each time takes four times as long as the check
    assert str(result).startswith(f"✗ {exercise.name}: "), f"the check accepts a wrong answer: {result}"
    assert says in str(result), f"the learner reads {str(result)!r}"
    assert result.hint or result.trace, "a wrong answer gets a hint, or its exception"
    assert "can't be read" not in result.message, "what learners do wrong is told in words"


@pytest.mark.parametrize("key", EXERCISES)
def test_there_are_enough_answers(key):
    exercise = EXERCISES[key]
    assert len(RIGHT[exercise]) >= (1 if is_predict(exercise) else 2)
    assert len(WRONG[exercise]) >= 4
    assert all(says for _, says in WRONG[exercise])


def test_there_are_exercises():
    assert FUNCTIONS and len(FUNCTIONS) < len(EXERCISES)  # both kinds


@pytest.mark.parametrize("key", EXERCISES)
def test_stub_is_not_attempted(key):
    assert str(EXERCISES[key].run(...)) == f"{EXERCISES[key].name}: not attempted yet"


@pytest.mark.parametrize("key", FUNCTIONS)
def test_empty_function_is_not_attempted_and_a_forgotten_return_is_wrong(key):
    exercise = EXERCISES[key]

    def stub(*args):
        """What to do."""
        ...  # your code here

    def without_return(*args):
        RIGHT[exercise][0](*args)

    assert exercise.run_here(stub).status == "not attempted"
    result = exercise.run_here(without_return)
    assert result.status == "wrong" and "return" in str(result), str(result)


@pytest.mark.parametrize("key", FUNCTIONS)
def test_function_that_raises_is_wrong(key):
    def typo(*args):
        return args.shpae

    assert "your code raised AttributeError: 'tuple' object has no attribute 'shpae'" in str(
        EXERCISES[key].run_here(typo)
    )
