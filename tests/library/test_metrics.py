"""The measures against counting by hand and against scikit-learn, and the mean against all examples at once."""

import itertools
import math

import numpy as np
import pytest
import torch
from devices import DEVICES
from sklearn import metrics as sklearn
from sklearn.calibration import calibration_curve as sklearn_calibration_curve

from course_lib import metrics
from course_lib.metrics import Mean, accuracy, arguments


def test_accuracy_counts_the_largest_logit():
    logits = torch.tensor([[3.0, 1.0, 0.0], [0.0, 2.0, 1.0], [0.0, 1.0, -2.0], [-5.0, -4.0, -1.0]])
    assert accuracy(logits, torch.tensor([0, 1, 0, 2])).item() == 0.75


@pytest.mark.parametrize("shape", [(4,), (4, 1)])
@pytest.mark.parametrize("dtype", [torch.int64, torch.float32])
def test_accuracy_of_one_logit_asks_for_its_sign(shape, dtype):
    logits = torch.tensor([0.3, -0.3, 2.0, -2.0]).reshape(shape)
    assert accuracy(logits, torch.tensor([1, 0, 0, 0], dtype=dtype)).item() == 0.75
    assert accuracy(logits, torch.tensor([1, 0, 0, 0], dtype=dtype).reshape(4, 1)).item() == 0.75


def test_accuracy_of_images_of_classes():
    logits = torch.tensor([[[[1.0, 0.0, 3.0]], [[0.0, 1.0, 2.0]]]])  # (1 image, 2 classes, 1 by 3 pixels)
    assert accuracy(logits, torch.tensor([[[0, 1, 0]]])).item() == 1.0


@pytest.mark.parametrize("targets", [torch.zeros(4, 1), torch.zeros(3), torch.zeros(4, 2)])
def test_accuracy_names_shapes_that_do_not_fit(targets):
    with pytest.raises(ValueError, match=r"\(4, 3\).*\({}".format(targets.shape[0])):
        accuracy(torch.zeros(4, 3), targets)


@pytest.mark.parametrize("shape", [(), (3,)])
def test_mean_weighs_by_examples(shape):
    values = torch.rand(10, *shape, dtype=torch.float64)
    mean = Mean()
    for batch in values.split(4):  # 4, 4 and 2
        mean.update(batch.mean(dim=0), len(batch))
    expected = values.mean(dim=0)
    torch.testing.assert_close(torch.as_tensor(mean.compute(), dtype=torch.float64), expected, rtol=0, atol=1e-14)


def test_mean_gives_a_float_of_numbers_and_a_float64_tensor_of_tensors():
    number, several = Mean(), Mean()
    number.update(0.1, 3)
    several.update(torch.tensor([1.0, 2.0], requires_grad=True), 3)
    assert isinstance(number.compute(), float) and abs(number.compute() - 0.1) < 1e-15
    assert several.compute().dtype == torch.float64 and not several.compute().requires_grad


def test_mean_does_not_change_the_tensor_it_was_given():
    value = torch.tensor([1.0])
    mean = Mean()
    mean.update(value, 1)
    mean.update(value, 1)
    assert value.item() == 1.0


def test_mean_passes_nan_on():
    mean = Mean()
    mean.update(float("nan"), 1)
    assert mean.compute() != mean.compute()


def test_no_examples_have_no_mean():
    with pytest.raises(ValueError, match="0 examples"):
        Mean().compute()


# ---- two classes, against scikit-learn


def generator(seed):
    return torch.Generator().manual_seed(seed)


