"""Render the book from what the notebooks ran: `jb build` from scratch, warnings as errors, executing nothing.

usage: python -m tools.pages.render

Sphinx hides the warnings of pages that it does not read again, so the pages go first; the runs stay. Where nothing that a
page is made of has changed since the last rendering, there is nothing to do.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from tools.execute import notebooks, run_path

ROOT = Path(__file__).resolve().parent.parent.parent
JB = "from jupyter_book.cli.main import main; main()"  # .venv/bin/jb would start the Python of the clone it was made in
FOLDERS = ("book", "exercises", "solutions", "course_lib", "sphinx_ext", "tools", "tests/data", "benchmarks/results")
NO_SOURCE = {"__pycache__", ".ipynb_checkpoints"}
STAMP = ".doctrees/rendered-from"  # written last, and removed first: a rendering that failed leaves none


def sources(root=ROOT):
    """Every file that a page can be made of: sources, settings, generated pages, and the runs as the notebooks are now."""
    found = [path for path in root.iterdir() if path.is_file()]
    for folder in FOLDERS:
        found += [path for path in (root / folder).rglob("*") if path.is_file() and not NO_SOURCE & {*path.parts}]
    return sorted(found) + [run_path(path, root) for path in notebooks(root)]


def fingerprint(root=ROOT):
    """A hash of all sources and of Python, with which the pages were made."""
    total = hashlib.sha256(sys.version.encode())
    for path in sources(root):
        content = path.read_bytes() if path.exists() else b"missing"
        total.update(f"{path.relative_to(root).as_posix()} {hashlib.sha256(content).hexdigest()}\n".encode())
    return total.hexdigest()


def main(root=ROOT):
    build = root / "_build"
    stamp, index, now = build / STAMP, build / "html" / "index.html", fingerprint(root)
    if index.exists() and stamp.exists() and stamp.read_text("utf8") == now:
        print(f"nothing has changed since the book was rendered: {index.relative_to(root)}")
        return 0
    for folder in ("html", ".doctrees"):
        shutil.rmtree(build / folder, ignore_errors=True)
    command = [sys.executable, "-c", JB, "build", ".", "-W", "-n", "--keep-going"]
    env = os.environ | {"PYTHONPATH": str(root)}  # the extensions read what this tree's notebooks ran
    run = subprocess.run(command, cwd=root, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if run.returncode:
        print(run.stdout, file=sys.stderr)
        return run.returncode
    stamp.write_text(now, "utf8")
    print(f"the book: {index.relative_to(root)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
