"""Dropout against torch's, in distribution, and what stays as it is."""

import pytest
import torch
from torch import nn

from course_lib.regularizers import Dropout

N = 200_000


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16], ids=str)
@pytest.mark.parametrize("p", [0.1, 0.3, 0.5, 0.97])
def test_it_keeps_the_share_and_the_scale_of_torchs(p, dtype):
    torch.manual_seed(0)
    inputs = torch.full((N,), 3.0, dtype=dtype)
    for dropout in (Dropout(p), nn.Dropout(p)):
        outputs = dropout(inputs)
        kept = outputs != 0
        spread = (p * (1 - p) / N) ** 0.5
        assert abs(kept.double().mean().item() - (1 - p)) < 5 * spread
        assert outputs.dtype == dtype and outputs.shape == inputs.shape
        assert (outputs[kept].double() - 3 / (1 - p)).abs().max() <= 2 * torch.finfo(dtype).eps * 3 / (1 - p)


def test_masks_are_independent_of_each_other_and_of_place():
    torch.manual_seed(0)
    dropout = Dropout(0.3)
    first, second = (dropout(torch.ones(N)) != 0 for _ in range(2))
    both = (first & second).double().mean().item()
    neighbours = (first[1:] & first[:-1]).double().mean().item()
    for share in (both, neighbours):
        assert abs(share - 0.49) < 5 * (0.49 * 0.51 / N) ** 0.5


def test_the_gradient_goes_through_what_was_kept():
    inputs = torch.randn(1000, requires_grad=True)
    outputs = Dropout(0.4)(inputs)
    outputs.sum().backward()
    torch.testing.assert_close(inputs.grad * inputs.detach(), outputs.detach())
    assert (inputs.grad == 0).any()


def test_nothing_changes_in_evaluation_and_for_p_0():
    inputs = torch.randn(100)
    assert torch.equal(Dropout(0.5).eval()(inputs), inputs)
    assert torch.equal(Dropout(0.0)(inputs), inputs)


def test_everything_goes_for_p_1():
    assert torch.equal(Dropout(1.0)(torch.randn(100)), nn.Dropout(1.0)(torch.zeros(100)).abs())


@pytest.mark.parametrize("p", [-0.1, 1.1, float("nan")])
def test_p_is_a_probability(p):
    with pytest.raises(ValueError, match=f"p is {p}: pass the probability"):
        Dropout(p)


def test_it_says_its_p():
    assert repr(Dropout(0.25)) == repr(nn.Dropout(0.25)).replace(", inplace=False", "")
