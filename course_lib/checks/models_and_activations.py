"""Checks of *Models and activations*: numbers counted, a class mended, a bent line, a temperature, weights, dead units."""

import torch
from torch import nn

from .core import NO_RETURN, Exercise, ask, close, expect, number, several, tensor
from .probes import KEEPS, agree, normal


@Exercise
def count(answer):
    """The learned numbers of 3072-200, maxout of three to 50, 10."""
    n = number(answer)
    found = f"{n:,.0f}"
    expect(n != 644_900, found, "That counts the weights. What does each unit add to them?")
    expect(n != 625_160, found, "How many linear functions does each maxout unit hold?")
    expect(n != 646_260, found, "How many numbers come out of the maxout layer, and go into the last one?")
    expect(n != 235_660, found, "A colour image has three numbers for each pixel.")
    expect(
        n != 645_363, found, "One bias for each layer would tie its units together. Each linear function has its own."
    )
    expect(n != 614_600, found, "That is the first layer alone.")
    expect(
        n == 645_260, f"{found} are not all of them, or too many", "Layer by layer: outputs times (inputs and a bias)."
    )
    return "614,600 in the first layer, 30,150 in the maxout, 510 in the last: the size of the image decides."


@Exercise
def network(answer):
    """A network as a class: layers made once, flattened images, logits without a bend."""
    sizes = [12, 7, 5, 3]
    torch.manual_seed(1)  # layers are drawn
    first = _network(answer, sizes)
    _linears(first, sizes)
    small = _network(answer, [4, 2])
    _linears(small, [4, 2])
    images = 3 * normal(6, 3, 2, 2)
    logits = tensor(
        ask(first, images),
        (6, 3),
        "Only the axes behind the first belong to one image; the first counts the images.",
    )
    expect(
        close(logits, tensor(ask(first, images), (6, 3))),
        "the same images get other logits at the second call",
        "Which line makes new weights, or switches something off at random, each time?",
    )
    expect(
        not (logits >= 0).all(),
        "no logit is ever negative",
        "A logit may be any number. What is done to the last layer's outputs?",
    )
    expect(
        not close(logits.exp().sum(1), torch.ones(6), rtol=1e-4) and not close(logits.sum(1), torch.ones(6), rtol=1e-4),
        "these are probabilities, or their logarithms",
        "Asked are logits. The loss takes the softmax.",
    )
    layers = _linears(first, sizes)
    right, straight = images.flatten(1), images.flatten(1)
    for i, layer in enumerate(layers):
        straight = layer(straight)
        right = layer(right if i == 0 else torch.relu(right))
    expect(
        not close(logits, straight, rtol=1e-4, atol=1e-5),
        "the hidden layers have no bend: this is one layer in disguise",
        "ReLU stands behind each layer but the last.",
    )
    agree(logits, right, "logits", "Each layer once, in order, with ReLU between them.", rtol=1e-4, atol=1e-5)
    logits.square().sum().backward()
    expect(
        all(param.grad is not None for param in first.parameters()),
        "backward() gives some of the weights no gradient",
        "Which line leaves autograd?",
    )
    for model, case in (
        (first, 3 * normal(1, 12, seed=1)),
        (first, 3 * normal(2, 12, 1, 1, seed=2)),
        (first, 300 * normal(4, 12, seed=5)),
        (small, 3 * normal(5, 1, 2, 2, seed=3)),
        (_network(answer, (6, 40, 40, 40, 9)), 3 * normal(3, 2, 3, seed=4)),
        (_network(answer, [4, 3, 1]), 3 * normal(5, 4, seed=6)),
    ):
        mine, right = tensor(ask(model, case)), case.flatten(1)
        for i, layer in enumerate(_linears(model)):
            right = layer(right if i == 0 else torch.relu(right))
        mine = tensor(mine, right.shape, "How many images, or axes, does your class expect?", torch.float32)
        agree(mine, right, "logits", "Right for one network and batch, wrong for others.", rtol=1e-4, atol=1e-5)
    again = _linears(_network(answer, sizes))
    expect(
        not any(close(a.weight, b.weight) for a, b in zip(layers, again)),
        "two networks begin with the same weights",
        f"Each is to draw its own. Is a seed set? {KEEPS}",
    )
    return "What is made in __init__ is made once, registered, and found by the optimizer."


def _network(answer, sizes):
    model = ask(answer, sizes)
    expect(model is not None, "expected a network, got None", NO_RETURN)
    expect(isinstance(model, nn.Module), f"expected an nn.Module, got {type(model).__name__}", "Hand over the class.")
    return model


