"""Checks of *Adaptive optimizers*: steps from their formulas, decay by groups, a rate chosen fairly."""

import math

import torch
from torch import nn
from torch.nn import functional as F

from course_lib import data, optim
from course_lib.data.loaders import Loader
from course_lib.models import mlp
from course_lib.seed import get_device
from course_lib.train import fit_seeds

from .core import Exercise, Mistake, ask, close, expect, number, several, tensor
from .probes import KEEPS, normal, same_as


@Exercise
def second_step(answer):
    """The length of Adam's second step, over the learning rate, for the gradients 3 and 0."""
    length = number(answer)
    yours = f"yours is {length:g} times the learning rate"
    expect(length > -1e-9, f"{yours}, and a length is not negative", "Which way the weight goes is not asked.")
    expect(length > 0.005, f"{yours}: no step at all", "The gradient is 0 now, but what is in the first average?")
    for wrong, hint in (
        (1.0, "Adam's steps have the length of the rate while the gradients agree. These two do not."),
        (2.85, "Both averages started at 0, and after two steps they still show it."),
        (14.99, "Both averages started at 0. You have corrected one of them."),
        (0.127, "Both averages started at 0. You have corrected one of them."),
        (1.42, "That is the corrected mean of the gradients. What is it divided by?"),
        (0.316, "Divide by the root of the second average."),
        (0.47, "The second average forgets, too: after the zero it is half of what it was, once corrected."),
        (0.71, "Not both gradients count the same in the first average: the older one counts 0.9 times the newer."),
    ):
        if abs(length - wrong) <= 0.006 * max(1, wrong):
            raise Mistake(yours, hint)
    expect(abs(length - 0.67) <= 0.006, yours, "Write down m and v after each step, then divide by 1 - beta**2.")
    return "0.27 / 0.19 = 1.42 over the root of 4.50: what disagrees gives a shorter step."


@Exercise
def units(answer):
    """The factors by which a learning rate changes when its input is measured in thousandths, for SGD and Adam."""
    sgd, adam = (number(value) for value in several(answer, 2, "numbers, for SGD and for Adam", "Give (sgd, adam)."))
    yours = f"your factors are {sgd:g} for SGD and {adam:g} for Adam"
    expect(sgd > 0 and adam > 0, yours, "Learning rates are positive, and so is the factor between two of them.")
    expect(not close((sgd, adam), (1e-3, 1e-6), 0.01), yours, "The first is for SGD, the second for Adam.")
    expect(
        sgd <= 1 and adam <= 1,
        yours,
        "The inputs have become larger. Can the weight bear longer steps, or shorter ones?",
    )
    expect(
        not close(sgd, 1e-3, 0.01),
        yours,
        "For SGD the input counts twice: it multiplies the gradient, and it multiplies the step in the prediction.",
    )
    expect(
        not close(adam, 1.0, 0.01),
        yours,
        "Adam's step in the weight is as long as before. What does a step of that length do to the prediction now?",
    )
    expect(close(sgd, 1e-6, 0.01), yours, "SGD: how does the gradient change, and what is a step multiplied by?")
    expect(close(adam, 1e-3, 0.01), yours, "Adam: the scale of the gradient drops out. What is left?")
    return "Adam forgives the scale of the loss, not that of an input: standardize."


