"""The live figure of the five optimizers: its numbers against torch, moved in a browser, and its settings checked."""

import itertools
import math
import re

import pytest
import torch
import traitlets
from browser import PHONE
from figure_page import centre, page_of, settle, site_of, touch, values, values_of

from course_lib import optim
from course_lib.figures.race import (
    COMMON,
    CONDITIONS,
    NAMES,
    RATES,
    RaceFigure,
    best_rates,
    bowl,
    describe,
    result,
    run,
    simulate,
)

SETTING = RaceFigure().setting()
START = values_of(RaceFigure())
BOWL = {name: SETTING[name] for name in ("condition", "angle", "start", "steps")}
GOAL = START["constants"]["goal"]
MADE = {
    "SGD": lambda module, params, lr: module.SGD(params, lr=lr),
    "momentum": lambda module, params, lr: module.SGD(params, lr=lr, momentum=0.9),
    "Adagrad": lambda module, params, lr: module.Adagrad(params, lr=lr),
    "RMSprop": lambda module, params, lr: module.RMSprop(params, lr=lr),
    "Adam": lambda module, params, lr: module.Adam(params, lr=lr),
}


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with site_of(RaceFigure(), tmp_path_factory.mktemp("site")) as address:
        yield address


@pytest.fixture
def page(browser, site):
    with page_of(browser, site, START) as page:
        yield page


def change(page, **changes):
    page.evaluate("all => Object.entries(all).forEach(([name, value]) => model.set(name, value))", changes)


def drawn(page, panel, kind):
    """The corners of a line in a panel, in the coordinates of its drawing."""
    text = page.locator("svg").nth(panel).locator(f"g .path.{kind}").get_attribute("d")
    return [(float(x), float(y)) for x, y in re.findall(r"(-?[\d.]+) (-?[\d.]+)", text)]


def frame(page, panel):
    names = ("x", "y", "width", "height")
    return [float(page.locator("svg .frame").nth(panel).get_attribute(name)) for name in names]


# ---- the numbers


def test_javascript_and_python_agree(page):
    """Over all rates, bowls and turns; where a path diverges, the two agree on the step."""
    starts = [(-2.4, 1.2), (3.0, -1.8), (0.5, 0.0), (0.0, 0.0)]
    bowls = list(itertools.product((1, 3, 20, 300, 1000), (0, 7, 30, 45), starts))
    cases = [
        SETTING | {"rates": [rate] * 5, "condition": condition, "angle": angle, "start": list(start)}
        for (condition, angle, start), rate in zip(bowls, itertools.cycle(RATES[::7]))
    ]
    answers = page.evaluate("cases => cases.map(simulate)", [START | case for case in cases])
    seen = set()
    for case, answer in zip(cases, answers, strict=True):
        mine = simulate(**case)
        assert answer["arrivals"] == mine["arrivals"], case
        seen |= {kind if kind in ("diverged", None) else "arrived" for kind in mine["arrivals"]}
        for what in ("paths", "losses"):
            for theirs, own in zip(answer[what], mine[what], strict=True):
                theirs, own = (torch.tensor(one, dtype=torch.float64) for one in (theirs, own))
                assert theirs.shape == own.shape
                assert ((theirs - own).abs() / own.abs().clamp(min=1)).max() < 1e-8, case
    assert seen == {"diverged", None, "arrived"}


@pytest.mark.parametrize("module", [optim, torch.optim], ids=["ours", "torch"])
@pytest.mark.parametrize("name", NAMES)
def test_each_takes_the_steps_of_its_optimizer(name, module):
    for condition, angle, rate in [(20, 0, 0.05), (300, 33, 0.005), (5, 45, 0.2)]:
        a, b, c = bowl(condition, angle)
        matrix = torch.tensor([[a, b], [b, c]], dtype=torch.float64)
        w = torch.tensor(SETTING["start"], dtype=torch.float64, requires_grad=True)
        optimizer = MADE[name](module, [w], rate)
        path, losses, _ = run(name, rate, condition, angle, SETTING["start"], 100)
        for step in range(101):
            loss = w @ matrix @ w / 2
            assert loss.item() == pytest.approx(losses[step], rel=1e-6, abs=1e-9), (condition, step)
            assert (w.detach() - torch.tensor(path[step], dtype=torch.float64)).abs().max() < 1e-9, (condition, step)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()


