"""`make figure NAME=…`: one figure on a page with the book's CSS and policy, made anew from its files at each load."""

import shutil
import subprocess
import sys

import pytest
from browser import axe_problems, load_problems, new_page
from figure_page import ROOT
from live import stage_problems


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """The parts of the repository that the command reads, so that the test may change them."""
    folder = tmp_path_factory.mktemp("copy")
    for part in ("course_lib", "sphinx_ext", "tools", "book/assets"):
        shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "_config.yml", folder)
    return folder


@pytest.fixture(scope="module")
def address(copy):
    command = [sys.executable, "-B", "-m", "tools.pages.figure", "momentum", "--port", "0"]
    with subprocess.Popen(command, cwd=copy, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as server:
        words = server.stdout.readline().split()
        assert words[:2] == ["The", "figure:"], server.stdout.read()
        yield words[2]
        server.terminate()


@pytest.fixture
def page(browser, address):
    page, log = new_page(browser, address)
    page.goto(address)
    yield page
    problems = load_problems(page, log)
    page.context.close()
    assert problems == []


def test_shows_the_figure_as_the_book_does(page):
    page.wait_for_selector(".live-figure.is-live")
    assert stage_problems(page) + axe_problems(page) == []
    assert page.evaluate("getComputedStyle(document.body).getPropertyValue('--pst-color-background')")  # the theme's
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme)
        page.reload()
        assert page.get_attribute("html", "data-theme") == scheme


@pytest.mark.parametrize(
    "file, old, new, shown",
    [
        ("momentum/view.js", "The path down the bowl", "Down we go", "svg .heading >> text=Down we go"),
        ("momentum/__init__.py", "lr=0.02, beta=0.0", "lr=0.02, beta=0.5", "[role=status] >> text=momentum 0.5"),
        ("base.css", "max-width: 56rem", "max-width: 56.5rem", ".course-figure"),
    ],
)
def test_a_change_is_there_after_a_reload(page, copy, file, old, new, shown):
    path = copy / "course_lib" / "figures" / file
    before = path.read_text()
    assert old in before and (file == "base.css" or not page.locator(shown).count())
    path.write_text(before.replace(old, new))
    page.reload()
    page.locator(shown).first.wait_for()
    if file == "base.css":
        assert page.locator(shown).evaluate("figure => getComputedStyle(figure).maxWidth") == f"{16 * 56.5:g}px"
    path.write_text(before)


def test_a_mistake_is_shown_and_the_next_load_tries_again(browser, copy, address):
    path = copy / "course_lib" / "figures" / "momentum" / "__init__.py"
    before = path.read_text()
    page, _ = new_page(browser, address)
    path.write_text(before + "\nmistyped\n")
    page.goto(address)
    assert "NameError: name 'mistyped' is not defined" in page.inner_text("body")
    path.write_text(before)
    page.reload()
    page.wait_for_selector(".live-figure.is-live")
    page.context.close()


def test_an_unknown_figure_is_refused_with_the_names():
    command = [sys.executable, "-m", "tools.pages.figure", "momenta"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 2 and "momentum" in done.stderr
