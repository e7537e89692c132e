"""Checks of *Preparing data*: the scale of columns, the value of a pixel, and batches."""

import torch

from .core import NO_RETURN, Exercise, call, close, expect, number, tensor

LEARNED = "Which of the two parts is learned from, and which only follows?"


def pair(value, what):
    """`value`, if it is two things."""
    expect(value is not None, f"expected {what}, got None", NO_RETURN)
    expect(
        isinstance(value, (tuple, list)) and len(value) == 2,
        f"expected {what}, got one {type(value).__name__}",
        "Return both, with a comma between them.",
    )
    return value


def rounded(values):
    """Numbers as a learner can read them."""
    return [round(value, 3) for value in values.tolist()]


@Exercise
def standardize(answer):
    """Two parts with the training part's mean 0 and deviation 1, a constant column included."""
    chance = torch.Generator().manual_seed(5)
    scale = torch.tensor([0.1, 1.0, 50.0], dtype=torch.float64)
    train = torch.randn(9, 3, generator=chance, dtype=torch.float64) * scale + torch.tensor([0.0, 3.0, 500.0])
    val = torch.randn(6, 3, generator=chance, dtype=torch.float64) * scale + torch.tensor([1.0, 3.0, 400.0])
    train[:, 1], val[0, 1] = 3.0, 4.0
    given = train.clone(), val.clone()
    new_train, new_val = pair(call(answer, *given), "two tensors")
    new_train, new_val = tensor(new_train, train.shape), tensor(new_val, val.shape)
    expect(
        torch.equal(given[0], train) and torch.equal(given[1], val),
        "your function changes the tables it is given",
        "Operators such as -= and /= write into the caller's tensor.",
    )
    expect(
        not new_train[:, 1].isnan().any(),
        "a column that is constant in the training part becomes NaN",
        "Its deviation is 0, and 0/0 is no number. What should such a column be divided by?",
    )

    def scaled(part, mean, std):
        return ((part - mean) / std)[:, varied]

    varied, both = [0, 2], torch.cat([train, val])
    mean, std = train.mean(0), train.std(0, correction=0)
    means, stds = new_train.mean(0), new_train.std(0, correction=0)
    expect(
        not close(new_train[:, varied], scaled(train, mean, train.std(0)), atol=1e-5),
        f"the deviation of a training column is {stds[0]:.4f}, asked is 1",
        "torch's std divides by n - 1. Its argument `correction` says otherwise.",
    )
    expect(
        not close(new_train[:, varied], scaled(train, both.mean(0), both.std(0, correction=0)), atol=1e-5),
        "the validation part has a say in the constants",
        LEARNED,
    )
    expect(
        close(means, torch.zeros(3), atol=1e-5),
        f"the training columns have the means {rounded(means)}",
        "Asked is 0 for each column, not for the table as a whole. Which dimension do you average over?",
    )
    expect(
        close(stds[varied], torch.ones(2), atol=1e-5),
        f"the training columns that vary have the deviations {rounded(stds[varied])}",
        "Asked is 1 for each. The variance is the square of what you need.",
    )
    expect(
        not close(new_val, val),
        "the validation part comes back as it was",
        "The network will see it through the same constants, or it sees something else than it learned.",
    )
    expect(
        not close(new_val.mean(0)[varied], torch.zeros(2), atol=1e-5),
        "the validation part is standardized by itself",
        LEARNED,
    )
    expect(
        abs(new_val[0, 1].item() - 1) < 1e-5,
        f"where a column was always 3 in training, a 4 in the validation part comes out as {new_val[0, 1]:.3g}",
        "Such a column is only shifted. A tiny divisor makes a small change enormous.",
    )
    expect(
        close(new_val[:, varied], scaled(val, mean, std), atol=1e-5),
        "the validation part is not shifted and scaled as the training part is",
        LEARNED,
    )


