"""Seeds, their offset, and the choice of device."""

import random

import numpy as np
import pytest
import torch
from devices import not_pretended

from course_lib import seed


def draws():
    return random.random(), np.random.rand(), torch.rand(3).tolist()


@pytest.mark.parametrize("text, value", [(None, 0), ("", 0), ("0", 0), ("17", 17), (" 3 ", 3)])
def test_offset_is_course_seed(monkeypatch, text, value):
    monkeypatch.delenv("COURSE_SEED", raising=False)
    if text is not None:
        monkeypatch.setenv("COURSE_SEED", text)
    assert seed.offset() == value


@pytest.mark.parametrize("text", ["one", "1.5", "-1", "1e3", "²"])
def test_offset_names_a_wrong_value(monkeypatch, text):
    monkeypatch.setenv("COURSE_SEED", text)
    with pytest.raises(ValueError, match="COURSE_SEED") as error:
        seed.offset()
    assert repr(text) in str(error.value)


def test_the_same_seed_repeats_all_three_generators():
    seed.seed_everything(3)
    first = draws()
    assert draws() != first
    seed.seed_everything(3)
    assert draws() == first
    seed.seed_everything(4)
    assert all(a != b for a, b in zip(draws(), first))


def test_the_offset_shifts_the_seed(monkeypatch):
    monkeypatch.delenv("COURSE_SEED", raising=False)
    assert seed.seed_everything(7) == 7
    shifted = draws()
    monkeypatch.setenv("COURSE_SEED", "5")
    assert seed.seed_everything(2) == 7
    assert draws() == shifted


@pytest.mark.parametrize("wrong", [-1, 2**32])
def test_a_seed_out_of_range_is_named(monkeypatch, wrong):
    monkeypatch.delenv("COURSE_SEED", raising=False)
    with pytest.raises(ValueError, match=str(wrong)):
        seed.seed_everything(wrong)


@pytest.mark.parametrize("function", [seed.seed_everything, seed.generator])
def test_a_seed_is_any_whole_number_and_nothing_else(monkeypatch, function):
    monkeypatch.delenv("COURSE_SEED", raising=False)
    draws_of = {type(value).__name__: function(value) and torch.rand(1) for value in (3, np.int64(3), torch.tensor(3))}
    assert len(draws_of) == 3
    if function is seed.seed_everything:
        assert len({value.item() for value in draws_of.values()}) == 1
    for wrong in (3.0, "3", None, np.float64(3)):
        with pytest.raises(TypeError, match="seed is .*: pass a whole number"):
            function(wrong)
    with pytest.raises(ValueError, match="choose a smaller non-negative seed"):
        function(-1)


def pretend(monkeypatch, cuda, mps):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)


@not_pretended("it is always the best there is")
@pytest.mark.parametrize("cuda, mps, best", [(False, False, "cpu"), (True, False, "cuda"), (False, True, "mps")])
def test_the_best_device_is_chosen(monkeypatch, cuda, mps, best):
    monkeypatch.delenv("COURSE_DEVICE", raising=False)
    pretend(monkeypatch, cuda, mps)
    assert seed.get_device() == torch.device(best)
    monkeypatch.setenv("COURSE_DEVICE", "cpu")
    assert seed.get_device() == torch.device("cpu")


@pytest.mark.parametrize("name", ["cuda", "mps"])
def test_a_missing_device_raises(monkeypatch, name):
    monkeypatch.setenv("COURSE_DEVICE", name)
    pretend(monkeypatch, cuda=False, mps=False)
    with pytest.raises(RuntimeError, match=f"COURSE_DEVICE.*{name}.*unset COURSE_DEVICE"):
        seed.get_device()


@pytest.mark.parametrize("name", ["gpu", "cuda:7", "CPU"])
def test_an_unknown_device_raises(monkeypatch, name):
    monkeypatch.setenv("COURSE_DEVICE", name)
    with pytest.raises(ValueError, match="cpu, cuda, mps"):
        seed.get_device()


def test_a_generator_follows_the_offset_and_leaves_the_others_alone(monkeypatch):
    seed.seed_everything(0)
    expected = torch.rand(3)
    seed.seed_everything(0)
    first = torch.rand(3, generator=seed.generator(5))
    assert torch.equal(torch.rand(3), expected)
    monkeypatch.setenv("COURSE_SEED", "2")
    assert torch.equal(torch.rand(3, generator=seed.generator(3)), first)
    assert not torch.equal(torch.rand(3, generator=seed.generator(5)), first)
