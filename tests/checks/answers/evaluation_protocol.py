"""Answers to the exercises of *Evaluation protocol*."""

import math
from collections import defaultdict
from decimal import Decimal
from fractions import Fraction

import numpy
import torch
from kinds import Kind
from sklearn.feature_selection import SelectKBest
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import (
    GroupKFold,
    GroupShuffleSplit,
    KFold,
    LeaveOneGroupOut,
    ShuffleSplit,
    StratifiedGroupKFold,
    StratifiedKFold,
    cross_val_score,
)
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from course_lib.checks import evaluation_protocol as check

from . import right, rules_out, wrong

BUILT = (check.cross_validation, check.group_split, check.new_hospital)
rules_out(Kind.GRADIENT, "nobody differentiates through the result", *BUILT)
rules_out(Kind.ROUTE, "the task forbids no function", *BUILT)
rules_out(Kind.CHANCE, "any fair cut will do, drawn or fixed", check.new_hospital)
rules_out(Kind.DTYPE, "asked is one number of any type", check.new_hospital)

KEPT = defaultdict(list)  # what some wrong answers keep between calls

# no_mistakes

right(check.no_mistakes)(7.22)
right(check.no_mistakes)(100 * (1 - 0.05 ** (1 / 40)))
right(check.no_mistakes)(numpy.array(7.2))
right(check.no_mistakes)(Decimal("7.216"))
right(check.no_mistakes)(Fraction(722, 100))
wrong(check.no_mistakes, says="A good guess", kind=Kind.GUESS)(7)
wrong(check.no_mistakes, says="A good guess", kind=Kind.GUESS)(7.5)
wrong(check.no_mistakes, says="one after the other", kind=Kind.GUESS)(10)
wrong(check.no_mistakes, says="one after the other")(3)
wrong(check.no_mistakes, says="not with a comma", kind=Kind.TYPE)((7, 22))
wrong(check.no_mistakes, says="expected one number, got str", kind=Kind.TYPE)("7.22 %")
wrong(check.no_mistakes, says="one after the other", kind=Kind.VALUE)(7.1)
wrong(check.no_mistakes, says="one after the other")(7.35)
wrong(check.no_mistakes, says="Asked are 5 %")(0.128)
wrong(check.no_mistakes, says="It makes errors")(0)
wrong(check.no_mistakes, says="Asked is a number in per cent")(0.0722)
wrong(check.no_mistakes, says="None is still common")(2.5)
wrong(check.no_mistakes, says="not the error rate")(5)
wrong(check.no_mistakes, says="Is that the accuracy?")(92.78)
wrong(check.no_mistakes, says="Wilson")(8.76)
wrong(check.no_mistakes, says="Wilson")(8.81)


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
right(check.group_split)(choosing(lambda n: max(1, round(n))))  # the task has no share that leaves a side empty
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


@wrong(check.group_split, says="your code raised RuntimeError", kind=Kind.COINCIDENCE)
def names_counted(groups, share, generator):
    names = torch.bincount(groups).nonzero().flatten()
    is_held = torch.isin(groups, names[torch.randperm(len(names), generator=generator)[: round(share * len(names))]])
    return (~is_held).nonzero().flatten(), is_held.nonzero().flatten()


# spot_leaks

right(check.spot_leaks)(403201)
right(check.spot_leaks)(403201.0)
right(check.spot_leaks)(numpy.int64(403201))
wrong(check.spot_leaks, says="A loop that stops is a choice", kind=Kind.VALUE)(3201)
wrong(check.spot_leaks, says="Look at program 2 again", kind=Kind.VALUE)(413201)
wrong(check.spot_leaks, says="Where can the copies")(401201)
wrong(check.spot_leaks, says="does it look at the targets")(403101)
wrong(check.spot_leaks, says="Follow one row")(403241)
wrong(check.spot_leaks, says="Whose words")(403200)
wrong(check.spot_leaks, says="5 of 6 programs")(403202)
wrong(check.spot_leaks, says="0 of 6 programs are judged right", kind=Kind.GUESS)(210430)
wrong(check.spot_leaks, says="2 of 6 programs", kind=Kind.GUESS)(0)
wrong(check.spot_leaks, says="six digits")(4032011)
wrong(check.spot_leaks, says="six digits")(-403201)
wrong(check.spot_leaks, says="six digits")(403201.5)
wrong(check.spot_leaks, says="no leak number 5")(503201)
wrong(check.spot_leaks, says="not with a comma", kind=Kind.TYPE)((4, 0, 3, 2, 0, 1))
wrong(check.spot_leaks, says="expected one number, got str", kind=Kind.TYPE)("403201")


