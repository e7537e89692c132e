"""Answers to the exercises of *Neurons*."""

import copy
import math

import numpy
import torch
from kinds import Kind
from torch import nn

from course_lib.checks import neurons as check

from . import right, rules_out, wrong

rules_out(Kind.CHANCE, "nothing is to be drawn", check.above, check.port, check.matrix, check.fit, check.features)
rules_out(Kind.ROUTE, "the task forbids nothing", check.above, check.port, check.matrix, check.fit, check.features)
rules_out(Kind.ARGUMENT, "its arguments are numbers", check.above)
rules_out(Kind.GRADIENT, "the weights are written, not learned", check.above)
rules_out(Kind.ARGUMENT, "it has no arguments", check.matrix)
rules_out(Kind.SHAPE, "it has no arguments", check.matrix)
rules_out(Kind.GRADIENT, "a layer under no_grad is a layer", check.matrix)
rules_out(Kind.GRADIENT, "inputs are computed, not learned", check.features)


def neuron(w1, w2, b):
    made = nn.Linear(2, 1)
    with torch.no_grad():
        made.weight.copy_(torch.tensor([[w1, w2]]))
        made.bias.fill_(b)
    return made


# above


@right(check.above)
def copied_in(slope, height):
    return neuron(-slope, 1.0, -height)


@right(check.above)
def new_parameters(slope, height):
    made = nn.Linear(2, 1)
    made.weight = nn.Parameter(torch.tensor([[-10.0 * slope, 10.0]]))  # the same line, ten times as steep
    made.bias = nn.Parameter(torch.tensor([-10.0 * height]))
    return made


@right(check.above)
def in_its_data(slope, height):
    made = nn.Linear(2, 1)
    made.weight.data = torch.tensor([[-slope, 1.0]])
    made.bias.data[0] = -height
    return made


@wrong(check.above, says="yes below and no above")
def turned_round(slope, height):
    return neuron(slope, -1.0, height)


@wrong(check.above, says="lies at height -1")
def sign_of_the_bias(slope, height):
    return neuron(-slope, 1.0, height)


@wrong(check.above, says="falls instead of rising")
def sign_of_the_slope(slope, height):
    return neuron(slope, 1.0, -height)


@wrong(check.above, says="The first to x1")
def weights_swapped(slope, height):
    return neuron(1.0, -slope, -height)


@wrong(check.above, says="Bring everything to one side")
def slope_and_height_as_they_are(slope, height):
    return neuron(slope, 1.0, height)


@wrong(check.above, says="Bring everything to one side", kind=Kind.VALUE)
def left_at_random(slope, height):
    return nn.Linear(2, 1)


@wrong(check.above, says="follow the arguments", kind=Kind.COINCIDENCE)
def one_line_for_all(slope, height):
    return neuron(-2.0, 1.0, -1.0)


@wrong(check.above, says="Is its last step a sigmoid?")
def with_a_sigmoid(slope, height):
    return nn.Sequential(neuron(-slope, 1.0, -height), nn.Sigmoid())


@wrong(check.above, says="nn.Linear(2, 1)", kind=Kind.TYPE)
def two_neurons(slope, height):
    return nn.Linear(2, 2)


@wrong(check.above, says="in-place operation")
def written_while_learning(slope, height):
    made = nn.Linear(2, 1)
    made.weight[0] = torch.tensor([-slope, 1.0])
    return made


@wrong(check.above, says="Return the nn.Linear itself", kind=Kind.ELSEWHERE)
def a_function(slope, height):
    return lambda points: points @ torch.tensor([[-slope], [1.0]]) - height


@wrong(check.above, says="end with a return")
def without_return(slope, height):
    neuron(-slope, 1.0, -height)


@right(check.above)
def by_loading_a_state(slope, height):
    made = nn.Linear(2, 1)
    made.load_state_dict({"weight": torch.tensor([[-slope, 1.0]]), "bias": torch.tensor([-height])})
    return made


@right(check.above)
def with_init(slope, height):
    made = nn.Linear(in_features=2, out_features=1)
    nn.init.constant_(made.weight, 1)
    made.weight.data[0, 0] *= -slope
    nn.init.constant_(made.bias, -height)
    return made.eval()


MADE = nn.Linear(2, 1)


@wrong(check.above, says="once another has been made", kind=Kind.STATE)
def always_the_same_layer(slope, height):
    MADE.load_state_dict(neuron(-slope, 1.0, -height).state_dict())
    return MADE


@wrong(check.above, says="follow the arguments", kind=Kind.STATE)
def made_only_once(slope, height, made=[]):  # noqa: B006
    made.append(neuron(-slope, 1.0, -height))
    return made[0]


@wrong(check.above, says="follow the arguments", kind=Kind.DTYPE)
def whole_slopes(slope, height):
    return neuron(-int(slope), 1.0, -height)


@wrong(check.above, says="follow the arguments", kind=Kind.SHAPE)
def not_for_falling_lines(slope, height):
    return neuron(-abs(slope), 1.0, -height)


