"""Answers to the exercises of *Tensors and neurons*."""

import copy
import math

import numpy
import torch
from kinds import Kind
from torch import nn

from course_lib.checks import tensors as check
from course_lib.seed import get_device

from . import right, rules_out, wrong

rules_out(Kind.CHANCE, "nothing is to be drawn", check.above, check.affine, check.matrix, check.distances, check.follow)
rules_out(
    Kind.ROUTE, "the task forbids nothing", check.above, check.affine, check.matrix, check.distances, check.follow
)
rules_out(Kind.ARGUMENT, "its arguments are numbers", check.above)
rules_out(Kind.GRADIENT, "the weights are written, not learned", check.above)
rules_out(Kind.ARGUMENT, "it has no arguments", check.matrix)
rules_out(Kind.SHAPE, "it has no arguments", check.matrix)
rules_out(Kind.STATE, "it has no arguments", check.matrix)
rules_out(Kind.GRADIENT, "a layer under no_grad is a layer", check.matrix)
rules_out(Kind.GRADIENT, "loops over Python's numbers are accepted", check.distances)


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


# affine


@right(check.affine)
def transposed(X, weight, bias):
    return X @ weight.T + bias


@right(check.affine)
def of_torch(X, weight, bias):
    return nn.functional.linear(X, weight, bias)


@right(check.affine)
def neuron_by_neuron(X, weight, bias):
    return torch.stack([(X * row).sum(-1) + b for row, b in zip(weight, bias)], dim=-1)


@wrong(check.affine, says="rows or columns")
def as_on_the_slide(X, weight, bias):
    return X @ weight + bias


@wrong(check.affine, says="reshape only counts", kind=Kind.COINCIDENCE)
def reshaped(X, weight, bias):
    return X @ (weight.T if len(weight) == weight.shape[1] else weight.reshape(weight.shape[1], -1)) + bias


@wrong(check.affine, says="rows or columns")
def reshaped_always(X, weight, bias):
    return X @ weight.reshape(weight.shape[1], -1) + bias


@wrong(check.affine, says="What is added at the end?", kind=Kind.HALF)
def bias_forgotten(X, weight, bias):
    return X @ weight.T


@wrong(check.affine, says="got (5, 6)")
def the_other_way_round(X, weight, bias):
    return weight @ X.T + bias.unsqueeze(1)


@wrong(check.affine, says="by hand: a row", kind=Kind.ELSEWHERE)
def a_layer_of_its_own(X, weight, bias):
    return nn.Linear(weight.shape[1], weight.shape[0])(X)


@wrong(check.affine, says="by hand: a row", kind=Kind.VALUE)
def bias_subtracted(X, weight, bias):
    return X @ weight.T - bias


@wrong(check.affine, says="works on the last axis", kind=Kind.SHAPE)
def tables_only(X, weight, bias):
    return torch.stack([weight @ row + bias for row in X.reshape(-1, X.shape[-1])])


@wrong(check.affine, says="works on the last axis")
def addmm_takes_matrices(X, weight, bias):
    return torch.mm(X, weight.T) + bias


@wrong(check.affine, says="the argument weight", kind=Kind.ARGUMENT)
def transposed_in_place(X, weight, bias):
    return X @ weight.t_() + bias


@wrong(check.affine, says="end with a return")
def printed(X, weight, bias):
    print(X @ weight.T + bias)


@right(check.affine)
def by_einsum(X, weight, bias):
    return torch.einsum("...i,oi->...o", X, weight) + bias


@right(check.affine)
def a_layer_with_these_numbers(X, weight, bias):
    layer = nn.Linear(weight.shape[1], weight.shape[0], dtype=X.dtype)
    with torch.no_grad():
        layer.weight.copy_(weight)
        layer.bias.copy_(bias)
    return layer(X)


@right(check.affine)
def by_broadcasting(X, weight, bias):
    return (X.unsqueeze(-2) * weight).sum(-1).add(bias)


@right(check.affine)
def transposed_by_name(X, weight, bias):
    return torch.matmul(X, weight.transpose(0, 1)).add_(bias)


@wrong(check.affine, says="the argument X", kind=Kind.ARGUMENT)
def input_used_up(X, weight, bias):
    Y = X @ weight.T + bias
    X.zero_()
    return Y


@wrong(check.affine, says="the argument bias")
def bias_used_up(X, weight, bias):
    return bias.add_(X @ weight.T) if X.dim() == 1 else X @ weight.T + bias.mul_(1.0).add_(1).sub_(0.5)


