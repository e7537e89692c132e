"""The loop against the same steps written out, its records, its errors, and the progress bar."""

import inspect
import math

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.functional import cross_entropy, mse_loss

from course_lib import optim
from course_lib.data.loaders import Loader
from course_lib.metrics import Mean
from course_lib.models import mlp
from course_lib.train import epochs, evaluate, fit, progress
from course_lib.train.bar import SILENT

N, BATCH = 50, 16  # batches of 16, 16, 16 and 2


def problem(n=N, seed=0):
    generator = torch.Generator().manual_seed(seed)
    inputs = torch.randn(n, 4, generator=generator, dtype=torch.float64)
    return inputs, (inputs[:, 0] > 0).long() + (inputs[:, 1] > 1).long()


def network(seed=0, dropout=0.0):
    torch.manual_seed(seed)
    return mlp(4, 8, 3, dropout=dropout).double()


def train_loader(seed=0):
    return Loader(*problem(), BATCH, shuffle=True, seed=seed)


def val_loader():
    return Loader(*problem(20, seed=1), BATCH)


def weights(model):
    return torch.cat([param.detach().flatten() for param in model.parameters()])


def squares(named_parameters):
    return 0.1 * sum(param.square().sum() for name, param in named_parameters.items() if name.endswith("weight"))


def by_hand(model, n_epochs, lr=0.1, factor=lambda step: 1.0, decay=0.0, max_norm=math.inf):
    """Plain gradient descent without any of ours: returns the mean training loss of each epoch."""
    loader, step, means = train_loader(), 0, []
    for _ in range(n_epochs):
        total = 0.0
        for inputs, targets in loader:
            loss = cross_entropy(model(inputs), targets)
            total += loss.item() * len(targets)
            grads = torch.autograd.grad(loss, list(model.parameters()))
            with torch.no_grad():
                grads = [
                    grad + 2 * decay * param if param.ndim > 1 else grad
                    for grad, param in zip(grads, model.parameters(), strict=True)
                ]
                norm = sum(grad.square().sum() for grad in grads).sqrt().item()
                for param, grad in zip(model.parameters(), grads, strict=True):
                    param -= lr * factor(step) * min(1.0, max_norm / (norm + 1e-6)) * grad
            step += 1
        means.append(total / N)
    return means


def decay_by_step(step):
    return 1 / (1 + step)


@pytest.mark.parametrize(
    "ours, theirs",
    [
        ({}, {}),
        ({"schedule": decay_by_step}, {"factor": decay_by_step}),
        ({"penalty": squares}, {"decay": 0.1}),
        ({"max_norm": 0.3}, {"max_norm": 0.3}),
        (
            {"max_norm": 0.3, "penalty": squares, "schedule": decay_by_step},
            {"max_norm": 0.3, "decay": 0.1, "factor": decay_by_step},
        ),
    ],
)
@pytest.mark.parametrize("make", [optim.SGD, torch.optim.SGD])
def test_the_loop_does_the_steps_written_out(make, ours, theirs):
    model, expected = network(), network()
    records = fit(model, make(model.parameters(), lr=0.1), cross_entropy, train_loader(), val_loader(), 5, **ours)
    means = by_hand(expected, 5, **theirs)
    torch.testing.assert_close(weights(model), weights(expected), rtol=0, atol=1e-12)
    assert [record["train_loss"] for record in records] == pytest.approx(means, rel=0, abs=1e-12)


def test_each_option_changes_the_result():
    ends = []
    for options in ({}, {"schedule": decay_by_step}, {"penalty": squares}, {"max_norm": 0.3}):
        model = network()
        fit(model, optim.SGD(model.parameters(), lr=0.1), cross_entropy, train_loader(), val_loader(), 5, **options)
        ends.append(weights(model))
    assert all((end - ends[0]).abs().max() > 1e-3 for end in ends[1:])


def test_records_say_what_was_measured():
    model = network()
    optimizer = optim.SGD(model.parameters(), lr=0.1)
    loader = epochs(model, optimizer, cross_entropy, train_loader(), val_loader(), 3, schedule=decay_by_step)
    for epoch, record in enumerate(loader):
        assert list(record) == ["epoch", "train_loss", "val_loss", "val_accuracy", "lr"]
        assert all(isinstance(value, float) for key, value in record.items() if key != "epoch")
        inputs, targets = problem(20, seed=1)
        assert record["epoch"] == epoch
        assert record["val_loss"] == pytest.approx(cross_entropy(model(inputs), targets).item(), abs=1e-12)
        assert record["val_accuracy"] == pytest.approx((model(inputs).argmax(1) == targets).double().mean().item())
        assert record["lr"] == pytest.approx(0.1 * decay_by_step(4 * epoch + 3), abs=1e-15)  # that of its last step


