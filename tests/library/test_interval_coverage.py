"""How often each 95 % interval holds the truth, in 2,000 simulated experiments; run with -s to see the table.

The truth is known because the experiments are simulated. An interval that holds it in less than 93 % of them would make the
book's claims bolder than they are; one for independent values may not exceed 97 % either. Overlapping splits may be
conservative: no unbiased estimate of their variance exists (Bengio and Grandvalet 2004).
"""

import numpy as np
import pytest
import torch
from scipy.special import ndtr, stdtrit

from course_lib.claims.intervals import bounds, mcnemar

EXPERIMENTS = 2000


def holds(values, truth, over, ratio=None):
    """The share of experiments, the rows of `values`, whose interval holds the truth."""
    low, high = bounds(torch.as_tensor(values, dtype=torch.float64), over, ratio)
    share = ((low <= truth) & (truth <= high)).double().mean().item()
    print(f"\n{over:8} {np.shape(values)[-1]:4} values: {share:.1%} of {len(values)} intervals hold the truth", end="")
    return share


@pytest.mark.parametrize("n", [5, 16])
def test_seeds(n):
    """Final losses of two methods: skewed over seeds, the second a tenth higher."""
    rng = np.random.default_rng(n)
    left, right = np.exp(rng.normal(0, 0.3, (2, EXPERIMENTS, n)))
    assert 0.93 <= holds(1.1 * right - left, 0.1 * np.exp(0.3**2 / 2), "seeds") <= 0.97


@pytest.mark.parametrize("n", [8, 40])
def test_draws(n):
    """Two estimates of a centre from data sets of 25 numbers: how much farther off the median is than the mean."""
    rng = np.random.default_rng(n)

    def off(shape):
        numbers = rng.normal(size=(*shape, 25))
        return np.abs(np.median(numbers, -1)) - np.abs(numbers.mean(-1))

    assert 0.93 <= holds(off((EXPERIMENTS, n)), off((200_000,)).mean(), "draws") <= 0.97


@pytest.mark.parametrize(
    "n, both, first, second",
    [(360, 0.93, 0.035, 0.02), (360, 0.966, 0.022, 0.012), (1000, 0.5, 0.2, 0.1), (100, 0.6, 0.15, 0.1)],
)
def test_examples_right_or_wrong(n, both, first, second):
    """Two models on the same images: both right, only the first, only the second, or none."""
    rng = np.random.default_rng(n)
    kinds = rng.choice([0, 1, -1, 0], p=[both, first, second, 1 - both - first - second], size=(EXPERIMENTS, n))
    assert 0.93 <= holds(kinds, first - second, "examples") <= 0.97


@pytest.mark.parametrize("n", [100, 360])
def test_examples_with_a_loss_each(n):
    """Losses of two models on the same images, skewed: most are near zero, some are large."""
    rng = np.random.default_rng(n)
    image, one, two = rng.normal(size=(3, EXPERIMENTS, n))
    values = np.exp(image + 0.5 * one) - 0.9 * np.exp(image + 0.5 * two)
    assert 0.93 <= holds(values, 0.1 * np.exp((1 + 0.25) / 2), "examples") <= 0.97


def test_mcnemar_rejects_equal_models_in_at_most_one_of_twenty():
    rng = np.random.default_rng(0)
    kinds = torch.as_tensor(rng.choice([1, -1, 0], p=[0.05, 0.05, 0.9], size=(EXPERIMENTS, 360)))
    rejected = np.mean([mcnemar(row > 0, row < 0) < 0.05 for row in kinds])
    print(f"\nMcNemar  360 values: {rejected:.1%} of equal pairs called different", end="")
    assert 0.01 < rejected <= 0.055


DIM, TRAIN, TEST = 6, 160, 40


def classifiers(x, y):
    """Two linear rules (w, c) for each data set (experiments, n, DIM): with the pooled covariance, and without."""
    of_class = [np.where((y == k)[..., None], 1.0, 0.0) for k in (0, 1)]
    m0, m1 = ((x * mask).sum(1) / mask.sum(1) for mask in of_class)
    plain = m1 - m0
    centred = x - np.where((y == 1)[..., None], m1[:, None], m0[:, None])
    pooled = np.einsum("eni,enj->eij", centred, centred) / (x.shape[1] - 2)
    whitened = np.linalg.solve(pooled, plain[..., None])[..., 0]
    return [(w, (w * (m1 + m0)).sum(-1) / 2) for w in (whitened, plain)]


@pytest.mark.parametrize("n", [8, 16])
def test_splits_of_one_data_set(n):
    """The accuracies of the two rules on `n` random cuts of the same 200 examples, against that on the population."""
    rng = np.random.default_rng(0)
    mix = rng.normal(size=(DIM, DIM)) / 3 + np.eye(DIM)
    centre = 0.6 * np.r_[1.0, 0.5, np.zeros(DIM - 2)]

    def draw(count, n):
        y = rng.integers(0, 2, (count, n))
        return rng.normal(size=(count, n, DIM)) @ mix + np.where(y[..., None] == 1, centre, -centre), y

    def on_population(w, c):
        spread = np.sqrt(((w @ mix.T) ** 2).sum(-1))
        return (ndtr((w @ centre - c) / spread) + ndtr((c + w @ centre) / spread)) / 2

    one, other = classifiers(*draw(20_000, TRAIN))
    truth = (on_population(*one) - on_population(*other)).mean()

    x, y = draw(EXPERIMENTS, TRAIN + TEST)
    values = []
    for _ in range(n):
        order = rng.random(y.shape).argsort(1)
        x_cut, y_cut = np.take_along_axis(x, order[..., None], 1), np.take_along_axis(y, order, 1)
        rules = classifiers(x_cut[:, :TRAIN], y_cut[:, :TRAIN])
        held_x, held_y = x_cut[:, TRAIN:], y_cut[:, TRAIN:]
        right = [((np.einsum("eni,ei->en", held_x, w) > c[:, None]) == (held_y == 1)).mean(1) for w, c in rules]
        values.append(right[0] - right[1])
    values = np.stack(values, 1)

    naive = stdtrit(n - 1, 0.975) * values.std(1, ddof=1) / n**0.5
    share = (np.abs(values.mean(1) - truth) <= naive).mean()
    print(f"\nsplits   {n:4} values: {share:.1%} with the interval for independent values, which they are not", end="")
    assert share < 0.87
    assert holds(values, truth, "splits", ratio=TEST / TRAIN) >= 0.93
