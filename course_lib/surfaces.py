"""Functions of the plane to descend, the path an optimizer takes down them, and the exact theory of momentum and of noise.

The theory of momentum is that of heavy-ball momentum on a quadratic: Polyak, Some methods of speeding up the convergence of
iteration methods, 1964; Goh, Why Momentum Really Works, Distill 2017, doi 10.23915/distill.00006. The step is torch's:
z = beta * z + gradient, then w = w - lr * z.
"""

from numbers import Integral

import torch

from course_lib.precision import widest

__all__ = [
    "best_lr_beta",
    "descend",
    "double_well",
    "expected_loss",
    "max_stable_lr",
    "momentum_path",
    "momentum_rate",
    "noisy",
    "quadratic",
    "rosenbrock",
    "saddle",
]


def floats(w):
    """Return points, a tensor or what makes one, as a floating-point tensor."""
    w = torch.as_tensor(w)
    return w if w.is_floating_point() else w.to(torch.get_default_dtype())


def float64(values):
    """Return numbers as a float64 tensor on the CPU: Apple's mps has no float64."""
    return values.detach().cpu().double() if torch.is_tensor(values) else torch.as_tensor(values, dtype=torch.float64)


def check_steps(steps):
    """Raise ValueError unless `steps` is a whole number from 0 up."""
    if not (isinstance(steps, Integral) and steps >= 0):
        raise ValueError(f"steps must be a whole number, 0 or more, but it is {steps!r}")


def quadratic(w, curvatures=(1.0, 100.0)):
    """Return ½ Σ curvature · w², a bowl with its minimum 0 at the origin: (..., d) → (...), d curvatures.

    The ratio of the largest to the smallest curvature is the condition number.
    """
    w = floats(w)
    return 0.5 * (torch.as_tensor(curvatures, dtype=w.dtype, device=w.device) * w**2).sum(-1)


def rosenbrock(w, a=1.0, b=100.0):
    """Return (a - x)² + b (y - x²)², a bent valley with its minimum 0 at (a, a²): (..., 2) → (...).

    Source: Rosenbrock, An automatic method for finding the greatest or least value of a function, 1960.
    """
    x, y = floats(w).unbind(-1)
    return (a - x) ** 2 + b * (y - x**2) ** 2


def saddle(w):
    """Return x² - y², flat at the origin, where it has no minimum: (..., 2) → (...)."""
    x, y = floats(w).unbind(-1)
    return x**2 - y**2


def double_well(w, tilt=0.3):
    """Return (x² - 1)² + tilt · x + y², with a well near x = -1 and one near x = 1: (..., 2) → (...).

    A positive tilt makes the left well the deeper one; from a tilt of 1.54 on only one is left.
    """
    x, y = floats(w).unbind(-1)
    return (x**2 - 1) ** 2 + tilt * x + y**2


def noisy(f, std, generator):
    """Return f with noise in its gradient, as a mini-batch has: each call adds a fresh random slope times w.

    The slope is Gaussian with mean 0 and standard deviation `std` in each coordinate, drawn from `generator`.
    """

    def noisy_f(w):
        w = floats(w)
        slope = std * torch.randn(w.shape, generator=generator, dtype=w.dtype, device=generator.device)
        return f(w) + (slope.to(w.device) * w).sum(-1)

    return noisy_f


def descend(make_optimizer, f, start, steps):
    """Return the path (steps + 1, ...) of an optimizer on f from `start`, in float64, on the device of `start`.

    On Apple's mps, which has no float64, it is float32.
    `make_optimizer(params)` returns an optimizer, ours or torch's. `start` is a point (d,), or several (..., d) that
    descend side by side (an optimizer that works on each number by itself doesn't mix them).
    Raises ValueError unless `steps` is a whole number from 0 up.
    """
    check_steps(steps)
    start = torch.as_tensor(start).detach()
    w = start.to(widest(start.device), copy=True).requires_grad_()
    optimizer = make_optimizer([w])
    path = [w.detach().clone()]
    for _ in range(steps):
        optimizer.zero_grad()
        f(w).sum().backward()
        optimizer.step()
        path.append(w.detach().clone())
    return torch.stack(path)


