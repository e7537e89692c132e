"""The live figure of the schedules: its numbers against Python, moved in a browser, and its settings checked."""

import itertools
import math
import re

import pytest
import torch
import traitlets
from figure_page import page_of, settle, site_of, values, values_of

from course_lib import schedules, surfaces
from course_lib.figures.schedule import LABELS, PEAKS, ScheduleFigure, best_peak, factor_of, floor_of, simulate

START = values_of(ScheduleFigure())
SETTING = ScheduleFigure().setting()
WORDS = "() => document.querySelector('svg desc').textContent"  # the sentence, before it is read aloud
SET = "changes => Object.entries(changes).forEach(([name, value]) => model.set(name, value))"
OVERLAPS = """() => [...document.querySelectorAll('svg')].flatMap((svg) => {
  const shown = [...svg.querySelectorAll('text')].filter((node) => node.getBBox().width);
  const boxes = shown.map((node) => node.getBoundingClientRect());
  const over = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
  return shown.flatMap((node, i) => shown.slice(i + 1).filter((_, j) => over(boxes[i], boxes[i + 1 + j]))
    .map((other) => `${node.textContent} | ${other.textContent}`));
})"""


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with site_of(ScheduleFigure(), tmp_path_factory.mktemp("site")) as address:
        yield address


@pytest.fixture
def page(browser, site):
    with page_of(browser, site, START) as page:
        yield page


def press(page, name):
    page.get_by_role("button", name=name, exact=True).click()


def end(**changes):
    """The loss at the end of the first setting with some changes."""
    return simulate(**SETTING | changes)["losses"][-1].item()


def board(page):
    """The rows of the last panel: each schedule's name and what stands beside it."""
    texts = page.locator("svg").nth(2).locator("text:not(.heading):not(.tick):not(.middle)").all_text_contents()
    texts = [text for text in texts if text]
    return dict(zip(texts[::2], texts[1::2], strict=True))


# ---- the numbers

WARMS, HORIZONS, SOME = (0.0, 0.05, 0.33, 0.5), (200, 650, 1000, 2000), (0.005, 0.0912, 0.7, 1.9, 2.0)
CASES = [
    {"schedule": name, "warm": warm, "horizon": HORIZONS[(i + k) % 4], "peak": SOME[(2 * i + k) % 5]}
    for (i, name), warm, k in itertools.product(enumerate(LABELS), WARMS, range(2))
]


def test_javascript_and_python_agree(page):
    answers = page.evaluate("cases => cases.map((setting) => simulate(setting))", [START | case for case in CASES])
    for case, theirs in zip(CASES, answers, strict=True):
        ours = simulate(**case)
        assert theirs["floor"] == (pytest.approx(ours["floor"], rel=1e-12) if case["peak"] < 2 else None)
        for name, length in (("rates", 1000), ("losses", 1001), ("noiseless", 1001)):
            answer = torch.tensor(theirs[name], dtype=torch.float64)
            assert answer.shape == ours[name].shape == (length,)
            torch.testing.assert_close(answer, ours[name], rtol=1e-9, atol=1e-12, msg=f"{case} {name}")


def test_the_rates_are_those_of_the_library():
    """Each kind by hand: a plan to step 800 with a warm-up of a quarter."""
    expected = {
        "constant": schedules.warmup(200),
        "step_decay": schedules.warmup(200, schedules.step_decay(200)),
        "cosine": schedules.warmup(200, schedules.cosine(600)),
        "linear": schedules.warmup(200, schedules.linear(600)),
        "one_cycle": schedules.one_cycle(800, 0.25),
        "wsd": schedules.wsd(800, 200, 160),
        "triangular": schedules.triangular(200),
    }
    for name in LABELS:
        ours = [factor_of(name, 0.25, 800)(t) for t in range(1000)]
        assert ours == schedules.rates(expected[name], 1.0, 1000), name
        assert max(ours) == pytest.approx(1)


def test_the_losses_are_those_of_a_simulation():
    generator, setting = torch.Generator().manual_seed(0), SETTING | {"schedule": "triangular", "peak": 0.3}
    now, curvatures = simulate(**setting), torch.tensor([1.0, 0.1, 0.01], dtype=torch.float64)
    w = torch.full((3000, 3), 3.0, dtype=torch.float64)
    for lr in now["rates"]:
        w = w - lr * (curvatures * w + torch.randn(w.shape, generator=generator, dtype=torch.float64))
    losses = surfaces.quadratic(w, curvatures)
    assert abs(losses.mean() - now["losses"][-1]) < 4 * losses.std() / math.sqrt(len(losses))