def test_the_bowl_has_its_curvatures_along_turned_axes():
    for condition, angle in itertools.product(CONDITIONS, (0, 10, 45)):
        a, b, c = bowl(condition, angle)
        curvatures, axes = torch.linalg.eigh(torch.tensor([[a, b], [b, c]], dtype=torch.float64))
        assert curvatures.tolist() == pytest.approx([1, condition])
        if condition > 1:
            x, y = axes[:, 0].tolist()  # of the shallow direction
            assert math.degrees(math.atan2(y, x)) % 180 == pytest.approx(angle)


def test_adaptive_paths_do_not_feel_the_condition_number_until_the_bowl_is_turned():
    def path(name, condition, angle):
        return torch.tensor(run(name, 0.3, condition, angle, SETTING["start"], 60)[0])

    for name in ("Adagrad", "RMSprop", "Adam"):
        assert (path(name, 1, 0) - path(name, 1000, 0)).abs().max() < 1e-4, name
        assert (path(name, 1, 45) - path(name, 1000, 45)).abs().max() > 0.5, name
    small = [torch.tensor(run("SGD", 0.001, condition, 0, SETTING["start"], 60)[0]) for condition in (1, 1000)]
    assert (small[0] - small[1]).abs().max() > 0.5


def test_an_arrival_is_for_good():
    for name in NAMES:
        _, losses, arrival = run(name, COMMON, 20, 30, (-2.4, 1.2), 500)
        if arrival is not None:
            assert max(losses[arrival:]) <= GOAL < losses[arrival - 1]
    _, losses, arrival = run("momentum", COMMON, 20, 0, (-2.4, 1.2), 150)
    assert min(losses[:arrival]) < GOAL  # it was below before, and came back
    assert run("SGD", 0.1, 20, 0, (-2.4, 1.2), 150)[2] is None  # at the limit it goes to and fro


def test_the_best_rate_is_the_earliest_of_those_that_never_climb_and_lies_inside():
    for condition, angle in itertools.product((1, 20, 1000), (0, 20, 45)):
        given = BOWL | {"condition": condition, "angle": angle}
        for name, best in zip(NAMES, best_rates(**given), strict=True):
            _, losses, arrival = run(name, best, **given)
            assert RATES[0] < best < RATES[-1] and max(losses) <= losses[0]
            for rate in RATES[::3]:
                _, others, other = run(name, rate, **given)
                if other != "diverged" and max(others) <= others[0]:
                    if arrival is None:
                        assert other is None and others[-1] >= losses[-1]
                    else:
                        assert other is None or other >= arrival


def test_tuning_turns_the_order_round():
    """What the chapter's text says of the first setting: the last becomes the first."""
    same = simulate(**SETTING)["arrivals"]
    best = simulate(**SETTING | {"rates": best_rates(**BOWL)})["arrivals"]
    assert same[NAMES.index("Adagrad")] is None
    assert all(isinstance(arrival, int) for arrival in same[:2] + same[3:])
    assert best[NAMES.index("Adagrad")] == min(best) < 10 < best[NAMES.index("SGD")]
    turned = BOWL | {"angle": 45.0}
    best = simulate(best_rates(**turned), **turned)["arrivals"]
    assert best[NAMES.index("SGD")] == min(best)


# ---- the figure in a browser


