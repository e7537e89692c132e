"""Read the cells of a notebook as data: by type, by tag, and by what their code does. The one parser of cells."""

import ast
import re

MAGIC = re.compile(r"^(\s*)[%!].*$", re.MULTILINE)
FOLDED = {"hide-input", "hide-cell", "remove-input", "remove-cell", "proof"}


def code(notebook):
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def markdown(notebook):
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "markdown"]


def tags(cell):
    return cell["metadata"].get("tags", [])


def course(cell):
    """What the cell's metadata say to the tools of this book: covers, step, objectives, objective, slips."""
    return cell["metadata"].get("course", {})


def lines(cell):
    """The lines of a cell that are not empty."""
    return [line for line in cell["source"].splitlines() if line.strip()]


def parse(cell):
    """The syntax tree of a code cell, its %magics left out; empty for %%bash and its like, SyntaxError for no Python."""
    return ast.parse("" if cell["source"].lstrip().startswith("%%") else MAGIC.sub(r"\1pass", cell["source"]))


def tree(cell):
    """The same, but empty where the cell is not Python: the lint `unreadable` says so."""
    try:
        return parse(cell)
    except SyntaxError:
        return ast.Module([], [])


def run_at_once(nodes):
    """The nodes that run with the cell: nothing inside of a function, which may never be called."""
    todo = list(nodes)
    for node in todo:
        yield node
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            todo += ast.iter_child_nodes(node)


def calls(cell):
    """The names of the calls in a cell, for example "plt.subplots"."""
    return [dotted(node.func) for node in ast.walk(tree(cell)) if isinstance(node, ast.Call)]


def count_calls(cell, name):
    """How often a cell calls `name` or `claims.name`."""
    return sum(called in (name, f"claims.{name}") for called in calls(cell))


def speaks(cell):
    """Whether a cell shows a computed sentence."""
    return count_calls(cell, "claim") + count_calls(cell, "say") > 0


def is_folded(cell):
    """Whether a reader sees the cell's code only on demand."""
    return bool(FOLDED & set(tags(cell))) or speaks(cell)


def dotted(node):
    """A name with its dots, for example "plt.subplots"; what is not a name becomes "?"."""
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else "?"