def test_the_caller_stops_with_break():
    model = network()
    for record in epochs(model, optim.SGD(model.parameters(), lr=0.1), cross_entropy, train_loader(), val_loader(), 9):
        if record["epoch"] == 2:
            break
    expected = network()
    by_hand(expected, 3)
    torch.testing.assert_close(weights(model), weights(expected), rtol=0, atol=1e-12)


def test_a_second_schedule_starts_from_the_initial_rate():
    model = network()
    optimizer = optim.SGD(model.parameters(), lr=0.1)
    for _ in range(2):
        records = fit(model, optimizer, cross_entropy, train_loader(), val_loader(), 1, schedule=lambda step: 0.5)
    assert records[-1]["lr"] == pytest.approx(0.05)


def test_groups_keep_their_own_rates_under_a_schedule():
    model = network()
    groups = [{"params": [param], "lr": 0.1 * (i + 1)} for i, param in enumerate(model.parameters())]
    optimizer = optim.SGD(groups)
    fit(model, optimizer, cross_entropy, train_loader(), val_loader(), 1, schedule=lambda step: 0.5)
    assert [group["lr"] for group in optimizer.param_groups] == pytest.approx([0.05, 0.1, 0.15, 0.2])


def test_regression_has_no_accuracy():
    inputs, _ = problem()
    model = mlp(4, 8, 1).double()
    loader = Loader(inputs, inputs[:, :1], BATCH)
    records = fit(model, optim.Adam(model.parameters(), lr=0.01), mse_loss, loader, loader, 30)
    assert "val_accuracy" not in records[0]
    assert records[-1]["val_loss"] < 0.5 * records[0]["val_loss"]


def test_evaluation_is_without_dropout_and_without_gradients():
    model = network(dropout=0.5)
    first, second = (evaluate(model, cross_entropy, val_loader()) for _ in range(2))
    assert first == second and list(first) == ["loss", "accuracy"]
    assert not model.training
    assert all(param.grad is None for param in model.parameters())


def test_training_is_with_dropout():
    modes = []
    model = network(dropout=0.5)
    model.register_forward_hook(lambda module, inputs, outputs: modes.append(module.training))
    fit(model, optim.SGD(model.parameters(), lr=0.1), cross_entropy, train_loader(), val_loader(), 2)
    assert modes == [True] * 4 + [False] * 2 + [True] * 4 + [False] * 2


def test_no_epochs_change_nothing():
    model = network()
    assert fit(model, optim.SGD(model.parameters()), cross_entropy, train_loader(), val_loader(), 0) == []
    assert torch.equal(weights(model), weights(network()))


def test_a_run_that_diverges_says_nan():
    model = network()
    records = fit(model, optim.SGD(model.parameters(), lr=1e200), cross_entropy, train_loader(), val_loader(), 2)
    assert all(math.isnan(records[-1][key]) for key in ("train_loss", "val_loss", "val_accuracy"))


def test_fit_has_the_arguments_of_epochs():
    assert inspect.signature(fit) == inspect.signature(epochs)
    assert not any(p.kind in (p.VAR_POSITIONAL, p.VAR_KEYWORD) for p in inspect.signature(fit).parameters.values())


def test_numpy_integers_are_whole_numbers():
    model = network()
    arguments = (cross_entropy, train_loader(), val_loader(), np.int64(2))
    assert len(fit(model, optim.SGD(model.parameters()), *arguments)) == 2


def test_a_mean_keeps_its_digits_in_low_precision():
    for dtype in (torch.bfloat16, torch.float16):
        mean = Mean()
        for _ in range(300):
            mean.update(torch.tensor(1.0, dtype=dtype), np.int64(64))
        assert mean.compute() == 1 and mean.n == 300 * 64
    counts = Mean()
    for _ in range(3):
        counts.update(torch.tensor([200, 100], dtype=torch.uint8), 2)
    assert counts.compute().tolist() == [200, 100]
    with pytest.raises(TypeError):
        mean.update(1.0, 0.5)


def test_a_fit_in_bfloat16_reports_the_loss_that_is_there():
    model = network().bfloat16()
    inputs, targets = problem()
    loader = Loader(inputs.bfloat16().repeat(40, 1), targets.repeat(40), 8)
    expected = cross_entropy(model(inputs.bfloat16()).float(), targets).item()
    records = fit(model, optim.SGD(model.parameters(), lr=0.0), cross_entropy, loader, loader, 1)
    for key in ("train_loss", "val_loss"):
        assert records[0][key] == pytest.approx(expected, rel=0.01)
    right = (model(inputs.bfloat16()).argmax(1) == targets).double().mean().item()
    assert records[0]["val_accuracy"] == pytest.approx(right, abs=1e-6)