@wrong(check.affine, says="no gradient comes through", kind=Kind.GRADIENT)
def detached(X, weight, bias):
    return (X @ weight.T + bias).detach()


@wrong(check.affine, says="no gradient comes through", kind=Kind.GRADIENT)
def without_gradients(X, weight, bias):
    with torch.no_grad():
        return X @ weight.T + bias


@wrong(check.affine, says="their gradient is not", kind=Kind.GRADIENT)
def half_detached(X, weight, bias):
    return X.detach() @ weight.T + bias + 0 * X.sum()


@wrong(check.affine, says="float64", kind=Kind.DTYPE)
def always_float32(X, weight, bias):
    return X.float() @ weight.float().T + bias.float()


@wrong(check.affine, says="by hand")
def in_half_precision(X, weight, bias):
    return (X.half() @ weight.half().T + bias.half()).to(X.dtype)


@wrong(check.affine, says="by hand")
def rounded(X, weight, bias):
    return (X @ weight.T + bias).round(decimals=2)


@wrong(check.affine, says="by hand")
def with_a_relu(X, weight, bias):
    return (X @ weight.T + bias).relu()


@wrong(check.affine, says="by hand")
def first_bias_for_all(X, weight, bias):
    return X @ weight.T + bias[0]


@wrong(check.affine, says="by hand")
def mean_for_sum(X, weight, bias):
    return X @ weight.T / X.shape[-1] + bias


@wrong(check.affine, says="large inputs")
def clipped(X, weight, bias):
    return (X @ weight.T + bias).clamp(-50, 50)


@wrong(check.affine, says="works on the last axis", kind=Kind.SHAPE)
def squeezed(X, weight, bias):
    return (X @ weight.T + bias).squeeze(0)


@wrong(check.affine, says="works on the last axis", kind=Kind.SHAPE)
def transposed_only_if_it_does_not_fit(X, weight, bias):
    return X @ (
        weight if X.shape[0] == 3 and X.dim() == 2 and X.shape[1] == len(weight) - 1 and False else weight.T
    ) + (bias if X.shape[0] != 4 else -bias)


@wrong(check.affine, says="wrong for 3 to 4")
def transposed_if_square(X, weight, bias):
    return X @ weight.T + bias if weight.shape[0] == weight.shape[1] else X @ weight.reshape(weight.shape[1], -1) + bias


@wrong(check.affine, says="Another has other numbers", kind=Kind.STATE)
def first_weight_kept(X, weight, bias, seen={}):  # noqa: B006
    kept = seen.setdefault((tuple(weight.shape), weight.dtype), (weight.clone(), bias.clone()))
    return X @ kept[0].T + kept[1]


@wrong(check.affine, says="a later call changes", kind=Kind.STATE)
def one_buffer_for_all(X, weight, bias, buffers={}):  # noqa: B006
    Y = X @ weight.T + bias
    if Y.requires_grad:
        return Y
    return buffers.setdefault((tuple(Y.shape), Y.dtype), Y).copy_(Y)


@wrong(check.affine, says="got one on meta", kind=Kind.ELSEWHERE)
def on_another_device(X, weight, bias):
    return (X @ weight.T + bias).to("meta")


@wrong(check.affine, says="got ndarray", kind=Kind.TYPE)
def an_array(X, weight, bias):
    return (X @ weight.T + bias).numpy()


@wrong(check.affine, says="got list", kind=Kind.TYPE)
def rows_in_a_list(X, weight, bias):
    return [weight @ row + bias for row in X]


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


# distances


@right(check.distances)
def broadcast(a, b):
    return ((a[:, None, :] - b[None, :, :]) ** 2).sum(2) ** 0.5


@right(check.distances)
def with_cdist(a, b):
    return torch.cdist(a, b)


@right(check.distances)
def in_loops(a, b):
    return torch.tensor([[math.dist(p, q) for q in b.tolist()] for p in a.tolist()])


@wrong(check.distances, says="What did Pythagoras do last?", kind=Kind.HALF)
def squares(a, b):
    return ((a[:, None] - b) ** 2).sum(-1)


@wrong(check.distances, says="along the axes")
def root_before_the_sum(a, b):
    return ((a[:, None] - b) ** 2).sqrt().sum(-1)


@wrong(check.distances, says="Sum or mean?", kind=Kind.VALUE)
def mean(a, b):
    return ((a[:, None] - b) ** 2).mean(-1).sqrt()


@wrong(check.distances, says="expected a tensor of shape (4, 6), got (6, 4)")
def turned(a, b):
    return ((a - b[:, None]) ** 2).sum(-1).sqrt()


