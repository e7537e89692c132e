"""The bundled sets, the toys, the splits and the normalization."""

import gzip
import hashlib
import importlib.util

import numpy as np
import pytest
import torch

from course_lib import data
from course_lib.data.bundled import CHECKSUMS, bundled_folder, read_table
from course_lib.data.splits import apportion, mean_std

SETS = {
    "digits": (data.digits, (1797, 1, 8, 8), 10),
    "breast_cancer": (data.breast_cancer, (569, 30), 2),
    "wine": (data.wine, (178, 13), 3),
}


@pytest.fixture(autouse=True)
def no_offset(monkeypatch):
    monkeypatch.delenv("COURSE_SEED", raising=False)


# --- the sets that come with scikit-learn


@pytest.mark.parametrize("name", SETS)
def test_shape_dtype_and_classes(name):
    load, shape, n_classes = SETS[name]
    inputs, targets = load()
    assert inputs.shape == shape and inputs.dtype == torch.float32 and inputs.device.type == "cpu"
    assert targets.shape == shape[:1] and targets.dtype == torch.int64
    assert targets.unique().tolist() == list(range(n_classes))


def test_digits_reach_from_0_to_1():
    inputs, _ = data.digits()
    assert inputs.min() == 0 and inputs.max() == 1


def test_diabetes_is_a_regression():
    inputs, targets = data.diabetes()
    assert inputs.shape == (442, 10) and inputs.dtype == torch.float32
    assert targets.shape == (442, 1) and targets.dtype == torch.float32
    assert (targets.min().item(), targets.max().item()) == (25, 346)


def test_the_numbers_are_those_of_scikit_learns_own_loaders():
    from sklearn import datasets

    for name in SETS:
        inputs, targets = SETS[name][0]()
        theirs, their_targets = getattr(datasets, f"load_{name}")(return_X_y=True)
        scale = 16 if name == "digits" else 1
        np.testing.assert_array_equal(inputs.flatten(1).numpy(), (theirs / scale).astype(np.float32))
        np.testing.assert_array_equal(targets.numpy(), their_targets)
    inputs, targets = data.diabetes()
    theirs, their_targets = datasets.load_diabetes(return_X_y=True, scaled=False)
    np.testing.assert_array_equal(inputs.numpy(), theirs.astype(np.float32))
    np.testing.assert_array_equal(targets.squeeze(1).numpy(), their_targets.astype(np.float32))


def broken(tmp_path, name, change):
    """Write a changed copy of a bundled file, and return its path."""
    path = tmp_path / name
    path.write_bytes(change((bundled_folder() / name).read_bytes()))
    return path


def one_pixel_off(content):
    rows = gzip.decompress(content).decode()
    return gzip.compress(rows.replace("0,0,5,13,", "0,0,5,12,", 1).encode())


@pytest.mark.parametrize(
    "name, change, words",
    [
        ("digits.csv.gz", lambda content: content[:-2000], "truncated or corrupt"),
        ("digits.csv.gz", lambda content: b"no gzip" + content, "truncated or corrupt"),
        ("digits.csv.gz", lambda content: content[:999] + b"\0\0\0\0\0" + content[1004:], "truncated or corrupt"),
        ("digits.csv.gz", one_pixel_off, "other numbers than expected"),
        ("wine_data.csv", lambda content: content[:-10], "truncated or corrupt|other numbers"),
        ("wine_data.csv", lambda content: content[: content.rindex(b"\n", 0, -1) + 1], "other numbers than expected"),
        ("wine_data.csv", lambda content: content.replace(b"14.23", b"l4.23", 1), "truncated or corrupt"),
    ],
)
def test_a_broken_file_is_named_with_the_remedy(tmp_path, name, change, words):
    path = broken(tmp_path, name, change)
    options = {"delimiter": ",", "skiprows": int(name == "wine_data.csv")}
    with pytest.raises(data.DataError, match=words) as error:
        read_table(path, CHECKSUMS[name], **options)
    assert str(path) in str(error.value) and "pip install --force-reinstall" in str(error.value)


