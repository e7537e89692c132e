"""The tests of the library need no browser: where Playwright is not installed, as on a GPU machine, they still run."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
WITHOUT_BROWSER = """
import sys

class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("playwright", "axe_playwright_python"):
            raise ModuleNotFoundError(f"{name} is not installed on this machine", name=name)

sys.meta_path.insert(0, Blocker())
import pytest
sys.exit(pytest.main(["--collect-only", "-q", "-p", "no:cacheprovider", "tests/library"]))
"""


def test_the_tests_of_the_library_are_collected_without_playwright():
    run = subprocess.run([sys.executable, "-c", WITHOUT_BROWSER], cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0 and "tests/library/test_losses.py::" in run.stdout, (
        run.stdout[-2000:] + run.stderr[-2000:]
    )
