"""Read the cells of a notebook as data: by type, by tag, and by the calls in their code."""

import ast
import re

MAGIC = re.compile(r"^(\s*)[%!].*$", re.MULTILINE)


def code(notebook):
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def markdown(notebook):
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "markdown"]


def tags(cell):
    return cell["metadata"].get("tags", [])


def parse(cell):
    """The syntax tree of a code cell, its %magics left out; SyntaxError where it is not Python."""
    return ast.parse(MAGIC.sub(r"\1pass", cell["source"]))


def tree(cell):
    """The same, but empty where the cell is not Python: the lint `unreadable` says so."""
    try:
        return parse(cell)
    except SyntaxError:
        return ast.Module([], [])


def calls(cell):
    """The names of the calls in a cell, for example "plt.subplots"."""
    return [dotted(node.func) for node in ast.walk(tree(cell)) if isinstance(node, ast.Call)]


def dotted(node):
    """A name with its dots, for example "plt.subplots"; what is not a name becomes "?"."""
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else "?"
