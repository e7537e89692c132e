"""Answers to the exercises of *Learning-rate schedules*."""

import copy
import math

import torch
from kinds import Kind
from torch.nn import functional as F

from course_lib import schedules, surfaces
from course_lib.checks import learning_rate_schedules as check

from . import right, rules_out, wrong

rules_out(
    Kind.CHANCE, "nothing is drawn at random", check.restarts, check.used, check.design, check.trace, check.resume
)
rules_out(Kind.ROUTE, "the task forbids nothing", check.restarts, check.used, check.design, check.trace, check.resume)
rules_out(Kind.ARGUMENT, "its arguments are whole numbers", check.restarts)
rules_out(
    Kind.GRADIENT, "nobody differentiates through the result", check.restarts, check.used, check.design, check.resume
)
rules_out(Kind.ELSEWHERE, "its results are plain numbers", check.restarts, check.design)

# halved

right(check.halved)(128)
right(check.halved)(torch.tensor(128.0))
right(check.halved)(2**7)
wrong(check.halved, says="StepLR counts the calls", kind=Kind.GUESS)(1)
wrong(check.halved, says="how often it is halved", kind=Kind.GUESS)(7)
wrong(check.halved, says="larger, not smaller", kind=Kind.VALUE)(1 / 128)
wrong(check.halved, says="is no factor")(-128)
wrong(check.halved, says="four whole epochs")(1024)
wrong(check.halved, says="round down")(2 ** (61 / 8))
wrong(check.halved, says="round down")(181)
wrong(check.halved, says="Count the calls")(256)
wrong(check.halved, says="Count the calls", kind=Kind.GUESS)(8)
wrong(check.halved, says="Count the calls")(64)
wrong(check.halved, says="expected one number", kind=Kind.TYPE)("128")
wrong(check.halved, says="expected one number", kind=Kind.TYPE)([128])

# restarts


@right(check.restarts)
def taking_cycles_off(step, first, grow):
    while step >= first:
        step, first = step - first, first * grow
    return 0.5 + 0.5 * math.cos(math.pi * step / first)


@right(check.restarts)
def by_recursion(step, first, grow):
    return schedules.cosine(first)(step) if step < first else by_recursion(step - first, first * grow, grow)


@right(check.restarts)
def by_a_list_of_beginnings(step, first, grow):
    begins, length = [0], first
    while begins[-1] + length <= step:
        begins.append(begins[-1] + length)
        length *= grow
    return torch.tensor((1 + math.cos(math.pi * (step - begins[-1]) / length)) / 2, dtype=torch.float64)


@right(check.restarts)
def as_torch_does(step, first, grow):
    if grow == 1:
        return (1 + math.cos(math.pi * (step % first) / first)) / 2
    n = int(math.log(step / first * (grow - 1) + 1 + 1e-12, grow))
    return (1 + math.cos(math.pi * (step - first * (grow**n - 1) / (grow - 1)) / (first * grow**n))) / 2


@wrong(check.restarts, says="it does not jump back to 1", kind=Kind.HALF)
def one_cycle_only(step, first, grow):
    return schedules.cosine(first)(step)


@wrong(check.restarts, says="it does not jump back to 1")
def climbs_back(step, first, grow):
    return (1 + math.cos(math.pi * step / first)) / 2


@wrong(check.restarts, says="no longer than the first", kind=Kind.HALF)
def all_as_long_as_the_first(step, first, grow):
    return schedules.cosine(first)(step % first)


@wrong(check.restarts, says="the factor 0 already")
def reaches_zero(step, first, grow):
    while step >= first:
        step, first = step - first, first * grow
    return (1 + math.cos(math.pi * step / max(first - 1, 1))) / 2


@wrong(check.restarts, says="A cycle begins at its peak")
def rises(step, first, grow):
    return 1 - taking_cycles_off(step, first, grow)


@wrong(check.restarts, says="A cycle begins at its peak")
def one_step_late(step, first, grow):
    return taking_cycles_off(step + 1, first, grow)


@wrong(check.restarts, says="half a cosine wave from 1 to 0")
def without_the_half(step, first, grow):
    while step >= first:
        step, first = step - first, first * grow
    return math.cos(math.pi * step / first / 2)


