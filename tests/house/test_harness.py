"""What the notebook run notices, shown on small repositories of bad and good notebooks, in a pytest of their own."""

import os
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from tools.notebooks import run as run_notebooks
from tools.notebooks.run import FOLDERS

ROOT = Path(__file__).resolve().parent.parent.parent
ALT = {"mystnb": {"image": {"alt": "A line."}}}
CLAIM = """from IPython.display import Markdown, display
display(Markdown("words"), metadata={{"course": {{"claim": {{"text": "It holds", "status": "{}"}}}}}})"""
PICTURE = (
    "import base64\nfrom IPython.display import Image, display\n"
    "picture = Image(base64.b64decode('iVBORw0KGgo='), format='png')\ndisplay(picture)"
)
# What the kernel of a notebook finds: each assertion is one promise of the harness.
SURROUNDINGS = """import os, sys
from pathlib import Path
assert os.environ["COURSE_DEVICE"] == "cpu"
assert os.environ["OMP_NUM_THREADS"] == os.environ["COURSE_QUIET"] == os.environ["COURSE_OFFLINE"] == "1"
assert os.environ["MPLBACKEND"].endswith("matplotlib_inline.backend_inline")
assert os.environ.get("COURSE_STRICT") == {strict!r}
assert "PYTEST_CURRENT_TEST" not in os.environ
assert Path.cwd() == Path({folder!r}), Path.cwd()
assert sys.executable == {python!r}
first = os.getpid()"""
MEET = """import time
from pathlib import Path
Path("{mine}").touch()
end = time.monotonic() + 30
while not Path("{other}").exists():
    assert time.monotonic() < end, "the other notebook does not run at the same time"
    time.sleep(0.05)"""


def write(root, name, *sources, **metadata):
    cells = [
        source if not isinstance(source, str) else new_code_cell(source, id=f"cell-{i}", metadata=metadata)
        for i, source in enumerate(sources)
    ]
    path = root / f"{name}.ipynb"
    path.parent.mkdir(exist_ok=True)
    nbformat.write(new_notebook(cells=cells), path)


def repository(root):
    """An empty course with this repository's harness."""
    shutil.copy(ROOT / "conftest.py", root)
    shutil.copy(ROOT / "pyproject.toml", root)
    shutil.copytree(ROOT / "tools", root / "tools", ignore=shutil.ignore_patterns("__pycache__"))
    return root


def run_pytest(root, *arguments, cuda=False):
    """pytest in a process of its own, on a machine that has a CUDA device or has none: a stub of torch says which."""
    (root / "stub").mkdir(exist_ok=True)
    (root / "stub" / "torch.py").write_text(f"class cuda:\n    is_available = staticmethod(lambda: {cuda})\n")
    env = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST_", "COURSE_"))}
    env |= {"PYTHONPATH": str(root / "stub"), "COURSE_STRICT": "1", "COURSE_DEVICE": "nonsense"}
    command = [sys.executable, "-m", "pytest", "--nbval-lax", "-p", "no:cacheprovider", "--color=no", *arguments]
    return subprocess.run(command, cwd=root, env=env, capture_output=True, text=True, timeout=120)


@pytest.fixture(scope="module")
def bad(tmp_path_factory):
    """The outcomes of notebooks that go wrong, each with its message, and what pytest printed."""
    root = repository(tmp_path_factory.mktemp("bad"))
    write(root, "book/dies", "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)", "1")
    write(root, "book/hangs", "import time\ntime.sleep(60)", "1")
    write(root, "book/fails", "1", "raise ValueError('no such value')", "undefined", "1")
    write(root, "book/magic", "%nosuchmagic\nx = 1", "1")
    write(root, "book/warns", "import warnings\nwarnings.warn('take care')")
    write(root, "solutions/warns", "import os\nos.write(2, b'from compiled code\\n')")
    write(root, "exercises/warns", "import warnings\nwarnings.warn('the bug to be found')")
    write(root, "book/silent-figure", PICTURE)
    write(root, "book/two-figures", PICTURE + "\ndisplay(picture)", **ALT)
    write(root, "book/false-claim", CLAIM.format("fails") + "\nassert False")
    (root / "book" / "drafts").mkdir()
    write(root, "book/drafts/elsewhere", "raise ValueError('not one of ours')")
    result = run_pytest(root, "--devices=cpu", "--nbval-cell-timeout=2", "--junitxml=out.xml", *FOLDERS)
    outcomes = {}
    for case in xml.etree.ElementTree.parse(root / "out.xml").iter("testcase"):
        verdict = next((child for child in case if child.tag in ("failure", "error", "skipped")), None)
        name = case.get("classname").replace(".ipynb", "").replace(".", "/").replace("/cpu", "").replace("::cpu", "")
        said = "" if verdict is None else verdict.get("message", "") + (verdict.text or "")
        outcomes[f"{name}/{case.get('name')}"] = ("passed" if verdict is None else verdict.tag, said)
    return outcomes, result


