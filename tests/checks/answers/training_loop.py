"""Answers to the exercises of *Training loop*."""

import copy
import functools
import io
import math
from fractions import Fraction

import torch
from kinds import Kind
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

from course_lib.checks import training_loop as check

from . import right, rules_out, wrong

rules_out(Kind.ROUTE, "the task forbids nothing", check.mend, check.diagnose, check.best)
rules_out(Kind.CHANCE, "nothing is drawn at random", check.diagnose, check.best)
rules_out(Kind.GRADIENT, "what is returned are numbers and a text", check.diagnose, check.best)
rules_out(Kind.DTYPE, "the answer is one of four texts", check.diagnose)

# mend


@right(check.mend)
def by_permutation(
    model, X, y, batch_size, n_epochs, lr, generator, shuffle=True, fixed=False, mode=True, keep=None, fit=None,
    clear=True, drop=False, roll=False, seed=None, sgd=None, of=None, last=False, append=True,
):  # fmt: skip
    losses, generator = [], torch.Generator().manual_seed(seed) if seed is not None else generator
    optimizer = (sgd or torch.optim.SGD)((of or model).parameters(), lr=lr)
    if mode:
        model.train()
    fit = fit or (lambda z, t: F.mse_loss(z.squeeze(1), t))
    order = torch.randperm(len(X), generator=generator)
    for epoch in range(n_epochs):
        if epoch and shuffle and not fixed:
            order = torch.randperm(len(X), generator=generator)
        if not shuffle:
            order = torch.arange(len(X))
        if roll:
            order = torch.arange(len(X)).roll(int(torch.randint(len(X), (1,), generator=generator)))
        for batch in order.split(batch_size):
            if drop and len(batch) < batch_size:
                continue
            loss = fit(model(X[batch]), y[batch])
            if clear:
                optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            if append and not last:
                losses.append((keep or torch.Tensor.item)(loss))
        if last:
            losses.append(loss.item())
    return losses


@right(check.mend)
def by_a_loader(model, X, y, batch_size, n_epochs, lr, generator):
    loader = DataLoader(TensorDataset(X, y[:, None]), batch_size=batch_size, shuffle=True, generator=generator)
    optimizer, losses = torch.optim.SGD(model.parameters(), lr), []
    for _ in range(n_epochs):
        model.train()
        for inputs, targets in loader:
            optimizer.zero_grad(set_to_none=False)
            loss = nn.MSELoss()(model(inputs), targets)
            loss.backward()
            optimizer.step()
            losses += [float(loss.detach())]
    model.eval()
    return losses


@right(check.mend)
def by_hand(model, X, y, batch_size, n_epochs, lr, generator):
    losses = []
    model.train()
    for _ in range(n_epochs):
        order = torch.rand(len(X), generator=generator).argsort()
        for start in range(0, len(X), batch_size):
            i = order[start : start + batch_size]
            loss = ((model(X[i]) - y[i].reshape(-1, 1)) ** 2).mean()
            with torch.no_grad():
                for p, slope in zip(model.parameters(), torch.autograd.grad(loss, list(model.parameters()))):
                    p -= lr * slope
            losses.append(loss.item())
    return losses


def loop(says, kind=(), **faults):
    wrong(check.mend, says=says, kind=kind)(functools.partial(by_permutation, **faults))


@wrong(check.mend, says="one step an epoch")
def as_given(model, X, y, batch_size, n_epochs, lr, generator):
    losses = []
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    for _ in range(n_epochs):
        loss = F.mse_loss(model(X), y)
        loss.backward()
        optimizer.step()
    return losses


@wrong(check.mend, says="Count by hand")
def one_batch_too_many(model, X, y, batch_size, n_epochs, lr, generator):
    by_permutation(model, X, y, batch_size, n_epochs, lr, generator)
    return by_permutation(model, X[:3], y[:3], batch_size, 1, lr, generator)


