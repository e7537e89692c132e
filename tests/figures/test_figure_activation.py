"""The live figure of the activations: its numbers against Python, moved in a browser, and its settings checked."""

import itertools
import re

import pytest
import torch
import traitlets
from browser import PHONE
from figure_page import centre, page_of, settle, site_of, touch, values, values_of
from torch.nn import functional as F

from course_lib.figures.activation import HIDDEN, LABELS, ActivationFigure, activation_of, curve, simulate

START = values_of(ActivationFigure())
SETTING = ActivationFigure().setting()
OVERLAPS = """() => [...document.querySelectorAll('svg')].flatMap((svg) => {
  const shown = [...svg.querySelectorAll('text:not(.tick)')].filter((node) => node.getBBox().width);
  const boxes = shown.map((node) => node.getBoundingClientRect());
  const over = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
  return shown.flatMap((node, i) => shown.slice(i + 1).filter((_, j) => over(boxes[i], boxes[i + 1 + j]))
    .map((other) => `${node.textContent} | ${other.textContent}`));
})"""


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with site_of(ActivationFigure(), tmp_path_factory.mktemp("site")) as address:
        yield address


@pytest.fixture
def page(browser, site):
    with page_of(browser, site, START) as page:
        yield page


def shown(**changes):
    """What Python computes for the first setting with some changes."""
    return simulate(**SETTING | changes)


def error(activation, units, **changes):
    return shown(activation=activation, units=units, **changes)["error"].item()


# ---- the numbers


def test_javascript_and_python_agree(page):
    """Each activation with each number of units, over z and at both ends of its own number."""
    own = {"sigmoid": [{"slope": k} for k in (0.5, 1.0, 4.0)]}
    own["leaky_relu"] = [{"negative_slope": a} for a in (0.0, 0.1, 0.95, 1.0)]
    zs = [-5.0, -2.35, -0.05, 0.0, 0.05, 1.0, 3.3, 5.0]
    kinds = [(name, numbers) for name in LABELS for numbers in own.get(name, [{}])]
    cases = [
        SETTING | numbers | {"activation": name, "units": units, "z": zs[units % len(zs)]}
        for (name, numbers), units in itertools.product(kinds, range(1, 13))
    ]
    answers = page.evaluate("cases => cases.map((setting) => simulate(setting))", [START | case for case in cases])
    for case, theirs in zip(cases, answers, strict=True):
        for name, tensor in simulate(**case).items():
            answer = torch.tensor(theirs[name], dtype=torch.float64)
            assert answer.shape == tensor.shape
            assert ((answer - tensor).abs() / tensor.abs().clamp(min=1)).max() < 1e-8, (case, name)


@pytest.mark.parametrize("name", LABELS)
def test_value_and_slope_are_those_of_torch(page, name):
    theirs = {
        "none": lambda z: z,
        "sigmoid": lambda z: torch.sigmoid(2.5 * z),
        "leaky_relu": lambda z: F.leaky_relu(z, 0.3),
    }.get(name) or getattr(F, name)
    z = (torch.arange(-50, 51, dtype=torch.float64) / 10).requires_grad_()  # 0 is among them, where ReLU turns
    value = theirs(z)
    (slope,) = torch.autograd.grad(value.sum(), z)
    setting = START | {"activation": name, "slope": 2.5, "negative_slope": 0.3, "units": 1}
    answers = page.evaluate("cases => cases.map(simulate)", [setting | {"z": at} for at in z.tolist()])
    for i, answer in enumerate(answers):
        assert answer["value"] == pytest.approx(value[i].item(), abs=1e-12)
        assert answer["slope"] == pytest.approx(slope[i].item(), abs=1e-12), z[i]


def test_without_an_activation_every_net_is_the_same_straight_line():
    x, y = curve()
    basis = torch.stack([torch.ones_like(x), x], 1)
    straight = basis @ torch.linalg.lstsq(basis, y[:, None]).solution.squeeze(1)
    for units in range(1, 13):
        for setting in ({"activation": "none"}, {"activation": "leaky_relu", "negative_slope": 1.0}):
            fitted = shown(**setting, units=units)["fitted"]
            assert (fitted - straight).abs().max() < 1e-5
            assert fitted.diff().diff().abs().max() < 1e-12


@pytest.mark.parametrize("name", [name for name in LABELS if name != "none"])
def test_more_units_fit_better_and_the_weights_stay_moderate(name):
    errors = torch.tensor([error(name, units) for units in range(1, 13)])
    assert (errors.diff() < 2e-3).all() and errors[0] > 0.5 and errors[-1] < 0.03
    assert errors[5] < error("none", 12) / 3
    assert shown(activation=name, units=12)["weights"].abs().max() < 25


