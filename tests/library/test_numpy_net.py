"""The slopes written by hand are those of autograd and of finite differences; each planted mistake is noticed."""

import numpy as np
import pytest
import torch
from mutants import package
from torch import nn
from torch.nn import functional as F

from course_lib import numpy_net
from course_lib.numpy_net import NumpyNet, numerical_gradient

LAYERS = {"sigmoid": nn.Sigmoid, "tanh": nn.Tanh, "relu": nn.ReLU}
NETS = [
    (sizes, activation, loss)
    for sizes in ((3, 4), (3, 5, 4), (3, 6, 5, 4))
    for activation in LAYERS
    for loss in ("cross_entropy", "mse")
]


def batch(n=7, inputs=3, classes=4, seed=0):
    generator = np.random.default_rng(seed)
    return generator.normal(size=(n, inputs)), np.eye(classes)[generator.integers(classes, size=n)]


def twin(net, activation):
    """The same network in torch, float64, with the weights of `net`."""
    layers = []
    for weight, bias in zip(net.weights, net.biases):
        linear = nn.Linear(*reversed(weight.shape), dtype=torch.float64)
        linear.weight.data, linear.bias.data = torch.tensor(weight), torch.tensor(bias)
        layers += [linear, LAYERS[activation]()]
    return nn.Sequential(*layers[:-1])


def of_autograd(net, activation, inputs, targets):
    """The loss, and the slopes in weights and biases, by autograd."""
    model = twin(net, activation)
    logits, targets = model(torch.tensor(inputs)), torch.tensor(targets)
    loss = (
        F.cross_entropy(logits, targets.argmax(1))
        if net.loss == "cross_entropy"
        else F.mse_loss(logits.sigmoid(), targets)
    )
    loss.backward()
    linears = [layer for layer in model if isinstance(layer, nn.Linear)]
    return loss.item(), [x.weight.grad.numpy() for x in linears], [x.bias.grad.numpy() for x in linears]


def check_against_autograd(cls, sizes, activation, loss):
    net, (inputs, targets) = cls(*sizes, activation=activation, loss=loss), batch()
    net.biases = [np.linspace(-0.3, 0.3, len(bias)) for bias in net.biases]
    value = net.loss_of(inputs, targets)
    net.backward(targets)
    expected, *slopes = of_autograd(net, activation, inputs, targets)
    assert value == pytest.approx(expected, rel=1e-12)
    for ours, theirs in zip(net.weight_grads + net.bias_grads, slopes[0] + slopes[1], strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-11, atol=1e-14)


@pytest.mark.parametrize("sizes, activation, loss", NETS)
def test_slopes_are_those_of_autograd(sizes, activation, loss):
    check_against_autograd(NumpyNet, sizes, activation, loss)


@pytest.mark.parametrize("sizes, activation, loss", NETS)
def test_slopes_are_those_of_finite_differences(sizes, activation, loss):
    net, (inputs, targets) = NumpyNet(*sizes, activation=activation, loss=loss), batch()
    net.forward(inputs)
    net.backward(targets)
    for param, ours in zip(net.weights + net.biases, net.weight_grads + net.bias_grads):
        differences = numerical_gradient(lambda: net.loss_of(inputs, targets), param)
        np.testing.assert_allclose(ours, differences, rtol=1e-6, atol=1e-8)


def test_a_difference_leaves_the_array_as_it_was():
    array = np.array([[1.0, -2.0], [0.3, 0.1]])
    before = array.copy()
    np.testing.assert_allclose(numerical_gradient(lambda: (array**3).sum(), array), 3 * before**2, rtol=1e-8)
    assert (array == before).all()


MISTAKES = [
    ("d.T @ a)", "(d.T @ a) / len(targets))"),
    ("d.sum(0))", "d.mean(0))"),
    ("d = (self.outputs - targets) / len(targets)", "d = self.outputs - targets"),
    (" * self.outputs * (1 - self.outputs)", ""),
    (" * self.slope(a)", ""),
    ("/ targets.size", "/ len(targets)"),
    ("weight.T + bias)", "weight.T)"),
]


def agrees(module):
    """Whether the network of the module has autograd's slopes in each case."""
    try:
        for case in NETS:
            check_against_autograd(module.NumpyNet, *case)
    except AssertionError:
        return False
    return True


@pytest.mark.parametrize("right, wrong", MISTAKES)
def test_a_mistake_is_noticed(right, wrong):
    assert not agrees(package([numpy_net], numpy_net, right, wrong))


def test_without_a_mistake_nothing_is_noticed():
    assert agrees(package([numpy_net]))


def test_it_learns_a_batch_by_heart():
    inputs, targets = batch(n=20)
    net = NumpyNet(3, 50, 4)
    for _ in range(1500):
        net.forward(inputs)
        net.backward(targets)
        net.step(0.5)
    assert (net.forward(inputs).argmax(1) == targets.argmax(1)).all() and net.loss_of(inputs, targets) < 0.2


@pytest.mark.parametrize(
    "sizes, options, words",
    [
        ((3,), {}, r"sizes are \(3,\)"),
        ((3, 0), {}, r"sizes are \(3, 0\)"),
        ((3, 4), {"activation": "gelu"}, "activation is 'gelu': pass one of sigmoid, tanh, relu"),
        ((3, 4), {"loss": "hinge"}, "loss is 'hinge'"),
    ],
)
def test_what_makes_no_net_is_named(sizes, options, words):
    with pytest.raises(ValueError, match=words):
        NumpyNet(*sizes, **options)


def test_what_does_not_fit_is_named():
    net, (inputs, targets) = NumpyNet(3, 5, 4), batch()
    with pytest.raises(ValueError, match=r"inputs have the shape \(7, 2\): pass a row of 3"):
        net.forward(inputs[:, :2])
    net.forward(inputs)
    with pytest.raises(ValueError, match=r"targets have the shape \(7,\).*np.eye\(4\)"):
        net.backward(targets.argmax(1))
    with pytest.raises(ValueError, match="not a single 1 among zeros"):
        net.backward(targets + 1)
    with pytest.raises(TypeError, match="array is float32: pass a NumPy array of float64"):
        numerical_gradient(lambda: 0.0, np.ones(2, dtype=np.float32))
