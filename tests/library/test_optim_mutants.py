"""Each formula is broken on purpose, and the comparison with torch has to notice."""

import pytest
import torch
from mutants import package
from test_optim import STEPS, TOLERANCE, descend, in_groups, start

from course_lib.optim import adagrad, adam, adamw, arguments, optimizer, rmsprop, sgd

NOTICED = 1e-9
MODULES = [arguments, optimizer, sgd, adagrad, rmsprop, adam, adamw]
CLASSES = {sgd: "SGD", adagrad: "Adagrad", rmsprop: "RMSprop", adam: "Adam", adamw: "AdamW", optimizer: "SGD"}
COUNT = 'state["step"] += 1'
FROZEN = 'state["step"].fill_(1)'
DECAY = 'grad = grad.add(param, alpha=group["weight_decay"])'
SHRINK = 'param.mul_(1 - group["lr"] * group["weight_decay"])'
PLUS_EPS = '.sqrt().add_(group["eps"])'
EPS_INSIDE = '.add(group["eps"]).sqrt()'
FRESH_GRADIENT = 'alpha=1 - group["dampening"]'
SQUARES = ".mul_(alpha).addcmul_(grad, grad, value=1 - alpha)"
AMSGRAD = {"lr": 0.3, "betas": (0.8, 0.95), "amsgrad": True}
MAXIMUM = 'torch.maximum(state["max_exp_avg_sq"], square, out=state["max_exp_avg_sq"])'
WITHOUT_DECAY = 'super().update(param, grad, state, {**group, "weight_decay": 0})'

