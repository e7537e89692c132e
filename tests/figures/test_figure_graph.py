"""The live figure of backpropagation: its numbers against Python and torch, stepped in a browser, its settings checked."""

import itertools
import re

import pytest
import torch
import traitlets
from browser import PHONE
from figure_page import page_of, settle, site_of, values, values_of
from live import jump_problems

from course_lib.figures.graph import GraphFigure, short
from course_lib.figures.graph.network import ACTIVATIONS, BACKWARD, EDGES, FORWARD, LAST, NUDGE, WEIGHTS, simulate

START = values_of(GraphFigure())
SETTING = {name: START[name] for name in ("x", "w", "y", "activation")}
CASES = [
    {"x": x, "w": w, "y": y, "activation": activation}
    for x, w, y, activation in itertools.product(
        [[1.0, 0.5], [-3.0, 3.0], [0.0, 0.0]],
        [SETTING["w"], [3.0] * 6, [-3.0, 3.0, 0.1, -0.2, 0.0, 2.5]],
        [1.0, -2.5],
        ACTIVATIONS,
    )
]
# The words of a node's box, by its name: the name, its value and its slope follow each other in the drawing.
BOXES = """Object.fromEntries([...document.querySelectorAll(".name")].map((name) => {
  const value = name.nextSibling, slope = value.nextSibling;
  return [name.textContent, [value.textContent, slope.textContent]];
}))"""
NUMBERS = "[...document.querySelectorAll('.halo')].map(text => text.textContent)"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with site_of(GraphFigure(), tmp_path_factory.mktemp("site")) as address:
        yield address


@pytest.fixture
def page(browser, site):
    with page_of(browser, site, START) as page:
        yield page


def go(page, step):
    page.evaluate("step => model.set('step', step)", step)


def step_of(name):
    """The step that finds the slope of a node."""
    return len(FORWARD) + 1 + BACKWARD.index(name)


# ---- the numbers


