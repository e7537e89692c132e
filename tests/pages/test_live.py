"""What a reader does with the book: search, switch to dark, copy code, move the figures, open it from a disk, print it."""

import re

import pytest
from browser import BOOK, DESKTOP, NAMES, NONE, PHONE, UNBUILT, load_problems, math_problems, new_page, target_problems
from live import jump_problems, stage_problems, static_problems, track_problems

from tools.pages.screenshots import settled

built = pytest.mark.skipif(not NAMES, reason=UNBUILT)
CHAPTERS = [name for name in NAMES if re.match(r"book/\d\d-", name)]
EXERCISES, SOLUTIONS = ([n for n in NAMES if n.startswith(f"{folder}/")] for folder in ("exercises", "solutions"))
LIVE = [name for name in NAMES if 'class="live-figure"' in (BOOK / name).read_text("utf-8")]
WITH_CODE = [name for name in NAMES if 'class="cell_input' in (BOOK / name).read_text("utf-8")]
NO_FIGURE = [pytest.param("none", marks=pytest.mark.skip(reason="no page has a live figure"))] if NAMES else NONE


def words(page):
    """The longest word of the first heading: one that a search must find."""
    return max(page.locator("h1").first.inner_text().removesuffix("#").split(), key=len)


def test_the_search_page_finds_a_word(browser, address):
    page, log = new_page(browser, address)
    page.goto(address + "book/references.html")
    word = words(page)
    page.goto(f"{address}search.html?q={word}")
    page.wait_for_selector("#search-results li")
    assert page.locator("#search-results a", has_text=word).count() > 0
    page.goto(address + "search.html?q=xyzzyplugh")
    page.wait_for_selector("#search-results p")
    assert page.locator("#search-results li").count() == 0
    assert not load_problems(page, log)
    page.context.close()


@built
def test_a_search_finds_the_chapter_first_and_the_appendices_last(browser, address):
    page, log = new_page(browser, address)
    page.goto(address + "search.html?q=momentum")
    page.locator(".search-summary", has_text="found").wait_for()
    found = page.locator("#search-results li > a").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    assert found[0].startswith("book/13-momentum.html")
    names = ("claims", "concordance", "slips", "references", "api", "keras-and-pytorch")
    appendix = [name.startswith(tuple(f"book/{appendix}" for appendix in names)) for name in found]
    assert any(appendix) and appendix == sorted(appendix), found
    page.wait_for_selector("#search-results .context")
    excerpts = " ".join(page.locator("#search-results .context").all_inner_texts())
    assert not re.search("Show the code|Repository|Print to PDF", excerpts), excerpts
    assert not load_problems(page, log)
    page.context.close()


@built
def test_a_found_page_opens_at_the_first_hit(browser, address):
    page, log = new_page(browser, address)
    page.goto(address + "search.html?q=dampening")
    page.locator("#search-results a[href^='book/13']").first.click()
    page.wait_for_selector(".bd-article .highlighted")
    page.wait_for_timeout(500)  # for the scrolling
    top = page.locator(".bd-article .highlighted").first.evaluate("word => word.getBoundingClientRect().top")
    assert page.evaluate("scrollY") > 0 and 0 < top < DESKTOP["height"]
    assert not load_problems(page, log)
    page.context.close()


@built
def test_on_a_phone_a_section_is_laid_out_when_it_comes_near_and_a_link_leads_to_it(browser, address):
    page, log = new_page(browser, address)
    page.set_viewport_size(PHONE)
    page.goto(address + "book/13-momentum.html")
    sections = page.locator(".bd-article > section > section")
    last = sections.last.get_attribute("id")
    drawn = "section => section.lastElementChild.checkVisibility({ contentVisibilityAuto: true })"
    assert [sections.first.evaluate(drawn), sections.last.evaluate(drawn)] == [True, False]
    page.goto(f"{address}book/13-momentum.html#{last}")
    page.wait_for_function(f"document.getElementById({last!r}).getBoundingClientRect().top < 200")
    page.wait_for_timeout(500)  # for what is laid out above, which must not push it away
    assert 0 <= page.locator(f"#{last} > h2").evaluate("title => title.getBoundingClientRect().top") < 200
    page.goto(address + "search.html?q=dampening")
    page.locator("#search-results a[href^='book/13']").first.click()
    page.wait_for_selector(".bd-article .highlighted")
    page.wait_for_timeout(500)
    top = page.locator(".bd-article .highlighted").first.evaluate("word => word.getBoundingClientRect().top")
    assert page.evaluate("scrollY") > 0 and 0 < top < PHONE["height"]
    assert not load_problems(page, log)
    page.context.close()