@pytest.mark.parametrize(
    "cell, words",
    [
        ("book/dies/cell-0", "The kernel died"),
        ("book/hangs/cell-0", "Timeout of 2 seconds"),
        ("book/fails/cell-1", "no such value"),
        ("book/magic/cell-0", "unknown %magic"),
        ("book/warns/cell-0", "take care"),
        ("solutions/warns/cell-0", "from compiled code"),
        ("book/silent-figure/cell-0", "no alt text"),
        ("book/two-figures/cell-0", "2 figures"),
        ("book/false-claim/cell-0", "AssertionError"),
    ],
)
def test_a_bad_cell_fails_with_the_words_that_help(bad, cell, words):
    outcomes, result = bad
    assert cell in outcomes, result.stdout + result.stderr
    verdict, said = outcomes[cell]
    assert verdict == "failure"
    assert words in said


def test_the_rest_of_a_failed_notebook_is_skipped_with_the_reason(bad):
    outcomes, _ = bad
    assert outcomes["book/fails/cell-0"][0] == "passed"
    for cell, first in (
        ("fails/cell-2", "cell-1"),
        ("fails/cell-3", "cell-1"),
        ("dies/cell-1", "cell-0"),
        ("hangs/cell-1", "cell-0"),
        ("magic/cell-1", "cell-0"),
    ):
        verdict, said = outcomes[f"book/{cell}"]
        assert verdict == "skipped"
        assert f"cell {first} of this notebook failed" in said


def test_an_exercise_may_warn_and_other_folders_are_not_run(bad):
    outcomes, _ = bad
    assert outcomes["exercises/warns/cell-0"][0] == "passed"
    assert not any("elsewhere" in name for name in outcomes)


def test_the_table_counts_failures_and_false_claims(bad):
    _, result = bad
    line = next(line for line in result.stdout.splitlines() if re.match(r"book +\S", line))
    assert line.split()[:5] == ["book", "8", "failed", "1", "0"], result.stdout
    assert "exercises" in result.stdout


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    """Two kernels at once, on a machine that was asked for CUDA and has none."""
    root = repository(tmp_path_factory.mktemp("good"))
    for folder, strict in (("book", None), ("exercises", None), ("solutions", "1")):
        here = SURROUNDINGS.format(strict=strict, folder=str(root / folder), python=sys.executable)
        write(
            root, f"{folder}/one", here, "assert os.getpid() == first", CLAIM.format("holds"), CLAIM.format("not run")
        )
    for mine, other in (("a", "b"), ("b", "a")):
        # The notebooks with the most cells go first, one to each worker.
        write(root, f"book/meet-{mine}", *[MEET.format(mine=f"{i}{mine}", other=f"{i}{other}") for i in range(6)])
    return root, run_pytest(root, "-n2", *FOLDERS)


def test_good_notebooks_pass_in_parallel_each_in_one_kernel(good):
    _, result = good
    assert result.returncode == 0, result.stdout + result.stderr
    assert "24 passed, 5 skipped" in result.stdout


def test_the_table_travels_from_the_workers(good):
    _, result = good
    table = result.stdout[result.stdout.index("notebooks =") :].splitlines()
    words = [line.split() for line in table]
    assert words[1][:5] == ["cpu", "cuda", "claims", "checked", "not"], result.stdout
    assert [w[:6] for w in words[2:5]] == [
        ["book", "3", "3", "skipped", "1", "1"],
        ["exercises", "1", "1", "skipped", "1", "1"],
        ["solutions", "1", "1", "skipped", "1", "1"],
    ]
    assert "not run: book/one cell-3: It holds" in table
    assert "CUDA was not tested: this machine has no such device." in table


def test_one_notebook_on_one_device_and_one_on_a_cuda_device(good):
    root, _ = good
    write(root, "exercises/cuda", "import os\nassert os.environ['COURSE_DEVICE'] == 'cuda'")
    result = run_pytest(root, "--require-cuda", "book/one.ipynb::cpu", "exercises/cuda.ipynb", cuda=True)
    assert "FAILED exercises/cuda.ipynb::cpu::cell-0" in result.stdout
    assert "1 failed, 5 passed" in result.stdout
    assert "not tested" not in result.stdout


@pytest.mark.parametrize(
    "devices, require_cuda, words",
    [
        (["cpu", "cuda"], True, "--require-cuda: no CUDA device on this machine"),
        (["cpu"], True, "--require-cuda: cuda is not in --devices"),
        (["cpu", "tpu"], False, "--devices: tpu is not one of cpu, cuda"),
    ],
)
def test_a_missing_or_unknown_device_is_an_error(monkeypatch, devices, require_cuda, words):
    monkeypatch.setattr(run_notebooks, "is_here", lambda device: device == "cpu")
    with pytest.raises(pytest.UsageError, match=words):
        run_notebooks.check_devices(devices, require_cuda)
