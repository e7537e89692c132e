"""Answers to the exercises of *Preparing data*: tables and batches."""

from collections import defaultdict
from decimal import Decimal
from fractions import Fraction

import numpy
import torch
from kinds import Kind

from course_lib import data
from course_lib.checks import prepare_tables as check

from . import right, rules_out, wrong

BUILT = (check.standardize, check.epoch)
rules_out(Kind.GRADIENT, "nobody differentiates through the result", *BUILT)
rules_out(Kind.ROUTE, "the task forbids no function", *BUILT)
rules_out(Kind.CHANCE, "nothing is drawn at random", check.standardize)

KEPT = defaultdict(list)  # what some wrong answers keep between calls

# standardize


@right(check.standardize)
def as_in_the_solution(train, val):
    mean, std = train.mean(0), train.std(0, correction=0)
    std = torch.where(std == 0, 1.0, std)
    return (train - mean) / std, (val - mean) / std


@right(check.standardize)
def with_the_library(train, val):
    mean, std = data.mean_std(train)
    return (train - mean) / std, (val - mean) / std


@right(check.standardize)
def column_by_column(train, val):
    train, val = train.clone(), val.clone()
    for j in range(train.shape[1]):
        mean = train[:, j].mean()
        std = (train[:, j] - mean).square().mean().sqrt()
        for part in (val, train):
            part[:, j] = (part[:, j] - mean) / (std if std > 0 else 1)
    return [train, val]


@right(check.standardize)
def by_sums(train, val):
    mean = train.sum(0, keepdim=True) / len(train)
    std = ((train - mean) ** 2).sum(0, keepdim=True).div(len(train)).sqrt()
    std = std.masked_fill(std < 1e-9, 1)
    return tuple((part - mean) / std for part in (train, val))


@right(check.standardize)
def in_numpy(train, val):
    mean, std = train.numpy().mean(0), train.numpy().std(0)
    std[std == 0] = 1
    return torch.from_numpy((train.numpy() - mean) / std), torch.from_numpy((val.numpy() - mean) / std)


def with_std(train, val, mean, std):
    std = torch.where(std == 0, 1.0, std)
    return (train - mean) / std, (val - mean) / std


@wrong(check.standardize, says="0/0 is no number")
def constant_column_forgotten(train, val):
    mean, std = train.mean(0), train.std(0, correction=0)
    return (train - mean) / std, (val - mean) / std


@wrong(check.standardize, says="tiny divisor", kind=Kind.VALUE)
def tiny_number_added(train, val):
    mean, std = train.mean(0), train.std(0, correction=0) + 1e-8
    return (train - mean) / std, (val - mean) / std


@wrong(check.standardize, says="has a say in the constants")
def constants_from_both(train, val):
    both = torch.cat([train, val])
    return with_std(train, val, both.mean(0), both.std(0, correction=0))


@wrong(check.standardize, says="standardized by itself")
def each_by_itself(train, val):
    return tuple(with_std(part, part, part.mean(0), part.std(0, correction=0))[0] for part in (train, val))


@wrong(check.standardize, says="divides by n - 1")
def the_other_deviation(train, val):
    return with_std(train, val, train.mean(0), train.std(0))


@wrong(check.standardize, says="Which dimension do you average over?", kind=Kind.VALUE)
def one_mean_for_the_table(train, val):
    return with_std(train, val, train.mean(), train.std(correction=0))


@wrong(check.standardize, says="square of what you need")
def divided_by_the_variance(train, val):
    return with_std(train, val, train.mean(0), train.var(0, correction=0))


@wrong(check.standardize, says="comes back as it was", kind=Kind.HALF)
def validation_forgotten(train, val):
    return as_in_the_solution(train, val)[0], val


@wrong(check.standardize, says="not shifted and scaled as the training part")
def validation_scaled_and_not_shifted(train, val):
    mean, std = train.mean(0), train.std(0, correction=0)
    std = torch.where(std == 0, 1.0, std)
    scaled = val / std
    scaled[:, 1] = val[:, 1] - mean[1]
    return (train - mean) / std, scaled


@wrong(check.standardize, says="changes the argument train", kind=Kind.ARGUMENT)
def in_place(train, val):
    mean, std = train.mean(0), train.std(0, correction=0)
    std[std == 0] = 1
    train -= mean
    val -= mean
    return train / std, val / std


@wrong(check.standardize, says="with a comma between them", kind=Kind.TYPE)
def only_one(train, val):
    return as_in_the_solution(train, val)[0]


def then(changed):
    """The right answer, changed."""

    def answer(train, val):
        return changed(*as_in_the_solution(train, val))

    return answer