def binary_cases():
    """Logits and targets: without ties, with many, all equal, of one example of a class, in two dimensions, infinite."""
    for n, seed in itertools.product((2, 3, 20, 300), (0, 1)):
        targets = (torch.rand(n, generator=generator(seed)) < 0.3).long()
        targets[0], targets[1] = 0, 1
        logits = torch.randn(n, generator=generator(seed + 10)) + targets
        yield pytest.param(logits.double(), targets, id=f"{n}, seed {seed}")
        yield pytest.param(logits, targets.float(), id=f"{n}, seed {seed}, float32")
        yield pytest.param((logits * 1.5).round(), targets, id=f"{n}, seed {seed}, ties")
        yield pytest.param(logits.unsqueeze(1), targets.bool().unsqueeze(1), id=f"{n}, seed {seed}, columns")
    yield pytest.param(torch.zeros(4), torch.tensor([0, 1, 1, 0]), id="all equal")
    yield pytest.param(torch.tensor([3.0, 2.0, -1.0]), torch.tensor([1, 1, 0]), id="perfect")
    yield pytest.param(torch.tensor([-3.0, -2.0, 1.0]), torch.tensor([1, 1, 0]), id="all wrong")


def close(ours, expected):
    assert ours.dtype == torch.float64
    torch.testing.assert_close(ours, torch.as_tensor(expected, dtype=torch.float64), rtol=0, atol=1e-12, equal_nan=True)


@pytest.mark.parametrize("threshold", [0.0, 0.4, -5.0, 5.0])
@pytest.mark.parametrize("logits, targets", list(binary_cases()))
def test_counts_of_two_classes_are_scikit_learns(logits, targets, threshold):
    true, predicted = targets.flatten().int(), (logits.flatten() > threshold).int()
    matrix = metrics.confusion_matrix(logits, targets, threshold=threshold)
    assert matrix.dtype == torch.int64
    assert torch.equal(matrix, torch.tensor(sklearn.confusion_matrix(true, predicted, labels=[0, 1])))
    for name in ("precision", "recall", "f1"):
        score = getattr(sklearn, f"{name}_score")(true, predicted, zero_division=np.nan)
        close(getattr(metrics, name)(logits, targets, threshold=threshold), score)
    if threshold == 0:
        close(metrics.per_class_accuracy(logits, targets), sklearn.recall_score(true, predicted, average=None))
        assert accuracy(logits, targets).item() == pytest.approx(sklearn.accuracy_score(true, predicted), abs=1e-6)


@pytest.mark.parametrize("logits, targets", list(binary_cases()))
def test_curves_are_scikit_learns(logits, targets):
    true, scores = targets.flatten().int().numpy(), logits.flatten().numpy()
    fpr, tpr, thresholds = sklearn.roc_curve(true, scores, drop_intermediate=False)
    ours = metrics.roc_curve(logits, targets)
    close(ours[0], fpr)
    close(ours[1], tpr)
    assert ours[2].dtype == logits.dtype and np.array_equal(ours[2].numpy(), thresholds)
    close(metrics.roc_auc(logits, targets), sklearn.roc_auc_score(true, scores))
    precision, recall, thresholds = sklearn.precision_recall_curve(true, scores)
    ours = metrics.precision_recall_curve(logits, targets)
    close(ours[0], precision)
    close(ours[1], recall)
    assert np.array_equal(ours[2].numpy(), thresholds)
    close(metrics.average_precision(logits, targets), sklearn.average_precision_score(true, scores))


def test_the_area_is_the_probability_of_the_right_order():
    targets = torch.tensor([0, 0, 0, 1, 1])
    logits = torch.tensor([0.0, 2.0, 2.0, 2.0, 3.0])
    pairs = [(a > b) + 0.5 * (a == b) for a in (2.0, 3.0) for b in (0.0, 2.0, 2.0)]
    assert metrics.roc_auc(logits, targets).item() == pytest.approx(sum(pairs) / len(pairs), abs=1e-15)


def test_what_looked_like_an_accuracy_is_none():
    """0.9 of one-hot rows that are compared place by place, and 0.5 of classes taken for logits."""
    with pytest.raises(ValueError, match="one-hot"):
        accuracy(torch.zeros(3, 10) - 1, torch.eye(10)[:3])
    with pytest.raises(ValueError, match="not the predicted classes"):
        accuracy(torch.arange(4), torch.arange(4))


