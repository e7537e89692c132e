"""Turn each anywidget in the output of a cell into a live figure: one picture for all readers, moved by a small script.

The page shows the widget's synced trait `picture` (an SVG made by Python) with its trait `alt`; that is what printers and
readers without JavaScript get. Then `live-figure.js` mounts the widget's own JavaScript on it. The module becomes a classic
static script that registers itself, because a page that runs from a folder (file://) may not import modules, and a strict
Content-Security-Policy allows neither inline scripts nor blobs.
"""

import hashlib
import html
import json
import re
from pathlib import Path

from docutils import nodes
from sphinx.errors import ExtensionError
from sphinx.transforms.post_transforms import SphinxPostTransform

VIEW = "application/vnd.jupyter.widget-view+json"
VIEW_SCRIPT = re.compile(rf'<script type="{re.escape(VIEW)}">(.*?)</script>', re.S)
DEFAULT_EXPORT = re.compile(r"^export\s+default\s+(\{[^{}]*\});?\s*\Z", re.M)
OTHER_MODULE_SYNTAX = re.compile(r"^\s*(?:import|export)\b.*|\bimport\s*\(.*|\bimport\.meta\b.*", re.M)
NOT_STATE = {"picture", "alt", "layout", "tabbable", "tooltip"}


def classic_script(esm, key, where):
    """The same JavaScript without module syntax: it registers what the module exports under `key`."""
    body, found = DEFAULT_EXPORT.subn("", esm)
    if found != 1:
        raise ExtensionError(f"{where}: its JavaScript must end with one statement `export default {{ render }};`")
    if other := OTHER_MODULE_SYNTAX.search(body):
        raise ExtensionError(
            f"{where}: its JavaScript may not use `{other.group().strip()}`: it runs as a classic script"
        )
    exported = DEFAULT_EXPORT.search(esm).group(1)
    return f'(() => {{\n"use strict";\n{body.rstrip()}\n(window.liveFigures ??= {{}})["{key}"] = {exported};\n}})();\n'


def widget_states(env, docname):
    """The saved state of each widget of a page, by its id."""
    scripts = getattr(env, "nb_metadata", {}).get(docname, {}).get("js_files", {})
    if "ipywidgets_state" not in scripts:
        return {}
    return json.loads(scripts["ipywidgets_state"][1]["body"])["state"]


def short_hash(text):
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def markup(state, key, picture, target=""):
    """The figure of a page from the state of its widget: the address of the picture, and the values for the module."""
    data = {k: v for k, v in state.items() if not k.startswith("_") and k not in NOT_STATE}
    data = json.dumps(data, sort_keys=True).replace("</", "<\\/")
    return (
        f'<figure class="live-figure" data-module="{key}"{target}>'
        f'<img class="live-picture" src="{picture}" alt="{html.escape(state["alt"])}">'
        f'<script type="application/json">{data}</script>'
        "<noscript><p>With JavaScript this figure can be moved.</p></noscript></figure>"
    )


class LiveFigures(SphinxPostTransform):
    """Replace the widget views of a page by figures, and write their scripts, styles and pictures as static files."""

    default_priority = 200  # after myst-nb has chosen the output to show (4)
    formats = ("html",)
    figures = 0  # so far on the page

    def run(self, **kwargs):
        states = widget_states(self.env, self.env.docname)
        self.scripts, self.styles = [], []
        for node in list(self.document.findall(nodes.raw)):
            if view := VIEW_SCRIPT.fullmatch(node.astext().strip()):
                state = states.get(json.loads(view.group(1))["model_id"])
                if state is None:
                    raise ExtensionError(f"{self.env.docname}: the state of a widget was not saved with the notebook")
                node.replace_self(nodes.raw("", self.figure(state), format="html"))
        if self.scripts:
            self.document["live_figures"] = {"scripts": self.scripts, "styles": self.styles}

    def figure(self, entry):
        state, where = entry["state"], f"{self.env.docname}, widget {entry['model_name']}"
        if entry["model_module"] != "anywidget":
            raise ExtensionError(f"{where}: only anywidgets, as in course_lib.figures, live without a kernel")
        if entry.get("buffers"):
            raise ExtensionError(f"{where}: binary traits are not supported; use numbers, strings, lists and dicts")
        for name in ("picture", "alt"):
            if not state.get(name):
                raise ExtensionError(f"{where}: its synced trait `{name}` is empty; readers without JavaScript need it")
        key = short_hash(state["_esm"])
        self.add(self.scripts, f"{key}.js", classic_script(state["_esm"], key, where))
        if state.get("_css"):
            self.add(self.styles, f"{short_hash(state['_css'])}.css", state["_css"])
        picture = f"{short_hash(state['picture'])}.svg"
        self.write(picture, state["picture"])
        up = "../" * self.env.docname.count("/")
        self.figures += 1
        target = ' id="live-figure" tabindex="-1"' if self.figures == 1 else ""  # for the link at the chapter's head
        return markup(state, key, f"{up}_static/live/{picture}", target)

    def add(self, names, name, text):
        """Write a static file and note that the page needs it."""
        if f"live/{name}" not in names:
            names.append(f"live/{name}")
        self.write(name, text)

    def write(self, name, text):
        path = Path(self.app.outdir, "_static", "live", name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def page_assets(app, pagename, templatename, context, doctree):
    """Add the host and the modules to the pages that need them, and nothing of ipywidgets to any page."""
    if pagename in getattr(app.env, "nb_metadata", {}):
        app.env.nb_metadata[pagename].pop("js_files", None)
    if doctree is None or "live_figures" not in doctree:
        return
    for name in doctree["live_figures"]["styles"]:
        app.add_css_file(name)
    for name in [*doctree["live_figures"]["scripts"], "live-figure.js"]:
        app.add_js_file(name, loading_method="defer")


def setup(app):
    app.add_post_transform(LiveFigures)
    app.connect("html-page-context", page_assets, priority=400)  # before myst-nb (500) adds the state and the scripts
    return {"parallel_read_safe": True, "parallel_write_safe": True}
