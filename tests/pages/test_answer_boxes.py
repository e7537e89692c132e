"""An answer box of a page and the Python check agree, and what a reader types is read as people write numbers."""

import math
from itertools import combinations

import nbformat
import pytest
from browser import new_page

from tools.pages import answer_boxes
from tools.pages.screenshots import ROOT
from tools.pages.serve import serving

PATHS = sorted((ROOT / "solutions").glob("*.ipynb"))
NOT_NUMBERS = {
    "03-problem-and-data/rows",  # five pairs of a number and the name of a loss
    "11-training-loop/fault",  # names of faults
}


def predictions():
    """Each *predict* exercise: its name, its check, our answer, its box."""
    for path in PATHS:
        notebook = nbformat.read(path, as_version=4)
        boxes = answer_boxes.boxes(notebook, path.stem)
        for name, check, answer, _ in answer_boxes.predictions(notebook):
            yield pytest.param(check, answer, boxes[name], id=f"{path.stem}/{name}")


ALL = list(predictions())
WITH_BOX = [case for case in ALL if case.values[2]]


@pytest.fixture(scope="module")
def script(browser, tmp_path_factory):
    """A page with the script of the answer boxes and nothing else."""
    folder = tmp_path_factory.mktemp("boxes")
    (folder / "exercises.js").write_text((ROOT / "book" / "assets" / "exercises.js").read_text("utf-8"), "utf-8")
    head = '<meta charset="utf-8"><title>x</title><link rel="icon" href="data:,">'
    (folder / "index.html").write_text(f'<!DOCTYPE html>{head}<script src="exercises.js"></script>', "utf-8")
    with serving(folder) as address:
        page, _ = new_page(browser, address)
        page.goto(address)
        yield page
        page.context.close()


def judged(script, box, texts, percent=False):
    """What the script says to each text, one field or several: True, False, or the words for what it can't read."""
    spec = {
        "salt": box.salt,
        "digest": box.digest,
        "cells": [{"offset": offset, "width": width} for offset, width in box.cells],
    }
    return script.evaluate(
        """([spec, rows, percent]) => rows.map(row => {
          const read = row.map(text => answerBoxes.read(text, percent));
          const words = read.find(({ words }) => words)?.words;
          return words ?? answerBoxes.isRight(spec, read.map(({ millionths }) => millionths));
        })""",
        [spec, [[text] if isinstance(text, str) else text for text in texts], percent],
    )


def grid(answer):
    """Numbers around an answer and far from it, as people type them: coarse and fine steps, simple mistakes."""
    far = [answer + answer * part / 20 for part in range(-40, 41)] + [k / 4 for k in range(-40, 41)]
    near = [answer + k / 10**places for places in (1, 2, 3, 6) for k in range(-30, 31)]
    wrong = [answer * 100, answer / 100, 1 - answer, 100 - answer, -answer, answer / 2, 2 * answer, answer**2]
    return sorted({round(value, 6) for value in (*far, *near, *wrong) if abs(value) < 1e8})


def beside(answer):
    """Every pair of numbers near an answer of two; for a longer one, one number moved at a time, or two exchanged."""
    if len(answer) == 2:
        first, second = ([n + k for k in range(-20, 21)] for n in answer)
        return [(a, b) for a in first for b in second]
    places = range(len(answer))
    moved = [tuple(n + k * (i == place) for i, n in enumerate(answer)) for place in places for k in range(-20, 21)]
    swaps = [{i: j, j: i} for i, j in combinations(places, 2)]
    return moved + [tuple(answer[swap.get(i, i)] for i in places) for swap in swaps]


def edges(box):
    """The numbers at both ends of the accepted interval and the next ones outside, in a box of one field."""
    (offset, width), digest = box.cells[0], box.digest
    tried = (sign * k for k in range(10**5) for sign in (1, -1))
    cell = next(k for k in tried if answer_boxes.hashed(f"{box.salt}:{k}") == digest)
    low = offset + cell * width
    return [number / answer_boxes.SCALE for number in (low - 1, low, low + width - 1, low + width)]


def test_every_prediction_has_a_box_but_those_that_are_no_numbers():
    assert {case.id for case in ALL if case.values[2] is None} == NOT_NUMBERS
    assert len(WITH_BOX) > 8


@pytest.mark.parametrize(("check", "answer", "box"), WITH_BOX)
def test_box_and_check_agree(script, check, answer, box):
    if isinstance(answer, tuple):
        tried = beside(answer)
    else:
        tried = grid(answer)
        if box.cells[0][1] > 1:
            tried += edges(box)
    texts = [[f"{part:.6f}" for part in (value if isinstance(value, tuple) else (value,))] for value in tried]
    expected = [check.run_here(value).status == "right" for value in tried]
    assert judged(script, box, texts) == expected
    assert any(expected) and not all(expected)


@pytest.mark.parametrize(("check", "answer", "box"), WITH_BOX)
def test_the_answer_does_not_stand_in_the_box(check, answer, box):
    for number, (offset, width) in zip(answer if isinstance(answer, tuple) else (answer,), box.cells, strict=True):
        assert offset < width
        assert width == 1 or not any(math.isclose(value, number, rel_tol=1e-4) for value in (offset, offset / 1e6))
    assert len(f"{answer}") < 3 or f"{answer}" not in box.digest  # shorter, and a hash may hold it by chance


def one_field(low, high, salt="x"):
    class Check:
        @staticmethod
        def run_here(value):
            class result:
                status = "right" if low <= value <= high else "wrong"

            return result

    return answer_boxes.box(Check, (low + high) / 2, ["your number"], salt)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("62.7", 62.7),
        (" 62,7 ", 62.7),
        ("+0.5", 0.5),
        (".5", 0.5),
        (",5", 0.5),
        ("-0.6", -0.6),
        ("−0,6", -0.6),
        ("–3/5", -0.6),
        ("1/4", 0.25),
        ("357 / 569", 357 / 569),
        ("79 %", 0.79),
        ("79%", 0.79),
        ("0,5 %", 0.005),
        ("3 458", 3458),
        ("1 000 000", 1e6),
        ("3.458e3", 3458),
        ("0,795", 0.795),
    ],
)
def test_numbers_are_read_as_people_write_them(script, text, value):
    assert judged(script, one_field(value - 1e-6, value + 1e-6), [text]) == [True]


def test_in_per_cent_the_sign_adds_nothing(script):
    assert judged(script, one_field(62.7, 62.7), ["62.7 %", "62,7%", "62.7", "0.627"], True) == [
        True,
        True,
        True,
        False,
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "Write a number, such as"),
        ("about 5", "Write a number, such as"),
        ("ln(100)", "Write a number, such as"),
        ("1/2/3", "Write a number, such as"),
        ("5, 105", "Write a number, such as"),
        ("1.2.3", "Write a number, such as"),
        ("3,458", "Write 3,458 without the comma: 3458 or 3.458."),
        ("3,458,000", "Write 3,458,000 without the comma: 3458000."),
        ("1/0", "no number to reckon with"),
        ("0/0", "no number to reckon with"),
        ("9e99", "no number to reckon with"),
    ],
)
def test_what_is_no_number_gets_words(script, text, words):
    assert words in judged(script, one_field(1, 2), [text])[0]


def test_a_check_that_refuses_our_answer_stops_the_build():
    check = WITH_BOX[0].values[0]
    with pytest.raises(ValueError, match="refuses 1"):
        answer_boxes.box(check, 1, ["your number"], "x")


def test_a_check_that_accepts_everything_stops_the_build():
    with pytest.raises(ValueError, match="without limit"):
        one_field(-1e300, 1e300)
