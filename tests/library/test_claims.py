"""`claim` asserts, shows and records; a ranking needs seeds and an interval that excludes zero."""

import pytest
import torch
from scipy import stats

from course_lib import claims
from course_lib.claims import claim, interval, number, say


@pytest.fixture
def shown(monkeypatch):
    """What would stand in the notebook: (Markdown, metadata) pairs."""
    outputs = []
    monkeypatch.setattr(claims, "display", lambda data, metadata: outputs.append((data.data, metadata["course"])))
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


def test_a_ranking_holds_when_the_interval_excludes_zero(shown):
    claim("The first is lower", LOW, "<", LOW + torch.tensor([1.0, 1.1, 0.9, 1.0, 1.2, 0.8]), unit="steps")
    record = shown[0][1]["claim"]
    assert record["n"] == 6 and 0 < record["low"] < record["difference"] < record["high"]
    assert "6 seeds" in record["measured"] and "steps" in record["measured"]


@pytest.mark.parametrize("relation", ["<", ">"])
def test_a_ranking_of_noise_is_false(shown, relation):
    noise = torch.tensor([0.3, -0.2, 0.1, -0.3, 0.2, -0.1])
    with pytest.raises(AssertionError):
        claim("Noise has a winner", LOW, relation, LOW + noise)


def test_the_wrong_direction_is_false(shown):
    with pytest.raises(AssertionError):
        claim("The higher is lower", LOW + 1, "<", LOW)


def test_no_difference_is_said_with_its_interval_and_can_fail(shown):
    noise = torch.tensor([0.3, -0.2, 0.1, -0.3, 0.2, -0.1])
    claim("No difference was found", LOW, "~", LOW + noise, within=0.5)
    assert shown[0][1]["claim"]["low"] < 0 < shown[0][1]["claim"]["high"]
    with pytest.raises(AssertionError):
        claim("No difference was found", LOW, "~", LOW + noise, within=0.01)
    with pytest.raises(AssertionError):
        claim("No difference was found", LOW, "~", LOW + 1 + noise / 10)


def test_the_interval_is_student_s():
    mean, half = interval(LOW)
    low, high = stats.t.interval(0.95, len(LOW) - 1, loc=LOW.double().mean(), scale=stats.sem(LOW.double()))
    assert abs(mean - half - low) < 1e-12 and abs(mean + half - high) < 1e-12


@pytest.mark.parametrize(
    "left, right, words",
    [
        (LOW[:4], LOW[:4] + 1, "at least 5"),
        (LOW, LOW[:5], "the same seeds"),
        (LOW, LOW / 0, "not finite"),
        (LOW, None, "nothing to compare"),
    ],
)
def test_a_comparison_that_is_not_one_is_refused(left, right, words):
    with pytest.raises(ValueError, match=words):
        claim("Refused", left, "<", right)


def test_an_unknown_relation_or_need_is_refused():
    with pytest.raises(ValueError, match="relation"):
        claim("Refused", LOW, "<=", LOW)
    with pytest.raises(ValueError, match="needs"):
        claim("Refused", True, needs="imagenet")


def test_without_mnist_the_claim_is_not_run_and_says_so(shown, monkeypatch):
    monkeypatch.setattr(claims, "has_mnist", lambda: False)
    claim("True only of MNIST", False, needs="mnist")
    ((text, course),) = shown
    assert "MNIST is not here" in text and course["claim"]["status"] == "not run"


def test_with_mnist_the_claim_counts(shown, monkeypatch):
    monkeypatch.setattr(claims, "has_mnist", lambda: True)
    with pytest.raises(AssertionError):
        claim("True only of MNIST", False, needs="mnist")


def test_the_offset_of_the_seeds_is_recorded(shown, monkeypatch):
    monkeypatch.setenv("COURSE_SEED", "7")
    claim("Recorded", True)
    assert shown[0][1]["claim"]["seed_offset"] == 7


def test_say_records_no_claim(shown):
    say("It took **46** steps.")
    assert shown == [("It took **46** steps.", {"say": True})]


@pytest.mark.parametrize("value, text", [(0.12345, "0.123"), (-2.5, "−2.5"), (46, "46"), (23024, "23,024"), (0, "0")])
def test_numbers_read_well(value, text):
    assert number(value) == text