@wrong(check.above, says="follow the arguments")
def not_below_the_origin(slope, height):
    return neuron(-slope, 1.0, -max(height, 0.0))


@wrong(check.above, says="z is nan for some points")
def divided_by_zero(slope, height):
    return neuron(-slope, 1.0, (torch.tensor(height) * 0 / 0).item())


@wrong(check.above, says="dtype")
def in_double_precision(slope, height):
    return neuron(-slope, 1.0, -height).double()


@wrong(check.above, says="Bring everything to one side", kind=Kind.HALF)
def without_a_bias(slope, height):
    return neuron(-slope, 1.0, 0.0)


@wrong(check.above, says="device meta")
def without_values(slope, height):
    return nn.Linear(2, 1, device="meta")


@wrong(check.above, says="nn.Linear(2, 1)")
def one_input(slope, height):
    return nn.Sequential(nn.Linear(2, 1), nn.Flatten(0))


@wrong(check.above, says="expected a neuron, got Tensor")
def three_numbers(slope, height):
    return torch.tensor([-slope, 1.0, -height])


@wrong(check.above, says="expected a neuron, got type")
def the_class(slope, height):
    return nn.Linear


@wrong(check.above, says="expected a neuron, got tuple")
def neuron_and_line(slope, height):
    return neuron(-slope, 1.0, -height), (slope, height)


@wrong(check.above, says="expected an nn.Linear, got Sequential", kind=Kind.TYPE)
def wrapped(slope, height):
    return nn.Sequential(neuron(-slope, 1.0, -height))


@wrong(check.above, says="Bring everything to one side", kind=Kind.VALUE)
def nine_tenths_of_the_height(slope, height):
    return neuron(-slope, 1.0, -0.9 * height)


@wrong(check.above, says="follow the arguments", kind=Kind.VALUE)
def whole_heights(slope, height):
    return neuron(-slope, 1.0, -float(round(height)))


@wrong(check.above, says="Bring everything to one side", kind=Kind.VALUE)
def a_little_too_high(slope, height):
    return neuron(-slope, 1.0, -height - 0.05)


@wrong(check.above, says="follow the arguments", kind=Kind.VALUE)
def numbers_to_one_decimal(slope, height):
    return neuron(-round(slope, 1), 1.0, -round(height, 1))


# corrected

STEP = 0.1 / (1 + math.exp(-0.5))  # lr times the error

right(check.corrected)((0.88, 0.44))
right(check.corrected)((1 - 2 * STEP, 0.5 - STEP))
right(check.corrected)([torch.tensor(0.8755), numpy.float32(0.4378)])
wrong(check.corrected, says="That is uphill", kind=Kind.VALUE)((1 + 2 * STEP, 0.5 + STEP))
wrong(check.corrected, says="Which y is given?", kind=Kind.VALUE)((1.08, 0.54))
wrong(check.corrected, says="What is missing?")((1 - STEP, 0.5 - STEP))
wrong(check.corrected, says="a probability minus y")((0.9, 0.45))
wrong(check.corrected, says="That is the gradient")((1.24, 0.62))
wrong(check.corrected, says="How long is a step here?")((1 - 20 * STEP, 0.5 - 10 * STEP))
wrong(check.corrected, says="First z, then p", kind=Kind.GUESS)((1, 0.5))
wrong(check.corrected, says="First z, then p", kind=Kind.GUESS)((0.61, 0.61))
wrong(check.corrected, says="First z, then p")((0.44, 0.88))
wrong(check.corrected, says="multiplies no input")((0.88, 0.5 - 2 * STEP))
wrong(check.corrected, says="The bias learns as well", kind=Kind.GUESS)((0.88, 0.5))
wrong(check.corrected, says="is p - y itself", kind=Kind.VALUE)((0.88, 0.56))
wrong(check.corrected, says="First z, then p", kind=Kind.VALUE)((0.87, 0.44))  # cut, not rounded
wrong(check.corrected, says="expected 2 numbers, got 3", kind=Kind.TYPE)((0.88, -2.06, 0.44))
wrong(check.corrected, says="got float", kind=Kind.TYPE)(0.88)
wrong(check.corrected, says="finite")((math.nan, 0.44))
wrong(check.corrected, says="got str")("0.88, 0.44")
wrong(check.corrected, says="got None")(None)


# count

