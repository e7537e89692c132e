"""Answers to the exercises of *Adaptive optimizers*."""

import copy
from decimal import Decimal

import numpy
import torch
from kinds import Kind
from torch import nn

from course_lib import optim
from course_lib.checks import adaptive_optimizers as check

from . import right, rules_out, wrong

BUILT = check.one_per_tensor, check.several_parameters, check.decay_groups
rules_out(Kind.CHANCE, "nothing is drawn at random", *BUILT)
rules_out(Kind.ROUTE, "the task forbids nothing", *BUILT)
rules_out(Kind.GRADIENT, "nobody differentiates through the result", *BUILT)
rules_out(Kind.DTYPE, "the groups hold the model's own parameters", check.decay_groups)

# second_step

right(check.second_step)(0.67)
right(check.second_step)(torch.tensor(0.670))
right(check.second_step)((0.27 / 0.19) / (0.008991 / 0.001999) ** 0.5)
right(check.second_step)(Decimal("0.67"))
wrong(check.second_step, says="no step at all", kind=Kind.GUESS)(0)
wrong(check.second_step, says="These two do not", kind=Kind.GUESS)(1)
wrong(check.second_step, says="Write down m and v", kind=Kind.GUESS)(0.9)
wrong(check.second_step, says="Write down m and v")(0.5)
wrong(check.second_step, says="they still show it", kind=Kind.VALUE)(2.85)
wrong(check.second_step, says="corrected one of them")(14.99)
wrong(check.second_step, says="corrected one of them")(0.127)
wrong(check.second_step, says="What is it divided by")(1.42)
wrong(check.second_step, says="root of the second")(0.316)
wrong(check.second_step, says="forgets, too")(0.474)
wrong(check.second_step, says="the older one")(0.71)
wrong(check.second_step, says="a length is not negative", kind=Kind.VALUE)(-0.67)
wrong(check.second_step, says="expected one number", kind=Kind.TYPE)("0.67")
wrong(check.second_step, says="not with a comma", kind=Kind.TYPE)((0, 67))
wrong(check.second_step, says="Write down m and v")(0.66)
wrong(check.second_step, says="Write down m and v")(0.00067 * 10)

# units

right(check.units)((1e-6, 1e-3))
right(check.units)([0.000001, 0.001])
right(check.units)(torch.tensor([1e-6, 1e-3]))
wrong(check.units, says="first is for SGD", kind=Kind.GUESS)((1e-3, 1e-6))
wrong(check.units, says="input counts twice", kind=Kind.GUESS)((1e-3, 1e-3))
wrong(check.units, says="input counts twice", kind=Kind.GUESS)((1e-3, 1))
wrong(check.units, says="as long as before", kind=Kind.GUESS)((1e-6, 1))
wrong(check.units, says="become larger", kind=Kind.GUESS)((1000, 1000))
wrong(check.units, says="become larger")((1e6, 1e3))
wrong(check.units, says="become larger")((1e-6, 1e3))
wrong(check.units, says="SGD: how does", kind=Kind.VALUE)((1, 1e-3))
wrong(check.units, says="SGD: how does")((1e-9, 1e-3))
wrong(check.units, says="What is left", kind=Kind.VALUE)((1e-6, 1e-6))
wrong(check.units, says="What is left")((1e-6, 0.03))
wrong(check.units, says="are positive")((-1e-6, 1e-3))
wrong(check.units, says="are positive")((1e-6, 0))
wrong(check.units, says="2 numbers", kind=Kind.TYPE)(1e-6)
wrong(check.units, says="2 numbers", kind=Kind.TYPE)({"sgd": 1e-6, "adam": 1e-3})
wrong(check.units, says="expected one number", kind=Kind.TYPE)(("1e-6", "1e-3"))

# drift

