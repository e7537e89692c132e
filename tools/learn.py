"""Copy the exercises into my/, where a learner works on them; a file that is there already is never touched.

usage: python -m tools.learn [--open]      with it, open JupyterLab there
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parent.parent


def version(path):
    """The hash that tools/notebooks/exercises.py wrote into the notebook; Jupyter keeps it when the learner saves."""
    return nbformat.read(path, as_version=4).metadata.get("course", {}).get("sha256")


def main(root=ROOT):
    mine = root / "my"
    mine.mkdir(exist_ok=True)
    for exercise in sorted((root / "exercises").glob("*.ipynb")):
        copy = mine / exercise.name
        if not copy.exists():
            shutil.copyfile(exercise, copy)
            print(f"my/{copy.name}: new")
        elif version(copy) == version(exercise):
            print(f"my/{copy.name}: yours, kept")
        else:
            print(
                f"my/{copy.name}: yours, kept; exercises/{copy.name} is another version of it. "
                "To start anew, rename yours and run this again"
            )
    return 0


def open_lab(root=ROOT):
    """Start JupyterLab in my/ with this tree's library; its kernels run in my/, so a relative data folder would be lost."""
    env = os.environ | {"PYTHONPATH": os.pathsep.join([str(root), *filter(None, [os.environ.get("PYTHONPATH")])])}
    if env.get("COURSE_DATA_DIR"):
        env["COURSE_DATA_DIR"] = str(Path(env["COURSE_DATA_DIR"]).expanduser().absolute())
    command = [sys.executable, "-m", "jupyterlab", "--LabApp.default_url=/lab/tree/my"]
    return subprocess.run(command, cwd=root, env=env).returncode


if __name__ == "__main__":
    main()
    sys.exit(open_lab() if "--open" in sys.argv else 0)
