"""Render from the cache that tools/execute.py filled for the present state of library, lock, data and settings."""

import sys
from pathlib import Path


def choose_cache(app, config):
    sys.path.append(str(Path(app.srcdir, "tools")))
    from tools.execute import cache_path

    config.nb_execution_cache_path = str(cache_path(Path(app.srcdir)))


def setup(app):
    app.connect("config-inited", choose_cache)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
