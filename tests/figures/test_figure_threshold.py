"""The live figure of the threshold: its numbers against Python, moved in a browser, and its settings checked."""

import itertools
import math
import re

import pytest
import torch
import traitlets
from browser import PHONE
from figure_page import centre, page_of, settle, site_of, touch, values, values_of

from course_lib import metrics
from course_lib.figures.threshold import ThresholdFigure, ends, simulate, tumours

START = values_of(ThresholdFigure())
SCORES, TARGETS, NATURAL = START["scores"], START["targets"], START["prevalence"]
TIES = {"scores": [-2.0, -1.5, -1.5, 0.0, 0.0, 0.0, 0.4, 0.4, 3.0, 5.5], "targets": [0, 0, 1, 0, 0, 1, 1, 0, 1, 1]}


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with site_of(ThresholdFigure(), tmp_path_factory.mktemp("site")) as address:
        yield address


@pytest.fixture
def page(browser, site):
    with page_of(browser, site, START) as page:
        yield page


# ---- the numbers


def same(theirs, ours):
    assert set(theirs) == set(ours)
    for name, value in ours.items():
        found = torch.tensor(theirs[name], dtype=torch.float64)
        torch.testing.assert_close(found, value.double(), rtol=0, atol=1e-9, equal_nan=True, msg=name)


def test_javascript_and_python_agree(page):
    examples = [{"scores": SCORES, "targets": TARGETS}, TIES]
    thresholds, prevalences = [-1.0, 0.0, 0.2, 0.5, SCORES[7], 0.99, 1.02, 6.0], [0.001, 0.01, 0.3, NATURAL, 0.5]
    cases = [
        given | {"threshold": threshold, "prevalence": prevalence}
        for given, threshold, prevalence in itertools.product(examples, thresholds, prevalences)
    ]
    of_example = [ThresholdFigure(**example).constants for example in examples]
    given = [case | {"constants": of_example[case["scores"] is not SCORES]} for case in cases]
    for case, theirs in zip(cases, page.evaluate("cases => cases.map((case_) => simulate(case_))", given), strict=True):
        same(theirs, simulate(**case))
    assert simulate(**cases[-1])["precision"].isnan()  # the cases reach a threshold above all scores


@pytest.mark.parametrize("given", [{"scores": SCORES, "targets": TARGETS}, TIES], ids=["tumours", "ties"])
@pytest.mark.parametrize("threshold", [-3.0, 0.0, 0.4, 0.5, 7.0])
def test_at_the_share_of_the_data_the_measures_are_those_of_the_library(given, threshold):
    scores, targets = (torch.tensor(value, dtype=torch.float64) for value in given.values())
    result = simulate(**given, threshold=threshold, prevalence=sum(given["targets"]) / len(targets))
    for name, expected in {
        "precision": metrics.precision(scores, targets, threshold),
        "recall": metrics.recall(scores, targets, threshold),
        "accuracy": metrics.accuracy(scores - threshold, targets).double(),
        "area": metrics.roc_auc(scores, targets),
        "average": metrics.average_precision(scores, targets),
    }.items():
        torch.testing.assert_close(result[name], expected, rtol=0, atol=1e-6, equal_nan=True, msg=name)
    torch.testing.assert_close(result["shares"] * len(targets), result["counts"].double())


def test_a_rarer_class_lowers_precision_and_leaves_the_roc_curve():
    common, rare = (simulate(SCORES, TARGETS, 0.5, prevalence) for prevalence in (NATURAL, NATURAL / 10))
    assert rare["precision"] < common["precision"] / 2 and rare["average"] < common["average"]
    for name in ("fprs", "tprs", "area", "fpr", "recall"):
        assert torch.equal(rare[name], common[name])


def test_the_precision_of_a_rarer_class_is_that_of_data_in_which_it_is_rarer():
    benign = [score for score, target in zip(SCORES, TARGETS) if target == 0]
    scores, targets = torch.tensor([*SCORES, *4 * benign]).double(), torch.tensor([*TARGETS, *[0] * 4 * len(benign)])
    rarer = simulate(SCORES, TARGETS, 0.5, targets.double().mean().item())
    torch.testing.assert_close(rarer["precision"], metrics.precision(scores, targets, 0.5))
    torch.testing.assert_close(rarer["average"], metrics.average_precision(scores, targets))


