"""Every row of the five lectures is covered by a cell that could fail, once its chapter is there."""

import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tools.notebooks.format import METADATA
from tools.pages import lectures
from tools.pages.lectures import ROOT, ROWS, Row

CHAPTERS = """00-workflow 01-tensors 02-neurons 03-problem-and-data 04-success 05-losses 06-evaluation-protocol
07-prepare-tables 08-prepare-images
09-models-and-activations 10-backpropagation 11-training-loop 12-gradient-descent 13-momentum
14-adaptive-optimizers 15-learning-rate-schedules 16-overfit-first 17-more-data 18-early-stopping 19-weight-penalties
20-dropout 21-batch-norm 22-ensembles 23-hyperparameters 24-transfer-learning 25-finalize 26-beyond-one-machine
keras-and-pytorch""".split()
KINDS = {"claim", "code", "figure", "formula", "reference", "result", "topic"}
IMPORTS = (
    "from course_lib import plots\nfrom course_lib.claims import claim\n"
    "from course_lib.checks import momentum as check\nimport matplotlib.pyplot as plt"
)
CLAIM = 'claim("Momentum is faster", steps < 50)'
A_CLAIM = "B-12"


@pytest.fixture
def book(tmp_path):
    """A function that writes a notebook of (type, source, ids, tags) cells into a book of its own."""
    (tmp_path / ROWS.parent).mkdir(parents=True)
    shutil.copy(ROOT / ROWS, tmp_path / ROWS)

    def write(name, *cells):
        notebook = new_notebook(
            cells=[new_markdown_cell("# A chapter", id="title"), new_code_cell(IMPORTS, id="imports")]
        )
        notebook.metadata = METADATA
        for number, (kind, source, ids, tags) in enumerate(cells):
            make = new_code_cell if kind == "code" else new_markdown_cell
            metadata = {"course": {"covers": ids}, "tags": tags} if ids else {"tags": tags}
            notebook.cells.append(make(source, id=f"cell-{number}", metadata=metadata))
        path = tmp_path / f"{name}.ipynb"
        path.parent.mkdir(exist_ok=True)
        nbformat.write(notebook, path)
        return tmp_path

    return write


def cells_of(root, row_id):
    return next(cells for row, cells in lectures.covered(root).items() if row.id == row_id)


def row_of(kind):
    return next(row.id for row in lectures.read_rows() if row.kind == kind)


# The book as it stands


def test_the_rows_are_whole():
    rows = lectures.read_rows()
    assert Counter(row.id[0] for row in rows) == {"A": 41, "B": 160, "C": 46, "D": 50, "E": 87}
    assert len({row.id for row in rows}) == len(rows)
    assert {row.kind for row in rows} == KINDS
    assert {row.chapter for row in rows} <= set(CHAPTERS)
    for row in rows:
        assert 2 <= len(row.paraphrase.split()) <= 15, row
        assert not set("|*`$<>[]\n") & set(row.paraphrase.replace("[0, 1]", "").replace("[-1, 1]", "")), row


def test_no_cell_names_a_row_that_is_not_there():
    assert lectures.unknown() == {}


def test_the_chapters_that_exist_cover_their_rows(record_property):
    record_property("course_summary", "\n".join(lectures.summary()))
    missing = [f"{row.chapter} {row.id} ({row.kind}): {row.paraphrase}" for row in lectures.overdue()]
    assert not missing, "\n".join([f"{len(missing)} rows are not covered", *missing])


# What counts


@pytest.mark.parametrize("kind", ["claim", "code", "formula", "result"])
def test_a_row_that_needs_a_proof_is_not_covered_by_text(book, kind):
    root = book("book/13-momentum", ("markdown", "It says so. ![picture](a.svg)", [row_of(kind)], []))
    assert not cells_of(root, row_of(kind))
    root = book("book/13-momentum", ("code", CLAIM, [row_of(kind)], []))
    assert cells_of(root, row_of(kind))


