"""List what is wrong in the repository, show the table of budgets, and count; exit 1 where anything is wrong."""

import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from fnmatch import fnmatch
from pathlib import Path
from typing import NamedTuple

from tools.notebooks import budgets
from tools.notebooks.chapters import chapters, read
from tools.notebooks.format import ROOT, in_one_form
from tools.notebooks.links import Links
from tools.notebooks.numbers import typed_numbers
from tools.notebooks.rules import LINTS, bibliography, uncited

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
COUNTS = [
    *(lint.counts for lint in LINTS),
    "links without reference",
    "files not in their one form",
    "private paths and hosts",
    "typed numbers",
    "dead links",
    "over budget",
    "needless offenders",
]


class Finding(NamedTuple):
    """One thing that is wrong."""

    counts: str  # the kind, as the last line counts it
    file: str
    cell: str
    what: str

    def __str__(self):
        return ": ".join(part for part in (self.file, self.cell, self.what) if part)


def notebooks(root):
    return [path for folder in FOLDERS for path in sorted((root / folder).glob("*.ipynb"))]


def findings(root=ROOT, table=None):
    """Everything that is wrong in the repository; `table` is what `measured` gives, if it is at hand."""
    table = measured(root) if table is None else table
    return [*in_notebooks(root), *not_in_one_form(root), *in_text(root), *over_budget(root, table)]


def in_notebooks(root):
    known = bibliography((root / "book" / "references.bib").read_text("utf8"))
    for path in notebooks(root):
        notebook, file, folder = read(path), str(path.relative_to(root)), path.parent.name
        for lint in LINTS:
            if folder in lint.folders:
                for cell, what in lint.check(notebook):
                    yield Finding(lint.counts, file, cell.get("id", "?"), what)
        if folder != "exercises":
            for cell, what in uncited(notebook, known):
                yield Finding("links without reference", file, cell.get("id", "?"), what)


def not_in_one_form(root):
    for path, text in in_one_form(root):
        if text != path.read_text("utf8"):
            what = "not in its one form: make format"
            if path.parent.name == "book" and (time := time_of(text)) not in path.read_text("utf8"):
                what = f"the time in its header is not what was computed, {time!r}: make format"
            yield Finding("files not in their one form", str(path.relative_to(root)), "", what)


def time_of(text):
    """The header's line on time in the text of a notebook's file; empty where there is none."""
    found = re.search(r"- \*\*Time\.\*\* [^\"\\]*", text)
    return found[0] if found else ""


def our_files(root):
    """The names of the files that git tracks or would add; without git, as in a ZIP, of all that .gitignore lets pass."""
    if not ((root / ".git").exists() and shutil.which("git")):
        return sorted(on_disk(root))
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=root, check=True, capture_output=True).stdout.decode().split("\0")
    return [name for name in sorted({*listed}) if (root / name).is_file()]  # one may be deleted and not yet committed


def on_disk(root):
    """The names of the files of a folder but those that .gitignore names: a file or folder, anywhere or by its path."""
    ignore = root / ".gitignore"
    ignored = (
        {".git", *(line.rstrip("/") for line in ignore.read_text("utf8").split())} if ignore.exists() else {".git"}
    )

    def is_ours(path):
        name = path.relative_to(root).as_posix()
        return not any(fnmatch(name, pattern) or fnmatch(path.name, pattern) for pattern in ignored)

    for folder, folders, files in os.walk(root):
        folders[:] = [name for name in folders if is_ours(Path(folder, name))]
        yield from (p.relative_to(root).as_posix() for p in map(Path(folder).joinpath, files) if is_ours(p))


def text_files(root):
    """The (name, text) of each of our files that is text."""
    for name in our_files(root):
        try:
            yield name, (root / name).read_text("utf8")
        except UnicodeDecodeError:  # a picture
            continue


def in_text(root):
    """Machine paths and registry hosts; typed numbers and dead links outside of notebooks."""
    links = Links(root)
    for name, text in text_files(root):
        for number, line in enumerate(text.splitlines(), 1):
            for what, pattern in PRIVATE:
                if match := pattern.search(line):
                    yield Finding("private paths and hosts", name, f"line {number}", f"{what}: {match.group()}")
        if name.endswith((".md", ".py", ".js")):
            for number, words in typed_numbers(text):
                yield Finding("typed numbers", name, f"line {number}", f"'{words}': name it by its title")
        if name.endswith(".md"):
            for address in links.dead(text, root / name):
                yield Finding("dead links", name, "", f"the link {address} leads nowhere")


def over_budget(root, table):
    known = budgets.offenders(root)
    for file, cell, what in budgets.over(table, known):
        yield Finding("over budget", file, cell, what)
    for slug, name in budgets.needless(table, known):
        what = f"{slug} is no longer over its budget of {name}: take it out"
        yield Finding("needless offenders", budgets.OFFENDERS.as_posix(), "", what)


def measured(root):
    """What each chapter has spent: a row for each."""
    links = Links(root)
    return [budgets.spent(chapter, links) for chapter in chapters(root)]


def main(root=ROOT):
    table = measured(root)
    print("\n".join(budgets.lines(table, budgets.offenders(root))), end="\n\n")
    found = findings(root, table)
    for finding in found:
        print(finding)
    counter = Counter(finding.counts for finding in found)
    print(f"{len(notebooks(root))} notebooks · " + " · ".join(f"{counts} {counter[counts]}" for counts in COUNTS))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
