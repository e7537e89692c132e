"""Our optimizers take the steps of torch's: every combination of options, groups, gaps in the gradients, saved states.

Trajectories, not single steps: a step count that stands still changes nothing at step 1. In float64, on a smooth
surface: RMSprop and Adagrad would amplify rounding on a rough one.
"""

import copy
import inspect
import itertools
import subprocess
import sys

import pytest
import torch
from devices import DEVICES

from course_lib import optim

TOLERANCE = 1e-12
STEPS = 50
SPLIT = 20
NAMES = ["SGD", "Adagrad", "RMSprop", "Adam", "AdamW"]

VALUES = {
    "SGD": {"lr": [0.05], "momentum": [0, 0.9], "dampening": [0, 0.3], "nesterov": [False, True]},
    "Adagrad": {"lr": [0.3], "lr_decay": [0, 0.1], "initial_accumulator_value": [0, 0.5], "eps": [1e-10, 1e-2]},
    "RMSprop": {"lr": [0.02], "alpha": [0.99, 0.8], "momentum": [0, 0.9], "eps": [1e-8, 1e-2]},
    "Adam": {
        "lr": [0.2],
        "betas": [(0.9, 0.999), (0.8, 0.95), (0.0, 0.9)],
        "eps": [1e-8, 1e-2],
        "amsgrad": [False, True],
    },
    "AdamW": {
        "lr": [0.2],
        "betas": [(0.9, 0.999), (0.8, 0.95), (0.0, 0.9)],
        "eps": [1e-8, 1e-2],
        "amsgrad": [False, True],
    },
}
# Every option is on, to be saved and loaded, and to differ from the other group.
RICH = {
    "SGD": {"lr": 0.05, "momentum": 0.9, "dampening": 0.3, "weight_decay": 0.1, "maximize": True},
    "Adagrad": {
        "lr": 0.3,
        "lr_decay": 0.1,
        "weight_decay": 0.1,
        "initial_accumulator_value": 0.5,
        "eps": 1e-2,
        "maximize": True,
    },
    "RMSprop": {"lr": 0.02, "alpha": 0.8, "momentum": 0.9, "weight_decay": 0.1, "eps": 1e-2, "maximize": True},
    "Adam": {"lr": 0.1, "betas": (0.8, 0.95), "weight_decay": 0.1, "eps": 1e-2, "amsgrad": True, "maximize": True},
    "AdamW": {"lr": 0.1, "betas": (0.8, 0.95), "weight_decay": 0.1, "eps": 1e-2, "amsgrad": True, "maximize": True},
}
OTHER_GROUP = {
    "SGD": {"lr": 0.02, "momentum": 0.7, "weight_decay": 0.3, "maximize": False},
    "Adagrad": {"lr": 0.1, "lr_decay": 0.02, "weight_decay": 0.3, "eps": 1e-3, "maximize": False},
    "RMSprop": {"lr": 0.01, "alpha": 0.9, "momentum": 0.5, "weight_decay": 0.3, "eps": 1e-3, "maximize": False},
    "Adam": {"lr": 0.03, "betas": (0.7, 0.9), "weight_decay": 0.3, "eps": 1e-3, "amsgrad": False, "maximize": False},
    "AdamW": {"lr": 0.03, "betas": (0.7, 0.9), "weight_decay": 0.3, "eps": 1e-3, "amsgrad": True, "maximize": False},
}


def combinations():
    for name, values in VALUES.items():
        values = {**values, "weight_decay": [0, 0.1], "maximize": [False, True]}
        for choice in itertools.product(*values.values()):
            options = dict(zip(values, choice, strict=True))
            if not (options.get("nesterov") and (options["momentum"] == 0 or options["dampening"] != 0)):
                yield pytest.param(name, options, id=f"{name}-" + "-".join(str(value) for value in choice))


def start(device="cpu"):
    numbers = [1.5, -2.0], [0.8, 3.0], [-1.2]
    return [torch.tensor(number, dtype=torch.float64, device=device, requires_grad=True) for number in numbers]


