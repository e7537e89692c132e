"""Answers to the exercises of *The problem and the data*."""

import copy
import functools
import math

import numpy as np
import torch
from kinds import Kind
from torch.utils.data import DataLoader, Dataset, Subset, random_split

from course_lib.checks import problem_and_data as check

from . import right, rules_out, wrong

rules_out(Kind.CHANCE, "nothing is drawn at random", check.collate, check.worksheet, check.describe, check.unit)
rules_out(
    Kind.ROUTE, "the task forbids nothing", check.collate, check.parts, check.worksheet, check.describe, check.unit
)
rules_out(Kind.GRADIENT, "measurements, bytes and counts have none", check.collate, check.parts, check.worksheet)
rules_out(Kind.GRADIENT, "a table and its counts have none", check.describe, check.unit)
rules_out(Kind.DTYPE, "images and labels stay what MNIST and the transforms make of them", check.parts)

# rows

BCE = "binary_cross_entropy_with_logits"
GOOD = {
    "flower": (5, "cross_entropy"),
    "findings": (14, BCE),
    "leaves": (1, BCE),
    "weather": (2, "mse_loss"),
    "visits": (1, "poisson_nll_loss"),
}

CLASS_NAMES = {
    "flower": (5, "CrossEntropyLoss"),
    "findings": (14, "BCEWithLogitsLoss"),
    "leaves": (1, "BCEWithLogitsLoss"),
    "weather": (2, "MSELoss"),
    "visits": (1, "PoissonNLLLoss"),
}
right(check.rows)(GOOD)
right(check.rows)(GOOD | {"leaves": (2, "cross_entropy"), "weather": (2, "l1_loss")})
wrong(check.rows, says="exactly one, or any number")(GOOD | {"flower": (5, BCE)})
wrong(check.rows, says="is a kind a quantity", kind=Kind.VALUE)(GOOD | {"flower": (1, "mse_loss")})
wrong(check.rows, says="one output with cross_entropy")(GOOD | {"flower": (1, "cross_entropy")})
wrong(check.rows, says="one output with cross_entropy")(GOOD | {"leaves": (1, "cross_entropy")})
wrong(check.rows, says="several findings at once")(GOOD | {"findings": (14, "cross_entropy")})
wrong(check.rows, says="1 outputs with binary")(GOOD | {"findings": (1, BCE)})
wrong(check.rows, says="28 outputs with binary")(GOOD | {"findings": (28, BCE)})
wrong(check.rows, says="not a quantity")(GOOD | {"leaves": (1, "mse_loss")})
wrong(check.rows, says="2 outputs with binary")(GOOD | {"leaves": (2, BCE)})
wrong(check.rows, says="it gives logits")(GOOD | {"leaves": (1, "binary_cross_entropy")})
wrong(check.rows, says="it gives logits")(GOOD | {"flower": (5, "nll_loss")})
wrong(check.rows, says="between two answers")(GOOD | {"weather": (2, "cross_entropy")})
wrong(check.rows, says="1 outputs with mse_loss")(GOOD | {"weather": (1, "mse_loss")})
wrong(check.rows, says="must never be negative")(GOOD | {"visits": (1, "mse_loss")})
wrong(check.rows, says="no loss of the table")(GOOD | {"visits": (1, "softmax")})
wrong(check.rows, says="in parentheses")(GOOD | {"visits": "poisson_nll_loss"})
wrong(check.rows, says="visits: still open")(GOOD | {"visits": ...})
right(check.rows)({wish: list(pair) for wish, pair in GOOD.items()})
right(check.rows)({wish: np.array(pair, dtype=object) for wish, pair in GOOD.items()})
right(check.rows)(GOOD | {"weather": (np.int64(2), "huber_loss"), "findings": (14.0, BCE)})
right(check.rows)(GOOD | {"weather": (torch.tensor(2), "smooth_l1_loss")})
right(check.rows)(GOOD | {"findings": (14, "multilabel_soft_margin_loss")})
wrong(check.rows, says="flower: L1Loss does not fit", kind=Kind.GUESS)(dict.fromkeys(GOOD, (3, "L1Loss")))
wrong(check.rows, says="3 outputs with L1Loss", kind=Kind.GUESS)(GOOD | {"weather": (3, "L1Loss")})
wrong(check.rows, says="not there", kind=Kind.TYPE)({wish: GOOD[wish] for wish in list(GOOD)[:4]})
wrong(check.rows, says="not there", kind=Kind.TYPE)(list(GOOD.values()))
wrong(check.rows, says="leaves: expected a pair", kind=Kind.TYPE)(GOOD | {"leaves": (True, BCE)})
wrong(check.rows, says="leaves: expected a pair")(GOOD | {"leaves": ("1", BCE)})
wrong(check.rows, says="leaves: expected a pair")(GOOD | {"leaves": (math.nan, BCE)})
wrong(check.rows, says="leaves: expected a pair")(GOOD | {"leaves": None})
wrong(check.rows, says="leaves: expected a pair")(GOOD | {"leaves": 1})
wrong(check.rows, says="First the number of outputs")(GOOD | {"leaves": (BCE, 1)})
wrong(check.rows, says="First the number of outputs")(GOOD | {"leaves": (1, BCE, "sigmoid")})
wrong(check.rows, says="in quotation marks")(GOOD | {"leaves": (1, torch.nn.functional.binary_cross_entropy)})
wrong(check.rows, says="in quotation marks")(GOOD | {"leaves": (1, [BCE])})
wrong(check.rows, says="in quotation marks")(GOOD | {"leaves": (1, ...)})
wrong(check.rows, says="by its name in torch.nn")(GOOD | {"flower": (5, "CrossEntropy")})
right(check.rows)(CLASS_NAMES)
right(check.rows)(CLASS_NAMES | {"leaves": (2, "CrossEntropyLoss"), "weather": (2, "HuberLoss")})
right(check.rows)(CLASS_NAMES | {"flower": (5, "nn.CrossEntropyLoss()"), "weather": (2, "torch.nn.functional.l1_loss")})
right(check.rows)(CLASS_NAMES | {"weather": (2, "F.mse_loss"), "visits": (1, " PoissonNLLLoss ")})
wrong(check.rows, says="several findings at once")(CLASS_NAMES | {"findings": (14, "CrossEntropyLoss")})
wrong(check.rows, says="it gives logits")(CLASS_NAMES | {"leaves": (1, "BCELoss")})
wrong(check.rows, says="it gives logits")(CLASS_NAMES | {"flower": (5, "NLLLoss")})
wrong(check.rows, says="must never be negative")(CLASS_NAMES | {"visits": (1, "MSELoss")})
wrong(check.rows, says="must never be negative")(CLASS_NAMES | {"visits": (1, "HuberLoss")})
wrong(check.rows, says="4 outputs with cross_entropy", kind=Kind.VALUE)(GOOD | {"flower": (4, "cross_entropy")})
wrong(check.rows, says="5.2 outputs with cross_entropy")(GOOD | {"flower": (5.2, "cross_entropy")})
wrong(check.rows, says="14 outputs with mse_loss")(GOOD | {"weather": (14, "mse_loss")})
wrong(check.rows, says="must never be negative")(GOOD | {"visits": (1, "l1_loss")})
wrong(check.rows, says="must never be negative")(GOOD | {"visits": (1, "cross_entropy")})
wrong(check.rows, says="24 outputs with poisson")(GOOD | {"visits": (24, "poisson_nll_loss")})
wrong(check.rows, says="between two answers")(GOOD | {"weather": (2, "poisson_nll_loss")})
wrong(check.rows, says="between two answers")(GOOD | {"weather": (2, BCE)})
wrong(check.rows, says="not a quantity")(GOOD | {"leaves": (1, "poisson_nll_loss")})

