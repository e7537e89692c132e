"""Checks of *The workflow*: a baseline, three parts, their normalization, a network and the luck of the draw."""

import torch
from torch import nn

from .core import NO_RETURN, Exercise, Mistake, ask, call, close, expect, number, several, tensor
from .probes import KEEPS, drawn_evenly, draws, normal

COMMON, RARE = 357, 212  # examples of each class in the breast cancer table
PARTS = ("training", "validation", "test")


@Exercise
def majority(answer):
    """The accuracy, in per cent, of always guessing the commoner class."""
    percent, n = number(answer), COMMON + RARE
    expect(
        0 <= percent <= 100,
        f"an accuracy lies between 0 and 100 %, yours is {percent:g}",
        "It is a share: right guesses among all guesses.",
    )
    expect(not 0 < percent <= 1, f"{percent:g} looks like a fraction", "Asked is a number in per cent.")
    expect(
        abs(percent - 50) > 0.05,
        "50 % is what tossing a coin would reach",
        "The coin does not know that one class is commoner. Your baseline does.",
    )
    expect(
        abs(percent - 100 * RARE / n) > 0.05,
        f"{percent:g} % is the share of the rarer class",
        "Those are the guesses that are wrong.",
    )
    expect(
        abs(percent - 100 * (COMMON**2 + RARE**2) / n**2) > 0.05,
        f"{percent:g} % comes out when each class is guessed as often as it occurs",
        "This baseline does not draw lots. It says the same every time.",
    )
    expect(
        abs(percent - 100 * RARE / COMMON) > 0.05,
        f"{percent:g} % compares one class with the other",
        "An accuracy is a share of all examples.",
    )
    expect(
        abs(percent - 100 * COMMON / n) <= 0.05,
        f"{percent:g} % of {n} tumours are {percent * n / 100:.1f} right guesses",
        "On how many is the baseline right? And is one decimal given?",
    )
    return f"So a model for this table begins to be worth something above {100 * COMMON / n:.1f} %."


ONE_EACH = "One each for training, validation and test, with commas between them."


def _cut(answer, n, fractions, seed):
    """The parts that the answer makes, each sorted, if they hold each of n examples once and have the right sizes."""
    parts = several(ask(answer, n, fractions, torch.Generator().manual_seed(seed)), 3, "tensors", ONE_EACH)
    for name, part in zip(PARTS, parts):
        if not isinstance(part, torch.Tensor):
            kind = type(part).__name__
            raise Mistake(f"the {name} part is a {kind}", "Asked are tensors: torch.tensor makes one of a list.")
        part = tensor(part)
        expect(
            part.dtype == torch.int64 and part.dim() == 1,
            f"the {name} part has dtype {part.dtype} and shape {tuple(part.shape)}".replace("torch.", ""),
            "Asked are indices: whole numbers (int64) that say which examples, in a tensor with one axis.",
        )
        expect(
            len(part) > 0,
            f"the {name} part is empty",
            "A slice a[i:j] ends before position j and holds j - i elements.",
        )
        low, high = part.min().item(), part.max().item()
        expect(
            0 <= low and high < n,
            f"of {n} examples the {name} part holds numbers {low} to {high}",
            f"Python counts from 0, so the last example has index {n - 1}.",
        )
        expect(
            len(part.unique()) == len(part),
            f"the {name} part holds an example twice",
            "Were the indices drawn one by one? Then one can come up again.",
        )
    count = torch.cat(list(parts)).bincount(minlength=n)
    expect(
        count.max() == 1,
        f"examples in more than one part: {(count > 1).sum()} of {n}",
        "The exam then asks what was learned by heart. How many shuffles are there? Where does each slice begin?",
    )
    expect(
        count.min() == 1,
        f"examples in no part: {(count == 0).sum()} of {n}",
        f"The shares of {n} are not whole numbers. Who gets what rounding leaves over?",
    )
    sizes, shares = [len(part) for part in parts], [fraction * n for fraction in fractions]
    expect(
        all(abs(size - share) < 2 for size, share in zip(sizes, shares)),
        f"{n} examples, fractions {fractions}: your parts hold {sizes}",
        f"Their shares are {', '.join(f'{share:.1f}' for share in shares)}: training, validation, test.",
    )
    return [part.sort().values for part in parts]