def test_scores_may_be_whole_numbers():
    scores, targets = torch.tensor([3, 1, 1, 0]), torch.tensor([1, 0, 1, 0])
    assert metrics.roc_auc(scores, targets).item() == sklearn.roc_auc_score(targets, scores)
    fpr, tpr, thresholds = metrics.roc_curve(scores, targets)
    assert thresholds.tolist() == [math.inf, 3, 1, 0] and tpr.tolist() == [0, 0.5, 1, 1]
    assert metrics.precision_recall_curve(scores, targets)[2].tolist() == [0, 1, 3]


def test_one_logit_for_each_place_of_an_image():
    logits = torch.randn(2, 1, 3, 4, generator=generator(0))
    targets = (logits > 0.3).long()
    for shape in (targets, targets.squeeze(1)):
        assert accuracy(logits, shape) == (targets == (logits > 0)).double().mean()
        assert metrics.confusion_matrix(logits, shape, threshold=0.3).diagonal().sum() == 24


def test_infinite_logits_are_ranked():
    logits, targets = torch.tensor([-math.inf, 0.0, math.inf]), torch.tensor([0, 0, 1])
    assert metrics.roc_auc(logits, targets) == 1 and metrics.average_precision(logits, targets) == 1
    assert metrics.recall(logits, targets) == 1


def test_what_divides_zero_by_zero_is_nan():
    none = torch.tensor([-1.0, -2.0])
    assert metrics.precision(none, torch.tensor([1, 0])).isnan() and metrics.recall(none, torch.tensor([0, 0])).isnan()
    assert metrics.f1(none, torch.tensor([0, 0])).isnan() and metrics.f1(none, torch.tensor([1, 0])) == 0
    assert metrics.confusion_matrix(none, torch.tensor([0, 0])).tolist() == [[2, 0], [0, 0]]


# ---- more classes


@pytest.mark.parametrize("shape", [(50,), (3, 2, 4), (1,)])
def test_confusion_of_classes_is_scikit_learns(shape):
    n, *places = shape
    logits = torch.randn(n, 4, *places, generator=generator(0))
    targets = torch.randint(3, shape, generator=generator(1))  # class 3 is absent
    true, predicted = targets.flatten(), logits.argmax(1).flatten()
    expected = torch.tensor(sklearn.confusion_matrix(true, predicted, labels=range(4)))
    assert torch.equal(metrics.confusion_matrix(logits, targets), expected)
    larger = metrics.confusion_matrix(logits, targets, n_classes=6)
    assert larger.shape == (6, 6) and torch.equal(larger[:4, :4], expected) and larger.sum() == expected.sum()
    recall = sklearn.recall_score(true, predicted, average=None, labels=range(4), zero_division=np.nan)
    close(metrics.per_class_accuracy(logits, targets), recall)
    assert metrics.per_class_accuracy(logits, targets)[3].isnan()


# ---- numbers


def test_errors_between_numbers_are_scikit_learns():
    outputs, targets = (torch.randn(40, generator=generator(seed)) * 100 for seed in (0, 1))
    close(
        metrics.mean_absolute_error(outputs, targets), sklearn.mean_absolute_error(targets.double(), outputs.double())
    )
    expected = sklearn.root_mean_squared_error(targets.double(), outputs.double())
    close(metrics.root_mean_squared_error(outputs, targets), expected)
    assert metrics.mean_absolute_error(torch.zeros(0), torch.zeros(0)).isnan()


# ---- calibration


def calibration_by_hand(confidence, right, bins):
    """Mean confidence, share of right ones and count of each bin, one example after another."""
    members = [[] for _ in range(bins)]
    for p, r in zip(confidence, right):
        members[max(0, math.ceil(p * bins) - 1)].append((p, r))
    means = [np.mean(group, axis=0) if group else (np.nan, np.nan) for group in members]
    return np.array(means)[:, 0], np.array(means)[:, 1], [len(group) for group in members]


