"""Checks of *Evaluation protocol*: how far a score goes, folds, groups, leaks, and the size of a comparison."""

import random

import numpy
import torch

from .core import Exercise, ask, close, expect, number, several, tensor
from .probes import KEEPS, drawn_evenly, draws

PERFECT = 100 * (1 - 0.05 ** (1 / 40))  # the error rate, in per cent, that passes 40 pictures in 5 % of all cases
LEAKS = (4, 0, 3, 2, 0, 1)  # of the six programs
NAMES = torch.tensor([2, 5, 9, 4])  # what the classes are called: not 0, 1, 2


def _listed(values):
    return ", ".join(map(str, values.tolist() if isinstance(values, torch.Tensor) else values))


def _other_dice(seed):
    """Throw the dice of the whole session, so that who relies on them is seen."""
    torch.manual_seed(seed)
    numpy.random.seed(seed)
    random.seed(seed)


@Exercise
def no_mistakes(answer):
    """The error rate, in per cent, that passes 40 pictures without a mistake in 5 % of all cases."""
    rate = number(answer)
    expect(
        0 < rate < 100,
        f"your detector has an error rate of {rate:g} %",
        "It makes errors, and not only errors: asked is the rate that makes none on 40 pictures in one case of twenty.",
    )
    expect(abs(rate - PERFECT / 100) > 0.004, f"{rate:g} looks like a fraction", "Asked is a number in per cent.")
    yours = f"with {rate:g} % all forty come out right in {100 * (1 - rate / 100) ** 40:.4g} % of all tests"
    for value, hint in (
        (2.5, "At one in forty one mistake is expected. None is still common."),
        (5, "The 5 % are the probability of the lucky test, not the error rate."),
        (92.8, "Is that the accuracy? Asked is the rate of errors."),
        (8.78, "Wilson's interval and the exact one leave 2.5 % beyond each end. Here all 5 % lie beyond one."),
        (0.128, "That is the rate that passes in 95 % of all cases. Asked are 5 %."),
    ):
        expect(abs(rate - value) > 0.06, yours, hint)
    for value in (7, 7.5):
        expect(
            abs(rate - value) > 0.01,
            yours,
            "A good guess. The check wants it a little closer: write the probability of the lucky test as a formula, "
            "and solve it.",
        )
    expect(
        abs(rate - PERFECT) <= 0.1,
        yours,
        "One case in twenty is asked. All forty must be right, one after the other.",
    )
    return "For many images it is nearly 3/n after n of them without a mistake: the rule of three."


class _Trainer:
    """`train` for the learner: nearest neighbours, which note what they were given and what they were asked."""

    def __init__(self):
        self.models = []

    def train(self, x, y):
        x, y = x.clone(), y.clone()
        model = _Model(x, y)
        self.models.append(model)
        return model.ask


class _Model:
    def __init__(self, x, y):
        self.x, self.y, self.asked = x, y, []

    def ask(self, inputs):
        self.asked.append(inputs.clone())
        return self.classes(inputs)

    def classes(self, inputs):
        return self.y[torch.cdist(inputs, self.x).argmin(1)]

    def was_asked(self, points):
        """Which of the points it was asked about."""
        asked = {tuple(row) for inputs in self.asked for row in inputs.tolist()}
        return torch.tensor([tuple(row) in asked for row in points.tolist()])


def _points(counts, seed, dim, spread):
    """Points of overlapping classes, sorted by class, and their classes."""
    generator = torch.Generator().manual_seed(seed)
    labels = NAMES[: len(counts)].repeat_interleave(torch.tensor(counts))
    corners = torch.randn(10, dim, generator=generator)
    return corners[labels] + spread * torch.rand(len(labels), dim, generator=generator), labels


def _rows(points, data):
    """The place in the data of each point, which must be there."""
    same = (points[:, None] == data[None]).all(2)
    expect(
        points.dim() == 2 and same.any(1).all(),
        "a model is trained on inputs that are not in data_x",
        "Which rows are held back, and which ones are trained on?",
    )
    return same.int().argmax(1)


