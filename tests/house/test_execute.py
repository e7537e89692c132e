"""The book's cache notices everything that a result can depend on, and pages follow a change in the library."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from tools import execute
from tools.pages import render

READS_LIBRARY = "namespace = {}\nexec(open('../course_lib/constants.py').read(), namespace)\nprint(namespace['STEPS'])"


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project with one library file, a lock, a saved benchmark, data and one chapter."""
    for folder in ("course_lib", "book", "solutions", "benchmarks/results", "data/MNIST/raw"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "course_lib" / "constants.py").write_text("STEPS = 46\n")
    (tmp_path / "requirements.lock").write_text("torch==2.15.0\n")
    (tmp_path / "benchmarks" / "results" / "fit.json").write_text("{}")
    (tmp_path / "data" / "MNIST" / "raw" / "images").write_bytes(b"\0")
    write(tmp_path / "book" / "10-chapter.ipynb", READS_LIBRARY)
    for name in ("COURSE_SEED", "COURSE_DEVICE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COURSE_DATA_DIR", str(tmp_path / "data"))
    return tmp_path


def write(path, source):
    notebook = new_notebook(cells=[new_code_cell(source, id="constant")])
    notebook.metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(notebook, path)


def printed(project):
    notebook = execute.executed(project / "book" / "10-chapter.ipynb", project)
    return notebook.cells[0].outputs[0].text.strip()


@pytest.mark.parametrize(
    "name", ["course_lib/constants.py", "requirements.lock", "benchmarks/results/fit.json", "data/MNIST/raw/images"]
)
def test_a_changed_file_is_another_state(project, name):
    before = execute.state(project)
    (project / name).write_bytes((project / name).read_bytes() + b"#")
    assert execute.state(project) != before


@pytest.mark.parametrize("name", ["widget.js", "widget.css", "course.mplstyle"])
def test_what_the_figures_are_made_of_counts_too(project, name):
    before = execute.state(project)
    (project / "course_lib" / name).write_text("new")
    assert execute.state(project) != before


def test_settings_count_and_places_do_not(project, monkeypatch):
    before = execute.state(project)
    monkeypatch.setenv("COURSE_CHROMIUM", "/somewhere/else")
    (project / "data").rename(project / "moved")
    monkeypatch.setenv("COURSE_DATA_DIR", str(project / "moved"))
    assert execute.state(project) == before
    monkeypatch.setenv("COURSE_SEED", "7")
    assert execute.state(project) != before


def test_a_page_is_run_once_and_again_after_a_change_in_the_library(project, capfd):
    assert execute.execute_all(project, jobs=1) == 0
    assert printed(project) == "46"
    assert execute.execute_all(project, jobs=1) == 0
    assert "to execute: 0" in capfd.readouterr().out
    (project / "course_lib" / "constants.py").write_text("STEPS = 58\n")
    assert execute.execute_all(project, jobs=1) == 0
    assert printed(project) == "58"


@pytest.mark.parametrize(
    "source, words",
    [
        ("raise AssertionError('the claim is false')", "the claim is false"),
        ("import sys\nprint('a warning', file=sys.stderr)", "wrote to stderr: a warning"),
    ],
)
def test_a_failing_or_warning_notebook_is_named_and_not_kept(project, capfd, source, words):
    write(project / "book" / "11-bad.ipynb", source)
    assert execute.execute_all(project, jobs=1) == 1
    err = capfd.readouterr().err
    assert "11-bad.ipynb" in err and words in err
    assert printed(project) == "46"
    with pytest.raises(KeyError):
        execute.executed(project / "book" / "11-bad.ipynb", project)


def test_a_render_that_executes_is_refused(monkeypatch, tmp_path, capsys):
    class Run:
        returncode, stdout = 0, f"{render.RAN} using local CWD"

    monkeypatch.setattr(render, "ROOT", tmp_path)
    monkeypatch.setattr(render.subprocess, "run", lambda *args, **kwargs: Run)
    assert render.main() == 1
    assert "tools/execute.py" in capsys.readouterr().err
    Run.stdout = ""
    assert render.main() == 0


LONGEST, AVERAGE = 25, 12  # seconds of CPU time that a chapter may take
SLACK = 1.5  # for a slower machine, or a first run with cold caches


def test_the_book_keeps_its_budget():
    paths = [path for path in execute.notebooks() if path.parent.name == "book"]
    try:
        took = {path.stem: execute.seconds(path) for path in paths}
    except KeyError:
        pytest.skip("the book has not been executed in this state: make book")
    assert max(took.values()) < LONGEST * SLACK and sum(took.values()) / len(took) < AVERAGE * SLACK, took
