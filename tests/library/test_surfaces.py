"""Surfaces, paths down them, and the theory of momentum and of noise against simulations."""

import functools
import math

import pytest
import torch

from course_lib import surfaces

BETAS = [0.0, 0.3, 0.9, 0.99]


def doubles(*values):
    return torch.tensor(values, dtype=torch.float64)


@pytest.mark.parametrize(
    "f, point, value, gradient",
    [
        (surfaces.quadratic, (2.0, -1.0), 52.0, (2.0, -100.0)),
        (functools.partial(surfaces.quadratic, curvatures=(1, 2, 3)), (1.0, 1.0, 2.0), 7.5, (1.0, 2.0, 6.0)),
        (surfaces.rosenbrock, (2.0, 3.0), 101.0, (802.0, -200.0)),
        (surfaces.rosenbrock, (1.0, 1.0), 0.0, (0.0, 0.0)),
        (surfaces.saddle, (3.0, 2.0), 5.0, (6.0, -4.0)),
        (surfaces.double_well, (2.0, 3.0), 18.6, (24.3, 6.0)),
    ],
)
def test_value_and_gradient_by_hand(f, point, value, gradient):
    w = doubles(*point).requires_grad_()
    f(w).backward()
    assert f(w).item() == pytest.approx(value, abs=1e-12)
    torch.testing.assert_close(w.grad, doubles(*gradient), rtol=0, atol=1e-12)


@pytest.mark.parametrize("f", [surfaces.quadratic, surfaces.rosenbrock, surfaces.saddle, surfaces.double_well])
def test_a_grid_of_points_gives_a_grid_of_values(f):
    points = torch.randn(4, 5, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    values = f(points)
    assert values.shape == (4, 5)
    assert values[2, 3].item() == pytest.approx(f(points[2, 3]).item(), abs=1e-12)


def minima_on_the_axis(tilt):
    x = torch.linspace(-2, 2, 4001, dtype=torch.float64)
    values = surfaces.double_well(torch.stack([x, torch.zeros_like(x)], dim=-1), tilt)
    is_low = (values[1:-1] < values[:-2]) & (values[1:-1] < values[2:])
    return x[1:-1][is_low], values[1:-1][is_low]


def test_the_left_well_is_the_deeper_one():
    places, depths = minima_on_the_axis(tilt=0.3)
    assert len(places) == 2 and places[0] < 0 < places[1]
    assert depths[0] < depths[1]


def test_a_large_tilt_leaves_one_well():
    assert len(minima_on_the_axis(tilt=1.53)[0]) == 2
    assert len(minima_on_the_axis(tilt=1.55)[0]) == 1


def test_noise_is_in_the_gradient_with_the_given_deviation():
    f = surfaces.noisy(surfaces.quadratic, std=0.5, generator=torch.Generator().manual_seed(0))
    w = doubles(1.0, 0.1)
    noise = []
    for _ in range(4000):
        (gradient,) = torch.autograd.grad(f(w.requires_grad_()), w)
        noise.append(gradient - doubles(1.0, 10.0))
    noise = torch.stack(noise)
    assert noise.mean(0).abs().max() < 4 * 0.5 / 4000**0.5
    torch.testing.assert_close(noise.std(0), doubles(0.5, 0.5), rtol=0.05, atol=0)
    repeated = surfaces.noisy(surfaces.quadratic, std=0.5, generator=torch.Generator().manual_seed(0))
    (gradient,) = torch.autograd.grad(repeated(w), w)
    assert torch.equal(gradient - doubles(1.0, 10.0), noise[0])


def sgd(lr, beta=0.0):
    return lambda params: torch.optim.SGD(params, lr=lr, momentum=beta)


def test_descend_records_the_start_and_every_step():
    path = surfaces.descend(sgd(0.1), functools.partial(surfaces.quadratic, curvatures=(1, 2)), [1, -1], steps=3)
    assert path.dtype == torch.float64 and not path.requires_grad
    expected = torch.stack([doubles(0.9**k, -(0.8**k)) for k in range(4)])
    torch.testing.assert_close(path, expected, rtol=0, atol=1e-14)


def test_descend_leaves_the_start_alone():
    start = doubles(1.0, 1.0)
    surfaces.descend(sgd(0.01), surfaces.quadratic, start, steps=2)
    assert torch.equal(start, doubles(1.0, 1.0)) and not start.requires_grad


def test_several_starts_descend_side_by_side():
    starts = doubles((1.0, 1.0), (-0.5, 2.0), (0.3, 0.0))
    together = surfaces.descend(sgd(1e-3, 0.9), surfaces.rosenbrock, starts, steps=20)
    for i, start in enumerate(starts):
        alone = surfaces.descend(sgd(1e-3, 0.9), surfaces.rosenbrock, start, steps=20)
        torch.testing.assert_close(together[:, i], alone, rtol=0, atol=1e-12)


def test_zero_steps_give_the_start_and_fewer_an_error():
    assert surfaces.descend(sgd(0.1), surfaces.saddle, [1.0, 2.0], steps=0).tolist() == [[1.0, 2.0]]
    with pytest.raises(ValueError, match="steps must be a whole number, 0 or more, but it is -1"):
        surfaces.descend(sgd(0.1), surfaces.saddle, [1.0, 2.0], steps=-1)


@pytest.mark.parametrize("beta", BETAS)
@pytest.mark.parametrize("curvatures", [(1.0, 100.0), (0.5, 2.0)])
def test_momentum_path_is_that_of_torch(beta, curvatures):
    lr = 0.5 * surfaces.max_stable_lr(beta, max(curvatures))
    f = functools.partial(surfaces.quadratic, curvatures=curvatures)
    theirs = surfaces.descend(sgd(lr, beta), f, [1.5, -2.0], steps=200)
    ours = surfaces.momentum_path([1.5, -2.0], lr, beta, curvatures, steps=200)
    assert ours.dtype == torch.float64
    torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-12)