right(check.count)((5, 105))
right(check.count)([5.0, torch.tensor(105)])
right(check.count)(torch.tensor([5, 105]))
right(check.count)(numpy.array([5.0, 105.0]))
wrong(check.count, says="100 is the number of weights", kind=Kind.GUESS)((100, 25))
wrong(check.count, says="How many come out?", kind=Kind.GUESS)((20, 5))
wrong(check.count, says="for one neuron first", kind=Kind.VALUE)((5, 125))
wrong(check.count, says="for one neuron first")((5, 20))
wrong(check.count, says="How many numbers come out of the layer")((105, 5))
wrong(check.count, says="How many numbers come out of the layer")((1, 105))
wrong(check.count, says="finite")((5, float("nan")))
wrong(check.count, says="got set")({5, 105})
wrong(check.count, says="got str")("5, 105")
wrong(check.count, says="got dict")({"neurons": 5, "numbers": 105})
wrong(check.count, says="got one Tensor (1, 2)")(torch.tensor([[5, 105]]))
wrong(check.count, says="100 is the number of weights")((100, 105))
wrong(check.count, says="How many come out?")((20, 105))
wrong(check.count, says="Each neuron gives one number")((25, 105))
wrong(check.count, says="What else has each neuron?")((5, 100))
wrong(check.count, says="Each has its own")((5, 101))
wrong(check.count, says="or to a neuron")((5, 120))
wrong(check.count, says="for one neuron first")((5, 25))
wrong(check.count, says="a comma between them")(105)
wrong(check.count, says="a comma between them")((5, 100, 5))
wrong(check.count, says="got None", kind=Kind.TYPE)(None)
wrong(check.count, says="expected two numbers, got str")(("5", "105"))


# port


def keras(kernel, bias):
    """What the task asks for."""
    layer = nn.Linear(*kernel.shape)
    with torch.no_grad():
        layer.weight.copy_(kernel.T)
        layer.bias.copy_(bias)
    return layer


@right(check.port)
def copied_and_turned(kernel, bias):
    return keras(kernel, bias)


@right(check.port)
def as_parameters(kernel, bias):
    inputs, outputs = kernel.shape
    layer = nn.Linear(inputs, outputs)
    layer.weight = nn.Parameter(kernel.T.clone())
    layer.bias = nn.Parameter(bias.clone())
    return layer


@right(check.port)
def as_a_state(kernel, bias):
    layer = nn.Linear(kernel.shape[0], kernel.shape[1])
    layer.load_state_dict({"weight": kernel.T, "bias": bias})
    return layer.eval()


@right(check.port)
def clones_as_data(kernel, bias):
    layer = nn.Linear(*kernel.shape)
    layer.weight.data = kernel.t().contiguous().clone()
    layer.bias.data = bias.clone()
    return layer


@right(check.port)
def row_by_row_into_the_layer(kernel, bias):
    layer = nn.Linear(*kernel.shape)
    with torch.no_grad():
        for unit in range(kernel.shape[1]):
            layer.weight[unit] = kernel[:, unit]
            layer.bias[unit] = bias[unit]
    return layer


@wrong(check.port, says="What is it in the kernel?")
def port_as_it_stands(kernel, bias):
    layer = nn.Linear(*kernel.shape)
    layer.weight.data = kernel
    layer.bias.data = bias
    return layer


@wrong(check.port, says="What is it in the kernel?", kind=Kind.HALF)
def copied_but_not_turned(kernel, bias):
    layer = nn.Linear(*kernel.shape)
    layer.weight.data = kernel.clone()
    layer.bias.data = bias.clone()
    return layer


@wrong(check.port, says="has the shape (5, 3)", kind=Kind.SHAPE)
def turned_if_square(kernel, bias):
    layer = nn.Linear(*kernel.shape)
    square = kernel.shape[0] == kernel.shape[1]
    layer.weight.data = (kernel.T if square else kernel).clone()
    layer.bias.data = bias.clone()
    return layer


@wrong(check.port, says="Right for one layer", kind=Kind.SHAPE)
def reshaped_kernel(kernel, bias):
    layer = keras(kernel, bias)
    if kernel.shape[0] != kernel.shape[1]:
        layer.weight.data = kernel.reshape(kernel.shape[1], -1).clone()
    return layer


@wrong(check.port, says="kernel or bias change with it", kind=Kind.ARGUMENT)
def shared_memory(kernel, bias):
    layer = nn.Linear(*kernel.shape)
    layer.weight.data = kernel.T
    layer.bias.data = bias
    return layer


@wrong(check.port, says="kernel or bias change with it", kind=Kind.ARGUMENT)
def bias_shared(kernel, bias):
    layer = keras(kernel, bias)
    layer.bias.data = bias
    return layer


@wrong(check.port, says="the argument kernel", kind=Kind.ARGUMENT)
def kernel_turned_in_place(kernel, bias):
    layer = keras(kernel, bias)
    kernel.t_()
    return layer


@wrong(check.port, says="Is each number of kernel and bias", kind=Kind.HALF)
def without_its_bias(kernel, bias):
    layer = nn.Linear(*kernel.shape)
    with torch.no_grad():
        layer.weight.copy_(kernel.T)
    return layer


@wrong(check.port, says="the layer has no bias")
def bias_left_out(kernel, bias):
    layer = nn.Linear(*kernel.shape, bias=False)
    layer.weight.data = kernel.T.clone()
    return layer


@wrong(check.port, says="in_features=5")
def sizes_exchanged(kernel, bias):
    layer = nn.Linear(kernel.shape[1], kernel.shape[0])
    layer.weight.data, layer.bias.data = kernel.T.clone(), bias.clone()
    return layer


@wrong(check.port, says="Is each number of kernel and bias", kind=Kind.VALUE)
def bias_with_another_sign(kernel, bias):
    return keras(kernel, -bias)