def test_the_net_is_the_one_that_torch_would_run():
    net = torch.nn.Sequential(torch.nn.Linear(1, 7), torch.nn.GELU(), torch.nn.Linear(7, 1)).double()
    run, (x, y) = shown(activation="gelu", units=7), curve()
    weight, place = torch.tensor(HIDDEN[:7], dtype=torch.float64).T
    with torch.no_grad():
        net[0].weight.copy_(weight[:, None])
        net[0].bias.copy_(-weight * place)
        net[2].bias.copy_(run["weights"][:1])
        net[2].weight.copy_(run["weights"][None, 1:])
        fitted = net(x[:, None]).squeeze(1)
    assert (fitted - run["fitted"]).abs().max() < 1e-9
    assert F.mse_loss(fitted, y).sqrt() == pytest.approx(run["error"].item())


def test_relu_bends_at_its_units_and_nowhere_else():
    x, _ = curve()
    for units in range(1, 13):
        turns = shown(activation="relu", units=units)["fitted"].diff().diff().abs() > 1e-6
        places = {round(at, 1) for at in x[1:-1][turns].tolist()}
        assert places <= {place for _, place in HIDDEN[:units]}
    assert len({place for _, place in HIDDEN}) == len(HIDDEN) == 12


def test_it_computes_without_gradients_too():
    with torch.no_grad():
        run = shown(activation="silu")
    assert run["slope"] == shown(activation="silu")["slope"] > 0.9
    assert not any(tensor.requires_grad for tensor in run.values())


# ---- the figure in a browser


def test_panels_and_sentence_tell_the_same_as_python(page):
    for name, units, z in (("relu", 6, -1.0), ("sigmoid", 1, 2.0), ("gelu", 12, -2.5), ("none", 5, 0.5)):
        page.evaluate("changes => Object.entries(changes).forEach(([name, value]) => model.set(name, value))",
                      {"activation": name, "units": units, "z": z})  # fmt: skip
        run, straight = shown(activation=name, units=units, z=z), error("none", units)
        words = settle(page).replace("−", "-")
        panels = " ".join(page.locator("svg text").all_text_contents()).replace("−", "-")
        label = "No activation" if name == "none" else LABELS[name][0].upper() + LABELS[name][1:]
        assert words.startswith(f"{label} at z = {z:.2f}: value {run['value']:.3g}, slope {run['slope']:.3g}.")
        count = f"The net with {units} hidden unit{'s' if units > 1 else ''} is"
        if name == "none":
            assert f"{count} a straight line, and would be with any number of them: error {straight:.3g}" in words
        else:
            assert (
                f"{count} off by {run['error']:.3g} (root mean squared error), a straight line by {straight:.3g}."
                in words
            )
        assert f"f({z:.2f}) = {run['value']:.3f}" in panels
        assert f"f′({z:.2f}) = {run['slope']:.3f}" in panels
        assert f"error {run['error']:.3f}" in panels


def test_a_product_of_ten_slopes_is_told(page):
    page.evaluate("model.set('activation', 'sigmoid'), model.set('z', 0)")
    assert "Ten such slopes multiplied: 9.54\u00a0×\u00a010⁻⁷." in settle(page)
    page.evaluate("model.set('activation', 'relu'), model.set('z', 0.05)")
    assert "multiplied: 1." in settle(page)


def test_each_curve_passes_where_its_function_does(page):
    for name in LABELS:
        page.evaluate("name => model.set('activation', name)", name)
        f = activation_of(name)
        for i, kind, low, high in ((1, "value-curve", -1.5, 5), (2, "slope-curve", -0.25, 1.75)):
            frame = page.locator("svg").nth(i).locator(".frame")
            left, top, width, height = (float(frame.get_attribute(part)) for part in ("x", "y", "width", "height"))
            corners = re.findall(r"(-?[\d.]+) (-?[\d.]+)", page.get_attribute(f".{kind}", "d"))
            assert len(corners) > 200
            for px, py in corners[::5]:
                z = torch.tensor(-5 + 10 * (float(px) - left) / width, dtype=torch.float64, requires_grad=True)
                y = high - (high - low) * (float(py) - top) / height
                value = f(z)
                (slope,) = torch.autograd.grad(value, z)
                expected = value.item() if kind == "value-curve" else slope.item()
                assert y == pytest.approx(expected, abs=0.02) or abs(z) < 0.01, (name, z)