def _linears(model, sizes=None):
    """The linear layers of a model, expected to be its only parameters, and of these sizes."""
    layers = [module for module in model.modules() if isinstance(module, nn.Linear)]
    if sizes is None:
        return layers
    n, names = sum(param.numel() for param in model.parameters()), "-".join(map(str, sizes))
    expect(n > 0, "parameters() finds nothing: an optimizer could move nothing", "Where are the layers made, and kept?")
    found = [(layer.in_features, layer.out_features) for layer in layers]
    expect(
        found == list(zip(sizes, sizes[1:])),
        f"for {names} the layers found are {found}",
        "One nn.Linear from each size to the next. What registers them all?",
    )
    expect(
        n == sum((a + 1) * b for a, b in zip(sizes, sizes[1:])),
        f"{names} has {sum((a + 1) * b for a, b in zip(sizes, sizes[1:]))} numbers, yours {n}",
        "Does something learn that should not be there, or is a bias missing?",
    )
    return layers


@Exercise
def through(answer):
    """One hidden layer of ReLU units that draws the straight pieces between given points."""
    xs, ys = torch.tensor([0.0, 1.0, 3.0]), torch.tensor([2.0, 3.0, -1.0])
    first, shown = _line(answer, xs, ys), "the points (0, 2), (1, 3), (3, -1)"
    at = torch.tensor([0.0, 1.0, 2.0, 3.0, 4.0, -1.0])
    y = tensor(ask(first, at[:, None]), (6, 1))[:, 0].detach()
    expect(
        not close(y, torch.tensor([0.0, 1.0, -1.0, -3.0, -5.0, 0.0]), atol=1e-4),
        f"for {shown} it begins at height 0",
        "Which number of the network lifts the whole line?",
    )
    expect(
        not close(y[:4], torch.tensor([2.0, 3.0, 4.0, 5.0]), atol=1e-4),
        f"for {shown} the last point is missed",
        "Follow the line through the last piece. Which unit begins there?",
    )
    expect(
        not close(y, torch.tensor([2.0, 3.0, 2.0, 1.0, 0.0, 2.0]), atol=1e-4),
        f"for {shown}: right at first, and then the slope is not what it should be",
        "Behind a kink, all units before it still add their slopes. What must the new one add?",
    )
    expect(
        close(y[5], torch.tensor(2.0), atol=1e-4) or not close(y[:4], torch.tensor([2.0, 3.0, 1.0, -1.0]), atol=1e-4),
        f"left of the first point the line should be flat, at 2; yours is {y[5].item():.3g} at -1",
        "Which unit is active there, and should be silent?",
    )
    cases = [
        (xs, ys),
        (torch.tensor([-1.0, 0.0, 0.5]), torch.tensor([0.0, 4.0, 3.0])),
        (torch.tensor([-2.0, 0.5]), torch.tensor([1.0, -3.0])),
        (torch.tensor([-3.0, -2.5, -1.0, 0.0, 4.0]), torch.tensor([5.0, 5.0, -1.0, 0.25, 7.0])),
        (torch.linspace(-40, 60, 12), 10 * normal(12)),
    ]
    for xs, ys in cases:
        model, at = _line(answer, xs, ys), torch.cat([xs, xs[1:] - 0.3 * xs.diff(), xs[:1] - 2, xs[-1:] + 3])
        y = tensor(ask(model, at[:, None]), (len(at), 1), dtype=torch.float32)[:, 0]
        agree(
            y, _bent(xs, ys, at), "the output", "Are slopes, kinks and heights all taken from the points?", 1e-4, 1e-3
        )
    y = tensor(ask(first, torch.tensor([[2.0]])), (1, 1))
    expect(close(y, torch.ones(1, 1), atol=1e-4), "one network changes when another is made", KEEPS)
    expect(
        all(param.requires_grad and param.is_leaf for param in first.parameters()),
        "this network can't learn on",
        "Write the numbers into the layers under torch.no_grad().",
    )
    loss = ask(first, torch.tensor([[2.0], [4.0]])).square().sum()
    if loss.requires_grad:
        loss.backward()
    expect(
        all(param.grad is not None for param in first.parameters()),
        "this network can't learn on: backward() gives some of its numbers no gradient",
        "Which line leaves autograd?",
    )
    xs, ys = torch.tensor([0.0, 1.0, 3.0]), torch.tensor([2.0, 3.0, -1.0])
    first, own = _line(answer, xs, ys, copied=False), [xs.clone(), ys.clone()]
    with torch.no_grad():
        for param in first.parameters():
            param += 1.0  # a step of learning
    expect(
        torch.equal(xs, own[0]) and torch.equal(ys, own[1]),
        "when the network learns, the points move with it",
        "Its numbers are to be copies. Which of them shares its memory with xs or ys?",
    )
    y = tensor(ask(_line(answer, xs, ys), torch.tensor([[2.0]])), (1, 1))
    expect(close(y, torch.ones(1, 1), atol=1e-4), "after one network has learned, a new one is another", KEEPS)
    return "A kink for each point but the last: three points, two units."