def test_tumours_are_those_of_the_file_and_neither_trivial_nor_hopeless():
    scores, targets = tumours()
    assert scores.shape == targets.shape == (190,) and ((scores > 0) & (scores < 1)).all()
    assert targets.sum() == 76 and 0.7 < metrics.roc_auc(scores, targets) < 0.95


# ---- the figure in a browser


def marks(page):
    """How many marks each of the four groups has: true negatives, false positives, false negatives, true positives."""
    groups = page.evaluate("""[...document.querySelectorAll("svg")][0].querySelectorAll(".mark").values()
        .map(mark => (mark.getAttribute("d").match(/M/g) ?? []).length).toArray()""")
    return [groups[:2], groups[2:]]


def matrix(page):
    return [float(text) for text in page.locator(".amount").all_text_contents()]


def result_of(page):
    now = values(page)
    return simulate(**{name: now[name] for name in ("scores", "targets", "threshold", "prevalence")})


@pytest.mark.parametrize("threshold", [-0.02, 0.3, 0.5, 1.02])
def test_marks_matrix_and_sentence_show_the_counts(page, threshold):
    page.evaluate("value => model.set('threshold', value)", threshold)
    result = result_of(page)
    (tn, fp), (fn, tp) = counts = result["counts"].tolist()
    assert marks(page) == counts and matrix(page) == [tn, fp, fn, tp]
    words = settle(page)
    assert f"{tp} true positives, {fp} false positives, {fn} false negatives, {tn} true negatives" in words
    assert (
        f"Accuracy {100 * result['accuracy']:.1f}\u00a0%" in words and f"recall {100 * result['recall']:.1f}" in words
    )
    assert ("no precision, for nothing is called malignant" in words) == (threshold == 1.02)
    assert (f"precision {100 * result['precision']:.1f}" in words) == (threshold != 1.02)
    assert page.locator(".handle").nth(2).is_visible() == (threshold != 1.02)  # no precision, no dot


def test_squares_have_the_area_of_their_share(page):
    areas = torch.tensor(
        [box["width"] * box["height"] for box in (square.bounding_box() for square in page.locator(".square").all())]
    )
    shares = simulate(SCORES, TARGETS, 0.5, NATURAL)["shares"].flatten().float()
    # The box of a square has its outline too, of about a pixel.
    torch.testing.assert_close(areas / areas.sum(), shares, rtol=0, atol=0.03)


def curve(page, number):
    return page.locator(".curve").nth(number).get_attribute("d")


def test_the_share_slider_moves_precision_and_not_the_roc_curve(page):
    roc, pr = curve(page, 0), curve(page, 1)
    page.get_by_label("Share of malignant").focus()
    for _ in range(20):
        page.keyboard.press("ArrowLeft")
    assert values(page)["prevalence"] < NATURAL / 2
    assert curve(page, 0) == roc and curve(page, 1) != pr
    shares = [1000 * share for share in result_of(page)["shares"].flatten().tolist()]
    assert matrix(page) == pytest.approx(shares, abs=0.51)
    assert "of 1000 cases" in settle(page)
    page.keyboard.press("End")
    assert values(page)["prevalence"] == NATURAL and curve(page, 1) == pr
    page.keyboard.press("Home")
    assert values(page)["prevalence"] == pytest.approx(0.001)


def test_the_threshold_slider_works_from_the_keyboard(page):
    threshold = page.get_by_label("Threshold", exact=True)
    threshold.focus()
    page.keyboard.press("ArrowRight")
    assert values(page)["threshold"] == 0.501 and threshold.get_attribute("aria-valuetext") == "0.501"
    page.keyboard.press("End")
    assert values(page)["threshold"] == 1.02


def dot_of(page, number):
    """Where a curve's dot stands, in the units of its plot."""
    frames = [frame.bounding_box() for frame in page.locator("svg").nth(2).locator(".frame").all()]
    handle = page.locator(".stage").nth(2).locator(".handle").nth(number).bounding_box()
    x, y = handle["x"] + handle["width"] / 2, handle["y"] + handle["height"] / 2
    frame = frames[number]
    return (x - frame["x"]) / frame["width"], 1 - (y - frame["y"]) / frame["height"]


