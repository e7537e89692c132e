"""One environment, said in several files: the lock, pyproject.toml, environment.yml, the Makefile and CI agree."""

import ast
import os
import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
import yaml
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tools import setup

ROOT = Path(__file__).parent.parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf8"))["project"]
LOCK = (ROOT / "requirements.lock").read_text("utf8")
PYTHONS = ("3.11", "3.12", "3.13")
PLATFORMS = ("linux", "darwin", "win32")
CAPPED = {"jupyter-book", "nbval"}  # Jupyter Book 2 is another program; nbval is extended through what it keeps private
FLOORS = {"torch": "2.9", "ipywidgets": "7.7"}  # what Colab has
NOT_OF_THE_LIBRARY = {"book", "test", "author", "peers"}
NOT_LOCKED = {"peers"}  # trainers that one benchmark compares; nobody else needs them
UNSEEN = {"ipywidgets"}  # anywidget needs it and sets no floor; version 7.7 is Colab's
LOCKED = re.compile(r"(?P<name>[a-z0-9]+(?:[-.][a-z0-9]+)*)==(?P<version>[0-9][0-9a-z.+!]*)(?: ; (?P<marker>.+))?")


def lock_problems(text):
    """What is wrong with the lines of a lock: each names a package and one exact version, and nothing else."""
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("#") and "://" not in line:
            continue
        match = LOCKED.fullmatch(line)
        if not match:
            yield f"line {number}: {line}"
        elif match["marker"]:
            Marker(match["marker"])


def locked(text, python, platform):
    """The packages that the lock installs for one Python on one platform: {name: [versions]}."""
    environment = {
        "python_version": python,
        "python_full_version": f"{python}.9",
        "sys_platform": platform,
        "os_name": "nt" if platform == "win32" else "posix",
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
        "platform_machine": "arm64" if platform == "darwin" else "x86_64",
        "platform_system": {"linux": "Linux", "darwin": "Darwin", "win32": "Windows"}[platform],
    }
    found = {}
    for match in map(LOCKED.fullmatch, text.splitlines()):
        if match and (not match["marker"] or Marker(match["marker"]).evaluate(environment)):
            found.setdefault(match["name"], []).append(match["version"])
    return found


def disagreements(requirements, packages):
    """The requirements that the locked packages do not meet."""
    for text in requirements:
        requirement = Requirement(text)
        versions = packages.get(canonicalize_name(requirement.name), [])
        if len(versions) != 1 or versions[0] not in requirement.specifier:
            yield f"{text}: the lock has {', '.join(versions) or 'nothing'}"


def capped(requirements):
    """The names of the requirements that exclude some newer version."""
    return {
        r.name for r in map(Requirement, requirements) if any(s.operator not in (">=", ">", "!=") for s in r.specifier)
    }


def imported_packages(folder):
    """The top-level packages that the Python files of a folder import or look for by name, other people's only."""
    names = set()
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level:
                names.add(node.module.split(".")[0])
            elif isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "find_spec":
                names |= {a.value.split(".")[0] for a in node.args if isinstance(a, ast.Constant)}
    return names - sys.stdlib_module_names - {"course_lib"}


def needed_packages(folder):
    """The names, as pip knows them, of the packages that a folder's Python files import."""
    names = packages_distributions()
    return {canonicalize_name(names.get(name, [name])[0]) for name in imported_packages(folder)}


def all_requirements(without=()):
    extras = PROJECT["optional-dependencies"]
    return PROJECT["dependencies"] + sum((rs for name, rs in extras.items() if name not in without), [])


# The lock


def test_the_lock_has_exact_versions_and_nothing_else():
    assert list(lock_problems(LOCK)) == []
    assert len(LOCK.splitlines()) > 100


@pytest.mark.parametrize(
    "line",
    [
        "torch>=2.9",
        "torch",
        "torch @ https://example.org/torch.whl",
        "--index-url https://example.org",
        "-e .",
        "torch==2.9 --hash=sha256:00",
        "# from https://example.org/simple",
        "torch==2.*",
        "Torch==2.9",
    ],
)
def test_a_line_that_does_not_belong_into_the_lock_is_found(line):
    assert list(lock_problems(f"numpy==2.0\n{line}")) == [f"line 2: {line}"]


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("python", PYTHONS)
def test_the_lock_meets_every_requirement(python, platform):
    packages = locked(LOCK, python, platform)
    assert list(disagreements(all_requirements(without=NOT_LOCKED), packages)) == []
    assert {name: versions for name, versions in packages.items() if len(versions) > 1} == {}


@pytest.mark.parametrize(
    "lock, found",
    [
        ("torch==2.8.0", "torch>=2.9: the lock has 2.8.0"),
        ("numpy==2.0", "torch>=2.9: the lock has nothing"),
        ("torch==2.9.0 ; python_full_version >= '3.12'", "torch>=2.9: the lock has nothing"),
        ("torch==2.9.0\ntorch==2.10.0", "torch>=2.9: the lock has 2.9.0, 2.10.0"),
    ],
)
def test_a_requirement_that_is_not_met_is_found(lock, found):
    assert list(disagreements(["torch>=2.9"], locked(lock, "3.11", "linux"))) == [found]