def test_momentum_path_is_plain_arithmetic_bit_by_bit():
    """The loop that JavaScript repeats, in Python floats."""
    path = surfaces.momentum_path([1.5, -2.0], 0.013, 0.87, (1.0, 100.0), steps=100)
    for i, (w, curvature) in enumerate([(1.5, 1.0), (-2.0, 100.0)]):
        z = 0.0
        for step in range(100):
            gradient = curvature * w
            z = 0.87 * z + gradient
            w = w - 0.013 * z
            assert path[step + 1, i].item() == w


@pytest.mark.parametrize("beta", BETAS)
@pytest.mark.parametrize("curvature", [0.1, 1.0, 40.0])
def test_momentum_is_stable_just_inside_the_boundary_and_not_just_outside(beta, curvature):
    boundary = surfaces.max_stable_lr(beta, curvature)
    # One step changes the length by about 1 ± 0.001 (1 + beta) / (1 - beta): long enough to fall or grow tenfold.
    steps = int(4000 * (1 - beta) / (1 + beta)) + 3000
    inside = surfaces.momentum_path([1.0], 0.999 * boundary, beta, [curvature], steps).abs().squeeze(1)
    outside = surfaces.momentum_path([1.0], 1.001 * boundary, beta, [curvature], steps).abs().squeeze(1)
    assert inside[-2:].max() < 0.1
    assert outside[-2:].max() > 10
    assert surfaces.momentum_rate(0.999 * boundary, beta, curvature) < 1
    assert surfaces.momentum_rate(1.001 * boundary, beta, curvature) > 1
    assert surfaces.momentum_rate(boundary, beta, curvature).item() == pytest.approx(1, abs=1e-12)


def test_the_rate_is_the_largest_eigenvalue():
    generator = torch.Generator().manual_seed(1)
    lr, beta, curvature = (torch.rand(2000, dtype=torch.float64, generator=generator) * high for high in (3, 1.2, 4))
    matrix = torch.zeros(2000, 2, 2, dtype=torch.float64)
    matrix[:, 0, 0], matrix[:, 0, 1], matrix[:, 1, 0] = 1 + beta - lr * curvature, -beta, 1
    expected = torch.linalg.eigvals(matrix).abs().amax(-1)
    torch.testing.assert_close(surfaces.momentum_rate(lr, beta, curvature), expected, rtol=0, atol=1e-6)


@pytest.mark.parametrize(
    "lr, beta, curvature", [(0.1, 0.0, 1.0), (0.001, 0.5, 2.0), (1.9, 0.2, 1.0), (0.1, 0.9, 1.0), (0.05, 0.95, 20.0)]
)
def test_the_rate_is_the_slope_of_a_simulated_path(lr, beta, curvature):
    """Complex roots swing, so the slope is taken between the largest distances of two windows, above underflow."""
    distance = surfaces.momentum_path([1.0], lr, beta, [curvature], steps=700).abs().squeeze(1)
    slope = (distance[600:700].max() / distance[100:200].max()).log() / 500
    assert slope.item() == pytest.approx(surfaces.momentum_rate(lr, beta, curvature).log().item(), abs=1e-3)


def test_the_rate_broadcasts():
    lrs, betas = torch.linspace(0.1, 3, 7).unsqueeze(1), torch.linspace(0, 1, 5)
    rates = surfaces.momentum_rate(lrs, betas, 1.0)
    assert rates.shape == (7, 5) and rates.dtype == torch.float64
    assert rates[2, 3].item() == surfaces.momentum_rate(lrs[2, 0], betas[3], 1.0).item()


def test_a_negative_beta_is_named():
    with pytest.raises(ValueError, match="beta must be 0 or more, but it is -0.5"):
        surfaces.momentum_rate(0.1, -0.5, 1.0)


