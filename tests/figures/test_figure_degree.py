"""The live figure of under- and overfitting: its numbers against Python, moved in a browser, and its settings checked."""

import re

import numpy as np
import pytest
import torch
import traitlets
from browser import PHONE
from figure_page import centre, page_of, settle, site_of, touch, values, values_of

from course_lib import data
from course_lib.figures.degree import DegreeFigure, errors, example, fit, simulate

START = values_of(DegreeFigure())
SETTING = DegreeFigure().setting()
POINTS, FOLDS = START["points"], START["folds"]
DISCS = "kinds => kinds.map(kind => document.querySelector(`svg .${kind}`).getAttribute('d').split('z').length - 1)"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with site_of(DegreeFigure(), tmp_path_factory.mktemp("site")) as address:
        yield address


@pytest.fixture
def page(browser, site):
    with page_of(browser, site, START) as page:
        yield page


def means():
    """The mean held-out error of each degree."""
    return simulate(**SETTING)[3]


# ---- the numbers


def test_javascript_and_python_agree(page):
    cases = [SETTING | {"degree": degree, "fold": fold} for degree in range(15) for fold in range(1, 6)]
    answers = page.evaluate("cases => cases.map((setting) => simulate(setting))", [START | case for case in cases])
    for case, theirs in zip(cases, answers, strict=True):
        ours = simulate(**case)
        for name, tensor in zip(("coefficients", "train", "heldOut", "mean"), ours, strict=True):
            answer = torch.tensor(theirs[name], dtype=torch.float64)
            assert answer.shape == tensor.shape
            assert ((answer - tensor).abs() / tensor.abs().clamp(min=1)).max() < 1e-7, (
                case["degree"],
                case["fold"],
                name,
            )


def test_the_fit_is_least_squares_where_powers_lose_digits():
    """Against torch on the same basis, and the residual is orthogonal to each polynomial."""
    for degree in range(15):
        coefficients = fit(POINTS, degree)
        x, y = torch.tensor(POINTS, dtype=torch.float64).T
        basis = torch.from_numpy(np.polynomial.legendre.legvander(2 * x.numpy() - 1, degree))
        theirs = torch.linalg.lstsq(basis, y[:, None]).solution.squeeze(1)
        assert (torch.from_numpy(coefficients) - theirs).abs().max() < 1e-7 * max(1, theirs.abs().max())
        assert (basis.T @ (basis @ theirs - y)).abs().max() < 1e-9


def test_training_error_falls_and_held_out_error_has_its_minimum_between():
    train, held_out = errors(POINTS, FOLDS)
    assert train.shape == held_out.shape == (5, 15)
    assert (train.diff(dim=1) < 1e-12).all()  # a higher degree holds every lower one
    best = held_out.mean(0).argmin()
    assert 2 < best < 9
    assert held_out.mean(0)[0] > 2 * held_out.mean(0)[best] and held_out.mean(0)[14] > 10 * held_out.mean(0)[best]
    assert len(set(held_out.argmin(1).tolist())) > 1  # one fold alone may choose another degree


def test_the_example_is_the_noisy_sine_in_five_equal_folds():
    points, folds = example(50, noise=1.0, seed=2)
    inputs, targets = data.noisy_sine(50, noise=1.0, seed=2)
    assert (points[:, :1] - inputs).abs().max() < 1e-4  # rounded
    assert (points[:, 1:] - targets.clamp(-2, 2)).abs().max() < 1e-4 and targets.abs().max() > 2
    assert folds.bincount().tolist() == [0, 10, 10, 10, 10, 10] and not torch.equal(folds, folds.sort().values)
    assert torch.equal(folds, example(50, seed=2)[1]) and not torch.equal(folds, example(50, seed=3)[1])


# ---- the figure in a browser


