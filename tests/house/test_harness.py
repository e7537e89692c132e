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

from tools import execute
from tools.notebooks import environment
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
    shutil.copy(ROOT / "requirements.lock", root)
    shutil.copytree(ROOT / "tools", root / "tools", ignore=shutil.ignore_patterns("__pycache__"))
    environment.warm_fonts()  # once for all of them
    fonts = Path("_build", "kernel", "mplconfigdir")
    shutil.copytree(ROOT / fonts, root / fonts)
    return root


def run_pytest(root, *arguments, cuda=False):
    """pytest in a process of its own, on a machine that has a CUDA device or has none: a stub of torch says which."""
    (root / "stub").mkdir(exist_ok=True)
    (root / "stub" / "torch.py").write_text(f"class cuda:\n    is_available = staticmethod(lambda: {cuda})\n")
    env = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST_", "COURSE_"))}
    env |= {"PYTHONPATH": str(root / "stub"), "COURSE_STRICT": "1", "COURSE_DEVICE": "nonsense"}
    command = [sys.executable, "-m", "pytest", "--nbval-lax", "-p", "no:cacheprovider", "--color=no", *arguments]
    return subprocess.run(command, cwd=root, env=env, capture_output=True, text=True, timeout=300)


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
    assert "5 ran now, 0 are reported from the stored run." in result.stdout


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


# One execution

COUNTS = """import os
with open(os.path.join("..", "runs.txt"), "a") as file:
    print("{name}", os.environ["COURSE_DEVICE"], file=file)"""


def counted(root):
    """How often each notebook has run on each device."""
    lines = (root / "runs.txt").read_text().splitlines()
    return {line: lines.count(line) for line in lines}


@pytest.fixture
def course(tmp_path):
    """A course of a chapter, an exercise and a solution, each of which counts its runs."""
    root = repository(tmp_path)
    for folder in FOLDERS:
        write(root, f"{folder}/one", COUNTS.format(name=folder), "print('said')", CLAIM.format("holds"))
    return root


def test_the_book_and_the_tests_run_a_notebook_once_for_a_device(course):
    book = [sys.executable, "-m", "tools.execute", "--jobs", "2"]
    first = subprocess.run(book, cwd=course, capture_output=True, text=True)
    assert first.returncode == 0 and "notebooks: 2, to run: 2" in first.stdout, first.stdout + first.stderr
    again = subprocess.run(book, cwd=course, capture_output=True, text=True)
    assert again.stdout == "notebooks: 2, to run: 0\n"
    assert counted(course) == {"book cpu": 1, "solutions cpu": 1}
    result = run_pytest(course, "-n2", *FOLDERS, cuda=True)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "4 ran now, 2 are reported from the stored run." in result.stdout
    assert counted(course) == {f"{folder} {device}": 1 for folder in FOLDERS for device in ("cpu", "cuda")}


def test_a_stored_run_is_reported_as_such_with_its_claims(course):
    run_pytest(course, "--devices=cpu", "book")
    result = run_pytest(course, "--devices=cpu", "-v", "book")
    assert result.stdout.count("STORED") == 3 and "3 stored" in result.stdout
    line = next(line for line in result.stdout.splitlines() if line.startswith("book  "))
    assert line.split()[:5] == ["book", "1", "stored", "1", "0"]
    assert counted(course) == {"book cpu": 1}


def test_what_has_changed_runs_again_and_so_does_what_is_asked_for(course):
    run_pytest(course, "--devices=cpu", "book")
    write(course, "book/one", COUNTS.format(name="book"), "print('said otherwise')")
    assert "2 passed" in run_pytest(course, "--devices=cpu", "book").stdout
    assert counted(course) == {"book cpu": 2}
    assert "2 stored" in run_pytest(course, "--devices=cpu", "book").stdout
    assert "2 passed" in run_pytest(course, "--devices=cpu", "--rerun", "book").stdout
    assert counted(course) == {"book cpu": 3}