wrong(check.standardize, says="expected the dtype float64, got float32", kind=Kind.DTYPE)(
    then(lambda train, val: (train.float(), val.float()))
)
wrong(check.standardize, says="expected the dtype float32, got float64", kind=Kind.DTYPE)(
    lambda train, val: as_in_the_solution(train.double(), val.double())
)
wrong(check.standardize, says="the device cpu", kind=Kind.ELSEWHERE)(
    then(lambda train, val: (train.to("meta"), val.to("meta")))
)
wrong(check.standardize, says="expected a torch.Tensor, got ndarray", kind=Kind.TYPE)(
    then(lambda train, val: (train.numpy(), val.numpy()))
)
wrong(check.standardize, says="one of the same shape comes out")(then(lambda train, val: (val, train)))
wrong(check.standardize, says="expected 2 tensors, got 3")(then(lambda train, val: (train, val, val)))
wrong(check.standardize, says="not shifted and scaled as the training part")(
    then(lambda train, val: (train, val.clamp(-2, 2)))
)
wrong(check.standardize, says="have the deviations", kind=Kind.VALUE)(then(lambda train, val: (train * 1.01, val)))
wrong(check.standardize, says="becomes NaN")(then(lambda train, val: (train * torch.nan, val)))
wrong(check.standardize, says="comes out as 0")(then(lambda train, val: (train, val * (train != 0).any(0))))


@wrong(check.standardize, says="another, or the dtype", kind=(Kind.VALUE, Kind.COINCIDENCE))
def tiny_number_where_it_varies(train, val):
    mean, std = train.mean(0), train.std(0, correction=0)
    return with_std(train, val, mean, torch.where(std > 0, std + 1e-6, 0))


@wrong(check.standardize, says="another, or the dtype", kind=Kind.COINCIDENCE)
def small_deviations_taken_for_none(train, val):
    std = train.std(0, correction=0)
    return with_std(train, val, train.mean(0), torch.where(std < 1e-2, 0, std))


@wrong(check.standardize, says="another, or the dtype", kind=(Kind.SHAPE, Kind.COINCIDENCE))
def column_1_is_constant(train, val):
    mean, std = train.mean(0), train.std(0, correction=0)
    std[1:2] = 1
    return (train - mean) / std.where(std > 0, 1), (val - mean) / std.where(std > 0, 1)


@wrong(check.standardize, says="another, or the dtype", kind=(Kind.STATE, Kind.SHAPE))
def constants_of_the_first_call(train, val):
    known = KEPT["standardize"]
    known.append((train.mean(0), train.std(0, correction=0)))
    return with_std(train, val, *known[0])


@wrong(check.standardize, says="another, or the dtype", kind=Kind.STATE)
def constants_by_shape(train, val):
    known = KEPT["standardize", train.shape]
    known.append((train.mean(0), train.std(0, correction=0)))
    return with_std(train, val, *known[0])


@wrong(check.standardize, says="the result[", kind=Kind.STATE)
def more_each_time(train, val):
    KEPT["calls"].append(0)
    return then(lambda a, b: (a + 1e-6 * (len(KEPT["calls"]) > 8), b + (len(KEPT["calls"]) > 8)))(train, val)


@wrong(check.standardize, says="comes out as 0", kind=Kind.HALF)
def constant_column_set_to_zero(train, val):
    train_part, val_part = as_in_the_solution(train, val)
    return train_part, torch.where(train.std(0, correction=0) == 0, 0.0, val_part)


@right(check.standardize)
def with_scikit_learn(train, val):
    from sklearn.preprocessing import StandardScaler

    scaler = StandardScaler().fit(train.numpy())
    return [torch.as_tensor(scaler.transform(part.numpy()), dtype=train.dtype) for part in (train, val)]


@wrong(check.standardize, says="has a say in the constants", kind=Kind.HALF)
def mean_of_both(train, val):
    mean, std = torch.cat([train, val]).mean(0), train.std(0, correction=0)
    return with_std(train, val, mean, torch.where(std == 0, 1.0, std))


@wrong(check.standardize, says="has a say in the constants")
def deviation_of_both(train, val):
    mean, std = train.mean(0), torch.cat([train, val]).std(0, correction=0)
    return with_std(train, val, mean, torch.where(std == 0, 1.0, std))


@wrong(check.standardize, says="it can be shifted")
def constant_column_left_alone(train, val):
    parts = as_in_the_solution(train, val)
    return [torch.where(train.std(0, correction=0) == 0, old, new) for old, new in zip((train, val), parts)]


