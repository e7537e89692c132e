"""The repository's notebooks are in their one form, no lint finds anything, and each lint finds what it is for."""

import re
import shutil
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from tools.notebooks import format as notebooks
from tools.notebooks import lint as linter
from tools.notebooks import nb
from tools.notebooks.figure_cells import figure_cells_without_alt, figure_problems
from tools.notebooks.rules import LINTS, bibliography, uncited

ROOT = Path(__file__).resolve().parent.parent.parent
ADDRESS = "repository:\n  url: https://github.com/someone/somewhere\n  branch: v2\n"
TEXT = new_markdown_cell("Words.", id="words")


def code(source, id="code", **metadata):
    return new_code_cell(source, id=id, metadata=metadata)


def text(source, id="text", **metadata):
    return new_markdown_cell(source, id=id, metadata=metadata)


def found_by(name, *cells):
    """What one lint says about a notebook of these cells."""
    lint = next(lint for lint in LINTS if lint.check.__name__ == name)
    return [what for _, what in lint.check({"cells": cells})]  # as it is: new_notebook would mend the ids


@pytest.fixture(scope="module")
def found():
    return linter.findings(ROOT)


@pytest.mark.parametrize("counts", linter.COUNTS)
def test_the_repository_is_clean(found, counts):
    assert [str(finding) for finding in found if finding.counts == counts] == []


def test_every_finding_is_counted(found):
    assert {finding.counts for finding in found} <= set(linter.COUNTS)


ALT = {"mystnb": {"image": {"alt": "A falling line."}}}
BAD = [
    ("outputs", code("1") | {"execution_count": 3}),
    ("outputs", code("1") | {"outputs": [new_output("stream", text="1")]}),
    ("ids", code("1", id="Two_Words")),
    ("ids", code("1", id="a1b2c3d4")),
    ("ids", {k: v for k, v in code("1").items() if k != "id"}),
    ("unreadable", code("x = = 1")),
    ("myst", text("```{note}\nThis.\n```")),
    ("myst", text(":::{note}\nThis.\n:::")),
    ("myst", text("See {cite}`kingma2015`.")),
    ("myst", text("See {py:func}`torch.sum`.")),
    ("myst", text("(target)=\n# Title")),
    ("myst", text("See [](#there).")),
    ("long_cells", code("x = 1\n" * 21)),
    ("long_cells", code("x = 1\n" * 31, tags=["hide-input"])),
    ("missing_alt", code("plots.curves({'loss': values}, xlabel='step', ylabel='loss')")),
    ("missing_alt", code("fig, ax = plt.subplots()\nax.set(xlabel='x')")),
    ("missing_alt", code("ax.plot(x, y);", **{"mystnb": {"image": {"alt": " "}}})),
    ("missing_alt", code("def picture(x):\n    plt.figure()\n\npicture(3)")),
    ("missing_alt", code("from course_lib.figures.momentum import MomentumFigure\n\nMomentumFigure()")),
    ("several_figures", code("plt.figure()\nplt.figure()", **ALT)),
    ("several_figures", code("plots.curves(a)\nplots.curves(b)", **ALT)),
    ("typed", text("The accuracy is 0.93.")),
]
GOOD = [
    ("outputs", code("1")),
    ("ids", code("1", id="memory-2")),
    ("unreadable", code("%matplotlib inline\n!ls\nx = 1")),
    ("unreadable", code("%%bash\nls | wc")),
    ("myst", text("```python\nx = {}\n```\nThe set $\\{a\\}$, `{x}` and [a link](#there).")),
    ("myst", text("```\nSee {cite}`kingma2015`.\n```")),
    ("long_cells", code("x = 1\n\n" * 20)),
    ("long_cells", code("x = 1\n" * 30, tags=["hide-input"])),
    ("long_cells", code("x = 1\n" * 40, id="setup")),
    ("missing_alt", code("plt.plot(x, y)", **ALT)),
    ("missing_alt", code("def picture(x):\n    plt.figure()")),
    ("missing_alt", code("optimizer.step()\nloss.item()")),
    ("typed", text("We set a learning rate of 0.1.")),
    ("several_figures", code("fig, (a, b) = plt.subplots(2)\nplots.curves(x, ax=a)\nplots.curves(y, ax=b)", **ALT)),
]


