"""Checks of *Learning-rate schedules*: the unit of time, restarts, the rates used, a design, a range test, resuming."""

import copy
import math

import torch
from torch import nn
from torch.nn import functional as F

from course_lib.optim import SGD
from course_lib.surfaces import expected_loss

from .core import Exercise, Mistake, ask, call, close, expect, number, several
from .probes import KEEPS, normal

# halved


@Exercise
def halved(answer):
    """How many times smaller the rate is after 61 calls of StepLR(8, 0.5)."""
    factor = number(answer)
    expect(factor > 0, f"{factor:g} is no factor", "A half is 2 times smaller, an eighth 8 times.")
    expect(factor >= 1, f"{factor:g} would be larger, not smaller", "Asked is how many times smaller. A half: 2 times.")
    expect(
        abs(factor - 1) > 0.5,
        "in epochs nothing would have happened yet, but the line has moved",
        "StepLR counts the calls of scheduler.step(). How many have there been?",
    )
    expect(abs(factor - 7) > 0.5, "7 is how often it is halved", "And what do so many halvings make of the rate?")
    expect(
        abs(factor - 1024) > 0.5,
        "that counts four whole epochs",
        "In the fourth epoch three are over. And how many steps of the fourth?",
    )
    expect(
        abs(factor - 2 ** (61 / 8)) > 0.5 and abs(factor - 2**7.5) > 0.5,
        "StepLR has no halves of a halving",
        "Between two drops the rate stays as it is: round down.",
    )
    expect(
        abs(factor - 2**7) <= 0.5,
        f"it is not {factor:g} times smaller",
        "Count the calls of scheduler.step() before that step, then how many times 8 goes into them.",
    )


# restarts


def _restarts(step, first, grow):
    """The factor of a cosine with warm restarts."""
    length = first
    while step >= length:
        step, length = step - length, length * grow
    return (1 + math.cos(math.pi * step / length)) / 2


def _factor(answer, step, first, grow):
    return number(ask(answer, step, first, grow), f"one number for step {step}")


def _same_factor(found, step, first, grow):
    right = _restarts(step, first, grow)
    if not close(found, right, rtol=0, atol=1e-6):
        raise Mistake(
            f"with first={first} and grow={grow} step {step} has the factor {found:.7g}, not {right:.7g}",
            "Write down the first steps of its cycles by hand. Each call stands by itself, in any order, at any step.",
        )


@Exercise
def restarts(answer):
    """A cosine that jumps back to 1, in cycles that grow."""
    four = [_factor(answer, step, 4, 2) for step in range(13)]
    expect(close(four[0], 1.0), f"step 0 has the factor {four[0]:.4g}", "A cycle begins at its peak, which is 1.")
    expect(
        not close(four[3], 0.0, atol=1e-3),
        "with first=4 step 3 has the factor 0 already",
        "The cosine would reach 0 at step 4, where the next cycle begins. By which number is step divided?",
    )
    expect(
        close(four[2], 0.5, atol=1e-6),
        f"with first=4 step 2 has the factor {four[2]:.4g}",
        "Half-way through the first cycle, half a cosine wave from 1 to 0 is at a half.",
    )
    expect(
        not close(four[5], (1 + math.cos(math.pi * 5 / 4)) / 2, atol=1e-3) and four[4] > 0.5,
        "at step 4, after the first cycle, it does not jump back to 1",
        "How many steps of the second cycle are over at step 5?",
    )
    expect(
        not close(four[8], 1.0, atol=1e-3),
        "the second cycle is no longer than the first",
        "It is `grow` times as long.",
    )
    for first, grow in ((4, 2), (10, 1), (3, 3), (1, 2), (7, 5), (1, 1), (50, 2)):
        steps = list(range(400))
        found = {step: _factor(answer, step, first, grow) for step in steps[::-1]}  # backwards: each step by itself
        for step in steps:
            _same_factor(found[step], step, first, grow)
    for step in (12284, 12285, 20000):  # 12285 = 3 + 6 + 12 + … + 6144: a cycle begins
        _same_factor(_factor(answer, step, 3, 2), step, 3, 2)


