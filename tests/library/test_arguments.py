"""Every public function takes NumPy's arrays and numbers, with the same result, or refuses them with words."""

import matplotlib
import numpy as np
import pytest
import torch
from torch.utils._pytree import tree_leaves, tree_map

matplotlib.use("Agg")
from course_lib import data, losses, metrics, models, optim, plots, schedules, seed, surfaces  # noqa: E402

MODULES = {
    module.__name__.split(".")[1]: module
    for module in (data, losses, metrics, models, optim, plots, schedules, seed, surfaces)
}
LOGITS, CLASSES = torch.tensor([[0.5, -1.0], [2.0, 0.1], [0.0, 0.3]]), torch.tensor([0, 1, 1])
LOGIT, BINARY = torch.tensor([0.5, -1.0, 2.0]), torch.tensor([1.0, 0.0, 0.0])
NUMBERS, OTHERS = torch.tensor([0.1, 0.9, 0.4]), torch.tensor([0.2, 0.5, 0.4])
FIVE = torch.tensor([0.1, 0.9, 0.4, 0.3, 0.6])
POINTS = torch.tensor([[1.0, 2.0], [0.5, -1.0]])
INPUTS, TARGETS = torch.arange(40.0).reshape(20, 2), torch.arange(20) % 2
IMAGES = torch.linspace(0, 1, 72).reshape(2, 1, 6, 6)


def weight():
    return torch.ones(2, requires_grad=True)


def descent(params):
    return optim.SGD(params, lr=0.1)


def halved(t):
    return 0.5


