"""A notebook runs when a learner has only that one file: its setup cell installs course_lib, and nothing else changes.

`make test` runs the first chapter and its exercise in a fresh environment that borrows the packages installed here, all
but course_lib, without network. `make colab` (COURSE_COLAB=full) runs every notebook with Colab's versions, and installs
from a clone of this repository as Colab does; COURSE_COLAB_PYTHON (default 3.13, Colab's) names the Python.
"""

import json
import os
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import nbformat
import pytest
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat.v4 import new_code_cell, new_notebook

from tools.notebooks.format import setup_cell, setup_source

ROOT = Path(__file__).resolve().parent.parent.parent
REQUIREMENTS = ROOT / "tests" / "data" / "colab-requirements.txt"
FULL = os.environ.get("COURSE_COLAB") == "full"
PYTHON = os.environ.get("COURSE_COLAB_PYTHON", "3.13")
UV = Path(sys.executable).with_name("uv")
FIRST = """import importlib.util, sys
import google.colab
assert sys.prefix == {prefix!r}, sys.prefix
assert importlib.util.find_spec("course_lib") is None, "course_lib was here before the setup cell"
"""
LAST = """import course_lib, sys
assert course_lib.__file__.startswith(sys.prefix), course_lib.__file__
"""
INSTALLED = (
    "import importlib.metadata as m, json; print(json.dumps({d.name.lower().replace('_', '-'): d.version "
    "for d in m.distributions()}))"
)


def run(*command, **kwargs):
    result = subprocess.run([str(word) for word in command], capture_output=True, text=True, **kwargs)
    assert result.returncode == 0, f"{command}\n{result.stdout[-2000:]}{result.stderr[-4000:]}"
    return result.stdout


def notebooks():
    """Every notebook, or the first chapter and its exercise."""
    book, exercises, solutions = (
        sorted((ROOT / folder).glob("*.ipynb")) for folder in ("book", "exercises", "solutions")
    )
    if FULL:
        return book + exercises + solutions
    return book[:1] + [path for path in exercises if book and path.name == book[0].name]


class Environment:
    """A virtual environment with its own kernel, a stand-in for google.colab, and the address of course_lib."""

    def __init__(self, folder, url, variables):
        self.folder, self.url, self.variables = folder, url, variables
        self.python = folder / "bin" / "python"
        packages = Path(run(self.python, "-c", "import sysconfig; print(sysconfig.get_paths()['purelib'])").strip())
        (packages / "google" / "colab").mkdir(parents=True)
        (packages / "google" / "colab" / "__init__.py").touch()
        kernel = folder / "kernels" / "colab"
        kernel.mkdir(parents=True)
        argv = [str(self.python), "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        (kernel / "kernel.json").write_text(json.dumps({"argv": argv, "display_name": "Colab", "language": "python"}))

    def installed(self):
        return json.loads(run(self.python, "-c", INSTALLED))

    def execute(self, notebook, folder):
        """Run a notebook alone in an empty folder, between two cells that look where course_lib is."""
        run(self.python, "-m", "pip", "uninstall", "--quiet", "--yes", "course-lib")
        first, last = new_code_cell(FIRST.format(prefix=str(self.folder)), id="first"), new_code_cell(LAST, id="last")
        notebook = new_notebook(cells=[first, *notebook.cells, last], metadata=notebook.metadata)
        # What is set here must not reach the kernel: Colab knows none of it.
        private = ("PYTHON", "COURSE_", "PYTEST_", "JUPYTER", "VIRTUAL_ENV", "MPL")
        env = {k: v for k, v in os.environ.items() if not k.startswith(private)}
        env |= {"COURSE_PIP_URL": self.url, "OMP_NUM_THREADS": "1", **self.variables}
        specs = KernelSpecManager(kernel_dirs=[str(self.folder / "kernels")], ensure_native_kernel=False)
        manager = AsyncKernelManager(kernel_name="colab", kernel_spec_manager=specs)
        client = NotebookClient(notebook, km=manager, timeout=300, resources={"metadata": {"path": str(folder)}})
        client.execute(env=env, cleanup_kc=True)  # a manager that is handed in is not shut down otherwise
        return notebook


def borrowed_environment(folder):
    """A fresh environment that sees what is installed here, all but course_lib; its URL is a wheel built now."""
    venv.create(folder / "venv", symlinks=True)
    here = Path(sysconfig.get_paths()["purelib"])
    (folder / "borrowed").mkdir()
    for path in here.iterdir():
        # The record of an editable install would make pip think that course_lib is there; .pth files may lead to it.
        if "course_lib" not in path.name and path.suffix != ".pth":
            (folder / "borrowed" / path.name).symlink_to(path)
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    packages = folder / "venv" / "lib" / version / "site-packages"
    (packages / "borrowed.pth").write_text(f"{folder / 'borrowed'}\n")
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder / "wheel", cwd=ROOT)
    (wheel,) = (folder / "wheel").glob("*.whl")
    # No index, and a proxy that nobody listens at: whoever asks the network fails.
    nobody = "http://127.0.0.1:9"
    closed = {"PIP_NO_INDEX": "1", "COURSE_OFFLINE": "1", "http_proxy": nobody, "https_proxy": nobody}
    return Environment(folder / "venv", wheel.as_uri(), closed)


