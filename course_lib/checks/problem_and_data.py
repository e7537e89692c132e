"""Checks of *The problem and the data*: rows of the table, a file, batches, parts, counts, a curve, a delivery."""

import re
import tempfile
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import torch

from course_lib import data

from .core import NO_RETURN, Exercise, Mistake, NotAttempted, ask, call, close, expect, number, several, tensor
from .probes import KEEPS, agree, drawn_evenly

BCE = "binary_cross_entropy_with_logits"
QUANTITY = ("mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss")
CLASSES = {  # the losses of torch.nn, and what the same is called as a function
    "CrossEntropyLoss": "cross_entropy",
    "NLLLoss": "nll_loss",
    "BCELoss": "binary_cross_entropy",
    "BCEWithLogitsLoss": BCE,
    "PoissonNLLLoss": "poisson_nll_loss",
    "MSELoss": "mse_loss",
    "L1Loss": "l1_loss",
    "SmoothL1Loss": "smooth_l1_loss",
    "HuberLoss": "huber_loss",
    "MultiLabelSoftMarginLoss": "multilabel_soft_margin_loss",  # not in the table, and the same as BCE for several labels
}
WISHES = {  # the losses that are right with their number of units, and what to ask about another loss
    "flower": (
        {"cross_entropy": 5},
        "How many of the five kinds are in one photo: exactly one, or any number? And is a kind a quantity?",
    ),
    "findings": (
        {BCE: 14, "multilabel_soft_margin_loss": 14},
        "An X-ray may show several findings at once, or none. Which loss asks each one separately?",
    ),
    "leaves": ({BCE: 1, "cross_entropy": 2}, "Yes or no is a choice between two classes, not a quantity."),
    "weather": (dict.fromkeys(QUANTITY, 2), "Temperature and wind are quantities: between two answers lies a third."),
    "visits": (
        {"poisson_nll_loss": 1},
        "The answer must never be negative. Which row of the table reads an output by exp?",
    ),
}


@Exercise
def rows(answer):
    """For each of five wishes the number of outputs and the name of the loss."""
    expect(
        isinstance(answer, dict) and set(WISHES) <= set(answer),
        "the answers to some of the five wishes are not there",
        "The cell below the task hands over all five, by their names.",
    )
    if all(answer[wish] is ... for wish in WISHES):
        raise NotAttempted
    for wish, (losses, question) in WISHES.items():
        expect(answer[wish] is not ..., f"{wish}: still open", "Put a pair of outputs and loss there.")
        form = f'{wish}: expected a pair such as (3, "L1Loss")'
        try:
            units, given = several(answer[wish], 2)
            units = number(units)
        except Mistake:
            raise Mistake(form, "First the number of outputs, then the name of the loss, in parentheses.") from None
        expect(isinstance(given, str), form, "The name of the loss is a text: it stands in quotation marks.")
        name = re.sub(r"^(torch\.)?(nn\.functional|nn|functional|F)\.|\(\)$", "", given.strip())
        loss = CLASSES.get(name, name)
        expect(
            loss in CLASSES.values(),
            f"{wish}: no loss of the table is called {given!r}",
            "Take a loss of the table, by its name in torch.nn, in quotation marks.",
        )
        expect(
            loss not in ("binary_cross_entropy", "nll_loss"),
            f"{wish}: {given} wants (log-)probabilities",
            "The last layer is linear, so it gives logits.",
        )
        expect(loss in losses, f"{wish}: {given} does not fit", question)
        expect(
            not (units == 1 and loss == "cross_entropy"),
            f"{wish}: one output with {given}",
            "What is the softmax of a single number?",
        )
        expect(
            units == losses[loss],
            f"{wish}: {units:g} outputs with {given}",
            "How many numbers must come out for one example, if this is the loss?",
        )


# The parts of MNIST


