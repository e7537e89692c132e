"""The page of claims says what was measured, on each device, and whether a saved result is older than the library."""

import json
from datetime import date

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from tools import reseed
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
    assert [(r["text"], r["cell"], r["number"]) for r in appendices.claims_of(executed(RECORD, other))] == [
        ("Momentum | wins", "wins", 1),
        ("Another", "wins", 2),
    ]


def test_a_chapter_without_a_title_is_refused():
    with pytest.raises(ValueError, match="without a title"):
        appendices.title_of(executed(title="no heading"))


PAGE = [("book/13-momentum.ipynb", "Momentum", [{**RECORD, "cell": "wins", "number": 1}])]


def test_the_page_has_a_row_for_each_claim_and_escapes_the_bar():
    text = appendices.claims_markdown(PAGE, [])
    assert (
        r'| <span id="book-13-momentum-wins-1"></span>Momentum \| wins '
        r"| [wins](/book/13-momentum.ipynb#claim-wins-1) | difference 2 steps |"
    ) in text
    assert "measured on CPU" in text and "No run on another device" in text
    assert "[Momentum](/book/13-momentum.ipynb)" in text


def test_a_number_keeps_its_per_cent_sign():
    assert appendices.row(["95 % of 3 steps"]) == "| 95\u00a0% of 3 steps |"


def test_the_count_says_what_was_not_run_and_why():
    missing = {**RECORD, "status": "not run", "measured": "", "needs": "mnist"}
    assert appendices.counted([RECORD, missing, RECORD]) == (
        "**3 assertions: 2 held, 1 not run, because MNIST is not here.**"
    )
    assert appendices.counted([RECORD]) == "**1 assertions: 1 held.**"


@pytest.mark.parametrize(
    "library, words", [("same", "difference 3 steps |"), ("old", "difference 3 steps (older version) |")]
)
def test_a_saved_run_on_another_device_gets_its_column(tmp_path, monkeypatch, library, words):
    monkeypatch.setattr(appendices, "library_hash", lambda: library)
    measured = [("book/13-momentum.ipynb", "Momentum", [{**PAGE[0][2][0], "measured": "difference 3 steps"}])]
    appendices.save(tmp_path / "claims-cuda.json", measured)
    monkeypatch.setattr(appendices, "library_hash", lambda: "same")
    text = appendices.claims_markdown(PAGE, appendices.saved_columns(tmp_path))
    assert words in text and "measured on CUDA" in text and "No run on another device" not in text


def test_a_run_is_saved_with_machine_and_versions(tmp_path):
    appendices.save(tmp_path / "run.json", PAGE)
    saved = json.loads((tmp_path / "run.json").read_text())
    assert saved["claims"][0]["notebook"] == "book/13-momentum.ipynb" and saved["library"] == appendices.library_hash()
    assert {"date", "device", "torch", "python"} <= saved.keys()


# Other seeds


def test_closed_offsets_are_the_date_s_and_none_is_open():
    drawn = reseed.closed_offsets(10, date(2026, 1, 1))
    assert drawn == reseed.closed_offsets(10, date(2026, 1, 1)) != reseed.closed_offsets(10, date(2026, 1, 2))
    assert len(set(drawn)) == 10 and not set(drawn) & set(reseed.open_offsets())
    assert max(drawn) + 1000 < 2**32


def test_failures_under_closed_offsets_are_counted_and_told(tmp_path):
    claim = {**PAGE[0][2][0]}
    results = {
        ("book/13-momentum.ipynb", 1000): ([claim], []),
        ("book/13-momentum.ipynb", 2000): ([{**claim, "status": "fails"}], [("bare", "AssertionError", "")]),
        ("book/13-momentum.ipynb", 3000): ([{**claim, "status": "not run"}], [("bare", "AssertionError", "")]),
    }
    found = reseed.counts(results)
    assert found["claims"] == [
        {"notebook": "book/13-momentum.ipynb", "cell": "wins", "number": 1, "runs": 2, "failed": 1}
    ]
    assert found["assertions"][0]["failed"] == 2 and (found["reruns"], found["broken"]) == (3, 2)

    path = tmp_path / "reseed.json"
    assert "No run under closed offsets" in "\n".join(appendices.reseeded_lines(PAGE, path))
    path.write_text(json.dumps({"date": "2026-01-01", "library": "old", "offsets": [1, 2, 3], **found}))
    text = "\n".join(appendices.reseeded_lines(PAGE, path))
    assert "Under 3 closed offsets, drawn by 2026-01-01, 1 claims were checked 2 times" in text
    assert "**1 of these checks failed (50.0%)**. In 2 of 3 reruns of a chapter another assertion failed." in text
    assert "The library has changed since." in text
    assert r"| Momentum \| wins | [wins](/book/13-momentum.ipynb#claim-wins-1) | 1 of 2 |" in text
    assert "AssertionError | book/13-momentum.ipynb, bare | 2 |" in text


def test_a_claim_that_fails_under_an_offset_is_found(tmp_path):
    import nbformat

    source = (
        "from course_lib.claims import claim\nfrom course_lib.seed import offset\n"
        "claim('The offset is small', offset() < 500)\nclaim('Never reached where the first fails', True)"
    )
    bare = "assert offset() < 700"
    notebook = new_notebook(cells=[new_code_cell(source, id="small"), new_code_cell(bare, id="bare")])
    notebook.metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(notebook, tmp_path / "chapter.ipynb")
    records, errors = reseed.run(tmp_path / "chapter.ipynb", 0)
    assert [r["status"] for r in records] == ["holds", "holds"] and errors == []
    records, errors = reseed.run(tmp_path / "chapter.ipynb", 1000)
    assert [r["status"] for r in records] == ["fails"] and errors == [("bare", "AssertionError", "")]
