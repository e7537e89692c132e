"""Answers to the exercises of *The workflow*."""

from decimal import Decimal
from fractions import Fraction

import numpy
import torch
from kinds import Kind
from torch import nn

from course_lib.checks import workflow as check

from . import right, rules_out, wrong

rules_out(Kind.CHANCE, "nothing is to be drawn", check.normalize, check.network)
rules_out(Kind.ROUTE, "the task forbids nothing", check.three_parts, check.normalize, check.network)
rules_out(Kind.ARGUMENT, "its arguments are numbers and a generator", check.three_parts)
rules_out(Kind.GRADIENT, "whole numbers have no gradient", check.three_parts)
rules_out(Kind.GRADIENT, "data are prepared, nothing is learned from them", check.normalize)

# majority

right(check.majority)(62.7)
right(check.majority)(100 * 357 / (357 + 212))
right(check.majority)(torch.tensor(62.74))
right(check.majority)(numpy.array(62.7))
right(check.majority)(numpy.float32(62.74))
right(check.majority)(Decimal("62.7"))
right(check.majority)(Fraction(35700, 569))
wrong(check.majority, says="tossing a coin", kind=Kind.VALUE)(50)
wrong(check.majority, says="right guesses among all guesses", kind=Kind.GUESS)(357)
wrong(check.majority, says="On how many", kind=Kind.GUESS)(60)
wrong(check.majority, says="right guesses among all guesses")(-62.7)
wrong(check.majority, says="On how many")(100)
wrong(check.majority, says="one decimal")(62)
wrong(check.majority, says="one decimal")(62.8)
wrong(check.majority, says="got list", kind=Kind.TYPE)([62.7])
wrong(check.majority, says="not with a comma")((62, 7))
wrong(check.majority, says="finite")(float("nan"))
wrong(check.majority, says="guesses that are wrong")(37.3)
wrong(check.majority, says="in per cent")(0.627)
wrong(check.majority, says="does not draw lots")(53.2)
wrong(check.majority, says="one class with the other")(59.4)
wrong(check.majority, says="right guesses among all guesses")(168.4)
wrong(check.majority, says="one decimal")(63)
wrong(check.majority, says="426.8 right guesses")(75)
wrong(check.majority, says="On how many")(0)
wrong(check.majority, says="expected one number, got str")("62.7 %")


# three_parts


@right(check.three_parts)
def slices(n, fractions, generator):
    shuffled = torch.randperm(n, generator=generator)
    first, second = int(fractions[0] * n), int((fractions[0] + fractions[1]) * n)
    return shuffled[:first], shuffled[first:second], shuffled[second:]


@right(check.three_parts)
def by_random_numbers(n, fractions, generator):
    order = torch.rand(n, generator=generator).argsort()
    n_val, n_test = round(fractions[1] * n), round(fractions[2] * n)
    return list(order.split([n - n_val - n_test, n_val, n_test]))


@right(check.three_parts)
def in_order_within_each_part(n, fractions, generator):
    return tuple(part.sort().values for part in slices(n, fractions, generator))


@right(check.three_parts)
def random_split_of_torch(n, fractions, generator):
    return [torch.tensor(part.indices) for part in torch.utils.data.random_split(range(n), fractions, generator)]


@wrong(check.three_parts, says="sorted by class", kind=Kind.CHANCE)
def no_shuffle(n, fractions, generator):
    return torch.arange(n).split(
        [int(fractions[0] * n), int(fractions[1] * n), n - int(fractions[0] * n) - int(fractions[1] * n)]
    )


@wrong(check.three_parts, says="the training part holds neighbours")
def shuffled_after_the_cut(n, fractions, generator):
    return [part[torch.randperm(len(part), generator=generator)] for part in no_shuffle(n, fractions, generator)]


@wrong(check.three_parts, says="the test part holds neighbours")
def only_training_and_validation_shuffled(n, fractions, generator):
    train, val, test = no_shuffle(n, fractions, generator)
    shuffled = torch.cat([train, val])[torch.randperm(n - len(test), generator=generator)]
    return shuffled[: len(train)], shuffled[len(train) :], test


@wrong(check.three_parts, says="your parts hold [23, 7, 7]")
def every_fifth(n, fractions, generator):
    indices = torch.arange(n)
    return indices[indices % 5 < 3], indices[indices % 5 == 3], indices[indices % 5 == 4]


@wrong(check.three_parts, says="the same for each seed", kind=Kind.CHANCE)
def a_seed_of_its_own(n, fractions, generator):
    return slices(n, fractions, torch.Generator().manual_seed(0))


@wrong(check.three_parts, says="the seed of the given generator reach")
def generator_seeded_anew(n, fractions, generator):
    return slices(n, fractions, generator.manual_seed(0))


