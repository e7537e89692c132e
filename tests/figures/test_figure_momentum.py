"""The live figure of momentum: its numbers against Python, moved in a browser, and its settings checked."""

import itertools
import re

import pytest
import torch
import traitlets
from browser import PHONE
from figure_page import centre, page_of, settle, site_of, touch, values, values_of

from course_lib import surfaces
from course_lib.figures.momentum import FAR, MomentumFigure, describe, simulate

SETTING = {"lr": 0.02, "beta": 0.0, "start": [-2.4, 0.8], "curvatures": [1.0, 25.0], "steps": 100}
START = values_of(MomentumFigure(**SETTING))
LEVELS = (10, 20, 40, 80, 160)  # edges between the shades of the plane, in steps to come ten times closer


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with site_of(MomentumFigure(), tmp_path_factory.mktemp("site")) as address:
        yield address


@pytest.fixture
def page(browser, site):
    """The page with the figure at the lecture's first setting."""
    with page_of(browser, site, START) as page:
        yield page


def path_of(page):
    return page.get_attribute(".column:first-child .path", "d")


# ---- the numbers

LRS, BETAS = (0.001, 0.02, 0.0769, 0.079, 0.081, 0.111, 0.12, 0.158, 0.161, 0.2), (0.0, 0.3, 0.445, 0.9, 0.99, 0.999)
CASES = [
    SETTING | {"lr": lr, "beta": beta, "start": list(start)}
    for lr, beta, start in itertools.product(LRS, BETAS, [(-2.4, 0.8), (3.0, -1.8), (1.0, 0.0)])
]


def test_javascript_and_python_agree(page):
    answers = page.evaluate("cases => cases.map(simulate)", [START | case for case in CASES])
    diverged = stable = 0
    for case, answer in zip(CASES, answers, strict=True):
        path, diverged_at = simulate(**case)
        assert answer["divergedAt"] == diverged_at, case
        theirs = torch.tensor(answer["path"], dtype=torch.float64)
        assert theirs.shape == path.shape, case
        diverged += diverged_at is not None
        if case["lr"] < surfaces.max_stable_lr(case["beta"], 25.0):
            stable += 1
            assert diverged_at is None
            assert (theirs - path).abs().max() < 1e-9, case
    assert stable > 60 and diverged > 20  # the grid reaches both sides


def test_simulate_stops_at_the_step_that_goes_too_far():
    path, diverged_at = simulate(**SETTING | {"lr": 0.2})
    assert len(path) == diverged_at + 1
    assert path[-1].abs().max() > FAR >= path[-2].abs().max()
    assert simulate(**SETTING | {"lr": 0.2, "start": (1.0, 0.0)})[1] is None  # nothing moves in the steep direction


def test_the_plane_in_the_page_is_shaded_by_the_rate(page):
    shades = """settings => {
      const frame = document.querySelectorAll("svg .frame")[2], number = (name) => Number(frame.getAttribute(name));
      return settings.map(([lr, beta]) => {
        const x = number("x") + lr / 0.2 * number("width"), y = number("y") + (1 - beta) * number("height");
        const point = new DOMPoint(x, y);
        return [...document.querySelectorAll("path.shade")].filter((shade) => shade.isPointInFill(point)).length;
      });
    }"""
    rates = [1, *(10 ** (-1 / steps) for steps in LEVELS)]
    lrs, betas = torch.arange(0.0021, 0.2, 0.0077).tolist(), torch.arange(0.013, 1, 0.053).tolist()
    settings = list(itertools.product(lrs, betas))
    for (lr, beta), found in zip(settings, page.evaluate(shades, settings), strict=True):
        rate = max(surfaces.momentum_rate(lr, beta, curvature).item() for curvature in START["curvatures"])
        if min(abs(rate - level) for level in rates) > 3e-3:  # the outlines are rounded to 0.1 units
            assert found == sum(rate < level for level in rates), (lr, beta)


# ---- the figure in a browser


def test_sentence_tells_where_the_path_ends_and_how_fast(page):
    path, _ = simulate(**SETTING)
    words = settle(page)
    assert f"after 100 steps {path[-1].norm():.3g} from the minimum" in words
    assert "the shallow direction, the slower one, by 0.98, without oscillation" in words
    page.get_by_role("button", name="Momentum 0.99").click()
    assert "both directions by 0.995, oscillating" in settle(page)
    page.evaluate("model.set('lr', 0.2)")
    _, diverged_at = simulate(**SETTING | {"lr": 0.2, "beta": 0.99})
    words = settle(page)
    assert f"diverges at step {diverged_at}" in words and "above the limit 2(1 + 0.99)/25 = 0.159" in words
    page.evaluate("model.set('beta', 0), model.set('lr', 0.08)")
    assert "at the limit 2(1 + 0)/25 = 0.08" in settle(page)


def test_arrow_keys_move_the_start(page):
    before = path_of(page)
    handle = page.get_by_role("slider", name="Start point")
    handle.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowDown")
    assert values(page)["start"] == [-2.3, 0.3]
    assert path_of(page) != before
    assert handle.get_attribute("aria-valuetext") == "w1 −2.3, w2 0.3"
    path, _ = simulate(**SETTING | {"start": (-2.3, 0.3)})
    assert f"{path[-1].norm():.3g} from the minimum" in settle(page)
    assert page.evaluate("model.saves") == 1  # one message to Python for the two keys
    for _ in range(20):
        page.keyboard.press("Shift+ArrowDown")
    assert values(page)["start"] == [-2.3, -1.8]  # it stays in the picture


