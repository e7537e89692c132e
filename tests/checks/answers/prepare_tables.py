"""Answers to the exercises of *Preparing data*: tables and batches."""

import torch

from course_lib import data
from course_lib.checks import prepare_tables as check

from . import right, wrong

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


def with_std(train, val, mean, std):
    std = torch.where(std == 0, 1.0, std)
    return (train - mean) / std, (val - mean) / std


@wrong(check.standardize, says="0/0 is no number")
def constant_column_forgotten(train, val):
    mean, std = train.mean(0), train.std(0, correction=0)
    return (train - mean) / std, (val - mean) / std


@wrong(check.standardize, says="tiny divisor")
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


@wrong(check.standardize, says="Which dimension do you average over?")
def one_mean_for_the_table(train, val):
    return with_std(train, val, train.mean(), train.std(correction=0))


@wrong(check.standardize, says="square of what you need")
def divided_by_the_variance(train, val):
    return with_std(train, val, train.mean(0), train.var(0, correction=0))


@wrong(check.standardize, says="comes back as it was")
def validation_forgotten(train, val):
    return as_in_the_solution(train, val)[0], val


@wrong(check.standardize, says="not shifted and scaled as the training part")
def validation_scaled_and_not_shifted(train, val):
    mean, std = train.mean(0), train.std(0, correction=0)
    std = torch.where(std == 0, 1.0, std)
    scaled = val / std
    scaled[:, 1] = val[:, 1] - mean[1]
    return (train - mean) / std, scaled


@wrong(check.standardize, says="write into the caller's tensor")
def in_place(train, val):
    mean, std = train.mean(0), train.std(0, correction=0)
    std[std == 0] = 1
    train -= mean
    val -= mean
    return train / std, val / std


@wrong(check.standardize, says="with a comma between them")
def only_one(train, val):
    return as_in_the_solution(train, val)[0]


# images_seen

right(check.images_seen)(3072)
right(check.images_seen)(torch.tensor(3072))
wrong(check.images_seen, says="What does drop_last=True do")(3234)
wrong(check.images_seen, says="counts it as full")(3264)
wrong(check.images_seen, says="that is one epoch")(1024)
wrong(check.images_seen, says="Asked are images")(48)
wrong(check.images_seen, says="starts anew in every epoch")(3180)
wrong(check.images_seen, says="How many full batches")(3000)

# pixel

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
    order = torch.randperm(len(X_train), generator=generator).tolist()
    for start in range(0, len(order), BATCHSIZE):
        some = order[start : start + BATCHSIZE]
        yield X_train[some], y_train[some]


@right(check.epoch)
def with_a_data_loader(X_train, y_train, BATCHSIZE, generator):
    pairs = torch.utils.data.TensorDataset(X_train, y_train)
    return list(torch.utils.data.DataLoader(pairs, BATCHSIZE, shuffle=True, generator=generator))


@wrong(check.epoch, says="come in their old order")
def as_on_the_slide(X_train, y_train, BATCHSIZE, generator):
    return list(zip(torch.split(X_train, BATCHSIZE), torch.split(y_train, BATCHSIZE)))


@wrong(check.epoch, says="before they are cut")
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


@wrong(check.epoch, says="which tensors follow the same one")
def only_the_images_shuffled(X_train, y_train, BATCHSIZE, generator):
    return as_on_the_slide(X_train[torch.randperm(len(X_train), generator=generator)], y_train, BATCHSIZE, generator)


@wrong(check.epoch, says="All randomness must come from `generator`")
def without_the_generator(X_train, y_train, BATCHSIZE, generator):
    order = torch.randperm(len(X_train))
    return as_on_the_slide(X_train[order], y_train[order], BATCHSIZE, generator)


@wrong(check.epoch, says="start again in each call")
def seeded_in_every_call(X_train, y_train, BATCHSIZE, generator):
    return one_order(X_train, y_train, BATCHSIZE, generator.manual_seed(0))


@wrong(check.epoch, says="A permutation has each number once")
def drawn_with_replacement(X_train, y_train, BATCHSIZE, generator):
    order = torch.randint(len(X_train), (len(X_train),), generator=generator)
    return as_on_the_slide(X_train[order], y_train[order], BATCHSIZE, generator)


@wrong(check.epoch, says="The last batch may be smaller")
def last_batch_dropped(X_train, y_train, BATCHSIZE, generator):
    return one_order(X_train, y_train, BATCHSIZE, generator)[:-1]


@wrong(check.epoch, says="Split by BATCHSIZE")
def so_many_batches(X_train, y_train, BATCHSIZE, generator):
    order = torch.randperm(len(X_train), generator=generator)
    return list(zip(X_train[order].chunk(2), y_train[order].chunk(2)))


@wrong(check.epoch, says="torch.split does that")
def equal_batches(X_train, y_train, BATCHSIZE, generator):
    order = torch.randperm(len(X_train), generator=generator)
    return list(zip(X_train[order].split(3), y_train[order].split(3)))


@wrong(check.epoch, says="that makes new tensors")
def shuffled_in_place(X_train, y_train, BATCHSIZE, generator):
    order = torch.randperm(len(X_train), generator=generator)
    X_train[:], y_train[:] = X_train[order], y_train[order]
    return [(x.clone(), y.clone()) for x, y in as_on_the_slide(X_train, y_train, BATCHSIZE, generator)]


@wrong(check.epoch, says="inputs and targets in each batch, got one Tensor")
def inputs_only(X_train, y_train, BATCHSIZE, generator):
    return list(X_train[torch.randperm(len(X_train), generator=generator)].split(BATCHSIZE))


@wrong(check.epoch, says="One pair for each batch")
def a_number(X_train, y_train, BATCHSIZE, generator):
    return len(X_train) // BATCHSIZE


@wrong(check.epoch, says="end with a return")
def without_return(X_train, y_train, BATCHSIZE, generator):
    one_order(X_train, y_train, BATCHSIZE, generator)


@wrong(check.standardize, says="end with a return")
def without_return_either(train, val):
    as_in_the_solution(train, val)