right(check.drift)((3, -0.2))
right(check.drift)(numpy.array([3.0, -0.2]))
right(check.drift)([Decimal(3), Decimal("-0.2")])
wrong(check.drift, says="goes against the gradient", kind=Kind.VALUE)((-3, 0.2))
wrong(check.drift, says="In the other order")((-0.2, 3))
wrong(check.drift, says="what the gradients add up to", kind=Kind.GUESS)((-2, -0.2))
wrong(check.drift, says="How long is each step", kind=Kind.GUESS)((2, -0.2))
wrong(check.drift, says="How long is each step")((-3, -0.2))
wrong(check.drift, says="How long is each step")((5, -0.2))
wrong(check.drift, says="divided by the same number", kind=Kind.GUESS)((3, 3))
wrong(check.drift, says="not by v")((3, -0.02))
wrong(check.drift, says="four by 2")((3, 0.2))
wrong(check.drift, says="four by 2")((3, -2))
wrong(check.drift, says="four by 2", kind=Kind.VALUE)((3, 0))
wrong(check.drift, says="2 numbers", kind=Kind.TYPE)(3)
wrong(check.drift, says="expected one number", kind=Kind.TYPE)(("right", "left"))

# tune

right(check.tune)(0.037)
right(check.tune)(torch.tensor(0.034))
right(check.tune)(Decimal("0.04"))
right(check.tune)(0.05)
wrong(check.tune, says="Too short", kind=Kind.GUESS)(0.001)
wrong(check.tune, says="Too short", kind=Kind.GUESS)(0.01)
wrong(check.tune, says="Too short")(0.02)
wrong(check.tune, says="Too long", kind=Kind.VALUE)(0.1)
wrong(check.tune, says="Too long")(0.07)
wrong(check.tune, says="Too long")(1.0)
wrong(check.tune, says="Too long")(100)
wrong(check.tune, says="it is above 0")(0)
wrong(check.tune, says="it is above 0")(-0.04)
wrong(check.tune, says="expected one number", kind=Kind.TYPE)([0.04])
wrong(check.tune, says="expected a finite number")(float("nan"))

# one_per_tensor


def run(weight, gradients, lr, betas, eps, square=lambda g: g.square().mean(), step=None):
    """The right rule, with places to put a mistake."""
    m, v, weights = torch.zeros_like(weight), 0.0, []
    for t, g in enumerate(gradients, start=1):
        m = betas[0] * m + (1 - betas[0]) * g
        v = betas[1] * v + (1 - betas[1]) * square(g)
        if step is None:
            move = m / (1 - betas[0] ** t) / ((v / (1 - betas[1] ** t)) ** 0.5 + eps)
        else:
            move = step(m, v, t, betas, eps)
        weight = weight - lr * move
        weights.append(weight)
    return torch.stack(weights)


@right(check.one_per_tensor)
def by_a_loop(weight, gradients, lr, betas, eps):
    return run(weight, gradients, lr, betas, eps)


@right(check.one_per_tensor)
def into_a_table(weight, gradients, lr, betas, eps):
    table, w = torch.empty_like(gradients), weight.clone()
    m, v = torch.zeros_like(w), torch.zeros((), dtype=w.dtype)
    for k in range(len(gradients)):
        m.mul_(betas[0]).add_(gradients[k], alpha=1 - betas[0])
        v.mul_(betas[1]).add_((gradients[k] ** 2).mean(), alpha=1 - betas[1])
        root = (v / (1 - betas[1] ** (k + 1))).sqrt() + eps
        w = w - lr / (1 - betas[0] ** (k + 1)) * m / root
        table[k] = w
    return table


@right(check.one_per_tensor)
def by_sums_of_weights(weight, gradients, lr, betas, eps):
    flat = gradients.reshape(len(gradients), -1)
    sizes, moves = flat.square().mean(1), []
    for t in range(1, len(flat) + 1):
        ages = torch.arange(t - 1, -1, -1, dtype=flat.dtype)
        first, second = betas[0] ** ages, betas[1] ** ages
        m_hat = (first[:, None] * flat[:t]).sum(0) / first.sum()
        v_hat = (second * sizes[:t]).sum() / second.sum()
        moves.append(lr * m_hat / (v_hat.sqrt() + eps))
    return weight - torch.stack(moves).cumsum(0).reshape(gradients.shape)


