"""The page of claims says what was measured, on each device, and whether a saved result is older than the library."""

import json

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from tools import reseed as claims
from tools.pages import appendices

RECORD = {
    "text": "Momentum | wins",
    "status": "holds",
    "measured": "difference 2 steps",
    "device": "cpu",
    "seed_offset": 0,
}


def executed(*records, title="# Momentum: a title"):
    outputs = [new_output("display_data", {"text/markdown": "…"}, metadata={"course": {"claim": r}}) for r in records]
    return new_notebook(cells=[new_markdown_cell(title), new_code_cell("claim(…)", id="wins", outputs=outputs)])


def test_claims_are_read_in_order_with_their_cell():
    other = {**RECORD, "text": "Another"}
    assert [(r["text"], r["cell"]) for r in appendices.claims_of(executed(RECORD, other))] == [
        ("Momentum | wins", "wins"),
        ("Another", "wins"),
    ]


def test_a_chapter_without_a_title_is_refused():
    with pytest.raises(ValueError, match="without a title"):
        appendices.title_of(executed(title="no heading"))


def test_the_page_has_a_row_for_each_claim_and_escapes_the_bar():
    page = [("book/13-momentum.ipynb", "Momentum", [{**RECORD, "cell": "wins"}])]
    text = appendices.claims_markdown(page, {})
    assert r"| Momentum \| wins | difference 2 steps |" in text
    assert "measured on CPU" in text and "No run on CUDA" in text and "[Momentum](/book/13-momentum.ipynb)" in text


@pytest.mark.parametrize(
    "library, words", [("same", "difference 3 steps |"), ("old", "difference 3 steps (older version) |")]
)
def test_a_saved_cuda_run_gets_its_column(tmp_path, monkeypatch, library, words):
    record = {**RECORD, "measured": "difference 3 steps", "cell": "wins", "index": 0}
    saved = {"library": library, "claims": [{**record, "notebook": "book/13-momentum.ipynb"}]}
    path = tmp_path / "claims-cuda.json"
    path.write_text(json.dumps(saved))
    monkeypatch.setattr(appendices, "CUDA", path)
    monkeypatch.setattr(appendices, "library_hash", lambda: "same")
    page = [("book/13-momentum.ipynb", "Momentum", [{**RECORD, "cell": "wins"}])]
    text = appendices.claims_markdown(page, appendices.saved_column())
    assert words in text and "measured on CUDA" in text and "No run on CUDA" not in text


def test_a_run_is_saved_with_machine_and_versions(tmp_path):
    appendices.save(tmp_path / "run.json", [("book/13-momentum.ipynb", "Momentum", [{**RECORD, "cell": "wins"}])])
    saved = json.loads((tmp_path / "run.json").read_text())
    assert saved["claims"][0]["notebook"] == "book/13-momentum.ipynb" and saved["library"] == appendices.library_hash()
    assert {"date", "device", "torch", "python"} <= saved.keys()


def test_a_claim_that_fails_under_an_offset_is_found(tmp_path):
    import nbformat

    source = (
        "from course_lib.claims import claim\nfrom course_lib.seed import offset\n"
        "claim('The offset is small', offset() < 500)\nclaim('Never reached where the first fails', True)"
    )
    notebook = new_notebook(cells=[new_code_cell(source, id="small")])
    notebook.metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(notebook, tmp_path / "chapter.ipynb")
    records, errors = claims.run(tmp_path / "chapter.ipynb", 0)
    assert [r["status"] for r in records] == ["holds", "holds"] and errors == []
    records, errors = claims.run(tmp_path / "chapter.ipynb", 1000)
    assert [r["status"] for r in records] == ["fails"] and errors == []
