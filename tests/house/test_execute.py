"""A notebook's state notices what a result can depend on and nothing else; what ran is kept, and is what a page shows."""

import json
import os

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from sphinx.errors import ExtensionError

from course_lib.data import mnist_files
from sphinx_ext import runs
from tools import execute
from tools.notebooks import environment, state

LIBRARY = {
    "__init__.py": "",
    "constants.py": "STEPS = 46\n",
    "alone.py": "",
    "optim/__init__.py": "from course_lib.optim.sgd import SGD\n",
    "optim/sgd.py": "from . import arguments\nclass SGD: pass\n",
    "optim/arguments.py": "def late():\n    from ..metrics import mean\n",
    "metrics/__init__.py": "",
    "metrics/mean.py": "import course_lib.constants as constants\n",
    "plots/__init__.py": "",
    "plots/course.mplstyle": "",
    "plots/fonts/one.ttf": "",
    "figures/__init__.py": "",
    "figures/base.css": "",
    "figures/momentum/__init__.py": "",
    "figures/momentum/view.css": "",
    "figures/degree/__init__.py": "",
    "figures/degree/view.css": "",
    "data/__init__.py": "from course_lib.data.mnist_files import mnist\n",
    "data/mnist_files.py": "def mnist(part='train'):\n    pass\n",
    "worksheet.py": "from course_lib import data\ndef images():\n    return data.mnist()\n",
}


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project with a small library, a lock, saved benchmarks, MNIST and one chapter."""
    files = {f"course_lib/{name}": text for name, text in LIBRARY.items()}
    files |= {f"data/MNIST/raw/{name}": "" for name in mnist_files.file_names()}
    files |= {"benchmarks/results/fit.json": "{}", "benchmarks/results/optim.json": "{}", "tests/words.txt": "a"}
    for name, text in (files | {"requirements.lock": "torch==2.15.0\n", "tools/notebooks/run.py": ""}).items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    write(tmp_path, "print(1)")
    for name in ("COURSE_SEED", "COURSE_DEVICE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COURSE_DATA_DIR", str(tmp_path / "data"))
    return tmp_path


def write(project, *sources, name="book/10-chapter", **metadata):
    cells = [new_code_cell(source, id=f"cell-{i}", metadata=metadata) for i, source in enumerate(sources)]
    path = project / f"{name}.ipynb"
    path.parent.mkdir(exist_ok=True)
    nbformat.write(new_notebook(cells=cells), path)
    return path


def now(project, device="cpu", name="book/10-chapter"):
    return state.state(project / f"{name}.ipynb", device, project)


def changed_by(project, name):
    """Whether a change in a file of the project is another state of its chapter."""
    before = now(project)
    (project / name).write_text((project / name).read_text() + "# changed\n")
    return now(project) != before


# What is in the state


@pytest.mark.parametrize(
    "code, followed",
    [
        ("import course_lib.constants", {"__init__", "constants"}),
        ("from course_lib import constants", {"__init__", "constants"}),
        ("from course_lib.constants import STEPS", {"__init__", "constants"}),
        ("def later():\n    from course_lib import constants", {"__init__", "constants"}),
        ("import importlib\nimportlib.import_module('course_lib.constants')", {"__init__", "constants"}),
        ("%matplotlib inline\nfrom course_lib import alone", {"__init__", "alone"}),
        # optim/__init__ imports sgd, which imports arguments, a function of which imports metrics.mean, and that constants
        (
            "from course_lib import optim",
            {"__init__", "constants", "metrics/__init__", "metrics/mean"}
            | {"optim/__init__", "optim/sgd", "optim/arguments"},
        ),
        ("import numpy, course_library.constants", set()),
        ("from course_lib.no_such_module import name", {"__init__"}),
    ],
)
def test_imports_are_followed_wherever_they_are_and_no_further(project, code, followed):
    write(project, code)
    found = state.ingredients(project / "book" / "10-chapter.ipynb", "cpu", project)
    ours = {name.removeprefix("course_lib/").removesuffix(".py") for name in found if name.startswith("course_lib/")}
    assert ours == followed


@pytest.mark.parametrize(
    "code, name, expected",
    [
        ("from course_lib import plots", "course_lib/plots/course.mplstyle", True),
        ("from course_lib import plots", "course_lib/plots/fonts/one.ttf", True),
        ("from course_lib import optim", "course_lib/plots/course.mplstyle", False),
        ("from course_lib.figures.momentum import Momentum", "course_lib/figures/momentum/view.css", True),
        ("from course_lib.figures.momentum import Momentum", "course_lib/figures/base.css", True),
        ("from course_lib.figures.momentum import Momentum", "course_lib/figures/degree/view.css", False),
        ("from course_lib import optim", "course_lib/alone.py", False),
        ("Path('..', 'benchmarks', 'results', 'fit.json')", "benchmarks/results/fit.json", True),
        ("Path('..', 'benchmarks', 'results', 'fit.json')", "benchmarks/results/optim.json", False),
        ("Path('../benchmarks/results').glob('*.json')", "benchmarks/results/optim.json", True),
        ("1", "benchmarks/results/fit.json", False),
        ("open('../tests/words.txt')", "tests/words.txt", True),
        ("1", "tests/words.txt", False),
        ("!python ../course_lib/worksheet.py", "course_lib/data/__init__.py", True),
        ("from course_lib import data\ndata.mnist()", "data/MNIST/raw/train-images-idx3-ubyte", True),
        ("from course_lib.worksheet import images", "data/MNIST/raw/t10k-labels-idx1-ubyte", True),
        ("from course_lib import data\ndata.digits()", "data/MNIST/raw/train-images-idx3-ubyte", False),
        ("1", "requirements.lock", True),
        ("1", "tools/notebooks/run.py", True),
    ],
)
def test_a_file_counts_where_it_is_used(project, code, name, expected):
    write(project, code)
    assert changed_by(project, name) == expected


def test_code_counts_and_what_a_page_makes_of_it_does_not(project):
    path = write(project, "print(1)", tags=["hide-input"], mystnb={"image": {"alt": "A line."}})
    before = now(project)
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.insert(0, new_markdown_cell("Prose.", id="prose"))
    notebook.cells[1].metadata = {"tags": ["proof"], "course": {"covers": ["B-12"]}}
    nbformat.write(notebook, path)
    assert now(project) == before
    notebook.cells[1].metadata = {"tags": ["raises-exception"]}
    nbformat.write(notebook, path)
    assert now(project) != before
    write(project, "print(1)  # a comment")
    assert now(project) != before


def test_settings_count_and_places_do_not(project, monkeypatch):
    write(project, "data.mnist()")
    before = now(project)
    assert now(project, device="cuda") != before
    monkeypatch.setenv("COURSE_DEVICE", "cuda")  # a run says itself which device it is for
    monkeypatch.setenv("COURSE_CHROMIUM", "/somewhere/else")
    (project / "data").rename(project / "moved")
    monkeypatch.setenv("COURSE_DATA_DIR", str(project / "moved"))
    assert now(project) == before
    monkeypatch.setenv("COURSE_SEED", "7")
    assert now(project) != before


def test_python_and_the_installed_packages_count(project, monkeypatch):
    before = now(project)
    monkeypatch.setattr(state.platform, "python_version", lambda: "3.14.0")
    other_python = now(project)
    monkeypatch.setattr(state, "packages", lambda: ["torch-2.99.0"])
    assert len({before, other_python, now(project)}) == 3
    monkeypatch.undo()
    assert any(name.startswith("torch-2.") for name in state.packages())


@pytest.mark.parametrize("variables", [{"COURSE_DATA_DIR": "here"}, {"XDG_CACHE_HOME": "cache"}])
def test_mnist_is_looked_for_where_the_library_looks(tmp_path, monkeypatch, variables):
    monkeypatch.delenv("COURSE_DATA_DIR", raising=False)
    for name, folder in variables.items():
        monkeypatch.setenv(name, str(tmp_path / folder))
    folder, _ = mnist_files.location()
    assert state.mnist_files(os.environ) == []
    folder.mkdir(parents=True)
    for name in mnist_files.file_names():
        (folder / name).touch()
    assert state.mnist_files(os.environ) == [folder / name for name in mnist_files.file_names()]


def test_every_chapter_and_its_solutions_depend_on_what_they_use():
    """Of this repository: what a change in each place runs again."""
    found = {p: state.ingredients(p, "cpu") for p in execute.notebooks()}
    for name in ("course_lib/checks/momentum.py", "course_lib/figures/momentum/view.css"):
        users = [path.stem for path, files in found.items() if name in files]
        assert users == ["13-momentum"], name
    assert all("course_lib/__init__.py" in files for files in found.values())


# What is kept


def run(outputs):
    return execute.Run([outputs], [0.5], 1.25, {})


OUTPUT = [{"output_type": "stream", "name": "stdout", "text": "46\n"}]


def test_a_run_is_found_in_its_state_only(project):
    path = write(project, "from course_lib.constants import STEPS\nprint(STEPS)")
    with pytest.raises(KeyError, match="book/10-chapter.ipynb has not run on cpu as it is now: make book"):
        execute.executed(path, project)
    execute.keep(run(OUTPUT), path, project)
    assert execute.executed(path, project).cells[0].outputs == OUTPUT
    assert execute.seconds(path, project) == 1.25
    with pytest.raises(KeyError, match="on cuda"):
        execute.executed(path, project, device="cuda")
    constants = project / "course_lib" / "constants.py"
    constants.write_text("STEPS = 58\n")
    with pytest.raises(KeyError):
        execute.executed(path, project)
    with pytest.raises(KeyError):
        execute.seconds(path, project)
    constants.write_text("STEPS = 46\n")  # to go back costs nothing
    assert execute.executed(path, project).cells[0].outputs == OUTPUT


def test_old_runs_go_and_those_of_other_notebooks_stay(project):
    write(project, "1", name="book/10-chapter-two")
    execute.keep(run([]), project / "book" / "10-chapter-two.ipynb", project)
    for i in range(execute.KEPT + 2):
        execute.keep(run([]), write(project, str(i)), project)
    kept = [path.name.partition(".")[0] for path in (project / "_build" / "runs" / "cpu" / "book").iterdir()]
    assert kept.count("10-chapter") == execute.KEPT and kept.count("10-chapter-two") == 1
    assert execute.stored(project / "book" / "10-chapter.ipynb", project)


def test_a_widget_is_saved_as_notebooks_save_it(project):
    path = write(project, "figure")
    traits = {"_model_name": "AnyModel", "_model_module": "anywidget", "_model_module_version": "1", "beta": 0.9}
    execute.keep(execute.Run([[]], [0.1], 1.0, {"a1": {"state": traits, "buffers": []}}), path, project)
    saved = execute.executed(path, project).metadata.widgets[execute.WIDGETS]
    assert saved.state.a1.state.beta == 0.9 and saved.state.a1.model_module == "anywidget"


class App:
    """As much of Sphinx as the extension needs."""

    def __init__(self, root):
        self.srcdir, self.env = root, self
        self.doc2path = lambda name: str(root / f"{name}.ipynb")


def test_a_page_gets_what_ran_and_is_not_made_without_it(project):
    path = write(project, "print(46)")
    source = [path.read_text()]
    with pytest.raises(ExtensionError, match="has not run on cpu"):
        runs.source_read(App(project), "book/10-chapter", source)
    execute.keep(run(OUTPUT), path, project)
    runs.source_read(App(project), "book/10-chapter", source)
    assert json.loads(source[0])["cells"][0]["outputs"][0]["text"] == ["46\n"]
    assert "46" not in path.read_text().replace("print(46)", "")
    exercise = write(project, "...", name="exercises/10-chapter")
    source = [exercise.read_text()]
    runs.source_read(App(project), "exercises/10-chapter", source)
    assert source == [exercise.read_text()]


# A package that one notebook alone needs


NEEDS = {"course": {"needs": ["numpy", "nosuchpackage"]}}


def test_where_a_package_is_missing_the_page_says_so_and_shows_no_result(project):
    path = write(project, "# A title", "import nosuchpackage", **NEEDS)
    page = execute.executed(path, project)
    assert "nosuchpackage is not installed there" in page.cells[1].source and "numpy" not in page.cells[1].source
    assert [cell.get("outputs", []) for cell in page.cells] == [[], [], []]
    write(project, "# A title", "import numpy", **{"course": {"needs": ["numpy"]}})
    with pytest.raises(KeyError, match="has not run on cpu as it is now"):
        execute.executed(path, project)


def test_where_a_package_is_missing_nothing_is_run(project, capsys):
    (project / "book" / "10-chapter.ipynb").unlink()
    write(project, "import nosuchpackage", name="book/appendix", **NEEDS)
    assert execute.run_missing(project) == 0
    said = capsys.readouterr().out
    assert "book/appendix.ipynb is shown without results: not installed here: nosuchpackage (pip install" in said
    assert "notebooks: 1, to run: 0" in said


# The environment of a kernel


def test_the_environment_goes_to_the_kernel_and_not_to_this_process(tmp_path):
    write(tmp_path, "import os\nprint(os.environ['COURSE_SEED'], os.environ['COURSE_DEVICE'])", "1 / 0", "print(2)")
    before = dict(os.environ)
    path = tmp_path / "book" / "10-chapter.ipynb"
    notebook, took = execute.execute(path, {"COURSE_SEED": "1000"}, allow_errors=True)
    assert dict(os.environ) == before
    first, second, third = (cell.outputs[0] for cell in notebook.cells)
    assert (first.text, second.ename, third.text) == ("1000 cpu\n", "ZeroDivisionError", "2\n")
    assert 0.1 < took < 60


@pytest.mark.parametrize("given", ["sub folder/data", "~/my data", "{tmp}/a b"])
def test_the_data_folder_is_made_absolute(tmp_path, monkeypatch, given):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("USERPROFILE", str(tmp_path / "home"))
    given = given.format(tmp=tmp_path)
    monkeypatch.setenv("COURSE_DATA_DIR", given)
    expected = tmp_path / given.replace("~", "home")
    assert environment.environment("cpu", "book", tmp_path)["COURSE_DATA_DIR"] == str(expected)
    assert mnist_files.location()[0] == expected / "MNIST" / "raw"


def test_the_fonts_are_listed_once(tmp_path, capfd):
    environment.warm_fonts(tmp_path)
    assert list((tmp_path / "_build" / "kernel" / "mplconfigdir").glob("fontlist*.json"))
    assert capfd.readouterr() == ("matplotlib lists the fonts of this machine, once\n", "")
    environment.warm_fonts(tmp_path)
    assert capfd.readouterr() == ("", "")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no /proc, a folder that not even root can write to")
def test_a_home_that_cannot_be_written_is_no_obstacle(tmp_path, monkeypatch):
    for name in ("HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"):
        monkeypatch.setenv(name, "/proc/nowhere")
    path = write(tmp_path, "import matplotlib.pyplot as plt\nplt.plot([1, 2]);", "import os\nprint(os.environ['HOME'])")
    notebook, _ = execute.execute(path)
    assert [out.output_type for cell in notebook.cells for out in cell.outputs] == ["display_data", "stream"]
    assert notebook.cells[1].outputs[0].text == "/proc/nowhere\n"


LONGEST, AVERAGE = 25, 12  # seconds of CPU time that a chapter may take
SLACK = 1.5  # for a slower machine, or a first run with cold caches


def test_the_book_keeps_its_budget():
    paths = [path for path in execute.notebooks() if path.parent.name == "book"]
    try:
        took = {path.stem: execute.seconds(path) for path in paths}
    except KeyError:
        pytest.skip("the book has not been executed in this state: make book")
    assert max(took.values()) < LONGEST * SLACK and sum(took.values()) / len(took) < AVERAGE * SLACK, took
