"""The live figure of one neuron: its numbers against Python, moved in a browser, and its settings checked."""

import itertools
import re

import pytest
import torch
import traitlets
from browser import PHONE
from figure_page import centre, page_of, settle, site_of, touch, values, values_of
from torch.nn import functional as F

from course_lib.figures.neuron import MOST, NeuronFigure, simulate, tumours

START = values_of(NeuronFigure())
SETTING = {name: START[name] for name in ("w", "b", "points", "labels", "lr")}
TOY = {"points": [(-1.0, 0.5), (1.0, 0.5), (0.0, -1.0)], "labels": [0, 1, 1]}
WORDS = "[...document.querySelectorAll('svg')[1].querySelectorAll('text')].map(text => text.textContent)"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with site_of(NeuronFigure(), tmp_path_factory.mktemp("site")) as address:
        yield address


@pytest.fixture
def page(browser, site):
    with page_of(browser, site, START) as page:
        yield page


# ---- the numbers


def test_javascript_and_python_agree(page):
    weights, biases, lrs = [[0.0, 0.0], [1.0, 0.0], [-5.0, 5.0], [3.2, -1.15]], [-5.0, 0.0, 0.35], [0.01, 1.0, 10.0]
    cases = [SETTING | {"w": w, "b": b, "lr": lr, "steps": 50} for w, b, lr in itertools.product(weights, biases, lrs)]
    for case, theirs in zip(cases, page.evaluate("cases => cases.map((case_) => simulate(case_))", cases), strict=True):
        path, losses, right = simulate(**case)
        assert (torch.tensor(theirs["path"], dtype=torch.float64) - path).abs().max() < 1e-9, case
        assert (torch.tensor(theirs["losses"], dtype=torch.float64) - losses).abs().max() < 1e-9, case
        assert theirs["right"] == right.tolist(), case
        assert path.shape == (51, 3) and losses.isfinite().all()


def test_simulate_is_what_torch_does():
    neuron = torch.nn.Linear(2, 1, dtype=torch.float64)
    points, labels = tumours()
    with torch.no_grad():
        neuron.weight.copy_(torch.tensor([START["w"]]))
        neuron.bias.fill_(START["b"])
    optimizer = torch.optim.SGD(neuron.parameters(), lr=1.0)
    path, losses, right = simulate(**SETTING, steps=20)
    for step in range(21):
        logits = neuron(points).squeeze(1)
        loss = F.binary_cross_entropy_with_logits(logits, labels.double())
        assert abs(loss.item() - losses[step].item()) < 1e-12
        assert right[step] == ((logits > 0) == (labels == 1)).sum()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


def test_the_tumours_are_standardized_and_the_search_pays():
    points, labels = tumours()
    assert points.shape == (40, 2) and set(labels.tolist()) == {0, 1}
    assert points.mean(0).abs().max() < 1e-3 and (points.std(0) - 1).abs().max() < 1e-3
    _, losses, right = simulate([1.0, 0.0], 0.0, points, labels, 1.0, steps=200)
    assert (losses.diff() < 0).all() and right[-1] > right[0]  # from x₁ alone on
    path, _, _ = simulate(**SETTING, steps=5000)
    assert path.abs().max() < MOST  # the best setting lies within the sliders


# ---- the figure in a browser


def test_panel_and_sentence_tell_the_same_as_python(page):
    _, losses, right = simulate(**SETTING, steps=1)
    words = settle(page)
    assert words.startswith(f"{right[0]} of 40 right, mean loss {losses[0]:.3g}.")
    assert words.endswith(f"brings it to {losses[1]:.3g}.")
    assert page.text_content(".halo.end") == f"{right[0]} of 40 right, mean loss {losses[0]:.3g}"
    assert page.get_attribute(".cross:not(.key)", "d").count("M") == 40 - right[0]
    page.evaluate("model.set('w', [0, 0])")
    assert "no line" in settle(page)
    assert page.get_attribute(".stage .edge", "d") == ""


def test_the_drawing_works_out_the_ringed_point(page):
    page.evaluate("model.set('w', [2, -1.5]), model.set('b', 0.25), model.set('chosen', 7)")
    (x1, x2), label = START["points"][7], START["labels"][7]
    z = 2 * x1 - 1.5 * x2 + 0.25
    words, output = " ".join(page.evaluate(WORDS)).replace("−", "-"), torch.tensor(z).sigmoid()
    says, true = START["classes"][int(z > 0)], START["classes"][label]
    for part in (
        f"{x1:.2f}",
        f"{x2:.2f}",
        "w₁ = 2.00",
        "w₂ = -1.50",
        "b = 0.25",
        f"z = {z:.2f}",
        f"{output:.3f}",
        f"it says {says}. True: {true}, so {'right' if says == true else 'wrong'}.",
    ):
        assert part in words
    kinds = [edge.get_attribute("class") for edge in page.locator(".synapse").all()]
    assert kinds == ["synapse one", "synapse zero", "synapse one"]  # by the sign of the weight
    widths = [float(edge.get_attribute("stroke-width")) for edge in page.locator(".synapse").all()]
    assert widths[0] > widths[1] > widths[2]


