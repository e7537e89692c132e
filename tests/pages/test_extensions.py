"""The book's Sphinx extensions, on small inputs: what they accept, what they refuse, what they notice."""

import sys
from pathlib import Path

import nbformat
import pytest
from docutils import nodes
from IPython.display import Code
from sphinx.errors import ExtensionError

sys.path.append(str(Path(__file__).resolve().parent.parent.parent / "sphinx_ext"))
import cells  # noqa: E402
import icons  # noqa: E402
import live_figures  # noqa: E402
import no_inline  # noqa: E402
import repairs  # noqa: E402

MODULE = "const two = 2;\nfunction render({ model, el }) {}\nexport default { render };\n"


def test_a_module_becomes_a_script_that_registers_itself():
    script = live_figures.classic_script(MODULE, "abc", "here")
    assert "export" not in script and '["abc"] = { render };' in script and "const two = 2;" in script


@pytest.mark.parametrize(
    ("module", "words"),
    [
        (MODULE.replace("export default { render };", ""), "must end with one statement"),
        (MODULE + "render();\n", "must end with one statement"),
        (MODULE.replace("export default { render };", "export default render;"), "must end with one statement"),
        ("import * as d3 from 'd3';\n" + MODULE, "may not use `import \\* as d3"),
        ("export const three = 3;\n" + MODULE, "may not use `export const three"),
        (MODULE.replace("const two = 2;", "const two = await import('two');"), "may not use `import\\('two'\\)"),
        (MODULE.replace("const two = 2;", "const here = import.meta.url;"), "may not use `import.meta"),
    ],
)
def test_a_module_that_cannot_be_a_script_stops_the_build(module, words):
    with pytest.raises(ExtensionError, match=words):
        live_figures.classic_script(module, "abc", "here")


def test_inline_scripts_become_files_and_data_stay():
    files = {}
    theme = 'document.documentElement.dataset.theme = "x";'
    page = (
        f'<script data-cfasync="false">{theme}</script>'
        '<script>let a = 1;</script><script type="application/json">{"a": 1}</script><script src="b.js"></script>'
    )
    moved = no_inline.move_scripts(page, "../", files)
    first, second = (f"{no_inline.short_hash(code)}.js" for code in (theme, "let a = 1;"))
    assert files[second] == "let a = 1;"
    assert moved == (
        f'<script src="../_static/inline/{first}"></script>'
        f'<script defer src="../_static/inline/{second}"></script>'
        '<script type="application/json">{"a": 1}</script><script src="b.js"></script>'
    )


def test_an_inline_module_stops_the_build():
    with pytest.raises(ExtensionError, match="cannot run from a folder"):
        no_inline.move_scripts('<script type="module">import "x";</script>', "", {})


def test_handlers_become_listeners():
    handlers = {}
    page = '<button class="a" onclick="say(&quot;hi&quot;)">on fire="no"</button><img alt="a > b" onload=\'f()\'/>'
    moved = no_inline.move_handlers(page, handlers)
    assert sorted(handlers.values()) == ["f()", 'say("hi")']
    assert "onclick=" not in moved and "onload=" not in moved and moved.count("data-on=") == 2
    assert 'on fire="no"</button>' in moved and 'alt="a > b"' in moved


def test_a_rule_that_matches_nothing_any_more_is_noticed():
    old = '<html><div class="citation-list"></div><div role="list" class="citation-list"></div>'
    repaired, counts = repairs.repair(old)
    assert counts["citation-list"] == 1 and 'role="list"' not in repaired
    new = '<html><div class="citation-list" role="group"></div>'
    assert "citation-list" in repairs.unmatched([new], repairs.repair(new)[1])
    assert "citation-list" not in repairs.unmatched(["<html></html>"], {})


def test_mathjax_stays_where_there_are_formulas():
    script = '<script defer="defer" src="../_static/mathjax/tex-chtml.js?v=1"></script>'
    assert script not in repairs.repair(f"<html>{script}")[0]
    assert script in repairs.repair(f'<html>{script}<span class="math notranslate">')[0]


def test_the_style_keeps_the_rules_of_used_icons():
    css = '.fa-sun:before{content:"\\f185"}.fa-moon:before,.fa-night:before{content:"\\f186"}p{color:red}'
    assert icons.slim_css(css, {"night"}) == (
        '.fa-moon:before,.fa-night:before{content:"\\f186"}p{color:red}',
        {0xF186},
    )


def code_cell(source, index=0, **attributes):
    cell = nodes.container(nb_element="cell_code", cell_index=index, classes=["cell"], **attributes)
    cell += nodes.literal_block(source, source)
    return cell


def test_shown_source_follows_the_page():
    page = nodes.container()
    page += nodes.raw(
        "", Code("def f(x):\n    return x < 1  # a & b\n", language="python")._repr_html_(), format="html"
    )
    page += nodes.raw("", "<table><tr><td>1</td></tr></table>", format="html")
    cells.rehighlight(page)
    assert [type(node) for node in page.children] == [nodes.literal_block, nodes.raw]
    assert page.children[0].astext() == "def f(x):\n    return x < 1  # a & b"


def executed(*metadata):
    outputs = [nbformat.v4.new_output("display_data", {"text/markdown": "x"}, metadata=m) for m in metadata]
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("x", id="wins", outputs=outputs)])


def test_computed_sentences_are_known_by_their_records():
    cell, slugs = code_cell("x", hide_mode="input"), {}
    for _ in range(4):
        cell += nodes.container(nb_element="mime_bundle")
    page = executed(
        {"course": {"claim": {"status": "not run"}}},
        {"course": {"say": True}},
        {},
        {"course": {"claim": {"status": "holds"}}},
    )
    cells.mark_sentences([cell], page, slugs, "claims.html#book-13-momentum")
    classes = [child["classes"] for child in cell.children[1:]]
    assert classes == [["sentence", "claim", "not-run"], ["sentence", "say"], [], ["sentence", "claim", "holds"]]
    assert cell["prompt_show"] == "How this was computed"
    assert list(slugs) == ["claim-wins-1", "claim-wins-2"] == [i for child in cell.children[1:] for i in child["ids"]]
    links = [node["refuri"] for node in cell.findall(nodes.reference)]
    assert links == ["claims.html#book-13-momentum-wins-1", "claims.html#book-13-momentum-wins-2"]


def test_a_proof_is_folded_under_its_name():
    proof, other = code_cell("assert True", hide_mode="input"), code_cell("x", hide_mode="input")
    proof["classes"].append("tag_proof")
    cells.name_proofs([proof, other])
    assert proof["prompt_show"] == "Proof" and "prompt_show" not in other


def test_a_page_that_does_not_belong_to_its_cache_stops_the_build():
    cell = code_cell("x")
    cell += nodes.container(nb_element="mime_bundle")
    with pytest.raises(ExtensionError, match="2 outputs in the cache, 1 in the page"):
        cells.mark_sentences([cell], executed({}, {}), {}, "claims.html#x")
