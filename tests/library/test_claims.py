"""`claim` asserts, shows and records; a ranking needs seeds and an interval that excludes zero."""

import numpy as np
import pytest
import torch
from scipy import stats

from course_lib.claims import claim, interval, number, say, sentences
from course_lib.claims.intervals import mcnemar


@pytest.fixture
def shown(monkeypatch):
    """What would stand in the notebook: (Markdown, metadata) pairs."""
    outputs = []
    monkeypatch.setattr(sentences, "display", lambda data, metadata: outputs.append((data.data, metadata["course"])))
    return outputs


LOW = torch.tensor([1.0, 1.2, 0.9, 1.1, 1.3, 0.8])


def test_a_true_sentence_is_shown_and_recorded(shown):
    claim("Two and two make four.", 2 + 2 == 4)
    ((text, course),) = shown
    assert text == "**Checked:** Two and two make four."
    assert course["claim"]["status"] == "holds" and course["claim"]["text"] == "Two and two make four"


def test_a_false_sentence_is_shown_and_raises(shown):
    with pytest.raises(AssertionError, match="make five"):
        claim("Two and two make five", 2 + 2 == 5)
    ((text, course),) = shown
    assert text.startswith("**False:**") and course["claim"]["status"] == "fails"


@pytest.mark.parametrize("value", [True, np.bool_(True), torch.tensor(True)])
def test_truth_values_are_assertions(shown, value):
    claim("It holds", value)
    assert shown[0][1]["claim"]["status"] == "holds"


@pytest.mark.parametrize(
    "value", ["b", 1, 0.0, float("nan"), None, torch.tensor([True]), torch.tensor(1.0), np.array([True, True]), [1, 2]]
)
def test_anything_else_is_no_assertion(shown, value):
    with pytest.raises(TypeError, match="neither true nor false; assert a comparison"):
        claim("It holds", value)
    assert shown == []


def test_a_ranking_holds_when_the_interval_excludes_zero(shown):
    claim(
        "The first is lower", LOW, "<", LOW + torch.tensor([1.0, 1.1, 0.9, 1.0, 1.2, 0.8]), over="seeds", unit="steps"
    )
    record = shown[0][1]["claim"]
    assert record["n"] == 6 and 0 < record["low"] < record["difference"] < record["high"]
    assert "6 seeds, paired" in record["measured"] and "steps" in record["measured"] and record["over"] == "seeds"


NOISE = torch.tensor([0.3, -0.2, 0.1, -0.3, 0.2, -0.1])


@pytest.mark.parametrize("relation", ["<", ">"])
def test_a_ranking_of_noise_is_false(shown, relation):
    with pytest.raises(AssertionError):
        claim("Noise has a winner", LOW, relation, LOW + NOISE, over="seeds")


def test_the_wrong_direction_is_false(shown):
    with pytest.raises(AssertionError):
        claim("The higher is lower", LOW + 1, "<", LOW, over="seeds")


def test_no_difference_is_said_with_its_interval_and_can_fail(shown):
    claim("No difference was found", LOW, "~", LOW + NOISE, over="draws", within=0.5)
    assert shown[0][1]["claim"]["low"] < 0 < shown[0][1]["claim"]["high"]
    with pytest.raises(AssertionError):
        claim("No difference was found", LOW, "~", LOW + NOISE, over="draws", within=0.01)
    with pytest.raises(AssertionError):
        claim("No difference was found", LOW, "~", LOW + 1 + NOISE / 10, over="draws")


@pytest.mark.parametrize("relation", ["<", ">", "~"])
@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_a_value_that_is_not_finite_makes_a_comparison_fail(shown, relation, bad):
    left = LOW.clone()
    left[2] = bad
    with pytest.raises(AssertionError, match="1 of 6 seeds are not finite"):
        claim("It compares", left, relation, LOW + 5, over="seeds")
    assert shown[0][1]["claim"]["status"] == "fails"


@pytest.mark.parametrize("constant", [2.5, torch.tensor(2.5), torch.full((6,), 2.5)])
def test_with_a_constant_nothing_is_paired(shown, constant):
    claim("All lie below", LOW, "<", constant, over="seeds")
    claim("It lies above", constant, ">", LOW, over="seeds")
    for _, course in shown:
        assert "6 seeds" in course["claim"]["measured"] and "paired" not in course["claim"]["measured"]


def right_or_wrong(wins, losses, n=360):
    """Two models on the same images: `wins` only the first gets right, `losses` only the second."""
    left, right = torch.ones(n), torch.ones(n)
    right[:wins], left[wins : wins + losses] = 0, 0
    return left, right


def test_two_models_on_the_same_examples(shown):
    left, right = right_or_wrong(wins=20, losses=5)
    claim("The first reads more", left, ">", right, over="examples")
    measured = shown[0][1]["claim"]["measured"]
    assert "360 examples, paired, exact McNemar p = 0.00408" in measured
    left, right = right_or_wrong(wins=8, losses=4)
    with pytest.raises(AssertionError):
        claim("The first reads more", left, ">", right, over="examples")


def test_mcnemar_has_the_last_word(shown):
    """One image alone is no proof, even where an interval excludes zero."""
    left, right = right_or_wrong(wins=5, losses=0)
    assert interval(left - right, over="examples").low > 0
    with pytest.raises(AssertionError, match="p = 0.0625"):
        claim("The first reads more", left, ">", right, over="examples")