def near(*tensors):
    return pytest.approx([value.item() for value in tensors], abs=0.01)


@pytest.mark.parametrize("threshold, prevalence", [(0.5, NATURAL), (0.1, 0.02), (0.8, 0.3)])
def test_the_dots_stand_on_the_curves(page, threshold, prevalence):
    page.evaluate("([t, p]) => { model.set('threshold', t); model.set('prevalence', p); }", [threshold, prevalence])
    result = result_of(page)
    assert dot_of(page, 0) == near(result["fpr"], result["recall"])
    assert dot_of(page, 1) == near(result["recall"], result["precision"])


def drag(page, selector, dx, dy=0):
    x, y = centre(page, selector)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + dx, y + dy, steps=4)
    page.mouse.up()
    page.mouse.move(x, y)  # after the release nothing follows


LINE, ROC, PR = (
    ".column:first-child .handle",
    ".column:last-child .handle >> nth=0",
    ".column:last-child .handle >> nth=1",
)


def test_dragging_the_line_moves_the_threshold(page):
    width = page.locator(".frame").first.bounding_box()["width"]
    drag(page, LINE, width / 4)
    assert values(page)["threshold"] == pytest.approx(0.5 + 1.04 / 4, abs=0.01)
    drag(page, LINE, 2000)
    assert values(page)["threshold"] == 1.02  # it stays on the axis
    frame = page.locator(".frame").first.bounding_box()
    page.mouse.click(frame["x"] + frame["width"] / 2, frame["y"] + 40)
    assert values(page)["threshold"] == pytest.approx(0.5, abs=0.01)
    settle(page)
    assert page.evaluate("model.saves") >= 1


def test_dragging_a_dot_goes_along_its_curve(page):
    before = simulate(SCORES, TARGETS, 0.5, NATURAL)
    drag(page, ROC, 40, -40)
    after = result_of(page)
    assert after["fpr"] > before["fpr"] and after["recall"] > before["recall"]
    assert dot_of(page, 0) == near(after["fpr"], after["recall"])
    drag(page, PR, -60, 0)
    assert result_of(page)["recall"] < after["recall"]
    frame = page.locator("svg").nth(2).locator(".frame").first.bounding_box()
    page.mouse.click(frame["x"] + frame["width"] - 2, frame["y"] + 2)
    assert result_of(page)["recall"] == 1


def test_a_finger_drags_the_line_and_the_page_stays(browser, site):
    with page_of(browser, site, START, has_touch=True) as page:
        page.set_viewport_size(PHONE)
        x, y = centre(page, LINE)
        touch(page, [(x, y), (x + 20, y + 10), (x + 60, y + 60)])
        assert values(page)["threshold"] > 0.6
        assert page.evaluate("scrollY") == 0


def test_buttons_set_what_they_name(page):
    page.get_by_role("button", name="Miss none").click()
    missed = values(page)["threshold"]
    assert result_of(page)["recall"] == 1
    lowest = min(score for score, target in zip(SCORES, TARGETS) if target == 1)
    below = max(score for score in SCORES if score < lowest)
    assert below < missed < lowest  # no higher threshold than needed
    page.get_by_role("button", name="Most accurate").click()
    best = max(simulate(SCORES, TARGETS, score, NATURAL)["accuracy"] for score in [-0.01, *SCORES])
    assert result_of(page)["accuracy"] == pytest.approx(best.item(), abs=1e-12)
    page.get_by_role("button", name="1 % malignant").click()
    assert values(page)["prevalence"] == 0.01
    page.get_by_role("button", name="Most accurate").click()
    assert result_of(page)["accuracy"] >= 0.99  # whoever calls nobody malignant is right this often
    page.get_by_role("button", name="Threshold 0.5").click()
    assert values(page)["threshold"] == 0.5
    page.get_by_role("button", name="Reset").click()
    assert values(page) == START