def test_sentence_and_sliders_tell_what_python_computes(page):
    for changes in (
        {},
        {"condition": 300, "angle": 12},
        {"condition": 5, "rates": [0.1, 0.01, 1, 0.1, 0.2]},
        {"condition": 1, "angle": 45, "rates": [1, 1, 1, 1, 1]},
    ):
        change(page, **changes)
        now = values(page)
        arrivals = simulate(**{name: now[name] for name in SETTING})["arrivals"]
        words = settle(page)
        assert f"Condition number {now['condition']:g}, turned by {now['angle']:g}°." in words
        arrived = sorted((i for i in range(5) if isinstance(arrivals[i], int)), key=lambda i: arrivals[i])
        listed = ", ".join(f"{NAMES[i]} ({now['rates'][i]:g}) {arrivals[i]}" for i in arrived)
        assert f"Steps to a loss below 0.001: {listed}" in words
        for kind, label in ((None, "not in 150"), ("diverged", "diverged")):
            those = ", ".join(f"{NAMES[i]} ({now['rates'][i]:g})" for i in range(5) if arrivals[i] == kind)
            assert (f"{label}: {those}" in words) if those else (label not in words)
        for name, rate, arrival in zip(NAMES, now["rates"], arrivals):
            text = page.get_by_label(name, exact=True).get_attribute("aria-valuetext")
            assert text == f"{rate:g}: {result(arrival, 150)}"
    assert "SGD (1) 1," in words and "SGD" not in words.partition("not in")[2]


def test_no_sentence_is_longer_than_six_lines(page):
    settings = [
        START | {"condition": condition, "angle": angle, "rates": [rate] * 5}
        for condition, angle, rate in itertools.product((1, 150, 1000), (0, 45), RATES[::4])
    ]
    lengths = []
    for setting in settings:
        change(page, **{name: setting[name] for name in ("condition", "angle", "rates")})
        lengths.append(len(page.text_content("svg desc")))
    assert 120 < max(lengths) <= 200, max(lengths)


def test_each_slider_sets_its_own_step_size(page):
    for i, name in enumerate(NAMES):
        slider = page.get_by_label(name, exact=True)
        slider.focus()
        page.keyboard.press("ArrowRight")
        before = [round(rate, 6) for rate in START["rates"]]
        bigger = RATES[min(range(len(RATES)), key=lambda k: abs(math.log(RATES[k] / COMMON))) + 1]
        assert values(page)["rates"] == before[:i] + [bigger] + before[i + 1 :]
        page.keyboard.press("End")
        assert values(page)["rates"][i] == RATES[-1]
        page.keyboard.press("Home")
        assert values(page)["rates"][i] == RATES[0]
        page.get_by_role("button", name="Reset").click()
    assert values(page) == START


def test_the_sliders_of_the_bowl(page):
    page.get_by_label("Condition number").focus()
    page.keyboard.press("End")
    page.get_by_label("Turned by").focus()
    page.keyboard.press("ArrowRight")
    assert (values(page)["condition"], values(page)["angle"]) == (1000, 1)
    page.keyboard.press("End")
    assert values(page)["angle"] == 45
    assert page.get_by_label("Turned by").get_attribute("aria-valuetext") == "45°"
    page.get_by_label("Condition number").focus()
    page.keyboard.press("Home")
    assert values(page)["condition"] == 1


def test_buttons_set_one_for_all_and_the_best_of_each(page):
    for condition, angle, start in [(20, 0, (-2.4, 1.2)), (100, 45, (-2.4, 0.8)), (1000, 20, (1, 1)), (1, 0, (2, -1))]:
        change(page, condition=condition, angle=angle, start=list(start))
        page.get_by_role("button", name="Each at its best").click()
        assert values(page)["rates"] == [*best_rates(condition, angle, start, 150)], (condition, angle)
        page.get_by_role("button", name="One step size for all").click()
        assert values(page)["rates"] == [COMMON] * 5
    page.get_by_role("button", name="Reset").click()
    assert values(page) == START


