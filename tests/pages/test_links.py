"""The links of the built book, read without a browser: inside it, to Colab and to the notebooks."""

import functools
import json
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
import yaml
from browser import BOOK, NAMES, NONE

from tools.pages.screenshots import ROOT

NOTEBOOKS = [name for name in NAMES if (ROOT / name).with_suffix(".ipynb").exists()]


class Page(HTMLParser):
    """The addresses that a page points to, and the places in it that can be pointed to."""

    def __init__(self, text):
        super().__init__()
        self.links, self.places, self.inline = [], set(), []
        self._script = None
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self.links += [given[name] for name in ("href", "src") if given.get(name) is not None]
        self.places |= {given[name] for name in ("id", "name") if given.get(name)}
        self.inline += [f"{tag} {name}" for name in given if name.startswith("on")]
        if tag == "script" and "src" not in given and given.get("type", "text/javascript") == "text/javascript":
            self._script = "script"

    def handle_data(self, data):
        if self._script and data.strip():
            self.inline.append(f"script {data.strip()[:60]}")

    def handle_endtag(self, tag):
        self._script = None


def parsed(folder, name):
    path = (folder / name).resolve()
    return page(path, path.stat().st_mtime_ns)


@functools.cache
def page(path, changed):
    """A page, read once: others point into it; `changed` is its time, so that a rebuilt page is read anew."""
    return Page(path.read_text("utf-8"))


def broken(folder, name):
    """The links of a page into the same folder that lead nowhere."""
    found = []
    for link in parsed(folder, name).links:
        parts = urlsplit(link)
        if parts.scheme or parts.netloc:
            continue
        target = (folder / name).parent / unquote(parts.path) if parts.path else folder / name
        if not target.is_file():
            found.append(link)
        elif (
            parts.fragment and target.suffix == ".html" and unquote(parts.fragment) not in parsed(folder, target).places
        ):
            found.append(link)
    return found


@pytest.mark.parametrize("name", NAMES or NONE)
def test_links_inside_the_book_lead_somewhere(name):
    assert not broken(BOOK, name)


@pytest.mark.parametrize("name", NAMES or NONE)
def test_no_page_has_a_script_in_it(name):
    assert not parsed(BOOK, name).inline


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ('<a href="page.html#here" id="here">x</a><img src="dot%20one.png">', []),
        ('<a href="gone.html">x</a>', ["gone.html"]),
        ('<a href="page.html#nowhere">x</a>', ["page.html#nowhere"]),
        ('<a href="#nowhere">x</a>', ["#nowhere"]),
        ('<img src="gone.png">', ["gone.png"]),
        ('<a href="https://example.org/gone">x</a>', []),
    ],
)
def test_a_broken_link_is_seen(tmp_path, body, expected):
    (tmp_path / "page.html").write_text(body)
    (tmp_path / "dot one.png").write_bytes(b"")
    assert broken(tmp_path, "page.html") == expected


@pytest.mark.parametrize(
    ("body", "count"),
    [
        ('<button onclick="go()">x</button>', 1),
        ("<script>let x = 1;</script>", 1),
        ('<script type="text/javascript">let x = 1;</script>', 1),
        ('<script type="application/json">{"x": 1}</script><script src="x.js"></script>', 0),
    ],
)
def test_a_script_in_a_page_is_seen(tmp_path, body, count):
    (tmp_path / "page.html").write_text(body)
    assert len(parsed(tmp_path, "page.html").inline) == count


def settings():
    return yaml.safe_load((ROOT / "_config.yml").read_text("utf-8"))


def github(repository):
    """The part of Colab's address that names a repository and its branch."""
    return f"github/{urlsplit(repository['url']).path.strip('/')}/blob/{repository['branch']}"


@pytest.mark.parametrize("name", NOTEBOOKS or NONE)
def test_a_page_opens_its_notebook_in_colab(name):
    path = Path(name).with_suffix(".ipynb").as_posix()
    expected = f"https://colab.research.google.com/{github(settings()['repository'])}/{path}"
    assert {link for link in parsed(BOOK, name).links if "colab" in link and link.startswith("http")} == {expected}


@pytest.mark.parametrize("name", NOTEBOOKS or NONE)
def test_a_page_gives_its_notebook_as_it_is_committed(name):
    links = {link for link in parsed(BOOK, name).links if link.endswith(".ipynb") and not urlsplit(link).scheme}
    assert len(links) == 1
    given = (BOOK / name).parent / links.pop()
    source = (ROOT / name).with_suffix(".ipynb")
    assert given.read_bytes() == source.read_bytes()
    assert not any(cell.get("outputs") for cell in json.loads(source.read_text("utf-8"))["cells"])


def chapters():
    return sorted(path.name for path in (ROOT / "book").glob("[0-9]*.ipynb"))


def test_every_chapter_is_in_the_table_of_contents():
    contents = (ROOT / "_toc.yml").read_text("utf-8")
    assert not [name for name in chapters() if f"book/{Path(name).stem}" not in contents]


@pytest.mark.parametrize("name", chapters())
def test_a_chapter_ends_with_its_exercises_and_solutions(name):
    *_, a, b, c = json.loads((ROOT / "book" / name).read_text("utf-8"))["cells"]  # sources may come last
    end = "".join(line for cell in (a, b, c) for line in cell["source"])
    assert all(f"(../{folder}/{name})" in end for folder in ("exercises", "solutions"))