@wrong(check.standardize, says="nothing added")
def as_batch_norm_does(train, val):
    mean, var = train.mean(0), train.var(0, correction=0)
    return with_std(train, val, mean, torch.where(var == 0, 1.0, (var + 1e-5).sqrt()))


# images_seen

right(check.images_seen)(3072.0)
right(check.images_seen)(numpy.int64(3072))
wrong(check.images_seen, says="not with a comma", kind=Kind.TYPE)((3, 72))
wrong(check.images_seen, says="expected one number, got str", kind=Kind.TYPE)("3072")
wrong(check.images_seen, says="expected one number, got list")([3072])
wrong(check.images_seen, says="How many full batches", kind=Kind.VALUE)(3071)
wrong(check.images_seen, says="Asked are images", kind=Kind.GUESS)(16)
wrong(check.images_seen, says="that is one epoch", kind=Kind.GUESS)(1078)
wrong(check.images_seen, says="How many full batches")(64)
wrong(check.images_seen, says="finite")(float("nan"))
right(check.images_seen)(3072)
right(check.images_seen)(torch.tensor(3072))
wrong(check.images_seen, says="What does drop_last=True do")(3234)
wrong(check.images_seen, says="counts it as full")(3264)
wrong(check.images_seen, says="that is one epoch")(1024)
wrong(check.images_seen, says="Asked are images")(48)
wrong(check.images_seen, says="starts anew in every epoch")(3180)
wrong(check.images_seen, says="How many full batches")(3000)

# pixel

right(check.pixel)(Fraction(-3, 5))
right(check.pixel)(Decimal("-0.6"))
right(check.pixel)(torch.tensor([[[-0.6]]]))
right(check.pixel)(-0.605)  # the end of what the task allows
wrong(check.pixel, says="not with a comma", kind=Kind.TYPE)((-0, 6))
wrong(check.pixel, says="expected one number, got str", kind=Kind.TYPE)("-0.6")
wrong(check.pixel, says="after each of the three steps", kind=Kind.VALUE)(-0.61)
wrong(check.pixel, says="after each of the three steps")(-0.59)
wrong(check.pixel, says="after each of the three steps", kind=Kind.GUESS)(51)
wrong(check.pixel, says="after each of the three steps", kind=Kind.GUESS)(0.5)
wrong(check.pixel, says="after each of the three steps")(-1)
right(check.pixel)(-0.6)
right(check.pixel)((51 / 255 - 0.5) / 0.5)
wrong(check.pixel, says="One step is missing")(0.2)
wrong(check.pixel, says="And the division?")(-0.3)
wrong(check.pixel, says="Subtract first")(-0.8)
wrong(check.pixel, says="not multiplying by it")(-0.15)
wrong(check.pixel, says="brighter than the mean")(0.6)
wrong(check.pixel, says="What does scale=True do")(101)
wrong(check.pixel, says="And the mean?")(0.4)
wrong(check.pixel, says="after each of the three steps")(0)


# epoch


@right(check.epoch)
def one_order(X_train, y_train, BATCHSIZE, generator):
    order = torch.randperm(len(X_train), generator=generator)
    return list(zip(X_train[order].split(BATCHSIZE), y_train[order].split(BATCHSIZE)))


@right(check.epoch)
def one_batch_after_another(X_train, y_train, BATCHSIZE, generator):
    order, batches = torch.randperm(len(X_train), generator=generator).tolist(), []
    for start in range(0, len(order), BATCHSIZE):
        some = order[start : start + BATCHSIZE]
        batches.append([X_train[some], y_train[some]])
    return tuple(batches)


@right(check.epoch)
def by_sorting_random_numbers(X_train, y_train, BATCHSIZE, generator):
    order = torch.rand(len(X_train), generator=generator).argsort()
    return [(X_train[some], y_train[some]) for some in order.split(BATCHSIZE)]


@right(check.epoch)
def with_numpy_seeded_by_it(X_train, y_train, BATCHSIZE, generator):
    seed = torch.randint(2**31, (1,), generator=generator).item()
    order = torch.from_numpy(numpy.random.default_rng(seed).permutation(len(X_train)))
    return list(zip(torch.split(X_train[order], BATCHSIZE), torch.split(y_train[order], BATCHSIZE)))


@right(check.epoch)
def with_a_data_loader(X_train, y_train, BATCHSIZE, generator):
    pairs = torch.utils.data.TensorDataset(X_train, y_train)
    return list(torch.utils.data.DataLoader(pairs, BATCHSIZE, shuffle=True, generator=generator))