def colab_environment(folder):
    """A fresh environment with Colab's Python and versions; its URL is a clone of this repository."""
    if not (ROOT / ".git").exists():
        pytest.skip("Colab installs from a clone, and this is none: git clone the course")
    run(UV, "venv", "--quiet", "--python", PYTHON, folder / "venv")
    run(UV, "pip", "install", "--quiet", "--python", folder / "venv" / "bin" / "python", "--requirement", REQUIREMENTS)
    run("git", "clone", "--quiet", "--bare", ROOT.as_uri(), folder / "course.git")
    return Environment(folder / "venv", f"git+{(folder / 'course.git').as_uri()}", {})


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    return (colab_environment if FULL else borrowed_environment)(tmp_path_factory.mktemp("colab"))


def small(*sources):
    return new_notebook(cells=[new_code_cell(source, id=f"cell-{i}") for i, source in enumerate(sources)])


def test_without_its_setup_cell_a_notebook_fails(environment, tmp_path):
    with pytest.raises(CellExecutionError, match="No module named 'course_lib'"):
        environment.execute(small("import course_lib"), tmp_path)


def test_the_setup_cell_installs_and_changes_nothing_else(environment, tmp_path):
    before = environment.installed()
    notebook = small("import course_lib")
    notebook.cells.insert(0, setup_cell(setup_source(ROOT)))
    executed = environment.execute(notebook, tmp_path)
    after = environment.installed()
    assert {name: after[name] for name in before} == before
    assert set(after) - set(before) == {"course-lib"}
    assert executed.cells[1].outputs[0].text == f"Installing course_lib from {environment.url}\n"


def test_where_course_lib_is_the_setup_cell_does_nothing():
    env = {**os.environ, "COURSE_PIP_URL": "file:///nowhere"}
    said = run(sys.executable, "-c", setup_source(ROOT), env=env, cwd=ROOT)
    assert said == "course_lib is here: nothing to install.\n"


@pytest.mark.parametrize("path", notebooks(), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_notebook_runs_alone(environment, path, tmp_path):
    before = environment.installed()
    environment.execute(nbformat.read(path, as_version=4), tmp_path)
    assert environment.installed() | before == environment.installed(), "a package of the environment was changed"


@pytest.mark.skipif(not FULL, reason="needs the network: make colab")
def test_course_lib_accepts_the_versions_of_colab():
    run(UV, "pip", "compile", "--quiet", "--python", PYTHON, "--constraint", REQUIREMENTS, ROOT / "pyproject.toml")
