"""The activations have torch's values and slopes, in the extremes too; a wrong formula is noticed."""

import inspect
import math
import re

import pytest
import torch
from devices import DEVICES
from mutants import package
from torch.nn import functional as theirs

from course_lib import activations

EXTREME = [0.0, -0.0, 1e-12, -1e-12, 0.5, -0.5, 3.0, -3.0, 30.0, -30.0, 100.0, -100.0, 800.0, -800.0, 1e4, -1e4]
CASES = {
    "sigmoid": [{}],
    "tanh": [{}],
    "relu": [{}],
    "leaky_relu": [{}, {"negative_slope": 0.1}, {"negative_slope": 0.0}],
    "elu": [{}, {"alpha": 0.5}, {"alpha": 2.0}],
    "gelu": [{}],
    "silu": [{}],
    "softmax": [{"dim": 0}, {"dim": -1}],
}
EACH = [(name, options) for name, of_name in CASES.items() for options in of_name]


def inputs(dtype=torch.float64, device="cpu"):
    """A table whose cells are extreme and ordinary numbers; softmax sees both kinds in a row and in a column."""
    ordinary = torch.randn(16, 3, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    return torch.cat([torch.tensor(EXTREME, dtype=torch.float64).unsqueeze(1), ordinary], 1).to(device, dtype)


def value_and_slopes(function, input, **options):
    """What `function` gives, and the slopes of a sum of its elements with unequal factors."""
    input = input.clone().requires_grad_()
    value = function(input, **options)
    (
        value * torch.linspace(1, 2, value.numel(), dtype=value.dtype, device=value.device).view_as(value)
    ).sum().backward()
    return value.detach(), input.grad


def check(ours, name, options, rtol=1e-12, atol=1e-12, **where):
    pair = value_and_slopes(ours, inputs(**where), **options)
    torch.testing.assert_close(
        pair, value_and_slopes(getattr(theirs, name), inputs(**where), **options), rtol=rtol, atol=atol
    )


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("name, options", EACH)
def test_values_and_slopes_are_those_of_torch(name, options, device):
    check(getattr(activations, name), name, options, device=device)
    check(getattr(activations, name), name, options, rtol=1e-5, atol=1e-6, dtype=torch.float32, device=device)


@pytest.mark.parametrize("name, options", EACH)
def test_slopes_are_those_of_finite_differences(name, options):
    """Away from the bend at 0, where a difference of two values sees both sides."""
    points = torch.tensor([-2.0, -0.3, 0.4, 1.7], dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda input: getattr(activations, name)(input, **options), points)


@pytest.mark.parametrize("name", CASES)
def test_nan_is_passed_on(name):
    input = torch.tensor([math.nan, 1.0, -1.0])
    options = {"dim": 0} if name == "softmax" else {}
    assert getattr(activations, name)(input, **options)[0].isnan()


@pytest.mark.parametrize("slope", [0.1, 1.0, 7.0])
def test_the_slope_of_a_sigmoid_stretches_its_inputs(slope):
    value, slopes = value_and_slopes(activations.sigmoid, inputs(), slope=slope)
    expected = value_and_slopes(lambda input: torch.sigmoid(slope * input), inputs())
    torch.testing.assert_close((value, slopes), expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("temperature", [0.01, 1.0, 5.0])
def test_a_temperature_divides_the_logits(temperature):
    ours = activations.softmax(inputs(), 1, temperature=temperature)
    torch.testing.assert_close(ours, theirs.softmax(inputs() / temperature, 1), rtol=1e-12, atol=1e-12)


def test_small_probabilities_keep_their_digits():
    assert activations.sigmoid(torch.tensor(-80.0)).item() == pytest.approx(math.exp(-80), rel=1e-5)


@pytest.mark.parametrize("name", CASES)
def test_what_is_no_tensor_of_floats_is_named(name):
    options = {"dim": 0} if name == "softmax" else {}
    with pytest.raises(TypeError, match=r"input is a list: pass a tensor"):
        getattr(activations, name)([1.0, 2.0], **options)
    with pytest.raises(TypeError, match=r"input is torch.int64: .*input.float\(\)"):
        getattr(activations, name)(torch.tensor([1, 2]), **options)


@pytest.mark.parametrize("temperature", [0, -1.0, math.nan])
def test_a_temperature_that_is_not_above_zero_is_refused(temperature):
    with pytest.raises(ValueError, match=f"temperature is {temperature}"):
        activations.softmax(torch.ones(2), 0, temperature=temperature)


def test_arguments_and_defaults_are_those_of_torch():
    assert set(CASES) == set(activations.__all__)
    for name in CASES:
        ours = inspect.signature(getattr(activations, name)).parameters
        added = {"slope", "temperature"}
        try:
            of_torch = inspect.signature(getattr(theirs, name)).parameters
        except ValueError:  # written in C++: its text begins with its signature
            of_torch = re.search(r"\((.*?)\)", getattr(theirs, name).__doc__).group(1)
        for argument in set(ours) - added:
            assert argument in of_torch, (name, argument)


MISTAKES = [
    ("sigmoid", "-log_odds))", "log_odds))"),
    ("sigmoid", "torch.exp(-torch.logaddexp(torch.zeros_like(log_odds), -log_odds))", "1 / (1 + torch.exp(-log_odds))"),
    ("tanh", "sigmoid(2 * input)", "sigmoid(input)"),
    ("relu", "torch.where(input <= 0, 0, input)", "torch.where(input < 0, 0, input)"),
    ("leaky_relu", "0, negative_slope * input", "0, input / 100"),
    ("elu", "torch.expm1(below)", "torch.expm1(input)"),
    ("elu", "torch.expm1(below)", "torch.exp(below)"),
    ("gelu", "math.sqrt(2)", "2"),
    ("silu", "return input * sigmoid(input)", "return input * tanh(input)"),
    ("softmax", " - input.amax(dim, keepdim=True).detach()", ""),
    ("softmax", "powers.sum(dim, keepdim=True)", "powers.sum()"),
]


def agrees(module, name):
    """Whether a function of the module does in each case what torch's does."""
    try:
        for options in CASES[name]:
            check(getattr(module, name), name, options)
    except AssertionError:
        return False
    return True


@pytest.mark.parametrize("name, right, wrong", MISTAKES)
def test_a_mistake_is_noticed(name, right, wrong):
    assert not agrees(package([activations], activations, right, wrong), name)


def test_without_a_mistake_nothing_is_noticed():
    assert all(agrees(package([activations]), name) for name in CASES)
