"""The losses have torch's values and gradients, on every option and in the extremes; a wrong formula is noticed."""

import inspect
import itertools
import math
import re

import pytest
import torch
from devices import DEVICES
from mutants import package
from torch.nn import functional as theirs

from course_lib import losses
from course_lib.losses import arguments, binary, classes, regression, softmax

TOLERANCE = 1e-12
REDUCTIONS = ["mean", "sum", "none"]
EXTREME = (0.0, -0.0, 1e-3, 30.0, -30.0, 800.0, -800.0, 1e4, -1e4)
INF = math.inf


def random(*shape, seed=0):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def numbers(n_classes, *shape, ignored=()):
    """Class numbers of a shape, those at the flat places `ignored` replaced by -100."""
    target = torch.randint(n_classes, shape, generator=torch.Generator().manual_seed(1))
    target.view(-1)[list(ignored)] = -100
    return target


def extreme_logits(columns):
    """Every combination of the extreme numbers in rows of `columns`, and rows in which a class is impossible."""
    rows = [*itertools.product(EXTREME, repeat=columns), *itertools.product((-INF, 0.5, 1e4), repeat=columns)]
    return torch.tensor([row for row in rows if max(row) > -INF], dtype=torch.float64)


LOGITS = extreme_logits(3)
PROBABILITIES = torch.tensor([0.0, 1e-300, 1e-44, 1e-13, 1e-9, 0.3, 0.5, 1 - 1e-9, 1 - 1e-13, 1.0], dtype=torch.float64)
GRID = torch.cartesian_prod(PROBABILITIES, torch.tensor([0.0, 0.3, 1.0], dtype=torch.float64))
COLUMN = torch.tensor(EXTREME, dtype=torch.float64)
WEIGHT = torch.tensor([0.5, 2.0, 3.0], dtype=torch.float64)

# Each case: the function, the input, the target and the options, to be tried with every reduction.
CASES = {}
for name in ("l1_loss", "mse_loss"):
    CASES[name] = (name, random(5, 3), random(5, 3, seed=1), {})
    CASES[f"{name}, ties"] = (name, random(4), random(4), {})
    CASES[f"{name}, huge"] = (name, 1e4 * random(4), -1e4 * random(4, seed=1), {})
    CASES[f"{name}, a number"] = (name, torch.tensor(0.3).double(), torch.tensor(0.5).double(), {})
    CASES[f"{name}, nothing"] = (name, random(0), random(0), {})
for shape in ((6,), (6, 1), (4, 3), (2, 3, 4)):
    part = random(*shape, seed=2).sigmoid()
    weight = random(*shape, seed=3).abs()
    for options in ({}, {"weight": weight}, {"weight": weight[-1]}):
        kind = f"{shape}, {'no weight' if not options else tuple(options['weight'].shape)}"
        CASES[f"bce {kind}"] = ("binary_cross_entropy", random(*shape).sigmoid(), part, options)
        for more in ({}, {"pos_weight": weight.mean(0)}):
            case = ("binary_cross_entropy_with_logits", random(*shape), part, options | more)
            CASES[f"bce with logits {kind}, {len(more)} pos_weight"] = case
CASES["bce, nothing"] = ("binary_cross_entropy", random(0), random(0), {})
CASES["bce with logits, nothing"] = ("binary_cross_entropy_with_logits", random(0), random(0), {})
for value in (0.0, 0.3, 1.0):
    target = torch.full_like(COLUMN, value)
    for more in ({}, {"pos_weight": torch.tensor(3.0).double()}, {"weight": COLUMN.abs().sqrt()}):
        kind = f"bce with logits, extreme, target {value}, {[*more]}"
        CASES[kind] = ("binary_cross_entropy_with_logits", COLUMN, target, more)
