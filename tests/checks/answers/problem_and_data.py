"""Answers to the exercises of *The problem and the data*."""

import numpy as np
import torch
from torch.utils.data import Subset, random_split

from course_lib.checks import problem_and_data as check

from . import right, wrong

# rows

BCE = "binary_cross_entropy_with_logits"
GOOD = {
    "flower": (5, "cross_entropy"),
    "findings": (14, BCE),
    "leaves": (1, BCE),
    "weather": (2, "mse_loss"),
    "visits": (1, "poisson_nll_loss"),
}

right(check.rows)(GOOD)
right(check.rows)(GOOD | {"leaves": (2, "cross_entropy"), "weather": (2, "l1_loss")})
wrong(check.rows, says="exactly one, or any number")(GOOD | {"flower": (5, BCE)})
wrong(check.rows, says="is a kind a quantity")(GOOD | {"flower": (1, "mse_loss")})
wrong(check.rows, says="one unit with cross_entropy")(GOOD | {"flower": (1, "cross_entropy")})
wrong(check.rows, says="one unit with cross_entropy")(GOOD | {"leaves": (1, "cross_entropy")})
wrong(check.rows, says="several findings at once")(GOOD | {"findings": (14, "cross_entropy")})
wrong(check.rows, says="1 units with binary")(GOOD | {"findings": (1, BCE)})
wrong(check.rows, says="28 units with binary")(GOOD | {"findings": (28, BCE)})
wrong(check.rows, says="not a quantity")(GOOD | {"leaves": (1, "mse_loss")})
wrong(check.rows, says="2 units with binary")(GOOD | {"leaves": (2, BCE)})
wrong(check.rows, says="it gives logits")(GOOD | {"leaves": (1, "binary_cross_entropy")})
wrong(check.rows, says="it gives logits")(GOOD | {"flower": (5, "nll_loss")})
wrong(check.rows, says="between two answers")(GOOD | {"weather": (2, "cross_entropy")})
wrong(check.rows, says="1 units with mse_loss")(GOOD | {"weather": (1, "mse_loss")})
wrong(check.rows, says="never negative")(GOOD | {"visits": (1, "mse_loss")})
wrong(check.rows, says="no loss of the table")(GOOD | {"visits": (1, "softmax")})
wrong(check.rows, says="in parentheses")(GOOD | {"visits": "poisson_nll_loss"})
wrong(check.rows, says="visits: still open")(GOOD | {"visits": ...})

# between

right(check.between)(2.5)
right(check.between)(torch.tensor([1.0, 1.0, 1.0, 7.0]).mean())
wrong(check.between, says="commoner class")(1)
wrong(check.between, says="equally common")(4)
wrong(check.between, says="is rounded")(3)
wrong(check.between, says="is rounded")(2)
wrong(check.between, says="rarer class the larger weight")(5.5)
wrong(check.between, says="derivative is zero")(7)


# parts


def objects(datasets, root, training_transforms, test_transforms):
    return [
        datasets.MNIST(root=root, train=train, transform=transform, download=True)
        for train, transform in ((True, training_transforms), (True, test_transforms), (False, test_transforms))
    ]


@right(check.parts)
def with_randperm(datasets, root, training_transforms, test_transforms, generator):
    augmented, plain, test = objects(datasets, root, training_transforms, test_transforms)
    order = torch.randperm(len(plain), generator=generator).tolist()
    n_val = len(plain) // 6
    return Subset(augmented, order[n_val:]), Subset(plain, order[:n_val]), test


@right(check.parts)
def indices_of_random_split(datasets, root, training_transforms, test_transforms, generator):
    augmented, plain, test = objects(datasets, root, training_transforms, test_transforms)
    train, val = random_split(augmented, [5 / 6, 1 / 6], generator=generator)
    return [train, Subset(plain, val.indices), test]


@wrong(check.parts, says="Dataset not found")
def as_it_stood(datasets, root, training_transforms, test_transforms, generator):
    train = datasets.MNIST(root=root, train=True, transform=training_transforms, download=True)
    train, val = random_split(train, [5 / 6, 1 / 6], generator=generator)
    test = datasets.MNIST(root=root, train=False, transform=test_transforms)
    return train, val, test