@pytest.mark.parametrize("width", [360, 600, 700], ids="{} px".format)
def test_no_word_lies_on_another_or_on_the_key(browser, site, width):
    overlaps = """() => [...document.querySelectorAll('svg')].flatMap((svg) => {
      const shown = [...svg.querySelectorAll('text:not(.halo, .tick), :scope > .dot')]
        .filter((node) => node.getBBox().width);
      const boxes = shown.map((node) => node.getBoundingClientRect());
      const over = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
      return shown.flatMap((node, i) => shown.slice(i + 1).filter((_, j) => over(boxes[i], boxes[i + 1 + j]))
        .map((other) => `${node.textContent} | ${other.textContent || other.getAttribute("class")}`));
    })"""
    with page_of(browser, site, START) as page:
        page.set_viewport_size({"width": width, "height": 900})
        page.evaluate("document.body.style.fontFamily = 'DejaVu Sans, Verdana, sans-serif'")  # wide letters
        assert page.evaluate(overlaps) == []


def test_the_line_separates_where_z_is_zero(page):
    """On each side of the line the shading is that of the class which the neuron says there."""
    shaded = """places => {
      const frame = document.querySelector("svg .frame"), number = (name) => Number(frame.getAttribute(name));
      const sides = [...document.querySelectorAll(".side")];
      return places.map(([x, y]) => sides.findIndex((side) => side.isPointInFill(new DOMPoint(
        number("x") + (x + 3) / 6 * number("width"), number("y") + (3 - y) / 6 * number("height")))));
    }"""
    places = list(itertools.product(torch.arange(-2.9, 3, 0.5).tolist(), repeat=2))
    for w, b in (([1, -1], -0.5), ([0, 2], 1), ([-3, 0.1], 4), ([0, 0], 1), ([0, 0], -1), ([0.2, 0.1], 5)):
        page.evaluate("([w, b]) => { model.set('w', w); model.set('b', b); }", [w, b])
        for (x, y), found in zip(places, page.evaluate(shaded, places), strict=True):
            z = w[0] * x + w[1] * y + b
            assert abs(z) < 0.05 or found == int(z > 0), (w, b, x, y)


def test_the_first_task_can_be_done_and_is_not_done_at_the_start(page):
    (most,) = re.findall(r"First task: get (\d+) of 40 right", page.inner_text(".column:first-child .hint"))
    right = simulate(**SETTING | {"w": [0.0, 0.0], "b": 0.0}, steps=500)[2]
    assert int(most) == right.max() > simulate(**SETTING)[2][0] + 5
    end = simulate(**SETTING | {"w": [0.0, 0.0], "b": 0.0}, steps=int(right.argmax()))[0][-1]
    assert end.abs().max() <= MOST  # within the sliders


def test_buttons_take_the_steps_they_name(page):
    path, _, _ = simulate(**SETTING, steps=101)
    page.get_by_role("button", name="One step downhill").click()
    assert [*values(page)["w"], values(page)["b"]] == pytest.approx(path[1].tolist(), abs=1e-9)
    page.get_by_role("button", name="Hundred steps").click()
    assert [*values(page)["w"], values(page)["b"]] == pytest.approx(path[101].tolist(), abs=1e-9)
    page.get_by_role("button", name="x₁ alone").click()
    assert (values(page)["w"], values(page)["b"]) == ([1, 0], 0)
    page.evaluate("model.set('chosen', 3)")
    page.get_by_role("button", name="Reset").click()
    assert values(page) == START


def test_downhill_ends_at_the_sliders_end(browser, site):
    separable = START | {"points": [[-1, 0], [1, 0]], "labels": [0, 1], "chosen": 0, "lr": 10, "w": [1, 0], "b": 0}
    with page_of(browser, site, separable) as page:
        page.get_by_role("button", name="Hundred steps").click()
        assert simulate([1.0, 0.0], 0.0, separable["points"], [0, 1], 10.0, 100)[0][-1][0] > MOST
        assert values(page)["w"] == [MOST, 0] and page.get_by_label("w₁").input_value() == "5"


def test_arrow_keys_choose_the_next_point(page):
    ring = page.get_by_role("slider", name="Chosen point")
    by = [sorted(range(40), key=lambda i: START["points"][i][k]) for k in (0, 1)]
    page.evaluate("chosen => model.set('chosen', chosen)", by[0][0])
    ring.focus()
    page.keyboard.press("ArrowLeft")
    assert values(page)["chosen"] == by[0][0]  # nothing is further left
    page.keyboard.press("ArrowRight")
    assert values(page)["chosen"] == by[0][1]
    page.keyboard.press("Shift+ArrowRight")
    assert values(page)["chosen"] == by[0][6]
    page.keyboard.press("ArrowUp")
    now = by[1][by[1].index(by[0][6]) + 1]
    assert values(page)["chosen"] == now
    x1, x2 = (f"{value:.2f}".replace("-", "−") for value in START["points"][now])
    assert ring.get_attribute("aria-valuetext") == f"{START['classes'][START['labels'][now]]}: x1 {x1}, x2 {x2}"
    assert ring.get_attribute("aria-valuenow") == str(now + 1)


