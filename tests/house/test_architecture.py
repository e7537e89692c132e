"""The rules of `course_lib` that a reader can rely on, each shown to catch what it forbids."""

import ast
from pathlib import Path

import pytest

import course_lib

LIBRARY = Path(course_lib.__file__).parent
LONGEST = 200
# What each topic may import of ours. A topic stands below those it imports, so the arrows run one way.
NOTHING = set()
EDGES = {
    "precision": NOTHING,
    "seed": NOTHING,
    "activations": NOTHING,
    "curvature": NOTHING,
    "losses": NOTHING,
    "metrics": {"precision"},
    "models": NOTHING,
    "numpy_net": NOTHING,
    "optim": NOTHING,
    "schedules": NOTHING,
    "surfaces": {"precision"},
    "data": {"seed"},
    "claims": {"seed", "data"},
    "plots": {"claims"},
    "regularizers": NOTHING,
    "train": {"seed", "losses", "metrics", "regularizers"},
}
EDGES["figures"] = set(EDGES)
EDGES["checks"] = set(EDGES) - {"figures"}
FORBIDDEN_CALLS = {"exec", "eval", "compile", "setattr", "delattr", "__import__", "globals"}
FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "misc", "common"}
LATE = ("torchvision", "torch.optim")  # three seconds each: they pull in torch's compiler
UNSAFE = ("pickle", "marshal", "shelve", "dill", "cloudpickle")
SETTINGS = ("torch.backends.", "tempfile.tempdir")  # attributes of a module that are made to be assigned to


def topic_of(name):
    """``optim`` for ``course_lib.optim.sgd``; empty for the package itself and for other libraries."""
    parts = name.split(".")
    return parts[1] if parts[0] == "course_lib" and len(parts) > 1 else ""


