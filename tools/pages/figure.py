"""Serve one live figure alone, as the book would show it, made anew from its files at each load of the page.

usage: python -m tools.pages.figure momentum [--port 8000]
"""

import argparse
import importlib
import shutil
import sys
import tempfile
import traceback
from functools import partial
from importlib.util import find_spec
from pathlib import Path

import yaml

from sphinx_ext.live_figures import classic_script, markup
from tools.pages.serve import ROOT, BookHandler, BookServer, run

ASSETS, FIGURES = ROOT / "book" / "assets", ROOT / "course_lib" / "figures"
NAMES = sorted(path.parent.name for path in FIGURES.glob("*/view.js"))
THEMES = {"pydata_sphinx_theme": "pydata-sphinx-theme.css", "sphinx_book_theme": "sphinx-book-theme.css"}
SCRIPTS = ["scheme.js", "figure.js", "live-figure.js"]
SCHEME = (
    "document.documentElement.dataset.theme = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';"
)
PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{name}</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">
{links}</head><body>
<div class="bd-main"><div class="bd-content"><main class="bd-article-container"><article class="bd-article">
<h1>{name}</h1>{figure}</article></main></div></div></body></html>"""


def figure_class(name):
    """The live figure of a module that is read anew, with all of the library that it uses."""
    for module in [module for module in sys.modules if module.partition(".")[0] == "course_lib"]:
        del sys.modules[module]
    module = importlib.import_module(f"course_lib.figures.{name}")
    base = importlib.import_module("course_lib.figures.base").LiveFigure
    (found,) = (kind for kind in vars(module).values() if isinstance(kind, type) and kind.__base__ is base)
    return found


def write(name, folder):
    """Write the page of a figure and all that it needs into a folder."""
    state = figure_class(name)().get_state()
    sheets = yaml.safe_load((ROOT / "_config.yml").read_text())["sphinx"]["config"]["html_css_files"]
    for theme, sheet in THEMES.items():
        place = Path(find_spec(theme).origin).parent
        shutil.copy(place / "theme" / theme / "static" / "styles" / sheet, folder)
    for asset in [*sheets, "live-figure.js"]:
        shutil.copy(ASSETS / asset, folder)
    links = [f'<link rel="stylesheet" href="{sheet}">' for sheet in [*THEMES.values(), *sheets, "figure.css"]]
    links += [f'<script src="{script}" defer></script>' for script in SCRIPTS]
    page = PAGE.format(name=name, links="\n".join(links), figure=markup(state, "figure", "picture.svg"))
    files = {
        "scheme.js": SCHEME,
        "figure.js": classic_script(state["_esm"], "figure", name),
        "figure.css": state["_css"],
    }
    for file, text in (files | {"picture.svg": state["picture"], "index.html": page}).items():
        (folder / file).write_text(text, "utf-8")


class FigureHandler(BookHandler):
    """The files of one figure, written anew when its page is asked for; what is wrong in them is shown in its place."""

    def __init__(self, *args, name, **kwargs):
        self.name = name
        super().__init__(*args, **kwargs)

    def do_GET(self):
        del self.headers["If-Modified-Since"]  # it counts whole seconds, and a file may change twice within one
        if self.path == "/":
            try:
                write(self.name, Path(self.directory))
            except Exception:  # whatever its author mistyped: the next load tries again
                return self.show(traceback.format_exc())
        super().do_GET()

    def show(self, text):
        print(text, file=sys.stderr)
        self.send_response(500)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(text.encode())))
        self.end_headers()
        self.wfile.write(text.encode())


def figure_server(handler, port):
    return BookServer(("127.0.0.1", port), handler)


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("name", choices=NAMES, help="make figure NAME=momentum")
    parser.add_argument("--port", type=int, default=8000)
    given = parser.parse_args(arguments)
    importlib.import_module("course_lib.figures.base")  # brings torch, which takes seconds and stays loaded
    with tempfile.TemporaryDirectory() as folder:
        handler = partial(FigureHandler, directory=folder, name=given.name)
        at_port = partial(figure_server, handler)
        return run(at_port, given.port, "The figure", "reload after a change; Ctrl+C stops it")


if __name__ == "__main__":
    sys.exit(main())