# used


def _bowls(seed, n=2):
    return [normal(*shape, seed=seed + i).requires_grad_() for i, shape in enumerate(((3,), (2, 2), (1,))[:n])]


def _run(answer, peaks, schedule, n_steps, seed=0, momentum=0.0):
    """The rates that the answer logged, and the weights before and after."""
    weights = _bowls(seed, max(len(peaks), 2))
    start = [w.detach().clone() for w in weights]
    groups = [{"params": [w], "lr": lr} for w, lr in zip(weights, peaks)] if len(peaks) > 1 else weights
    optimizer = SGD(groups, lr=peaks[0], momentum=momentum)
    handed = list(weights)
    log = call(answer, handed, optimizer, schedule, n_steps)
    expect(
        len(handed) == len(weights) and all(a is b for a, b in zip(handed, weights)),
        "your function changes the list of weights that it is given",
        "The optimizer moves these very tensors. Leave the list alone.",
    )
    return [number(rate, "a list of numbers") for rate in several(log, n_steps, "rates")], start, weights


def _moved(start, peak, factors, momentum=0.0):
    velocity = torch.zeros_like(start)
    for factor in factors:
        velocity = momentum * velocity + start
        start = start - peak * factor * velocity
    return start


@Exercise
def used(answer):
    """A loop that sets the rate before the step, from the peak of each group, and logs what was used."""
    factors = [0.0, 0.5, 1.0, 1.0, 0.6, 0.2]
    log, start, weights = _run(answer, [0.4], factors.__getitem__, 6)
    after = weights[0].detach()
    expect(
        not close(after, start[0], atol=1e-7),
        "the weights do not move",
        "Does optimizer.step() run, after the gradients are there, and on these weights?",
    )
    expect(
        not close(after, _moved(start[0], 0.4, [1.0, *factors[:-1]]), atol=1e-6),
        "each step uses the rate of the step before it, and the first one the full peak",
        "What must come first, setting the rate or using it?",
    )
    expect(
        not all(close(rate, 0.0) for rate in log),
        "after a factor of 0 the rate stays at 0 for ever",
        "The factor belongs to the peak, not to the rate of the step before. Keep the peak somewhere.",
    )
    expect(
        not close(log, [0.4, *(0.4 * f for f in factors[:-1])], atol=1e-6),
        "the log holds the rate before it is set",
        "Log it between setting it and using it.",
    )
    expect(
        close(log, [0.4 * f for f in factors], rtol=1e-5, atol=1e-9),
        f"with the peak 0.4 and the factors {factors} you have logged {[round(rate, 4) for rate in log]}",
        "Each rate is the peak times the factor of its own step, and nothing is rounded.",
    )
    for peaks, factors, seed, momentum in (
        ([0.4], [0.0, 0.5, 1.0, 1.0, 0.6, 0.2], 0, 0.0),
        ([0.3, 0.05], [0.25, 1.0, 0.5, 1.0, 0.123456], 2, 0.0),
        ([1e-4, 0.5, 0.1], [1.0, 0.0, 0.7], 4, 0.0),
        ([0.2], [0.5], 6, 0.0),
        ([0.3, 0.05], [0.0, 0.5, 0.0, 1.0, 0.6], 8, 0.9),
    ):
        log, start, weights = _run(answer, peaks, factors.__getitem__, len(factors), seed, momentum)
        expect(
            close(log, [peaks[0] * f for f in factors], rtol=1e-5, atol=1e-9),
            f"right for one peak, but for the peaks {peaks} and the factors {factors} the log is {log}",
            "The list holds the rates of the first group, of this run alone. " + KEEPS,
        )
        for place, (w, begin) in enumerate(zip(weights, start)):
            peak = peaks[min(place, len(peaks) - 1)]
            there = close(w, _moved(begin, peak, factors, momentum), rtol=1e-4, atol=1e-6)
            expect(
                there or momentum == 0,
                f"with an optimizer that has momentum {momentum} the weights are not where {len(factors)} steps lead",
                "Let the optimizer that was given make every step, also one with the factor 0: it remembers the gradients.",
            )
            expect(
                there,
                f"with the peaks {peaks} the weights of parameter {place + 1} are not where {len(factors)} steps lead",
                "Every group has its own peak, and every group follows the schedule, in every step.",
            )