def test_sentence_tells_the_errors_and_the_best_degree(page):
    best = means().argmin().item()
    for degree, fold in ((1, 1), (best, 2), (14, 5)):
        page.evaluate("([degree, fold]) => { model.set('degree', degree); model.set('fold', fold); }", [degree, fold])
        _, train, held_out, mean = simulate(degree, fold, POINTS, FOLDS)
        words = settle(page)
        assert words.startswith(f"Degree {degree}, fold {fold} held out: ")
        assert f"root mean squared error {train[degree]:.3g} on the 24 training points" in words
        assert f"{held_out[degree]:.3g} on the 6 held-out points" in words
        assert f"five folds is {mean[degree]:.3g}, " in words
        if degree == best:
            assert "the smallest of all degrees" in words
        else:
            assert f"smallest at degree {best}: {mean[best]:.3g}." in words
        own = held_out.argmin().item()
        assert words.endswith("alone says the same." if own == best else f"This fold alone would say degree {own}.")


def test_the_curve_passes_where_the_polynomial_does(page):
    page.evaluate("model.set('degree', 5), model.set('fold', 3)")
    coefficients = simulate(5, 3, POINTS, FOLDS)[0].numpy()
    frame = {
        name: float(page.locator("svg .frame").first.get_attribute(name)) for name in ("x", "y", "width", "height")
    }
    corners = re.findall(r"(-?[\d.]+) (-?[\d.]+)", page.get_attribute("svg .curve", "d"))
    assert len(corners) > 200
    for px, py in corners:
        x = -0.03 + 1.06 * (float(px) - frame["x"]) / frame["width"]
        y = 2 - 4 * (float(py) - frame["y"]) / frame["height"]
        assert y == pytest.approx(np.polynomial.legendre.legval(2 * x - 1, coefficients), abs=0.02)


def test_the_fold_is_hollow_in_each_panel(page):
    assert page.evaluate(DISCS, ["kept", "held"]) == [24, 6]
    hollow = page.get_attribute("svg .held", "d")
    page.get_by_label("Fold that is held out").focus()
    page.keyboard.press("ArrowRight")
    assert values(page)["fold"] == 2
    assert page.get_attribute("svg .held", "d") != hollow and page.evaluate(DISCS, ["kept", "held"]) == [24, 6]
    rows = page.locator("svg").nth(2).locator(".held")
    assert [row.get_attribute("d").count("z") for row in rows.all()] == [FOLDS.count(fold) for fold in range(1, 6)]


def test_degree_slider_works_from_the_keyboard(page):
    slider = page.get_by_label("Degree of the polynomial")
    slider.focus()
    page.keyboard.press("End")
    assert values(page)["degree"] == 14 and slider.get_attribute("aria-valuetext") == "14"
    page.keyboard.press("Home")
    assert values(page)["degree"] == 0


def test_buttons_set_the_degrees_they_name(page):
    page.get_by_role("button", name="Smallest mean error").click()
    assert values(page)["degree"] == means().argmin()
    page.get_by_role("button", name="degree 14").click()
    assert values(page)["degree"] == 14
    page.get_by_role("button", name="degree 1", exact=False).first.click()
    assert values(page)["degree"] == 1
    page.evaluate("model.set('fold', 4), model.set('degree', 9)")
    page.get_by_role("button", name="Reset").click()
    assert values(page) == START


def place(page, panel, x, y):
    """A point of a panel in parts of its frame, from the left and from the top, in pixels of the window."""
    frame = page.locator("svg .frame").nth(panel).bounding_box()
    return frame["x"] + x * frame["width"], frame["y"] + y * frame["height"]


def test_a_click_on_a_point_or_a_row_holds_out_its_fold(page):
    for i in (3, 11, 20):
        x, y = POINTS[i]
        page.mouse.click(*place(page, 0, (x + 0.03) / 1.06, (2 - y) / 4))
        assert values(page)["fold"] == FOLDS[i]
    for row in (5, 2):
        page.mouse.click(*place(page, 2, 0.5, (row - 0.4) / 5.2))
        assert values(page)["fold"] == row


