"""Notebooks in their one form, and what is wrong with them.

usage: notebooks.py format     strip and normalize book/ and solutions/, write the setup cell, fold sentences and proofs
       notebooks.py lint       list what is wrong in the repository and count it; exit 1 where there is anything
"""

import argparse
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import nbformat
import yaml

from tools.notebooks.cells import tags
from tools.notebooks.rules import LINTS, bibliography, speaks, uncited

ROOT = Path(__file__).resolve().parent.parent.parent
SETUP = Path(__file__).with_name("setup.txt")
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
CELL_METADATA = ("tags", "mystnb", "course", "cellView", "jupyter")
FORMATTED = ("book", "solutions")
FOLDERS = ("book", "exercises", "solutions")
# What must not be committed: a folder of one machine, the host of a package registry.
PRIVATE = [
    ("a path of one machine", re.compile(r"(?<![\w.$}~/-])/(?:work|tmp|root|home/\w+|Users/\w+)/[\w.-]*")),
    (
        "the host of a package registry",
        re.compile(
            r"(?:\bpypi\.|python[h]osted\.|\bnpmjs\.|conda\.anaconda\.|"
            r"\bdeb\.debian\.|\bdownload\.pytorch\.)(?:org|com)"
        ),
    ),
]


class Finding(NamedTuple):
    """One thing that is wrong."""

    counts: str  # the kind, as the last line counts it
    file: str
    cell: str
    what: str

    def __str__(self):
        return ": ".join(part for part in (self.file, self.cell, self.what) if part)


def paths(root, folders):
    return [path for folder in folders for path in sorted((root / folder).glob("*.ipynb"))]


def read(path):
    """The notebook as it stands: no id is added where one is missing."""
    return nbformat.v4.reads(path.read_text("utf8"))


# format


def setup_source(root):
    """The code of the setup cell, with the repository's address from _config.yml."""
    repository = yaml.safe_load((root / "_config.yml").read_text("utf8"))["repository"]
    address = f"git+{repository['url']}@{repository['branch']}"
    return SETUP.read_text("utf8").replace("ADDRESS", address).rstrip("\n")


def formatted(notebook, setup):
    """The text of the notebook in its one form."""
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


def format_all(root=ROOT):
    """Write the notebooks that are not in their one form; return their paths."""
    changed = []
    for path in paths(root, FORMATTED):
        text = formatted(read(path), setup_source(root))
        if text != path.read_text("utf8"):
            path.write_text(text, "utf8")
            changed.append(path)
    return changed


# lint


def findings(root=ROOT):
    """Everything that is wrong in the repository."""
    found = []
    bibtex = root / "book" / "references.bib"
    known = bibliography(bibtex.read_text("utf8")) if bibtex.exists() else set()
    for path in paths(root, FOLDERS):
        notebook, file, folder = read(path), str(path.relative_to(root)), path.parent.name
        for lint in LINTS:
            if folder in lint.folders:
                found += [Finding(lint.counts, file, cell.get("id", "?"), what) for cell, what in lint.check(notebook)]
        if folder in FORMATTED:
            found += [
                Finding("links without reference", file, cell.get("id", "?"), what)
                for cell, what in uncited(notebook, known)
            ]
            if formatted(notebook, setup_source(root)) != path.read_text("utf8"):
                found.append(Finding("unformatted notebooks", file, "", "not in its one form: make format"))
    return found + private(root)


def private(root):
    """Machine paths and registry hosts in the text files that git tracks or would add."""
    found = []
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=root,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    for name in filter(None, listed.split("\0")):
        if not (root / name).is_file():  # deleted and not yet committed, or a link to a folder
            continue
        try:
            lines = (root / name).read_text("utf8").splitlines()
        except UnicodeDecodeError:  # a picture
            continue
        for number, line in enumerate(lines, 1):
            found += [
                Finding("private paths and hosts", name, f"line {number}", f"{what}: {match.group()}")
                for what, pattern in PRIVATE
                if (match := pattern.search(line))
            ]
    return found


COUNTS = [
    *(lint.counts for lint in LINTS),
    "links without reference",
    "unformatted notebooks",
    "private paths and hosts",
]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("command", choices=["format", "lint"])
    if parser.parse_args().command == "format":
        for path in format_all():
            print(f"formatted {path.relative_to(ROOT)}")
        return 0
    found = findings()
    for finding in found:
        print(finding)
    counter = Counter(finding.counts for finding in found)
    print(f"{len(paths(ROOT, FOLDERS))} notebooks · " + " · ".join(f"{counts} {counter[counts]}" for counts in COUNTS))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
