"""Answers to the exercises of *Tensors*."""

import copy
import math

import numpy
import torch
from kinds import Kind
from torch import nn

from course_lib.checks import tensors as check
from course_lib.seed import get_device

from . import right, rules_out, wrong

BUILT = (check.interleave, check.distances, check.walk, check.difference, check.follow)
rules_out(Kind.CHANCE, "nothing is to be drawn", *BUILT)
rules_out(Kind.ROUTE, "the task forbids nothing", *BUILT)
rules_out(Kind.GRADIENT, "loops over Python's numbers are accepted", check.distances)
rules_out(Kind.GRADIENT, "bytes have no gradient", check.difference)


# interleave


@right(check.interleave)
def stacked(a, b):
    return torch.stack([a, b], dim=1).flatten(0, 1)


@right(check.interleave)
def stacked_and_reshaped(a, b):
    return torch.stack((a, b), 1).reshape(-1, *a.shape[1:])


@right(check.interleave)
def written_by_ranges(a, b):
    turns = torch.empty(2 * len(a), *a.shape[1:], dtype=a.dtype)
    turns[0::2], turns[1::2] = a, b
    return turns


@right(check.interleave)
def row_by_row(a, b):
    return torch.stack([row for pair in zip(a, b) for row in pair])


@right(check.interleave)
def picked_by_a_list(a, b):
    n = len(a)
    return torch.cat([a, b])[[i // 2 + n * (i % 2) for i in range(2 * n)]]


@right(check.interleave)
def exchanged_axes(a, b):
    return torch.stack([a, b]).transpose(0, 1).flatten(0, 1)


@wrong(check.interleave, says="first come all rows of a", kind=Kind.VALUE)
def one_after_the_other(a, b):
    return torch.cat([a, b])


@wrong(check.interleave, says="first come all rows of a")
def new_axis_in_front(a, b):
    return torch.stack([a, b]).flatten(0, 1)


@wrong(check.interleave, says="the rows of b come first")
def b_before_a(a, b):
    return torch.stack([b, a], dim=1).flatten(0, 1)


@wrong(check.interleave, says="got (3, 2, 2)", kind=Kind.HALF)
def not_joined(a, b):
    return torch.stack([a, b], dim=1)


@wrong(check.interleave, says="Are the rows as they were?", kind=Kind.COINCIDENCE)
def numbers_take_turns(a, b):
    return torch.stack([a, b], dim=-1).reshape(2 * len(a), *a.shape[1:])


@wrong(check.interleave, says="got (3, 4)")
def side_by_side(a, b):
    return torch.cat([a, b], dim=1)


@wrong(check.interleave, says="Are the rows as they were?")
def b_upside_down(a, b):
    return torch.stack([a, b.flip(0)], dim=1).flatten(0, 1)


@wrong(check.interleave, says="the argument a", kind=Kind.ARGUMENT)
def resized(a, b):
    both = stacked(a, b)
    a.resize_(both.shape).copy_(both)
    return a


@wrong(check.interleave, says="the argument b", kind=Kind.ARGUMENT)
def b_used_up(a, b):
    both = stacked(a, b)
    b.zero_()
    return both


@wrong(check.interleave, says="Right for 3 rows of 2", kind=Kind.SHAPE)
def for_tables(a, b):
    return torch.stack([a, b], dim=1).reshape(2 * len(a), -1)


@wrong(check.interleave, says="Right for 3 rows of 2", kind=Kind.SHAPE)
def without_axes_of_one(a, b):
    return stacked(a, b).squeeze()


@wrong(check.interleave, says="your code raised")
def two_axes_only(a, b):
    n, d = a.shape
    return torch.stack([a, b], dim=1).view(2 * n, d)


@wrong(check.interleave, says="expected a tensor of shape (2, 4), got (6, 4)", kind=Kind.SHAPE)
def for_three_rows(a, b):
    return torch.stack([(a, b)[i % 2][i // 2 % len(a)] for i in range(6)])


@wrong(check.interleave, says="a later call changes", kind=Kind.STATE)
def one_buffer(a, b, buffers={}):  # noqa: B006
    both = stacked(a, b)
    if both.requires_grad:
        return both
    buffer = buffers.setdefault(both.dtype, torch.zeros(500, dtype=both.dtype))
    buffer[: both.numel()] = both.flatten()
    return buffer[: both.numel()].view(both.shape)


@wrong(check.interleave, says="float64", kind=Kind.DTYPE)
def always_float32(a, b):
    return stacked(a.float(), b.float())


@wrong(check.interleave, says="Right for 3 rows of 2")
def clipped_to_ten(a, b):
    return stacked(a, b).clamp(-10, 10)


@wrong(check.interleave, says="no gradient comes through", kind=Kind.GRADIENT)
def detached_rows(a, b):
    return stacked(a, b).detach()


@wrong(check.interleave, says="reaches only some", kind=Kind.GRADIENT)
def one_side_detached(a, b):
    return stacked(a, b.detach())


@wrong(check.interleave, says="got one on meta", kind=Kind.ELSEWHERE)
def rows_elsewhere(a, b):
    return stacked(a, b).to("meta")


@wrong(check.interleave, says="got list", kind=Kind.TYPE)
def list_of_rows(a, b):
    return [row for pair in zip(a, b) for row in pair]


@wrong(check.interleave, says="end with a return", kind=Kind.TYPE)
def turns_not_returned(a, b):
    stacked(a, b)


# reach

right(check.reach)((5, 3))
right(check.reach)([5, 3])
right(check.reach)(torch.Size([5, 3]))
right(check.reach)(torch.tensor([5, 3]))
wrong(check.reach, says="What is left of it", kind=Kind.GUESS)((6, 3))
wrong(check.reach, says="What is left of it", kind=Kind.GUESS)((6, 4))
wrong(check.reach, says="the 1 is the one that stretches", kind=Kind.GUESS)((1, 4))
wrong(check.reach, says="the 1 is the one that stretches")((1, 3))
wrong(check.reach, says="line them up from the right")((4, 5))
wrong(check.reach, says="How many are left?", kind=Kind.GUESS)((5, 4))
wrong(check.reach, says="from the second column to the last", kind=Kind.GUESS)((5, 1))
wrong(check.reach, says="Go line by line", kind=Kind.VALUE)((5, 2))
wrong(check.reach, says="Go line by line")((3, 5))
wrong(check.reach, says="Go line by line")((30, 3))
wrong(check.reach, says="expected 2 numbers, got 3", kind=Kind.TYPE)((6, 5, 3))
wrong(check.reach, says="expected 2 numbers, got 1")((5,))
wrong(check.reach, says="got str", kind=Kind.TYPE)("(5, 3)")
wrong(check.reach, says="got int")(5)
wrong(check.reach, says="got None")(None)
wrong(check.reach, says="finite")((5, math.inf))


# distances


@right(check.distances)
def broadcast(a, b):
    return ((a[:, None, :] - b[None, :, :]) ** 2).sum(2) ** 0.5


@right(check.distances)
def with_cdist(a, b):
    return torch.cdist(a, b)


@right(check.distances)
def in_loops(a, b):
    return torch.tensor([[math.dist(p, q) for q in b.tolist()] for p in a.tolist()], dtype=a.dtype)


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
    D = torch.zeros(len(a), len(b), dtype=a.dtype)
    for i in range(len(a)):
        for j in range(len(b)):
            D[i, j] = (a[i] - b[j]).norm()
    return D


@right(check.distances)
def multiplied_out_in_double(a, b):
    dtype, a, b = a.dtype, a.double(), b.double()
    squared = (a**2).sum(-1, keepdim=True) + (b**2).sum(-1) - 2 * a @ b.T
    return squared.clamp(min=0).sqrt().to(dtype)


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


@wrong(check.distances, says="expected the dtype float64, got float32", kind=Kind.DTYPE)
def distances_always_in_float32(a, b):
    return (a.unsqueeze(1) - b).square().sum(-1).sqrt().float()


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


# walk


@right(check.walk)
def a_new_tensor_each_time(start, moves):
    position, path = start, [start]
    for move in moves:
        position = position + move
        path.append(position)
    return torch.stack(path)


@right(check.walk)
def summed_up(start, moves):
    return torch.cat([start.unsqueeze(0), start + moves.cumsum(dim=0)])


@right(check.walk)
def cloned_twice(start, moves):
    position = start.clone()
    path = [position.clone()]
    for move in moves:
        position += move
        path.append(position.clone())
    return torch.stack(path)


@right(check.walk)
def the_start_as_a_move(start, moves):
    return torch.cat([start[None], moves]).cumsum(0)


@right(check.walk)
def each_sum_anew(start, moves):
    return torch.stack([start + moves[:i].sum(0) for i in range(len(moves) + 1)])


@wrong(check.walk, says="the argument start", kind=Kind.ARGUMENT)
def walk_as_it_stands(start, moves):
    position, path = start, [start]
    for move in moves:
        position += move
        path.append(position)
    return torch.stack(path)


@wrong(check.walk, says="every row is the same position")
def only_the_start_cloned(start, moves):
    position = start.clone()
    path = [position]
    for move in moves:
        position += move
        path.append(position)
    return torch.stack(path)


@wrong(check.walk, says="from the second row on", kind=Kind.HALF)
def the_first_kept(start, moves):
    position = start.clone()
    path = [start]
    for move in moves:
        position += move
        path.append(position)
    return torch.stack(path)


@wrong(check.walk, says="the argument start", kind=Kind.ARGUMENT)
def only_the_copies_kept(start, moves):
    position, path = start, [start.clone()]
    for move in moves:
        position += move
        path.append(position.clone())
    return torch.stack(path)


@wrong(check.walk, says="the argument moves", kind=Kind.ARGUMENT)
def moves_summed_in_place(start, moves):
    return torch.cat([start[None], moves.cumsum_(0) + start])


@wrong(check.walk, says="each move begins at the start again")
def always_from_the_start(start, moves):
    return torch.cat([start[None], start + moves])


@wrong(check.walk, says="Walk the first two moves by hand", kind=Kind.VALUE)
def start_left_out_of_the_sum(start, moves):
    return torch.cat([start[None], moves.cumsum(0)])


@wrong(check.walk, says="Walk the first two moves by hand")
def backwards(start, moves):
    return torch.cat([start[None], start + moves.flip(0).cumsum(0)])


@wrong(check.walk, says="got (4, 2)", kind=Kind.HALF)
def without_the_start(start, moves):
    return start + moves.cumsum(0)


@wrong(check.walk, says="got (2,)")
def only_the_end(start, moves):
    return start + moves.sum(0)


@wrong(check.walk, says="Walk the first two moves by hand")
def summed_along_the_row(start, moves):
    return torch.cat([start[None], start + moves.cumsum(1)])


@wrong(check.walk, says="Right for four moves", kind=Kind.SHAPE)
def four_moves(start, moves):
    path = [start]
    for i in range(4):
        path.append(path[-1] + moves[i % max(len(moves), 1)])
    return torch.stack(path[: len(moves) + 2])


@wrong(check.walk, says="your code raised", kind=Kind.SHAPE)
def at_least_one_move(start, moves):
    path = [start, start + moves[0]]
    for move in moves[1:]:
        path.append(path[-1] + move)
    return torch.stack(path)


@wrong(check.walk, says="Right for four moves")
def squeezed_path(start, moves):
    return summed_up(start, moves).squeeze()


@wrong(check.walk, says="a later call changes", kind=Kind.STATE)
def one_path_for_all(start, moves, path=torch.zeros(20, 3)):  # noqa: B008
    found = summed_up(start, moves)
    if found.requires_grad or found.dtype != torch.float32:
        return found
    kept = path[: len(found), : len(start)]
    return kept.copy_(found)


SEEN_PATHS = {}


@wrong(check.walk, says="Right for four moves", kind=Kind.STATE)
def path_remembered_by_shape(start, moves):
    return SEEN_PATHS.setdefault((start.shape, moves.shape), summed_up(start, moves))


@wrong(check.walk, says="float64", kind=Kind.DTYPE)
def path_in_float32(start, moves):
    return summed_up(start.float(), moves.float())


@wrong(check.walk, says="no gradient comes through", kind=Kind.GRADIENT)
def path_without_gradients(start, moves):
    with torch.no_grad():
        return summed_up(start, moves)


@wrong(check.walk, says="no gradient comes through", kind=Kind.GRADIENT)
def path_of_numbers(start, moves):
    rows = [start.tolist()]
    for move in moves.tolist():
        rows.append([p + m for p, m in zip(rows[-1], move)])
    return torch.tensor(rows, dtype=start.dtype)


@wrong(check.walk, says="reaches only some", kind=Kind.GRADIENT)
def start_detached(start, moves):
    return summed_up(start.detach(), moves)


@wrong(check.walk, says="got one on meta", kind=Kind.ELSEWHERE)
def path_elsewhere(start, moves):
    return summed_up(start, moves).to("meta")


@wrong(check.walk, says="Walk the first two moves by hand", kind=Kind.COINCIDENCE)
def rounded_path(start, moves):
    return summed_up(start, moves).round(decimals=1)


@wrong(check.walk, says="got list", kind=Kind.TYPE)
def list_of_positions(start, moves):
    return list(summed_up(start, moves))


@wrong(check.walk, says="end with a return", kind=Kind.TYPE)
def path_not_returned(start, moves):
    summed_up(start, moves)


# difference


@right(check.difference)
def floats_first(a, b):
    return (a.float() - b.float()).abs().mean()


@right(check.difference)
def whole_numbers_with_room(a, b):
    return (a.int() - b.int()).abs().float().mean()


@right(check.difference)
def larger_minus_smaller(a, b):
    return (torch.maximum(a, b) - torch.minimum(a, b)).float().mean()


@right(check.difference)
def by_l1_loss(a, b):
    return nn.functional.l1_loss(a.float(), b.float())


@right(check.difference)
def only_one_converted(a, b):
    return (a.float() - b).abs().mean()


@right(check.difference)
def in_sixteen_bits(a, b):
    return (a.to(torch.int16) - b.to(torch.int16)).abs().double().mean().float()


@wrong(check.difference, says="a distance of 1 counts as 255")
def difference_as_it_stands(a, b):
    return (a - b).abs().float().mean()


@wrong(check.difference, says="a distance of 1 counts as 255")
def float_before_abs(a, b):
    return (a - b).float().abs().mean()


@wrong(check.difference, says="what is brighter cancels", kind=Kind.HALF)
def abs_forgotten(a, b):
    return (a.float() - b.float()).mean()


@wrong(check.difference, says="these are squares", kind=Kind.VALUE)
def squared(a, b):
    return nn.functional.mse_loss(a.float(), b.float())


@wrong(check.difference, says="is a sum over all pixels", kind=Kind.VALUE)
def summed(a, b):
    return (a.float() - b.float()).abs().sum()


@wrong(check.difference, says="on a scale from 0 to 1")
def from_0_to_1(a, b):
    return (a.float() / 255 - b.float() / 255).abs().mean()


@wrong(check.difference, says="What holds the right ones?")
def signed_bytes(a, b):
    return (a.to(torch.int8) - b.to(torch.int8)).abs().float().mean()


@wrong(check.difference, says="What holds the right ones?")
def root_of_the_mean_square(a, b):
    return squared(a, b).sqrt()


@wrong(check.difference, says="What holds the right ones?", kind=Kind.COINCIDENCE)
def difference_of_the_means(a, b):
    return (a.float().mean() - b.float().mean()).abs()


@wrong(check.difference, says="What holds the right ones?", kind=Kind.COINCIDENCE)
def twice_what_a_has_more(a, b):
    return 2 * (a.float() - b.float()).clamp(min=0).mean()


@wrong(check.difference, says="got (5,)", kind=Kind.SHAPE)
def mean_of_columns(a, b):
    return (a.float() - b.float()).abs().mean(0)


@wrong(check.difference, says="Right for one pair of pictures", kind=Kind.SHAPE)
def for_twenty_pixels(a, b):
    return (a.float() - b.float()).abs().sum() / 20


@wrong(check.difference, says="Right for one pair of pictures")
def never_quite_white(a, b):
    return floats_first(a, b).clamp(max=200)


@wrong(check.difference, says="the argument a", kind=Kind.ARGUMENT)
def sorted_pixels(a, b):
    found = floats_first(a, b)
    a.copy_(torch.maximum(a, b))
    return found


LAST = {}


@wrong(check.difference, says="Right for one pair of pictures", kind=Kind.STATE)
def remembered(a, b):
    return LAST.setdefault(a.shape, floats_first(a, b)).clone()


@wrong(check.difference, says="a later call changes", kind=Kind.STATE)
def one_number_for_all(a, b, kept=torch.zeros(())):  # noqa: B008
    return kept.copy_(floats_first(a, b))


@wrong(check.difference, says="got float64", kind=Kind.DTYPE)
def difference_in_doubles(a, b):
    return (a.double() - b.double()).abs().mean()


@wrong(check.difference, says="What holds the right ones?", kind=Kind.DTYPE)
def difference_rounded(a, b):
    return floats_first(a, b).round()


@wrong(check.difference, says="could not infer output dtype")
def mean_of_bytes(a, b):
    return (torch.maximum(a, b) - torch.minimum(a, b)).mean()


@wrong(check.difference, says="got one on meta", kind=Kind.ELSEWHERE)
def difference_elsewhere(a, b):
    return floats_first(a, b).to("meta")


@wrong(check.difference, says="got float", kind=Kind.TYPE)
def a_number_of_python(a, b):
    return floats_first(a, b).item()


@wrong(check.difference, says="end with a return", kind=Kind.TYPE)
def difference_not_returned(a, b):
    floats_first(a, b)


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


@wrong(check.follow, says="the model is on device meta" if get_device().type == "cpu" else "on the same device")
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


@wrong(check.follow, says="no gradient reaches X", kind=Kind.GRADIENT)
def detached_input(model, X):
    return to_its_parameters(model, X.detach())


@wrong(check.follow, says="no gradient reaches X", kind=Kind.GRADIENT)
def input_made_anew(model, X):
    return model(torch.tensor(X.tolist(), dtype=X.dtype, device=next(model.parameters()).device))


@wrong(check.follow, says="asks the model 2 times", kind=Kind.STATE)
def asked_for_the_shape_first(model, X):
    return to_its_parameters(model, X).reshape(to_its_parameters(model, X).shape)


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


# apart

right(check.apart)((9, 1.61))
right(check.apart)((9, 1.6126))
right(check.apart)((9, 1.6194))  # with n instead of n - 1
right(check.apart)([torch.tensor(9), torch.tensor(1.6126)])
right(check.apart)(numpy.array([9.0, 1.61]))
wrong(check.apart, says="has the largest numbers", kind=Kind.VALUE)((12, 110.39))
wrong(check.apart, says="has the largest numbers")((12, 1.61))
wrong(check.apart, says="where grower 1 has the larger mean", kind=Kind.VALUE)((11, 1.61))
wrong(check.apart, says="counted from 0", kind=Kind.GUESS)((10, 1.61))
wrong(check.apart, says="Print all 13 differences", kind=Kind.GUESS)((0, 1.0))
wrong(check.apart, says="Print all 13 differences")((6, 1.51))
wrong(check.apart, says="are those of grower 0 among them?")((9, 1.86))
wrong(check.apart, says="A distance has no sign")((9, -1.61))
wrong(check.apart, says="divided by one deviation")((9, 1.64))
wrong(check.apart, says="divided by one deviation")((9, 4.31))
wrong(check.apart, says="finite", kind=Kind.VALUE)((9, math.nan))
wrong(check.apart, says="expected 2 numbers, got 1", kind=Kind.TYPE)((9,))
wrong(check.apart, says="got float", kind=Kind.TYPE)(1.61)
wrong(check.apart, says="got None")(None)
wrong(check.apart, says="got str")(("color_intensity", 1.61))