@wrong(check.parts, says="another one each time it is read")
def only_the_download_repaired(datasets, root, training_transforms, test_transforms, generator):
    augmented, _, test = objects(datasets, root, training_transforms, test_transforms)
    return *random_split(augmented, [5 / 6, 1 / 6], generator=generator), test


@wrong(check.parts, says="no longer turned and shifted")
def no_augmentation_at_all(datasets, root, training_transforms, test_transforms, generator):
    _, plain, test = objects(datasets, root, training_transforms, test_transforms)
    return *random_split(plain, [5 / 6, 1 / 6], generator=generator), test


@wrong(check.parts, says="Cut the indices once")
def cut_twice(datasets, root, training_transforms, test_transforms, generator):
    augmented, plain, test = objects(datasets, root, training_transforms, test_transforms)
    train, _ = random_split(augmented, [5 / 6, 1 / 6], generator=generator)
    _, val = random_split(plain, [5 / 6, 1 / 6], generator=generator)
    return train, val, test


@wrong(check.parts, says="in the training and in the validation part")
def all_of_it_for_training(datasets, root, training_transforms, test_transforms, generator):
    augmented, plain, test = objects(datasets, root, training_transforms, test_transforms)
    return augmented, random_split(plain, [5 / 6, 1 / 6], generator=generator)[1], test


@wrong(check.parts, says="same for each seed")
def the_last_sixth(datasets, root, training_transforms, test_transforms, generator):
    augmented, plain, test = objects(datasets, root, training_transforms, test_transforms)
    return Subset(augmented, range(50)), Subset(plain, range(50, 60)), test


@wrong(check.parts, says="Whose random numbers")
def generator_forgotten(datasets, root, training_transforms, test_transforms, generator):
    return with_randperm(datasets, root, training_transforms, test_transforms, None)


@wrong(check.parts, says="for validation")
def a_half(datasets, root, training_transforms, test_transforms, generator):
    augmented, plain, test = objects(datasets, root, training_transforms, test_transforms)
    order = torch.randperm(60, generator=generator).tolist()
    return Subset(augmented, order[30:]), Subset(plain, order[:30]), test


@wrong(check.parts, says="in no part")
def some_lost(datasets, root, training_transforms, test_transforms, generator):
    augmented, plain, test = objects(datasets, root, training_transforms, test_transforms)
    order = torch.randperm(60, generator=generator).tolist()
    return Subset(augmented, order[20:]), Subset(plain, order[:10]), test


@wrong(check.parts, says="is not the test part")
def test_part_from_training(datasets, root, training_transforms, test_transforms, generator):
    train, val, _ = with_randperm(datasets, root, training_transforms, test_transforms, generator)
    return train, val, val


@wrong(check.parts, says="did not get test_transforms")
def test_augmented(datasets, root, training_transforms, test_transforms, generator):
    train, val, _ = with_randperm(datasets, root, training_transforms, test_transforms, generator)
    return train, val, datasets.MNIST(root=root, train=False, transform=training_transforms, download=True)


@wrong(check.parts, says="expected three data sets")
def two_parts(datasets, root, training_transforms, test_transforms, generator):
    return with_randperm(datasets, root, training_transforms, test_transforms, generator)[:2]


@wrong(check.parts, says="end with a return")
def without_return(datasets, root, training_transforms, test_transforms, generator):
    with_randperm(datasets, root, training_transforms, test_transforms, generator)


# worksheet


def read(path):
    with np.load(path) as file:
        return file["data_x"], file["data_y"], file["test_x"]


def grey(array):
    return torch.from_numpy(array)[:, None].float() / 255


@right(check.worksheet)
def line_by_line(path):
    data_x, data_y, test_x = read(path)
    return grey(data_x), torch.from_numpy(data_y).long(), grey(test_x)


@right(check.worksheet)
def in_numpy_first(path):
    data_x, data_y, test_x = read(path)
    data_x, test_x = (x.reshape(-1, 1, 28, 28).astype("float32") / 255 for x in (data_x, test_x))
    return [torch.tensor(data_x), torch.tensor(data_y.astype("int64")), torch.tensor(test_x)]


@wrong(check.worksheet, says="test_x is a ndarray")
def as_on_the_slide(path):
    data_x, data_y, test_x = read(path)
    return torch.from_numpy(data_x), torch.from_numpy(data_y), test_x


