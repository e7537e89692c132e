"""Checks of *The workflow*: three normalized parts, a network, the luck of the draw, and two models told apart."""

import torch
from torch import nn

from .core import NO_RETURN, Exercise, ask, call, close, expect, number, several, tensor
from .probes import KEEPS, normal

PARTS = ("training", "validation", "test")


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
    with torch.no_grad():
        read = tensor(call(model, inputs))
    expect(
        close(read, outputs, rtol=1e-3, atol=1e-5),
        "under torch.no_grad() the outputs are others than with gradients",
        "Validation would judge other outputs than those that were trained.",
    )
    expect(
        _learns(learning, model),
        "no gradient reaches the layers: they could not learn",
        "Which line leaves autograd: .detach(), .data, .item(), no_grad, requires_grad_(False)?",
    )
    second = [*call(answer, 10, 5).parameters()]
    expect(
        {*map(id, second)}.isdisjoint(map(id, model.parameters())),
        "two networks share a layer: training one changes the other",
        "Layers are made in __init__, anew for each network.",
    )
    expect(
        not all(map(torch.equal, second, model.parameters())),
        "two new networks begin with the same weights",
        "Several runs would be one. Who sets a seed, or writes into the layers?",
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


VERDICTS = ("first", "second", "can't tell")


def _answers(n_first, n_second, images, better, seed):
    """Right (1) and wrong (0) answers of two models from several seeds, which find the same images hard."""
    draw = torch.Generator().manual_seed(seed)
    ease = torch.rand(images, generator=draw) ** 0.25
    return [
        (torch.rand(n, images, generator=draw) * 0.3 + 0.6 < ease + shift).float()
        for n, shift in ((n_first, better), (n_second, 0.0))
    ]


def _half(first, second):
    """Half of the interval of the lead, in points, for the luck of the images."""
    return 196 * (first.mean(0) - second.mean(0)).std().item() / first.shape[1] ** 0.5


def _verdict(lead, half):
    return VERDICTS[0] if lead - half > 0 else VERDICTS[1] if lead + half < 0 else VERDICTS[2]


def _read(answer, first, second):
    """The lead, both ends and the verdict that the answer returns."""
    hint = "The lead, the lower and the upper end, and the verdict, with commas between them."
    *found, verdict = several(ask(answer, first, second), 4, "things", hint)
    lead, low, high = (number(x, what) for x, what in zip(found, ("a lead", "a lower end", "an upper end")))
    expect(
        isinstance(verdict, str) and verdict in VERDICTS,
        f"the verdict is {verdict!r}",
        f"Asked is one of {', '.join(map(repr, VERDICTS))}.",
    )
    expect(low <= high, f"the interval goes from {low:g} to {high:g}", "The lower end comes first.")
    return lead, low, high, verdict


def _agree(found, low, high, verdict, lead, half, where):
    """Raise Mistake unless all four are right."""
    off = max(abs(found - lead), abs((high + low) / 2 - lead))
    expect(
        off <= 0.01 + 0.01 * abs(half),
        f"{where} the lead is {found:.2f} and the interval goes from {low:.2f} to {high:.2f}",
        "The interval lies evenly around the lead, which is that of the first model, in points.",
    )
    expect(
        abs((high - low) / 2 - half) <= 0.01 * half + 1e-4,
        f"{where} your interval reaches {(high - low) / 2:.3f} points to either side",
        "1.96 standard deviations of the mean: what is the standard deviation of one image's difference, and how many?",
    )
    right = _verdict(lead, half)
    expect(
        verdict == right,
        f"{where} the interval goes from {low:.2f} to {high:.2f}, and your verdict is {verdict!r}",
        "On which side of 0 does the interval lie, if on one at all?",
    )


@Exercise
def tell_apart(answer):
    """The lead of one model over another on the same images, its interval, and whether it tells them apart."""
    first, second = (x.double() for x in _answers(5, 3, 400, 0.02, seed=1))
    lead = 100 * (first.mean() - second.mean()).item()
    half, n = _half(first, second), first.shape[1]
    found, low, high, verdict = _read(answer, first.float(), second.float())

    def is_(value, right):
        return abs(value - right) <= 0.01 * abs(right)

    expect(
        not is_(found, lead / 100), f"the lead is {found:.4f}", "That is a share. Asked are points: 100 to the whole."
    )
    expect(
        not is_(found, -lead), f"the lead of the first model is {found:.2f} points", "Who is ahead? Look at both means."
    )
    expect(
        is_(found, lead),
        f"the lead of the first model is {found:.3g} points",
        "Every seed counts alike, and every image. What is the mean of each model, and in which unit?",
    )
    mine, said = (high - low) / 2, f"your interval reaches {(high - low) / 2:.2f} points to either side"
    one, two = first.mean(0), second.mean(0)  # of each image the share of the seeds that read it right
    expect(
        not is_(mine, 196 * ((one.var() + two.var()) / n).sqrt()),
        said,
        "So wide it is if each model had images of its own. Both read the same ones: what do you know of each image?",
    )
    answers = [x.mean() * (1 - x.mean()) / x.numel() for x in (first, second)]
    expect(
        not is_(mine, 196 * sum(answers).sqrt()),
        said,
        "All answers are counted as independent. But five runs that read one image are no five images.",
    )
    runs = [x.mean(1).var() / len(x) for x in (first, second)]
    expect(
        not is_(mine, 196 * sum(runs).sqrt()),
        said,
        "That is the luck of the training: other seeds, the same images. Asked is the luck of the images.",
    )
    share = abs(lead) / 100
    expect(
        not is_(mine, 196 * (share * (1 - share) / n) ** 0.5),
        said,
        "A lead is no share: an image counts for the first, for the second or for neither.",
    )
    expect(not is_(mine, half * n**0.5), said, "So far one image may be off. How far is the mean of all of them?")
    expect(not is_(mine, half / 1.96), said, "That is one standard deviation of the mean.")
    expect(not is_(mine, 2 * half), said, "That is the whole width. To either side goes half of it.")
    _agree(found, low, high, verdict, lead, half, "for 5 and 3 seeds and 400 images")
    for *seeds, images, better, seed in (
        (4, 4, 300, -0.03, 2),
        (8, 8, 200, 0.002, 3),
        (1, 1, 150, 0, 4),
        (2, 6, 100, 0.2, 5),
    ):
        given = _answers(*seeds, images, better, seed)
        a, b = (x.double() for x in given)
        where = f"for {seeds[0]} and {seeds[1]} seeds and {images} images"
        _agree(*_read(answer, *given), 100 * (a.mean() - b.mean()).item(), _half(a, b), where)
    same = _answers(3, 3, 120, 0.0, seed=6)[0]
    _agree(*_read(answer, same, same), 0.0, 0.0, "for a model against itself")
    wins = torch.ones(2, 100), torch.zeros(2, 100)
    _agree(*_read(answer, *wins), 100.0, 0.0, "where only the first is ever right")
    _agree(*_read(answer, *wins[::-1]), -100.0, 0.0, "where only the second is ever right")
    again = _read(answer, first.float(), second.float())
    expect(again == (found, low, high, verdict), "the same answers, asked again, give another result", KEEPS)
    return "Without the pairing, image by image, these first two models could not have been told apart."
