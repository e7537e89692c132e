"""Keep of the theme's icon fonts, and of the rules that name their glyphs, only what the pages use."""

import logging
import re
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path

from fontTools import subset

ICON_RULE = re.compile(r'((?:\.fa-[a-z0-9-]+:before,?)+)\{content:"(\\[0-9a-f]+|[^"])"\}')
PRIVATE_USE = re.compile(r'["\']\\([ef][0-9a-f]{3})["\']')
BY_SCRIPT = {"xmark", "chevron-down", "chevron-right"}  # inserted by the theme's scripts, so not in any page
THEME = Path(find_spec("pydata_sphinx_theme").origin).parent / "theme" / "pydata_sphinx_theme" / "static"

logging.getLogger("fontTools.subset").setLevel(logging.WARNING)  # it reports every glyph


def used_icons(out):
    """The names of the icons on the written pages."""
    pages = [p for p in out.rglob("*.html") if "_static" not in p.parts]
    return BY_SCRIPT.union(*(re.findall(r"\bfa-([a-z0-9-]+)", page.read_text("utf-8")) for page in pages))


def slim_css(css, used):
    """The theme's style without the rules of unused icons, and the code points of those that stay."""
    codes = set()

    def keep(rule):
        names = set(re.findall(r"\.fa-([a-z0-9-]+):before", rule.group(1)))
        if not names & used:
            return ""
        content = rule.group(2)
        codes.add(int(content[1:], 16) if content.startswith("\\") else ord(content))
        return rule.group()

    slimmed = ICON_RULE.sub(keep, css)
    return slimmed, codes


def code_points(css):
    """The private-use glyphs that a style names in other ways."""
    return {int(code, 16) for code in PRIVATE_USE.findall(css)} | {ord(c) for c in css if "\ue000" <= c <= "\uf8ff"}


def slim(out):
    """Shrink fonts and style in the built book, always starting from the theme's own files."""
    static = out / "_static"
    style = Path("styles", "pydata-sphinx-theme.css")
    css, codes = slim_css((THEME / style).read_text("utf-8"), used_icons(out))
    (static / style).write_text(css, "utf-8")
    for sheet in static.rglob("*.css"):
        codes |= code_points(sheet.read_text("utf-8"))
    for font in (THEME / "vendor" / "fontawesome" / "webfonts").glob("*.woff2"):
        (static / "vendor" / "fontawesome" / "webfonts" / font.name).write_bytes(subset_font(font, codes))
    fallbacks = set((static / "vendor").rglob("*.ttf"))  # for browsers without woff2
    for path in fallbacks | set(static.glob("scripts/fontawesome.js*")) | set(static.rglob("*.map")):
        path.unlink()


def subset_font(path, codes):
    options = subset.Options(flavor="woff2", layout_features=["*"])
    options.drop_tables += ["FFTM"]  # the font editor's own
    font = subset.load_font(str(path), options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=codes)
    subsetter.subset(font)
    buffer = BytesIO()
    subset.save_font(font, buffer, options)
    font.close()
    return buffer.getvalue()
