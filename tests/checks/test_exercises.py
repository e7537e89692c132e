"""exercises/ is what solutions/ gives; the generator refuses what would lose work or show a solution."""

import contextlib
import importlib
import io
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from answers import exercises as exercises_with_a_check
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

ROOT = Path(__file__).resolve().parent.parent.parent

generator, learn = importlib.import_module("tools.notebooks.exercises"), importlib.import_module("tools.learn")
NAME = "13-momentum.ipynb"
PATHS = sorted((ROOT / "exercises").glob("*.ipynb"))

PREDICT = "answer = ...  # your number here\n### BEGIN SOLUTION\nanswer = 0.79\n### END SOLUTION"
BUILD = 'def f(x):\n    """Twice."""\n    ### BEGIN SOLUTION\n    y = 2 * x\n    return y\n    ### END SOLUTION'
TITLE = new_markdown_cell(f"# Solutions: a\n\nTo [A: b?](../book/{NAME}).", id="title")
ANSWER = new_code_cell(PREDICT, id="answer")
BUG = (
    "def f(x):\n    ### BEGIN BUG\n    # if x:\n    #     return 3 * x  # slide\n    #\n    ### END BUG\n"
    "    ### BEGIN SOLUTION\n    return 2 * x\n    ### END SOLUTION\n\nf(1)"
)


# the repository