def test_the_checksum_is_named_on_both_sides(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("1,2\n3,4\n")
    right = hashlib.sha256(np.array([[1.0, 2.0], [3.0, 4.0]]).tobytes()).hexdigest()
    assert read_table(path, right, delimiter=",").tolist() == [[1, 2], [3, 4]]
    path.write_text("1,2\n3,5\n")
    found = hashlib.sha256(np.array([[1.0, 2.0], [3.0, 5.0]]).tobytes()).hexdigest()
    with pytest.raises(data.DataError, match=f"{found}, expected {right}"):
        read_table(path, right, delimiter=",")


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(data.DataError, match="digits.csv.gz is missing.*pip install"):
        read_table(tmp_path / "digits.csv.gz", CHECKSUMS["digits.csv.gz"])


def test_without_scikit_learn_the_error_says_so(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(data.DataError, match="pip install scikit-learn"):
        data.digits()


# --- toys


@pytest.mark.parametrize("toy", [data.moons, data.spirals])
def test_toys_are_balanced_and_repeat_by_seed_and_offset(monkeypatch, toy):
    inputs, targets = toy(n=101, noise=0.1, seed=7)
    assert inputs.shape == (101, 2) and inputs.dtype == torch.float32
    assert targets.dtype == torch.int64 and targets.bincount().tolist() == [51, 50]
    assert torch.equal(inputs, toy(n=101, noise=0.1, seed=7)[0])
    assert not torch.equal(inputs, toy(n=101, noise=0.1, seed=8)[0])
    monkeypatch.setenv("COURSE_SEED", "5")
    assert torch.equal(inputs, toy(n=101, noise=0.1, seed=2)[0])


def test_toys_do_not_touch_the_global_generator():
    torch.manual_seed(0)
    expected = torch.rand(1)
    torch.manual_seed(0)
    data.moons()
    data.spirals()
    data.noisy_sine()
    assert torch.rand(1) == expected


def test_moons_without_noise_lie_on_their_half_circles():
    inputs, targets = data.moons(n=400, noise=0)
    upper, lower = inputs[targets == 0], inputs[targets == 1]
    assert torch.allclose(upper.norm(dim=1), torch.ones(200), atol=1e-5) and upper[:, 1].min() >= -1e-6
    assert torch.allclose((lower - torch.tensor([1, 0.5])).norm(dim=1), torch.ones(200), atol=1e-5)
    assert lower[:, 1].max() <= 0.5 + 1e-6


def test_spirals_without_noise_lie_on_their_arms():
    inputs, targets = data.spirals(n=400, noise=0)
    radius = inputs.norm(dim=1)
    assert 0.1 <= radius.min() and radius.max() <= 1
    angle = torch.atan2(inputs[:, 1], inputs[:, 0])
    turns = (angle - 3 * torch.pi * radius - torch.pi * targets) / (2 * torch.pi)
    assert (turns - turns.round()).abs().max() < 1e-5


@pytest.mark.parametrize("toy", [data.moons, data.spirals])
def test_noise_has_the_given_deviation(toy):
    moved = toy(n=4000, noise=0.3)[0] - toy(n=4000, noise=0)[0]
    assert moved.std().item() == pytest.approx(0.3, rel=0.03)
    with pytest.raises(ValueError, match="noise must .* but it is -1"):
        toy(noise=-1)
    with pytest.raises(ValueError, match="noise must .* but it is nan"):
        toy(noise=float("nan"))
    with pytest.raises(ValueError, match="n must .* but it is 1"):
        toy(n=1)


def test_noisy_sine_is_a_regression_that_repeats_by_seed_and_offset(monkeypatch):
    inputs, targets = data.noisy_sine(n=4000, noise=0.3, seed=7)
    assert inputs.shape == targets.shape == (4000, 1) and inputs.dtype == targets.dtype == torch.float32
    assert 0 <= inputs.min() < 0.01 and 0.99 < inputs.max() < 1 and (inputs.diff(dim=0) < 0).any()
    noise = targets - (2 * torch.pi * inputs).sin()
    assert noise.std().item() == pytest.approx(0.3, rel=0.03) and abs(noise.mean()) < 0.02
    assert torch.equal(data.noisy_sine(n=4000, noise=0.3, seed=7)[1], targets)
    assert not torch.equal(data.noisy_sine(n=4000, noise=0.3, seed=8)[0], inputs)
    monkeypatch.setenv("COURSE_SEED", "5")
    assert torch.equal(data.noisy_sine(n=4000, noise=0.3, seed=2)[1], targets)
    assert torch.allclose(data.noisy_sine(noise=0)[1], (2 * torch.pi * data.noisy_sine(noise=0)[0]).sin())
    with pytest.raises(ValueError, match="noise must .* but it is -1"):
        data.noisy_sine(noise=-1)
    with pytest.raises(ValueError, match="n must .* but it is 1"):
        data.noisy_sine(n=1)


# --- splits


def numbered(targets):
    """Inputs that carry their own position."""
    return torch.arange(len(targets), dtype=torch.float32).unsqueeze(1)


@pytest.mark.parametrize("fractions", [(0.6, 0.2, 0.2), (0.8, 0.1, 0.1), (0.29, 0.34, 0.37)])
def test_a_split_is_disjoint_complete_and_stratified(fractions):
    _, targets = data.digits()
    parts = data.split(numbered(targets), targets, fractions)
    positions = torch.cat([inputs.squeeze(1) for inputs, _ in parts]).long()
    assert positions.sort().values.tolist() == list(range(len(targets)))
    for (inputs, part_targets), fraction in zip(parts, fractions):
        assert torch.equal(targets[inputs.squeeze(1).long()], part_targets)
        assert abs(len(part_targets) - fraction * len(targets)) <= 1
        share = fraction * targets.bincount()
        assert (part_targets.bincount(minlength=10) - share).abs().max() <= 1


def test_counts_are_within_one_of_their_shares_whatever_the_sizes():
    generator = torch.Generator().manual_seed(0)
    for _ in range(300):
        sizes = torch.randint(1, 60, (int(torch.randint(1, 12, (), generator=generator)),), generator=generator)
        fractions = torch.rand(3, generator=generator, dtype=torch.float64) + 0.01
        fractions /= fractions.sum()
        counts = apportion(sizes.tolist(), fractions.tolist())
        shares = sizes.unsqueeze(1) * fractions
        assert (counts >= 0).all() and torch.equal(counts.sum(1), sizes)
        assert (counts - shares).abs().max() <= 1
        assert (counts.sum(0) - shares.sum(0)).abs().max() <= 1


def test_shares_that_are_whole_numbers_are_met_exactly():
    targets = torch.arange(10).repeat_interleave(100)
    counts = [part_targets.bincount().tolist() for _, part_targets in data.split(targets, targets, (0.29, 0.58, 0.13))]
    assert counts == [[29] * 10, [58] * 10, [13] * 10]


def test_a_split_repeats_by_seed_and_offset(monkeypatch):
    inputs, targets = data.wine()
    first = data.split(inputs, targets, seed=3)
    assert all(torch.equal(a, b) for p, q in zip(first, data.split(inputs, targets, seed=3)) for a, b in zip(p, q))
    other = data.split(inputs, targets, seed=4)
    members, other_members = ({tuple(row) for row in parts.train[0].tolist()} for parts in (first, other))
    assert members != other_members  # other examples, not the same ones in another order
    monkeypatch.setenv("COURSE_SEED", "1")
    assert torch.equal(first.train[0], data.split(inputs, targets, seed=2).train[0])


def test_the_examples_of_a_part_are_mixed():
    targets = torch.arange(2).repeat_interleave(50)
    train_targets = data.split(targets, targets).train[1]
    assert train_targets.diff().abs().sum() > 10  # 1 if the classes came one after the other


def test_float_targets_are_divided_at_random():
    _, targets = data.diabetes()
    parts = data.split(numbered(targets), targets)
    assert [len(part_targets) for _, part_targets in parts] == [265, 89, 88]
    positions = torch.cat([part_inputs.squeeze(1) for part_inputs, _ in parts])
    assert positions.sort().values.tolist() == list(range(442))
    assert all(torch.equal(targets[part_inputs.squeeze(1).long()], part_targets) for part_inputs, part_targets in parts)
    assert parts.train[0].squeeze(1).diff().min() < 0


@pytest.mark.parametrize(
    "fractions, words",
    [
        ((0.6, 0.2, 0.3), "sum 1.1"),
        ((0.8, 0.2, 0.0), "positive"),
        ((1.2, -0.1, -0.1), "positive"),
        ((0.8, 0.2), "three"),
        ((float("nan"), 0.5, 0.5), "positive"),
    ],
)
def test_wrong_fractions_are_named(fractions, words):
    with pytest.raises(ValueError, match=words) as error:
        data.split(torch.zeros(10, 1), torch.zeros(10, dtype=torch.int64), fractions)
    assert str(fractions) in str(error.value)


def test_inputs_that_cannot_be_split_are_named():
    with pytest.raises(ValueError, match="same length, but they have 10 and 9"):
        data.split(torch.zeros(10, 1), torch.zeros(9))
    with pytest.raises(ValueError, match=r"\(10, 1\).*squeeze"):
        data.split(torch.zeros(10, 1), torch.zeros(10, 1, dtype=torch.int64))
    with pytest.raises(ValueError, match="2 examples are too few"):
        data.split(torch.zeros(2, 1), torch.zeros(2))


# --- normalization


def test_normalization_of_a_table_is_per_feature_and_from_the_training_part_only():
    inputs, targets = data.wine()
    raw = data.split(inputs.double(), targets)
    normalized = data.normalize(raw)
    train = normalized.train[0]
    torch.testing.assert_close(train.mean(0), torch.zeros(13, dtype=torch.float64), rtol=0, atol=1e-12)
    torch.testing.assert_close(train.std(0, correction=0), torch.ones(13, dtype=torch.float64), rtol=0, atol=1e-12)
    mean, std = raw.train[0].mean(0), raw.train[0].std(0, correction=0)
    for (before, _), (after, _) in zip(raw, normalized):
        torch.testing.assert_close(after, (before - mean) / std, rtol=0, atol=1e-12)
    assert normalized.val[0].mean(0).abs().max() > 0.01  # it has a mean of its own
    assert all(torch.equal(before, after) for (_, before), (_, after) in zip(raw, normalized))


def test_normalization_of_images_is_one_number_per_channel():
    images = torch.randn(50, 2, 4, 4, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    images[:, 1] = 3 * images[:, 1] + 7
    images[:, :, 0, 0] = 0  # a constant pixel is no constant channel
    mean, std = mean_std(images)
    assert mean.shape == std.shape == (1, 2, 1, 1)
    assert mean[0, 1].item() == pytest.approx(images[:, 1].mean().item(), abs=1e-12)
    assert std[0, 1].item() == pytest.approx(images[:, 1].std(correction=0).item(), abs=1e-12)


def test_a_constant_feature_is_only_shifted():
    inputs = torch.rand(100, 2, generator=torch.Generator().manual_seed(0))
    inputs[:, 1] = 0.1
    parts = data.normalize(data.split(inputs, torch.zeros(100)))
    assert mean_std(inputs)[1][0, 1] == 1
    assert all(part_inputs[:, 1].abs().max() < 1e-6 for part_inputs, _ in parts)


def test_regression_targets_are_untouched_and_so_is_the_given_split():
    inputs, targets = data.diabetes()
    raw = data.split(inputs, targets)
    before = raw.train[0].clone()
    assert data.normalize(raw).train[1] is raw.train[1]
    assert torch.equal(raw.train[0], before)


@pytest.mark.parametrize("scale", [1e-38, 1e-30, 1.0, 1e30, 1e37])
def test_normalization_holds_wherever_float32_does(scale):
    inputs = scale * (1 + torch.randn(100, 2, generator=torch.Generator().manual_seed(0)))
    inputs[:, 1] = 0.1 * scale  # constant
    train = data.normalize(data.split(inputs, torch.zeros(100))).train[0]
    assert abs(train[:, 0].mean()) < 1e-5 and train[:, 0].std(correction=0).item() == pytest.approx(1, abs=1e-5)
    assert (train[:, 1] == 0).all()


@pytest.mark.parametrize("wrong", [float("nan"), float("inf"), -float("inf")])
def test_one_nan_in_training_is_named_and_does_not_spread(wrong):
    inputs, targets = torch.rand(100, 3), torch.zeros(100)
    parts = data.split(inputs, targets)
    parts.train[0][5, 1] = wrong
    with pytest.raises(ValueError, match="inputs hold nan or infinity 1 times in feature 1: fill them"):
        data.normalize(parts)
    images = torch.rand(4, 3, 2, 2)
    images[1:3, 2, 0, 1] = wrong
    with pytest.raises(ValueError, match="2 times in feature 2"):
        mean_std(images)


def test_a_class_that_is_too_small_for_three_parts_is_said():
    targets = torch.tensor([0] * 40 + [7])
    with pytest.warns(
        UserWarning, match=r"class 7 has too few examples, 1, for every part, and is missing from"
    ) as said:
        parts = data.split(numbered(targets), targets)
    lacking = [name for name, (_, part) in zip(parts._fields, parts) if 7 not in part]
    assert len(lacking) == 2 and f"missing from {lacking[0]} and {lacking[1]}:" in str(said[0].message)
    assert said[0].filename == __file__
    targets = torch.tensor([0] * 40 + [3] * 2 + [7])
    with pytest.warns(UserWarning, match=r"class 3 .* \(2 such classes in all\)"):
        data.split(numbered(targets), targets)


def test_inputs_that_cannot_be_normalized_are_named():
    with pytest.raises(ValueError, match=r"\(5, 8, 8\)"):
        mean_std(torch.zeros(5, 8, 8))
    with pytest.raises(ValueError, match="torch.uint8.*float"):
        mean_std(torch.zeros(5, 8, dtype=torch.uint8))