def place(page, x, y):
    """A point of the plane, in pixels of the window."""
    frame = page.locator("svg .frame").bounding_box()
    return frame["x"] + (x + 3) / 6 * frame["width"], frame["y"] + (3 - y) / 6 * frame["height"]


def test_a_click_chooses_the_nearest_point(page):
    page.mouse.click(*place(page, START["points"][5][0] + 0.03, START["points"][5][1]))
    assert values(page)["chosen"] == 5
    page.keyboard.press("ArrowRight")  # the keys go on from there
    assert values(page)["chosen"] != 5
    assert values(page)["w"] == START["w"]


def test_dragging_the_tip_turns_the_line(page):
    page.mouse.move(*centre(page, ".handle[aria-hidden]"))
    page.mouse.down()
    page.mouse.move(*place(page, 1.5, 1.0), steps=4)
    page.mouse.up()
    assert values(page)["w"] == pytest.approx([3, 2], abs=0.06)  # the arrow is drawn at half its length
    assert values(page)["chosen"] == START["chosen"] and values(page)["b"] == START["b"]
    page.mouse.move(*centre(page, ".handle[aria-hidden]"))
    page.mouse.down()
    page.mouse.move(*place(page, 4, -4))
    page.mouse.up()
    assert values(page)["w"] == [5, -5]


def test_a_finger_turns_the_line_and_the_page_stays(browser, site):
    with page_of(browser, site, START, has_touch=True) as page:
        page.set_viewport_size(PHONE)
        touch(page, [centre(page, ".handle[aria-hidden]"), place(page, 0.5, 1), place(page, -1, 2)])
        assert values(page)["w"] == pytest.approx([-2, 4], abs=0.1)
        assert page.evaluate("scrollY") == 0


# ---- the Python side


@pytest.mark.parametrize(
    "setting",
    [
        {"w": (5.1, 0.0)},
        {"w": (0.0, float("nan"))},
        {"b": -5.5},
        {"b": float("nan")},
        {"chosen": -1},
        {"chosen": 40},
        {"lr": 0.0},
        {"lr": 11.0},
    ],
    ids=str,
)
def test_a_wrong_setting_is_named(setting):
    ((name, value),) = setting.items()
    with pytest.raises(traitlets.TraitError, match=re.escape(f"{name}={value}: take ")):
        NeuronFigure(**setting)


@pytest.mark.parametrize(
    "changes, words",
    [
        ({"points": TOY["points"][:1]}, "points: take from 2 to 200 of them, not 1"),
        ({"points": [(0.0, 0.0), (3.5, 0.0), (1.0, 1.0)]}, "points[1]=(3.5, 0.0): take standardized points"),
        ({"points": [(0.0, 0.0), (float("nan"), 0.0), (1.0, 1.0)]}, "points[1]=(nan, 0.0): take "),
        ({"labels": [0, 1]}, "labels: take one for each of the 3 points, not 2"),
        ({"labels": [0, 2, 1]}, "labels=[0, 1, 2]: take 0 and 1"),
        ({"labels": [1, 1, 1]}, "labels=[1]: take 0 and 1, and points of both classes"),
        ({"labels": None}, "points and labels belong together: take both"),
    ],
    ids=lambda given: str(given)[:40],
)
def test_wrong_points_are_named(changes, words):
    with pytest.raises(traitlets.TraitError, match=re.escape(words)):
        NeuronFigure(**TOY | changes)


def test_points_and_step_size_stay():
    figure = NeuronFigure(**TOY, lr=0.5, names=("height", "weight"), classes=("cat", "dog"))
    with pytest.raises(traitlets.TraitError, match="read-only"):
        figure.lr = 1.0
    with pytest.raises(traitlets.TraitError, match="chosen=3: take the index of a point, 0 to 2"):
        figure.chosen = 3
    assert "3 points of two classes, cat and dog, by height and weight" in figure.alt


def test_tensors_are_welcome():
    figure = NeuronFigure(points=torch.tensor(TOY["points"]), labels=torch.tensor(TOY["labels"]))
    assert figure.points == TOY["points"] and figure.labels == TOY["labels"]


def test_picture_and_text_follow_the_setting():
    figure = NeuronFigure()
    _, losses, right = simulate(**SETTING)
    assert f"puts {right[0]} of them on the right side, with a mean loss of {losses[0]:.3g}" in figure.alt
    picture = figure.picture
    figure.chosen = 9
    assert figure.picture != picture
    for w in ((0.0, 0.0), (5.0, -5.0)):  # no line; a steep one
        figure.w = w
        assert f"wrong side: {40 - simulate(**SETTING | {'w': w, 'b': -0.5})[2][0]} of 40" in figure.picture
    assert repr(figure) == "NeuronFigure(w=(5, -5), b=-0.5, chosen=9)"
