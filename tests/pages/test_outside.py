"""What search engines, link previews and a host read of the book: the head of each page, and the files beside the pages."""

import re
from collections import Counter
from html.parser import HTMLParser
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest
import yaml
from browser import BOOK, NAMES, NONE, UNBUILT

from sphinx_ext.outside import LENGTH, pages_address
from tools.pages.screenshots import ROOT

built = pytest.mark.skipif(not NAMES, reason=UNBUILT)
BASE = pages_address(yaml.safe_load((ROOT / "_config.yml").read_text("utf-8"))["repository"]["url"])
OF_THE_THEME = {"index.html", "404.html", "search.html", "genindex.html"}  # the front door, and pages without a source
SOURCED = [name for name in NAMES if name not in OF_THE_THEME]


class Head(HTMLParser):
    """The title of a page, its meta elements by name, its canonical address, all addresses it loads or leads to."""

    def __init__(self, text):
        super().__init__()
        self.meta, self.canonical, self.title, self.addresses, self._in_title = {}, [], "", [], False
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self._in_title = tag == "title"
        self.addresses += [given[key] for key in ("href", "src") if key in given]
        if tag == "meta":
            self.meta.setdefault(given.get("name") or given.get("property"), []).append(given.get("content"))
        if tag == "link" and given.get("rel") == "canonical":
            self.canonical.append(given["href"])

    def handle_data(self, data):
        self.title += data * self._in_title

    def handle_endtag(self, tag):
        self._in_title = False


def head(name):
    return Head((BOOK / name).read_text("utf-8"))


def file_of(address):
    """The file of the built book that an address of the published book stands for."""
    assert address.startswith(BASE), f"{address} is none of {BASE}"
    return BOOK / unquote(address.removeprefix(BASE))


def head_problems(found, name):
    """What a preview or a search engine would show wrongly."""
    meta, problems = found.meta, []
    once = ["description", "viewport", "og:title", "og:description", "og:url", "og:image", "og:type", "twitter:card"]
    problems += [f"{key}: {len(meta.get(key, []))} times" for key in once if len(meta.get(key, [])) != 1]
    if problems:
        return problems
    text = meta["description"][0]
    if not 20 <= len(text) <= LENGTH or re.search(r"\\[a-z]{2,}|\$|<|`", text):
        problems.append(f"the description is no plain sentence of 20 to {LENGTH} characters: {text!r}")
    if found.canonical != [BASE + name] or meta["og:url"] != found.canonical:
        problems.append(f"canonical {found.canonical}, og:url {meta['og:url']}, expected {BASE + name}")
    if not file_of(meta["og:image"][0]).is_file():
        problems.append(f"no such picture: {meta['og:image'][0]}")
    if not found.title.startswith(meta["og:title"][0]):
        problems.append(f"og:title {meta['og:title'][0]!r} is not the page's title {found.title!r}")
    return problems


@pytest.mark.parametrize("name", SOURCED or NONE)
def test_a_page_says_what_it_is(name):
    problems = head_problems(head(name), name)
    assert not problems, "\n".join(problems)


@built
def test_no_two_pages_have_the_same_title():
    titles = Counter(head(name).title for name in SOURCED)
    assert not [title for title, count in titles.items() if count > 1]


PAGE = (
    f'<title>A page — Book</title><link rel="canonical" href="{BASE}a.html"><meta name="viewport" content="x">'
    '<meta name="description" content="What stands on this page, in words."><meta property="og:title" content="A page">'
    f'<meta property="og:description" content="x"><meta property="og:url" content="{BASE}a.html">'
    f'<meta property="og:image" content="{BASE}_static/screenshot.png"><meta property="og:type" content="article">'
    '<meta name="twitter:card" content="summary_large_image">'
)


@built
@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("", "", None),
        ('<meta name="description"', '<meta name="subject"', "description: 0 times"),
        ('<meta name="viewport"', '<meta name="viewport"><meta name="viewport"', "viewport: 2 times"),
        ("What stands", r"Where \beta stands", "no plain sentence"),
        ("What stands on this page, in words.", "Words.", "no plain sentence"),
        (f'"canonical" href="{BASE}a', f'"canonical" href="{BASE}b', "canonical"),
        ("screenshot.png", "no.png", "no such picture"),
        ('"og:title" content="A page"', '"og:title" content="Untitled"', "is not the page's title"),
    ],
)
def test_a_wrong_head_is_seen(old, new, problem):
    problems = head_problems(Head(PAGE.replace(old, new)), "a.html")
    assert (not problems) if problem is None else (problems and problem in problems[0]), problems


@built
def test_the_sitemap_lists_every_page_once():
    places = [e.text for e in ElementTree.parse(BOOK / "sitemap.xml").iter() if e.tag.endswith("}loc")]
    assert sorted(places) == sorted(BASE + name for name in SOURCED)


@built
def test_robots_may_come_and_are_told_where_the_sitemap_is():
    lines = (BOOK / "robots.txt").read_text("utf-8").splitlines()
    assert lines == ["User-agent: *", "Allow: /", f"Sitemap: {BASE}sitemap.xml"]
    assert (BOOK / ".nojekyll").is_file()


@built
def test_the_page_for_a_wrong_address_stands_anywhere():
    """A host shows it at any depth, so nothing in it may be relative; what it leads to exists."""
    found = head("404.html")
    assert found.meta["robots"] == ["noindex"] and found.meta["viewport"]
    assert len(found.addresses) == 2 and all(file_of(address).is_file() for address in found.addresses)