@wrong(check.one_per_tensor, says="a v of its own")
def adam_itself(weight, gradients, lr, betas, eps):
    return run(weight, gradients, lr, betas, eps, square=torch.square)


@wrong(check.one_per_tensor, says="not their sum", kind=Kind.VALUE)
def sum_of_squares(weight, gradients, lr, betas, eps):
    return run(weight, gradients, lr, betas, eps, square=lambda g: g.square().sum())


@wrong(check.one_per_tensor, says="First square", kind=Kind.VALUE)
def mean_then_square(weight, gradients, lr, betas, eps):
    return run(weight, gradients, lr, betas, eps, square=lambda g: g.mean() ** 2)


@wrong(check.one_per_tensor, says="m is an average")
def momentum_as_a_sum(weight, gradients, lr, betas, eps):
    def step(m, v, t, betas, eps):
        return m / (1 - betas[0]) / (1 - betas[0] ** t) / ((v / (1 - betas[1] ** t)).sqrt() + eps)

    return run(weight, gradients, lr, betas, eps, step=step)


@wrong(check.one_per_tensor, says="Correct them")
def no_correction(weight, gradients, lr, betas, eps):
    return run(weight, gradients, lr, betas, eps, step=lambda m, v, t, betas, eps: m / (v.sqrt() + eps))


@wrong(check.one_per_tensor, says="m starts at 0 too", kind=Kind.HALF)
def only_v_corrected(weight, gradients, lr, betas, eps):
    def step(m, v, t, betas, eps):
        return m / ((v / (1 - betas[1] ** t)).sqrt() + eps)

    return run(weight, gradients, lr, betas, eps, step=step)


@wrong(check.one_per_tensor, says="v starts at 0 too", kind=Kind.HALF)
def only_m_corrected(weight, gradients, lr, betas, eps):
    return run(weight, gradients, lr, betas, eps, step=lambda m, v, t, b, eps: m / (1 - b[0] ** t) / (v.sqrt() + eps))


@wrong(check.one_per_tensor, says="What has the scale of a gradient")
def divided_by_v(weight, gradients, lr, betas, eps):
    return run(
        weight, gradients, lr, betas, eps, step=lambda m, v, t, b, e: m / (1 - b[0] ** t) / (v / (1 - b[1] ** t))
    )


@wrong(check.one_per_tensor, says="inside the root or outside", kind=Kind.COINCIDENCE)
def eps_inside(weight, gradients, lr, betas, eps):
    def step(m, v, t, betas, eps):
        return m / (1 - betas[0] ** t) / (v / (1 - betas[1] ** t) + eps).sqrt()

    return run(weight, gradients, lr, betas, eps, step=step)


@wrong(check.one_per_tensor, says="Nothing is fixed", kind=Kind.COINCIDENCE)
def eps_left_out(weight, gradients, lr, betas, eps):
    return run(weight, gradients, lr, betas, 0.0 if eps > 1e-4 else eps)


@wrong(check.one_per_tensor, says="uphill")
def uphill(weight, gradients, lr, betas, eps):
    return run(weight, gradients, -lr, betas, eps)


@wrong(check.one_per_tensor, says="the first step is not the right one")
def betas_swapped(weight, gradients, lr, betas, eps):
    def step(m, v, t, betas, eps):
        return m / (1 - betas[1] ** t) / ((v / (1 - betas[0] ** t)).sqrt() + eps)

    return run(weight, gradients, lr, betas, eps, step=step)


@wrong(check.one_per_tensor, says="a later one is not")
def corrected_values_carried_on(weight, gradients, lr, betas, eps):
    m, v, weights = torch.zeros_like(weight), 0.0, []
    for t, g in enumerate(gradients, start=1):
        m = (betas[0] * m + (1 - betas[0]) * g) / (1 - betas[0] ** t)
        v = (betas[1] * v + (1 - betas[1]) * g.square().mean()) / (1 - betas[1] ** t)
        weight = weight - lr * m / (v.sqrt() + eps)
        weights.append(weight)
    return torch.stack(weights)


