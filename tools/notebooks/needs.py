"""Packages that one notebook needs and the book does not: where one is missing, the notebook is not run, and says so.

The metadata of its first cell name them as they are imported and installed: ``{"course": {"needs": ["keras"]}}``.
"""

import json
from importlib.util import find_spec

from tools.notebooks.cells import course


def missing(path):
    """The packages that the notebook needs and that are not installed."""
    cells = json.loads(path.read_text("utf8"))["cells"]
    return [name for name in (course(cells[0]).get("needs", []) if cells else []) if find_spec(name) is None]


def reason(names):
    """Why a notebook was not run, in one line."""
    return f"not installed here: {', '.join(names)} (pip install {' '.join(names)})"


def not_run(notebook, names):
    """The notebook without outputs, with a line below its title that says why."""
    import nbformat  # two seconds, for the few who need it

    text = (
        f"> **This page was not run where the book was built:** {', '.join(names)} is not installed there. Its code is "
        f"shown without results; `pip install {' '.join(names)}`, then run the notebook."
    )
    notebook.cells.insert(1, nbformat.v4.new_markdown_cell(text, id="not-run"))
    return notebook
