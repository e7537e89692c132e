"""What must hold for every live figure: in a browser under the book's policy, as a picture, and without anywidget."""

import importlib
import json
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

import matplotlib
import pytest
import traitlets
from browser import DESKTOP, axe_problems, load_problems, new_page, width_problems
from figure_page import FIGURES, ROOT, page_of, settle, site_of, values_of
from live import stage_problems

from course_lib import plots
from course_lib.figures import base
from course_lib.figures.base import LiveFigure

NAMES = sorted(path.parent.name for path in FIGURES.glob("*/view.js"))
PHONE = {"width": 360, "height": 740}
HEAVIEST = 120_000  # bytes of a picture
DRAWN = "[...document.querySelectorAll('svg')].map(svg => svg.outerHTML).join()"


def figure_class(name):
    """The live figure of a module: the only one in it."""
    module = importlib.import_module(f"course_lib.figures.{name}")
    found = [
        kind
        for kind in vars(module).values()
        if isinstance(kind, type) and issubclass(kind, LiveFigure) and kind.__module__ == module.__name__
    ]
    assert len(found) == 1, f"{name}.py has {len(found)} figures"
    return found[0]


@pytest.fixture(scope="module", params=NAMES)
def one(request):
    """Each figure as it is made without arguments."""
    return figure_class(request.param)()


@pytest.fixture(scope="module")
def site(one, tmp_path_factory):
    with site_of(one, tmp_path_factory.mktemp("site")) as address:
        yield address


@pytest.fixture
def page(browser, site, one):
    with page_of(browser, site, values_of(one)) as page:
        yield page


# ---- in a browser


def test_is_accessible_and_fits(page):
    for size in (DESKTOP, PHONE):
        page.set_viewport_size(size)
        for scheme, theme in (("light", "rgb(34, 40, 50)"), ("dark", "rgb(206, 214, 221)")):
            page.emulate_media(color_scheme=scheme)
            settle(page)
            assert axe_problems(page) + width_problems(page) == [], (size, scheme)
            assert page.evaluate("getComputedStyle(document.querySelector('svg text')).fill") == theme
        left, right = (column.bounding_box() for column in page.locator(".column").all())
        assert (left["y"] < right["y"]) == (size is PHONE)  # one column on a phone, two on a desktop
        for control in page.locator("button, input, .handle").all():
            assert min(control.bounding_box()["height"], control.bounding_box()["width"]) >= 24


def test_every_panel_is_described(page):
    words = settle(page)
    for svg in page.locator("svg").all():
        names = [page.text_content(f"#{svg.get_attribute(name)}") for name in ("aria-labelledby", "aria-describedby")]
        assert svg.get_attribute("role") == "img" and names[0] and words == names[1]


def test_each_slider_changes_the_figure_from_the_keyboard_and_reset_undoes_it(page):
    first, words = page.evaluate(DRAWN), settle(page)
    for slider in page.locator("input[type=range]").all():
        slider.focus()
        before = page.evaluate(DRAWN), slider.get_attribute("aria-valuetext")
        page.keyboard.press("ArrowLeft" if slider.evaluate("s => s.value === s.max") else "ArrowRight")
        assert page.evaluate(DRAWN) != before[0] and slider.get_attribute("aria-valuetext") != before[1]
    assert settle(page) != words
    assert page.evaluate("model.saves") >= 1  # Python hears of it
    page.get_by_role("button", name="Reset").click()
    assert (page.evaluate(DRAWN), settle(page)) == (first, words)


def test_speech_hears_only_the_last_of_many_changes(page):
    settle(page)
    page.evaluate("""window.heard = 0;
        new MutationObserver(() => heard += 1).observe(document.querySelector("[role=status]"), { childList: true })""")
    page.evaluate("""async () => {  // in the page: between the keys of a slow machine it might have time to speak
        const slider = document.querySelector("input[type=range]"), step = slider.value === slider.max ? -1 : 1;
        for (const _ of [1, 2, 3]) {
            step < 0 ? slider.stepDown() : slider.stepUp();
            slider.dispatchEvent(new Event("input", { bubbles: true }));
            await new Promise(done => setTimeout(done, 30));
        }
    }""")
    settle(page)
    assert page.evaluate("heard") == 1
    assert page.evaluate("model.saves") == 1


def test_a_closed_figure_listens_to_nothing(page):
    assert page.evaluate("model.listening()") > 0
    page.evaluate("clean()")
    assert page.evaluate("model.listening()") == 0