# What is wrong: the module, the options under which it has to show, the right text, the wrong one.
MUTANTS = {
    "SGD uphill": (sgd, {}, "alpha=-lr", "alpha=lr"),
    "SGD, the sign of the decay": (sgd, {"weight_decay": 0.1}, DECAY, DECAY.replace("alpha=", "alpha=-")),
    "SGD, decay decoupled": (sgd, {"momentum": 0.9, "weight_decay": 0.1}, DECAY, SHRINK),
    "SGD, nothing kept": (sgd, {"momentum": 0.9}, ".mul_(momentum)", ".mul_(0)"),
    "SGD, nothing forgotten": (sgd, {"momentum": 0.9}, ".mul_(momentum)", ""),
    "SGD, average for sum": (sgd, {"momentum": 0.9}, FRESH_GRADIENT, "alpha=1 - momentum"),
    "SGD, buffer from 0": (sgd, {"momentum": 0.9}, "grad.clone()", "grad * 0"),
    "SGD, no dampening": (sgd, {"momentum": 0.9, "dampening": 0.3}, FRESH_GRADIENT, "alpha=1"),
    "SGD, first step damped": (sgd, {"momentum": 0.9, "dampening": 0.3}, "grad.clone()", "0.7 * grad"),
    "SGD, no look-ahead": (sgd, {"momentum": 0.9, "nesterov": True}, 'if group["nesterov"]:', "if False:"),
    "SGD, look-ahead too far": (sgd, {"momentum": 0.9, "nesterov": True}, "alpha=momentum", "alpha=1"),
    "Adagrad, lr_decay a step early": (adagrad, {"lr_decay": 0.1}, ".item() - 1", ".item()"),
    "Adagrad, step frozen": (adagrad, {"lr_decay": 0.1}, COUNT, FROZEN),
    "Adagrad, forgets": (adagrad, {}, 'state["sum"].addcmul_', 'state["sum"].mul_(0.9).addcmul_'),
    "Adagrad, no squares": (adagrad, {}, ".addcmul_(grad, grad)", ".add_(grad.abs())"),
    "Adagrad, no root": (adagrad, {}, ".sqrt()", ".clone()"),
    "Adagrad, eps inside the root": (adagrad, {"eps": 1e-2}, PLUS_EPS, EPS_INSIDE),
    "Adagrad, sum from 0": (adagrad, {"initial_accumulator_value": 0.5}, "full_like(param, ", "full_like(param, 0 * "),
    "Adagrad, decay missing": (adagrad, {"weight_decay": 0.1}, DECAY, "pass"),
    "RMSprop, alpha swapped": (rmsprop, {}, SQUARES, ".mul_(1 - alpha).addcmul_(grad, grad, value=alpha)"),
    "RMSprop, nothing forgotten": (rmsprop, {}, SQUARES, ".addcmul_(grad, grad)"),
    "RMSprop, bias corrected": (rmsprop, {}, ".sqrt()", '.div(1 - alpha ** state["step"].item()).sqrt()'),
    "RMSprop, eps inside the root": (rmsprop, {"eps": 1e-2}, PLUS_EPS, EPS_INSIDE),
    "RMSprop, momentum missing": (rmsprop, {"momentum": 0.9}, ".mul_(momentum)", ".mul_(0)"),
    "RMSprop, momentum of gradients": (rmsprop, {"momentum": 0.9}, ".addcdiv_(grad, root)", ".add_(grad).div_(root)"),
    "RMSprop, decay missing": (rmsprop, {"weight_decay": 0.1}, DECAY, "pass"),
    "Adam, step frozen": (adam, {}, COUNT, FROZEN),
    "Adam, step off by one": (adam, {}, ".item()", ".item() + 1"),
    "Adam, mean not corrected": (adam, {}, " / (1 - beta1**step)", ""),
    "Adam, square not corrected": (adam, {}, ".div_((1 - beta2**step) ** 0.5)", ""),
    "Adam, square corrected without the root": (adam, {}, ".div_((1 - beta2**step) ** 0.5)", ".div_(1 - beta2**step)"),
    "Adam, beta1 for its rest": (adam, {}, ".lerp_(grad, 1 - beta1)", ".lerp_(grad, beta1)"),
    "Adam, mean is a sum": (adam, {}, ".lerp_(grad, 1 - beta1)", ".mul_(beta1).add_(grad)"),
    "Adam, betas swapped": (adam, {}, "beta1, beta2 =", "beta2, beta1 ="),
    "Adam, no squares": (adam, {}, "addcmul_(grad, grad,", "addcmul_(grad, grad.sign(),"),
    "Adam, eps inside the root": (
        adam,
        {"eps": 1e-2},
        'addcdiv_(state["exp_avg"], root.add_(group["eps"])',
        'addcdiv_(state["exp_avg"], root.square().add_(group["eps"]).sqrt()',
    ),
    "Adam, eps before the correction": (
        adam,
        {"eps": 1e-2},
        "square.sqrt().div_((1 - beta2**step) ** 0.5)",
        '(square.sqrt() + group["eps"]).div_((1 - beta2**step) ** 0.5) - group["eps"]',
    ),
    "Adam, eps twice": (adam, {"eps": 1e-2}, 'root.add_(group["eps"])', 'root.add_(2 * group["eps"])'),
    "amsgrad, ignored": (adam, AMSGRAD, 'if group["amsgrad"]:', "if False:"),
    "amsgrad, always": (adam, {**AMSGRAD, "amsgrad": False}, 'if group["amsgrad"]:', "if True:"),
    "amsgrad, smallest square": (adam, AMSGRAD, "torch.maximum(", "torch.minimum("),
    "amsgrad, maximum not kept": (adam, AMSGRAD, ', out=state["max_exp_avg_sq"])', ")"),
    "amsgrad, maximum put in the place of the average": (
        adam,
        AMSGRAD,
        'square, out=state["max_exp_avg_sq"])',
        'square, out=state["exp_avg_sq"])',
    ),
    "amsgrad, maximum after the correction": (
        adam,
        AMSGRAD,
        f"square = {MAXIMUM}",
        f"square = {MAXIMUM.replace('square, ', 'square / (1 - beta2**step), ')} * (1 - beta2**step)",
    ),
    "amsgrad, maximum over the weights": (
        adam,
        AMSGRAD,
        f"square = {MAXIMUM}",
        f"square = {MAXIMUM}.max() + 0 * square",
    ),
    "amsgrad, maximum of the corrected mean too": (adam, AMSGRAD, "value=-lr_hat", 'value=-group["lr"]'),
    "Adam, decay decoupled": (adam, {"weight_decay": 0.1}, DECAY, SHRINK),
    "Adam, decay missing": (adam, {"weight_decay": 0.1}, DECAY, "pass"),
    "AdamW, decay coupled": (
        adamw,
        {},
        f"{SHRINK}\n        {WITHOUT_DECAY}",
        "super().update(param, grad, state, group)",
    ),
    "AdamW, decay twice": (adamw, {}, WITHOUT_DECAY, "super().update(param, grad, state, group)"),
    "AdamW, decay after the step": (
        adamw,
        {},
        f"{SHRINK}\n        {WITHOUT_DECAY}",
        f"{WITHOUT_DECAY}\n        {SHRINK}",
    ),
    "AdamW, decay without lr": (adamw, {}, SHRINK, 'param.mul_(1 - group["weight_decay"])'),
    "AdamW, amsgrad not passed on": (adamw, AMSGRAD, "weight_decay, amsgrad, **others", "weight_decay, **others"),
    "maximize, ignored": (
        optimizer,
        {"maximize": True},
        '-param.grad if group["maximize"] else param.grad',
        "param.grad",
    ),
    "maximize, the option of another group": (
        optimizer,
        {"maximize": True},
        'if group["maximize"]',
        'if self.param_groups[-1]["maximize"]',
    ),
    "maximize, the step and the decay turned": (
        sgd,
        {"maximize": True, "weight_decay": 0.1},
        DECAY,
        DECAY.replace("alpha=", "alpha=-"),
    ),
    "groups, own options ignored": (
        optimizer,
        {},
        "{**self.defaults, **own, ",
        "{**own, **self.defaults, ",
    ),
}


def largest_difference(optimizer_class, name, options, grouped=False):
    paths = []
    for candidate in (optimizer_class, getattr(torch.optim, name)):
        params = start()
        made = in_groups(candidate, name, params, options) if grouped else candidate(params, **options)
        paths.append(descend(made, params, range(STEPS)))
    return (paths[0] - paths[1]).abs().max().item()


@pytest.mark.parametrize("what", MUTANTS)
def test_a_wrong_formula_is_noticed(what):
    mutated, options, right, wrong = MUTANTS[what]
    name = CLASSES[mutated]
    mutant = getattr(package(MODULES, mutated, right, wrong), name)
    assert not largest_difference(mutant, name, options, grouped=mutated is optimizer) <= NOTICED  # or not a number


@pytest.mark.parametrize("grouped", [False, True])
@pytest.mark.parametrize("name", sorted(set(CLASSES.values())))
def test_without_a_mutation_nothing_is_noticed(name, grouped):
    assert largest_difference(getattr(package(MODULES), name), name, {}, grouped) < TOLERANCE