def test_a_button_chooses_its_activation_and_stays_pressed(page):
    group = page.get_by_role("group", name="Activation of the hidden units")
    assert group.get_by_role("button").all_text_contents() == [*LABELS.values()]
    for name, label in LABELS.items():
        group.get_by_role("button", name=label, exact=True).click()
        assert values(page)["activation"] == name
        assert group.locator("[aria-pressed=true]").all_text_contents() == [label]
    page.evaluate("model.set('z', -2)")
    page.get_by_role("button", name="Reset").click()
    assert values(page) == START


@pytest.mark.parametrize("fingers", [False, True])
def test_nothing_jumps_where_an_activation_has_no_number(browser, site, fingers):
    with page_of(browser, site, START, has_touch=fingers, is_mobile=fingers) as page:
        assert page.evaluate("matchMedia('(pointer: coarse)').matches") == fingers
        tops = set()
        for name in LABELS:
            page.evaluate("name => model.set('activation', name)", name)
            tops.add(page.locator("[role=status]").bounding_box()["y"])
        assert len(tops) == 1


def test_the_slider_of_an_activation_is_there_for_it_alone(page):
    for name in LABELS:
        page.evaluate("name => model.set('activation', name)", name)
        assert page.get_by_label("how steep the sigmoid is").count() == (name == "sigmoid")
        assert page.get_by_label("the slope below 0").count() == (name == "leaky_relu")
    page.evaluate("model.set('activation', 'sigmoid')")
    page.get_by_label("how steep the sigmoid is").focus()
    page.keyboard.press("End")
    assert values(page)["slope"] == 4
    page.evaluate("model.set('activation', 'leaky_relu')")
    page.get_by_label("the slope below 0").focus()
    page.keyboard.press("End")
    assert values(page)["negative_slope"] == 1
    assert f"is off by {error('none', 4):.3g}" in settle(page)  # as straight as no activation


def test_a_wedge_marks_each_unit_on_its_side(page):
    page.evaluate("model.set('units', 3)")
    wedges = re.findall(r"M([\d.]+) [\d.]+v-11l(-?8) 5.5z", page.get_attribute(".bend", "d"))
    assert [-3 + 6 * (float(x) - 46) / 298 for x, _ in wedges] == pytest.approx([c for _, c in HIDDEN[:3]], abs=0.01)
    assert [int(side) > 0 for _, side in wedges] == [weight > 0 for weight, _ in HIDDEN[:3]]


def test_the_first_task_can_be_done_and_is_not_done_at_the_start(page):
    assert "smallest number of ReLU units with an error below 0.1" in page.inner_text(".column:first-child .hint")
    errors = [error("relu", units) for units in range(1, 13)]
    assert START["activation"] == "relu" and errors[START["units"] - 1] > 0.15
    enough = next(i for i, value in enumerate(errors) if value < 0.1)
    assert 2 < enough < 10 and max(errors[enough:]) < 0.07 < 0.105 < min(errors[:enough])  # clear of the bound
    assert min(error("none", units) for units in range(1, 13)) > 0.6


@pytest.mark.parametrize("width", [360, 600, 700], ids="{} px".format)
def test_no_word_lies_on_another(browser, site, width):
    with page_of(browser, site, START) as page:
        page.set_viewport_size({"width": width, "height": 900})
        page.evaluate("document.body.style.fontFamily = 'DejaVu Sans, Verdana, sans-serif'")  # wide letters
        for name in LABELS:
            page.evaluate("name => model.set('activation', name)", name)
            assert page.evaluate(OVERLAPS) == []


def test_no_word_lies_on_the_curve(page):
    """The words at the top left stay clear of the activation for all of its numbers."""
    over = """() => [['.value-curve', 1], ['.slope-curve', 2]].flatMap(([kind, i]) => {
      const curve = document.querySelector(kind), length = curve.getTotalLength();
      const points = Array.from({ length: 800 }, (_, k) => curve.getPointAtLength((k / 799) * length));
      return [...document.querySelectorAll('svg')[i].querySelectorAll('.halo')].filter((text) => {
        const { x, y, width, height } = text.getBBox();
        return points.some((p) => p.x > x && p.x < x + width && p.y > y && p.y < y + height);
      }).map((text) => text.textContent);
    })"""
    for name, number in ((name, number) for name in LABELS for number in (0, 1)):
        page.evaluate("""([name, number]) => { model.set('activation', name); model.set('z', -5);
            model.set('slope', number ? 4 : 0.5); model.set('negative_slope', number); }""", [name, number])  # fmt: skip
        assert page.evaluate(over) == [], (name, number)