def test_sliders_work_from_the_keyboard(page):
    before, sliders = path_of(page), page.locator("input[type=range]")
    page.get_by_label("Step size").focus()
    page.keyboard.press("ArrowRight")
    page.get_by_label("Momentum").focus()
    page.keyboard.press("End")
    assert (values(page)["lr"], values(page)["beta"]) == (0.021, 0.999)
    assert path_of(page) != before
    assert sliders.nth(0).get_attribute("aria-valuetext") == "0.021 (stable below 0.16)"
    assert sliders.nth(1).get_attribute("aria-valuetext") == "0.999"
    assert "Step size 0.021, momentum 0.999" in settle(page)


def test_dragging_moves_the_start(page):
    before, (x, y) = path_of(page), centre(page, ".handle[role=slider]")
    minimum = centre(page, ".minimum")
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(*minimum, steps=4)
    under_way = path_of(page)
    assert under_way != before  # the path follows while the button is down
    page.mouse.up()
    page.mouse.move(x, y)  # after the release nothing follows
    assert path_of(page) == under_way
    assert values(page)["start"] == pytest.approx([0, 0], abs=0.03)
    settle(page)
    assert page.evaluate("model.saves") == 1


def test_a_finger_drags_the_start_and_the_page_stays(browser, site):
    with page_of(browser, site, START, has_touch=True) as page:
        page.set_viewport_size(PHONE)
        x, y = centre(page, ".handle[role=slider]")
        touch(page, [(x, y), (x + 20, y + 20), (x + 60, y + 40)])
        start = values(page)["start"]
        assert start[0] > -2 and start[1] < 0.5
        assert page.evaluate("scrollY") == 0


def test_the_plane_sets_both(page):
    plane = page.locator("svg .frame").nth(2).bounding_box()
    page.mouse.click(plane["x"] + plane["width"] / 2, plane["y"] + plane["height"] / 4)
    now = values(page)
    assert now["lr"] == pytest.approx(0.1, abs=0.002) and now["beta"] == pytest.approx(0.75, abs=0.01)
    x, y = centre(page, ".handle[aria-hidden]")
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(plane["x"] + plane["width"] + 10, plane["y"] - 20)
    page.mouse.up()
    assert (values(page)["lr"], values(page)["beta"]) == (0.2, 0.999)  # it stays in the plane


def test_buttons_set_the_settings_they_name(page):
    page.get_by_role("button", name="Best for this bowl").click()
    best = values(page)
    rate = max(surfaces.momentum_rate(best["lr"], best["beta"], curvature).item() for curvature in START["curvatures"])
    assert rate == pytest.approx(surfaces.best_lr_beta(*START["curvatures"])[2], abs=0.002)
    page.get_by_role("button", name="Momentum 0.99").click()
    assert (values(page)["lr"], values(page)["beta"]) == (0.02, 0.99)
    page.get_by_role("button", name="No momentum").click()
    assert (values(page)["lr"], values(page)["beta"]) == (0.02, 0)
    page.evaluate("model.set('start', [1, 1]), model.set('beta', 0.5)")
    page.get_by_role("button", name="Reset").click()
    assert values(page) == START


def test_a_change_from_python_moves_the_figure_until_it_is_closed(page):
    before = path_of(page)
    page.evaluate("model.set('beta', 0.9)")
    after = path_of(page)
    assert after != before and page.get_by_label("Momentum").input_value() == "0.9"
    settle(page)
    assert page.evaluate("model.saves") == 0  # Python knows already
    assert page.evaluate("model.listening()") == 3
    page.evaluate("clean()")
    assert page.evaluate("model.listening()") == 0


# ---- the Python side


@pytest.mark.parametrize(
    "setting",
    [
        {"lr": 0.0},
        {"lr": -0.1},
        {"lr": 0.21},
        {"lr": float("nan")},
        {"beta": -0.1},
        {"beta": 1.0},
        {"start": (3.1, 0.0)},
        {"start": (0.0, float("nan"))},
        {"curvatures": (0.0, 1.0)},
        {"curvatures": (1.0, float("inf"))},
        {"steps": 9},
        {"steps": 1001},
    ],
    ids=str,
)
def test_a_wrong_setting_is_named(setting):
    ((name, value),) = setting.items()
    with pytest.raises(traitlets.TraitError, match=re.escape(f"{name}={value}: take ")):
        MomentumFigure(**setting)


@pytest.mark.parametrize("setting", [{"lr": "fast"}, {"start": (1.0,)}, {"steps": 2.5}], ids=str)
def test_a_wrong_type_is_named(setting):
    with pytest.raises(traitlets.TraitError, match=next(iter(setting))):
        MomentumFigure(**setting)


def test_a_wrong_change_is_refused_and_the_bowl_is_fixed():
    figure = MomentumFigure()
    with pytest.raises(traitlets.TraitError, match="lr=1.0"):
        figure.lr = 1.0
    assert figure.lr == 0.02
    with pytest.raises(traitlets.TraitError, match="read-only"):
        figure.curvatures = (1.0, 2.0)


def test_picture_is_light():
    assert len(MomentumFigure(lr=0.05, beta=0.8).picture.encode()) < 50_000


def test_picture_and_text_follow_the_setting():
    figure = MomentumFigure()
    picture, alt = figure.picture, figure.alt
    path, _ = simulate(**SETTING)
    assert "step size 0.02 and momentum 0 in a bowl" in alt and f"ends {path[-1].norm():.3g} from the minimum" in alt
    figure.lr, figure.beta = 0.2, 0.3
    assert figure.picture != picture
    assert f"diverges at step {simulate(**SETTING | {'lr': 0.2, 'beta': 0.3})[1]}" in figure.alt
    assert figure.alt == describe(**SETTING | {"lr": 0.2, "beta": 0.3})


def test_plain_text_is_one_line():
    assert repr(MomentumFigure(lr=0.1, beta=0.9)) == "MomentumFigure(lr=0.1, beta=0.9, start=(-2.4, 0.8))"