@Exercise
def three_parts(answer):
    """Indices that cut n examples at random into training, validation and test part."""
    fractions = (0.6, 0.2, 0.2)
    before = torch.get_rng_state()
    parts = _cut(answer, 101, fractions, seed=0)
    for n, shares in ((37, (0.5, 0.3, 0.2)), (10, (0.8, 0.1, 0.1)), (23, (0.2, 0.3, 0.5)), (100, [0.34, 0.33, 0.33])):
        _cut(answer, n, shares, seed=n)
    for name, part in zip(PARTS, parts):
        expect(
            (part.diff() == 1).sum() < len(part) - 2,
            f"the {name} part holds neighbours: {', '.join(map(str, part[:4].tolist()))}, …",
            "Suppose the examples come sorted by class. Which classes would this part hold?",
        )
    same, other = (_cut(answer, 101, fractions, seed) for seed in (0, 1))
    for name, part, part_same, part_other in zip(PARTS, parts, same, other):
        expect(
            torch.equal(part, part_same),
            f"the same seed in the generator gives another {name} part each time",
            "Whose random numbers does your shuffle use?",
        )
        expect(
            len(part) != len(part_other) or not torch.equal(part, part_other),
            f"the {name} part is the same for each seed of the generator",
            "Does your code shuffle all examples, and does the seed of the given generator reach that shuffle?",
        )
    expect(
        torch.equal(before, torch.get_rng_state()),
        "your function changes torch's global random numbers",
        "Others draw from them too: weights, dropout. torch.randperm can be told which generator to use.",
    )
    generator = torch.Generator().manual_seed(0)
    twice = [tensor(several(ask(answer, 101, fractions, generator), 3)[0]).sort().values for _ in range(2)]
    expect(
        len(twice[0]) != len(twice[1]) or not torch.equal(*twice),
        "a generator that goes on gives the same parts again",
        "Is it read, or only its seed? Whoever draws from it should move it on.",
    )
    drawn = draws(answer, 20, fractions, seeds=300)
    for name, sets in zip(PARTS, zip(*drawn)):
        drawn_evenly(
            sets, 20, f"the {name} part", "Is the whole order random, or only where it begins, or a part of it?"
        )
    return "data.split does this class by class, so that each part gets its share of every class."


@Exercise
def normalize(answer):
    """Three parts of images, normalized with the mean and standard deviation of the first."""
    generator = torch.Generator().manual_seed(3)
    images = torch.rand(150, 6, 6, generator=generator) * torch.linspace(0.2, 1, 36).view(6, 6)
    indices = torch.randperm(150, generator=generator).split([80, 40, 30])
    images[indices[1]] *= 0.8  # the other parts are darker and brighter, so that it shows whose mean was taken
    images[indices[2]] *= 1.5
    raw = [images[index] for index in indices]
    mean, std = raw[0].mean(), raw[0].std()

    def run(data_x, indices=indices):
        given = ask(answer, data_x, *indices)
        parts = several(given, 3, "tensors", "One part for each tensor of indices, with commas between them.")
        hint = "One part for each tensor of indices, in their order."
        parts = [tensor(part, data_x[index].shape, hint) for part, index in zip(parts, indices)]
        expect(
            all(part.dtype.itemsize >= 4 for part in parts),
            f"the training part is {parts[0].dtype}".replace("torch.", ""),
            "That keeps three digits. The images have seven: leave them their dtype.",
        )
        return parts

    def agree(a, b):
        return close(a, b, rtol=1e-3, atol=1e-3)

    held = run(images)
    parts = [part.detach().clone() for part in held]
    for name, part in zip(PARTS, parts):
        expect(
            part.isfinite().all(),
            f"the {name} part holds nan or infinity",
            "Is something divided that is 0 for one pixel or one image?",
        )
    expect(
        not agree(parts[0], raw[0]),
        "the training part comes out as it went in",
        "data_x[train] is a copy of these images. What does the normalizing line change, and who uses it then?",
    )
    for name, index in zip(PARTS[1:], indices[1:]):
        brighter = images.clone()
        brighter[index[0]] *= 1000
        expect(
            agree(run(brighter)[0], parts[0]),
            f"one brighter image in the {name} part changes the training part",
            "So training has seen something of that image. Whose mean and standard deviation do you take?",
        )
    expect(
        torch.stack([parts[0].flatten(), raw[0].flatten()]).corrcoef()[0, 1] > 0.99999,
        "the training part is not (data_x - a) / b with the same a and the same positive b in all pixels",
        "Grey means the same in every pixel and every image: one mean and one standard deviation for all of them.",
    )
    found = f"the training part comes out with mean {parts[0].mean():.3f} and standard deviation {parts[0].std():.3f}"
    expect(
        abs(parts[0].mean()) < 1e-3 and abs(parts[0].std() - 1) < 1e-3,
        found,
        "Asked are 0 and 1. Is the mean subtracted first, and then divided by the standard deviation?",
    )
    for name, part, old in zip(PARTS[1:], parts[1:], raw[1:]):
        expect(
            not agree(part, old),
            f"the {name} part comes out as it went in",
            "The network has learned from normalized images. It can't read raw ones.",
        )
        expect(
            not agree(part, (old - old.mean()) / old.std()),
            f"the {name} part has a mean and deviation of its own",
            "The same image would look different to the network in each part. Measure all parts with one ruler.",
        )
        expect(
            agree(part, (old - mean) / std),
            f"the same image comes out differently in training and {name} part",
            "Subtract and divide by the same two numbers in all three parts.",
        )
    tall, few = 40 * normal(30, 3, 9, seed=5) - 500, [torch.tensor(i) for i in ([4, 2, 0, 9, 9], [1], [29, 3])]
    others = (tall, few), (images[:, :1, :1], indices), (3 * images, indices[::-1]), (images**2, indices)
    for data_x, index in ((images, indices), *others):
        learned = data_x[index[0]]
        for name, part, i in zip(PARTS, run(data_x, index), index):
            right = (data_x[i] - learned.mean()) / learned.std()
            allowed = 1e-3 + 4 / learned.numel()  # both deviations are right, with n and with n - 1
            expect(
                close(part, right, rtol=allowed, atol=allowed),
                f"right for the first images, and the {name} part is wrong for others, of shape {tuple(data_x.shape)}",
                "One mean and one deviation, those of the training part in this very call. " + KEEPS,
            )
    for name, part, then in zip(PARTS, held, parts):
        expect(torch.equal(part, then), f"a later call changes the {name} part of an earlier one", KEEPS)


