"""Render the book from what the notebooks ran: `jb build` from scratch, warnings as errors, executing nothing.

usage: python -m tools.pages.render

Sphinx hides the warnings of pages that it does not read again, so the pages go first; the runs stay.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
JB = "from jupyter_book.cli.main import main; main()"  # .venv/bin/jb would start the Python of the clone it was made in


def main():
    build = ROOT / "_build"
    for folder in ("html", ".doctrees"):
        shutil.rmtree(build / folder, ignore_errors=True)
    command = [sys.executable, "-c", JB, "build", ".", "-W", "-n", "--keep-going"]
    env = os.environ | {"PYTHONPATH": str(ROOT)}  # the extensions read what this tree's notebooks ran
    run = subprocess.run(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if run.returncode:
        print(run.stdout, file=sys.stderr)
        return run.returncode
    print(f"the book: {(build / 'html' / 'index.html').relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
