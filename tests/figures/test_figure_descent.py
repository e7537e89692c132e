"""The live figure of gradient descent: its numbers against Python, moved in a browser, and its settings checked."""

import itertools
import re

import pytest
import torch
import traitlets
from browser import PHONE
from figure_page import centre, page_of, settle, site_of, touch, values, values_of

from course_lib.figures.descent import FAR, LABELS, SMALL, STARTS, SURFACES, DescentFigure, simulate

START = values_of(DescentFigure())
SETTING = DescentFigure().setting()


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with site_of(DescentFigure(), tmp_path_factory.mktemp("site")) as address:
        yield address


@pytest.fixture
def page(browser, site):
    with page_of(browser, site, START) as page:
        yield page


def path_of(page):
    return page.get_attribute(".column:first-child .path", "d")


# ---- the numbers

PLACES = [(-1.8, 0.9), (2.0, -1.5), (0.3, 0.001), (1.0, 0.0)]
CASES = [
    SETTING | {"surface": surface, "lr": lr, "start": list(start), "steps": steps}
    for surface, lr, start, steps in itertools.product(SURFACES, (0.005, 0.05, 0.1, 0.2, 0.25, 0.3), PLACES, (10, 100))
]


def test_javascript_and_python_agree(page):
    """To rounding, where a path settles or goes; where it wanders for ever, rounding grows, and ten steps are compared."""
    answers = page.evaluate("cases => cases.map(simulate)", [START | case for case in CASES])
    compared = gone = small = 0
    for case, answer in zip(CASES, answers, strict=True):
        run = simulate(**case)
        wanders = run["gone_at"] is None and run["small_at"] is None
        if wanders and case["steps"] > 10 and case["surface"] in ("valley", "wells"):
            continue
        compared += 1
        gone += run["gone_at"] is not None
        small += run["small_at"] is not None
        assert answer["goneAt"] == run["gone_at"] and answer["smallAt"] == run["small_at"], case
        for name, theirs in {"path": "path", "slope": "slopes", "curvature": "curvatures"}.items():
            found = torch.tensor(answer[theirs], dtype=torch.float64)
            torch.testing.assert_close(found, run[name], rtol=1e-7, atol=1e-9, msg=f"{name} of {case}")
    assert compared > 150 and gone > 20 and small > 20  # the grid reaches all sides


@pytest.mark.parametrize("surface", SURFACES)
def test_level_lines_lie_at_their_heights(page, surface):
    page.evaluate("surface => model.set('surface', surface)", surface)
    drawn = page.get_attribute(".level", "d")
    frame = page.locator("svg .frame").first
    left, top, width, height = (float(frame.get_attribute(name)) for name in ("x", "y", "width", "height"))
    corners = torch.tensor([[float(n) for n in pair.split()] for pair in re.findall(r"[ML]([-\d.]+ [-\d.]+)", drawn)])
    points = torch.stack(
        [(corners[:, 0] - left) / width * 4 - 2, 1.5 - (corners[:, 1] - top) / height * 3], dim=1
    ).double()
    across = torch.linspace(-2, 2, 45, dtype=torch.float64), torch.linspace(-1.5, 1.5, 34, dtype=torch.float64)
    grid = SURFACES[surface](torch.cartesian_prod(*across))
    levels = 1e-3 * (grid.max() - grid.min()) * (1001 ** (torch.arange(1, 11, dtype=torch.float64) / 11) - 1)
    heights = SURFACES[surface](points) - grid.min()
    off = (heights[:, None] - levels).abs().min(dim=1).values / (grid.max() - grid.min())
    assert len(points) > 500 and off.quantile(0.95) < 0.005


# ---- the figure in a browser


def test_sentence_tells_where_the_path_is_and_what_the_limit_says(page):
    words, run = settle(page), simulate(**SETTING)
    assert "Step size 0.15 on the narrow bowl: after 100 steps at (0.00, 0.00)" in words
    assert f"for the first time below {SMALL} at step {run['small_at']}" in words
    assert "step size × largest curvature is 1.5; the limit is 2" in words
    page.evaluate("model.set('lr', 0.25)")
    gone = simulate(**SETTING | {"lr": 0.25})["gone_at"]
    assert f"it diverges, beyond {FAR:.0f} at step {gone}. At the start step size × largest curvature is 2.5" in settle(
        page
    )
    page.get_by_role("button", name="saddle").click()
    assert "after 100 steps at (0.00, 0.00)" in settle(page)  # on the ridge it never leaves the flat point
    page.evaluate("model.set('start', [-1.6, 0.01])")
    assert "down for ever" in settle(page) and "no minimum" in settle(page)