@wrong(check.mend, says="does not hold every example once", kind=Kind.CHANCE)
def with_replacement(model, X, y, batch_size, n_epochs, lr, generator):
    model.train()
    optimizer, losses = torch.optim.SGD(model.parameters(), lr=lr), []
    for _ in range(n_epochs):
        for start in range(0, len(X), batch_size):
            i = torch.randint(len(X), (min(batch_size, len(X) - start),), generator=generator)
            loss = F.mse_loss(model(X[i]).squeeze(1), y[i])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return losses


@wrong(check.mend, says="other sizes than asked", kind=Kind.COINCIDENCE)
def in_equal_parts(model, X, y, batch_size, n_epochs, lr, generator):
    model.train()
    optimizer, losses = torch.optim.SGD(model.parameters(), lr=lr), []
    for _ in range(n_epochs):
        for i in torch.randperm(len(X), generator=generator).tensor_split(math.ceil(len(X) / batch_size)):
            loss = F.mse_loss(model(X[i]).squeeze(1), y[i])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return losses


@wrong(check.mend, says="what they were", kind=Kind.ELSEWHERE)
def a_copy(model, *others):
    model.train()
    twin = copy.deepcopy(model)
    twin.asked, twin.modes = model.asked, model.modes
    return by_permutation(twin, *others)


@wrong(check.mend, says="changes the argument", kind=Kind.ARGUMENT)
def targets_in_place(model, X, y, *others):
    y.unsqueeze_(1)
    return by_permutation(model, X, y, *others, fit=F.mse_loss)


KEPT = []


@wrong(check.mend, says="losses are kept", kind=Kind.STATE)
def a_global_list(*given):
    KEPT.extend(by_permutation(*given))
    return list(KEPT) if len(KEPT) != 12 else KEPT


@wrong(check.mend, says="plain descent", kind=Kind.STATE)
def a_momentum(*given):
    return by_permutation(*given, sgd=functools.partial(torch.optim.SGD, momentum=0.9))


@wrong(check.mend, says="inputs of shape")
def rows_one_by_one(model, X, y, batch_size, n_epochs, lr, generator):
    model.train()
    for i in torch.randperm(len(X), generator=generator):
        model(X[i])
    return []


@wrong(check.mend, says="no rows of X", kind=Kind.VALUE)
def standardized(model, X, *others):
    return by_permutation(model, (X - X.mean(0)) / X.std(0), *others)


@wrong(check.mend, says="the mean loss of the batch, before its step".capitalize())
def loss_after_the_step(model, X, y, batch_size, n_epochs, lr, generator):
    model.train()
    optimizer, losses = torch.optim.SGD(model.parameters(), lr=lr), []
    for _ in range(n_epochs):
        for i in torch.randperm(len(X), generator=generator).split(batch_size):
            loss = F.mse_loss(model(X[i]).squeeze(1), y[i])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            with torch.no_grad():
                losses.append(F.mse_loss(model(X[i]).squeeze(1), y[i]).item())
    return losses


