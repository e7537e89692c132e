"""Schedules against torch's schedulers, the rate that training uses, and the range test."""

import copy
import math
import warnings

import numpy as np
import pytest
import torch
from devices import NO_CUDA
from torch.optim import lr_scheduler

from course_lib import data, optim, schedules
from course_lib.losses import cross_entropy
from course_lib.models import mlp
from course_lib.regularizers import Dropout
from course_lib.train import epochs, fit

LR, N = 0.3, 40


def torchs(make_scheduler, n_steps, optimizer_class=torch.optim.SGD, **options):
    """The rates of torch's optimizer under a scheduler of torch's, one before each step, and the parameter group."""
    optimizer = optimizer_class([torch.zeros(1, requires_grad=True)], lr=LR, **options)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch warns of itself: SequentialLR calls its schedulers with an epoch
        scheduler = make_scheduler(optimizer)
        used = [optimizer.param_groups[0]["lr"]]
        for _ in range(n_steps - 1):
            optimizer.step()
            scheduler.step()
            used.append(optimizer.param_groups[0]["lr"])
    return used


def sequence(*makers, milestones):
    return lambda optimizer: lr_scheduler.SequentialLR(optimizer, [make(optimizer) for make in makers], milestones)


def line(start, end, n_steps):
    return lambda optimizer: lr_scheduler.LinearLR(optimizer, start, end, n_steps)


def half_wave(n_steps, end=0.0):
    return lambda optimizer: lr_scheduler.CosineAnnealingLR(optimizer, n_steps, end * LR)


def cyclic(half_cycle, base, **options):
    return lambda optimizer: lr_scheduler.CyclicLR(
        optimizer, base * LR, LR, half_cycle, cycle_momentum=False, **options
    )


def one_cycle(n_steps, **options):
    return lambda optimizer: lr_scheduler.OneCycleLR(optimizer, LR, n_steps, cycle_momentum=False, **options)


def plateau(n_steps, n_warmup, n_decay):
    """Up from 0, which torch's LinearLR refuses to start from, level, and down to 0."""
    return sequence(
        lambda optimizer: lr_scheduler.LambdaLR(optimizer, lambda t: min(t / n_warmup, 1)),
        lambda optimizer: lr_scheduler.ConstantLR(optimizer, factor=1),
        line(1, 0, n_decay),
        milestones=[n_warmup, n_steps - n_decay],
    )


