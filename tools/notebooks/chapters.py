"""What a chapter asks of its reader, read from its two notebooks: words, code, exercises, objectives, minutes.

A chapter is a notebook of book/; its exercises stand in the notebook of the same name in solutions/. One without a number
is an appendix: it has no step, no objectives and no exercises. Metadata say what
cannot be read off. Title: ``{"course": {"step": 5, "objectives": ["convert", …]}}``, an id for each item of "What you can
do afterwards". Answer of an exercise: ``{"course": {"objective": "convert"}}``. A cell that tells a mistake of the
lectures: ``{"course": {"slips": 1}}``.
"""

import ast
import re
from pathlib import Path
from statistics import median
from typing import NamedTuple

import nbformat

from tools.notebooks.cells import code, count_calls, course, is_folded, lines, markdown, tree

WORDS_A_MINUTE, LINES_A_MINUTE = 60, 10  # fitted to timed readings
# What is no prose: blocks of code, pictures with their alt text, comments, HTML; the addresses of links.
NO_PROSE = re.compile(
    r"^[ >]*(```|~~~).*?^[ >]*\1[`~]*\s*$|!\[[^\]]*\]\([^)]*\)|<!--.*?-->|</?\w[^>]*>", re.MULTILINE | re.DOTALL
)
ADDRESS = re.compile(r"(?<=\])\((?:[^()]|\([^()]*\))*\)")
FORMULA = re.compile(r"\$\$.*?\$\$|\$[^$]+\$|(`+)(?!`).*?(?<!`)\1(?!`)", re.DOTALL)
TIME = re.compile(r"^- \*\*Time\.\*\*.*(?:\n +.*)*", re.MULTILINE)
ABLE = re.compile(r"^- \*\*What you can do afterwards\.\*\*(.*(?:\n +.*)*)", re.MULTILINE)
PARTS = ("The question.", "What you need.", "What you can do afterwards.", "Time.")
MINUTES = re.compile(r"\b(\d+) minutes?\b")


class Chapter(NamedTuple):
    """The notebooks of a chapter; `solutions` has no cells where there are no exercises."""

    path: Path
    book: dict
    solutions: dict

    @property
    def title(self):
        return self.book["cells"][0]

    @property
    def is_appendix(self):
        return not self.path.name[0].isdigit()

    @property
    def visible(self):
        """The code cells that a reader sees without opening anything."""
        return [cell for cell in code(self.book) if cell.get("id") != "setup" and not is_folded(cell)]

    @property
    def exercises(self):
        """The (cell of the answer, text of the task) of each exercise."""
        found, task = [], ""
        for cell in self.solutions["cells"]:
            if cell["cell_type"] == "markdown":
                task = cell["source"]
            elif "### BEGIN SOLUTION" in cell["source"]:
                found.append((cell, task))
        return found


def read(path):
    """The notebook as it stands: no id is added where one is missing."""
    return nbformat.v4.reads(path.read_text("utf8"))


def chapters(root):
    """All chapters, in order."""
    for path in sorted((root / "book").glob("*.ipynb")):
        solutions = root / "solutions" / path.name
        yield Chapter(path, read(path), read(solutions) if solutions.exists() else {"cells": []})


# How much there is


def words(source):
    """How many words a Markdown text has. A formula and a `piece of code` are one; a folded text (<details>) counts."""
    text = FORMULA.sub(" formula ", ADDRESS.sub("", NO_PROSE.sub(" ", source)))
    return sum(bool(re.search(r"\w", word)) for word in text.split())


def prose(chapter):
    return sum(words(TIME.sub("", cell["source"])) for cell in markdown(chapter.book))


def visible_lines(chapter):
    return sum(len(lines(cell)) for cell in chapter.visible)


def median_cell(chapter):
    return median([len(lines(cell)) for cell in chapter.visible] or [0])


def asserts(chapter):
    return sum(isinstance(node, ast.Assert) for cell in chapter.visible for node in ast.walk(tree(cell)))


def claims(chapter):
    return sum(count_calls(cell, "claim") for cell in code(chapter.book))


def says(chapter):
    return sum(count_calls(cell, "say") for cell in code(chapter.book))


def slips(chapter):
    return sum(course(cell).get("slips", 0) for cell in chapter.book["cells"])


# How long it takes


def minutes_of(task):
    """The minutes that the task of an exercise states; 0 where it states none, which a lint finds."""
    stated = MINUTES.search(task)
    return int(stated[1]) if stated else 0


def exercise_minutes(chapter):
    return sum(minutes_of(task) for _, task in chapter.exercises)


def minutes(chapter):
    """The minutes to read it and to do its exercises, to the next five."""
    reading = prose(chapter) / WORDS_A_MINUTE + visible_lines(chapter) / LINES_A_MINUTE
    return 5 * round((reading + exercise_minutes(chapter)) / 5)


def time_line(chapter):
    """The header's item on time."""
    exercises = exercise_minutes(chapter)
    part = f", of which {exercises} for the exercises" if exercises else ""
    return f"- **Time.** About {minutes(chapter)} minutes{part}."


# What the header says


def able(chapter):
    """The items below "What you can do afterwards"."""
    found = ABLE.search(chapter.title["source"])
    return re.findall(r"^ +- (.*)", found[1], re.MULTILINE) if found else []


def missing_in_header(chapter):
    """The parts of the header that are missing or don't fit together."""
    if chapter.is_appendix:
        return
    title, source, data = chapter.title, chapter.title["source"], course(chapter.title)
    step, objectives = data.get("step"), data.get("objectives", [])
    if not re.match(r"# .*\?$", source, re.MULTILINE):
        yield title, "the title is not a question"
    if step not in range(9):
        yield title, f"metadata course.step is {step!r}: 1 to 8, or 0 for none or all of the steps"
    if not re.search(r"^\*\*You are " + (f"at step {step} of 8\\b" if step else ""), source, re.MULTILINE):
        yield title, "no sentence says the step, as in '**You are at step 5 of 8: build a model …**'"
    for part in PARTS:
        if f"\n- **{part}**" not in source:
            yield title, f"no item '- **{part}**'" + " (make format fills it in)" * (part == "Time.")
    if not objectives or len(objectives) != len(able(chapter)) or len(set(objectives)) < len(objectives):
        yield (
            title,
            f"{len(able(chapter))} items below 'What you can do afterwards', and metadata course.objectives "
            f"names {len(objectives)}: one id of its own for each, in the same order",
        )


def objectives_and_exercises(chapter):
    """What is not practised, and exercises that practise nothing or don't say for how long."""
    named = {course(cell).get("objective") for cell, _ in chapter.exercises}
    objectives = course(chapter.title).get("objectives", [])
    for objective in objectives:
        if objective not in named:
            yield chapter.title, f"no exercise names the objective {objective!r}"
    for cell, task in chapter.exercises:
        objective = course(cell).get("objective")
        if objective not in objectives:
            yield cell, f"metadata course.objective is {objective!r}; the chapter has {', '.join(objectives) or 'none'}"
        if not minutes_of(task):
            yield cell, "its task does not say how many minutes it takes"
