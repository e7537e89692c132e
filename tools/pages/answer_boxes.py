"""What the page needs to check the answer of a *predict* exercise without a kernel, found by asking the exercise's check.

The answers that the check accepts are an interval for each number. All numbers, in millionths, are cut into cells as wide
as the interval, one of which is the interval itself. The page knows width and offset of the cells, and a salted hash of
the right cell's number. So the answer does not stand in the page's source, and box and check agree to a millionth.

The limit: whoever wants to can try all cells. There are few, so a slower hash would only slow the reader down. The box
keeps the answer from the eye that falls on it, as the fold on the page of solutions does.
"""

import ast
import re
from dataclasses import dataclass
from numbers import Real

from tools.notebooks.exercises import tasks

SCALE = 10**6  # an answer is read to a millionth
LARGEST = 10**15  # in millionths: whole numbers up to here are exact in JavaScript
IN_PERCENT = "per cent"


@dataclass(frozen=True)
class Box:
    """The fields of an answer, each with a label and its cells (offset, width) in millionths, and the hash."""

    labels: tuple
    cells: tuple
    salt: str
    digest: str


def hashed(text):
    """FNV-1a, 32 bits, of the text's UTF-8 bytes; exercises.js computes the same."""
    value = 0x811C9DC5
    for byte in text.encode():
        value = (value ^ byte) * 0x01000193 % 2**32
    return f"{value:08x}"


def right_cell(salt, cells, numbers):
    """The hash of the cells that hold these numbers (in millionths)."""
    places = ((number - offset) // width for number, (offset, width) in zip(numbers, cells, strict=True))
    return hashed(":".join([salt, *map(str, places)]))


def edge(accepts, inside, sign):
    """The last number in one direction that is accepted; ValueError where there is none."""
    step = 1
    while accepts(inside + sign * step):
        step *= 2
        if step > LARGEST:
            raise ValueError("the check accepts numbers without limit")
    accepted, refused = inside + sign * (step // 2), inside + sign * step
    while abs(refused - accepted) > 1:
        middle = (accepted + refused) // 2
        accepted, refused = (middle, refused) if accepts(middle) else (accepted, middle)
    return accepted


def box(check, answer, labels, salt):
    """The box for an answer, one number or several; ValueError where the check refuses it."""
    single = isinstance(answer, Real)
    right = [round(number * SCALE) for number in ([answer] if single else answer)]

    def accepts(numbers):
        values = tuple(number / SCALE for number in numbers)
        # In this process: a copy of it for each of some hundred numbers would take half a minute, and numbers are no code.
        return check.run_here(values[0] if single else values).status == "right"

    if not accepts(right):
        raise ValueError(f"the check refuses {answer} when it is rounded to a millionth")
    cells = []
    for place in range(len(right)):

        def accepts_there(number, place=place):
            return accepts([*right[:place], number, *right[place + 1 :]])

        low, high = (edge(accepts_there, right[place], sign) for sign in (-1, 1))
        width = high - low + 1
        cells.append((low % width, width))
    return Box(tuple(labels), tuple(cells), salt, right_cell(salt, cells, right))


def is_numbers(answer):
    """Whether an answer is one number or a tuple of them: what a box can take."""
    return isinstance(answer, Real) or isinstance(answer, tuple) and all(isinstance(part, Real) for part in answer)


def predictions(notebook):
    """For each *predict* exercise of a solution notebook, by the task's id: the check, the answer, the stub's comment.

    The answer is what the cells `…-answer` and `…-check` give to the check; the comment, as in
    ``answer = ...  # neurons, learned numbers``, names the numbers that are asked for.
    """
    source = {cell.id: cell.source for cell in notebook.cells if cell.cell_type == "code"}
    names = {}
    exec(source["imports"], names)
    for task in tasks(notebook):
        if task.kind == "predict":
            answer = source[f"{task.id}-answer"]
            exec(answer, names)
            call = ast.parse(source[f"{task.id}-check"]).body[-1].value
            check, given = (eval(ast.unparse(node), names) for node in (call.func, call.args[0]))
            yield task.id, check, given, re.search(r"\.\.\. +# ?(.*)", answer)[1]


def boxes(notebook, slug):
    """The box of each *predict* exercise by the task's id; None where the answer is not made of numbers."""
    found = {}
    for name, check, answer, comment in predictions(notebook):
        labels = comment.split(", ") if isinstance(answer, tuple) else [comment]
        found[name] = box(check, answer, labels, f"{slug}/{name}") if is_numbers(answer) else None
    return found