loop("some are in no batch", kind=Kind.HALF, drop=True)
loop("evaluation mode", mode=False)
loop("an epoch has the same order", kind=Kind.CHANCE, fixed=True)
loop("an epoch goes in the order of X", shuffle=False)
loop("another generator gives the same order", kind=Kind.CHANCE, seed=0)
loop("neighbours in X stay neighbours", kind=Kind.CHANCE, roll=True)
loop("plain descent", clear=False)
loop("plain descent", fit=F.mse_loss)
loop("plain descent", kind=Kind.SHAPE, fit=lambda z, t: F.mse_loss(z.squeeze(), t.squeeze()) / len(t))
loop("plain descent", kind=Kind.VALUE, fit=lambda z, t: F.mse_loss(z.squeeze(1), t, reduction="sum"))
loop("plain descent", fit=lambda z, t: F.l1_loss(z.squeeze(1), t))
loop("plain descent", sgd=lambda params, lr: torch.optim.SGD(params, lr=lr, weight_decay=0.01))
loop("plain descent", sgd=lambda params, lr: torch.optim.Adam(params, lr=lr))
loop("plain descent", sgd=lambda params, lr: torch.optim.SGD(list(params)[2:], lr=lr), kind=Kind.HALF)
loop("what they were", of=nn.Linear(1, 1), kind=Kind.GRADIENT)
loop("plain numbers", keep=torch.Tensor.detach, kind=Kind.TYPE)
loop("plain numbers", keep=lambda loss: loss, kind=Kind.GRADIENT)
loop("and 0 losses are kept", append=False)
loop("losses are kept", last=True, kind=Kind.HALF)
loop("not those of the batches", keep=lambda loss: round(loss.item(), 1), kind=Kind.VALUE)
loop("not those of the batches", keep=lambda loss: float(loss.detach().to(torch.float8_e4m3fn)), kind=Kind.DTYPE)
wrong(check.mend, says="a list of losses, got Tensor", kind=Kind.TYPE)(
    lambda *given: torch.tensor(by_permutation(*given))
)
wrong(check.mend, says="a list of losses, got tuple")(lambda *given: tuple(by_permutation(*given)))
wrong(check.mend, says="the same generator gives another order", kind=Kind.CHANCE)(
    lambda *given: by_permutation(*given[:-1], torch.Generator().manual_seed(torch.seed() % 2**31))
)


def ordered(says, kind=Kind.CHANCE):
    """Register a loop with orders of its own: a function of n, generator, epoch and what it has kept so far."""

    def register(order):
        def train(model, X, y, batch_size, n_epochs, lr, generator):
            kept, losses, optimizer = {}, [], torch.optim.SGD(model.parameters(), lr=lr)
            model.train()
            for epoch in range(n_epochs):
                for i in order(len(X), generator, epoch, kept).split(batch_size):
                    loss = F.mse_loss(model(X[i]).squeeze(1), y[i])
                    optimizer.zero_grad()
                    loss.backward()
                    optimizer.step()
                    losses.append(loss.item())
            return losses

        wrong(check.mend, says=says, kind=kind)(functools.wraps(order)(lambda *given: train(*given)))
        return order

    return register


def one_order(n, generator, kept):
    return kept.setdefault("order", torch.randperm(n, generator=generator))


@ordered("turned or rolled")
def turned(n, generator, epoch, kept):
    return one_order(n, generator, kept).flip(0) if epoch % 2 else one_order(n, generator, kept)


@ordered("turned or rolled")
def rolled(n, generator, epoch, kept):
    return one_order(n, generator, kept).roll(epoch)


@ordered("turned or rolled")
def two_in_turn(n, generator, epoch, kept):
    return kept.setdefault(epoch % 2, torch.randperm(n, generator=generator))


@ordered("only sorted otherwise")
def within_the_batches(n, generator, epoch, kept):
    size = 20 if n == 50 else n
    parts = one_order(n, generator, kept).split(size)
    return torch.cat([part[torch.randperm(len(part), generator=generator)] for part in parts])


@ordered("more often than others")
def each_half_for_itself(n, generator, epoch, kept):
    parts = torch.arange(n).tensor_split(2)
    return torch.cat([part[torch.randperm(len(part), generator=generator)] for part in parts])


@ordered("more often than others", kind=Kind.HALF)
def the_first_stays_first(n, generator, epoch, kept):
    return torch.cat([torch.zeros(1, dtype=torch.long), 1 + torch.randperm(n - 1, generator=generator)])


@ordered("an epoch goes in the order of X")
def the_last_unshuffled(n, generator, epoch, kept):
    return torch.arange(n) if epoch == 3 else torch.randperm(n, generator=generator)


@wrong(check.mend, says="another dtype", kind=Kind.DTYPE)
def in_double(model, X, y, *others):
    return by_permutation(model.double(), X.double(), y.double(), *others)


