"""Edit a notebook as a script, or start a chapter.

usage: python -m tools.notebooks.nb show NB.ipynb > x.py      then edit x.py
       python -m tools.notebooks.nb write x.py NB.ipynb
       python -m tools.notebooks.nb new NN-slug               writes all files of a chapter, as short as the lints allow

The script is py:percent with the id of every cell in its header (``# %% id="fit" tags=["hide-input"]``).
"""

import argparse
import re
import sys
from pathlib import Path

import jupytext
import nbformat

from tools.notebooks import exercises
from tools.notebooks.format import METADATA, ROOT, format_all

SCRIPT = {"extension": ".py", "format_name": "percent"}
TEMPLATES = Path(__file__).with_name("templates")
SLUG = re.compile(r"\d\d(?:-[a-z][a-z0-9]*)+")
CONTENTS = (
    "      - file: book/{0}\n        sections:\n          - file: exercises/{0}\n          - file: solutions/{0}\n"
)


def show(path):
    """The notebook as the text of a script."""
    notebook = nbformat.read(path, 4)
    for cell in notebook.cells:
        cell.metadata = {"id": cell.id, **{k: v for k, v in cell.metadata.items() if k != "trusted"}}
    notebook.metadata = {"jupytext": {"cell_metadata_filter": "all", "notebook_metadata_filter": "-all"}}
    return jupytext.writes(notebook, SCRIPT)


def write(script, path):
    """Write the notebook that the text of a script describes."""
    notebook = jupytext.reads(script, SCRIPT)
    for cell in notebook.cells:
        cell.id = cell.metadata.pop("id")  # a cell without an id is a KeyError: write one
    notebook.metadata = METADATA
    notebook.nbformat_minor = 5
    if len({c.id for c in notebook.cells}) < len(notebook.cells):
        raise ValueError(f"{path}: two cells have the same id")
    nbformat.validate(notebook)
    nbformat.write(notebook, path)


def new(slug, root=ROOT):
    """Start a chapter: its notebook, its exercises with their check and answers, its place in _toc.yml."""
    if not SLUG.fullmatch(slug):
        raise SystemExit(f"{slug!r} is no slug: two digits and words in small letters, as in 20-dropout")
    module = slug.partition("-")[2].replace("-", "_")
    files = {
        root / "book" / f"{slug}.ipynb": "book.txt",
        root / "solutions" / f"{slug}.ipynb": "solutions.txt",
        root / "course_lib" / "checks" / f"{module}.py": "checks.txt",
        root / "tests" / "checks" / "answers" / f"{module}.py": "answers.txt",
    }
    if there := [str(path.relative_to(root)) for path in files if path.exists()]:
        raise SystemExit(f"{', '.join(there)} is there already: choose another slug")
    title = module.replace("_", " ").capitalize()
    for path, template in files.items():
        text = (TEMPLATES / template).read_text("utf8")
        text = text.replace("SLUG", slug).replace("MODULE", module).replace("TITLE", title)
        if path.suffix == ".py":
            path.write_text(text, "utf8")
        else:
            write(text, path)
    contents = root / "_toc.yml"
    contents.write_text(with_chapter(contents.read_text("utf8"), slug), "utf8")
    changed = [*files, contents, *format_all(root)]
    exercises.main(root, [])
    return list(dict.fromkeys(str(path.relative_to(root)) for path in changed))


def with_chapter(contents, slug):
    """The text of _toc.yml with a chapter more, behind the last one with a smaller number."""
    before = [m for m in re.finditer(r"^ *- file: solutions/(\d\d-\S+)\n", contents, re.MULTILINE) if m[1] < slug]
    place = before[-1].end() if before else contents.index("    chapters:\n") + len("    chapters:\n")
    return contents[:place] + CONTENTS.format(slug) + contents[place:]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=["show", "write", "new"])
    parser.add_argument("names", nargs="+", metavar="FILE or NN-slug")
    arguments = parser.parse_args()
    try:
        if arguments.command == "show":
            (path,) = arguments.names
            sys.stdout.reconfigure(encoding="utf8")  # a redirected output has another encoding on Windows
            sys.stdout.write(show(path))
        elif arguments.command == "write":
            script, path = arguments.names
            write(Path(script).read_text("utf8"), path)
        else:
            (slug,) = arguments.names
            for name in new(slug):
                print(f"wrote {name}")
            print("In _toc.yml it follows the chapter before it: move it if it opens another part. Then: make book")
    except ValueError as error:
        parser.error(str(error))


if __name__ == "__main__":
    main()