@wrong(check.restarts, says="half a cosine wave from 1 to 0")
def a_whole_wave(step, first, grow):
    while step >= first:
        step, first = step - first, first * grow
    return (1 + math.cos(2 * math.pi * step / first)) / 2


@wrong(check.restarts, says="it does not jump back to 1")
def one_step_too_long(step, first, grow):
    length = first
    while step > length:
        step, length = step - length, length * grow
    return (1 + math.cos(math.pi * step / length)) / 2


@wrong(check.restarts, says="with first=10 and grow=1", kind=Kind.SHAPE)
def always_doubles(step, first, grow):
    return taking_cycles_off(step, first, 2)


@wrong(check.restarts, says="with first=4 and grow=2 step 13", kind=Kind.VALUE)
def grows_by_addition(step, first, grow):
    length, more = first, first * (grow - 1)
    while step >= length:
        step, length = step - length, length + more
    return (1 + math.cos(math.pi * step / length)) / 2


@wrong(check.restarts, says="with first=3 and grow=3", kind=Kind.COINCIDENCE)
def each_as_long_as_all_before(step, first, grow):
    if grow == 1 or step < first:
        return taking_cycles_off(step, first, grow)
    begin = first
    while step >= 2 * begin + first * (grow == 2):
        begin = 2 * begin + first * (grow == 2)
    return (1 + math.cos(math.pi * (step - begin) / (begin + first * (grow == 2)))) / 2


@wrong(check.restarts, says="your code raised ZeroDivisionError")
def by_a_logarithm(step, first, grow):
    n = int(math.log(step / first * (grow - 1) + 1 + 1e-12) / math.log(grow))
    return (1 + math.cos(math.pi * (step - first * (grow**n - 1) / (grow - 1)) / (first * grow**n))) / 2


@wrong(check.restarts, says="Each call stands by itself", kind=Kind.DTYPE)
def in_half_precision(step, first, grow):
    return torch.tensor(taking_cycles_off(step, first, grow)).half()


@wrong(check.restarts, says="Each call stands by itself", kind=Kind.VALUE)
def rounded(step, first, grow):
    return round(taking_cycles_off(step, first, grow), 4)


NOW = {"begin": 0, "length": None}


@wrong(check.restarts, says="Each call stands by itself", kind=Kind.STATE)
def remembers_its_cycle(step, first, grow):
    if NOW["length"] is None:
        NOW["length"] = first
    while step >= NOW["begin"] + NOW["length"]:
        NOW["begin"] += NOW["length"]
        NOW["length"] *= grow
    return (1 + math.cos(math.pi * (step - NOW["begin"]) / NOW["length"])) / 2


@wrong(check.restarts, says="at any step", kind=Kind.SHAPE)
def a_thousand_steps_at_most(step, first, grow):
    return taking_cycles_off(min(step, 1000), first, grow)


@wrong(check.restarts, says="expected one number", kind=Kind.TYPE)
def a_function(step, first, grow):
    return lambda t: taking_cycles_off(t, first, grow)


@wrong(check.restarts, says="got None", kind=Kind.TYPE)
def printed(step, first, grow):
    print(taking_cycles_off(step, first, grow))


# used


def gradients(weights, optimizer):
    optimizer.zero_grad()
    (sum((w**2).sum() for w in weights) / 2).backward()


@right(check.used)
def peaks_in_the_groups(weights, optimizer, schedule, n_steps):
    rates = []
    for t in range(n_steps):
        gradients(weights, optimizer)
        for group in optimizer.param_groups:
            group["lr"] = group.setdefault("initial_lr", group["lr"]) * schedule(t)
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
    return rates


@right(check.used)
def peaks_in_a_list(weights, optimizer, schedule, n_steps):
    peaks = [group["lr"] for group in optimizer.param_groups]
    rates = []
    for t in range(n_steps):
        for group, peak in zip(optimizer.param_groups, peaks):
            group["lr"] = peak * schedule(t)
        gradients(weights, optimizer)
        optimizer.step()
        rates.append(peaks[0] * schedule(t))
    return torch.tensor(rates)


