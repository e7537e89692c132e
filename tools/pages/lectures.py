"""Which rows of Lectures A to E the notebooks cover, and the page that says where (the concordance).

usage: python -m tools.pages.lectures      prints, for each chapter, how many of its rows are covered and which are not

A cell names the rows that it covers in its metadata: ``{"course": {"covers": ["B-12"]}}``. Rows of the kinds in `PROVED`
count only where the cell is run and would fail if the row were false.
"""

import ast
import csv
import re
import sys
from pathlib import Path
from typing import NamedTuple

import nbformat

from tools.notebooks.cells import code, course, parse, run_at_once, tags
from tools.notebooks.links import headings

ROOT = Path(__file__).resolve().parent.parent.parent
ROWS = Path("tests", "data", "lecture_rows.csv")
PROVED = {"claim", "code", "formula", "result"}
LAST = ("25-finalize", "26-beyond-one-machine")
NOT_RUN = {"skip-execution", "nbval-skip", "raises-exception"}  # in the last, a failing assertion would pass unseen
DRAWING = ("course_lib.plots", "course_lib.figures", "matplotlib")


class Lecture(NamedTuple):
    title: str
    credit: str


LECTURES = {
    "A": Lecture(
        "Introduction to PyTorch, Part 2",
        "Lukas Galke Poech, Gianluca Barmina and Mogens H. From, with "
        "slides from Lucas Dysse; course *Deep Learning*, autumn 2023.",
    ),
    "B": Lecture(
        "Neural Networks, Part II", "Abay Nussipbekov; course *CSS634: Deep Learning*, Suleyman Demirel University."
    ),
    "C": Lecture(
        "Deep Learning with PyTorch", "Bharathi Raja Asoka Chakravarthi, Shardul Suryawanshi and Bharath Sudharsan."
    ),
    "D": Lecture(
        "Basic Deep Learning Techniques",
        "Notes, published without a name, on Kaggle's course *Intro to Deep Learning*.",
    ),
    "E": Lecture(
        "Deep Learning, Worksheet 2",
        "Hana Zupan, Ana Salgado, Coco Bögel, Esteban Lasso, Jim Neuendorf, "
        "Mert Efe and Adel Golghalyani; lecturer Frank Noé, tutorial Andreas Krämer.",
    ),
}


class Row(NamedTuple):
    """One thing that a lecture says: a claim, a formula, a piece of code, a result, a figure, a topic or a reference."""

    id: str
    kind: str
    paraphrase: str
    chapter: str


class Cover(NamedTuple):
    """A cell that names a row: where it stands, what it proves."""

    notebook: str  # path from the root, as in book/13-momentum.ipynb
    cell: str
    heading: str
    anchor: str
    proves: bool
    draws: bool
    claims: tuple


def read_rows(root=ROOT):
    """All rows of the five lectures, in order."""
    with (Path(root) / ROWS).open(encoding="utf8", newline="") as file:
        return [Row(**line) for line in csv.DictReader(file)]


def root_name(node):
    """The name that an expression such as ``axes[0].plot`` or ``checks.core.tell`` starts with."""
    while isinstance(node, (ast.Attribute, ast.Subscript, ast.Call)):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else None


def imported(trees, prefixes):
    """The names under which a notebook's cells import modules, or things from modules, with one of the prefixes."""
    names = set()
    for node in (node for tree in trees for node in ast.walk(tree)):
        if isinstance(node, ast.Import):
            names |= {a.asname or a.name.split(".")[0] for a in node.names if a.name.startswith(prefixes)}
        elif isinstance(node, ast.ImportFrom):
            names |= {a.asname or a.name for a in node.names if f"{node.module}.{a.name}".startswith(prefixes)}
    return names


def is_measured(*expressions):
    """Whether an asserted expression depends on anything: ``assert True`` proves nothing."""
    return any(isinstance(n, (ast.Name, ast.Call)) for expression in expressions for n in ast.walk(expression))