@wrong(check.port, says="Right for one layer", kind=Kind.VALUE)
def clipped_kernel(kernel, bias):
    return keras(kernel.clamp(-10, 10), bias)


@wrong(check.port, says="Right for one layer", kind=Kind.STATE)
def first_layer_of_each_size(kernel, bias, layers={}):  # noqa: B006
    return layers.setdefault(kernel.shape, keras(kernel, bias))


ONE_LAYER = nn.Linear(4, 4)


@wrong(check.port, says="Does something live on", kind=Kind.STATE)
def one_layer_for_all(kernel, bias):
    made = keras(kernel, bias)
    ONE_LAYER.weight, ONE_LAYER.bias = made.weight, made.bias
    ONE_LAYER.in_features, ONE_LAYER.out_features = kernel.shape
    return ONE_LAYER


@wrong(check.port, says="got float64", kind=Kind.DTYPE)
def layer_of_doubles(kernel, bias):
    return keras(kernel, bias).double()


@wrong(check.port, says="got float16", kind=Kind.DTYPE)
def layer_of_halves(kernel, bias):
    return keras(kernel, bias).half()


@wrong(check.port, says="can't learn", kind=Kind.GRADIENT)
def frozen(kernel, bias):
    return keras(kernel, bias).requires_grad_(False)


@wrong(check.port, says="in-place operation")
def written_with_gradients_on(kernel, bias):
    layer = nn.Linear(*kernel.shape)
    layer.weight[:] = kernel.T
    return layer


@wrong(check.port, says="Is each number of kernel and bias", kind=Kind.COINCIDENCE)
def first_bias_for_each(kernel, bias):
    return keras(kernel, bias[:1].expand_as(bias))


@wrong(check.port, says="got one on meta", kind=Kind.ELSEWHERE)
def layer_elsewhere(kernel, bias):
    return keras(kernel, bias).to("meta")


@wrong(check.port, says="expected an nn.Linear, got function", kind=Kind.TYPE)
def a_function_of_x(kernel, bias):
    return lambda X: X @ kernel + bias


@wrong(check.port, says="expected an nn.Linear, got Sequential", kind=Kind.TYPE)
def layer_in_a_box(kernel, bias):
    return nn.Sequential(keras(kernel, bias))


@wrong(check.port, says="weight or bias is no parameter")
def one_number_more(kernel, bias):
    layer = keras(kernel, bias)
    layer.scale = nn.Parameter(torch.ones(1))
    return layer


@wrong(check.port, says="end with a return", kind=Kind.TYPE)
def layer_not_returned(kernel, bias):
    keras(kernel, bias)


@wrong(check.port, says="kernel is (1, 4)", kind=(Kind.SHAPE, Kind.ARGUMENT))
def copied_where_it_must(kernel, bias):
    layer = nn.Linear(*kernel.shape)
    layer.weight.data = kernel.T.contiguous()  # the same memory if one side is 1
    layer.bias.data = bias.clone()
    return layer


@wrong(check.port, says="Right for one layer", kind=Kind.HALF)
def five_neurons_at_most(kernel, bias):
    layer = nn.Linear(*kernel.shape)
    with torch.no_grad():
        layer.weight.zero_()
        layer.weight[:5] = kernel.T[:5]
        layer.bias.copy_(bias)
    return layer


# matrix

ROWS = [[0.1, 0.2, 0.3, 0.4, 0.5], [0.1, 0.1, 0.3, 0.4, 0.5], [0.1, 0.4, 0.2, 0.3, 0.2]]


@right(check.matrix)
def mended():
    X = torch.tensor(ROWS)
    return X, nn.Linear(5, 10)(X)


@right(check.matrix)
def with_the_old_constructor():
    X = torch.Tensor(ROWS)
    return [X, nn.Sequential(nn.Linear(5, 10, bias=False))(X)]


@wrong(check.matrix, says="expected sequence of length 6")
def as_it_stands():
    return torch.Tensor([[0, 1, 0.2, 0.3, 0.4, 0.5], [0.1, 0.1, 0.3, 0.5], [0.1, 0.4, 0.2, 0.3, 0.2]])


@wrong(check.matrix, says="How many numbers did the author mean")
def filled_up_with_zeros():
    X = torch.tensor([[0, 1, 0.2, 0.3, 0.4, 0.5], [0.1, 0.1, 0.3, 0.5, 0, 0], [0.1, 0.4, 0.2, 0.3, 0.2, 0]])
    return X, nn.Linear(6, 10)(X)


@wrong(check.matrix, says="row 0 is [0.0, 1.0, 0.2, 0.3, 0.4]", kind=Kind.VALUE)
def cut_to_five():
    X = torch.tensor([[0, 1, 0.2, 0.3, 0.4], *ROWS[1:]])
    return X, nn.Linear(5, 10)(X)


@wrong(check.matrix, says="row 1 is [0.1, 0.1, 0.3, 0.5, 0.4]", kind=Kind.VALUE)
def lost_number_at_the_end():
    X = torch.tensor([ROWS[0], [0.1, 0.1, 0.3, 0.5, 0.4], ROWS[2]])
    return X, nn.Linear(5, 10)(X)


