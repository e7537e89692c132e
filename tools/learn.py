"""Copy the exercises into my/, where a learner works on them; a file that is there already is never touched."""

import shutil
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


if __name__ == "__main__":
    sys.exit(main())
