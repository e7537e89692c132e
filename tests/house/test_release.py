"""`make address` and `make release` reach every place, and there are no others."""

import shutil
import subprocess

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, writes

from tools import release as address
from tools.notebooks import format as notebooks
from tools.release import PLACES, ROOT, present

README = """[book](https://OWNER.github.io/REPO) [code](https://github.com/OWNER/REPO). Clone https://github.com/OWNER/REPO.git
[file](https://github.com/OWNER/REPO/blob/main/book/13-momentum.ipynb) pip install git+https://github.com/OWNER/REPO@main
Not ours: github.com/OWNER/REPO-2, github.com/NOWNER/REPO, OWNER/REPO.js, git@github.com, https://github.com/other/x/blob/main/y
"""
AFTER = """[book](https://ada.github.io/deep.course) [code](https://github.com/ada/deep.course). Clone \
https://github.com/ada/deep.course.git
[file](https://github.com/ada/deep.course/blob/main/book/13-momentum.ipynb) pip install git+https://github.com/ada/deep.course@main
Not ours: github.com/OWNER/REPO-2, github.com/NOWNER/REPO, OWNER/REPO.js, git@github.com, https://github.com/other/x/blob/main/y
"""
CONFIG = 'title: A book\nrepository:\n  url: https://github.com/OWNER/REPO\n  branch: main\n  path_to_book: ""\n'


@pytest.fixture
def copy(tmp_path):
    """A repository with its address in a configuration, a page and two notebooks."""
    (tmp_path / "_config.yml").write_text(CONFIG, "utf8")
    (tmp_path / "README.md").write_text(README, "utf8")
    for folder in ("book", "exercises", "solutions"):
        (tmp_path / folder).mkdir()
    notebook = new_notebook(cells=[new_markdown_cell("# Momentum", id="title"), new_code_cell("x = 1", id="x")])
    (tmp_path / "book" / "13-momentum.ipynb").write_text(writes(notebook), "utf8")
    notebooks.format_all(tmp_path)
    shutil.copy(tmp_path / "book" / "13-momentum.ipynb", tmp_path / "exercises")
    return tmp_path


def setup_cells(root):
    return [notebooks.read(path).cells[1].source for path in sorted(root.glob("*/*.ipynb"))]


def test_the_address_is_written_everywhere(copy, capsys):
    assert address.main(["ada/deep.course"], copy) == 0
    assert present(copy) == ("ada/deep.course", "main")
    assert (copy / "README.md").read_text("utf8") == AFTER
    assert setup_cells(copy) == [notebooks.setup_source(copy)] * 2
    assert "git+https://github.com/ada/deep.course@main" in setup_cells(copy)[0]
    assert capsys.readouterr().out.splitlines() == [
        f"wrote {name}"
        for name in ("README.md", "_config.yml", "book/13-momentum.ipynb", "exercises/13-momentum.ipynb")
    ]


def test_it_can_be_written_again_and_taken_back(copy):
    before = {path: path.read_text("utf8") for path in copy.rglob("*.*") if path.is_file()}
    for repository in ("ada/deep.course", "ada/deep.course", "grace/net", "OWNER/REPO"):
        address.main([repository], copy)
    assert {path: path.read_text("utf8") for path in before} == before


def test_the_ref_is_written_everywhere(copy):
    address.main(["--ref", "v1.0"], copy)
    assert present(copy) == ("OWNER/REPO", "v1.0")
    assert setup_cells(copy) == [notebooks.setup_source(copy)] * 2
    readme = (copy / "README.md").read_text("utf8")
    assert "OWNER/REPO/blob/v1.0/book" in readme and "OWNER/REPO@v1.0\n" in readme and "other/x/blob/main/y" in readme
    address.main(["--ref", "v1.1"], copy)
    assert "OWNER/REPO@v1.1" in setup_cells(copy)[0]


@pytest.mark.parametrize(
    "arguments, message",
    [
        ([], "give the repository"),
        (["ada/x", "--ref", "v1"], "give the repository"),
        (["https://github.com/ada/x"], "write it as owner/name"),
        (["ada"], "write it as owner/name"),
        (["--ref", "../v1"], "name a branch or a tag"),
    ],
)
def test_a_wrong_address_is_refused(copy, capsys, arguments, message):
    with pytest.raises(SystemExit):
        address.main(arguments, copy)
    assert message in capsys.readouterr().err
    assert present(copy) == ("OWNER/REPO", "main")


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="git says which files are ours, and this is no clone")
def test_the_address_stands_nowhere_else():
    repository, _ = present()
    found = subprocess.run(
        ["git", "grep", "-lFI", repository, "--", ".", *(f":(exclude,glob){place}" for place in PLACES)],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert found.stderr == "" and set(found.stdout.split()) <= {"tests/house/test_release.py"}
