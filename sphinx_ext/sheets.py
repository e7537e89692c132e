"""Give each page one style sheet instead of fifteen, without the rules that can't match anything in the book.

A browser paints nothing before the last sheet of a page is there, and the theme's sheets are written for every site. A rule
goes if it needs a class or an id that is on no page and in no script; the order of all others stays.
"""

import hashlib
import posixpath
import re
from pathlib import Path

import tinycss2
from sphinx.errors import ExtensionError

LINK = re.compile(r'\s*<link\b[^>]*\brel="stylesheet"[^>]*>')
HREF = re.compile(r'\bhref="([^"?#]+)')
NAMES = re.compile(r'\s(?:class|id)="([^"]*)"')
WORD = re.compile(r"[A-Za-z][\w-]*")
BEGINNING = re.compile(r"([A-Za-z][\w-]*-)\$\{")  # of a class that a script composes, as in `shade-${i}`
IMPORT = re.compile(r'@import\s+"([^"]+)"\s*;')
ADDRESS = re.compile(r"""\burl\(\s*(["']?)(?![a-z]+:|[/#])([^"')]+)\1\s*\)""")
GROUPS = {"media", "supports", "container", "layer"}
FOLDER = "_static/inline"  # of the files that are named by their hash


def joined(out, names):
    """The text of some sheets, by their paths in the book: imports in their place, addresses as seen from FOLDER."""

    def text_of(name):
        here = posixpath.dirname(name)
        text = (out / name).read_text("utf-8").replace('@charset "UTF-8";', "")
        text = ADDRESS.sub(lambda m: f'url("{posixpath.relpath(posixpath.join(here, m.group(2)), FOLDER)}")', text)
        text = IMPORT.sub(lambda m: text_of(posixpath.normpath(posixpath.join(here, m.group(1)))), text)
        if "@import" in text:
            raise ExtensionError(f'{name}: an @import that is not of the form @import "file.css"; can\'t be joined')
        return text

    return "\n".join(map(text_of, names))


def names_in_use(pages, scripts):
    """Classes and ids of the pages, every word of the scripts, which may set a class, and `shade-*` for `shade-${i}`."""
    found = {name for page in pages for names in NAMES.findall(page) for name in names.split()}
    found = found.union(*(WORD.findall(script) for script in scripts))
    return found.union(*({f"{begin}*" for begin in BEGINNING.findall(script)} for script in scripts))


def can_match(selector, used):
    """Whether all classes and ids that a selector demands are in use. What stands in :not(…), :is(…) or […] is not read."""
    needed = [token.value for token in selector if token.type == "hash"]
    for dot, name in zip(selector, selector[1:], strict=False):
        if dot.type == "literal" and dot.value == "." and name.type == "ident":
            needed.append(name.value)
    composed = tuple(name[:-1] for name in used if name.endswith("*"))
    return all(name in used or name.startswith(composed) for name in needed)


def split(tokens):
    """The selectors of a list."""
    selectors = [[]]
    for token in tokens:
        if token.type == "literal" and token.value == ",":
            selectors.append([])
        elif token.type != "comment":
            selectors[-1].append(token)
    return selectors


def slim(rules, used):
    """Rules as text, without selectors that can't match and without what is empty then."""
    kept = []
    for rule in rules:
        if rule.type == "error":
            raise ExtensionError(f"a style sheet can't be read: {rule.message}")
        if rule.type == "qualified-rule":
            selectors = [tinycss2.serialize(s).strip() for s in split(rule.prelude) if can_match(s, used)]
            if selectors:
                kept.append(f"{','.join(selectors)}{{{tinycss2.serialize(rule.content).strip()}}}")
        elif rule.lower_at_keyword in GROUPS and rule.content is not None:
            inside = slim(tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True), used)
            if inside:
                kept.append(f"@{rule.at_keyword}{tinycss2.serialize(rule.prelude)}{{{inside}}}")
        else:
            kept.append(tinycss2.serialize([rule]))
    return "\n".join(kept)


def finish(app, error):
    if error or app.builder.name != "html":
        return
    out = Path(app.outdir)
    pages = {path: path.read_text("utf-8") for path in out.rglob("*.html") if "_static" not in path.parts}
    used = names_in_use(pages.values(), [path.read_text("utf-8") for path in out.rglob("*.js")])
    written = {}
    for path, page in pages.items():
        links = LINK.findall(page)
        if not links:
            continue
        folder = path.parent.relative_to(out).as_posix()
        sheets = tuple(posixpath.normpath(posixpath.join(folder, HREF.search(link).group(1))) for link in links)
        if sheets not in written:
            rules = tinycss2.parse_stylesheet(joined(out, sheets), skip_comments=True, skip_whitespace=True)
            text = slim(rules, used)
            written[sheets] = f"{hashlib.sha256(text.encode()).hexdigest()[:12]}.css"
            (out / FOLDER / written[sheets]).write_text(text, "utf-8")
        one = f'\n<link rel="stylesheet" href="{posixpath.relpath(FOLDER, folder)}/{written[sheets]}">'
        page = LINK.sub("", page.replace(links[0], "\0", 1)).replace("\0", one, 1)
        path.write_text(page, "utf-8")


def setup(app):
    app.connect("build-finished", finish, priority=960)  # after no_inline, which adds a sheet
    return {"parallel_read_safe": True, "parallel_write_safe": True}