def test_lines_and_dots_are_where_the_numbers_are(page):
    change(page, condition=30, angle=20, rates=[0.05, 0.01, 1, 0.1, 0.2])
    now = simulate(**{name: values(page)[name] for name in SETTING})
    left, top, width, height = frame(page, 0)
    for i, name in enumerate(NAMES):
        kind = name.lower()
        corners = drawn(page, 0, kind)
        assert len(corners) == 151
        for (px, py), (x, y) in zip(corners, now["paths"][i]):
            assert px == pytest.approx(left + (x + 3) / 6 * width, abs=0.06)
            assert py == pytest.approx(top + (1.8 - y) / 3.6 * height, abs=0.06)
    left, top, width, height = frame(page, 1)
    for i, name in enumerate(NAMES):
        for step, (px, py) in enumerate(drawn(page, 1, name.lower())):
            assert px == pytest.approx(left + step / 150 * width, abs=0.06)
            assert py == pytest.approx(top + (4 - math.log10(now["losses"][i][step])) / 10.5 * height, abs=0.06)
        dot = page.locator("svg").nth(1).locator(f".head.{name.lower()}").get_attribute("d")
        arrival = now["arrivals"][i]
        assert bool(dot) == (arrival is not None)
        if dot:
            assert float(re.match(r"M([\d.]+)", dot)[1]) == pytest.approx(left + arrival / 150 * width, abs=0.06)


def test_the_rings_are_level_lines_of_the_bowl(page):
    points = """() => [...document.querySelectorAll('.ring')].map((ring) => {
      const matrix = ring.transform.baseVal.consolidate().matrix, length = ring.getTotalLength();
      return [0, 0.1, 0.3, 0.55, 0.8].map((part) => {
        const point = ring.getPointAtLength(part * length).matrixTransform(matrix);
        return [point.x, point.y];
      });
    })"""
    for condition, angle in ((1, 0), (20, 0), (5, 30), (7, 45)):
        change(page, condition=condition, angle=angle)
        (left, top, width, height), (a, b, c) = frame(page, 0), bowl(condition, angle)
        for k, ring in enumerate(page.evaluate(points)):
            for px, py in ring:
                x, y = (px - left) / width * 6 - 3, 1.8 - (py - top) / height * 3.6
                level = condition * (0.2 * (9 - k)) ** 2  # the ring crosses the steep axis there
                assert a * x * x + 2 * b * x * y + c * y * y == pytest.approx(level, rel=0.03), (condition, angle, k)


def test_the_race_is_run_step_by_step_and_ends_as_it_was(page):
    whole = drawn(page, 0, "adam")
    page.evaluate("""() => {  // a clock of our own
      window.frames_ = [];
      window.requestAnimationFrame = (callback) => frames_.push(callback);
      window.cancelAnimationFrame = () => { frames_.length = 0; };
      window.at = (time) => frames_.splice(0).forEach((callback) => callback(time));
      window.begun = performance.now();
      performance.now = () => begun;
    }""")
    page.get_by_role("button", name="Run the race").click()
    assert len(drawn(page, 0, "adam")) == 1
    page.evaluate("at(begun + 10 * 20 + 1)")
    assert drawn(page, 0, "adam") == whole[:11] and len(drawn(page, 1, "sgd")) == 11
    assert page.locator("svg").nth(1).locator(".head.rmsprop").get_attribute("d") == ""  # not there yet
    page.evaluate("at(begun + 40 * 20 + 1)")
    assert page.locator("svg").nth(1).locator(".head.rmsprop").get_attribute("d") != ""
    page.evaluate("at(begun + 1e6)")
    assert drawn(page, 0, "adam") == whole and page.evaluate("frames_.length") == 0
    page.get_by_role("button", name="Run the race").click()
    page.evaluate("at(begun + 100)")
    change(page, angle=10)  # a change ends it
    assert page.evaluate("frames_.length") == 0 and len(drawn(page, 0, "adam")) == 151
    page.get_by_role("button", name="Run the race").click()
    page.evaluate("clean()")
    assert page.evaluate("frames_.length") == 0


def test_arrow_keys_move_the_start(page):
    handle = page.get_by_role("slider", name="Start point")
    handle.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowDown")
    assert values(page)["start"] == [-2.3, 0.7]
    assert handle.get_attribute("aria-valuetext") == "w1 −2.3, w2 0.7"
    for _ in range(8):
        page.keyboard.press("Shift+ArrowUp")
    assert values(page)["start"] == [-2.3, 1.8]  # it stays in the picture
    settle(page)
    assert page.evaluate("model.saves") == 1


