"""Repair accessibility and weight of the written pages (sphinx-book-theme 1.3, pydata-sphinx-theme 0.17, myst-nb 1.4).

Each rule warns when it finds nothing to repair any more, so that an update of the theme is noticed and the rule goes.
"""

import re
from dataclasses import dataclass
from pathlib import Path

import icons
from sphinx.util import logging

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Rule:
    """Replace `pattern`, except on pages that hold `unless`; it must match somewhere when any page holds `marker`."""

    pattern: str
    replacement: str
    marker: str = "<html"
    unless: str | None = None


RULES = {
    # WCAG 2.5.3, label in name: the visible text names the control, no other label hides it.
    "search-label": Rule(
        r'(<button class="btn search-button-field[^"]*"[^>]*?) title="Search" aria-label="Search"', r"\1"
    ),
    "fold-label": Rule(r'<summary aria-label="Toggle hidden content">', "<summary>", marker='class="admonition hide'),
    # Icons are decoration: silent for screen readers.
    "theme-switch": Rule(
        r'<i class="(theme-switch [^"]*)" (data-mode="\w+")\s+title="[^"]*"></i>',
        r'<i class="\1" \2 aria-hidden="true"></i>',
    ),
    "icons": Rule(
        r'<(i|span) class="((?:fa-solid|fa-brands|fa-regular|fas|fab|far) [^"]*)"></',
        r'<\1 class="\2" aria-hidden="true"></',
    ),
    # The arrow that unfolds a chapter in the table of contents has no name of its own.
    "toc-arrow": Rule(
        r'>([^<>]+?)\s*</a><details([^>]*)><summary><span class="toctree-toggle"',
        r'>\1</a><details\2><summary aria-label="Pages of: \1"><span class="toctree-toggle"',
        marker="toctree-toggle",
    ),
    # Logo and search stand outside any landmark.
    "sidebar-landmark": Rule(
        r'<div id="pst-primary-sidebar"', '<div id="pst-primary-sidebar" role="navigation" aria-label="Book"'
    ),
    # docutils gives citations a list role without list items, and a role that is deprecated.
    "citation-list": Rule(
        r'<div role="list" class="citation-list">', '<div class="citation-list">', marker='class="citation-list"'
    ),
    "citation-role": Rule(
        r'(<div class="citation"[^>]*?) role="doc-biblioentry"', r"\1", marker='<div class="citation"'
    ),
    # A formula's number or a heading's mark is no word of the text.
    "heading-link": Rule(
        r'(<a class="headerlink" href="[^"]*") title="Link to this heading">#</a>',
        r'\1 aria-label="Link to this section">#</a>',
    ),
    # 1.4 MB of icons that the theme also has as a font.
    "icon-script": Rule(r'\s*<script defer src="[^"]*scripts/fontawesome\.js[^"]*"></script>', ""),
    # The search index grows with the book; only the search page needs it.
    "search-scripts": Rule(
        r'\s*<script src="[^"]*(?:/searchtools|/language_data|searchindex)\.js[^"]*"></script>',
        "",
        unless='id="search-results"',
    ),
    # Nothing waits for a script before the text is painted. They still run in order.
    "defer": Rule(r'<script src="', '<script defer src="'),
    # The text and its style come before the scripts, which wait for both.
    "script-preload": Rule(r'\s*<link rel="preload" as="script" [^>]*>', ""),
    "advertisement": Rule(
        r'<div class="sidebar-primary-item">\s*<div id="ethical-ad-placement"[^>]*>\s*</div>\s*</div>', ""
    ),
    # Light or dark is known before the first paint; the theme leaves a first visit light until its scripts have run.
    "first-paint": Rule(
        r'dataset\.theme = localStorage\.getItem\("theme"\) \|\| "auto";',
        'dataset.theme = document.documentElement.dataset.mode !== "auto" ? document.documentElement.dataset.mode'
        ' : matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";',
    ),
    # The theme's one rule for readers without JavaScript stands in book.css.
    "noscript-style": Rule(
        r"(?s)\s*<!--[^>]*invisible only if js is disabled\s*-->\s*<noscript>\s*<style>.*?</noscript>", ""
    ),
    "doubled-title": Rule(r"<title>([^<]+?) &#8212; \1</title>", r"<title>\1</title>"),
    "viewport": Rule(
        r'(<meta name="viewport" content="width=device-width, initial-scale=1\.0" />)|<meta name="viewport" [^>]*>\s*',
        r"\1",
    ),
}

SCRIPT = Path("scripts", "pydata-sphinx-theme.js")
# The theme asks each box that may scroll for its width and writes the attribute in between, so a long page is laid out anew
# for each box, at the load and after each change: a quarter of a second on a phone. page.js watches the boxes instead.
TAB_STOPS = re.compile(r"(\w+)\.tabIndex=\1\.scrollWidth>\1\.clientWidth\|\|\1\.scrollHeight>\1\.clientHeight\?0:-1")

FRONT_DOOR = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="0; url={url}">
<title>{title}</title>
<link rel="canonical" href="{url}">
</head>
<body><main><h1>{title}</h1><p><a href="{url}">Open the book</a></p></main></body>
</html>
"""


def repair(text):
    """One page repaired, and how often each rule matched."""
    counts = {}
    for name, rule in RULES.items():
        if rule.unless is None or rule.unless not in text:
            text, counts[name] = re.subn(rule.pattern, rule.replacement, text)
    return text, counts


def unmatched(pages, totals):
    """The rules that repaired nothing although what they are for is on the pages."""
    idle = [name for name in RULES if not totals.get(name)]
    return [name for name in idle if any(re.search(RULES[name].marker, page) for page in pages)]


def calmed(script):
    """The theme's script without what lays out the page again and again, and how often that was found."""
    return TAB_STOPS.subn("0", script)


def note_page(app, pagename, templatename, context, doctree):
    app.env.written_pages = getattr(app.env, "written_pages", set()) | {pagename}


def finish(app, error):
    if error or app.builder.name != "html":
        return
    out = Path(app.outdir)
    pages, totals = [], dict.fromkeys(RULES, 0)
    for pagename in sorted(getattr(app.env, "written_pages", ())):
        path = out / f"{pagename}.html"
        before = path.read_text("utf-8")
        after, counts = repair(before)
        path.write_text(after, "utf-8")
        pages.append(before)
        for name, count in counts.items():
            totals[name] += count
    script, counts = calmed((icons.THEME / SCRIPT).read_text("utf-8"))
    (out / "_static" / SCRIPT).write_text(script, "utf-8")
    for name in unmatched(pages, totals) + ["tab-stops"] * (not counts):
        log.warning("repairs: the rule %r matches nothing any more: drop it, or mend it for the new theme", name)
    app.env.written_pages = set()
    root = app.config.root_doc
    if root != "index":
        (out / "index.html").write_text(FRONT_DOOR.format(url=f"{root}.html", title=app.config.html_title), "utf-8")
    icons.slim(out)


def setup(app):
    app.connect("html-page-context", note_page)
    app.connect("build-finished", finish, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": False}