def test_logits_have_their_own_axis(browser, tmp_path):
    figure = ThresholdFigure(**TIES, classes=("no", "yes"))
    assert (figure.threshold, ends(TIES["scores"])) == (0.0, (-3, 6))
    with site_of(figure, tmp_path) as address, page_of(browser, address, values_of(figure)) as page:
        page.get_by_role("button", name="Miss none").click()
        assert values(page)["threshold"] == -1.75
        page.get_by_role("button", name="Threshold 0").click()
        assert values(page)["threshold"] == 0
        assert page.get_by_text("logit of yes").is_visible()
        assert marks(page) == simulate(**TIES, threshold=0, prevalence=0.5)["counts"].tolist()
        ticks = page.locator("svg").first.locator(".tick").all_text_contents()
        assert ticks == ["−3", "−1", "1", "3", "5"]


# ---- the Python side


@pytest.mark.parametrize(
    "setting, words",
    [
        ({"threshold": 1.1}, "threshold=1.1: take a number from -0.02 to 1.02"),
        ({"threshold": math.nan}, "threshold=nan: take "),
        ({"prevalence": 0.0}, "prevalence=0.0: take a share from 0.001 to 0.4"),
        ({"prevalence": 0.5}, "prevalence=0.5: take "),
        ({"scores": [0.5] * 9, "targets": [0, 1, 1] * 3}, "scores: take from 10 to 500 of them, not 9"),
        ({"scores": torch.rand(501), "targets": torch.ones(501)}, "scores: take from 10 to 500"),
        ({"scores": [0.5] * 9 + [math.inf], "targets": [0, 1] * 5}, "scores[9]=inf: take finite numbers"),
        ({"scores": [0.5] * 10, "targets": [0, 1]}, "targets: take one for each of the 10 scores, not 2"),
        ({"scores": [0.5] * 10, "targets": [1] * 10}, "targets=[1]: take 0 and 1, and examples of both classes"),
        ({"scores": [0.5] * 10, "targets": [0, 2] * 5}, "targets=[0, 2]: take 0 and 1"),
        ({"scores": [0.5] * 10}, "scores and targets belong together"),
        ({"classes": ("", "x")}, "classes=('', 'x'): take names of 1 to 14 letters"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_wrong_setting_is_named(setting, words):
    with pytest.raises(traitlets.TraitError, match=re.escape(words)):
        ThresholdFigure(**setting)


def test_a_wrong_change_is_refused_and_the_examples_are_fixed():
    figure = ThresholdFigure()
    with pytest.raises(traitlets.TraitError, match="threshold=2.0"):
        figure.threshold = 2.0
    assert figure.threshold == 0.5
    with pytest.raises(traitlets.TraitError, match="read-only"):
        figure.scores = [0.5] * 10


def test_takes_what_a_model_gives():
    logits, targets = (
        torch.randn(40, 1, generator=torch.Generator().manual_seed(0)),
        torch.tensor([0.0, 1.0]).repeat(20),
    )
    figure = ThresholdFigure(scores=logits, targets=targets, classes=("cat", "dog"))
    assert figure.scores == logits.double().flatten().tolist() and figure.targets == [0, 1] * 20
    assert (figure.threshold, figure.prevalence) == (0.0, 0.5)
    assert "share of the dog cases" in figure.picture


def test_picture_and_text_follow_the_setting():
    figure = ThresholdFigure()
    picture, result = figure.picture, simulate(SCORES, TARGETS, 0.5, NATURAL)
    (tn, fp), (fn, tp) = result["counts"].tolist()
    assert f"Of 190 examples: {tp} true positives, {fp} false positives, {fn} false negatives" in figure.alt
    assert f"area is {result['area']:.3f}" in figure.alt and f"{tn} true negatives" in figure.alt
    assert f"{tp} found, {fn} missed, {fp} false alarms" in picture
    figure.prevalence = 0.01
    assert figure.picture != picture and "Of 1000 cases, 1.0% of them malignant" in figure.alt
    figure.threshold = 1.02
    assert "no precision, for nothing is called malignant" in figure.alt


def test_plain_text_is_one_line():
    assert repr(ThresholdFigure(threshold=0.3)) == "ThresholdFigure(190 examples, threshold=0.3, prevalence=0.4)"