# A call of each public function and class: tensors and numbers where the caller gives them.
CALLS = {
    "data.Loader": (INPUTS, TARGETS, 4),
    "data.Loaders": None,  # three loaders
    "data.Split": None,  # three pairs
    "data.DataError": None,  # an exception
    "data.make_loaders": None,  # of a split
    "data.normalize": (((INPUTS, TARGETS), (INPUTS, TARGETS), (INPUTS, TARGETS)),),
    "data.mean_std": (INPUTS,),
    "data.split": (INPUTS, TARGETS, (0.5, 0.25, 0.25), 3),
    "data.moons": (10, 0.1, 3),
    "data.spirals": (10, 0.1, 3),
    "data.noisy_sine": (10, 0.1, 3),
    "data.mnist": None,  # a word
    **{f"data.{name}": () for name in ("breast_cancer", "diabetes", "digits", "has_mnist", "wine")},
    "losses.binary_cross_entropy": (NUMBERS, BINARY),
    "losses.binary_cross_entropy_with_logits": (LOGIT, BINARY),
    "losses.cross_entropy": (LOGITS, CLASSES),
    "losses.l1_loss": (NUMBERS, OTHERS),
    "losses.log_softmax": (LOGITS, 1),
    "losses.logsumexp": (LOGITS, 1),
    "losses.mse_loss": (NUMBERS, OTHERS),
    "losses.nll_loss": (LOGITS.log_softmax(1), CLASSES),
    "losses.one_hot": (CLASSES, 2),
    "metrics.Mean": (),
    "metrics.accuracy": (LOGITS, CLASSES),
    "metrics.average_precision": (LOGIT, BINARY),
    "metrics.calibration_curve": (LOGITS, CLASSES, 4),
    "metrics.confusion_matrix": (LOGITS, CLASSES, 3),
    "metrics.expected_calibration_error": (LOGITS, CLASSES, 4),
    "metrics.f1": (LOGIT, BINARY, 0.5),
    "metrics.mean_absolute_error": (NUMBERS, OTHERS),
    "metrics.per_class_accuracy": (LOGITS, CLASSES),
    "metrics.precision": (LOGIT, BINARY, 0.5),
    "metrics.precision_recall_curve": (LOGIT, BINARY),
    "metrics.recall": (LOGIT, BINARY, 0.5),
    "metrics.roc_auc": (LOGIT, BINARY),
    "metrics.roc_curve": (LOGIT, BINARY),
    "metrics.root_mean_squared_error": (NUMBERS, OTHERS),
    "models.Maxout": (4, 3, 2),
    "models.mlp": (4, 3, 2),
    "models.cnn": (1, 8, 10, (16, 32)),
    **{f"optim.{name}": ([POINTS], 0.1) for name in optim.__all__ if name != "Optimizer"},
    "optim.Optimizer": ([POINTS], {"lr": 0.1}),
    "plots.contours": (surfaces.saddle, (-1.0, 1.0), (-1.0, 1.0)),
    "plots.curves": ({"a": POINTS, "b": POINTS[0]}, torch.tensor([0.0, 1.0]), "step", "loss"),
    "plots.diagram": None,  # words
    "plots.images": (IMAGES, torch.tensor([3, 4]), 2),
    "plots.intervals": ({"a": FIVE}, "accuracy"),  # fewer seeds have no interval
    "plots.path": (POINTS,),
    "schedules.constant": (),
    "schedules.cosine": (10, 0.1),
    "schedules.exp_range": (5, 0.9, 0.25),
    "schedules.exponential": (0.9,),
    "schedules.inverse_time": (0.1,),
    "schedules.linear": (10, 0.1),
    "schedules.lr_range_test": None,  # a model and its optimizer
    "schedules.one_cycle": (10, 0.3, 25.0, 100.0),
    "schedules.rates": (halved, 0.1, 3),
    "schedules.step_decay": (3, 0.1),
    "schedules.triangular": (5, 0.25),
    "schedules.triangular2": (5, 0.25),
    "schedules.warmup": (5, halved, 0.1),
    "schedules.wsd": (10, 2, 3, 0.1),
    "seed.available_devices": (),
    "seed.generator": (3,),
    "seed.get_device": (),
    "seed.offset": (),
    "seed.seed_everything": (3,),
    "surfaces.best_lr_beta": (1.0, 100.0),
    "surfaces.descend": (descent, surfaces.quadratic, POINTS[0], 3),
    "surfaces.double_well": (POINTS, 0.3),
    "surfaces.expected_loss": (FIVE, torch.tensor([0.5, 0.1]), POINTS[0], 0.5),
    "surfaces.max_stable_lr": (0.9, 100.0),
    "surfaces.momentum_path": (POINTS[0], 0.01, 0.9, torch.tensor([1.0, 100.0]), 3),
    "surfaces.momentum_rate": (0.01, 0.9, torch.tensor([1.0, 100.0])),
    "surfaces.noisy": (surfaces.saddle, 0.1, torch.Generator()),
    "surfaces.quadratic": (POINTS, torch.tensor([0.5, 100.0])),
    "surfaces.rosenbrock": (POINTS, 1.0, 100.0),
    "surfaces.saddle": (POINTS,),
}
BY_NAME = {"plots.curves": ("series", "x", "xlabel", "ylabel"), "plots.intervals": ("series", "xlabel")}


def find(name):
    module, _, function = name.partition(".")
    return getattr(MODULES[module], function)


def call(name, arguments):
    function = find(name)
    if name in BY_NAME:
        return function(**dict(zip(BY_NAME[name], arguments, strict=True)))
    return function(*arguments, **({"ax": plots.plt.figure().add_subplot()} if name == "plots.path" else {}))


def as_numpy(value):
    if isinstance(value, torch.Tensor):
        return value.detach().numpy()
    return {int: np.int64, float: np.float64}.get(type(value), lambda same: same)(value)


def test_every_public_function_is_called_here():
    names = {f"{topic}.{name}" for topic, module in MODULES.items() for name in module.__all__}
    assert names - CALLS.keys() == set()
    assert CALLS.keys() <= names


