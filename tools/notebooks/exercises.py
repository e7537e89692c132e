"""Write exercises/NN-topic.ipynb from its source, solutions/NN-topic.ipynb; `--check` writes nothing, fails on drift.

A code cell of a solution notebook holds the answer between two markers, each alone on its line:

    answer = ...  # your number here          def step(weight, gradient, lr):
    ### BEGIN SOLUTION                            ### BEGIN BUG
    answer = 0.79                                 # return weight + lr * gradient
    ### END SOLUTION                              ### END BUG
                                                  ### BEGIN SOLUTION
                                                  return weight - lr * gradient
                                                  ### END SOLUTION

In the exercise the solution is gone. In its place stands the code of the bug, no longer commented out; or, without one,
`...  # your code here`, unless the line above ends in `...` already. Cells tagged `solution-only` go too, and an address
of this notebook on GitHub or Colab becomes that of the exercise. The first cell has the title `# Solutions: …` and links
to the chapter by its title; the exercise gets the same link with the words of `INTRO`.

A task is a Markdown cell that begins like this; its number is not typed, the book counts (sphinx_ext/exercise_pages.py).
The cell's id is its anchor, and the name of its check with dashes.

    ## Choose a memory that forgets in time

    **Exercise (predict, 3 minutes).** An exponentially weighted average …
"""

import argparse
import ast
import difflib
import hashlib
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import nbformat

ROOT = Path(__file__).resolve().parent.parent.parent
STUB = "...  # your code here\n"
BLOCK = re.compile(
    r"(?:^ *### BEGIN BUG\n(?P<bug>.*?)^ *### END BUG\n\s*)?"
    r"^(?P<indent> *)### BEGIN SOLUTION\n(?P<solution>.*?)^ *### END SOLUTION$\n?",
    re.MULTILINE | re.DOTALL,
)
MARKER = re.compile(r"#\W*(begin|end)\W*(bug|solution)\b.*", re.IGNORECASE)  # and what looks like one
HIDDEN = {"hide-input", "hide-cell"}  # a solution is folded, its exercise is not
TITLE = "# Solutions: "
TASK = re.compile(
    r"\A## (?P<name>[^\n]+)\n\n\*\*Exercise \((?P<kind>predict|build|find the bug), (?P<minutes>\d+) minutes?\)\.\*\* "
)
INTRO = """\
# Exercises: {topic}

They practise {chapter}. In the notebook, replace each `...`, or repair the code that stands there, and run the cell.
Then run the one below it: it prints ✓, or ✗ and what to look at. Try as often as you like. On a page of the book no
code runs: open the notebook in Colab, download it, or run `make learn` in a copy of the repository.

When you have an answer, compare it with [ours](../solutions/{name})."""


class Task(NamedTuple):
    """One exercise as its Markdown cell states it: the cell's id, the name, the kind, and the minutes it takes."""

    id: str
    name: str
    kind: str
    minutes: int