@right(check.used)
def set_for_the_next_step(weights, optimizer, schedule, n_steps):
    peaks, rates = [group["lr"] for group in optimizer.param_groups], []

    def prepare(t):
        for group, peak in zip(optimizer.param_groups, peaks):
            group["lr"] = peak * schedule(t)

    prepare(0)
    for t in range(n_steps):
        gradients(weights, optimizer)
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        if t + 1 < n_steps:
            prepare(t + 1)
    return tuple(rates)


@wrong(check.used, says="the first one the full peak")
def set_after_the_step(weights, optimizer, schedule, n_steps):
    peaks, rates = [group["lr"] for group in optimizer.param_groups], []
    for t in range(n_steps):
        gradients(weights, optimizer)
        optimizer.step()
        for group, peak in zip(optimizer.param_groups, peaks):
            group["lr"] = peak * schedule(t)
        rates.append(optimizer.param_groups[0]["lr"])
    return rates


@wrong(check.used, says="Does optimizer.step() run")
def as_it_stood_but_in_order(weights, optimizer, schedule, n_steps):
    rates = []
    for t in range(n_steps):
        gradients(weights, optimizer)
        for group in optimizer.param_groups:
            group["lr"] = group["lr"] * schedule(t)
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
    return rates


@wrong(check.used, says="stays at 0 for ever")
def as_it_stood(weights, optimizer, schedule, n_steps):
    rates = []
    for t in range(n_steps):
        gradients(weights, optimizer)
        optimizer.step()
        for group in optimizer.param_groups:
            group["lr"] = group["lr"] * schedule(t)
        rates.append(optimizer.param_groups[0]["lr"])
    return rates


@wrong(check.used, says="before it is set")
def logged_too_early(weights, optimizer, schedule, n_steps):
    peaks, rates = [group["lr"] for group in optimizer.param_groups], []
    for t in range(n_steps):
        gradients(weights, optimizer)
        rates.append(optimizer.param_groups[0]["lr"])
        for group, peak in zip(optimizer.param_groups, peaks):
            group["lr"] = peak * schedule(t)
        optimizer.step()
    return rates


@wrong(check.used, says="Every group has its own peak", kind=Kind.HALF)
def the_first_group_only(weights, optimizer, schedule, n_steps):
    peak, rates = optimizer.param_groups[0]["lr"], []
    for t in range(n_steps):
        gradients(weights, optimizer)
        optimizer.param_groups[0]["lr"] = peak * schedule(t)
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
    return rates


@wrong(check.used, says="Every group has its own peak", kind=Kind.SHAPE)
def one_peak_for_all_groups(weights, optimizer, schedule, n_steps):
    peak, rates = optimizer.param_groups[0]["lr"], []
    for t in range(n_steps):
        gradients(weights, optimizer)
        for group in optimizer.param_groups:
            group["lr"] = peak * schedule(t)
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
    return rates


@wrong(check.used, says="Every group has its own peak", kind=Kind.SHAPE)
def the_first_two_groups(weights, optimizer, schedule, n_steps):
    peaks, rates = [group["lr"] for group in optimizer.param_groups], []
    for t in range(n_steps):
        gradients(weights, optimizer)
        for group, peak in zip(optimizer.param_groups[:2], peaks):
            group["lr"] = peak * schedule(t)
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
    return rates


@wrong(check.used, says="it remembers the gradients", kind=Kind.ELSEWHERE)
def steps_by_hand(weights, optimizer, schedule, n_steps):
    peaks = [group["lr"] for group in optimizer.param_groups]
    for t in range(n_steps):
        with torch.no_grad():
            for group, peak in zip(optimizer.param_groups, peaks):
                for w in group["params"]:
                    w -= peak * schedule(t) * w
    return [peaks[0] * schedule(t) for t in range(n_steps)]


@wrong(check.used, says="it remembers the gradients", kind=Kind.COINCIDENCE)
def no_step_at_rate_zero(weights, optimizer, schedule, n_steps):
    peaks, rates = [group["lr"] for group in optimizer.param_groups], []
    for t in range(n_steps):
        rates.append(peaks[0] * schedule(t))
        if rates[-1] == 0:
            continue
        for group, peak in zip(optimizer.param_groups, peaks):
            group["lr"] = peak * schedule(t)
        gradients(weights, optimizer)
        optimizer.step()
    return rates