def test_the_lock_brings_the_installer_that_make_uses():
    assert "uv" in locked(LOCK, "3.11", "linux")


# pyproject.toml


def test_only_two_requirements_exclude_newer_versions():
    assert capped(all_requirements()) == CAPPED
    assert not capped(PROJECT["dependencies"])


def test_a_cap_is_found():
    assert capped(["torch>=2.9", "a<2", "b==1", "c~=1.2", "d", "e>1,!=1.5"]) == {"a", "b", "c"}


@pytest.mark.parametrize("name", FLOORS)
def test_the_floors_are_those_of_colab(name):
    requirement = next(r for r in map(Requirement, PROJECT["dependencies"]) if r.name == name)
    assert str(requirement.specifier) == f">={FLOORS[name]}"


def test_the_library_requires_what_it_imports_and_nothing_else():
    """In `dependencies`, or in an extra of its own for what few readers need."""
    own_extras = [
        r for name, rs in PROJECT["optional-dependencies"].items() if name not in NOT_OF_THE_LIBRARY for r in rs
    ]
    required = {canonicalize_name(Requirement(text).name) for text in PROJECT["dependencies"] + own_extras}
    needed = needed_packages(ROOT / "course_lib")
    assert needed - required == set(), "imported, and not required"
    assert required - needed - UNSEEN == set(), "required, and not imported"
    assert UNSEEN <= required - needed


def test_imports_are_found_under_the_names_of_their_packages(tmp_path):
    (tmp_path / "module.py").write_text(
        "import os\nimport sklearn.datasets\nfrom . import other\nfrom course_lib import data\n"
        "from importlib import util\nutil.find_spec('scipy.special')\n"
        "def f():\n    from IPython.display import display\n    import nowhere.at_all\n",
        "utf8",
    )
    assert needed_packages(tmp_path) == {"scikit-learn", "ipython", "nowhere", "scipy"}


# The same Pythons everywhere


def test_pyproject_makefile_and_ci_name_the_same_pythons():
    assert PROJECT["requires-python"] == f">={PYTHONS[0]}"
    assert [f"{major}.{minor}" for major, minor in (setup.FIRST, setup.LAST)] == [PYTHONS[0], PYTHONS[-1]]
    makefile = (ROOT / "Makefile").read_text("utf8")
    ci = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text("utf8"))
    assert tuple(ci["jobs"]["cpu"]["strategy"]["matrix"]["python"]) == PYTHONS
    assert f"--python-version {PYTHONS[0]} " in makefile