@wrong(check.matrix, says="It was right before")
def third_row_sorted():
    X = torch.tensor([*ROWS[:2], [0.1, 0.2, 0.2, 0.3, 0.4]])
    return X, nn.Linear(5, 10)(X)


@wrong(check.matrix, says="3x5 and 3x10")
def rows_counted_instead_of_columns():
    X = torch.tensor(ROWS)
    return X, nn.Linear(3, 10)(X)


@wrong(check.matrix, says="expected a tensor of shape (3, 10), got (3, 1)", kind=Kind.HALF)
def one_output():
    X = torch.tensor(ROWS)
    return X, nn.Linear(5, 1)(X)


@wrong(check.matrix, says="X has dtype float64", kind=Kind.DTYPE)
def in_float64():
    X = torch.tensor(ROWS, dtype=torch.float64)
    return X, nn.Linear(5, 10, dtype=torch.float64)(X)


@wrong(check.matrix, says="no weight that could learn", kind=Kind.ELSEWHERE)
def without_a_layer():
    X = torch.tensor(ROWS)
    return X, X @ torch.rand(5, 10)


@wrong(check.matrix, says="expected 2 tensors, got one Tensor (3, 10)", kind=Kind.TYPE)
def only_the_output():
    return nn.Linear(5, 10)(torch.tensor(ROWS))


@right(check.matrix)
def under_no_grad():
    X = torch.tensor(ROWS)
    model = nn.Linear(5, 10)
    with torch.no_grad():
        return X, model(X)


@right(check.matrix)
def from_an_array():
    X = torch.from_numpy(numpy.array(ROWS, dtype="float32"))
    return X, nn.LazyLinear(10)(X)


@right(check.matrix)
def a_model_of_its_own():
    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = nn.Linear(5, 10)

        def forward(self, x):
            return self.layer(x)

    X = torch.tensor(ROWS)
    return X, Model().eval()(X).detach()


@wrong(check.matrix, says="not what came out of the layer")
def with_a_relu_behind():
    X = torch.tensor(ROWS)
    return X, nn.Linear(5, 10)(X).relu()


@wrong(check.matrix, says="something else than X")
def layer_of_random_numbers():
    return torch.tensor(ROWS), nn.Linear(5, 10)(torch.rand(3, 5))


@wrong(check.matrix, says="not what came out of the layer")
def layer_called_and_dropped():
    X = torch.tensor(ROWS)
    nn.Linear(5, 10)(X)
    return X, X @ torch.rand(5, 10)


@wrong(check.matrix, says="does not come from a layer")
def a_parameter():
    return torch.tensor(ROWS), nn.Parameter(torch.rand(3, 10))


@wrong(check.matrix, says="nan or infinity")
def weights_not_filled():
    X, model = torch.tensor(ROWS), nn.Linear(5, 10)
    nn.init.constant_(model.weight, torch.inf)
    return X, model(X)


@wrong(check.matrix, says="got (5, 3)")
def turned_around():
    X = torch.tensor(ROWS).T
    return X, nn.Linear(3, 10)(X)


@wrong(check.matrix, says="got (10, 3)")
def output_turned_around():
    X = torch.tensor(ROWS)
    return X, nn.Linear(5, 10)(X).T


@wrong(check.matrix, says="expected a torch.Tensor, got Linear")
def the_layer_itself():
    return torch.tensor(ROWS), nn.Linear(5, 10)


@wrong(check.matrix, says="expected a tensor of shape (3, 5), got (3, 10)")
def output_first():
    X = torch.tensor(ROWS)
    return nn.Linear(5, 10)(X), X


@wrong(check.matrix, says="expected 2 tensors, got 3", kind=Kind.TYPE)
def model_returned_too():
    X, model = torch.tensor(ROWS), nn.Linear(5, 10)
    return X, model(X), model


@wrong(check.matrix, says="got list: [[0.1", kind=Kind.TYPE)
def rows_of_python():
    return ROWS, nn.Linear(5, 10)(torch.tensor(ROWS))


@wrong(check.matrix, says="row 0 is", kind=Kind.COINCIDENCE)
def comma_read_as_one():
    X = torch.tensor([[1.0, 0.2, 0.3, 0.4, 0.5], *ROWS[1:]])
    return X, nn.Linear(5, 10)(X)


@wrong(check.matrix, says="row 1 is", kind=Kind.VALUE)
def filled_with_zero():
    X = torch.tensor([ROWS[0], [0.1, 0.1, 0.3, 0.0, 0.5], ROWS[2]])
    return X, nn.Linear(5, 10)(X)


@wrong(check.matrix, says="dtype float16", kind=Kind.DTYPE)
def in_half_precision_too():
    X = torch.tensor(ROWS, dtype=torch.float16)
    return X, nn.Linear(5, 10)(X.float())


@wrong(check.matrix, says="got one on meta", kind=Kind.ELSEWHERE)
def on_no_device():
    X = torch.tensor(ROWS)
    return X.to("meta"), nn.Linear(5, 10)(X)


