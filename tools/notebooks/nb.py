"""Edit a notebook as a Python script:  nb.py show NB.ipynb > x.py ; edit ; nb.py write x.py NB.ipynb

The script is py:percent with the id of every cell in its header (``# %% id="fit" tags=["hide-input"]``).
"""

import sys
from pathlib import Path

import jupytext
import nbformat

METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
SCRIPT = {"extension": ".py", "format_name": "percent"}


def show(path):
    notebook = nbformat.read(path, 4)
    for cell in notebook.cells:
        cell.metadata = {"id": cell.id, **{k: v for k, v in cell.metadata.items() if k != "trusted"}}
    notebook.metadata = {"jupytext": {"cell_metadata_filter": "all", "notebook_metadata_filter": "-all"}}
    return jupytext.writes(notebook, SCRIPT)


def write(script, path):
    notebook = jupytext.reads(script, SCRIPT)
    for cell in notebook.cells:
        cell.id = cell.metadata.pop("id")  # a cell without an id is a KeyError: write one
    notebook.metadata = METADATA
    notebook.nbformat_minor = 5
    if len({c.id for c in notebook.cells}) < len(notebook.cells):
        raise ValueError(f"{path}: two cells have the same id")
    nbformat.validate(notebook)
    nbformat.write(notebook, path)


if __name__ == "__main__":
    if sys.argv[1] == "show":
        sys.stdout.reconfigure(encoding="utf8")  # a redirected output has another encoding on Windows
        print(show(sys.argv[2]), end="")
    else:
        write(Path(sys.argv[2]).read_text("utf8"), sys.argv[3])