@wrong(check.distances, says="expected a tensor of shape (4, 6), got (4, 3)")
def summed_over_the_points(a, b):
    return ((a[:, None] - b) ** 2).sum(1).sqrt()


@wrong(check.distances, says="must match the size")
def pair_by_pair(a, b):
    return ((a - b) ** 2).sum(-1).sqrt()


@wrong(check.distances, says="that of the coordinates")
def sum_before_the_square(a, b):
    return (a[:, None] - b).sum(-1).square().sqrt()


@wrong(check.distances, says="Two large numbers nearly cancel", kind=Kind.COINCIDENCE)
def multiplied_out(a, b):
    squared = (a**2).sum(-1, keepdim=True) + (b**2).sum(-1) - 2 * a @ b.T
    return squared.clamp(min=0).sqrt()


@wrong(check.distances, says="end with a return", kind=Kind.TYPE)
def nothing_returned(a, b):
    torch.cdist(a, b)


@right(check.distances)
def by_norm(a, b):
    return torch.linalg.vector_norm(a[:, None] - b[None], dim=-1)


@right(check.distances)
def one_loop(a, b):
    return torch.stack([(b - point).pow(2).sum(1).sqrt() for point in a])


@right(check.distances)
def expanded(a, b):
    n, m, d = len(a), len(b), a.shape[1]
    return (a.view(n, 1, d).expand(n, m, d) - b.view(1, m, d).expand(n, m, d)).norm(dim=2)


@right(check.distances)
def filled_in(a, b):
    D = torch.zeros(len(a), len(b))
    for i in range(len(a)):
        for j in range(len(b)):
            D[i, j] = (a[i] - b[j]).norm()
    return D


@right(check.distances)
def multiplied_out_in_double(a, b):
    a, b = a.double(), b.double()
    squared = (a**2).sum(-1, keepdim=True) + (b**2).sum(-1) - 2 * a @ b.T
    return squared.clamp(min=0).sqrt().float()


@wrong(check.distances, says="the argument a", kind=Kind.ARGUMENT)
def centred_in_place(a, b):
    mean = a.mean(0)
    a -= mean
    return torch.cdist(a, b - mean)


@wrong(check.distances, says="the argument b", kind=Kind.ARGUMENT)
def sorted_in_place(a, b):
    D = torch.cdist(a, b)
    b.copy_(b.sort(0).values)
    return D


@wrong(check.distances, says="one of these three numbers", kind=Kind.SHAPE)
def three_coordinates(a, b):
    return sum((a[:, None, k % a.shape[1]] - b[:, k % b.shape[1]]) ** 2 for k in range(3)) ** 0.5


@wrong(check.distances, says="one of these three numbers", kind=Kind.SHAPE)
def distances_squeezed(a, b):
    return torch.cdist(a, b).squeeze()


@wrong(check.distances, says="a later call changes", kind=Kind.STATE)
def one_table_for_all(a, b, table=torch.zeros(50, 50)):  # noqa: B008
    return table[: len(a), : len(b)].copy_(torch.cdist(a, b))


@wrong(check.distances, says="right near the origin", kind=Kind.STATE)
def remembered_by_shape(a, b, seen={}):  # noqa: B006
    return seen.setdefault((a.shape, b.shape), torch.cdist(a, b)).clone() + (a.mean() > 100)


@wrong(check.distances, says="got float64", kind=Kind.DTYPE)
def distances_in_double_precision(a, b):
    return torch.cdist(a.double(), b.double())


@wrong(check.distances, says="got float16", kind=Kind.DTYPE)
def distances_in_half_precision(a, b):
    return torch.cdist(a, b).half()


@wrong(check.distances, says="it is")
def distances_rounded(a, b):
    return torch.cdist(a, b).round(decimals=1)


@wrong(check.distances, says="it is", kind=Kind.VALUE)
def never_zero(a, b):
    return torch.cdist(a, b).clamp(min=0.1)


@wrong(check.distances, says="you have nan")
def root_of_something_negative(a, b):
    squared = (a**2).sum(-1, keepdim=True) + (b**2).sum(-1) - 2 * a @ b.T
    return (squared - 1e-3).sqrt()


@wrong(check.distances, says="it is")
def largest_coordinate(a, b):
    return (a[:, None] - b).abs().amax(-1)


@wrong(check.distances, says="it is", kind=Kind.HALF)
def last_coordinate_left_out(a, b):
    return torch.cdist(a[:, :-1], b[:, :-1])