def _exam(answer, x, y, test_x, seed):
    """The five scores, the held-out parts in order, and the classes of test_x; each is checked to be honest."""
    trainer = _Trainer()
    _other_dice(seed)
    scores, classes = several(ask(answer, x, y, test_x, trainer.train), 2, "things", "Asked are scores and classes.")
    scores = tensor(scores, (5,), "One score for each of the five folds.")
    models = trainer.models
    expect(
        len(models) == 6,
        f"your function trains {len(models)} models",
        "One is trained and scored in each of five folds, and one is trained on all the data.",
    )
    given = [_rows(model.x, x) for model in models]
    whole = [len(rows.unique()) == len(x) for rows in given]
    expect(
        sum(whole) < 2,
        "a fold is scored on points its model has seen",
        "Which rows are held back, and which ones are trained on?",
    )
    for model, rows in zip(models, given):
        expect(
            len(model.y) == len(rows) and torch.equal(model.y, y[rows]),
            "inputs and targets no longer belong together",
            "Do the inputs and the targets that a model is trained on follow the same indices?",
        )
    expect(
        sum(whole) == 1,
        f"the last model is trained on {len(given[-1])} of {len(x)} points",
        "The model for the challenge may use all the data.",
    )
    final = models.pop(whole.index(True))
    given.pop(whole.index(True))
    held = [torch.ones(len(x), dtype=torch.bool).index_fill(0, rows, False).nonzero().flatten() for rows in given]
    expect(
        torch.equal(torch.cat(held).sort().values, torch.arange(len(x))),
        f"your folds train on {_listed(map(len, given))} of {len(x)} points",
        "Each point is held back in just one fold, and trained on in the four others.",
    )
    kinds = [len(y[part].unique()) for part in held]
    expect(
        min(kinds) == len(y.unique()),
        f"your folds hold points of {_listed(kinds)} classes, and there are {len(y.unique())}",
        "The data come sorted by class. In which order does the splitter cut them?",
    )
    lengths = [len(part) for part in held]
    expect(
        max(lengths) - min(lengths) <= len(y.unique()),
        f"your folds hold back {_listed(lengths)} points",
        "Five folds of a fifth each, as far as it goes.",
    )
    for model, part in zip(models, held):
        expect(
            model.was_asked(x[part]).all(),
            "a fold's model is not asked about all the points that it has not seen",
            "What does the fold hold back, and what is the model asked about?",
        )
    honest = torch.stack([(model.classes(x[part]) == y[part]).double().mean() for model, part in zip(models, held)])
    if not close(scores, honest, rtol=0, atol=1e-5):
        shown = _listed(f"{score:.3f}" for score in scores.tolist())
        right = _listed(f"{score:.3f}" for score in honest.tolist())
        expect(
            close(scores.sort().values, honest.sort().values, rtol=0, atol=1e-5),
            f"the scores are {shown}, and the models have {right} of their folds right",
            "A score is the share of the fold's points that get their own class, neither rounded nor summed.",
        )
    classes = tensor(
        classes, (len(test_x),), f"test_x holds {len(test_x)} points. Something in the loop has the name test_x too.",
        y.dtype,
    )  # fmt: skip
    expect(
        final.was_asked(test_x).all(),
        "the model of all the data is not asked about test_x",
        "Which model gives the classes that you return? And has something in the loop the name test_x?",
    )
    expect(
        torch.equal(classes, final.classes(test_x)),
        "the classes are not those that the model of all the data gives for test_x",
        "Which model gives the classes that you return?",
    )
    return scores, held, classes


@Exercise
def cross_validation(answer):
    """Five honest scores on sorted data, and the classes of a test set that stays what it is."""
    first = (*_points((80, 80, 80), 0, 2, 3.0), _points((10, 9, 8), 1, 2, 3.0)[0])
    scores, held, classes = _exam(answer, *first, seed=0)
    for seed in (1, 2):
        repeated, parts, _ = _exam(answer, *first, seed)
        expect(
            close(scores, repeated) and all(map(torch.equal, held, parts)),
            "the folds are others in each call",
            "A shuffle throws dice. Fix them, or no two models get the same exam.",
        )
    x, y = _points((63, 50, 44, 30), 2, 3, 4.0)
    _exam(answer, x, y, _points((9, 9, 9, 10), 3, 3, 4.0)[0][:37], seed=3)  # as many as a fold holds
    _exam(answer, x.double(), y, x[:1].double() + 0.5, seed=3)
    repeated, _, same = _exam(answer, *first, seed=4)
    expect(
        close(scores, repeated) and torch.equal(classes, same),
        "the same data get other scores when others were scored in between",
        KEEPS,
    )


