"""Set every formula at build time: MathJax, from the package sphinx-mathjax-offline, runs inside V8 (mini-racer).

A page needs no script for its formulas, nothing moves when it opens, and no formula is a stop of the Tab key. Beside each
formula stands its MathML, hidden, for screen readers. One style and the fonts, both with the characters in use only, are
static files. A formula that MathJax refuses stops the build.
"""

import html
import re
from importlib.util import find_spec
from pathlib import Path

from docutils import nodes
from icons import subset_font
from py_mini_racer import MiniRacer
from sphinx.errors import ExtensionError

FILES = [  # in this order
    "loader.js",
    "core.js",
    "adaptors/liteDOM.js",
    "input/tex-full.js",
    "output/chtml.js",
    "output/chtml/fonts/tex.js",
    "a11y/assistive-mml.js",
]
BROWSER = """
var global = globalThis, console = {log() {}, warn() {}, error() {}, info() {}};
globalThis.MathJax = {loader: {load: [], source: {}}, startup: {typeset: false, ready() {}},
                      options: {enableAssistiveMml: true}};
"""
REFUSED = re.compile(r'data-mjx-error="([^"]*)"')
FOR_OTHERS = re.compile(r' (?:data-mjx-[a-z-]+|unselectable|texclass)="[^"]*"')  # attributes that no reader needs
FACE = re.compile(r'@font-face[^{]*\{\s*font-family: (\w+(?:-\w+)?);\s*src: url\("mathematics/([\w-]+)\.woff"\)[^}]*\}')
VARIANT = re.compile(r"\bTEX-\w+")
CONTENT = re.compile(r'content: "((?:[^"\\]|\\.)*)"')
ESCAPED = re.compile(r"\\([0-9A-F]+) ?")
STYLE = "mathematics.css"
CLOSING = tuple(",.;:!?)”’")


class Mathematics:
    """MathJax in an engine, for a `with` block: a process whose engine stays open does not end. Remembers what it set."""

    def __init__(self):
        package = find_spec("sphinx-mathjax-offline")
        if package is None:
            raise ExtensionError("MathJax is missing: install sphinx-mathjax-offline (it is in requirements.lock)")
        self.files = Path(package.origin).parent / "static" / "mathjax"
        self.engine = MiniRacer()
        self.engine.eval(BROWSER)
        for path in [*(self.files / name for name in FILES), Path(__file__).with_suffix(".js")]:
            self.engine.eval(path.read_text("utf-8"))
        self.done = {}

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.engine.close()

    def html(self, source, display):
        """One formula as HTML. Raises ValueError with MathJax's words if MathJax refuses it."""
        key = (source, display)
        if key not in self.done:
            text = self.engine.call("convert", source, display)
            if refused := REFUSED.search(text):
                raise ValueError(html.unescape(refused.group(1)))
            self.done[key] = FOR_OTHERS.sub("", text)
        return self.done[key]

    def style(self):
        """The style for what was set, and the fonts that it names: for each file its name and its bytes."""
        css = self.engine.eval("css()")
        variants = {"MJXTEX", "MJXTEX-S1", "MJXTEX-S4", "MJXZERO"}  # what stretches names the sizes in the style itself
        variants |= {f"MJX{name}" for text in self.done.values() for name in VARIANT.findall(text)}
        texts = (ESCAPED.sub(lambda m: chr(int(m.group(1), 16)), text) for text in CONTENT.findall(css))
        codes, fonts = {ord(character) for text in texts for character in text}, {}

        def face(match):
            family, file = match.groups()
            if family not in variants:
                return ""
            source = self.files / "output" / "chtml" / "fonts" / "woff-v2" / f"{file}.woff"
            fonts[f"{file}.woff2"] = subset_font(source, codes)
            address = f'url("mathematics/{file}.woff2") format("woff2")'
            return f"@font-face{{font-family:{family};src:{address};font-display:swap}}"

        css = re.sub(r"\s+", " ", FACE.sub(face, css))
        return re.sub(r" ?([{};]) ?", r"\1", css), fonts


def shown(node):
    """False for what an output says in LaTeX while it also says it in HTML, which is what the page shows."""
    while node.parent is not None:
        kinds = {other.get("mime_type") for other in node.parent.children if isinstance(other, nodes.container)}
        if isinstance(node, nodes.container) and node.get("mime_type") == "text/latex" and "text/html" in kinds:
            return False
        node = node.parent
    return True


def formulas(doctree):
    """Each formula that a page shows: its source, and whether it stands on its own."""
    for kind, display in ((nodes.math, False), (nodes.math_block, True)):
        for node in filter(shown, doctree.findall(kind)):
            yield node.astext(), display


def set_all(app, env):
    """Set the formulas of all pages and write their style, before the first page is written."""
    if app.builder.format != "html":
        return
    refused = []
    with Mathematics() as mathematics:
        for page in sorted(env.found_docs):
            for source, display in formulas(env.get_doctree(page)):
                try:
                    mathematics.html(source, display)
                except ValueError as error:
                    refused.append(f"{page}: MathJax refuses the formula {source.strip()!r}: {error}")
        if refused:
            raise ExtensionError("\n".join(refused))
        css, fonts = mathematics.style()
    app.formulas = mathematics.done
    folder = Path(app.outdir, "_static", "mathematics")
    folder.mkdir(parents=True, exist_ok=True)
    (folder.parent / STYLE).write_text(css, "utf-8")
    for name, content in fonts.items():
        (folder / name).write_bytes(content)


def add_style(app, pagename, templatename, context, doctree):
    if 'class="math' in context.get("body", ""):
        app.add_css_file(STYLE)


def html_of(writer, source, display):
    """What was set. A formula that comes only while pages are written would lack its style, so it is an error."""
    try:
        return writer.builder.app.formulas[source, display]
    except KeyError:
        raise ExtensionError(f"the formula {source!r} was on no page when the pages were read") from None


def visit_inline(writer, node):
    """A formula in a sentence, joined to the comma after it: without U+2060 a line may begin with the comma."""
    after = node.parent[node.parent.index(node) + 1 :][:1]
    joiner = "&#8288;" if after and after[0].astext().startswith(CLOSING) else ""
    writer.body.append(f'<span class="math notranslate">{html_of(writer, node.astext(), False)}</span>{joiner}')
    raise nodes.SkipNode


def visit_display(writer, node):
    writer.body.append(f'<div class="math notranslate">{html_of(writer, node.astext(), True)}</div>\n')
    raise nodes.SkipNode


def setup(app):
    app.add_html_math_renderer("built", (visit_inline, None), (visit_display, None))
    app.config.html_math_renderer = "built"
    app.connect("env-updated", set_all)
    app.connect("html-page-context", add_style)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
