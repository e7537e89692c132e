"""Checks of *The training loop*: a mended loop, a missing line, faults by their rows, a diagnosis, weights, a step size."""

import math
from itertools import combinations

import torch
from torch import nn
from torch.nn import functional as F

from course_lib import data, optim
from course_lib.data.loaders import Loader
from course_lib.models import mlp
from course_lib.seed import get_device, seed_everything
from course_lib.train import fit_seeds

from .core import Exercise, ask, close, expect, number, several
from .probes import KEEPS, drawn_evenly, normal


class _Seen(nn.Module):
    """A small net for a number that keeps what it was asked, and in which mode."""

    def __init__(self, width, seed):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(width, 4), nn.Tanh(), nn.Linear(4, 1))
        for i, p in enumerate(self.net.parameters()):
            p.data = 0.5 * normal(*p.shape, seed=10 * seed + i)
        self.asked, self.modes = [], []

    def forward(self, x):
        if torch.is_grad_enabled():
            self.asked.append(x.detach().clone())
            self.modes.append(self.training)
        return self.net(x)


def _table(n, width, seed):
    x = normal(n, width, seed=seed)
    return x, x[:, 0] - 2 * x[:, -1] + 3 + 0.1 * normal(n, seed=seed + 1)


def _numbers(x, batch):
    """Which rows of x a batch holds, in its order."""
    expect(
        batch.ndim == 2 and batch.shape[1] == x.shape[1],
        f"the model was given inputs of shape {tuple(batch.shape)}",
        "A batch holds whole rows of X: what stands first in X[…]?",
    )
    same = (batch[:, None] == x[None]).all(-1)
    expect(same.any(1).all(), "the model was given inputs that are no rows of X", "Take the rows as they are.")
    return same.double().argmax(1)