def test_a_constant_rate_tends_to_its_floor():
    for peak in (0.1, 0.9, 1.9):
        last = surfaces.expected_loss([peak] * 20000, (1.0, 0.1, 0.01), [3.0] * 3, 1.0)[-1].item()
        assert last == pytest.approx(floor_of(peak), rel=1e-6)
    assert floor_of(2.0) == math.inf


def test_every_schedule_has_a_best_peak_within_the_sliders_range():
    """So that a reader who looks for it finds it; and the schedules that end at 0 beat the constant rate."""
    found = {name: best_peak(name, 0.05, 1000) for name in LABELS}
    assert all(PEAKS[10] < peak < PEAKS[-10] for peak, _ in found.values())
    for name, (peak, loss) in found.items():
        place = PEAKS.index(peak)
        near = [end(schedule=name, peak=PEAKS[i]) for i in (place - 1, place, place + 1)]
        assert min(near) == near[1] == pytest.approx(loss, rel=1e-12)
    assert max(found[name][1] for name in ("cosine", "linear", "one_cycle", "wsd")) < 0.9 * found["constant"][1]
    assert min(found, key=lambda name: found[name][1]) == "linear"


# ---- the figure in a browser


def test_sentence_tells_the_same_as_python(page):
    for change, label in (
        ({"schedule": "linear", "peak": 0.0912}, "Linear"),
        ({"schedule": "constant", "peak": 0.05, "warm": 0}, "Constant rate"),
        ({"schedule": "wsd", "peak": 0.5, "horizon": 800}, "Warmup-stable-decay"),
    ):
        page.evaluate(SET, START | change)
        now = simulate(**SETTING | change)
        words = settle(page)
        assert words.startswith(
            f"{label}, peak {change['peak']:g}: expected loss {now['losses'][-1]:.4f} at the end "
            f"({now['noiseless'][-1]:.4f} without noise). A constant rate of {change['peak']:g} would settle at "
            f"{now['floor']:.4f}."
        )
    assert page.text_content("svg:first-of-type desc") == words
    page.evaluate(SET, {"schedule": "constant", "peak": 2.0, "warm": 0.0})
    words = settle(page)
    assert "A constant rate of 2 would never settle." in words
    assert end(schedule="constant", peak=2.0, warm=0.0) == pytest.approx(2010, abs=5)
    assert "expected loss 2010 at the end (4.5 without noise)" in words


def test_sentences_are_short_enough_for_six_lines_on_a_phone(browser, site):
    lines = """() => {
      const status = document.querySelector("[role=status]"), range = document.createRange();
      range.selectNodeContents(status);
      return range.getBoundingClientRect().height / parseFloat(getComputedStyle(status).lineHeight);
    }"""
    with page_of(browser, site, START) as page:
        page.set_viewport_size({"width": 358, "height": 800})  # a column of 326 px
        page.evaluate("document.body.style.fontFamily = 'DejaVu Sans, Verdana, sans-serif'")  # wide letters
        longest = ""
        for name, peak, warm in itertools.product(["wsd", *LABELS], (0.0912, 0.00575, 1.91, 2.0), (0.05, 0.5)):
            page.evaluate(SET, {"schedule": name, "peak": peak, "warm": warm})
            longest = max(longest, page.evaluate(WORDS), key=len)
        assert len(longest) <= 200
        page.evaluate("words => (document.querySelector('[role=status]').textContent = words)", longest)
        assert page.locator("[role=status]").bounding_box()["width"] <= 326
        assert page.evaluate(lines) <= 6.01


def frame_of(page, panel):
    frame = page.locator("svg").nth(panel).locator(".frame")
    return [float(frame.get_attribute(part)) for part in ("x", "y", "width", "height")]


def corners(page, kind):
    return [(float(x), float(y)) for x, y in re.findall(r"(-?[\d.]+) (-?[\d.]+)", page.get_attribute(kind, "d"))]