def test_a_surface_is_chosen_with_its_own_start(page):
    for name, label in LABELS.items():
        before = page.get_attribute(".level", "d")
        button = page.get_by_role("button", name=label)
        button.click()
        assert button.get_attribute("aria-pressed") == "true"
        assert page.locator("[aria-pressed=true]").count() == 1
        assert values(page)["surface"] == name and tuple(values(page)["start"]) == STARTS[name]
        assert (page.get_attribute(".level", "d") != before) == (name != "bowl")
        assert f"on the {label}" in settle(page)


def test_arrow_keys_move_the_start_and_it_stays_in_the_picture(page):
    before, handle = path_of(page), page.get_by_role("slider", name="Start point")
    handle.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowDown")
    assert values(page)["start"] == [-1.7, 0.4]
    assert path_of(page) != before and handle.get_attribute("aria-valuetext") == "w1 −1.7, w2 0.4"
    settle(page)
    assert page.evaluate("model.saves") == 1  # one message to Python for the two keys
    for _ in range(20):
        page.keyboard.press("Shift+ArrowLeft")
    assert values(page)["start"] == [-2.0, 0.4]


def test_the_slider_works_from_the_keyboard(page):
    before = path_of(page)
    page.get_by_role("slider", name="Step size").focus()
    page.keyboard.press("End")
    assert values(page)["lr"] == 0.3 and path_of(page) != before
    page.keyboard.press("Home")
    assert values(page)["lr"] == 0.005


def test_dragging_and_clicking_move_the_start(browser, site, page):
    x, y = centre(page, ".handle[role=slider]")
    frame = page.locator("svg .frame").first.bounding_box()
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(frame["x"] + frame["width"] / 2, frame["y"] + frame["height"] / 2, steps=4)
    page.mouse.up()
    assert values(page)["start"] == pytest.approx([0, 0], abs=0.03)
    page.mouse.click(frame["x"] + frame["width"] / 4, frame["y"] + frame["height"] / 3)
    assert values(page)["start"] == pytest.approx([-1, 0.5], abs=0.03)
    with page_of(browser, site, START, has_touch=True) as finger:
        finger.set_viewport_size(PHONE)
        x, y = centre(finger, ".handle[role=slider]")
        touch(finger, [(x, y), (x + 20, y + 20), (x + 60, y + 40)])
        assert values(finger)["start"][0] > -1.6 and finger.evaluate("scrollY") == 0


def test_reset_and_a_change_from_python_until_it_is_closed(page):
    before = path_of(page)
    page.evaluate("model.set('lr', 0.05), model.set('surface', 'wells')")
    assert path_of(page) != before and page.get_by_role("slider", name="Step size").input_value() == "0.05"
    settle(page)
    assert page.evaluate("model.saves") == 0  # Python knows already
    page.get_by_role("button", name="Reset").click()
    assert values(page) == START and path_of(page) == before
    assert page.evaluate("model.listening()") == 3
    page.evaluate("clean()")
    assert page.evaluate("model.listening()") == 0


# ---- the Python side


@pytest.mark.parametrize(
    "setting",
    [
        {"surface": "hill"}, {"lr": 0.0}, {"lr": 0.31}, {"lr": float("nan")}, {"start": (2.1, 0.0)},
        {"start": (0.0, float("nan"))}, {"steps": 9}, {"steps": 501},
    ],
    ids=str,
)  # fmt: skip
def test_a_wrong_setting_is_named(setting):
    ((name, value),) = setting.items()
    with pytest.raises(traitlets.TraitError, match=re.escape(f"{name}={value!r}: take ")):
        DescentFigure(**setting)


def test_the_simulation_against_what_is_known():
    run = simulate("bowl", (-1.8, 0.9), 0.15, 60)
    steps = torch.arange(61, dtype=torch.float64)
    known = torch.stack([-1.8 * 0.85**steps, 0.9 * (-0.5) ** steps], dim=1).double()
    torch.testing.assert_close(run["path"], known, rtol=1e-6, atol=1e-12)
    torch.testing.assert_close(run["curvature"], torch.full((61,), 10.0, dtype=torch.float64))
    torch.testing.assert_close(run["slope"], (known * torch.tensor([1.0, 10.0])).norm(dim=1), rtol=1e-6, atol=1e-12)
    assert run["slope"][run["small_at"]] <= SMALL < run["slope"][run["small_at"] - 1]
    far = simulate("bowl", (-1.8, 0.9), 0.25, 100)
    assert len(far["path"]) == far["gone_at"] + 1 and far["path"][-1].abs().max() > FAR >= far["path"][-2].abs().max()


def test_picture_and_text_follow_the_setting():
    figure = DescentFigure()
    picture, alt = figure.picture, figure.alt
    assert len(picture.encode()) < 60_000 and "narrow bowl with step size 0.15" in alt
    figure.surface, figure.lr = "wells", 0.25
    assert figure.picture != picture and "two wells with step size 0.25" in figure.alt
    assert repr(figure) == "DescentFigure('wells', lr=0.25, start=(-1.8, 0.9))"
    with pytest.raises(traitlets.TraitError, match="read-only"):
        figure.steps = 20