def _one_training(answer, n, width, batch_size, n_epochs, seed, lr=0.05):
    """One call of the learner's loop, compared with a replay of the batches that the model has seen."""
    x, y = _table(n, width, seed)
    model, twin = _Seen(width, seed), _Seen(width, seed)
    model.eval()
    generator = torch.Generator().manual_seed(seed)
    start = [p.detach().clone() for p in model.parameters()]
    losses = ask(answer, model, x, y, batch_size, n_epochs, lr, generator, changes=(0,))
    expect(
        isinstance(losses, list), f"expected a list of losses, got {type(losses).__name__}", "Does it return the list?"
    )
    steps = n_epochs * math.ceil(n / batch_size)
    full = n_epochs * (n // batch_size)
    order = [_numbers(x, batch) for batch in model.asked]
    expect(
        len(order) != n_epochs or steps == n_epochs, f"{n} examples, and one step an epoch", "What is batch_size for?"
    )
    expect(
        len(order) != full or full == steps,
        f"{n} examples in batches of {batch_size}: some are in no batch",
        "The last batch of an epoch may be smaller.",
    )
    expect(
        len(order) == steps,
        f"{n} examples, batches of {batch_size}, {n_epochs} epochs: {len(order)} steps instead of {steps}",
        "Count by hand: how many batches are there in an epoch?",
    )
    per_epoch = steps // n_epochs
    passes = [torch.cat(order[i * per_epoch : (i + 1) * per_epoch]) for i in range(n_epochs)]
    expect(
        all(torch.equal(each.sort().values, torch.arange(n)) for each in passes),
        "an epoch does not hold every example once",
        "Cut one random order of all examples into batches.",
    )
    expect(
        all(len(batch) == batch_size for i, batch in enumerate(order) if (i + 1) % per_epoch),
        "the batches have other sizes than asked",
        "Only the last one of an epoch may be smaller.",
    )
    expect(all(model.modes), "the model trains in evaluation mode", "It came to you as somebody left it.")
    expect(
        any(not torch.equal(p, old) for p, old in zip(model.parameters(), start)),
        "after training the model's weights are what they were",
        "Which lines move the weights of this very model?",
    )
    replayed = []
    sgd = optim.SGD(twin.parameters(), lr=lr)
    for batch in order:
        loss = F.mse_loss(twin(x[batch]).squeeze(1), y[batch])
        sgd.zero_grad()
        loss.backward()
        sgd.step()
        replayed.append(loss.item())
    expect(
        all(p.dtype == q.dtype and p.requires_grad for p, q in zip(model.parameters(), twin.parameters())),
        "the model has another dtype than before, or can't be trained on",
        "It is trained in place, and nothing else is done to it.",
    )
    expect(
        all(close(p, q, 1e-3, 1e-4) for p, q in zip(model.parameters(), twin.parameters())),
        "after the same batches the weights are not those of plain descent on the mean squared error",
        "Follow one step by hand: the shapes that meet in the loss, mean or sum, and which slopes the step uses.",
    )
    expect(
        all(isinstance(value, float) for value in losses),
        "the list does not hold plain numbers",
        "A tensor keeps its graph: .item() gives the number.",
    )
    expect(
        len(losses) == steps,
        f"{steps} steps, and {len(losses)} losses are kept",
        "One loss for each step, in their order.",
    )
    expect(
        close(torch.tensor(losses), torch.tensor(replayed), 1e-3, 1e-4),
        "the losses kept are not those of the batches",
        "The mean loss of the batch, before its step.",
    )
    return passes


@Exercise.that(needs=["torch._dynamo"])
def mend(answer):
    """A loop that trains by batches and keeps the losses."""
    passes = _one_training(answer, 50, 3, 20, 4, seed=1)
    again = _one_training(answer, 50, 3, 20, 4, seed=1)
    other = _one_training(answer, 50, 3, 20, 4, seed=2)
    expect(
        not any(torch.equal(each, torch.arange(50)) for each in passes),
        "an epoch goes in the order of X",
        "A random order.",
    )
    moves = torch.cat(passes).diff().abs()
    expect((moves == 1).double().mean() < 0.3, "neighbours in X stay neighbours", "Is the order only rolled?")
    expect(
        not any(_alike(a, b) for a, b in combinations(passes, 2)),
        "an epoch has the same order as another, or that order turned or rolled",
        "A new order for each epoch.",
    )
    expect(
        len({tuple(each[:20].sort().values.tolist()) for each in passes}) == len(passes),
        "each epoch has the same batches, only sorted otherwise",
        "A new order of all examples for each epoch, cut anew.",
    )
    expect(
        all(torch.equal(a, b) for a, b in zip(passes, again)),
        "the same generator gives another order",
        "Draw from the generator that you are given.",
    )
    expect(
        not torch.equal(passes[0], other[0]),
        "another generator gives the same order",
        "Draw from the one that is given.",
    )
    for n, width, batch_size, n_epochs in ((8, 2, 4, 3), (7, 1, 7, 2), (5, 2, 1, 2), (6, 3, 100, 3), (1, 2, 1, 2)):
        _one_training(answer, n, width, batch_size, n_epochs, seed=3 + n, lr=0.02)
    many = _one_training(answer, 50, 3, 20, 60, seed=4, lr=0.001)
    drawn_evenly([each[:20] for each in many], 50, "the first batch", "Does every example take part in the draw?")


def _alike(a, b):
    """Whether two orders have most of their neighbours in common: far more than chance gives."""
    pairs = [{frozenset(pair) for pair in zip(each.tolist(), each.tolist()[1:])} for each in (a, b)]
    return len(pairs[0] & pairs[1]) > 20


@Exercise
def swing(answer):
    """Where a weight is after a hundred steps when the slopes are never cleared."""
    place = number(answer, "one number, the weight")
    expect(abs(place) < 1e6, "that is what happens with zero_grad", "There each step multiplies the weight by 1 - 3.")
    expect(
        abs(place - 6) > 0.01,
        "after a hundred steps it is not at its start",
        "Go on: after how many steps is it there?",
    )
    expect(abs(place) > 0.01, "it never comes to rest", "What keeps the sum of the slopes from going on?")
    expect(
        abs(place + 12) < 0.01,
        f"it is not at {place:g}",
        "Write down the sum of the slopes and the weight for the first six steps. What do you see?",
    )


# Faults by their rows

NAMES = (
    "one batch an epoch: a break after it",
    "the same first batch in every step",
    "only the weight matrices in the optimizer",
    "only the biases in the optimizer",
    "the sign of the loss is turned",
    "the last layer has 100 outputs",
    "the weights start ten times too large",
    "the step size is a thousand times too small",
    "the training labels are one too high",
    "the validation labels are in another order",
)
LOOPS = dict(zip("ABCDEF", (NAMES[i] for i in (1, 5, 3, 8, 4, 9)), strict=True))
LOOKS = {  # where to look in each row
    "A": "One batch is learned by heart, and the training images are not: what have the steps seen?",
    "B": "A fresh network gives C classes about the same probability: which C has this first loss?",
    "C": "Two tensors move: which two, if they can't learn sixteen images?",
    "D": "On the training images it is right, on others worse than chance. By luck alone nobody is so wrong.",
    "E": "Cross entropy is never below 0.",
    "F": "All that concerns the training is as in the sound loop. What is left?",
}
HEAD = ("loop", "first loss", "moved", "one batch", "steps", "training", "validation")


def rows():
    """The table of the sound loop and the faulty ones, measured now, as text."""
    lines = [HEAD]
    for letter, name in {"sound": "", **LOOPS}.items():
        first, moved, learned, steps, training, validation = row(name)
        lines.append(
            (
                letter,
                f"{first:.2f}",
                f"{moved} of 4",
                f"{learned:.3f}",
                f"{steps}",
                f"{training:.0f} %",
                f"{validation:.0f} %",
            )
        )
    return "\n".join("".join(f"{text:>12}" for text in line) for line in lines)


def row(name):
    """What is measured of a loop with this fault; `name` is one of NAMES, or empty."""
    seed_everything(0)
    split = data.normalize(data.split(*data.digits()))
    (x, y), (x_val, y_val) = ((inputs.flatten(1), targets) for inputs, targets in (split.train, split.val))
    model = mlp(64, 128, 100 if "100 outputs" in name else 10)
    if "ten times" in name:
        for p in model.parameters():
            p.data *= 10
    y = (y + 1) % 10 if "one too high" in name else y
    y_val = y_val[torch.randperm(len(y_val))] if "another order" in name else y_val
    params = list(model.parameters())
    if "in the optimizer" in name:
        params = [p for p in params if (p.ndim == 2) == ("matrices" in name)]
    sgd = optim.SGD(params, lr=0.0002 if "too small" in name else 0.2)

    def step(inputs, targets):
        loss = F.cross_entropy(model(inputs), targets) * (-1 if "sign" in name else 1)
        sgd.zero_grad()
        loss.backward()
        sgd.step()
        return loss.item()

    loader = Loader(x, y, 32, shuffle=True, seed=0)
    start = [p.detach().clone() for p in model.parameters()]
    batch = [part[:16] for part in next(iter(loader))]
    first = step(*batch)
    moved = sum(not torch.equal(p, old) for p, old in zip(model.parameters(), start))
    for _ in range(200):
        learned = step(*batch)
    with torch.no_grad():
        for p, old in zip(model.parameters(), start):
            p.copy_(old)
    same = list(loader)[:1]
    for _ in range(4):
        batches = list(loader)
        batches = batches[:1] if "break" in name else same * len(batches) if "same first" in name else batches
        for each in batches:
            step(*each)
    with torch.no_grad():
        right = [
            100 * (model(inputs).argmax(1) == targets).double().mean().item()
            for inputs, targets in ((x, y), (x_val, y_val))
        ]
    return first, moved, learned, len(batches), *right


@Exercise
def fault(answer):
    """The fault of each of six loops, from what was measured."""
    expect(
        isinstance(answer, dict),
        f"expected a dict, got {type(answer).__name__}",
        'It goes from letter to name: {"A": "…", …}.',
    )
    expect(
        set(answer) == set(LOOPS),
        f"the dict has the keys {', '.join(map(repr, answer)) or 'of nothing'}, not the letters A to F",
        "One key for each loop.",
    )
    for letter, name in answer.items():
        expect(
            isinstance(name, str) and name in NAMES,
            f"{letter} has a fault that is not in the list: {name!r:.60}",
            "Copy the name as it stands there.",
        )
    expect(
        len(set(answer.values())) == len(LOOPS),
        "two loops have the same name",
        "Each name belongs to one loop at most.",
    )
    for letter, right in LOOPS.items():
        expect(answer[letter] == right, f"{letter} is another fault", LOOKS[letter])


# A diagnosis


def _made(sizes, seed, activation=nn.Tanh, lr=0.5, fault=""):
    """What the learner is given: a function that makes model, optimizer and loss, anew each time."""

    def loss_fn(z, y):
        if fault == "softmax":
            z = z.softmax(1)
        if fault == "nan":
            z = z * torch.nan
        return -F.cross_entropy(z, y) if fault == "sign" else F.cross_entropy(z, y)

    def make():
        model = mlp(*sizes, activation=activation)
        for i, p in enumerate(model.parameters()):
            p.data = normal(*p.shape, seed=seed + i) * (0.0 if fault == "zeros" else (1 / p.shape[-1]) ** 0.5)
        with torch.no_grad():
            model[-1].weight *= {"loud": 30.0, "late": 0.0}.get(fault, 0.3)
        params = list(model.parameters())
        if fault == "cut":
            model = nn.Sequential(*model[:3], _Cut(), *model[3:])
        if fault == "bias":
            params = [p for p in params if p.ndim == 2]
        if fault == "older":
            params = list(mlp(*sizes).parameters())
        kind = _Restarts if fault == "restarts" else optim.SGD
        return model, kind(params, lr={"slow": 0.001, "slower": 0.05}.get(fault, lr)), loss_fn

    return make


class _Cut(nn.Module):
    def forward(self, x):
        return x.detach()


class _Restarts(optim.SGD):
    """After 150 steps all is back at its start, and stays there."""

    def step(self):
        params = self.param_groups[0]["params"]
        if not hasattr(self, "start"):
            self.start, self.taken = [p.detach().clone() for p in params], 0
        self.taken += 1
        super().step()
        with torch.no_grad():
            for p, old in zip(params, self.start):
                p.copy_(old if self.taken > 150 else p)


PATIENTS = (  # sizes, activation, fault, what is found first
    ((4, 40, 3), nn.Tanh, "", "nothing"),
    ((4, 40, 3), nn.Tanh, "loud", "first loss"),
    ((4, 40, 3), nn.Tanh, "older", "step"),
    ((4, 40, 3), nn.Tanh, "slow", "one batch"),
    ((6, 30, 30, 5), nn.ReLU, "", "nothing"),
    ((6, 30, 30, 5), nn.ReLU, "bias", "step"),
    ((6, 30, 30, 5), nn.ReLU, "cut", "step"),
    ((6, 30, 30, 5), nn.ReLU, "softmax", "one batch"),
    ((3, 20, 2), nn.Tanh, "zeros", "step"),
    ((3, 20, 2), nn.Tanh, "nan", "first loss"),
    ((3, 20, 2), nn.Tanh, "sign", "first loss"),
    ((3, 20, 2), nn.Tanh, "", "nothing"),
    ((3, 50, 40), nn.Tanh, "", "nothing"),
    ((4, 30, 3), nn.Tanh, "late", "step"),
    ((4, 30, 3), nn.Tanh, "slower", "one batch"),
    ((4, 30, 3), nn.Tanh, "twins", "one batch"),
    ((4, 30, 3), nn.Tanh, "restarts", "one batch"),
)
FINDINGS = ("first loss", "step", "one batch", "nothing")
WORDS = {
    "": "nothing is wrong with it. Which limit did you take, and for how many classes?",
    "loud": "its logits are far too large from the start.",
    "older": "its optimizer holds the parameters of another model, so none of its own moves.",
    "slow": "its step size is tiny: everything moves, but one batch is not learned in 200 steps.",
    "bias": "its optimizer knows the weight matrices only. Some tensors move, not all.",
    "cut": "its first layer is cut off by detach. The last ones alone learn the batch.",
    "softmax": "its loss takes softmax twice: the start and the step look right.",
    "zeros": "its weights start at zero: only one tensor moves.",
    "nan": "its first loss is nan. Every comparison with nan is False.",
    "sign": "its first loss is negative.",
    "late": "its last weights start at zero, so the first step moves the last layer only. Compare after one step.",
    "slower": "its step size is small: after 200 steps the loss is not yet below 0.1.",
    "twins": "two of its inputs are equal, with different labels. The whole batch can't be learned.",
    "restarts": "its loss was low on the way, and is not after 200 steps.",
}


@Exercise
def diagnose(answer):
    """The first of three checks that fails."""
    found = []
    for i, (sizes, activation, fault, right) in enumerate(PATIENTS):
        n = 12
        x, y = normal(n, sizes[0], seed=50 + i), torch.arange(n) % sizes[-1]
        if fault == "twins":
            x[-1] = x[0]
        make = _made(sizes, 7 * i, activation, fault=fault)
        finding = ask(answer, make, x, y)
        expect(
            isinstance(finding, str) and finding in FINDINGS,
            f"your function gives {finding!r:.60}",
            "Does each way through it return one of the four texts? " + ", ".join(FINDINGS) + ".",
        )
        found.append(finding)
        expect(finding == right, f"a patient with {sizes[-1]} classes: you say “{finding}”", WORDS[fault])
    sizes, activation, fault, right = PATIENTS[0]
    x, y = normal(12, sizes[0], seed=50), torch.arange(12) % sizes[-1]
    again = ask(answer, _made(sizes, 0, activation, fault=fault), x, y)
    expect(again == found[0], "the same patient gets another diagnosis when others came in between", KEEPS)


# The best weights


class _Course:
    """Trains by a script: the weights of each epoch are known, and what they are worth."""

    def __init__(self, losses):
        self.losses, self.epoch, self.faults = losses, -1, []

    def train(self, model):
        self.epoch += 1
        if not all(module.training for module in model.modules()):
            self.faults.append("train")
        with torch.no_grad():
            for i, p in enumerate(model.parameters()):
                p.copy_(normal(*p.shape, seed=100 * self.epoch + i))
            for buffer, value in zip(model.buffers(), _buffers(self.epoch)):
                buffer.copy_(value)

    def loss(self, model):
        if any(module.training for module in model.modules()):
            self.faults.append("eval")
        if torch.is_grad_enabled():
            self.faults.append("grad")
        return self.losses[self.epoch]


def _buffers(epoch):
    """Running mean, running variance and number of batches after an epoch."""
    return normal(4, seed=100 * epoch + 50), normal(4, seed=100 * epoch + 51).abs(), torch.tensor(34 * (epoch + 1))


def _kept(answer, losses):
    model = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Linear(4, 2))
    model.eval()
    course = _Course(losses)
    value = ask(answer, model, course.train, course.loss, len(losses), changes=(0,))
    epoch, loss = several(value, 2, "things", "Return the epoch and its loss.")
    expect(
        course.epoch == len(losses) - 1,
        f"{len(losses)} epochs are asked, and {course.epoch + 1} were trained",
        "train_epoch and val_loss, once each in every epoch.",
    )
    expect(
        "train" not in course.faults,
        "train_epoch gets the model in evaluation mode",
        "In the first epoch, or in all after the first validation?",
    )
    expect("eval" not in course.faults, "val_loss gets the model in training mode", "Dropout would be on.")
    expect("grad" not in course.faults, "val_loss runs with gradients", "No graph is needed there.")
    return model, number(epoch, "a number, the epoch"), number(loss, "a number, the loss")