def test_dragging_the_dot_changes_the_degree(page):
    page.mouse.move(*centre(page, ".handle"))
    page.mouse.down()
    page.mouse.move(*place(page, 1, 8.5 / 15, 0.3), steps=4)
    assert values(page)["degree"] == 8
    page.mouse.move(*place(page, 1, 1.2, 0.5))
    page.mouse.up()
    assert values(page)["degree"] == 14  # it stays in the panel
    page.mouse.click(*place(page, 1, 3.5 / 15, 0.8))
    assert values(page)["degree"] == 3


def test_a_finger_changes_the_degree_and_the_page_stays(browser, site):
    with page_of(browser, site, START, has_touch=True) as page:
        page.set_viewport_size(PHONE)
        page.locator(".handle").scroll_into_view_if_needed()
        before = page.evaluate("scrollY")
        touch(page, [centre(page, ".handle"), place(page, 1, 0.3, 0.5), place(page, 1, 10.5 / 15, 0.9)])
        assert values(page)["degree"] == 10
        assert page.evaluate("scrollY") == before


# ---- the Python side


@pytest.mark.parametrize("setting", [{"degree": -1}, {"degree": 15}, {"fold": 0}, {"fold": 6}], ids=str)
def test_a_wrong_setting_is_named(setting):
    ((name, value),) = setting.items()
    with pytest.raises(traitlets.TraitError, match=re.escape(f"{name}={value}: take ")):
        DegreeFigure(**setting)


@pytest.mark.parametrize(
    "changes, words",
    [
        ({"points": [[1.1, 0.0], *POINTS[1:]]}, "points[0]=(1.1, 0.0): take points with x from 0 to 1 and |y| <= 2"),
        ({"points": [*POINTS[:-1], [0.5, 2.5]]}, "points[29]=(0.5, 2.5): take "),
        ({"points": [[0.0, float("nan")], *POINTS[1:]]}, "points[0]=(0.0, nan): take "),
        ({"folds": FOLDS[1:]}, "folds: take one for each of the 30 points, not 29"),
        ({"folds": [0] * 5 + FOLDS[5:]}, "folds=[0, 1, 2, 3, 4, 5]: take the numbers 1 to 5"),
        ({"folds": [1] * 30}, "folds=[1]: take the numbers 1 to 5, each at least once"),
        ({"folds": [1] * 16 + FOLDS[16:26] + [2, 3, 4, 5]}, "folds: without fold 1 only 1"),
        ({"points": [[0.5, 0.0]] * 17 + POINTS[17:]}, "different x are left: take at least 15"),
        ({"folds": None}, "points and folds belong together: take both"),
    ],
    ids=lambda given: str(given)[:40],
)
def test_wrong_points_are_named(changes, words):
    with pytest.raises(traitlets.TraitError, match=re.escape(words)):
        DegreeFigure(**{"points": POINTS, "folds": FOLDS} | changes)


def test_points_stay_and_tensors_are_welcome():
    points, folds = example(40, noise=0.1)
    figure = DegreeFigure(degree=4, points=points, folds=folds)
    assert len(figure.points) == len(figure.folds) == 40 and "40 noisy points" in figure.alt
    with pytest.raises(traitlets.TraitError, match="read-only"):
        figure.folds = [1, 2, 3, 4, 5]


def test_picture_and_text_follow_the_setting():
    figure = DegreeFigure()
    picture = figure.picture
    figure.degree, figure.fold = 14, 2
    _, train, held_out, mean = simulate(14, 2, POINTS, FOLDS)
    assert figure.picture != picture
    assert f"error {train[14]:.3g} on the training points, {held_out[14]:.3g} on the held-out" in figure.alt
    assert figure.alt.endswith(f"smallest at degree {mean.argmin()}, {mean.min():.3g}.")
    assert repr(figure) == "DegreeFigure(degree=14, fold=2)"


def test_exact_points_have_an_error_of_almost_nothing():
    x = torch.linspace(0, 1, 25, dtype=torch.float64)
    figure = DegreeFigure(degree=2, points=torch.stack([x, 2 * x**2 - 1], 1), folds=torch.arange(25) % 5 + 1)
    assert simulate(**figure.setting())[1][2] < 1e-12
    assert "<svg" in figure.picture
