"""A check prints one verdict, never raises in a notebook, and shows the learner's own line."""

import linecache
import subprocess
import sys
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
import torch

from course_lib.checks.core import Exercise, call, close, expect, number, tensor


@Exercise
def seven(answer):
    """The number seven."""
    expect(number(answer) == 7, "that is not seven", "Count again.")


@Exercise
def double(answer):
    expect(number(call(answer, 4)) == 8, "4 is not doubled", "Twice.")
    return "Also for 4."


def cell(source, name="cell 5"):
    """What a notebook does with a cell; its names."""
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    names = {"__name__": "__main__"}
    exec(compile(source, name, "exec"), names)
    return names


@pytest.mark.parametrize(
    "answer, printed",
    [
        (7, "✓ seven: right\n"),
        (8, "✗ seven: that is not seven\n  Count again.\n"),
        (..., "seven: not attempted yet\n"),
        (None, "✗ seven: expected one number, got None\n  A function gives None when it does not end with a return.\n"),
    ],
)
def test_prints_a_verdict_and_returns_nothing(answer, printed, capsys, monkeypatch):
    monkeypatch.delenv("COURSE_STRICT", raising=False)
    assert seven(answer) is None
    assert capsys.readouterr().out == printed


def test_right_answer_may_get_a_remark():
    assert str(double.run(lambda x: 2 * x)) == "✓ double: right\n  Also for 4."


def test_strict_raises_unless_right(monkeypatch, capsys):
    monkeypatch.setenv("COURSE_STRICT", "1")
    seven(7)
    assert capsys.readouterr().out == "✓ seven: right\n"
    with pytest.raises(AssertionError, match="✗ seven: that is not seven"):
        seven(8)
    with pytest.raises(AssertionError, match="seven: not attempted yet"):
        seven(...)


@pytest.mark.parametrize("value", ["", "0"])
def test_not_strict(value, monkeypatch):
    monkeypatch.setenv("COURSE_STRICT", value)
    seven(8)


def test_strict_shows_where_the_answer_failed(monkeypatch):
    monkeypatch.setenv("COURSE_STRICT", "1")
    with pytest.raises(AssertionError, match="Traceback(.|\n)*lambda x: x / 0(.|\n)*ZeroDivisionError"):
        double(lambda x: x / 0)


def test_exception_is_shown_with_its_line():
    names = cell("def helper(x):\n    return x.sdt()\n\ndef answer(x):\n    return helper(x)\n")
    assert str(double.run(names["answer"])) == (
        "✗ double: your code raised AttributeError: 'int' object has no attribute 'sdt'\n"
        "  Line 2 of your cell: return x.sdt()"
    )


def test_exception_inside_torch_is_shown_with_the_learners_line():
    names = cell("import torch\ndef answer(x):\n    return torch.nn.Linear(2, 3)(torch.ones(5))\n")
    result = str(double.run(names["answer"]))
    assert "your code raised RuntimeError: " in result
    assert result.endswith("Line 3 of your cell: return torch.nn.Linear(2, 3)(torch.ones(5))")


def test_wrong_arguments():
    names = cell("def answer():\n    return 8\n")
    assert str(double.run(names["answer"])).endswith(
        "takes 0 positional arguments but 1 was given\n  Does your function still take the arguments of the stub?"
    )


def test_a_wrong_type_inside_is_no_wrong_argument():
    assert "stub" not in str(double.run(lambda x: {}[[]]))


def test_called_instead_of_handed_over():
    assert str(double.run(8)).startswith("✗ double: expected a function, got int")


def test_endless_loop_is_shown_with_its_line():
    names = cell("def answer(x):\n    while True:\n        pass\n")
    lines = str(Exercise(double.check, 0.2).run(names["answer"])).split("\n")
    assert lines[0] == "✗ double: still running after 0.2 s: an endless loop?"
    assert lines[1] in ("  Line 2 of your cell: while True:", "  Line 3 of your cell: pass")


