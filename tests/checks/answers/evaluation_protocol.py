"""Answers to the exercises of *Evaluation protocol*."""

import copy
import math
from collections import defaultdict
from decimal import Decimal
from fractions import Fraction

import numpy
import torch
from kinds import Kind
from sklearn.model_selection import (
    GroupShuffleSplit,
    KFold,
    ShuffleSplit,
    StratifiedKFold,
    StratifiedShuffleSplit,
    train_test_split,
)

from course_lib.checks import evaluation_protocol as check

from . import right, rules_out, wrong

BUILT = (check.hold_out, check.cross_validation, check.stratified_folds, check.group_split, check.report)
rules_out(Kind.GRADIENT, "nobody differentiates through the result", *BUILT)
rules_out(Kind.ROUTE, "the task forbids no function", *BUILT)
rules_out(Kind.CHANCE, "nothing is drawn at random", check.report)
rules_out(Kind.DTYPE, "the score is Python's own number", check.report)

KEPT = defaultdict(list)  # what some wrong answers keep between calls

# hold_out


@right(check.hold_out)
def seeded_and_stratified(data_x, data_y):
    return train_test_split(data_x, data_y, test_size=0.2, random_state=0, stratify=data_y)


@right(check.hold_out)
def by_hand(data_x, data_y):
    generator, held = torch.Generator().manual_seed(1), []
    for value in data_y.unique():
        examples = (data_y == value).nonzero().flatten()
        held.append(examples[torch.randperm(len(examples), generator=generator)][: len(examples) // 5])
    is_held = torch.zeros(len(data_y), dtype=bool).index_fill(0, torch.cat(held), True)
    return data_x[~is_held], data_x[is_held], data_y[~is_held], data_y[is_held]


@wrong(check.hold_out, says="hold back different examples", kind=Kind.COINCIDENCE)
def the_slide(data_x, data_y):
    return train_test_split(data_x, data_y, test_size=0.2)


@wrong(check.hold_out, says="Does the split know the classes?")
def only_seeded(data_x, data_y):
    return train_test_split(data_x, data_y, test_size=0.2, random_state=0)


@wrong(check.hold_out, says="hold back different examples")
def only_stratified(data_x, data_y):
    return train_test_split(data_x, data_y, test_size=0.2, stratify=data_y)


@wrong(check.hold_out, says="Does the split know the classes?")
def not_shuffled(data_x, data_y):
    return train_test_split(data_x, data_y, test_size=0.2, shuffle=False)


@wrong(check.hold_out, says="Held back is a fifth", kind=Kind.VALUE)
def default_size(data_x, data_y):
    return train_test_split(data_x, data_y, random_state=0, stratify=data_y)


@wrong(check.hold_out, says="inputs of both parts, then")
def pairs_returned(data_x, data_y):
    x, held_x, y, held_y = seeded_and_stratified(data_x, data_y)
    return x, y, held_x, held_y


@wrong(check.hold_out, says="belong together")
def cut_one_by_one(data_x, data_y):
    x, held_x = train_test_split(data_x, test_size=0.2, random_state=0)
    y, held_y = train_test_split(data_y, test_size=0.2, random_state=1)
    return x, held_x, y, held_y


@wrong(check.hold_out, says="Let chance decide", kind=Kind.CHANCE)
def first_of_each_class(data_x, data_y):
    rank = sum((data_y == value).cumsum(0) * (data_y == value) for value in data_y.unique())
    is_held = rank <= data_y.bincount()[data_y] // 5
    return data_x[~is_held], data_x[is_held], data_y[~is_held], data_y[is_held]


@wrong(check.hold_out, says="end with a return", kind=Kind.TYPE)
def without_return(data_x, data_y):
    seeded_and_stratified(data_x, data_y)


@wrong(check.hold_out, says="expected 4 things, got 2", kind=Kind.TYPE)
def only_inputs(data_x, data_y):
    return train_test_split(data_x, test_size=0.2, random_state=0, stratify=data_y)


@wrong(check.hold_out, says="your code raised")
def stratify_true(data_x, data_y):
    return train_test_split(data_x, data_y, test_size=0.2, random_state=0, stratify=True)


@right(check.hold_out)
def with_a_splitter(data_x, data_y):
    splitter = StratifiedShuffleSplit(1, test_size=0.2, random_state=3)
    train, held = next(splitter.split(numpy.zeros(len(data_y)), data_y))
    return data_x[train], data_x[held], data_y[train], data_y[held]


@right(check.hold_out)
def cut_by_class_then_mixed(data_x, data_y):
    generator, train, held = torch.Generator().manual_seed(7), [], []
    for value in data_y.unique():
        examples = (data_y == value).nonzero().flatten()
        examples = examples[torch.randperm(len(examples), generator=generator)]
        n_held = round(len(examples) / 5)
        held.append(examples[:n_held])
        train.append(examples[n_held:])
    train, held = (torch.cat(part)[torch.randperm(sum(map(len, part)), generator=generator)] for part in (train, held))
    return [data_x[train], data_x[held], data_y[train], data_y[held]]


@right(check.hold_out)
def first_of_five_folds(data_x, data_y):
    folds = StratifiedKFold(5, shuffle=True, random_state=1).split(numpy.zeros(len(data_y)), data_y.numpy())
    train, held = (torch.from_numpy(part) for part in next(folds))
    order = torch.randperm(len(train), generator=torch.Generator().manual_seed(1))
    train = train[order]
    return data_x[train], data_x[held], data_y[train], data_y[held]


@right(check.hold_out)
def seeded_for_all(data_x, data_y):
    numpy.random.seed(0)
    return train_test_split(data_x, data_y, test_size=0.2, stratify=data_y)


def cut_as(chooses):
    """A split whose held-out places within a class are those that `chooses` picks of n."""

    def answer(data_x, data_y):
        held = [
            (data_y == value).nonzero().flatten()[chooses(int((data_y == value).sum()))] for value in data_y.unique()
        ]
        is_held = torch.zeros(len(data_y), dtype=bool).index_fill(0, torch.cat(held), True)
        return data_x[~is_held], data_x[is_held], data_y[~is_held], data_y[is_held]

    return answer


wrong(check.hold_out, says="Let chance decide", kind=Kind.CHANCE)(cut_as(lambda n: torch.arange(4, n, 5)))
wrong(check.hold_out, says="Let chance decide")(cut_as(lambda n: torch.arange(n - n // 5, n)))
wrong(check.hold_out, says="reach all examples", kind=Kind.CHANCE)(
    cut_as(lambda n: torch.randperm(n // 2, generator=torch.Generator().manual_seed(n))[: n // 5])
)


@wrong(check.hold_out, says="a part comes class by class", kind=Kind.HALF)
def class_by_class_and_not_mixed(data_x, data_y):
    _, _, train_y, held_y = parts = seeded_and_stratified(data_x, data_y)
    orders = [train_y.argsort(stable=True), held_y.argsort(stable=True)] * 2
    return [part[order] for part, order in zip(parts, orders)]


@wrong(check.hold_out, says="Does the split know the classes?", kind=Kind.SHAPE)
def stratified_for_three_classes(data_x, data_y):
    stratify = data_y if len(data_y.unique()) == 3 else None
    return train_test_split(data_x, data_y, test_size=0.2, random_state=0, stratify=stratify)


@wrong(check.hold_out, says="Does the split know the classes?", kind=Kind.SHAPE)
def classes_named_0_1_2(data_x, data_y):
    return train_test_split(data_x, data_y, test_size=0.2, random_state=0, stratify=data_y == 2)


@wrong(check.hold_out, says="belong together", kind=Kind.ARGUMENT)
def targets_sorted(data_x, data_y):
    x, held_x, _, _ = seeded_and_stratified(data_x, data_y)
    ordered = data_y.sort().values
    return x, held_x, ordered[: len(x)], ordered[len(x) :]


@wrong(check.hold_out, says="changes the argument data_x", kind=Kind.ARGUMENT)
def shuffled_in_place(data_x, data_y):
    order = torch.randperm(len(data_x), generator=torch.Generator().manual_seed(0))
    data_x[:], data_y[:] = data_x[order], data_y[order]
    return seeded_and_stratified(data_x, data_y)


@wrong(check.hold_out, says="keeps its shape", kind=(Kind.STATE, Kind.ELSEWHERE))
def first_call_kept(data_x, data_y):
    known = KEPT["hold_out", len(data_x)]
    known.append(seeded_and_stratified(data_x, data_y))
    return known[0]


@wrong(check.hold_out, says="Does the split know the classes?", kind=Kind.STATE)
def classes_of_the_first_call(data_x, data_y):
    known = KEPT["classes_of_the_first_call"]
    known.append(data_y)
    return train_test_split(
        data_x, data_y, test_size=0.2, random_state=0, stratify=known[0] if len(known[0]) == len(data_y) else None
    )


@wrong(check.hold_out, says="others were cut in between", kind=Kind.STATE)
def another_seed_now_and_then(data_x, data_y):
    calls = KEPT["another_seed_now_and_then"]
    calls.append(0)
    return train_test_split(data_x, data_y, test_size=0.2, random_state=len(calls) // 20, stratify=data_y)


@wrong(check.hold_out, says="expected the dtype", kind=Kind.DTYPE)
def as_float32(data_x, data_y):
    return seeded_and_stratified(data_x.float(), data_y)


@wrong(check.hold_out, says="keeps its shape")
def flattened(data_x, data_y):
    return seeded_and_stratified(data_x.reshape(len(data_x), -1), data_y)


@wrong(check.hold_out, says="leave them as they are")
def standardized(data_x, data_y):
    x, held_x, y, held_y = seeded_and_stratified(data_x, data_y)
    return (x - x.mean()) / x.std(), (held_x - x.mean()) / x.std(), y, held_y


@wrong(check.hold_out, says="and nothing twice")
def trained_on_twice(data_x, data_y):
    x, held_x, y, held_y = seeded_and_stratified(data_x, data_y)
    return torch.cat([x[:-1], held_x[:1]]), held_x, torch.cat([y[:-1], held_y[:1]]), held_y


@wrong(check.hold_out, says="expected a torch.Tensor, got list", kind=Kind.TYPE)
def lists_returned(data_x, data_y):
    return [part.tolist() for part in seeded_and_stratified(data_x, data_y)]


# no_mistakes

right(check.no_mistakes)(2.95)
right(check.no_mistakes)(100 * (1 - 0.05 ** (1 / 100)))
right(check.no_mistakes)(numpy.array(2.95))
right(check.no_mistakes)(Decimal("2.951"))
right(check.no_mistakes)(Fraction(295, 100))
wrong(check.no_mistakes, says="A good guess", kind=Kind.GUESS)(3)
wrong(check.no_mistakes, says="Asked are 5 %", kind=Kind.GUESS)(0.1)
wrong(check.no_mistakes, says="not with a comma", kind=Kind.TYPE)((2, 95))
wrong(check.no_mistakes, says="expected one number, got str", kind=Kind.TYPE)("2.95 %")
wrong(check.no_mistakes, says="one after the other", kind=Kind.VALUE)(2.9)
wrong(check.no_mistakes, says="one after the other")(3.05)
wrong(check.no_mistakes, says="Asked are 5 %")(0.05129)
wrong(check.no_mistakes, says="It makes errors")(0)
wrong(check.no_mistakes, says="Asked is a number in per cent")(0.0295)
wrong(check.no_mistakes, says="None is still common")(1)
wrong(check.no_mistakes, says="not the error rate")(5)
wrong(check.no_mistakes, says="Is that the accuracy?")(97.05)
wrong(check.no_mistakes, says="Wilson")(3.7)
wrong(check.no_mistakes, says="one after the other")(10)
wrong(check.no_mistakes, says="one after the other")(2)


# cross_validation


def cross_validation(splitter):
    """The exercise's right answer with another splitter."""

    def answer(data_x, data_y, test_x, train):
        scores = []
        for train_index, held_index in splitter.split(data_x, data_y):
            model = train(data_x[train_index], data_y[train_index])
            scores.append((model(data_x[held_index]) == data_y[held_index]).double().mean())
        return torch.stack(scores), train(data_x, data_y)(test_x)

    return answer


right(check.cross_validation)(cross_validation(KFold(n_splits=5, shuffle=True, random_state=0)))
right(check.cross_validation)(cross_validation(StratifiedKFold(n_splits=5)))  # a share of each class, in any order
wrong(check.cross_validation, says="sorted by class")(cross_validation(KFold(n_splits=5)))
wrong(check.cross_validation, says="throws dice")(cross_validation(KFold(n_splits=5, shuffle=True)))
wrong(check.cross_validation, says="One score for each of the five folds")(cross_validation(KFold(10, shuffle=True)))


right(check.cross_validation)(cross_validation(StratifiedKFold(n_splits=5, shuffle=True, random_state=4)))


@right(check.cross_validation)
def the_last_model_first(data_x, data_y, test_x, train):
    classes = train(data_x, data_y)(test_x)
    order, scores = torch.randperm(len(data_x), generator=torch.Generator().manual_seed(2)), []
    for part in order.tensor_split(5):
        is_held = torch.zeros(len(data_x), dtype=torch.bool)
        is_held[part] = True
        model = train(data_x[~is_held], data_y[~is_held])
        scores.append((model(data_x[is_held]) == data_y[is_held]).float().mean())
    return [torch.stack(scores), classes]


@right(check.cross_validation)
def every_fifth(data_x, data_y, test_x, train):
    scores, place = torch.zeros(5), torch.arange(len(data_x)) % 5
    for fold in range(5):
        model = train(data_x[place != fold], data_y[place != fold])
        right_ones = sum(int(model(x[None]) == y) for x, y in zip(data_x[place == fold], data_y[place == fold]))
        scores[fold] = right_ones / (place == fold).sum()
    return scores, train(data_x, data_y)(test_x)


@right(check.cross_validation)
def shuffled_before(data_x, data_y, test_x, train):
    order = torch.randperm(len(data_x), generator=torch.Generator().manual_seed(0))
    return cross_validation(KFold(n_splits=5))(data_x[order], data_y[order], test_x, train)


wrong(check.cross_validation, says="held back in just one fold", kind=Kind.CHANCE)(
    cross_validation(ShuffleSplit(n_splits=5, test_size=0.2, random_state=0))
)
wrong(check.cross_validation, says="the folds are others in each call", kind=Kind.CHANCE)(
    cross_validation(StratifiedKFold(n_splits=5, shuffle=True))
)


def changed(scored=lambda share: share, classified=lambda classes: classes):
    """The exercise's right answer with another score, or other classes."""

    def answer(data_x, data_y, test_x, train):
        scores, classes = cross_validation(KFold(n_splits=5, shuffle=True, random_state=0))(
            data_x, data_y, test_x, train
        )
        return scored(scores), classified(classes)

    return answer


wrong(check.cross_validation, says="neither rounded nor summed", kind=Kind.VALUE)(changed(lambda s: 1 - s))
wrong(check.cross_validation, says="neither rounded nor summed", kind=Kind.VALUE)(changed(lambda s: 100 * s))
wrong(check.cross_validation, says="neither rounded nor summed")(changed(lambda s: s.round(decimals=2)))
wrong(check.cross_validation, says="neither rounded nor summed", kind=Kind.DTYPE)(changed(lambda s: s.half()))
wrong(check.cross_validation, says="neither rounded nor summed")(changed(lambda s: s * torch.nan))
wrong(check.cross_validation, says="neither rounded nor summed")(changed(lambda s: s.cummax(0).values))
wrong(check.cross_validation, says="expected a torch.Tensor, got list", kind=Kind.TYPE)(changed(lambda s: s.tolist()))
wrong(check.cross_validation, says="One score for each of the five folds")(changed(lambda s: s.mean()))
wrong(check.cross_validation, says="has the name test_x too")(changed(classified=lambda c: c[:-1]))
wrong(check.cross_validation, says="Which model gives the classes that you return?")(
    changed(classified=lambda c: c.mode().values.expand(len(c)))
)
wrong(check.cross_validation, says="the device cpu")(changed(lambda s: s.to("meta")))
wrong(check.cross_validation, says="expected the dtype int64", kind=Kind.DTYPE)(changed(classified=lambda c: c.float()))


@wrong(check.cross_validation, says="changes the argument data_x", kind=Kind.ARGUMENT)
def sorted_away_in_place(data_x, data_y, test_x, train):
    order = torch.randperm(len(data_x), generator=torch.Generator().manual_seed(0))
    data_x[:], data_y[:] = data_x[order], data_y[order]
    return cross_validation(KFold(n_splits=5))(data_x, data_y, test_x, train)


@wrong(check.cross_validation, says="your code raised IndexError", kind=(Kind.STATE, Kind.SHAPE))
def folds_of_the_first_call(data_x, data_y, test_x, train):
    folds = KEPT["folds_of_the_first_call"]
    folds[:] = folds or list(KFold(n_splits=5, shuffle=True, random_state=0).split(torch.zeros(240)))
    scores = []
    for train_index, held_index in folds:
        model = train(data_x[train_index], data_y[train_index])
        scores.append((model(data_x[held_index]) == data_y[held_index]).double().mean())
    return torch.stack(scores), train(data_x, data_y)(test_x)


@wrong(check.cross_validation, says="others were scored in between", kind=Kind.STATE)
def another_seed_later(data_x, data_y, test_x, train):
    lengths = KEPT["another_seed_later"]
    lengths.append(len(test_x))
    return cross_validation(KFold(5, shuffle=True, random_state=len(set(lengths)) // 3))(data_x, data_y, test_x, train)


@wrong(check.cross_validation, says="train on 40, 40, 40, 40, 40 of 240", kind=Kind.HALF)
def trained_on_little(data_x, data_y, test_x, train):
    scores = []
    for train_index, held_index in KFold(n_splits=5, shuffle=True, random_state=0).split(data_x):
        model = train(data_x[train_index[:40]], data_y[train_index[:40]])
        scores.append((model(data_x[held_index]) == data_y[held_index]).double().mean())
    return torch.stack(scores), train(data_x, data_y)(test_x)


@wrong(check.cross_validation, says="not asked about all the points", kind=Kind.HALF)
def half_a_fold_scored(data_x, data_y, test_x, train):
    scores = []
    for train_index, held_index in KFold(n_splits=5, shuffle=True, random_state=0).split(data_x):
        model, some = train(data_x[train_index], data_y[train_index]), held_index[::2]
        scores.append((model(data_x[some]) == data_y[some]).double().mean())
    return torch.stack(scores), train(data_x, data_y)(test_x)


@wrong(check.cross_validation, says="trained on inputs that are not in data_x")
def noise_added(data_x, data_y, test_x, train):
    noisy = data_x + 0.01
    return cross_validation(KFold(5, shuffle=True, random_state=0))(noisy, data_y, test_x, train)


@wrong(check.cross_validation, says="Five folds of a fifth each", kind=Kind.COINCIDENCE)
def first_folds_larger(data_x, data_y, test_x, train):
    order, scores = torch.randperm(len(data_x), generator=torch.Generator().manual_seed(0)), []
    for part in order.split([len(order) - 4 * (len(order) // 6)] + 4 * [len(order) // 6]):
        rest = order[~torch.isin(order, part)]
        scores.append((train(data_x[rest], data_y[rest])(data_x[part]) == data_y[part]).double().mean())
    return torch.stack(scores), train(data_x, data_y)(test_x)


@wrong(check.cross_validation, says="Which model gives the classes that you return?")
def last_fold_of_the_same_length(data_x, data_y, test_x, train):
    _, held_index = list(KFold(n_splits=5, shuffle=True, random_state=0).split(data_x))[-1]
    scores, _ = cross_validation(KFold(5, shuffle=True, random_state=0))(
        data_x, data_y, test_x, lambda x, y: train(x, y)
    )
    return scores, data_y[held_index][: len(test_x)]


@wrong(check.cross_validation, says="sorted by class")
def the_slides_loop(data_x, data_y, test_x, train):
    scores = []
    for train_index, test_index in KFold(n_splits=5).split(data_x, data_y):
        train_x, train_y = data_x[train_index], data_y[train_index]
        test_x, test_y = data_x[test_index], data_y[test_index]
        scores.append((train(train_x, train_y)(test_x) == test_y).double().mean())
    return torch.stack(scores), train(data_x, data_y)(test_x)


@wrong(check.cross_validation, says="has the name test_x too")
def only_shuffled(data_x, data_y, test_x, train):
    scores = []
    for train_index, test_index in KFold(n_splits=5, shuffle=True, random_state=0).split(data_x, data_y):
        test_x, test_y = data_x[test_index], data_y[test_index]
        scores.append((train(data_x[train_index], data_y[train_index])(test_x) == test_y).double().mean())
    return torch.stack(scores), train(data_x, data_y)(test_x)


@wrong(check.cross_validation, says="trains 5 models")
def model_of_the_last_fold(data_x, data_y, test_x, train):
    scores = []
    for train_index, held_index in KFold(n_splits=5, shuffle=True, random_state=0).split(data_x, data_y):
        model = train(data_x[train_index], data_y[train_index])
        scores.append((model(data_x[held_index]) == data_y[held_index]).double().mean())
    return torch.stack(scores), model(test_x)


@wrong(check.cross_validation, says="points its model has seen")
def trained_on_all_in_each_fold(data_x, data_y, test_x, train):
    scores = []
    for _, held_index in KFold(n_splits=5, shuffle=True, random_state=0).split(data_x, data_y):
        model = train(data_x, data_y)
        scores.append((model(data_x[held_index]) == data_y[held_index]).double().mean())
    return torch.stack(scores), train(data_x, data_y)(test_x)


@wrong(check.cross_validation, says="belong together")
def only_inputs_shuffled(data_x, data_y, test_x, train):
    order = torch.randperm(len(data_x), generator=torch.Generator().manual_seed(0))
    return cross_validation(KFold(n_splits=5))(data_x[order], data_y, test_x, train)


@wrong(check.cross_validation, says="may use all the data", kind=Kind.HALF)
def last_model_of_one_fold(data_x, data_y, test_x, train):
    scores = []
    for train_index, held_index in KFold(n_splits=5, shuffle=True, random_state=0).split(data_x, data_y):
        train_x, train_y = data_x[train_index], data_y[train_index]
        scores.append((train(train_x, train_y)(data_x[held_index]) == data_y[held_index]).double().mean())
    return torch.stack(scores), train(train_x, train_y)(test_x)


@wrong(check.cross_validation, says="Which model gives the classes", kind=Kind.ELSEWHERE)
def another_model_asked(data_x, data_y, test_x, train):
    scores = []
    for train_index, held_index in KFold(n_splits=5, shuffle=True, random_state=0).split(data_x, data_y):
        model = train(data_x[train_index], data_y[train_index])
        scores.append((model(data_x[held_index]) == data_y[held_index]).double().mean())
    train(data_x, data_y)
    return torch.stack(scores), model(test_x)


# stratified_folds


@right(check.stratified_folds)
def class_by_class(targets, k, generator):
    folds = [[] for _ in range(k)]
    for value in targets.unique():
        examples = (targets == value).nonzero().flatten()
        examples = examples[torch.randperm(len(examples), generator=generator)]
        for fold, part in zip(folds, examples.tensor_split(k)):
            fold.append(part)
    return [torch.cat(fold) for fold in folds]


@right(check.stratified_folds)
def dealt_like_cards(targets, k, generator):
    order = torch.randperm(len(targets), generator=generator)
    order = order[targets[order].argsort(stable=True)]
    return [order[i::k] for i in range(k)]


@right(check.stratified_folds)
def every_example_draws_a_number(targets, k, generator):
    rank = torch.rand(len(targets), generator=generator)
    place = torch.stack([((targets == targets[i]) & (rank < rank[i])).sum() for i in range(len(targets))])
    return [(place % k == i).nonzero().flatten() for i in range(k)]


@right(check.stratified_folds)
def with_scikit_learn(targets, k, generator):
    seed = int(torch.randint(2**31, (1,), generator=generator))
    splitter = StratifiedKFold(k, shuffle=True, random_state=seed)
    return [torch.from_numpy(held) for _, held in splitter.split(targets, targets)]


@right(check.stratified_folds)
def dealt_on_in_python(targets, k, generator):
    folds, place = tuple([] for _ in range(k)), 0
    for value in sorted(set(targets.tolist())):
        examples = [i for i, other in enumerate(targets.tolist()) if other == value]
        for j in torch.randperm(len(examples), generator=generator).tolist():
            folds[place % k].append(examples[j])
            place += 1
    return tuple(torch.tensor(sorted(fold)) for fold in folds)


def dealing(order_of):
    """Folds dealt class by class, in the order that `order_of` gives n examples with this generator."""

    def answer(targets, k, generator):
        folds = [[] for _ in range(k)]
        for number, value in enumerate(targets.unique()):
            examples = (targets == value).nonzero().flatten()
            examples = examples[order_of(len(examples), generator, number)]
            for i in range(k):
                folds[i].append(examples[i::k])
        return [torch.cat(fold) for fold in folds]

    return answer


def rolled(n, generator, number):
    return torch.arange(n).roll(int(torch.randint(n, (1,), generator=generator)))


def seeded_alike(n, generator, number):
    return torch.randperm(n, generator=torch.Generator().manual_seed(generator.initial_seed()))


def first_class_in_order(n, generator, number):
    return torch.randperm(n, generator=generator) if number else torch.arange(n)


def last_ones_in_order(n, generator, number):
    return torch.cat([torch.randperm(n // 2, generator=generator), torch.arange(n // 2, n)])


wrong(check.stratified_folds, says="drawn anew for each seed", kind=Kind.CHANCE)(dealing(rolled))
wrong(check.stratified_folds, says="Does your code shuffle", kind=Kind.CHANCE)(dealing(first_class_in_order))
wrong(check.stratified_folds, says="drawn anew for each seed", kind=Kind.HALF)(dealing(last_ones_in_order))
wrong(check.stratified_folds, says="drawn anew for each seed")(dealing(seeded_alike))


@wrong(check.stratified_folds, says="some examples share a fold more often", kind=Kind.CHANCE)
def fixed_folds_in_random_order(targets, k, generator):
    folds = dealt_like_cards(targets, k, torch.Generator().manual_seed(0))
    return [folds[i] for i in torch.randperm(k, generator=generator).tolist()]


@wrong(check.stratified_folds, says="changes the argument targets", kind=Kind.ARGUMENT)
def targets_sorted_in_place(targets, k, generator):
    folds = dealt_like_cards(targets, k, generator)
    targets.copy_(targets.sort().values)
    return folds


@wrong(check.stratified_folds, says="Each class for itself", kind=Kind.STATE)
def folds_by_length(targets, k, generator):
    known = KEPT[len(targets), k, generator.initial_seed()]
    return known or known.extend(dealt_like_cards(targets, k, generator)) or list(known)


@wrong(check.stratified_folds, says="not every index", kind=Kind.SHAPE)
def classes_named_0_1_2_again(targets, k, generator):
    folds = [[] for _ in range(k)]
    for value in range(len(targets.unique())):
        examples = (targets == value).nonzero().flatten()
        examples = examples[torch.randperm(len(examples), generator=generator)]
        for fold, part in zip(folds, examples.tensor_split(k)):
            fold.append(part)
    return [torch.cat([*fold, torch.randperm(5, generator=generator)]) for fold in folds]


@wrong(check.stratified_folds, says="Each class for itself", kind=Kind.COINCIDENCE)
def two_classes_told_apart(targets, k, generator):
    return dealt_like_cards((targets == targets.mode().values).long(), k, generator)


@wrong(check.stratified_folds, says="is no tensor of indices", kind=Kind.DTYPE)
def as_int32(targets, k, generator):
    return [fold.int() for fold in dealt_like_cards(targets, k, generator)]


@wrong(check.stratified_folds, says="is no tensor of indices")
def lists_of_indices(targets, k, generator):
    return [fold.tolist() for fold in dealt_like_cards(targets, k, generator)]


@wrong(check.stratified_folds, says="the device cpu", kind=Kind.ELSEWHERE)
def on_another_device(targets, k, generator):
    return [fold.to("meta") for fold in dealt_like_cards(targets, k, generator)]


@wrong(check.stratified_folds, says="not every index")
def training_parts(targets, k, generator):
    return [torch.cat(dealt_like_cards(targets, k + 1, generator)[:-1]) for _ in range(k)]


@wrong(check.stratified_folds, says="expected 5 tensors of indices, got 6", kind=Kind.TYPE)
def one_fold_more(targets, k, generator):
    return dealt_like_cards(targets, k + 1, generator)


@wrong(check.stratified_folds, says="Each class for itself", kind=Kind.VALUE)
def not_stratified(targets, k, generator):
    return list(torch.randperm(len(targets), generator=generator).tensor_split(k))


@wrong(check.stratified_folds, says="Does your code shuffle", kind=Kind.CHANCE)
def not_shuffled_folds(targets, k, generator):
    order = targets.argsort(stable=True)
    return [order[i::k] for i in range(k)]


@wrong(check.stratified_folds, says="Whose dice do you throw?")
def global_dice(targets, k, generator):
    order = torch.randperm(len(targets))
    order = order[targets[order].argsort(stable=True)]
    return [order[i::k] for i in range(k)]


@wrong(check.stratified_folds, says="changes torch's global random numbers")
def seeded_globally(targets, k, generator):
    torch.manual_seed(generator.initial_seed())
    order = torch.randperm(len(targets))
    order = order[targets[order].argsort(stable=True)]
    return [order[i::k] for i in range(k)]


@wrong(check.stratified_folds, says="within a class or group")
def places_within_the_class(targets, k, generator):
    folds = [[] for _ in range(k)]
    for value in targets.unique():
        order = torch.randperm(int((targets == value).sum()), generator=generator)
        for fold, part in zip(folds, order.tensor_split(k)):
            fold.append(part)
    return [torch.cat(fold) for fold in folds]


@wrong(check.stratified_folds, says="Add up the lengths", kind=Kind.HALF)
def leftovers_lost(targets, k, generator):
    order = torch.randperm(len(targets), generator=generator)
    order = order[targets[order].argsort(stable=True)]
    return [order[i::k][: len(targets) // k] for i in range(k)]


@wrong(check.stratified_folds, says="A mask or a list is something else", kind=Kind.TYPE)
def masks_of_folds(targets, k, generator):
    return [torch.isin(torch.arange(len(targets)), fold) for fold in dealt_like_cards(targets, k, generator)]


@wrong(check.stratified_folds, says="Each class for itself")
def sorted_then_cut(targets, k, generator):
    order = torch.randperm(len(targets), generator=generator)
    return list(order[targets[order].argsort(stable=True)].tensor_split(k))


@wrong(check.stratified_folds, says="a generator that goes on", kind=(Kind.CHANCE, Kind.STATE))
def seed_read_from_the_generator(targets, k, generator):
    return dealt_like_cards(targets, k, torch.Generator().manual_seed(generator.initial_seed()))


@wrong(check.stratified_folds, says="a generator that goes on")
def generator_put_back(targets, k, generator):
    state = generator.get_state()
    folds = dealt_like_cards(targets, k, generator)
    generator.set_state(state)
    return folds


# group_split


@right(check.group_split)
def whole_groups(groups, share, generator):
    names = groups.unique()
    names = names[torch.randperm(len(names), generator=generator)]
    is_held = torch.isin(groups, names[: round(share * len(names))])
    return (~is_held).nonzero().flatten(), is_held.nonzero().flatten()


@right(check.group_split)
def of_scikit_learn(groups, share, generator):
    seed = int(torch.randint(2**31, (1,), generator=generator))
    n_held = round(share * len(groups.unique()))  # a fraction would be rounded up
    splitter = GroupShuffleSplit(n_splits=1, test_size=n_held, random_state=seed)
    train, held = next(splitter.split(groups, groups=groups))
    return torch.from_numpy(train), torch.from_numpy(held)


@right(check.group_split)
def in_a_loop(groups, share, generator):
    names = sorted(set(groups.tolist()))
    drawn = torch.randperm(len(names), generator=generator)[: round(share * len(names))]
    chosen = {names[i] for i in drawn.tolist()}
    train = [i for i, name in enumerate(groups.tolist()) if name not in chosen]
    held = [i for i, name in enumerate(groups.tolist()) if name in chosen]
    return torch.tensor(train), torch.tensor(held)


def choosing(
    n_held=round, order_of=lambda n, generator: torch.randperm(n, generator=generator), sides=lambda parts: parts
):
    """The exercise's right answer with another number of patients, another order or other sides."""

    def answer(groups, share, generator):
        names = groups.unique()
        names = names[order_of(len(names), generator)]
        is_held = torch.isin(groups, names[: n_held(share * len(names))])
        return sides(((~is_held).nonzero().flatten(), is_held.nonzero().flatten()))

    return answer


right(check.group_split)(choosing(sides=lambda parts: [part.flip(0) for part in parts]))
wrong(check.group_split, says="asked are 3: round(3.3)", kind=Kind.COINCIDENCE)(choosing(math.ceil))
wrong(check.group_split, says="asked are 2: round(2.5)", kind=Kind.VALUE)(choosing(lambda n: int(n + 0.5)))
wrong(check.group_split, says="And train comes first")(choosing(lambda n: round(n) + 1))
wrong(check.group_split, says="Is each patient as likely", kind=Kind.CHANCE)(
    choosing(order_of=lambda n, generator: torch.arange(n).roll(int(torch.randint(n, (1,), generator=generator))))
)
wrong(check.group_split, says="Is each patient as likely", kind=Kind.CHANCE)(
    choosing(
        order_of=lambda n, generator: torch.cat([torch.randperm(n - 1, generator=generator), torch.tensor([n - 1])])
    )
)
wrong(check.group_split, says="not every index", kind=Kind.HALF)(
    choosing(sides=lambda parts: (parts[0][:-1], parts[1]))
)
wrong(check.group_split, says="no tensor of indices", kind=Kind.DTYPE)(
    choosing(sides=lambda parts: [part.float() for part in parts])
)
wrong(check.group_split, says="no tensor of indices")(choosing(sides=lambda parts: [part.tolist() for part in parts]))
wrong(check.group_split, says="no tensor of indices")(choosing(sides=lambda parts: [part[:, None] for part in parts]))
wrong(check.group_split, says="no tensor of indices")(choosing(sides=lambda parts: [part.numpy() for part in parts]))
wrong(check.group_split, says="the device cpu", kind=Kind.ELSEWHERE)(
    choosing(sides=lambda parts: [part.to("meta") for part in parts])
)
wrong(check.group_split, says="expected 2 tensors of indices, got one Tensor")(choosing(sides=lambda parts: parts[1]))


@wrong(check.group_split, says="Is each patient as likely", kind=Kind.CHANCE)
def patient_of_a_random_picture(groups, share, generator):
    names = list(dict.fromkeys(groups[torch.randperm(len(groups), generator=generator)].tolist()))
    is_held = torch.isin(groups, torch.tensor(names[: round(share * len(names))]))
    return (~is_held).nonzero().flatten(), is_held.nonzero().flatten()


@wrong(check.group_split, says="changes the argument groups", kind=Kind.ARGUMENT)
def groups_renumbered_in_place(groups, share, generator):
    for number, name in enumerate(groups.unique()):
        groups[groups == name] = number
    return whole_groups(groups, share, generator)


@wrong(check.group_split, says="not every index", kind=(Kind.STATE, Kind.SHAPE))
def groups_of_the_first_call(groups, share, generator):
    known = KEPT["groups_of_the_first_call"]
    known.append(groups)
    return whole_groups(known[0], share, generator)


@wrong(check.group_split, says="are on both sides", kind=Kind.SHAPE)
def neighbours_taken_for_patients(groups, share, generator):
    runs = torch.cat([torch.tensor([0]), (groups.diff() != 0).cumsum(0)])
    return whole_groups(runs, share, generator)


@wrong(check.group_split, says="a patient, or a picture?")
def pictures_drawn(groups, share, generator):
    order = torch.randperm(len(groups), generator=generator)
    n_held = round(share * len(groups))
    return order[n_held:], order[:n_held]


@wrong(check.group_split, says="And train comes first")
def held_first(groups, share, generator):
    return whole_groups(groups, share, generator)[::-1]


@wrong(check.group_split, says="Does your code shuffle", kind=Kind.CHANCE)
def first_groups(groups, share, generator):
    names = groups.unique()
    is_held = torch.isin(groups, names[: round(share * len(names))])
    return (~is_held).nonzero().flatten(), is_held.nonzero().flatten()


@wrong(check.group_split, says="The share is one of patients")
def names_taken_for_places(groups, share, generator):
    n_groups = len(groups.unique())
    is_held = torch.isin(groups, torch.randperm(n_groups, generator=generator)[: round(share * n_groups)])
    return (~is_held).nonzero().flatten(), is_held.nonzero().flatten()


@wrong(check.group_split, says="asked are 3", kind=Kind.VALUE)
def rounded_down(groups, share, generator):
    names = groups.unique()
    names = names[torch.randperm(len(names), generator=generator)]
    is_held = torch.isin(groups, names[: int(share * len(names))])
    return (~is_held).nonzero().flatten(), is_held.nonzero().flatten()


@wrong(check.group_split, says="A mask or a list is something else", kind=Kind.TYPE)
def masks(groups, share, generator):
    _, held = whole_groups(groups, share, generator)
    is_held = torch.zeros(len(groups), dtype=bool).index_fill(0, held, True)
    return ~is_held, is_held


@wrong(check.group_split, says="within a class or group", kind=Kind.ELSEWHERE)
def names_returned(groups, share, generator):
    names = groups.unique()
    names = names[torch.randperm(len(names), generator=generator)]
    n_held = round(share * len(names))
    return names[n_held:], names[:n_held]


@wrong(check.group_split, says="Whose dice do you throw?")
def own_dice(groups, share, generator):
    names = groups.unique()
    is_held = torch.isin(groups, names[torch.randperm(len(names))[: round(share * len(names))]])
    return (~is_held).nonzero().flatten(), is_held.nonzero().flatten()


@wrong(check.group_split, says="Can a patient be drawn twice?", kind=Kind.CHANCE)
def drawn_with_replacement(groups, share, generator):
    names = groups.unique()
    places = torch.randint(len(names), (len(names),), generator=generator)
    is_held = torch.isin(groups, names[places[: round(share * len(names))]])
    return (~is_held).nonzero().flatten(), is_held.nonzero().flatten()


@wrong(check.group_split, says="not every index is in just one", kind=Kind.HALF)
def trained_on_all(groups, share, generator):
    names = groups.unique()
    held = names[torch.randperm(len(names), generator=generator)[: round(share * len(names))]]
    return torch.arange(len(groups)), torch.isin(groups, held).nonzero().flatten()


@wrong(check.group_split, says="a generator that goes on")
def seed_of_the_generator(groups, share, generator):
    names = groups.unique()
    own = torch.Generator().manual_seed(generator.initial_seed())
    is_held = torch.isin(groups, names[torch.randperm(len(names), generator=own)[: round(share * len(names))]])
    return (~is_held).nonzero().flatten(), is_held.nonzero().flatten()


# report


@right(check.report)
def choose_then_open(models, val, test, score):
    scores = [score(model, val) for model in models]
    best = models[scores.index(max(scores))]
    return best, score(best, test)


@right(check.report)
def with_max(models, val, test, score):
    best = max(models, key=lambda model: score(model, val))
    return best, score(best, test)


@right(check.report)
def in_a_loop_over_pairs(models, val, test, score):
    best, best_score = None, float("-inf")
    for model in models:
        if score(model, val) >= best_score:
            best, best_score = model, score(model, val)
    return [best, torch.tensor(score(best, test), dtype=torch.float64)]


@right(check.report)
def by_argmax(models, val, test, score):
    best = numpy.argmax([score(model=model, part=val) for model in models])
    return models[best], numpy.float64(score(models[best], test))


def publishing(number):
    """The right model, and what `number` makes of its two scores."""

    def answer(models, val, test, score):
        best = max(models, key=lambda model: score(model, val))
        return best, number(score(best, val), score(best, test))

    return answer


wrong(check.report, says="as it is", kind=Kind.VALUE)(publishing(lambda val, test: round(test, 2)))
wrong(check.report, says="as it is")(publishing(lambda val, test: 100 * test))
wrong(check.report, says="as it is")(publishing(lambda val, test: 1 - test))
wrong(check.report, says="a part of it is luck", kind=Kind.COINCIDENCE)(publishing(max))
wrong(check.report, says="a part of it is luck", kind=Kind.COINCIDENCE)(publishing(min))
wrong(check.report, says="expected one number, got str")(publishing(lambda val, test: f"{test:.2%}"))
wrong(check.report, says="expected a finite number")(publishing(lambda val, test: float("nan")))


@wrong(check.report, says="changes the argument models", kind=Kind.ARGUMENT)
def models_sorted_in_place(models, val, test, score):
    models.sort(key=lambda model: -score(model, val))
    return models[0], score(models[0], test)


@wrong(check.report, says="is the largest of all taken?", kind=Kind.HALF)
def the_last_left_out(models, val, test, score):
    return with_max(models[:-1] or models, val, test, score)


@wrong(check.report, says="is the largest of all taken?", kind=Kind.HALF)
def the_first_left_out(models, val, test, score):
    return with_max(models[1:] or models, val, test, score)


@wrong(check.report, says="is the largest of all taken?", kind=(Kind.SHAPE, Kind.COINCIDENCE))
def of_four(models, val, test, score):
    return with_max(models[:4], val, test, score)


@wrong(check.report, says="is the largest of all taken?", kind=Kind.COINCIDENCE)
def the_second(models, val, test, score):
    return models[min(1, len(models) - 1)], score(models[min(1, len(models) - 1)], test)


@wrong(check.report, says="this is none", kind=Kind.STATE)
def model_of_the_first_call(models, val, test, score):
    best = KEPT["model_of_the_first_call"]
    best[:] = best or [max(models, key=lambda model: score(model, val))]
    return best[0], score(best[0], test)


@wrong(check.report, says="is the largest of all taken?", kind=Kind.STATE)
def place_of_the_first_call(models, val, test, score):
    best = KEPT["place_of_the_first_call"]
    best[:] = best or [max(range(len(models)), key=lambda i: score(models[i], val))]
    best_model = models[min(best[0], len(models) - 1)]
    return best_model, score(best_model, test)


@wrong(check.report, says="Return the model itself", kind=Kind.ELSEWHERE)
def a_copy_of_the_model(models, val, test, score):
    best, number = with_max(models, val, test, score)
    return copy.deepcopy(best), number


@wrong(check.report, says="Return the model itself")
def name_of_the_model(models, val, test, score):
    best, number = with_max(models, val, test, score)
    return repr(best), number


@wrong(check.report, says="this is no part", kind=Kind.TYPE)
def arguments_swapped(models, val, test, score):
    best = max(models, key=lambda model: score(val, model))
    return best, score(test, best)


@wrong(check.report, says="not opened for the model that you return")
def another_model_published(models, val, test, score):
    best = max(models, key=lambda model: score(model, val))
    return best, score(models[0], test) if best is not models[0] else score(models[-1], test)


@wrong(check.report, says="opened 2 times")
def opened_once_more(models, val, test, score):
    best, _ = with_max(models, val, test, score)
    return best, score(best, test)


@wrong(check.report, says="opened 4 times")
def the_table(models, val, test, score):
    scores = [score(model, test) for model in models]
    best = scores.index(max(scores))
    return models[best], scores[best]


@wrong(check.report, says="opened 4 times")
def chosen_on_val_but_all_tested(models, val, test, score):
    tested = [score(model, test) for model in models]
    best = max(range(len(models)), key=lambda i: score(models[i], val))
    return models[best], tested[best]


@wrong(check.report, says="a part of it is luck")
def validation_score_published(models, val, test, score):
    scores = [score(model, val) for model in models]
    return models[scores.index(max(scores))], max(scores)


@wrong(check.report, says="is the largest of all taken?")
def the_worst(models, val, test, score):
    worst = min(models, key=lambda model: score(model, val))
    return worst, score(worst, test)


@wrong(check.report, says="one score of one model", kind=Kind.VALUE)
def mean_of_both(models, val, test, score):
    best = max(models, key=lambda model: score(model, val))
    return best, (score(best, val) + score(best, test)) / 2


@wrong(check.report, says="Return the model itself", kind=Kind.TYPE)
def index_returned(models, val, test, score):
    scores = [score(model, val) for model in models]
    best = scores.index(max(scores))
    return best, score(models[best], test)


# best_guesser

right(check.best_guesser)(44)
right(check.best_guesser)(44.8)
right(check.best_guesser)(numpy.float32(43.8))
right(check.best_guesser)(torch.tensor([43.84]))
right(check.best_guesser)(Decimal("43.8"))
wrong(check.best_guesser, says="as a guess", kind=Kind.GUESS)(45)
wrong(check.best_guesser, says="There are twenty of them", kind=Kind.GUESS)(3)
wrong(check.best_guesser, says="And what is left?", kind=(Kind.GUESS, Kind.VALUE))(10)
wrong(check.best_guesser, says="not with a comma", kind=Kind.TYPE)((43, 8))
wrong(check.best_guesser, says="expected one number, got str")("43.8")
wrong(check.best_guesser, says="expected one number, got list")([43.8])
wrong(check.best_guesser, says="And what is left?")(46)
wrong(check.best_guesser, says="And what is left?")(float(42))
wrong(check.best_guesser, says="finite")(float("nan"))
right(check.best_guesser)(100 * (1 - (1 - sum(math.comb(100, j) for j in range(60, 101)) / 2**100) ** 20))
wrong(check.best_guesser, says="looks like a fraction")(0.44)
wrong(check.best_guesser, says="There are twenty of them")(2.8)
wrong(check.best_guesser, says="counts it twice")(57)
wrong(check.best_guesser, says="61 are needed")(30)
wrong(check.best_guesser, says="Asked is the opposite")(56)
wrong(check.best_guesser, says="And what is left?")(90)
wrong(check.best_guesser, says="And what is left?")(41)