def _stand_in(n, roots):
    """What torchvision.datasets offers, in small: n images to train with and n // 5 to test, each its own number.

    It writes each folder that it is given into `roots`.
    """

    class MNIST:
        def __init__(self, root, train=True, transform=None, target_transform=None, download=False):
            roots.append(root)
            if not download:
                raise RuntimeError("Dataset not found. You can use download=True to download it")
            numbers = torch.arange(n) if train else 1000 + torch.arange(n // 5)
            self.root, self.train, self.transform, self.target_transform = root, train, transform, target_transform
            self.data = torch.stack([numbers.float(), torch.zeros(len(numbers))], dim=1)
            self.targets = numbers % 10

        def __len__(self):
            return len(self.data)

        def __getitem__(self, index):
            image, target = self.data[index].clone(), int(self.targets[index])
            image = image if self.transform is None else self.transform(image)
            return image, target if self.target_transform is None else self.target_transform(target)

    return SimpleNamespace(MNIST=MNIST)


def _anew(image):
    """To train, a transform leaves another number from 1 to 2 in an image each time; the other one leaves -1."""
    return image + torch.tensor([0.0, 1 + torch.rand(()).item()])


def _still(image):
    return image - torch.tensor([0.0, 1.0])


def _parts(answer, n=60, generator=0):
    generator = torch.Generator().manual_seed(generator) if isinstance(generator, int) else generator
    before, roots = generator.get_state(), []
    parts = several(ask(answer, _stand_in(n, roots), f"folder-{n}", _anew, _still, generator), 3, "data sets")
    for part in parts:
        if not all(hasattr(type(part), method) for method in ("__len__", "__getitem__")):
            raise Mistake(
                f"one of the three is a {type(part).__name__}, not a data set",
                "A data set has a length and gives one image and its label for an index. Loaders come later.",
            )
    expect(set(roots) <= {f"folder-{n}"}, "MNIST is called with another folder than root", "Hand root on, as it is.")
    expect(
        not torch.equal(before, generator.get_state()),
        "nothing is drawn from the generator that your function is given",
        "It takes part in the call that draws: generator=generator. And only the caller seeds it.",
    )
    return parts


def _item(part, index):
    """The number of an image, what its transform has left in it, and its label."""
    item = call(part.__getitem__, index)
    if isinstance(item, torch.Tensor):
        raise Mistake(
            "an item of a part is a tensor alone", "MNIST gives an image and its label, and so should a part."
        )
    image, label = several(item, 2, "things, an image and its label")
    image = tensor(image, (2,), "The images are those of MNIST, after their transform.").tolist()
    return int(image[0]), image[1], number(label, "a label")


def _numbers(part):
    return torch.tensor([_item(part, index)[0] for index in range(call(len, part))], dtype=torch.int64)


def _readings(parts):
    """{image: (mark, mark)} of each part, read twice, in turns."""
    marks = [{}, {}, {}]
    for _ in range(2):
        for index in range(max(call(len, part) for part in parts)):
            for part, seen in zip(parts, marks):
                if index < len(part):
                    image, mark, label = _item(part, index)
                    expect(label == image % 10, "an image has got the label of another", "They stay together.")
                    seen.setdefault(image, []).append(mark)
    return [torch.tensor(list(seen.values())) for seen in marks]


def _treatment(marks):
    """What has been done to the images of a part."""
    if (marks == -1).all():
        return "test"
    if (marks == 0).all():
        return "none"
    if (marks >= 1).all() and (marks <= 2).all():
        return "training" if (marks[:, 0] != marks[:, 1]).all() else "frozen"
    return "mixed"


UNLIKE = {  # (part, what has been done to it): what is wrong, and a hint
    ("training", "test"): (
        "the training images are no longer turned and shifted",
        "The training part should keep training_transforms. Then how many objects do you need?",
    ),
    ("training", "frozen"): (
        "a training image is turned and shifted once, and then stays so",
        "Was it read when the parts were made? training_transforms should run whenever it is read.",
    ),
    ("validation", "training"): (
        "the same validation image is another one each time it is read",
        "It was taken from the object that has training_transforms. An object has one transform.",
    ),
    ("validation", "frozen"): (
        "the validation images are turned and shifted, if always in the same way",
        "They should be as they are in the test part: test_transforms.",
    ),
    ("test", "training"): ("the test images did not get test_transforms", "What changes at random can't be compared."),
    ("test", "frozen"): ("the test images did not get test_transforms", "They are turned and shifted, once for all."),
}


def _see_parts(parts, n):
    """Expect what the task asks for, of n images to train with."""
    train, val, test = (_numbers(part) for part in parts)
    expect(
        torch.equal(test, 1000 + torch.arange(n // 5)),
        "the third part is not the test part of MNIST",
        "It is what train=False gives, whole.",
    )
    expect(
        len(train.unique()) == len(train) and len(val.unique()) == len(val),
        "an image is in one part more than once",
        "Each is drawn once: with a permutation, none can come twice.",
    )
    both = torch.cat([train, val])
    expect(
        len(both.unique()) == len(both),
        "some images are in the training and in the validation part",
        "Cut the indices once, and use one piece for each part.",
    )
    expect(
        torch.equal(both.sort().values, torch.arange(n)),
        "some images of train=True are in no part" if (both < n).all() else "test images are among the others",
        f"Do the lengths of both parts add up to {n}, and both come from train=True?",
    )
    expect(
        n // 6 <= len(val) <= -(-n // 6),
        f"of {n} images {len(val)} are for validation",
        "Asked is one in six, of as many as there are.",
    )
    goals = {"training": "training", "validation": "test", "test": "test"}
    for (name, goal), marks in zip(goals.items(), _readings(parts)):
        done = _treatment(marks)
        if done != goal:
            raise Mistake(
                *UNLIKE.get(
                    (name, done),
                    (
                        f"the {name} images have "
                        + ("no transform" if done == "none" else "not just the one transform they need"),
                        "Which images should get training_transforms, which ones test_transforms? Each gets one.",
                    ),
                )
            )
    return val.sort().values


@Exercise
def parts(answer):
    """Training, validation and test part of MNIST with the right transforms, each loadable by itself."""
    first = _parts(answer)
    val = _see_parts(first, 60)
    expect(
        not torch.equal(val, _see_parts(_parts(answer, generator=1), 60)),
        "the validation part is the same for each seed of the generator",
        "One image in six, drawn by the generator.",
    )
    expect(
        torch.equal(val, _see_parts(_parts(answer), 60)),
        "the same seed gives another validation part each time",
        "Whose random numbers draw the images?",
    )
    generator = torch.Generator().manual_seed(2)
    for _ in range(2):  # a generator that is seeded anew shows no trace of the second call
        _parts(answer, generator=generator)
    for n in (90, 62):
        _see_parts(_parts(answer, n), n)
    expect(torch.equal(val, _see_parts(first, 60)), "a later call changes what an earlier one returned", KEEPS)
    chosen = [_numbers(_parts(answer, 18, seed)[1]) for seed in range(200)]
    drawn_evenly(chosen, 18, "the validation part", "Is the whole order random, or only where it begins?")


# Bytes as tensors


def _grey(name, found, right, hint="Follow one pixel by hand. Have axes changed places?"):
    """Expect `found` to hold the bytes `right`, a tensor of the same shape, divided by 255."""
    if not found.is_floating_point():
        raise Mistake(f"{name} is {found.dtype}", "Bytes know nothing between 0 and 1.")
    if found.dtype != torch.float32:
        raise Mistake(f"{name} is {found.dtype}", "The weights are float32, and a layer mixes nothing.")
    goal = right.float() / 255
    if close(found, goal, rtol=1e-5, atol=1e-6):
        return
    expect(found.isfinite().all(), f"{name} holds nan or infinity", "What if every byte of an array is 0?")
    if close(found, 2 * goal - 1, atol=1e-3):
        raise Mistake(f"{name} goes from -1 to 1", "Asked is 0 for the byte 0, and 1 for 255.")
    if (found == (right == 255)).all():
        raise Mistake(f"{name}: all shades between 0 and 1 are lost", "Was it divided while it was still a byte?")
    low, high = right.flatten().argmin(), right.flatten().argmax()
    ends = [(right.flatten()[i].item(), found.flatten()[i].item()) for i in (low, high)]
    slope = (ends[1][1] - ends[0][1]) / max(ends[1][0] - ends[0][0], 1)
    line = ends[0][1] + slope * (right.float() - ends[0][0])
    if close(found, goal, rtol=0.05, atol=0.02) and not close(found, line, rtol=1e-4, atol=1e-5):
        agree(found, goal, name, "Nearly. What is rounded, narrowed, cut off or added on the way?")
    if close(found, line, rtol=1e-3, atol=1e-4) and slope > 0:
        byte, value = max(ends, key=lambda end: abs(end[1] - end[0] / 255))
        raise Mistake(
            f"{name}: the byte {byte} has become {value:.5g}",
            "The byte 255 should become 1 and 0 should stay 0, whatever the brightest pixel in this array is.",
        )
    agree(found, goal, f"pixels are not where they belong, or have lost their shades: {name}", hint)


@Exercise
def worksheet(answer):
    """The arrays of a file from a camera, as tensors that layers and losses accept."""
    rng, results = np.random.default_rng(2), []
    names = ("data_x", "data_y", "test_x")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "camera.npz"
        for n, m, darkest, brightest, classes in (
            (30, 12, 0, 199, 10),
            (30, 12, 20, 199, 10),
            (1, 1, 0, 199, 250),
            (3, 28, 5, 1, 4),  # images taken at night: no byte says that bytes go to 255
            (300, 150, 0, 199, 10),
        ):
            arrays = (
                rng.integers(darkest, 256 - 2 * darkest, (n, 28, 28), dtype=np.uint8),
                rng.integers(0, classes, n, dtype=np.uint8),
                rng.integers(0, brightest + 1, (m, 28, 28), dtype=np.uint8),
            )
            np.savez(path, **dict(zip(names, arrays)))
            kept = path.read_bytes()
            value = several(ask(answer, path), 3, "tensors")
            expect(
                path.exists() and path.read_bytes() == kept,
                "your function changes the file that it is given",
                "Who only loads must not write.",
            )
            _see_tensors(value, arrays)
            results.append((value, arrays))
    for value, arrays in results:
        try:
            _see_tensors(value, arrays)
        except Mistake:
            raise Mistake("a later call changes what an earlier one returned", KEEPS) from None


def _see_tensors(value, arrays):
    """Expect the three tensors of these three arrays."""
    for name, found in zip(("data_x", "data_y", "test_x"), value):
        if not isinstance(found, torch.Tensor):
            raise Mistake(f"{name} is a {type(found).__name__}, not a tensor", "Did all three go the same way?")
    labels = tensor(value[1], arrays[1].shape, "One label for each image, as in the file.")
    expect(labels.dtype == torch.int64, f"data_y is {labels.dtype}", "cross_entropy wants class numbers as int64.")
    rights = [torch.from_numpy(array).unsqueeze(1) for array in arrays[::2]]
    images = [
        tensor(
            found, right.shape, "A grey image has one channel, and that axis comes second. How many images are there?"
        )
        for found, right in zip(value[::2], rights)
    ]
    expect(
        labels.tolist() == arrays[1].tolist(),
        "data_y does not hold the labels of the file",
        "Only the dtype should change. Is it this file, read anew?",
    )
    for name, found, right in zip(("data_x", "test_x"), images, rights):
        _grey(name, found, right)


# Series of unequal length in one batch


def _collate(examples):
    longest = max(len(series) for series, _ in examples)
    padded = torch.stack([torch.cat([x, x.new_zeros(longest - len(x), x.shape[1])]) for x, _ in examples])
    return padded, torch.tensor([len(x) for x, _ in examples]), torch.tensor([label for _, label in examples])


def _batches():
    """(what is special, examples) of batches that different mistakes get wrong."""

    def series(lengths, features, labels, seed):
        chance = torch.Generator().manual_seed(seed)
        return [(torch.randn(n, features, generator=chance) - 0.5, label) for n, label in zip(lengths, labels)]

    yield "three series of 2, 5 and 3 times", series((2, 5, 3), 2, (1, 0, 4), 0)
    yield "three other series, of 5, 1 and 2 times", series((5, 1, 2), 2, (0, 2, 2), 7)
    yield "the longest comes first", series((7, 1, 4, 7), 3, (2, 2, 9, 0), 1)
    yield "the longest comes last", series((1, 2, 6), 1, (0, 0, 1), 2)
    yield "a batch of one", series((4,), 2, (3,), 3)
    yield "all equally long", series((3, 3), 4, (1, 5), 4)
    still = series((3, 4), 2, (0, 1), 5)
    still[0][0][1:] = 0
    still[1][0][0] = 0
    yield "some measurements are 0", still
    silent = series((2, 4), 2, (6, 3), 8)
    silent[0][0][1, 0] = silent[1][0][3] = float("nan")
    yield "a sensor was silent: nan", silent
    yield (
        "large numbers and small ones",
        [(x * scale, label) for (x, label), scale in zip(series((2, 3), 2, (7, 6), 6), (1e5, 1e-5))],
    )


PARTS = {
    "padded": "Fill up behind the measurements, with zeros, to the longest series of this batch.",
    "lengths": "How many times has each series, in the order of the batch?",
    "labels": "One label for each series, in the order of the batch.",
}


def _see_batch(found, examples, which):
    right = _collate(examples)
    values = several(found, 3, "tensors", "padded, lengths and labels, in this order.")
    for (name, hint), value, goal in zip(PARTS.items(), values, right):
        what = f"{name} ({which})"
        if not isinstance(value, torch.Tensor):
            raise Mistake(f"{name} is a {type(value).__name__}, not a tensor", "A batch is made of tensors.")
        expect(
            name != "padded" or value.shape != goal.transpose(0, 1).shape or len(set(goal.shape[:2])) == 1,
            f"padded has the shape {tuple(value.shape)}: time comes first",
            "The first axis counts the examples.",
        )
        value = tensor(value, goal.shape, f"{what}. {hint}")
        expect(
            value.dtype == goal.dtype, f"{name} is {value.dtype}", "Measurements are float32, lengths and labels int64."
        )
        expect(
            torch.equal(value.isnan(), goal.isnan()),
            f"{name}: nan has come or gone ({which})",
            f"{hint} What was measured stays as it is, a nan too.",
        )
        agree(value.nan_to_num(), goal.nan_to_num(), what, hint, rtol=0, atol=0)


@Exercise
def collate(answer):
    """Series of unequal length as one batch: filled up with zeros, their lengths, their labels."""
    results = []
    for which, examples in _batches():
        found = ask(answer, examples, hint="The series belong to the data set. Fill up a copy, and leave their order.")
        _see_batch(found, examples, which)
        results.append((found, examples, which))
    (series, label), longer = examples[0], torch.ones(5, examples[0][0].shape[1])
    for batch in ([(series, label)], [(series, label), (series.clone(), label)], [(series, label), (longer, label)]):
        kept = series.clone()
        found = ask(answer, batch, copied=False)
        found[0].zero_()
        expect(
            torch.equal(series, kept),
            "who writes into the batch changes the data set",
            "The padded tensor should have memory of its own, also where nothing must be filled up.",
        )
    for result in results:
        try:
            _see_batch(*result)
        except Mistake:
            raise Mistake("a later call changes what an earlier one returned", KEEPS) from None


# What may be wrong with a data set


COUNTS = {
    "missing": "Count the examples with at least one nan, not the values.",
    "low": "Leave out what is missing before you look for the smallest.",
    "high": "Leave out what is missing before you look for the largest.",
    "classes": "Classes without an example count too, with 0: there are n_classes entries.",
    "copies": "How many different inputs are there? The targets play no part.",
    "contradictions": "Compare the number of different pairs with that of different inputs.",
}


def _describe(inputs, targets, n_classes):
    flat = inputs.flatten(1)
    known, distinct = flat[~flat.isnan()], len(flat.unique(dim=0))
    return {
        "missing": flat.isnan().any(1).sum().item(),
        "low": known.min().item(),
        "high": known.max().item(),
        "classes": targets.bincount(minlength=n_classes).tolist(),
        "copies": len(flat) - distinct,
        "contradictions": len(torch.cat([flat, targets[:, None]], 1).unique(dim=0)) - distinct,
    }


def _data_sets():
    """(what is special, inputs, targets, number of classes) of sets that different mistakes get wrong."""
    nan = float("nan")
    inputs = torch.arange(48.0).reshape(12, 2, 1, 2) - 7.5
    inputs[3] = inputs[4] = inputs[0]
    inputs[6] = inputs[5]
    inputs[8, 0] = inputs[8, 1, 0, 0] = inputs[9, 1, 0, 1] = nan
    targets = torch.tensor([1, 0, 0, 1, 3, 3, 0, 1, 1, 0, 3, 0])
    yield "12 examples", inputs, targets, 5
    yield "the same inputs, one target", inputs, 0 * targets + 2, 4
    near = torch.tensor(
        [[0.125, 0.5, 0.2501], [0.5, 0.125, 0.2501], [0.125, 0.5, 0.2502], [0.1254, 0.5, 0.2501], [0.3, nan, 0.4]]
    )
    order = [0, 1, 2, 0, 3, 1, 0, 0, 4, 3, 1]
    yield "inputs that are nearly alike, all positive", near[order], torch.tensor([2, 0, 1, 1, 0, 0, 4, 2, 1, 1, 0]), 6
    yield "all values far below zero", -1e12 * near[order].unflatten(1, (3, 1)), torch.arange(11) % 3 + 1, 4
    yield "all values far above zero", 1e12 * near[[0, 0, 1]], torch.tensor([0, 0, 0]), 1
    yield "one example", torch.tensor([[[-0.3333, nan]]]), torch.tensor([2]), 3
    random = torch.randint(0, 3, (200, 2, 2), generator=torch.Generator().manual_seed(2)) / 7
    yield "200 examples, few of them different", random, torch.arange(200) // 3 % 7, 10
    first = torch.tensor([[nan, nan, nan], [2.0, nan, -3.25], [1.0, 4.0, 5.0], [nan, 4.0, 5.0], [0.0, 4.0, 5.0]])
    yield "one example with nothing but nan, and a 0 where another has nan", first, torch.tensor([1, 0, 1, 1, 0]), 2


def _see_counts(found, inputs, right, which):
    expect(found is not None, "expected a dictionary, got None", NO_RETURN)
    if not isinstance(found, dict):
        raise Mistake(f"expected a dictionary, got {type(found).__name__}", 'Such as {"missing": 3, ...}.')
    for key in COUNTS:
        expect(key in found, f"the key {key!r} is missing", "The task names six keys.")
    for key, hint in COUNTS.items():
        if key == "classes":
            value = [number(count, f"numbers in {key}") for count in several(found[key], len(right[key]), key, hint)]
            alike = value == right[key]
        else:
            value = number(found[key], f"one number as {key}", finite=False)
            alike = close(value, right[key], rtol=1e-6, atol=0)
        expect(
            alike,
            f"{key} is {_counts(value)} instead of {_counts(right[key])} on a set of {len(inputs)} examples ({which})",
            hint,
        )


def _counts(value):
    return ", ".join(map(_counts, value)) if isinstance(value, list) else f"{value:.6g}"


@Exercise
def describe(answer):
    """Counts of what may be wrong with a data set: missing, range, classes, copies, contradictions."""
    results = []
    for which, inputs, targets, n_classes in _data_sets():
        found = ask(answer, inputs, targets, n_classes, hint="Who only counts must not repair or sort. Work on a copy.")
        right = _describe(inputs, targets, n_classes)
        _see_counts(found, inputs, right, which)
        results.append((found, inputs, right, which))
    infinite = torch.tensor([[1.0, torch.inf], [2.0, 3.0], [float("nan"), 1.0]])
    found = ask(answer, infinite, torch.tensor([0, 1, 1]), 2)
    expect(
        number(found["missing"]) == 1,
        "an example with an infinite value is counted as missing",
        "An infinite value is there, if suspicious. Missing is nan, and nothing else.",
    )
    for result in results:
        try:
            _see_counts(*result)
        except Mistake:
            raise Mistake("a later call changes what an earlier one returned", KEEPS) from None


# How many more


@Exercise
def more(answer):
    """How many images a power law asks for: 9 % wrong with 1,000, 3 % with 8,000, and 1 % wanted."""
    value = number(answer)
    expect(
        not 10_000 <= value <= 10_700,
        f"{value:,.0f} continues a straight line",
        "From 9 to 3 % took 7,000 images, but a power law is straight on logarithmic axes only.",
    )
    expect(
        abs(value - 15_000) > 1000,
        f"{value:,.0f} adds the same number once more",
        "Not the same number of images divides the error by three, but the same factor.",
    )
    expect(
        abs(value - 24_000) > 1000,
        f"{value:,.0f} is three times 8,000",
        "A third of the error is wanted. Did three times 1,000 bring a third of 9 %?",
    )
    expect(
        abs(value - 56_000) > 1000,
        f"{value:,.0f} is what must be added",
        "Asked is how many images there are in all.",
    )
    expect(
        abs(value - 64_000) <= 1000 + 1e-6,
        f"with {value:,.0f} images the curve is not at 1 %",
        "By which factor did the images grow while the error fell to a third? Another third costs that factor again.",
    )
    return "Eight times as many for a third of the error, each time: the last points of accuracy are the dear ones."


# A delivery in another unit


CHOLESTEROL, MG_PER_MMOL = 4, 38.67  # the column of the diabetes table, and mg/dl in one mmol/l


def delivery():
    """Two parts of the diabetes table, (300, 10) and (142, 10): what we had, and what came later."""
    patients, _ = data.diabetes()
    order = torch.randperm(len(patients), generator=torch.Generator().manual_seed(0))
    old, new = patients[order].split([300, 142])
    new = new.clone()
    new[:, CHOLESTEROL] = (new[:, CHOLESTEROL] / MG_PER_MMOL * 10).round() / 10
    return old, new


def _deliveries():
    """(what is special, old, new, column, factor)."""
    old, new = delivery()
    yield "the delivery", old, new, CHOLESTEROL, MG_PER_MMOL
    for seed, (n, m, columns, column, factor, shift) in enumerate(
        [
            (400, 150, 5, 2, 1000.0, 1.15),
            (90, 300, 3, 0, 0.1, 0.5),
            (200, 200, 8, 7, 1 / 2.54, 1.2),
            (250, 120, 2, 1, 60.0, 0.85),
        ]
    ):
        chance = torch.Generator().manual_seed(seed)
        centre = 10 ** (2 * torch.rand(columns, generator=chance))
        wide = torch.full((columns,), 0.04)  # the other columns hardly vary, so an honest shift is many deviations
        wide[column] = 0.5
        old, new = (centre * (wide * torch.randn(k, columns, generator=chance)).exp() for k in (n, m))
        new[:, (column + 1) % columns] *= shift
        new[:, column] /= factor
        yield f"{columns} columns, one in another unit and another honestly shifted", old, new, column, factor
    for seed, column, factor in ((10, 12, 28.35), (11, 7, 1 / 60)):  # twice the same sizes
        chance = torch.Generator().manual_seed(seed)
        old, new = ((0.3 * torch.randn(k, 14, generator=chance)).exp() for k in (300, 142))
        new[:, 3] = 1 + 0.01 * new[:, 3]  # all about as old: the spread says nothing about the unit
        for part in (old, new):
            part[:, 0] *= 2.5e5  # blood platelets in a microlitre
        new[:, column] /= factor
        yield "14 columns, in one the new patients are alike", old[old[:, column].argsort()], new, column, factor


@Exercise
def unit(answer):
    """The column that a delivery holds in another unit, and the factor that brings it back."""
    for which, old, new, column, factor in _deliveries():
        pair = several(ask(answer, old, new), 2, "numbers", "The column and the factor, in this order.")
        found, times = number(pair[0], "the number of a column"), number(pair[1], "a factor")
        expect(
            found == int(found) and 0 <= found < old.shape[1],
            f"{found:g} is not the number of a column ({which})",
            "Columns count from 0. The column comes first, then the factor.",
        )
        expect(
            found == column,
            f"column {found:g} is not the one in another unit ({which})",
            "A unit multiplies. So compare old and new by a quotient, not by a difference, be it in deviations; and a "
            "quotient of 1/10 is as far from 1 as one of 10.",
        )
        expect(
            not 0.85 < times * factor < 1.15,
            f"the factor {times:.4g} goes the wrong way ({which})",
            "It turns the new values into the old unit: new times factor.",
        )
        expect(
            abs(times / factor - 1) <= 0.15,
            f"new times {times:.4g} is not in the old unit ({which})",
            "Which quotient of two medians is it?",
        )
    return "In the delivery it is cholesterol: 1 mmol/l is 38.67 mg/dl. Ask the laboratory before you multiply."