def claim_calls(tree):
    """The calls of `claim` that run with the cell and depend on what was computed."""
    for node in run_at_once([tree]):
        if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) == "claim":
            if is_measured(*node.args[1:], *(k.value for k in node.keywords)):
                yield node


def text_of(call):
    """The sentence of a claim as far as it stands in the code; computed parts become an ellipsis."""
    argument = call.args[0] if call.args else None
    if isinstance(argument, ast.JoinedStr):
        return "".join(p.value if isinstance(p, ast.Constant) else "…" for p in argument.values)
    return argument.value if isinstance(argument, ast.Constant) else "…"


def proves(tree, check_names):
    """Whether a cell would fail if what it says were false: a claim, an assertion or a check."""
    nodes = list(run_at_once([tree]))
    return (
        any(claim_calls(tree))
        or any(isinstance(n, ast.Assert) and is_measured(n.test) for n in nodes)
        or any(isinstance(n, ast.Call) and root_name(n.func) in check_names for n in nodes)
    )


def placed(notebook, name):
    """Each cell of a notebook with the text and the anchor of the heading above it."""
    heading, anchor, slugs = name, "", []
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            heading, anchor = [(heading, anchor), *headings(cell.source, slugs)][-1]
        yield cell, heading, anchor


def covers_of(notebook, name):
    """The (row id, Cover) pairs of one notebook, in order. A check counts in solutions, where a wrong verdict raises."""
    trees = {cell.id: parse(cell) for cell in code(notebook)}
    check_names = imported(trees.values(), ("course_lib.checks",)) if name.startswith("solutions/") else set()
    drawing = imported(trees.values(), DRAWING) | {"ax", "axes", "fig", "figure"}
    for cell, heading, anchor in placed(notebook, name):
        ids = course(cell).get("covers", [])
        if not isinstance(ids, list):
            raise ValueError(f"{name}, cell {cell.id}: covers is {ids!r}; write a list of row ids")
        tree = trees.get(cell.id)
        ran = tree is not None and not NOT_RUN & set(tags(cell))
        drawn = cell.cell_type == "markdown" and re.search(r"!\[[^\]]*\]\(", cell.source) is not None
        if ran:
            drawn = any(isinstance(n, ast.Call) and root_name(n.func) in drawing for n in run_at_once([tree]))
        claims = tuple(map(text_of, claim_calls(tree))) if ran else ()
        cover = Cover(name, cell.id, heading, anchor, ran and proves(tree, check_names), drawn, claims)
        yield from ((row_id, cover) for row_id in ids)


def read_covers(root=ROOT):
    """For each row id that a cell of book/ or solutions/ names: the cells that do."""
    found = {}
    for path in sorted(p for folder in ("book", "solutions") for p in (Path(root) / folder).glob("*.ipynb")):
        for row_id, cover in covers_of(nbformat.read(path, as_version=4), path.relative_to(root).as_posix()):
            found.setdefault(row_id, []).append(cover)
    return found


def counts(row, cover):
    """Whether a cell may cover a row of this kind."""
    return cover.proves if row.kind in PROVED else cover.draws if row.kind == "figure" else True


def covered(root=ROOT):
    """Each row with the cells that count for it: those of its own chapter first, then the book's, then the solutions'."""
    found = read_covers(root)

    def distance(row, cover):
        return row.chapter not in cover.notebook, not cover.notebook.startswith("book/")

    return {
        row: sorted((c for c in found.get(row.id, []) if counts(row, c)), key=lambda c: distance(row, c))
        for row in read_rows(root)
    }


def overdue(root=ROOT):
    """The rows that should be covered and are not: those of chapters that exist, and all once the last chapters do."""
    book = Path(root) / "book"
    complete = all((book / f"{slug}.ipynb").exists() for slug in LAST)
    return [
        row
        for row, cells in covered(root).items()
        if not cells and (complete or (book / f"{row.chapter}.ipynb").exists())
    ]


def unknown(root=ROOT):
    """The ids that cells name and no lecture has, each with the cells."""
    known = {row.id for row in read_rows(root)}
    return {
        row_id: [f"{c.notebook}, cell {c.cell}" for c in cells]
        for row_id, cells in read_covers(root).items()
        if row_id not in known
    }