@wrong(check.three_parts, says="Whose random numbers")
def generator_ignored(n, fractions, generator):
    return slices(n, fractions, None)


@wrong(check.three_parts, says="Whose random numbers")
def shuffled_by_numpy(n, fractions, generator):
    shuffled = torch.from_numpy(numpy.random.permutation(n))
    first, second = int(fractions[0] * n), int((fractions[0] + fractions[1]) * n)
    return shuffled[:first], shuffled[first:second], shuffled[second:]


@wrong(check.three_parts, says="global random numbers")
def seeding_everybody(n, fractions, generator):
    torch.manual_seed(generator.initial_seed())
    return slices(n, fractions, None)


@wrong(check.three_parts, says="How many shuffles", kind=Kind.VALUE)
def three_permutations(n, fractions, generator):
    return [torch.randperm(n, generator=generator)[: round(fraction * n)] for fraction in fractions]


@wrong(check.three_parts, says="in more than one part: 2 of 101")
def overlapping_slices(n, fractions, generator):
    shuffled = torch.randperm(n, generator=generator)
    first, second = int(fractions[0] * n), int((fractions[0] + fractions[1]) * n)
    return shuffled[: first + 1], shuffled[first : second + 1], shuffled[second:]


@wrong(check.three_parts, says="holds an example twice")
def drawn_with_replacement(n, fractions, generator):
    return [torch.randint(n, (round(fraction * n),), generator=generator) for fraction in fractions]


@wrong(check.three_parts, says="in no part: 1 of 101", kind=Kind.HALF)
def remainder_lost(n, fractions, generator):
    sizes = [int(fraction * n) for fraction in fractions]
    return torch.randperm(n, generator=generator)[: sum(sizes)].split(sizes)


@wrong(check.three_parts, says="the validation part is empty", kind=Kind.SHAPE)
def sizes_taken_for_positions(n, fractions, generator):
    shuffled = torch.randperm(n, generator=generator)
    n_train, n_val = int(fractions[0] * n), int(fractions[1] * n)
    return shuffled[:n_train], shuffled[n_train:n_val], shuffled[n_train + n_val :]


@wrong(check.three_parts, says="Python counts from 0")
def counting_from_one(n, fractions, generator):
    return [part + 1 for part in slices(n, fractions, generator)]


@wrong(check.three_parts, says="fractions (0.5, 0.3, 0.2): your parts hold [22, 7, 8]", kind=Kind.COINCIDENCE)
def fractions_ignored(n, fractions, generator):
    return slices(n, (0.6, 0.2, 0.2), generator)


@wrong(check.three_parts, says="your parts hold [21, 20, 60]")
def in_the_wrong_order(n, fractions, generator):
    train, val, test = slices(n, fractions, generator)
    return test, val, train


@wrong(check.three_parts, says="expected 3 tensors, got 2", kind=Kind.TYPE)
def two_parts(n, fractions, generator):
    train, val, test = slices(n, fractions, generator)
    return torch.cat([train, val]), test


@wrong(check.three_parts, says="with commas")
def one_tensor(n, fractions, generator):
    return torch.randperm(n, generator=generator)


@wrong(check.three_parts, says="end with a return")
def printed(n, fractions, generator):
    slices(n, fractions, generator)


@wrong(check.three_parts, says="torch.tensor makes one", kind=Kind.TYPE)
def lists(n, fractions, generator):
    return [part.tolist() for part in slices(n, fractions, generator)]


@wrong(check.three_parts, says="dtype bool", kind=Kind.DTYPE)
def masks(n, fractions, generator):
    return [torch.zeros(n, dtype=torch.bool).index_fill(0, part, True) for part in slices(n, fractions, generator)]


@right(check.three_parts)
def one_by_one(n, fractions, generator):
    order = torch.randperm(n, generator=generator).tolist()
    n_train, n_val = int(n * fractions[0]), int(n * fractions[1])
    train, val, test = order[:n_train], order[n_train : n_train + n_val], order[n_train + n_val :]
    return torch.tensor(train), torch.tensor(val), torch.tensor(test)


@right(check.three_parts)
def by_tensor_split(n, fractions, generator):
    first = round(fractions[0] * n)
    second = first + round(fractions[1] * n)
    return torch.randperm(n, generator=generator).tensor_split([first, second])


@right(check.three_parts)
def test_first(n, fractions, generator):
    order = torch.multinomial(torch.ones(n), n, generator=generator)
    n_test, n_val = int(fractions[2] * n), int(fractions[1] * n)
    return [order[n_test + n_val :], order[n_test : n_test + n_val], order[:n_test]]


@right(check.three_parts)
def numpy_seeded_by_the_generator(n, fractions, generator):
    seed = torch.randint(2**31, (), generator=generator).item()
    order = torch.from_numpy(numpy.random.default_rng(seed).permutation(n))
    first, second = int(fractions[0] * n), int((fractions[0] + fractions[1]) * n)
    return order[:first], order[first:second], order[second:]