# design

BOWLS = (
    ((4.0, 0.5), (5.0, 5.0), 0.5, 300),
    ((20.0, 1.0, 0.1), (1.0, 2.0, 4.0), 0.3, 400),
    ((0.3, 0.02), (2.0, 8.0), 1.0, 500),
    ((1.0,), (10.0,), 1.0, 50),  # one direction, which a constant rate can leave at once
    ((0.1,), (30.0,), 0.1, 100),
    ((8.0, 0.05), (3.0, 0.0), 2.0, 60),  # the flat one is at home
)


def _best_constant(curvatures, start, noise, n_steps):
    runs = [[2 / max(curvatures) * 0.95**k] * n_steps for k in range(150)]
    return expected_loss(runs, curvatures, start, noise)[:, -1].min().item()


@Exercise
def design(answer):
    """Rates whose exact expected loss is at least 12 % below that of the best constant rate."""
    for bowl in (*BOWLS, BOWLS[3]):
        curvatures, start, noise, n_steps = bowl
        found = ask(answer, list(curvatures), list(start), noise, n_steps)
        rates = several(found, n_steps, "rates", "One rate for each step, in a list or a tensor.")
        shape = tuple(getattr(found, "shape", (n_steps,)))
        expect(
            len(shape) == 1, f"expected a row of {n_steps} rates, got the shape {shape}", "That is a table. Flatten it."
        )
        rates = [number(rate, "a list of numbers") for rate in rates]
        on = f"on the bowl with the curvatures {curvatures}"
        expect(min(rates) >= 0, f"{on} a rate is {min(rates):g}", "A negative rate goes uphill.")
        end = expected_loss(rates, curvatures, start, noise)[-1].item()
        goal = _best_constant(*bowl)
        ratio = f"{on} your rates end at {end:.4g}, the best constant rate at {goal:.4g}"
        expect(
            end < 100 * goal,  # nan and inf are not
            f"{ratio}: far off",
            "Is the largest rate too long for the steepest curvature, or too short for the flattest?",
        )
        expect(
            max(rates) > 1.001 * min(rates),
            f"{ratio}, and all your rates are equal",
            "No constant rate is lower than the best one.",
        )
        expect(
            end <= 0.88 * goal,
            f"{ratio}: at most {0.88 * goal:.4g} is asked for",
            "Try several peaks for this bowl, and more than one shape. Is the noise too large at the end, or the start not "
            "forgotten?",
        )


# trace


class _Net(nn.Module):
    def __init__(self, features, seed):
        super().__init__()
        self.first, self.norm, self.last = nn.Linear(features, 6), nn.BatchNorm1d(6), nn.Linear(6, 3)
        with torch.no_grad():
            for place, p in enumerate(self.parameters()):
                p.copy_(0.5 * normal(*p.shape, seed=seed + place) + (1.0 if p is self.norm.weight else 0.0))

    def forward(self, x):
        return self.last(self.norm(self.first(x)).relu())


def _losses(model, batches, rates):
    model, losses = copy.deepcopy(model).train(), []
    for (x, y), rate in zip(batches, rates):
        loss = F.cross_entropy(model(x), y)
        grads = torch.autograd.grad(loss, list(model.parameters()))
        with torch.no_grad():
            for p, grad in zip(model.parameters(), grads):
                p -= rate * grad
        losses.append(loss.item())
    return losses


def _batches(n, size, features, seed):
    return [(normal(size, features, seed=seed + i), torch.arange(size) % 3) for i in range(n)]


