"""Answers to the exercises of *The workflow*."""

import numpy
import torch
from torch import nn

from course_lib.checks import workflow as check

from . import right, wrong

# majority

right(check.majority)(62.7)
right(check.majority)(100 * 357 / (357 + 212))
right(check.majority)(torch.tensor(62.74))
wrong(check.majority, says="tossing a coin")(50)
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


@wrong(check.three_parts, says="sorted by class")
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


@wrong(check.three_parts, says="the same for each seed")
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


@wrong(check.three_parts, says="How many shuffles")
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


@wrong(check.three_parts, says="in no part: 1 of 101")
def remainder_lost(n, fractions, generator):
    sizes = [int(fraction * n) for fraction in fractions]
    return torch.randperm(n, generator=generator)[: sum(sizes)].split(sizes)


@wrong(check.three_parts, says="the validation part is empty")
def sizes_taken_for_positions(n, fractions, generator):
    shuffled = torch.randperm(n, generator=generator)
    n_train, n_val = int(fractions[0] * n), int(fractions[1] * n)
    return shuffled[:n_train], shuffled[n_train:n_val], shuffled[n_train + n_val :]


@wrong(check.three_parts, says="Python counts from 0")
def counting_from_one(n, fractions, generator):
    return [part + 1 for part in slices(n, fractions, generator)]


@wrong(check.three_parts, says="fractions (0.5, 0.3, 0.2): your parts hold [22, 7, 8]")
def fractions_ignored(n, fractions, generator):
    return slices(n, (0.6, 0.2, 0.2), generator)


@wrong(check.three_parts, says="your parts hold [21, 20, 60]")
def in_the_wrong_order(n, fractions, generator):
    train, val, test = slices(n, fractions, generator)
    return test, val, train


@wrong(check.three_parts, says="expected three tensors, got 2")
def two_parts(n, fractions, generator):
    train, val, test = slices(n, fractions, generator)
    return torch.cat([train, val]), test


@wrong(check.three_parts, says="with commas")
def one_tensor(n, fractions, generator):
    return torch.randperm(n, generator=generator)


@wrong(check.three_parts, says="end with a return")
def printed(n, fractions, generator):
    slices(n, fractions, generator)


@wrong(check.three_parts, says="torch.tensor makes one")
def lists(n, fractions, generator):
    return [part.tolist() for part in slices(n, fractions, generator)]


@wrong(check.three_parts, says="dtype bool")
def masks(n, fractions, generator):
    return [torch.zeros(n, dtype=torch.bool).index_fill(0, part, True) for part in slices(n, fractions, generator)]


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


@wrong(check.normalize, says="data_x[train] is a copy")
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


@wrong(check.normalize, says="the validation part comes out as it went in")
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


@wrong(check.normalize, says="Asked are 0 and 1")
def variance(data_x, train, val, test):
    return [(data_x[part] - data_x[train].mean()) / data_x[train].var() for part in (train, val, test)]


@wrong(check.normalize, says="Asked are 0 and 1")
def parentheses_lost(data_x, train, val, test):
    return [data_x[part] - data_x[train].mean() / data_x[train].std() for part in (train, val, test)]


@wrong(check.normalize, says="Asked are 0 and 1")
def squeezed_between_0_and_1(data_x, train, val, test):
    low, high = data_x[train].min(), data_x[train].max()
    return [(data_x[part] - low) / (high - low) for part in (train, val, test)]


@wrong(check.normalize, says="one standard deviation for all of them")
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


@wrong(check.normalize, says="write into the caller's tensor")
def in_place(data_x, train, val, test):
    mean, std = data_x[train].mean(), data_x[train].std()
    data_x -= mean
    data_x /= std
    return data_x[train], data_x[val], data_x[test]


@wrong(check.normalize, says="expected three tensors, got one Tensor")
def all_in_one(data_x, train, val, test):
    return (data_x - data_x[train].mean()) / data_x[train].std()


@wrong(check.normalize, says="in their order")
def validation_and_test_swapped(data_x, train, val, test):
    return train_first(data_x, train, test, val)


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


@wrong(check.network, says="How many are there in all?")
class SoftmaxWithDim(Repaired):
    def forward(self, x):
        return torch.softmax(super().forward(x), dim=1)


@wrong(check.network, says="compete with each other")
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


@wrong(check.network, says="step by step")
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


@wrong(check.network, says="of the shapes [(5,), (5, 31), (31,), (31, 10)]")
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


@wrong(check.network, says="of the shapes []")
class LayersInAList(nn.Module):
    def __init__(self, input_size, output_size):
        super().__init__()
        self.layers = [nn.Linear(input_size, 16), nn.Linear(16, output_size)]

    def forward(self, x):
        return self.layers[1](torch.relu(self.layers[0](x)))


@wrong(check.network, says="what collects them")
class NotAModule:
    def __init__(self, input_size, output_size):
        self.fc1, self.fc2 = nn.Linear(input_size, 16), nn.Linear(16, output_size)

    def __call__(self, x):
        return self.fc2(torch.relu(self.fc1(x)))


wrong(check.network, says="Hand over MyNetwork itself")(Repaired(10, 5))


# luck

right(check.luck)(3458)
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
