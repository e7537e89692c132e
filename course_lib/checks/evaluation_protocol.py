"""Checks of *Evaluation protocol*: hold-out, folds, groups, and what may be published."""

import random

import numpy
import torch

from .core import Exercise, ask, close, expect, number, several, tensor
from .probes import KEEPS, drawn_evenly, draws

PERFECT = 100 * (1 - 0.05**0.01)  # the error rate, in per cent, that passes 100 images in 5 % of all cases
ONE_OF_TWENTY = 43.84  # the probability, in per cent, that the best of twenty guessers has 60 of 100 right
NAMES = torch.tensor([2, 5, 9, 4])  # what the classes are called: not 0, 1, 2


def _labels(counts, seed, names=NAMES):
    """So many examples of each class, in random order."""
    labels = names[: len(counts)].repeat_interleave(torch.tensor(counts))
    return labels[torch.randperm(len(labels), generator=torch.Generator().manual_seed(seed))]


def _counts(labels, names):
    return torch.stack([(labels == name).sum() for name in names])


def _listed(values):
    return ", ".join(map(str, values.tolist() if isinstance(values, torch.Tensor) else values))


def _other_dice(seed):
    """Throw the dice of the whole session, so that who relies on them is seen."""
    torch.manual_seed(seed)
    numpy.random.seed(seed)
    random.seed(seed)


def _held_out(answer, inputs, labels):
    """The places in the data of the examples in both parts, which must be rows of the data with their own labels."""
    n = len(labels)
    parts = several(
        ask(answer, inputs, labels), 4, "things", "Asked are the inputs of both parts, then the targets of both."
    )
    parts = [tensor(part) for part in parts]
    sizes = [len(part) if part.dim() else 0 for part in parts]
    expect(
        sizes[0] == sizes[2] and sizes[1] == sizes[3] and abs(sizes[1] - n / 5) < len(labels.unique()),
        f"of {n} examples your four parts hold {_listed(sizes)}",
        "Held back is a fifth. The order is: inputs of both parts, then targets of both.",
    )
    for part, whole in zip(parts, (inputs, inputs, labels, labels)):
        tensor(part, (len(part), *whole.shape[1:]), "Each example keeps its shape.", whole.dtype)
    places = []
    for x, y in zip(parts[:2], parts[2:]):
        place = x.reshape(len(x), -1)[:, 0].long()  # each example begins with its place in the data
        known = 0 <= place.min() and place.max() < n and torch.equal(inputs[place], x)
        expect(known, "a part holds inputs that are not in the data", "Cut the examples, and leave them as they are.")
        expect(
            torch.equal(labels[place], y),
            "inputs and targets no longer belong together",
            "Was one of them shuffled or sorted for itself?",
        )
        places.append(place)
    expect(
        torch.equal(torch.cat(places).sort().values, torch.arange(n)),
        "not every example is in just one of the parts",
        "What is not held back is trained on: all of it, and nothing twice.",
    )
    return places


@Exercise
def hold_out(answer):
    """A split that repeats, with a fifth of each class held back."""
    ranks, first = [], None
    sizes = [(60, 35, 5), (85, 10, 5), (150, 100, 90), (30, 30), (17, 8, 24, 9), (64, 39)]
    sizes += [(41 + 3 * i, 38 - i, 11 + 3 * i) for i in range(14)]  # multiples of 5, the classes' sizes are none
    for seed, counts in enumerate(sizes):
        labels, n = _labels(counts, seed), sum(counts)
        inputs = (
            torch.arange(n).reshape(n, *[(1,), (1, 1, 1), ()][seed % 3]).to([torch.float32, torch.float64][seed % 2])
        )
        if inputs.dim() == 2:
            inputs = torch.cat([inputs, labels[:, None]], dim=1)
        _other_dice(seed)
        places = _held_out(answer, inputs, labels)
        if seed < 3:
            _other_dice(seed + 100)
            again = _held_out(answer, inputs, labels)
            expect(
                all(map(torch.equal, places, again)),
                "two calls with the same data hold back different examples",
                "Whose dice does the shuffle throw? One option gives it its own.",
            )
        first = first or (inputs, labels, places)
        train, held = places
        found, names = _counts(labels[held], NAMES[: len(counts)]), NAMES[: len(counts)]
        expect(
            (found - torch.tensor(counts) / 5).abs().max()
            < (1 if n % 5 == 0 else 2),  # a rest is scikit-learn's choice
            f"of {_listed(counts)} examples in each class you hold back {_listed(found)}",
            "Each class should give a fifth. Does the split know the classes?",
        )
        for name, count in zip(names, counts):
            rank = (labels == name).cumsum(0)[held[labels[held] == name]].sort().values - 1
            gaps = rank.diff().unique()
            expect(
                len(rank) < 5 or len(gaps) > 1,
                f"of {count} examples of a class you hold back those at the places {_listed(rank[:3])} and so on",
                "Data often come in some order. Let chance decide which ones are held back.",
            )
            ranks.append((rank + 0.5) / count)
        for part in places:
            share = _counts(labels[part], names) / len(part)
            by_chance = len(part) * (1 - share.square().sum())  # how often neighbours have different classes then
            expect(
                by_chance < 20 or (labels[part].diff() != 0).sum() >= 8,
                "a part comes class by class, the data came mixed",
                "Shuffle once more after the classes have been cut one by one.",
            )
    where = torch.cat(ranks).histc(5, 0, 1) / sum(map(len, ranks))
    expect(
        where.min() > 0.04,  # one seed draws alike from data of similar sizes, so nothing narrower
        "examples from some places in the data are hardly ever held back",
        "Does the shuffle reach all examples of a class?",
    )
    again = _held_out(answer, *first[:2])
    expect(
        all(map(torch.equal, first[2], again)),
        "the same data are cut in another way when others were cut in between",
        KEEPS,
    )