@wrong(check.worksheet, says="cross_entropy wants class numbers as int64")
def labels_left_as_bytes(path):
    data_x, data_y, test_x = read(path)
    return grey(data_x), torch.from_numpy(data_y), grey(test_x)


@wrong(check.worksheet, says="cross_entropy wants class numbers as int64")
def labels_as_float(path):
    data_x, data_y, test_x = read(path)
    return grey(data_x), torch.from_numpy(data_y).float(), grey(test_x)


@wrong(check.worksheet, says="does not hold the labels")
def labels_scaled_too(path):
    data_x, data_y, test_x = read(path)
    return grey(data_x), (torch.from_numpy(data_y) / 255).long(), grey(test_x)


@wrong(check.worksheet, says="One label for each image")
def labels_in_a_column(path):
    data_x, data_y, test_x = read(path)
    return grey(data_x), torch.from_numpy(data_y).long()[:, None], grey(test_x)


@wrong(check.worksheet, says="that axis comes second")
def without_a_channel(path):
    data_x, data_y, test_x = read(path)
    return grey(data_x)[:, 0], torch.from_numpy(data_y).long(), grey(test_x)[:, 0]


@wrong(check.worksheet, says="test_x: the byte 199 has become 1")
def by_its_own_maximum(path):
    data_x, data_y, test_x = read(path)
    data_x, test_x = (torch.from_numpy(x)[:, None].float() for x in (data_x, test_x))
    return data_x / data_x.max(), torch.from_numpy(data_y).long(), test_x / test_x.max()


@wrong(check.worksheet, says="test_x: the byte 199 has become 199")
def test_images_not_scaled(path):
    data_x, data_y, test_x = read(path)
    return grey(data_x), torch.from_numpy(data_y).long(), torch.from_numpy(test_x)[:, None].float()


@wrong(check.worksheet, says="data_x is torch.float64")
def in_float64(path):
    data_x, data_y, test_x = read(path)
    return torch.from_numpy(data_x / 255)[:, None], torch.from_numpy(data_y).long(), grey(test_x)