SCHEDULERS = {
    "LambdaLR": (lambda optimizer: torch.optim.lr_scheduler.LambdaLR(optimizer, decay_by_step), decay_by_step),
    "StepLR": (lambda optimizer: torch.optim.lr_scheduler.StepLR(optimizer, 3), lambda step: 0.1 ** (step // 3)),
    "CosineAnnealingLR": (
        lambda optimizer: torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 8),
        lambda step: (1 + math.cos(math.pi * step / 8)) / 2,
    ),
}


@pytest.mark.parametrize("name", SCHEDULERS)
def test_a_schedule_gives_the_rates_of_torchs_scheduler(name):
    """torch's schedulers take torch's optimizers only, as the docstring of `optim` says."""
    make_scheduler, factor = SCHEDULERS[name]
    model = network()
    with pytest.raises(TypeError, match="not an Optimizer"):
        make_scheduler(optim.SGD(model.parameters(), lr=0.3))
    theirs = torch.optim.SGD(model.parameters(), lr=0.3)
    scheduler, ours = make_scheduler(theirs), optim.SGD(model.parameters(), lr=0.3)
    rates, seen = [], []
    for _ in range(8):
        rates.append(theirs.param_groups[0]["lr"])
        theirs.step()
        scheduler.step()

    def watched(step):
        return seen.append(factor(step)) or factor(step)

    fit(model, ours, cross_entropy, train_loader(), val_loader(), 2, schedule=watched)
    assert [0.3 * value for value in seen] == pytest.approx(rates, rel=0, abs=1e-12)


class Nothing:
    def __iter__(self):
        return iter(())


def elsewhere():
    """A loader of tensors on a device where no model is."""
    inputs, targets = problem()
    return Loader(inputs.to("meta"), targets.to("meta"), BATCH)


@pytest.mark.parametrize(
    "changes, words",
    [
        ({"n_epochs": -1}, "n_epochs is -1"),
        ({"n_epochs": 1.5}, "n_epochs is 1.5"),
        ({"max_norm": 0}, "max_norm is 0"),
        ({"val_loader": Nothing()}, "val_loader.* gave no batch"),
        ({"train_loader": Nothing()}, "train_loader gave no batch"),
        ({"train_loader": iter(train_loader()), "n_epochs": 2}, "used up"),
        ({"loss_fn": nn.CrossEntropyLoss(reduction="none")}, r"loss_fn returned a tensor of shape \(16,\)"),
        ({"train_loader": elsewhere()}, r"inputs on meta, and the model is on \w+.*, inputs.to\('"),
        ({"val_loader": elsewhere()}, r"inputs on meta, and the model is on \w+.*, inputs.to\('"),
    ],
)
def test_bad_arguments_are_named(changes, words):
    model = network()
    arguments = {"train_loader": train_loader(), "val_loader": val_loader(), "loss_fn": cross_entropy, "n_epochs": 1}
    with pytest.raises(ValueError, match=words):
        fit(model, optim.SGD(model.parameters()), **{**arguments, **changes})


@pytest.mark.filterwarnings("ignore:Using a target size")  # torch's own hint at the same mistake
@pytest.mark.parametrize("outputs, shape", [(1, (N,)), (1, (N, 1, 1))])
def test_targets_of_another_shape_than_the_outputs_are_refused(outputs, shape):
    inputs, targets = problem()
    model = mlp(4, outputs).double()
    loader = Loader(inputs, targets.double().reshape(shape), BATCH)
    with pytest.raises(ValueError, match=rf"\(16, 1\).*\({', '.join(map(str, (16, *shape[1:])))}.*reshape\(-1, 1\)"):
        fit(model, optim.SGD(model.parameters()), mse_loss, loader, loader, 1)


def speak_up(monkeypatch):
    """As on a learner's machine. Not a fixture: pytest sets its variable again when the test begins."""
    for name in SILENT:
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize("name", SILENT)
def test_no_bar_where_nobody_looks(monkeypatch, name):
    speak_up(monkeypatch)
    monkeypatch.setenv(name, "1")
    items = range(3)
    assert progress(items) is items


def test_a_bar_passes_everything_on_and_appears_only_after_two_seconds(monkeypatch, capsys):
    speak_up(monkeypatch)
    assert list(progress(range(3), "epochs")) == [0, 1, 2]
    assert capsys.readouterr().err == ""


def test_a_bar_appears_when_it_takes_longer(monkeypatch, capsys):
    speak_up(monkeypatch)
    monkeypatch.setattr("course_lib.train.bar.SECONDS", 0)
    assert list(progress(range(3), "epochs")) == [0, 1, 2]
    assert "epochs" in capsys.readouterr().err