@pytest.mark.parametrize("lint, cell", BAD)
def test_finds(lint, cell):
    assert len(found_by(lint, cell)) == 1


@pytest.mark.parametrize("lint, cell", GOOD)
def test_lets_pass(lint, cell):
    assert found_by(lint, cell) == []


def test_every_lint_is_proved():
    assert {lint.check.__name__ for lint in LINTS} == {name for name, _ in BAD} | {"code_in_a_row"}


def test_finds_a_third_code_cell_in_a_row():
    two = [code("1", id="a"), code("2", id="b")]
    assert found_by("code_in_a_row", code("0", id="setup"), *two, TEXT, *two) == []
    assert len(found_by("code_in_a_row", TEXT, *two, code("3", id="c"))) == 1
    for folded in (code("say('so')", id="d"), code("assert x", id="d", tags=["proof"])):
        assert found_by("code_in_a_row", *two, folded, TEXT) == []
        assert len(found_by("code_in_a_row", *two, folded, code("3", id="c"))) == 1


def test_finds_the_same_id_twice():
    assert found_by("ids", code("1"), code("2")) == ["id: another cell has it too"]


def test_a_function_of_an_earlier_cell_draws():
    picture = code("def picture(x):\n    plt.figure()", id="define")
    assert len(found_by("missing_alt", picture, TEXT, code("picture(3)"))) == 1


def test_a_link_must_be_in_the_bibliography():
    known = bibliography(
        "  doi = {10.1016/0041-5553(64)90137-5},\n  eprint = {1412.6980},\n  url = {https://arxiv.org/abs/1502.03167}\n"
    )
    good = [
        "https://doi.org/10.1016/0041-5553(64)90137-5",
        "https://doi.org/10.1016/0041-5553%2864%2990137-5",
        "https://arxiv.org/abs/1412.6980",
        "https://doi.org/10.48550/arXiv.1412.6980",
        "https://arxiv.org/pdf/1502.03167",
    ]
    bad = [
        "https://doi.org/10.1016/0041-5553(64)90137-6",
        "https://arxiv.org/abs/1412.6981",
        "https://dx.doi.org/10.1000/x.y",
    ]
    for links, number in ((good, 0), (bad, 1)):
        for link in links:
            assert len(list(uncited(new_notebook(cells=[text(f"So said [Kingma]({link}).")]), known))) == number, link


def test_executed_figures():
    picture = new_output("display_data", {"image/svg+xml": "<svg/>", "text/plain": "Figure"})
    live = new_output("display_data", {"application/vnd.jupyter.widget-view+json": {"model_id": "1"}})
    assert list(figure_problems({}, [new_output("stream", text="1")])) == []
    assert list(figure_problems(ALT, [picture])) == []
    assert "no alt text" in next(figure_problems({}, [live]))
    assert "2 figures" in next(figure_problems(ALT, [picture, picture]))
    cells = [code("1", id="bare"), code("2", id="told", **ALT), code("3", id="silent")]
    cells[0].outputs, cells[1].outputs = [picture], [picture]
    assert figure_cells_without_alt(new_notebook(cells=cells)) == ["bare"]


@pytest.fixture
def repository(tmp_path):
    """A repository of one notebook, as an editor leaves it."""
    for folder in ("book", "exercises", "solutions", "course_lib", "tools/notebooks"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "_config.yml").write_text(ADDRESS)
    (tmp_path / ".gitignore").write_text("book/claims.md\n")
    (tmp_path / "README.md").write_text("<!-- chapters: make format -->\n<!-- end -->\n")
    (tmp_path / "book" / "references.bib").write_text("")
    (tmp_path / "tools" / "notebooks" / "offenders.toml").write_text('01-first = ["header"]\n')
    cells = [
        text("# Title\n\n- **Time.** Long.\n", id="title"),
        new_code_cell(
            "from course_lib.claims import claim\n\nclaim('äß', True)\n",
            id="claim",
            execution_count=7,
            outputs=[new_output("stream", text="1")],
            metadata={"trusted": True, "collapsed": False, "course": {"covers": ["B-12"]}, "tags": []},
        ),
        code("plt.plot(x)", id="figure", tags=["hide-input"], **ALT),
        code("assert x == 1", id="proof", tags=["proof"]),
    ]
    notebook = new_notebook(cells=cells, metadata={"colab": {"provenance": []}})
    nbformat.write(notebook, tmp_path / "book" / "01-first.ipynb")
    return tmp_path


