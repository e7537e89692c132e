"""What a reader does on the pages of exercises and solutions: open, answer, reveal, print. And the extension, in small."""

import re
import sys
from pathlib import Path

import nbformat
import pytest
from browser import BOOK, NAMES, NONE, load_problems, new_page
from docutils import nodes
from sphinx.errors import ExtensionError

from tools.notebooks.exercises import Task, tasks
from tools.pages.answer_boxes import boxes, predictions
from tools.pages.screenshots import ROOT

sys.path.append(str(ROOT / "sphinx_ext"))
import exercise_pages  # noqa: E402

EXERCISES = [name for name in NAMES if name.startswith("exercises/")] or NONE
SOLUTIONS = [name for name in NAMES if name.startswith("solutions/")] or NONE
WITH_BOX = [name for name in EXERCISES if isinstance(name, str) and "answer-box" in (BOOK / name).read_text("utf-8")]
CLOSED, OPEN = "details.solution:not([open])", "details.solution[open]"


def solution(name):
    return nbformat.read(ROOT / "solutions" / f"{Path(name).stem}.ipynb", as_version=4)


def tasks_of(name):
    return list(tasks(solution(name)))


@pytest.mark.parametrize("name", EXERCISES + SOLUTIONS)
def test_tasks_have_number_name_kind_and_other_half(name):
    text = (BOOK / name).read_text("utf-8")
    folder, slug = Path(name).parts[0], Path(name).stem
    for number, task in enumerate(tasks_of(name), start=1):
        assert re.search(rf'<section id="{task.id}">.*?<h2>Exercise {number}: {task.name[:6]}', text, re.S), task
        assert f'<span class="task-kind">{task.kind.capitalize()}</span>' in text
        other = f"../exercises/{slug}.html#{task.id}" if folder == "solutions" else f"#{task.id}-solution"
        assert f'{other}"' in text
    assert "Exercise (" not in text


@pytest.mark.parametrize("name", EXERCISES)
def test_an_exercise_page_says_where_its_code_runs(name):
    article = (BOOK / name).read_text("utf-8").partition("<article")[2]
    doors, first_code = article.index('class="doors"'), article.index("cell_input")
    assert doors < first_code and re.search(r"page of the book no\s+code runs", article[:first_code])
    assert "Open in Colab</a>" in article and "Download the notebook</a>" in article


@pytest.mark.parametrize("name", SOLUTIONS)
def test_a_solution_page_shows_no_marker_and_folds_every_answer(browser, address, name):
    assert not re.search(r"### (BEGIN|END)", re.sub(r"<[^>]*>", "", (BOOK / name).read_text("utf-8")))
    page, log = new_page(browser, address)
    page.goto(address + name)
    assert page.locator(CLOSED).count() == len(tasks_of(name))
    outside = page.evaluate(
        "[...document.querySelectorAll('.cell_output')].filter(e => !e.closest('.solution')).length"
    )
    assert outside == 0
    assert not load_problems(page, log)
    page.context.close()


def text_on_paper(page):
    """Whether the last line of each solution takes up room on the page, once its medium has been painted."""
    page.wait_for_timeout(100)
    page.screenshot()
    return page.evaluate(
        """[...document.querySelectorAll("details.solution")].every(fold => {
          const last = [...fold.querySelectorAll("p, pre")].pop();
          return last.checkVisibility({ contentVisibilityAuto: true }) && last.getBoundingClientRect().height > 0;
        })"""
    )


@pytest.mark.parametrize("name", SOLUTIONS[:1])
@pytest.mark.parametrize("script", [True, False])
def test_paper_shows_every_solution_and_the_screen_is_as_before(browser, address, name, script):
    page, _ = new_page(browser, address, java_script_enabled=script)
    page.goto(address + name)
    assert not text_on_paper(page)
    page.emulate_media(media="print")
    if script:
        page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert text_on_paper(page)
    page.emulate_media(media="screen")
    if script:
        page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert page.locator(OPEN).count() == 0
    page.context.close()


def answers_of(name):
    """The task's id and our answer as texts, for each box of the page."""
    notebook = solution(name)
    found = boxes(notebook, Path(name).stem)
    for task, _, answer, _ in predictions(notebook):
        if found[task]:
            yield task, [f"{part:.6f}" for part in (answer if isinstance(answer, tuple) else (answer,))]


