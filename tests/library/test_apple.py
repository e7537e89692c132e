"""On Apple's GPU, which has no float64, the library computes in float32 or on the CPU; shown on a stand-in of it."""

import itertools
import re
from pathlib import Path

import pytest
import torch
from apple import REFUSAL, Apple

from course_lib import data, losses, metrics, optim, plots, surfaces
from course_lib.models import cnn
from course_lib.train import fit, fit_seeds

ROOT = Path(__file__).resolve().parent.parent.parent
WORDS = re.escape(REFUSAL)


@pytest.fixture(autouse=True)
def stand_in(monkeypatch):
    monkeypatch.setenv("COURSE_DEVICE", "mps")
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)
    with Apple():
        yield


def on_apple(*numbers, dtype=torch.float32):
    return torch.tensor(numbers, dtype=dtype).to("mps")


def test_the_stand_in_refuses_float64_and_tensors_of_two_devices():
    x = on_apple(1.0, 2.0)
    assert x.device == (x * 2).device == torch.zeros(2, device=x.device).device == torch.device("mps")
    assert x.cpu().device.type == x.to("cpu").device.type == "cpu" and x.cpu().double().dtype == torch.float64
    for make in (x.double, lambda: x.to(torch.float64), lambda: torch.zeros(2, dtype=torch.float64, device="mps")):
        with pytest.raises(TypeError, match=WORDS):
            make()
    with pytest.raises(TypeError, match=WORDS):
        torch.zeros(2, dtype=torch.float64).to("mps")
    with pytest.raises(RuntimeError, match="expected all tensors on mps"):
        x + torch.ones(2)
    with pytest.raises(TypeError, match="Use Tensor.cpu"):
        x.numpy()


@pytest.mark.parametrize("name", sorted(set(metrics.__all__) - {"Mean"}))
@pytest.mark.parametrize("targets", ["tensor", "numpy"])
def test_measures_are_those_of_the_cpu(name, targets):
    logits, right = torch.tensor([0.5, -1.0, 2.0, -0.1]), torch.tensor([1.0, 0.0, 0.0, 1.0])
    there = getattr(metrics, name)(logits.to("mps"), right.to("mps") if targets == "tensor" else right.double().numpy())
    here = getattr(metrics, name)(logits, right)
    for one, other in zip(*(result if isinstance(result, tuple) else (result,) for result in (here, there))):
        assert other.device.type == "mps"
        torch.testing.assert_close(other.cpu(), one, rtol=0, atol=1e-6, equal_nan=True, check_dtype=False)


@pytest.mark.parametrize("name", ["cross_entropy", "nll_loss"])
def test_losses_of_classes(name):
    logits, targets = torch.tensor([[0.5, -1.0], [2.0, 0.1]]), torch.tensor([0, 1])
    loss = getattr(losses, name)(logits.to("mps"), targets.to("mps"))
    torch.testing.assert_close(loss.cpu(), getattr(losses, name)(logits, targets))


@pytest.mark.parametrize("name", ["binary_cross_entropy", "binary_cross_entropy_with_logits", "mse_loss", "l1_loss"])
def test_losses_of_numbers(name):
    loss = getattr(losses, name)(on_apple(0.2, 0.9), on_apple(0.0, 1.0))
    torch.testing.assert_close(loss.cpu(), getattr(losses, name)(torch.tensor([0.2, 0.9]), torch.tensor([0.0, 1.0])))


@pytest.mark.parametrize("name", sorted(set(optim.__all__) - {"Optimizer"}))
def test_optimizers_step_and_load(name):
    weight = on_apple(1.0, -2.0).requires_grad_()
    optimizer = getattr(optim, name)([weight], weight_decay=0.1)
    (weight**2).sum().backward()
    optimizer.step()
    optimizer.load_state_dict(optimizer.state_dict())
    assert weight[0] < 1 and weight[1] > -2


def test_a_model_is_trained_alone_and_for_several_seeds():
    split = data.normalize(data.split(*(part[:200] for part in data.digits())))
    loaders = data.make_loaders(split)
    model = cnn().to("mps")
    records = fit(model, optim.Adam(model.parameters()), losses.cross_entropy, loaders.train, loaders.val, 2)
    assert records[1]["train_loss"] < records[0]["train_loss"]
    several = fit_seeds(cnn, optim.Adam, losses.cross_entropy, loaders.train, loaders.val, 1, seeds=range(2))
    assert several[0]["val_loss"].dtype == torch.float64 and several[0]["val_loss"].device.type == "cpu"


def test_paths_and_rates():
    start = on_apple(1.0, 2.0)
    path = surfaces.descend(lambda params: optim.SGD(params, lr=1e-3), surfaces.quadratic, start, 3)
    assert path.device.type == "mps" and path.dtype == torch.float32
    exact = surfaces.momentum_path(start, 1e-3, 0.0, (1.0, 100.0), 3)
    assert exact.dtype == torch.float64
    torch.testing.assert_close(path.cpu().double(), exact, rtol=1e-6, atol=0)
    assert surfaces.momentum_rate(0.1, 0.0, start).tolist() == pytest.approx([0.9, 0.8])


def test_figures_draw_what_lies_there():
    values = torch.rand(4, 3).to("mps")
    plots.curves({"a": values}, x=on_apple(0.0, 1.0, 2.0, 3.0), xlabel="epoch", ylabel="loss")
    plots.intervals({"a": values.flatten()}, xlabel="accuracy")
    plots.images(values.reshape(1, 4, 3))
    ax = plots.contours(surfaces.quadratic, (-1, 1), (-1, 1))
    plots.path(values[:, :2], ax=ax)
    plots.plt.close("all")


def sources():
    """The files whose code may meet a tensor on any device: library and notebooks."""
    folders = (ROOT / folder for folder in ("course_lib", "book", "solutions"))
    return itertools.chain.from_iterable([*folder.rglob("*.py"), *folder.rglob("*.ipynb")] for folder in folders)


WRONG_ORDER = re.compile(r"(?:\.double\(\)|\.to\(torch\.float64\))(?:\.\w+\(\))*?\.cpu\(\)")


def test_nothing_becomes_float64_before_it_comes_to_the_cpu():
    assert WRONG_ORDER.search("x.detach().double().cpu()") and not WRONG_ORDER.search("x.cpu().double()")
    found = [
        f"{path.relative_to(ROOT)}: {match[0]}"
        for path in sources()
        for match in WRONG_ORDER.finditer(path.read_text("utf8"))
    ]
    assert not found, "write .cpu().double(): " + "; ".join(found)