@Exercise
def drift(answer):
    """Where the weight goes in one round of five steps, over the learning rate, without and with the largest v."""
    moves = [
        number(value) for value in several(answer, 2, "numbers, without and with amsgrad", "Give (adam, amsgrad).")
    ]
    yours = "your moves are {:g} and {:g}".format(*moves)
    expect(not close(moves, (-3.0, 0.2), 0, 0.01), yours, "A step goes against the gradient. Which way is that for -2?")
    expect(not close(moves, (-0.2, 3.0), 0, 0.01), yours, "In the other order: first without amsgrad.")
    expect(
        not close(moves[0], -2.0, 0, 0.01),
        yours,
        "That is what the gradients add up to. What is left of each of them when it is divided by the root of v?",
    )
    expect(
        close(moves[0], 3.0, 0, 0.01),
        yours,
        "Without memory v is the square of the newest gradient. How long is each step, and which way does it go?",
    )
    expect(
        not close(moves[1], 3.0, 0, 0.01),
        yours,
        "With amsgrad all steps are divided by the same number. By which, once the 10 has been seen?",
    )
    expect(not close(moves[1], -0.02, 0, 0.001), yours, "Divide by the root of the largest v, not by v.")
    expect(close(moves[1], -0.2, 0, 0.01), yours, "With amsgrad: one step by 10 and four by 2, all over one root.")
    return "Without memory Adam counts votes: four small gradients outvote a large one that is worth more."


def _one_per_tensor(weight, gradients, lr, betas, eps):
    """Adam with one second moment for the whole tensor: the weights after each step."""
    m, v, weights = torch.zeros_like(weight), 0.0, []
    for t, g in enumerate(gradients, start=1):
        m = betas[0] * m + (1 - betas[0]) * g
        v = betas[1] * v + (1 - betas[1]) * g.square().mean()
        weight = weight - lr * m / (1 - betas[0] ** t) / ((v / (1 - betas[1] ** t)).sqrt() + eps)
        weights.append(weight)
    return torch.stack(weights)


def _twisted(weight, gradients, lr, betas, eps, slip):
    """The same with one slip, by name."""
    m, v, weights = torch.zeros_like(weight), 0.0, []
    betas = betas[::-1] if slip == "swapped" else betas
    for t, g in enumerate(gradients, start=1):
        square = {"own": g.square(), "sum": g.square().sum(), "mean first": g.mean().square()}
        m = betas[0] * m + (1 if slip == "added" else 1 - betas[0]) * g
        v = betas[1] * v + (1 - betas[1]) * square.get(slip, g.square().mean())
        m_hat = m if slip in ("bare", "bare m") else m / (1 - betas[0] ** t)
        v_hat = v if slip in ("bare", "bare v") else v / (1 - betas[1] ** t)
        root = (v_hat + eps).sqrt() if slip == "inside" else v_hat if slip == "no root" else v_hat.sqrt() + eps
        weight = weight - lr * m_hat / root
        weights.append(weight)
    return torch.stack(weights)


SLIPS = {
    "own": "That is Adam: each weight has a v of its own. Here the whole tensor has one.",
    "sum": "The mean of the squares, not their sum: a larger tensor would take shorter steps.",
    "mean first": "First square, then take the mean. The other way round gradients of opposite sign cancel.",
    "swapped": "betas[0] is the memory of m, betas[1] that of v.",
    "added": "m is an average: the new gradient enters with 1 - beta1.",
    "bare": "Both averages start at 0. Correct them.",
    "bare m": "m starts at 0 too, and is too small at first.",
    "bare v": "v starts at 0 too, and is too small at first.",
    "no root": "v is a mean of squares. What has the scale of a gradient?",
    "inside": "These gradients are tiny, so that eps shows. Where does it stand, inside the root or outside?",
}