def _line(answer, xs, ys, copied=True):
    model = ask(answer, xs, ys, copied=copied)
    expect(model is not None, "expected a network, got None", NO_RETURN)
    kinds = [type(layer).__name__ for layer in model] if isinstance(model, nn.Sequential) else type(model).__name__
    expect(
        kinds == ["Linear", "ReLU", "Linear"],
        f"expected a Sequential of Linear, ReLU, Linear, got {kinds}",
        "One hidden layer is enough.",
    )
    n = len(xs) - 1
    found = (model[0].in_features, model[0].out_features, model[2].in_features, model[2].out_features)
    expect(
        found == (1, n, n, 1),
        f"for {n + 1} points expected 1-{n}-1, got {found[0]}-{found[1]}-{found[3]}",
        "One unit for each straight piece.",
    )
    return model


def _bent(xs, ys, at):
    slopes = ys.diff() / xs.diff()
    changes = torch.cat([slopes[:1], slopes.diff()])
    return ys[0] + (changes * (at[:, None] - xs[:-1]).clamp(min=0)).sum(1)


@Exercise
def temperature(answer):
    """The temperature at which two logits three apart have odds of four to one."""
    T = number(answer)
    found, odds = f"T = {T:g}", "Write down the odds of the two as a power of e."
    expect(T > 0, found, "A temperature is above 0.")
    expect(abs(T - 0.46) > 0.02, found, "That makes the answer more sure. Upside down?")
    expect(abs(T - 1.39) > 0.02, found, "That is the difference that the logits should have. What is it now?")
    expect(abs(T - 0.75) > 0.02, found, f"Odds are no ratio of logits. {odds}")
    expect(abs(T - 5.02) > 0.05, found, f"The odds are not divided by T, the logits are. {odds}")
    expect(abs(T - 2.73) > 0.02, found, "Four to one is a probability of 0.8. Is yours 0.75, three to one?")
    expect(abs(T - 2.164) <= 0.005, found, f"{odds} Two decimals are asked.")
    return "Their difference becomes ln 4, whatever other classes there are."


def _sizes(std, activation, width, depth=30):
    """The size of z behind so many layers with such weights, geometric mean of three stacks."""
    logs = []
    for seed in range(3):
        chance = torch.Generator().manual_seed(seed)
        z = torch.randn(32, width, generator=chance)
        for _ in range(depth):
            z = activation(z) @ (std * torch.randn(width, width, generator=chance))
        logs.append(z.double().square().mean().sqrt().log())
    return torch.stack(logs).mean().exp().item()


def _leaky(z):
    return torch.where(z > 0, z, 0.4 * z)


def _steep(z):
    return torch.where(z > 0, 3 * z, -z)


def _half(z):
    return 0.5 * z


def _tilted(z):
    return z + 0.5 * z.abs()


@Exercise
def weight_std(answer):
    """The deviation of first weights that keeps the size through thirty layers, for any activation."""
    for name, activation, width in (
        ("leaky ReLU with s = 0.4", _leaky, 200),
        ("3z above zero, -z below", _steep, 200),
        ("z/2", _half, 80),
        ("z + |z|/2", _tilted, 120),
        ("sin 2z", lambda z: (2 * z).sin(), 160),
    ):
        torch.manual_seed(7)  # an answer may draw
        std = number(ask(answer, activation, width), "one number, a standard deviation")
        expect(std > 0, f"for {name} the deviation is {std:g}", "A deviation is above 0.")
        size = _sizes(std, activation, width)
        found = f"for {name} and {width} units: a deviation of {std:.4g}, and a size of {size:.3g} behind thirty layers"
        if not 0.4 < size < 2.5:
            as_variance = _sizes(std**0.5, activation, width)
            expect(not 0.4 < as_variance < 2.5, found, "That is the variance. What is asked?")
        expect(
            size > 0.4,
            found,
            "Too small. How large is the mean square of f(z) for normal z, and what must the weights make of it?",
        )
        expect(
            size < 2.5,
            found,
            "Too large. How large is the mean square of f(z) for normal z, and what must the weights make of it?",
        )
    expect(torch.get_default_dtype() == torch.float32, "your function changes PyTorch's default dtype", KEEPS)
    return "He's rule is this one for ReLU, whose mean square is one half."