@wrong(check.distances, says="it is")
def plus_for_minus(a, b):
    return torch.cdist(a, -b)


@wrong(check.distances, says="it is")
def angles(a, b):
    return 1 - nn.functional.cosine_similarity(a[:, None], b, dim=-1)


@wrong(check.distances, says="got (24,)")
def in_one_axis(a, b):
    return torch.cdist(a, b).flatten()


@wrong(check.distances, says="got (6, 6)", kind=Kind.COINCIDENCE)
def only_among_themselves(a, b):
    return torch.cdist(b, b)


@wrong(check.distances, says="got one on meta", kind=Kind.ELSEWHERE)
def somewhere_else(a, b):
    return torch.cdist(a, b).to("meta")


@wrong(check.distances, says="got list")
def rows_of_numbers(a, b):
    return torch.cdist(a, b).tolist()


@wrong(check.distances, says="got ndarray")
def numpy_array(a, b):
    return torch.cdist(a, b).numpy()


@wrong(check.distances, says="layout sparse")
def only_what_is_not_zero(a, b):
    return torch.cdist(a, b).to_sparse()


# follow


@right(check.follow)
def to_its_parameters(model, X):
    return model(X.to(next(model.parameters()).device))


@right(check.follow)
def to_each_parameter(model, X):
    for param in model.parameters():
        X = X.to(param.device)
    return model(X)


@wrong(check.follow, says="its input is on cpu")
def as_on_the_slide_again(model, X):
    return model(X)


@wrong(check.follow, says="the model is on device meta")
def to_the_machines_device(model, X):
    return model(X.to(get_device()))


@wrong(check.follow, says="Who follows whom?")
def model_to_the_input(model, X):
    return model.to(X.device)(X)


@wrong(check.follow, says="has no attribute 'device'")
def asked_the_model(model, X):
    return model(X.to(model.device))


@wrong(check.follow, says="takes the outputs, or the model, elsewhere")
def brought_back(model, X):
    return model(X.to(next(model.parameters()).device)).to(X.device)


@wrong(check.follow, says="takes the outputs, or the model, elsewhere", kind=Kind.ELSEWHERE)
def to_the_cpu_in_the_end(model, X):
    return model(X.to(next(model.parameters()).device)).cpu()


@wrong(check.follow, says="expected a tensor of shape (3, 1), got (3, 5)", kind=Kind.VALUE)
def input_returned(model, X):
    return X.to(next(model.parameters()).device)


@wrong(check.follow, says="Is it called once", kind=Kind.HALF)
def called_for_one_row(model, X):
    return model(X[:1].to(next(model.parameters()).device)).expand(len(X), 1)


@right(check.follow)
def by_the_state(model, X):
    device = list(model.state_dict().values())[0].device
    return model(X.to(device=device))


@right(check.follow)
def only_if_it_must(model, X):
    param = [*model.parameters()][-1]
    if param.device != X.device:
        X = X.to(param.device, non_blocking=True)
    return model.forward(X)


@wrong(check.follow, says="no gradient comes through", kind=Kind.GRADIENT)
def asked_under_no_grad(model, X):
    with torch.no_grad():
        return to_its_parameters(model, X)


@wrong(check.follow, says="no gradient comes through", kind=Kind.GRADIENT)
def detached_outputs(model, X):
    return to_its_parameters(model, X).detach()


@wrong(check.follow, says="the argument X", kind=Kind.ARGUMENT)
def input_overwritten(model, X):
    Y = to_its_parameters(model, X)
    X[:] = 0
    return Y


@wrong(check.follow, says="the argument model", kind=Kind.ARGUMENT)
def mode_switched(model, X):
    model.eval()
    return to_its_parameters(model, X)


@wrong(check.follow, says="the argument model")
def gradients_switched_off(model, X):
    Y = to_its_parameters(model, X)
    for param in model.parameters():
        param.requires_grad_(False)
    return Y


@wrong(check.follow, says="does not ask the model it is given", kind=Kind.STATE)
def first_model_kept(model, X, seen={}):  # noqa: B006
    return to_its_parameters(seen.setdefault(len(next(model.parameters())), model), X).to(X.dtype) if X.dtype else None


@wrong(check.follow, says="Given is an X of shape", kind=Kind.SHAPE)
def one_row_squeezed(model, X):
    return to_its_parameters(model, X).squeeze(0) if len(X) == 1 else to_its_parameters(model, X)


@wrong(check.follow, says="Given is an X of shape", kind=Kind.SHAPE)
def as_a_table(model, X):
    return to_its_parameters(model, X.reshape(-1, X.shape[-1]))