@pytest.mark.parametrize("name", [name for name, arguments in CALLS.items() if arguments])
def test_numpy_is_taken_or_refused_with_words(name):
    arguments = CALLS[name]
    torch.manual_seed(0)
    expected = call(name, arguments)
    torch.manual_seed(0)
    try:
        result = call(name, tree_map(as_numpy, arguments))
    except (TypeError, ValueError) as error:
        assert "pass " in str(error), error
        assert name.startswith(("losses.", "optim.", "data.Loader")), f"{name} refuses arrays: {error}"
    else:
        for ours, theirs in zip(tree_leaves(result), tree_leaves(expected), strict=True):
            if isinstance(theirs, torch.Tensor):
                torch.testing.assert_close(ours, theirs, rtol=0, atol=0, equal_nan=True)
            elif isinstance(theirs, torch.nn.Module):
                states = (tree_leaves(model.state_dict()) for model in (ours, theirs))
                assert all(torch.equal(*pair) for pair in zip(*states, strict=True)) and repr(ours) == repr(theirs)
            elif isinstance(theirs, (bool, int, float, str)):
                assert ours == theirs
            elif name.startswith("schedules."):
                assert [ours(t) for t in range(20)] == [theirs(t) for t in range(20)]
    plots.plt.close("all")


@pytest.mark.parametrize("name", optim.__all__)
def test_the_options_of_an_optimizer_become_pythons_numbers(name):
    options = {"lr": np.float32(0.5)} if name != "Optimizer" else {"defaults": {"lr": np.float32(0.5)}}
    optimizer = getattr(optim, name)([weight(), weight()], **options)
    optimizer.add_param_group({"params": weight(), "lr": np.float64(0.25)})
    assert [type(group["lr"]) for group in optimizer.param_groups] == [float, float]


WHOLE = {
    "data.moons": lambda n: data.moons(n=n),
    "data.split": lambda n: data.split(INPUTS, TARGETS, seed=n),
    "metrics.calibration_curve": lambda n: metrics.calibration_curve(LOGITS, CLASSES, bins=n),
    "metrics.confusion_matrix": lambda n: metrics.confusion_matrix(LOGITS, CLASSES, n_classes=n),
    "models.Maxout": lambda n: models.Maxout(n, n, n),
    "models.mlp": lambda n: models.mlp(n, 2),
    "models.cnn": lambda n: models.cnn(image_size=n),
    "schedules.cosine": lambda n: schedules.cosine(n),
    "schedules.linear": lambda n: schedules.linear(n),
    "schedules.one_cycle": lambda n: schedules.one_cycle(n),
    "schedules.rates": lambda n: schedules.rates(halved, 0.1, n),
    "schedules.step_decay": lambda n: schedules.step_decay(n),
    "schedules.triangular": lambda n: schedules.triangular(n),
    "schedules.warmup": lambda n: schedules.warmup(n),
    "schedules.wsd": lambda n: schedules.wsd(n, 1, 1),
    "seed.generator": lambda n: seed.generator(n),
    "seed.seed_everything": lambda n: seed.seed_everything(n),
    "surfaces.descend": lambda n: surfaces.descend(descent, surfaces.quadratic, POINTS[0], n),
    "surfaces.momentum_path": lambda n: surfaces.momentum_path(POINTS[0], 0.1, 0.9, (1.0, 2.0), n),
}


@pytest.mark.parametrize("name", WHOLE)
@pytest.mark.parametrize("value", [5.0, np.float64(5.0), "5", None])
def test_what_is_no_whole_number_is_refused_with_words(name, value):
    if value is None and name == "metrics.confusion_matrix":
        return  # as many classes as logits
    with pytest.raises((TypeError, ValueError)) as raised:
        WHOLE[name](value)
    assert repr(value) in str(raised.value), raised.value


def test_lists_are_points_and_whole_numbers_do_not_round_the_curvatures():
    assert surfaces.quadratic([2, 4], (0.5, 1.5)).item() == 0.5 * (0.5 * 4 + 1.5 * 16)
    assert surfaces.rosenbrock([1, 1]).item() == 0 and surfaces.saddle(np.array([2, 1])).item() == 3