def test_dragging_moves_the_start(page):
    before, (x, y) = drawn(page, 0, "sgd"), centre(page, ".handle[role=slider]")
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(*centre(page, ".minimum"), steps=4)
    page.mouse.up()
    assert drawn(page, 0, "sgd") != before
    assert values(page)["start"] == pytest.approx([0, 0], abs=0.03)
    assert "Steps to a loss below 0.001: " in settle(page)


def test_a_finger_drags_the_start_and_the_page_stays(browser, site):
    with page_of(browser, site, START, has_touch=True) as page:
        page.set_viewport_size(PHONE)
        x, y = centre(page, ".handle[role=slider]")
        before = page.evaluate("scrollY")
        touch(page, [(x, y), (x + 20, y + 20), (x + 60, y + 40)])
        start = values(page)["start"]
        assert start[0] > -2 and start[1] < 0.9
        assert page.evaluate("scrollY") == before


def test_every_optimizer_looks_different_without_colour(page):
    strokes = [
        page.locator("svg")
        .nth(1)
        .locator(f"g .path.{name.lower()}")
        .evaluate("e => getComputedStyle(e).strokeDasharray")
        for name in NAMES
    ]
    assert len(set(strokes)) == 5
    keys = [text for text in page.locator("svg").nth(1).locator("text.small").all_text_contents() if text in NAMES]
    assert keys == [*NAMES]


# ---- the Python side


@pytest.mark.parametrize(
    "setting",
    [
        {"rates": (0.05, 0.05, 0.0, 0.05, 0.05)},
        {"rates": (0.05, 0.05, 0.05, 0.05, 11.0)},
        {"rates": (float("nan"), 0.05, 0.05, 0.05, 0.05)},
        {"condition": 0.9},
        {"condition": 1001.0},
        {"condition": float("nan")},
        {"angle": -1.0},
        {"angle": 46.0},
        {"start": (3.1, 0.0)},
        {"start": (0.0, float("nan"))},
        {"steps": 9},
        {"steps": 501},
    ],
    ids=str,
)
def test_a_wrong_setting_is_named(setting):
    ((name, value),) = setting.items()
    with pytest.raises(traitlets.TraitError, match=re.escape(f"{name}={value}: take ")):
        RaceFigure(**setting)


@pytest.mark.parametrize("setting", [{"rates": (0.1,) * 4}, {"condition": "narrow"}, {"start": (1.0,)}, {"steps": 2.5}])
def test_a_wrong_type_is_named(setting):
    with pytest.raises(traitlets.TraitError, match=next(iter(setting))):
        RaceFigure(**setting)


def test_picture_and_text_follow_the_setting():
    figure = RaceFigure()
    assert figure.alt == describe(**SETTING)
    sgd, adagrad = (simulate(**SETTING)["arrivals"][i] for i in (0, 2))
    assert adagrad is None and f"SGD with 0.05: {sgd} steps" in figure.alt
    assert "Adagrad with 0.05: not in 150 steps" in figure.alt and "RMSprop, 0.05: 29 steps" in figure.picture
    for name, value in (("rates", best_rates(**BOWL)), ("condition", 100.0), ("angle", 30.0), ("start", (1.0, -1.0))):
        picture, alt = figure.picture, figure.alt
        figure.set_trait(name, value)
        assert figure.picture != picture and figure.alt != alt
    assert "turned by 30 degrees, from (1, -1)" in figure.alt
    figure.rates = (1.0,) * 5
    assert "SGD with 1: diverges" in figure.alt
    with pytest.raises(traitlets.TraitError, match="read-only"):
        figure.steps = 20


def test_plain_text_is_one_short_line():
    assert repr(RaceFigure()) == "RaceFigure(rates=(0.05, 0.05, 0.05, 0.05, 0.05), condition=20, angle=0)"
    assert len(repr(RaceFigure(rates=(0.000112,) * 5, condition=1000, angle=44.5))) < 100
