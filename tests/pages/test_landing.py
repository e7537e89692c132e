"""The landing page: what stands on it, where it leads, and how it remembers what a reader has finished."""

import re
import sys

import pytest
from browser import BOOK, NAMES, UNBUILT, load_problems, new_page

from tools.pages import chapters
from tools.pages.screenshots import ROOT

sys.path.append(str(ROOT / "sphinx_ext"))
import landing  # noqa: E402

INDEX = "book/index.html"
CHAPTERS = chapters.chapters(ROOT)
MAX_WORDS = 300  # of index.md, code not counted
built = pytest.mark.skipif(not NAMES, reason=UNBUILT)
BLOCKED = "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no', 'SecurityError'); } })"


def opened(browser, address, name=INDEX, **settings):
    page, log = new_page(browser, address, **settings)
    page.goto(address + name)
    return page, log


def tick(page, address, slug):
    page.goto(f"{address}book/{slug}.html")
    page.get_by_label("I have finished this chapter").check()


def finished(page):
    return page.locator(".chapter:has(.chapter-done)").evaluate_all("found => found.map(e => e.dataset.chapter)")


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.slug)
def test_a_chapter_says_what_the_map_needs(chapter):
    assert chapter.title and chapter.question.endswith("?") or chapter.step == 0
    assert 0 <= chapter.step <= chapters.STEPS and chapter.minutes > 0


@built
def test_every_chapter_is_on_the_map_with_its_time_at_its_step(browser, address):
    page, log = opened(browser, address, java_script_enabled=False)
    rows = page.locator(".course-map .chapter")
    shown = rows.evaluate_all("found => found.map(e => e.getAttribute('href'))")
    assert sorted(shown) == [f"{chapter.slug}.html" for chapter in CHAPTERS]
    for chapter in CHAPTERS:
        row = page.locator(f"[data-chapter='{chapter.slug}']")
        assert landing.duration(chapter.minutes) in row.inner_text() and chapter.title in row.inner_text()
        step = page.locator(".step", has=row)
        assert step.count() == bool(chapter.step)
        if chapter.step:
            assert step.evaluate("e => [...e.parentElement.children].indexOf(e) + 1") == chapter.step
    assert page.locator("#start").get_attribute("href") == f"{CHAPTERS[0].slug}.html"
    assert page.locator("a.door").count() == 1 and not page.locator(".course-progress").is_visible()
    page.context.close()


def test_the_landing_page_is_no_wall_of_text():
    text = (ROOT / "book" / "index.md").read_text("utf-8")
    assert len(re.sub(r"```.*?```", "", text, flags=re.S).split()) <= MAX_WORDS


@built
@pytest.mark.parametrize("disk", [False, True], ids=["served", "disk"])
def test_what_is_finished_is_remembered_and_forgotten(browser, address, disk):
    address = f"{BOOK.as_uri()}/" if disk else address
    page, log = opened(browser, address)
    assert finished(page) == [] and not page.locator(".course-progress").is_visible()
    first, second = CHAPTERS[0], CHAPTERS[1]
    tick(page, address, first.slug)
    page.goto(address + INDEX)
    page.reload()
    assert finished(page) == [first.slug]
    assert f"You have finished 1 of {len(CHAPTERS)}" in page.locator(".course-progress").inner_text()
    assert page.locator("#start").inner_text() == f"Go on: {second.title}"
    assert page.locator("#start").get_attribute("href").endswith(f"{second.slug}.html")
    page.goto(f"{address}book/{first.slug}.html")
    assert page.get_by_label("I have finished this chapter").is_checked()
    page.goto(address + INDEX)
    page.get_by_role("button", name="Forget my progress").click()
    assert finished(page) == [] and page.locator("#start").inner_text() == f"Start: {first.title}"
    assert page.evaluate("localStorage.getItem('course-finished')") is None
    page.reload()
    assert finished(page) == []
    assert not load_problems(page, log)
    page.context.close()


@built
def test_a_tick_can_be_taken_back(browser, address):
    page, log = opened(browser, address)
    tick(page, address, CHAPTERS[0].slug)
    page.get_by_label("I have finished this chapter").uncheck()
    page.goto(address + INDEX)
    assert finished(page) == []
    page.context.close()


@built
def test_all_chapters_finished_is_no_error_and_an_unknown_one_neither(browser, address):
    page, log = opened(browser, address)
    page.evaluate(
        "slugs => localStorage.setItem('course-finished', slugs)", " ".join(c.slug for c in CHAPTERS) + " 99-x"
    )
    page.reload()
    assert len(finished(page)) == len(CHAPTERS)
    assert f"finished {len(CHAPTERS)} of {len(CHAPTERS)}" in page.locator(".course-progress").inner_text()
    assert not load_problems(page, log)
    page.context.close()


@built
@pytest.mark.parametrize("name", [INDEX, f"book/{CHAPTERS[0].slug}.html"])
def test_blocked_storage_breaks_nothing(browser, address, name):
    page, log = new_page(browser, address)
    page.add_init_script(BLOCKED)
    page.goto(address + name)
    assert page.locator(".chapter-finished, .chapter-done").count() == 0
    mine = [error for error in log.errors if "progress.js" in error]
    assert not mine and page.locator("article h1").is_visible()
    page.context.close()


@built
def test_the_landing_figure_comes_from_the_same_sources_as_the_chapters(browser, address):
    page, log = opened(browser, address)
    page.wait_for_selector(".placed-figure .live-figure.is-live")
    module = page.locator(".live-figure").get_attribute("data-module")
    assert f'data-module="{module}"' in (BOOK / "book" / "13-momentum.html").read_text("utf-8")
    page.context.close()


# what it is made from


def first_cell(time="About 90 minutes, of which 33 for the exercises.", step="You are at step 2 of 8: choose."):
    return f"# Success and losses: what number?\n\n**{step}**\n\n- **Time.** {time}\n"


def test_a_chapter_is_read_from_its_first_cell():
    assert chapters.chapter_of("04-success", first_cell()) == (
        "04-success",
        "Success and losses",
        "what number?",
        2,
        90,
    )
    before = first_cell(step="You are before step 1 of 8: these are the tools.")
    assert chapters.chapter_of("01-tensors", before).step == 0


def test_a_chapter_without_a_time_stops_the_build():
    with pytest.raises(ValueError, match="book/04-success.ipynb: its first cell has no line"):
        chapters.chapter_of("04-success", first_cell(time="Soon."))


@pytest.mark.parametrize(
    ("minutes", "words"), [(45, "45 minutes"), (119, "119 minutes"), (120, "2 h"), (545, "9 h 05")]
)
def test_time_as_people_say_it(minutes, words):
    assert landing.duration(minutes) == words


def test_a_step_without_a_chapter_promises_no_page():
    page = landing.map_of(["One", "Two"], [chapters.Chapter("04-success", "A & B", "why?", 1, 90)])
    one, two = page.split('<li class="step')[1:]
    assert 'href="04-success.html"' in one and "A &amp; B" in one and "is-empty" not in one
    assert "is-empty" in two and "href" not in two
