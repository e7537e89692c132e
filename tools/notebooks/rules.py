"""What is wrong with a notebook, as findings: one function for each rule, and `LINTS` that says where it holds."""

import re
from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import unquote

from tools.notebooks.cells import code, lines, markdown, parse, speaks, tags
from tools.notebooks.figure_cells import missing_alt, several_figures
from tools.notebooks.typed_results import typed_results

ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
RANDOM_ID = re.compile(r"(?=.*\d)[0-9a-f]{8}(?:-[0-9a-f]{4}){0,3}(?:-[0-9a-f]{12})?")  # Jupyter's own
MAX_LINES, MAX_DRAWING_LINES = 20, 30
MYST = [
    ("directive", re.compile(r"^ {0,3}(?:```+|~~~+|:::+) ?\{[^}]*\}.*$", re.MULTILINE)),
    ("role", re.compile(r"\{[a-z][\w:+.-]*\}`[^`]*`")),
    ("target", re.compile(r"^\([\w-]+\)=\s*$", re.MULTILINE)),
    ("block break", re.compile(r"^\+\+\+.*$", re.MULTILINE)),
    ("link without words", re.compile(r"(?<!!)\[\]\([^)]*\)")),
]
FENCED = re.compile(r"^ {0,3}(```+|~~~+)(?! ?\{).*?^ {0,3}\1[`~]*\s*$", re.MULTILINE | re.DOTALL)
CITED = re.compile(
    r"https?://(?:dx\.)?doi\.org/(10\.\d{4,9}/(?:[^\s()<>\]\"]|\([^\s()]*\))+)|"
    r"https?://arxiv\.org/(?:abs|pdf|html)/([a-z-]+/\d{7}|\d{4}\.\d{4,5})",
    re.IGNORECASE,
)


def outputs(notebook):
    for cell in code(notebook):
        if cell.get("outputs") or cell.get("execution_count") is not None:
            yield cell, "has outputs: make format"


def ids(notebook):
    seen = set()
    for number, cell in enumerate(notebook["cells"]):
        name = cell.get("id")
        if name is None:
            yield {"id": f"cell {number}"}, "has no id: write one"
        elif not ID.fullmatch(name):
            yield cell, "id: use small letters, digits and single dashes"
        elif RANDOM_ID.fullmatch(name):
            yield cell, "id: made by a machine, write one that says what the cell is"
        elif name in seen:
            yield cell, "id: another cell has it too"
        seen.add(name)


def unreadable(notebook):
    for cell in code(notebook):
        try:
            parse(cell)
        except SyntaxError as error:
            yield cell, f"is not Python: {error}"


def myst(notebook):
    for cell in markdown(notebook):
        text = FENCED.sub("", cell["source"])
        for kind, pattern in MYST:
            for match in pattern.finditer(text):
                yield cell, f"MyST {kind}, which Colab and GitHub don't know: {match.group().strip()}"


def long_cells(notebook):
    for cell in code(notebook):
        limit = MAX_DRAWING_LINES if "hide-input" in tags(cell) else MAX_LINES
        number = len(lines(cell))
        if number > limit and cell.get("id") != "setup":
            yield cell, f"{number} lines of code, at most {limit}"


def code_in_a_row(notebook):
    """A cell of claim, say or proof has its code folded away: it neither counts nor parts the others."""
    run = 0
    for cell in notebook["cells"]:
        if cell["cell_type"] != "code":
            run = 0
        elif cell.get("id") != "setup" and not speaks(cell) and "proof" not in tags(cell):
            run += 1
            if run == 3:
                yield cell, "third code cell in a row: say something between them"


def typed(notebook):
    for number, cell in enumerate(notebook["cells"]):
        if cell["cell_type"] == "markdown":
            for words in typed_results(cell["source"], is_title=number == 0):
                yield cell, f"a result typed by hand ({words}): use say or claim"


def works(text):
    """The DOIs and arXiv numbers that a text links to, as they are compared."""
    for doi, arxiv in CITED.findall(unquote(text)):
        yield arxiv.lower() if arxiv else re.sub(r"^10\.48550/arxiv\.", "", doi.rstrip(".,;*_").lower())


def bibliography(bibtex):
    """The DOIs and arXiv numbers in a BibTeX file."""
    fields = re.findall(
        r"^\s*(doi|eprint|url)\s*=\s*[{\"]+\s*(.*?)\s*[}\"]+,?\s*$", bibtex, re.MULTILINE | re.IGNORECASE
    )
    known = {re.sub(r"^10\.48550/arxiv\.", "", value.replace("\\_", "_").lower()) for _, value in fields}
    return known | {work for _, value in fields for work in works(value)}


def uncited(notebook, known):
    for cell in markdown(notebook):
        for work in works(cell["source"]):
            if work not in known:
                yield cell, f"{work} is not in book/references.bib"


class Lint(NamedTuple):
    """A rule, what it counts, and the folders in which it holds."""

    check: Callable  # notebook -> (cell, what is wrong), ...
    counts: str
    folders: tuple


ALL, OURS, BOOK = ("book", "exercises", "solutions"), ("book", "solutions"), ("book",)
LINTS = [
    Lint(outputs, "cells with outputs", ALL),
    Lint(ids, "bad ids", ALL),
    Lint(unreadable, "unreadable cells", ALL),
    Lint(myst, "MyST in Markdown", ALL),
    Lint(long_cells, "long cells", BOOK),
    Lint(code_in_a_row, "code cells in a row", BOOK),
    Lint(missing_alt, "missing alt text", OURS),
    Lint(several_figures, "cells with several figures", OURS),
    Lint(typed, "typed results", OURS),
]