@built
@pytest.mark.parametrize("name", CHAPTERS or NONE)
def test_a_chapter_shows_its_number_its_step_and_the_way_to_its_figure(browser, address, name):
    page, log = new_page(browser, address)
    page.goto(address + name)
    number = str(int(name.removeprefix("book/")[:2]))
    assert page.locator("h1 .chapter-number").inner_text() == number and page.title().split()[0] == number
    assert page.locator(".step-bar li").count() == 8 and page.locator(".step-bar [aria-current=step]").count() <= 1
    figures = page.locator(".live-figure").count()
    assert page.locator(".play a").count() == bool(figures)
    if figures:
        page.locator(".play a").click()
        assert page.evaluate("document.activeElement.matches('.live-figure')")
    assert not load_problems(page, log)
    page.context.close()


@built
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_first_paint_of_a_first_visit_has_the_readers_colours(browser, address, scheme):
    page, _ = new_page(browser, address, color_scheme=scheme)
    page.route("**/*.js*", lambda route: route.continue_() if "/inline/" in route.request.url else route.abort())
    page.goto(address + "book/references.html")  # without the theme's scripts, which come after the paint
    assert page.evaluate("document.documentElement.dataset.theme") == scheme
    page.context.close()


@built
def test_paper_has_the_solutions_unfolded(browser, address):
    page, _ = new_page(browser, address)
    page.goto(address + "solutions/13-momentum.html")
    page.evaluate("""addEventListener("beforeprint", () => {
        window.folded = document.querySelectorAll(".bd-article details:not([open])").length; })""")
    folds = page.locator(".bd-article details:not([open])").count()
    page.pdf()
    assert folds > 0 and page.evaluate("folded") == 0
    assert page.locator(".bd-article details:not([open])").count() == folds
    page.context.close()


def test_control_k_searches_from_any_page(browser, address):
    page, log = new_page(browser, address)
    page.goto(address + "book/index.html")
    page.keyboard.press("Control+k")
    page.keyboard.type("references")
    page.keyboard.press("Enter")
    page.wait_for_selector("#search-results li")
    assert not load_problems(page, log)
    page.context.close()


def test_light_and_dark_switch_and_stay(browser, address):
    page, log = new_page(browser, address, color_scheme="light")
    page.goto(address + "book/index.html")
    background = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(background)
    for _ in range(3):
        page.locator("button.theme-switch-button").first.click()
        if page.evaluate("document.documentElement.dataset.mode") == "dark":
            break
    dark = page.evaluate(background)
    page.goto(address + "book/references.html")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert page.evaluate(background) == dark != light
    assert not load_problems(page, log)
    page.context.close()


def test_the_buttons_of_the_theme_work_without_inline_handlers(browser, address):
    page, log = new_page(browser, address)
    page.goto(address + "book/index.html")
    page.evaluate("window.print = () => { window.printed = true; }")
    page.locator(".dropdown-download-buttons > button").first.hover()
    page.locator(".btn-download-pdf-button").click()
    assert page.evaluate("window.printed")
    page.locator(".btn-fullscreen-button").click()
    page.wait_for_selector(":root:fullscreen", state="attached")
    assert not load_problems(page, log)
    page.context.close()


@built
def test_the_copy_button_copies_the_code(browser, address):
    if not WITH_CODE:
        pytest.skip("no page has a code cell")
    page, log = new_page(browser, address, permissions=["clipboard-read", "clipboard-write"])
    page.goto(address + WITH_CODE[0])
    page.evaluate("document.querySelectorAll('details').forEach(fold => fold.open = true)")
    code = page.locator(".cell_input .highlight").first
    code.hover()
    code.locator("button.copybtn").click()
    page.wait_for_selector("button.copybtn.success")
    assert page.evaluate("navigator.clipboard.readText()").strip() == code.locator("pre").inner_text().strip()
    assert not load_problems(page, log)
    page.context.close()