def _is_one(sums):
    return close(sums, torch.ones_like(sums), rtol=1e-4)


def _learns(outputs, model):
    """Whether a gradient of the outputs reaches every parameter of the model."""
    params = list(model.parameters())
    return all(value.requires_grad for value in (outputs, *params)) and all(
        grad is not None for grad in torch.autograd.grad(outputs.square().sum(), params, allow_unused=True)
    )


def _logits(model, x):
    """What two layers with relu between them make of x; both orders, if their parameters fit in both."""
    params = [param.detach() for param in model.parameters()]
    for first in (params, params[2:] + params[:2]):
        if [param.dim() for param in first] == [2, 1, 2, 1] and first[0].shape[1] == x.shape[1]:
            if first[2].shape[1] == len(first[0]):
                yield nn.functional.linear(nn.functional.linear(x, *first[:2]).relu(), *first[2:])


@Exercise
def network(answer):
    """A class of networks with one hidden layer that return logits."""
    expect(not isinstance(answer, nn.Module), "expected the class, got a network", "Hand over MyNetwork itself.")
    torch.manual_seed(4)
    inputs, zero = torch.randn(32, 10).abs(), torch.zeros(1, 10)  # not negative: relu before fc1 bends nothing
    model = call(answer, 10, 5)
    expect(model is not None, "expected a network, got None", NO_RETURN)
    expect(
        isinstance(model, nn.Module),
        f"expected an nn.Module, got {type(model).__name__}",
        "An optimizer needs its parameters, and nn.Module is what collects them.",
    )
    model.eval()
    outputs = tensor(
        ask(model, inputs), (32, 5), "Asked is one logit for each input and each class.", torch.float32
    ).detach()
    expect(
        torch.equal(outputs, tensor(call(model, inputs))),
        "the same inputs give other outputs when asked again",
        "What is random in forward? Layers are made once, in __init__: made in forward, they are new each time.",
    )
    params = {tuple(param.shape): param.detach() for param in model.parameters()}
    expect(
        params.keys() == {(16, 10), (16,), (5, 16), (5,)},
        f"input_size=10 and output_size=5 give parameters of the shapes {sorted(params)}",
        "The two layers should stay as they are, and be attributes of self, where the optimizer finds them.",
    )
    expect(
        not _is_one(outputs.sum(1)),
        "the outputs for each input add up to 1: these are probabilities, not logits",
        "nn.CrossEntropyLoss takes a softmax itself. How many are there in all?",
    )
    expect(
        not _is_one(outputs.sum(0)),
        "the outputs for each class add up to 1 over the batch",
        "dim=0 makes the inputs compete with each other. And who asked for probabilities? Not nn.CrossEntropyLoss.",
    )
    pairs = tensor(call(model, inputs[:16] + inputs[16:])) + tensor(call(model, zero))
    expect(
        not close(pairs, outputs[:16] + outputs[16:], rtol=1e-3, atol=1e-5),
        "nothing in this network bends",
        "Two linear layers in a row can do no more than one. What stands between them on the slide?",
    )
    logits = (inputs @ params[16, 10].T + params[16,]).relu() @ params[5, 16].T + params[5,]
    is_log = _is_one(outputs.exp().sum(1))
    right = close(outputs, logits.log_softmax(1) if is_log else logits, rtol=1e-3, atol=1e-5)
    expect(
        right or outputs.min() < 0,
        "no output is below zero",
        "A logit may be any number. What holds yours back after the last layer?",
    )
    expect(
        right,
        "the outputs are not those of the slide's two layers with relu between them",
        "Compare forward with the slide, step by step. Only the softmax had to go.",
    )
    model.train()
    learning = tensor(ask(model, inputs), (32, 5))
    expect(
        close(learning.detach(), outputs, rtol=1e-3, atol=1e-5),
        "in training mode the outputs are others than in evaluation mode",
        "The slide's class knows no difference between train() and eval().",
    )
    expect(
        _learns(learning, model),
        "no gradient reaches the layers: they could not learn",
        "Which line leaves autograd: .detach(), .data, .item(), no_grad, requires_grad_(False)?",
    )
    own = {id(param) for param in call(answer, 10, 5).parameters()}
    expect(
        own.isdisjoint(map(id, model.parameters())),
        "two networks share a layer: training one changes the other",
        "Layers are made in __init__, anew for each network.",
    )
    for sizes in ((3, 3), (16, 16), (7, 1)):
        another = call(answer, *sizes)
        expect(
            isinstance(another, nn.Module), "expected a network for other sizes too", "Does __init__ use both sizes?"
        )
        for n in (1, 4):
            x = 100 * normal(n, sizes[0], seed=n)
            found = tensor(
                ask(another, x), (n, sizes[1]), f"{n} inputs of size {sizes[0]}, {sizes[1]} classes."
            ).detach()
            expect(
                any(close(found, z.log_softmax(1) if is_log else z, rtol=1e-3, atol=1e-5) for z in _logits(another, x)),
                f"right for 32 inputs of size 10, and wrong for {n} of size {sizes[0]}",
                "Is anything in forward fitted to one shape, or to small numbers: an axis, a squeeze, a clamp?",
            )
    expect(
        torch.equal(tensor(call(model.eval(), inputs)).detach(), outputs),
        "a network gives other outputs once another has been made",
        KEEPS + " Layers belong to self.",
    )
    if is_log:
        return "log_softmax does no harm: the loss takes it once more, which changes nothing. So you can leave it out."


