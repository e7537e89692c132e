"""The resident loaders: every example once, orders from a seed alone, batches for many seeds."""

import importlib
from typing import NamedTuple

import numpy as np
import pytest
import torch

from course_lib.data.loaders import EVALUATION_BATCH, Loader, make_loaders


class Parts(NamedTuple):
    train: tuple
    val: tuple
    test: tuple


def part(n):
    return torch.arange(n * 6, dtype=torch.float32).reshape(n, 2, 3), torch.arange(n)


def orders(loader, n_passes):
    return [torch.cat([targets for _, targets in loader]).tolist() for _ in range(n_passes)]


@pytest.mark.parametrize("n, batch_size, sizes", [(10, 4, [4, 4, 2]), (8, 4, [4, 4]), (3, 4, [3]), (1, 1, [1])])
@pytest.mark.parametrize("shuffle", [False, True])
def test_every_example_comes_once_with_its_target(n, batch_size, sizes, shuffle):
    loader = Loader(*part(n), batch_size, shuffle=shuffle)
    batches = list(loader)
    assert [len(targets) for _, targets in batches] == sizes and len(loader) == len(sizes)
    assert sorted(torch.cat([targets for _, targets in batches]).tolist()) == list(range(n))
    for inputs, targets in batches:
        assert torch.equal(inputs, part(n)[0][targets])


def test_without_shuffle_the_order_stays():
    assert orders(Loader(*part(10), 4), 2) == [list(range(10))] * 2


def test_the_order_is_new_in_every_pass_and_the_same_for_the_same_seed():
    first, again, other = (orders(Loader(*part(50), 8, shuffle=True, seed=seed), 3) for seed in (0, 0, 1))
    assert first == again and first != other
    assert len({tuple(order) for order in first}) == 3 and first[0] != list(range(50))


def test_the_order_is_that_of_a_generator_with_the_seed():
    expected = torch.randperm(50, generator=torch.Generator().manual_seed(7)).tolist()
    assert orders(Loader(*part(50), 8, shuffle=True, seed=7), 1) == [expected]


def test_other_random_numbers_do_not_change_the_order():
    loader, expected = Loader(*part(50), 8, shuffle=True), orders(Loader(*part(50), 8, shuffle=True), 3)
    for order in expected:
        torch.rand(3)
        assert orders(loader, 1) == [order]


def test_course_seed_shifts_the_seed(monkeypatch):
    expected = orders(Loader(*part(50), 8, shuffle=True, seed=5), 1)
    monkeypatch.setenv("COURSE_SEED", "3")
    loader = Loader(*part(50), 8, shuffle=True, seed=2)
    assert orders(loader, 1) == expected
    assert orders(loader.reseeded(2), 1) == expected


def test_reseeded_starts_anew_and_leaves_the_first_alone():
    loader = Loader(*part(50), 8, shuffle=True, seed=4)
    first, second = orders(Loader(*part(50), 8, shuffle=True, seed=4), 2)
    assert orders(loader, 1) == [first]
    assert orders(loader.reseeded(4), 2) == [first, second]
    loader.reseeded(9)
    assert orders(loader, 1) == [second]


def test_batches_of_several_orders_are_those_of_each():
    many = [Loader(*part(10), 4, shuffle=True, seed=seed) for seed in range(3)]
    stacked = list(many[0].batches(torch.stack([loader.order() for loader in many])))
    assert [inputs.shape for inputs, _ in stacked] == [(3, 4, 2, 3), (3, 4, 2, 3), (3, 2, 2, 3)]
    for i in range(3):
        for (inputs, targets), (inputs_alone, targets_alone) in zip(stacked, many[i].reseeded(i), strict=True):
            assert torch.equal(inputs[i], inputs_alone) and torch.equal(targets[i], targets_alone)


def test_a_transform_changes_each_batch_of_each_seed():
    def mix(inputs, targets):  # it must see one batch at a time
        assert targets.ndim == 1
        return inputs + inputs.flip(0), 10 * targets

    plain, mixed = Loader(*part(10), 4), Loader(*part(10), 4).transformed(mix)
    for (inputs, targets), (inputs_mixed, targets_mixed) in zip(plain, mixed, strict=True):
        assert torch.equal(inputs_mixed, inputs + inputs.flip(0)) and torch.equal(targets_mixed, 10 * targets)
    several = torch.stack([torch.arange(10), torch.arange(10).flip(0)])
    for inputs, targets in mixed.batches(several):
        assert inputs.shape[0] == targets.shape[0] == 2
    assert targets.tolist() == [[80, 90], [10, 0]]
    assert inputs[0, 0].tolist() == inputs[0, 1].tolist()
    assert plain.transform is None


@pytest.mark.parametrize(
    "arguments, words",
    [
        ((torch.zeros(3, 2), torch.zeros(2)), "3 inputs and 2 targets"),
        ((torch.zeros(0, 2), torch.zeros(0)), "0 inputs"),
        ((torch.zeros(3, 2), torch.zeros(3), 0), "batch_size is 0"),
        ((torch.zeros(3, 2), torch.zeros(3), 2.5), "batch_size is 2.5"),
    ],
)
def test_bad_arguments_are_named(arguments, words):
    with pytest.raises(ValueError, match=words):
        Loader(*arguments)


def test_numpy_integers_are_whole_numbers():
    loader = Loader(*part(10), np.int32(4), shuffle=True, seed=np.int64(7))
    assert orders(loader, 1) == orders(Loader(*part(10), 4, shuffle=True, seed=7), 1)
    assert orders(loader.reseeded(np.uint8(2)), 1) == orders(loader.reseeded(2), 1)
    assert make_loaders(Parts(part(4), part(4), part(4)), batch_size=np.int64(2), device="cpu").train.batch_size == 2


@pytest.mark.parametrize("name, place", [("inputs", 0), ("targets", 1)])
def test_numpy_arrays_are_refused_with_words(name, place):
    arguments = list(part(4))
    arguments[place] = arguments[place].numpy()
    with pytest.raises(TypeError, match=rf"{name} are a ndarray: pass a tensor, torch.as_tensor\({name}\)"):
        Loader(*arguments)


def test_loaders_shuffle_the_training_part_alone():
    split = Parts(part(70), part(600), part(20))
    train, val, test = make_loaders(split, batch_size=32, seed=1, device="cpu")
    assert orders(train, 1) == orders(Loader(*part(70), 32, shuffle=True, seed=1), 1)
    assert [len(targets) for _, targets in train] == [32, 32, 6]
    assert orders(val, 1) == [list(range(600))] and orders(test, 1) == [list(range(20))]
    assert next(iter(val))[1].shape == (EVALUATION_BATCH,)


def test_loaders_move_to_the_device_of_the_course(monkeypatch):
    module = importlib.import_module("course_lib.data.loaders")
    monkeypatch.setattr(module, "get_device", lambda: torch.device("meta"))
    train = make_loaders(Parts(part(4), part(4), part(4))).train
    assert train.inputs.device.type == train.targets.device.type == "meta"
