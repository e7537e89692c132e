"""Render the executed book: `jb build` from scratch, warnings as errors, executing nothing.

usage: render.py

Sphinx hides the warnings of pages that it does not read again, so the pages go first; the cache of results stays.
"""

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
RAN = "Executing notebook"


def main():
    build = ROOT / "_build"
    for folder in ("html", ".doctrees"):
        shutil.rmtree(build / folder, ignore_errors=True)
    command = [Path(sys.executable).parent / "jb", "build", ".", "-W", "-n", "--keep-going"]
    run = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if run.returncode == 0 and RAN not in run.stdout:
        print(f"the book: {(build / 'html' / 'index.html').relative_to(ROOT)}")
        return 0
    print(run.stdout, file=sys.stderr)
    if RAN in run.stdout:
        print("A notebook was executed while rendering: run tools/execute.py first.", file=sys.stderr)
    return run.returncode or 1


if __name__ == "__main__":
    sys.exit(main())