@pytest.mark.parametrize("bins", [1, 4, 10, 15])
@pytest.mark.parametrize("classes", [1, 2, 5])
def test_calibration_is_that_of_numpy(classes, bins):
    logits = 3 * torch.randn(400, classes, generator=generator(0))
    targets = torch.randint(max(2, classes), (400,), generator=generator(1))
    numbers, true = logits.double().numpy(), targets.numpy()
    if classes == 1:
        confidence = 1 / (1 + np.exp(-numbers[:, 0]))
        right = true == 1
    else:
        probabilities = np.exp(numbers) / np.exp(numbers).sum(1, keepdims=True)
        confidence, right = probabilities.max(1), probabilities.argmax(1) == true
    expected = calibration_by_hand(confidence, right, bins)
    ours = metrics.calibration_curve(logits, targets, bins=bins)
    close(ours[0], expected[0])
    close(ours[1], expected[1])
    assert ours[2].tolist() == expected[2] and ours[2].dtype == torch.int64
    weights = np.array(expected[2]) / 400
    error = np.nansum(weights * np.abs(expected[1] - expected[0]))
    close(metrics.expected_calibration_error(logits, targets, bins=bins), error)


def test_calibration_of_two_classes_is_scikit_learns():
    logits = 2 * torch.randn(200, generator=generator(0)).double()
    targets = torch.randint(2, (200,), generator=generator(1))
    shares, confidences = sklearn_calibration_curve(targets.numpy(), logits.sigmoid().numpy(), n_bins=8)
    confidence, share, count = metrics.calibration_curve(logits, targets, bins=8)
    close(confidence[count > 0], confidences)
    close(share[count > 0], shares)


def test_edges_belong_to_the_bin_below_and_empty_bins_are_nan():
    logits, targets = torch.tensor([-math.inf, 0.0, math.inf]), torch.tensor([0, 1, 1])  # confidences 0, 1/2 and 1
    confidence, share, count = metrics.calibration_curve(logits, targets, bins=4)
    assert count.tolist() == [1, 1, 0, 1] and confidence[:2].tolist() == [0, 0.5] and share[:2].tolist() == [0, 1]
    assert confidence[2].isnan() and share[2].isnan()
    assert metrics.expected_calibration_error(logits, targets, bins=4).item() == pytest.approx(0.5 / 3)
    assert metrics.expected_calibration_error(torch.zeros(0), torch.zeros(0)).isnan()


# ---- devices and errors

OF_TWO = ["precision", "recall", "f1", "roc_curve", "roc_auc", "precision_recall_curve", "average_precision"]
OF_CLASSES = ["accuracy", "confusion_matrix", "per_class_accuracy", "calibration_curve", "expected_calibration_error"]
OF_NUMBERS = ["mean_absolute_error", "root_mean_squared_error"]


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("name", [*OF_TWO, *OF_CLASSES, *OF_NUMBERS])
def test_the_result_is_on_the_device_of_the_logits(name, device):
    logits, targets = torch.tensor([0.5, -1.0, 2.0]), torch.tensor([1.0, 0.0, 0.0])
    here = getattr(metrics, name)(logits, targets)
    there = getattr(metrics, name)(logits.to(device), targets.to(device))
    for one, other in zip(*(result if isinstance(result, tuple) else (result,) for result in (here, there))):
        assert other.device.type == device
        torch.testing.assert_close(other.cpu(), one, rtol=0, atol=1e-12, equal_nan=True)


def test_where_there_is_no_float64_the_results_are_float32():
    class Apple:  # as much of such a tensor as is asked for
        device = torch.device("mps")

        def to(self, dtype):
            return dtype

    assert arguments.precise(Apple()) == torch.float32 and arguments.precise(torch.zeros(1)).dtype == torch.float64


