"""Present as a page should: computed sentences, proofs, and source code that a cell shows.

The notebooks stay plain. A sentence is known by the record that `course_lib.claims` leaves in the metadata of its output,
source code by the HTML of `IPython.display.Code`.
"""

import html
import re
from pathlib import Path

from docutils import nodes
from myst_nb.sphinx_ import HideCodeCellNode
from sphinx.errors import ExtensionError
from sphinx.transforms.post_transforms import SphinxPostTransform

from tools.execute import executed

SHOWN_CODE = re.compile(r"\s*<style>.*</style>\s*<div class=\"highlight\"><pre>(.*)</pre>\s*</div>\s*", re.S)


def elements(tree, kind):
    """The containers that myst-nb made for one kind of element, in order."""
    return [node for node in tree.findall(nodes.container) if node.get("nb_element") == kind]


def rehighlight(doctree):
    """Let source code in an output follow the page's light or dark: IPython gives it one fixed style, for the whole page."""
    for node in list(doctree.findall(nodes.raw)):
        if shown := SHOWN_CODE.fullmatch(node.astext()):
            code = html.unescape(re.sub(r"<[^>]*>", "", shown.group(1))).strip("\n")
            node.replace_self(nodes.literal_block(code, code, language="ipython3"))


def displays(outputs):
    return [output for output in outputs if output.output_type in ("display_data", "execute_result")]


def kind_of(output):
    """The classes of a computed sentence: claim or say, and for a claim whether it was run; None for anything else."""
    record = output.get("metadata", {}).get("course", {})
    if "claim" in record:
        return ["sentence", "claim", record["claim"]["status"].replace(" ", "-")]
    return ["sentence", "say"] if "say" in record else None


def mark_sentences(cells, notebook, slugs, claims_page):
    """Wrap each computed sentence in a container with its classes; link each claim with its row on the page of claims.

    `slugs` are the page's link targets, as MyST keeps them; `claims_page` is the address of the claims of this notebook.
    """
    for cell in cells:
        source = notebook.cells[cell["cell_index"]]
        outputs = displays(source.outputs)
        bundles = elements(cell, "mime_bundle")
        if len(outputs) != len(bundles):
            where, counts = (
                f"cell {cell['cell_index']}",
                f"{len(outputs)} outputs in the run, {len(bundles)} in the page",
            )
            raise ExtensionError(f"{where}: {counts}")
        kinds = [kind_of(output) for output in outputs]
        number = 0
        for bundle, classes in zip(bundles, kinds, strict=True):
            if classes:
                wrapper = nodes.container(classes=classes)
                bundle.replace_self(wrapper)
                wrapper += bundle
                if "claim" in classes:
                    number += 1
                    target = f"claim-{source.id}-{number}"
                    wrapper["ids"].append(target)
                    slugs[target] = (0, target, "")
                    wrapper += back_link(f"{claims_page}-{source.id}-{number}")
        if any(kinds) and cell.get("hide_mode") == "input":
            cell["prompt_show"], cell["prompt_hide"] = "How this was computed", "Hide the computation"
            cell["classes"].append("computed")


def back_link(address):
    """A link to the claim's row among all claims, whose anchor tools/pages/appendices.py writes."""
    return nodes.paragraph(
        "", "", nodes.reference("", "all claims", internal=True, refuri=address), classes=["claim-row"]
    )


def name_proofs(cells):
    """A cell with the tag proof is folded (format.py sees to that) under the word Proof."""
    for cell in cells:
        if "tag_proof" in cell["classes"]:
            cell["prompt_show"], cell["prompt_hide"] = "Proof", "Hide the proof"


def doctree_read(app, doctree):
    cells = elements(doctree, "cell_code")
    rehighlight(doctree)
    name_proofs(cells)
    if any(elements(cell, "mime_bundle") for cell in cells):
        docname = app.env.docname
        notebook = executed(Path(app.env.doc2path(docname)), Path(app.srcdir))
        claims_page = app.builder.get_relative_uri(docname, "book/claims") + f"#{docname.replace('/', '-')}"
        mark_sentences(cells, notebook, app.env.metadata[docname].setdefault("myst_slugs", {}), claims_page)


class SentenceFirst(SphinxPostTransform):
    """In a cell of computed sentences, put the folded code below what it says."""

    default_priority = 205  # after myst-nb has made the folds (199)
    formats = ("html",)

    def run(self, **kwargs):
        for cell in elements(self.document, "cell_code"):
            if "computed" in cell["classes"]:
                folds = [node for node in cell.children if isinstance(node, HideCodeCellNode)]
                cell.children = [node for node in cell.children if node not in folds] + folds


def setup(app):
    app.connect("doctree-read", doctree_read)
    app.add_post_transform(SentenceFirst)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
