"""Many seeds at once equal as many separate runs, with every option on; what can't be stacked says so."""

import pytest
import torch
from torch import nn
from torch.nn.functional import cross_entropy, mse_loss

from course_lib import optim
from course_lib.data.loaders import Loader
from course_lib.metrics import accuracy
from course_lib.models import cnn, mlp
from course_lib.seed import get_device, seed_everything
from course_lib.train import epochs, epochs_seeds, fit, fit_seeds
from course_lib.train.stack import forward, stacked_state

N, BATCH, EPOCHS = 70, 16, 10  # 5 batches an epoch, the last of 6: 50 steps
SEEDS = range(16)
EXACT = 1e-10


def problem(n, seed):
    generator = torch.Generator().manual_seed(seed)
    inputs = torch.randn(n, 1, 4, 4, generator=generator, dtype=torch.float64)
    targets = (inputs[:, 0, 0, 0] > 0).long() + (inputs[:, 0, 0, 1] > 1).long()
    return inputs.to(get_device()), targets.to(get_device())


def train_loader():
    return Loader(*problem(N, 0), BATCH, shuffle=True)


def val_loader():
    return Loader(*problem(30, 1), BATCH)


def small_mlp():
    return mlp(16, 8, 3).double()


def small_cnn():
    return cnn(1, 4, 3, channels=(2, 3)).double()