def _repeats(answer, names, *args):
    """The parts of two calls, checked to be indices that depend on the generator and on nothing else that is random."""
    before = torch.get_rng_state()
    parts, same, *others = (
        several(ask(answer, *args, torch.Generator().manual_seed(seed)), len(names), "tensors of indices")
        for seed in (0, 0, 1, 2, 3, 4)
    )
    for name, part in zip(names, parts):
        kind = "Indices are whole numbers (int64) in one axis. A mask or a list is something else."
        expect(
            isinstance(part, torch.Tensor) and part.dtype == torch.int64 and part.dim() == 1,
            f"{name} is no tensor of indices",
            kind,
        )
        tensor(part, hint=kind)
    _complete(parts, len(args[0]))
    for name, part, again in zip(names, parts, same):
        expect(
            isinstance(again, torch.Tensor) and again.shape == part.shape and bool((again == part).all()),
            f"the same seed in the generator gives another {name}",
            "Whose dice do you throw?",
        )
    expect(
        any(_differ(parts, other) for other in others),
        "all seeds give the same parts",
        "Does your code shuffle, and with the given generator?",
    )
    expect(
        torch.equal(before, torch.get_rng_state()),
        "your function changes torch's global random numbers",
        "torch.randperm can be told which generator to use.",
    )
    return parts


def _differ(parts, others):
    return any(len(part) != len(other) or not torch.equal(part, other) for part, other in zip(parts, others))


def _goes_on(answer, n, *args):
    """Expect `n` parts that differ from call to call when one generator serves all the calls."""
    generator = torch.Generator().manual_seed(0)
    parts, *others = (several(ask(answer, *args, generator), n) for _ in range(6))
    expect(
        any(_differ(parts, other) for other in others),
        "a generator that goes on gives the same parts in each call",
        "Draw with the generator itself. A seed that is read from it or set in it starts the same numbers again.",
    )


def _complete(parts, n):
    together = torch.cat(list(parts)).sort().values
    expect(
        torch.equal(together, torch.arange(n)),
        "not every index is in just one of the parts",
        "Add up the lengths of your parts. Are these places in the whole data, or within a class or group?",
    )


def _patients(sizes, seed):
    """So many pictures of each patient, in random order; the patients' numbers have gaps, and some are negative."""
    groups = (2 * torch.arange(len(sizes)) ** 2 - 29).repeat_interleave(torch.tensor(sizes))
    return groups[torch.randperm(len(groups), generator=torch.Generator().manual_seed(seed))]


@Exercise.that(needs=["sklearn.model_selection"])
def group_split(answer):
    """Two parts with whole groups, a share of them held back."""
    cases = [(20, 0.25), (11, 0.25), (11, 0.3), (10, 0.25), (14, 0.25), (7, 0.7), (7, 0.7)]  # 2.75, 3.3, 2.5, 3.5 …
    for seed, (n_groups, share) in enumerate(cases):
        groups = _patients([i % 4 + 1 for i in range(n_groups)], seed)
        train, held = _repeats(answer, ("train", "held"), groups, share)
        both = set(groups[train].tolist()) & set(groups[held].tolist())
        expect(
            not both, f"{len(both)} of {n_groups} patients are on both sides", "Who is drawn: a patient, or a picture?"
        )
        found, asked = len(groups[held].unique()), round(share * n_groups)
        expect(
            found == asked,
            f"{found} of {n_groups} patients are held back, asked are {asked}: round({share * n_groups:g})",
            "The share is one of patients, and is rounded as Python does it. And train comes first.",
        )
    sizes = [1, 2, 30, 1, 1, 2, 1, 1, 1, 2, 1, 1]
    groups = _patients(sizes, seed=1)
    parts = draws(answer, groups, 0.25)
    names = groups.unique()
    held = [torch.isin(names, groups[held]).nonzero().flatten() for _, held in parts]
    expect(
        {len(some) for some in held} == {3},
        f"asked are 3 of 12 patients, and with other seeds {min(map(len, held))} to {max(map(len, held))} are held back",
        "Can a patient be drawn twice? torch.randperm has each number once.",
    )
    drawn_evenly(
        held,
        len(names),
        "the part that is held back",
        "Is each patient as likely as any other, however many pictures there are? And each pair of them?",
    )
    _goes_on(answer, 2, groups, 0.25)
    return "GroupShuffleSplit and GroupKFold of scikit-learn do this."