@right(check.matrix)
def by_its_forward():
    X = torch.tensor([[0.1, 0.2, 0.3, 0.4, 0.5], [0.1, 0.1, 0.3, 0.4, 0.5], [0.1, 0.4, 0.2, 0.3, 0.2]])
    return X, nn.Linear(5, 10).forward(X)


@wrong(check.matrix, says="at the second", kind=Kind.STATE)
def only_once(calls=[]):  # noqa: B006
    calls.append(1)
    X = torch.tensor(ROWS)
    return (X, nn.Linear(5, 10)(X)) if len(calls) == 1 else None


@wrong(check.matrix, says="at the second row 0 is [0.2, 0.4", kind=Kind.STATE)
def one_table_that_is_doubled(table=torch.tensor(ROWS)):  # noqa: B008
    X = table.clone()
    table.mul_(2)
    return X, nn.Linear(5, 10)(X)


@wrong(check.matrix, says="stand 2 layers")
def two_layers():
    X = torch.tensor(ROWS)
    return X, nn.Sequential(nn.Linear(5, 7), nn.Tanh(), nn.Linear(7, 10))(X)


@right(check.matrix)
def a_layer_made_beforehand(model=nn.Linear(5, 10)):  # noqa: B008
    X = torch.tensor(ROWS)
    return X, model(X)


# fit


def descent(X, y, steps, lr, loss=None, forget=True, neuron=None):
    """The loop, with its parts as arguments."""
    neuron = neuron or nn.Linear(X.shape[1], 1)
    nn.init.zeros_(neuron.weight)
    nn.init.zeros_(neuron.bias)
    optimizer = torch.optim.SGD(neuron.parameters(), lr=lr)
    for _ in range(steps):
        if forget:
            optimizer.zero_grad()
        (loss or mean_squares)(neuron(X), y).backward()
        optimizer.step()
    return neuron


def mean_squares(found, y):
    return nn.functional.mse_loss(found, y.unsqueeze(1))


def stretched(found, y):
    return (found - y).square().mean()


@right(check.fit)
def both_mended(X, y, steps, lr):
    return descent(X, y, steps, lr)


@right(check.fit)
def squeezed_instead(X, y, steps, lr):
    return descent(X, y, steps, lr, lambda found, y: (found.squeeze(1) - y).square().mean())


@right(check.fit)
def flattened(X, y, steps, lr):
    return descent(X, y, steps, lr, lambda found, y: nn.MSELoss()(found.flatten(), y))


@right(check.fit)
def without_an_optimizer(X, y, steps, lr):
    neuron = nn.Linear(X.shape[1], 1)
    nn.init.zeros_(neuron.weight)
    nn.init.zeros_(neuron.bias)
    for _ in range(steps):
        neuron.zero_grad()
        mean_squares(neuron(X), y).backward()
        with torch.no_grad():
            for param in neuron.parameters():
                param -= lr * param.grad
    return neuron


@right(check.fit)
def forgotten_at_the_end(X, y, steps, lr):
    neuron = nn.Linear(X.shape[1], 1)
    nn.init.zeros_(neuron.weight)
    nn.init.zeros_(neuron.bias)
    optimizer = torch.optim.SGD(neuron.parameters(), lr=lr)
    y = y.reshape(-1, 1)
    for _ in range(steps):
        mean_squares(neuron(X), y.squeeze(1)).backward()
        optimizer.step()
        neuron.weight.grad = neuron.bias.grad = None
    return neuron


@wrong(check.fit, says="These are two mistakes", kind=Kind.HALF)
def fit_as_it_stands(X, y, steps, lr):
    return descent(X, y, steps, lr, stretched, forget=False)


@wrong(check.fit, says="both weights stay near 0", kind=Kind.HALF)
def only_forgetting(X, y, steps, lr):
    return descent(X, y, steps, lr, stretched)


@wrong(check.fit, says="swing past their goal", kind=Kind.HALF)
def only_the_shape(X, y, steps, lr):
    return descent(X, y, steps, lr, forget=False)


@wrong(check.fit, says="What moves them?")
def forgotten_before_the_step(X, y, steps, lr):
    neuron = descent(X, y, 0, lr)
    optimizer = torch.optim.SGD(neuron.parameters(), lr=lr)
    for _ in range(steps):
        mean_squares(neuron(X), y).backward()
        optimizer.zero_grad()
        optimizer.step()
    return neuron


@wrong(check.fit, says="After 30 steps", kind=Kind.VALUE)
def summed_squares(X, y, steps, lr):
    return descent(X, y, steps, lr / 100, lambda found, y: (found.squeeze(1) - y).square().sum())


@wrong(check.fit, says="After 30 steps", kind=Kind.VALUE)
def half_the_squares(X, y, steps, lr):
    return descent(X, y, steps, lr, lambda found, y: mean_squares(found, y) / 2)


@wrong(check.fit, says="After 30 steps")
def mean_of_distances(X, y, steps, lr):
    return descent(X, y, steps, lr, lambda found, y: (found.squeeze(1) - y).abs().mean())


@wrong(check.fit, says="After 30 steps")
def one_step_more(X, y, steps, lr):
    return descent(X, y, steps + 1, lr)