@Exercise
def no_mistakes(answer):
    """The error rate, in per cent, that passes 100 images without a mistake in 5 % of all cases."""
    rate = number(answer)
    expect(
        0 < rate < 100,
        f"your detector has an error rate of {rate:g} %",
        "It makes errors, and not only errors: asked is the rate that makes none on 100 images in one case of twenty.",
    )
    expect(abs(rate - PERFECT / 100) > 0.002, f"{rate:g} looks like a fraction", "Asked is a number in per cent.")
    yours = f"with {rate:g} % a hundred images come out right in {100 * (1 - rate / 100) ** 100:.4g} % of all tests"
    for value, hint in (
        (1, "At one in a hundred one mistake is expected. None is still common."),
        (5, "The 5 % are the probability of the lucky test, not the error rate."),
        (97, "Is that the accuracy? Asked is the rate of errors."),
        (3.66, "Wilson's interval and Clopper's leave 2.5 % beyond each end. Here all 5 % lie beyond one."),
        (0.05, "That is the rate that passes in 95 % of all cases. Asked are 5 %."),
    ):
        expect(abs(rate - value) > 0.06, yours, hint)
    expect(
        abs(rate - 3) > 0.006,
        yours,
        "A good guess, and the rule of thumb. The check wants it a little closer: write the probability of the lucky "
        "test as a formula, and solve it.",
    )
    expect(
        abs(rate - PERFECT) <= 0.04,
        yours,
        "One case in twenty is asked. All hundred must be right, one after the other.",
    )
    return "After n images without a mistake the error rate may still be about 3/n: the rule of three."


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


def _dealt_at_random(answer, labels, k, seeds=150):
    """Expect examples of a class to come equally often into each fold, and any two of them equally often together."""
    n = len(labels)
    where = torch.full((seeds, n), -1)
    for row, folds in zip(where, draws(answer, labels, k, seeds=seeds)):
        for i, fold in enumerate(folds):
            row[fold] = i
    together = (where[:, :, None] == where[:, None, :]).double().mean(0)
    alone = torch.nn.functional.one_hot(where, k).double().mean(0)
    for a in labels.unique():
        of_a = (labels == a).nonzero().flatten()
        _even(alone[of_a], alone[of_a].mean(0), seeds, "some examples come into one fold more often than into others")
        for b in labels.unique():
            of_b = (labels == b).nonzero().flatten()
            pairs = together[of_a][:, of_b][of_a[:, None] != of_b]
            _even(pairs, pairs.mean(), seeds, "some examples share a fold more often than others")


def _even(found, share, n, message):
    spread = (share * (1 - share) / n).sqrt()
    expect(
        ((found - share).abs() <= 5.5 * spread + 1e-9).all(),
        message,
        "Who shares a fold with whom is drawn anew for each seed, in each class.",
    )


@Exercise.that(needs=["sklearn.model_selection"])
def stratified_folds(answer):
    """Folds that hold each class within one example of its share."""
    cases = [
        (5, _labels((37, 12, 3), seed=5)),
        (5, _labels((3, 37, 12), seed=5)),
        (3, _labels((10, 10, 20), seed=3)),
        (2, _labels((9, 7), seed=1)),
    ]
    cases += [(4, torch.tensor([9] * 11 + [2] * 6 + [5])), (5, _labels((23,), seed=0)), (3, _labels((1, 1, 4, 31), 2))]
    for k, labels in cases:
        names = labels.unique()
        counts = _counts(labels, names)
        for fold in _repeats(answer, [f"fold {i}" for i in range(1, k + 1)], labels, k):
            found = _counts(labels[fold], names)
            expect(
                (found - counts / k).abs().max() < 1,
                f"of {_listed(counts)} examples one of {k} folds holds {_listed(found)}",
                "Each class for itself is dealt to the folds, as evenly as it goes.",
            )
    _dealt_at_random(answer, _labels((9, 9, 5), seed=6), 3)
    _goes_on(answer, 3, _labels((9, 9, 5), seed=6), 3)
    return "StratifiedKFold(n_splits=k, shuffle=True) of scikit-learn does this."