PROVES = {
    "a claim": (CLAIM, [], "book"),
    "an assertion": ("assert steps < 50", [], "book"),
    "an assertion among magics": ("%matplotlib inline\nassert steps < 50", [], "book"),
    "an assertion in a loop": ("for step in steps:\n    assert step < 50", [], "book"),
    "a check in a solution": ("check.forget(answer)", [], "solutions"),
}
PROVES_NOTHING = {
    "plain code": ("steps = 46", [], "book"),
    "a claim in a comment": (f"# {CLAIM}", [], "book"),
    "a claim in a string": (repr(CLAIM), [], "book"),
    "a claim of nothing": ('claim("Momentum is faster", True)', [], "book"),
    "an assertion of nothing": ("assert True", [], "book"),
    "an assertion that is never run": ("def test():\n    assert steps < 50", [], "book"),
    "a skipped cell": (CLAIM, ["skip-execution"], "book"),
    "a cell that the tests skip": (CLAIM, ["nbval-skip"], "book"),
    "a cell that may fail": (CLAIM, ["raises-exception"], "book"),
    "another language": ("%%bash\n" + CLAIM, [], "book"),
    "a check outside the solutions, where it never raises": ("check.forget(answer)", [], "book"),
    "an exercise": ("check.forget(answer)", [], "exercises"),
}


@pytest.mark.parametrize("name", [*PROVES, *PROVES_NOTHING])
def test_what_proves(book, name):
    source, tags, folder = {**PROVES, **PROVES_NOTHING}[name]
    root = book(f"{folder}/13-momentum", ("code", source, [A_CLAIM], tags))
    assert bool(cells_of(root, A_CLAIM)) == (name in PROVES)


@pytest.mark.parametrize(
    "kind, source, drawn",
    [
        ("code", "plots.curves(records)", True),
        ("code", "fig, axes = plt.subplots()", True),
        ("code", "axes[0].plot(x)", True),
        ("code", "print(x)", False),
        ("markdown", "![Two paths](assets/paths.svg)", True),
        ("markdown", "[Two paths](assets/paths.svg)", False),
    ],
)
def test_a_figure_needs_a_picture(book, kind, source, drawn):
    row_id = row_of("figure")
    assert bool(cells_of(book("book/13-momentum", (kind, source, [row_id], [])), row_id)) == drawn


@pytest.mark.parametrize("kind", ["topic", "reference"])
def test_topics_and_references_are_covered_by_text(book, kind):
    assert cells_of(book("book/00-workflow", ("markdown", "As they say.", [row_of(kind)], [])), row_of(kind))


def test_covers_must_be_a_list(book):
    with pytest.raises(ValueError, match="cell-0: covers is 'B-12'; write a list"):
        lectures.read_covers(book("book/13-momentum", ("code", CLAIM, A_CLAIM, [])))


def test_an_unknown_id_is_found(book):
    root = book("book/13-momentum", ("code", CLAIM, ["B-12", "S9-99"], []))
    assert lectures.unknown(root) == {"S9-99": ["book/13-momentum.ipynb, cell cell-0"]}


# What is due


def test_a_chapter_that_exists_owes_its_rows_and_only_those(book):
    root = book("book/22-ensembles", ("code", CLAIM, ["B-95", "B-96"], []))
    assert {row.id for row in lectures.overdue(root)} == {"B-97", "B-98", "B-99"}


def test_another_chapter_may_cover_a_row(book):
    book("book/22-ensembles", ("code", CLAIM, ["B-95", "B-96"], []))
    root = book("book/23-hyperparameters", ("code", CLAIM, ["B-97", "B-98", "B-99"], []))
    assert not [row for row in lectures.overdue(root) if row.chapter == "22-ensembles"]


def test_with_the_last_chapters_everything_is_due(book):
    book("book/25-finalize")
    assert len(lectures.overdue(book("book/25-finalize"))) == 1
    assert len(lectures.overdue(book("book/26-beyond-one-machine"))) == len(lectures.read_rows())