@Exercise
def luck(answer):
    """How many images narrow the 95 % interval of an accuracy of 90 % to ± 1 point."""
    n = number(answer)
    expect(n >= 1, f"{n:g} images are too few to measure anything", "Asked is how many images, so a whole number.")
    half, right = 196 * (0.9 * 0.1 / n) ** 0.5, 0.9 * 0.1 * 196**2
    found = f"{n:.0f} images give ± {half:.3g} points"
    expect(not 1100 < n < 1300, found, "Images don't buy certainty at a fixed price: n stands under a root.")
    expect(not 850 < n < 950, found, "Is that one standard deviation? It holds in 68 % of all cases, asked are 95 %.")
    expect(not 9100 < n < 10100, found, "That many suffice for any accuracy, even 50 %. What is p (1 - p) at 90 %?")
    expect(not 13100 < n < 14500, found, "± 1 point means 1 to either side: the whole interval is 2 wide.")
    expect(n >= 0.95 * right, found, "Too few. In the chapter's formula, what does twice the n do to the interval?")
    expect(n <= 1.05 * right, found, "More than needed. Put 0.9 and 0.01 into the chapter's formula, and solve for n.")
    return f"{right / 400:.1f} times as many images for an interval {(right / 400) ** 0.5:.1f} times as narrow."
