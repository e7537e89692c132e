"""The budgets of a chapter, and the table that shows what each has spent."""

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from tools.notebooks import chapters
from tools.notebooks.cells import markdown
from tools.notebooks.chapters import missing_in_header, objectives_and_exercises
from tools.notebooks.numbers import typed_numbers

OFFENDERS = Path("tools", "notebooks", "offenders.toml")


class Column(NamedTuple):
    """One column of the table."""

    name: str
    spent: Callable  # chapter, links -> a number, or the list of (cell, what is wrong)
    most: int | None  # None: there is no budget
    tighter: dict = {}  # slug -> a budget of its own

    def budget(self, slug):
        return self.tighter.get(slug, self.most)


def numbered(chapter, _):
    notebooks = (chapter.book, chapter.solutions)
    cells = [cell for notebook in notebooks for cell in notebook["cells"]]
    return [(cell, f"'{found}': name it by its title") for cell in cells for _, found in typed_numbers(cell["source"])]


def dead_links(chapter, links):
    notebooks = ((chapter.book, "book"), (chapter.solutions, "solutions"))
    return [
        (cell, f"the link {address} leads nowhere")
        for notebook, folder in notebooks
        for cell in markdown(notebook)
        for address in links.dead(cell["source"], chapter.path.parent.parent / folder / chapter.path.name)
    ]


def number(measure):
    return lambda chapter, _: measure(chapter)


def found(check):
    return lambda chapter, _: list(check(chapter))


COLUMNS = [
    Column("words", number(chapters.prose), 2800, {"00-workflow": 1500}),
    Column("lines", number(chapters.visible_lines), 150, {"00-workflow": 60}),
    Column("median", number(chapters.median_cell), 7),
    Column("asserts", number(chapters.asserts), 10),
    Column("claims", number(chapters.claims), 8),
    Column("says", number(chapters.says), 6),
    Column("slips", number(chapters.slips), 2),
    Column("minutes", number(chapters.minutes), None),
    Column("numbers", numbered, 0),
    Column("links", dead_links, 0),
    Column("header", found(missing_in_header), 0),
    Column("objectives", found(objectives_and_exercises), 0),
]
LEGEND = (
    "words of prose (a formula is one; folded text counts) · visible lines of code, median of the visible cells, visible "
    "asserts · claims, says, mistakes of the lectures · minutes with exercises · typed numbers of chapters and exercises, "
    "dead links, what the header lacks, objectives without exercise and the reverse\n"
    f"! over its budget   * over it and known ({OFFENDERS.as_posix()})   00-workflow: 1,500 words, 60 lines"
)


class Spent(NamedTuple):
    """What one chapter has spent of one budget."""

    slug: str
    column: Column
    value: int
    details: list  # (file, id of the cell, what is wrong), ...

    @property
    def is_over(self):
        budget = self.column.budget(self.slug)
        return budget is not None and self.value > budget


def spent(chapter, links):
    """A list with an entry for each column."""
    entries = []
    for column in COLUMNS:
        value, details = column.spent(chapter, links), []
        if isinstance(value, list):
            details = [(file_of(chapter, cell), cell.get("id", "?"), what) for cell, what in value]
            value = len(details)
        entries.append(Spent(chapter.path.stem, column, value, details))
    return entries


def file_of(chapter, cell):
    """The notebook of the chapter that holds a cell."""
    folder = "book" if any(cell is other for other in chapter.book["cells"]) else "solutions"
    return f"{folder}/{chapter.path.name}"


def offenders(root):
    """The known offenders: {slug: [name of a column, ...]}."""
    return tomllib.loads((root / OFFENDERS).read_text("utf8"))


def over(table, known):
    """What is over its budget and not known: (file, id of the cell, what is wrong), ..."""
    for entry in (entry for row in table for entry in row):
        if entry.is_over and entry.column.name not in known.get(entry.slug, []):
            most = entry.column.budget(entry.slug)
            total = (f"book/{entry.slug}.ipynb", "", f"{entry.value:,g} {entry.column.name}, at most {most:,}")
            yield from entry.details or [total]


def needless(table, known):
    """The entries of the known offenders that are not, or no longer, needed: (slug, name), ..."""
    needed = {(entry.slug, entry.column.name) for row in table for entry in row if entry.is_over}
    return [(slug, name) for slug, names in known.items() for name in names if (slug, name) not in needed]


def lines(table, known):
    """The table as lines of text."""
    grid = [["chapter", *(c.name if c.most is None else f"{c.name} ≤ {c.most:,}" for c in COLUMNS)]]
    for row in table:
        marks = ["" if not e.is_over else "*" if e.column.name in known.get(e.slug, []) else "!" for e in row]
        grid.append([row[0].slug, *(f"{e.value:,g}{mark or ' '}" for e, mark in zip(row, marks, strict=True))])
    widths = [max(map(len, column)) for column in zip(*grid, strict=True)]
    return [
        "  ".join(word.ljust(w) if i == 0 else word.rjust(w) for i, (word, w) in enumerate(zip(line, widths))).rstrip()
        for line in grid
    ] + [LEGEND]
