"""The library on a device that pretends: tensors stay there, and where there is no float64 it takes float32 or the CPU."""

import pytest
import torch

from course_lib import data, losses, metrics, optim, plots, surfaces
from course_lib.checks import adaptive_optimizers, training_loop
from course_lib.models import cnn
from course_lib.precision import widest
from course_lib.seed import get_device
from course_lib.train import fit, fit_seeds

DEVICE = get_device()


def there(*numbers):
    return torch.tensor(numbers, device=DEVICE)


@pytest.mark.parametrize("name", sorted(set(metrics.__all__) - {"Mean"}))
@pytest.mark.parametrize("targets", ["tensor", "numpy"])
def test_measures_are_those_of_the_cpu(name, targets):
    logits, right = torch.tensor([0.5, -1.0, 2.0, -0.1]), torch.tensor([1.0, 0.0, 0.0, 1.0])
    found = getattr(metrics, name)(
        logits.to(DEVICE), right.to(DEVICE) if targets == "tensor" else right.double().numpy()
    )
    expected = getattr(metrics, name)(logits, right)
    for one, other in zip(*(result if isinstance(result, tuple) else (result,) for result in (expected, found))):
        assert other.device.type == DEVICE.type
        torch.testing.assert_close(other.cpu(), one, rtol=0, atol=1e-6, equal_nan=True, check_dtype=False)


@pytest.mark.parametrize("name", ["cross_entropy", "nll_loss"])
def test_losses_of_classes(name):
    logits, targets = torch.tensor([[0.5, -1.0], [2.0, 0.1]]), torch.tensor([0, 1])
    loss = getattr(losses, name)(logits.to(DEVICE), targets.to(DEVICE))
    torch.testing.assert_close(loss.cpu(), getattr(losses, name)(logits, targets))


@pytest.mark.parametrize("name", ["binary_cross_entropy", "binary_cross_entropy_with_logits", "mse_loss", "l1_loss"])
def test_losses_of_numbers(name):
    loss = getattr(losses, name)(there(0.2, 0.9), there(0.0, 1.0))
    torch.testing.assert_close(loss.cpu(), getattr(losses, name)(torch.tensor([0.2, 0.9]), torch.tensor([0.0, 1.0])))


@pytest.mark.parametrize("name", sorted(set(optim.__all__) - {"Optimizer"}))
def test_optimizers_step_and_load(name):
    weight = there(1.0, -2.0).requires_grad_()
    optimizer = getattr(optim, name)([weight], weight_decay=0.1)
    (weight**2).sum().backward()
    optimizer.step()
    optimizer.load_state_dict(optimizer.state_dict())
    assert weight[0] < 1 and weight[1] > -2


def test_a_model_is_trained_alone_and_for_several_seeds():
    split = data.normalize(data.split(*(part[:200] for part in data.digits())))
    loaders = data.make_loaders(split)
    model = cnn().to(DEVICE)
    records = fit(model, optim.Adam(model.parameters()), losses.cross_entropy, loaders.train, loaders.val, 2)
    assert records[1]["train_loss"] < records[0]["train_loss"]
    several = fit_seeds(cnn, optim.Adam, losses.cross_entropy, loaders.train, loaders.val, 1, seeds=range(2))
    assert several[0]["val_loss"].dtype == torch.float64 and several[0]["val_loss"].device.type == "cpu"


def test_paths_and_rates():
    start = there(1.0, 2.0)
    path = surfaces.descend(lambda params: optim.SGD(params, lr=1e-3), surfaces.quadratic, start, 3)
    assert path.device.type == DEVICE.type and path.dtype == widest(DEVICE)
    exact = surfaces.momentum_path(start, 1e-3, 0.0, (1.0, 100.0), 3)
    assert exact.dtype == torch.float64
    torch.testing.assert_close(path.cpu().double(), exact, rtol=1e-6, atol=0)
    assert surfaces.momentum_rate(0.1, 0.0, start).tolist() == pytest.approx([0.9, 0.8])


def test_figures_draw_what_lies_there():
    values = torch.rand(4, 3).to(DEVICE)
    plots.curves({"a": values}, x=there(0.0, 1.0, 2.0, 3.0), xlabel="epoch", ylabel="loss")
    plots.intervals({"a": values.flatten()}, xlabel="accuracy")
    plots.images(values.reshape(1, 4, 3))
    ax = plots.contours(surfaces.quadratic, (-1, 1), (-1, 1))
    plots.path(values[:, :2], ax=ax)
    plots.plt.close("all")


@pytest.mark.parametrize("check, answer", [(training_loop.rate, 2.2), (adaptive_optimizers.tune, 0.037)])
def test_a_check_that_trains_does_it_there(monkeypatch, check, answer):
    monkeypatch.setenv("COURSE_STRICT", "1")  # what is wrong raises
    check(answer)