def test_two_figures_share_no_id(page, one):
    page.evaluate("values => mount(values)", values_of(one))
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map(element => element.id)")
    assert len(ids) == len(set(ids)) >= 8
    assert axe_problems(page) == []


def test_runs_in_the_book(browser, site):
    """With the book's own host, whether a chapter has it already or not."""
    page, log = new_page(browser, site)
    page.goto(f"{site}book.html")
    page.wait_for_selector(".live-figure.is-live")
    assert stage_problems(page) + load_problems(page, log) == []
    page.context.close()


# ---- the sources


@pytest.mark.parametrize("name", [*(f"{name}/view.js" for name in NAMES), "base.js"])
def test_module_has_one_export_and_builds_no_markup_from_text(name):
    source = (FIGURES / name).read_text()
    exports = [] if name == "base.js" else ["export default { render, simulate };"]
    assert re.findall(r"^(?:import|export)\b.*", source, re.M) == exports
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|\beval\b|new Function|\bimport\(", source)
    assert re.findall(r"https?://[^\"]+", source) == (["http://www.w3.org/2000/svg"] if name == "base.js" else [])


@pytest.mark.parametrize("name", NAMES)
def test_the_rules_of_a_figure_touch_no_other_figure(name):
    rules = re.sub(r"/\*.*?\*/|\{[^}]*\}", "\n", (FIGURES / name / "view.css").read_text(), flags=re.S)
    selectors = [selector.strip() for selector in re.split(r"[,\n]", rules) if selector.strip()]
    assert selectors and all(selector.startswith(f".course-figure.{name} ") for selector in selectors)


def test_page_and_print_have_the_same_colours():
    house = matplotlib.rc_params_from_file(plots.STYLE, use_default_template=False)["axes.prop_cycle"].by_key()["color"]
    css = (FIGURES / "base.css").read_text()
    named = re.findall(r"--(?:accent|mark): (#\w+);", css)  # the first two; forced colours have names, not numbers
    assert [color.upper() for color in named] == house[:2]


# ---- the Python side


def test_picture_is_light_and_the_same_each_time(one):
    assert one.picture == type(one)().picture
    assert len(one.picture.encode()) < HEAVIEST
    assert ElementTree.fromstring(one.picture).tag == "{http://www.w3.org/2000/svg}svg"
    assert "<dc:date>" not in one.picture
    assert not re.search(r"fill: #ffffff|fill: white", one.picture.partition("axes_1")[0])  # the page shines through
    assert re.findall(r'id="axes_\d+"', one.picture) == ['id="axes_1"']  # one panel


def test_state_for_the_page_holds_all_it_needs(one):
    state = one.get_state()
    assert json.loads(json.dumps({name: state[name] for name in [*one.setting(), "constants"]})) == values_of(one)
    assert state["picture"].startswith("<?xml") and state["alt"]
    assert (state["_esm"], state["_css"]) == base.sources(type(one).__module__.rpartition(".")[2])


def test_picture_and_text_are_read_only(one):
    with pytest.raises(traitlets.TraitError, match="read-only"):
        one.picture = ""
    with pytest.raises(traitlets.TraitError, match="read-only"):
        one.alt = ""


def test_plain_text_is_one_short_line(one):
    assert re.fullmatch(rf"{type(one).__name__}\([^\n]{{,90}}\)", repr(one))


WITHOUT = """
import importlib
import sys
sys.modules["anywidget"] = None  # as if it were not installed
from IPython.core.formatters import DisplayFormatter
from course_lib.figures.base import NEEDS
for given in sys.argv[1:]:
    module, name = given.split(":")
    figure = getattr(importlib.import_module(module), name)()
    shown, _ = DisplayFormatter().format(figure)
    assert figure.picture in shown["text/html"] and NEEDS in shown["text/html"], shown
    assert shown["text/plain"].splitlines() == [repr(figure), NEEDS]
    assert not any("widget" in kind for kind in shown)
    print(name)
from course_lib.figures.momentum import MomentumFigure
import traitlets
figure = MomentumFigure(beta=0.9)
before = figure.picture
figure.beta = 0.5
assert figure.picture != before
try:
    figure.beta = 2.0
except traitlets.TraitError as error:
    print(error)
"""


def test_without_anywidget_the_picture_and_one_line_are_shown():
    classes = [figure_class(name) for name in NAMES]
    given = [f"{kind.__module__}:{kind.__name__}" for kind in classes]
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT, *given], capture_output=True, text=True, cwd=ROOT, timeout=300
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        *(kind.__name__ for kind in classes),
        "beta=2.0: take a momentum from 0 to 0.999",
    ]
    assert base.anywidget is not None  # here the live figures themselves were tested