for kind, shape in {"one example": (), "a table": (7,), "series": (3, 4), "images": (2, 4, 5), "nothing": (0,)}.items():
    input = random(*shape[:1], 3, *shape[1:]) * 3
    of_classes = random(*input.shape, seed=4).softmax(min(1, input.ndim - 1))
    for weight in (None, WEIGHT):
        having = f"{kind}, {'no weight' if weight is None else 'weight'}"
        for ignored in ((), (0, 2), range(100)):
            places = [place for place in ignored if place < math.prod(shape)]
            target = numbers(3, *shape, ignored=places)
            for index in (-100, 1):
                case = f"{having}, {len(places)} ignored, ignore_index={index}"
                target = target.where(target != -100, index)
                options = {"weight": weight, "ignore_index": index}
                CASES[f"nll {case}"] = ("nll_loss", input.log_softmax(min(1, input.ndim - 1)), target, options)
                CASES[f"cross entropy {case}"] = ("cross_entropy", input, target, options)
        CASES[f"cross entropy, probabilities, {having}"] = ("cross_entropy", input, of_classes, {"weight": weight})
for weight in (None, WEIGHT):
    options, kind = {"weight": weight}, "no weight" if weight is None else "weight"
    CASES[f"cross entropy, extreme, {kind}"] = ("cross_entropy", LOGITS, numbers(3, len(LOGITS)), options)
    finite = LOGITS[LOGITS.isfinite().all(1)]
    case = ("cross_entropy", finite, random(*finite.shape).softmax(1), options)
    CASES[f"cross entropy, probabilities, extreme, {kind}"] = case
CASES["nll, -inf ignored"] = ("nll_loss", torch.full((2, 2), -INF).double(), torch.tensor([-100, -100]), {})


def both(module, name, input, target, options, dtype=torch.float64, device="cpu"):
    """The value and the gradient (of the sum, with unequal factors) that a function of `module` gives."""

    def move(value):
        return value.to(device, dtype if value.is_floating_point() else None) if torch.is_tensor(value) else value

    input = move(input).clone().requires_grad_()
    options = {key: move(value) for key, value in options.items()}
    value = getattr(module, name)(input, move(target), **options)
    (value * torch.linspace(1, 2, value.numel(), device=device).to(dtype).reshape(value.shape)).sum().backward()
    return value.detach(), input.grad


def same(module, case, reduction, rtol=TOLERANCE, atol=TOLERANCE, **how):
    name, input, target, options = CASES[case]
    options = {**options, "reduction": reduction}
    for ours, expected in zip(
        both(module, name, input, target, options, **how), both(theirs, name, input, target, options, **how)
    ):
        torch.testing.assert_close(ours, expected, rtol=rtol, atol=atol, equal_nan=True)


def is_one_ignored(case):
    """Whether this is a single example, and ignored: its mean is 0 / 0.

    That is nan by torch's kernel for the CPU, and for tables of ignored examples by both of its kernels. Its CUDA kernel
    for a single example has a branch of its own, which returns 0. Ours is nan everywhere.
    """
    _, input, target, options = CASES[case]
    return input.ndim == 1 and "ignore_index" in options and target.item() == options["ignore_index"]


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("case", CASES)
def test_value_and_gradient_are_torchs(case, device):
    for reduction in REDUCTIONS:
        if not (device == "cuda" and reduction == "mean" and is_one_ignored(case)):  # the next test
            same(losses, case, reduction, device=device)


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("case", [case for case in CASES if is_one_ignored(case)])
def test_the_mean_of_one_ignored_example_is_nan_also_where_torch_says_0(case, device):
    name, *arguments = CASES[case]
    value, slope = both(losses, name, *arguments, device=device)
    expected, expected_slope = both(theirs, name, *arguments)
    assert value.isnan() and expected.isnan()
    torch.testing.assert_close(slope.cpu(), expected_slope, equal_nan=True)
    if device == "cuda":  # if torch mends it, this fails: then the case is one like all others
        assert both(theirs, name, *arguments, device=device)[0] == 0