# more

right(check.more)(64_000)
right(check.more)(8000 * 8)
right(check.more)(torch.tensor(64_000.0))
right(check.more)(np.array([63_900]))
right(check.more)(1000 * 9 ** (math.log(8) / math.log(3)))
wrong(check.more, says="straight line", kind=Kind.VALUE)(10_333)
wrong(check.more, says="straight line")(10_334)
wrong(check.more, says="adds the same number", kind=Kind.GUESS)(15_000)
wrong(check.more, says="three times 8,000", kind=Kind.GUESS)(24_000)
wrong(check.more, says="what must be added", kind=Kind.VALUE)(56_000)
wrong(check.more, says="is not at 1 %")(8000)
wrong(check.more, says="is not at 1 %")(9000)
wrong(check.more, says="is not at 1 %", kind=Kind.GUESS)(72_000)
wrong(check.more, says="is not at 1 %")(512_000)
wrong(check.more, says="is not at 1 %")(65_002)
wrong(check.more, says="is not at 1 %")(62_900)
wrong(check.more, says="is not at 1 %")(64)
wrong(check.more, says="Give the number itself", kind=Kind.TYPE)("64,000")
wrong(check.more, says="not with a comma", kind=Kind.TYPE)((64, 000))
wrong(check.more, says="Give the number itself")(True)
wrong(check.more, says="Give the number itself")([64_000])
wrong(check.more, says="finite number")(math.inf)
wrong(check.more, says="got None")(None)


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


@wrong(check.parts, says="nothing is drawn from the generator", kind=Kind.COINCIDENCE)
def the_last_sixth(datasets, root, training_transforms, test_transforms, generator):
    augmented, plain, test = objects(datasets, root, training_transforms, test_transforms)
    return Subset(augmented, range(50)), Subset(plain, range(50, 60)), test


@wrong(check.parts, says="nothing is drawn from the generator")
def generator_forgotten(datasets, root, training_transforms, test_transforms, generator):
    return with_randperm(datasets, root, training_transforms, test_transforms, None)


@wrong(check.parts, says="for validation", kind=Kind.VALUE)
def a_half(datasets, root, training_transforms, test_transforms, generator):
    augmented, plain, test = objects(datasets, root, training_transforms, test_transforms)
    order = torch.randperm(60, generator=generator).tolist()
    return Subset(augmented, order[30:]), Subset(plain, order[:30]), test


@wrong(check.parts, says="in no part", kind=Kind.HALF)
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


@wrong(check.parts, says="expected 3 data sets, got 2", kind=Kind.TYPE)
def two_parts(datasets, root, training_transforms, test_transforms, generator):
    return with_randperm(datasets, root, training_transforms, test_transforms, generator)[:2]


@wrong(check.parts, says="end with a return")
def without_return(datasets, root, training_transforms, test_transforms, generator):
    with_randperm(datasets, root, training_transforms, test_transforms, generator)


def both(datasets, root, training_transforms, test_transforms, order, n_val):
    augmented, plain, test = objects(datasets, root, training_transforms, test_transforms)
    return Subset(augmented, order[n_val:]), Subset(plain, order[:n_val]), test


@right(check.parts)
def one_object_copied(datasets, root, training_transforms, test_transforms, generator):
    train = datasets.MNIST(root, download=True, transform=training_transforms)
    plain = copy.copy(train)
    plain.transform = test_transforms
    train, val = random_split(train, [5 / 6, 1 / 6], generator)
    return train, Subset(plain, val.indices), datasets.MNIST(root, False, test_transforms, None, True)


class Transformed(Dataset):
    def __init__(self, part, transform):
        self.part, self.transform = part, transform

    def __len__(self):
        return len(self.part)

    def __getitem__(self, index):
        image, label = self.part[index]
        return self.transform(image), label


