"""What the notebook run notices, shown on small repositories of bad and good notebooks, in a pytest of their own."""

import os
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree
from pathlib import Path
from typing import NamedTuple

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from tools import execute
from tools.notebooks import run as run_notebooks
from tools.notebooks.run import FOLDERS

ROOT = Path(__file__).resolve().parent.parent.parent
PLACE = "a course [b] & ü"  # what a folder may be called: brackets are a pattern to glob, and a parameter to pytest
ALT = {"mystnb": {"image": {"alt": "A line."}}}
CLAIM = """from IPython.display import Markdown, display
display(Markdown("words"), metadata={{"course": {{"claim": {{"text": "It holds", "status": "{}"}}}}}})"""
PICTURE = (
    "import base64\nfrom IPython.display import Image, display\n"
    "picture = Image(base64.b64decode('iVBORw0KGgo='), format='png')\ndisplay(picture)"
)
EDITS = "from pathlib import Path\npath = Path('edits.ipynb')\npath.write_text(path.read_text().replace('edits', 'x'));"
UPDATES = "from IPython.display import display\nhandle = display(1, display_id=True)\nhandle.update(2)"
# What the kernel of a notebook finds: each assertion is one promise of the harness.
SURROUNDINGS = """import os, sys
from pathlib import Path
assert os.environ["OMP_NUM_THREADS"] == os.environ["COURSE_QUIET"] == os.environ["COURSE_OFFLINE"] == "1"
assert os.environ["MPLBACKEND"].endswith("matplotlib_inline.backend_inline")
assert os.environ.get("COURSE_STRICT") == {strict!r}
assert "PYTEST_CURRENT_TEST" not in os.environ
assert Path.cwd() == Path({folder!r}), Path.cwd()
assert sys.executable == {python!r}
first = os.getpid()"""
COUNTS = """import os
with open(os.path.join("..", "runs.txt"), "a") as file:
    print("{name}", os.environ["COURSE_DEVICE"], file=file)"""
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


def repository(folder):
    """An empty course with this repository's harness, in a folder with an awkward name."""
    root = folder / PLACE
    shutil.copytree(ROOT / "tools", root / "tools", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("conftest.py", "pyproject.toml", "requirements.lock"):
        shutil.copy(ROOT / name, root)
    (root / "course_lib").mkdir()
    (root / "course_lib" / "__init__.py").touch()
    fonts = root / "_build" / "kernel" / "mplconfigdir"
    fonts.mkdir(parents=True)
    (fonts / "fontlist-none.json").touch()  # nothing here draws, so the fonts need not be listed
    (root / "stub").mkdir()
    # jsonschema would build a grammar of internet addresses, which takes a second in each of these processes.
    (root / "stub" / "rfc3987_syntax.py").write_text("raise ImportError\n")
    return root


def run(root, *arguments, cuda=False):
    """A Python module in a process of its own, on a machine that has a CUDA device or none: a stub of torch says which."""
    (root / "stub" / "torch.py").write_text(f"class cuda:\n    is_available = staticmethod(lambda: {cuda})\n")
    env = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST_", "COURSE_"))}
    env |= {"PYTHONPATH": str(root / "stub"), "COURSE_STRICT": "1", "COURSE_DEVICE": "nonsense"}
    command = [sys.executable, "-m", *arguments]
    return subprocess.run(command, cwd=root, env=env, capture_output=True, text=True, timeout=300)


def run_pytest(root, *arguments, cuda=False):
    return run(root, "pytest", "--nbval-lax", "-p", "no:cacheprovider", "--color=no", *arguments, cuda=cuda)


def kept(root):
    """The notebooks of which a run is kept, as "cpu/book/one"."""
    runs = root / "_build" / "runs"
    return {path.relative_to(runs).as_posix().partition(".")[0] for path in runs.rglob("*.json")}


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
    write(root, "book/edits", EDITS)
    write(root, "book/updates", UPDATES)
    write(root, "book/needs", "import nosuchpackage", course={"needs": ["nosuchpackage"]})
    (root / "book" / "drafts").mkdir()
    write(root, "book/drafts/elsewhere", "raise ValueError('not one of ours')")
    result = run_pytest(root, "--devices=cpu", "--nbval-cell-timeout=2", "--junitxml=out.xml", *FOLDERS)
    outcomes = {}
    for case in xml.etree.ElementTree.parse(root / "out.xml").iter("testcase"):
        verdict = next((child for child in case if child.tag in ("failure", "error", "skipped")), None)
        name = case.get("classname").replace(".ipynb", "").replace(".", "/").replace("/cpu", "").replace("::cpu", "")
        said = "" if verdict is None else verdict.get("message", "") + (verdict.text or "")
        outcomes[f"{name}/{case.get('name')}"] = ("passed" if verdict is None else verdict.tag, said)
    return outcomes, result, kept(root)


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
        ("book/updates/cell-0", "updates what it displayed before"),
    ],
)
def test_a_bad_cell_fails_with_the_words_that_help(bad, cell, words):
    outcomes, result, _ = bad
    assert cell in outcomes, result.stdout + result.stderr
    verdict, said = outcomes[cell]
    assert verdict == "failure"
    assert words in said


