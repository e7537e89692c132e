"""Checks of *The problem and the data*: rows of the table, the mean of two classes, MNIST, a file, NCHW, counts."""

import tempfile
from pathlib import Path

import numpy as np
import torch

from .core import NO_RETURN, Exercise, NotAttempted, call, close, expect, number, tensor

BCE = "binary_cross_entropy_with_logits"
QUANTITY = ("mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss")
KNOWN = {"cross_entropy", "nll_loss", "binary_cross_entropy", BCE, "poisson_nll_loss", *QUANTITY}
WISHES = {  # the losses that are right with their number of units, and what to ask about another loss
    "flower": (
        {"cross_entropy": 5},
        "How many of the five kinds are in one photo: exactly one, or any number? And is a kind a quantity?",
    ),
    "findings": (
        {BCE: 14},
        "An X-ray may show several findings at once, or none. Which loss asks each one separately?",
    ),
    "leaves": ({BCE: 1, "cross_entropy": 2}, "Yes or no is a choice between two classes, not a quantity."),
    "weather": (dict.fromkeys(QUANTITY, 2), "Temperature and wind are quantities: between two answers lies a third."),
    "visits": ({"poisson_nll_loss": 1}, "A count is never negative. One row of the chapter's table sees to that."),
}


@Exercise
def rows(answer):
    """For each of five wishes the number of output units and the name of the loss."""
    if all(pair is ... for pair in answer.values()):
        raise NotAttempted
    for wish, (losses, question) in WISHES.items():
        pair = answer[wish]
        expect(pair is not ..., f"{wish}: still open", "Put a pair of units and loss there.")
        expect(
            isinstance(pair, tuple) and len(pair) == 2,
            f'{wish}: expected a pair such as (3, "l1_loss")',
            "First the number of units, then the name of the loss, in parentheses.",
        )
        units, loss = pair
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
            f"{wish}: {units} units with {loss}",
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
        abs(value - 2.5) <= 0.01,
        f"a network that says {value:g} would pay less by another number",
        "Write down the average cost of answering a, and find where its derivative is zero.",
    )
    return "Neither a 1 nor a 7: with ten probabilities it could have said what it knows."


class StandIn:
    """What torchvision.datasets offers, in small: 60 images to train with and 12 to test, each image its own number."""

    class MNIST:
        def __init__(self, root, train=True, transform=None, target_transform=None, download=False):
            if not download:
                raise RuntimeError("Dataset not found. You can use download=True to download it")
            self.train, self.transform = train, transform

        def __len__(self):
            return 60 if self.train else 12

        def __getitem__(self, index):
            if not 0 <= index < len(self):
                raise IndexError(index)
            image = torch.tensor([float(index) if self.train else 100.0 + index, 0.0])
            return (image if self.transform is None else self.transform(image)), int(index) % 10


def _read(part):
    """The numbers of the images in a part, and what the transform has left in each."""
    images = torch.stack([call(part.__getitem__, index)[0] for index in range(len(part))])
    return images[:, 0].long(), images[:, 1]


def _parts(answer, seed):
    """The answer's parts. To train, a transform leaves a random number from 1 to 2 in an image; the other one, -1."""
    return _three(
        call(
            answer,
            StandIn,
            "folder",
            lambda image: image + torch.tensor([0.0, 1 + torch.rand(()).item()]),
            lambda image: image - torch.tensor([0.0, 1.0]),
            torch.Generator().manual_seed(seed),
        ),
        "data sets",
    )


@Exercise
def parts(answer):
    """Training, validation and test part of MNIST with the right transforms, each loadable by itself."""
    train, val, test = (_read(part) for part in _parts(answer, 0))
    expect(
        torch.equal(test[0], torch.arange(100, 112)),
        "the third part is not the test part of MNIST",
        "It is what train=False gives, whole.",
    )
    expect(
        (test[1] == -1).all(),
        "the test images did not get test_transforms",
        "What changes at random can't be compared.",
    )
    both = torch.cat([train[0], val[0]])
    expect(
        len(both.unique()) == len(both),
        "some images are in the training and in the validation part",
        "Cut the indices once, and use one piece for each part.",
    )
    expect(
        torch.equal(both.sort().values, torch.arange(60)),
        "some images of train=True are in no part",
        "Do the lengths of both parts add up to 60?",
    )
    expect(len(val[0]) == 10, f"of 60 images {len(val[0])} are for validation", "Asked is one in six.")
    expect(
        (val[1] == -1).all(),
        "the same validation image is another one each time it is read",
        "It was taken from the object that has training_transforms. An object has one transform.",
    )
    expect(
        (train[1] > 0).all(),
        "the training images are no longer turned and shifted",
        "The training part should keep training_transforms. Then how many objects do you need?",
    )
    expect(
        not torch.equal(val[0].sort().values, _read(_parts(answer, 1)[1])[0].sort().values),
        "the validation part is the same for each seed of the generator",
        "One image in six, drawn by the generator.",
    )
    expect(
        torch.equal(val[0], _read(_parts(answer, 0)[1])[0]),
        "the same seed gives another validation part each time",
        "Whose random numbers draw the images?",
    )


def _three(value, what):
    """`value`, if it is three things."""
    expect(value is not None, f"expected three {what}, got None", NO_RETURN)
    expect(
        isinstance(value, (tuple, list)) and len(value) == 3,
        f"expected three {what}",
        "Return three things, with commas between them.",
    )
    return value