def surface(params):
    """A smooth function of five numbers: curved differently along each, coupled, not symmetric."""
    x = torch.cat(params)
    slopes = torch.linspace(0.5, 4.0, 5, dtype=x.dtype, device=x.device)
    return (slopes * x**2).sum() / 2 + torch.cosh((x - 1) / 2).sum() + 0.3 * (x[:-1] * x[1:]).sum()


def descend(optimizer, params, steps, gaps=False):
    """Return the path, (len(steps), 5). With `gaps`, some gradients are missing and the learning rate changes.

    The gradients of a group with `maximize` are turned round, so that it has a maximum to climb to.
    """
    path = []
    for step in steps:
        optimizer.zero_grad()
        surface(params).backward()
        for group in optimizer.param_groups:
            if group["maximize"]:
                for param in group["params"]:
                    param.grad.neg_()
        if gaps:
            if step < SPLIT + 5:
                params[0].grad = None  # no gradient until after the split: its state starts late
            if step % 3 == 1:
                params[1].grad = None
            optimizer.param_groups[-1]["lr"] *= 0.99
        optimizer.step()
        path.append(torch.cat([param.detach().clone() for param in params]))
    return torch.stack(path)


def in_groups(optimizer_class, name, params, options):
    groups = [{"params": params[:2]}, {"params": params[2:], **OTHER_GROUP[name]}]
    return optimizer_class(groups, **options)


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("name, options", list(combinations()))
def test_follows_torch(name, options, device):
    paths = []
    for module in (optim, torch.optim):
        params = start(device)
        paths.append(descend(getattr(module, name)(params, **options), params, range(STEPS)))
    torch.testing.assert_close(*paths, rtol=0, atol=TOLERANCE)


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("name, options", list(combinations()))
def test_follows_torch_with_groups_and_gaps(name, options, device):
    paths = []
    for module in (optim, torch.optim):
        params = start(device)
        optimizer = in_groups(getattr(module, name), name, params, options)
        paths.append(descend(optimizer, params, range(STEPS), gaps=True))
    torch.testing.assert_close(*paths, rtol=0, atol=TOLERANCE)


@pytest.mark.parametrize("name", NAMES)
def test_defaults_and_their_order_are_those_of_torch(name):
    ours = list(inspect.signature(getattr(optim, name)).parameters.values())
    theirs = list(inspect.signature(getattr(torch.optim, name)).parameters.values())
    assert ours[-1].kind is inspect.Parameter.VAR_KEYWORD
    for our, their in zip(ours[:-1], theirs, strict=False):
        assert (our.name, our.default) == (their.name, their.default)
    maximize = inspect.signature(getattr(torch.optim, name)).parameters["maximize"]  # ours has it from the base class
    assert maximize.default is getattr(optim, name)(start()).param_groups[0]["maximize"] is False


@pytest.mark.parametrize("gaps", [False, True])
@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("first, second", [(optim, torch.optim), (torch.optim, optim), (optim, optim)])
@pytest.mark.parametrize("name", NAMES)
def test_a_saved_state_continues_in_the_other_library(name, first, second, device, gaps, tmp_path):
    params = start(device)
    expected = descend(in_groups(getattr(torch.optim, name), name, params, RICH[name]), params, range(STEPS), gaps)

    params = start(device)
    optimizer = in_groups(getattr(first, name), name, params, RICH[name])
    before = descend(optimizer, params, range(SPLIT), gaps)
    torch.save(optimizer.state_dict(), tmp_path / "state.pt")

    params = [param.detach().clone().requires_grad_() for param in params]
    optimizer = getattr(second, name)([{"params": params[:2]}, {"params": params[2:]}])
    optimizer.load_state_dict(torch.load(tmp_path / "state.pt", weights_only=True))
    after = descend(optimizer, params, range(SPLIT, STEPS), gaps)
    torch.testing.assert_close(torch.cat([before, after]), expected, rtol=0, atol=TOLERANCE)