# seeds_needed

right(check.seeds_needed)(48)
right(check.seeds_needed)(47.04)
right(check.seeds_needed)(torch.tensor(48))
wrong(check.seeds_needed, says="Which difference do you want to find?", kind=Kind.VALUE)(12)
wrong(check.seeds_needed, says="not differences already")(96)
wrong(check.seeds_needed, says="divides by four", kind=Kind.VALUE)(38.4)
wrong(check.seeds_needed, says="Where is the power?")(23.05)
wrong(check.seeds_needed, says="if the formula had no squares")(19.6)
wrong(check.seeds_needed, says="squared in it, both")(9.6)
wrong(check.seeds_needed, says="Take the deviation from the five", kind=Kind.GUESS)(5)
wrong(check.seeds_needed, says="Take the deviation from the five", kind=Kind.GUESS)(50)
wrong(check.seeds_needed, says="Take the deviation from the five", kind=Kind.GUESS)(64)
wrong(check.seeds_needed, says="expected one number, got list", kind=Kind.TYPE)([48])


# images_needed

right(check.images_needed)(3992)
right(check.images_needed)(3912)
right(check.images_needed)(3917)  # of McNemar's test
right(check.images_needed)(numpy.float64(4000))
wrong(check.images_needed, says="Where is the power?", kind=Kind.VALUE)(1917)
wrong(check.images_needed, says="Here both see the same images", kind=Kind.VALUE)(6735)
wrong(check.images_needed, says="Here two models are compared")(9604)
wrong(check.images_needed, says="with points in the place of shares")(4)
wrong(check.images_needed, says="without the square of the difference")(39.92)
wrong(check.images_needed, says="the deviation as it is")(178.7)
wrong(check.images_needed, says="belong to the deviation, too")(2328)
wrong(check.images_needed, says="exclude each other", kind=Kind.VALUE)(3896)  # the variances of two independent events
wrong(check.images_needed, says="A difference of one image", kind=Kind.GUESS)(1000)
wrong(check.images_needed, says="A difference of one image", kind=Kind.GUESS)(10_000)
wrong(check.images_needed, says="A difference of one image")(20_000)
wrong(check.images_needed, says="A difference of one image")(500)
wrong(check.images_needed, says="expected one number, got str", kind=Kind.TYPE)("3,992")


# new_hospital


def of_the_task():
    return make_pipeline(StandardScaler(), SelectKBest(k=10), KNeighborsClassifier(n_neighbors=3))


def promising(splitter, by=None, promise=lambda scores: scores.mean(), model=of_the_task):
    """An answer with these folds, cut by "patient", "hospital" or neither."""

    def answer(x, y, patient, hospital):
        groups = {"patient": patient, "hospital": hospital, None: None}[by]
        return promise(cross_val_score(model(), x, y, cv=splitter, groups=groups))

    return answer


right(check.new_hospital)(promising(GroupKFold(5), "hospital"))
right(check.new_hospital)(promising(GroupKFold(3), "hospital"))
right(check.new_hospital)(promising(LeaveOneGroupOut(), "hospital"))
right(check.new_hospital)(promising(GroupShuffleSplit(8, test_size=0.2, random_state=1), "hospital"))
right(check.new_hospital)(promising(StratifiedGroupKFold(5, shuffle=True, random_state=0), "hospital"))
right(check.new_hospital)(promising(GroupKFold(10), "hospital", lambda scores: torch.tensor(scores).mean()))


@right(check.new_hospital)
def fold_by_fold(x, y, patient, hospital):
    right_ones = 0
    for name in numpy.unique(hospital):
        held = hospital == name
        scaler = StandardScaler().fit(x[~held])
        best = SelectKBest(k=10).fit(scaler.transform(x[~held]), y[~held])
        model = KNeighborsClassifier(3).fit(best.transform(scaler.transform(x[~held])), y[~held])
        right_ones += (model.predict(best.transform(scaler.transform(x[held]))) == y[held]).sum()
    return right_ones / len(y)


