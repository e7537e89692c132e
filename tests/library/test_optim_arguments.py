"""Wrong arguments of the optimizers raise where torch's raise, and say what is wrong; what we leave out raises too."""

import inspect
import re

import pytest
import torch

from course_lib import optim

NAMES = ["SGD", "Adagrad", "RMSprop", "Adam", "AdamW"]
NAN = float("nan")


def tensor():
    return torch.ones(3, requires_grad=True)


WRONG = [
    *[(name, {option: -0.1}) for name in NAMES for option in ("lr", "weight_decay")],
    *[(name, {"lr": torch.ones(2)}) for name in NAMES],
    *[(name, {option: NAN}) for name in NAMES[1:] for option in ("lr", "weight_decay", "eps")],
    *[(name, {"eps": -1e-8}) for name in NAMES[1:]],
    *[("Adagrad", {option: -1}) for option in ("lr_decay", "initial_accumulator_value")],
    ("RMSprop", {"alpha": -0.1}),
    ("RMSprop", {"momentum": -0.9}),
    ("SGD", {"momentum": -0.9}),
    ("SGD", {"nesterov": True}),
    ("SGD", {"nesterov": True, "momentum": 0.9, "dampening": 0.1}),
    *[
        (name, {"betas": betas})
        for name in ("Adam", "AdamW")
        for betas in [(1.0, 0.9), (0.9, 1.0), (-0.1, 0.9), (0.9, -0.1), (0, 0.9), (0.9, 0), (NAN, 0.9)]
    ],
]
# Strange, but torch takes them.
ACCEPTED = [
    *[(name, {"lr": 0, "weight_decay": 0}) for name in NAMES],
    *[(name, {"eps": 0}) for name in NAMES[1:]],
    ("SGD", {"momentum": 1.5, "dampening": -2}),
    ("SGD", {"momentum": 1.5, "nesterov": True}),
    ("RMSprop", {"alpha": 1.5}),
    *[(name, {"betas": (0.0, 0.0)}) for name in ("Adam", "AdamW")],
]


@pytest.mark.parametrize("name, options", WRONG, ids=str)
def test_wrong_options_raise_as_in_torch_and_name_argument_and_value(name, options):
    with pytest.raises(ValueError):
        getattr(torch.optim, name)([tensor()], **options)
    with pytest.raises(ValueError) as raised:
        getattr(optim, name)([tensor()], **options)
    for option, value in options.items():
        assert f"{option}={value!r}" in str(raised.value)


@pytest.mark.parametrize("lr", [torch.tensor(0.1), torch.tensor([0.1], dtype=torch.float64)], ids=str)
@pytest.mark.parametrize("name", NAMES)
def test_a_tensor_as_lr_is_refused_with_its_remedy(name, lr):
    optimizer_class = getattr(optim, name)
    words = re.escape(f"lr={lr!r}: lr must be a number, not a tensor: pass float(lr)")
    with pytest.raises(ValueError, match=words):
        optimizer_class([tensor()], lr=lr)
    with pytest.raises(ValueError, match=words):
        optimizer_class([{"params": [tensor()], "lr": lr}])
    optimizer = optimizer_class([tensor()], lr=float(lr))  # the remedy
    with pytest.raises(ValueError, match=words):
        optimizer.add_param_group({"params": [tensor()], "lr": lr})
    saved = optimizer.state_dict()
    saved["param_groups"][0]["lr"] = lr
    with pytest.raises(ValueError, match=words):
        optimizer.load_state_dict(saved)
    assert len(optimizer.param_groups) == 1 and optimizer.param_groups[0]["lr"] == float(lr)


@pytest.mark.parametrize("name, options", ACCEPTED, ids=str)
def test_options_that_torch_takes_are_taken(name, options):
    getattr(torch.optim, name)([tensor()], **options)
    optimizer = getattr(optim, name)([tensor()], **options)
    assert options.items() <= optimizer.param_groups[0].items()


@pytest.mark.parametrize("lr", ["0.1", None, torch.tensor(0.1), NAN])
def test_an_lr_that_is_no_number_is_refused(lr):
    with pytest.raises(ValueError, match=re.escape(f"lr={lr!r}: lr must be a number")):
        optim.SGD([tensor()], lr=lr)


@pytest.mark.parametrize("betas", [0.9, (0.9,), (0.9, 0.99, 0.999), None])
def test_betas_that_are_no_pair_are_refused(betas):
    with pytest.raises(ValueError, match=re.escape(f"betas={betas!r}: betas must be two floats")):
        optim.Adam([tensor()], betas=betas)


def twice():
    shared = tensor()
    return [{"params": [shared]}, {"params": [tensor(), shared]}]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "params, error, words",
    [
        (lambda: [], ValueError, "empty"),
        (lambda: iter([]), ValueError, "empty"),
        (twice, ValueError, "twice"),
        (lambda: [tensor() * 2], ValueError, "computed from others"),
        (lambda: tensor(), TypeError, "pass a list"),
        (lambda: [1.0], TypeError, "float"),
        (lambda: [tensor(), {"params": [tensor()]}], TypeError, "dict"),
        (lambda: [{"params": [tensor()]}, tensor()], TypeError, "param_group is a Tensor"),
        (lambda: [{"params": {tensor()}}], TypeError, "order"),
    ],
)
def test_wrong_params_raise_as_in_torch(name, params, error, words):
    with pytest.raises(error):
        getattr(torch.optim, name)(params())
    with pytest.raises(error, match=words):
        getattr(optim, name)(params())


def complex_tensor():
    return torch.ones(2, dtype=torch.complex64, requires_grad=True)