@pytest.mark.parametrize("options", [{}, None])
@pytest.mark.parametrize("steps", [0, SPLIT])
@pytest.mark.parametrize("name", NAMES)
def test_state_dicts_look_like_torchs(name, steps, options):
    saved = []
    for module in (optim, torch.optim):
        params = start()
        optimizer = getattr(module, name)(params, **(RICH[name] if options is None else options))
        if steps:
            descend(optimizer, params, range(steps), gaps=True)
        saved.append(optimizer.state_dict())
    ours, theirs = saved
    assert ours["param_groups"] == theirs["param_groups"]
    assert ours["state"].keys() == theirs["state"].keys()
    for number, their_state in theirs["state"].items():
        our_state = ours["state"][number]
        assert our_state.keys() == their_state.keys()
        for key, value in their_state.items():  # also compares dtype, shape and device
            torch.testing.assert_close(our_state[key], value, rtol=0, atol=TOLERANCE)


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
def test_loading_copies_and_follows_the_dtype_of_the_parameter(dtype):
    params = start()
    optimizer = optim.Adam(params)
    descend(optimizer, params, range(3))
    saved = optimizer.state_dict()
    kept = copy.deepcopy(saved)
    params = [param.detach().to(dtype, copy=True).requires_grad_() for param in params]
    other = optim.Adam(params)
    other.load_state_dict(saved)
    descend(other, params, range(3))
    assert other.state[params[0]]["exp_avg"].dtype == dtype
    assert other.state[params[0]]["step"] == 6
    torch.testing.assert_close(saved["state"], kept["state"], rtol=0, atol=0)


def saved_by(optimizer_class, params, **options):
    optimizer = optimizer_class(params, **options)
    descend(optimizer, optimizer.param_groups[0]["params"], range(2))
    return optimizer.state_dict()


def with_wrong_shape():
    saved = copy.deepcopy(saved_by(optim.Adam, start(), lr=0.5))
    saved["state"][2]["exp_avg"] = torch.zeros(4)
    return saved


@pytest.mark.parametrize(
    "saved, error, words",
    [
        (lambda: optim.Adam(start()[:2]).state_dict(), ValueError, "sizes [2]"),
        (lambda: torch.optim.Adam(start()[:2]).state_dict(), ValueError, "sizes [2]"),
        (lambda: optim.Adam([{"params": [param]} for param in start()]).state_dict(), ValueError, "sizes [1, 1, 1]"),
        (lambda: saved_by(optim.SGD, start(), momentum=0.9), ValueError, "no option betas"),
        (lambda: saved_by(torch.optim.RMSprop, start()), ValueError, "no option betas"),
        (lambda: saved_by(torch.optim.Adam, start(), lr=torch.tensor(0.1)), ValueError, "pass float(lr)"),
        (lambda: saved_by(torch.optim.AdamW, start()), NotImplementedError, "decoupled_weight_decay=True"),
        (lambda: saved_by(optim.AdamW, start()), NotImplementedError, "decoupled_weight_decay=True"),
        (with_wrong_shape, ValueError, "exp_avg in state_dict has shape (4,)"),
    ],
)
def test_a_state_of_something_else_is_refused_and_changes_nothing(saved, error, words):
    params = start()
    optimizer = optim.Adam(params)
    descend(optimizer, params, range(3))
    before = copy.deepcopy(optimizer.state_dict())
    with pytest.raises(error) as raised:
        optimizer.load_state_dict(saved())
    assert words in str(raised.value)
    after = optimizer.state_dict()
    assert after["param_groups"] == before["param_groups"]
    torch.testing.assert_close(after["state"], before["state"], rtol=0, atol=0)


@pytest.mark.parametrize("maximize", [False, True])
@pytest.mark.parametrize("name", NAMES)
def test_a_step_leaves_the_gradient_and_a_parameter_without_one_alone(name, maximize):
    params = start()
    optimizer = getattr(optim, name)(params, weight_decay=0.1, maximize=maximize)
    surface(params).backward()
    params[1].grad = None
    grads = [params[0].grad.clone(), params[2].grad.clone()]
    optimizer.step()
    assert torch.equal(params[1], start()[1])
    assert torch.equal(params[0].grad, grads[0]) and torch.equal(params[2].grad, grads[1])
    assert not torch.equal(params[0], start()[0])


@pytest.mark.parametrize("name", NAMES)
def test_maximize_climbs_what_its_absence_descends(name):
    ends = []
    for sign in (1, -1):
        params = start()
        optimizer = getattr(optim, name)(params, **{**RICH[name], "maximize": sign < 0})
        for _ in range(STEPS):
            optimizer.zero_grad()
            (sign * surface(params)).backward()
            optimizer.step()
        ends.append(torch.cat(params).detach())
    assert torch.equal(*ends)
    assert surface([ends[0]]) < surface(start())


