"""The search: chapters before exercises, appendices last, and excerpts of a page's text without its toolbar and buttons."""

from pathlib import Path

ASSETS = Path(__file__).resolve().parent


def add_excerpts(app, pagename, templatename, context, doctree):
    if pagename == "search":
        app.add_js_file("search-excerpts.js", loading_method="defer")


def setup(app):
    app.config.html_search_scorer = str(ASSETS / "search_order.js")
    app.connect("html-page-context", add_excerpts)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
