"""A page with one live figure, served under the book's policy, for the tests of each figure."""

import json
from contextlib import contextmanager

from browser import load_problems, new_page

from sphinx_ext.live_figures import classic_script
from tools.pages.screenshots import ROOT
from tools.pages.serve import serving

FIGURES = ROOT / "course_lib" / "figures"
# A model as anywidget gives it to `render`, which also counts what is saved for Python and who listens.
MODEL = """
"use strict";
window.mount = (values) => {
  const listeners = new Map(), heard = (name) => listeners.get(name) ?? new Set();
  const model = {
    values: { ...values }, saves: 0,
    get: (name) => model.values[name],
    set: (name, value) => {
      if (Object.is(model.values[name], value)) return;
      model.values[name] = value;
      for (const listener of heard(`change:${name}`)) listener();
    },
    on: (name, listener) => listeners.set(name, heard(name).add(listener)),
    off: (name, listener) => heard(name).delete(listener),
    save_changes: () => { model.saves += 1; },
    listening: () => [...listeners.values()].reduce((sum, set) => sum + set.size, 0),
  };
  const el = document.querySelector("main").appendChild(document.createElement("div"));
  window.model = model;
  window.clean = window.liveFigures.figure.render({ model, el });
};
window.simulate = (...given) => window.liveFigures.figure.simulate(...given);
"""
# The names that the book's theme gives to its colours, which the figure must take up.
THEME = """
:root { --pst-color-text-base: rgb(34, 40, 50); --pst-color-background: rgb(255, 255, 255); }
@media (prefers-color-scheme: dark) {
  :root { color-scheme: dark; --pst-color-text-base: rgb(206, 214, 221); --pst-color-background: rgb(20, 24, 30); }
}
body { margin: 16px; font-family: sans-serif; background: var(--pst-color-background); }
"""
HEAD = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A live figure</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">
<link rel="stylesheet" href="theme.css"><link rel="stylesheet" href="figure.css">"""


def values_of(figure):
    """The values of a figure's traits as a page gets them."""
    return json.loads(json.dumps(figure.setting() | {"constants": figure.constants}))


@contextmanager
def site_of(figure, folder):
    """The address of two pages with `figure`: one for a model of ours, and book.html with the book's own host."""
    state = figure.get_state()
    (folder / "figure.js").write_text(classic_script(state["_esm"], "figure", "test"))
    (folder / "figure.css").write_text(state["_css"])
    (folder / "theme.css").write_text(THEME)
    (folder / "model.js").write_text(MODEL)
    (folder / "host.js").write_text((ROOT / "book" / "assets" / "live-figure.js").read_text())
    scripts = '<script src="figure.js" defer></script><script src="{}" defer></script></head>'
    body = "<body><main><h1>A figure</h1>{}</main></body></html>"
    (folder / "index.html").write_text(HEAD + scripts.format("model.js") + body.format(""))
    data = f'<script type="application/json">{json.dumps(values_of(figure))}</script>'
    here = f'<figure class="live-figure" data-module="figure">{data}</figure>'
    (folder / "book.html").write_text(HEAD + scripts.format("host.js") + body.format(here))
    with serving(folder) as address:
        yield address


@contextmanager
def page_of(browser, site, values, **settings):
    """The page with one figure; it must be left without an error."""
    page, log = new_page(browser, site, **settings)
    page.goto(site)
    page.evaluate("values => mount(values)", values)
    yield page
    problems = load_problems(page, log)
    page.context.close()
    assert not problems, problems


def settle(page):
    """Wait for the sentence and for what is saved to Python: both come a quarter of a second after the last change.

    It is the page that waits: on a busy machine its clock and ours drift apart, but its later timer never rings first.
    """
    page.evaluate("() => new Promise(done => setTimeout(done, 300))")
    return page.inner_text("[role=status]")


def values(page):
    """The traits as they are now."""
    return page.evaluate("model.values")


def centre(page, selector):
    """The middle of an element, in pixels."""
    box = page.locator(selector).bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def touch(page, points):
    """A finger goes down at the first of the points, moves through the others and goes up."""
    finger = page.context.new_cdp_session(page)
    for kind, (x, y) in zip(["touchStart"] + ["touchMove"] * (len(points) - 1), points):
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
    finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
