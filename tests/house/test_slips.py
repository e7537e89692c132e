"""The appendix of slips: none is lost, and each cell that it names is there."""

import csv
import re
from collections import Counter

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, writes

from tools.pages import slips
from tools.pages.lectures import LECTURES

FOUND = {"A": 13, "B": 60, "C": 14, "D": 36, "E": 34}  # that many were found in each lecture


def test_no_slip_is_lost():
    ids = [slip.id for slip in slips.read_slips()]
    assert len(set(ids)) == len(ids) and all(re.fullmatch(r"[A-E]-\d\d", name) for name in ids)
    assert Counter(name[0] for name in ids) == FOUND


@pytest.mark.parametrize("field", ["says", "true", "chapter"])
def test_each_slip_is_complete(field):
    assert not [slip.id for slip in slips.read_slips() if not getattr(slip, field).strip()]


def test_each_slip_is_of_a_known_kind():
    assert {slip.kind for slip in slips.read_slips()} == set(slips.KINDS)


def test_each_cell_that_is_named_is_there():
    assert not slips.missing(), "the chapter has no such cell"


def test_what_is_said_is_a_paraphrase():
    """Our own words, and short: no more of a slide than the line of code that is wrong."""
    assert not [slip.id for slip in slips.read_slips() if len(slip.says.split()) > 20 or len(slip.true.split()) > 40]


def test_the_page_has_a_row_for_each():
    page = slips.slips_markdown()
    assert [line for line in page.splitlines() if line.startswith("## ")] == [f"## Lecture {name}" for name in LECTURES]
    for slip in slips.read_slips():
        assert page.count(f'<span id="{slip.id}"></span>') == 1
    assert f"found {sum(FOUND.values())} slips" in page
    assert all(line.count(" | ") == 2 for line in page.splitlines() if line.startswith("| <span"))


# On a small book


@pytest.fixture
def book(tmp_path):
    """A function that makes a book with one chapter, its solution and these slips; returns its root."""

    def make(*rows):
        pages = {
            "book": ("# Momentum: a title", new_code_cell("steps = 46", id="wins")),
            "solutions": ("## Mend the step", new_code_cell("check()", id="step-check")),
        }
        for folder, (heading, cell) in pages.items():
            (tmp_path / folder).mkdir(exist_ok=True)
            notebook = new_notebook(cells=[new_markdown_cell(heading, id="title"), cell])
            (tmp_path / folder / "13-momentum.ipynb").write_text(writes(notebook), "utf8")
        path = tmp_path / slips.SLIPS
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding="utf8", newline="") as file:
            writer = csv.writer(file)
            writer.writerows([slips.Slip._fields, *rows])
        return tmp_path

    return make


def slip(chapter="13-momentum", cell="", says="a | b"):
    return slips.Slip("B-01", "maths", says, "c", chapter, cell)


@pytest.mark.parametrize(
    "chapter, cell, where",
    [
        ("13-momentum", "wins", "[Momentum: a title](13-momentum.ipynb#momentum-a-title)"),
        ("13-momentum", "solutions/step-check", "[Mend the step](../solutions/13-momentum.ipynb#mend-the-step)"),
        ("13-momentum", "page", "[Momentum](13-momentum.ipynb)"),
        ("13-momentum", "", "not yet, in [Momentum](13-momentum.ipynb)"),
        ("20-dropout", "", "to come: dropout"),
        ("20-dropout", "-", "nothing to run"),
    ],
)
def test_where_a_slip_is_shown(book, chapter, cell, where):
    root = book(slip(chapter, cell))
    assert not slips.missing(root)
    assert rf"*maths:* a \| b | c | {where} |" in slips.slips_markdown(root)


@pytest.mark.parametrize(
    "chapter, cell",
    [
        ("13-momentum", "loses"),
        ("13-momentum", "step-check"),
        ("13-momentum", "solutions/wins"),
        ("20-dropout", "wins"),
        ("20-dropout", "page"),
    ],
)
def test_a_cell_that_is_not_there_is_found(book, chapter, cell):
    assert slips.missing(book(slip(chapter, cell))) == [slip(chapter, cell)]


def test_the_counts_are_those_of_the_rows(book):
    root = book(slip(cell="page"), slip("20-dropout", "")._replace(id="B-02"), slip(cell="-")._replace(id="C-01"))
    page = slips.slips_markdown(root)
    assert "found 3 slips" in page and "1 today, 1 in chapters to come; 1 need no run" in page
    assert "| maths | a formula or a rule is wrong | 3 |" in page and "| crash | stops with an error | 0 |" in page