# The folder .venv


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A folder with an environment of its own, whose installation is only noted."""
    monkeypatch.setattr(setup, "ROOT", str(tmp_path))
    monkeypatch.setattr(setup, "VENV", str(tmp_path / ".venv"))
    monkeypatch.setattr(setup, "READY", str(tmp_path / ".venv" / ".ready"))
    monkeypatch.setattr(setup, "PYTHON", sys.executable)
    for name in setup.SOURCES:
        (tmp_path / name).touch()
    made = []
    monkeypatch.setattr(setup, "install", lambda: made.append("installed"))
    monkeypatch.setattr(setup.subprocess, "run", run_except_venv(tmp_path, made))
    return tmp_path, made


def run_except_venv(folder, made):
    """subprocess.run, but `python -m venv` only makes the folder."""
    real = subprocess.run

    def run(command, **options):
        if "venv" not in command:
            return real(command, **options)
        made.append("made")
        (folder / ".venv").mkdir()

    return run


def test_an_environment_is_made_once(place):
    _, made = place
    assert setup.main([]) == 0 and made == ["made", "installed"]
    assert setup.main([]) == 0 and made == ["made", "installed"]


def test_a_newer_lock_is_installed_into_the_same_environment(place):
    folder, made = place
    setup.main([])
    os.utime(folder / "requirements.lock", (2**32, 2**32))
    assert setup.main([]) == 0 and made == ["made", "installed", "installed"]


@pytest.mark.parametrize(
    "stamp, python, asked_for, words",
    [
        ("/another/clone\n3.12\n", None, [], "it was made for /another/clone"),
        ("{here}\n3.1\n", None, [], "it was made for Python 3.1, which is {python} now"),
        ("{here}\n{python}\n", "/gone/python", [], "its Python does not start"),
        ("{here}\n{python}\n", "3.1", ["--python-asked-for"], "it has Python 3.1"),
    ],
)
def test_an_environment_of_no_use_is_made_anew(place, monkeypatch, capsys, stamp, python, asked_for, words):
    folder, made = place
    here = {"here": folder, "python": ".".join(map(str, sys.version_info[:2]))}
    setup.main([])
    (folder / ".venv" / ".ready").write_text(stamp.format(**here))
    if python == "3.1":
        (folder / ".venv" / ".ready").write_text(f"{folder}\n3.1\n")
        monkeypatch.setattr(setup, "version", lambda python: "3.1")
    elif python:
        monkeypatch.setattr(setup, "PYTHON", python)
    assert setup.main(asked_for) == 0
    assert f".venv is made anew: {words.format(**here)}." in capsys.readouterr().out
    assert made == ["made", "installed"] * 2


def test_an_environment_made_by_hand_is_taken_as_it_is(place):
    folder, made = place
    (folder / ".venv").mkdir()
    (folder / ".venv" / ".ready").touch()
    assert setup.main([]) == 0 and made == []


def test_a_python_that_will_not_do_is_refused_in_one_line(place, monkeypatch, capsys):
    monkeypatch.setattr(setup, "LAST", (3, 10))
    assert setup.main([]) == 1
    err = capsys.readouterr().err
    assert err.count("\n") == 1 and "make PYTHON=python3.12" in err


# Windows


def test_scripts_keep_their_line_ends_everywhere():
    attributes = (ROOT / ".gitattributes").read_text("utf8")
    for name in (".ci/run", "Makefile", "*.ipynb"):
        assert f"\n{name} text eol=lf\n" in attributes
    assert b"\r" not in (ROOT / ".ci" / "run").read_bytes()


def test_a_notebook_is_shown_in_utf8_whatever_the_console_speaks():
    command = [sys.executable, "-m", "tools.notebooks.nb", "show", "book/13-momentum.ipynb"]
    env = os.environ | {"PYTHONIOENCODING": "cp1252"}
    shown = subprocess.run(command, cwd=ROOT, env=env, capture_output=True)
    assert shown.returncode == 0, shown.stderr
    assert re.search("[^\x00-\xff]", shown.stdout.decode("utf8")), "a character that cp1252 has not"


# environment.yml


def test_conda_users_get_the_same_lock():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text("utf8"))
    assert environment["channels"] == ["conda-forge"]
    python, pip, from_pip = environment["dependencies"]
    assert python == "python=3.12" and python.removeprefix("python=") in PYTHONS
    assert pip == "pip"
    assert from_pip == {"pip": ["-r requirements.lock"]}
    assert (ROOT / "requirements.lock").is_file()
    assert "pip install --no-deps --no-build-isolation --editable ." in (ROOT / "environment.yml").read_text("utf8")


# Licences and citation


def test_the_licences_are_there():
    code = (ROOT / "LICENSE").read_text("utf8")
    assert code.startswith("BSD 3-Clause License\n")
    for clause in (
        "1. Redistributions of source code",
        "2. Redistributions in binary form",
        "3. Neither the name of the",
        "THIS SOFTWARE IS PROVIDED BY",
    ):
        assert f"\n{clause} " in code
    text = (ROOT / "LICENSE-text").read_text("utf8")
    assert "CC BY 4.0" in text and "https://creativecommons.org/licenses/by/4.0/legalcode" in text
    assert PROJECT["license"] == "BSD-3-Clause"


def citation_problems(text, version):
    """What is wrong with a citation file (Citation File Format 1.2.0)."""
    citation = yaml.safe_load(text)
    for key in ("cff-version", "message", "title", "authors"):
        if not citation.get(key):
            yield f"{key} is missing"
    if citation.get("cff-version") != "1.2.0":
        yield "cff-version is not 1.2.0"
    if citation.get("type", "software") not in ("software", "dataset"):
        yield "type is neither software nor dataset"
    for author in citation.get("authors") or []:
        if not ({"name"} <= set(author) or {"family-names", "given-names"} <= set(author)):
            yield f"an author without a name: {author}"
    if Version(str(citation.get("version", "0"))) != Version(version):
        yield f"version {citation.get('version')}, but pyproject.toml has {version}"
    for key in ("repository-code", "url"):
        if not str(citation.get(key, "")).startswith("https://"):
            yield f"{key} is no address"
    if not {PROJECT["license"], "CC-BY-4.0"} <= set(citation.get("license", [])):
        yield "the licences differ"


def test_the_citation_is_valid():
    assert list(citation_problems((ROOT / "CITATION.cff").read_text("utf8"), PROJECT["version"])) == []


@pytest.mark.parametrize(
    "before, after, problem",
    [
        ("cff-version: 1.2.0", "cff-version: 1.0.0", "cff-version is not 1.2.0"),
        ("title:", "name:", "title is missing"),
        ("type: software", "type: book", "type is neither software nor dataset"),
        ("  - name: ", "  - alias: ", "an author without a name"),
        ("version: 0.1.0", "version: 0.2.0", "version 0.2.0, but pyproject.toml has 0.1.0"),
        ("CC-BY-4.0", "MIT", "the licences differ"),
        ("url: https://", "url: ", "url is no address"),
    ],
)
def test_a_wrong_citation_is_found(before, after, problem):
    text = (ROOT / "CITATION.cff").read_text("utf8")
    assert before in text
    found = list(citation_problems(text.replace(before, after), "0.1.0"))
    assert len(found) == 1 and found[0].startswith(problem)
