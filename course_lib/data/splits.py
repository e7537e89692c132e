"""Three parts of a data set, made once from a seed, and the normalization learned from the first of them."""

import warnings
from typing import NamedTuple

import torch

from course_lib.seed import generator


class Split(NamedTuple):
    """The three parts of a data set, each a pair (inputs, targets)."""

    train: tuple[torch.Tensor, torch.Tensor]
    val: tuple[torch.Tensor, torch.Tensor]
    test: tuple[torch.Tensor, torch.Tensor]


def split(inputs, targets, fractions=(0.6, 0.2, 0.2), seed=0):
    """Divide a data set at random into training, validation and test part; every example lands in exactly one.

    Tensors or NumPy arrays, one entry an example; the parts are tensors. Integer targets (n,) are stratified: each part
    holds each class within one example of its share. Others are divided without regard to the targets. The same
    seed + `course_lib.seed.offset()` gives the same parts, and the examples of a part come in random order.

    Warns when a part lacks a class, which happens to a class of few examples. Raises ValueError when the lengths
    differ, when the fractions are not three positive numbers with sum 1, when integer targets are not (n,), or when a
    part would be empty.
    """
    inputs, targets = torch.as_tensor(inputs), torch.as_tensor(targets)
    n = len(inputs)
    if n != len(targets):
        raise ValueError(f"inputs and targets must have the same length, but they have {n} and {len(targets)}")
    check_fractions(fractions)
    chance = generator(seed)
    groups = [torch.arange(n)] if targets.is_floating_point() else indices_by_class(targets)
    counts = apportion([len(group) for group in groups], fractions)
    if 0 in counts.sum(0):
        raise ValueError(f"{n} examples are too few for fractions={tuple(fractions)}: a part would be empty")
    if 0 in counts:
        warn_of_rare_classes(targets, groups, counts)

    parts = ([], [], [])
    for group, group_counts in zip(groups, counts.tolist()):
        shuffled = group[torch.randperm(len(group), generator=chance)]
        for part, indices in zip(parts, shuffled.split(group_counts)):
            part.append(indices)
    pairs = []
    for part in parts:
        indices = torch.cat(part)
        indices = indices[torch.randperm(len(indices), generator=chance)]  # or the classes would come in order
        pairs.append((inputs[indices.to(inputs.device)], targets[indices.to(targets.device)]))
    return Split(*pairs)


def check_fractions(fractions):
    """Raise ValueError unless `fractions` are three positive numbers with sum 1."""
    if len(fractions) != 3:
        raise ValueError(f"fractions must be three, for training, validation and test, but they are {fractions}")
    if not (min(fractions) > 0 and abs(sum(fractions) - 1) <= 1e-9):  # nan neither
        raise ValueError(f"fractions must be positive with sum 1, but {fractions} have sum {sum(fractions):g}")


def indices_by_class(targets):
    """Return one tensor of indices for each class that occurs in integer targets (n,)."""
    if targets.dim() != 1:
        raise ValueError(f"integer targets must be (n,), but they are {tuple(targets.shape)}: try targets.squeeze(1)")
    targets = targets.cpu()
    return [(targets == value).nonzero().squeeze(1) for value in targets.unique()]


def warn_of_rare_classes(targets, groups, counts):
    """Warn of the first class that a part lacks, and say how many others do too."""
    rare = [i for i, row in enumerate(counts.tolist()) if 0 in row]
    first, row = targets[groups[rare[0]][0]].item(), counts[rare[0]].tolist()
    lacking = " and ".join(name for name, count in zip(Split._fields, row) if count == 0)
    others = f" ({len(rare)} such classes in all)" if len(rare) > 1 else ""
    warnings.warn(
        f"class {first} has too few examples, {sum(row)}, for every part, and is missing from {lacking}{others}: what is "
        "not in train cannot be learned, what is not in test is not tested; collect more, merge the class with "
        "another, or leave it out",
        stacklevel=3,
    )


def apportion(sizes, fractions):
    """Return whole counts (groups, parts): rows sum to `sizes`, each count is within one of its exact share.

    Every count starts as its share rounded down. What is left of a group goes, one example each, to the parts that
    still lack most of their total.
    """
    shares = torch.tensor(sizes, dtype=torch.float64).unsqueeze(1) * torch.tensor(fractions, dtype=torch.float64)
    counts = shares.floor().long()
    lacking = shares.sum(0) - counts.sum(0)
    for row, size in zip(counts, sizes):
        left = size - int(row.sum())
        parts = lacking.argsort(descending=True, stable=True)[:left]
        row[parts] += 1
        lacking[parts] -= 1
    return counts


def mean_std(inputs):
    """Return mean and standard deviation of each feature (n, d) → (1, d), or channel (n, c, h, w) → (1, c, 1, 1).

    The deviation divides by n. Where all values are equal it is 1, so that dividing by it changes nothing.
    Raises ValueError for integer inputs, for other shapes, and for nan and infinity: one would make all of its feature
    nan.
    """
    inputs = torch.as_tensor(inputs)
    if inputs.dim() not in (2, 4):
        shape = tuple(inputs.shape)
        raise ValueError(f"inputs must be (n, features) or (n, channels, height, width), but they are {shape}")
    if not inputs.is_floating_point():
        raise ValueError(f"inputs must be floating-point, but they are {inputs.dtype}: use inputs.float()")
    dims = (0,) if inputs.dim() == 2 else (0, 2, 3)
    lowest, highest = inputs.amin(dims, keepdim=True), inputs.amax(dims, keepdim=True)
    check_finite(inputs, lowest, highest)
    # The square of 1e-30 or 1e30 does not fit into float32, so we compute in units of a power of two, which is exact.
    unit = torch.maximum(-lowest, highest).log2().floor().exp2()
    unit = unit.masked_fill(unit == 0, 1.0)
    scaled = inputs / unit
    mean = scaled.mean(dims, keepdim=True)
    std = (scaled - mean).square().mean(dims, keepdim=True).sqrt()
    is_constant = lowest == highest
    return torch.where(is_constant, highest, mean * unit), (std * unit).masked_fill(is_constant, 1.0)


def check_finite(inputs, lowest, highest):
    """Raise ValueError if a feature holds nan or infinity, and therefore its lowest or its highest value is one."""
    wrong = ~(lowest.isfinite() & highest.isfinite()).flatten()
    if wrong.any():
        feature = wrong.nonzero()[0].item()
        count = (~inputs.select(1, feature).isfinite()).sum().item()
        raise ValueError(
            f"inputs hold nan or infinity {count} times in feature {feature}: fill "
            "them, for example with the median of the training part, or leave these examples out"
        )


def normalize(split):
    """Return the split with inputs shifted and scaled to mean 0 and deviation 1 in the training part.

    Both constants come from `mean_std` of the training part only; the other parts are shifted and scaled by the same.
    Targets stay as they are. Raises ValueError as `mean_std` does.
    """
    split = Split(*split)
    mean, std = mean_std(split.train[0])
    return Split(*(((torch.as_tensor(inputs) - mean) / std, torch.as_tensor(targets)) for inputs, targets in split))