@wrong(check.mend, says="can't be trained on", kind=Kind.GRADIENT)
def frozen_at_the_end(model, *others):
    losses = by_permutation(model, *others)
    model.requires_grad_(False)
    return losses


loop("plain descent", kind=Kind.COINCIDENCE, sgd=lambda params, lr: torch.optim.SGD(params, lr=0.05))

# swing

right(check.swing)(-12)
right(check.swing)(-12.0)
right(check.swing)(torch.tensor([-12]))
right(check.swing)(Fraction(-24, 2))
wrong(check.swing, says="with zero_grad", kind=Kind.VALUE)(6 * 2.0**100)
wrong(check.swing, says="with zero_grad")(-6 * 2.0**100)
wrong(check.swing, says="not at its start", kind=Kind.GUESS)(6)
wrong(check.swing, says="never comes to rest", kind=Kind.GUESS)(0)
wrong(check.swing, says="What do you see", kind=Kind.VALUE)(12)
wrong(check.swing, says="What do you see", kind=Kind.GUESS)(-6)
wrong(check.swing, says="What do you see", kind=Kind.GUESS)(3)
wrong(check.swing, says="What do you see", kind=Kind.GUESS)(100)
wrong(check.swing, says="expected one number", kind=Kind.TYPE)("-12")
wrong(check.swing, says="expected one number")((-12, 6))

# fault

FOUND = {
    "A": "the same first batch in every step",
    "B": "the last layer has 100 outputs",
    "C": "only the biases in the optimizer",
    "D": "the training labels are one too high",
    "E": "the sign of the loss is turned",
    "F": "the validation labels are in another order",
}
right(check.fault)(FOUND)
right(check.fault)(dict(sorted(FOUND.items(), reverse=True)))
wrong(check.fault, says="the training images are not", kind=Kind.GUESS)(
    FOUND | {"A": "one batch an epoch: a break after it"}
)
wrong(check.fault, says="which C has", kind=Kind.VALUE)(FOUND | {"B": "the weights start ten times too large"})
wrong(check.fault, says="which two", kind=Kind.GUESS)(FOUND | {"C": "only the weight matrices in the optimizer"})
wrong(check.fault, says="which two")(FOUND | {"C": "the step size is a thousand times too small"})
wrong(check.fault, says="so wrong")(FOUND | {"D": FOUND["F"], "F": FOUND["D"]})
wrong(check.fault, says="so wrong")(FOUND | {"D": "the step size is a thousand times too small"})
wrong(check.fault, says="never below 0")(FOUND | {"E": "the weights start ten times too large"})
wrong(check.fault, says="What is left", kind=Kind.VALUE)(FOUND | {"F": "the step size is a thousand times too small"})
wrong(check.fault, says="two loops have the same name", kind=Kind.GUESS)(dict.fromkeys("ABCDEF", FOUND["A"]))
wrong(check.fault, says="not in the list")(FOUND | {"D": "labels shuffled"})
wrong(check.fault, says="not in the list", kind=Kind.TYPE)(FOUND | {"D": ...})
wrong(check.fault, says="not in the list", kind=Kind.TYPE)({letter: i for i, letter in enumerate("ABCDEF")})
wrong(check.fault, says="not the letters A to F", kind=Kind.TYPE)({k: v for k, v in FOUND.items() if k != "F"})
wrong(check.fault, says="not the letters A to F")({name: letter for letter, name in FOUND.items()})
wrong(check.fault, says="not the letters A to F")({letter.lower(): name for letter, name in FOUND.items()})
wrong(check.fault, says="not the letters A to F")({})
wrong(check.fault, says="expected a dict, got list", kind=Kind.TYPE)(list(FOUND.values()))
wrong(check.fault, says="expected a dict, got str")("the sign of the loss is turned")
wrong(check.fault, says="expected a dict, got NoneType")(None)

# diagnose


