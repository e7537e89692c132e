"""The networks: shapes, layers, numbers of parameters, and that they can learn."""

import pytest
import torch
from torch import nn

from course_lib.models import Maxout, cnn, mlp


def n_parameters(model):
    return sum(param.numel() for param in model.parameters())


@pytest.mark.parametrize("shape", [(7, 64), (7, 8, 8), (7, 1, 8, 8)])
def test_mlp_flattens_what_comes(shape):
    assert mlp(64, 128, 10)(torch.randn(shape)).shape == (7, 10)


def test_mlp_has_the_layers_it_says():
    kinds = [type(layer) for layer in mlp(64, 128, 32, 10, activation=nn.Tanh, dropout=0.25)]
    hidden = [nn.Linear, nn.Tanh, nn.Dropout]
    assert kinds == [nn.Flatten, *hidden, *hidden, nn.Linear]
    assert [type(layer) for layer in mlp(64, 10)] == [nn.Flatten, nn.Linear]
    assert n_parameters(mlp(64, 128, 10)) == 64 * 128 + 128 + 128 * 10 + 10
    assert mlp(4, 4, 2, dropout=0.25)[3].p == 0.25


def test_mlp_makes_an_activation_for_each_layer():
    model = mlp(4, 4, 4, 2, activation=nn.PReLU)
    assert model[2] is not model[4]
    assert n_parameters(model) == 2 * 20 + 10 + 2


@pytest.mark.parametrize("sizes", [(), (64,), (64, 0, 10)])
def test_mlp_names_sizes_that_make_no_network(sizes):
    with pytest.raises(ValueError, match=r"sizes are \("):
        mlp(*sizes)


@pytest.mark.parametrize("in_channels, image_size", [(1, 8), (1, 28), (3, 32), (2, 4)])
def test_cnn_fits_the_image(in_channels, image_size):
    model = cnn(in_channels, image_size, n_classes=5)
    assert model(torch.randn(7, in_channels, image_size, image_size)).shape == (7, 5)
    side = image_size // 4
    assert n_parameters(model) == (9 * in_channels + 1) * 16 + (9 * 16 + 1) * 32 + (32 * side**2 + 1) * 5


def test_cnn_names_an_image_that_is_too_small():
    with pytest.raises(ValueError, match="image_size is 3"):
        cnn(image_size=3)


@pytest.mark.parametrize("make_model", [lambda: mlp(64, 32, 10), lambda: cnn(channels=(4, 8))])
def test_a_model_can_learn_eight_examples_by_heart(make_model):
    torch.manual_seed(0)
    model = make_model()
    inputs, targets = torch.rand(8, 1, 8, 8), torch.arange(8)
    for _ in range(150):
        loss = nn.functional.cross_entropy(model(inputs), targets)
        model.zero_grad()
        loss.backward()
        with torch.no_grad():
            for param in model.parameters():
                param -= 0.3 * param.grad
    assert (model(inputs).argmax(1) == targets).all()


def test_maxout_takes_the_largest_of_its_linear_functions():
    layer, inputs = Maxout(3, 4, pieces=5), torch.randn(7, 2, 3)
    weight, bias = layer.linear.weight.reshape(4, 5, 3), layer.linear.bias.reshape(4, 5)
    each = torch.stack([inputs @ weight[:, k].T + bias[:, k] for k in range(5)])
    torch.testing.assert_close(layer(inputs), each.amax(0))
    assert n_parameters(Maxout(10, 5)) == 2 * n_parameters(nn.Linear(10, 5)) == 110


def test_maxout_can_be_the_absolute_value():
    layer = Maxout(1, 1)
    layer.linear.weight.data = torch.tensor([[1.0], [-1.0]])
    layer.linear.bias.data = torch.zeros(2)
    inputs = torch.linspace(-2, 2, 9).unsqueeze(1)
    torch.testing.assert_close(layer(inputs), inputs.abs())


@pytest.mark.parametrize("name, value", [("in_features", 0), ("out_features", 2.5), ("pieces", 1)])
def test_maxout_names_a_size_that_makes_no_layer(name, value):
    with pytest.raises(ValueError, match=f"{name} is {value}: pass a whole number"):
        Maxout(**{"in_features": 3, "out_features": 2, "pieces": 2, name: value})