@pytest.mark.parametrize("smallest, largest", [(1.0, 100.0), (0.2, 0.9), (3.0, 3.0)])
def test_polyaks_optimum_beats_a_fine_grid(smallest, largest):
    lr, beta, rate = surfaces.best_lr_beta(smallest, largest)
    condition = math.sqrt(largest / smallest)
    assert rate == pytest.approx((condition - 1) / (condition + 1), abs=1e-12)
    between = torch.linspace(smallest, largest, 50, dtype=torch.float64)
    # At the optimum the two roots meet, and there the root of a rounding error is 1e-8.
    assert surfaces.momentum_rate(lr, beta, between).max().item() == pytest.approx(rate, abs=1e-7)

    lrs = torch.linspace(0, 4 / largest, 402, dtype=torch.float64)[1:].reshape(-1, 1, 1)
    betas = torch.linspace(0, 1, 401, dtype=torch.float64).reshape(1, -1, 1)
    worst = surfaces.momentum_rate(lrs, betas, doubles(smallest, largest)).amax(-1)
    assert worst.min().item() >= rate - 1e-7
    assert worst.min().item() < rate + 0.1  # the grid comes near the optimum, so it could have beaten it


@pytest.mark.parametrize("smallest, largest", [(0.0, 1.0), (-1.0, 1.0), (2.0, 1.0)])
def test_impossible_curvatures_are_named(smallest, largest):
    with pytest.raises(ValueError, match=f"{smallest} and {largest}"):
        surfaces.best_lr_beta(smallest, largest)


# ---- the exact loss of noisy descent

CURVATURES, START, SHRINKING = (1.0, 0.1, 0.01), (3.0, -2.0, 5.0), [0.5 / (1 + 0.05 * t) for t in range(120)]


@pytest.mark.parametrize("rates", [SHRINKING, [0.4] * 120, [0.1, 1.9] * 60], ids=["shrinking", "constant", "two rates"])
@pytest.mark.parametrize("distribution", ["normal", "coin"])
def test_the_expected_loss_is_the_mean_of_a_simulation(rates, distribution):
    """Within 4 standard errors of the mean of 4,000 runs, at each of some steps."""
    random, noise, n_runs = torch.Generator().manual_seed(0), 0.7, 4000
    w = doubles(*START).expand(n_runs, -1).clone()
    exact, losses = surfaces.expected_loss(rates, CURVATURES, START, noise), []
    for lr in rates:
        losses.append(surfaces.quadratic(w, CURVATURES))
        draw = torch.randn(w.shape, generator=random, dtype=torch.float64)
        w = w - lr * (doubles(*CURVATURES) * w + noise * (draw if distribution == "normal" else draw.sign()))
    losses = torch.stack([*losses, surfaces.quadratic(w, CURVATURES)])
    assert exact.shape == (121,) and exact.dtype == torch.float64
    errors = losses.std(1) / math.sqrt(n_runs)
    for step in (1, 2, 5, 10, 30, 60, 120):
        assert abs(losses[step].mean() - exact[step]) < 4 * errors[step], step
    assert errors[120] < 0.1 * exact[120]  # narrow enough to notice a term that is missing


def test_without_noise_the_expected_loss_is_that_of_the_one_path():
    rates = iter(SHRINKING)

    class Scheduled(torch.optim.SGD):
        def step(self):
            self.param_groups[0]["lr"] = next(rates)
            super().step()

    bowl = functools.partial(surfaces.quadratic, curvatures=CURVATURES)
    path = surfaces.descend(lambda params: Scheduled(params, lr=1.0), bowl, START, len(SHRINKING))
    exact = surfaces.expected_loss(SHRINKING, CURVATURES, START, 0.0)
    torch.testing.assert_close(exact, bowl(path), rtol=1e-12, atol=0)


def test_a_constant_rate_ends_at_its_floor():
    lr, noise = 0.3, 0.5
    floor = sum(lr * noise**2 / (2 * (2 - lr * curvature)) for curvature in CURVATURES)
    assert surfaces.expected_loss([lr] * 10000, CURVATURES, START, noise)[-1].item() == pytest.approx(floor, rel=1e-9)


def test_several_runs_of_rates_are_computed_at_once():
    runs = doubles(*SHRINKING) * doubles(0.1, 1.0).unsqueeze(1)
    both = surfaces.expected_loss(runs, CURVATURES, START, 0.5)
    alone = [surfaces.expected_loss(rates, CURVATURES, START, 0.5) for rates in runs]
    assert both.shape == (2, 121) and torch.equal(both, torch.stack(alone))
    assert surfaces.expected_loss([], CURVATURES, START, 0.5).tolist() == [
        surfaces.quadratic(doubles(*START), CURVATURES).item()
    ]


def test_what_is_no_list_of_rates_and_a_negative_noise_are_named():
    with pytest.raises(ValueError, match="rates are 0.1: pass a list"):
        surfaces.expected_loss(0.1, CURVATURES, START, 0.5)
    for noise in (-0.5, math.nan):
        with pytest.raises(ValueError, match=f"noise is {noise}: pass a standard deviation"):
            surfaces.expected_loss([0.1], CURVATURES, START, noise)