@pytest.mark.parametrize("name", LIVE or NO_FIGURE)
def test_a_live_figure_moves_with_keyboard_and_mouse(browser, address, name):
    page, log = new_page(browser, address)
    page.goto(address + name)
    settled(page)
    problems = stage_problems(page) + load_problems(page, log)
    assert not problems, "\n".join(problems)
    page.context.close()


@pytest.mark.parametrize("name", LIVE or NO_FIGURE)
def test_a_live_figure_is_a_picture_without_javascript_and_on_paper(browser, address, name):
    page, _ = new_page(browser, address, java_script_enabled=False)
    page.goto(address + name)
    problems = static_problems(page)
    page.context.close()
    page, _ = new_page(browser, address)
    page.goto(address + name)
    settled(page)
    page.emulate_media(media="print")
    problems += [f"on paper: {problem}" for problem in static_problems(page)]
    page.context.close()
    assert not problems, "\n".join(problems)


def test_paper_is_light(browser, address):
    page, log = new_page(browser, address, color_scheme="dark")
    page.goto(address + "book/index.html")
    page.evaluate("""window.themes = []; new MutationObserver(() => themes.push(document.documentElement.dataset.theme))
        .observe(document.documentElement, { attributeFilter: ["data-theme"] })""")
    page.pdf()
    assert page.evaluate("themes") == ["light", "dark"]
    assert not load_problems(page, log)
    page.context.close()


PRINTED = """() => {
  const shown = [...document.querySelectorAll("h1")].filter(title => title.checkVisibility());
  const titles = shown.map(title => title.closest("article") !== null);
  return { titles, fading: document.getAnimations().length };
}"""


@built
def test_paper_has_one_title_and_shows_what_is_in_a_fold_at_once(browser, address):
    """A fold that opens fades in where motion is welcome: a print taken then has nothing in it."""
    context = browser.new_context(reduced_motion="no-preference")
    page = context.new_page()
    page.goto(address + WITH_CODE[0])
    page.emulate_media(media="print")
    page.evaluate("for (const fold of document.querySelectorAll('.bd-article details')) fold.open = true")
    assert page.locator(".bd-article details.hide[open]").count()
    assert page.evaluate(PRINTED) == {"titles": [True], "fading": 0}
    context.close()


@pytest.mark.parametrize("name", LIVE or NO_FIGURE)
def test_a_slider_stays_under_the_hand(browser, address, name):
    page, log = new_page(browser, address)
    page.goto(address + name)
    page.wait_for_selector(".live-figure.is-live")
    problems = jump_problems(page)
    page.set_viewport_size(PHONE)
    problems += [f"390 px: {problem}" for problem in jump_problems(page)]
    page.context.close()
    assert not problems, "\n".join(problems)


@pytest.mark.parametrize("name", LIVE or NO_FIGURE)
def test_a_slider_has_a_track_in_forced_colours(browser, address, name):
    page, log = new_page(browser, address, forced_colors="active")
    page.goto(address + name)
    page.wait_for_selector(".live-figure.is-live")
    problems = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        problems += [f"{scheme}: {problem}" for problem in track_problems(page)]
    page.context.close()
    assert not problems, "\n".join(problems)


@pytest.mark.parametrize("name", ["book/index.html", *LIVE[-1:], *EXERCISES[:1], *SOLUTIONS[:1]] if NAMES else NONE)
def test_a_finger_hits_every_control(browser, address, name):
    page, log = new_page(browser, address, is_mobile=True, has_touch=True)
    page.set_viewport_size(PHONE)
    page.goto(address + name)
    settled(page)
    problems = target_problems(page)
    page.context.close()
    assert not problems, "\n".join(problems)


@built
@pytest.mark.parametrize("name", ["index.html", *(LIVE or WITH_CODE)[:1], "book/references.html"])
def test_the_book_opens_from_a_disk(browser, name):
    folder = BOOK.as_uri() + "/"
    page, log = new_page(browser, folder)
    page.goto(folder + name)
    page.wait_for_selector("article")
    settled(page)
    problems = load_problems(page, log) + math_problems(page)
    if page.locator(".live-figure").count():
        problems += stage_problems(page)
    assert not problems, "\n".join(problems)
    page.context.close()


@built
def test_the_search_works_from_a_disk(browser):
    page, log = new_page(browser, BOOK.as_uri())
    page.goto(BOOK.as_uri() + "/search.html?q=references")
    page.wait_for_selector("#search-results li")
    assert not log.foreign
    page.context.close()
