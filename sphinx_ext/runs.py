"""Give each page the outputs that nbval kept: a notebook is committed without any, and rendering executes nothing."""

from pathlib import Path

import nbformat
from sphinx.errors import ExtensionError

from tools.execute import FOLDERS, executed


def source_read(app, docname, source):
    path = Path(app.env.doc2path(docname))
    if path.suffix == ".ipynb" and path.parent.name in FOLDERS:
        try:
            source[0] = nbformat.writes(executed(path, Path(app.srcdir)))
        except KeyError as error:
            raise ExtensionError(error.args[0]) from None


def setup(app):
    app.connect("source-read", source_read)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