@Exercise
def images_seen(answer):
    """How many images a network sees in three epochs that drop the last batch."""
    seen = number(answer)
    expect(seen != 3 * 1078, "that is every image, three times", "What does drop_last=True do with what is left over?")
    expect(seen != 3 * 17 * 64, "that counts the last batch, and counts it as full", "How many images are left for it?")
    expect(seen not in (16 * 64, 1078), "that is one epoch", "Asked are three of them, repetitions counted.")
    expect(seen not in (48, 51, 16, 17), f"{seen:g} is a number of batches", "Asked are images.")
    expect(seen != 3 * 1078 - 54, "that drops a batch only once", "The loader starts anew in every epoch.")
    expect(
        seen == 3 * 16 * 64,
        f"{seen:g} images in three epochs are {seen / 3:g} in one",
        "How many full batches of 64 fit into 1,078?",
    )


@Exercise
def pixel(answer):
    """The byte 51 after conversion to 0 … 1 and Normalize with 0.5 and 0.5."""
    value = number(answer)
    hints = {
        0.2: "That is the pixel after ToDtype. One step is missing.",
        -0.3: "The mean is gone. And the division?",
        -0.8: "Subtract first, then divide: (x - mean) / std.",
        -0.15: "Dividing by 0.5 is not multiplying by it.",
        0.6: "Is the pixel brighter than the mean, or darker?",
        101: "What does scale=True do to a byte before Normalize sees it?",
        0.4: "Only the division is left of Normalize. And the mean?",
    }
    for misconception, hint in hints.items():
        expect(abs(value - misconception) > 0.005, f"{value:g} is not what comes out", hint)
    expect(
        abs(value + 0.6) <= 0.005,
        f"{value:g} is not what comes out",
        "Write down the pixel after each of the three steps.",
    )


def _batches(value):
    """`value` as a list, if it holds pairs."""
    expect(value is not None, "expected a list of batches, got None", NO_RETURN)
    expect(
        hasattr(value, "__iter__"),
        f"expected a list of batches, got {type(value).__name__}",
        "One pair for each batch.",
    )
    return [pair(batch, "inputs and targets in each batch") for batch in value]


def _together(batches):
    """Which examples share a batch."""
    return {frozenset(targets.tolist()) for _, targets in batches}


@Exercise
def epoch(answer):
    """The batches of an epoch, in a new order each time."""
    inputs, targets = torch.arange(22.0).reshape(11, 2), torch.arange(11)
    given, chance = (inputs.clone(), targets.clone()), torch.Generator().manual_seed(5)
    epochs = [_batches(call(answer, *given, 4, chance)) for _ in range(3)]
    expect(
        torch.equal(given[0], inputs) and torch.equal(given[1], targets),
        "your function changes the data it is given",
        "Index with an order: that makes new tensors.",
    )
    orders = [torch.cat([labels for _, labels in batches]) for batches in epochs]
    for batches, order in zip(epochs, orders):
        sizes = [len(labels) for _, labels in batches]
        expect(max(sizes) <= 4, f"a batch holds {max(sizes)} examples, asked are at most 4", "Split by BATCHSIZE.")
        expect(
            len(order) == 11,
            f"of 11 examples an epoch holds {len(order)}",
            "The last batch may be smaller, and belongs to it.",
        )
        expect(
            len(order.unique()) == 11,
            "an epoch holds an example twice",
            "A permutation has each number once: torch.randperm.",
        )
        expect(
            sizes == [4, 4, 3],
            f"batches of 4 from 11 examples have the sizes {sizes}",
            "Full ones first: torch.split does that.",
        )
        expect(
            torch.equal(torch.cat([images for images, _ in batches]), inputs[order]),
            "inputs and targets no longer belong together",
            "How many random orders are there, and which tensors follow the same one?",
        )
    expect(
        not torch.equal(orders[0], targets),
        "the examples come in their old order",
        "Nothing is random yet. Where does the generator come in?",
    )
    expect(
        not torch.equal(orders[0], orders[1]),
        "each epoch has the same order as the one before",
        "Does the generator go on, or does it start again in each call?",
    )
    expect(
        _together(epochs[0]) != _together(epochs[1]),
        "the same examples stay together in every epoch",
        "Batches in a new order are not enough: the order of the examples must change before they are cut.",
    )
    again = _batches(call(answer, *given, 4, torch.Generator().manual_seed(5)))
    expect(
        torch.equal(torch.cat([labels for _, labels in again]), orders[0]),
        "the same seed gives another order",
        "All randomness must come from `generator`: is there a call that does not get it?",
    )
