"""The page of the library names everything that is public, as it is written in the sources, and imports none of it."""

import ast
import importlib
import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest
from browser import BOOK, UNBUILT

from tools.pages import api

ROOT = Path(__file__).resolve().parent.parent.parent
TITLES = {f"book/{path.name}": path.stem for path in (ROOT / "book").glob("*.ipynb")}
CONFIG = 'repository: {url: "https://example.org/course", branch: main}\n'


@pytest.fixture(scope="module")
def page():
    return api.api_markdown(ROOT, TITLES)


def public_names():
    for topic in api.topics(ROOT / "course_lib"):
        module = importlib.import_module(f"course_lib.{topic}")
        for name in api.public(api.parse(api.module_path(ROOT, module.__name__))):
            yield pytest.param(module, name, id=f"{topic}.{name}")


@pytest.mark.parametrize("module, name", list(public_names()))
def test_every_public_name_is_there_with_its_arguments(page, module, name):
    value = getattr(module, name)
    heading = re.search(rf"^`+{{py:\w+}} {re.escape(f'{module.__name__}.{name}')}(?:\(.*|)$", page, re.MULTILINE)[0]
    kind = "exception" if name.endswith("Error") else "class" if inspect.isclass(value) else "function"
    assert f"{{py:{kind}}}" in heading
    if kind != "exception":
        parameters = inspect.signature(value).parameters.values()
        shown = ast.parse(f"def f({heading.split('(', 1)[1]}: ...").body[0].args
        names = [argument.arg for argument in (*shown.posonlyargs, *shown.args, *shown.kwonlyargs)]
        variadic = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
        assert names == [parameter.name for parameter in parameters if parameter.kind not in variadic]


def test_the_taught_topics_are_those_of_the_library():
    assert {"data", "losses", "metrics", "models", "optim", "plots", "seed", "surfaces", "train", "claims"} <= set(
        api.topics(ROOT / "course_lib")
    )
    assert not api.NOT_TAUGHT & set(api.topics(ROOT / "course_lib"))


def test_an_entry_links_to_its_source_and_to_the_chapters_that_use_it(page):
    entry = page.split("{py:class} course_lib.optim.SGD(")[1].split("{py:")[0]
    assert "/course_lib/optim/sgd.py), used in " in entry and "[13-momentum](/book/13-momentum.ipynb)" in entry
    assert "    g = grad + weight_decay * param" in entry  # the formula stays a block of code


def test_the_page_is_written_without_importing_the_library():
    code = (
        "from pathlib import Path\nfrom tools.pages import api\nimport sys\napi.api_markdown(Path('.').resolve(), {})\n"
    )
    code += "print(*{name.split('.')[0] for name in sys.modules} & {'torch', 'torchvision', 'course_lib'})"
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == ""


def library(tmp_path, **files):
    (tmp_path / "_config.yml").write_text(CONFIG)
    for name, source in files.items():
        path = tmp_path / "course_lib" / f"{name.replace('__', '/')}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source)
    return tmp_path


def test_a_name_that_is_nowhere_or_has_no_docstring_is_refused(tmp_path):
    with pytest.raises(LookupError, match="course_lib.seed offers gone, but neither defines it nor imports it"):
        api.api_markdown(library(tmp_path, seed='"""A topic."""\n__all__ = ["gone"]\n'), {})
    with pytest.raises(LookupError, match="plant is public and has no docstring"):
        api.api_markdown(library(tmp_path, seed='"""A topic."""\ndef plant(): ...\n'), {})


def test_docstrings_read_as_they_are_written():
    assert (
        api.markdown("2**32 and 2**31, of `a*b` in [0, 1], a_b") == r"2\*\*32 and 2\*\*31, of `a*b` in \[0, 1\], a\_b"
    )
    assert api.markdown("through :func:`fit` here") == "through `fit` here"
    assert api.markdown("So::\n\n    x = a * b\n\nthen $n$") == "So:\n\n    x = a * b\n\nthen \\$n\\$"


def test_the_built_page_has_a_place_for_each_name():
    path = BOOK / "book" / "api.html"
    if not path.exists():
        pytest.skip(UNBUILT)
    text = path.read_text("utf8")
    for case in public_names():
        module, name = case.values
        assert f'id="{module.__name__}.{name}"' in text