@pytest.mark.parametrize("name", LABELS)
def test_the_curves_pass_where_python_says(page, name):
    setting = SETTING | {"schedule": name, "peak": 0.2, "warm": 0.1, "horizon": 700}
    page.evaluate(SET, setting)
    now = simulate(**setting)
    left, top, width, height = frame_of(page, 0)
    points = corners(page, ".rate")
    assert len(points) == 1000
    for t in range(0, 1000, 37):
        y = top + height * (1 - now["rates"][t].item() / 0.22)
        assert points[t] == pytest.approx((left + width * t / 1000, y), abs=0.1)
    left, top, width, height = frame_of(page, 1)
    for kind, losses in ((".noisy", now["losses"]), (".without", now["noiseless"])):
        points = corners(page, f"path{kind}:not([d*='h20'])")
        assert len(points) == 1001
        for t in range(0, 1001, 40):
            y = top + height * (1 - math.log10(losses[t])) / 3
            assert points[t] == pytest.approx((left + width * t / 1000, y), abs=0.1)
    floor = corners(page, "path.floor:not([d*='h20'])")
    assert floor[0][1] == pytest.approx(top + height * (1 - math.log10(now["floor"])) / 3, abs=0.1)
    page.evaluate("model.set('peak', 2)")
    assert page.get_attribute("path.floor:not([d*='h20'])", "d") == ""  # there is none


def test_a_button_chooses_its_schedule_and_stays_pressed(page):
    group = page.get_by_role("group", name="Schedule")
    assert group.get_by_role("button").all_text_contents() == [short for short, _ in LABELS.values()]
    for name, (short, _) in LABELS.items():
        press(page, short)
        assert values(page)["schedule"] == name
        assert group.locator("[aria-pressed=true]").all_text_contents() == [short]


def test_the_button_finds_the_best_peak_of_each_schedule(page):
    for name, (short, _) in LABELS.items():
        press(page, short)
        press(page, "Best peak for this schedule")
        assert values(page)["peak"] == best_peak(name, 0.05, 1000)[0], name
    page.evaluate(SET, {"schedule": "wsd", "warm": 0.3, "horizon": 1500})
    press(page, "Best peak for this schedule")
    assert values(page)["peak"] == best_peak("wsd", 0.3, 1500)[0]


def test_the_lowest_loss_of_each_schedule_is_kept_and_the_best_is_marked(page):
    first = end()
    assert board(page) == {short: "not tried yet" for short, _ in LABELS.values()} | {"cosine": f"★ {first:.4f}"}
    page.evaluate("model.set('peak', 0.0912)")
    page.evaluate("model.set('peak', 0.5)")  # worse: what was better stays
    best = end(peak=0.0912)
    assert board(page)["cosine"] == f"{best:.4f} ★"
    assert f"Best so far: {best:.4f}, cosine, peak 0.0912." in settle(page)
    page.evaluate("model.set('schedule', 'constant')")
    assert board(page)["constant"] == f"{end(schedule='constant', peak=0.5):.4f} →"  # beyond the axis
    left, top, width, height = frame_of(page, 1)
    wedge = corners(page, ".best")[0]
    assert wedge == pytest.approx((left + width + 1, top + height * (1 - math.log10(best)) / 3), abs=0.1)
    page.evaluate(SET, {"schedule": "linear", "peak": 0.0912})
    lowest = end(schedule="linear", peak=0.0912)
    assert lowest < best and f"Best so far: {lowest:.4f}, linear, peak 0.0912." in settle(page)
    rows = board(page)
    assert rows["linear"] == f"{lowest:.4f} ★" and rows["cosine"] == f"{best:.4f}"
    assert page.locator(".dot.lowest").count() == 1
    left, _, width, _ = frame_of(page, 2)
    assert corners(page, ".dot.lowest")[0][0] == pytest.approx(left + width * (lowest - 0.012) / 0.058, abs=0.1)


@pytest.mark.parametrize("changes", [{}, {"peak": 0.0912}, {"schedule": "linear", "peak": PEAKS[0], "horizon": 1500}])
def test_reset_ends_the_game_and_is_no_try(page, changes):
    words, rows = settle(page), board(page)
    for setting in ({"schedule": "linear", "peak": 0.0912}, START, changes):
        page.evaluate(SET, setting)
    press(page, "Reset")
    assert values(page) == START
    assert (settle(page), board(page)) == (words, rows)
    page.evaluate("model.set('peak', 0.1)")
    assert board(page)["cosine"] == f"{end(peak=0.1):.4f} ★"  # and the next game is counted again