@Exercise
def one_per_tensor(answer):
    """Adam with one second moment for a whole tensor."""
    case = normal(2, 3, seed=1), normal(6, 2, 3, seed=2) + 0.5, 0.1, (0.9, 0.99), 1e-8
    small = case[0], 1e-5 * case[1], *case[2:]
    hint = "Asked are the weights after each step, the steps in the first axis."
    found = tensor(ask(answer, *case), (6, 2, 3), hint).clone()
    for slip, hint in SLIPS.items():
        one = small if slip == "inside" else case
        yours = found if one is case else tensor(ask(answer, *small), (6, 2, 3))
        if close(yours, _twisted(*one, slip), rtol=1e-4, atol=1e-6):
            raise Mistake(f"the first step moves the first weight by {(yours[0] - one[0]).flatten()[0]:.4g}", hint)
    right = _one_per_tensor(*case)
    expect(
        not close(case[0] - found, right - case[0], rtol=1e-4, atol=1e-6), "the weights go uphill", "Descent subtracts."
    )
    expect(
        close(found[0], right[0], rtol=1e-4, atol=1e-6),
        "the first step is not the right one",
        "At the first step both hats give back the gradient itself and the mean of its squares.",
    )
    expect(
        close(found, right, rtol=1e-4, atol=1e-6),
        "the first step is right, a later one is not",
        "What do you carry on from step to step: m and v, or their corrected twins? And does t grow?",
    )
    wide = normal(40, 5, dtype=torch.float64, seed=3)
    same_as(
        answer,
        _one_per_tensor,
        [
            case,
            small,
            (normal(5, dtype=torch.float64, seed=4), wide * 1e3, 0.01, (0.0, 0.5), 1e-8),
            (normal(1, 4, seed=5), normal(1, 1, 4, seed=6), 0.3, (0.5, 0.999), 1e-3),
            (torch.tensor(2.0), normal(30, seed=7), 0.05, (0.9, 0.999), 1e-8),
            (normal(3, seed=8), torch.zeros(4, 3), 0.1, (0.9, 0.99), 1e-8),
            (normal(3, 2, 2, 4, seed=9), normal(5, 3, 2, 2, 4, seed=10), 0.1, (0.9, 0.99), 1e-8),  # a kernel
        ],
        hint="Here shape, number of steps, scale of the gradients, betas or eps are others. Nothing is fixed.",
        what="the weights",
        rtol=1e-4,
        atol=1e-6,
    )


def _torch_adam(params, gradients, lr, betas, eps):
    """What torch's Adam makes of these parameters."""
    params = [param.clone() for param in params]
    optimizer = torch.optim.Adam(params, lr=lr, betas=betas, eps=eps)
    for step in gradients:
        for param, grad in zip(params, step):
            param.grad = None if grad is None else grad.clone()
        optimizer.step()
    return params


def _train(answer, params, gradients, lr=0.1, betas=(0.9, 0.999), eps=1e-8):
    """The answer's parameters and torch's, in float64 if the parameters are."""
    value = ask(answer, params, gradients, lr, betas, eps)
    found = several(value, len(params), "tensors, one for each parameter", "Return the list of the parameters.")
    right = _torch_adam(params, gradients, lr, betas, eps)
    return [tensor(mine, goal.shape, dtype=goal.dtype) for mine, goal in zip(found, right)], right


def _all_close(found, right):
    return all(close(mine, goal, rtol=1e-5, atol=1e-7) for mine, goal in zip(found, right))


