"""Answers to the exercises of *Tensors and neurons*."""

import math

import torch
from torch import nn

from course_lib.checks import tensors as check
from course_lib.seed import get_device

from . import right, wrong


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


@wrong(check.above, says="Bring everything to one side")
def left_at_random(slope, height):
    return nn.Linear(2, 1)


@wrong(check.above, says="follow the arguments")
def one_line_for_all(slope, height):
    return neuron(-2.0, 1.0, -1.0)


@wrong(check.above, says="Is its last step a sigmoid?")
def with_a_sigmoid(slope, height):
    return nn.Sequential(neuron(-slope, 1.0, -height), nn.Sigmoid())


@wrong(check.above, says="nn.Linear(2, 1)")
def two_neurons(slope, height):
    return nn.Linear(2, 2)


@wrong(check.above, says="in-place operation")
def written_while_learning(slope, height):
    made = nn.Linear(2, 1)
    made.weight[0] = torch.tensor([-slope, 1.0])
    return made


@wrong(check.above, says="Return the nn.Linear itself")
def a_function(slope, height):
    return lambda points: points @ torch.tensor([[-slope], [1.0]]) - height


@wrong(check.above, says="end with a return")
def without_return(slope, height):
    neuron(-slope, 1.0, -height)


# count

right(check.count)((5, 105))
right(check.count)([5.0, torch.tensor(105)])
wrong(check.count, says="100 is the number of weights")((100, 105))
wrong(check.count, says="How many come out?")((20, 105))
wrong(check.count, says="Each neuron gives one number")((25, 105))
wrong(check.count, says="What else has each neuron?")((5, 100))
wrong(check.count, says="Each has its own")((5, 101))
wrong(check.count, says="or to a neuron")((5, 120))
wrong(check.count, says="for one neuron first")((5, 25))
wrong(check.count, says="a comma between them")(105)
wrong(check.count, says="a comma between them")((5, 100, 5))
wrong(check.count, says="a comma between them")(None)
wrong(check.count, says="expected one number, got str")(("5", "105"))


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


@wrong(check.affine, says="reshape only counts")
def reshaped(X, weight, bias):
    return X @ (weight.T if len(weight) == weight.shape[1] else weight.reshape(weight.shape[1], -1)) + bias


@wrong(check.affine, says="rows or columns")
def reshaped_always(X, weight, bias):
    return X @ weight.reshape(weight.shape[1], -1) + bias


@wrong(check.affine, says="What is added at the end?")
def bias_forgotten(X, weight, bias):
    return X @ weight.T


@wrong(check.affine, says="got (5, 6)")
def the_other_way_round(X, weight, bias):
    return weight @ X.T + bias.unsqueeze(1)


@wrong(check.affine, says="Compute one output by hand")
def a_layer_of_its_own(X, weight, bias):
    return nn.Linear(weight.shape[1], weight.shape[0])(X)


@wrong(check.affine, says="Compute one output by hand")
def bias_subtracted(X, weight, bias):
    return X @ weight.T - bias


@wrong(check.affine, says="works on the last axis")
def tables_only(X, weight, bias):
    return torch.stack([weight @ row + bias for row in X.reshape(-1, X.shape[-1])])


@wrong(check.affine, says="works on the last axis")
def addmm_takes_matrices(X, weight, bias):
    return torch.mm(X, weight.T) + bias


@wrong(check.affine, says="Make a new one")
def transposed_in_place(X, weight, bias):
    return X @ weight.t_() + bias


@wrong(check.affine, says="end with a return")
def printed(X, weight, bias):
    print(X @ weight.T + bias)


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


@wrong(check.matrix, says="row 0 is [0.0, 1.0, 0.2, 0.3, 0.4]")
def cut_to_five():
    X = torch.tensor([[0, 1, 0.2, 0.3, 0.4], *ROWS[1:]])
    return X, nn.Linear(5, 10)(X)


@wrong(check.matrix, says="row 1 is [0.1, 0.1, 0.3, 0.5, 0.4]")
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


@wrong(check.matrix, says="expected a tensor of shape (3, 10), got (3, 1)")
def one_output():
    X = torch.tensor(ROWS)
    return X, nn.Linear(5, 1)(X)


@wrong(check.matrix, says="X has dtype float64")
def in_float64():
    X = torch.tensor(ROWS, dtype=torch.float64)
    return X, nn.Linear(5, 10, dtype=torch.float64)(X)


@wrong(check.matrix, says="no weight that could learn")
def without_a_layer():
    X = torch.tensor(ROWS)
    return X, X @ torch.rand(5, 10)


@wrong(check.matrix, says="does not return two tensors")
def only_the_output():
    return nn.Linear(5, 10)(torch.tensor(ROWS))


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


@wrong(check.distances, says="What did Pythagoras do last?")
def squares(a, b):
    return ((a[:, None] - b) ** 2).sum(-1)


@wrong(check.distances, says="along the axes")
def root_before_the_sum(a, b):
    return ((a[:, None] - b) ** 2).sqrt().sum(-1)


@wrong(check.distances, says="Sum or mean?")
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


@wrong(check.distances, says="Two large numbers nearly cancel")
def multiplied_out(a, b):
    squared = (a**2).sum(-1, keepdim=True) + (b**2).sum(-1) - 2 * a @ b.T
    return squared.clamp(min=0).sqrt()


@wrong(check.distances, says="end with a return")
def nothing_returned(a, b):
    torch.cdist(a, b)


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


@wrong(check.follow, says="takes the outputs elsewhere")
def brought_back(model, X):
    return model(X.to(next(model.parameters()).device)).to(X.device)


@wrong(check.follow, says="takes the outputs elsewhere")
def to_the_cpu_in_the_end(model, X):
    return model(X.to(next(model.parameters()).device)).cpu()


@wrong(check.follow, says="expected a tensor of shape (3, 1), got (3, 5)")
def input_returned(model, X):
    return X.to(next(model.parameters()).device)


@wrong(check.follow, says="Is it called once")
def called_for_one_row(model, X):
    return model(X[:1].to(next(model.parameters()).device)).expand(len(X), 1)
