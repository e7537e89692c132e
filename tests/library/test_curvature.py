"""Curvatures without the Hessian are those of the Hessian, written out for a small network in float64."""

import pytest
import torch
from torch import nn
from torch.nn.functional import cross_entropy

from course_lib.curvature import hessian_vector_product, lanczos, largest_curvature
from course_lib.models import mlp

CHANCE = torch.Generator().manual_seed(0)
INPUTS = torch.randn(30, 4, generator=CHANCE, dtype=torch.float64)
CLASSES = torch.randint(3, (30,), generator=CHANCE)


def chance(seed=0):
    return torch.Generator().manual_seed(seed)


@pytest.fixture(params=[nn.Tanh, nn.ReLU])
def net(request):
    """A network, its loss, and its whole Hessian, row by row."""
    torch.manual_seed(0)
    model = mlp(4, 5, 3, activation=request.param).double()
    names = [name for name, _ in model.named_parameters()]
    sizes = [p.numel() for p in model.parameters()]
    flat = torch.cat([p.detach().reshape(-1) for p in model.parameters()])

    def loss_of(w):
        parts = {name: part.view_as(p) for name, part, p in zip(names, w.split(sizes), model.parameters())}
        return cross_entropy(torch.func.functional_call(model, parts, INPUTS), CLASSES)

    return model, cross_entropy(model(INPUTS), CLASSES), torch.func.jacrev(torch.func.grad(loss_of))(flat)


def test_the_product_is_the_hessian_times_the_vector(net):
    model, loss, hessian = net
    vectors = torch.randn(3, len(hessian), generator=chance(), dtype=torch.float64)
    for vector in vectors:
        torch.testing.assert_close(hessian_vector_product(loss, model.parameters(), vector), hessian @ vector)
    assert all(p.grad is None for p in model.parameters())
    loss.backward()  # the graph is still there


def test_the_largest_curvature_is_that_of_the_hessian(net):
    model, loss, hessian = net
    values, directions = torch.linalg.eigh(hessian)
    strongest = values.abs().argmax()
    curvature, direction = largest_curvature(loss, model.parameters(), 2000, tolerance=1e-12, generator=chance())
    assert curvature == pytest.approx(values[strongest].item(), rel=1e-6)
    assert (direction @ directions[:, strongest]).abs() == pytest.approx(1, abs=1e-4)
    again, _ = largest_curvature(loss, model.parameters(), 1, start=direction)
    assert again == pytest.approx(curvature, rel=1e-6)


def test_all_steps_of_lanczos_give_the_whole_spectrum(net):
    model, loss, hessian = net
    values, directions = torch.linalg.eigh(hessian)
    start = torch.randn(len(hessian), generator=chance(1), dtype=torch.float64)
    found, weights = lanczos(loss, model.parameters(), len(hessian), start=start)
    if len(found) == len(hessian):
        torch.testing.assert_close(found, values, rtol=1e-6, atol=1e-9)
    assert weights.sum() == pytest.approx(1) and (weights >= 0).all()
    share = (directions.T @ start / start.norm()) ** 2  # what the start has of each direction
    for limit in (-0.01, 0.01, 0.1):
        assert weights[found < limit].sum() == pytest.approx(share[values < limit].sum().item(), abs=1e-6)
    for power in (1, 2, 5):  # Gauss's quadrature: exact for polynomials
        expected = (share * values**power).sum().item()
        assert (weights * found**power).sum() == pytest.approx(expected, abs=1e-9)


def test_few_steps_of_lanczos_find_both_ends(net):
    model, loss, hessian = net
    values = torch.linalg.eigvalsh(hessian)
    found, _ = lanczos(loss, model.parameters(), 20, generator=chance())
    assert len(found) == 20 and found.dtype == torch.float64
    torch.testing.assert_close(found[[0, -1]], values[[0, -1]], rtol=1e-3, atol=1e-4)


def bowl(curvatures):
    w = torch.ones(len(curvatures), dtype=torch.float64, requires_grad=True)
    return (torch.tensor(curvatures, dtype=torch.float64) * w**2).sum() / 2, [w]


def test_a_negative_curvature_keeps_its_sign():
    curvature, direction = largest_curvature(*bowl([1.0, -5.0, 2.0]), generator=chance())
    assert curvature == pytest.approx(-5, rel=1e-3) and direction[1].abs() == pytest.approx(1, abs=1e-2)


def test_lanczos_ends_where_there_is_nothing_more_to_find():
    found, weights = lanczos(*bowl([3.0, 3.0, 3.0, 1.0, 1.0]), steps=5, generator=chance())
    torch.testing.assert_close(found, torch.tensor([1.0, 3.0], dtype=torch.float64))
    assert len(weights) == 2