@pytest.mark.parametrize("wins, losses", [(0, 0), (3, 3), (9, 2), (1, 14)])
def test_mcnemar_is_the_binomial_test(wins, losses):
    expected = stats.binomtest(wins, wins + losses).pvalue if wins + losses else 1
    assert abs(mcnemar(*right_or_wrong(wins, losses)) - expected) < 1e-12


def test_overlapping_splits_get_a_wider_interval(shown):
    values = LOW.double() + 0.1
    plain, wide = interval(values, over="draws"), interval(values, over="splits", ratio=0.25)
    factor = ((1 / 6 + 0.25) / (1 / 6)) ** 0.5
    assert wide.mean == plain.mean
    assert abs((wide.high - wide.mean) - factor * (plain.high - plain.mean)) < 1e-12
    claim("Above", values, ">", 0, over="splits", ratio=0.25)
    assert "6 splits, corrected for their overlap" in shown[0][1]["claim"]["measured"]


@pytest.mark.parametrize("over", ["seeds", "draws"])
def test_the_interval_of_independent_values_is_student_s(over):
    found = interval(LOW, over=over)
    low, high = stats.t.interval(0.95, len(LOW) - 1, loc=LOW.double().mean(), scale=stats.sem(LOW.double()))
    assert abs(found.low - low) < 1e-12 and abs(found.high - high) < 1e-12


def test_an_interval_reads_well():
    assert f"{interval(LOW - 1, over='seeds'):+.1f}" == "+0.1 (95\u00a0% interval −0.1 to +0.2 over 6 seeds)"


@pytest.mark.parametrize(
    "left, right, options, words",
    [
        (LOW, LOW + 1, {}, "over: got None; name what is drawn anew"),
        (LOW, LOW + 1, {"over": "epochs"}, "over: got 'epochs'"),
        (LOW, LOW + 1, {"over": "splits"}, "ratio: got None"),
        (LOW, LOW + 1, {"over": "splits", "ratio": float("nan")}, "ratio: got nan"),
        (LOW, LOW + 1, {"over": "seeds", "ratio": 0.25}, "only splits"),
        (LOW[:4], LOW[:4] + 1, {"over": "seeds"}, "4 seeds: an interval needs at least 5"),
        (torch.ones(79), torch.zeros(79), {"over": "examples"}, "at least 80"),
        (LOW, LOW[:5], {"over": "draws"}, "the same draws"),
        (LOW.expand(2, 6), LOW, {"over": "seeds"}, "left has the shape"),
        (1.0, 2.0, {"over": "seeds"}, "1 seeds"),
        (LOW, None, {"over": "seeds"}, "nothing to compare"),
    ],
)
def test_a_comparison_that_is_not_one_is_refused(left, right, options, words):
    with pytest.raises(ValueError, match=words):
        claim("Refused", left, "<", right, **options)


def test_an_interval_of_what_is_not_finite_is_refused():
    with pytest.raises(ValueError, match="6 of 6 are not finite"):
        interval(LOW / 0, over="seeds")


def test_an_unknown_relation_or_need_is_refused():
    with pytest.raises(ValueError, match="relation"):
        claim("Refused", LOW, "<=", LOW, over="seeds")
    with pytest.raises(ValueError, match="needs"):
        claim("Refused", True, needs="imagenet")


def test_without_mnist_the_claim_is_not_run_and_no_number_is_shown(shown, monkeypatch):
    monkeypatch.setattr(sentences, "has_mnist", lambda: False)
    claim("It is **87.5 %** and −3 of 1,797, shape (13, 28)", LOW - 9, ">", LOW, over="seeds", needs="mnist")
    ((text, course),) = shown
    assert text == "**Not run: MNIST is not here.** It is **…\u00a0%** and … of …, shape (…, …)."
    assert course["claim"] == {
        "text": "It is **…\u00a0%** and … of …, shape (…, …)",
        "device": course["claim"]["device"],
        "seed_offset": 0,
        "status": "not run",
        "measured": "",
        "needs": "mnist",
    }


def test_with_mnist_the_claim_counts(shown, monkeypatch):
    monkeypatch.setattr(sentences, "has_mnist", lambda: True)
    with pytest.raises(AssertionError):
        claim("True only of MNIST", False, needs="mnist")


def test_the_offset_of_the_seeds_is_recorded(shown, monkeypatch):
    monkeypatch.setenv("COURSE_SEED", "7")
    claim("Recorded", True)
    assert shown[0][1]["claim"]["seed_offset"] == 7


def test_say_records_no_claim(shown):
    say("It took **46** steps.")
    assert shown == [("It took **46** steps.", {"say": True})]


def test_a_number_keeps_its_per_cent_sign(shown):
    say("It is **46 %**, or 4.5 % of them.")
    assert shown[0][0] == "It is **46\u00a0%**, or 4.5\u00a0% of them."


@pytest.mark.parametrize("value, text", [(0.12345, "0.123"), (-2.5, "−2.5"), (46, "46"), (23024, "23,024"), (0, "0")])
def test_numbers_read_well(value, text):
    assert number(value) == text