def test_the_rest_of_a_failed_notebook_is_skipped_with_the_reason(bad):
    outcomes, _, _ = bad
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


def test_a_notebook_that_needs_a_missing_package_is_skipped_with_the_reason(bad):
    outcomes, _, _ = bad
    (needs,) = [said for name, said in outcomes.items() if "needs" in name]
    assert needs[0] == "skipped" and "not installed here: nosuchpackage (pip install nosuchpackage)" in needs[1]


def test_an_exercise_may_warn_and_other_folders_are_not_run(bad):
    outcomes, _, _ = bad
    assert outcomes["exercises/warns/cell-0"][0] == "passed"
    assert not any("elsewhere" in name for name in outcomes)


def test_the_table_counts_failures_and_false_claims(bad):
    _, result, _ = bad
    line = next(line for line in result.stdout.splitlines() if re.match(r"book +\S", line))
    assert line.split()[:7] == ["book", "10", "failed,", "1", "skipped", "1", "0"], result.stdout
    assert "exercises" in result.stdout


def test_what_failed_is_not_kept_nor_what_changed_while_it_ran(bad):
    """So it runs again the next time; the exercise, which may warn, is kept."""
    _, result, kept = bad
    assert kept == {"cpu/exercises/warns"}
    assert "changed while it ran" in result.stdout


# One execution


WHOLE = [
    "import ipywidgets\nslider = ipywidgets.IntSlider(value=46)\nslider",
    "slider.value = 47",
    "[1, 2];",
    "print(1)\nimport sys; print(2)",
    "import course_lib\ncourse_lib.__file__",
]


def counted(root):
    """How often the notebooks that count themselves have run on each device."""
    lines = (root / "runs.txt").read_text().splitlines()
    return {line: lines.count(line) for line in lines}


class Story(NamedTuple):
    """A course through its days: what each command printed, and how often each notebook had run by then."""

    root: Path
    book: subprocess.CompletedProcess  # make book
    book_again: subprocess.CompletedProcess
    test: subprocess.CompletedProcess  # make test, on a machine without a CUDA device
    test_cuda: subprocess.CompletedProcess  # and on one that has it
    whole: dict  # book/whole as the book shows it
    changed: subprocess.CompletedProcess  # book/one has other code, book/figure has lost its words
    rerun: subprocess.CompletedProcess
    counts: dict  # {command: {"book cpu": runs}}
    kept: set


@pytest.fixture(scope="module")
def story(tmp_path_factory):
    root = repository(tmp_path_factory.mktemp("story"))
    for folder, strict in (("book", None), ("exercises", None), ("solutions", "1")):
        here = SURROUNDINGS.format(strict=strict, folder=str(root / folder), python=sys.executable)
        cells = [here, "assert os.getpid() == first", CLAIM.format("holds"), CLAIM.format("not run")]
        write(root, f"{folder}/one", COUNTS.format(name=folder), *cells)
    for mine, other in (("a", "b"), ("b", "a")):
        # The notebooks with the most cells go first, one to each worker.
        write(root, f"book/meet-{mine}", *[MEET.format(mine=f"{i}{mine}", other=f"{i}{other}") for i in range(7)])
    write(root, "book/whole", *WHOLE, **ALT)
    write(root, "book/figure", PICTURE, **ALT)
    told, counts = {}, {}

    def tell(name, result):
        told[name], counts[name] = result, counted(root)

    ones = [f"{folder}/one.ipynb" for folder in FOLDERS]
    tell("book", run(root, "tools.execute", "--jobs", "2"))
    tell("book_again", run(root, "tools.execute", "--jobs", "2"))
    tell("test", run_pytest(root, "-n2", "-v", *FOLDERS))
    tell("test_cuda", run_pytest(root, "--require-cuda", *ones, cuda=True))
    with pytest.MonkeyPatch.context() as patch:  # the state of a notebook holds the variables of the course
        for name in [name for name in os.environ if name.startswith("COURSE_")]:
            patch.delenv(name)
        whole = execute.executed(root / "book" / "whole.ipynb", root)
    write(root, "book/one", COUNTS.format(name="book"), "print('said otherwise')")
    write(root, "book/figure", PICTURE)
    tell("changed", run_pytest(root, "--devices=cpu", "book/one.ipynb", "book/figure.ipynb"))
    write(root, "book/part", COUNTS.format(name="part"), "1")
    tell("rerun", run_pytest(root, "--devices=cpu", "--rerun", "book/one.ipynb", "book/part.ipynb::cpu::cell-0"))
    return Story(root, whole=whole, counts=counts, kept=kept(root), **told)