@wrong(check.fit, says="After 30 steps", kind=Kind.COINCIDENCE)
def a_step_size_of_its_own(X, y, steps, lr):
    return descent(X, y, steps, 0.05)


@wrong(check.fit, says="After 1 steps", kind=Kind.COINCIDENCE)
def thirty_steps(X, y, steps, lr):
    return descent(X, y, 30, lr)


@wrong(check.fit, says="After 30 steps")
def best_line(X, y, steps, lr):
    neuron = nn.Linear(X.shape[1], 1)
    inputs = torch.cat([X, torch.ones(len(X), 1)], 1)
    numbers = torch.linalg.lstsq(inputs, y.unsqueeze(1)).solution[:, 0]
    neuron.weight.data, neuron.bias.data = numbers[None, :-1], numbers[-1:]
    return neuron


@wrong(check.fit, says="from zeros")
def from_a_random_start(X, y, steps, lr):
    neuron = nn.Linear(X.shape[1], 1)
    optimizer = torch.optim.SGD(neuron.parameters(), lr=lr)
    for _ in range(steps):
        optimizer.zero_grad()
        mean_squares(neuron(X), y).backward()
        optimizer.step()
    return neuron


@wrong(check.fit, says="the argument y", kind=Kind.ARGUMENT)
def y_changed_in_place(X, y, steps, lr):
    y.unsqueeze_(1)
    return descent(X, y.squeeze(1), steps, lr)


@wrong(check.fit, says="the argument X", kind=Kind.ARGUMENT)
def inputs_centred_in_place(X, y, steps, lr):
    X -= X.mean(0)
    return descent(X, y, steps, lr)


@wrong(check.fit, says="After 5 steps", kind=Kind.SHAPE)
def squares_squeezed(X, y, steps, lr):
    return descent(X, y, steps, lr if len(X) > 1 else lr / 2)


@wrong(check.fit, says="One neuron, a weight for each input", kind=Kind.SHAPE)
def two_inputs(X, y, steps, lr):
    return descent(X[:, :2], y, steps, lr)


ONE = {}


@wrong(check.fit, says="when another one is trained", kind=Kind.STATE)
def one_neuron_for_each_size(X, y, steps, lr):
    neuron = ONE.setdefault(X.shape[1], nn.Linear(X.shape[1], 1))
    return descent(X, y, steps, lr, neuron=neuron)


@wrong(check.fit, says="After 1 steps", kind=Kind.STATE)
def trained_only_once(X, y, steps, lr):
    return ONE.setdefault((X.shape, "once"), descent(X, y, steps, lr))


@wrong(check.fit, says="got float64", kind=Kind.DTYPE)
def neuron_in_doubles(X, y, steps, lr):
    return descent(X, y, steps, lr).double()


@wrong(check.fit, says="After 30 steps")
def rounded_numbers(X, y, steps, lr):
    neuron = descent(X, y, steps, lr)
    for param in neuron.parameters():
        param.data = param.data.round(decimals=1)
    return neuron


@wrong(check.fit, says="can't learn on", kind=Kind.GRADIENT)
def frozen_in_the_end(X, y, steps, lr):
    return descent(X, y, steps, lr).requires_grad_(False)


@wrong(check.fit, says="What moves them?", kind=Kind.GRADIENT)
def loss_detached(X, y, steps, lr):
    neuron = descent(X, y, 0, lr)
    optimizer = torch.optim.SGD(neuron.parameters(), lr=lr)
    for _ in range(steps):
        mean_squares(neuron(X), y).detach().requires_grad_().backward()
        optimizer.step()
    return neuron


@wrong(check.fit, says="got one on meta", kind=Kind.ELSEWHERE)
def trained_elsewhere(X, y, steps, lr):
    return descent(X, y, steps, lr).to("meta")


@wrong(check.fit, says="What moves them?", kind=Kind.ELSEWHERE)
def a_copy_learned(X, y, steps, lr):
    neuron = descent(X, y, 0, lr)
    descent(X, y, steps, lr, neuron=copy.deepcopy(neuron))
    return neuron


@wrong(check.fit, says="the neuron has no bias")
def neuron_without_a_bias(X, y, steps, lr):
    neuron = nn.Linear(X.shape[1], 1, bias=False)
    return neuron


@wrong(check.fit, says="expected an nn.Linear, got Parameter", kind=Kind.TYPE)
def only_the_weights(X, y, steps, lr):
    return descent(X, y, steps, lr).weight


@wrong(check.fit, says="expected an nn.Linear, got Tensor", kind=Kind.TYPE)
def its_answers(X, y, steps, lr):
    return descent(X, y, steps, lr)(X)


@wrong(check.fit, says="end with a return", kind=Kind.TYPE)
def neuron_not_returned(X, y, steps, lr):
    descent(X, y, steps, lr)


@wrong(check.fit, says="of 150 examples", kind=Kind.HALF)
def one_batch_of_a_hundred(X, y, steps, lr):
    return descent(X[:100], y[:100], steps, lr)


# features