def test_system_exit_is_reported_and_interrupt_passes():
    def leave(x):
        sys.exit("enough")

    def leave_silently(x):
        sys.exit()

    def stop(x):
        raise KeyboardInterrupt

    assert "your code raised SystemExit: enough" in str(double.run(leave))
    assert str(double.run(leave_silently)) == "✗ double: your code raised SystemExit"
    with pytest.raises(KeyboardInterrupt):
        double.run_here(stop)


STUBS = {
    "empty": "...  # your code here",
    "with a docstring": '"""Double it."""\n    ...  # your code here',
    "pass": "pass",
    "a result to fill": "result = ...  # your code here\n    return result",
    "of nbgrader": "raise NotImplementedError()",
    "return": "return",
}


@pytest.mark.parametrize("body", STUBS.values(), ids=STUBS)
def test_stub_is_not_attempted(body):
    assert double.run(cell(f"def answer(x):\n    {body}\n")["answer"]).status == "not attempted"


def test_attempt_is_not_taken_for_a_stub():
    for body, words in {
        "2 * x": "return",
        "return 3": "not doubled",
        "torch = x": "return",
        "print": "return",
        "raise NotImplementedError('tensor x')": "tensor x",
    }.items():
        result = double.run(cell(f"def answer(x):\n    {body}\n")["answer"])
        assert result.status == "wrong" and words in str(result), body


def test_what_cannot_be_read_is_told_in_words():
    @Exercise
    def careless(answer):
        return answer["low"]

    result = careless.run({})
    assert result.status == "wrong" and "can't be read (KeyError: 'low')" in result.message
    assert "its type" in result.hint and "KeyError" in result.trace


@pytest.mark.parametrize(
    "value",
    [
        7,
        7.0,
        Fraction(14, 2),
        Decimal("7"),
        np.float32(7),
        np.int64(7),
        np.array(7.0),
        np.array([[7]]),
        torch.tensor(7.0),
        torch.tensor([7]),
        torch.tensor(7.0, requires_grad=True),
        torch.nn.Parameter(torch.tensor(7.0)),
    ],
    ids=repr,
)
def test_number(value):
    assert number(value) == 7 and type(number(value)) is float


@pytest.mark.parametrize(
    "value, words",
    [
        ((0, 79), "with a point"),
        ("0.79", "got str"),
        ([1], "got list"),
        (torch.ones(2), "got Tensor"),
        (float("nan"), "finite"),
        (torch.tensor(float("inf")), "finite"),
        (None, "got None"),
        (1j, "got complex"),
        (True, "got bool"),
        (np.bool_(True), "got bool"),
        (10**400, "hundreds of digits"),
        (np.ones(2), "ndarray of shape (2,)"),
        ([0] * 10**6, "list of length 1000000"),
        ("x" * 99, "..."),
    ],
)
def test_not_a_number(value, words):
    @Exercise
    def any_number(answer):
        number(answer)

    result = any_number.run(value)
    assert result.status == "wrong" and words in str(result), str(result)
    assert len(result.message) < 120


@pytest.mark.parametrize(
    "value, words",
    [([1, 2], "got list"), (None, "got None"), (torch.zeros(3), "expected a tensor of shape (2,), got (3,)")],
)
def test_not_the_tensor(value, words):
    @Exercise
    def pair(answer):
        tensor(answer, (2,))

    assert words in str(pair.run(value))
    assert pair.run(torch.zeros(2)).status == "right"


def test_close():
    assert close(torch.ones(2), torch.ones(2, dtype=torch.float64) + 1e-6)
    assert not close(torch.ones(2), torch.ones(2) + 1e-3)
    assert not close(torch.ones(2), 1.0), "another shape"
    assert not close(float("nan"), float("nan"))
    assert close(torch.ones(1, requires_grad=True), [1])


def test_keeps_its_name_and_text():
    assert seven.name == seven.__name__ == "seven" and seven.__doc__ == "The number seven."


def test_import_is_light():
    """Neither torchvision nor torch's optimizers (they pull in its compiler) nor matplotlib: 3 s each."""
    code = (
        "import sys; from course_lib.checks import momentum; "
        "print([m for m in ('torchvision', 'torch._dynamo', 'matplotlib', 'sklearn') if m in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
