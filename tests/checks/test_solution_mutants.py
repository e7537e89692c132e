"""Each statement of each solution counts: the exercise's own check, the next code cell, notices when it is deleted."""

import ast
from pathlib import Path

import nbformat
import pytest
from mutants import without

ROOT = Path(__file__).resolve().parent.parent.parent


def statements(tree, source):
    """The statements between the markers; a loop counts as a whole and line by line."""
    lines = [line.strip() for line in source.split("\n")]
    first, last = lines.index("### BEGIN SOLUTION") + 1, lines.index("### END SOLUTION") + 1
    return [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.stmt)
        and not isinstance(node, (ast.FunctionDef, ast.ClassDef))
        and first < node.lineno < last
    ]


def mutants(source):
    """(the statement, the cell's code without it) for each statement of the solution."""
    for number in range(len(statements(ast.parse(source), source))):
        cut, mutant = without(source, number, lambda tree: statements(tree, source))
        yield ast.unparse(cut).split("\n")[0], mutant


def solutions():
    """(notebook, its code cells, number of a cell that holds a solution)."""
    for path in sorted((ROOT / "solutions").glob("*.ipynb")):
        cells = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
        for number, cell in enumerate(cells):
            if "### BEGIN SOLUTION" in cell.source:
                yield path.stem, cells, number


def cases():
    for stem, cells, number in solutions():
        for statement, mutant in mutants(cells[number].source):
            yield pytest.param(cells, number, mutant, id=f"{stem}/{cells[number].id}: without `{statement}`")


@pytest.fixture(autouse=True)
def strict(monkeypatch):
    monkeypatch.setenv("COURSE_STRICT", "1")


def before(cells, number):
    """The sources of the code cells before a solution, without the checks of the solutions before it."""
    solved = [False, *["### BEGIN SOLUTION" in cell.source for cell in cells]]
    return [cell.source for cell, is_check in zip(cells[:number], solved) if not is_check]


def run(*sources, names=None):
    names = {"__name__": "__main__"} if names is None else names
    for source in sources:
        exec(source, names)
    return names


@pytest.mark.parametrize("path", sorted((ROOT / "solutions").glob("*.ipynb")), ids=lambda path: path.stem)
def test_each_solution_is_right_and_the_next_cell_checks_it(path, capsys):
    cells = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    names, solved = {"__name__": "__main__"}, False
    for cell in cells:
        run(cell.source, names=names)
        printed = capsys.readouterr().out
        if solved:
            assert "check." in cell.source and printed.rpartition("✓")[2].count(": right") == 1, cell.id
        solved = "### BEGIN SOLUTION" in cell.source
    assert not solved, "the last solution has no check"


@pytest.mark.parametrize("path", sorted((ROOT / "solutions").glob("*.ipynb")), ids=lambda path: path.stem)
def test_a_check_may_be_run_again_after_all_answers(path):
    """In reverse order: no answer has the name of another, or of what its check needs."""
    cells = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    checks = [cells[i + 1] for i, cell in enumerate(cells) if "### BEGIN SOLUTION" in cell.source]
    others = [c for c in cells if c not in checks and "solution-only" not in c.metadata.get("tags", [])]
    run(*[cell.source for cell in [*others, *reversed(checks)]])


@pytest.mark.parametrize("cells, number, mutant", list(cases()))
def test_deletion_is_noticed(cells, number, mutant):
    names = run(*before(cells, number))
    with pytest.raises((AssertionError, NameError)):
        run(mutant, cells[number + 1].source, names=names)
