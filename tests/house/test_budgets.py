"""A reader's budgets: what is counted, what is over, who may be; the header; numbers and links; how a chapter starts."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, writes

from tools.notebooks import budgets, format, lint, nb
from tools.notebooks.chapters import Chapter, minutes, time_line, words
from tools.notebooks.links import Links
from tools.notebooks.numbers import typed_numbers

ROOT = Path(__file__).resolve().parent.parent.parent
HEADER = """# Memory: what does it buy?

**You are at step 5 of 8: build a model.** The loss is chosen.

- **The question.** Why does memory help, and
  when does it hurt?
- **What you need.** Derivatives.
- **What you can do afterwards.**
  - Say how long it lasts.
  - Convert, and
    convert back.
- **Time.** About 3 hours."""
DATA = {"step": 5, "objectives": ["last", "convert"]}


def text(source, id="text", **course):
    return new_markdown_cell(source, id=id, metadata={"course": course} if course else {})


def code(source, *tags, id="code", **course):
    return new_code_cell(source, id=id, metadata={"tags": list(tags), "course": course})


def title(source=HEADER, **course):
    return text(source, id="title", **{**DATA, **course})


def task(minutes=3, name="task"):
    return text(f"## Task\n\n**Exercise (predict, {minutes} minutes).** What?", id=name)


def answer(objective, name="answer"):
    course = {"objective": objective} if objective else {}
    return code("x = ...\n### BEGIN SOLUTION\nx = 1\n### END SOLUTION", id=name, **course)


EXERCISES = (
    task(),
    answer("last"),
    text("Because. It took 9 minutes.", id="why"),
    task(name="b"),
    answer("convert", "b-answer"),
)


def chapter(*cells, solutions=EXERCISES, slug="20-dropout", root=ROOT):
    """A chapter of these cells, with a title that is right unless one is given."""
    cells = cells if cells and cells[0]["id"] == "title" else (title(), *cells)
    return Chapter(root / "book" / f"{slug}.ipynb", {"cells": list(cells)}, {"cells": list(solutions)})


def spent(*cells, **options):
    """{name of a column: what the chapter has spent of it}."""
    return {entry.column.name: entry for entry in budgets.spent(chapter(*cells, **options), Links(ROOT))}


# What is over


CHAP = "chapter " + str(5)  # written so that the lint does not find it here
OVER = {
    "words": (text("word " * 2800),),
    "lines": tuple(code("x = 1\n" * 7, id=f"c{i}") for i in range(22)),
    "median": (code("x = 1\n" * 8),),
    "asserts": (code("assert x\n" * 5), code("assert x\n" * 6)),
    "claims": (code("claim('so', x)\n" * 9),),
    "says": (code("say('so')\n" * 7),),
    "slips": (text("Wrong.", slips=2), text("Wrong.", slips=1)),
    "numbers": (text(f"See {CHAP}."),),
    "links": (text("See [it](99-nowhere.ipynb)."),),
    "header": (title(HEADER.replace("?", ".", 1)),),
    "objectives": (title(objectives=["last", "other"]),),
}
WITHIN = {
    "words": (text("word " * 2700),),
    "lines": tuple(code("x = 1\n" * 7, id=f"c{i}") for i in range(21)),
    "median": (code("x = 1\n\n" * 7), code("x = 1\n" * 20, "hide-input"), code("x = 1\n" * 20, id="setup")),
    "asserts": (*[code("assert x\n" * 5)] * 2, code("assert x", "proof"), code("say('so')\nassert x")),
    "claims": (code("claim('so', x)\n" * 8),),
    "says": (code("say('so')\n" * 6),),
    "slips": (text("Wrong.", slips=2),),
    "numbers": (text("The chapters on this, 5 of them, and 3 exercises."),),
    "links": (text("[a](13-momentum.ipynb#summary) [b](../README.md) [c](claims.md#x) [d](https://example.org)"),),
    "header": (title(),),
    "objectives": (title(),),
}


def test_every_budget_is_proved():
    assert set(OVER) == set(WITHIN) == {column.name for column in budgets.COLUMNS if column.most is not None}


@pytest.mark.parametrize("name", OVER)
def test_over_a_budget_and_within_it(name):
    assert [entry.column.name for entry in spent(*OVER[name]).values() if entry.is_over] == [name]
    assert [entry.column.name for entry in spent(*WITHIN[name]).values() if entry.is_over] == []


def test_the_first_chapter_has_less():
    cells = (text("word " * 1500), *(code("x = 1\n" * 7, id=f"c{i}") for i in range(9)))
    over = {name for name, entry in spent(*cells, slug="00-workflow").items() if entry.is_over}
    assert over == {"words", "lines"}
    assert not any(entry.is_over for entry in spent(*cells).values())


# Who may be over


def test_a_known_offender_may_be_over_and_a_needless_entry_is_found():
    row = budgets.spent(chapter(*OVER["claims"], *OVER["numbers"]), Links(ROOT))
    assert list(budgets.over([row], {})) == [
        ("book/20-dropout.ipynb", "", "9 claims, at most 8"),
        ("book/20-dropout.ipynb", "text", f"'{CHAP}': name it by its title"),
    ]
    known = {"20-dropout": ["claims", "numbers"]}
    assert list(budgets.over([row], known)) == budgets.needless([row], known) == []
    needless = {"20-dropout": ["claims", "numbers", "says", "minutes"], "21-gone": ["words"]}
    assert budgets.needless([row], needless) == [
        ("20-dropout", "says"),
        ("20-dropout", "minutes"),
        ("21-gone", "words"),
    ]


def test_the_table_marks_what_is_over():
    row = budgets.spent(chapter(*OVER["claims"], *OVER["says"]), Links(ROOT))
    head, line, *_ = budgets.lines([row], {"20-dropout": ["says"]})
    assert "claims ≤ 8" in head and "says ≤ 6" in head and line.startswith("20-dropout")
    assert " 9! " in line and " 7* " in line


def test_what_solutions_lack_is_found_there():
    solutions = (*EXERCISES[:-1], answer("", "b-answer"), text("Do it.", id="c"), answer("convert", "c-answer"))
    row = budgets.spent(chapter(solutions=solutions), Links(ROOT))
    assert list(budgets.over([row], {})) == [
        (
            "solutions/20-dropout.ipynb",
            "b-answer",
            "metadata course.objective is None; the chapter has last, convert",
        ),
        ("solutions/20-dropout.ipynb", "c-answer", "its task does not say how many minutes it takes"),
    ]


# What is counted


@pytest.mark.parametrize(
    ("source", "count"),
    [
        ("Two words – really.", 3),
        ("# A title\n\n- one\n- two", 4),
        ("The rate $\\alpha = 0.1$ of $$a = b\n+ c$$ and `x = y + z`.", 7),
        ("See [Kingma and Ba](https://doi.org/10.1016/0041-5553(64)90137-5 'no').", 4),
        ("![A long alt text](a.svg) <!-- not this --> <br> word", 1),
        ("Before.\n\n```python\nx = 1\n```\n\n> ```\n> y = 2\n> ```\n\nAfter.", 2),
        ("<details><summary>Why?</summary>\n\nFolded text counts.\n\n</details>", 4),
        ("| a | b |\n|---|---|\n| one | two |", 4),
    ],
)
def test_words(source, count):
    assert words(source) == count


def test_minutes_are_words_and_lines_and_exercises():
    long = chapter(text("word " * 1200), code("x = 1\n" * 100), code("x = 1\n" * 100, "hide-input"))
    assert minutes(long) == 5 * round((1200 / 60 + 100 / 10 + 6) / 5) == 35
    assert time_line(long) == "- **Time.** About 35 minutes, of which 6 for the exercises."
    assert time_line(chapter(solutions=())) == "- **Time.** About 0 minutes."


HEADERS = {
    "the title is not a question": (HEADER.replace("buy?", "buy"), DATA),
    "metadata course.step is None": (HEADER, {**DATA, "step": None}),
    "no sentence says the step": (HEADER, {**DATA, "step": 4}),
    "no item '- **The question.**'": (HEADER.replace("The question.", "Question."), DATA),
    "no item '- **What you need.**'": (HEADER.replace("What you need.", "Needs."), DATA),
    "no item '- **Time.**'": (HEADER.replace("Time.", "Times."), DATA),
    "2 items below": (HEADER, {**DATA, "objectives": ["last"]}),
    "one id of its own": (HEADER, {**DATA, "objectives": ["last", "last"]}),
    "1 items below": (HEADER.replace("  - Convert, and\n    convert back.\n", ""), DATA),
}


@pytest.mark.parametrize("what", HEADERS)
def test_what_a_header_lacks(what):
    source, course = HEADERS[what]
    details = spent(title(source, **course))["header"].details
    assert len(details) >= 1 and what in details[0][2], details


# Numbers and links


def test_typed_numbers():
    one, other = "chapter", "Exercise"
    numbered = [
        f"{one.title()} 7",
        f"{one}s 13 to 20",
        f"{other} 3.2",
        f"[{one}\n  4](x)",
        "(ch" + ". 5)",
        f"{one} seven",
    ]
    for source in numbered:
        assert len(typed_numbers(f"See {source}.")) == 1, source
    assert [typed_numbers(source)[0][1] for source in numbered[1:3]] == [f"{one}s 13", f"{other} 3.2"]
    assert typed_numbers("One\n" + CHAP.title()) == [(2, CHAP.title())]
    for source in ("step 3 of 8", "two chapters", "a chapter\n\n1. one", "chapter 5 of [Goodfellow](x)", "Lecture B"):
        assert typed_numbers(source) == [], source


def test_links(tmp_path):
    (tmp_path / "book").mkdir()
    (tmp_path / ".gitignore").write_text("book/claims.md\nbook/api/\n")
    cells = [text("# One\n\n## Two words\n\n## Two words", id="first"), code("# Three")]
    (tmp_path / "book" / "a.ipynb").write_text(writes(new_notebook(cells=cells)))
    good = [
        "a.ipynb",
        "a.ipynb#two-words",
        "a.ipynb#two-words-1",
        "a.ipynb#first",
        "claims.md#x",
        "api/y.md",
        "https://x.org/b#c",
        "#here",
    ]
    bad = ["b.ipynb", "a.ipynb#three", "claims.txt", "#there", "../a.ipynb"]
    page = tmp_path / "book" / "page.md"
    page.write_text(
        "# Here\n\n" + " ".join(f"[x]({link}) ![y]({link})" for link in good + bad) + "\n\n`[z](b.ipynb)`\n"
    )
    assert list(Links(tmp_path).dead(page.read_text(), page)) == [link for link in bad for _ in "xy"]


# The repository that the lint reads


@pytest.fixture
def copy(tmp_path):
    """The files of the repository as they stand, in another folder."""
    for name in lint.our_files(ROOT):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


@pytest.mark.skipif(
    not (ROOT / ".git").exists() or not shutil.which("git"), reason="this is no clone, or git is not installed"
)
def test_the_lint_reads_the_same_files_with_git_and_in_a_zip_without_it():
    assert lint.our_files(ROOT) == sorted(lint.on_disk(ROOT))


def test_a_zip_has_no_git_and_what_was_built_in_it_is_not_read(tmp_path):
    shutil.copy(ROOT / ".gitignore", tmp_path)
    for name in (
        "book/claims.md",
        "book/one.md",
        ".venv/a.py",
        "course_lib/x/__pycache__/a.pyc",
        "a.egg-info/b",
        "my/a.md",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("text")
    assert dict(lint.text_files(tmp_path)).keys() == {".gitignore", "book/one.md"}


def test_what_is_wrong_in_a_repository_is_found(copy):
    (copy / "course_lib" / "seed.py").write_text(f'"""See {CHAP}."""\n')
    (copy / "book" / "references.md").write_text("[gone](gone.md)\n")
    path = copy / "book" / "13-momentum.ipynb"
    text = path.read_text("utf8").replace("**Time.** About ", "**Time.** About 1")
    path.write_text(text.replace("- **What you need.**", "- **What you know.**"), "utf8")
    with (copy / budgets.OFFENDERS).open("a") as file:
        file.write('99-gone = ["words"]\n')
    findings = lint.findings(copy)
    assert {(finding.counts, finding.file, finding.cell) for finding in findings} == {
        ("typed numbers", "course_lib/seed.py", "line 1"),
        ("dead links", "book/references.md", ""),
        ("files not in their one form", "book/13-momentum.ipynb", ""),
        ("over budget", "book/13-momentum.ipynb", "title"),
        ("needless offenders", "tools/notebooks/offenders.toml", ""),
    }
    assert any("the time in its header is not what was computed" in finding.what for finding in findings)
    assert format.format_all(copy) == [path]


def test_a_new_chapter_passes_the_lint_and_its_exercise_is_checked(copy):
    written = nb.new("20-large-dropout", copy)
    assert set(written) >= {
        "book/20-large-dropout.ipynb",
        "solutions/20-large-dropout.ipynb",
        "course_lib/checks/large_dropout.py",
        "tests/checks/answers/large_dropout.py",
        "_toc.yml",
        "README.md",
    }
    assert (copy / "exercises" / "20-large-dropout.ipynb").exists()
    assert [str(finding) for finding in lint.findings(copy)] == []
    ruff = [sys.executable, "-m", "ruff"]
    for command in (["check"], ["format", "--check"]):
        subprocess.run([*ruff, *command, "course_lib", "tests", "book", "solutions"], cwd=copy, check=True)
    tests = [f"tests/checks/test_{name}.py" for name in ("checks_reject", "kinds", "solution_mutants")]
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", "dropout", *tests]
    run = subprocess.run(command, cwd=copy, capture_output=True, text=True)
    assert run.returncode == 0 and " passed" in run.stdout, run.stdout + run.stderr
    with pytest.raises(SystemExit, match="is there already"):
        nb.new("20-large-dropout", copy)
    with pytest.raises(SystemExit, match="is no slug"):
        nb.new("dropout", copy)


def test_where_a_new_chapter_stands_in_the_contents():
    contents = (ROOT / "_toc.yml").read_text("utf8")
    last = sorted(path.stem for path in (ROOT / "book").glob("[0-9]*.ipynb"))[-1]
    for slug, before in (("05-losses", "04-success"), ("99-last", last)):
        after = nb.with_chapter(contents, slug).split(f"solutions/{before}\n")[1]
        assert after.startswith(f"      - file: book/{slug}\n        sections:\n          - file: exercises/{slug}\n")