def momentum_path(start, lr, beta, curvatures, steps):
    """Return the path (steps + 1, d) of momentum on `quadratic` from `start` (d,), in float64, without autograd.

    Only multiplications, additions and subtractions in a fixed order, so that JavaScript gets the same numbers. On the
    CPU, wherever `start` is. Raises ValueError unless `steps` is a whole number from 0 up.
    """
    check_steps(steps)
    w, curvatures = float64(start), float64(curvatures)
    z = torch.zeros_like(w)
    path = [w]
    for _ in range(steps):
        gradient = curvatures * w
        z = beta * z + gradient
        w = w - lr * z
        path.append(w)
    return torch.stack(path)


def momentum_rate(lr, beta, curvature):
    """Return the factor by which one step shrinks the distance to the minimum in the long run; above 1 it grows.

    It is the largest absolute eigenvalue of the step (w, previous w) → (next w, w), a root of
    λ² - (1 + beta - lr · curvature) λ + beta. Arguments are numbers or tensors that broadcast; the result is float64, on
    the CPU.
    Raises ValueError when a beta is negative.
    """
    lr, beta, curvature = map(float64, (lr, beta, curvature))
    if (beta < 0).any():
        raise ValueError(f"beta must be 0 or more, but it is {beta.min().item():g}")
    trace = 1 + beta - lr * curvature
    discriminant = trace**2 - 4 * beta
    real = (trace.abs() + discriminant.clamp(min=0).sqrt()) / 2  # two real roots: no overshoot, or one every step
    return torch.where(discriminant < 0, beta.sqrt(), real)  # a complex pair oscillates; its product is beta


def max_stable_lr(beta, curvature):
    """Return (2 + 2 beta) / curvature, below which every learning rate converges and above which each diverges.

    Holds for 0 <= beta < 1.
    """
    return (2 + 2 * beta) / curvature


def best_lr_beta(smallest, largest):
    """Return the lr, the beta and the rate of Polyak's optimum for curvatures between `smallest` and `largest`.

    With κ = largest / smallest the rate is (√κ - 1) / (√κ + 1), against (κ - 1) / (κ + 1) without momentum.
    Raises ValueError unless 0 < smallest <= largest.
    """
    if not 0 < smallest <= largest:
        raise ValueError(f"curvatures must have 0 < smallest <= largest, but they are {smallest} and {largest}")
    low, high = smallest**0.5, largest**0.5
    rate = (high - low) / (high + low)
    return (2 / (low + high)) ** 2, rate**2, rate


def expected_loss(rates, curvatures, start, noise):
    """Return the exact mean of `quadratic` over all runs of noisy descent, before each step and after the last: (n + 1,).

    `rates` (n,) are the learning rates η of the n steps from `start` (d,), in order; each slope is curvature λ times w plus
    independent noise with mean 0 and standard deviation `noise` σ, whatever its distribution. In each direction the mean m
    and the variance v of w over the runs follow

        m = (1 - η λ) m      v = (1 - η λ)² v + η² σ²      from m = start, v = 0

    and the mean of the surface is ½ Σ λ (m² + v): nothing is sampled. A constant rate ends at the floor
    Σ η σ² / (2 (2 - η λ)). Several runs of rates, (..., n), give (..., n + 1). In float64, on the CPU.
    Raises ValueError unless `rates` are a list or tensor of numbers and `noise` is 0 or larger.
    """
    rates, curvatures, m, noise = map(float64, (rates, curvatures, start, noise))
    if rates.ndim == 0:
        raise ValueError(f"rates are {rates.item():g}: pass a list or a tensor with a rate for each step")
    if not (noise >= 0).all():
        raise ValueError(f"noise is {noise.tolist()}: pass a standard deviation, 0 or larger")
    m = m.expand(*rates.shape[:-1], len(curvatures))
    v, losses = torch.zeros_like(m), []
    for lr in [*rates.unsqueeze(-1).unbind(-2), None]:
        losses.append(0.5 * (curvatures * (m**2 + v)).sum(-1))
        if lr is not None:
            shrink = 1 - lr * curvatures
            m, v = shrink * m, shrink**2 * v + (lr * noise) ** 2
    return torch.stack(losses, -1)