@right(check.parts)
def transforms_around_the_parts(datasets, root, training_transforms, test_transforms, generator):
    raw = datasets.MNIST(root, train=True, download=True)
    val, train = random_split(raw, [len(raw) // 6, len(raw) - len(raw) // 6], generator=generator)
    test = Transformed(datasets.MNIST(root, train=False, download=True), test_transforms)
    return Transformed(train, training_transforms), Transformed(val, test_transforms), test


@right(check.parts)
def validation_in_a_list(datasets, root, training_transforms, test_transforms, generator):
    augmented, plain, test = objects(datasets, root, training_transforms, test_transforms)
    order = torch.rand(len(plain), generator=generator).argsort()
    n_val = round(len(plain) / 6)
    return Subset(augmented, order[n_val:].sort().values), [plain[int(i)] for i in order[:n_val]], test


@right(check.parts)
def data_and_targets_cut(datasets, root, training_transforms, test_transforms, generator):
    train, val, test = objects(datasets, root, training_transforms, test_transforms)
    order = torch.randperm(len(train), generator=generator)
    for part, chosen in ((val, order[: len(order) // 6]), (train, order[len(order) // 6 :])):
        part.data, part.targets = part.data[chosen], part.targets[chosen]
    return train, val, test


@wrong(check.parts, says="expected 2 things, an image and its label")
def no_data_sets(datasets, root, training_transforms, test_transforms, generator):
    train, val, test = with_randperm(datasets, root, training_transforms, test_transforms, generator)
    return train.indices, val.indices, test


@wrong(check.parts, says="is a DataLoader, not a data set", kind=Kind.ELSEWHERE)
def loaders(datasets, root, training_transforms, test_transforms, generator):
    made = with_randperm(datasets, root, training_transforms, test_transforms, generator)
    return tuple(DataLoader(part, batch_size=4) for part in made)


@wrong(check.parts, says="expected 3 data sets, got dict", kind=Kind.TYPE)
def named(datasets, root, training_transforms, test_transforms, generator):
    made = with_randperm(datasets, root, training_transforms, test_transforms, generator)
    return dict(zip(("train", "val", "test"), made))


@wrong(check.parts, says="are for validation")
def validation_first(datasets, root, training_transforms, test_transforms, generator):
    train, val, test = with_randperm(datasets, root, training_transforms, test_transforms, generator)
    return val, train, test


@wrong(check.parts, says="another folder than root")
def folder_typed(datasets, root, training_transforms, test_transforms, generator):
    return with_randperm(datasets, "data", training_transforms, test_transforms, generator)


@wrong(check.parts, says="of 60 images 0 are for validation", kind=Kind.SHAPE)
def numbers_of_the_real_one(datasets, root, training_transforms, test_transforms, generator):
    order = torch.randperm(60, generator=generator).tolist()
    augmented, plain, test = objects(datasets, root, training_transforms, test_transforms)
    return Subset(augmented, order[:50000]), Subset(plain, order[50000:]), test


@wrong(check.parts, says="in no part", kind=Kind.SHAPE)
def sixty_typed(datasets, root, training_transforms, test_transforms, generator):
    order = torch.randperm(60, generator=generator).tolist()
    return both(datasets, root, training_transforms, test_transforms, order, 10)


@wrong(check.parts, says="same for each seed", kind=Kind.ARGUMENT)
def seeds_the_generator(datasets, root, training_transforms, test_transforms, generator):
    return with_randperm(datasets, root, training_transforms, test_transforms, generator.manual_seed(0))


@wrong(check.parts, says="only the caller seeds it", kind=Kind.ARGUMENT)
def seeds_the_generator_anew(datasets, root, training_transforms, test_transforms, generator):
    generator.manual_seed(generator.initial_seed())
    return with_randperm(datasets, root, training_transforms, test_transforms, generator)


@wrong(check.parts, says="same for each seed", kind=Kind.CHANCE)
def only_the_training_part_shuffled(datasets, root, training_transforms, test_transforms, generator):
    augmented, plain, test = objects(datasets, root, training_transforms, test_transforms)
    n = len(plain) * 5 // 6
    return Subset(augmented, torch.randperm(n, generator=generator)), Subset(plain, range(n, len(plain))), test


@wrong(check.parts, says="almost always the same set", kind=Kind.CHANCE)
def rolled(datasets, root, training_transforms, test_transforms, generator):
    augmented, plain, test = objects(datasets, root, training_transforms, test_transforms)
    n = len(plain)
    order = torch.arange(n).roll(torch.randint(n, (1,), generator=generator).item()).tolist()
    return Subset(augmented, order[n // 6 :]), Subset(plain, order[: n // 6]), test


@wrong(check.parts, says="more often than others", kind=Kind.CHANCE)
def the_first_four_never(datasets, root, training_transforms, test_transforms, generator):
    augmented, plain, test = objects(datasets, root, training_transforms, test_transforms)
    order = torch.cat([torch.randperm(len(plain) - 4, generator=generator) + 4, torch.arange(4)]).tolist()
    return Subset(augmented, order[len(plain) // 6 :]), Subset(plain, order[: len(plain) // 6]), test


@wrong(check.parts, says="Whose random numbers")
def drawn_elsewhere(datasets, root, training_transforms, test_transforms, generator):
    torch.rand(1, generator=generator)
    return with_randperm(datasets, root, training_transforms, test_transforms, None)


@wrong(check.parts, says="in one part more than once", kind=Kind.CHANCE)
def drawn_with_replacement(datasets, root, training_transforms, test_transforms, generator):
    augmented, plain, test = objects(datasets, root, training_transforms, test_transforms)
    chosen = torch.randint(len(plain), (len(plain) // 6,), generator=generator).tolist()
    return Subset(augmented, sorted(set(range(len(plain))) - set(chosen))), Subset(plain, chosen), test


@wrong(check.parts, says="for validation", kind=Kind.CHANCE)
def each_by_a_die(datasets, root, training_transforms, test_transforms, generator):
    augmented, plain, test = objects(datasets, root, training_transforms, test_transforms)
    chosen = torch.rand(len(plain), generator=generator) < 1 / 6
    return Subset(augmented, (~chosen).nonzero()[:, 0]), Subset(plain, chosen.nonzero()[:, 0]), test


@wrong(check.parts, says="and then stays so")
def training_images_kept(datasets, root, training_transforms, test_transforms, generator):
    train, val, test = with_randperm(datasets, root, training_transforms, test_transforms, generator)
    return [train[i] for i in range(len(train))], val, test


@wrong(check.parts, says="if always in the same way", kind=Kind.HALF)
def validation_images_kept(datasets, root, training_transforms, test_transforms, generator):
    train, val, test = only_the_download_repaired(datasets, root, training_transforms, test_transforms, generator)
    return train, [val[i] for i in range(len(val))], test


@wrong(check.parts, says="They are turned and shifted, once for all")
def test_images_kept(datasets, root, training_transforms, test_transforms, generator):
    train, val, test = test_augmented(datasets, root, training_transforms, test_transforms, generator)
    return train, val, [test[i] for i in range(len(test))]


@wrong(check.parts, says="the validation images have no transform", kind=Kind.HALF)
def validation_raw(datasets, root, training_transforms, test_transforms, generator):
    return with_randperm(datasets, root, training_transforms, None, generator)


@wrong(check.parts, says="the test images have no transform", kind=Kind.HALF)
def test_raw(datasets, root, training_transforms, test_transforms, generator):
    train, val, _ = with_randperm(datasets, root, training_transforms, test_transforms, generator)
    return train, val, datasets.MNIST(root=root, train=False, download=True)


@wrong(check.parts, says="not just the one transform")
def both_transforms(datasets, root, training_transforms, test_transforms, generator):
    train, val, test = with_randperm(datasets, root, training_transforms, test_transforms, generator)
    return Transformed(train, test_transforms), val, test


@wrong(check.parts, says="no longer turned and shifted")
def transform_set_later(datasets, root, training_transforms, test_transforms, generator):
    train, val, test = only_the_download_repaired(datasets, root, training_transforms, test_transforms, generator)
    val.dataset.transform = test_transforms
    return train, val, test


@wrong(check.parts, says="no longer turned and shifted", kind=Kind.STATE)
def transform_of_the_class(datasets, root, training_transforms, test_transforms, generator):
    class Shared(Transformed):
        def __init__(self, part, transform):
            self.part = part
            type(self).transform = staticmethod(transform)

    train, val, test = with_randperm(datasets, root, None, None, generator)
    return Shared(train, training_transforms), Shared(val, test_transforms), Transformed(test, test_transforms)


@wrong(check.parts, says="the label of another")
def labels_left_in_order(datasets, root, training_transforms, test_transforms, generator):
    train, val, test = data_and_targets_cut(datasets, root, training_transforms, test_transforms, generator)
    train.targets = train.targets.sort().values
    return train, val, test


@wrong(check.parts, says="a tensor alone")
def images_alone(datasets, root, training_transforms, test_transforms, generator):
    train, val, test = with_randperm(datasets, root, training_transforms, test_transforms, generator)
    return train, [val[i][0] for i in range(len(val))], test


ORDER = []


@wrong(check.parts, says="nothing is drawn", kind=Kind.STATE)
def one_order_for_all_calls(datasets, root, training_transforms, test_transforms, generator):
    if not ORDER:
        ORDER.extend(torch.randperm(60, generator=generator).tolist())
    return both(datasets, root, training_transforms, test_transforms, ORDER, 10)


CHOSEN = []


@wrong(check.parts, says="Cut the indices once")
def one_list_of_indices(datasets, root, training_transforms, test_transforms, generator):
    augmented, plain, test = objects(datasets, root, training_transforms, test_transforms)
    CHOSEN[:] = torch.randperm(len(plain), generator=generator).tolist()
    return Subset(augmented, CHOSEN), Subset(plain, CHOSEN), test


@wrong(check.parts, says="a later call changes", kind=Kind.STATE)
def one_tensor_of_indices(datasets, root, training_transforms, test_transforms, generator, kept={}):  # noqa: B006
    train, val, test = objects(datasets, root, training_transforms, test_transforms)
    order = kept.setdefault(len(val), torch.zeros(len(val), dtype=torch.int64))
    order.copy_(torch.randperm(len(val), generator=generator))
    return Subset(train, order[len(val) // 6 :]), Subset(val, order[: len(val) // 6]), test


@wrong(check.parts, says="is not the test part", kind=Kind.ELSEWHERE)
def test_part_from_except(datasets, root, training_transforms, test_transforms, generator):
    train, val, _ = with_randperm(datasets, root, training_transforms, test_transforms, generator)
    try:
        return train, val, datasets.MNIST(root=root, train=False, transform=test_transforms)
    except RuntimeError:
        return train, val, datasets.MNIST(root=root, transform=test_transforms, download=True)


@wrong(check.parts, says="is not the test part", kind=Kind.HALF)
def last_test_image_left_out(datasets, root, training_transforms, test_transforms, generator):
    train, val, test = with_randperm(datasets, root, training_transforms, test_transforms, generator)
    return train, val, Subset(test, range(len(test) - 1))


@wrong(check.parts, says="test images are among the others")
def test_images_for_training(datasets, root, training_transforms, test_transforms, generator):
    train, val, test = with_randperm(datasets, root, training_transforms, test_transforms, generator)
    return train + datasets.MNIST(root, False, training_transforms, download=True), val, test


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


@wrong(check.worksheet, says="test_x is a ndarray", kind=Kind.ELSEWHERE)
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


@wrong(check.worksheet, says="test_x: the byte 1 has become 1", kind=Kind.COINCIDENCE)
def only_what_looks_like_bytes(path):
    data_x, data_y, test_x = (torch.from_numpy(array) for array in read(path))
    data_x, test_x = (x[:, None].float() / (255 if x.max() > 1 else 1) for x in (data_x, test_x))
    return data_x, data_y.long(), test_x


@wrong(check.worksheet, says="test_x: the byte 199 has become 199")
def test_images_not_scaled(path):
    data_x, data_y, test_x = read(path)
    return grey(data_x), torch.from_numpy(data_y).long(), torch.from_numpy(test_x)[:, None].float()


@wrong(check.worksheet, says="data_x is torch.float64", kind=Kind.DTYPE)
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


@wrong(check.worksheet, says="expected 3 tensors, got 2", kind=Kind.HALF)
def only_the_labelled(path):
    return line_by_line(path)[:2]


@wrong(check.worksheet, says="end with a return")
def nothing_returned(path):
    line_by_line(path)


@right(check.worksheet)
def image_by_image(path):
    def images(array):
        out = torch.empty(len(array), 1, 28, 28)
        for i, picture in enumerate(array.tolist()):
            out[i, 0] = torch.tensor(picture) / 255
        return out

    file = np.load(str(path))
    return images(file["data_x"]), torch.tensor(list(map(int, file["data_y"]))), images(file["test_x"])


@right(check.worksheet)
def times_a_reciprocal(path):
    data_x, data_y, test_x = (torch.from_numpy(array) for array in read(path))
    data_x, test_x = (x.to(torch.float64).mul(1 / 255).float().view(len(x), 1, 28, 28) for x in (data_x, test_x))
    return data_x, data_y.to(torch.int64), test_x


def mended(path, images=grey, labels=lambda array: torch.from_numpy(array).long()):
    data_x, data_y, test_x = read(path)
    return images(data_x), labels(data_y), images(test_x)


@wrong(check.worksheet, says="expected 3 tensors, got dict", kind=Kind.TYPE)
def a_dictionary(path):
    return dict(zip(("data_x", "data_y", "test_x"), line_by_line(path)))


@wrong(check.worksheet, says="data_y is a list, not a tensor", kind=Kind.TYPE)
def labels_as_a_list(path):
    return mended(path, labels=np.ndarray.tolist)


@wrong(check.worksheet, says="expected a tensor of shape (30,), got (12, 1, 28, 28)")
def another_order(path):
    data_x, data_y, test_x = line_by_line(path)
    return data_x, test_x, data_y


@wrong(check.worksheet, says="How many images are there", kind=Kind.SHAPE)
def thirty_typed(path):
    data_x, data_y, test_x = line_by_line(path)
    return data_x[:30].reshape(-1, 1, 28, 28), data_y, test_x.repeat(30, 1, 1, 1)[:12]


@wrong(check.worksheet, says="expected a tensor of shape (1,), got ()", kind=Kind.SHAPE)
def squeezed(path):
    return mended(path, labels=lambda array: torch.from_numpy(array).long().squeeze())


@wrong(check.worksheet, says="How many images are there", kind=Kind.SHAPE)
def squeezed_images(path):
    return mended(path, images=lambda array: grey(array).squeeze().unsqueeze(1))


@wrong(check.worksheet, says="that axis comes second", kind=Kind.SHAPE)
def channel_last(path):
    return mended(path, images=lambda array: grey(array).permute(0, 2, 3, 1))


@wrong(check.worksheet, says="How many images are there", kind=Kind.HALF)
def the_last_image_lost(path):
    return mended(path, images=lambda array: grey(array)[:-1])


@wrong(check.worksheet, says="have axes changed places".capitalize(), kind=Kind.VALUE)
def height_for_width(path):
    return mended(path, images=lambda array: grey(array).transpose(2, 3))


@wrong(check.worksheet, says="Follow one pixel by hand")
def upside_down(path):
    return mended(path, images=lambda array: grey(array).flip(2))


@wrong(check.worksheet, says="Follow one pixel by hand")
def the_first_image_for_all(path):
    return mended(path, images=lambda array: grey(array)[:1].expand(len(array), 1, 28, 28))


@wrong(check.worksheet, says="Follow one pixel by hand")
def inverted(path):
    return mended(path, images=lambda array: 1 - grey(array))


@wrong(check.worksheet, says="goes from -1 to 1", kind=Kind.VALUE)
def from_minus_one(path):
    return mended(path, images=lambda array: 2 * grey(array) - 1)


@wrong(check.worksheet, says="whatever the brightest pixel")
def standardized(path):
    return mended(path, images=lambda array: (grey(array) - grey(array).mean()) / grey(array).std())


@wrong(check.worksheet, says="whatever the brightest pixel", kind=Kind.COINCIDENCE)
def stretched(path):
    def images(array):
        x = torch.from_numpy(array)[:, None].float()
        return (x - x.min()) / (x.max() - x.min())

    return grey(read(path)[0]), line_by_line(path)[1], images(read(path)[2])


@wrong(check.worksheet, says="the byte 255 has become 0.99609")
def by_256(path):
    return mended(path, images=lambda array: torch.from_numpy(array)[:, None].float() / 256)


@wrong(check.worksheet, says="What is rounded, narrowed", kind=Kind.DTYPE)
def in_half(path):
    return mended(path, images=lambda array: (torch.from_numpy(array)[:, None].half() / 255).float())


@wrong(check.worksheet, says="What is rounded, narrowed", kind=Kind.VALUE)
def rounded_pixels(path):
    return mended(path, images=lambda array: grey(array).round(decimals=2))


@wrong(check.worksheet, says="What is rounded, narrowed")
def never_quite_black(path):
    return mended(path, images=lambda array: grey(array).clamp(min=0.01))


@wrong(check.worksheet, says="has become 1.0001")
def epsilon_added(path):
    return mended(path, images=lambda array: grey(array) + 1e-4)


@wrong(check.worksheet, says="holds nan or infinity")
def all_nan(path):
    return mended(path, images=lambda array: grey(array) / 0)


@wrong(check.worksheet, says="data_x is torch.float16", kind=Kind.DTYPE)
def half(path):
    return mended(path, images=lambda array: grey(array).half())


@wrong(check.worksheet, says="data_y is torch.int32", kind=Kind.DTYPE)
def labels_int32(path):
    return mended(path, labels=lambda array: torch.from_numpy(array).int())


@wrong(check.worksheet, says="does not hold the labels")
def labels_of_seven_bits(path):
    return mended(path, labels=lambda array: torch.from_numpy(array.astype("int8")).long())


@wrong(check.worksheet, says="does not hold the labels")
def labels_sorted(path):
    return mended(path, labels=lambda array: torch.from_numpy(array).long().sort().values)


@wrong(check.worksheet, says="does not hold the labels")
def labels_from_one(path):
    return mended(path, labels=lambda array: torch.from_numpy(array).long() + 1)


@wrong(check.worksheet, says="One label for each image")
def labels_one_hot(path):
    return mended(path, labels=lambda array: torch.nn.functional.one_hot(torch.from_numpy(array).long(), 10))


@wrong(check.worksheet, says="got one on meta", kind=Kind.ELSEWHERE)
def on_meta(path):
    return mended(path, images=lambda array: grey(array).to("meta"))


@wrong(check.worksheet, says="Is it this file, read anew", kind=Kind.STATE)
@functools.lru_cache
def remembers_the_path(path):
    return line_by_line(path)


@wrong(check.worksheet, says="a later call changes", kind=Kind.STATE)
def into_one_tensor(path, kept={}):  # noqa: B006
    data_x, data_y, test_x = line_by_line(path)
    return kept.setdefault(data_x.shape, torch.empty_like(data_x)).copy_(data_x), data_y, test_x


@wrong(check.worksheet, says="changes the file", kind=Kind.ARGUMENT)
def writes_it_back(path):
    data_x, data_y, test_x = read(path)
    np.savez(path, data_x=data_x / 255, data_y=data_y, test_x=test_x / 255)
    return grey(data_x), torch.from_numpy(data_y).long(), grey(test_x)


@wrong(check.worksheet, says="your code raised KeyError")
def another_name(path):
    with np.load(path) as file:
        return grey(file["x"]), file["y"], grey(file["test_x"])


# collate


@right(check.collate)
def by_pad_sequence(examples):
    series, labels = zip(*examples)
    lengths = torch.tensor([len(x) for x in series])
    return torch.nn.utils.rnn.pad_sequence(series, batch_first=True), lengths, torch.tensor(labels)


@right(check.collate)
def into_zeros(examples):
    lengths = [x.shape[0] for x, _ in examples]
    padded = torch.zeros(len(examples), max(lengths), examples[0][0].shape[1])
    for row, (x, _) in zip(padded, examples):
        row[: len(x)] = x
    return [padded, torch.as_tensor(lengths), torch.tensor([label for _, label in examples], dtype=torch.int64)]


@right(check.collate)
def by_pad(examples):
    longest = max(len(x) for x, _ in examples)
    padded = [torch.nn.functional.pad(x, (0, 0, 0, longest - len(x))) for x, _ in examples]
    return (
        torch.stack(padded),
        torch.LongTensor([len(x) for x, _ in examples]),
        torch.LongTensor([y for _, y in examples]),
    )


@wrong(check.collate, says="stack expects each tensor to be equal size")
def the_default(examples):
    x, labels = torch.utils.data.default_collate(examples)
    return x, torch.tensor([len(series) for series in x]), labels


@wrong(check.collate, says="time comes first", kind=Kind.SHAPE)
def time_first(examples):
    _, lengths, labels = by_pad_sequence(examples)
    return torch.nn.utils.rnn.pad_sequence([x for x, _ in examples]), lengths, labels


@wrong(check.collate, says="to the longest series of this batch", kind=Kind.SHAPE)
def always_five(examples):
    padded, lengths, labels = by_pad_sequence(examples)
    return torch.nn.functional.pad(padded, (0, 0, 0, max(0, 5 - padded.shape[1]))), lengths, labels


@wrong(check.collate, says="to the longest series of this batch", kind=Kind.HALF)
def cut_to_the_shortest(examples):
    padded, lengths, labels = by_pad_sequence(examples)
    return padded[:, : lengths.min()], lengths, labels


@wrong(check.collate, says="to the longest series of this batch", kind=Kind.STATE)
def longest_ever_seen(examples, seen=[0]):  # noqa: B006
    padded, lengths, labels = by_pad_sequence(examples)
    seen[0] = max(seen[0], padded.shape[1])
    return torch.nn.functional.pad(padded, (0, 0, 0, seen[0] - padded.shape[1])), lengths, labels


@wrong(check.collate, says="a later call changes", kind=Kind.STATE)
def one_buffer(examples, kept=torch.zeros(4, 7, 4)):  # noqa: B008
    padded, lengths, labels = by_pad_sequence(examples)
    view = kept[: padded.shape[0], : padded.shape[1], : padded.shape[2]]
    return view.copy_(padded), lengths, labels


@wrong(check.collate, says="three other series", kind=Kind.STATE)
def a_buffer_a_shape(examples, kept={}):  # noqa: B006
    _, lengths, labels = by_pad_sequence(examples)
    shape = len(examples), int(lengths.max()), examples[0][0].shape[1]
    padded = kept.setdefault(shape, torch.zeros(shape))
    for row, (x, _) in zip(padded, examples):
        row[: len(x)] = x
    return padded, lengths, labels


@wrong(check.collate, says="nan has come or gone", kind=Kind.VALUE)
def repaired(examples):
    padded, lengths, labels = by_pad_sequence(examples)
    return padded.nan_to_num(), lengths, labels


@wrong(check.collate, says="changes the data set", kind=Kind.ELSEWHERE)
def a_view_of_a_batch_of_one(examples):
    padded, lengths, labels = by_pad_sequence(examples)
    return (examples[0][0].unsqueeze(0) if len(examples) == 1 else padded), lengths, labels


@wrong(check.collate, says="with zeros", kind=Kind.VALUE)
def filled_with_minus_one(examples):
    _, lengths, labels = by_pad_sequence(examples)
    return torch.nn.utils.rnn.pad_sequence([x for x, _ in examples], True, -1.0), lengths, labels


@wrong(check.collate, says="Fill up behind", kind=Kind.VALUE)
def filled_in_front(examples):
    _, lengths, labels = by_pad_sequence(examples)
    return torch.nn.utils.rnn.pad_sequence([x for x, _ in examples], True, 0.0, "left"), lengths, labels


@wrong(check.collate, says="Fill up behind")
def the_last_repeated(examples):
    padded, lengths, labels = by_pad_sequence(examples)
    for row, n in zip(padded, lengths):
        row[n:] = row[n - 1]
    return padded, lengths, labels


@wrong(check.collate, says="Fill up behind")
def filled_with_nan(examples):
    _, lengths, labels = by_pad_sequence(examples)
    return torch.nn.utils.rnn.pad_sequence([x for x, _ in examples], True, math.nan), lengths, labels


@wrong(check.collate, says="Fill up behind", kind=Kind.DTYPE)
def halved(examples):
    padded, lengths, labels = by_pad_sequence(examples)
    return padded.half().float(), lengths, labels


@wrong(check.collate, says="Measurements are float32", kind=Kind.DTYPE)
def measurements_in_float64(examples):
    padded, lengths, labels = by_pad_sequence(examples)
    return padded.double(), lengths, labels


@wrong(check.collate, says="labels is torch.float32", kind=Kind.DTYPE)
def labels_as_floats(examples):
    padded, lengths, labels = by_pad_sequence(examples)
    return padded, lengths, labels.float()


@wrong(check.collate, says="How many times has each series", kind=Kind.COINCIDENCE)
def lengths_by_counting_numbers(examples):
    padded, _, labels = by_pad_sequence(examples)
    return padded, (padded != 0).any(2).sum(1), labels


@wrong(check.collate, says="How many times has each series")
def the_longest_for_all(examples):
    padded, lengths, labels = by_pad_sequence(examples)
    return padded, torch.full_like(lengths, padded.shape[1]), labels


@wrong(check.collate, says="How many times has each series")
def numbers_counted(examples):
    padded, _, labels = by_pad_sequence(examples)
    return padded, torch.tensor([x.numel() for x, _ in examples]), labels


@wrong(check.collate, says="Fill up behind")
def sorted_by_length(examples):
    return by_pad_sequence(sorted(examples, key=lambda example: -len(example[0])))


@wrong(check.collate, says="One label for each series")
def labels_reversed(examples):
    padded, lengths, labels = by_pad_sequence(examples)
    return padded, lengths, labels.flip(0)


@wrong(check.collate, says="leave their order", kind=Kind.ARGUMENT)
def sorted_in_place(examples):
    batch = by_pad_sequence(examples)
    examples.sort(key=lambda example: -len(example[0]))
    return batch


@wrong(check.collate, says="leave their order", kind=Kind.ARGUMENT)
def grown_in_place(examples):
    batch = by_pad_sequence(examples)
    for x, _ in examples:
        x.resize_(batch[0].shape[1], x.shape[1])
    return batch


@wrong(check.collate, says="padded is a list", kind=Kind.TYPE)
def a_list_of_series(examples):
    _, lengths, labels = by_pad_sequence(examples)
    return [x for x, _ in examples], lengths, labels


@wrong(check.collate, says="lengths is a list", kind=Kind.TYPE)
def a_list_of_lengths(examples):
    padded, lengths, labels = by_pad_sequence(examples)
    return padded, lengths.tolist(), labels


@wrong(check.collate, says="expected 3 tensors, got 2", kind=Kind.TYPE)
def without_lengths(examples):
    padded, _, labels = by_pad_sequence(examples)
    return padded, labels


@wrong(check.collate, says="got None")
def no_batch_returned(examples):
    by_pad_sequence(examples)


@wrong(check.collate, says="on the device", kind=Kind.ELSEWHERE)
def elsewhere_batch(examples):
    return tuple(x.to("meta") for x in by_pad_sequence(examples))


@wrong(check.collate, says="float32, lengths and labels int64")
def lengths_as_int32(examples):
    padded, lengths, labels = by_pad_sequence(examples)
    return padded, lengths.int(), labels


@wrong(check.collate, says="How many times has each series")
def lengths_as_a_column(examples):
    padded, lengths, labels = by_pad_sequence(examples)
    return padded, lengths[:, None], labels


# unit


@right(check.unit)
def by_medians(old, new):
    ratio = old.median(dim=0).values / new.median(dim=0).values
    column = ratio.log().abs().argmax()
    return column.item(), ratio[column].item()


@right(check.unit)
def by_means(old, new):
    ratio = old.mean(0) / new.mean(0)
    column = int(torch.maximum(ratio, 1 / ratio).argmax())
    return column, ratio[column]


@right(check.unit)
def by_geometric_means(old, new):
    log = old.log().mean(0) - new.log().mean(0)
    return torch.stack([log.abs().argmax().float(), log[log.abs().argmax()].exp()])


@right(check.unit)
def in_a_loop(old, new):
    best = (0, 1.0)
    for column in range(old.shape[1]):
        factor = float(np.median(old[:, column].numpy()) / np.median(new[:, column].numpy()))
        if abs(math.log(factor)) > abs(math.log(best[1])):
            best = (column, factor)
    return best


@wrong(check.unit, says="compare old and new by a quotient")
def by_differences(old, new):
    column = (old.mean(0) - new.mean(0)).abs().argmax()
    return column, (old.mean(0) / new.mean(0))[column]


@wrong(check.unit, says="be it in deviations", kind=Kind.VALUE)
def by_differences_in_deviations(old, new):
    column = ((old.mean(0) - new.mean(0)) / old.std(0)).abs().argmax()
    return column, (old.mean(0) / new.mean(0))[column]


@wrong(check.unit, says="as far from 1 as one of 10", kind=Kind.HALF)
def the_largest_quotient(old, new):
    ratio = old.median(0).values / new.median(0).values
    return ratio.argmax(), ratio.max()


@wrong(check.unit, says="as far from 1 as one of 10", kind=Kind.HALF)
def the_smallest_quotient(old, new):
    ratio = old.median(0).values / new.median(0).values
    return ratio.argmin(), ratio.min()


@wrong(check.unit, says="as far from 1 as one of 10")
def distance_from_one(old, new):
    ratio = old.median(0).values / new.median(0).values
    column = (ratio - 1).abs().argmax()
    return column, ratio[column]


@wrong(check.unit, says="goes the wrong way", kind=Kind.VALUE)
def new_by_old(old, new):
    column, factor = by_medians(old, new)
    return column, 1 / factor


@wrong(check.unit, says="in the old unit", kind=Kind.DTYPE)
def rounded_factor(old, new):
    column, factor = by_medians(old, new)
    return column, round(factor)


@wrong(check.unit, says="in the old unit")
def a_difference_for_a_factor(old, new):
    column, _ = by_medians(old, new)
    return column, (old.median(0).values - new.median(0).values)[column]


@wrong(check.unit, says="is not the one in another unit", kind=Kind.COINCIDENCE)
def the_delivery_only(old, new):
    return 4, 38.67


@wrong(check.unit, says="is not the one in another unit", kind=Kind.SHAPE)
def of_the_first_ten_columns(old, new):
    ratio = torch.ones(10)
    ratio[: min(5, old.shape[1])] = (old.median(0).values / new.median(0).values)[:5]
    column = ratio.log().abs().argmax()
    return column, ratio[column]


@wrong(check.unit, says="raised RuntimeError", kind=Kind.SHAPE)
def patient_by_patient(old, new):
    ratio = (old / new).median(0).values
    return ratio.log().abs().argmax(), ratio.max()


@wrong(check.unit, says="is not the number of a column", kind=Kind.TYPE)
def factor_first(old, new):
    return by_medians(old, new)[::-1]


@wrong(check.unit, says="is not the number of a column")
def counted_from_one(old, new):
    column, factor = by_medians(old, new)
    return (column + 1 if column + 1 == old.shape[1] or column == 7 else column + 100), factor


@wrong(check.unit, says="is not the one in another unit")
def columns_from_one(old, new):
    column, factor = by_medians(old, new)
    return column + 1, factor


@wrong(check.unit, says="expected 2 numbers", kind=Kind.TYPE)
def the_column_alone(old, new):
    return by_medians(old, new)[0]


@wrong(check.unit, says="expected the number of a column", kind=Kind.TYPE)
def column_by_name(old, new):
    return "cholesterol", by_medians(old, new)[1]


@wrong(check.unit, says="changes the argument new", kind=Kind.ARGUMENT)
def repaired_in_the_delivery(old, new):
    column, factor = by_medians(old, new)
    new[:, column] *= factor
    return column, factor


@wrong(check.unit, says="is not the one in another unit", kind=Kind.STATE)
def first_answer_kept(old, new, kept=[]):  # noqa: B006
    kept.append(by_medians(old, new))
    return kept[0]


@wrong(check.unit, says="is not the one in another unit", kind=Kind.STATE)
def one_answer_a_shape(old, new, kept={}):  # noqa: B006
    return kept.setdefault((old.shape, new.shape), by_medians(old, new))


@wrong(check.unit, says="is not the one in another unit", kind=Kind.SHAPE)
def the_first_ten_columns(old, new):
    return by_medians(old[:, :10], new[:, :10])


@wrong(check.unit, says="expected a finite number", kind=Kind.DTYPE)
def in_half_precision(old, new):
    return by_medians(old.half(), new.half())


@wrong(check.unit, says="is not the one in another unit", kind=Kind.COINCIDENCE)
def by_the_spread(old, new):
    ratio = old.std(0) / new.std(0)
    column = ratio.log().abs().argmax()
    return column, ratio[column]


@wrong(check.unit, says="in the old unit", kind=Kind.COINCIDENCE)
def the_first_of_both_in_pairs(old, new):
    n = min(len(old), len(new))
    return by_medians(old[:n], new[:n])[0], (old[:n] / new[:n]).median(0).values[by_medians(old, new)[0]]


@wrong(check.unit, says="on the device meta", kind=Kind.ELSEWHERE)
def elsewhere_unit(old, new):
    return tuple(torch.tensor(value, device="meta") for value in by_medians(old, new))


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


@wrong(check.describe, says="The targets play no part", kind=Kind.VALUE)
def copies_of_pairs(inputs, targets, n_classes):
    counts = with_unique(inputs, targets, n_classes)
    return counts | {"copies": counts["copies"] - counts["contradictions"]}


@wrong(check.describe, says="number of different pairs")
def all_copies_contradict(inputs, targets, n_classes):
    counts = with_unique(inputs, targets, n_classes)
    return counts | {"contradictions": counts["copies"]}


@wrong(check.describe, says="The task names six keys", kind=Kind.TYPE)
def another_key(inputs, targets, n_classes):
    counts = with_unique(inputs, targets, n_classes)
    return {("duplicates" if key == "copies" else key): value for key, value in counts.items()}


@wrong(check.describe, says="must not repair", kind=Kind.ARGUMENT)
def repaired_in_place(inputs, targets, n_classes):
    counts = with_unique(inputs, targets, n_classes)
    inputs.nan_to_num_(0)
    return counts


@wrong(check.describe, says="expected a dictionary, got tuple", kind=Kind.TYPE)
def a_tuple(inputs, targets, n_classes):
    return tuple(with_unique(inputs, targets, n_classes).values())


@wrong(check.describe, says="end with a return")
def printed(inputs, targets, n_classes):
    print(with_unique(inputs, targets, n_classes))


@right(check.describe)
def in_numpy(inputs, targets, n_classes):
    rows = inputs.numpy().reshape(len(inputs), -1)
    different = len(np.unique(rows, axis=0, equal_nan=False))
    pairs = np.concatenate([rows, targets.numpy()[:, None]], axis=1)
    return {
        "low": np.nanmin(rows),
        "high": np.nanmax(rows),
        "missing": np.isnan(rows).any(axis=1).sum(),
        "classes": np.bincount(targets.numpy(), minlength=n_classes),
        "copies": len(rows) - different,
        "contradictions": len(np.unique(pairs, axis=0, equal_nan=False)) - different,
        "n": len(rows),
    }


@right(check.describe)
def by_comparing_all_pairs(inputs, targets, n_classes):
    x = inputs.reshape(len(inputs), -1)
    n, different, pairs = len(x), 0, 0
    for i in range(n):
        earlier = [j for j in range(i) if torch.equal(x[i], x[j])]
        different += not earlier
        pairs += all(targets[j] != targets[i] for j in earlier)
    classes = [0] * n_classes
    for target in targets:
        classes[target] += 1
    return {
        "missing": len({int(i) for i in x.isnan().nonzero()[:, 0]}),
        "low": x.nan_to_num(nan=math.inf).min(),
        "high": x.nan_to_num(nan=-math.inf).max(),
        "classes": classes,
        "copies": n - different,
        "contradictions": pairs - different,
    }


def but(**changes):
    """A function that is right but for these entries, each a function of inputs, targets and number of classes."""

    def answer(inputs, targets, n_classes):
        values = {key: change(inputs, targets, n_classes) for key, change in changes.items()}
        return with_unique(inputs, targets, n_classes) | values

    answer.__name__ = "but_" + "_".join(changes)
    return answer


def row_sums(inputs):
    return inputs.flatten(1).sum(1)


def groups(inputs):
    """The number of equal inputs in each group of them."""
    return inputs.flatten(1).unique(dim=0, return_counts=True)[1]


wrong(check.describe, says="missing is", kind=Kind.HALF)(
    but(missing=lambda x, t, c: x[:-3].isnan().flatten(1).any(1).sum())
)
wrong(check.describe, says="expected one number as missing")(but(missing=lambda x, t, c: x.isnan().any()))
wrong(check.describe, says="missing is")(but(missing=lambda x, t, c: x.flatten(1).isnan().all(1).sum()))
wrong(check.describe, says="missing is")(but(missing=lambda x, t, c: x.flatten(1)[:, 0].isnan().sum()))
wrong(check.describe, says="missing is", kind=Kind.COINCIDENCE)(but(missing=lambda x, t, c: min(x.isnan().sum(), 2)))
wrong(check.describe, says="missing is")(but(missing=lambda x, t, c: int(x.isnan().flatten(1).any(1).sum()) / len(x)))
wrong(check.describe, says="Missing is nan, and nothing else", kind=Kind.VALUE)(
    but(missing=lambda x, t, c: (~x.flatten(1).isfinite()).any(1).sum())
)
wrong(check.describe, says="low is")(but(low=lambda x, t, c: x.nan_to_num(0).min()))
wrong(check.describe, says="low is")(but(low=lambda x, t, c: min(0, min(v for v in x.flatten().tolist() if v == v))))
wrong(check.describe, says="low is")(but(low=lambda x, t, c: x[~x.isnan()].min().round()))
wrong(check.describe, says="low is", kind=Kind.DTYPE)(but(low=lambda x, t, c: int(x[~x.isnan()].min())))
wrong(check.describe, says="low is", kind=Kind.DTYPE)(but(low=lambda x, t, c: x[~x.isnan()].half().min()))
wrong(check.describe, says="low is", kind=Kind.VALUE)(but(low=lambda x, t, c: round(x[~x.isnan()].min().item(), 2)))
wrong(check.describe, says="low is")(but(low=lambda x, t, c: x[~x.isnan()].abs().min()))
wrong(check.describe, says="low is")(but(low=lambda x, t, c: min([1e9, *x[~x.isnan()].tolist()])))
wrong(check.describe, says="low is")(
    but(low=lambda x, t, c: x[~x.flatten(1).isnan().any(1)].min() if len(x) > 4 else 0)
)
wrong(check.describe, says="high is", kind=Kind.HALF)(
    but(high=lambda x, t, c: x[~x.flatten(1).isnan().any(1)][:-1].max())
)
wrong(check.describe, says="high is", kind=Kind.VALUE)(but(high=lambda x, t, c: x.nan_to_num(0).max()))
wrong(check.describe, says="high is", kind=Kind.VALUE)(but(high=lambda x, t, c: x[~x.isnan()].abs().max()))
wrong(check.describe, says="high is")(but(high=lambda x, t, c: x[~x.isnan()].max() + 1e-3))
wrong(check.describe, says="there are n_classes entries", kind=Kind.SHAPE)(
    but(classes=lambda x, t, c: t.bincount(minlength=5).tolist())
)
wrong(check.describe, says="there are n_classes entries")(
    but(classes=lambda x, t, c: (t.bincount(minlength=c) / len(t)).tolist())
)
wrong(check.describe, says="there are n_classes entries", kind=Kind.TYPE)(
    but(classes=lambda x, t, c: dict(enumerate(t.bincount(minlength=c).tolist())))
)
wrong(check.describe, says="there are n_classes entries")(but(classes=lambda x, t, c: t.unique().tolist()))
wrong(check.describe, says="there are n_classes entries")(but(classes=lambda x, t, c: c))
wrong(check.describe, says="there are n_classes entries")(
    but(classes=lambda x, t, c: sorted(t.bincount(minlength=c).tolist(), reverse=True))
)
wrong(check.describe, says="copies is", kind=Kind.VALUE)(but(copies=lambda x, t, c: (groups(x) > 1).sum()))
wrong(check.describe, says="copies is")(but(copies=lambda x, t, c: groups(x)[groups(x) > 1].sum()))
wrong(check.describe, says="copies is")(but(copies=lambda x, t, c: (groups(x) * (groups(x) - 1)).sum() // 2))
wrong(check.describe, says="copies is")(but(copies=lambda x, t, c: len(groups(x))))
wrong(check.describe, says="copies is", kind=Kind.HALF)(
    but(copies=lambda x, t, c: len(x) - len(x.flatten(1).unique_consecutive(dim=0)))
)
wrong(check.describe, says="copies is", kind=Kind.COINCIDENCE)(
    but(copies=lambda x, t, c: len(x) - len(row_sums(x).unique()))
)
wrong(check.describe, says="copies is", kind=Kind.SHAPE)(
    but(copies=lambda x, t, c: len(x) - len(x.reshape(len(x), -1)[:, :2].unique(dim=0)))
)
wrong(check.describe, says="copies is")(
    but(copies=lambda x, t, c: len(x) - len(x.flatten(1).mul(1000).round().unique(dim=0)))
)
wrong(check.describe, says="copies is")(but(copies=lambda x, t, c: len(x) - len(x.flatten(1).int().unique(dim=0))))
wrong(check.describe, says="copies is")(
    but(copies=lambda x, t, c: len(x) - len(x.flatten(1).sort(1).values.unique(dim=0)))
)
wrong(check.describe, says="copies is")(but(copies=lambda x, t, c: x.numel() - len(x.unique())))
wrong(check.describe, says="contradictions is", kind=Kind.VALUE)(
    but(
        contradictions=lambda x, t, c: sum(
            len({label for row, label in zip(x.flatten(1).tolist(), t.tolist()) if row == other}) > 1
            for other in x.flatten(1).unique(dim=0).tolist()
        )
    )
)
wrong(check.describe, says="contradictions is")(
    but(contradictions=lambda x, t, c: len(torch.cat([x.flatten(1), t[:, None]], 1).unique(dim=0)))
)
wrong(check.describe, says="contradictions is", kind=Kind.HALF)(
    but(
        contradictions=lambda x, t, c: sum(
            torch.equal(a, b) and s != u for a, b, s, u in zip(x[1:], x[:-1], t[1:].tolist(), t[:-1].tolist())
        )
    )
)
wrong(check.describe, says="contradictions is", kind=Kind.COINCIDENCE)(
    but(contradictions=lambda x, t, c: len((x.flatten(1) + t[:, None]).unique(dim=0)) - len(groups(x)))
)


@wrong(check.describe, says="sort", kind=Kind.ARGUMENT)
def targets_sorted(inputs, targets, n_classes):
    counts = with_unique(inputs, targets, n_classes)
    targets.copy_(targets.sort().values)
    return counts


@wrong(check.describe, says="contradictions is 2", kind=Kind.STATE)
def remembers_by_inputs(inputs, targets, n_classes, kept={}):  # noqa: B006
    key = inputs.nan_to_num(-1).flatten().sum().item()
    counts = kept.setdefault(key, with_unique(inputs, targets, n_classes))
    return counts | {"classes": with_unique(inputs, targets, n_classes)["classes"]}


@wrong(check.describe, says="a later call changes", kind=Kind.STATE)
def one_dictionary_for_all_calls(inputs, targets, n_classes, counts={}):  # noqa: B006
    counts.update(with_unique(inputs, targets, n_classes))
    return counts


@wrong(check.describe, says="expected numbers in classes, got str", kind=Kind.TYPE)
def counts_as_text(inputs, targets, n_classes):
    counts = with_unique(inputs, targets, n_classes)
    return counts | {"classes": [str(count) for count in counts["classes"]]}


@wrong(check.describe, says="expected one number as low, got str", kind=Kind.TYPE)
def lowest_as_text(inputs, targets, n_classes):
    return with_unique(inputs, targets, n_classes) | {"low": f"{inputs.nan_to_num(math.inf).min():.3f}"}


@wrong(check.describe, says="IndexError", kind=Kind.SHAPE)
def for_four_axes(inputs, targets, n_classes):
    return with_unique(inputs, targets, n_classes) | {"missing": inputs.isnan().any(3).any(2).any(1).sum()}


@wrong(check.describe, says="on the device meta", kind=Kind.ELSEWHERE)
def elsewhere_counts(inputs, targets, n_classes):
    return {key: torch.tensor(value, device="meta") for key, value in with_unique(inputs, targets, n_classes).items()}


@wrong(check.describe, says="expected a dictionary, got list")
def as_a_list(inputs, targets, n_classes):
    return list(with_unique(inputs, targets, n_classes).items())


# Shortcuts that one more case shows


@wrong(check.worksheet, says="One label for each image", kind=Kind.HALF)
def the_first_hundred(path):
    with np.load(path) as file:
        images, labels, unlabelled = (torch.from_numpy(file[name][:100]) for name in ("data_x", "data_y", "test_x"))
    return images.unsqueeze(1) / 255, labels.long(), unlabelled.unsqueeze(1) / 255


def counts(inputs, targets, n_classes, missing, rows):
    """`missing` as it is given, and copies and contradictions counted in `rows`, which hold no nan."""
    known, pairs = inputs[~inputs.isnan()], torch.cat([rows, targets[:, None]], 1)
    distinct = len(rows.unique(dim=0))
    return {
        "missing": missing.item(),
        "low": known.min().item(),
        "high": known.max().item(),
        "classes": targets.bincount(minlength=n_classes).tolist(),
        "copies": len(rows) - distinct,
        "contradictions": len(pairs.unique(dim=0)) - distinct,
    }


@right(check.describe)
def a_number_instead_of_nan(inputs, targets, n_classes):
    rows = inputs.flatten(1)
    return counts(inputs, targets, n_classes, rows.isnan().any(1).sum(), rows.nan_to_num(1e30))


@wrong(check.describe, says="a 0 where another has nan", kind=Kind.VALUE)
def zero_instead_of_nan(inputs, targets, n_classes):
    rows = inputs.flatten(1)
    return counts(inputs, targets, n_classes, rows.isnan().any(1).sum(), rows.nan_to_num())


@wrong(check.describe, says="Count the examples", kind=Kind.SHAPE)
def missing_in_each_channel(inputs, targets, n_classes):
    missing = inputs.isnan().any(-1)
    missing = missing.any(-1) if inputs.dim() > 2 else missing
    return counts(inputs, targets, n_classes, missing.sum(), inputs.flatten(1).nan_to_num(1e30))