# Ours, torch's, and how many steps they agree: all that anybody takes, or those until torch leaves.
AS_TORCH = {
    "constant": (schedules.constant(), lambda o: lr_scheduler.ConstantLR(o, factor=1), 2 * N),
    "step_decay": (schedules.step_decay(7), lambda o: lr_scheduler.StepLR(o, 7), 2 * N),
    "step_decay by half": (schedules.step_decay(1, 0.5), lambda o: lr_scheduler.StepLR(o, 1, 0.5), 2 * N),
    "exponential": (schedules.exponential(0.93), lambda o: lr_scheduler.ExponentialLR(o, 0.93), 5 * N),
    "inverse_time": (
        schedules.inverse_time(0.2),
        lambda o: lr_scheduler.LambdaLR(o, lambda t: 1 / (1 + 0.2 * t)),
        2 * N,
    ),
    "linear": (schedules.linear(N), line(1, 0, N), 2 * N),
    "linear to a tenth": (schedules.linear(N, 0.1), line(1, 0.1, N), 2 * N),
    "cosine": (schedules.cosine(N), half_wave(N), N + 1),
    "cosine to a tenth": (schedules.cosine(N, end=0.1), half_wave(N, 0.1), N + 1),
    "warmup": (schedules.warmup(8, start=0.01), line(0.01, 1, 8), 2 * N),
    "warmup from 0": (schedules.warmup(8), lambda o: lr_scheduler.LambdaLR(o, lambda t: min(t / 8, 1)), 2 * N),
    "warmup of no steps": (schedules.warmup(0, schedules.cosine(N)), half_wave(N), N + 1),
    "warmup, then cosine": (
        schedules.warmup(8, schedules.cosine(N - 8), start=0.1),
        sequence(line(0.1, 1, 8), half_wave(N - 8), milestones=[8]),
        N + 1,
    ),
    "warmup, then steps": (
        schedules.warmup(5, schedules.step_decay(6), start=0.25),
        sequence(line(0.25, 1, 5), lambda o: lr_scheduler.StepLR(o, 6), milestones=[5]),
        2 * N,
    ),
    "wsd": (schedules.wsd(N, 8, 10), plateau(N, 8, 10), 2 * N),
    "wsd without a warm-up": (
        schedules.wsd(N, 0, 10, end=0.1),
        sequence(lambda o: lr_scheduler.ConstantLR(o, factor=1), line(1, 0.1, 10), milestones=[N - 10]),
        2 * N,
    ),
    "wsd without a plateau": (
        schedules.wsd(18, 8, 10),
        sequence(lambda o: lr_scheduler.LambdaLR(o, lambda t: min(t / 8, 1)), line(1, 0, 10), milestones=[8]),
        2 * N,
    ),
    "triangular": (schedules.triangular(6), cyclic(6, 0.25), 3 * N),
    "triangular from 0": (schedules.triangular(1, base=0), cyclic(1, 0), 2 * N),
    "triangular2": (schedules.triangular2(6, base=0.1), cyclic(6, 0.1, mode="triangular2"), 3 * N),
    "exp_range": (schedules.exp_range(6, 0.97), cyclic(6, 0.25, mode="exp_range", gamma=0.97), 3 * N),
    "one_cycle": (schedules.one_cycle(N), one_cycle(N), N),
    "one_cycle with a peak between two steps": (
        schedules.one_cycle(N + 3, 0.25, 10, 100),
        one_cycle(N + 3, pct_start=0.25, div_factor=10, final_div_factor=100),
        N + 3,
    ),
    "one_cycle that only rises": (schedules.one_cycle(N, 1), one_cycle(N, pct_start=1.0), N),
    "one_cycle that only falls": (schedules.one_cycle(N, 0.01), one_cycle(N, pct_start=0.01), N),
}


@pytest.mark.parametrize("case", AS_TORCH)
def test_the_rates_are_those_of_torchs_scheduler(case):
    schedule, make_scheduler, n_steps = AS_TORCH[case]
    ours, theirs = schedules.rates(schedule, LR, n_steps), torchs(make_scheduler, n_steps)
    torch.testing.assert_close(torch.tensor(ours).double(), torch.tensor(theirs).double(), rtol=0, atol=1e-12)


def test_the_comparison_would_notice_a_schedule_that_is_off_by_one():
    for schedule, make_scheduler, n_steps in AS_TORCH.values():
        late = [LR * schedule(max(t - 1, 0)) for t in range(n_steps)]
        if schedule(0) != schedule(n_steps - 1):
            assert max(abs(a - b) for a, b in zip(late, torchs(make_scheduler, n_steps))) > 1e-3


def test_a_test_of_torch_covers_each_schedule():
    assert {case.split()[0].rstrip(",") for case in AS_TORCH} == set(schedules.__all__) - {"lr_range_test", "rates"}


# Here the amplitude has shrunk before the first tip, or the peak lies between two steps, or before the first.
BELOW_THE_PEAK = {"exp_range", "one_cycle with a peak between two steps", "one_cycle that only falls"}


@pytest.mark.parametrize("case", AS_TORCH)
def test_the_optimizers_rate_is_the_peak(case):
    schedule, _, n_steps = AS_TORCH[case]
    factors = [schedule(t) for t in range(3 * n_steps)]
    assert 0 <= min(factors) and max(factors) <= 1
    if case not in BELOW_THE_PEAK:
        assert max(factors) == 1
    assert [schedule(np.int64(t)) for t in range(3 * n_steps)] == pytest.approx(factors, rel=1e-12, abs=0)