def test_format(repository):
    path = repository / "book" / "01-first.ipynb"
    kinds = {finding.counts for finding in linter.findings(repository)}
    assert kinds == {"cells with outputs", "files not in their one form"}
    assert notebooks.format_all(repository) == [path, repository / "README.md"]
    assert linter.findings(repository) == []
    written = path.read_bytes()
    assert notebooks.format_all(repository) == []
    assert path.read_bytes() == written

    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    title, setup, claim, figure, proof = notebook.cells
    folded = {"cellView": "form", "jupyter": {"source_hidden": True}}
    assert notebook.metadata == notebooks.METADATA
    assert title.source == "# Title\n\n- **Time.** About 0 minutes."
    assert (setup.id, claim.id) == ("setup", "claim")
    assert "git+https://github.com/someone/somewhere@v2" in setup.source
    assert setup.metadata == {"tags": ["remove-cell"], **folded}
    assert (claim.outputs, claim.execution_count) == ([], None)
    assert claim.metadata == {"tags": ["hide-input"], "course": {"covers": ["B-12"]}, **folded}
    assert figure.metadata == {"tags": ["hide-input"], **ALT, **folded}
    assert proof.metadata == {"tags": ["proof", "hide-input"], **folded}
    assert "| [Title](book/01-first.ipynb) | all | 0 |" in (repository / "README.md").read_text("utf8")


def test_format_writes_what_nbformat_and_the_text_editor_write(repository, tmp_path):
    notebooks.format_all(repository)
    path = repository / "book" / "01-first.ipynb"
    for name, write in (
        ("a.ipynb", lambda to: nbformat.write(nbformat.read(path, as_version=4), to)),
        ("b.ipynb", lambda to: nb.write(nb.show(path), to)),
    ):
        write(tmp_path / name)
        assert (tmp_path / name).read_bytes() == path.read_bytes(), name


def test_a_changed_setup_cell_is_found_and_mended(repository):
    notebooks.format_all(repository)
    path = repository / "book" / "01-first.ipynb"
    right = path.read_text("utf8")
    path.write_text(right.replace("find_spec", "found_spec"), "utf8")
    assert {finding.counts for finding in linter.findings(repository)} == {"files not in their one form"}
    notebooks.format_all(repository)
    assert path.read_text("utf8") == right


def test_exercises_are_linted_and_not_formatted(repository):
    shutil.copy(repository / "book" / "01-first.ipynb", repository / "exercises")
    files = {finding.file for finding in linter.findings(repository)}
    assert files == {"book/01-first.ipynb", "exercises/01-first.ipynb", "README.md"}
    assert len(notebooks.format_all(repository)) == 2


def test_finds_private_paths(repository):
    notebooks.format_all(repository)
    (repository / "notes.md").write_text("the/work/is done, 3/4\nsee /" + "work/main/notes\n")
    (repository / "install.sh").write_text("pip install -i https://py" + "pi.org/simple\n")
    assert {(f.counts, f.file, f.cell) for f in linter.findings(repository)} == {
        ("private paths and hosts", "notes.md", "line 2"),
        ("private paths and hosts", "install.sh", "line 1"),
    }


def test_the_command_says_what_it_found(repository, capsys):
    assert linter.main(repository) == 1
    bad = capsys.readouterr().out.splitlines()
    assert "book/01-first.ipynb: claim: has outputs: make format" in bad
    assert bad[-1].startswith("1 notebooks · cells with outputs 1 · bad ids 0")
    notebooks.format_all(repository)
    assert linter.main(repository) == 0
    good = capsys.readouterr().out.splitlines()
    assert good[0].startswith("chapter ") and good[1].startswith("01-first ")
    assert good[-1].startswith("1 notebooks · cells with outputs 0") and "book/01-first.ipynb:" not in " ".join(good)


def test_the_lines_of_the_readme_run(capsys):
    (source,) = re.findall(r"^```python\n(.*?)^```$", (ROOT / "README.md").read_text("utf8"), re.MULTILINE | re.DOTALL)
    names = {}
    exec(source, names)
    assert names["record"]["val_accuracy"] > 0.95 and str(names["record"]) in capsys.readouterr().out