@pytest.mark.parametrize("case", CASES)
def test_value_and_gradient_are_torchs_in_float32(case):
    same(losses, case, "none", dtype=torch.float32, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("device", DEVICES)
def test_impossible_and_certain_probabilities_cost_what_they_cost_in_torch(device):
    input, target = GRID.unbind(1)
    for reduction in REDUCTIONS:
        ours, expected = (
            both(module, "binary_cross_entropy", input, target, {"reduction": reduction}, device=device)
            for module in (losses, theirs)
        )
        torch.testing.assert_close(ours[0], expected[0], rtol=TOLERANCE, atol=TOLERANCE)
        # torch keeps the limit 1e-12 of the slope as a float32, which is 4e-9 of it smaller.
        torch.testing.assert_close(ours[1], expected[1], rtol=1e-8, atol=TOLERANCE)
    assert losses.binary_cross_entropy(torch.zeros(1), torch.ones(1)) == 100


@pytest.mark.parametrize("name", ["binary_cross_entropy", "binary_cross_entropy_with_logits", "mse_loss", "l1_loss"])
def test_the_gradient_of_the_target_is_torchs(name):
    slopes = []
    for module in (losses, theirs):
        target = random(5, seed=1).sigmoid().requires_grad_()
        getattr(module, name)(random(5).sigmoid(), target).backward()
        slopes.append(target.grad)
    torch.testing.assert_close(*slopes, rtol=TOLERANCE, atol=TOLERANCE)


def test_the_derivative_by_hand_can_be_derived_again():
    p = torch.tensor([0.2, 0.5, 0.9], dtype=torch.float64, requires_grad=True)
    target = torch.tensor([0.0, 0.3, 1.0], dtype=torch.float64, requires_grad=True)
    function = binary.ClampedCrossEntropy.apply
    assert torch.autograd.gradcheck(function, (p, target)) and torch.autograd.gradgradcheck(function, (p, target))


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("dim, keepdim", [(0, False), (1, False), (-1, True), (1, True), ((0, 1), False)])
def test_logsumexp_is_torchs(dim, keepdim, device):
    rows = torch.cat([LOGITS, torch.tensor([[-INF, -INF, -INF], [INF, 0.0, -INF]])]).to(device)
    for input in (rows, LOGITS[LOGITS.isfinite().all(1)].to(device)):
        results = []
        for function in (losses.logsumexp, torch.logsumexp):
            leaf = input.clone().requires_grad_()
            value = function(leaf, dim, keepdim=keepdim)
            value.sum().backward()
            results.append((value, leaf.grad))
        torch.testing.assert_close(*results, rtol=TOLERANCE, atol=TOLERANCE, equal_nan=True)


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("dim", [0, 1, -1])
def test_log_softmax_is_torchs(dim, device):
    rows = torch.cat([LOGITS, torch.full((1, 3), -INF, dtype=torch.float64)]) if dim else LOGITS
    for picked in range(3):
        results = []
        for function in (losses.log_softmax, theirs.log_softmax):
            leaf = rows.to(device, copy=True).requires_grad_()
            value = function(leaf, dim)
            value[:, picked].sum().backward()
            results.append((value, leaf.grad))
        torch.testing.assert_close(*results, rtol=TOLERANCE, atol=TOLERANCE, equal_nan=True)


@pytest.mark.parametrize("shape", [(), (5,), (2, 3), (0,)])
def test_one_hot_is_torchs(shape):
    target = numbers(4, *shape)
    assert torch.equal(losses.one_hot(target, 4), theirs.one_hot(target, 4))
    assert losses.one_hot(target, 4).dtype == torch.int64


def test_where_the_plain_formulas_overflow_the_losses_do_not():
    logits = torch.tensor([[1000.0, 0.0]])
    assert logits.exp().sum(1).log().isinf() and losses.logsumexp(logits, 1) == 1000
    assert logits.softmax(1).log()[0, 1] == -INF and losses.log_softmax(logits, 1)[0, 1] == -1000
    plain = (logits.exp() / logits.exp().sum(1, keepdim=True)).log()
    assert plain.isnan().any() and losses.cross_entropy(logits, torch.tensor([1])) == 1000
    logit, target = torch.tensor([200.0]), torch.zeros(1)
    assert (-(1 - logit.sigmoid()).log()).isinf()
    assert losses.binary_cross_entropy(logit.sigmoid(), target) == 100  # the clamp: wrong by half, and no slope
    assert losses.binary_cross_entropy_with_logits(logit, target) == 200
    assert torch.log(1 + torch.exp(logit)).isinf() and binary.softplus(logit) == 200


@pytest.mark.parametrize("name", sorted(set(losses.__all__) - {"logsumexp", "one_hot"}))  # torch's are written in C++
def test_the_arguments_have_torchs_names_order_and_defaults(name):
    ours, expected = (inspect.signature(getattr(module, name)).parameters for module in (losses, theirs))
    assert set(ours) <= set(expected)
    assert [key for key in expected if key in ours][:2] == list(ours)[:2]
    assert all(argument.default == expected[key].default for key, argument in ours.items() if key != "dim")


# ---- errors

ROW, THREE = torch.zeros(3), torch.zeros(3, 4)
WRONG_SHAPES = {
    "l1_loss": (ROW, torch.zeros(3, 1)),
    "mse_loss": (ROW, torch.zeros(3, 1)),
    "binary_cross_entropy": (torch.zeros(3, 1), ROW),
    "binary_cross_entropy_with_logits": (torch.zeros(3, 1), ROW),
    "nll_loss": (THREE, torch.zeros(3, 1).long()),
    "cross_entropy": (THREE, torch.zeros(3, 1).long()),
}
OF_LOGITS, OF_PROBABILITIES = "binary_cross_entropy_with_logits", "binary_cross_entropy"
ERRORS = [
    *(
        (
            name,
            *pair,
            {},
            ValueError,
            f"target of shape {tuple(pair[1].shape)} does not fit input of shape {tuple(pair[0].shape)}",
        )
        for name, pair in WRONG_SHAPES.items()
    ),
    *(
        (name, ROW, ROW, {"reduction": "avg"}, ValueError, "reduction='avg': pass 'mean', 'sum' or 'none'")
        for name in WRONG_SHAPES
        if name not in ("nll_loss", "cross_entropy")
    ),
    *(
        (name, THREE, torch.zeros(3).long(), {"reduction": None}, ValueError, "reduction=None: pass 'mean'")
        for name in ("nll_loss", "cross_entropy")
    ),
    ("nll_loss", THREE, torch.tensor([0, 4, 1]), {}, ValueError, "target contains class 4, but the 4 classes"),
    ("cross_entropy", THREE, torch.tensor([0, -1, 1]), {}, ValueError, "target contains class -1"),
    ("cross_entropy", THREE, torch.tensor([0, -100, 1]), {"ignore_index": 1}, ValueError, "class -100"),
    ("nll_loss", THREE, torch.zeros(3), {}, TypeError, "target is torch.float32: class numbers are torch.int64"),
    ("cross_entropy", THREE, torch.zeros(3), {}, TypeError, "pass target.long()"),
    ("cross_entropy", THREE, THREE.long(), {}, TypeError, "probabilities are floats, so pass target.to(input.dtype)"),
    ("cross_entropy", THREE, THREE, {"ignore_index": 2}, ValueError, "ignore_index=2 with class probabilities"),
    ("nll_loss", THREE, torch.zeros(3).long(), {"weight": torch.ones(3)}, ValueError, "weight of shape (3,)"),
    ("cross_entropy", THREE, THREE, {"weight": torch.ones(3)}, ValueError, "does not fit 4 classes"),
    ("cross_entropy", torch.tensor(1.0), torch.tensor(1), {}, ValueError, "input has no dimensions"),
    (OF_PROBABILITIES, ROW + 1.5, ROW, {}, ValueError, "input contains 1.5, which is no probability"),
    (OF_PROBABILITIES, ROW * math.nan, ROW, {}, ValueError, "input contains nan"),
    (OF_PROBABILITIES, ROW, ROW + 2, {}, ValueError, "target contains 2, which is no probability"),
    (OF_PROBABILITIES, ROW, ROW.long(), {}, TypeError, "target is torch.int64"),
    (OF_LOGITS, ROW, ROW.long(), {}, TypeError, "pass target.to(input.dtype)"),
    (OF_PROBABILITIES, ROW, ROW, {"weight": torch.ones(2)}, ValueError, "weight of shape (2,) cannot be spread"),
    (OF_LOGITS, ROW, ROW, {"weight": torch.ones(3, 1)}, ValueError, "weight of shape (3, 1) cannot be spread"),
    (OF_LOGITS, ROW, ROW, {"pos_weight": torch.ones(2)}, ValueError, "pos_weight of shape (2,) cannot be spread"),
]


@pytest.mark.parametrize("name, input, target, options, error, words", ERRORS)
def test_errors_name_the_argument_and_the_remedy(name, input, target, options, error, words):
    with pytest.raises(error, match=re.escape(words)):
        getattr(losses, name)(input, target, **options)


@pytest.mark.parametrize(
    "target, error, words",
    [
        (torch.tensor([0, 3]), ValueError, "class 3, but the 3 classes have the numbers 0 to 2"),
        (torch.tensor([-1]), ValueError, "class -1"),
        (torch.tensor([0.0]), TypeError, "target.long()"),
    ],
)
def test_one_hot_refuses_what_is_no_class(target, error, words):
    with pytest.raises(error, match=re.escape(words)):
        losses.one_hot(target, 3)


# ---- mutants: the comparison with torch notices a wrong formula

MODULES = [arguments, softmax, regression, binary, classes]
MUTANTS = {
    "the sum for the mean": (arguments, '"mean": torch.mean', '"mean": torch.sum'),
    "half the square": (regression, "(input - target) ** 2", "(input - target) ** 2 / 2"),
    "no absolute value": (regression, "(input - target).abs()", "(input - target)"),
    "the largest not taken out": (softmax, "(input - largest).exp()", "input.exp()"),
    "the largest not added": (softmax, ".log() + largest", ".log()"),
    "log_softmax over the wrong dimension": (softmax, "logsumexp(shifted, dim,", "logsumexp(shifted, 0,"),
    "the wrong sign": (classes, "-weights * picked", "weights * picked"),
    "the mean over all for the weighted": (classes, "/ weights.sum()", "/ weights.numel()"),
    "the ignored counted in the mean": (classes, "weight[index] * kept", "weight[index]"),
    "0 times inf": (classes, "torch.where(kept, -weights * picked, 0)", "-weights * picked"),
    "probabilities without weights": (classes, "weight * target * log_probs", "target * log_probs"),
    "probabilities, mean over all": (classes, ".sum(dim), reduction)", ", reduction)"),
    "log of a clamped probability": (binary, "p.log().clamp(min=-100) + (1", "p.clamp(min=1e-12).log() + (1"),
    "class 0 forgotten": (binary, "+ (1 - target) * softplus(input)", ""),
    "pos_weight on both classes": (binary, "(1 - target) * softplus(input)", "(1 - positive) * softplus(input)"),
    "no weight": (binary, "return weight * loss", "return loss"),
    "softplus overflows": (binary, "torch.log1p(torch.exp(-x.abs()))", "torch.log1p(torch.exp(x))"),
    "the slope at 0": (binary, "torch.maximum(x, torch.zeros_like(x))", "x.clamp(min=0)"),
    "the slope by hand": (binary, "grad * (p - target) /", "grad * (target - p) /"),
    "the slope without its limit": (binary, ".clamp(min=1e-12), grad", ", grad"),
}


def noticed(module):
    """Whether a comparison of these tests finds a difference."""
    try:
        for case in CASES:
            same(module, case, "mean")
            same(module, case, "none")
        torch.testing.assert_close(module.logsumexp(LOGITS, 1), LOGITS.logsumexp(1))
        input, target = GRID.unbind(1)
        for ours, expected in zip(*(both(m, OF_PROBABILITIES, input, target, {}) for m in (module, theirs))):
            torch.testing.assert_close(ours, expected, rtol=1e-8, atol=TOLERANCE)
    except (AssertionError, RuntimeError):
        return True
    return False


@pytest.mark.parametrize("what", MUTANTS)
def test_a_wrong_formula_is_noticed(what):
    assert noticed(package(MODULES, *MUTANTS[what]))


def test_without_a_mutation_nothing_is_noticed():
    assert not noticed(package(MODULES))
