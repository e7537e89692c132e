"""Checks of *Preparing data*: the scale of columns, the value of a pixel, and batches."""

import torch

from .core import NO_RETURN, Exercise, Mistake, ask, close, expect, number, several, tensor
from .probes import KEEPS, agree, drawn_evenly, normal

LEARNED = "Which of the two parts is learned from, and which only follows?"


def rounded(values):
    """Numbers as a learner can read them."""
    return [round(value, 3) for value in values.tolist()]


def _standardized(train, val):
    mean, std = train.mean(0), train.std(0, correction=0)
    std = torch.where(train.amax(0) == train.amin(0), 1.0, std)
    return (train - mean) / std, (val - mean) / std


def _table(n, m, columns, seed, dtype=torch.float64):
    """Two parts of a table; the column 1, if there is one, is constant in the training part."""
    both = normal(n + m, columns, seed=seed, dtype=dtype)
    both[:, 0] = 0.1 * both[:, 0] - 0.2
    both[:n, 1:2] = -2.0
    return both[:n], both[n:]


@Exercise.that(needs=["sklearn.preprocessing"])  # its StandardScaler is one right answer
def standardize(answer):
    """Two parts with the training part's mean 0 and deviation 1, a constant column included."""
    chance = torch.Generator().manual_seed(5)
    scale = torch.tensor([0.1, 1.0, 50.0], dtype=torch.float64)
    train = torch.randn(9, 3, generator=chance, dtype=torch.float64) * scale + torch.tensor([0.0, 3.0, 500.0])
    val = torch.randn(6, 3, generator=chance, dtype=torch.float64) * scale + torch.tensor([1.0, 3.0, 400.0])
    train[:, 1], val[0, 1] = 3.0, 4.0
    new_train, new_val = _parts(answer, train, val)
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
    mixed = [(both.mean(0), std), (mean, both.std(0, correction=0)), (both.mean(0), both.std(0, correction=0))]
    expect(
        not any(close(new_train[:, varied], scaled(train, *constants), atol=1e-5) for constants in mixed),
        "the validation part has a say in the constants",
        LEARNED,
    )
    expect(
        abs(means[1].item() - 3) > 1e-5,
        "a column that is constant in the training part comes out as it was",
        "It cannot be scaled, but it can be shifted, so that its mean is 0.",
    )
    expect(
        close(means, torch.zeros(3), atol=1e-5),
        f"the training columns have the means {rounded(means)}",
        "Asked is 0 for each column, not for the table as a whole. Which dimension do you average over?",
    )
    expect(
        close(stds[varied], torch.ones(2), atol=1e-5),
        f"the training columns that vary have the deviations {stds[0]:.6g} and {stds[2]:.6g}",
        "Asked is 1 for each, nothing added and nothing rounded. The variance is the square of what you need.",
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
    small = normal(7, 2, seed=9, dtype=torch.float64) * torch.tensor([1e-4, 1e4])
    small[5:, 1] = 7.0  # constant in the validation part, and not in the other
    cases = [_table(12, 1, 3, 1), _table(3, 8, 4, 2, torch.float32), _table(4, 4, 4, 3), _table(5, 6, 1, 4)]
    cases += [_table(1, 3, 2, 5, torch.float32), (small[:5], small[5:]), (train + 7, val)]
    for case in cases:
        sizes = " and ".join(str(tuple(part.shape)) for part in case)
        hint = (
            f"Right for the first table. Here the parts are {sizes}, the scale of the columns is another, or the dtype."
        )
        for name, part, right in zip(("train", "val"), _parts(answer, *case), _standardized(*case)):
            agree(part, right, f"the standardized {name}", hint, atol=1e-5)
    for part, then in zip(_parts(answer, train, val), (new_train, new_val)):
        agree(part, then, "the first table, asked again: the result", KEEPS)


def _parts(answer, train, val):
    """Both parts that the answer returns, of the shapes and the dtype it is given."""
    parts = several(ask(answer, train, val), 2, "tensors", "Return both, with a comma between them.")
    shapes = "A table goes in, and one of the same shape comes out."
    return [tensor(part, given.shape, shapes, given.dtype) for part, given in zip(parts, (train, val))]


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
        abs(value + 0.6) <= 0.005 + 1e-9,
        f"{value:g} is not what comes out",
        "Write down the pixel after each of the three steps.",
    )