@wrong(check.used, says="Does optimizer.step() run", kind=Kind.HALF)
def without_a_step(weights, optimizer, schedule, n_steps):
    return [optimizer.param_groups[0]["lr"] * schedule(t) for t in range(n_steps)]


@wrong(check.used, says="Does optimizer.step() run", kind=Kind.ELSEWHERE)
def on_copies(weights, optimizer, schedule, n_steps):
    peak, copies, rates = optimizer.param_groups[0]["lr"], [w.detach().clone() for w in weights], []
    for t in range(n_steps):
        rates.append(peak * schedule(t))
        copies = [w - rates[-1] * w for w in copies]
    return rates


@wrong(check.used, says="changes the list of weights", kind=Kind.ARGUMENT)
def weights_made_anew(weights, optimizer, schedule, n_steps):
    rates = peaks_in_the_groups(weights, optimizer, schedule, n_steps)
    weights[:] = [w.detach() for w in weights]
    return rates


LOG = []


@wrong(check.used, says="rates, got", kind=Kind.STATE)
def one_log_for_all_runs(weights, optimizer, schedule, n_steps):
    LOG.extend(peaks_in_the_groups(weights, optimizer, schedule, n_steps))
    return LOG


PEAK = []


@wrong(check.used, says="of this run alone", kind=Kind.STATE)
def the_peak_of_the_first_run(weights, optimizer, schedule, n_steps):
    PEAK.append(optimizer.param_groups[0]["lr"])
    for group in optimizer.param_groups:
        group["initial_lr"] = PEAK[0] * group["lr"] / PEAK[-1]
    return peaks_in_the_groups(weights, optimizer, schedule, n_steps)


@wrong(check.used, says="nothing is rounded", kind=Kind.VALUE)
def rates_rounded(weights, optimizer, schedule, n_steps):
    return [round(rate, 1) for rate in peaks_in_the_groups(weights, optimizer, schedule, n_steps)]


@wrong(check.used, says="nothing is rounded", kind=Kind.DTYPE)
def rates_in_half_precision(weights, optimizer, schedule, n_steps):
    return torch.tensor(peaks_in_the_groups(weights, optimizer, schedule, n_steps)).half()


@wrong(check.used, says="nothing is rounded", kind=Kind.COINCIDENCE)
def factors_for_rates(weights, optimizer, schedule, n_steps):
    peaks_in_the_groups(weights, optimizer, schedule, n_steps)
    return [schedule(t) for t in range(n_steps)]


@wrong(check.used, says="expected 6 rates, got None", kind=Kind.TYPE)
def nothing_returned(weights, optimizer, schedule, n_steps):
    peaks_in_the_groups(weights, optimizer, schedule, n_steps)


@wrong(check.used, says="expected 6 rates", kind=Kind.TYPE)
def the_last_rate(weights, optimizer, schedule, n_steps):
    return peaks_in_the_groups(weights, optimizer, schedule, n_steps)[-1]


# design


def peaks_of(curvatures):
    return [2 / max(curvatures) * 0.85**k for k in range(40)]


def best_of(bowl, *shapes):
    *bowl, n_steps = bowl
    runs = torch.tensor(
        [schedules.rates(s, p, n_steps) for s in shapes for p in peaks_of(bowl[0])], dtype=torch.float64
    )
    return runs[surfaces.expected_loss(runs, *bowl)[:, -1].argmin()]


