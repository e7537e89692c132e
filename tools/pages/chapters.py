"""The chapters that exist, as the landing page shows them: read from the first cell of each notebook in book/."""

import re
from pathlib import Path
from typing import NamedTuple

import nbformat

STEPS = 8
MINUTES = re.compile(r"^- \*\*Time\.\*\* About (\d+) minutes\b", re.MULTILINE)


class Chapter(NamedTuple):
    """A chapter: file name, the two halves of its title, its step (0: before the first), the minutes it takes."""

    slug: str
    title: str
    question: str
    step: int
    minutes: int


def chapter_of(slug, first):
    """The chapter whose first cell has this text; ValueError where it does not say how long it takes."""
    title, _, question = first.partition("\n")[0].removeprefix("# ").partition(": ")
    step, minutes = re.search(rf"step (\d) of {STEPS}\b", first), MINUTES.search(first)
    before = re.search(rf"before step \d of {STEPS}\b", first)
    if not minutes:
        raise ValueError(f"book/{slug}.ipynb: its first cell has no line '- **Time.** About … minutes'")
    return Chapter(slug, title, question, int(step[1]) if step and not before else 0, int(minutes[1]))


def chapters(root):
    """All chapters, in order."""
    paths = sorted(Path(root, "book").glob("[0-9][0-9]-*.ipynb"))
    return [chapter_of(path.stem, nbformat.read(path, as_version=4).cells[0].source) for path in paths]