@pytest.mark.parametrize("arguments", [["book/one.ipynb::cpu::cell-0"], ["book", "-k", "cell-0"]])
def test_a_part_of_a_notebook_is_not_kept(course, arguments):
    assert "1 passed" in run_pytest(course, "--devices=cpu", *arguments).stdout
    assert not (course / "_build" / "runs").exists()
    assert "3 passed" in run_pytest(course, "--devices=cpu", "book").stdout


def test_a_failure_is_not_kept(course):
    write(course, "book/one", COUNTS.format(name="book"), "raise ValueError")
    for runs in (1, 2):
        assert "1 failed, 1 passed" in run_pytest(course, "--devices=cpu", "book").stdout
        assert counted(course) == {"book cpu": runs}
    write(course, "book/one", COUNTS.format(name="book"), "__import__('os')._exit(1)")
    assert "The kernel died" in run_pytest(course, "--devices=cpu", "book").stdout
    assert not (course / "_build" / "runs").exists()


def test_a_notebook_that_changes_while_it_runs_is_not_kept(course):
    write(
        course,
        "book/one",
        "from pathlib import Path\npath = Path('one.ipynb')",
        "x = 1",
        "path.write_text(path.read_text().replace('x = 1', 'x = 2'));",
    )
    result = run_pytest(course, "--devices=cpu", "book")
    assert "3 passed, 1 error" in result.stdout and "changed while it ran" in result.stdout
    assert not (course / "_build" / "runs").exists()


def test_a_figure_that_loses_its_words_fails_though_nothing_runs(course):
    write(course, "book/one", PICTURE, **ALT)
    assert "1 passed" in run_pytest(course, "--devices=cpu", "book").stdout
    write(course, "book/one", PICTURE)
    result = run_pytest(course, "--devices=cpu", "book")
    assert "no alt text" in result.stdout and "1 failed" in result.stdout


def test_what_a_run_said_is_kept_whole(course, monkeypatch):
    widget = "import ipywidgets\nslider = ipywidgets.IntSlider(value=46)\nslider"
    write(course, "book/one", widget, "slider.value = 47", "[1, 2];", "print(1)\nimport sys; print(2)", "3")
    assert "5 passed" in run_pytest(course, "--devices=cpu", "book").stdout
    monkeypatch.setenv("PYTHONPATH", str(course / "stub"))
    for name in [name for name in os.environ if name.startswith("COURSE_")]:
        monkeypatch.delenv(name)
    notebook = execute.executed(course / "book" / "one.ipynb", course)
    shown, moved, hidden, printed, last = (cell.outputs for cell in notebook.cells)
    view = shown[0].data["application/vnd.jupyter.widget-view+json"]
    assert notebook.metadata.widgets[execute.WIDGETS].state[view.model_id].state.value == 47
    assert moved == hidden == [], "a semicolon hides the result"
    assert printed[0].text == "1\n2\n" and last[0].data["text/plain"] == "3"


def test_an_output_that_is_changed_later_is_refused(course):
    later = "from IPython.display import display\nhandle = display(1, display_id=True)\nhandle.update(2)"
    write(course, "book/one", later)
    assert "updates what it displayed before" in run_pytest(course, "--devices=cpu", "book").stdout


@pytest.mark.parametrize("elsewhere", [False, True])
def test_a_kernel_imports_the_library_of_its_own_tree(course, tmp_path_factory, elsewhere):
    """Though another clone's is installed, as after `cp -a`; where that one still comes first, nothing runs."""
    (course / "course_lib").mkdir()
    (course / "course_lib" / "__init__.py").touch()
    write(course, "book/one", "import course_lib\nprint(course_lib.__file__)")
    (course / "stub").mkdir(exist_ok=True)
    if elsewhere:
        other = tmp_path_factory.mktemp("other") / "course_lib"
        other.mkdir()
        (other / "__init__.py").touch()
        (course / "stub" / "sitecustomize.py").write_text(f"import sys\nsys.path.insert(0, {str(other.parent)!r})\n")
    result = run_pytest(course, "--devices=cpu", "book")
    if elsewhere:
        assert f"would import course_lib from {other}" in result.stdout and "1 error" in result.stdout
    else:
        assert "1 passed" in result.stdout
        kept = next((course / "_build" / "runs").rglob("*.json")).read_text()
        assert str(course / "course_lib" / "__init__.py") in kept


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