def test_javascript_and_python_agree(page):
    cases = [case | {"constants": START["constants"]} for case in CASES]
    found = page.evaluate("cases => cases.map((case_) => simulate(case_))", cases)
    for case, theirs in zip(CASES, found, strict=True):
        values_, derivatives, slopes = simulate(**case)
        assert theirs["values"] == pytest.approx(values_, abs=1e-12)
        assert theirs["derivatives"] == pytest.approx(list(derivatives.values()), abs=1e-12)
        assert theirs["slopes"] == pytest.approx(slopes, rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_slopes_are_those_of_autograd(case):
    """Also inside the graph: torch keeps the slopes of what the forward pass computes where it is asked to."""
    x, w = (torch.tensor(case[name], dtype=torch.float64, requires_grad=True) for name in "xw")
    z = w[:4].view(2, 2) @ x
    a = getattr(torch, case["activation"])(z)
    out = w[4:] @ a
    for inner in (z, a, out):
        inner.retain_grad()
    loss = torch.nn.functional.mse_loss(out, torch.tensor(case["y"], dtype=torch.float64))
    loss.backward()
    values_, _, slopes = simulate(**case)
    both = {"x₁ x₂": x, " ".join(WEIGHTS): w, "z₁ z₂": z, "a₁ a₂": a}
    for names, tensor in both.items():
        assert [values_[name] for name in names.split()] == pytest.approx(tensor.tolist(), abs=1e-12)
        assert [slopes[name] for name in names.split()] == pytest.approx(tensor.grad.tolist(), abs=1e-11)
    assert (values_["ŷ"], slopes["ŷ"]) == pytest.approx((out.item(), out.grad.item()), abs=1e-11)
    assert (values_["ℓ"], slopes["ℓ"]) == pytest.approx((loss.item(), 1), abs=1e-9)


def test_no_slope_is_asked_for_too_early():
    assert {source for edge in EDGES for source in [edge["from"]]} | {"ℓ"} == set(BACKWARD)
    for edge in EDGES:
        assert BACKWARD.index(edge["from"]) > BACKWARD.index(edge["to"])
        assert edge["from"] not in FORWARD or FORWARD.index(edge["from"]) < FORWARD.index(edge["to"])


@pytest.mark.parametrize(
    "value, text",
    [
        (0.6, "0.6"),
        (-1.8966, "−1.897"),
        (0.0, "0"),
        (-0.0, "0"),
        (12.3456, "12.35"),
        (-123.456, "−123.5"),
        (2000.4, "2000"),
    ]
    + [(0.0004, "4e−4"), (-3.2e-15, "−3e−15"), (0.0006, "0.001")],
)
def test_numbers_fit_into_a_box(page, value, text):
    assert short(value) == text and len(text) <= 6
    page.evaluate("value => { model.set('step', 1); model.set('x', [value, 0]); }", value)
    assert page.evaluate(BOXES)["x₁"][0] == text


# ---- the figure in a browser


def test_each_step_finds_one_number_more(page):
    figure_values, derivatives, slopes = simulate(**SETTING)
    for step in range(LAST + 1):
        boxes = page.evaluate(BOXES)
        for name in FORWARD:
            assert boxes[name][0] == (short(figure_values[name]) if FORWARD.index(name) < step else ""), (step, name)
        for name in BACKWARD:
            assert boxes[name][1] == (short(slopes[name]) if step_of(name) <= step else ""), (step, name)
        shown = page.evaluate(NUMBERS)
        for (source, _), local, text in zip(derivatives, derivatives.values(), shown, strict=True):
            assert text == (f"×{short(local)}" if step_of(source) <= step else ""), (step, source)
        page.get_by_role("button", name="Step").click()
    assert values(page)["step"] == LAST  # there is nothing beyond
    assert page.evaluate(BOXES)["y"] == ["1", "target"]


def test_the_words_of_every_step_name_the_numbers(page):
    figure_values, derivatives, slopes = simulate(**SETTING)
    for step in range(1, LAST):
        go(page, step)
        words = settle(page)
        name = FORWARD[step - 1] if step <= len(FORWARD) else BACKWARD[step - len(FORWARD) - 1]
        kind = "forward" if step <= len(FORWARD) else "backward"
        number = short((figure_values if kind == "forward" else slopes)[name])
        assert words.startswith(f"Step {step} of {LAST}, {kind}.") and f"= {number}" in words, words
        if kind == "forward" or name == "ℓ":
            continue
        used = [(target, local) for (source, target), local in derivatives.items() if source == name]
        for target, local in used:
            assert f"slope of {target} × " in words
            assert re.search(rf"{short(slopes[target])}\)? × \(?{short(local)}\)?", words), words
        assert ("products add" in words) == (len(used) == 2) == (name in ("x₁", "x₂"))
        assert ("Its path: " in words) == (name in WEIGHTS[:4])


def test_a_weight_is_the_product_along_the_path_that_is_marked(page):
    _, derivatives, slopes = simulate(**SETTING)
    for name in BACKWARD[1:]:
        go(page, step_of(name))
        numbers = page.evaluate("[...document.querySelectorAll('.halo.strong')].map(text => text.textContent.slice(1))")
        found = 1.0
        for number in numbers:
            found *= float(number.replace("−", "-"))
        edges = [edge for edge, text in zip(derivatives, page.evaluate(NUMBERS), strict=True) if text[1:] in numbers]
        assert ("ŷ", "ℓ") in edges
        if name in ("x₁", "x₂"):
            assert len(numbers) == 7  # two paths, which meet at the output
        else:
            assert found == pytest.approx(slopes[name], abs=0.01)
        assert page.locator(".shaft.up").count() == 2 * len(numbers) and page.locator(".shaft.down").count() == 0


def test_going_forward_marks_what_a_node_is_computed_from(page):
    for step, name in enumerate(FORWARD, 1):
        go(page, step)
        into = sum(edge["to"] == name for edge in EDGES)
        assert page.locator(".shaft.down").count() == 2 * into and page.locator(".box.now").count() == 1
        assert page.locator(".box.todo").count() == len(FORWARD) - step


def test_where_two_paths_meet_the_sum_is_shown_as_a_sum(page):
    _, derivatives, slopes = simulate(**SETTING)
    go(page, LAST)
    words = page.evaluate("[...document.querySelectorAll('svg text')].map(text => text.textContent)")
    for name in ("x₁", "x₂"):
        parts = [slopes[target] * local for (source, target), local in derivatives.items() if source == name]
        assert sum(parts) == pytest.approx(slopes[name]) and len(parts) == 2
        assert " + ".join(map(short, parts)) in words  # the second is positive in this setting
    assert "paths add:" in words


def test_the_end_checks_a_slope_by_moving_the_weight(page):
    page.get_by_role("button", name="To the end").click()
    words = settle(page)
    first, _, slopes = simulate(**SETTING)
    moved, _, _ = simulate(**SETTING | {"w": [SETTING["w"][0] + NUDGE, *SETTING["w"][1:]]})
    given = [float(found.replace("−", "-")) for found in re.findall(r"(?:changes by|slope is) (−?[\d.]+\d)", words)]
    assert given == pytest.approx([moved["ℓ"] - first["ℓ"], NUDGE * slopes["w₁"]], rel=0.005)
    assert given[0] == pytest.approx(given[1], rel=0.01)


def test_back_and_reset(page):
    page.get_by_role("button", name="Back").click()
    assert values(page)["step"] == 0
    for name in ("Step", "Step", "Step", "Back"):
        page.get_by_role("button", name=name).click()
    assert values(page)["step"] == 2
    page.get_by_label("w₅").fill("-1.5")
    page.get_by_label("x₁").fill("2.5")
    assert (values(page)["w"][4], values(page)["x"], values(page)["step"]) == (-1.5, [2.5, 0.5], 2)
    page.get_by_role("button", name="Reset").click()
    assert values(page) == START


def test_steps_are_taken_from_the_keyboard(page):
    page.get_by_role("button", name="Step").focus()
    for _ in range(3):
        page.keyboard.press("Enter")
    assert values(page)["step"] == 3
    assert page.evaluate("document.activeElement.textContent") == "Step"


def test_a_click_on_a_box_shows_its_slope(page):
    for name in ("w₁", "a₂", "ℓ", "x₂"):
        page.locator(".name", has_text=name).click()
        assert values(page)["step"] == step_of(name)
    page.locator(".name", has_text=re.compile("^y$")).click()  # no slope
    frame = page.locator(".stage").bounding_box()
    page.mouse.click(frame["x"] + 5, frame["y"] + frame["height"] - 5)
    assert values(page)["step"] == step_of("x₂")


def test_without_w5_the_left_path_carries_nothing(page):
    page.evaluate("model.set('w', [0.6, -0.4, 0.8, 0.5, 0, -0.9]), model.set('step', 21)")
    boxes = page.evaluate(BOXES)
    for name in ("a₁", "z₁", "w₁", "w₂"):
        assert boxes[name][1] == "0"
    for name in ("w₅", "a₂", "w₃", "x₁"):
        assert boxes[name][1] != "0"


OVERLAPS = """() => {
  const shown = [...document.querySelectorAll("svg text")].filter((node) => node.textContent);
  const boxes = shown.map((node) => node.getBoundingClientRect());
  const over = (a, b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 3 && b.top < a.bottom - 3;
  return shown.flatMap((node, i) => shown.slice(i + 1).filter((_, j) => over(boxes[i], boxes[i + 1 + j]))
    .map((other) => `${node.textContent} | ${other.textContent}`));
}"""


@pytest.mark.parametrize("width", [360, 700], ids="{} px".format)
@pytest.mark.parametrize(
    "changes",
    [{}, {"x": [-3, 0.5]}, {"x": [-2.9, -2.9], "w": [-2.9, -2.8, -2.9, -2.8, -2.9, -2.9], "activation": "relu"}],
    ids=["start", "left", "large numbers"],
)
def test_no_word_lies_on_another(browser, site, width, changes):
    with page_of(browser, site, START | {"step": LAST} | changes) as page:
        page.set_viewport_size({"width": width, "height": 900})
        page.evaluate("document.body.style.fontFamily = 'DejaVu Sans, Verdana, sans-serif'")  # wide letters
        assert page.evaluate(OVERLAPS) == []


@pytest.mark.parametrize("size", [PHONE, {"width": 1000, "height": 800}], ids=["phone", "desktop"])
def test_no_control_moves_away_under_the_hand(browser, site, size):
    page = browser.new_page(viewport=size)
    page.goto(f"{site}book.html")
    page.wait_for_selector(".live-figure.is-live")
    assert jump_problems(page) == []
    buttons = page.get_by_role("button", name="Step")
    places = set()
    for step in range(LAST):
        buttons.click()
        if step + 1 not in (step_of("ℓ"), step_of("w₁"), step_of("x₁"), LAST):  # the longest words
            continue
        page.wait_for_timeout(260)
        places.add(page.locator(".slider").first.bounding_box()["y"])
    assert len(places) == 1
    page.close()


def test_on_a_phone_graph_buttons_and_words_are_seen_at_once(browser, site):
    with page_of(browser, site, START | {"step": step_of("x₁")}) as page:
        page.set_viewport_size(PHONE)
        settle(page)
        first, last = page.locator("svg").bounding_box(), page.locator("[role=status]").bounding_box()
        assert last["y"] + last["height"] - first["y"] < PHONE["height"]


# ---- the Python side


@pytest.mark.parametrize(
    "setting",
    [
        {"x": (3.1, 0.0)},
        {"x": (0.0, float("nan"))},
        {"w": (0.0, 0.0, 0.0, 0.0, 0.0, -3.5)},
        {"step": -1},
        {"step": LAST + 1},
        {"y": 4.0},
        {"y": float("nan")},
        {"activation": "step"},
    ],
    ids=str,
)
def test_a_wrong_setting_is_named(setting):
    ((name, value),) = setting.items()
    with pytest.raises(traitlets.TraitError, match=re.escape(f"{name}={value!r}: take ")):
        GraphFigure(**setting)


def test_target_and_activation_stay():
    figure = GraphFigure(y=0.0, activation="tanh")
    for name, value in (("y", 1.0), ("activation", "relu")):
        with pytest.raises(traitlets.TraitError, match="read-only"):
            setattr(figure, name, value)
    assert "two tanh units" in figure.alt and "target y = 0 " in figure.alt


def test_picture_and_text_show_the_finished_graph():
    figure = GraphFigure()
    picture, alt = figure.picture, figure.alt
    figure.step = 9
    assert (figure.picture, figure.alt) == (picture, alt)
    figure.w = (0.6, -0.4, 0.8, 0.5, -1.5, 0.7)
    assert figure.picture != picture and figure.alt != alt
    figure_values, derivatives, slopes = simulate(figure.x, figure.w, figure.y, figure.activation)
    for name in FORWARD:
        assert f"{name} = {short(figure_values[name])}" in figure.picture
        assert short(slopes[name]) in figure.picture and short(figure_values[name]) in figure.alt
    assert all(f"×{short(local)}" in figure.picture for local in derivatives.values())
    assert all(f"{name} = {short(slopes[name])}" in figure.alt for name in BACKWARD[1:])
    assert repr(figure) == "GraphFigure(x=(1.5, 0.5), activation='sigmoid', step=9)"