@Exercise
def spot_leaks(answer):
    """The leak of each of six programs, one digit each."""
    value = number(answer)
    digits = f"{value:.0f}" if value == int(value) and value >= 0 else ""
    expect(
        len(digits.zfill(6)) == 6 and digits,
        f"{value:g} is not a number of six digits",
        "A digit from 0 to 4 for each program, without anything between them.",
    )
    digits = [int(digit) for digit in digits.zfill(6)]
    expect(max(digits) <= 4, f"there is no leak number {max(digits)}", "A digit from 0 to 4 for each program.")
    hints = (
        "A loop that stops is a choice, too. By which data is it made?",
        "From which part do the two constants come? Compare with the rule: could it still run if the others came tomorrow?",
        "Where can the copies of a rare example be after the cut?",
        "Which rows does `relation` look at, and does it look at the targets?",
        "Which folds choose `C`, and which ones score? Follow one row of an outer fold.",
        "Whose words are in the list? Does the choice look at targets?",
    )
    wrong = [i for i in range(6) if digits[i] != LEAKS[i]]
    first = wrong[0] if wrong else 0
    expect(
        not wrong,
        f"{6 - len(wrong)} of 6 programs are judged right",
        f"Look at program {first + 1} again. {hints[first]}",
    )
    return "The question behind all six: could this step still run if the held-out data arrived tomorrow?"


@Exercise
def seeds_needed(answer):
    """How many seeds find a difference of 0.2 points, from five paired differences of a pilot."""
    n = number(answer)
    for low, high, what, hint in (
        (11.5, 12.2, "the number for the mean of the pilot", "Which difference do you want to find?"),
        (93, 97, "twice too many", "Are these not differences already? Both networks' luck is in them."),
        (37, 39, "too few by a fifth", "A deviation that is estimated from five values divides by four."),
        (22.5, 24.5, "what it takes to find it in every second experiment", "Where is the power?"),
        (19, 20.5, "right if the formula had no squares", "Deviation and difference are squared in it."),
        (9, 10.5, "the number for other squares", "Deviation and difference are squared in it, both."),
    ):
        expect(not low <= n <= high, f"{n:g} is {what}", hint)
    expect(
        47 <= n <= 48.1,
        f"it is not {n:g}",
        "Take the deviation from the five differences, and the difference from the task.",
    )
    return "And a deviation from five values is itself uncertain, by a third or so: plan for more."


@Exercise
def images_needed(answer):
    """How many images find a difference of 1 point between models that differ on 5 in 100 images."""
    n = number(answer)
    for low, high, what, hint in (
        (3815, 3900, "a little too few", "Where only B is right, A is not: the two cases exclude each other."),
        (1880, 1960, "what finds it in every second experiment", "Where is the power?"),
        (6500, 7100, "the number for two test sets, one for each model", "Here both see the same images."),
        (9500, 9700, "the number for one accuracy, in the worst case", "Here two models are compared."),
        (3.7, 5.1, "the formula with points in the place of shares", "One point is 0.01, and its square is small."),
        (37, 41, "the formula without the square of the difference", "The difference is squared in it."),
        (170, 200, "the formula with the deviation as it is", "The deviation is squared in it."),
        (2300, 2420, "too few", "Images on which only B is right belong to the deviation, too."),
    ):
        expect(not low <= n <= high, f"{n:g} is {what}", hint)
    expect(
        3905 <= n <= 4005,  # the rule with 7.84 and with 8; the square of the mean may be left out
        f"it is not {n:g}",
        "A difference of one image is 1, 0 or -1. How often each? What are their mean and the mean of their squares?",
    )
    return "So only the images on which they differ count: here one in twenty."


COLUMNS = 150


