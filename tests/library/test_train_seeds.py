"""Many seeds at once equal as many separate runs, with every option on; what can't be stacked says so."""

import inspect
from functools import partial

import numpy as np
import pytest
import torch
from devices import not_pretended
from torch import nn
from torch.nn.functional import cross_entropy, mse_loss

from course_lib import losses, optim
from course_lib.data.loaders import Loader
from course_lib.metrics import accuracy
from course_lib.models import cnn, mlp
from course_lib.regularizers import Dropout
from course_lib.seed import get_device, seed_everything
from course_lib.train import epochs, epochs_seeds, fit, fit_seeds
from course_lib.train.each import in_one_call, losses_of
from course_lib.train.forward import by_vmap, forward, plain_layers
from course_lib.train.stack import stacked_state

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


class Tied(nn.Module):
    """An autoencoder of one matrix, with a classifier on its code."""

    def __init__(self):
        super().__init__()
        self.encoder, self.decoder = nn.Linear(16, 4, bias=False), nn.Linear(16, 4, bias=False)
        self.decoder.weight = self.encoder.weight
        self.head = nn.Linear(16, 3)

    def forward(self, inputs):
        return self.head(self.encoder(inputs.flatten(1)).tanh() @ self.decoder.weight)


def tied():
    return Tied().double()


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
@pytest.mark.parametrize("make_model", [small_cnn, normed, own_normed, half_frozen, tied])
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
    for key in ("val_loss", "val_accuracy"):
        assert record[key].isnan().tolist() == [False, True, False]
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


def elsewhere():
    """A loader of tensors on a device where no model is."""
    return Loader(*(part.to("meta") for part in problem(N, 0)), BATCH)


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
        ({"train_loader": elsewhere()}, ValueError, "inputs on meta, and the model is on"),
        ({"val_loader": elsewhere()}, ValueError, "inputs on meta, and the model is on"),
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


def by_dimensions(params):
    """Decay matrices and not biases, as is usual: a bias has one dimension, also where it is one of a stack."""
    params = list(params)
    decayed, others = [p for p in params if p.ndim > 1], [p for p in params if p.ndim == 1]
    return optim.SGD([{"params": decayed, "weight_decay": 0.5}, {"params": others, "lr": 0.3}], lr=0.1, momentum=0.9)


def torch_by_dimensions(params):
    params = list(params)
    groups = [{"params": [p for p in params if p.ndim == n], "weight_decay": 0.5 * (n > 1)} for n in (1, 2)]
    return torch.optim.AdamW(groups, lr=0.02)


def adagrad(params):
    return optim.Adagrad(params, lr=0.05, initial_accumulator_value=0.1)


def torch_adagrad(params):
    return torch.optim.Adagrad(params, lr=0.05)


def lazy():
    return nn.Sequential(nn.Flatten(), nn.LazyLinear(8), nn.ReLU(), nn.LazyLinear(3)).double()


def few(make_model, make_optimizer, loss_fn=cross_entropy, loader=None, val=None, seeds=range(3), **options):
    """The largest difference of the last record between three seeds at once and each alone, after three epochs."""
    loader, val = loader or train_loader(), val or val_loader()
    record = fit_seeds(make_model, make_optimizer, loss_fn, loader, val, 3, seeds=seeds, **options)[-1]
    differences = []
    for i, seed in enumerate(seeds):
        seed_everything(seed)
        model = make_model().to(get_device())
        optimizer = make_optimizer(model.parameters())
        alone = fit(model, optimizer, loss_fn, loader.reseeded(seed), val, 3, **options)[-1]
        measured = record.keys() - {"epoch", "models"}
        assert measured == alone.keys() - {"epoch"}
        differences += [abs(record[key][i].item() - alone[key]) for key in measured]
        pairs = zip(record["models"][i].parameters(), model.parameters(), strict=True)
        differences += [(ours - theirs).abs().max().item() for ours, theirs in pairs]
    return max(differences)


@pytest.mark.parametrize(
    "make_optimizer", [by_dimensions, torch_by_dimensions, adagrad, torch_adagrad], ids=lambda make: make.__name__
)
@pytest.mark.parametrize("stop", [None, lambda record: torch.tensor([True, False, False])], ids=["all", "two go on"])
def test_groups_and_states_are_those_of_one_model(make_optimizer, stop, capsys):
    if stop is None:
        assert few(small_mlp, make_optimizer) < EXACT
    else:
        stopped = fit_seeds(
            small_mlp, make_optimizer, cross_entropy, train_loader(), val_loader(), 3, seeds=range(3), stop=stop
        )
        every = fit_seeds(small_mlp, make_optimizer, cross_entropy, train_loader(), val_loader(), 3, seeds=range(3))
        torch.testing.assert_close(stopped[-1]["val_loss"][1:], every[-1]["val_loss"][1:], rtol=0, atol=EXACT)
        assert stopped[-1]["val_loss"][0] == every[0]["val_loss"][0]
    assert capsys.readouterr().out == ""