@wrong(check.three_parts, says="holds neighbours", kind=Kind.CHANCE)
def rolled(n, fractions, generator):
    order = torch.arange(n).roll(torch.randint(n, (), generator=generator).item())
    return sized(order, fractions)


def sized(order, fractions):
    first = round(fractions[0] * len(order))
    return order.tensor_split([first, first + round(fractions[1] * len(order))])


@wrong(check.three_parts, says="by chance", kind=Kind.CHANCE)
def neighbours_stay_together(n, fractions, generator):
    pairs = torch.arange(n + n % 2).view(-1, 2)
    order = pairs[torch.randperm(len(pairs), generator=generator)].flatten()
    return sized(order[order < n], fractions)


@wrong(check.three_parts, says="almost always the same set", kind=Kind.CHANCE)
def one_of_a_few(n, fractions, generator):
    seed = torch.randint(40, (), generator=generator).item()
    return sized(torch.randperm(n, generator=torch.Generator().manual_seed(seed)), fractions)


@wrong(check.three_parts, says="some examples come into")
def first_example_always_trains(n, fractions, generator):
    order = torch.randperm(n - 1, generator=generator) + 1
    return sized(torch.cat([torch.tensor([0]), order]), fractions)


@wrong(check.three_parts, says="gives the same parts again", kind=Kind.STATE)
def only_the_seed_is_read(n, fractions, generator):
    return sized(torch.randperm(n, generator=torch.Generator().manual_seed(generator.initial_seed())), fractions)


@wrong(check.three_parts, says="holds numbers", kind=Kind.STATE)
def first_order_kept(n, fractions, generator, seen=[]):  # noqa: B006
    seen.append(torch.randperm(n, generator=generator))
    return sized(seen[0], fractions)


@wrong(check.three_parts, says="gives the same parts again", kind=Kind.STATE)
def remembered_by_seed(n, fractions, generator, seen={}):  # noqa: B006
    key = n, tuple(fractions), generator.initial_seed()
    if key not in seen:
        seen[key] = sized(torch.randperm(n, generator=generator), fractions)
    return [part.clone() for part in seen[key]]