def _patients(sizes, seed):
    """So many pictures of each patient, in random order; the patients' numbers have gaps."""
    groups = (2 * torch.arange(len(sizes)) ** 2 + 3).repeat_interleave(torch.tensor(sizes))
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


class _Named:
    """A model, or a part of the data, that is only itself."""

    def __init__(self, name):
        self.name = name

    def __repr__(self):
        return self.name


def _paper(answer, val_scores, test_scores):
    """The answer's model and number, checked against these scores."""
    models = [_Named(f"model {i}") for i in range(1, len(val_scores) + 1)]
    val, test = _Named("val"), _Named("test")
    table = {val: dict(zip(models, val_scores)), test: dict(zip(models, test_scores))}
    opened = []

    def score(model, part):
        if not any(part is known for known in table):
            raise TypeError(f"score takes a model and a part, val or test; this is no part: {part!r}")
        if not any(model is known for known in models):
            raise TypeError(f"score takes one of the models, and this is none: {model!r}")
        if part is test:
            opened.append(model)
        return table[part][model]

    model, published = several(ask(answer, models, val, test, score), 2, "things", "Return the model, then its score.")
    expect(
        any(model is known for known in models),
        f"expected one of the models, got {model!r}",
        "Return the model itself, as it was given, then its score.",
    )
    expect(len(opened) <= 1, f"the test part is opened {len(opened)} times", "Which part is there for choosing?")
    published = number(published)
    best = max(val_scores)
    expect(
        table[val][model] == best,
        f"another model than the one you return is best on the validation part, of {len(models)}",
        "Which score is the choice made by, and is the largest of all taken?",
    )
    expect(
        not close(published, best),
        "the number to publish is the score by which the model was chosen",
        "It is the best of several, so a part of it is luck. Which part has not been used?",
    )
    expect(
        opened == [model],
        "the test part is not opened for the model that you return",
        "The number to publish is made from data that had no say in the choice.",
    )
    expect(
        close(published, table[test][model]),
        f"you publish {published:g}, and the test part says something else",
        "The number is one score of one model, as it is.",
    )


@Exercise
def report(answer):
    """The model that is best on the validation part, and its score on the test part, which is opened once."""
    _paper(answer, (0.9113, 0.9521, 0.9308, 0.9414), (0.9207, 0.9316, 0.9622, 0.9109))
    _paper(answer, (0.31, 0.28, 0.12), (0.2, 0.34, 0.36))
    _paper(answer, (0.31, 0.28, 0.62), (0.72, 0.84, 0.36))
    _paper(answer, (0.5,), (0.25,))
    _paper(answer, (0.71, 0.84, 0.84, 0.2), (0.8, 0.731, 0.642, 0.1))  # two are best
    generator = torch.Generator().manual_seed(6)
    for n in (10, 6):
        _paper(answer, *torch.rand(2, n, generator=generator, dtype=torch.float64).tolist())


@Exercise
def best_guesser(answer):
    """The probability, in per cent, that at least one of twenty guessers has 60 of 100 right."""
    percent = number(answer)
    expect(
        abs(percent - ONE_OF_TWENTY / 100) > 0.015,
        f"{percent:g} looks like a fraction",
        "Asked is a number in per cent.",
    )
    for value, what, hint in (
        (2.8, "what one guesser has", "There are twenty of them."),
        (57, "twenty times what one has", "That counts it twice when two pass. And with forty?"),
        (30, "right if 61 are needed", "60 right answers pass too."),
        (56.2, "the probability that all fail", "Asked is the opposite."),
    ):
        expect(abs(percent - value) > 0.4, f"{percent:g} % is {what}", hint)
    expect(
        abs(percent - 45) > 0.155,  # what lies within 1 of the right answer is right
        f"{percent:g} % is near, as a guess",
        "The check wants it a little closer: compute how likely it is that one of them fails, then all twenty.",
    )
    expect(
        abs(percent - ONE_OF_TWENTY) <= 1,
        f"it is not {percent:g} %",
        "How likely is it that one fails? That all twenty fail? And what is left?",
    )
    return "So the best of twenty settings on 100 test images proves little."