@Exercise.that(needs=["torch._dynamo"])
def several_parameters(answer):
    """Adam for several parameters, repaired."""
    one = [normal(3, dtype=torch.float64, seed=1)]
    grads = [[normal(3, dtype=torch.float64, seed=10 + k)] for k in range(5)]
    found, right = _train(answer, one, grads[:1])
    expect(
        _all_close(found, right),
        "for one parameter already the first step is not that of torch.optim.Adam",
        "Print m and v after the first step. Are they two lists, and is each what the formula says?",
    )
    found, right = _train(answer, one, grads)
    expect(
        _all_close(found, right),
        "for one parameter the first step is right, a later one is not",
        "What lives on from one step to the next, and what is started anew?",
    )
    two = one + [normal(3, dtype=torch.float64, seed=2)]
    both = [[a[0], 100 * normal(3, dtype=torch.float64, seed=20 + k)] for k, a in enumerate(grads)]
    found, right = _train(answer, two, both)
    expect(
        _all_close(found, right),
        "right for one parameter, wrong for two",
        "Print t, and the two m, while the second parameter is updated in the first step. What do the two share?",
    )
    gaps = [[a, None if k in (0, 2) else b] for k, (a, b) in enumerate(both)]
    found, right = _train(answer, two, gaps)
    expect(
        _all_close(found, right),
        "right while all have gradients, wrong where one of them is None at the first and the third step",
        "A parameter without a gradient keeps its value and its averages. How many steps has it made?",
    )
    others = [normal(2, 4, seed=3), torch.tensor(1.0), normal(1, seed=4), 5 * normal(3, 1, 2, seed=5)]
    rows = [
        [None if (k + i) % 4 == 3 else 1e-5 * normal(*p.shape, seed=50 + 7 * k + i) for i, p in enumerate(others)]
        for k in range(8)
    ]
    for params, steps, lr, betas, eps in (
        (others, rows, 0.01, (0.5, 0.9), 1e-8),
        (two, both, 0.3, (0.0, 0.99), 1e-3),
        (one, [[None]] * 2, 0.1, (0.9, 0.999), 1e-8),
        (two, both, 0.1, (0.9, 0.999), 1e-8),
    ):
        found, right = _train(answer, params, steps, lr, betas, eps)
        expect(
            _all_close(found, right),
            f"right in four cases, wrong for {len(params)} parameters, lr = {lr:g} and betas = {betas}",
            "Here shapes, scale, lr, betas or eps are others. Is one of them written down in your code? " + KEEPS,
        )


def _networks():
    """Models of several kinds, each with the names of the parameters that decay."""
    table = nn.Sequential(nn.Linear(4, 6), nn.LayerNorm(6), nn.ReLU(), nn.Linear(6, 1, bias=False))
    images = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.PReLU(), nn.Flatten(), nn.Linear(8, 3))
    words = nn.ModuleDict({"embed": nn.Embedding(7, 5), "norm": nn.LayerNorm(5), "out": nn.Linear(5, 7, bias=False)})
    words["out"].weight = words["embed"].weight
    frozen = nn.Sequential(nn.Linear(3, 3), nn.Linear(3, 2))
    frozen[0].requires_grad_(False)
    odd = nn.Module()
    odd.biased_mixing, odd.weight = nn.Parameter(torch.randn(3, 3)), nn.Parameter(torch.randn(3))
    return {
        "with LayerNorm": (table, {"0.weight", "3.weight"}),
        "with convolution and BatchNorm": (images, {"0.weight", "4.weight"}),
        "with a frozen layer": (frozen, {"1.weight"}),
        "with tied weights": (words, {"embed.weight"}),
        "whose parameters have other names": (odd, {"biased_mixing"}),
        "of one neuron": (nn.Sequential(nn.Linear(1, 1)), {"0.weight"}),
    }