def test_the_summary_counts_by_chapter(book):
    root = book("book/22-ensembles", ("code", CLAIM, ["B-95", "B-96"], []))
    assert "22-ensembles: 2 of 5, not B-97 B-98 B-99" in lectures.summary(root)
    assert "25-finalize: 0 of 1, not A-41" in lectures.summary(root)


# The concordance page


def test_the_page_links_to_sections_and_quotes_claims(book):
    root = book(
        "book/13-momentum",
        ("markdown", "## How far a 0.9 | remembers\n\nText.", [], []),
        ("code", 'claim(f"It spans {n} of " f"them | all", n < 20)', [A_CLAIM], []),
        ("code", CLAIM, ["B-13"], []),
    )
    book("solutions/13-momentum", ("code", "check.forget(answer)", [A_CLAIM], []))
    page = lectures.concordance_markdown(root)
    row = next(line for line in page.splitlines() if "with beta 0.9 the average" in line.lower())
    assert row.split(" | ", 1)[1] == (
        r"[How far a 0.9 \| remembers](13-momentum.ipynb#how-far-a-09--remembers); "
        r"[A chapter](../solutions/13-momentum.ipynb#a-chapter)<br>*It spans … of them \| all* |"
    )
    assert [line for line in page.splitlines() if line.startswith("## ")] == [
        f"## Lecture {letter}" for letter in "ABCDE"
    ]


def test_the_page_fills_in_what_was_measured(book):
    root = book("book/13-momentum", ("code", 'claim(f"It spans {n}", n < 20)', [A_CLAIM], []))
    page = lectures.concordance_markdown(root, {("book/13-momentum.ipynb", "cell-0"): ["It spans 19", "It | ends"]})
    assert r"<br>*It spans 19*<br>*It \| ends* |" in page and "…" not in page


def test_what_waits_is_counted_by_chapter_behind_the_finished_rows(book):
    root = book("book/13-momentum", ("code", CLAIM, [A_CLAIM], []))
    lecture = lectures.concordance_markdown(root).split("## Lecture ")[2]
    waiting = [row for row in lectures.read_rows() if row.id.startswith("B") and row.id != A_CLAIM]
    dropout = sum(row.chapter == "20-dropout" for row in waiting)
    head, folded = lecture.split("<details><summary>What they say</summary>")
    assert head.count("\n| ") == 2  # the table's head and the one finished row
    assert f"Not yet in this book: {len(waiting)}, " in head and f"dropout {dropout}" in head
    assert folded.count("\n- ") == len(waiting)


def test_the_links_lead_somewhere(book):
    root = book(
        "book/13-momentum",
        ("markdown", "## The *rate* $\\alpha_1$ and `lr`, twice", [], []),
        ("code", CLAIM, ["B-12"], []),
        ("markdown", "## The *rate* $\\alpha_1$ and `lr`, twice", [], []),
        ("code", CLAIM, ["B-13"], []),
    )
    Path(root, "book", "index.md").write_text("# Index\n\n```{toctree}\n13-momentum\nconcordance\n```\n", "utf8")
    Path(root, "book", "concordance.md").write_text(lectures.concordance_markdown(root), "utf8")
    Path(root, "book", "conf.py").write_text(
        "extensions = ['myst_nb']\nmyst_heading_anchors = 3\nnb_execution_mode = 'off'\n"
        "myst_enable_extensions = ['dollarmath', 'amsmath']\n",
        "utf8",
    )
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "-n", "--keep-going", "-b", "html", "book", "html"]
    run = subprocess.run(command, cwd=root, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    page = Path(root, "html", "concordance.html").read_text("utf8")
    ids = [
        line.split("#")[1].split('"')[0] for line in page.split('href="13-momentum.html')[1:] if line.startswith("#")
    ]
    assert len(set(ids)) == 2
    chapter = Path(root, "html", "13-momentum.html").read_text("utf8")
    assert all(f'id="{target}"' in chapter for target in ids)


def test_rows_are_read_as_they_stand_in_the_file():
    assert lectures.read_rows()[0] == Row("A-01", "reference", "Title and credits of the lecture", "00-workflow")