def hospitals(n_hospitals, strength, seed, patients=6, pictures=3):
    """Pictures (n, 150), sick or not, patient and hospital of each, from a generator.

    Six columns tell the sick in any hospital, by so much `strength`; the others tell hospitals and patients apart.
    """
    random = numpy.random.default_rng(seed)
    of_patient = numpy.concatenate(
        [random.permutation(patients) < k for k in random.integers(1, patients, n_hospitals)]
    ).astype(int)
    n = n_hospitals * patients * pictures
    order = random.permutation(n)
    patient, hospital = order // pictures, order // (patients * pictures)
    sick = of_patient[patient]
    side = sick[:, None] - 0.5
    places, habits = random.normal(size=(2, n_hospitals, COLUMNS))
    x = random.normal(size=(n, COLUMNS)) + 1.5 * places[hospital] + 1.6 * side * habits[hospital]
    x += random.normal(size=(n_hospitals * patients, COLUMNS))[patient]
    x[:, :6] += strength * side
    return x, sick, 7 * patient + 2, 3 * hospital + 1


def _fitted(x, sick):
    """The task's model, trained on all that is given."""
    from sklearn.feature_selection import SelectKBest
    from sklearn.neighbors import KNeighborsClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    return make_pipeline(StandardScaler(), SelectKBest(k=10), KNeighborsClassifier(3)).fit(x, sick)


def _rings(random, centres, sick):
    """Each of ten hospitals sees each centre once: nine on a ring around it, one at the centre, with the other class.

    So for most pictures the nearest neighbour is wrong, and two of three neighbours are right.
    """
    hospital = numpy.concatenate([random.permutation(10) for _ in centres])
    is_middle = numpy.tile(numpy.arange(10) == 0, len(centres))
    ring = random.normal(size=(len(hospital), 10))
    ring *= numpy.where(is_middle, 0, 1.5)[:, None] / numpy.linalg.norm(ring, axis=1, keepdims=True)
    x = random.normal(size=(len(hospital), COLUMNS))
    x[:, 20:30] = centres.repeat(10, 0) + ring
    return x, (sick.repeat(10) ^ is_middle).astype(int), 7 * random.permutation(len(x)) + 2, 3 * hospital + 1


def _same_model(answer):
    """Expect the accuracy of the task's model, on data where other models and other scores are far from it."""
    random = numpy.random.default_rng(0)
    sick = numpy.arange(64) % 4 == 0
    centres = 3 * random.normal(size=(64, 10))
    for k in (0, 1):
        centres[sick == k] += 1.5 * (k - 0.5) - centres[sick == k].mean(0)
    data = _rings(random, centres, sick)
    truth = _fitted(*data[:2]).score(*_rings(random, centres, sick)[:2])
    share = number(ask(answer, *data), "a share")
    expect(
        abs(share - truth) <= 0.08,
        f"where the model of the task sees {100 * truth:.0f} %, you promise {100 * share:.0f} %",
        "The model stays what it is: scale, the ten best columns, three neighbours. And asked is its accuracy.",
    )


@Exercise.that(needs=["sklearn.model_selection", "sklearn.feature_selection", "sklearn.neighbors", "sklearn.pipeline"])
def new_hospital(answer):
    """What the model will reach in a new hospital, on average within 12 points."""
    said, truth = [], []
    for strength in (0.0, 2.0):
        for seed, n_hospitals in enumerate((10, 12)):
            data = hospitals(n_hospitals, strength, 23000 + 100 * seed + int(strength))
            share = number(ask(answer, *data), "a share")
            expect(
                0 <= share <= 1,
                f"your estimate is {share:g}",
                "A share of right ones, from 0 to 1: neither in per cent nor a sum.",
            )
            said.append(share)
            truth.append(_fitted(*data[:2]).score(*hospitals(25, strength, 26040 + seed)[:2]))
    expect(len({round(share, 6) for share in said}) > 1, f"all data sets get one estimate, {said[0]:g}", KEEPS)
    for pair in (slice(0, 2), slice(2, 4)):  # of one strength
        promised, seen = (100 * sum(shares[pair]) / 2 for shares in (said, truth))
        gap, told = promised - seen, f"on average you promise {promised:.0f} %, and new hospitals see {seen:.0f} %"
        expect(
            gap <= 12,
            told,
            "Something of the held-out hospitals is still known. What is fitted before the folds? And what is new "
            "tomorrow: a picture, a patient, or more?",
        )
        expect(
            gap >= -12, told, "Too modest. Is the model trained on most of the hospitals, and is each score a share?"
        )
    _same_model(answer)
    return "Now the number is about a hospital that nobody has seen."