def tasks(notebook):
    """The exercises of a notebook, in order."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and (found := TASK.match(cell.source)):
            yield Task(cell.id, found["name"], found["kind"], int(found["minutes"]))


def without_solution(source):
    """The source of a cell as the learner gets it; ValueError where the markers do not pair up."""

    def in_its_place(block):
        if stray := MARKER.search((block["bug"] or "") + block["solution"]):
            raise ValueError(f"'{stray[0]}' inside a block")
        if block["bug"] is not None:
            return uncommented(block["bug"])
        above = source[: block.start()].rstrip("\n").rpartition("\n")[2]
        return "" if above.partition("#")[0].rstrip().endswith("...") else block["indent"] + STUB

    result = BLOCK.sub(in_its_place, source)
    if stray := MARKER.search(result):
        raise ValueError(f"'{stray[0]}' has no partner, is not alone on its line, or is spelled differently")
    if result != source:
        ast.parse(result)  # the learner's cell must at least parse
    return result.rstrip("\n")


def uncommented(bug):
    lines = bug.splitlines()
    for line in lines:
        if line.strip() and not line.lstrip().startswith("#"):
            raise ValueError(f"'{line.strip()}' in a bug is not commented out")
    return "".join(re.sub(r"^( *)# ?", r"\1", line).rstrip() + "\n" for line in lines)


def exercise_of(path):
    """The text of the exercise notebook; SystemExit where the solution notebook does not follow the rules."""

    def refuse(why, cell=None):
        raise SystemExit(f"solutions/{path.name}{f', cell {cell.id}' if cell else ''}: {why}")

    text = path.read_text("utf-8")
    ids = [cell.get("id") for cell in json.loads(text)["cells"]]
    if None in ids or len(set(ids)) < len(ids):
        refuse("every cell needs an id of its own")  # nbformat would invent new ones in each run
    notebook = nbformat.reads(text, as_version=4)
    notebook.cells = [cell for cell in notebook.cells if "solution-only" not in cell.metadata.get("tags", [])]
    titles = [cell for cell in notebook.cells if cell.cell_type == "markdown"]
    if not titles or not titles[0].source.startswith(TITLE):
        refuse(f"the first Markdown cell does not begin with '{TITLE}'")
    titles[0].source = introduction(titles[0].source, path.name) or refuse("no link to the chapter", titles[0])
    answers = 0
    for cell in notebook.cells:
        cell.source = re.sub(rf"(?<!\.\.)/solutions/{re.escape(path.name)}", f"/exercises/{path.name}", cell.source)
        if cell.cell_type != "code":
            if MARKER.search(cell.source):
                refuse("a marker outside a code cell; tag the whole cell solution-only", cell)
            continue
        cell.outputs, cell.execution_count = [], None
        try:
            source = without_solution(cell.source)
        except (ValueError, SyntaxError) as error:
            refuse(error, cell)
        if source != cell.source:
            answers += 1
            cell.source = source
            unfold(cell)
    if not answers:
        refuse("there is no ### BEGIN SOLUTION in it")
    notebook.metadata["course"] = {**notebook.metadata.get("course", {}), "generated_from": f"solutions/{path.name}"}
    notebook.metadata["course"]["sha256"] = digest(json.loads(nbformat.writes(notebook)))
    return nbformat.writes(notebook) + "\n"


def introduction(source, name):
    """The first cell of the exercise, from that of the solution; None where it does not link to its chapter."""
    chapter = re.search(rf"\[[^\]]+\]\(\.\./book/{re.escape(name)}\)", source)
    topic = source.removeprefix(TITLE).partition("\n")[0]
    return chapter and INTRO.format(topic=topic, chapter=chapter[0], name=name)


def unfold(cell):
    tags = [tag for tag in cell.metadata.pop("tags", []) if tag not in HIDDEN]
    cell.metadata.pop("cellView", None)
    cell.metadata.get("jupyter", {}).pop("source_hidden", None)
    if not cell.metadata.get("jupyter", True):
        del cell.metadata["jupyter"]
    if tags:
        cell.metadata["tags"] = tags


def digest(notebook):
    return hashlib.sha256(json.dumps(notebook, sort_keys=True).encode("utf-8")).hexdigest()


def is_untouched(path):
    """Whether the notebook is as this script wrote it: then the hash in it agrees, and nothing is lost with it."""
    try:
        notebook = json.loads(path.read_text("utf-8"))
        return notebook["metadata"]["course"].pop("sha256") == digest(notebook)
    except (ValueError, KeyError):
        return False


def is_committed(path):
    """Whether git has the file as it is; not so without git."""
    try:
        status = subprocess.run(
            ["git", "status", "--porcelain", "--ignored", "--", path.name],
            cwd=path.parent,
            capture_output=True,
            text=True,
        )
    except FileNotFoundError:
        return False
    return status.returncode == 0 and not status.stdout


def main(root=ROOT, arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="write nothing, fail with the difference on drift")
    check = parser.parse_args(arguments).check
    sources = sorted((root / "solutions").glob("*.ipynb"))
    generated = {path.name: exercise_of(path) for path in sources}  # all of them, before one is written
    failures = 0
    for orphan in sorted({path.name for path in (root / "exercises").glob("*.ipynb")} - set(generated)):
        print(f"exercises/{orphan} has no solutions/{orphan}: delete it, or write the solution", file=sys.stderr)
        failures += 1
    for name, new in generated.items():
        path = root / "exercises" / name
        old = path.read_text("utf-8") if path.exists() else ""
        if old == new:
            continue
        if check:
            print(f"exercises/{name} is not what solutions/{name} gives: run `make exercises`")
            sys.stdout.writelines(
                difflib.unified_diff(old.splitlines(True), new.splitlines(True), f"exercises/{name}", "generated")
            )
            failures += 1
        elif old and not is_untouched(path) and not is_committed(path):
            print(
                f"exercises/{name} holds changes that are not committed and would be lost. Make them in "
                f"solutions/{name}, delete exercises/{name}, and run again. (To try an exercise: `make learn`.)",
                file=sys.stderr,
            )
            failures += 1
        else:
            path.parent.mkdir(exist_ok=True)
            path.write_text(new, "utf-8", newline="\n")
            print(f"wrote exercises/{name}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