@wrong(check.one_per_tensor, says="Correct them", kind=Kind.HALF)
def t_that_stands_still(weight, gradients, lr, betas, eps):
    def step(m, v, t, betas, eps):
        return m / (1 - betas[0]) / ((v / (1 - betas[1])).sqrt() + eps)

    return run(weight, gradients, lr, betas, eps, step=step)


@wrong(check.one_per_tensor, says="the first step is not the right one")
def counted_from_zero(weight, gradients, lr, betas, eps):
    return run(weight, gradients, lr, betas, eps, step=lambda m, v, t, b, e: m / (1 - b[0] ** (t - 1)) / (v**0.5 + e))


@wrong(check.one_per_tensor, says="the steps in the first axis", kind=Kind.SHAPE)
def last_weights_only(weight, gradients, lr, betas, eps):
    return run(weight, gradients, lr, betas, eps)[-1]


@wrong(check.one_per_tensor, says="Nothing is fixed", kind=Kind.SHAPE)
def mean_over_two_axes(weight, gradients, lr, betas, eps):
    return run(weight, gradients, lr, betas, eps, square=lambda g: g.square().mean((0, 1) if g.dim() > 1 else None))


@wrong(check.one_per_tensor, says="the memory of m", kind=Kind.VALUE)
def memories_swapped(weight, gradients, lr, betas, eps):
    return run(weight, gradients, lr, betas[::-1], eps)


@wrong(check.one_per_tensor, says="Nothing is fixed", kind=Kind.SHAPE)
def six_entries(weight, gradients, lr, betas, eps):
    return run(weight, gradients, lr, betas, eps, square=lambda g: g.square().sum() / 6)


@wrong(check.one_per_tensor, says="expected the dtype float64", kind=Kind.DTYPE)
def in_single_precision(weight, gradients, lr, betas, eps):
    return run(weight.float(), gradients.float(), lr, betas, eps)


@wrong(check.one_per_tensor, says="Nothing is fixed", kind=Kind.COINCIDENCE)
def betas_by_heart(weight, gradients, lr, betas, eps):
    return run(weight, gradients, lr, (0.9, 0.99), eps)


@wrong(check.one_per_tensor, says="changes the argument weight", kind=Kind.ARGUMENT)
def weight_in_place(weight, gradients, lr, betas, eps):
    path = run(weight, gradients, lr, betas, eps)
    weight.copy_(path[-1])
    return path


@wrong(check.one_per_tensor, says="changes the argument gradients", kind=Kind.ARGUMENT)
def gradients_squared_in_place(weight, gradients, lr, betas, eps):
    path = run(weight, gradients, lr, betas, eps)
    gradients.square_()
    return path


@wrong(check.one_per_tensor, says="a later call changes", kind=Kind.ELSEWHERE)
def into_one_table(weight, gradients, lr, betas, eps, tables={}):  # noqa: B006
    table = tables.setdefault("table", torch.empty(240, dtype=torch.float64))
    path = run(weight, gradients, lr, betas, eps)
    if path.dtype != torch.float64:
        table = tables.setdefault("small", torch.empty(240))
    return table[: path.numel()].copy_(path.flatten()).view(path.shape)


@wrong(check.one_per_tensor, says="expected a torch.Tensor, got list", kind=Kind.TYPE)
def a_list(weight, gradients, lr, betas, eps):
    return list(run(weight, gradients, lr, betas, eps))


@wrong(check.one_per_tensor, says="shape", kind=Kind.STATE)
def remembers_the_first(weight, gradients, lr, betas, eps, seen=[]):  # noqa: B006
    seen.append(run(weight, gradients, lr, betas, eps))
    return seen[0] if len(gradients) != 6 else seen[-1]


# several_parameters