def imported_names(node, name, is_package):
    """The full names of what an import statement of module `name` imports."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    base = node.module or ""
    if node.level:
        package = name.split(".") if is_package else name.split(".")[:-1]
        base = ".".join([*package[: len(package) - node.level + 1], *filter(None, [node.module])])
    return [f"{base}.{alias.name}" for alias in node.names]


def starts(full_name, prefixes):
    return any(full_name == prefix or full_name.startswith(f"{prefix}.") for prefix in prefixes)


def dotted(node):
    """``torch.backends.cudnn`` for such an expression; empty for anything but names and attributes."""
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}" if dotted(node.value) else ""
    return node.id if isinstance(node, ast.Name) else ""


def walk(node, in_function=False):
    """Each node below `node`, and whether it stands inside a function."""
    for child in ast.iter_child_nodes(node):
        inside = in_function or isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))
        yield child, inside
        yield from walk(child, inside)


def import_problems(node, inside, name, is_package):
    topic = topic_of(name)
    for full_name in imported_names(node, name, is_package):
        other = topic_of(full_name)
        if full_name.endswith(".*"):
            yield f"from {full_name[:-2]} import *: name what you import"
        if starts(full_name, LATE) and not inside:
            yield f"imports {full_name} at the top: import it inside the function that needs it"
        if starts(full_name, UNSAFE):
            yield f"imports {full_name}, which runs code when it reads a file: use safetensors"
        if full_name == "torch.load":
            yield "imports load from torch: write torch.load, so that weights_only is in sight"
        if other and topic and other != topic and other not in EDGES.get(topic, NOTHING):
            yield f"{topic} imports {other}: no such arrow in EDGES"


def problems(source, name, is_package=False):
    """What the rules find in the source of module `name`, with line numbers."""
    tree = ast.parse(source)
    topic = topic_of(name)
    modules = {}
    if topic and topic not in EDGES:
        yield f"1: the topic {topic} is not in EDGES: add it, with what it may import"
    for part in set(name.split(".")) & FORBIDDEN_NAMES:
        yield f"1: a module called {part}: name it by its topic"
    if topic != "checks" and len(source.splitlines()) > LONGEST:  # one file a chapter, however long
        yield f"1: {len(source.splitlines())} lines, more than {LONGEST}: split it by topic into a package"
    if ast.get_docstring(tree) is None:
        yield "1: the module has no docstring"
    for node in tree.body:
        is_definition = isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
        if is_definition and not node.name.startswith("_") and ast.get_docstring(node) is None:
            yield f"{node.lineno}: {node.name} has no docstring"
    for node, inside in walk(tree):
        found = []
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            found += import_problems(node, inside, name, is_package)
            modules |= {alias.asname or alias.name.split(".")[0]: alias.name for alias in node.names}
        if isinstance(node, ast.FunctionDef) and node.name in ("__getattr__", "__getattribute__", "__setattr__"):
            found.append(f"defines {node.name}: say where a name comes from")
        if isinstance(node, ast.Attribute) and dotted(node) == "torch.optim" and not inside:
            found.append("uses torch.optim at the top: use it inside the function that needs it")
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in FORBIDDEN_CALLS:
            found.append(f"calls {node.func.id}")
        if isinstance(node, ast.Call) and dotted(node.func) == "torch.load":
            given = {k.arg: getattr(k.value, "value", None) for k in node.keywords}
            if given.get("weights_only") is not True:
                found.append("torch.load without weights_only=True")
        if isinstance(node, (ast.Assign, ast.AugAssign, ast.AnnAssign)):
            for target in getattr(node, "targets", None) or [node.target]:
                path = dotted(target)
                if (
                    isinstance(target, ast.Attribute)
                    and path.split(".")[0] in modules
                    and not path.startswith(SETTINGS)
                ):
                    found.append(f"assigns to {path}: don't change what others defined")
        yield from (f"{node.lineno}: {text}" for text in found)


def module_name(path):
    parts = path.relative_to(LIBRARY.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@pytest.mark.parametrize("path", sorted(LIBRARY.rglob("*.py")), ids=lambda path: path.relative_to(LIBRARY).as_posix())
def test_the_module_keeps_the_rules(path):
    found = list(problems(path.read_text("utf8"), module_name(path), path.name == "__init__.py"))
    assert not found, "\n".join(f"{path.relative_to(LIBRARY.parent)}:{line}" for line in found)


def test_the_arrows_run_one_way():
    topics = {topic_of(module_name(path)) for path in LIBRARY.rglob("*.py")} - {""}
    assert set(EDGES) == topics, "EDGES names the topics that are there"
    above = []
    for topic in reversed(EDGES):
        assert not EDGES[topic] & {topic, *above}, topic
        above.append(topic)
    assert all("figures" not in allowed and "checks" not in allowed for allowed in EDGES.values())


BAD = {
    "an arrow up": ("optim", "from course_lib.train import fit", "optim imports train: no such arrow"),
    "an arrow up inside a function": (
        "optim",
        "def f():\n    '''D.'''\n    import course_lib.seed",
        "optim imports seed",
    ),
    "an arrow up by the package": ("metrics", "from course_lib import seed", "metrics imports seed"),
    "an arrow up by dots": ("optim.sgd", "from ..train import fit", "optim imports train"),
    "figures used": ("train", "from course_lib import figures", "train imports figures"),
    "checks used": ("figures", "from course_lib.checks import core", "figures imports checks"),
    "an unknown topic": ("plumbing", "", "plumbing is not in EDGES"),
    "a star": ("seed", "from math import *", "name what you import"),
    "__getattr__": ("seed", "def __getattr__(name):\n    '''D.'''", "defines __getattr__"),
    "__getattr__ in a class": (
        "seed",
        "class A:\n    '''D.'''\n    def __getattr__(self, n): ...",
        "defines __getattr__",
    ),
    "exec": ("seed", "exec('x = 1')", "calls exec"),
    "eval": ("seed", "x = eval('1')", "calls eval"),
    "setattr": ("seed", "setattr(int, 'x', 1)", "calls setattr"),
    "a patched module": ("seed", "import torch\ntorch.relu = None", "assigns to torch.relu"),
    "a patched class": ("seed", "from torch import nn\nnn.Module.go = None", "assigns to nn.Module.go"),
    "a module called utils": ("optim.utils", "", "a module called utils"),
    "a long file": ("seed", "x = 1\n" * LONGEST, "201 lines, more than 200"),
    "torchvision at the top": ("data", "import torchvision", "imports torchvision at the top"),
    "part of torchvision at the top": ("data", "from torchvision.datasets import MNIST", "at the top"),
    "torch.optim at the top": ("train", "from torch import optim", "imports torch.optim at the top"),
    "torch.optim as a base class": (
        "train",
        "import torch\nclass A(torch.optim.SGD):\n    '''D.'''",
        "uses torch.optim at",
    ),
    "an unsafe load": ("data", "import torch\ntorch.load('a.pt')", "torch.load without"),
    "a load that is unsafe on purpose": ("data", "torch.load('a.pt', weights_only=False)", "torch.load without"),
    "load under another name": ("data", "from torch import load", "write torch.load"),
    "pickle": ("data", "import pickle", "runs code when it reads a file"),
    "a function without docstring": ("seed", "def f(): ...", "f has no docstring"),
    "a class without docstring": ("seed", "class A: ...", "A has no docstring"),
}


@pytest.mark.parametrize("case", BAD)
def test_each_rule_catches_what_it_forbids(case):
    topic, source, message = BAD[case]
    found = list(problems(f'"""A module."""\n{source}', f"course_lib.{topic}"))
    assert len(found) == 1 and message in found[0], found


def test_a_module_needs_a_docstring():
    assert list(problems("x = 1", "course_lib.seed")) == ["1: the module has no docstring"]


GOOD = {
    "late imports": ("data", "def f():\n    '''D.'''\n    import torchvision\n    from torch import optim"),
    "its own package": ("optim.sgd", "from .optimizer import Optimizer\nfrom course_lib.optim.adam import Adam"),
    "an arrow down": ("train", "from course_lib.metrics import Mean"),
    "torch.optim by its name": ("train", "import torch\ndef f(p):\n    '''D.'''\n    return torch.optim.SGD(p)"),
    "a safe load": ("data", "import torch\ntorch.load('a.pt', weights_only=True)"),
    "an attribute of its own": ("seed", "class A:\n    '''D.'''\n    def __init__(self): self.x = 1"),
    "a setting": ("seed", "import torch\ntorch.backends.cudnn.benchmark = False"),
    "exactly long enough": ("seed", "x = 1\n" * (LONGEST - 1)),
    "something private": ("seed", "def _f(): ..."),
}


@pytest.mark.parametrize("case", GOOD)
def test_what_is_allowed_passes(case):
    topic, source = GOOD[case]
    assert list(problems(f'"""A module."""\n{source}', f"course_lib.{topic}")) == []