def test_sliders_say_what_they_set(page):
    peak, warm, horizon = page.locator("input[type=range]").all()
    peak.focus()
    page.keyboard.press("Home")
    assert values(page)["peak"] == PEAKS[0] and peak.get_attribute("aria-valuetext") == "0.00501"
    page.keyboard.press("End")
    assert values(page)["peak"] == 2 and peak.get_attribute("aria-valuetext") == "2"
    page.evaluate("model.set('peak', 0.09)")  # between two places of the slider
    assert int(peak.input_value()) == PEAKS.index(0.0912)
    warm.focus()
    page.keyboard.press("ArrowRight")
    assert values(page)["warm"] == 0.06 and warm.get_attribute("aria-valuetext") == "6 %: 60 steps"
    horizon.focus()
    page.keyboard.press("End")
    assert values(page)["horizon"] == 2000
    assert horizon.get_attribute("aria-valuetext") == "step 2000, after the run"
    page.evaluate("model.set('schedule', 'triangular'), model.set('warm', 0)")
    assert warm.get_attribute("aria-valuetext") == "0 %: sides of 10 steps"


def test_the_first_task_can_be_done_and_is_not_done_at_the_start(page):
    assert "the peak with which the cosine ends lowest" in page.inner_text(".column:first-child .hint")
    assert START["schedule"] == "cosine" and end() > 1.4 * best_peak("cosine", START["warm"], START["horizon"])[1]
    shallow = best_peak("linear", 0.05, 1000)[1]
    assert min(best_peak("linear", 0.05, horizon)[1] for horizon in (500, 2000)) > 1.1 * shallow  # a wrong plan costs


@pytest.mark.parametrize("width", [360, 600, 700], ids="{} px".format)
def test_no_word_lies_on_another(browser, site, width):
    with page_of(browser, site, START) as page:
        page.set_viewport_size({"width": width, "height": 900})
        page.evaluate("document.body.style.fontFamily = 'DejaVu Sans, Verdana, sans-serif'")  # wide letters
        for peak, horizon, name in itertools.product((2.0, 0.302, 0.00575, 0.0912), (250, 700, 950, 2000), LABELS):
            page.evaluate(SET, {"schedule": name, "peak": peak, "horizon": horizon})
            assert page.evaluate(OVERLAPS) == [], (name, peak, horizon)


# ---- the Python side


@pytest.mark.parametrize(
    "setting",
    [
        {"schedule": "step"},
        {"schedule": "Cosine"},
        {"peak": 0.0},
        {"peak": -0.1},
        {"peak": 2.1},
        {"peak": float("nan")},
        {"warm": -0.01},
        {"warm": 0.51},
        {"warm": float("nan")},
        {"horizon": 199},
        {"horizon": 2001},
    ],
    ids=str,
)
def test_a_wrong_setting_is_named(setting):
    ((name, value),) = setting.items()
    with pytest.raises(traitlets.TraitError, match=re.escape(f"{name}={value!r}: take ")):
        ScheduleFigure(**setting)
    figure = ScheduleFigure()
    with pytest.raises(traitlets.TraitError, match=re.escape(f"{name}={value!r}: take ")):
        figure.set_trait(name, value)
    assert figure.setting() == SETTING


@pytest.mark.parametrize("setting", [{"schedule": 3}, {"peak": "high"}, {"warm": None}, {"horizon": 800.5}], ids=str)
def test_a_wrong_type_is_named(setting):
    with pytest.raises(traitlets.TraitError, match=next(iter(setting))):
        ScheduleFigure(**setting)


def test_picture_and_text_follow_the_setting():
    figure = ScheduleFigure()
    now = simulate(**SETTING)
    assert "schedule cosine: peak 0.302, a warm-up of 50 steps, planned end at step 1000." in figure.alt
    assert f"goes from 5 to {now['losses'][-1]:.3g} in 1000 steps, {now['noiseless'][-1]:.2g} of it" in figure.alt
    assert f"would end at its noise floor, {now['floor']:.3g}." in figure.alt
    assert f"expected loss, at the end {now['losses'][-1]:.3g}" in figure.picture
    assert f"floor of a constant rate, {now['floor']:.3g}" in figure.picture
    for change in ({"schedule": "triangular"}, {"peak": 2.0}, {"warm": 0.25}, {"horizon": 800}):
        picture, alt = figure.picture, figure.alt
        figure.set_trait(*next(iter(change.items())))
        assert figure.picture != picture and figure.alt != alt
    assert "sides of 200 steps, planned end at step 800" in figure.alt
    assert "A constant rate of 2 would never settle." in figure.alt and "floor" not in figure.picture
    assert repr(figure) == "ScheduleFigure('triangular', peak=2, warm=0.25, horizon=800)"


def test_the_longest_text_is_one_short_line():
    assert len(repr(ScheduleFigure("triangular", 0.00575, 0.495, 1950))) < 100
