"""Every public name of the taught mathematics has cases against torch or scikit-learn; one without them fails here.

A case is a function of a candidate for that name; it returns what the candidate gives and what it should give. The many
other cases are in the tests of each topic: these show that none was forgotten, and that a wrong candidate is noticed.
"""

import importlib
from importlib.util import find_spec
from types import SimpleNamespace

import pytest
import test_losses
import test_optim
import test_schedules
import torch
from sklearn import metrics as sklearn
from sklearn.calibration import calibration_curve
from torch.nn import functional
from torch.optim import lr_scheduler

from course_lib import losses, metrics, optim, regularizers

TOPICS = ("optim", "losses", "metrics", "activations", "schedules", "regularizers")
LOGITS = torch.randn(60, 3, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
CLASSES = torch.randint(3, (60,), generator=torch.Generator().manual_seed(1))
BINARY = CLASSES.clamp(max=1)
SCORES = LOGITS[:, 0]
SAID = (SCORES > 0).long()


def optimizer_case(name, options):
    def case(candidate):
        paths = []
        for optimizer_class in (candidate, getattr(torch.optim, name)):
            params = test_optim.start()
            paths.append(test_optim.descend(optimizer_class(params, **options), params, range(test_optim.STEPS)))
        return paths

    return case


def sign_descent(candidate):
    """A rule written on top of the base class, and what it has to do."""

    class SignDescent(candidate):
        def update(self, param, grad, state, group):
            param.sub_(group["lr"] * grad.sign())

    weight = torch.tensor([1.0, -2.0], requires_grad=True)
    (weight**2).sum().backward()
    SignDescent([weight], {"lr": 0.5}).step()
    return weight.detach(), torch.tensor([0.5, -1.5])


def loss_case(case):
    name, input, target, options = test_losses.CASES[case]

    def of(candidate):
        module = SimpleNamespace(**{name: candidate})
        return tuple(test_losses.both(one, name, input, target, options) for one in (module, functional))

    return of


def against(arguments, expected):
    return lambda candidate: (candidate(*arguments), expected)


def mean(candidate):
    whole = candidate()
    for batch in SCORES.split(25):
        whole.update(batch.mean(), len(batch))
    return whole.compute(), SCORES.mean().item()


def dropout(candidate):
    inputs = torch.ones(400, 400)
    outputs, expected = candidate(0.3)(inputs), torch.nn.Dropout(0.3)(inputs)
    return (outputs.unique(), outputs.mean().round(decimals=1)), (expected.unique(), expected.mean().round(decimals=1))


def calibration(candidate):
    shares, confidences = calibration_curve(BINARY, SCORES.sigmoid(), n_bins=4)
    return candidate(SCORES, BINARY, 4)[:2], (torch.from_numpy(confidences), torch.from_numpy(shares))


def calibration_error(candidate):
    gaps = (SCORES.sigmoid() * 4).ceil()
    parts = [(SCORES.sigmoid() - BINARY)[gaps == number].sum().abs() for number in range(1, 5)]
    return candidate(SCORES, BINARY, 4), sum(parts) / len(SCORES)


def activation(name, **options):
    return lambda candidate: (candidate(LOGITS, **options), getattr(functional, name)(LOGITS, **options))


def schedule_case(*arguments, torchs, n_steps=30, **options):
    """A factory of schedules, called with these arguments, against a scheduler of torch's."""

    def case(candidate):
        schedule = candidate(*arguments, **options)
        ours = torch.tensor([test_schedules.LR * float(schedule(t)) for t in range(n_steps)], dtype=torch.float64)
        return ours, torch.tensor(test_schedules.torchs(torchs, n_steps), dtype=torch.float64)

    return case


def range_test(candidate):
    """A range test of one parameter w with the loss w², and its rates and losses worked by hand."""
    model = torch.nn.Linear(1, 1, bias=False)
    with torch.no_grad():
        model.weight.fill_(2.0)
    optimizer = torch.optim.SGD(model.parameters(), lr=7.0)
    batch = torch.ones(1, 1), torch.zeros(1, 1)
    found = candidate(model, optimizer, functional.mse_loss, [batch], 0.1, 0.4, 3)
    return found, ([0.1, 0.2, 0.4], [4.0, 1.6**2, 0.96**2])  # w is 2, then (1 - 2 · 0.1) w, then (1 - 2 · 0.2) w


OF_TWO = (SCORES, BINARY)
CASES = {
    "optim": {
        **{
            name: [optimizer_case(name, options) for options in ({}, test_optim.RICH[name])]
            for name in test_optim.VALUES
        },
        "Optimizer": [sign_descent],
    },
    "losses": {
        **{
            name: [loss_case(case) for case in test_losses.CASES if test_losses.CASES[case][0] == name][:4]
            for name in test_losses.WRONG_SHAPES
        },
        "log_softmax": [against((LOGITS, 1), LOGITS.log_softmax(1))],
        "logsumexp": [against((LOGITS, 1), LOGITS.logsumexp(1))],
        "one_hot": [against((CLASSES, 4), functional.one_hot(CLASSES, 4))],
    },
    "metrics": {
        "Mean": [mean],
        "accuracy": [
            against((LOGITS, CLASSES), sklearn.accuracy_score(CLASSES, LOGITS.argmax(1))),
            against(OF_TWO, sklearn.accuracy_score(BINARY, SAID)),
        ],
        "average_precision": [against(OF_TWO, sklearn.average_precision_score(BINARY, SCORES))],
        "calibration_curve": [calibration],
        "confusion_matrix": [against((LOGITS, CLASSES), sklearn.confusion_matrix(CLASSES, LOGITS.argmax(1)))],
        "expected_calibration_error": [calibration_error],
        "f1": [against(OF_TWO, sklearn.f1_score(BINARY, SAID))],
        "mean_absolute_error": [against(OF_TWO, sklearn.mean_absolute_error(BINARY, SCORES))],
        "per_class_accuracy": [
            against((LOGITS, CLASSES), sklearn.recall_score(CLASSES, LOGITS.argmax(1), average=None))
        ],
        "precision": [against(OF_TWO, sklearn.precision_score(BINARY, SAID))],
        "precision_recall_curve": [
            against(OF_TWO, [array.copy() for array in sklearn.precision_recall_curve(BINARY, SCORES)])
        ],
        "recall": [against(OF_TWO, sklearn.recall_score(BINARY, SAID))],
        "roc_auc": [against(OF_TWO, sklearn.roc_auc_score(BINARY, SCORES))],
        "roc_curve": [against(OF_TWO, sklearn.roc_curve(BINARY, SCORES, drop_intermediate=False))],
        "root_mean_squared_error": [against(OF_TWO, sklearn.root_mean_squared_error(BINARY, SCORES))],
    },
    "activations": {
        **{name: [activation(name)] for name in ("elu", "gelu", "leaky_relu", "relu", "sigmoid", "silu", "tanh")},
        "softmax": [activation("softmax", dim=1)],
    },
    "schedules": {
        "constant": [schedule_case(torchs=lambda o: lr_scheduler.ConstantLR(o, 1))],
        "cosine": [schedule_case(29, torchs=lambda o: lr_scheduler.CosineAnnealingLR(o, 29))],
        "exp_range": [schedule_case(4, 0.9, torchs=test_schedules.cyclic(4, 0.25, mode="exp_range", gamma=0.9))],
        "exponential": [schedule_case(0.9, torchs=lambda o: lr_scheduler.ExponentialLR(o, 0.9))],
        "inverse_time": [schedule_case(0.5, torchs=lambda o: lr_scheduler.LambdaLR(o, lambda t: 1 / (1 + 0.5 * t)))],
        "linear": [schedule_case(20, torchs=test_schedules.line(1, 0, 20))],
        "lr_range_test": [range_test],
        "one_cycle": [schedule_case(30, torchs=test_schedules.one_cycle(30))],
        "rates": [against((SCORES[:5].tolist().__getitem__, 0.1, 5), (0.1 * SCORES[:5]).tolist())],
        "step_decay": [schedule_case(4, torchs=lambda o: lr_scheduler.StepLR(o, 4))],
        "triangular": [schedule_case(4, torchs=test_schedules.cyclic(4, 0.25))],
        "triangular2": [schedule_case(4, torchs=test_schedules.cyclic(4, 0.25, mode="triangular2"))],
        "warmup": [schedule_case(9, start=0.1, torchs=test_schedules.line(0.1, 1, 9))],
        "wsd": [schedule_case(30, 8, 10, torchs=test_schedules.plateau(30, 8, 10))],
    },
    "regularizers": {"Dropout": [dropout]},
}


def close(ours, expected):
    """Fail unless two results, numbers or sequences of them, agree."""
    if isinstance(ours, (tuple, list)):
        for pair in zip(ours, expected, strict=True):
            close(*pair)
    else:
        torch.testing.assert_close(
            torch.as_tensor(ours), torch.as_tensor(expected), rtol=1e-7, atol=1e-9, equal_nan=True, check_dtype=False
        )


def check(topic, name, candidate):
    """Fail unless `candidate` does in each case what torch or scikit-learn does; without a case, too."""
    cases = CASES.get(topic, {}).get(name, [])
    assert cases, (
        f"course_lib.{topic} offers {name}, which has no case: add some to CASES, against torch or scikit-learn"
    )
    for case in cases:
        close(*case(candidate))


def names():
    for topic in TOPICS:
        if find_spec(f"course_lib.{topic}") is not None:
            for name in importlib.import_module(f"course_lib.{topic}").__all__:
                yield topic, name


@pytest.mark.parametrize("topic, name", list(names()))
def test_every_public_name_does_what_torch_or_scikit_learn_does(topic, name):
    check(topic, name, getattr(importlib.import_module(f"course_lib.{topic}"), name))


def test_no_case_is_left_of_a_name_that_is_gone():
    assert {(topic, name) for topic, of_topic in CASES.items() for name in of_topic} <= set(names())


# ---- what is wrong is noticed


def uphill(optimizer_class):
    class Uphill(optimizer_class):
        @torch.no_grad()
        def step(self):
            params = [param for group in self.param_groups for param in group["params"]]
            before = [param.clone() for param in params]
            super().step()
            for param, old in zip(params, before):
                param.copy_(2 * old - param)

    return Uphill


def a_little_more(function):
    def wrong(*args, **kwargs):
        result = function(*args, **kwargs)
        if isinstance(result, list):
            return [value + 1e-3 for value in result]
        return (
            (result[0] + 1e-3, *result[1:])
            if isinstance(result, tuple)
            else result + (1 if result.dtype == torch.int64 else 1e-3)
        )

    return wrong


class MeanOfMeans(metrics.Mean):
    def update(self, value, n):
        super().update(value, 1)


class UnscaledDropout(regularizers.Dropout):
    def forward(self, inputs):
        return super().forward(inputs) * (1 - self.p)


def a_larger_factor(factory):
    return lambda *arguments, **options: lambda t: factory(*arguments, **options)(t) + 1e-3


WRONG_CLASSES = {"Mean": MeanOfMeans, "Dropout": UnscaledDropout}


@pytest.mark.parametrize("topic, name", list(names()))
def test_a_wrong_candidate_is_noticed(topic, name):
    right = getattr(importlib.import_module(f"course_lib.{topic}"), name)
    wrong = uphill(right) if topic == "optim" else WRONG_CLASSES.get(name) or a_little_more(right)
    if topic == "schedules" and name not in ("lr_range_test", "rates"):
        wrong = a_larger_factor(right)
    with pytest.raises(AssertionError, match="not close|not equal"):
        check(topic, name, wrong)


def test_an_exported_optimizer_that_steps_uphill_is_noticed(monkeypatch):
    """Without a case it fails because it has none, with one because it is wrong."""

    class Adadelta(optim.Optimizer):
        def __init__(self, params, lr=1.0):
            super().__init__(params, {"lr": lr})

        def update(self, param, grad, state, group):
            param.add_(grad, alpha=group["lr"])

    monkeypatch.setattr(optim, "Adadelta", Adadelta, raising=False)
    monkeypatch.setattr(optim, "__all__", [*optim.__all__, "Adadelta"])
    assert ("optim", "Adadelta") in names()
    with pytest.raises(AssertionError, match="course_lib.optim offers Adadelta, which has no case"):
        check("optim", "Adadelta", optim.Adadelta)
    monkeypatch.setitem(CASES["optim"], "Adadelta", [optimizer_case("Adadelta", {})])
    with pytest.raises(AssertionError, match="not close"):
        check("optim", "Adadelta", optim.Adadelta)


def test_a_new_topic_without_cases_is_noticed():
    assert set(CASES) <= set(TOPICS) and losses.__all__
    with pytest.raises(AssertionError, match="course_lib.transfer offers freeze, which has no case"):
        check("transfer", "freeze", torch.clone)