def adam(params, gradients, lr, betas, eps, own_count=True, count_none=False, inside=False, corrected=True):
    """Adam for several parameters, with places to put a mistake."""
    params = list(params)
    m = [torch.zeros_like(param) for param in params]
    v = [torch.zeros_like(param) for param in params]
    counts = [0] * len(params)
    for k, step in enumerate(gradients, start=1):
        for i, g in enumerate(step):
            if count_none:
                counts[i] += 1
            if g is None:
                continue
            counts[i] += not count_none
            t = counts[i] if own_count else k
            m[i] = betas[0] * m[i] + (1 - betas[0]) * g
            v[i] = betas[1] * v[i] + (1 - betas[1]) * g**2
            m_hat, v_hat = (m[i] / (1 - betas[0] ** t), v[i] / (1 - betas[1] ** t)) if corrected else (m[i], v[i])
            params[i] = params[i] - lr * m_hat / ((v_hat + eps).sqrt() if inside else v_hat.sqrt() + eps)
    return params


@right(check.several_parameters)
def with_a_count_for_each(params, gradients, lr, betas, eps):
    return adam(params, gradients, lr, betas, eps)


@right(check.several_parameters)
def with_the_course_library(params, gradients, lr, betas, eps):
    params = [param.clone() for param in params]
    optimizer = optim.Adam(params, lr=lr, betas=betas, eps=eps)
    for step in gradients:
        for param, g in zip(params, step):
            param.grad = g
        optimizer.step()
    return tuple(params)


@right(check.several_parameters)
def one_parameter_after_another(params, gradients, lr, betas, eps):
    done = []
    for i, param in enumerate(params):
        own, m, v = [step[i] for step in gradients if step[i] is not None], 0, 0
        for t, g in enumerate(own, start=1):
            m, v = betas[0] * m + (1 - betas[0]) * g, betas[1] * v + (1 - betas[1]) * g * g
            param = param - lr * m / (1 - betas[0] ** t) / ((v / (1 - betas[1] ** t)) ** 0.5 + eps)
        done.append(param)
    return done


@wrong(check.several_parameters, says="Are they two lists")
def as_it_stood(params, gradients, lr, betas, eps):
    params = list(params)
    m = v = [torch.zeros_like(param) for param in params]
    t = 0
    for step in gradients:
        for i, g in enumerate(step):
            if g is None:
                continue
            t += 1
            m[i] = betas[0] * m[i] + (1 - betas[0]) * g
            v[i] = betas[1] * v[i] + (1 - betas[1]) * g**2
            m_hat, v_hat = m[i] / (1 - betas[0] ** t), v[i] / (1 - betas[1] ** t)
            params[i] = params[i] - lr * m_hat / (v_hat.sqrt() + eps)
    return params


@wrong(check.several_parameters, says="What do the two share", kind=Kind.HALF)
def only_the_lists_repaired(params, gradients, lr, betas, eps):
    params, t = list(params), 0
    m, v = [torch.zeros_like(p) for p in params], [torch.zeros_like(p) for p in params]
    for step in gradients:
        for i, g in enumerate(step):
            if g is None:
                continue
            t += 1
            m[i] = betas[0] * m[i] + (1 - betas[0]) * g
            v[i] = betas[1] * v[i] + (1 - betas[1]) * g**2
            params[i] = params[i] - lr * m[i] / (1 - betas[0] ** t) / ((v[i] / (1 - betas[1] ** t)).sqrt() + eps)
    return params


@wrong(check.several_parameters, says="Are they two lists", kind=Kind.HALF)
def only_the_count_repaired(params, gradients, lr, betas, eps):
    params = list(params)
    m = v = [torch.zeros_like(param) for param in params]
    for t, step in enumerate(gradients, start=1):
        for i, g in enumerate(step):
            if g is not None:
                m[i] = betas[0] * m[i] + (1 - betas[0]) * g
                v[i] = betas[1] * v[i] + (1 - betas[1]) * g**2
                params[i] = params[i] - lr * m[i] / (1 - betas[0] ** t) / ((v[i] / (1 - betas[1] ** t)).sqrt() + eps)
    return params


