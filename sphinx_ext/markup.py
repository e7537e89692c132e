"""Two nodes for the extensions that add to a page what Markdown cannot say: HTML as it stands, and a fold.

Other than docutils' raw node, `markup` is not read by the search: a button is no text of the book.
"""

import html

from docutils import nodes


class markup(nodes.General, nodes.Element):
    """HTML that goes into the page as it stands: ``markup(html="<p>…</p>")``."""


class fold(nodes.General, nodes.Element):
    """Everything below it, folded under one line: ``fold(*children, ids=[…], classes=[…], summary="…")``."""


def visit_markup(writer, node):
    writer.body.append(node["html"])


def visit_fold(writer, node):
    writer.body.append(f"{writer.starttag(node, 'details', '')}<summary>{html.escape(node['summary'])}</summary>\n")


def depart_fold(writer, node):
    writer.body.append("</details>\n")


def setup(app):
    app.add_node(markup, html=(visit_markup, lambda writer, node: None))
    app.add_node(fold, html=(visit_fold, depart_fold))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