def test_in_sync():
    command = [sys.executable, "-m", "tools.notebooks.exercises", "--check"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr


def checked(cell):
    return re.findall(r"^(?:\w+_)?check\.(\w+)\(", cell.source, re.MULTILINE)


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_every_check_follows_the_task_with_its_name(path):
    notebook = nbformat.read(path, as_version=4)
    named = [name.replace("_", "-") for cell in notebook.cells for name in checked(cell)]
    assert [task.id for task in generator.tasks(notebook)] == named


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
@pytest.mark.parametrize("folder", ["exercises", "solutions"])
def test_the_chapter_is_linked_by_its_present_title(path, folder):
    chapter, page = (nbformat.read(ROOT / name / path.name, as_version=4) for name in ("book", folder))
    title = chapter.cells[0].source.partition("\n")[0].removeprefix("# ")
    assert f"[{title}](../book/{path.name})" in page.cells[0].source


def test_a_task_says_its_kind_and_its_minutes():
    cells = [new_markdown_cell("## Cut it\n\n**Exercise (find the bug, 1 minute).** Mend it.", id="cut")]
    cells += [new_markdown_cell("## Notes\n\nNo task.", id="notes")]
    assert list(generator.tasks(new_notebook(cells=cells))) == [("cut", "Cut it", "find the bug", 1)]


def test_every_check_is_used_once():
    used = [name for path in PATHS for cell in nbformat.read(path, as_version=4).cells for name in checked(cell)]
    assert sorted(used) == sorted(exercise.name for exercise in exercises_with_a_check().values())


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_learner_who_runs_all_reads_a_verdict_on_each(path, monkeypatch):
    """Stubs are "not attempted yet"; the code of a bug, unchanged, is ✗ with words about it."""
    monkeypatch.setenv("COURSE_STRICT", "")
    solution = {cell.id: cell.source for cell in nbformat.read(ROOT / "solutions" / path.name, as_version=4).cells}
    names, is_bug, verdicts = {"__name__": "__main__"}, False, 0
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "code":
            printed = io.StringIO()
            with contextlib.redirect_stdout(printed):
                exec(cell.source, names)
            for name in checked(cell):
                expected = f"✗ {name}: " if is_bug else f"{name}: not attempted yet\n"
                assert printed.getvalue().startswith(expected), printed.getvalue()
                verdicts += 1
            is_bug = "### BEGIN BUG" in solution[cell.id]
    assert verdicts


# the generator


@pytest.fixture
def project(tmp_path):
    """A repository with one solution notebook: title, imports, an answer of each kind, an explanation."""
    (tmp_path / "solutions").mkdir()
    write(
        tmp_path,
        [
            new_markdown_cell(
                "# Solutions: averages\n\nTo [Averages: what fades?](../book/13-momentum.ipynb), one answer each.",
                id="title",
            ),
            new_code_cell("import torch", id="imports", outputs=[], execution_count=3),
            new_code_cell(
                PREDICT,
                id="predict",
                metadata={"tags": ["hide-input", "mine"], "cellView": "form", "jupyter": {"source_hidden": True}},
            ),
            new_code_cell(BUILD, id="build", metadata={"tags": ["hide-input"]}),
            new_markdown_cell(
                "[on GitHub](https://github.com/O/R/blob/main/solutions/13-momentum.ipynb) "
                "[here](../solutions/13-momentum.ipynb)",
                id="links",
            ),
            new_markdown_cell("Because.", id="why", metadata={"tags": ["solution-only"]}),
            new_code_cell(BUG, id="bug"),
        ],
    )
    return tmp_path


def write(project, cells, name=NAME):
    (project / "solutions" / name).write_text(nbformat.writes(new_notebook(cells=cells)), "utf-8")


def make(project, *arguments):
    return generator.main(project, list(arguments))


def generated(project):
    return nbformat.read(project / "exercises" / NAME, as_version=4)


def cell(project, name):
    return next(cell for cell in generated(project).cells if cell.id == name)


def git(project, *arguments):
    if not shutil.which("git"):
        pytest.skip("git is not installed")
    subprocess.run(
        ["git", "-c", "user.name=a", "-c", "user.email=a@b.c", *arguments], cwd=project, check=True, capture_output=True
    )


def test_what_the_learner_gets(project):
    assert make(project) == 0
    assert [cell.id for cell in generated(project).cells] == ["title", "imports", "predict", "build", "links", "bug"]
    title = cell(project, "title").source
    assert title.startswith(
        "# Exercises: averages\n\nThey practise [Averages: what fades?](../book/13-momentum.ipynb)."
    )
    assert "one answer each" not in title and "[ours](../solutions/13-momentum.ipynb)" in title
    assert cell(project, "imports") == {
        "cell_type": "code",
        "id": "imports",
        "metadata": {},
        "source": "import torch",
        "outputs": [],
        "execution_count": None,
    }
    assert cell(project, "predict").source == "answer = ...  # your number here"
    assert cell(project, "build").source == 'def f(x):\n    """Twice."""\n    ...  # your code here'
    assert cell(project, "bug").source == "def f(x):\n    if x:\n        return 3 * x  # slide\n\n\nf(1)"


def test_links_to_this_notebook_elsewhere_become_the_exercise(project):
    make(project)
    text = cell(project, "links").source
    assert "blob/main/exercises/13-momentum.ipynb" in text and "(../solutions/13-momentum.ipynb)" in text


def test_answers_are_folded_in_the_solution_only(project):
    make(project)
    assert cell(project, "predict").metadata == {"tags": ["mine"]}
    assert cell(project, "build").metadata == {}


def test_bytes_are_the_same_every_time(project):
    make(project)
    first = (project / "exercises" / NAME).read_bytes()
    (project / "exercises" / NAME).unlink()
    make(project)
    assert (project / "exercises" / NAME).read_bytes() == first
    assert first.endswith(b"}\n")


def test_nothing_to_do_writes_nothing(project, capsys):
    make(project)
    capsys.readouterr()
    assert make(project) == 0 and capsys.readouterr().out == ""


def test_check_shows_the_drift_and_writes_nothing(project, capsys):
    assert make(project, "--check") == 1
    assert not (project / "exercises").exists()
    make(project)
    assert make(project, "--check") == 0
    path = project / "exercises" / NAME
    path.write_text(path.read_text("utf-8").replace("your number", "a number"), "utf-8")
    before = path.read_bytes()
    capsys.readouterr()
    assert make(project, "--check") == 1
    printed = capsys.readouterr().out
    assert "make exercises" in printed and '-    "answer = ...  # a number here"' in printed
    assert path.read_bytes() == before


def test_own_output_is_overwritten_without_git(project):
    make(project)
    write(project, [TITLE, new_code_cell(BUILD, id="build")])
    assert make(project) == 0 and len(generated(project).cells) == 2


def edit(project):
    path = project / "exercises" / NAME
    notebook = json.loads(path.read_text("utf-8"))
    notebook["cells"][2]["source"] = ["answer = 0.8"]
    path.write_text(json.dumps(notebook, indent=1), "utf-8")
    return path


def test_uncommitted_work_is_not_overwritten(project, capsys):
    git(project, "init", "-q")
    make(project)
    git(project, "add", "."), git(project, "commit", "-qm", "a")
    path = edit(project)
    before = path.read_bytes()
    assert make(project) == 1
    message = capsys.readouterr().err
    assert f"exercises/{NAME}" in message and "would be lost" in message and f"solutions/{NAME}" in message
    assert path.read_bytes() == before


def test_committed_work_is_in_git_and_may_be_overwritten(project):
    git(project, "init", "-q")
    make(project)
    edit(project)
    git(project, "add", "."), git(project, "commit", "-qm", "a")
    assert make(project) == 0 and "0.8" not in cell(project, "predict").source


@pytest.mark.parametrize("content", ["", "not a notebook", "{}"])
def test_work_that_is_no_notebook_is_not_overwritten_either(project, content):
    make(project)
    (project / "exercises" / NAME).write_text(content or "\n", "utf-8")
    assert make(project) == 1


def test_orphan_is_refused(project, capsys):
    make(project)
    (project / "exercises" / "11-old.ipynb").write_text("{}")
    for arguments in ([], ["--check"]):
        assert make(project, *arguments) == 1
        assert "exercises/11-old.ipynb has no solutions/11-old.ipynb" in capsys.readouterr().err


@pytest.mark.parametrize(
    "source, words",
    {
        "a = 1\n### BEGIN SOLUTION\nb = 2": "has no partner",
        "a = 1\n### END SOLUTION": "has no partner",
        "### BEGIN SOLUTION\na = 1\n### BEGIN SOLUTION\nb = 2\n### END SOLUTION": "inside a block",
        "### BEGIN BUG\n# a = 1\n### BEGIN SOLUTION\nb = 2\n### END SOLUTION": "has no partner",
        "### BEGIN BUG\n# a = 1\n### END BUG\nc = 3\n### BEGIN SOLUTION\nb = 2\n### END SOLUTION": "has no partner",
        "### BEGIN BUG\na = 1\n### END BUG\n### BEGIN SOLUTION\nb = 2\n### END SOLUTION": "not commented out",
        "## BEGIN SOLUTION\nb = 2\n## END SOLUTION": "spelled differently",
        "### begin solution\nb = 2\n### end solution": "spelled differently",
        "b = 2  ### BEGIN SOLUTION\n### END SOLUTION": "not alone",
        "for i in range(3):\n### BEGIN SOLUTION\n    b = 2\n### END SOLUTION": "expected an indented block",
    }.items(),
)
def test_markers_that_do_not_pair_up_are_refused(project, source, words):
    write(project, [TITLE, new_code_cell(source, id="broken")])
    with pytest.raises(SystemExit, match=f"solutions/{NAME}, cell broken: .*{words}"):
        make(project)
    assert not (project / "exercises").exists()


@pytest.mark.parametrize(
    "cells, words",
    [
        ([new_markdown_cell("# Averages", id="title"), ANSWER], "# Solutions: "),
        ([ANSWER], "# Solutions: "),
        ([new_markdown_cell("# Solutions: a\n\nTo the chapter.", id="title"), ANSWER], "no link to the chapter"),
        ([TITLE, new_code_cell("1", id="one")], "no ### BEGIN SOLUTION"),
        ([TITLE, ANSWER, new_markdown_cell("### BEGIN SOLUTION\nso\n### END SOLUTION", id="so")], "tag the whole cell"),
        ([TITLE, ANSWER, new_code_cell("1", id="answer")], "id of its own"),
    ],
)
def test_what_else_is_refused(project, cells, words):
    path = project / "solutions" / NAME
    path.write_text(json.dumps({**new_notebook(), "cells": cells}), "utf-8")
    with pytest.raises(SystemExit, match=words):
        make(project)


def test_one_bad_notebook_stops_before_any_is_written(project):
    write(project, [TITLE, new_code_cell("### BEGIN SOLUTION", id="x")], "99-last.ipynb")
    with pytest.raises(SystemExit):
        make(project)
    assert not (project / "exercises").exists()


# make learn


def test_learner_gets_copies_that_are_never_overwritten(project, capsys):
    make(project)
    capsys.readouterr()
    assert learn.main(project) == 0
    assert capsys.readouterr().out == f"my/{NAME}: new\n"
    mine = project / "my" / NAME
    assert mine.read_bytes() == (project / "exercises" / NAME).read_bytes()
    mine.write_text(mine.read_text("utf-8").replace("...  # your number here", "0.8"), "utf-8")
    before = mine.read_bytes()
    learn.main(project)
    assert capsys.readouterr().out == f"my/{NAME}: yours, kept\n"
    write(project, [TITLE, ANSWER])
    make(project)
    capsys.readouterr()
    learn.main(project)
    assert "another version" in capsys.readouterr().out
    assert mine.read_bytes() == before