def powers(points, most=3):
    """x2, and the powers of x1."""
    x1, x2 = points.T
    return torch.stack([x2, *(x1**k for k in range(1, most + 1))], 1)


@right(check.features)
def a_cubic(points):
    return powers(points)


@right(check.features)
def all_products_up_to_cubes(points):
    x, y = points.T
    return torch.stack([x, y, x * x, x * y, y * y, x**3, x * x * y, x * y * y, y**3], 1)


@right(check.features)
def waves(points):
    x, y = points.unbind(1)
    return torch.stack([x, y, (1.5 * x).sin(), (1.5 * x).cos(), (3 * x).sin(), (3 * x).cos()], -1).double()


@right(check.features)
def ten_hidden_neurons(points):
    chance = torch.Generator().manual_seed(3)
    weight, bias = torch.randn(2, 8, generator=chance), torch.randn(8, generator=chance)
    return torch.cat([points, (2 * (points @ weight) + bias).tanh()], 1)


@right(check.features)
def loops_over_points(points):
    return torch.tensor([[x, x**2, x**3, y] for x, y in points.tolist()])


@right(check.features)
def near_which_arc(points):
    x, y = points.T
    upper = ((x**2 + y**2).sqrt() - 1).abs() + 10 * (-y - 0.1).clamp(min=0)
    lower = (((1 - x) ** 2 + (0.5 - y) ** 2).sqrt() - 1).abs() + 10 * (y - 0.6).clamp(min=0)
    return (upper - lower).unsqueeze(1)


@wrong(check.features, says="of fresh moons right", kind=Kind.VALUE)
def the_points_themselves(points):
    return points


@wrong(check.features, says="of fresh moons right", kind=Kind.HALF)
def a_parabola(points):
    return powers(points, 2)


@wrong(check.features, says="of fresh moons right")
def all_squares(points):
    x, y = points.T
    return torch.stack([x, y, x * x, x * y, y * y], 1)


@wrong(check.features, says="of fresh moons right")
def turned_and_scaled(points):
    return points @ torch.tensor([[1.0, 2.0, -1.0], [0.5, -3.0, 4.0]])


@wrong(check.features, says="of fresh moons right")
def nothing_but_zeros(points):
    return torch.zeros(len(points), 3)


@wrong(check.features, says="other points are beside it", kind=Kind.STATE)
def standardized_over_the_table(points):
    F = powers(points)
    return (F - F.mean(0)) / (F.std(0, correction=0) + 1e-6)


@wrong(check.features, says="other points are beside it", kind=Kind.COINCIDENCE)
def by_the_place_in_the_file(points):
    return (torch.arange(len(points)) % 2).float().unsqueeze(1)


@wrong(check.features, says="for 400 points the shape is (3, 4)", kind=Kind.STATE)
def first_table_remembered(points, seen={}):  # noqa: B006
    return seen.setdefault("first", powers(points))[: len(points)]


@wrong(check.features, says="other points are beside it")
def drawn_anew(points):
    return points @ torch.randn(2, 8)


@wrong(check.features, says="the argument points", kind=Kind.ARGUMENT)
def cubed_in_place(points):
    points[:, 0] **= 3
    return points


@wrong(check.features, says="the argument points", kind=Kind.ARGUMENT)
def centred_points(points):
    F = powers(points)
    points -= 0.5
    return F


@wrong(check.features, says="Now there are 1 points", kind=Kind.SHAPE)
def squeezed_rows(points):
    return powers(points).squeeze(0)


@wrong(check.features, says="for 400 points the shape is (4, 400)")
def columns_first(points):
    return powers(points).T


@wrong(check.features, says="for 400 points the shape is (400,)", kind=Kind.SHAPE)
def one_column_without_an_axis(points):
    return near_which_arc(points)[:, 0]


@wrong(check.features, says="20 columns")
def too_many(points):
    return torch.cat([powers(points, 9)] * 2, 1)


@wrong(check.features, says="the dtype is int64", kind=Kind.DTYPE)
def whole_numbers_only(points):
    return (100 * powers(points)).long()


@wrong(check.features, says="the dtype is float16", kind=Kind.DTYPE)
def halves(points):
    return powers(points).half()


@wrong(check.features, says="nan or infinity")
def roots(points):
    return torch.cat([powers(points), points.sqrt()], 1)


@wrong(check.features, says="got one on meta", kind=Kind.ELSEWHERE)
def columns_elsewhere(points):
    return powers(points).to("meta")


@wrong(check.features, says="got list", kind=Kind.TYPE)
def list_of_columns(points):
    x, y = points.T
    return [x, x**2, x**3, y]


@wrong(check.features, says="got ndarray", kind=Kind.TYPE)
def array_of_columns(points):
    return powers(points).numpy()


@wrong(check.features, says="end with a return", kind=Kind.TYPE)
def columns_not_returned(points):
    powers(points)


@wrong(check.features, says="kept from an earlier call", kind=Kind.STATE)
def centred_on_the_first_table(points, kept={}):  # noqa: B006
    return powers(points - kept.setdefault("mean", points.mean(0)))
