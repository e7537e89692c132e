"""Checks of *The problem and the data*: rows of the table, the mean of two classes, MNIST, a file, NCHW, counts."""

import tempfile
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import torch

from .core import NO_RETURN, Exercise, Mistake, NotAttempted, ask, call, close, expect, number, several, tensor
from .probes import KEEPS, agree, drawn_evenly, same_as

BCE = "binary_cross_entropy_with_logits"
QUANTITY = ("mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss")
KNOWN = {"cross_entropy", "nll_loss", "binary_cross_entropy", BCE, "poisson_nll_loss", *QUANTITY}
KNOWN |= {"multilabel_soft_margin_loss"}  # not in the table, and the same as BCE for several labels
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
    "visits": ({"poisson_nll_loss": 1}, "A count is never negative. One row of the chapter's table sees to that."),
}


@Exercise
def rows(answer):
    """For each of five wishes the number of output units and the name of the loss."""
    expect(
        isinstance(answer, dict) and set(WISHES) <= set(answer),
        "the answers to some of the five wishes are not there",
        "The cell below the task hands over all five, by their names.",
    )
    if all(answer[wish] is ... for wish in WISHES):
        raise NotAttempted
    for wish, (losses, question) in WISHES.items():
        expect(answer[wish] is not ..., f"{wish}: still open", "Put a pair of units and loss there.")
        form = f'{wish}: expected a pair such as (3, "l1_loss")'
        try:
            units, loss = several(answer[wish], 2)
            units = number(units)
        except Mistake:
            raise Mistake(form, "First the number of units, then the name of the loss, in parentheses.") from None
        expect(isinstance(loss, str), form, "The name of the loss is a text: it stands in quotation marks.")
        expect(
            loss in KNOWN,
            f"{wish}: no loss of the table is called {loss!r}",
            "Take a loss of the table, by its name in torch.nn.functional, in quotation marks.",
        )
        expect(
            loss not in ("binary_cross_entropy", "nll_loss"),
            f"{wish}: {loss} wants (log-)probabilities",
            "The last layer is linear, so it gives logits.",
        )
        expect(loss in losses, f"{wish}: {loss} does not fit", question)
        expect(
            not (units == 1 and loss == "cross_entropy"),
            f"{wish}: one unit with {loss}",
            "What is the softmax of a single number?",
        )
        expect(
            units == losses[loss],
            f"{wish}: {units:g} units with {loss}",
            "How many numbers must come out for one example, if this is the loss?",
        )


@Exercise
def between(answer):
    """The output that squared error asks for, when 1 is right in three of four cases and 7 in one."""
    value = number(answer)
    expect(value != 1, "1 is the commoner class", "What does squared error charge when it was a 7 after all?")
    expect(value != 4, "4 is right if both classes are equally common", "Here one is three times as common.")
    expect(value not in (2, 3), f"{value:g} is rounded", "The output is one real number. Nobody rounds it in training.")
    expect(value != 5.5, "5.5 gives the rarer class the larger weight", "Which class comes in three of four cases?")
    expect(
        abs(value - 2.5) <= 0.01 + 1e-9,
        f"a network that says {value:g} would pay less by another number",
        "Write down the average cost of answering a, and find where its derivative is zero.",
    )
    return "Neither a 1 nor a 7: with ten probabilities it could have said what it knows."


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
        for n, m, darkest, classes in (
            (30, 12, 0, 10),
            (30, 12, 20, 10),
            (1, 1, 0, 250),
            (3, 28, 5, 4),
            (300, 150, 0, 10),
        ):
            arrays = (
                rng.integers(darkest, 256 - 2 * darkest, (n, 28, 28), dtype=np.uint8),
                rng.integers(0, classes, n, dtype=np.uint8),
                rng.integers(0, 200, (m, 28, 28), dtype=np.uint8),
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


def _nchw(pictures):
    return torch.from_numpy(pictures).permute(0, 3, 1, 2).float() / 255


@Exercise
def nchw(answer):
    """Pictures (n, height, width, channels) of bytes as a float32 tensor (n, channels, height, width)."""
    rng = np.random.default_rng(3)
    cases = []
    for shape in ((4, 6, 5, 3), (2, 4, 4, 4), (1, 3, 5, 1), (3, 1, 1, 2), (5, 2, 7, 3)):
        pictures = rng.integers(0, 230, shape, dtype=np.uint8)
        pictures.flat[:3] = 229, 0, 228
        cases.append((pictures,))
        found = tensor(
            ask(
                answer,
                pictures,
                hint="from_numpy shares its memory: an operation in place, such as div_ or //=, writes into both.",
            ),
            _nchw(pictures).shape,
            f"Given was {shape}: number, height, width, channels.",
        )
        scrambled = torch.from_numpy(pictures.reshape(found.shape))
        expect(
            1 in shape[1:] or not close(found / found.max(), scrambled / scrambled.max(), rtol=1e-3),
            "the right shape, the wrong pixels",
            "reshape and view cut the line of numbers anew. Which method moves axes?",
        )
        _grey("the result", found, torch.from_numpy(pictures).permute(0, 3, 1, 2))
    dark, light = np.zeros((2, 3, 4, 3), np.uint8), np.full((1, 2, 2, 3), 255, np.uint8)
    faint = rng.integers(0, 2, (3, 2, 4, 3), dtype=np.uint8)
    same_as(
        answer,
        _nchw,
        [(cases[0][0][::-1].copy(),), *cases, (dark,), (light,), (faint,)],
        hint="Dark, light and faint pictures are divided by the same number as all others.",
        hints=["Right for other pictures of this shape. " + KEEPS],
        what="the result",
        atol=1e-6,
    )


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