wrong(check.new_hospital, says="What is fitted before the folds?")(promising(KFold(5, shuffle=True, random_state=0)))
wrong(check.new_hospital, says="what is new tomorrow", kind=Kind.COINCIDENCE)(promising(GroupKFold(5), "patient"))
wrong(check.new_hospital, says="from 0 to 1", kind=Kind.VALUE)(
    promising(GroupKFold(5), "hospital", lambda scores: 100 * scores.mean())
)
wrong(check.new_hospital, says="from 0 to 1")(promising(GroupKFold(5), "hospital", sum))
wrong(check.new_hospital, says="Too modest", kind=Kind.VALUE)(promising(GroupKFold(5), "hospital", min))
wrong(check.new_hospital, says="What is fitted before the folds?")(promising(GroupKFold(5), "hospital", max))
wrong(check.new_hospital, says="expected a share, got ndarray", kind=(Kind.TYPE, Kind.SHAPE))(
    promising(GroupKFold(5), "hospital", lambda scores: scores)
)
wrong(check.new_hospital, says="expected a share, got str")(
    promising(GroupKFold(5), "hospital", lambda s: f"{s.mean():.0%}")
)
wrong(check.new_hospital, says="expected a finite number")(
    promising(GroupKFold(5), "hospital", lambda s: s.mean() * math.nan)
)


wrong(check.new_hospital, says="The model stays what it is", kind=Kind.COINCIDENCE)(
    promising(
        GroupKFold(5),
        "hospital",
        model=lambda: make_pipeline(StandardScaler(), SelectKBest(k=10), KNeighborsClassifier(n_neighbors=1)),
    )
)
wrong(check.new_hospital, says="The model stays what it is", kind=Kind.COINCIDENCE)(
    promising(GroupKFold(5), "hospital", model=lambda: make_pipeline(StandardScaler(), LogisticRegression()))
)


@wrong(check.new_hospital, says="And asked is its accuracy", kind=Kind.COINCIDENCE)
def area_under_the_curve(x, y, patient, hospital):
    return cross_val_score(of_the_task(), x, y, cv=GroupKFold(5), groups=hospital, scoring="roc_auc").mean()


def prepared(splitter, by):
    """The columns chosen by all rows, before the folds."""

    def answer(x, y, patient, hospital):
        x = SelectKBest(k=10).fit_transform(StandardScaler().fit_transform(x), y)
        return promising(splitter, by, model=lambda: KNeighborsClassifier(3))(x, y, patient, hospital)

    return answer


wrong(check.new_hospital, says="What is fitted before the folds?", kind=Kind.HALF)(prepared(GroupKFold(5), "hospital"))
wrong(check.new_hospital, says="what is new tomorrow", kind=Kind.HALF)(prepared(GroupKFold(5), "patient"))
wrong(check.new_hospital, says="what is new tomorrow")(prepared(KFold(5, shuffle=True, random_state=0), None))


@wrong(check.new_hospital, says="What is fitted before the folds?")
def score_on_what_it_was_given(x, y, patient, hospital):
    return of_the_task().fit(x, y).score(x, y)


@wrong(check.new_hospital, says="all data sets get one estimate", kind=(Kind.COINCIDENCE, Kind.ELSEWHERE))
def a_coin(x, y, patient, hospital):
    return 0.5


@wrong(check.new_hospital, says="all data sets get one estimate", kind=Kind.STATE)
def first_promise_kept(x, y, patient, hospital):
    known = KEPT["first_promise_kept"]
    known.append(promising(GroupKFold(5), "hospital")(x, y, patient, hospital))
    return known[0]


@wrong(check.new_hospital, says="changes the argument x", kind=Kind.ARGUMENT)
def scaled_in_place(x, y, patient, hospital):
    x -= x.mean(0)
    return promising(GroupKFold(5), "hospital")(x, y, patient, hospital)


@wrong(check.new_hospital, says="end with a return", kind=Kind.TYPE)
def promise_not_returned(x, y, patient, hospital):
    promising(GroupKFold(5), "hospital")(x, y, patient, hospital)


@wrong(check.new_hospital, says="Too modest", kind=Kind.VALUE)
def errors_promised(x, y, patient, hospital):
    return 1 - promising(GroupKFold(5), "hospital")(x, y, patient, hospital)


@wrong(check.new_hospital, says="Too modest", kind=Kind.HALF)
def trained_on_one_hospital(x, y, patient, hospital):
    found = []
    for name in numpy.unique(hospital):
        is_known = hospital == name
        found.append(KNeighborsClassifier(3).fit(x[is_known], y[is_known]).score(x[~is_known], y[~is_known]))
    return numpy.mean(found)
