"""Answers to the exercises of *Evaluation protocol*."""

import math

import torch
from sklearn.model_selection import GroupShuffleSplit, KFold, StratifiedKFold, train_test_split

from course_lib.checks import evaluation_protocol as check

from . import right, wrong

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


@wrong(check.hold_out, says="hold back different examples")
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


@wrong(check.hold_out, says="Held back is a fifth")
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


@wrong(check.hold_out, says="side by side")
def first_of_each_class(data_x, data_y):
    rank = sum((data_y == value).cumsum(0) * (data_y == value) for value in data_y.unique())
    is_held = rank <= data_y.bincount()[data_y] // 5
    return data_x[~is_held], data_x[is_held], data_y[~is_held], data_y[is_held]


@wrong(check.hold_out, says="end with a return")
def without_return(data_x, data_y):
    seeded_and_stratified(data_x, data_y)


@wrong(check.hold_out, says="expected 4 things, got 2")
def only_inputs(data_x, data_y):
    return train_test_split(data_x, test_size=0.2, random_state=0, stratify=data_y)


@wrong(check.hold_out, says="your code raised")
def stratify_true(data_x, data_y):
    return train_test_split(data_x, data_y, test_size=0.2, random_state=0, stratify=True)


# no_mistakes

right(check.no_mistakes)(2.95)
right(check.no_mistakes)(100 * (1 - 0.05 ** (1 / 100)))
right(check.no_mistakes)(3)  # the rule of three, within the stated tolerance
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


@wrong(check.cross_validation, says="may use all the data")
def last_model_of_one_fold(data_x, data_y, test_x, train):
    scores = []
    for train_index, held_index in KFold(n_splits=5, shuffle=True, random_state=0).split(data_x, data_y):
        train_x, train_y = data_x[train_index], data_y[train_index]
        scores.append((train(train_x, train_y)(data_x[held_index]) == data_y[held_index]).double().mean())
    return torch.stack(scores), train(train_x, train_y)(test_x)


@wrong(check.cross_validation, says="Which model gives the classes")
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


@wrong(check.stratified_folds, says="Each class for itself")
def not_stratified(targets, k, generator):
    return list(torch.randperm(len(targets), generator=generator).tensor_split(k))


@wrong(check.stratified_folds, says="Does your code shuffle")
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


@wrong(check.stratified_folds, says="Add up the lengths")
def leftovers_lost(targets, k, generator):
    order = torch.randperm(len(targets), generator=generator)
    order = order[targets[order].argsort(stable=True)]
    return [order[i::k][: len(targets) // k] for i in range(k)]


@wrong(check.stratified_folds, says="A mask or a list is something else")
def masks_of_folds(targets, k, generator):
    return [torch.isin(torch.arange(len(targets)), fold) for fold in dealt_like_cards(targets, k, generator)]


@wrong(check.stratified_folds, says="Each class for itself")
def sorted_then_cut(targets, k, generator):
    order = torch.randperm(len(targets), generator=generator)
    return list(order[targets[order].argsort(stable=True)].tensor_split(k))


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
    splitter = GroupShuffleSplit(n_splits=1, test_size=share, random_state=seed)
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


@wrong(check.group_split, says="a patient, or a picture?")
def pictures_drawn(groups, share, generator):
    order = torch.randperm(len(groups), generator=generator)
    n_held = round(share * len(groups))
    return order[n_held:], order[:n_held]


@wrong(check.group_split, says="And train comes first")
def held_first(groups, share, generator):
    return whole_groups(groups, share, generator)[::-1]


@wrong(check.group_split, says="Does your code shuffle")
def first_groups(groups, share, generator):
    names = groups.unique()
    is_held = torch.isin(groups, names[: round(share * len(names))])
    return (~is_held).nonzero().flatten(), is_held.nonzero().flatten()


@wrong(check.group_split, says="The share is one of patients")
def names_taken_for_places(groups, share, generator):
    n_groups = len(groups.unique())
    is_held = torch.isin(groups, torch.randperm(n_groups, generator=generator)[: round(share * n_groups)])
    return (~is_held).nonzero().flatten(), is_held.nonzero().flatten()


@wrong(check.group_split, says="asked are 3")
def rounded_down(groups, share, generator):
    names = groups.unique()
    names = names[torch.randperm(len(names), generator=generator)]
    is_held = torch.isin(groups, names[: int(share * len(names))])
    return (~is_held).nonzero().flatten(), is_held.nonzero().flatten()


@wrong(check.group_split, says="A mask or a list is something else")
def masks(groups, share, generator):
    _, held = whole_groups(groups, share, generator)
    is_held = torch.zeros(len(groups), dtype=bool).index_fill(0, held, True)
    return ~is_held, is_held


@wrong(check.group_split, says="within a class or group")
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


@wrong(check.report, says="is the largest one taken?")
def the_worst(models, val, test, score):
    worst = min(models, key=lambda model: score(model, val))
    return worst, score(worst, test)


@wrong(check.report, says="one score of one model")
def mean_of_both(models, val, test, score):
    best = max(models, key=lambda model: score(model, val))
    return best, (score(best, val) + score(best, test)) / 2


@wrong(check.report, says="Return the model itself")
def index_returned(models, val, test, score):
    scores = [score(model, val) for model in models]
    best = scores.index(max(scores))
    return best, score(models[best], test)


# best_guesser

right(check.best_guesser)(44)
right(check.best_guesser)(45)  # the guess that the task offers
right(check.best_guesser)(100 * (1 - (1 - sum(math.comb(100, j) for j in range(60, 101)) / 2**100) ** 20))
wrong(check.best_guesser, says="looks like a fraction")(0.44)
wrong(check.best_guesser, says="There are twenty of them")(2.8)
wrong(check.best_guesser, says="counts it twice")(57)
wrong(check.best_guesser, says="61 are needed")(30)
wrong(check.best_guesser, says="Asked is the opposite")(56)
wrong(check.best_guesser, says="And what is left?")(90)
wrong(check.best_guesser, says="And what is left?")(41)