def words(result):
    """The lines of the table at the end, as words."""
    return [line.split() for line in result.stdout[result.stdout.index("notebooks =") :].splitlines()]


def test_the_book_runs_each_notebook_once_and_two_at_a_time(story):
    assert story.book.returncode == 0 and "notebooks: 6, to run: 6" in story.book.stdout, story.book
    assert story.counts["book"] == {"book cpu": 1, "solutions cpu": 1}
    assert story.book_again.stdout == "notebooks: 6, to run: 0\n", story.book_again
    assert story.counts["book_again"] == story.counts["book"]


def test_the_tests_report_what_the_book_ran_and_run_the_rest(story):
    """After `make test` each notebook has run once for a device."""
    assert story.test.returncode == 0, story.test.stdout + story.test.stderr
    assert "1 ran now, 6 are reported from the stored run." in story.test.stdout
    assert story.test.stdout.count(" STORED ") == 2 * 7 + 2 * 5 + 5 + 1
    assert story.counts["test"] == {f"{folder} cpu": 1 for folder in FOLDERS}


def test_on_a_cuda_device_each_notebook_runs_once_more(story):
    assert story.test_cuda.returncode == 0, story.test_cuda.stdout + story.test_cuda.stderr
    assert "3 ran now, 3 are reported from the stored run." in story.test_cuda.stdout
    assert story.counts["test_cuda"] == {f"{folder} {device}": 1 for folder in FOLDERS for device in ("cpu", "cuda")}
    assert "not tested" not in story.test_cuda.stdout


def test_the_table_counts_stored_runs_and_their_claims_and_travels_from_the_workers(story):
    table = words(story.test)
    assert table[1][:5] == ["cpu", "cuda", "claims", "checked", "not"], story.test.stdout
    assert [line[:7] for line in table[2:5]] == [
        ["book", "5", "stored", "5", "skipped", "1", "1"],
        ["exercises", "1", "1", "skipped", "1", "1", table[3][6]],
        ["solutions", "1", "stored", "1", "skipped", "1", "1"],
    ]
    assert "not run: book/one cell-4: It holds" in story.test.stdout
    assert "CUDA was not tested: this machine has no such device." in story.test.stdout


def test_what_has_changed_runs_again_and_so_does_what_is_asked_for(story):
    assert "2 passed" in story.changed.stdout and story.counts["changed"]["book cpu"] == 2
    assert "2 passed" not in story.rerun.stdout and "3 passed" in story.rerun.stdout
    assert story.counts["rerun"]["book cpu"] == 3


def test_a_part_of_a_notebook_is_not_kept(story):
    assert story.counts["rerun"]["part cpu"] == 1
    assert "cpu/book/one" in story.kept and "cpu/book/part" not in story.kept


def test_a_figure_that_loses_its_words_fails_though_nothing_runs(story):
    assert "no alt text" in story.changed.stdout and "1 failed, 2 passed" in story.changed.stdout


def test_what_a_run_said_is_kept_whole(story):
    shown, moved, hidden, printed, library = (cell.outputs for cell in story.whole.cells)
    view = shown[0].data["application/vnd.jupyter.widget-view+json"]
    assert story.whole.metadata.widgets[execute.WIDGETS].state[view.model_id].state.value == 47
    assert moved == hidden == [], "a semicolon hides the result"
    assert printed[0].text == "1\n2\n"
    # The library of this tree, though another clone's is installed, as after `cp -a`.
    assert library[0].data["text/plain"] == repr(str(story.root / "course_lib" / "__init__.py"))


def test_nothing_runs_where_the_library_of_another_clone_comes_first(tmp_path):
    root, other = repository(tmp_path), tmp_path / "other"
    (other / "course_lib").mkdir(parents=True)
    (other / "course_lib" / "__init__.py").touch()
    (root / "stub" / "sitecustomize.py").write_text(f"import sys\nsys.path.insert(0, {str(other)!r})\n")
    write(root, "book/one", "import course_lib")
    result = run_pytest(root, "--devices=cpu", "book")
    assert f"would import course_lib from {other}" in result.stdout and "1 error" in result.stdout


@pytest.mark.parametrize(
    "devices, require_cuda, words",
    [
        (["cpu", "cuda"], True, "--require-cuda: no CUDA device on this machine"),
        (["cpu"], True, "--require-cuda: cuda is not in --devices"),
        (["cpu", "tpu"], False, "--devices: tpu is not one of cpu, cuda, pretend_cuda, pretend_mps"),
    ],
)
def test_a_missing_or_unknown_device_is_an_error(monkeypatch, devices, require_cuda, words):
    monkeypatch.setattr(run_notebooks, "is_here", lambda device: device == "cpu")
    with pytest.raises(pytest.UsageError, match=words):
        run_notebooks.check_devices(devices, require_cuda)