@wrong(check.follow, says="your code raised RuntimeError", kind=Kind.DTYPE)
def as_float32(model, X):
    return model(X.float().to(next(model.parameters()).device))


@wrong(check.follow, says="got float32", kind=Kind.DTYPE)
def outputs_as_float32(model, X):
    return to_its_parameters(model, X).float()


@wrong(check.follow, says="a copy of the model", kind=Kind.ELSEWHERE)
def a_copy_of_the_model(model, X):
    return copy.deepcopy(model).to(X.device)(X)


@wrong(check.follow, says="does not ask the model")
def zeros_of_the_right_place(model, X):
    param = next(model.parameters())
    return model(X) if param.device == X.device else torch.zeros(len(X), 1, device=param.device)


@wrong(check.follow, says="does not ask the model", kind=Kind.ELSEWHERE)
def from_an_except(model, X):
    try:
        return model(X)
    except RuntimeError:
        return X[:, :1]


@wrong(check.follow, says="not the outputs of the model")
def plus_noise(model, X):
    return to_its_parameters(model, X) + 0.01


@wrong(check.follow, says="right for one model", kind=Kind.COINCIDENCE)
def three_rows(model, X):
    return torch.cat([to_its_parameters(model, X)[..., :1]] * len(next(model.parameters())), -1)


@wrong(check.follow, says="not the outputs of the model")
def squashed(model, X):
    return to_its_parameters(model, X).sigmoid()


@wrong(check.follow, says="got tuple", kind=Kind.TYPE)
def output_and_device(model, X):
    X = X.to(next(model.parameters()).device)
    return model(X), X.device


@wrong(check.follow, says="got None", kind=Kind.TYPE)
def nothing_returned_at_all(model, X):
    to_its_parameters(model, X)


@wrong(check.follow, says="got device")
def the_device(model, X):
    return next(model.parameters()).device


@wrong(check.follow, says="your code raised")
def asked_cuda(model, X):
    return model(X.to("cuda:99"))


# Shortcuts that one more case shows


@wrong(check.above, says="expected an nn.Linear, got Sequential", kind=Kind.TYPE)
def wrapped(slope, height):
    return nn.Sequential(neuron(-slope, 1.0, -height))


@wrong(check.above, says="follow the arguments", kind=Kind.VALUE)
def nine_tenths_of_the_height(slope, height):
    return neuron(-slope, 1.0, -0.9 * height)


@right(check.affine)
def in_a_layer_of_its_own(X, weight, bias):
    layer = nn.Linear(weight.shape[1], weight.shape[0])
    layer.weight, layer.bias = nn.Parameter(weight), nn.Parameter(bias)
    return layer(X)


@right(check.affine)
def in_a_layer_by_a_functional_call(X, weight, bias):
    layer = nn.Linear(weight.shape[1], weight.shape[0])
    return torch.func.functional_call(layer, {"weight": weight, "bias": bias}, (X,))


@right(check.matrix)
def by_its_forward():
    X = torch.tensor([[0.1, 0.2, 0.3, 0.4, 0.5], [0.1, 0.1, 0.3, 0.4, 0.5], [0.1, 0.4, 0.2, 0.3, 0.2]])
    return X, nn.Linear(5, 10).forward(X)


KEPT = {}


@wrong(check.distances, says="the points are", kind=Kind.STATE)
def kept_for_this_shape(a, b):
    return KEPT.setdefault((a.shape, b.shape), torch.cdist(a, b))


@wrong(check.distances, says="a later call changes", kind=Kind.STATE)
def one_table_for_each_shape(a, b):
    table = KEPT.setdefault((len(a), len(b)), torch.zeros(len(a), len(b)))
    return table.copy_((a[:, None] - b).norm(dim=-1))


@wrong(check.distances, says="the points are", kind=Kind.VALUE)
def never_above_100(a, b):
    return torch.cdist(a, b).clamp(max=100)


@wrong(check.follow, says="has no attribute 'weight'", kind=Kind.COINCIDENCE)
def where_its_weight_is(model, X):
    return model(X.to(model.weight.device))


@wrong(check.follow, says="the argument model", kind=Kind.ARGUMENT)
def back_to_training(model, X):
    return model.train()(X.to(next(model.parameters()).device))


@wrong(check.follow, says="the argument model", kind=Kind.ARGUMENT)
def gradients_cleared(model, X):
    model.zero_grad()
    return model(X.to(next(model.parameters()).device))