def _batches(answer, inputs, targets, size, generator):
    """The batches of one epoch, and the order of the examples in it; each example's place is its first number."""
    value = ask(answer, inputs, targets, size, generator)
    expect(value is not None, "expected a list of batches, got None", NO_RETURN)
    if not isinstance(value, (list, tuple)):
        raise Mistake(
            f"expected a list of batches, got {type(value).__name__}",
            "list(…) makes one, which can be read again.",
        )
    n = len(inputs)
    expect(
        len(value) <= n,
        f"{n} examples come in {len(value)} batches",
        "Each batch holds up to BATCHSIZE examples, and none is empty.",
    )
    batches = []
    for batch in value:
        batch = several(batch, 2, "tensors in each batch, inputs and targets", "A batch is a pair: (inputs, targets).")
        x, y = (tensor(part, dtype=whole.dtype) for part, whole in zip(batch, (inputs, targets)))
        expect(
            x.shape[1:] == inputs.shape[1:] and y.shape == (*x.shape[:1], *targets.shape[1:]) and x.dim() and len(x),
            f"a batch holds inputs {tuple(x.shape)} and targets {tuple(y.shape)}",
            "Each batch holds some examples, as many inputs as targets, and each example keeps its shape.",
        )
        batches.append((x, y))
    x, y = (torch.cat([batch[i] for batch in batches]) for i in (0, 1))
    sizes = [len(x) for x, _ in batches]
    expect(max(sizes) <= size, f"a batch holds {max(sizes)} examples, asked are at most {size}", "Split by BATCHSIZE.")
    expect(len(x) == n, f"of {n} examples an epoch holds {len(x)}", "The last batch may be smaller, and belongs to it.")
    order = x.reshape(n, -1)[:, 0].long()
    expect(
        ((0 <= order) & (order < n)).all() and torch.equal(inputs[order], x),
        "an epoch holds inputs that are not in the data",
        "The examples change their order, and nothing else.",
    )
    expect(
        len(order.unique()) == n,
        "an epoch holds an example twice",
        "A permutation has each number once: torch.randperm.",
    )
    expect(
        torch.equal(targets[order], y),
        "inputs and targets no longer belong together",
        "How many random orders are there, and which tensors follow the same one?",
    )
    return order.split(sizes)


def _together(batches):
    """Which examples share a batch."""
    return {frozenset(part.tolist()) for part in batches}


@Exercise
def epoch(answer):
    """The batches of an epoch, in a new order each time."""
    inputs, targets = torch.arange(22.0).reshape(11, 2) // 2, torch.arange(11)
    chance = torch.Generator().manual_seed(5)
    epochs = [_batches(answer, inputs, targets, 4, chance) for _ in range(3)]
    orders = [torch.cat(batches) for batches in epochs]
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
    again = torch.cat(_batches(answer, inputs, targets, 4, torch.Generator().manual_seed(5)))
    expect(
        torch.equal(again, orders[0]),
        "the same seed gives another order",
        "All randomness must come from `generator`: is there a call that does not get it?",
    )
    images = torch.arange(8.0, dtype=torch.float64).reshape(8, 1, 1, 1).expand(8, 1, 2, 3).clone()
    labels, one = torch.tensor([5, 2, 2, 9, 5, 5, 2, 9]), torch.arange(5).reshape(5, 1)
    many = torch.arange(70.0)
    for x, y, size in (
        (inputs, targets, 4),
        (images, labels, 4),
        (images, labels.flip(0), 4),
        (one, -one / 2, 1),
        (one, one, 5),
        (one, one[:, 0] % 2, 64),
        (many, many.sin(), 32),
        (many[:1], many[:1], 3),
    ):
        sizes = [len(part) for part in _batches(answer, x, y, size, chance)]
        n = len(x)
        expect(
            sizes == [size] * (n // size) + [n % size] * (n % size > 0),
            f"batches of {size} from {n} examples have the sizes {sizes}",
            "All batches but the last are full: torch.split does that.",
        )
    shuffled = [_batches(answer, inputs, targets, 4, chance) for _ in range(200)]
    hint = "Is the whole order random, in every epoch? Any example may come anywhere, and next to any other."
    drawn_evenly([batches[0] for batches in shuffled], 11, "the first batch", hint)
    drawn_evenly([batches[-1] for batches in shuffled], 11, "the last batch", hint)