ENDS = {
    "linear": (schedules.linear(N, 0.1), N, 0.1),
    "cosine": (schedules.cosine(N, 0.1), N, 0.1),
    "warmup": (schedules.warmup(8, schedules.cosine(N - 8)), N, 0),
    "wsd": (schedules.wsd(N, 8, 10, end=0.2), N, 0.2),
    "one_cycle": (schedules.one_cycle(N, 0.3, 5, 10), N - 1, 0.02),
}


@pytest.mark.parametrize("name", ENDS)
def test_past_its_end_a_schedule_stays_at_its_last_factor(name):
    schedule, end, last = ENDS[name]
    assert [schedule(t) for t in (end, end + 1, 10 * end)] == pytest.approx([last] * 3, abs=1e-15)
    assert schedule(end - 1) > last + 1e-4


def test_what_torchs_schedulers_do_past_their_end():
    """The docstrings say so: the cosine climbs back, one-cycle refuses."""
    wave = torchs(half_wave(N), 2 * N + 1)
    assert wave[N] == pytest.approx(0, abs=1e-12) and wave[2 * N] == pytest.approx(LR)
    with pytest.raises(ValueError, match="Tried to step 41 times"):
        torchs(one_cycle(N), N + 2)


def test_before_the_decay_wsd_does_not_depend_on_the_end():
    short, long = schedules.wsd(N, 8, 10), schedules.wsd(10 * N, 8, 10)
    assert [short(t) for t in range(N - 9)] == [long(t) for t in range(N - 9)]
    assert short(N - 9) < long(N - 9)


@pytest.mark.parametrize(
    "make_scheduler, at_the_peak",
    [
        (lambda o: lr_scheduler.CyclicLR(o, 0.25 * LR, LR, 6), (6, 0.8, 0.9)),
        (lambda o: lr_scheduler.OneCycleLR(o, LR, N), (11, 0.85, 0.95)),
    ],
    ids=["CyclicLR", "OneCycleLR"],
)
@pytest.mark.parametrize("optimizer_class, options", [(torch.optim.SGD, {"momentum": 0.5}), (torch.optim.Adam, {})])
def test_torchs_cycles_move_the_momentum_too(make_scheduler, at_the_peak, optimizer_class, options):
    """Whatever the caller chose: highest where the rate is lowest, lowest at the peak. Ours leave it alone."""
    optimizer = optimizer_class([torch.zeros(1, requires_grad=True)], lr=LR, **options)
    scheduler, momenta, used = make_scheduler(optimizer), [], []
    for _ in range(12):
        group = optimizer.param_groups[0]
        momenta.append(group["betas"][0] if "betas" in group else group["momentum"])
        used.append(group["lr"])
        optimizer.step()
        scheduler.step()
    peak, lowest, highest = at_the_peak
    assert momenta[0] == highest and momenta[peak] == pytest.approx(lowest) and used[peak] == pytest.approx(LR)
    assert all((a - b) * (c - d) < 0 for a, b, c, d in zip(used, used[1:], momenta, momenta[1:]))