@right(check.design)
def two_shapes(curvatures, start, noise, n_steps):
    bowl = curvatures, start, noise, n_steps
    return best_of(bowl, schedules.linear(n_steps), schedules.wsd(n_steps, 0, n_steps // 5)).tolist()


@right(check.design)
def falls_late(curvatures, start, noise, n_steps):
    return best_of((curvatures, start, noise, n_steps), schedules.wsd(n_steps, 0, n_steps // 5))


@right(check.design)
def two_rates(curvatures, start, noise, n_steps):
    """A long one for a part of the run, a short one for the rest, both by search."""
    peaks, best = peaks_of(curvatures)[::2], None
    runs = [
        [a] * int(n_steps * share) + [b] * (n_steps - int(n_steps * share))
        for a in peaks
        for b in peaks
        if b < a
        for share in (0.3, 0.6, 0.8, 0.95)
    ]
    best = surfaces.expected_loss(runs, curvatures, start, noise)[:, -1].argmin()
    return runs[best]


@wrong(check.design, says="all your rates are equal", kind=Kind.HALF)
def the_best_constant(curvatures, start, noise, n_steps):
    return best_of((curvatures, start, noise, n_steps), schedules.constant())


@wrong(check.design, says="more than one shape", kind=Kind.COINCIDENCE)
def linear_only(curvatures, start, noise, n_steps):
    return best_of((curvatures, start, noise, n_steps), schedules.linear(n_steps))


@wrong(check.design, says="more than one shape", kind=Kind.VALUE)
def a_step_down(curvatures, start, noise, n_steps):
    return best_of((curvatures, start, noise, n_steps), schedules.step_decay(n_steps // 3))


@wrong(check.design, says="far off")
def the_page_s_peak(curvatures, start, noise, n_steps):
    return schedules.rates(schedules.wsd(n_steps, 0, n_steps // 5), 0.005, n_steps)


@wrong(check.design, says="far off")
def too_long(curvatures, start, noise, n_steps):
    return schedules.rates(schedules.linear(n_steps), 3.0, n_steps)


@wrong(check.design, says="on the bowl with the curvatures (20.0, 1.0, 0.1)", kind=Kind.SHAPE)
def first_two_directions(curvatures, start, noise, n_steps):
    return best_of((curvatures[:2], start[:2], noise, n_steps), schedules.linear(n_steps), schedules.constant())


@wrong(check.design, says="your code raised IndexError", kind=Kind.SHAPE)
def a_second_direction(curvatures, start, noise, n_steps):
    return two_shapes(curvatures, start, noise, n_steps) if curvatures[1] < curvatures[0] else [0.0] * n_steps


@wrong(check.design, says="with the curvatures (0.1,)", kind=Kind.COINCIDENCE)
def the_same_four_peaks(curvatures, start, noise, n_steps):
    shapes = [schedules.wsd(n_steps, 0, max(1, n_steps // part)) for part in (1, 2, 3, 5, 8, 12, 20)]
    runs = [schedules.rates(shape, peak, n_steps) for shape in shapes for peak in (0.01, 0.03, 0.1, 0.3)]
    return runs[surfaces.expected_loss(runs, curvatures, start, noise)[:, -1].argmin()]


@wrong(check.design, says="with the curvatures (8.0, 0.05)", kind=Kind.HALF)
def the_flattest_direction(curvatures, start, noise, n_steps):
    peaks, shapes = (
        [2 / min(curvatures) * 0.85**k for k in range(60)],
        (schedules.linear(n_steps), schedules.wsd(n_steps, 0, n_steps // 5)),
    )
    runs = [schedules.rates(shape, peak, n_steps) for shape in shapes for peak in peaks]
    return runs[surfaces.expected_loss(runs, [min(curvatures)], [max(start)], noise)[:, -1].argmin()]


@wrong(check.design, says="with the curvatures (0.1,)", kind=Kind.VALUE)
def as_if_the_noise_were_one(curvatures, start, noise, n_steps):
    return two_shapes(curvatures, start, 1.0, n_steps)


@wrong(check.design, says="expected a row of 300 rates", kind=Kind.TYPE)
def a_column(curvatures, start, noise, n_steps):
    return torch.tensor(two_shapes(curvatures, start, noise, n_steps))[:, None]


@wrong(check.design, says="A negative rate goes uphill")
def below_zero(curvatures, start, noise, n_steps):
    return [rate - 0.001 for rate in two_shapes(curvatures, start, noise, n_steps)]


@wrong(check.design, says="expected 300 rates", kind=Kind.TYPE)
def one_rate(curvatures, start, noise, n_steps):
    return two_shapes(curvatures, start, noise, n_steps)[0]


@wrong(check.design, says="expected 300 rates, got 301")
def one_too_many(curvatures, start, noise, n_steps):
    return [*two_shapes(curvatures, start, noise, n_steps), 0.0]


@wrong(check.design, says="far off", kind=Kind.DTYPE)
def whole_numbers(curvatures, start, noise, n_steps):
    return [int(rate) for rate in two_shapes(curvatures, start, noise, n_steps)]


MADE = []


@wrong(check.design, says="expected 400 rates, got 300", kind=Kind.STATE)
def the_first_design_again(curvatures, start, noise, n_steps):
    if not MADE:
        MADE.append(two_shapes(curvatures, start, noise, n_steps))
    return MADE[0]


@wrong(check.design, says="changes the argument start", kind=Kind.ARGUMENT)
def start_set_to_zero(curvatures, start, noise, n_steps):
    start[0] = 0.0
    return two_shapes(curvatures, start, noise, n_steps)


# trace


def test_on(model, batches, rates):
    losses = []
    for (x, y), rate in zip(batches, rates):
        loss = F.cross_entropy(model(x), y)
        grads = torch.autograd.grad(loss, list(model.parameters()))
        with torch.no_grad():
            for p, grad in zip(model.parameters(), grads):
                p.sub_(rate * grad)
        losses.append(loss.item())
    return losses


@right(check.trace)
def on_a_copy(model, batches, rates):
    return test_on(copy.deepcopy(model).train(), batches, rates)


@right(check.trace)
def state_copied(model, batches, rates):
    before, mode = copy.deepcopy(model.state_dict()), model.training
    model.train()
    losses = test_on(model, batches, rates)
    model.load_state_dict(before)
    model.train(mode)
    return losses


@right(check.trace)
def by_functional_call(model, batches, rates):
    trial = copy.deepcopy(model)
    trial.train()
    optimizer, losses = torch.optim.SGD(trial.parameters(), lr=1.0), []
    for (x, y), rate in zip(batches, rates):
        optimizer.param_groups[0]["lr"] = rate
        loss = F.cross_entropy(trial(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(float(loss))
    return torch.tensor(losses)


@wrong(check.trace, says="model's weights are not what they were", kind=Kind.ARGUMENT)
def state_by_reference(model, batches, rates):
    before = model.state_dict()
    losses = []
    for (x, y), rate in zip(batches, rates):
        loss = F.cross_entropy(model(x), y)
        model.zero_grad()
        loss.backward()
        with torch.no_grad():
            for p in model.parameters():
                p -= rate * p.grad
        losses.append(loss.item())
    model.load_state_dict(before)
    return losses


@wrong(check.trace, says="model's buffers are not what they were", kind=Kind.HALF)
def weights_but_no_buffers(model, batches, rates):
    before, mode = [p.detach().clone() for p in model.parameters()], model.training
    losses = test_on(model.train(), batches, rates)
    with torch.no_grad():
        for p, old in zip(model.parameters(), before):
            p.copy_(old)
    model.train(mode)
    return losses


@wrong(check.trace, says="model's modes are not what they were")
def left_in_training_mode(model, batches, rates):
    before = copy.deepcopy(model.state_dict())
    losses = test_on(model.train(), batches, rates)
    model.load_state_dict(before)
    return losses


@wrong(check.trace, says="model's gradients are not what they were", kind=Kind.GRADIENT)
def gradients_left_behind(model, batches, rates):
    before, mode = copy.deepcopy(model.state_dict()), model.training
    model.train()
    losses = []
    for (x, y), rate in zip(batches, rates):
        loss = F.cross_entropy(model(x), y)
        model.zero_grad()
        loss.backward()
        with torch.no_grad():
            for p in model.parameters():
                p -= rate * p.grad
        losses.append(loss.item())
    model.load_state_dict(before)
    model.train(mode)
    return losses


@wrong(check.trace, says="flags requires_grad are not what they were", kind=Kind.GRADIENT)
def frozen_afterwards(model, batches, rates):
    losses = on_a_copy(model, batches, rates)
    model.requires_grad_(False)
    return losses


@wrong(check.trace, says="evaluation mode the losses are", kind=Kind.COINCIDENCE)
def in_the_mode_it_came_in(model, batches, rates):
    return test_on(copy.deepcopy(model), batches, rates)


@wrong(check.trace, says="a model that does not move", kind=Kind.ELSEWHERE)
def steps_on_another_copy(model, batches, rates):
    losses = []
    for (x, y), rate in zip(batches, rates):
        losses += test_on(copy.deepcopy(model).train(), [(x, y)], [rate])
    return losses


@wrong(check.trace, says="a model that does not move")
def no_steps(model, batches, rates):
    trial = copy.deepcopy(model).train()
    return [F.cross_entropy(trial(x), y).item() for x, y in batches]


@wrong(check.trace, says="before the step with the rate of its place", kind=Kind.VALUE)
def after_the_step(model, batches, rates):
    trial, losses = copy.deepcopy(model).train(), []
    for (x, y), rate in zip(batches, rates):
        test_on(trial, [(x, y)], [rate])
        losses.append(F.cross_entropy(trial(x), y).item())
    return losses


@wrong(check.trace, says="before the step with the rate of its place", kind=Kind.VALUE)
def summed(model, batches, rates):
    trial, losses = copy.deepcopy(model).train(), []
    for (x, y), rate in zip(batches, rates):
        losses += [len(y) * loss for loss in test_on(trial, [(x, y)], [rate])]
    return losses


@wrong(check.trace, says="before the step with the rate of its place", kind=Kind.DTYPE)
def cut_to_half_precision(model, batches, rates):
    return torch.tensor(on_a_copy(model, batches, rates)).to(torch.bfloat16)


@wrong(check.trace, says="expected 1 loss, got 5", kind=Kind.SHAPE)
def always_five(model, batches, rates):
    return (on_a_copy(model, batches, rates) * 5)[:5]


KEPT = []


@wrong(check.trace, says="the losses are", kind=Kind.STATE)
def one_copy_for_all(model, batches, rates):
    if not KEPT or KEPT[0].first.in_features != model.first.in_features:
        KEPT[:] = [copy.deepcopy(model).train()]
    return test_on(KEPT[0], batches, rates)


@wrong(check.trace, says="expected 5 losses, got None", kind=Kind.TYPE)
def losses_printed(model, batches, rates):
    print(on_a_copy(model, batches, rates))


@wrong(check.trace, says="expected 5 losses", kind=Kind.TYPE)
def the_last_loss(model, batches, rates):
    return on_a_copy(model, batches, rates)[-1]


# resume


def loaded(saved, params, momentum=0.9):
    optimizer = torch.optim.SGD(params, lr=0.1, momentum=momentum)
    optimizer.load_state_dict(saved["optimizer"])
    return optimizer


@right(check.resume)
def told_the_last_step(saved, params, schedule):
    optimizer = loaded(saved, params)
    return optimizer, torch.optim.lr_scheduler.LambdaLR(optimizer, schedule, last_epoch=saved["step"] - 1)


@right(check.resume)
def stepped_forward(saved, params, schedule):
    optimizer = loaded(saved, params)
    optimizer.param_groups[0]["lr"] = optimizer.param_groups[0].pop("initial_lr")
    scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, schedule)
    for _ in range(saved["step"]):
        scheduler.step()
    return optimizer, scheduler


@right(check.resume)
def counter_set_by_hand(saved, params, schedule):
    optimizer = torch.optim.SGD(params, lr=saved["optimizer"]["param_groups"][0]["initial_lr"], momentum=0.9)
    scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, schedule)
    scheduler.last_epoch = saved["step"]
    optimizer.load_state_dict(saved["optimizer"])
    return [optimizer, scheduler]


@wrong(check.resume, says="what does its first call of step() do")
def one_step_ahead(saved, params, schedule):
    optimizer = loaded(saved, params)
    return optimizer, torch.optim.lr_scheduler.LambdaLR(optimizer, schedule, last_epoch=saved["step"])


@wrong(check.resume, says="one step behind")
def one_step_back(saved, params, schedule):
    optimizer = loaded(saved, params)
    return optimizer, torch.optim.lr_scheduler.LambdaLR(optimizer, schedule, last_epoch=saved["step"] - 2)


@wrong(check.resume, says="the schedule starts over", kind=Kind.HALF)
def starts_over(saved, params, schedule):
    optimizer = loaded(saved, params)
    return optimizer, torch.optim.lr_scheduler.LambdaLR(optimizer, schedule)


@wrong(check.resume, says="the weights go elsewhere", kind=Kind.HALF)
def without_the_momentum(saved, params, schedule):
    optimizer = torch.optim.SGD(params, lr=saved["optimizer"]["param_groups"][0]["initial_lr"], momentum=0.9)
    optimizer.param_groups[0]["initial_lr"] = optimizer.param_groups[0]["lr"]
    return optimizer, torch.optim.lr_scheduler.LambdaLR(optimizer, schedule, last_epoch=saved["step"] - 1)


@wrong(check.resume, says="the first rate alone is wrong")
def lr_of_the_constructor(saved, params, schedule):
    optimizer = loaded(saved, params)
    scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, schedule, last_epoch=saved["step"] - 1)
    optimizer.param_groups[0]["lr"] = 0.123
    return optimizer, scheduler


@wrong(check.resume, says="The peak is in the saved state", kind=Kind.VALUE)
def peak_from_the_last_rate(saved, params, schedule):
    optimizer = loaded(saved, params)
    optimizer.param_groups[0]["initial_lr"] = 0.9 * optimizer.param_groups[0]["lr"]
    return optimizer, torch.optim.lr_scheduler.LambdaLR(optimizer, schedule, last_epoch=saved["step"] - 1)


@wrong(check.resume, says="does not move the parameters", kind=Kind.ELSEWHERE)
def over_copies(saved, params, schedule):
    return told_the_last_step(saved, [p.detach().clone().requires_grad_() for p in params], schedule)


@wrong(check.resume, says="changes what it is given", kind=Kind.ARGUMENT)
def weights_set_to_zero(saved, params, schedule):
    for p in params:
        p.data.zero_()
    return told_the_last_step(saved, params, schedule)


@wrong(check.resume, says="changes what it is given", kind=Kind.ARGUMENT)
def state_emptied(saved, params, schedule):
    pair = told_the_last_step(saved, params, schedule)
    saved.pop("step")
    return pair


@wrong(check.resume, says="after 25 steps", kind=Kind.COINCIDENCE)
def always_ten_steps(saved, params, schedule):
    return told_the_last_step({**saved, "step": 10}, params, schedule)


@wrong(check.resume, says="after 150 steps", kind=Kind.SHAPE)
def a_hundred_steps_at_most(saved, params, schedule):
    return told_the_last_step(saved, params, lambda t: schedule(min(t, 100)))


@wrong(check.resume, says="the weights go elsewhere", kind=Kind.DTYPE)
def buffers_in_half_precision(saved, params, schedule):
    optimizer, scheduler = told_the_last_step(saved, params, schedule)
    for state in optimizer.state.values():
        state["momentum_buffer"] = state["momentum_buffer"].half().float()
    return optimizer, scheduler


@wrong(check.resume, says="does not move the parameters", kind=Kind.SHAPE)
def first_parameter_only(saved, params, schedule):
    optimizer = torch.optim.SGD(params[:1], lr=0.1, momentum=0.9)
    return optimizer, torch.optim.lr_scheduler.LambdaLR(optimizer, schedule)


ONCE = []


@wrong(check.resume, says="does not move the parameters", kind=Kind.STATE)
def built_once(saved, params, schedule):
    if not ONCE:
        ONCE.extend(told_the_last_step(saved, params, schedule))
    return tuple(ONCE)


@wrong(check.resume, says="In this order", kind=Kind.TYPE)
def in_the_wrong_order(saved, params, schedule):
    return told_the_last_step(saved, params, schedule)[::-1]


@wrong(check.resume, says="expected 2 objects", kind=Kind.TYPE)
def the_optimizer_alone(saved, params, schedule):
    return loaded(saved, params)


# swing

right(check.swing)(40)
right(check.swing)(torch.tensor(40))
right(check.swing)(40.0)
wrong(check.swing, says="1.2 squared", kind=Kind.GUESS)(38)
wrong(check.swing, says="is still below 1")(39)
wrong(check.swing, says="slope -2y", kind=Kind.VALUE)(74)
wrong(check.swing, says="number of pairs")(20)
wrong(check.swing, says="can't be halved", kind=Kind.VALUE)(38.96)
wrong(check.swing, says="is positive")(-40)
wrong(check.swing, says="By which factor", kind=Kind.GUESS)(1000)
wrong(check.swing, says="By which factor")(25)
wrong(check.swing, says="expected one number", kind=Kind.TYPE)("40")
wrong(check.swing, says="expected one number", kind=Kind.TYPE)((40, 41))