TWO, THREE = torch.tensor([0.5, -1.0]), torch.zeros(2, 3)
ERRORS = [
    *((name, THREE, torch.tensor([0, 1]), {}, r"one logit for each target.*for more classes") for name in OF_TWO),
    *(
        (name, TWO, torch.tensor([0, 2]), {}, r"targets contain 2: the 2 classes")
        for name in (*OF_TWO, *OF_CLASSES[1:])
    ),
    *((name, TWO, torch.tensor([0, 0.5]), {}, r"targets contain 0.5") for name in (*OF_TWO, *OF_CLASSES[1:])),
    *(
        (name, TWO * math.nan, torch.tensor([0, 1]), {}, r"logits contain nan, 2 times")
        for name in (*OF_TWO, "calibration_curve", "expected_calibration_error")
    ),
    *(
        (name, THREE, torch.tensor([0, 1, 2]), {}, r"logits of shape \(2, 3\) do not fit targets of shape \(3,\)")
        for name in OF_CLASSES
    ),
    *(
        (name, TWO, TWO.unsqueeze(1), {}, r"outputs of shape \(2,\) do not fit targets of shape \(2, 1\)")
        for name in OF_NUMBERS
    ),
    *((name, TWO, torch.tensor([1, 1]), {}, r"class 1 2 times in 2 examples.*both classes") for name in OF_TWO[3:5]),
    *((name, TWO, torch.tensor([0, 0]), {}, r"class 1 0 times in 2 examples") for name in OF_TWO[3:]),
    *((name, TWO[:0], TWO[:0], {}, r"empty: pass at least one example") for name in OF_TWO[3:]),
    *(
        (name, TWO, targets, {}, words)
        for name in (*OF_TWO, *OF_CLASSES)
        for targets, words in (
            (torch.tensor([-1, 1]), r"targets contain -1: the 2 classes.*labels -1 and 1 pass targets > 0"),
            (
                torch.tensor([0, 3]),
                r"targets contain 3: the 2 classes.*logits \(n, classes\), not the predicted classes",
            ),
            (torch.tensor([0, math.nan]), r"targets contain nan: the 2 classes"),
        )
    ),
    *(
        (name, THREE, targets, {}, words)
        for name in OF_CLASSES
        for targets, words in (
            (torch.tensor([[0, 0, 1], [1, 0, 0]]), r"of one-hot rows these are targets.argmax\(1\)"),
            (torch.tensor([0, 3]), r"targets contain 3: the 3 classes have the numbers 0 to 2; number the classes"),
            (torch.tensor([0, -100]), r"targets contain -100: .*leave out examples whose class is not known"),
            (torch.tensor([0.0, 0.5]), r"targets contain 0.5"),
        )
    ),
    *(
        (name, THREE * math.nan, torch.tensor([0, 1]), {}, r"logits contain nan, 6 times.*lower the learning rate")
        for name in OF_CLASSES
    ),
    *((name, TWO, torch.zeros(2, 3), {}, "here they seem to be swapped") for name in OF_CLASSES),
    ("confusion_matrix", TWO, torch.tensor([0, 1]), {"threshold": math.nan}, "threshold is nan"),
    ("confusion_matrix", THREE, torch.tensor([0, 3]), {}, r"targets contain 3: the 3 classes"),
    ("confusion_matrix", THREE, torch.tensor([0, -1]), {}, r"targets contain -1"),
    ("confusion_matrix", THREE, torch.tensor([0, 1]), {"n_classes": 2}, r"n_classes=2: the logits are of 3 classes"),
    ("calibration_curve", TWO, torch.tensor([0, 1]), {"bins": 0}, r"bins=0: pass a whole number, 1 or more"),
]


@pytest.mark.parametrize("name, logits, targets, options, words", ERRORS)
def test_errors_name_the_argument_and_the_remedy(name, logits, targets, options, words):
    with pytest.raises(ValueError, match=words):
        getattr(metrics, name)(logits, targets, **options)
