"""torch's own list of inputs for its optimizers, run by ours: each is either equal to torch's, or refused with words.

`optim_db` of `torch.testing._internal.common_optimizers` is what torch tests its optimizers on. Its configurations for
the CPU, for CUDA and for mps are taken together, since they differ in options only. The module also imports the
generator of torch's tests, which takes 12 s and a package that is not in our lock; stand-ins take the place of that.
"""

import copy
import importlib.util
import sys
import traceback
import types
from pathlib import Path

import pytest
import torch
from test_optim import DEVICES, NAMES, STEPS, TOLERANCE, descend, in_groups, start

from course_lib import optim

NOT_TAUGHT = {"capturable", "centered", "decoupled_weight_decay", "differentiable", "foreach", "fused"}
OURS = str(Path(optim.__file__).parent)


class StandIn(types.ModuleType):
    """A module that has every name: a class that takes any argument."""

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return type(name, (), {"__init__": lambda self, *given, **named: None, "__call__": lambda self, test: test})


@pytest.fixture(scope="module")
def database():
    """The module of torch that holds the list, loaded apart from the modules of its test generator."""
    names = [f"torch.testing._internal.common_{part}" for part in ("device_type", "methods_invocations", "utils")]
    before = {name: sys.modules.get(name) for name in names}
    sys.modules.update({name: StandIn(name) for name in names})
    try:
        path = Path(torch.testing.__file__).parent / "_internal" / "common_optimizers.py"
        spec = importlib.util.spec_from_file_location("optim_db_of_torch", path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    finally:
        for name, kept in before.items():
            sys.modules.pop(name)
            if kept is not None:
                sys.modules[name] = kept
    return module


def entry(database, name):
    """The entry of `optim_db` for an optimizer."""
    (found,) = [info for info in database.optim_db if info.optim_cls is getattr(torch.optim, name)]
    return found


def inputs(database, name):
    """The options of each configuration by its description, for the three devices together."""
    given = {}
    for device in ("cpu", "cuda", "mps"):
        for one in entry(database, name).optim_inputs_func(device=device):
            assert one.params is None  # the parameters are left to the test
            text = f"{one.desc}: {one.kwargs}"
            given[text] = one.kwargs
    return given


def reasons(options):
    """Why ours has to refuse `options`: words of the error for each thing in them that it does not take."""
    words = [
        f"{name}={options[name]!r}: this course does not teach" for name in NOT_TAUGHT & options.keys() if options[name]
    ]
    if isinstance(options.get("lr"), torch.Tensor):
        words.append("lr must be a number, not a tensor: pass float(lr)")
    if any(isinstance(beta, torch.Tensor) for beta in options.get("betas", ())):
        words.append("betas must be two floats")
    return words


def outcome(name, options, device):
    """Run ours and torch's with `options`, in one group and in two: "equal" or "refused", anything else is an error."""
    words = reasons(options)
    if words:
        for make in (
            lambda kind: kind(start(device), **options),
            lambda kind: kind([{"params": start(device), **options}]),
        ):
            with pytest.raises((NotImplementedError, ValueError)) as raised:
                make(getattr(optim, name))
            assert any(part in str(raised.value) for part in words)
        return "refused"
    for grouped in (False, True):
        paths = []
        for module in (optim, torch.optim):
            params, kind = start(device), getattr(module, name)
            optimizer = in_groups(kind, name, params, options) if grouped else kind(params, **options)
            paths.append(descend(optimizer, params, range(STEPS), gaps=grouped))
        torch.testing.assert_close(*paths, rtol=0, atol=TOLERANCE)
        assert not torch.equal(paths[0][-1], paths[0][0])
    return "equal"


def taught_part(options):
    """What is left of refused options: tensors become numbers, what the course does not teach is left out."""
    numbers = {name: float(value) if isinstance(value, torch.Tensor) else value for name, value in options.items()}
    if "betas" in numbers:
        numbers["betas"] = tuple(float(beta) for beta in numbers["betas"])
    return {name: value for name, value in numbers.items() if name not in NOT_TAUGHT}


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("name", NAMES)
def test_every_input_is_equal_to_torch_or_refused_with_words(database, name, device, record_property):
    outcomes = {text: outcome(name, options, device) for text, options in inputs(database, name).items()}
    counts = {kind: list(outcomes.values()).count(kind) for kind in ("equal", "refused")}
    print(f"{name:8} inputs {len(outcomes):2}, equal {counts['equal']:2}, refused with words {counts['refused']:2}")
    record_property(name, counts)
    assert sum(counts.values()) == len(outcomes) >= 7
    assert counts["equal"] >= 5
    for text, options in inputs(database, name).items():
        if outcomes[text] == "refused":
            assert outcome(name, taught_part(options), device) == "equal", text


@pytest.mark.parametrize("name", NAMES)
def test_every_wrong_input_is_refused_with_words_of_ours(database, name):
    """What torch refuses or warns of, ours refuses at once, from its own checks, and says what to do."""
    count = 0
    for device in ["cpu"] + ["cuda"] * torch.cuda.is_available():  # torch makes tensors on the device for its list
        for wrong in entry(database, name).optim_error_inputs_func(torch.device(device), torch.float64):
            given = wrong.optimizer_error_input
            assert wrong.error_on is database.OptimizerErrorEnum.CONSTRUCTION_ERROR
            params = start() if given.params is None else given.params
            with pytest.raises((TypeError, ValueError, NotImplementedError)) as raised:
                getattr(optim, name)(params, **copy.copy(given.kwargs))
            last = traceback.extract_tb(raised.value.__traceback__)[-1]
            assert last.filename.startswith(OURS), (given.desc, str(raised.value))
            assert ": " in str(raised.value) or ", " in str(raised.value), given.desc
            count += 1
    print(f"{name:8} wrong inputs {count:2}, refused with words {count:2}")
    assert count >= 8


def test_the_list_has_the_five_and_no_option_that_is_neither_taught_nor_refused(database):
    known = set(NOT_TAUGHT)
    for name in NAMES:
        optimizer = getattr(optim, name)(start())
        for options in inputs(database, name).values():
            assert options.keys() <= known | optimizer.defaults.keys(), (name, options)