def test_a_straight_loss_and_unused_weights_have_no_curvature():
    w, unused = torch.ones(3, requires_grad=True), torch.ones(2, requires_grad=True)
    assert hessian_vector_product(w.sum(), [w], torch.ones(3)).tolist() == [0, 0, 0]
    product = hessian_vector_product((w**2).sum() / 2, [w, unused], torch.arange(5.0))
    assert product.tolist() == [0, 1, 2, 0, 0]
    assert largest_curvature(w.sum(), [w])[0] == 0
    assert lanczos(w.sum(), [w])[0].tolist() == [0]


def test_the_generator_decides():
    loss, params = bowl([1.0, 2.0, 4.0])
    same = [largest_curvature(loss, params, 2, generator=chance(3))[0] for _ in range(2)]
    assert same[0] == same[1] != largest_curvature(loss, params, 2, generator=chance(4))[0]


@pytest.fixture
def products(monkeypatch):
    """A list that grows by one entry with every gradient that is asked for: the slope's, then one for each product."""
    asked, grad = [], torch.autograd.grad
    monkeypatch.setattr(torch.autograd, "grad", lambda *args, **options: asked.append(1) or grad(*args, **options))
    return asked


def test_power_iteration_takes_as_many_products_as_it_may(products):
    largest_curvature(*bowl([1.0, 0.9, 0.8]), steps=7, tolerance=0, generator=chance())
    assert len(products) == 1 + 7


@pytest.mark.parametrize("sign", [1, -1])
def test_power_iteration_ends_when_the_curvature_has_come_to_rest(products, sign):
    largest_curvature(*bowl([sign * 5.0, 1.0, 0.5]), generator=chance())
    assert 3 < len(products) < 15


def test_a_loss_in_other_units_takes_as_many_products(products):
    start, counts, found = torch.tensor([1.0, 2.0, 3.0]), [], []
    for unit in (1.0, 1e-6, 1e6):
        del products[:]
        found.append(largest_curvature(*bowl([4 * unit, 3 * unit, unit]), start=start)[0] / unit)
        counts.append(len(products))
    assert counts[0] == counts[1] == counts[2] > 5
    assert found[1:] == pytest.approx(found[:1] * 2)


@pytest.mark.parametrize("unit", [1e-12, 1.0, 1e9])
def test_lanczos_ends_in_all_units_where_there_is_nothing_more(unit):
    found, _ = lanczos(*bowl([3 * unit, 3 * unit, 2 * unit, unit, unit]), steps=5, generator=chance())
    torch.testing.assert_close(found / unit, torch.tensor([1.0, 2.0, 3.0], dtype=torch.float64))


def test_lanczos_tells_two_curvatures_apart_that_are_nearly_the_same():
    found, _ = lanczos(*bowl([1.0, 1 + 1e-8]), steps=9, generator=chance())
    assert len(found) == 2 and (found[1] - found[0]).item() == pytest.approx(1e-8, rel=1e-3)


def test_results_have_no_graph_and_the_dtype_of_the_weights():
    loss, params = bowl([1.0, 2.0])
    product = hessian_vector_product(loss, params, [3, 4])  # whole numbers, for weights in float64
    assert product.tolist() == [3, 8] and product.dtype == torch.float64 and not product.requires_grad
    _, direction = largest_curvature(loss.reshape(1, 1), params, 5, start=torch.ones(2, requires_grad=True))
    assert direction.dtype == torch.float64 and not direction.requires_grad
    w = torch.ones(2, requires_grad=True)
    assert not largest_curvature(w.sum(), [w], start=w)[1].requires_grad  # no curvature: the start comes back


LOSS, PARAMS = bowl([1.0, 2.0])
WRONG = {
    "vector has the shape": lambda: hessian_vector_product(LOSS, PARAMS, torch.ones(3)),
    "params is empty": lambda: hessian_vector_product(LOSS, [], torch.ones(2)),
    "still has its graph": lambda: largest_curvature(LOSS.detach(), PARAMS),
    "tensor of one number": lambda: lanczos(torch.stack([LOSS, LOSS]), PARAMS),
    "without .item": lambda: lanczos(LOSS.item(), PARAMS),
    "not all of them 0": lambda: largest_curvature(LOSS, PARAMS, start=torch.zeros(2)),
    "one number for each": lambda: lanczos(LOSS, PARAMS, start=torch.ones(3)),
    "the length nan": lambda: lanczos(LOSS, PARAMS, start=torch.tensor([1.0, torch.nan])),
    "1 or more, but it is 0": lambda: lanczos(LOSS, PARAMS, steps=0),
    "whole number, 1 or more, but it is 0": lambda: largest_curvature(LOSS, PARAMS, steps=0),
    "more, but it is 2.5": lambda: lanczos(LOSS, PARAMS, steps=2.5),
    "or more, but it is 2.5": lambda: largest_curvature(LOSS, PARAMS, steps=2.5),
}


@pytest.mark.parametrize("words", WRONG)
def test_what_makes_no_sense_is_refused_with_words(words):
    with pytest.raises(ValueError, match=words):
        WRONG[words]()