@Exercise
def dead(answer):
    """How many units of each ReLU layer are silent for all examples of all batches."""
    model = nn.Sequential(nn.Flatten(), nn.Linear(2, 4), nn.ReLU(), nn.Linear(4, 3), nn.ReLU(), nn.Linear(3, 2))
    with torch.no_grad():
        model[1].weight.copy_(torch.tensor([[1.0, 0], [0, 1], [-1, 0], [0, -1]]))
        model[1].bias.copy_(torch.tensor([0.0, -1, 0, -50]))
        model[3].weight.copy_(torch.tensor([[1.0, 0, 0, 0], [-1, -1, -1, 0], [0, 0, 1, 1]]))
        model[3].bias.copy_(torch.tensor([0.0, 0, -2]))
    low, high = torch.tensor([[1.0, 0.5], [2, 0.5], [0.5, 0]]), torch.tensor([[-3.0, 2.0], [-1, 0]])
    cases = [
        [low],
        [low, high],
        [high, low],
        [low, high, low, low[:1]],
        [low[:1]],
        [torch.cat([low, high]).unsqueeze(1)],
        [low, high[:1], high[1:]],
    ]
    for batches in cases:
        found = _counts(answer, model, batches)
        right, last, each = _silent(model, [torch.cat(batches)]), _silent(model, batches[-1:]), "each layer"
        words = f"for {len(batches)} batch{'es' * (len(batches) > 1)}: {found}"
        expect(
            found == right or found != [a + b for a, b in zip(_silent(model, batches[:1]), last)] or len(batches) != 2,
            words,
            "A unit that is silent in two batches is one dead unit, not two.",
        )
        expect(found == right or found != last, words, "That is true of the last batch. What of those before?")
        expect(found == right or found != _silent(model, batches[:1]), words, "That is true of the first batch alone.")
        expect(
            found == right,
            f"{words}; {each} has another number",
            "Which axis counts the examples, which the units? When is a unit dead?",
        )
    other = nn.Sequential(nn.Linear(2, 5), nn.ReLU())
    with torch.no_grad():
        other[0].bias.fill_(-100.0)
    expect(_counts(answer, other, [low, high]) == [5], "for another network the count is wrong", KEEPS)
    late, faint, chain = _rare()
    for net, words, hint in (
        (late, "a unit that speaks for one example only", "One example of two hundred is enough: the unit is alive."),
        (
            faint,
            "units that speak faintly, or have z = 0",
            "Dead is 0, not nearly 0. And what does ReLU make of z = 0?",
        ),
        (chain, "three layers of ReLU", "Count each layer, however many there are."),
    ):
        found = _counts(answer, net, list(LATE.split([60, 1, 139])))
        expect(found == _silent(net, [LATE]), f"for {words}: {found}", hint)
        hooks = any(layer._forward_hooks or layer._forward_pre_hooks for layer in net.modules())
        expect(not hooks, "your function leaves a hook in the model", "Each register_… gives a handle: .remove() it.")
    expect(torch.is_grad_enabled(), "behind your function nothing can learn", "Use torch.no_grad(), as the code did.")
    return "One batch in which a unit speaks is enough: it is alive."


LATE = torch.full((200, 2), -1.0)
LATE[150] = 1.0


def _rare():
    """Three networks: with a unit that speaks for `LATE[150]` only, with faint ones, and with three layers of ReLU."""
    late, faint = (nn.Sequential(nn.Linear(2, 4), nn.ReLU()) for _ in range(2))
    chain = nn.Sequential(
        nn.Linear(2, 4), nn.ReLU(), nn.Linear(4, 4), nn.Identity(), nn.ReLU(), nn.Linear(4, 4), nn.ReLU()
    )
    with torch.no_grad():
        for param in [*late.parameters(), *faint.parameters(), *chain.parameters()]:
            param.zero_()
        late[0].weight[:3] = torch.tensor([[1.0, 0.0], [0.0, 2.0], [-1.0, 0.0]])
        late[0].bias[3] = -1.0
        faint[0].bias.copy_(torch.tensor([1e-9, 1e-3, 0.0, -1.0]))
        for place, bias in ((0, [1.0, -1, 1, 1]), (2, [1.0, -1, -1, 1]), (5, [-1.0, -1, -1, 1])):
            chain[place].bias.copy_(torch.tensor(bias))
    return late, faint, chain


def _counts(answer, model, batches):
    value = ask(answer, model, batches)
    n = sum(isinstance(layer, nn.ReLU) for layer in model)
    return [int(_whole(item)) for item in several(value, n, "counts", "One count for each ReLU layer, in a list.")]


def _whole(item):
    n = number(item, "whole numbers")
    expect(n == int(n), f"{n:g} is no count", "Asked is how many, not which share.")
    return n


def _silent(model, batches):
    counts = []
    for x in batches:
        counts = []
        for layer in model:
            x = layer(x)
            if isinstance(layer, nn.ReLU):
                counts.append(int((x == 0).all(0).sum()))
    return counts
