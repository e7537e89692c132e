"""The relative links of a page, those that lead nowhere, and the anchors of its headings as the book will make them."""

import json
from urllib.parse import unquote, urlsplit

from markdown_it.renderer import RendererHTML
from markdown_it.tree import SyntaxTreeNode
from myst_parser.config.main import MdParserConfig
from myst_parser.mdit_to_docutils.base import compute_unique_slug
from myst_parser.parsers.mdit import create_md_parser

ANCHOR_DEPTH = 3  # myst_heading_anchors in _config.yml
MARKDOWN = create_md_parser(MdParserConfig(enable_extensions={"dollarmath", "amsmath"}), RendererHTML)


def nodes(source):
    return SyntaxTreeNode(MARKDOWN.parse(source)).walk()


def headings(source, slugs):
    """The (text, anchor) of each heading of a Markdown cell; the anchor is the one that the page will have."""
    found = []
    for node in nodes(source):
        if node.type == "heading" and int(node.tag[1]) <= ANCHOR_DEPTH:
            slug = compute_unique_slug(node, slugs)
            slugs.append(slug)
            found.append((node.children[0].content, slug))
    return found


def addresses(source):
    """Where the links and the pictures of a Markdown text lead."""
    key = {"link": "href", "image": "src"}
    return [str(node.attrs[key[node.type]]) for node in nodes(source) if node.type in key]


def texts(path):
    """The Markdown of a page or of a notebook's cells."""
    if path.suffix != ".ipynb":
        return [path.read_text("utf8")]
    cells = json.loads(path.read_text("utf8"))["cells"]
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown"]


def anchors(path):
    """The places of a page that a link may point to: its headings, and in a notebook the ids of the cells."""
    slugs = []
    for text in texts(path):
        headings(text, slugs)
    cells = json.loads(path.read_text("utf8"))["cells"] if path.suffix == ".ipynb" else []
    return set(slugs) | {cell.get("id") for cell in cells}


class Links:
    """Finds the dead links of one repository; reads each page that is pointed to once."""

    def __init__(self, root):
        self.root = root.resolve()
        # The build writes these pages and git ignores them, so they may be missing, or be of an older state.
        self.generated = tuple(f"{self.root}/{line}" for line in (root / ".gitignore").read_text("utf8").split())
        self.anchors = {}

    def dead(self, source, path):
        """The addresses in the text `source` of the page at `path` that lead nowhere."""
        for address in addresses(source):
            parts = urlsplit(address)
            if parts.scheme or parts.netloc:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path.resolve()
            if target.suffix == ".md" and str(target).startswith(self.generated):
                continue
            if not target.exists():
                yield address
            elif parts.fragment and target.suffix in (".ipynb", ".md"):
                if target not in self.anchors:
                    self.anchors[target] = anchors(target)
                if unquote(parts.fragment) not in self.anchors[target]:
                    yield address