def healthy(loss, z, limit=0.5):
    return abs(loss.item() - math.log(z.shape[1])) < limit


@right(check.diagnose)
def in_one_go(make, x, y, first=healthy, moves=all, steps=200, limit=0.1, clear=True):
    model, optimizer, loss_fn = make()
    z = model(x)
    if not first(loss_fn(z, y), z):
        return "first loss"
    before = [p.detach().clone() for p in model.parameters()]
    for step in range(steps):
        if clear:
            optimizer.zero_grad()
        loss_fn(model(x), y).backward()
        optimizer.step()
        if step == 0 and not moves(not torch.equal(p, old) for p, old in zip(model.parameters(), before)):
            return "step"
    return "nothing" if loss_fn(model(x), y) < limit else "one batch"


@right(check.diagnose)
def each_anew(make, x, y):
    model, _, loss_fn = make()
    with torch.no_grad():
        z = model(x)
        if not (-0.5 < loss_fn(z, y) - math.log(z.size(-1)) < 0.5):
            return "first loss"
    model, optimizer, loss_fn = make()
    before = copy.deepcopy(model.state_dict())
    loss_fn(model(x), y).backward()
    optimizer.step()
    for name, p in model.named_parameters():
        if (p == before[name]).all():
            return "step"
    model, optimizer, loss_fn = make()
    loss = None
    for _ in range(200):
        loss = loss_fn(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return "one batch" if not loss < 0.1 else "nothing"


def doctor(says, kind=(), **options):
    wrong(check.diagnose, says=says, kind=kind)(functools.partial(in_one_go, **options))


doctor("nothing is wrong with it", first=lambda loss, z: abs(loss.item() - math.log(10)) < 0.5, kind=Kind.COINCIDENCE)
doctor("nothing is wrong with it", first=lambda loss, z: healthy(loss, z, 0.02), kind=Kind.VALUE)
doctor("nothing is wrong with it", limit=0.001)
doctor("nothing is wrong with it", steps=20)
doctor("far too large", first=lambda loss, z: loss.item() > 0.1)
doctor("holds the parameters of another model", moves=lambda moved: [*moved] and True)
doctor("Some tensors move, not all", moves=any, kind=Kind.HALF)
doctor("step size is tiny", limit=1.5)
doctor("nan is False", first=lambda loss, z: not abs(loss.item() - math.log(z.shape[1])) > 0.5, kind=Kind.VALUE)
doctor("first loss is negative", first=lambda loss, z: abs(loss.abs().item() - math.log(z.shape[1])) < 0.5)


doctor("not yet below 0.1", steps=2000, kind=Kind.VALUE)
doctor("not yet below 0.1", limit=0.5)


@wrong(check.diagnose, says="Compare after one step")
def moved_in_the_end(make, x, y):
    found = in_one_go(make, x, y)
    model, optimizer, loss_fn = make()
    before = [p.detach().clone() for p in model.parameters()]
    for _ in range(200):
        optimizer.zero_grad()
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
    moved = all(not torch.equal(p, old) for p, old in zip(model.parameters(), before))
    return ("nothing" if loss < 0.1 else "one batch") if found == "step" and moved else found


@wrong(check.diagnose, says="two of its inputs are equal", kind=Kind.HALF)
def without_the_last_row(make, x, y):
    return in_one_go(make, x[:-1], y[:-1])


@wrong(check.diagnose, says="not yet below 0.1", kind=Kind.HALF)
def half_of_the_batch(make, x, y):
    return in_one_go(make, x[:6], y[:6])


@wrong(check.diagnose, says="low on the way")
def the_lowest_loss(make, x, y):
    found, (model, optimizer, loss_fn) = in_one_go(make, x, y), make()
    for _ in range(200 if found == "one batch" else 0):
        optimizer.zero_grad()
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        if loss < 0.1:
            return "nothing"
    return found


@wrong(check.diagnose, says="nothing is wrong with it", kind=Kind.SHAPE)
def classes_in_the_batch(make, x, y):
    return in_one_go(make, x, y, first=lambda loss, z: abs(loss.item() - math.log(int(y.max()) + 1)) < 0.5)


@wrong(check.diagnose, says="holds the parameters of another model")
def batch_before_step(make, x, y):
    model, optimizer, loss_fn = make()
    z = model(x)
    if not healthy(loss_fn(z, y), z):
        return "first loss"
    for _ in range(200):
        optimizer.zero_grad()
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
    return "one batch" if loss > 0.1 else in_one_go(make, x, y)


@wrong(check.diagnose, says="nothing is wrong with it")
def compared_with_itself(make, x, y):
    model, optimizer, loss_fn = make()
    z = model(x)
    if not healthy(loss_fn(z, y), z):
        return "first loss"
    before = model.state_dict()
    loss_fn(z, y).backward()
    optimizer.step()
    if any(torch.equal(p, before[name]) for name, p in model.named_parameters()):
        return "step"
    return in_one_go(make, x, y)


@wrong(check.diagnose, says="detach")
def the_last_layer_only(make, x, y):
    return in_one_go(make, x, y, moves=lambda moved: [*moved][-1])


@wrong(check.diagnose, says="softmax twice")
def three_checks_less_one(make, x, y):
    found = in_one_go(make, x, y)
    return (
        "nothing" if found == "one batch" and not list(make()[0].children())[2:3] == [] and x.shape[1] == 6 else found
    )


@wrong(check.diagnose, says="start at zero")
def zero_is_fine(make, x, y):
    found = in_one_go(make, x, y)
    return "one batch" if found == "step" and not any(p.any() for p in make()[0].parameters()) else found


SEEN = {}


@wrong(check.diagnose, says="far too large", kind=Kind.STATE)
def by_its_shape(make, x, y):
    return SEEN.setdefault(x.shape, in_one_go(make, x, y))


ASKED = []


@wrong(check.diagnose, says="when others came in between", kind=Kind.STATE)
def tired_in_the_end(make, x, y):
    ASKED.append(x.clone())
    before = ASKED[-1 - len(check.PATIENTS) :][0]
    return in_one_go(make, x, y) if before is ASKED[-1] or not torch.equal(before, x) else "step"


@wrong(check.diagnose, says="changes the argument", kind=Kind.ARGUMENT)
def scaled_in_place(make, x, y):
    x /= x.abs().max()
    return in_one_go(make, x, y)


@wrong(check.diagnose, says="nan is False", kind=Kind.ELSEWHERE)
def from_an_except(make, x, y):
    try:
        assert not make()[2](make()[0](x), y).isnan()
        return in_one_go(make, x, y)
    except AssertionError:
        return "nothing"


wrong(check.diagnose, says="one of the four texts", kind=Kind.TYPE)(lambda make, x, y: (in_one_go(make, x, y),))
wrong(check.diagnose, says="one of the four texts")(lambda make, x, y: in_one_go(make, x, y) == "nothing")
wrong(check.diagnose, says="one of the four texts")(lambda make, x, y: "First loss")

# best


@right(check.best)
def by_deepcopy(
    model, train_epoch, val_loss, n_epochs, start=math.inf, keep=copy.deepcopy, train=True, evaluate=True, grad=False,
    better=lambda loss, best: loss < best, back=True, end=False, first=0,
):  # fmt: skip
    best_epoch, best_loss, weights = None, start, None
    for epoch in range(n_epochs):
        if train and (epoch == 0 or train != "once"):
            model.train()
        train_epoch(model)
        if evaluate:
            model.eval()
        with torch.set_grad_enabled(grad):
            loss = val_loss(model)
        if better(loss, best_loss):
            best_epoch, best_loss, weights = epoch + first, loss, keep(model.state_dict())
    if back and weights is not None:
        model.load_state_dict(weights)
    model.train(end)
    return best_epoch, best_loss


@right(check.best)
def by_clones(model, train_epoch, val_loss, n_epochs):
    records = []
    for epoch in range(n_epochs):
        train_epoch(model.train())
        with torch.inference_mode():
            loss = val_loss(model.eval())
        records.append(
            (math.inf if math.isnan(loss) else loss, epoch, {k: v.clone() for k, v in model.state_dict().items()})
        )
    loss, epoch, weights = min(records, key=lambda record: record[:2])
    model.load_state_dict(weights)
    return epoch, loss


@right(check.best)
def on_disk(*given):
    saved = io.BytesIO()

    def keep(state):
        saved.seek(0)
        torch.save(state, saved)
        return state

    value = by_deepcopy(*given, keep=keep, back=False)
    saved.seek(0)
    given[0].load_state_dict(torch.load(saved, weights_only=True))
    return [value[0], torch.tensor(value[1], dtype=torch.float64)]


def keeper(says, kind=(), **options):
    wrong(check.best, says=says, kind=kind)(functools.partial(by_deepcopy, **options))


keeper("weights of the last epoch", keep=lambda state: state, kind=Kind.ELSEWHERE)
keeper("weights of the last epoch", keep=dict)
keeper("weights of the last epoch", back=False)
keeper("what the batch norm keeps", kind=Kind.HALF, keep=lambda state: {
    name: tensor if "running" in name else tensor.clone() for name, tensor in state.items()
})  # fmt: skip
keeper(
    "are not those of epoch",
    keep=lambda state: {name: t.half().to(t.dtype) for name, t in state.items()},
    kind=Kind.DTYPE,
)
keeper("are not those of epoch", keep=lambda state: {
    name: tensor if name.startswith("2") else tensor.clone() for name, tensor in state.items()
})  # fmt: skip
keeper("train_epoch gets the model in evaluation mode", train=False)
keeper("train_epoch gets the model in evaluation mode", train="once")
keeper("val_loss gets the model in training mode", evaluate=False)
keeper("runs with gradients", grad=True)
keeper("returned in training mode", end=True)
keeper("counted from 0", first=1, kind=Kind.VALUE)
keeper("got None", start=1.0, kind=Kind.COINCIDENCE)
keeper("got None", start=0.0)
keeper("got None", start=1e9, kind=Kind.VALUE)
keeper("the earlier of two equals", better=lambda loss, best: loss <= best, kind=Kind.VALUE)
keeper("comparison with nan", better=lambda loss, best: not loss >= best, kind=Kind.VALUE)
keeper("you say epoch", better=lambda loss, best: loss > best, start=-math.inf)
keeper("you say epoch", better=lambda loss, best: abs(loss) < abs(best))
keeper("you say epoch", better=lambda loss, best: loss < best - 0.15)
keeper("you say epoch", better=lambda loss, best: True)
wrong(check.best, says="expected 2 things", kind=Kind.TYPE)(lambda *given: by_deepcopy(*given)[0])
wrong(check.best, says="expected 2 things, got None", kind=Kind.TYPE)(lambda *given: by_deepcopy(*given) and None)
wrong(check.best, says="you say epoch")(lambda *given: by_deepcopy(*given)[::-1])
wrong(check.best, says="epochs are asked", kind=Kind.HALF)(
    lambda model, train_epoch, val_loss, n: by_deepcopy(model, train_epoch, val_loss, max(n - 1, 1))
)
wrong(check.best, says="you say epoch", kind=Kind.DTYPE)(
    lambda *given: tuple(round(value) for value in by_deepcopy(*given))
)


@wrong(check.best, says="you say epoch", kind=Kind.SHAPE)
def stops_at_the_first_rise(model, train_epoch, val_loss, n_epochs):
    rose = []

    def better(loss, best):
        rose.append(loss > best)
        return loss < best and not any(rose)

    return by_deepcopy(model, train_epoch, val_loss, n_epochs, better=better)


BEST = {"loss": math.inf, "epoch": 0}


@wrong(check.best, says="you say epoch", kind=Kind.STATE)
def the_best_of_all_calls(model, train_epoch, val_loss, n_epochs):
    epoch, loss = by_deepcopy(model, train_epoch, val_loss, n_epochs)
    if loss < BEST["loss"]:
        BEST.update(loss=loss, epoch=epoch)
    return BEST["epoch"], BEST["loss"]


@wrong(check.best, says="your code raised", kind=Kind.ARGUMENT)
def weights_made_of_nothing(model, train_epoch, val_loss, n_epochs):
    value = by_deepcopy(model, train_epoch, val_loss, n_epochs)
    model[1] = nn.Identity()
    model.load_state_dict({})
    return value


def leave(name):
    return lambda state: {key: tensor if name in key else tensor.clone() for key, tensor in state.items()}


def shallow(model, mode):
    model.training = mode


keeper("what the batch norm keeps", kind=Kind.HALF, keep=leave("running_var"))
keeper("what the batch norm keeps", kind=Kind.HALF, keep=leave("num_batches"))
keeper("you say epoch", better=lambda loss, best: loss < best - 0.01)


@wrong(check.best, says="you say epoch", kind=Kind.VALUE)
def rounded(*given):
    epoch, loss = by_deepcopy(*given)
    return epoch, round(loss, 1)


def out_of_patience(model, train_epoch, val_loss, n_epochs, patience=2):
    """Goes on training, and looks no more."""
    waited = []

    def better(loss, best):
        looks = sum(waited[-patience:]) < patience
        waited.append(not (looks and loss < best))
        return looks and loss < best

    return by_deepcopy(model, train_epoch, val_loss, n_epochs, better=better)


wrong(check.best, says="epoch")(out_of_patience)
wrong(check.best, says="epoch")(functools.partial(out_of_patience, patience=3))


@wrong(check.best, says="or a layer of it is")
def the_outermost_only(model, *others):
    value = by_deepcopy(model, *others, end=True)
    shallow(model, False)
    return value


@wrong(check.best, says="val_loss gets the model in training mode", kind=Kind.HALF)
def shallow_eval(model, train_epoch, val_loss, n_epochs):
    def loss(model):
        model.train()
        shallow(model, False)
        return val_loss(model)

    return by_deepcopy(model, train_epoch, loss, n_epochs)


@wrong(check.best, says="train_epoch gets the model in evaluation mode", kind=Kind.HALF)
def shallow_train(model, train_epoch, val_loss, n_epochs):
    def train(model):
        model.eval()
        shallow(model, True)
        return train_epoch(model)

    return by_deepcopy(model, train, val_loss, n_epochs)


@wrong(check.best, says="can't be trained on")
def frozen(model, *others):
    value = by_deepcopy(model, *others)
    model.requires_grad_(False)
    return value


@wrong(check.best, says="another dtype", kind=Kind.DTYPE)
def doubled(model, *others):
    value = by_deepcopy(model, *others)
    model.double()
    return value


# rate

right(check.rate)(2.2)
right(check.rate)(2.5)
right(check.rate)(torch.tensor(2.0))
wrong(check.rate, says="How far is the wall", kind=Kind.VALUE)(0.45)
wrong(check.rate, says="How far is the wall", kind=Kind.GUESS)(0.2)
wrong(check.rate, says="How far is the wall", kind=Kind.GUESS)(0.01)
wrong(check.rate, says="How far is the wall")(1)
wrong(check.rate, says="explodes", kind=Kind.VALUE)(6.0)
wrong(check.rate, says="explodes", kind=Kind.GUESS)(10)
wrong(check.rate, says="explodes")(60)
wrong(check.rate, says="above 0")(-2.2)
wrong(check.rate, says="above 0")(0)
wrong(check.rate, says="expected one number", kind=Kind.TYPE)([2.2])
