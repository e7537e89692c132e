"""What the book adds to the title of a page: the chapter's number, its place among the eight steps, the way to its figure.

The number is that of the file name; the notebooks type it nowhere. It becomes part of the title, so it shows in the page, in
the side bar, in links to the next page, in the search and in the browser's title. The step is metadata of the title's cell.
"""

import json
import re
from pathlib import Path

from docutils import nodes
from sphinx.errors import ExtensionError
from sphinx.transforms import SphinxTransform
from sphinx.transforms.post_transforms import SphinxPostTransform

NUMBERED = re.compile(r"(?:book|exercises|solutions)/(\d\d)-")
STEPS = ("Problem", "Success", "Protocol", "Data", "Model", "Overfit", "Regularize", "Finalize")
CURRENT = ' aria-current="step"'


def number_of(docname):
    """The chapter's number from the file name, without a leading zero; None for an appendix."""
    found = NUMBERED.match(docname)
    return str(int(found.group(1))) if found else None


def step_of(notebook, name):
    """The step of a chapter from the metadata of its title's cell: 1 to 8, or 0 for none in particular."""
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown" and "".join(cell["source"]).startswith("# "):
            step = cell["metadata"].get("course", {}).get("step")
            if step in range(len(STEPS) + 1):
                return step
            raise ExtensionError(
                f"{name}: the title's cell has the step {step!r}: write "
                f'{{"course": {{"step": k}}}} into its metadata, k from 1 to {len(STEPS)}, or 0 for none'
            )
    raise ExtensionError(f"{name}: no cell begins with a title '# …'")


def first_title(document):
    return next(iter(document.findall(nodes.title)), None)


class Numbers(SphinxTransform):
    """Put the number before the title, before anything reads the title."""

    default_priority = 10

    def apply(self, **kwargs):
        number, title = number_of(self.env.docname), first_title(self.document)
        if number and title is not None:
            title.insert(0, [nodes.inline("", number, classes=["chapter-number"]), nodes.Text("\N{NO-BREAK SPACE}")])


class head(nodes.General, nodes.Element):
    """What stands under a chapter's title: its step, and whether there is a figure to play with. No text for the search."""


def step_bar(step):
    """The eight steps as a list; `step` is the current one, 0 for none."""
    name = f"Step {step} of {len(STEPS)}" if step else f"The {len(STEPS)} steps"
    items = [
        f"<li{CURRENT if number == step else ''}><span>{number}</span> <span>{text}</span></li>"
        for number, text in enumerate(STEPS, 1)
    ]
    return f'<ol class="step-bar" aria-label="{name}">{"".join(items)}</ol>'


def visit_head(writer, node):
    play = '<p class="play"><a href="#live-figure">Play with the figure</a></p>' if node["figure"] else ""
    writer.body.append(f'<div class="chapter-head">{step_bar(node["step"])}{play}</div>\n')
    raise nodes.SkipNode


class Heads(SphinxPostTransform):
    default_priority = 210  # after the live figures (200)
    formats = ("html",)

    def run(self, **kwargs):
        docname = self.env.docname
        if docname.startswith("book/") and number_of(docname):
            path = Path(self.env.doc2path(docname))
            step = step_of(json.loads(path.read_text("utf-8")), docname)
            title = first_title(self.document)
            title.parent.insert(title.parent.index(title) + 1, head(step=step, figure="live_figures" in self.document))


def setup(app):
    app.add_node(head, html=(visit_head, None))
    app.add_transform(Numbers)
    app.add_post_transform(Heads)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
