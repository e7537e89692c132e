"""Move every inline script, every on… attribute and every style attribute of the written pages into static files.

So a Content-Security-Policy that allows nothing inline holds on the book. A script becomes a file named by its hash; a
handler such as onclick="window.print()" becomes an entry in one file of listeners, a style attribute a class of one sheet.
"""

import hashlib
import html
import json
import re
from pathlib import Path

from sphinx.errors import ExtensionError

SCRIPT = re.compile(r"<script\b([^>]*)>(.*?)</script>", re.S)
TAG = re.compile(r"""<[a-zA-Z](?:[^<>"']|"[^"]*"|'[^']*')*>""")
HANDLER = re.compile(r"""\son([a-z]+)=(?:"([^"]*)"|'([^']*)')""")
STYLE = re.compile(r"""\sstyle=(?:"([^"]*)"|'([^']*)')""")
CLASS = re.compile(r"""(\sclass=)(?:"([^"]*)"|'([^']*)')""")
JAVASCRIPT = {"", "text/javascript", "application/javascript"}
LISTENERS = """\
// The handlers of the theme's buttons, by the hash of their code.
(() => {
  "use strict";
  const handlers = {%s
  };
  document.addEventListener("DOMContentLoaded", () => {
    for (const element of document.querySelectorAll("[data-on]")) {
      const found = Object.entries(JSON.parse(element.dataset.on));
      for (const [event, key] of found) element.addEventListener(event, handlers[key]);
    }
  });
})();
"""


def short_hash(text):
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def move_scripts(page, up, files):
    """The page with its inline scripts as references; their texts go into `files` by name."""

    def move(match):
        attributes, code = match.groups()
        kind = re.search(r'\btype="([^"]*)"', attributes)
        kind = kind.group(1) if kind else ""
        if re.search(r"\bsrc=", attributes) or not code.strip():
            return match.group()
        if kind == "module":
            raise ExtensionError(f"an inline module cannot run from a folder (file://): {code.strip()[:80]}")
        if kind not in JAVASCRIPT:
            return match.group()  # a data block
        name = f"{short_hash(code)}.js"
        files[name] = code
        # The theme's light or dark must be known before anything is painted; all else can wait for the text.
        wait = "" if "documentElement.dataset.theme" in code else "defer "
        return f'<script {wait}src="{up}_static/inline/{name}"></script>'

    return SCRIPT.sub(move, page)


def move_handlers(page, handlers):
    """The page with its on… attributes as data; their code goes into `handlers` by hash."""

    def move(match):
        tag, found = match.group(), {}
        for event, double, single in HANDLER.findall(tag):
            code = html.unescape(double or single)
            found[event] = short_hash(code)
            handlers[found[event]] = code
        if not found:
            return tag
        data = html.escape(json.dumps(found))
        return re.sub(r"(\s*/?>)\Z", rf' data-on="{data}"\1', HANDLER.sub("", tag))

    return TAG.sub(move, page)


def move_styles(page, rules):
    """The page with its style attributes as classes; their declarations go into `rules` by class."""

    def move(match):
        tag = match.group()
        found = STYLE.search(tag)
        if not found:
            return tag
        declarations = html.unescape(found.group(1) or found.group(2) or "").strip().rstrip(";")
        tag = STYLE.sub("", tag)
        if not declarations:
            return tag
        name = f"i-{short_hash(declarations)[:6]}"
        rules[name] = declarations
        if CLASS.search(tag):
            return CLASS.sub(lambda m: f'{m.group(1)}"{(m.group(2) or m.group(3) or "").strip()} {name}"', tag, count=1)
        return re.sub(r"(\s*/?>)\Z", rf' class="{name}"\1', tag)

    return TAG.sub(move, page)


def style_sheet(rules):
    """The rules with the force of an attribute: they win over every other rule."""
    important = {name: "; ".join(f"{d.strip()} !important" for d in text.split(";")) for name, text in rules.items()}
    return "".join(f".{name} {{ {text} }}\n" for name, text in sorted(important.items()))


def finish(app, error):
    if error or app.builder.name != "html":
        return
    out = Path(app.outdir)
    files, handlers, rules, pages = {}, {}, {}, {}
    for path in out.rglob("*.html"):
        if "_static" not in path.parts:
            up = "../" * (len(path.relative_to(out).parts) - 1)
            before = path.read_text("utf-8")
            plain = move_handlers(move_scripts(before, up, files), handlers)
            after = move_styles(plain, rules)
            pages[path] = (before, after, up, after != plain)
    entries = "".join(f'\n    "{key}": function (event) {{ {code} }},' for key, code in sorted(handlers.items()))
    listeners = LISTENERS % entries
    name = f"listeners-{short_hash(listeners)}.js"
    sheet = style_sheet(rules)
    styles = f"styles-{short_hash(sheet)}.css"
    files |= {name: listeners, styles: sheet}
    folder = out / "_static" / "inline"
    folder.mkdir(parents=True, exist_ok=True)
    for path, text in files.items():
        (folder / path).write_text(text, "utf-8")
    for path, (before, after, up, styled) in pages.items():
        if "data-on=" in after:
            after = after.replace("</head>", f'<script defer src="{up}_static/inline/{name}"></script>\n</head>', 1)
        if styled:
            after = after.replace("</head>", f'<link rel="stylesheet" href="{up}_static/inline/{styles}">\n</head>', 1)
        if after != before:
            path.write_text(after, "utf-8")


def setup(app):
    app.connect("build-finished", finish, priority=950)  # after the repairs
    return {"parallel_read_safe": True, "parallel_write_safe": True}