@pytest.mark.parametrize(
    "params, error, words",
    [
        (lambda: [tensor()] * 2, ValueError, "twice"),  # torch warns that it will be an error
        (lambda: {tensor()}, TypeError, "order"),  # torch warns that it will be an error
        (lambda: [("weight", tensor())], TypeError, "tuple"),  # torch takes names
        (lambda: [complex_tensor()], TypeError, "complex"),  # torch takes complex numbers
        (lambda: [{"lr": 0.1}], ValueError, '"params"'),  # torch raises KeyError: 'params'
    ],
)
def test_params_where_we_are_stricter_than_torch(params, error, words):
    with pytest.raises(error, match=words):
        optim.SGD(params())


def test_params_may_be_an_iterator_a_tensor_in_a_group_and_retained():
    model = torch.nn.Linear(2, 2)
    assert optim.SGD(model.parameters()).param_groups[0]["params"] == list(model.parameters())
    weight = tensor()
    assert optim.SGD([{"params": weight}]).param_groups[0]["params"] == [weight]
    product = tensor() * 2
    product.retain_grad()
    optim.SGD([product])


def test_a_group_keeps_its_own_options_and_takes_the_rest_from_the_defaults():
    given = {"params": [tensor()], "lr": 0.5, "name": "head"}
    optimizer = optim.SGD([tensor()], lr=0.1, momentum=0.9)
    optimizer.add_param_group(given)
    first, second = optimizer.param_groups
    assert (first["lr"], second["lr"], second["momentum"], second["name"]) == (0.1, 0.5, 0.9, "head")
    assert given.keys() == {"params", "lr", "name"}  # the caller's dict stays as it was


def left_out():
    for name in NAMES:
        ours = inspect.signature(getattr(optim, name)).parameters
        theirs = inspect.signature(getattr(torch.optim, name)).parameters
        for option in theirs.keys() - ours.keys() - {"maximize"}:  # the base class has it
            yield pytest.param(name, option, theirs[option].default, id=f"{name}-{option}")


@pytest.mark.parametrize("name, option, default", sorted(left_out(), key=lambda case: case.id))
def test_an_option_that_the_course_does_not_teach_raises_naming_it(name, option, default):
    optimizer_class = getattr(optim, name)
    words = f"{option}=True: this course does not teach {option}; .* torch.optim.{name}"
    with pytest.raises(NotImplementedError, match=words):
        optimizer_class([tensor()], **{option: True})
    with pytest.raises(NotImplementedError, match=words):
        optimizer_class([{"params": [tensor()], option: True}])
    optimizer = optimizer_class([tensor()])
    saved = optimizer.state_dict()
    saved["param_groups"][0][option] = True
    with pytest.raises(NotImplementedError, match=words):
        optimizer.load_state_dict(saved)
    optimizer_class([tensor()], **{option: default})  # switched off, it may be said


@pytest.mark.parametrize("name", NAMES)
def test_an_option_that_does_not_exist_raises_and_lists_those_that_do(name):
    with pytest.raises(TypeError, match=f"{name} has no option learning_rate; its options are lr, "):
        getattr(optim, name)([tensor()], learning_rate=0.1)


def test_adagrad_refuses_an_initial_value_in_a_group_which_torch_would_ignore():
    with pytest.raises(ValueError, match="initial_accumulator_value=0.7"):
        optim.Adagrad([{"params": [tensor()], "initial_accumulator_value": 0.7}])
    optimizer = optim.Adagrad([tensor()], initial_accumulator_value=0.7)
    with pytest.raises(ValueError, match="0.7 here"):
        optimizer.add_param_group({"params": [tensor()], "initial_accumulator_value": 0.2})
    assert len(optimizer.param_groups) == 1


def test_a_closure_is_refused_before_anything_moves():
    weight = tensor()
    weight.sum().backward()
    optimizer = optim.SGD([weight], lr=0.1)
    for call in (lambda: optimizer.step(lambda: 0.0), lambda: optimizer.step(closure=lambda: 0.0)):
        with pytest.raises(TypeError, match="no closure"):
            call()
    assert torch.equal(weight, tensor())


def test_zero_grad_forgets_or_fills():
    weight, idle = tensor(), tensor()
    optimizer = optim.SGD([weight, idle])
    weight.sum().backward()
    grad = weight.grad
    optimizer.zero_grad(set_to_none=False)
    assert weight.grad is grad and torch.equal(grad, torch.zeros(3)) and idle.grad is None
    optimizer.zero_grad()
    assert weight.grad is None


def test_repr_shows_class_and_options_of_each_group():
    optimizer = optim.SGD(
        [{"params": [tensor(), tensor()]}, {"params": [tensor()], "lr": 0.5, "maximize": True}], lr=0.1
    )
    assert repr(optimizer).splitlines() == [
        "SGD (",
        "    group 0: lr=0.1, momentum=0, dampening=0, weight_decay=0, nesterov=False, maximize=False, tensors: 2",
        "    group 1: lr=0.5, momentum=0, dampening=0, weight_decay=0, nesterov=False, maximize=True, tensors: 1",
        ")",
    ]


def test_a_subclass_writes_update_and_nothing_else():
    class SignDescent(optim.Optimizer):
        def update(self, param, grad, state, group):
            param.sub_(group["lr"] * grad.sign())

    weight = tensor()
    (weight * torch.tensor([2.0, -3.0, 0.0])).sum().backward()
    SignDescent([weight], {"lr": 0.5}).step()
    assert torch.equal(weight, torch.tensor([0.5, 1.5, 1.0]))
    with pytest.raises(NotImplementedError, match="Optimizer must define update"):
        optim.Optimizer([weight], {"lr": 0.5}).step()
