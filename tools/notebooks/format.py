"""Write the notebooks of book/ and solutions/ in their one form, and into them what nobody types.

That is the setup cell, the folding of computed sentences and proofs, the time in a chapter's header; and the table of
chapters in the README.
"""

import re
from pathlib import Path

import nbformat
import yaml

from tools.notebooks.cells import course, speaks, tags
from tools.notebooks.chapters import TIME, chapters, minutes, read, time_line

ROOT = Path(__file__).resolve().parent.parent.parent
SETUP = Path(__file__).with_name("setup.txt")
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
CELL_METADATA = ("tags", "mystnb", "course", "cellView", "jupyter")
TABLE = re.compile(r"(?<=<!-- chapters: make format -->\n).*?(?=<!-- end -->)", re.DOTALL)


def setup_source(root):
    """The code of the setup cell, with the repository's address from _config.yml."""
    repository = yaml.safe_load((root / "_config.yml").read_text("utf8"))["repository"]
    address = f"git+{repository['url']}@{repository['branch']}"
    return SETUP.read_text("utf8").replace("ADDRESS", address).rstrip("\n")


def formatted(notebook, setup, time=None):
    """The text of the notebook in its one form; `time` is the line of its header that says how long it takes."""
    cells = [cell for cell in notebook.cells if cell.get("id") != "setup"]
    for cell in cells:
        cell.source = cell.source.rstrip("\n")
        cell.metadata = {key: cell.metadata[key] for key in CELL_METADATA if cell.metadata.get(key)}
        hidden = cell.metadata.pop("jupyter", {}).get("source_hidden")
        if hidden:
            cell.metadata["jupyter"] = {"source_hidden": True}
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
            if speaks(cell) or "proof" in tags(cell):
                cell.metadata["tags"] = [*tags(cell), *({"hide-input"} - set(tags(cell)))]
            if "hide-input" in tags(cell):
                fold(cell)
    if time and cells:
        cells[0].source = TIME.sub(time, cells[0].source)
    cells.insert(place_of_setup(notebook, cells), setup_cell(setup))
    whole = {"cells": cells, "metadata": METADATA, "nbformat": 4, "nbformat_minor": 5}
    return nbformat.v4.writes(nbformat.from_dict(whole)) + "\n"


def fold(cell):
    """Hide the code in Colab and in JupyterLab, as the tag does in the book."""
    cell.metadata |= {"cellView": "form", "jupyter": {"source_hidden": True}}


def setup_cell(source):
    cell = nbformat.v4.new_code_cell(source, id="setup", metadata={"tags": ["remove-cell"]})
    fold(cell)
    return cell


def place_of_setup(notebook, cells):
    """Where the author put it if that is before all code; else after the title."""
    first_code = next((i for i, cell in enumerate(notebook.cells) if cell.cell_type == "code"), None)
    if first_code is not None and notebook.cells[first_code].get("id") == "setup":
        return first_code
    return 1 if cells and cells[0].cell_type == "markdown" else 0


def table_of_chapters(root):
    """The table of the README: title, step and minutes of each chapter."""
    rows = ["| chapter | step | minutes |", "|---|---|---|"]
    for chapter in (chapter for chapter in chapters(root) if not chapter.is_appendix):
        title = chapter.title["source"].splitlines()[0].removeprefix("# ")
        step = course(chapter.title).get("step") or "all"
        rows.append(f"| [{title}](book/{chapter.path.name}) | {step} | {minutes(chapter)} |")
    return "\n".join(rows) + "\n"


def in_one_form(root=ROOT):
    """The (path, text) of each file that this program writes, as it should be."""
    setup = setup_source(root)
    for chapter in chapters(root):
        time = time_line(chapter)  # before `formatted` changes its cells
        yield chapter.path, formatted(chapter.book, setup, time)
    for path in sorted((root / "solutions").glob("*.ipynb")):
        yield path, formatted(read(path), setup)
    readme = root / "README.md"
    yield readme, TABLE.sub(lambda _: table_of_chapters(root), readme.read_text("utf8"))


def format_all(root=ROOT):
    """Write the files that are not in their one form; return their paths."""
    changed = []
    for path, text in in_one_form(root):
        if text != path.read_text("utf8"):
            path.write_text(text, "utf8")
            changed.append(path)
    return changed


if __name__ == "__main__":
    for changed in format_all():
        print(f"formatted {changed.relative_to(ROOT)}")