@wrong(check.several_parameters, says="How many steps has it made", kind=Kind.HALF)
def one_count_for_all(params, gradients, lr, betas, eps):
    return adam(params, gradients, lr, betas, eps, own_count=False)


@wrong(check.several_parameters, says="How many steps has it made")
def counts_a_missing_gradient(params, gradients, lr, betas, eps):
    return adam(params, gradients, lr, betas, eps, count_none=True)


@wrong(check.several_parameters, says="How many steps has it made")
def a_missing_gradient_is_zero(params, gradients, lr, betas, eps):
    full = [[torch.zeros_like(p) if g is None else g for p, g in zip(params, step)] for step in gradients]
    return adam(params, full, lr, betas, eps)


@wrong(check.several_parameters, says="What do the two share")
def one_tensor_many_times(params, gradients, lr, betas, eps):
    params = list(params)
    m, v = [torch.zeros_like(params[0])] * len(params), [torch.zeros_like(params[0])] * len(params)
    for t, step in enumerate(gradients, start=1):
        for i, g in enumerate(step):
            if g is not None:
                m[i].mul_(betas[0]).add_(g, alpha=1 - betas[0])
                v[i].mul_(betas[1]).add_(g**2, alpha=1 - betas[1])
                params[i] = params[i] - lr * m[i] / (1 - betas[0] ** t) / ((v[i] / (1 - betas[1] ** t)).sqrt() + eps)
    return params


@wrong(check.several_parameters, says="What lives on", kind=Kind.STATE)
def averages_started_anew(params, gradients, lr, betas, eps):
    for step in gradients:
        params = adam(params, [step], lr, betas, eps)
    return params


@wrong(check.several_parameters, says="Are they two lists", kind=Kind.VALUE)
def no_hats(params, gradients, lr, betas, eps):
    return adam(params, gradients, lr, betas, eps, corrected=False)


@wrong(check.several_parameters, says="Is one of them written down", kind=Kind.COINCIDENCE)
def eps_inside_the_root(params, gradients, lr, betas, eps):
    return adam(
        params, gradients, lr, betas, eps**2 if eps < 1e-6 and params[0].dtype == torch.float64 else eps, inside=True
    )


@wrong(check.several_parameters, says="Is one of them written down", kind=Kind.COINCIDENCE)
def default_betas(params, gradients, lr, betas, eps):
    return adam(params, gradients, lr, (0.9, 0.999), eps)


@wrong(check.several_parameters, says="Is one of them written down", kind=Kind.SHAPE)
def the_first_two(params, gradients, lr, betas, eps):
    return adam(params[:2], [step[:2] for step in gradients], lr, betas, eps) + list(params[2:])


@wrong(check.several_parameters, says="expected the dtype float64", kind=Kind.DTYPE)
def in_float32(params, gradients, lr, betas, eps):
    return [param.float() for param in adam(params, gradients, lr, betas, eps)]


@wrong(check.several_parameters, says="changes the argument params", kind=Kind.ARGUMENT)
def into_the_callers_list(params, gradients, lr, betas, eps):
    params[:] = adam(params, gradients, lr, betas, eps)
    return params


@wrong(check.several_parameters, says="changes the argument", kind=Kind.ARGUMENT)
def into_the_tensors(params, gradients, lr, betas, eps):
    for param, new in zip(params, adam(params, gradients, lr, betas, eps)):
        param.copy_(new)
    return params


@wrong(check.several_parameters, says="one for each parameter", kind=Kind.TYPE)
def the_last_only(params, gradients, lr, betas, eps):
    return adam(params, gradients, lr, betas, eps)[-1][0]


@wrong(check.several_parameters, says="expected 1 tensors", kind=Kind.TYPE)
def printed(params, gradients, lr, betas, eps):
    print(adam(params, gradients, lr, betas, eps))


