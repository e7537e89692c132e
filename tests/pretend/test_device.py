"""The device that pretends: it computes what the CPU computes, and refuses what a GPU refuses."""

import copy
import re

import pytest
import torch
from torch import nn
from torch.func import vmap

from course_lib import optim
from course_lib.seed import get_device, seed_everything

DEVICE = get_device()
HAS_FLOAT64 = DEVICE.type == "pretend_cuda"


def there(*numbers):
    return torch.tensor(numbers, device=DEVICE)


def into(target, *indices):
    """What assigns there(1, 2) to places of a tensor."""

    def assign():
        target[indices] = there(1.0, 2.0)

    return assign


MIXED = {
    "a sum": lambda: there(1.0, 2.0) + torch.ones(2),
    "a sum the other way round": lambda: torch.ones(2) + there(1.0, 2.0),
    "a number of the device": lambda: torch.ones(2) + there(1.0).sum(),
    "a sum in place": lambda: torch.ones(()).add_(there(1.0).sum()),
    "a product": lambda: torch.ones(3, 2) @ there(1.0, 2.0),
    "a layer": lambda: nn.Linear(2, 1)(there(1.0, 2.0)),
    "a loss": lambda: nn.functional.cross_entropy(there(1.0, 2.0)[None], torch.tensor([1])),
    "a condition": lambda: torch.where(torch.ones(2) > 0, there(1.0, 2.0), 0.0),
    "a list": lambda: torch.stack([there(1.0), torch.ones(1)]),
    "a list of numbers": lambda: torch.stack([there(1.0).sum(), torch.tensor(1.0)]),
    "output": lambda: torch.add(there(1.0), 1, out=torch.empty(1)),
    "values at indices": lambda: there(1.0, 2.0).index_put_((torch.tensor([0, 1]),), torch.ones(2)),
    "indices of the device": lambda: torch.ones(2)[there(0, 1)],
    "written at indices": into(torch.ones(2), torch.tensor([0, 1])),
}


@pytest.mark.parametrize("name", MIXED)
def test_what_mixes_devices_is_refused(name):
    with pytest.raises(RuntimeError, match="same device"):
        MIXED[name]()


def test_numbers_of_the_cpu_and_indices_and_copies_are_taken():
    x = there(1.0, 2.0)
    assert (x + torch.tensor(1.0)).tolist() == (torch.tensor(1.0) + x).tolist() == [2.0, 3.0]
    assert x[torch.tensor([1])].tolist() == [2.0] and x[torch.tensor([True, False])].tolist() == [1.0]
    x[torch.tensor([0])] = torch.tensor(5.0)
    assert x.tolist() == [5.0, 2.0] and x.copy_(torch.ones(2)).tolist() == [1.0, 1.0]
    assert torch.zeros(2).copy_(x).device.type == "cpu" and x.to("cpu").add(torch.ones(2)).tolist() == [2.0, 2.0]


def test_numpy_and_a_generator_of_the_cpu_are_refused():
    with pytest.raises(TypeError, match=re.escape("Use Tensor.cpu()")):
        there(1.0).numpy()
    assert there(1.0).cpu().numpy() == there(1.0).numpy(force=True)
    with pytest.raises(RuntimeError, match="device type for generator"):
        torch.rand(2, device=DEVICE, generator=torch.Generator())
    drawn = [torch.rand(2, device=DEVICE, generator=torch.Generator(DEVICE).manual_seed(1)) for _ in range(2)]
    assert (
        drawn[0].equal(drawn[1])
        and drawn[0].tolist() == torch.rand(2, generator=torch.Generator().manual_seed(1)).tolist()
    )


def test_float64_is_what_apple_lacks():
    makers = (
        lambda: there(1.0).double(),
        lambda: torch.zeros(1, dtype=torch.float64, device=DEVICE),
        lambda: torch.zeros(1, dtype=torch.float64).to(DEVICE),
        lambda: torch.tensor([1.0], dtype=torch.float64, device=DEVICE),
    )
    for make in makers:
        if HAS_FLOAT64:
            assert make().dtype == torch.float64 and make().device == there(1.0).device
        else:
            with pytest.raises(TypeError, match="float64"):
                make()
    assert there(1.0).cpu().double().dtype == torch.float64


@pytest.mark.parametrize(
    "make",
    [
        lambda **where: torch.tensor([[1.0, 2.0]], **where),
        lambda **where: torch.as_tensor([1, 2], **where),
        lambda **where: torch.eye(3, **where),
        lambda **where: torch.arange(4, **where),
        lambda **where: torch.linspace(0, 1, 5, **where),
        lambda **where: torch.zeros(2, 3, **where).new_tensor([1.0]),
        lambda **where: torch.full_like(torch.empty(2, **where), 7.0),
        lambda **where: torch.arange(6.0, **where).reshape(2, 3).t_(),
        lambda **where: torch.arange(6.0, **where).reshape(2, 3).T.mul_(2)[1:, ::2].clone(),
        lambda **where: vmap(lambda row: row.sum() * row)(torch.arange(6.0, **where).reshape(2, 3)),
        lambda **where: copy.deepcopy(torch.ones(2, **where)).cumsum(0),
    ],
)
def test_the_results_are_those_of_the_cpu(make):
    result, expected = make(device=DEVICE), make(device="cpu")
    assert result.device.type == DEVICE.type and result.shape == expected.shape and result.dtype == expected.dtype
    assert result.cpu().equal(expected) and repr(result) == f"{repr(expected)[:-1]}, device='{DEVICE.type}:0')"


def test_data_that_is_assigned_is_used():
    weight = nn.Parameter(there(1.0, 2.0))
    weight.data = there(3.0, 4.0)
    weight.data[0] = 5.0
    assert weight.tolist() == [5.0, 4.0] and (2 * weight).tolist() == [10.0, 8.0]


def test_a_model_learns_as_on_the_cpu():
    def weights_after_training(device):
        seed_everything(0)
        model = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.ReLU(), nn.Flatten(), nn.Linear(32, 3))
        model, inputs = model.to(device), torch.randn(8, 1, 6, 6).to(device)
        optimizer = optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
        for _ in range(3):
            optimizer.zero_grad()
            nn.functional.cross_entropy(model(inputs), torch.arange(8, device=device) % 3).backward()
            optimizer.step()
        return torch.cat([value.cpu().float().flatten() for value in model.state_dict().values()])

    assert weights_after_training(DEVICE).equal(weights_after_training("cpu"))


def test_weights_are_saved_and_loaded(tmp_path):
    model = nn.Linear(2, 3).to(DEVICE)
    torch.save(model.state_dict(), tmp_path / "weights.pt")
    loaded = torch.load(tmp_path / "weights.pt", weights_only=True)["weight"]
    on_cpu = torch.load(tmp_path / "weights.pt", weights_only=True, map_location="cpu")["weight"]
    assert loaded.device.type == DEVICE.type and loaded.equal(model.weight)
    assert on_cpu.device.type == "cpu" and on_cpu.equal(model.weight.detach().cpu())