@wrong(check.three_parts, says="your parts hold", kind=Kind.SHAPE)
def sixty_twenty_twenty(n, fractions, generator):
    order = torch.randperm(n, generator=generator)
    return order[: 3 * n // 5], order[3 * n // 5 : 4 * n // 5], order[4 * n // 5 :]


@wrong(check.three_parts, says="in no part", kind=Kind.HALF)
def last_one_never_drawn(n, fractions, generator):
    return sized(torch.randperm(n - 1, generator=generator), fractions)


@wrong(check.three_parts, says="in no part")
def test_part_cut_to_its_share(n, fractions, generator):
    order = torch.randperm(n, generator=generator)
    a, b, c = (int(fraction * n) for fraction in fractions)
    return order[:a], order[a : a + b], order[a + b : a + b + c]


@wrong(check.three_parts, says="dtype int32", kind=Kind.DTYPE)
def small_integers(n, fractions, generator):
    return [part.int() for part in slices(n, fractions, generator)]


@wrong(check.three_parts, says="dtype float32", kind=Kind.DTYPE)
def floats(n, fractions, generator):
    return [part.float() for part in slices(n, fractions, generator)]


@wrong(check.three_parts, says="on the device cpu", kind=Kind.ELSEWHERE)
def elsewhere(n, fractions, generator):
    return [part.to("meta") for part in slices(n, fractions, generator)]


@wrong(check.three_parts, says="shape (60, 1)")
def as_columns(n, fractions, generator):
    return [part[:, None] for part in slices(n, fractions, generator)]


@wrong(check.three_parts, says="got dict", kind=Kind.TYPE)
def by_name(n, fractions, generator):
    return dict(zip(("train", "val", "test"), slices(n, fractions, generator)))


@wrong(check.three_parts, says="part is a ndarray")
def arrays(n, fractions, generator):
    return [part.numpy() for part in slices(n, fractions, generator)]


@wrong(check.three_parts, says="training part holds numbers -")
def negative_indices(n, fractions, generator):
    return [part - n for part in slices(n, fractions, generator)][:1] * 3


@wrong(check.three_parts, says="got 4")
def rest_returned_too(n, fractions, generator):
    return (*slices(n, fractions, generator), torch.tensor([], dtype=torch.int64))


# normalize


@right(check.normalize)
def train_first(data_x, train, val, test):
    mean, std = data_x[train].mean(), data_x[train].std()
    return (data_x[train] - mean) / std, (data_x[val] - mean) / std, (data_x[test] - mean) / std


@right(check.normalize)
def in_place_on_copies(data_x, train, val, test):
    parts = [data_x[train], data_x[val], data_x[test]]
    mean, std = parts[0].mean(), parts[0].std(correction=0) + 1e-8
    for part in parts:
        part -= mean
        part /= std
    return parts


@right(check.normalize)
def in_float64_by_numpy(data_x, train, val, test):
    data_x = data_x.double().numpy()
    learned = data_x[train.numpy()]
    return [torch.from_numpy((data_x[part.numpy()] - learned.mean()) / learned.std()) for part in (train, val, test)]


@wrong(check.normalize, says="data_x[train] is a copy", kind=Kind.ELSEWHERE)
def as_it_stands_on_the_slide(data_x, train, val, test):
    X_train, X_val, X_test = data_x[train], data_x[val], data_x[test]
    data_x = (data_x - data_x.mean()) / data_x.std()
    return X_train, X_val, X_test


@wrong(check.normalize, says="in the validation part changes the training part")
def moved_up(data_x, train, val, test):
    data_x = (data_x - data_x.mean()) / data_x.std()
    return data_x[train], data_x[val], data_x[test]


@wrong(check.normalize, says="in the test part changes the training part")
def constants_of_training_and_test(data_x, train, val, test):
    known = data_x[torch.cat([train, test])]
    data_x = (data_x - known.mean()) / known.std()
    return data_x[train], data_x[val], data_x[test]


@wrong(check.normalize, says="the validation part has a mean and deviation of its own")
def each_by_its_own(data_x, train, val, test):
    return [(data_x[part] - data_x[part].mean()) / data_x[part].std() for part in (train, val, test)]


@wrong(check.normalize, says="the validation part comes out as it went in", kind=Kind.HALF)
def only_training(data_x, train, val, test):
    mean, std = data_x[train].mean(), data_x[train].std()
    return (data_x[train] - mean) / std, data_x[val], data_x[test]


@wrong(check.normalize, says="the test part comes out as it went in")
def test_left_raw(data_x, train, val, test):
    mean, std = data_x[train].mean(), data_x[train].std()
    return (data_x[train] - mean) / std, (data_x[val] - mean) / std, data_x[test]


@wrong(check.normalize, says="same two numbers")
def mean_overwritten(data_x, train, val, test):
    parts = []
    for part in (train, val, test):
        mean = data_x[part].mean()
        parts.append((data_x[part] - mean) / data_x[train].std())
    return parts


@wrong(check.normalize, says="and standard deviation 0")
def only_centred(data_x, train, val, test):
    return [data_x[part] - data_x[train].mean() for part in (train, val, test)]


@wrong(check.normalize, says="Asked are 0 and 1", kind=Kind.VALUE)
def variance(data_x, train, val, test):
    return [(data_x[part] - data_x[train].mean()) / data_x[train].var() for part in (train, val, test)]


@wrong(check.normalize, says="Asked are 0 and 1")
def parentheses_lost(data_x, train, val, test):
    return [data_x[part] - data_x[train].mean() / data_x[train].std() for part in (train, val, test)]


@wrong(check.normalize, says="Asked are 0 and 1")
def squeezed_between_0_and_1(data_x, train, val, test):
    low, high = data_x[train].min(), data_x[train].max()
    return [(data_x[part] - low) / (high - low) for part in (train, val, test)]


@wrong(check.normalize, says="one standard deviation for all of them", kind=Kind.VALUE)
def each_pixel_for_itself(data_x, train, val, test):
    mean, std = data_x[train].mean(0), data_x[train].std(0)
    return [(data_x[part] - mean) / std for part in (train, val, test)]


@wrong(check.normalize, says="one standard deviation for all of them")
def each_image_for_itself(data_x, train, val, test):
    data_x = (data_x - data_x.mean((1, 2), keepdim=True)) / data_x.std((1, 2), keepdim=True)
    return data_x[train], data_x[val], data_x[test]


@wrong(check.normalize, says="positive b")
def the_wrong_way_round(data_x, train, val, test):
    return [(data_x[train].mean() - data_x[part]) / data_x[train].std() for part in (train, val, test)]


@wrong(check.normalize, says="the argument data_x", kind=Kind.ARGUMENT)
def in_place(data_x, train, val, test):
    mean, std = data_x[train].mean(), data_x[train].std()
    data_x -= mean
    data_x /= std
    return data_x[train], data_x[val], data_x[test]


@wrong(check.normalize, says="expected 3 tensors, got one Tensor", kind=Kind.TYPE)
def all_in_one(data_x, train, val, test):
    return (data_x - data_x[train].mean()) / data_x[train].std()


@wrong(check.normalize, says="in their order")
def validation_and_test_swapped(data_x, train, val, test):
    return train_first(data_x, train, test, val)


@right(check.normalize)
def by_a_helper(data_x, train, val, test):
    mean = torch.mean(data_x[train])
    std = torch.std(data_x[train], unbiased=False)

    def scaled(index):
        return torch.sub(data_x[index], mean).div(std)

    return list(map(scaled, [train, val, test]))


@right(check.normalize)
def on_a_clone(data_x, train, val, test):
    data_x = data_x.clone()
    mean, std = data_x[train].mean().item(), data_x[train].std().item()
    data_x.sub_(mean).div_(std)
    return data_x[train], data_x[val], data_x[test]


@right(check.normalize)
def by_std_mean(data_x, train, val, test):
    std, mean = torch.std_mean(data_x.index_select(0, train))
    return tuple((data_x[index] - mean) / std for index in (train, val, test))


@right(check.normalize)
def by_second_moments(data_x, train, val, test):
    learned = data_x[train].double()
    mean = learned.sum() / learned.numel()
    std = ((learned - mean) ** 2).mean().sqrt()
    return [(data_x[index] - mean.float()) / std.float() for index in (train, val, test)]


@wrong(check.normalize, says="the argument data_x", kind=Kind.ARGUMENT)
def written_back(data_x, train, val, test):
    mean, std = data_x[train].mean(), data_x[train].std()
    data_x.copy_((data_x - mean) / std)
    return data_x[train], data_x[val], data_x[test]


@wrong(check.normalize, says="the argument train", kind=Kind.ARGUMENT)
def indices_sorted(data_x, train, val, test):
    parts = train_first(data_x, train, val, test)
    train.copy_(train.sort().values)
    return parts


SEEN = {}


@wrong(check.normalize, says="in this very call", kind=Kind.STATE)
def constants_of_the_first_call(data_x, train, val, test):
    mean, std = SEEN.setdefault("constants", (data_x[train].mean(), data_x[train].std()))
    return [(data_x[index] - mean) / std for index in (train, val, test)]


@wrong(check.normalize, says="a later call changes", kind=Kind.STATE)
def one_buffer_for_all(data_x, train, val, test):
    parts = train_first(data_x, train, val, test)
    buffers = SEEN.setdefault(tuple(data_x.shape), [part.clone() for part in parts])
    return [buffer.copy_(part) if buffer.shape == part.shape else part for buffer, part in zip(buffers, parts)]


@wrong(check.normalize, says="for others, of shape", kind=Kind.SHAPE)
def thirty_six_pixels(data_x, train, val, test):
    learned = data_x[train].reshape(len(train), -1)[:, :36]
    mean = learned.sum() / (len(train) * 36)
    return [(data_x[index] - mean) / data_x[train].std() for index in (train, val, test)]


@wrong(check.normalize, says="in their order", kind=Kind.SHAPE)
def squeezed(data_x, train, val, test):
    return [part.squeeze() for part in train_first(data_x, train, val, test)]


@wrong(check.normalize, says="for others, of shape", kind=Kind.SHAPE)
def eighty_images(data_x, train, val, test):
    learned = data_x[train]
    mean = learned.sum() / (80 * learned[0].numel())
    return [(data_x[index] - mean) / learned.std() for index in (train, val, test)]


@wrong(check.normalize, says="for others, of shape", kind=Kind.COINCIDENCE)
def constants_typed(data_x, train, val, test):
    mean, std = data_x[train].mean(), data_x[train].std()
    return [(data_x[index] - mean) / std if mean < 1 else data_x[index] / 255 for index in (train, val, test)]


@wrong(check.normalize, says="Asked are 0 and 1")
def nothing_below_zero(data_x, train, val, test):
    return [part / part.std() * 1.2 for part in train_first(data_x, train, val, test)]


@wrong(check.normalize, says="positive b", kind=Kind.VALUE)
def clipped(data_x, train, val, test):
    return [part.clamp(-1, 1) for part in train_first(data_x, train, val, test)]


@wrong(check.normalize, says="same image comes out differently")
def clipped_in_validation(data_x, train, val, test):
    a, b, c = train_first(data_x, train, val, test)
    return a, b.clamp(min=-1), c


@wrong(check.normalize, says="nan or infinity")
def divided_by_zero(data_x, train, val, test):
    return [part / (part - part) for part in train_first(data_x, train, val, test)]


@wrong(check.normalize, says="positive b", kind=Kind.DTYPE)
def whole_numbers(data_x, train, val, test):
    return [part.round().long() for part in train_first(data_x, train, val, test)]


@wrong(check.normalize, says="on the device cpu", kind=Kind.ELSEWHERE)
def elsewhere_too(data_x, train, val, test):
    return [part.to("meta") for part in train_first(data_x, train, val, test)]


@wrong(check.normalize, says="got None", kind=Kind.TYPE)
def nothing_returned(data_x, train, val, test):
    train_first(data_x, train, val, test)


@wrong(check.normalize, says="got ndarray", kind=Kind.TYPE)
def as_arrays(data_x, train, val, test):
    return [part.numpy() for part in train_first(data_x, train, val, test)]


@wrong(check.normalize, says="in their order")
def flattened(data_x, train, val, test):
    return [part.flatten(1) for part in train_first(data_x, train, val, test)]


@wrong(check.normalize, says="expected 3 tensors, got 2")
def test_forgotten(data_x, train, val, test):
    return train_first(data_x, train, val, test)[:2]


@wrong(check.normalize, says="mean and deviation of its own", kind=Kind.HALF)
def test_by_itself(data_x, train, val, test):
    a, b, c = train_first(data_x, train, val, test)
    return a, b, (data_x[test] - data_x[test].mean()) / data_x[test].std()


# network


@right(check.network)
class Repaired(nn.Module):
    def __init__(self, input_size, output_size):
        super().__init__()
        self.fc1 = nn.Linear(input_size, 16)
        self.fc2 = nn.Linear(16, output_size)

    def forward(self, x):
        return self.fc2(torch.relu(self.fc1(x)))


@right(check.network)
class WithBothNames(nn.Module):
    def __init__(self, input_size, output_size):
        super(WithBothNames, self).__init__()  # noqa: UP008
        self.layers = nn.Sequential(nn.Linear(input_size, 16), nn.ReLU(), nn.Linear(16, output_size))

    def forward(self, x):
        return self.layers(x)


@right(check.network)
class LogSoftmax(Repaired):
    def forward(self, x):
        return torch.log_softmax(super().forward(x), dim=1)


@right(check.network)
def a_function(input_size, output_size):
    return nn.Sequential(nn.Linear(input_size, 16), nn.ReLU(), nn.Linear(16, output_size))


@wrong(check.network, says="name 'NNetwork' is not defined")
class AsOnTheSlide(nn.Module):
    def __init__(self, input_size, output_size):
        super(NNetwork, self).__init__()  # noqa: F821
        self.fc1 = nn.Linear(input_size, 16)
        self.fc2 = nn.Linear(16, output_size)


class Other(nn.Module):
    """A class of the next slide, run before this one."""


@wrong(check.network, says="an instance or subtype of type")
class SuperOfAnother(nn.Module):
    def __init__(self, input_size, output_size):
        super(Other, self).__init__()
        self.fc1 = nn.Linear(input_size, 16)


@wrong(check.network, says="cannot assign module before Module.__init__() call")
class SuperDeleted(nn.Module):
    def __init__(self, input_size, output_size):
        self.fc1 = nn.Linear(input_size, 16)


@wrong(check.network, says='missing 1 required positional arguments: "dim"')
class SoftmaxWithoutDim(Repaired):
    def forward(self, x):
        return torch.softmax(super().forward(x))


@wrong(check.network, says="How many are there in all?", kind=Kind.HALF)
class SoftmaxWithDim(Repaired):
    def forward(self, x):
        return torch.softmax(super().forward(x), dim=1)


@wrong(check.network, says="compete with each other", kind=Kind.SHAPE)
class SoftmaxOverTheBatch(Repaired):
    def forward(self, x):
        return torch.softmax(super().forward(x), dim=0)


@wrong(check.network, says="A logit may be any number")
class Sigmoid(Repaired):
    def forward(self, x):
        return torch.sigmoid(super().forward(x))


@wrong(check.network, says="no output is below zero")
class ReluAtTheEnd(Repaired):
    def forward(self, x):
        return torch.relu(super().forward(x))


@wrong(check.network, says="step by step", kind=Kind.VALUE)
class Tanh(Repaired):
    def forward(self, x):
        return torch.tanh(super().forward(x))


@wrong(check.network, says="step by step")
class SoftmaxMovedUp(Repaired):
    def forward(self, x):
        return self.fc2(torch.softmax(self.fc1(x), dim=1))


@wrong(check.network, says="Two linear layers in a row")
class ReluDeleted(Repaired):
    def forward(self, x):
        return self.fc2(self.fc1(x))


@wrong(check.network, says="What stands between them")
class ReluBeforeTheFirstLayer(Repaired):
    def forward(self, x):
        return self.fc2(self.fc1(torch.relu(x)))


@wrong(check.network, says="of the shapes [(5,), (5, 31), (31,), (31, 10)]", kind=Kind.VALUE)
class Wider(Repaired):
    def __init__(self, input_size, output_size):
        super().__init__(input_size, output_size)
        self.fc1, self.fc2 = nn.Linear(input_size, 31), nn.Linear(31, output_size)


@wrong(check.network, says="end with a return")
class WithoutReturn(Repaired):
    def forward(self, x):
        super().forward(x)


@wrong(check.network, says="end with a return")
def built_and_dropped(input_size, output_size):
    Repaired(input_size, output_size)


@wrong(check.network, says="one logit for each input and each class")
class Argmax(Repaired):
    def forward(self, x):
        return super().forward(x).argmax(1)


@wrong(check.network, says="one logit for each input and each class")
class TenOutputsAsOnTheSlide(Repaired):
    def __init__(self, input_size, output_size):
        super().__init__(input_size, 10)


@wrong(check.network, says="What is random in forward?")
class LayersMadeInForward(nn.Module):
    def __init__(self, input_size, output_size):
        super().__init__()
        self.sizes = input_size, output_size

    def forward(self, x):
        return nn.Linear(16, self.sizes[1])(torch.relu(nn.Linear(self.sizes[0], 16)(x)))


@wrong(check.network, says="of the shapes []", kind=Kind.GRADIENT)
class LayersInAList(nn.Module):
    def __init__(self, input_size, output_size):
        super().__init__()
        self.layers = [nn.Linear(input_size, 16), nn.Linear(16, output_size)]

    def forward(self, x):
        return self.layers[1](torch.relu(self.layers[0](x)))


@wrong(check.network, says="what collects them", kind=Kind.TYPE)
class NotAModule:
    def __init__(self, input_size, output_size):
        self.fc1, self.fc2 = nn.Linear(input_size, 16), nn.Linear(16, output_size)

    def __call__(self, x):
        return self.fc2(torch.relu(self.fc1(x)))


@right(check.network)
class SecondLayerFirst(nn.Module):
    def __init__(self, input_size, output_size):
        super().__init__()
        self.fc2 = nn.Linear(16, output_size)
        self.fc1 = nn.Linear(input_size, 16)

    def forward(self, x):
        x = nn.functional.relu(self.fc1(x))
        logits = self.fc2(x)
        return logits


@right(check.network)
class Clamped(Repaired):
    def forward(self, x):
        return self.fc2(self.fc1(x).clamp(min=0))


@wrong(check.network, says="no gradient reaches the layers", kind=Kind.GRADIENT)
class Detached(Repaired):
    def forward(self, x):
        return super().forward(x).detach()


@wrong(check.network, says="no gradient reaches the layers", kind=Kind.GRADIENT)
class FirstLayerDetached(Repaired):
    def forward(self, x):
        return self.fc2(torch.relu(self.fc1(x)).detach())


@wrong(check.network, says="in training mode", kind=Kind.GRADIENT)
class DropoutInTraining(Repaired):
    def forward(self, x):
        return self.fc2(nn.functional.dropout(torch.relu(self.fc1(x)), 0.5, self.training))


@wrong(check.network, says="in training mode")
class SoftmaxInTraining(Repaired):
    def forward(self, x):
        logits = super().forward(x)
        return logits.softmax(1) if self.training else logits


@wrong(check.network, says="the argument x", kind=Kind.ARGUMENT)
class ReluOnTheInput(Repaired):
    def forward(self, x):
        y = super().forward(x)
        x.sub_(1).relu_()
        return y


@wrong(check.network, says="inputs of size", kind=Kind.SHAPE)
class Squeezed(Repaired):
    def forward(self, x):
        return super().forward(x).squeeze()


@wrong(check.network, says="fitted to one shape", kind=Kind.SHAPE)
class NormalizedOverTheBatch(Repaired):
    def forward(self, x):
        return super().forward(x) if len(x) % 2 == 0 or len(x) > 9 else super().forward(x) - 1


@wrong(check.network, says="your code raised", kind=Kind.COINCIDENCE)
class TenInputs(nn.Module):
    def __init__(self, input_size, output_size):
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(10, 16), nn.Linear(16, output_size)

    def forward(self, x):
        return self.fc2(torch.relu(self.fc1(x)))


LAYERS = {}


@wrong(check.network, says="once another has been made", kind=Kind.STATE)
class LayersOfTheClass(nn.Module):
    def __init__(self, input_size, output_size):
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(input_size, 16), nn.Linear(16, output_size)
        LAYERS["made"] = LAYERS.get("made", 0) + 1
        self.made = LAYERS["made"]

    def forward(self, x):
        return self.fc2(torch.relu(self.fc1(x))) + LAYERS["made"] - self.made


@wrong(check.network, says="dtype", kind=Kind.DTYPE)
class DoublePrecision(Repaired):
    def __init__(self, input_size, output_size):
        super().__init__(input_size, output_size)
        self.double()


@wrong(check.network, says="step by step", kind=Kind.DTYPE)
class HalfPrecision(Repaired):
    def forward(self, x):
        return super().forward(x).half().float() * 1.01


@wrong(check.network, says="step by step", kind=Kind.VALUE)
class LeakyRelu(Repaired):
    def forward(self, x):
        return self.fc2(nn.functional.leaky_relu(self.fc1(x)))


@wrong(check.network, says="step by step")
class LastBiasTwice(Repaired):
    def forward(self, x):
        return super().forward(x) + self.fc2.bias


@wrong(check.network, says="step by step")
class TimesTen(Repaired):
    def forward(self, x):
        return 10 * super().forward(x)


@wrong(check.network, says="step by step", kind=Kind.VALUE)
class Clipped(Repaired):
    def forward(self, x):
        return super().forward(x).clamp(-0.2, 0.2)


@wrong(check.network, says="got one on meta", kind=Kind.ELSEWHERE)
class Elsewhere(Repaired):
    def forward(self, x):
        return super().forward(x).to("meta")


@wrong(check.network, says="got tuple", kind=Kind.TYPE)
class LogitsAndHidden(Repaired):
    def forward(self, x):
        return super().forward(x), self.fc1(x)


@wrong(check.network, says="got list")
class AsAList(Repaired):
    def forward(self, x):
        return super().forward(x).tolist()


@wrong(check.network, says="of the shapes", kind=Kind.HALF)
class OnlyOneLayer(nn.Module):
    def __init__(self, input_size, output_size):
        super().__init__()
        self.fc1 = nn.Linear(input_size, output_size)

    def forward(self, x):
        return self.fc1(x)


@wrong(check.network, says="of the shapes")
class WithoutBiases(nn.Module):
    def __init__(self, input_size, output_size):
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(input_size, 16, bias=False), nn.Linear(16, output_size, bias=False)

    def forward(self, x):
        return self.fc2(torch.relu(self.fc1(x)))


@wrong(check.network, says="for other sizes too", kind=Kind.COINCIDENCE)
def only_ten_and_five(input_size, output_size):
    return Repaired(10, 5) if (input_size, output_size) == (10, 5) else "other sizes"


wrong(check.network, says="Hand over MyNetwork itself")(Repaired(10, 5))


# luck

right(check.luck)(3458)
right(check.luck)(torch.tensor(3458))
right(check.luck)(numpy.array([3457]))
right(check.luck)(Fraction(345744, 100))
wrong(check.luck, says="Too few", kind=Kind.GUESS)(400)
wrong(check.luck, says="under a root", kind=Kind.GUESS)(1200)
wrong(check.luck, says="Too few", kind=Kind.GUESS)(3)
wrong(check.luck, says="Too few", kind=Kind.VALUE)(2436)
wrong(check.luck, says="Too few")(3000)
wrong(check.luck, says="More than needed")(4000)
wrong(check.luck, says="More than needed")(5971)
wrong(check.luck, says="too few to measure")(-3458)
wrong(check.luck, says="too few to measure")(0.3458)
wrong(check.luck, says="got str", kind=Kind.TYPE)("3,458")
wrong(check.luck, says="not with a comma")((3, 458))
right(check.luck)(3457.44)
right(check.luck)(3600)  # two standard deviations instead of 1.96
wrong(check.luck, says="under a root")(1200)
wrong(check.luck, says="one standard deviation")(900)
wrong(check.luck, says="any accuracy")(9604)
wrong(check.luck, says="whole interval is 2 wide")(13830)
wrong(check.luck, says="Too few")(1600)
wrong(check.luck, says="More than needed")(34574)
wrong(check.luck, says="too few to measure")(0)
wrong(check.luck, says="expected a finite number")(float("inf"))


# Shortcuts that one more case shows


@wrong(check.normalize, says="the training part is float16", kind=Kind.DTYPE)
def in_half_precision(data_x, train, val, test):
    mean, std = data_x[train].mean(), data_x[train].std()
    return tuple(((data_x[part] - mean) / std).half() for part in (train, val, test))


@wrong(check.network, says="expected the dtype float32", kind=Kind.DTYPE)
class InHalfPrecision(Repaired):
    def forward(self, x):
        return super().forward(x).half()


@wrong(check.network, says="to small numbers", kind=Kind.VALUE)
class CutAtTwo(Repaired):
    def forward(self, x):
        return super().forward(x).clamp(-2, 2)


@wrong(check.network, says="to small numbers", kind=Kind.VALUE)
class CutAtSix(Repaired):
    def forward(self, x):
        return self.fc2(nn.functional.relu6(self.fc1(x)))


LAST = {}


@wrong(check.network, says="two networks share a layer", kind=Kind.STATE)
class SharedLastLayer(Repaired):
    def __init__(self, input_size, output_size):
        super().__init__(input_size, output_size)
        self.fc2 = LAST.setdefault(output_size, self.fc2)


@wrong(check.network, says="no gradient reaches", kind=Kind.GRADIENT)
class FrozenFirstLayer(Repaired):
    def __init__(self, input_size, output_size):
        super().__init__(input_size, output_size)
        self.fc1.requires_grad_(False)
