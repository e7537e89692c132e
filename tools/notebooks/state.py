"""The state of a notebook: a hash of what its outputs can depend on, and of nothing else.

usage: python -m tools.notebooks.state book/13-momentum.ipynb [cpu|cuda]      lists what the hash is made of

That is its code, what this code imports from the library, directly or not, and the other files that it names; the lock,
the packages installed and Python; MNIST where it is used; the settings of the kernel. Prose, alt text and most tags are
not in it: they change a page, not a result.
"""

import ast
import functools
import hashlib
import json
import os
import platform
import re
import sys
import sysconfig
from pathlib import Path

from tools.notebooks.cells import code, tags, tree
from tools.notebooks.environment import PRETEND, ROOT, SETTINGS, environment

LIBRARY = "course_lib"
RUNNER = "tools/notebooks/run.py"  # what it keeps of an output is part of the result
# Where things are, and what no kernel reads: these cannot change a result.
NEUTRAL = {"COURSE_CHROMIUM", "COURSE_PIP_URL", "COURSE_DATA_DIR", "COURSE_COLAB"}
LIBRARY_NAME = re.compile(rf"{LIBRARY}(\.\w+)+")
NAMED_FILE = re.compile(r"\.\./[\w./-]+")  # what lies beside the notebook, it may have written itself
MNIST_FILES = [f"{part}-{kind}-ubyte" for part in ("train", "t10k") for kind in ("images-idx3", "labels-idx1")]
NO_MNIST = "MNIST is used, and not here"
CALLS_MNIST = re.compile(r"(?<!def )\bmnist\(")


def state(path, device, root=ROOT):
    """A short hash of what the outputs of a notebook on a device can depend on."""
    return hashlib.sha256(json.dumps(ingredients(path, device, root)).encode()).hexdigest()[:16]


def ingredients(path, device, root=ROOT):
    """What the hash is made of: {name: a value or the hash of a file}, in a fixed order."""
    notebook = json.loads(path.read_text("utf8"))
    cells = [cell | {"source": "".join(cell["source"])} for cell in code(notebook)]
    text = "\n".join(cell["source"] for cell in cells)
    env = environment(device, path.parent.name, root)
    read = named_files(path, text, root)
    files = library_files(cells, [p for p in read if p.suffix == ".py"], root) | read
    if device in PRETEND:
        files |= set((root / "tools" / "pretend").glob("*.py"))
    found = {
        "code": [cell["source"] for cell in cells],
        "tags": [
            [tag for tag in tags(cell) if tag.startswith("nbval-") or tag == "raises-exception"] for cell in cells
        ],
        "python": platform.python_version(),
        "packages": packages(),
        **{name: env.get(name) for name in SETTINGS},
        **{name: env[name] for name in sorted(env) if name.startswith("COURSE_") and name not in NEUTRAL},
    }
    for file in sorted(files | {root / "requirements.lock", root / RUNNER}):
        found[Path(os.path.relpath(file, root)).as_posix()] = file_hash(file)
    calls = (CALLS_MNIST.search(file.read_text("utf8")) for file in files if file.suffix == ".py")
    if "mnist" in text.lower() or any(calls):
        found |= {file.name: file_hash(file) for file in mnist_files(env)} or {NO_MNIST: True}
    return found


def library_files(cells, scripts, root):
    """Every file of the library that the cells and scripts import, directly or not, and the files that lie beside them."""
    found, todo = set(), [name for cell in cells for name in imports(tree(cell))]
    for script in scripts:
        todo += imports_of(script, "", script.stat().st_mtime_ns)
    while todo:
        for file, package in module_files(todo.pop(), root):
            if file not in found:
                found.add(file)
                todo += imports_of(file, package, file.stat().st_mtime_ns)
    for file in [file for file in found if file.name == "__init__.py"]:
        found |= data_files(file.parent)
    return found


def imports(module, package=""):
    """The dotted names that a syntax tree imports, wherever it does so; some may be of functions and classes.

    A text such as "course_lib.optim" counts too: it may be meant for importlib.
    """
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            up = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            base = ".".join([*up, *filter(None, [node.module])])
            yield base
            yield from (f"{base}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and LIBRARY_NAME.fullmatch(node.value):
            yield node.value


@functools.cache
def imports_of(file, package, changed):
    """The names that a Python file imports; `changed` is its time, so that an edited file is read anew."""
    return [name for name in imports(ast.parse(file.read_text("utf8")), package) if name.split(".")[0] == LIBRARY]


def module_files(name, root):
    """The files that importing a dotted name runs, each with the package that it belongs to: course_lib, course_lib.x …"""
    parts = name.split(".")
    if parts[0] != LIBRARY:
        return
    for n in range(1, len(parts) + 1):
        folder, dotted = root.joinpath(*parts[:n]), ".".join(parts[:n])
        if (folder / "__init__.py").is_file():
            yield folder / "__init__.py", dotted
        elif folder.with_suffix(".py").is_file():
            yield folder.with_suffix(".py"), ".".join(parts[: n - 1])
            return  # what follows is a name in the module
        else:
            return


def data_files(folder):
    """The files of a package that are not Python: styles, scripts, data; not those of the packages in it."""
    found = set()
    for path in folder.iterdir():
        if path.is_dir():
            if path.name != "__pycache__" and not (path / "__init__.py").exists():
                found |= data_files(path)
        elif path.suffix not in (".py", ".pyc"):
            found.add(path)
    return found


def named_files(path, text, root):
    """The files that a notebook's code names by a path from its folder, and the saved measurements that it names."""
    found = {(path.parent / name).resolve() for name in NAMED_FILE.findall(text) if (path.parent / name).is_file()}
    if "benchmarks" in text:
        results = sorted((root / "benchmarks" / "results").glob("*.json"))
        found |= set([p for p in results if p.name in text] or results)  # where none is named, it may read any
    return found


def mnist_files(env):
    """The four files, where course_lib.data.mnist looks for them (tests compare the places): none if one is missing."""
    cache = Path(env.get("XDG_CACHE_HOME") or Path.home() / ".cache") / LIBRARY
    folder = Path(env.get("COURSE_DATA_DIR") or cache) / "MNIST" / "raw"
    files = [folder / name for name in MNIST_FILES]
    return files if all(file.is_file() for file in files) else []


@functools.cache
def packages():
    """The names and versions of what is installed; a folder that pip has not finished is not."""
    places = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    return sorted({path.stem for place in places for path in Path(place).glob("[!~]*.dist-info")})


def file_hash(path):
    status = path.stat()
    return content_hash(path, status.st_size, status.st_mtime_ns)


@functools.cache
def content_hash(path, size, changed):
    """The hash of a file's content; size and time say whether it is still the same."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16]


if __name__ == "__main__":
    for name, value in ingredients(Path(sys.argv[1]).resolve(), *(sys.argv[2:] or ["cpu"])).items():
        print(f"{name}: {len(value) if isinstance(value, list) else value}")