@wrong(check.worksheet, says="while it was still a byte")
def divided_as_bytes(path):
    data_x, data_y, test_x = read(path)
    return torch.from_numpy(data_x // 255)[:, None].float(), torch.from_numpy(data_y).long(), grey(test_x)


@wrong(check.worksheet, says="data_x is torch.uint8")
def bytes_of_the_right_shape(path):
    data_x, data_y, test_x = read(path)
    return torch.from_numpy(data_x)[:, None], torch.from_numpy(data_y).long(), torch.from_numpy(test_x)[:, None]


@wrong(check.worksheet, says="expected three tensors")
def only_the_labelled(path):
    return line_by_line(path)[:2]


@wrong(check.worksheet, says="end with a return")
def nothing_returned(path):
    line_by_line(path)


# nchw


@right(check.nchw)
def with_permute(pictures):
    return torch.from_numpy(pictures).permute(0, 3, 1, 2).float() / 255


@right(check.nchw)
def with_moveaxis(pictures):
    return torch.tensor(np.moveaxis(pictures, -1, 1).astype(np.float32) / 255)


@right(check.nchw)
def swapped_twice(pictures):
    return (torch.from_numpy(pictures) / 255).transpose(1, 3).transpose(2, 3).contiguous()


@wrong(check.nchw, says="cut the line of numbers anew")
def with_reshape(pictures):
    n, height, width, channels = pictures.shape
    return torch.from_numpy(pictures).reshape(n, channels, height, width).float() / 255


@wrong(check.nchw, says="got (4, 3, 5, 6)")
def height_and_width_swapped(pictures):
    return torch.from_numpy(pictures).permute(0, 3, 2, 1).float() / 255


@wrong(check.nchw, says="where they belong")
def swapped_and_bent(pictures):
    n, height, width, channels = pictures.shape
    return torch.from_numpy(pictures).permute(0, 3, 2, 1).reshape(n, channels, height, width).float() / 255


@wrong(check.nchw, says="got (4, 6, 5, 3)")
def axes_left(pictures):
    return torch.from_numpy(pictures).float() / 255


@wrong(check.nchw, says="is torch.uint8")
def still_bytes(pictures):
    return torch.from_numpy(pictures).permute(0, 3, 1, 2)


@wrong(check.nchw, says="has become 229")
def not_scaled(pictures):
    return torch.from_numpy(pictures).permute(0, 3, 1, 2).float()


@wrong(check.nchw, says="whatever the brightest pixel")
def scaled_by_the_brightest(pictures):
    x = torch.from_numpy(pictures).permute(0, 3, 1, 2).float()
    return x / x.max()


@wrong(check.nchw, says="lost their shades")
def divided_too_early(pictures):
    return torch.from_numpy(pictures // 255).permute(0, 3, 1, 2).float()


@wrong(check.nchw, says="is torch.float64")
def by_numpy(pictures):
    return torch.from_numpy(np.moveaxis(pictures / 255, 3, 1))


@wrong(check.nchw, says="the camera's array has changed")
def in_place(pictures):
    x = torch.from_numpy(pictures).permute(0, 3, 1, 2)
    result = x.float() / 255
    x.clamp_(max=1)
    return result


# describe


@right(check.describe)
def with_unique(inputs, targets, n_classes):
    flat = inputs.flatten(1)
    distinct = len(flat.unique(dim=0))
    pairs = len(torch.cat([flat, targets[:, None].float()], dim=1).unique(dim=0))
    known = inputs[~inputs.isnan()]
    return {
        "missing": flat.isnan().any(dim=1).sum(),
        "low": known.min(),
        "high": known.max(),
        "classes": torch.bincount(targets, minlength=n_classes).tolist(),
        "copies": len(flat) - distinct,
        "contradictions": pairs - distinct,
    }


@right(check.describe)
def with_sets(inputs, targets, n_classes):
    rows = [tuple(map(str, row)) for row in inputs.reshape(len(inputs), -1).tolist()]
    values = [value for value in inputs.flatten().tolist() if value == value]
    labels = targets.tolist()
    return {
        "missing": sum("nan" in row for row in rows),
        "low": min(values),
        "high": max(values),
        "classes": [labels.count(c) for c in range(n_classes)],
        "copies": len(rows) - len(set(rows)),
        "contradictions": len(set(zip(rows, labels))) - len(set(rows)),
    }


@wrong(check.describe, says="at least one nan, not the values")
def values_counted(inputs, targets, n_classes):
    return with_unique(inputs, targets, n_classes) | {"missing": int(inputs.isnan().sum())}


@wrong(check.describe, says="look for the smallest")
def nan_in_the_minimum(inputs, targets, n_classes):
    return with_unique(inputs, targets, n_classes) | {"low": inputs.min().item()}


@wrong(check.describe, says="look for the largest")
def nan_in_the_maximum(inputs, targets, n_classes):
    return with_unique(inputs, targets, n_classes) | {"high": inputs.max().item()}


@wrong(check.describe, says="there are n_classes entries")
def absent_classes_left_out(inputs, targets, n_classes):
    return with_unique(inputs, targets, n_classes) | {"classes": targets.bincount().tolist()}


@wrong(check.describe, says="there are n_classes entries")
def only_what_occurs(inputs, targets, n_classes):
    return with_unique(inputs, targets, n_classes) | {"classes": targets.unique(return_counts=True)[1].tolist()}


@wrong(check.describe, says="The targets play no part")
def copies_of_pairs(inputs, targets, n_classes):
    counts = with_unique(inputs, targets, n_classes)
    return counts | {"copies": counts["copies"] - counts["contradictions"]}


@wrong(check.describe, says="number of different pairs")
def all_copies_contradict(inputs, targets, n_classes):
    counts = with_unique(inputs, targets, n_classes)
    return counts | {"contradictions": counts["copies"]}


@wrong(check.describe, says="The task names six keys")
def another_key(inputs, targets, n_classes):
    counts = with_unique(inputs, targets, n_classes)
    return {("duplicates" if key == "copies" else key): value for key, value in counts.items()}


@wrong(check.describe, says="must not repair")
def repaired_in_place(inputs, targets, n_classes):
    counts = with_unique(inputs, targets, n_classes)
    inputs.nan_to_num_(0)
    return counts


@wrong(check.describe, says="expected a dictionary, got tuple")
def a_tuple(inputs, targets, n_classes):
    return tuple(with_unique(inputs, targets, n_classes).values())


@wrong(check.describe, says="end with a return")
def printed(inputs, targets, n_classes):
    print(with_unique(inputs, targets, n_classes))