CURVES = (
    [0.9, 0.5, 0.7, 0.8],
    [0.3, 0.4, 0.6],
    [0.9, 0.8, 0.7],
    [0.9, 0.5, 0.7, 0.3, 0.8],
    [0.8, 0.4, math.nan, 0.9],
    [0.7, 0.6, math.nan],
    [5.0, 3.0, 4.0],
    [-1.0, -3.0, -2.0, -2.5],
    [math.nan, 0.8, math.nan, 0.6, 0.9],
    [0.5, 0.4, 0.4, 0.6],
    [2e9, 1e9],
    [0.7],
    [0.6, 0.7, 0.8, 0.9, 0.9, 0.2],
    [0.34, 0.264, 0.263, 0.4],
)


@Exercise
def best(answer):
    """The best epoch, with its weights in the model."""
    for losses in (*CURVES, CURVES[0]):
        model, epoch, loss = _kept(answer, losses)
        real = [value for value in losses if not math.isnan(value)]
        right = losses.index(min(real))
        what = f"losses {losses}"
        expect(
            epoch == right and close(loss, losses[right]),
            f"{what}: you say epoch {epoch:g} with {loss:g}",
            "The lowest, counted from 0, the earlier of two equals. No comparison with nan is ever true.",
        )
        state = {name: tensor for name, tensor in model.named_parameters()}
        weights = [normal(*p.shape, seed=100 * right + i) for i, p in enumerate(state.values())]
        last = [normal(*p.shape, seed=100 * (len(losses) - 1) + i) for i, p in enumerate(state.values())]
        found = list(state.values())
        expect(
            right == len(losses) - 1 or not all(close(a, b) for a, b in zip(found, last)),
            f"{what}: the model holds the weights of the last epoch",
            "Was a copy kept, and put back at the end?",
        )
        expect(
            all(close(a, b) for a, b in zip(found, weights)),
            f"{what}: the weights in the model are not those of epoch {right}",
            "All tensors of that epoch, not a part or a mean of them.",
        )
        expect(
            all(map(close, model.buffers(), _buffers(right))),
            f"{what}: the weights are right, what the batch norm keeps beside them is not",
            "A model is more than its parameters: what else is in state_dict()?",
        )
        expect(
            not any(module.training for module in model.modules()),
            "the model is returned in training mode, or a layer of it is",
            "It will be used now: model.eval() reaches every layer.",
        )
        expect(
            all(p.dtype == torch.float32 and p.requires_grad for p in found),
            "the model has another dtype than before, or can't be trained on",
            "Its values are put back, and nothing else is done to it.",
        )


# The step size


@Exercise
def rate(answer):
    """A step size for the wine that learns fast and does not explode."""
    lr = number(answer, "one number, the step size")
    expect(lr > 0, f"a step size of {lr:g}", "Steps go downhill: it is above 0.")
    inputs, targets = (part.to(get_device()) for part in data.wine())
    inputs = (inputs - inputs.mean(0)) / inputs.std(0)
    losses = fit_seeds(
        lambda: mlp(13, 16, 3),
        lambda params: optim.SGD(params, lr=lr),
        F.cross_entropy,
        Loader(inputs, targets, 60, shuffle=True),
        Loader(inputs, targets, 178),
        10,
        seeds=range(5),
    )[-1]["val_loss"].nan_to_num(math.inf)
    expect(losses.max() < 2, f"with {lr:g} one of five networks explodes", "The wall is nearer: step back.")
    expect(
        losses.mean() < 0.01,
        f"with {lr:g} the mean loss of five networks is {losses.mean():.3f} after ten epochs",
        "All is stable, and slow. How far is the wall?",
    )