def test_arrow_keys_move_z(page):
    point = page.get_by_role("slider", name="z", exact=True)
    point.focus()
    for key_, z in (("ArrowRight", 1.1), ("Shift+ArrowLeft", 0.1), ("ArrowDown", 0), ("Shift+ArrowUp", 1)):
        page.keyboard.press(key_)
        assert values(page)["z"] == z
    for _ in range(8):
        page.keyboard.press("Shift+ArrowLeft")
    assert values(page)["z"] == -5  # it stays in the panel
    assert point.get_attribute("aria-valuetext") == "z −5.00, value 0.000, slope 0.000"
    assert point.get_attribute("aria-valuenow") == "-5"


def place(page, panel, x, y):
    """A point of a panel in parts of its frame, from the left and from the top, in pixels of the window."""
    frame = page.locator("svg .frame").nth(panel).bounding_box()
    return frame["x"] + x * frame["width"], frame["y"] + y * frame["height"]


@pytest.mark.parametrize("panel", [1, 2])
def test_dragging_or_clicking_moves_z_in_both_panels(page, panel):
    page.mouse.move(*centre(page, f".stage:nth-of-type({panel}) .handle"))
    page.mouse.down()
    page.mouse.move(*place(page, panel, 0.25, 0.5), steps=4)
    assert values(page)["z"] == -2.5
    page.mouse.move(*place(page, panel, 1.2, 0.5))
    page.mouse.up()
    assert values(page)["z"] == 5
    page.mouse.click(*place(page, panel, 0.402, 0.9))
    assert values(page)["z"] == -1


def test_the_point_stays_in_the_panel_where_the_line_leaves_it(page):
    page.evaluate("model.set('activation', 'none'), model.set('z', -4)")
    frame = page.locator("svg .frame").nth(1).bounding_box()
    _, y = centre(page, ".stage:nth-of-type(1) [role=slider]")
    assert y == pytest.approx(frame["y"] + frame["height"], abs=1)


def test_a_finger_moves_z_and_the_page_stays(browser, site):
    with page_of(browser, site, START, has_touch=True) as page:
        page.set_viewport_size(PHONE)
        page.locator("[role=slider]").scroll_into_view_if_needed()
        before = page.evaluate("scrollY")
        touch(page, [centre(page, "[role=slider]"), place(page, 1, 0.5, 0.4), place(page, 1, 0.3, 0.6)])
        assert values(page)["z"] == pytest.approx(-2, abs=0.06)
        assert page.evaluate("scrollY") == before


# ---- the Python side


@pytest.mark.parametrize(
    "setting",
    [
        {"activation": "softplus"},
        {"activation": "ReLU"},
        {"units": 0},
        {"units": 13},
        {"z": -5.05},
        {"z": float("nan")},
        {"slope": 0.0},
        {"slope": 4.5},
        {"negative_slope": -0.1},
        {"negative_slope": 1.01},
        {"negative_slope": float("nan")},
    ],
    ids=str,
)
def test_a_wrong_setting_is_named(setting):
    ((name, value),) = setting.items()
    with pytest.raises(traitlets.TraitError, match=re.escape(f"{name}={value!r}: take ")):
        ActivationFigure(**setting)


def test_picture_and_text_follow_the_setting():
    figure = ActivationFigure()
    assert f"The activation is ReLU: root mean squared error {error('relu', 4):.3g}." in figure.alt
    assert f"a straight line, with an error of {error('none', 4):.3g}. At z = 1 its value is 1" in figure.alt
    for change in ({"activation": "elu"}, {"units": 9}, {"z": -1.5}):
        picture = figure.picture
        figure.set_trait(*next(iter(change.items())))
        assert figure.picture != picture
    run = shown(activation="elu", units=9, z=-1.5)
    assert f"ELU: f(−1.5) = −{-run['value']:.3g}, slope {run['slope']:.3g}" in figure.picture
    assert f"ELU: error {run['error']:.3f}" in figure.picture and "no activation: error" in figure.picture
    figure.activation = "none"
    assert figure.alt.startswith("A net with one input, 9 hidden units and one output")
    assert "Without an activation it is a straight line, whatever the number of units" in figure.alt
    assert figure.picture.count("no activation: error") == 1
    assert repr(figure) == "ActivationFigure('none', units=9, z=-1.5, slope=1, negative_slope=0.1)"


def test_the_longest_text_is_one_short_line_and_one_unit_has_no_plural():
    figure = ActivationFigure("leaky_relu", units=1, z=-4.95, slope=3.95, negative_slope=0.95)
    assert len(repr(figure)) < 100
    assert "1 hidden unit and one output" in figure.alt and "a net of 1 hidden unit can" in figure.picture