def _grey(name, found, right):
    """Whether `found` holds the bytes `right`, a tensor of the same shape, divided by 255."""
    expect(found.is_floating_point(), f"{name} is {found.dtype}", "Bytes know nothing between 0 and 1.")
    scale = found.max().item() / right.max().item()
    expect(
        close(found / scale, right, rtol=1e-3),
        f"{name}: pixels are not where they belong, or have lost their shades",
        "Follow one pixel by hand. Have height and width changed places? Was it divided while it was still a byte?",
    )
    expect(
        abs(255 * scale - 1) < 1e-3,
        f"{name}: the byte {right.max()} has become {found.max():.4g}",
        "The byte 255 should become 1, whatever the brightest pixel in this array is.",
    )
    expect(
        found.dtype == torch.float32, f"{name} is {found.dtype}", "The weights are float32, and a layer mixes nothing."
    )


@Exercise
def worksheet(answer):
    """The arrays of a file from a camera, as tensors that layers and losses accept."""
    rng = np.random.default_rng(2)
    arrays = {
        "data_x": rng.integers(0, 256, (30, 28, 28), dtype=np.uint8),
        "data_y": rng.integers(0, 10, 30, dtype=np.uint8),
        "test_x": rng.integers(0, 200, (12, 28, 28), dtype=np.uint8),
    }
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "camera.npz"
        np.savez(path, **arrays)
        value = _three(call(answer, path), "tensors")
    for name, found in zip(arrays, value):
        expect(
            isinstance(found, torch.Tensor),
            f"{name} is a {type(found).__name__}, not a tensor",
            "Did all three go the same way?",
        )
    labels = tensor(value[1], (30,), "One label for each image, as in the file.")
    expect(labels.dtype == torch.int64, f"data_y is {labels.dtype}", "cross_entropy wants class numbers as int64.")
    expect(
        labels.tolist() == arrays["data_y"].tolist(),
        "data_y does not hold the labels of the file",
        "Only the dtype should change.",
    )
    for name, found in (("data_x", value[0]), ("test_x", value[2])):
        right = torch.from_numpy(arrays[name]).unsqueeze(1)
        _grey(name, tensor(found, right.shape, "A grey image has one channel, and that axis comes second."), right)


@Exercise
def nchw(answer):
    """Pictures (n, height, width, channels) of bytes as a float32 tensor (n, channels, height, width)."""
    rng = np.random.default_rng(3)
    for shape in ((4, 6, 5, 3), (2, 4, 4, 4)):
        pictures = rng.integers(0, 230, shape, dtype=np.uint8)
        kept = pictures.copy()
        right = torch.from_numpy(np.moveaxis(kept, 3, 1).copy())
        found = tensor(call(answer, pictures), right.shape, f"Given was {shape}: number, height, width, channels.")
        expect(
            (pictures == kept).all(),
            "the camera's array has changed",
            "from_numpy shares its memory: an operation in place, such as div_ or //=, writes into both.",
        )
        scrambled = torch.from_numpy(kept.reshape(found.shape))
        expect(
            not close(found / found.max(), scrambled / scrambled.max(), rtol=1e-3),
            "the right shape, the wrong pixels",
            "reshape and view cut the line of numbers anew. Which method moves axes?",
        )
        _grey("the result", found, right)


COUNTS = {
    "missing": "Count the examples with at least one nan, not the values.",
    "low": "Leave out what is missing before you look for the smallest.",
    "high": "Leave out what is missing before you look for the largest.",
    "classes": "Classes without an example count too, with 0: there are n_classes entries.",
    "copies": "How many different inputs are there? The targets play no part.",
    "contradictions": "Compare the number of different pairs with that of different inputs.",
}


@Exercise
def describe(answer):
    """Counts of what may be wrong with a data set: missing, range, classes, copies, contradictions."""
    inputs = torch.arange(48.0).reshape(12, 1, 2, 2) - 7.5
    inputs[3] = inputs[4] = inputs[0]
    inputs[6] = inputs[5]
    inputs[8, 0, 0] = inputs[9, 0, 1, 1] = float("nan")
    targets = torch.tensor([1, 0, 0, 1, 3, 3, 0, 1, 1, 0, 3, 0])
    right = {"missing": 2, "low": -7.5, "high": 39.5, "classes": [5, 4, 0, 3, 0], "copies": 3, "contradictions": 2}
    given = inputs.clone()
    found = call(answer, given, targets, 5)
    expect(found is not None, "expected a dictionary, got None", NO_RETURN)
    expect(
        isinstance(found, dict), f"expected a dictionary, got {type(found).__name__}", 'Such as {"missing": 3, ...}.'
    )
    expect(
        torch.equal(given.nan_to_num(-1), inputs.nan_to_num(-1)),
        "your function changes the inputs",
        "Who only counts must not repair. Work on a copy.",
    )
    for key, hint in COUNTS.items():
        expect(key in found, f"the key {key!r} is missing", "The task names six keys.")
        value = list(map(number, found[key])) if key == "classes" else float(found[key])  # may be nan: not number()
        expect(
            value == right[key], f"{key} is {found[key]} on a set of {len(inputs)} examples, and should not be", hint
        )
