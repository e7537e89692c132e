"""Checks of *Evaluation protocol*: hold-out, folds, groups, and what may be published."""

import torch

from .core import NO_RETURN, Exercise, call, close, expect, number, tensor

PERFECT = 100 * (1 - 0.05**0.01)  # the error rate, in per cent, that passes 100 images in 5 % of all cases
ONE_OF_TWENTY = 43.84  # the probability, in per cent, that the best of twenty guessers has 60 of 100 right


def _several(value, n):
    """`value`, if it is this many things."""
    expect(value is not None, f"expected {n} things, got None", NO_RETURN)
    found = len(value) if isinstance(value, (tuple, list)) else type(value).__name__
    expect(
        found == n, f"expected {n} things, got {found}", "What does the task ask to be returned, and how many of them?"
    )
    return value


def _labels(counts, seed):
    """So many examples of each class, in random order."""
    labels = torch.arange(len(counts)).repeat_interleave(torch.tensor(counts))
    return labels[torch.randperm(len(labels), generator=torch.Generator().manual_seed(seed))]


@Exercise
def hold_out(answer):
    """A split that repeats, with a fifth of each class held back."""
    for seed, counts in enumerate([(60, 35, 5), (85, 10, 5), (120, 70, 10)]):
        labels, n = _labels(counts, seed), sum(counts)
        inputs = torch.stack([torch.arange(n), labels], dim=1).float()  # each row knows its place and its class
        parts, again = (_several(call(answer, inputs, labels), 4) for _ in range(2))
        sizes = [len(part) for part in parts]
        expect(
            sizes == [n - n // 5, n // 5] * 2,
            f"of {n} examples your four parts hold {', '.join(map(str, sizes))}",
            "Held back is a fifth. The order is: inputs of both parts, then targets of both.",
        )
        held_x, held_y = parts[1], parts[3]
        expect(
            torch.equal(held_x[:, 1], held_y.float()),
            "inputs and targets no longer belong together",
            "Was one of them shuffled or sorted for itself?",
        )
        expect(
            torch.equal(again[1], held_x),
            "two calls with the same data hold back different examples",
            "Whose dice does the shuffle throw? One option gives it its own.",
        )
        found = held_y.bincount(minlength=3)
        expect(
            (found - torch.tensor(counts) / 5).abs().max() < 1,
            f"of {', '.join(map(str, counts))} examples you hold back {', '.join(map(str, found.tolist()))}",
            "Each class should give a fifth. Does the split know the classes?",
        )
        rank = (labels == 0).cumsum(0)[held_x[held_y == 0, 0].long()]
        expect(
            rank.max() - rank.min() >= len(rank),
            "the held-out examples of a class lie side by side in the data",
            "Data often come in some order. Cut at random.",
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
    yours = f"with {rate:g} % a hundred images come out right in {100 * (1 - rate / 100) ** 100:.3g} % of all tests"
    for value, hint in (
        (1, "At one in a hundred one mistake is expected. None is still common."),
        (5, "The 5 % are the probability of the lucky test, not the error rate."),
        (97, "Is that the accuracy? Asked is the rate of errors."),
        (3.7, "Wilson's interval leaves 2.5 % beyond each end. Here all 5 % lie beyond one."),
    ):
        expect(abs(rate - value) > 0.06, yours, hint)
    expect(
        abs(rate - PERFECT) <= 0.1,
        yours,
        "One case in twenty is asked. All hundred must be right, one after the other.",
    )
    return "After n images without a mistake the error rate may still be about 3/n: the rule of three."


def _trainer(given, asked):
    """A `train` for the learner: nearest neighbours, which note what they were given and what they were asked."""

    def train(x, y):
        questions = []
        given.append(x)
        asked.append(questions)

        def model(inputs):
            questions.append(inputs)
            return y[torch.cdist(inputs, x).argmin(1)]

        return model

    return train


def _points(n_each, seed):
    """Points near three corners, (3 * n_each, 2), sorted by class, and their classes."""
    labels = torch.arange(3).repeat_interleave(n_each)
    corners = torch.tensor([[0.0, 0.0], [10.0, 0.0], [0.0, 10.0]])
    return corners[labels] + torch.rand(len(labels), 2, generator=torch.Generator().manual_seed(seed)), labels


def _as_set(points):
    return set(map(tuple, points.tolist()))


@Exercise
def cross_validation(answer):
    """Five honest scores on sorted data, and the classes of a test set that stays what it is."""
    (x, y), (test_x, test_y) = _points(80, seed=0), _points(7, seed=1)
    given, asked, again = [], [], []
    scores, classes = _several(call(answer, x, y, test_x, _trainer(given, asked)), 2)
    call(answer, x, y, test_x, _trainer(again, []))
    tensor(scores, (5,), "One score for each of the five folds.")
    expect(
        len(given) == 6 and all(asked[:5]),
        f"your function trains {len(given)} models, and asks {sum(map(bool, asked))}",
        "One is trained and scored in each fold, and one is trained on all the data.",
    )
    held = [questions[0] for questions in asked[:5]]
    expect(
        not any(_as_set(a) & _as_set(b) for a, b in zip(given, held)),
        "a fold is scored on points its model has seen",
        "Which rows are held back, and which ones are trained on?",
    )
    kinds = [len(_as_set(part > 5)) for part in held]
    expect(
        min(kinds) == 3,
        f"your folds hold points of {', '.join(map(str, kinds))} classes, and there are three",
        "The data come sorted by class. In which order does the splitter cut them?",
    )
    expect(
        min(scores) > 0.9,
        f"the scores are {', '.join(f'{score:.2f}' for score in scores)} on a task that is easy",
        "Do the inputs and the targets of a fold belong together?",
    )
    expect(
        len(given[5]) == len(x),
        f"the last model is trained on {len(given[5])} of {len(x)} points",
        "The model for the challenge may use all the data.",
    )
    expect(
        len(classes) == len(test_x),
        f"test_x holds {len(test_x)} points, and you return {len(classes)} classes",
        "Something in the loop has the name test_x too.",
    )
    expect(
        asked[5] and torch.equal(classes, test_y),
        "the last model is not asked about test_x",
        "Which model gives the classes that you return?",
    )
    expect(
        torch.equal(given[0], again[0]),
        "the folds are others in each call",
        "A shuffle throws dice. Fix them, or no two models get the same exam.",
    )


def _repeats(answer, names, *args):
    """The parts of two calls, checked to be indices that depend on the generator and on nothing else that is random."""
    before = torch.get_rng_state()
    parts, same, *others = (
        _several(call(answer, *args, torch.Generator().manual_seed(seed)), len(names)) for seed in (0, 0, 1, 2, 3, 4)
    )
    for name, part, again in zip(names, parts, same):
        expect(
            getattr(part, "dtype", None) == torch.int64 and part.dim() == 1,
            f"{name} is no tensor of indices",
            "Indices are whole numbers (int64) in one axis. A mask or a list is something else.",
        )
        expect(
            torch.equal(part, again), f"the same seed in the generator gives another {name}", "Whose dice do you throw?"
        )
    expect(
        any(not torch.equal(parts[0], other[0]) for other in others),
        "all seeds give the same parts",
        "Does your code shuffle, and with the given generator?",
    )
    expect(
        torch.equal(before, torch.get_rng_state()),
        "your function changes torch's global random numbers",
        "torch.randperm can be told which generator to use.",
    )
    together = torch.cat(list(parts)).sort().values
    expect(
        torch.equal(together, torch.arange(len(args[0]))),
        "not every index is in just one of the parts",
        "Add up the lengths of your parts. Are these places in the whole data, or within a class or group?",
    )
    return parts


@Exercise
def stratified_folds(answer):
    """Folds that hold each class within one example of its share."""
    for k, counts in ((5, (37, 12, 3)), (3, (10, 10, 20))):
        labels = _labels(counts, seed=k)
        for fold in _repeats(answer, [f"fold {i}" for i in range(1, k + 1)], labels, k):
            found = labels[fold].bincount(minlength=3)
            expect(
                (found - torch.tensor(counts) / k).abs().max() < 1,
                f"of {', '.join(map(str, counts))} examples one of {k} folds holds {', '.join(map(str, found.tolist()))}",
                "Each class for itself is dealt to the folds, as evenly as it goes.",
            )
    return "StratifiedKFold(n_splits=k, shuffle=True) of scikit-learn does this."


@Exercise
def group_split(answer):
    """Two parts with whole groups, a share of them held back."""
    for n_groups, share in ((20, 0.25), (11, 0.25)):  # a quarter of 11 rounds up
        sizes = torch.arange(n_groups) % 4 + 1
        groups = (2 * torch.arange(n_groups) + 3).repeat_interleave(sizes)
        groups = groups[torch.randperm(len(groups), generator=torch.Generator().manual_seed(n_groups))]
        train, held = _repeats(answer, ("train", "held"), groups, share)
        both = set(groups[train].tolist()) & set(groups[held].tolist())
        expect(
            not both, f"{len(both)} of {n_groups} patients are on both sides", "Who is drawn: a patient, or a picture?"
        )
        found, asked = len(groups[held].unique()), round(share * n_groups)
        expect(
            found == asked,
            f"{found} of {n_groups} patients are held back, asked are {asked}",
            "The share is one of patients. And train comes first.",
        )
    return "GroupShuffleSplit and GroupKFold of scikit-learn do this."


@Exercise
def report(answer):
    """The model that is best on the validation part, and its score on the test part, which is opened once."""
    models = ["30, 30", "64, 30", "128, 64", "200, 100"]
    val, test = dict(zip(models, (0.91, 0.95, 0.93, 0.94))), dict(zip(models, (0.92, 0.93, 0.96, 0.91)))
    opened = []

    def score(model, part):
        opened.append(part is test)
        return part[model]

    model, published = _several(call(answer, models, val, test, score), 2)
    expect(model in models, f"expected one of the models, got {model!r}", "Return the model itself, then its score.")
    expect(sum(opened) <= 1, f"the test part is opened {sum(opened)} times", "Which part is there for choosing?")
    expect(
        model == models[1],
        "another model than the one you return is best on the validation part",
        "Which score is the choice made by, and is the largest one taken?",
    )
    expect(
        number(published) != val[model],
        "the number to publish is the score by which the model was chosen",
        "It is the best of several, so a part of it is luck. Which part has not been used?",
    )
    expect(
        close(published, test[model]),
        f"you publish {published:g}, and the test part says something else",
        "The number is one score of one model.",
    )


@Exercise
def best_guesser(answer):
    """The probability, in per cent, that at least one of twenty guessers has 60 of 100 right."""
    percent = number(answer)
    expect(
        abs(percent - ONE_OF_TWENTY / 100) > 0.01,
        f"{percent:g} looks like a fraction",
        "Asked is a number in per cent.",
    )
    for value, what, hint in (
        (2.8, "what one guesser has", "There are twenty of them."),
        (57, "twenty times what one has", "That counts it twice when two pass. And with forty?"),
        (30, "right if 61 are needed", "60 right answers pass too."),
        (56.1, "the probability that all fail", "Asked is the opposite."),
    ):
        expect(abs(percent - value) > 0.4, f"{percent:g} % is {what}", hint)
    expect(
        abs(percent - ONE_OF_TWENTY) <= 2,
        f"it is not {percent:g} %",
        "How likely is it that one fails? That all twenty fail? And what is left?",
    )
    return "So the best of twenty settings on 100 test images proves little."