BAD = {
    "every": (lambda v: schedules.step_decay(v), (0, -1, 2.5, None, "3")),
    "gamma": (lambda v: schedules.step_decay(3, v), (0, 1.1, -0.1, math.nan, "0.1")),
    "gamma of exponential": (schedules.exponential, (0, 1.001, math.nan)),
    "decay": (schedules.inverse_time, (-0.1, math.nan, math.inf, "1")),
    "n_steps of linear": (schedules.linear, (0, 1.5, None)),
    "end of linear": (lambda v: schedules.linear(N, v), (-0.1, 1.1, math.nan)),
    "n_steps of cosine": (schedules.cosine, (0, 1.5, None)),
    "end of cosine": (lambda v: schedules.cosine(N, v), (-0.1, 1.1, math.nan)),
    "n_warmup": (schedules.warmup, (-1, 0.1, None)),
    "start": (lambda v: schedules.warmup(3, start=v), (-0.1, 1.1, math.nan)),
    "schedule": (lambda v: schedules.warmup(3, v), (0.5, "cosine")),
    "n_steps of wsd": (lambda v: schedules.wsd(v, 0, 1), (0, 1.5, None)),
    "n_warmup of wsd": (lambda v: schedules.wsd(N, v, 3), (-1, 0.1, None, N)),
    "n_decay": (lambda v: schedules.wsd(N, 3, v), (0, 0.1, None, N)),
    "end of wsd": (lambda v: schedules.wsd(N, 3, 3, v), (-0.1, 1.1, math.nan)),
    "half_cycle": (schedules.triangular, (0, 1.5, None)),
    "base": (lambda v: schedules.triangular(3, v), (-0.1, 1.1, math.nan)),
    "half_cycle of triangular2": (schedules.triangular2, (0, 1.5, None)),
    "base of triangular2": (lambda v: schedules.triangular2(3, v), (-0.1, 1.1, math.nan)),
    "half_cycle of exp_range": (lambda v: schedules.exp_range(v, 0.9), (0, 1.5, None)),
    "gamma of exp_range": (lambda v: schedules.exp_range(3, v), (0, 1.1, math.nan)),
    "base of exp_range": (lambda v: schedules.exp_range(3, 0.9, v), (-0.1, 1.1, math.nan)),
    "n_steps of one_cycle": (schedules.one_cycle, (0, 1.5, None)),
    "pct_start": (lambda v: schedules.one_cycle(N, v), (-0.1, 1.1, 30, math.nan)),
    "div_factor": (lambda v: schedules.one_cycle(N, 0.3, v), (0, 0.5, math.nan, math.inf)),
    "final_div_factor": (lambda v: schedules.one_cycle(N, 0.3, 25, v), (0, 0.5, math.nan)),
    "n_steps of rates": (lambda v: schedules.rates(schedules.constant(), LR, v), (-1, 1.5, None)),
}


@pytest.mark.parametrize("case", BAD)
def test_wrong_arguments_are_refused_with_name_value_and_remedy(case):
    make, values = BAD[case]
    for value in values:
        with pytest.raises((ValueError, TypeError)) as raised:
            make(value)
        message = str(raised.value)
        assert f"{case.split()[0]} is {value!r}" in message and "pass " in message, (value, message)


# ---- the rate that training uses


def loaders():
    inputs = torch.randn(24, 4, generator=torch.Generator().manual_seed(0))
    targets = torch.arange(24) % 3
    return data.Loader(inputs, targets, 4, shuffle=True), data.Loader(inputs, targets, 24)


class Watched(optim.SGD):
    """Notes the rate of each step."""

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.used = []

    def step(self):
        self.used.append(self.param_groups[0]["lr"])
        super().step()


def test_the_recorded_rate_is_the_one_used():
    model = mlp(4, 5, 3)
    optimizer = Watched(model.parameters(), lr=LR)
    schedule = schedules.warmup(5, schedules.cosine(13), start=0.1)
    records = fit(model, optimizer, cross_entropy, *loaders(), 3, schedule=schedule)
    assert optimizer.used == schedules.rates(schedule, LR, 18)
    assert [record["lr"] for record in records] == optimizer.used[5::6]
    assert optimizer.param_groups[0]["lr"] == optimizer.used[-1]