@wrong(check.several_parameters, says="What lives on", kind=Kind.ELSEWHERE)
def stopped_by_an_except(params, gradients, lr, betas, eps):
    try:
        return adam(params, [*gradients[:1], *[1.0] * (len(gradients) > 1)], lr, betas, eps)
    except TypeError:
        return adam(params, gradients[:1], lr, betas, eps)


@wrong(check.several_parameters, says="What lives on", kind=Kind.STATE)
def counts_over_calls(params, gradients, lr, betas, eps, counts=[0]):  # noqa: B006
    params, m, v = list(params), [0] * len(params), [0] * len(params)
    for step in gradients:
        counts[0] += 1
        for i, g in enumerate(step):
            if g is not None:
                m[i] = betas[0] * m[i] + (1 - betas[0]) * g
                v[i] = betas[1] * v[i] + (1 - betas[1]) * g**2
                t = counts[0]
                params[i] = params[i] - lr * m[i] / (1 - betas[0] ** t) / ((v[i] / (1 - betas[1] ** t)).sqrt() + eps)
    return params


# decay_groups


def groups(model, decays, weight_decay, rest=0.0):
    trained = [(name, param) for name, param in model.named_parameters() if param.requires_grad]
    return [
        {"params": [p for n, p in trained if decays(n, p)], "weight_decay": weight_decay},
        {"params": [p for n, p in trained if not decays(n, p)], "weight_decay": rest},
    ]


@right(check.decay_groups)
def by_axes(model, weight_decay):
    return groups(model, lambda name, param: param.dim() >= 2, weight_decay)


@right(check.decay_groups)
def in_a_loop(model, weight_decay):
    first, second = {"params": [], "weight_decay": weight_decay}, {"params": [], "weight_decay": 0}
    for param in model.parameters():
        if param.requires_grad:
            (second if param.ndim < 2 else first)["params"].append(param)
    return first, second


@right(check.decay_groups)
def with_generators(model, weight_decay):
    trained = [p for p in model.parameters() if p.requires_grad]
    return [
        {"params": (p for p in trained if len(p.shape) > 1), "weight_decay": weight_decay},
        {"params": (p for p in trained if len(p.shape) <= 1), "weight_decay": 0.0},
    ]


@wrong(check.decay_groups, says="is in the wrong group")
def by_the_word_bias(model, weight_decay):
    return groups(model, lambda name, param: "bias" not in name, weight_decay)


@wrong(check.decay_groups, says="is in the wrong group", kind=Kind.COINCIDENCE)
def by_the_word_weight(model, weight_decay):
    return groups(model, lambda name, param: name.endswith("weight") and param.dim() > 1, weight_decay)


@wrong(check.decay_groups, says="is in the wrong group", kind=Kind.SHAPE)
def exactly_two_axes(model, weight_decay):
    return groups(model, lambda name, param: param.dim() == 2, weight_decay)


@wrong(check.decay_groups, says="is in the wrong group", kind=Kind.SHAPE)
def more_than_one_number(model, weight_decay):
    return groups(model, lambda name, param: param.dim() > 1 and param.numel() > 1, weight_decay)


@wrong(check.decay_groups, says="is in the wrong group")
def linear_layers_only(model, weight_decay):
    own = {id(m.weight) for m in model.modules() if isinstance(m, nn.Linear)}
    return groups(model, lambda name, param: id(param) in own, weight_decay)


@wrong(check.decay_groups, says="comes first")
def the_other_way_round(model, weight_decay):
    return by_axes(model, weight_decay)[::-1]


@wrong(check.decay_groups, says="shrinks the second group all the same", kind=Kind.HALF)
def zero_left_out(model, weight_decay):
    first, second = by_axes(model, weight_decay)
    return [first, {"params": second["params"]}]


@wrong(check.decay_groups, says="shrinks the second group all the same", kind=Kind.VALUE)
def both_decay(model, weight_decay):
    return groups(model, lambda name, param: param.dim() >= 2, weight_decay, rest=weight_decay)


@wrong(check.decay_groups, says="asked was", kind=Kind.VALUE)
def a_tenth_always(model, weight_decay):
    return by_axes(model, 0.1)


