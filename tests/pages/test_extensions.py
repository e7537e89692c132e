"""The book's Sphinx extensions, on small inputs: what they accept, what they refuse, what they notice."""

import sys
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
import tinycss2
from docutils import nodes
from IPython.display import Code
from sphinx.errors import ExtensionError

sys.path.append(str(Path(__file__).resolve().parent.parent.parent / "sphinx_ext"))
import cells  # noqa: E402
import chapters  # noqa: E402
import icons  # noqa: E402
import live_figures  # noqa: E402
import mathematics  # noqa: E402
import no_inline  # noqa: E402
import outside  # noqa: E402
import pictures  # noqa: E402
import repairs  # noqa: E402
import sheets  # noqa: E402

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


def test_the_theme_asks_no_box_for_its_width():
    theme = (icons.THEME / repairs.SCRIPT).read_text("utf-8")
    script, count = repairs.calmed(theme)
    assert count == 1 and len(theme) - len(script) < 100
    assert repairs.calmed(script) == (script, 0)


def test_style_attributes_become_classes():
    rules = {}
    page = '<mjx-c class="x" style="width: 1em;"></mjx-c><p style=\'color: red; top: 0\'>style="no"</p><i style=""></i>'
    moved = no_inline.move_styles(page, rules)
    wide, red = (name for name, text in rules.items())
    assert moved == f'<mjx-c class="x {wide}"></mjx-c><p class="{red}">style="no"</p><i></i>'
    assert f".{red} {{ color: red !important; top: 0 !important }}" in no_inline.style_sheet(rules)


@pytest.mark.parametrize(
    ("rule", "kept"),
    [
        (".here{a:b}", ".here{a:b}"),
        (".gone{a:b}", ""),
        (".gone,p.here>a{a:b}", "p.here>a{a:b}"),
        ("#gone{a:b}", ""),
        ("p.here.gone a{a:b}", ""),
        (".here:not(.gone){a:b}", ".here:not(.gone){a:b}"),
        ("p:is(.gone,a){a:b}", "p:is(.gone,a){a:b}"),
        ('[class*="gone"]{a:b}', '[class*="gone"]{a:b}'),
        ("@media print{.gone{a:b}.here{c:d}}", "@media print{.here{c:d}}"),
        ("@media print{.gone{a:b}}", ""),
        ("@font-face{font-family:x}", "@font-face{font-family:x}"),
        (".by-script{color:#gone}", ".by-script{color:#gone}"),
        (".shade-3{a:b}.tone-3{c:d}", ".shade-3{a:b}"),
    ],
)
def test_a_rule_goes_only_if_it_can_match_nothing(rule, kept):
    used = sheets.names_in_use(['<p class="here" id="place">'], ['element.classList.add("by-script", `shade-${i}`)'])
    assert sheets.slim(tinycss2.parse_stylesheet(rule), used) == kept


def test_the_sheets_of_a_page_become_one_in_their_order(tmp_path):
    folder = tmp_path / "_static" / "inline"
    folder.mkdir(parents=True)
    (tmp_path / "_static" / "a.css").write_text('@import "sub/b.css";\np{order:2;src:url(c.svg)}')
    (tmp_path / "_static" / "sub").mkdir()
    (tmp_path / "_static" / "sub" / "b.css").write_text("p{order:1;src:url('d.svg')}")
    (tmp_path / "_static" / "e.css").write_text("p{order:3;src:url(data:x)}")
    (tmp_path / "x").mkdir()
    links = (
        '<link rel="stylesheet" href="../_static/a.css?v=1"><script src="s.js"></script>'
        '<link rel="stylesheet" href="../_static/e.css">'
    )
    (tmp_path / "x" / "y.html").write_text(f"<head>{links}</head>")
    sheets.finish(SimpleNamespace(builder=SimpleNamespace(name="html"), outdir=tmp_path), None)
    (sheet,) = folder.glob("*.css")
    assert (tmp_path / "x" / "y.html").read_text() == (
        f'<head>\n<link rel="stylesheet" href="../_static/inline/{sheet.name}"><script src="s.js"></script></head>'
    )
    assert sheet.read_text().splitlines() == [
        'p{order:1;src:url("../sub/d.svg")}',
        'p{order:2;src:url("../c.svg")}',
        "p{order:3;src:url(data:x)}",
    ]


@pytest.fixture(scope="module")
def mathjax():
    with mathematics.Mathematics() as engine:
        yield engine


def test_a_formula_is_set_with_mathml_for_those_who_hear_it(mathjax):
    text = mathjax.html(r"\beta^2", False)
    assert "<mjx-c" in text and "<msup><mi>β</mi><mn>2</mn></msup>" in text
    assert "tabindex" not in text and "<script" not in text


def test_a_long_formula_in_a_line_may_break_after_its_operators(mathjax):
    long = r"a_1 b_1 + a_2 b_2 + (a_3 - b_3) = c_1 + c_2"
    assert mathjax.html(long, False).count("<wbr>") == 5
    assert "<wbr>" not in mathjax.html(long, True) + mathjax.html("a + b = c", False)


@pytest.mark.parametrize("after, joined", [(", then", True), (". Then", True), (" then", False), ("", False)])
def test_a_line_does_not_begin_with_the_comma_after_a_formula(after, joined):
    formula = nodes.math("", "x")
    nodes.paragraph("", "", nodes.Text("Take "), formula, *([nodes.Text(after)] if after else []))
    app = SimpleNamespace(formulas={("x", False): "<b>x</b>"})
    writer = SimpleNamespace(body=[], builder=SimpleNamespace(app=app))
    with pytest.raises(nodes.SkipNode):
        mathematics.visit_inline(writer, formula)
    assert writer.body[0].endswith("</span>" + "&#8288;" * joined)


