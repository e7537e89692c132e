"""Serve MathJax from this site: the files of the package sphinx-mathjax-offline that a reader's browser can ask for."""

from importlib.util import find_spec
from pathlib import Path

from sphinx.errors import ExtensionError
from sphinx.util.fileutil import copy_asset

# One bundle for the page; the rest loads when a reader switches on the explorer or speech in MathJax's menu.
KEEP = [
    "tex-chtml.js",
    "input",
    "output/chtml",
    "output/chtml.js",
    "a11y",
    "ui",
    "sre/mathmaps/base.json",
    "sre/mathmaps/en.json",
    "sre/mathmaps/nemeth.json",
]


def copy(app):
    """Copy before the pages are written, so that Sphinx can put the checksum into the address."""
    spec = find_spec("sphinx-mathjax-offline")
    if spec is None:
        raise ExtensionError(
            "MathJax is missing: install the package sphinx-mathjax-offline (it is in requirements.lock)"
        )
    source = Path(spec.origin).parent / "static" / "mathjax"
    for name in KEEP:
        target = Path(app.outdir, "_static", "mathjax", name)
        copy_asset(source / name, target if (source / name).is_dir() else target.parent)


def setup(app):
    app.config.mathjax_path = "mathjax/tex-chtml.js"
    app.connect("builder-inited", copy)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
