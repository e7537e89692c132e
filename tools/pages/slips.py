"""What Lectures A to E get wrong, what is true, and where this book shows it: the appendix of slips.

`tests/data/slips.csv` has a row for each: what the lecture says and what is true, in our own words, and the chapter where it
belongs. `cell` says where that chapter proves it: the id of a cell in book/, `solutions/` and an id for an exercise, `page`
for the chapter as a whole, `-` for what needs no run (a typing error, a name), and nothing where the proof is to come.
"""

import csv
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import nbformat

from tools.pages.lectures import LECTURES, ROOT, escape, name_of, placed

SLIPS = Path("tests", "data", "slips.csv")
KINDS = {
    "crash": "stops with an error",
    "silent": "runs, and does something else than meant",
    "misleading": "is false, claims too much, or can be read in two ways",
    "maths": "a formula or a rule is wrong",
    "omission": "something needed is missing",
    "inconsistent": "contradicts itself or another slide",
    "deprecated": "was right once",
    "notation": "one symbol for two things, or two for one",
    "artefact": "a typing error, or damage from a conversion",
}
PAGE, READ, LATER = "page", "-", ""


class Slip(NamedTuple):
    """One thing that a lecture gets wrong."""

    id: str
    kind: str
    says: str
    true: str
    chapter: str
    cell: str


def read_slips(root=ROOT):
    """All slips, lecture by lecture."""
    with (Path(root) / SLIPS).open(encoding="utf8", newline="") as file:
        return [Slip(**line) for line in csv.DictReader(file)]


def folder_and_cell(slip):
    """Where the cell of a slip stands: ("book", id) or ("solutions", id); None where it names no cell."""
    if slip.cell in (PAGE, READ, LATER):
        return None
    folder, _, cell = slip.cell.rpartition("/")
    return folder or "book", cell


def sections(root, folder, slug):
    """For each cell of a chapter's notebook the (text, anchor) of the heading above it; empty without that notebook."""
    path = Path(root) / folder / f"{slug}.ipynb"
    if not path.exists():
        return {}
    notebook = nbformat.read(path, as_version=4)
    return {cell.id: (heading, anchor) for cell, heading, anchor in placed(notebook, name_of(slug))}


def missing(root=ROOT):
    """The slips that name a chapter or a cell that is not there."""
    return [
        slip
        for slip in read_slips(root)
        if (place := folder_and_cell(slip))
        and place[1] not in sections(root, place[0], slip.chapter)
        or slip.cell == PAGE
        and not sections(root, "book", slip.chapter)
    ]


def shown_in(slip, root):
    """Where this book shows it: a link to the section, or words that say that there is none."""
    if slip.cell == READ:
        return "nothing to run"
    cells = sections(root, "book", slip.chapter)
    if slip.cell == LATER:
        return f"to come: {name_of(slip.chapter)}" if not cells else f"not yet, in {chapter_link(slip.chapter, cells)}"
    if slip.cell == PAGE:
        return chapter_link(slip.chapter, cells)
    folder, cell = folder_and_cell(slip)
    heading, anchor = sections(root, folder, slip.chapter)[cell]
    path = f"{slip.chapter}.ipynb" if folder == "book" else f"../{folder}/{slip.chapter}.ipynb"
    return f"[{escape(heading)}]({path}#{anchor})"


def chapter_link(slug, cells):
    """A link to a chapter by the first words of its title."""
    title, _ = next(iter(cells.values()))
    return f"[{escape(title.partition(':')[0])}]({slug}.ipynb)"


def slips_markdown(root=ROOT):
    """The appendix as Markdown: for each lecture a table of what it says, what is true, and where that is shown."""
    slips = read_slips(root)
    kinds = Counter(slip.kind for slip in slips)
    later = sum(slip.cell == LATER for slip in slips)
    read = sum(slip.cell == READ for slip in slips)
    lines = [
        "# What the lectures get wrong",
        "",
        f"Whoever writes slides makes mistakes, and whoever learns from them meets the same ones. We ran and read the five "
        f"lectures line by line and found {len(slips)} slips. The first column says in our words what a lecture says, the "
        f"second what is true, the third where this book shows it: {len(slips) - later - read} today, {later} in chapters "
        f"to come; {read} need no run. What the lectures get right stands in the "
        "[concordance](concordance.md).",
        "",
        "| kind | what it means | how many |",
        "|---|---|---|",
        *(f"| {kind} | {words} | {kinds[kind]} |" for kind, words in KINDS.items()),
        "",
    ]
    for letter, lecture in LECTURES.items():
        rows = [slip for slip in slips if slip.id.startswith(letter)]
        lines += [f"## Lecture {letter}", "", f"*{lecture.title}.* {len(rows)} slips.", ""]
        lines += ["| the lecture says | what is true | where |", "|---|---|---|"]
        for slip in rows:
            says = f'<span id="{slip.id}"></span>*{slip.kind}:* {escape(slip.says)}'
            lines.append(f"| {says} | {escape(slip.true)} | {shown_in(slip, root)} |")
        lines += [""]
    return "\n".join(lines)