@pytest.mark.parametrize("name", ["Adam", "AdamW"])
def test_amsgrad_remembers_the_largest_square_and_may_be_switched_on_later(name):
    """With lr 0 nothing moves, so the squares come from the gradients that are set here: one large, then small ones."""
    params = [torch.zeros(1, dtype=torch.float64, requires_grad=True)]
    optimizer = getattr(optim, name)(params, lr=0.0, betas=(0.9, 0.5), amsgrad=True)
    largest = 0.0
    for grad in (1.0, 8.0, 1.0, 1.0, 1.0):
        params[0].grad = torch.full((1,), grad, dtype=torch.float64)
        optimizer.step()
        state = optimizer.state[params[0]]
        largest = max(largest, state["exp_avg_sq"].item())
        assert state["max_exp_avg_sq"].item() == largest
    assert largest == 32.25 and state["exp_avg_sq"].item() < 6
    optimizer = getattr(optim, name)(params)
    optimizer.step()
    optimizer.param_groups[0]["amsgrad"] = True
    optimizer.step()
    state = optimizer.state[params[0]]
    assert (
        torch.equal(state["max_exp_avg_sq"], state["exp_avg_sq"]) and state["max_exp_avg_sq"] is not state["exp_avg_sq"]
    )


@pytest.mark.parametrize("name", NAMES)
def test_the_state_is_not_the_gradient_itself(name):
    paths = []
    for module in (optim, torch.optim):
        params = start()
        optimizer = getattr(module, name)(params, **{**RICH[name], "weight_decay": 0})
        for _ in range(5):
            optimizer.zero_grad(set_to_none=False)  # backward fills the same gradient again
            (-surface(params)).backward()  # RICH climbs
            optimizer.step()
        paths.append(torch.cat(params).detach())
    torch.testing.assert_close(*paths, rtol=0, atol=TOLERANCE)


@pytest.mark.parametrize("name", NAMES)
def test_stacked_parameters_move_like_separate_ones(name):
    starts = torch.tensor([[1.0, -2.0], [0.5, 3.0], [-1.5, 0.1]], dtype=torch.float64)

    def ends(params):
        optimizer = getattr(optim, name)(params, **RICH[name])
        for _ in range(STEPS):
            optimizer.zero_grad()
            (-sum(torch.cosh(param - 0.3).sum() for param in params)).backward()  # RICH climbs
            optimizer.step()
        return params

    stacked = ends([starts.clone().requires_grad_()])[0]
    separate = torch.stack(ends([row.clone().requires_grad_() for row in starts]))
    torch.testing.assert_close(stacked, separate, rtol=0, atol=TOLERANCE)


def test_momentum_conventions_of_the_docstring():
    lr, momentum = 0.05, 0.9
    params = start()
    expected = descend(optim.SGD(params, lr=lr, momentum=momentum), params, range(STEPS))
    average = velocity = torch.zeros(5, dtype=torch.float64)
    a = b = torch.cat(start()).detach()
    for step in range(STEPS):
        grad_a = torch.func.grad(lambda x: surface([x]))(a)
        average = momentum * average + (1 - momentum) * grad_a
        a = a - lr / (1 - momentum) * average
        velocity = momentum * velocity - lr * torch.func.grad(lambda x: surface([x]))(b)
        b = b + velocity
        torch.testing.assert_close(a, expected[step], rtol=0, atol=TOLERANCE)
        torch.testing.assert_close(b, expected[step], rtol=0, atol=TOLERANCE)


def test_importing_and_stepping_loads_nothing_of_the_compiler():
    code = """
import sys, torch
param = torch.ones(2, requires_grad=True)
param.sum().backward()
before = set(sys.modules)
from course_lib import optim
for optimizer_class in (optim.SGD, optim.Adagrad, optim.RMSprop, optim.Adam, optim.AdamW):
    optimizer = optimizer_class([param])
    optimizer.step()
    optimizer.load_state_dict(optimizer.state_dict())
print(*sorted(name for name in set(sys.modules) - before if not name.startswith("course_lib")))
"""
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == ""