@pytest.mark.parametrize(
    ("formula", "words"), [(r"\foo x", r"Undefined control sequence \\foo"), (r"\frac{x", "Missing close brace")]
)
def test_a_formula_that_mathjax_refuses_is_an_error(mathjax, formula, words):
    with pytest.raises(ValueError, match=words):
        mathjax.html(formula, False)


def test_the_style_has_the_characters_in_use_and_their_fonts(mathjax):
    mathjax.html(r"\beta", False)
    css, fonts = mathjax.style()
    assert r'content: "\3B2"' in css and "mjx-c1D6FE" not in css  # beta, and no gamma
    assert "MathJax_Math-Italic.woff2" in fonts and "MathJax_Fraktur-Regular.woff2" not in fonts
    assert all(f"mathematics/{name}" in css for name in fonts) and "woff-v2" not in css


def test_a_refused_formula_stops_the_build_with_its_page(tmp_path):
    page = nodes.section("", nodes.math("", r"\foo"))
    env = SimpleNamespace(found_docs={"book/13-momentum"}, get_doctree=lambda name: page)
    app = SimpleNamespace(builder=SimpleNamespace(format="html"), outdir=tmp_path)
    with pytest.raises(ExtensionError, match=r"book/13-momentum: MathJax refuses the formula '\\\\foo': Undefined"):
        mathematics.set_all(app, env)


def test_the_latex_of_an_output_that_has_html_is_no_formula_of_the_page():
    bundle = nodes.container("", *(nodes.container("", mime_type=kind) for kind in ("text/latex", "text/html")))
    bundle[0] += nodes.math_block("", "x")
    assert list(mathematics.formulas(bundle)) == []
    del bundle[1]
    assert list(mathematics.formulas(bundle)) == [("x", True)]


@pytest.mark.parametrize(
    ("docname", "number"),
    [("book/13-momentum", "13"), ("exercises/00-workflow", "0"), ("solutions/04-success", "4"), ("book/claims", None)],
)
def test_the_number_of_a_page_is_in_its_file_name(docname, number):
    assert chapters.number_of(docname) == number


def chapter(step):
    cells = [{"cell_type": "markdown", "source": ["# A title\n"], "metadata": {"course": {"step": step}}}]
    return {"cells": cells}


def test_the_step_of_a_chapter_is_marked():
    assert chapters.step_of(chapter(5), "here") == 5 and chapters.step_of(chapter(0), "here") == 0
    bar = chapters.step_bar(5)
    assert bar.count("<li") == 8 and bar.count("aria-current") == 1
    assert '<li aria-current="step"><span>5</span> <span>Model</span></li>' in bar
    assert "aria-current" not in chapters.step_bar(0)


@pytest.mark.parametrize("step", [9, -1, "5", None])
def test_a_step_that_is_none_of_the_eight_stops_the_build(step):
    with pytest.raises(ExtensionError, match="here: the title's cell has the step"):
        chapters.step_of(chapter(step), "here")


def test_the_address_of_the_pages_follows_from_the_repository():
    assert outside.pages_address("https://github.com/Jane/course") == "https://jane.github.io/course/"
    with pytest.raises(ValueError, match="need https://github.com/owner/name"):
        outside.pages_address("https://example.org/book")


def test_a_description_is_the_first_paragraph_without_formulas():
    words = " word" * 60
    page = nodes.section(
        "", nodes.title("", "Title"), nodes.paragraph("", "", nodes.Text("Step "), nodes.math("", "x"))
    )
    page[1] += nodes.Text("and" + words)
    text = outside.description(page)
    assert text.startswith("Step and word word") and text.endswith("word…") and len(text) <= outside.LENGTH
    assert outside.description(nodes.section()) == ""


def test_pictures_get_their_size_and_come_when_the_reader_does(tmp_path):
    (tmp_path / "plot.svg").write_text('<svg viewBox="0 0 9 9" width="480pt" height="240pt"></svg>')
    data = '<img src="data:image/gif;base64,R0">'
    page = f'<img alt="A plot." src="plot.svg">{data}'
    assert pictures.with_sizes(page, tmp_path) == (
        f'<img loading="lazy" width="640" height="320" style="--width: 640px" alt="A plot." src="plot.svg">{data}'
    )


def test_code_loses_the_marks_without_a_colour():
    code = '<pre><span></span><span class="n">x</span><span class="o">=</span><span class="p">[</span></pre>'
    assert pictures.without_idle_marks(code + '<span class="n">y</span>') == (
        '<pre>x<span class="o">=</span>[</pre><span class="n">y</span>'
    )


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
    proof, other = code_cell("assert rate < 1", hide_mode="input"), code_cell("x", hide_mode="input")
    proof["classes"].append("tag_proof")
    cells.name_proofs([proof, other])
    assert proof["prompt_show"] == "Proof" and "prompt_show" not in other


def test_a_page_that_does_not_belong_to_its_cache_stops_the_build():
    cell = code_cell("x")
    cell += nodes.container(nb_element="mime_bundle")
    with pytest.raises(ExtensionError, match="2 outputs in the run, 1 in the page"):
        cells.mark_sentences([cell], executed({}, {}), {}, "claims.html#x")