@Exercise
def decay_groups(answer):
    """Two parameter groups: what decays, and what does not."""
    for place, (kind, (model, decaying)) in enumerate(_networks().items()):
        wd = (0.1, 0.3, 0.05)[place % 3]
        groups = several(ask(answer, model, wd), 2, "groups", "Return a list of two dictionaries.")
        expect(
            all(isinstance(group, dict) and "params" in group for group in groups),
            "a group is a dictionary with its tensors under the key params",
            'As in [{"params": [...], "weight_decay": ...}, {...}].',
        )
        groups = [{**group, "params": list(group["params"])} for group in groups]  # a generator serves only once
        for group in groups:  # torch takes pairs of name and parameter, too
            if all(isinstance(param, tuple) and len(param) == 2 for param in group["params"]):
                group["params"] = [param for _, param in group["params"]]
            expect(group.get("weight_decay", 0) is not None, "a group decays with None", "No decay is the number 0.")
            if "weight_decay" in group:
                number(group["weight_decay"], "one number under the key weight_decay")
        given = [param for group in groups for param in group["params"]]
        expect(
            all(isinstance(param, nn.Parameter) for param in given),
            "the groups hold other things than parameters",
            "Put in the parameters themselves, not their names, and no copies of them.",
        )
        names = {param: name for name, param in model.named_parameters()}
        expect(
            all(any(param is own for own in names) for param in given),
            "the groups hold tensors that are not the model's own",
            "An optimizer moves the tensors that it is given. A copy of them leaves the model as it is.",
        )
        frozen = sorted(names[param] for param in given if not param.requires_grad)
        expect(
            not frozen, f"in a model {kind}: {', '.join(frozen)} is frozen", "What has no gradient needs no optimizer."
        )
        expect(
            len(set(given)) == len(given), f"in a model {kind}: a parameter comes twice", "Each is shrunk only once."
        )
        missing = sorted(name for param, name in names.items() if param.requires_grad and param not in set(given))
        expect(
            not missing, f"in a model {kind}: {', '.join(missing)} is in neither group", "The others must learn, too."
        )
        first, second = ({names[param] for param in group["params"]} for group in groups)
        expect(second != decaying or first == decaying, "what decays comes first", "Asked is the decaying group first.")
        wrong = sorted(first - decaying) + sorted(decaying - first)
        expect(
            not wrong,
            f"in a model {kind}: {wrong[0] if wrong else ''} is in the wrong group",
            "How many axes has it? A matrix has two, a kernel four; a bias, or the scale of a normalization, has one.",
        )
        made = optim.AdamW([group for group in groups if group["params"]], lr=0.01)
        rates = [group["weight_decay"] for group in made.param_groups]
        expect(
            len(groups[1]["params"]) == 0 or rates[-1] == 0,
            f"AdamW shrinks the second group all the same, with {rates[-1]:g}",
            "What a group does not name, it takes from the optimizer, and AdamW has a default.",
        )
        expect(
            rates[0] == wd,
            f"the first group decays with {rates[0]:g}, asked was {wd:g}",
            "It is an argument. " + KEEPS,
        )
        extra = sorted({key for group in groups for key in group} & set(made.defaults) - {"weight_decay"})
        expect(not extra, f"the groups set {', '.join(extra)} as well", "Leave the rest to the optimizer.")


def _wine(lr, seeds=range(200, 208)):
    """The mean loss of Adam after four epochs on the wine, over the rows that it does not train on and the seeds."""
    inputs, targets = (part.to(get_device()) for part in data.wine())
    order = torch.randperm(len(inputs), generator=torch.Generator().manual_seed(1))
    inputs, targets = inputs[order], targets[order]
    inputs = (inputs - inputs[:110].mean(0)) / inputs[:110].std(0)
    losses = fit_seeds(
        lambda: mlp(13, 16, 3),
        lambda params: optim.Adam(params, lr=lr),
        F.cross_entropy,
        Loader(inputs[:110], targets[:110], 22, shuffle=True),
        Loader(inputs[110:], targets[110:], 68),
        4,
        seeds=seeds,
    )[-1]["val_loss"]
    return losses.nan_to_num(math.inf).mean().item()


@Exercise
def tune(answer):
    """A learning rate of Adam for the wine in four epochs, near the best: a fair search on another cut finds it."""
    lr = number(answer, "one number, the learning rate")
    expect(lr > 0, f"a learning rate of {lr:g}", "Steps go downhill: it is above 0.")
    best = min(_wine(rate) for rate in (0.03, 0.035, 0.04, 0.046))
    loss = _wine(lr)
    yours = f"with {lr:g} the mean loss of eight networks is {loss:.3g}, and the best of our rates gives {best:.3g}"
    expect(loss <= 1.3 * best or lr > 0.036, yours, "Too short. Try rates a factor of 3 apart, then finer ones.")
    expect(loss <= 1.3 * best, yours, "Too long. Try rates a factor of 3 apart, then finer ones around the best.")
    return f"The mean loss is {loss:.4f}; the best of our rates gives {best:.4f}."