def _few(values):
    return f"{[round(value, 4) for value in values[:3]]} …"


def _parts(model):
    """What the test must leave alone: name, remedy, and a copy."""
    values = copy.deepcopy([[p.detach() for p in model.parameters()], [*model.buffers()]])
    gradients = copy.deepcopy([p.grad for p in model.parameters()])
    return (
        (
            "weights",
            "state_dict() gives the tensors themselves, and steps change them in place. Copy before.",
            values[0],
        ),
        ("buffers", "In training mode batch norm moves its running means with each batch.", values[1]),
        ("gradients", "zero_grad() and backward() write into p.grad. Whose gradients were there before?", gradients),
        (
            "modes",
            "train() or eval(): put back the one in which the model came.",
            [m.training for m in model.modules()],
        ),
        (
            "flags requires_grad",
            "A parameter that was to be trained still is.",
            [p.requires_grad for p in model.parameters()],
        ),
    )


def _alike(a, b):
    return torch.equal(a, b) if torch.is_tensor(a) and torch.is_tensor(b) else a is b


@Exercise.that(needs=["torch._dynamo"])  # a learner may step with torch.optim.SGD
def trace(answer):
    """A range test after which the model is what it was."""
    for features, n, size, training, seed in (
        (4, 5, 8, True, 0),
        (4, 5, 8, False, 0),
        (2, 1, 3, True, 30),
        (5, 9, 6, False, 60),
    ):
        model, batches = _Net(features, seed), _batches(n, size, features, seed + 10)
        model.train(training)
        mode = "training" if training else "evaluation"
        rates = [0.01 * 2.5**i for i in range(n)]
        if seed:
            F.cross_entropy(model(batches[0][0]), batches[0][1]).backward()
        right = _losses(model, batches, rates)
        before = _parts(model)
        found = ask(answer, model, batches, rates, changes=(0,))
        for (name, remedy, then), (_, _, now) in zip(before, _parts(model)):
            expect(all(map(_alike, then, now)), f"afterwards the model's {name} are not what they were", remedy)
        losses = [
            number(loss, "a list of numbers")
            for loss in several(found, n, "losses" if n > 1 else "loss", "One for each rate.")
        ]
        frozen = [F.cross_entropy(copy.deepcopy(model).train()(x), y).item() for x, y in batches]
        expect(
            n == 1 or not close(losses, frozen, rtol=1e-4),
            "the losses are those of a model that does not move",
            "A range test takes a step after each batch. Where do your steps go?",
        )
        expect(
            close(losses, right, rtol=1e-3, atol=1e-4),
            f"with a model in {mode} mode the losses are {_few(losses)}, not {_few(right)}",
            "Each is the loss of its batch, in training mode, before the step with the rate of its place.",
        )


# resume


def _first_part(lr, schedule, n_steps, seed):
    """Weights and state after n_steps, and the rates and weights of 6 further steps."""
    params = _bowls(seed)
    optimizer = torch.optim.SGD(params, lr=lr, momentum=0.9)
    scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, schedule)
    _go_on(params, optimizer, scheduler, n_steps)
    saved = copy.deepcopy({"optimizer": optimizer.state_dict(), "step": n_steps})
    then = [p.detach().clone().requires_grad_() for p in params]
    return saved, then, _go_on(params, optimizer, scheduler, 6), params


def _go_on(params, optimizer, scheduler, n_steps):
    rates = []
    for _ in range(n_steps):
        optimizer.zero_grad()
        (sum((p**2).sum() for p in params) / 2).backward()
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return rates