def normed():
    return nn.Sequential(nn.Flatten(), nn.Linear(16, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Linear(8, 3)).double()


class OwnNorm(nn.Module):
    """Normalizes by running averages that it replaces instead of changing them in place."""

    def __init__(self):
        super().__init__()
        self.register_buffer("mean", torch.zeros(16))

    def forward(self, inputs):
        if self.training:
            self.mean = 0.9 * self.mean + 0.1 * inputs.detach().mean(dim=0)
        return inputs - self.mean


def own_normed():
    return nn.Sequential(nn.Flatten(), OwnNorm(), nn.Linear(16, 3)).double()


def half_frozen():
    model = small_mlp()
    model[1].weight.requires_grad_(False)
    return model


class Undecided(nn.Module):
    """A model whose way depends on its data, so that it can't be stacked."""

    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(16, 3)

    def forward(self, inputs):
        inputs = inputs.flatten(1)
        return self.layer(inputs) if inputs.sum() > 0 else -self.layer(inputs)


def undecided():
    return Undecided().double()


class Projected(nn.Module):
    """A model that keeps something of its own outside its parameters and buffers."""

    def __init__(self):
        super().__init__()
        self.projection = torch.randn(16, 4, dtype=torch.float64, device=get_device())
        self.layer = nn.Linear(4, 3)

    def forward(self, inputs):
        return self.layer(inputs.flatten(1) @ self.projection)


def projected():
    return Projected().double()


def lasso(named_parameters):
    return 0.01 * sum(param.abs().sum() for name, param in named_parameters.items() if name.endswith("weight"))


def decay_by_step(step):
    return 1 / (1 + 0.1 * step)


def sgd(params):
    return optim.SGD(params, lr=0.1, momentum=0.9)


def adam(params):
    return optim.Adam(params, lr=0.02)


def torch_sgd(params):
    return torch.optim.SGD(params, lr=0.1, momentum=0.9, nesterov=True, weight_decay=0.01)


def torch_adam(params):
    return torch.optim.Adam(params, lr=0.02)


OPTIONS = {
    "plain": {},
    "schedule": {"schedule": decay_by_step},
    "penalty": {"penalty": lasso},
    "max_norm": {"max_norm": 0.3},
    "stop": {"stops": True},
    "all": {"schedule": decay_by_step, "penalty": lasso, "max_norm": 0.3, "stops": True},
}


def separate(make_model, make_optimizer, seed, goal=-1.0, **options):
    """One seed by itself: its model and its records, the last repeated once val_loss is below the goal."""
    seed_everything(seed)
    model = make_model().to(get_device())
    optimizer = make_optimizer(model.parameters())
    records = []
    loader = train_loader().reseeded(seed)
    for record in epochs(model, optimizer, cross_entropy, loader, val_loader(), EPOCHS, **options):
        records.append(record)
        if record["val_loss"] < goal:
            break
    return model, records


def at_once(make_model, make_optimizer, goal=-1.0, n_epochs=EPOCHS, seeds=SEEDS, **options):
    return fit_seeds(
        make_model, make_optimizer, cross_entropy, train_loader(), val_loader(), n_epochs,
        seeds=seeds, stop=lambda record: record["val_loss"] < goal, **options,
    )  # fmt: skip


def largest_difference(make_model, make_optimizer, stops=False, **options):
    """The largest difference of any state or record between all seeds at once and each alone, and how many stopped.

    With `stops`, half of the seeds reach the loss at which they stop, at different epochs.
    """
    if stops:
        curves = torch.stack([record["val_loss"] for record in at_once(make_model, make_optimizer, **options)])
        options["goal"] = curves.min(dim=0).values.quantile(0.5).item()  # between two seeds
    records = at_once(make_model, make_optimizer, **options)
    differences, n_stopped = [], 0
    for i, seed in enumerate(SEEDS):
        model, expected = separate(make_model, make_optimizer, seed, **options)
        state = records[-1]["models"][i].state_dict()
        differences += [(state[name] - value).abs().max().item() for name, value in model.state_dict().items()]
        n_stopped += len(expected) < EPOCHS
        expected += [expected[-1]] * (len(records) - len(expected))
        for record, expected_record in zip(records, expected, strict=True):
            measured = record.keys() - {"epoch", "models"}
            differences += [abs(record[key][i].item() - expected_record[key]) for key in measured]
    assert [record["epoch"] for record in records] == list(range(len(records)))
    return max(differences), n_stopped


CASES = [(make_optimizer, options) for make_optimizer in (sgd, adam) for options in OPTIONS]
CASES += [(torch_sgd, "all"), (torch_adam, "stop")]


@pytest.mark.parametrize("make_optimizer, options", CASES)
def test_sixteen_seeds_equal_sixteen_runs(make_optimizer, options, capsys):
    difference, n_stopped = largest_difference(small_mlp, make_optimizer, **OPTIONS[options])
    assert difference < EXACT
    assert (0 < n_stopped < 16) == ("stops" in OPTIONS[options])  # otherwise stopping was not tested
    assert capsys.readouterr().out == ""  # stacked, that is


@pytest.mark.parametrize("options", ["plain", "all"])
@pytest.mark.parametrize("make_model", [small_cnn, normed, own_normed, half_frozen])
def test_other_models_are_stacked_too(make_model, options, capsys):
    difference, _ = largest_difference(make_model, sgd, **OPTIONS[options])
    assert difference < EXACT
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("options", ["plain", "all"])
@pytest.mark.parametrize("make_model, why", [(undecided, "data-dependent"), (projected, "other outputs")])
def test_what_cannot_be_stacked_says_so_and_trains_all_the_same(make_model, why, options, capsys):
    difference, _ = largest_difference(make_model, sgd, **OPTIONS[options])
    assert difference < EXACT
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 1 + ("stops" in OPTIONS[options])  # one for each run of `fit_seeds`
    assert all("16 seeds train one after another" in line and why in line for line in lines)


def test_the_seeds_differ():
    record = at_once(small_mlp, sgd, n_epochs=2)[-1]
    for key in ("train_loss", "val_loss"):
        assert record[key].dtype == torch.float64 and record[key].device.type == "cpu"
        assert record[key].shape == (16,) and len(record[key].unique()) == 16
    assert record["val_accuracy"].shape == record["lr"].shape == (16,)
    weights = {model[1].weight.sum().item() for model in record["models"]}
    assert len(weights) == 16


def test_course_seed_shifts_every_seed(monkeypatch):
    expected = at_once(small_mlp, sgd, seeds=range(3, 7), n_epochs=2)[-1]
    monkeypatch.setenv("COURSE_SEED", "3")
    record = at_once(small_mlp, sgd, seeds=range(4), n_epochs=2)[-1]
    assert torch.equal(record["val_loss"], expected["val_loss"])


def test_the_models_hold_the_weights_of_their_record():
    inputs, targets = problem(30, 1)
    runs = epochs_seeds(small_mlp, sgd, cross_entropy, train_loader(), val_loader(), 2, seeds=range(4))
    for record in runs:
        measured = torch.tensor([cross_entropy(model(inputs), targets).item() for model in record["models"]])
        torch.testing.assert_close(measured.double(), record["val_loss"], rtol=0, atol=1e-6)
        shares = torch.tensor([accuracy(model(inputs), targets).item() for model in record["models"]])
        torch.testing.assert_close(shares.double(), record["val_accuracy"], rtol=0, atol=1e-6)
        assert not any(model.training for model in record["models"])


def test_stopped_seeds_stand_still_and_training_ends_when_all_do():
    seen = []

    def stop(record):
        seen.append(record)
        return torch.tensor([record["epoch"] >= 1, record["epoch"] >= 3, record["epoch"] >= 3])

    weights = []
    runs = epochs_seeds(small_mlp, sgd, cross_entropy, train_loader(), val_loader(), 9, seeds=range(3), stop=stop)
    for record in runs:
        weights.append([model[1].weight.clone() for model in record["models"]])
    assert len(seen) == len(weights) == 4
    assert torch.equal(weights[1][0], weights[3][0]) and not torch.equal(weights[0][0], weights[1][0])
    assert all(not torch.equal(weights[2][i], weights[3][i]) for i in (1, 2))
    for key in ("train_loss", "val_loss", "val_accuracy", "lr"):
        assert seen[1][key][0] == seen[2][key][0] == seen[3][key][0]


def test_regression_has_no_accuracy():
    inputs, _ = problem(N, 0)
    loader = Loader(inputs, inputs[:, 0, 0, :1], BATCH, shuffle=True)
    options = {"seeds": range(3)}
    records = fit_seeds(lambda: mlp(16, 8, 1).double(), adam, mse_loss, loader, loader, 10, **options)
    assert "val_accuracy" not in records[0]
    assert (records[-1]["val_loss"] < records[0]["val_loss"]).all()


def test_one_seed_that_diverges_leaves_the_others_alone():
    made = []

    def make_model():
        model = small_mlp()
        if len(made) == 1:
            model[3].weight.data.fill_(float("inf"))
        made.append(model)
        return model

    record = fit_seeds(make_model, sgd, cross_entropy, train_loader(), val_loader(), 2, seeds=range(3))[-1]
    assert record["val_loss"].isnan().tolist() == [False, True, False]
    alone, expected = separate(small_mlp, sgd, 2)
    assert abs(record["val_loss"][2].item() - expected[1]["val_loss"]) < EXACT


def test_dropout_draws_a_mask_for_each_seed():
    share, n = 0.3, 20_000
    models = [nn.Sequential(nn.Linear(1, 1), nn.Dropout(share)).train() for _ in range(8)]
    for model in models:
        nn.init.ones_(model[0].weight)
        nn.init.zeros_(model[0].bias)
    seed_everything(0)
    outputs, _ = forward(models[0], *stacked_state(models), torch.ones(8, n, 1))
    kept = outputs.squeeze(2) != 0
    torch.testing.assert_close(outputs[outputs != 0], torch.full((int(kept.sum()),), 1 / (1 - share)))
    spread = (share * (1 - share) / n) ** 0.5
    assert ((kept.double().mean(1) - (1 - share)).abs() < 5 * spread).all()
    agreement = (kept[:, None] == kept[None]).double().mean(2)  # of two independent masks: 0.7² + 0.3²
    others = agreement[~torch.eye(8, dtype=torch.bool)]
    assert ((others - 0.58).abs() < 5 * (0.58 * 0.42 / n) ** 0.5).all()


def test_dropout_is_on_in_training_alone():
    runs = at_once(lambda: mlp(16, 64, 3, dropout=0.9).double(), sgd, n_epochs=3, seeds=range(4))
    plain = at_once(lambda: mlp(16, 64, 3).double(), sgd, n_epochs=3, seeds=range(4))
    assert (runs[0]["train_loss"] > plain[0]["train_loss"]).all()
    inputs, targets = problem(30, 1)
    for i, model in enumerate(runs[-1]["models"]):
        assert abs(cross_entropy(model(inputs), targets).item() - runs[-1]["val_loss"][i].item()) < EXACT


def test_a_transform_sees_the_batches_of_one_seed():
    def shift(inputs, targets):
        return inputs + inputs.mean(dim=0), targets

    loader = train_loader().transformed(shift)
    record = fit_seeds(small_mlp, sgd, cross_entropy, loader, val_loader(), 2, seeds=range(3))[-1]
    seed_everything(2)
    model = small_mlp().to(get_device())
    expected = fit(model, sgd(model.parameters()), cross_entropy, loader.reseeded(2), val_loader(), 2)[-1]
    assert abs(record["val_loss"][2].item() - expected["val_loss"]) < EXACT


class Nothing:
    def __iter__(self):
        return iter(())


@pytest.mark.parametrize(
    "changes, error, words",
    [
        ({"seeds": []}, ValueError, "at least one"),
        ({"seeds": [1, 1]}, ValueError, r"\[1, 1\]"),
        ({"n_epochs": -1}, ValueError, "n_epochs is -1"),
        ({"max_norm": -1.0}, ValueError, "max_norm is -1.0"),
        ({"train_loader": [problem(4, 0)]}, TypeError, "train_loader is a list.*Loader of course_lib.data"),
        ({"val_loader": Nothing()}, ValueError, "val_loader.* gave no batch"),
        ({"stop": lambda record: True}, ValueError, r"stop returned torch.bool of shape \(\)"),
        ({"stop": lambda record: record["val_loss"]}, ValueError, "stop returned torch.float64"),
        ({"loss_fn": nn.CrossEntropyLoss(reduction="none")}, ValueError, "loss_fn returned a tensor of shape"),
        ({"make_model": lambda: mlp(5, 3).double()}, RuntimeError, "shapes cannot be multiplied"),
    ],
)
def test_mistakes_are_named_and_not_taken_for_a_model_that_cannot_be_stacked(changes, error, words, capsys):
    arguments = {
        "make_model": small_mlp, "make_optimizer": sgd, "loss_fn": cross_entropy, "train_loader": train_loader(),
        "val_loader": val_loader(), "n_epochs": 2, "seeds": range(3),
    }  # fmt: skip
    with pytest.raises(error, match=words):
        fit_seeds(**{**arguments, **changes})
    assert capsys.readouterr().out == ""