def summary(root=ROOT):
    """One line a chapter: how many rows are covered, and the ids of those that are not."""
    by_chapter = {}
    for row, cells in covered(root).items():
        by_chapter.setdefault(row.chapter, []).append((row, cells))
    lines = []
    for chapter, pairs in sorted(by_chapter.items()):
        missing = [row.id for row, cells in pairs if not cells]
        left = f", not {' '.join(missing)}" if missing else ""
        lines.append(f"{chapter}: {len(pairs) - len(missing)} of {len(pairs)}{left}")
    return lines


def escape(text):
    """Text for one cell of a Markdown table."""
    return text.replace("|", r"\|").replace("\n", " ")


def links(cells):
    """Links from book/concordance.md to the sections that hold these cells, each once."""
    targets = {}
    for cell in cells:
        path = cell.notebook.removeprefix("book/") if cell.notebook.startswith("book/") else f"../{cell.notebook}"
        targets.setdefault(f"{path}#{cell.anchor}" if cell.anchor else path, cell.heading)
    return "; ".join(f"[{escape(heading)}]({target})" for target, heading in targets.items())


def said(cells, records):
    """The claims of the cells that a row is covered by, with their numbers as measured, each once."""
    claims = [claim for cell in cells for claim in records.get((cell.notebook, cell.cell), cell.claims)]
    return [escape(claim) for claim in dict.fromkeys(claims)]


def finished_rows(pairs, records):
    """The table of the rows that a lecture shares with this book: what it says, where the book runs it, what it finds."""
    lines = ["| the lecture says | this book |", "|---|---|"]
    for row, cells in pairs:
        found = "<br>".join([links(cells), *(f"*{claim}*" for claim in said(cells, records))])
        lines.append(f"| {escape(row.paraphrase)} | {found} |")
    return lines


def name_of(slug):
    """A chapter's slug as words."""
    return slug.partition("-")[2].replace("-", " ") if slug[:1].isdigit() else slug.replace("-", " ")


def pending_lines(rows):
    """How many rows wait for each chapter that is not written, and behind a fold what they say."""
    waiting = {}
    for row in rows:
        waiting.setdefault(row.chapter, []).append(row)
    counts = ", ".join(f"{name_of(slug)} {len(found)}" for slug, found in waiting.items())
    lines = [f"Not yet in this book: {len(rows)}, by the chapter that they wait for ({counts}).", ""]
    lines += ["<details><summary>What they say</summary>", ""]
    lines += [f"- {escape(row.paraphrase)}" for found in waiting.values() for row in found]
    return [*lines, "", "</details>", ""]


def concordance_markdown(root=ROOT, records=None):
    """The concordance as Markdown: for each lecture a table of what this book runs of it, then what still waits.

    `records` are the texts of the claims as they were measured, by (notebook, cell); without them a claim stands as far
    as its code spells it.
    """
    table = covered(root)
    ready = sum(map(bool, table.values()))
    lines = [
        "# From the lectures to this book",
        "",
        f"Five lectures are the starting point of this book. They hold {len(table)} statements, formulas, pieces of "
        f"code, figures and results; {ready} of them are covered. The left column says in our words what a lecture "
        "says, right or wrong. The right column is where this book runs it, and in italics what it then claims, each of it "
        "asserted when the page was built.",
        "",
    ]
    for letter, lecture in LECTURES.items():
        pairs = [(row, cells) for row, cells in table.items() if row.id.startswith(letter)]
        done, open_rows = [pair for pair in pairs if pair[1]], [row for row, cells in pairs if not cells]
        lines += [f"## Lecture {letter}", "", f"*{lecture.title}.* {lecture.credit}", ""]
        lines += [*finished_rows(done, records or {}), ""] if done else []
        lines += pending_lines(open_rows) if open_rows else []
    return "\n".join(lines)


if __name__ == "__main__":
    sys.stdout.write("\n".join(summary()) + "\n")
