"""Give every picture on a page its size, so that nothing moves when it arrives, and take from code what has no colour.

With its size known a picture may come late: it is asked for when the reader comes near, and the text need not wait.

A picture's own width is also a variable, `--width`, by which a phone decides how small its letters may become (book/assets).
"""

import re
import struct
from pathlib import Path

IMAGE = re.compile(r'<img\b[^>]*?\bsrc="([^"]+)"[^>]*?>')
SVG_LENGTH = r'<svg\b[^>]*?\b{}="([\d.]+)(pt|px|)"'
PIXELS = {"pt": 4 / 3, "px": 1, "": 1}
PLAIN = re.compile(
    r'<span class="(?:n|nn|nx|p|pm|w)">([^<]*)</span>'
)  # names, brackets, spaces: coloured as the text is
CODE = re.compile(r"<pre>.*?</pre>", re.S)


def size(path):
    """Width and height of a PNG or SVG in CSS pixels; None for another kind or an SVG that does not say."""
    if path.suffix == ".png":
        return struct.unpack(">II", path.read_bytes()[16:24])
    text = path.read_text("utf-8") if path.suffix == ".svg" else ""
    found = [re.search(SVG_LENGTH.format(name), text) for name in ("width", "height")]
    return tuple(round(float(m.group(1)) * PIXELS[m.group(2)]) for m in found) if all(found) else None


def with_sizes(page, folder):
    """The page with width and height on each picture that lies in the book; `folder` is the page's own."""

    def add(match):
        tag, source = match.group(), match.group(1)
        if ":" in source or re.search(r"\swidth=", tag):
            return tag
        found = size((folder / source.split("?")[0]).resolve())
        if found is None:
            return tag
        width, height = found
        style = "" if re.search(r"\sstyle=", tag) else f' style="--width: {width}px"'
        return tag.replace("<img", f'<img loading="lazy" width="{width}" height="{height}"{style}', 1)

    return IMAGE.sub(add, page)


def without_idle_marks(page):
    """The page without the marks around words of code that have no colour of their own: half of a page's elements."""
    return CODE.sub(lambda code: PLAIN.sub(r"\1", code.group()).replace("<pre><span></span>", "<pre>"), page)


def finish(app, error):
    if error or app.builder.name != "html":
        return
    out = Path(app.outdir)
    for path in out.rglob("*.html"):
        if "_static" not in path.parts:
            before = path.read_text("utf-8")
            after = without_idle_marks(with_sizes(before, path.parent))
            if after != before:
                path.write_text(after, "utf-8")


def setup(app):
    app.connect("build-finished", finish, priority=920)  # before no_inline takes the style attributes
    return {"parallel_read_safe": True, "parallel_write_safe": True}
