"""The live figures: their numbers against Python, in a browser under the book's policy, and as pictures."""
import importlib.util
import itertools
import json
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

import pytest
import torch
import traitlets
from browser import DESKTOP, PHONE, axe_problems, load_problems, new_page, width_problems
from matplotlib.path import Path as Outline
from screenshots import ROOT
from serve import serving

from course_lib import surfaces
from course_lib.widgets import momentum, momentum_picture
from course_lib.widgets.momentum import FAR, MomentumFigure, describe, simulate

WIDGETS = ROOT / "course_lib" / "widgets"
START = {"lr": 0.02, "beta": 0.0, "start": [-2.4, 0.8], "curvatures": [1.0, 25.0], "steps": 100}
# A model as anywidget gives it to `render`, which also counts what is saved for Python and who listens.
MODEL = """
"use strict";
window.mount = (values) => {
  const listeners = new Map(), heard = (name) => listeners.get(name) ?? new Set();
  const model = {
    values: { ...values }, saves: 0,
    get: (name) => model.values[name],
    set: (name, value) => {
      if (Object.is(model.values[name], value)) return;
      model.values[name] = value;
      for (const listener of heard(`change:${name}`)) listener();
    },
    on: (name, listener) => listeners.set(name, heard(name).add(listener)),
    off: (name, listener) => heard(name).delete(listener),
    save_changes: () => { model.saves += 1; },
    listening: () => [...listeners.values()].reduce((sum, set) => sum + set.size, 0),
  };
  const el = document.querySelector("main").appendChild(document.createElement("div"));
  window.model = model;
  window.clean = window.liveFigures.momentum.render({ model, el });
};
"""
# The names that the book's theme gives to its colours, which the figure must take up.
THEME = """
:root { --pst-color-text-base: rgb(34, 40, 50); --pst-color-background: rgb(255, 255, 255); }
@media (prefers-color-scheme: dark) {
  :root { color-scheme: dark; --pst-color-text-base: rgb(206, 214, 221); --pst-color-background: rgb(20, 24, 30); }
}
body { margin: 16px; font-family: sans-serif; background: var(--pst-color-background); }
"""
HEAD = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A live figure</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">
<link rel="stylesheet" href="theme.css"><link rel="stylesheet" href="momentum.css">"""


def live_figures():
    """The book's extension that turns the module into a classic script."""
    spec = importlib.util.spec_from_file_location("live_figures", ROOT / "book" / "_ext" / "live_figures.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Two pages, served under the book's policy: one for a model of ours, one with the book's own host."""
    folder = tmp_path_factory.mktemp("site")
    script = live_figures().classic_script((WIDGETS / "momentum.js").read_text(), "momentum", "test")
    (folder / "momentum.js").write_text(script)
    (folder / "momentum.css").write_text((WIDGETS / "momentum.css").read_text())
    (folder / "theme.css").write_text(THEME)
    (folder / "model.js").write_text(MODEL)
    (folder / "host.js").write_text((ROOT / "book" / "assets" / "live-figure.js").read_text())
    scripts = '<script src="momentum.js" defer></script><script src="{}" defer></script></head>'
    body = "<body><main><h1>Momentum</h1>{}</main></body></html>"
    (folder / "index.html").write_text(HEAD + scripts.format("model.js") + body.format(""))
    data = f'<script type="application/json">{json.dumps(START)}</script>'
    figure = f'<figure class="live-figure" data-module="momentum">{data}</figure>'
    (folder / "book.html").write_text(HEAD + scripts.format("host.js") + body.format(figure))
    with serving(folder) as address:
        yield address


@pytest.fixture
def page(browser, site):
    """The page with one figure at the lecture's first setting; every test must leave it without an error."""
    page, log = new_page(browser, site)
    page.goto(site)
    page.evaluate("values => mount(values)", START)
    yield page
    problems = load_problems(page, log)
    page.context.close()
    assert not problems, problems


def settle(page):
    """Wait for the sentence and for what is saved to Python: both come a quarter of a second after the last change."""
    page.wait_for_timeout(350)
    return page.inner_text("[role=status]")


def path_of(page):
    return page.get_attribute(".column:first-child .path", "d")


def values(page):
    return page.evaluate("model.values")


# ---- the numbers

LRS, BETAS = (0.001, 0.02, 0.0769, 0.079, 0.081, 0.111, 0.12, 0.158, 0.161, 0.2), (0.0, 0.3, 0.445, 0.9, 0.99, 0.999)
CASES = [START | {"lr": lr, "beta": beta, "start": list(start)}
         for lr, beta, start in itertools.product(LRS, BETAS, [(-2.4, 0.8), (3.0, -1.8), (1.0, 0.0)])]


def test_javascript_and_python_agree(page):
    answers = page.evaluate("cases => cases.map(liveFigures.momentum.simulate)", CASES)
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
    path, diverged_at = simulate(**START | {"lr": 0.2})
    assert len(path) == diverged_at + 1
    assert path[-1].abs().max() > FAR >= path[-2].abs().max()
    assert simulate(**START | {"lr": 0.2, "start": (1.0, 0.0)})[1] is None  # nothing moves in the steep direction


@pytest.mark.parametrize("curvatures", [(1.0, 25.0), (4.0, 4.0), (50.0, 1.0)])
def test_regions_are_where_the_rate_is(curvatures):
    lr, beta = torch.meshgrid(torch.linspace(0.003, 0.997, 41, dtype=torch.float64) * 5 / max(curvatures),
                              torch.linspace(0.001, 0.998, 41, dtype=torch.float64), indexing="ij")
    rate = torch.stack([surfaces.momentum_rate(lr, beta, curvature) for curvature in curvatures]).amax(0)
    settings = torch.stack([lr, beta], -1).reshape(-1, 2)
    for level in momentum_picture.RATES:
        corners = momentum_picture.region(level, curvatures)
        inside = torch.zeros(len(settings), dtype=torch.bool)
        if corners:
            inside = torch.from_numpy(Outline(corners).contains_points(settings))
        clear = (rate.flatten() - level).abs() > 1e-6
        assert torch.equal(inside[clear], (rate.flatten() < level)[clear])


def test_the_plane_in_the_page_is_shaded_by_the_rate(page):
    shades = """settings => {
      const frame = document.querySelectorAll("svg .frame")[2], number = (name) => Number(frame.getAttribute(name));
      return settings.map(([lr, beta]) => {
        const x = number("x") + lr / 0.2 * number("width"), y = number("y") + (1 - beta) * number("height");
        const point = new DOMPoint(x, y);
        return [...document.querySelectorAll("path.shade")].filter((shade) => shade.isPointInFill(point)).length;
      });
    }"""
    lrs, betas = torch.arange(0.0021, 0.2, 0.0077).tolist(), torch.arange(0.013, 1, 0.053).tolist()
    settings = list(itertools.product(lrs, betas))
    for (lr, beta), found in zip(settings, page.evaluate(shades, settings), strict=True):
        rate = max(surfaces.momentum_rate(lr, beta, curvature).item() for curvature in START["curvatures"])
        if min(abs(rate - level) for level in momentum_picture.RATES) > 3e-3:  # the outlines are rounded to 0.1 units
            assert found == sum(rate < level for level in momentum_picture.RATES), (lr, beta)


# ---- the figure in a browser


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_is_accessible_and_fits(page, scheme, size):
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size(size)
    settle(page)
    assert axe_problems(page) + width_problems(page) == []
    theme = "rgb(34, 40, 50)" if scheme == "light" else "rgb(206, 214, 221)"
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


def test_sentence_tells_where_the_path_ends_and_how_fast(page):
    path, _ = simulate(**START)
    words = settle(page)
    assert f"after 100 steps {path[-1].norm():.3g} from the minimum" in words
    assert "the shallow direction, the slower one, by 0.98, without oscillation" in words
    page.get_by_role("button", name="Momentum 0.99").click()
    assert "both directions by 0.995, oscillating" in settle(page)
    page.evaluate("model.set('lr', 0.2)")
    _, diverged_at = simulate(**START | {"lr": 0.2, "beta": 0.99})
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
    path, _ = simulate(**START | {"start": (-2.3, 0.3)})
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


def centre(page, selector):
    box = page.locator(selector).bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


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
    page, _ = new_page(browser, site, has_touch=True)
    page.set_viewport_size(PHONE)
    page.goto(site)
    page.evaluate("values => mount(values)", START)
    (x, y), finger = centre(page, ".handle[role=slider]"), page.context.new_cdp_session(page)
    for kind, dx, dy in [("touchStart", 0, 0), ("touchMove", 20, 20), ("touchMove", 60, 40), ("touchEnd", None, None)]:
        points = [] if dx is None else [{"x": x + dx, "y": y + dy}]
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    start = values(page)["start"]
    assert start[0] > -2 and start[1] < 0.5
    assert page.evaluate("scrollY") == 0
    page.context.close()


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


def test_two_figures_share_no_id(page):
    page.evaluate("values => mount(values)", START)
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map(element => element.id)")
    assert len(ids) == len(set(ids)) > 20
    assert axe_problems(page) == []


def test_runs_in_the_book(browser, site):
    page, log = new_page(browser, site)
    page.goto(f"{site}book.html")
    page.wait_for_selector(".live-figure.is-live")
    before = path_of(page)
    page.get_by_role("button", name="Momentum 0.99").click()
    assert path_of(page) != before
    assert load_problems(page, log) == []
    page.context.close()


def test_module_has_one_export_and_builds_no_markup_from_text():
    source = (WIDGETS / "momentum.js").read_text()
    assert re.findall(r"^(?:import|export)\b.*", source, re.M) == ["export default { render, simulate };"]
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|\beval\b|new Function|\bimport\(", source)
    assert re.findall(r"https?://[^\"]+", source) == ["http://www.w3.org/2000/svg"]


# ---- the Python side


@pytest.mark.parametrize("setting", [
    {"lr": 0.0}, {"lr": -0.1}, {"lr": 0.21}, {"lr": float("nan")}, {"beta": -0.1}, {"beta": 1.0},
    {"start": (3.1, 0.0)}, {"start": (0.0, float("nan"))}, {"curvatures": (0.0, 1.0)},
    {"curvatures": (1.0, float("inf"))}, {"steps": 9}, {"steps": 1001},
], ids=str)
def test_a_wrong_setting_is_named(setting):
    (name, value), = setting.items()
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


def test_picture_is_light_and_the_same_each_time():
    figure, again = MomentumFigure(lr=0.05, beta=0.8), MomentumFigure(lr=0.05, beta=0.8)
    assert figure.picture == again.picture
    assert len(figure.picture.encode()) < 40_000
    assert ElementTree.fromstring(figure.picture).tag == "{http://www.w3.org/2000/svg}svg"
    assert "<dc:date>" not in figure.picture
    assert not re.search(r"fill: #ffffff|fill: white", figure.picture.partition("axes_1")[0])  # the page shines through


def test_picture_and_text_follow_the_setting():
    figure = MomentumFigure()
    picture, alt = figure.picture, figure.alt
    path, _ = simulate(**START)
    assert "step size 0.02 and momentum 0 in a bowl" in alt and f"ends {path[-1].norm():.3g} from the minimum" in alt
    figure.lr, figure.beta = 0.2, 0.3
    assert figure.picture != picture
    assert f"diverges at step {simulate(**START | {'lr': 0.2, 'beta': 0.3})[1]}" in figure.alt
    assert figure.alt == describe(**START | {"lr": 0.2, "beta": 0.3})


def test_state_for_the_page_holds_all_it_needs():
    state = MomentumFigure(beta=0.5).get_state()
    traits = json.loads(json.dumps({name: state[name] for name in START}))
    assert traits == START | {"beta": 0.5}
    assert state["picture"].startswith("<?xml") and state["alt"]
    assert state["_esm"] == (WIDGETS / "momentum.js").read_text()
    assert state["_css"] == (WIDGETS / "momentum.css").read_text()


def test_plain_text_is_one_line():
    assert repr(MomentumFigure(lr=0.1, beta=0.9)) == "MomentumFigure(lr=0.1, beta=0.9, start=(-2.4, 0.8))"


WITHOUT = """
import sys
sys.modules["anywidget"] = None  # as if it were not installed
import traitlets
from IPython.core.formatters import DisplayFormatter
from course_lib.widgets.momentum import MomentumFigure, NEEDS
figure = MomentumFigure(beta=0.9)
shown, _ = DisplayFormatter().format(figure)
assert figure.picture in shown["text/html"] and NEEDS in shown["text/html"], shown
assert shown["text/plain"].splitlines() == [repr(figure), NEEDS]
assert not any("widget" in kind for kind in shown)
before = figure.picture
figure.beta = 0.5
assert figure.picture != before
try:
    figure.beta = 2.0
except traitlets.TraitError as error:
    print(error)
"""


def test_without_anywidget_the_picture_and_one_line_are_shown():
    done = subprocess.run([sys.executable, "-c", WITHOUT], capture_output=True, text=True, cwd=ROOT, timeout=120)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "beta=2.0: take a momentum from 0 to 0.999\n"
    assert momentum.anywidget is not None  # here the widget itself was tested