@not_pretended("torch gives lazy parameters a class of its own")
def test_lazy_layers_start_from_their_own_seed():
    assert few(lazy, sgd) < EXACT
    alone = fit_seeds(lazy, sgd, cross_entropy, train_loader(), val_loader(), 1, seeds=[2])[-1]
    among = fit_seeds(lazy, sgd, cross_entropy, train_loader(), val_loader(), 1, seeds=[0, 1, 2])[-1]
    assert abs(alone["val_loss"][0] - among["val_loss"][2]) < EXACT


def own_loss(outputs, targets):
    return cross_entropy(outputs, targets) + 0.1 * outputs.square().mean().sqrt()  # no mean over examples


def looking_loss(outputs, targets):
    return cross_entropy(outputs, targets) * (2 if outputs.sum() > 0 else 1)


def weights_of_classes():
    return torch.tensor([1.0, 2.0, 5.0], dtype=torch.float64, device=get_device())


def with_ignored():
    """Class 2 is not known in the second half of the examples, so batches differ in how many count."""
    inputs, targets = problem(N, 0)
    ignored = targets.where((targets != 2) | (torch.arange(N, device=targets.device) < N // 2), -100)
    return Loader(inputs, ignored, BATCH, shuffle=True)


LOSSES = {
    "torch's module": (lambda: nn.CrossEntropyLoss(), True),
    "torch's function": (lambda: cross_entropy, True),
    "the course's": (lambda: losses.cross_entropy, True),
    "label smoothing": (lambda: partial(cross_entropy, label_smoothing=0.1), True),
    "weights in a module": (lambda: nn.CrossEntropyLoss(weight=weights_of_classes()), False),
    "weights in a partial": (lambda: partial(cross_entropy, weight=weights_of_classes()), False),
    "a sum": (lambda: nn.CrossEntropyLoss(reduction="sum"), False),
    "one's own": (lambda: own_loss, False),
    "around the course's": (lambda: lambda outputs, targets: losses.cross_entropy(2 * outputs, targets), False),
}


@pytest.mark.parametrize("ignored", [False, True], ids=["all count", "some ignored"])
@pytest.mark.parametrize("name", LOSSES)
def test_every_loss_is_that_of_each_seed(name, ignored, capsys):
    make_loss, is_known = LOSSES[name]
    loader = with_ignored() if ignored else train_loader()
    assert (in_one_call(make_loss()) is not None) == is_known
    assert few(small_mlp, adam, make_loss(), loader) < EXACT
    assert capsys.readouterr().out == ""  # not one after another


@pytest.mark.parametrize(
    "loss_fn", [mse_loss, losses.l1_loss, nn.HuberLoss(), nn.MSELoss(reduction="sum")], ids=lambda loss: str(loss)[:20]
)
def test_losses_of_numbers_are_those_of_each_seed(loss_fn):
    inputs, _ = problem(N, 0)
    loader = Loader(inputs, inputs[:, 0, 0, :3].contiguous(), BATCH, shuffle=True)
    val = Loader(inputs, loader.targets, BATCH)  # in one order: the mean of sums depends on what is summed together
    assert few(small_mlp, adam, loss_fn, loader, val) < EXACT


@pytest.mark.parametrize("loss_fn", [cross_entropy, losses.cross_entropy])
def test_class_probabilities_are_targets_too(loss_fn):
    inputs, targets = problem(N, 0)
    soft = 0.8 * nn.functional.one_hot(targets, 3).double() + 0.2 / 3
    loader = Loader(inputs, soft, BATCH, shuffle=True)
    assert few(small_mlp, adam, loss_fn, loader, loader) < EXACT


def test_a_loss_that_looks_at_its_numbers_says_that_it_is_slow(capsys):
    assert few(small_mlp, adam, looking_loss) < EXACT
    assert "loss_fn is computed for one seed after another" in capsys.readouterr().out


def test_a_known_loss_is_called_once_for_all_seeds(monkeypatch):
    calls = []
    outputs, targets = torch.randn(7, 5, 3), torch.randint(3, (7, 5))
    original = nn.functional.cross_entropy
    monkeypatch.setattr(nn.functional, "cross_entropy", lambda *a, **k: calls.append(1) or original(*a, **k))
    function, reason = losses_of(nn.CrossEntropyLoss(), outputs, targets)
    calls.clear()
    assert function(outputs, targets).shape == (7,) and len(calls) == 1 and reason is None


@pytest.mark.parametrize("wrong_in", ["train", "val"])
def test_a_wrong_class_is_named_before_training_starts(wrong_in):
    inputs, targets = problem(N, 0)
    wrong = Loader(inputs, targets.where(torch.arange(N, device=targets.device) != N - 1, 3), BATCH)
    loader, val = (wrong, val_loader()) if wrong_in == "train" else (train_loader(), wrong)
    runs = epochs_seeds(small_mlp, sgd, losses.cross_entropy, loader, val, 1, seeds=range(2))
    with pytest.raises(ValueError, match="target contains class 3, but the 3 classes"):
        next(runs)


@not_pretended("its tensors have a class already")
def test_targets_are_looked_at_once_and_not_at_every_batch(monkeypatch):
    looked = []

    class Counted(torch.Tensor):  # a GPU waits where Python asks for what a tensor holds
        @classmethod
        def __torch_function__(cls, function, types, args=(), kwargs=None):
            if function in (torch.Tensor.lt, torch.Tensor.__lt__):
                looked.append(function)
            return super().__torch_function__(function, types, args, kwargs or {})

    inputs, targets = problem(N, 0)
    loader = Loader(inputs, targets.as_subclass(Counted), BATCH, shuffle=True)
    counts = []
    for _ in epochs_seeds(small_mlp, sgd, losses.cross_entropy, loader, val_loader(), 3, seeds=range(2)):
        counts.append(len(looked))
    assert counts[0] > 0 and counts == counts[:1] * 3
    fit(small_mlp().to(get_device()), sgd([torch.zeros(1)]), losses.cross_entropy, loader, val_loader(), 1)
    assert len(looked) > counts[0]  # outside, each batch is looked at


def test_after_a_transform_targets_are_looked_at_in_every_batch():
    loader = train_loader().transformed(
        lambda inputs, targets: (inputs, targets + (targets == 2) * (len(targets) < BATCH))
    )
    with pytest.raises(ValueError, match="target contains class 3"):
        fit_seeds(small_mlp, sgd, losses.cross_entropy, loader, val_loader(), 3, seeds=range(4))


def test_one_object_for_several_seeds_is_refused():
    net, backbone = small_mlp().to(get_device()), nn.Linear(16, 8).double().to(get_device())
    normalized = nn.BatchNorm1d(16, affine=False).double().to(get_device())
    once = sgd(net.parameters())
    for make_model, make_optimizer, words in (
        (lambda: net, sgd, "make_model returns the same Sequential for several seeds: build the model inside it"),
        (
            lambda: nn.Sequential(nn.Flatten(), backbone, nn.Linear(8, 3).double()),
            sgd,
            r"make_model.*same \w+ for several seeds: build every part",
        ),
        (
            lambda: nn.Sequential(nn.Flatten(), normalized, nn.Linear(16, 3).double()),
            sgd,
            r"make_model.*same \w+ for several seeds: build every part",
        ),
        (small_mlp, lambda params: once, "make_optimizer returns the same SGD"),
    ):
        with pytest.raises(ValueError, match=words):
            fit_seeds(make_model, make_optimizer, cross_entropy, train_loader(), val_loader(), 1, seeds=range(2))


def test_a_frozen_part_may_be_shared():
    frozen = nn.Linear(16, 8).double().to(get_device()).requires_grad_(False)
    assert few(lambda: nn.Sequential(nn.Flatten(), frozen, nn.Tanh(), nn.Linear(8, 3).double()), sgd) < EXACT


def test_an_optimizer_of_other_parameters_is_refused():
    others = small_mlp()
    with pytest.raises(ValueError, match="other parameters than those it was given"):
        fit_seeds(
            small_mlp, lambda params: sgd(list(others.parameters())[:1]), cross_entropy, train_loader(), val_loader(), 1,
            seeds=[0],
        )  # fmt: skip


def test_options_that_differ_from_seed_to_seed_train_one_after_another(capsys):
    def random_rate(params):
        return optim.SGD(params, lr=0.01 + 0.1 * torch.rand(()).item())

    assert few(small_mlp, random_rate) < EXACT
    assert "other groups or options from seed to seed" in capsys.readouterr().out


def test_numpy_integers_are_whole_numbers():
    arguments = (small_mlp, sgd, cross_entropy, train_loader(), val_loader())
    record = fit_seeds(*arguments, np.int64(2), seeds=np.arange(3))[-1]
    assert torch.equal(record["val_loss"], fit_seeds(*arguments, 2, seeds=range(3))[-1]["val_loss"])
    with pytest.raises(TypeError, match=r"seeds are \[0.5\]: pass whole numbers"):
        fit_seeds(*arguments, 2, seeds=[0.5])


def test_fit_seeds_has_the_arguments_of_epochs_seeds():
    assert inspect.signature(fit_seeds) == inspect.signature(epochs_seeds)
    arguments = inspect.signature(epochs).parameters
    for name, parameter in inspect.signature(epochs_seeds).parameters.items():
        if name in arguments:
            assert parameter == arguments[name]
    extra = ["make_model", "make_optimizer", "seeds", "stop"]
    assert set(inspect.signature(epochs_seeds).parameters) == set(arguments) - {"model", "optimizer"} | set(extra)


@pytest.mark.parametrize("loss_fn", [cross_entropy, lambda outputs, targets: cross_entropy(outputs, targets)])
def test_low_precision_records_what_float32_does(loss_fn):
    def half():
        return mlp(16, 8, 3).bfloat16()

    inputs, targets = problem(7, 0)
    loader = Loader(inputs.bfloat16().repeat(600, 1, 1, 1), targets.repeat(600), 7)  # the same batch again and again
    still = fit_seeds(half, lambda params: optim.SGD(params, lr=0.0), loss_fn, loader, loader, 1, seeds=range(2))
    for i, model in enumerate(still[0]["models"]):
        expected = cross_entropy(model(loader.inputs).float(), loader.targets).item()
        assert still[0]["train_loss"][i] == pytest.approx(expected, rel=0.01)
        assert still[0]["val_loss"][i] == pytest.approx(expected, rel=0.01)


def hooked():
    model = small_mlp()
    model[1].register_forward_hook(lambda module, inputs, outputs: 2 * outputs)
    return model


class Doubled(nn.Linear):
    def forward(self, inputs):
        return 2 * super().forward(inputs)


PLAIN = {
    "mlp": (small_mlp, True),
    "frozen": (half_frozen, True),
    "nested": (lambda: nn.Sequential(small_mlp(), nn.Tanh(), nn.Linear(3, 3, bias=False).double()), True),
    "a ReLU first": (lambda: nn.Sequential(nn.Flatten(), nn.ReLU(), nn.Linear(16, 3)).double(), True),
    "rows": (lambda: nn.Sequential(nn.Linear(4, 5), nn.ReLU(), nn.Linear(5, 2)).double(), True),
    "hooked": (hooked, False),
    "a subclass": (lambda: nn.Sequential(nn.Flatten(), Doubled(16, 3)).double(), False),
    "tied": (tied, False),
    "convolutions": (small_cnn, False),
    "another flatten": (lambda: nn.Sequential(nn.Flatten(2), nn.Linear(16, 3)).double(), False),
}


@pytest.mark.parametrize("name", PLAIN)
def test_layer_by_layer_equals_vmap_and_each_model(name):
    make_model, is_plain = PLAIN[name]
    models = [make_model().to(get_device()).train() for _ in range(3)]
    state = stacked_state(models)
    assert (plain_layers(models[0], state[0]) is not None) == is_plain
    inputs = torch.randn(3, 5, 1, 4, 4, dtype=torch.float64, device=get_device())
    before = inputs.clone()
    outputs, _ = forward(models[0], *state, inputs)
    assert torch.equal(inputs, before)
    for expected in (by_vmap(models[0], *state, inputs, 0)[0], torch.stack([m(x) for m, x in zip(models, inputs)])):
        torch.testing.assert_close(outputs, expected, rtol=0, atol=1e-12)
    shared, _ = forward(models[0], *state, inputs[0], inputs_dim=None)
    torch.testing.assert_close(shared, torch.stack([m(inputs[0]) for m in models]), rtol=0, atol=1e-12)


@pytest.mark.parametrize("kind", [nn.Dropout, Dropout])
def test_the_dropout_of_a_stack_leaves_the_expected_share(kind):
    models = [nn.Sequential(nn.Linear(1, 1), nn.ReLU(), kind(0.3)) for _ in range(4)]
    for model in models:
        nn.init.ones_(model[0].weight)
        nn.init.ones_(model[0].bias)
    outputs, _ = forward(models[0].train(), *stacked_state(models), torch.ones(4, 20_000, 1))
    assert len({tuple(row.flatten()[:50].tolist()) for row in outputs}) == 4
    spread = (0.3 * 0.7 / 20_000) ** 0.5
    assert (((outputs != 0).double().mean((1, 2)) - 0.7).abs() < 5 * spread).all()