@Exercise.that(needs=["torch._dynamo"])
def resume(answer):
    """An optimizer and a LambdaLR that go on from the optimizer's state and the number of steps."""
    cases = (
        (0.3, lambda t: 1 - t / 40, 10, 0),
        (0.05, lambda t: 1 / (1 + 0.3 * t), 25, 2),
        (0.2, lambda t: min(1.0, t / 8) * 0.98**t, 3, 4),
        (0.3, lambda t: 0.5 ** (t // 3), 1, 6),
        (0.01, lambda t: 1 / (1 + 0.01 * t), 150, 8),
    )
    made = []
    for lr, schedule, n_steps, seed in cases:
        saved, params, right, ends = _first_part(lr, schedule, n_steps, seed)
        before = [p.detach().clone() for p in params]
        handed = copy.deepcopy(saved)
        optimizer, scheduler = several(
            call(answer, handed, params, schedule), 2, "objects, an optimizer and a scheduler"
        )
        expect(
            isinstance(optimizer, torch.optim.Optimizer)
            and hasattr(scheduler, "step")
            and hasattr(scheduler, "state_dict"),
            f"expected an optimizer and a scheduler of torch, got {type(optimizer).__name__} and {type(scheduler).__name__}",
            "In this order: return optimizer, scheduler",
        )
        expect(
            str(handed) == str(saved) and all(torch.equal(a, b) for a, b in zip(params, before)),
            "your function changes what it is given",
            "The saved state may be needed again, and the weights have the right values already.",
        )
        held = [p for group in optimizer.param_groups for p in group["params"]]
        expect(
            len(held) == 2 and all(a is b for a, b in zip(held, params)),
            "the optimizer does not move the parameters that it was given",
            "Hand `params` to it, all of them, as they are.",
        )
        made.append((optimizer, scheduler, params, right, ends, schedule, n_steps))
    for optimizer, scheduler, params, right, ends, schedule, n_steps in made:
        rates = _go_on(params, optimizer, scheduler, 6)
        asked = f"after {n_steps} steps the next rates are {_few(rates)}, not {_few(right)}"
        peak = right[0] / schedule(n_steps)
        for shift, words in ((-n_steps, "the schedule starts over"), (1, "one step too far"), (-1, "one step behind")):
            shifted = [peak * schedule(n_steps + shift + i) for i in range(6) if n_steps + shift + i >= 0]
            if n_steps + shift >= 0 and not close(shifted, right, rtol=1e-4):
                expect(
                    not close(rates, shifted, rtol=1e-4),
                    f"{asked}: {words}",
                    "What does the scheduler hold as last_epoch when it is made, and what does its first call of step() do?",
                )
        expect(
            close(rates[0], right[0], rtol=1e-5) or not close(rates[1:], right[1:], rtol=1e-5),
            f"{asked}: the first rate alone is wrong",
            "The optimizer's own lr counts until the scheduler sets it.",
        )
        expect(
            close(rates, right, rtol=1e-5, atol=1e-9),
            asked,
            "The peak is in the saved state, as initial_lr, and lr is the rate of the next step.",
        )
        expect(
            all(close(p, end, rtol=1e-4, atol=1e-6) for p, end in zip(params, ends)),
            "the rates are right, the weights go elsewhere",
            "What else does the optimizer remember? And was its state loaded for these parameters, in this order?",
        )


# swing


@Exercise
def swing(answer):
    """How many steps a weight needs off a ridge at alternating rates."""
    steps = number(answer)
    expect(steps > 0, "a number of steps is positive", "Count the steps until |y| is above 1.")
    expect(abs(steps - round(steps)) < 1e-6, f"{steps:g} is no whole number of steps", "Steps can't be halved.")
    expect(
        steps != 38,
        "that many steps the mean rate 0.05 needs",
        "Two steps multiply y by 1.08 and 1.32. Is that as much as 1.2 squared?",
    )
    expect(
        steps != 39,
        "after 39 steps |y| is still below 1",
        "Which of the two rates does step 39 have? Take whole pairs, then single steps.",
    )
    expect(
        steps not in (72, 73, 74, 75, 70, 71),
        "that is for the slope -2y",
        "Here f has a 2 before y squared. What is its derivative?",
    )
    expect(steps not in (19, 20), f"{steps:g} is the number of pairs", "A pair has two steps.")
    expect(steps == 40, f"it is not {steps:g}", "By which factor does one step multiply y, and by which two steps?")