def test_a_rate_per_epoch_by_rounding_the_step_down():
    model = mlp(4, 5, 3)
    optimizer = Watched(model.parameters(), lr=1.0)
    fit(model, optimizer, cross_entropy, *loaders(), 3, schedule=lambda t: schedules.step_decay(1, 0.5)(t // 6))
    assert optimizer.used == [1.0] * 6 + [0.5] * 6 + [0.25] * 6


# ---- the range test


def everything(model, optimizer, loader):
    """What a range test must leave as it was, by value."""
    return copy.deepcopy(
        (
            dict(model.named_parameters()),
            dict(model.named_buffers()),
            {name: param.grad for name, param in model.named_parameters()},
            optimizer.state_dict(),
            [module.training for module in model.modules()],
            loader.generator.get_state(),
            torch.get_rng_state(),
        )
    )


def same(a, b):
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    if isinstance(a, (tuple, list)):
        return len(a) == len(b) and all(map(same, a, b))
    return torch.equal(a, b) if isinstance(a, torch.Tensor) else a == b


def trained(optimizer_class):
    """A model with buffers and dropout, some epochs into its training, one layer in evaluation mode."""
    torch.manual_seed(0)
    model = torch.nn.Sequential(
        torch.nn.Linear(4, 6), torch.nn.BatchNorm1d(6), torch.nn.ReLU(), Dropout(0.3), torch.nn.Linear(6, 3)
    )
    optimizer = optimizer_class(model.parameters(), lr=0.01)
    loader = loaders()[0]
    for _ in epochs(model, optimizer, cross_entropy, *loaders(), 2, schedule=schedules.exponential(0.9)):
        pass
    model.train()[1].eval()
    inputs, targets = next(iter(loader))
    cross_entropy(model(inputs), targets).backward()
    return model, optimizer, loader


def run(model, optimizer, loader, n_steps=20, low=1e-3, high=1.0):
    return schedules.lr_range_test(model, optimizer, cross_entropy, loader, low, high, n_steps)


@pytest.mark.parametrize("optimizer_class", [optim.SGD, optim.Adam, torch.optim.AdamW, torch.optim.Adagrad])
def test_the_range_test_leaves_everything_as_it_was(optimizer_class):
    model, optimizer, loader = trained(optimizer_class)
    before, places = everything(model, optimizer, loader), [param.data_ptr() for param in model.parameters()]
    first = run(model, optimizer, loader)
    assert same(before, everything(model, optimizer, loader))
    assert places == [param.data_ptr() for param in model.parameters()]
    assert all(torch.equal(*pair) for pair in zip(first, run(model, optimizer, loader)))
    assert first[1].min() < first[1][0]  # it has trained


def test_the_range_test_trains_as_training_does_whatever_the_mode_before():
    """With dropout, and with batch norm that looks at the batch."""
    model, optimizer, loader = trained(optim.SGD)
    modes = [model.eval, model.train, lambda: model.train()[1].eval()]
    results = []
    for set_mode in modes:
        set_mode()
        results.append(run(model, optimizer, loader)[1])
    assert torch.equal(results[0], results[1]) and torch.equal(results[1], results[2])
    model.eval()
    with torch.no_grad():
        quiet = cross_entropy(model(loader.inputs), loader.targets)
    assert abs(results[0][0] - quiet) > 1e-3  # dropout and the batch's averages make a difference here


def test_the_comparison_notices_what_could_be_left_changed():
    def gradient(model, optimizer, loader):
        model[0].weight.grad.add_(1)

    def rate(model, optimizer, loader):
        optimizer.param_groups[0]["lr"] *= 2

    changes = {
        "weight": lambda model, optimizer, loader: model[0].weight.data.add_(1),
        "buffer": lambda model, optimizer, loader: model[1].running_mean.add_(1),
        "gradient": gradient,
        "state": lambda model, optimizer, loader: optimizer.step(),
        "rate": rate,
        "mode": lambda model, optimizer, loader: model.train(),
        "order": lambda model, optimizer, loader: next(iter(loader)),
        "random numbers": lambda model, optimizer, loader: torch.rand(1),
    }
    for name, change in changes.items():
        parts = trained(optim.Adam)
        before = everything(*parts)
        change(*parts)
        assert not same(before, everything(*parts)), name


def test_training_after_a_range_test_is_training_without_one():
    results = []
    for tested in (False, True):
        model, optimizer, loader = trained(optim.Adam)
        if tested:
            run(model, optimizer, loader)
        fit(model, optimizer, cross_entropy, loader, loaders()[1], 2)
        results.append(model.state_dict())
    assert same(*results)


def test_the_range_test_leaves_everything_as_it_was_when_it_fails():
    model, optimizer, loader = trained(optim.Adam)
    calls = []

    def failing(outputs, targets):
        calls.append(1)
        if len(calls) == 5:
            raise RuntimeError("out of luck")
        return cross_entropy(outputs, targets)

    before = everything(model, optimizer, loader)
    with pytest.raises(RuntimeError, match="out of luck"):
        schedules.lr_range_test(model, optimizer, failing, loader, 1e-3, 1.0, 20)
    assert same(before, everything(model, optimizer, loader))


def test_the_losses_are_those_of_training_by_hand_at_rates_that_grow_geometrically():
    def parts():
        torch.manual_seed(1)
        model = mlp(4, 5, 3)
        groups = [{"params": [param]} for param in model.parameters()]
        groups[0]["lr"] = 0.7  # all groups get the same rate
        return model, optim.SGD(groups, lr=0.2, momentum=0.5), loaders()[0]

    ours, losses = run(*parts(), n_steps=9, low=0.01, high=2.56)
    torch.testing.assert_close(ours, 0.01 * 2 ** torch.arange(9).double(), rtol=1e-12, atol=0)
    assert ours.dtype == losses.dtype == torch.float64 and len(losses) == 9
    model, optimizer, loader = parts()
    batches = [*loader, *loader]  # 6 batches an epoch
    for lr, loss, (inputs, targets) in zip(ours, losses, batches):
        for group in optimizer.param_groups:
            group["lr"] = lr.item()
        optimizer.zero_grad()
        now = cross_entropy(model(inputs), targets)
        assert now.item() == loss.item()
        now.backward()
        optimizer.step()


def of_losses(values):
    """A range test whose batch losses are `values`."""
    model, given = torch.nn.Linear(1, 1), iter(values)
    optimizer = optim.SGD(model.parameters(), lr=0.1)
    loader = [(torch.ones(1, 1), torch.ones(1))]
    loss = lambda outputs, targets: outputs.sum() * 0 + next(given)  # noqa: E731
    return schedules.lr_range_test(model, optimizer, loss, loader, 0.1, 1.0, len(values))


@pytest.mark.parametrize(
    "losses, left",
    [
        ([1.0, 0.5, 2.0, 1.75], 4),
        ([1.0, 0.5, 2.25, 0.1], 3),
        ([1.0, 0.5, math.inf, 0.1], 2),
        ([1.0, 0.5, math.nan, 0.1], 2),
        ([math.nan, 0.5], 0),
    ],
)
def test_the_range_test_stops_where_the_loss_is_lost(losses, left):
    rates, found = of_losses(losses)
    assert found.tolist() == losses[:left] and len(rates) == left


def test_the_range_test_refuses_what_it_cannot_do():
    model, optimizer, loader = trained(optim.SGD)
    for low, high in ((0.0, 1.0), (1.0, 1.0), (2.0, 1.0)):
        with pytest.raises(ValueError, match=f"low is {low:g} and high is {high:g}: pass rates with 0 < low < high"):
            run(model, optimizer, loader, low=low, high=high)
    with pytest.raises(ValueError, match="high is inf: pass a number"):
        run(model, optimizer, loader, high=math.inf)
    for n_steps in (1, 2.5, None):
        with pytest.raises(ValueError, match=f"n_steps is {n_steps!r}: pass a whole number, 2 or larger"):
            run(model, optimizer, loader, n_steps=n_steps)
    with pytest.raises(ValueError, match="loader gave no batch"):
        schedules.lr_range_test(model, optimizer, cross_entropy, iter(loader), 0.1, 1.0, 20)


@NO_CUDA
def test_the_range_test_on_cuda_leaves_everything_as_it_was():
    model, optimizer, loader = trained(optim.Adam)
    cuda = torch.device("cuda")
    model.to(cuda)
    optimizer = optim.Adam(model.parameters(), lr=0.01)
    loader = data.Loader(loader.inputs.to(cuda), loader.targets.to(cuda), 4, shuffle=True)
    before, numbers = everything(model, optimizer, loader), torch.cuda.get_rng_state()
    rates, losses = run(model, optimizer, loader)
    assert same(before, everything(model, optimizer, loader)) and torch.equal(numbers, torch.cuda.get_rng_state())
    assert rates.device.type == losses.device.type == "cpu"