def ordered(order_of):
    """Batches of the examples in the order that `order_of` gives n of them with this generator."""

    def answer(X_train, y_train, BATCHSIZE, generator):
        order = order_of(len(X_train), generator)
        return list(zip(X_train[order].split(BATCHSIZE), y_train[order].split(BATCHSIZE)))

    return answer


def halves(n, generator):
    order = torch.randperm(n, generator=generator)
    return torch.cat([order[order < n // 2], order[order >= n // 2]])


wrong(check.epoch, says="Is the whole order random", kind=Kind.CHANCE)(
    ordered(lambda n, generator: torch.arange(n).roll(int(torch.randint(n, (1,), generator=generator))))
)
wrong(check.epoch, says="Is the whole order random", kind=Kind.CHANCE)(ordered(halves))
wrong(check.epoch, says="Is the whole order random", kind=Kind.CHANCE)(
    ordered(lambda n, generator: torch.cat([torch.randperm(n - 1, generator=generator), torch.tensor([n - 1])]))
)
wrong(check.epoch, says="same order as the one before")(
    ordered(lambda n, generator: torch.randperm(n, generator=torch.Generator().manual_seed(generator.initial_seed())))
)


def then_batches(changed):
    """The right batches, each changed."""

    def answer(X_train, y_train, BATCHSIZE, generator):
        return [changed(x, y) for x, y in one_order(X_train, y_train, BATCHSIZE, generator)]

    return answer


wrong(check.epoch, says="inputs that are not in the data", kind=Kind.VALUE)(then_batches(lambda x, y: (x / 255, y)))
wrong(check.epoch, says="expected the dtype float64, got float32", kind=Kind.DTYPE)(
    then_batches(lambda x, y: (x.float(), y))
)
wrong(check.epoch, says="expected the dtype int64, got float32", kind=Kind.DTYPE)(
    then_batches(lambda x, y: (x, y.float()))
)
wrong(check.epoch, says="each example keeps its shape", kind=Kind.SHAPE)(
    then_batches(lambda x, y: (x.reshape(len(x), -1), y))
)
wrong(check.epoch, says="the device cpu", kind=Kind.ELSEWHERE)(then_batches(lambda x, y: (x.to("meta"), y)))
wrong(check.epoch, says="expected a torch.Tensor, got list")(then_batches(lambda x, y: (x.tolist(), y)))
wrong(check.epoch, says="inputs and targets no longer belong", kind=Kind.ARGUMENT)(
    then_batches(lambda x, y: (x, y.sort().values))
)
wrong(check.epoch, says="as many inputs as targets")(then_batches(lambda x, y: (x, y[:1])))


@wrong(check.epoch, says="holds some examples", kind=Kind.SHAPE)
def an_empty_batch_at_the_end(X_train, y_train, BATCHSIZE, generator):
    order = torch.randperm(len(X_train), generator=generator)
    starts = range(0, len(order) + 1, BATCHSIZE)
    return [(X_train[order[i : i + BATCHSIZE]], y_train[order[i : i + BATCHSIZE]]) for i in starts]


@wrong(check.epoch, says="your code raised", kind=(Kind.STATE, Kind.SHAPE))
def number_of_the_first_call(X_train, y_train, BATCHSIZE, generator):
    known = KEPT["epoch"]
    known.append(len(X_train))
    order = torch.randperm(known[0], generator=generator)
    return list(zip(X_train[order].split(BATCHSIZE), y_train[order].split(BATCHSIZE)))


@wrong(check.epoch, says="inputs and targets no longer belong", kind=Kind.STATE)
def targets_by_length(X_train, y_train, BATCHSIZE, generator):
    known = KEPT["epoch", len(X_train)]
    known.append(y_train)
    return one_order(X_train, known[0], BATCHSIZE, generator)


@wrong(check.epoch, says="All batches but the last are full", kind=Kind.COINCIDENCE)
def batches_of_four(X_train, y_train, BATCHSIZE, generator):
    return one_order(X_train, y_train, min(BATCHSIZE, 4), generator)


@wrong(check.epoch, says="All batches but the last are full")
def the_batches_shuffled_too(X_train, y_train, BATCHSIZE, generator):
    batches = one_order(X_train, y_train, BATCHSIZE, generator)
    return [batches[i] for i in torch.randperm(len(batches), generator=generator)]


@wrong(check.epoch, says="expected a list of batches, got generator", kind=Kind.TYPE)
def yielded(X_train, y_train, BATCHSIZE, generator):
    yield from one_order(X_train, y_train, BATCHSIZE, generator)


@wrong(check.epoch, says="expected a list of batches, got zip", kind=Kind.TYPE)
def zipped(X_train, y_train, BATCHSIZE, generator):
    order = torch.randperm(len(X_train), generator=generator)
    return zip(X_train[order].split(BATCHSIZE), y_train[order].split(BATCHSIZE))


@wrong(check.epoch, says="examples come in 1000000 batches")
def a_million(X_train, y_train, BATCHSIZE, generator):
    return [0.0] * 10**6


@wrong(check.epoch, says="come in their old order")
def as_on_the_slide(X_train, y_train, BATCHSIZE, generator):
    return list(zip(torch.split(X_train, BATCHSIZE), torch.split(y_train, BATCHSIZE)))


@wrong(check.epoch, says="before they are cut", kind=Kind.CHANCE)
def the_batches_shuffled(X_train, y_train, BATCHSIZE, generator):
    batches = as_on_the_slide(X_train, y_train, BATCHSIZE, generator)
    *full, last = batches  # the short one stays at the end
    return [full[i] for i in torch.randperm(len(full), generator=generator)] + [last]


@wrong(check.epoch, says="which tensors follow the same one")
def two_orders(X_train, y_train, BATCHSIZE, generator):
    n = len(X_train)
    X_train = X_train[torch.randperm(n, generator=generator)]
    y_train = y_train[torch.randperm(n, generator=generator)]
    return as_on_the_slide(X_train, y_train, BATCHSIZE, generator)


@wrong(check.epoch, says="which tensors follow the same one", kind=Kind.HALF)
def only_the_images_shuffled(X_train, y_train, BATCHSIZE, generator):
    return as_on_the_slide(X_train[torch.randperm(len(X_train), generator=generator)], y_train, BATCHSIZE, generator)


@wrong(check.epoch, says="All randomness must come from `generator`")
def without_the_generator(X_train, y_train, BATCHSIZE, generator):
    order = torch.randperm(len(X_train))
    return as_on_the_slide(X_train[order], y_train[order], BATCHSIZE, generator)


@wrong(check.epoch, says="start again in each call", kind=Kind.STATE)
def seeded_in_every_call(X_train, y_train, BATCHSIZE, generator):
    return one_order(X_train, y_train, BATCHSIZE, generator.manual_seed(0))


@wrong(check.epoch, says="A permutation has each number once", kind=Kind.VALUE)
def drawn_with_replacement(X_train, y_train, BATCHSIZE, generator):
    order = torch.randint(len(X_train), (len(X_train),), generator=generator)
    return as_on_the_slide(X_train[order], y_train[order], BATCHSIZE, generator)


@wrong(check.epoch, says="The last batch may be smaller", kind=Kind.HALF)
def last_batch_dropped(X_train, y_train, BATCHSIZE, generator):
    return one_order(X_train, y_train, BATCHSIZE, generator)[:-1]


@wrong(check.epoch, says="Split by BATCHSIZE")
def so_many_batches(X_train, y_train, BATCHSIZE, generator):
    order = torch.randperm(len(X_train), generator=generator)
    return list(zip(X_train[order].chunk(2), y_train[order].chunk(2)))


@wrong(check.epoch, says="All batches but the last are full")
def equal_batches(X_train, y_train, BATCHSIZE, generator):
    order = torch.randperm(len(X_train), generator=generator)
    return list(zip(X_train[order].split(3), y_train[order].split(3)))


@wrong(check.epoch, says="changes the argument X_train", kind=Kind.ARGUMENT)
def shuffled_in_place(X_train, y_train, BATCHSIZE, generator):
    order = torch.randperm(len(X_train), generator=generator)
    X_train[:], y_train[:] = X_train[order], y_train[order]
    return [(x.clone(), y.clone()) for x, y in as_on_the_slide(X_train, y_train, BATCHSIZE, generator)]


@wrong(check.epoch, says="expected 2 tensors in each batch", kind=Kind.TYPE)
def inputs_only(X_train, y_train, BATCHSIZE, generator):
    return list(X_train[torch.randperm(len(X_train), generator=generator)].split(BATCHSIZE))


@wrong(check.epoch, says="expected a list of batches, got int")
def a_number(X_train, y_train, BATCHSIZE, generator):
    return len(X_train) // BATCHSIZE


@wrong(check.epoch, says="end with a return")
def without_return(X_train, y_train, BATCHSIZE, generator):
    one_order(X_train, y_train, BATCHSIZE, generator)


@wrong(check.standardize, says="end with a return")
def without_return_either(train, val):
    as_in_the_solution(train, val)