@wrong(check.decay_groups, says="asked was", kind=Kind.STATE)
def the_first_decay(model, weight_decay, seen=[]):  # noqa: B006
    seen.append(weight_decay)
    return by_axes(model, seen[0])


@wrong(check.decay_groups, says="is frozen", kind=Kind.HALF)
def with_the_frozen(model, weight_decay):
    return [
        {"params": [p for p in model.parameters() if p.dim() >= 2], "weight_decay": weight_decay},
        {"params": [p for p in model.parameters() if p.dim() < 2], "weight_decay": 0.0},
    ]


@wrong(check.decay_groups, says="is in neither group", kind=Kind.HALF)
def the_rest_left_out(model, weight_decay):
    return [by_axes(model, weight_decay)[0], {"params": [], "weight_decay": 0.0}]


@wrong(check.decay_groups, says="comes twice")
def all_in_both(model, weight_decay):
    first, second = by_axes(model, weight_decay)
    return [first, {"params": second["params"] + first["params"], "weight_decay": 0.0}]


@wrong(check.decay_groups, says="comes twice", kind=Kind.COINCIDENCE)
def tied_weights_twice(model, weight_decay):
    trained = [p for n, p in model.named_parameters(remove_duplicate=False) if p.requires_grad]
    return [
        {"params": [p for p in trained if p.dim() >= 2], "weight_decay": weight_decay},
        {"params": [p for p in trained if p.dim() < 2], "weight_decay": 0.0},
    ]


@right(check.decay_groups)
def pairs_as_torch_takes_them(model, weight_decay):
    trained = [(name, param) for name, param in model.named_parameters() if param.requires_grad]
    return [
        {"params": [pair for pair in trained if pair[1].dim() >= 2], "weight_decay": weight_decay},
        {"params": [pair for pair in trained if pair[1].dim() < 2], "weight_decay": 0.0},
    ]


@right(check.decay_groups)
def groups_with_names(model, weight_decay):
    return [{**group, "name": name} for group, name in zip(by_axes(model, weight_decay), ("decays", "does not"))]


@wrong(check.decay_groups, says="not their names", kind=Kind.TYPE)
def their_names(model, weight_decay):
    trained = [(name, param) for name, param in model.named_parameters() if param.requires_grad]
    return [
        {"params": [name for name, param in trained if param.dim() >= 2], "weight_decay": weight_decay},
        {"params": [name for name, param in trained if param.dim() < 2], "weight_decay": 0.0},
    ]


@wrong(check.decay_groups, says="one number under the key weight_decay", kind=Kind.TYPE)
def decay_as_text(model, weight_decay):
    return by_axes(model, str(weight_decay))


@wrong(check.decay_groups, says="No decay is the number 0", kind=Kind.TYPE)
def none_for_no_decay(model, weight_decay):
    return groups(model, lambda name, param: param.dim() >= 2, weight_decay, rest=None)


@wrong(check.decay_groups, says="not the model's own", kind=Kind.ELSEWHERE)
def of_a_copy(model, weight_decay):
    return by_axes(copy.deepcopy(model), weight_decay)


@wrong(check.decay_groups, says="a list of two dictionaries", kind=Kind.TYPE)
def an_optimizer(model, weight_decay):
    return optim.AdamW(by_axes(model, weight_decay), lr=0.01)


@wrong(check.decay_groups, says="under the key params", kind=Kind.TYPE)
def two_lists(model, weight_decay):
    return [group["params"] for group in by_axes(model, weight_decay)]


@wrong(check.decay_groups, says="Leave the rest", kind=Kind.VALUE)
def with_a_rate(model, weight_decay):
    return [{**group, "lr": 0.001} for group in by_axes(model, weight_decay)]


@wrong(check.decay_groups, says="changes the argument model", kind=Kind.ARGUMENT)
def freezes_the_rest(model, weight_decay):
    made = by_axes(model, weight_decay)
    for param in made[1]["params"]:
        param.requires_grad_(False)
    return made