def answer(page, task, texts):
    """Type into a task's box with the keyboard and send it; the verdict and the box's status."""
    form = page.locator(f"[id='{task}'] > .answer-box")
    for index, text in enumerate(texts):
        form.locator("input").nth(index).fill(text)
    form.locator("input").last.press("Enter")
    return form.locator(".verdict").inner_text(), form.get_attribute("data-status")


def try_boxes(page, name):
    """Give each box of the page a wrong answer, a word and our answer, and go the last one's way to its solution."""
    solutions = (BOOK / name.replace("exercises", "solutions")).read_text("utf-8")
    for task, texts in answers_of(name):
        words, status = answer(page, task, ["12345"] * len(texts))
        assert status == "wrong" and "12345" in words and "not yet" in words
        words, status = answer(page, task, ["many"] * len(texts))
        assert status == "unread" and "Write a number" in words
        assert page.locator(f"[id='{task}'] input[aria-invalid=true]").count() == len(texts)
        words, status = answer(page, task, texts)
        assert status == "right" and words.startswith("✓ Right.")
        assert page.locator(f"[id='{task}'] input[aria-invalid=true]").count() == 0
        way = page.locator(f"[id='{task}']").get_by_role("link", name="See why")
        assert way.get_attribute("href").endswith(f"/{name.replace('exercises', 'solutions')}#{task}-solution")
        assert f'id="{task}-solution"' in solutions
    way.click()
    page.wait_for_selector(f"#{task}-solution[open]", state="attached")
    assert page.locator(OPEN).count() == 1


@pytest.mark.parametrize(
    ("name", "disk"), [*((name, False) for name in WITH_BOX), (WITH_BOX[0], True)] if WITH_BOX else NONE
)
def test_a_box_judges_and_reveals(browser, address, name, disk):
    address = f"{BOOK.as_uri()}/" if disk else address
    page, log = new_page(browser, address)
    page.goto(address + name)
    try_boxes(page, name)
    assert not load_problems(page, log)
    page.context.close()


@pytest.mark.parametrize("name", WITH_BOX[:1] or NONE)
def test_without_javascript_no_box_pretends_to_work(browser, address, name):
    page, _ = new_page(browser, address, java_script_enabled=False)
    page.goto(address + name)
    assert not page.locator(".answer-box").first.is_visible()
    assert page.locator("noscript p").first.is_visible()
    page.context.close()


# the extension


def section(first="Exercise (build, 8 minutes).", code="x = 1"):
    block = nodes.literal_block(code, code)
    cell = nodes.container("", block, nb_element="cell_code", classes=["cell"], hide_mode="all")
    words = nodes.paragraph(
        "", "", nodes.Text(""), nodes.strong(first, first), nodes.Text(" Cut "), nodes.math("n", "n")
    )
    why = nodes.paragraph("Why.", "Why.")
    return nodes.section("", nodes.title("Cut it", "Cut it"), words, cell, why, ids=["cut-it"])


TASK = Task("cut", "Cut it", "find the bug", 1)
MENDED = """def f(x):
    ### BEGIN BUG
    # return 1
    ### END BUG
    ### BEGIN SOLUTION
    return x
    ### END SOLUTION"""


def test_a_task_is_known_by_its_first_words():
    assert exercise_pages.is_task(section())
    assert not exercise_pages.is_task(section(first="Exercise."))
    assert not exercise_pages.is_task(nodes.section("", nodes.title("Notes", "Notes")))


def test_the_bold_words_become_a_number_and_a_label():
    task = section()
    exercise_pages.name_task(task, TASK, 3, ("there.html", "There"))
    assert task["ids"] == ["cut", "cut-it"] and task.children[0].astext() == f"Exercise {3}: Cut it"
    assert "Find the bug" in task.children[1]["html"] and "1 minute<" in task.children[1]["html"]
    assert task.children[2].astext() == "Cut n" and task.children[2].children[0].parent is task.children[2]


def test_a_bug_stands_above_the_fold_and_its_repair_below():
    task = section(code=MENDED)
    exercise_pages.fold_solution(task, TASK)
    *_, bug, fold = task.children
    assert bug.astext() == "def f(x):\n    return 1"
    assert fold.astext().split("\n\n") == ["def f(x):\n    return x", "Why."]
    assert fold["ids"] == ["cut-solution"] and "hide_mode" not in fold.children[0]


def test_a_task_without_code_stops_the_build():
    task = section()
    del task.children[2]
    with pytest.raises(ExtensionError, match="task cut: no code cell"):
        exercise_pages.fold_solution(task, TASK)
