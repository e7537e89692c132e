"""Checks of *Preparing tables*: a pipeline, copies, impossible values, gaps, names, scale and wrong labels."""

import math

import numpy
import torch

from course_lib import data

from .core import Exercise, Mistake, ask, call, close, expect, number, several, tensor
from .probes import KEEPS, agree, forbid, normal, same_as

LEARNED = "Which of the two parts is learned from, and which only follows?"
NAN, INF = math.nan, math.inf


def rounded(values):
    """Numbers as a learner can read them."""
    return [round(value, 3) for value in values.tolist()]


# prepared

BICYCLES = numpy.array(
    [
        [901, 18.0, 7, 0, "Kettler"],
        [902, NAN, 21, 0, "Gazelle"],
        [903, 24.5, 8, 1, "Gazelle"],
        [904, 14.0, NAN, 0, "Brompton"],
        [905, 27.0, 10, 1, "Kettler"],
    ],
    dtype=object,
)
TWO_NEW = numpy.array([[17, NAN, 24, 1, "Gazelle"], [18, 12.5, NAN, 0, "Moulton"]], dtype=object)


def _numbers(part):
    return torch.from_numpy(part[:, 1:3].astype("float64"))


def _prepared(train, new, fill=lambda x: x.nanquantile(0.5, dim=0)):
    """Both parts as they should be, in float64."""
    brands, parts = sorted(set(train[:, 4])), []
    middle = fill(_numbers(train))
    filled = [torch.where(_numbers(part).isnan(), middle, _numbers(part)) for part in (train, new)]
    for part, x in zip((train, new), _scaled(filled[0], filled[1])):
        electric = torch.from_numpy(part[:, 3:4].astype("float64"))
        parts.append(torch.cat([x, electric, torch.tensor([[n == b for b in brands] for n in part[:, 4]]).double()], 1))
    return parts


def _scaled(train, val):
    mean, std = train.mean(0), train.std(0, correction=0)
    std = torch.where(train.amax(0) == train.amin(0), 1.0, std)
    return (train - mean) / std, (val - mean) / std


def _two_parts(answer, train, new):
    parts = several(ask(answer, train, new), 2, "tensors", "Return both parts, with a comma between them.")
    columns = 3 + len(set(train[:, 4]))
    found = [tensor(part) for part in parts]
    for name, part, given in zip(("train", "new"), found, (train, new)):
        expect(
            part.dim() == 2 and len(part) == len(given),
            f"`{name}` has {len(given)} rows, and {tuple(part.shape)} comes out",
            "Each row stays a row.",
        )
        expect(
            part.shape[1] == columns,
            f"expected {columns} columns in `{name}`, got {part.shape[1]}",
            "Weight, gears, electric, and one for each brand of the training part. Which of yours are there that should "
            "not be, or the reverse?",
        )
        expect(not part.isnan().any(), f"there is a NaN in `{name}`", "A gap, or a deviation of 0?")
        tensor(part, dtype=torch.float32)
    return found


@Exercise.that(needs=["sklearn.compose", "sklearn.impute", "sklearn.pipeline", "sklearn.preprocessing"])
def prepared(answer):
    """Two parts of a table of bicycles, prepared by what the training part says."""
    train, new = _two_parts(answer, BICYCLES, TWO_NEW)
    right, right_new = _prepared(BICYCLES, TWO_NEW)
    expect(
        close(train[:, 2], right[:, 2]) and close(new[:, 2], right_new[:, 2]),
        "the column *electric* is not where it should be, or not as it was",
        "It follows weight and gears. A column that is 0 or 1 needs nothing: who passes it through?",
    )
    expect(
        close(train[:, 3:], right[:, 3:]),
        "the brands of the training part are not right",
        "One column each, in alphabetical order, 1 where the brand applies and 0 elsewhere.",
    )
    expect(
        close(new[0, 3:], right_new[0, 3:]),
        f"a Gazelle of the new part has {rounded(new[0, 3:])} in the columns of the brands",
        "The columns are those of the training part, in the same order.",
    )
    expect(
        close(new[1, 3:], right_new[1, 3:]),
        f"a brand that training never saw has {rounded(new[1, 3:])} in the columns of the brands",
        "It is none of them.",
    )
    means, stds = train[:, :2].double().mean(0), train[:, :2].double().std(0, correction=0)
    filled_by_mean = _prepared(BICYCLES, TWO_NEW, lambda x: x.nanmean(0))[0]
    expect(
        not close(train[:, :2], filled_by_mean[:, :2], atol=1e-4),
        "the gaps of the training part are filled with the mean",
        "Asked is the median. What is the default of SimpleImputer?",
    )
    expect(
        close(means, torch.zeros(2), atol=1e-4) and close(stds, torch.ones(2), atol=1e-4),
        f"weight and gears have the means {rounded(means)} and the deviations {rounded(stds)} in the training part",
        "Asked are 0 and 1, the deviation divided by n, after the gaps are filled.",
    )
    agree(train, right.float(), "train", "Which columns are filled with what, and scaled?", atol=1e-4)
    expect(
        close(new, right_new, atol=1e-4),
        f"the first new bicycle has {rounded(new[0, :2])} for weight and gears",
        "Its filler, its mean and its deviation: from which part are they?",
    )
    many = numpy.array([[i, 10.0 + i % 7, i % 5, i % 2, f"brand {i % 12:02}"] for i in range(40)], dtype=object)
    steady = BICYCLES.copy()
    steady[:, 2] = 3
    for case in (
        (BICYCLES, TWO_NEW[:1]),
        (BICYCLES, TWO_NEW[1:]),
        (many, BICYCLES),
        (many[:13], many[12:13]),
        (steady, TWO_NEW),
        (BICYCLES[1:4], BICYCLES[::-1].copy()),
    ):
        sizes = " and ".join(str(len(part)) for part in case)
        hint = (
            f"Right for the first table. Here the parts have {sizes} rows, or there are other brands, or no gears vary."
        )
        for name, part, right in zip(("train", "new"), _two_parts(answer, *case), _prepared(*case)):
            agree(part, right.float(), f"`{name}`", hint, atol=1e-4)
    for part, then in zip(_two_parts(answer, BICYCLES, TWO_NEW), (train, new)):
        agree(part, then, "the first table, asked again: the result", KEEPS)


# keep


# Numbers that someone might take for the gap, and that are in the table already.
STAND_INS = [0.0] + [
    sign * x
    for x in (1, 9, 99, 100, 999, 1000, 9999, 12345, 99999, 123456.789, 1e5, 999999, 1e6, 123456789, 1e8, 1e9, 1e10)
    + (1e12, 1e15, 1e20, 1e30, 1e38, torch.finfo(torch.float32).max)
    for sign in (1.0, -1.0)
]


def _keep(inputs, targets):
    groups = {}
    for i, row in enumerate(inputs.tolist()):
        groups.setdefault(tuple(None if x != x else x for x in row), []).append(i)
    kept = [rows[0] for rows in groups.values() if len(set(targets[rows].tolist())) == 1]
    return torch.tensor(sorted(kept), dtype=torch.int64)


def _kept(answer, inputs, targets):
    value = tensor(ask(answer, inputs, targets), hint="One index for each row that stays.")
    expect(
        value.dim() == 1,
        f"expected a tensor of shape (rows kept,), got {tuple(value.shape)}",
        "One index for each row that stays.",
    )
    expect(
        value.dtype == torch.int64,
        f"expected the dtype int64, got {value.dtype}".replace("torch.", ""),
        "Asked are the indices of the rows, not the rows and no mask: nonzero() gives those of a mask.",
    )
    return value.tolist()


@Exercise
def keep(answer):
    """The indices of the rows that stay: the first of each group of copies, none where targets disagree."""
    one = torch.tensor([[1.0, 2.0], [3.0, NAN], [1.0, 2.0], [3.0, NAN], [5.0, 6.0], [7.0, 8.0], [5.0, 6.0], [NAN, NAN]])
    labels = torch.tensor([0, 1, 0, 1, 2, 0, 1, 1])
    found = _kept(answer, one, labels)
    expect(found == sorted(set(found)), f"your indices are {found}", "Asked are different ones, in ascending order.")
    expect(2 not in found, "two equal rows with the same target are both there", "Of copies the first one stays.")
    expect(
        0 in found,
        "no row is left of two equal ones that agree",
        "Of copies with the same target the first one stays. Only those that contradict each other go altogether.",
    )
    expect(
        3 not in found,
        "two rows that are equal, gap for gap, are both there",
        "NaN is not equal to NaN, so a comparison does not find them.",
    )
    expect(
        not {4, 6} & set(found),
        "two equal rows with different targets: one of them is there",
        "Nobody knows which target is right, so none of them stays.",
    )
    expect(found == [0, 1, 5, 7], f"your indices are {found}", "Take the eight rows of the first table by hand.")
    turned = torch.tensor([[1.0, 2.0, 3.0], [3.0, 2.0, 1.0], [2.0, 2.0, 2.0], [1.0, 2.0, 3.0], [0.0, 2.0, 4.0]])
    place = torch.tensor([[NAN, 1.0], [1.0, NAN], [NAN, 1.0], [1.0, NAN]], dtype=torch.float64)
    thrice = torch.tensor([[4.0], [4.0], [4.0], [5.0], [5.0], [5.0], [6.0]])
    wide = torch.zeros(3, 6)
    wide[1, 5] = wide[2, 5] = 1.0
    near = torch.tensor([[1.5], [1.5 + 1e-12], [1.5]], dtype=torch.float64)
    signs = torch.tensor([[0.0, 1.0], [-0.0, 1.0], [0.0, -1.0]])
    zeros, words = torch.zeros, "Right for the first table. "
    cases = [
        (turned, zeros(5).long(), "Rows are equal if they are equal column by column, not in their sum."),
        (place, zeros(4).long(), "Gaps in different columns are different rows."),
        (thrice, torch.tensor([7, 7, 7, 3, 3, 9, 0]), "Here a row stands in the table three times."),
        (thrice, torch.tensor([1, 2, 1, 3, 3, 3, 0]), "Here a row stands in the table three times."),
        (
            thrice,
            torch.tensor([1, 0, 2, 3, 3, 3, 0]),
            "Targets contradict each other if they differ, whatever their mean.",
        ),
        (thrice, torch.tensor([0.25, 0.75, 0.25, 3, 3, 3, 0]), "Targets need not be whole numbers."),
        (wide, zeros(3).long(), "Here there are six columns: do all of them count?"),
        (near, zeros(3).long(), "Nearly equal is not equal: is something rounded, or narrowed?"),
        (signs, zeros(3).long(), "−0.0 equals 0.0: is something compared as text?"),
        (one[[0, 0]], torch.tensor([1, 0]), "Here no row is left: the shape is (0,)."),
        (one[:1], labels[:1], "Here there is one row."),
        (one.flip(0), labels.flip(0), "Here the rows come in another order: which is the first?"),
        (one, zeros(8).long(), "Here all targets are the same."),
        (one[:, :1], labels, "Here there is one column."),
    ]
    for inputs, targets, hint in cases:
        found, right = _kept(answer, inputs, targets), _keep(inputs, targets).tolist()
        expect(found == right, f"of a table of {len(inputs)} rows you keep {found}, not {right}", words + hint)
    gaps = torch.tensor([*STAND_INS, NAN])[:, None]
    expect(
        len(_kept(answer, gaps, zeros(len(gaps)).long())) == len(gaps),
        "a gap is taken for a number that is in the table, too",
        "A gap is no number: not 0, not −1, not −999, and no other.",
    )
    expect(_kept(answer, one, labels) == [0, 1, 5, 7], "the first table, asked again, gets another answer", KEEPS)


# mark


ONLY = "Only what the three rules name is impossible"


def _mark(patients):
    table = torch.where(patients == -999, NAN, patients)
    temperature, pulse, systolic, diastolic = table.clone().T
    table[(temperature < 30) | (temperature > 45), 0] = NAN
    table[pulse <= 0, 1] = NAN
    table[diastolic >= systolic, 2:] = NAN
    return table


@Exercise
def mark(answer):
    """Impossible values of four columns become gaps, and nothing else changes."""
    good = torch.tensor([[36.6, 72.0, 120.0, 80.0], [39.25, 110.0, 95.0, 60.0]])

    def with_row(*row):
        return torch.cat([good, torch.tensor([row])])

    hints = {
        (-999, -999, -999, -999): "Nothing was measured here, so there are four gaps.",
        (36.6, 72, -999, 80): "One pressure was not measured. Does that make the other one wrong?",
        (36.6, 72, 120, -999): "One pressure was not measured. Does that make the other one wrong?",
        (366, 72, 120, 80): "Nobody has 366 degrees. And what else is in this row is fine.",
        (3.66, 72, 120, 80): "Nobody has 3.66 degrees. And what else is in this row is fine.",
        (36.6, 0, 120, 80): "A pulse of 0 is impossible in this table. And what else is in this row is fine.",
        (36.6, -72, 120, 80): "A negative pulse is impossible. And what else is in this row is fine.",
        (36.6, 72, 80, 120): "Diastolic above systolic: both are marked, and nothing else in the row.",
        (36.6, 72, 100, 100): "The diastolic pressure must lie *below* the systolic one.",
        (30, 1, 1, 0): "At the bounds: 30 degrees are possible, and so is a pulse of 1.",
        (45, 0.5, 400, 399.5): "At the bounds: 45 degrees are possible, and so is a pulse above 0.",
        (29.99, 300, 120, NAN): "Just below the bound; and a gap that was there stays one.",
        (45.01, NAN, NAN, 80): "Just above the bound; and a gap that was there stays one.",
        (NAN, NAN, -999, NAN): "Gaps that were there stay, and −999 is one more.",
        (99, -5, 60, 61): "Everything is wrong here.",
        (36.6, 72, 120, -5): "No rule forbids a negative pressure.",
        (36.6, 72, 120, -998): f"{ONLY}, and −998 is not −999.",
        (36.6, 72, 120, -999.25): f"{ONLY}, and −999.25 is not −999.",
        (36.6, 72, 120, -9999): f"{ONLY}, and −9999 is not −999.",
        (36.6, 999, 1500, 0): f"{ONLY}: a pulse of 999 and a pressure of 0 or 1500 break none.",
    }
    cases = [(with_row(*map(float, row)),) for row in hints]
    words = [f"The last row is {', '.join(f'{x:g}' for x in row)}. {hint}" for row, hint in hints.items()]
    first = tensor(ask(answer, good), good.shape, "A table goes in, and one of the same shape comes out.")
    agree(first, good, "the marked table", "Two healthy patients: nothing is impossible, and nothing changes.", rtol=0)
    table = good.clone()
    expect(
        tensor(call(answer, table)).data_ptr() != table.data_ptr(),
        "where nothing is impossible, you return the table that you were given",
        "Asked is a new one, always: whoever writes into yours would change theirs.",
    )
    for (case,), hint in zip(cases, words):
        found = tensor(ask(answer, case), case.shape, "A table goes in, and one of the same shape comes out.")
        _same_gaps(found, _mark(case), hint)
    whole = torch.cat([case[2:] for (case,) in cases])
    more = [(whole,), (whole.double(),), (whole[:1],), (whole.flip(0),)]
    for (case,) in more:
        hint = "Right for single patients. Here are many, or one, or the dtype is float64."
        found = tensor(ask(answer, case), case.shape, hint, case.dtype)
        _same_gaps(found, _mark(case), hint)
    _same_gaps(tensor(ask(answer, *cases[3])), _mark(*cases[3]), KEEPS)


def _same_gaps(found, right, hint):
    """Expect the same gaps, and the same numbers where there is none."""
    wrong = (found.isnan() != right.isnan()).nonzero()
    if len(wrong):
        i, j = wrong[0].tolist()
        what = "is still there" if right[i, j].isnan() else "became a gap"
        raise Mistake(f"the value in row {i}, column {j} {what}", hint)
    agree(found.nan_to_num(0.0), right.nan_to_num(0.0), "the marked table", hint, rtol=0, atol=0)


# standardize_gaps


def _standardized(train, val):
    mean = train.nanmean(0)
    std = (train - mean).square().nanmean(0).sqrt()
    highest, lowest = train.nan_to_num(-INF).amax(0), train.nan_to_num(INF).amin(0)
    std = torch.where(highest == lowest, 1.0, std)
    mean = torch.where(highest == lowest, highest, mean)
    return ((train - mean) / std).nan_to_num(0.0), ((val - mean) / std).nan_to_num(0.0)


def _table(n, m, columns, seed, dtype=torch.float64):
    """Two parts of a table with gaps; the column 1, if there is one, is constant in the training part."""
    both = normal(n + m, columns, seed=seed, dtype=dtype)
    both[:, 0] = 0.1 * both[:, 0] - 0.2
    both[:n, 1:2] = -2.0
    holes = normal(n + m, columns, seed=seed + 100) > 0.8
    holes[0] = False  # each column has a training value
    both[holes] = NAN
    return both[:n], both[n:]


@Exercise
def standardize_gaps(answer):
    """Two parts with the training part's mean 0 and deviation 1 of what is there, 0 in the gaps."""
    scale = torch.tensor([0.1, 1.0, 50.0], dtype=torch.float64)
    train = normal(9, 3, seed=5, dtype=torch.float64) * scale + torch.tensor([0.0, 3.0, 500.0])
    val = normal(6, 3, seed=6, dtype=torch.float64) * scale + torch.tensor([1.0, 3.0, 400.0])
    train[:, 1], val[0, 1] = 3.0, 4.0
    train[2, 0] = train[5, 0] = train[7, 2] = train[3, 1] = val[1, 0] = val[2, 2] = NAN
    gap, gap_val, varied = train.isnan(), val.isnan(), [0, 2]
    new_train, new_val = _parts(answer, train, val)
    expect(
        not new_train[:, 1].isnan().any() or new_train[:, varied].isnan().any(),
        "a column that is constant in the training part becomes NaN",
        "Its deviation is 0, and 0/0 is no number. What should such a column be divided by?",
    )
    expect(
        not (new_train.isnan().all(0).any() or new_val.isnan().all(0).any()),
        "a whole column becomes NaN",
        "One gap spoils mean and std of its column. Which values may have a say?",
    )
    expect(
        not (new_train.isnan().any() or new_val.isnan().any()),
        "there are gaps left",
        "A 0 goes into each of them, in both parts.",
    )
    here = ~gap[:, varied]
    values = [new_train[:, j][~gap[:, j]] for j in varied]
    means = torch.stack([column.mean() for column in values])
    stds = torch.stack([column.std(correction=0) for column in values])
    k = here.sum(0)
    expect(
        not (close(means, torch.zeros(2), atol=1e-5) and close(stds * (k / (k - 1)).sqrt(), torch.ones(2), atol=1e-5)),
        f"the deviations of what is there are {rounded(stds)}, asked is 1",
        "Divide the sum of the squares by k, the number of values, not by k - 1.",
    )
    filled = torch.where(gap, train.nanmean(0), train).std(0, correction=0)[varied]
    true = torch.stack([train[:, j][~gap[:, j]].std(correction=0) for j in varied])
    expect(
        not close(stds, true / filled, atol=1e-5),
        f"the deviations of what is there are {rounded(stds)}, asked is 1",
        "Do filled values have a say in the deviation? They make it too small.",
    )
    both = torch.cat([train, val])
    mixed = both.nanmean(0), (both - both.nanmean(0)).square().nanmean(0).sqrt()
    for mean, std in (mixed, (mixed[0], None), (None, mixed[1])):
        mean = train.nanmean(0) if mean is None else mean
        std = (train - train.nanmean(0)).square().nanmean(0).sqrt() if std is None else std
        expect(
            not close(new_train[:, varied][here], ((train - mean) / std)[:, varied][here], atol=1e-5),
            "the validation part has a say in the constants",
            LEARNED,
        )
    expect(
        abs(new_train[0, 1].item() - 3) > 1e-5,
        "a column that is constant in the training part comes out as it was",
        "It cannot be scaled, but it can be shifted, so that its mean is 0.",
    )
    expect(
        close(means, torch.zeros(2), atol=1e-5),
        f"what is there in the training columns has the means {rounded(means)}",
        "Asked is 0 for each column, not for the table as a whole, and a gap has no say. Which dimension do you average "
        "over?",
    )
    expect(
        close(stds, torch.ones(2), atol=1e-5),
        f"the training columns that vary have the deviations {stds[0]:.6g} and {stds[1]:.6g}",
        "Asked is 1 for each, nothing added and nothing rounded. The variance is the square of what you need.",
    )
    expect(
        not new_train[gap].any(),
        "not every gap of the training part holds a 0",
        "The gap gets the mean of the *new* column.",
    )
    expect(
        not close(new_val, val.nan_to_num(0.0)),
        "the validation part comes back as it was",
        "The network will see it through the same constants, or it sees something else than it learned.",
    )
    expect(
        not new_val[gap_val].any(),
        "not every gap of the validation part holds a 0",
        "The gap gets the mean of the *new* column.",
    )
    own = torch.stack([new_val[:, j][~gap_val[:, j]].mean() for j in varied])
    expect(not close(own, torch.zeros(2), atol=1e-5), "the validation part is standardized by itself", LEARNED)
    expect(
        abs(new_val[0, 1].item() - 1) < 1e-5,
        f"where a column was always 3 in training, a 4 in the validation part comes out as {new_val[0, 1]:.3g}",
        "Such a column is only shifted. A tiny divisor makes a small change enormous.",
    )
    expect(
        close(new_val, _standardized(train, val)[1], atol=1e-5),
        "the validation part is not shifted and scaled as the training part is",
        LEARNED,
    )
    small = normal(7, 2, seed=9, dtype=torch.float64) * torch.tensor([1e-4, 1e4])
    small[5:, 1], small[1, 0], small[6, 0] = 7.0, NAN, NAN  # constant in the validation part, and not in the other
    whole = normal(6, 3, seed=12, dtype=torch.float64)
    cases = [_table(12, 1, 3, 1), _table(3, 8, 4, 2, torch.float32), _table(4, 4, 4, 3), _table(5, 6, 1, 4)]
    cases += [_table(1, 3, 2, 5, torch.float32), (small[:5], small[5:]), (train + 7, val), (whole[:4], whole[4:])]
    cases += [(1e-9 * whole[:4], 1e-9 * whole[4:])]
    for case in cases:
        sizes = " and ".join(str(tuple(part.shape)) for part in case)
        hint = (
            f"Right for the first table. Here the parts are {sizes}, the scale of the columns is another, or the dtype."
        )
        for name, part, right in zip(("train", "val"), _parts(answer, *case), _standardized(*case)):
            agree(part, right, f"the standardized {name}", hint, atol=1e-5)
    for dtype in (torch.float32, torch.float64):
        tenth = torch.full((9, 1), 0.1, dtype=dtype)
        new_tenth, new_other = _parts(answer, tenth, tenth[:1] + 1)
        name = str(dtype).removeprefix("torch.")
        expect(
            new_tenth.abs().max() < 1e-5 and abs(new_other.item() - 1) < 1e-5,
            f"nine values of 0.1 in {name} become {new_tenth[0].item():.3g}, and a 1.1 in the other part "
            f"{new_other.item():.3g}",
            "They are all equal. But their mean is not exactly 0.1, so the deviation is tiny and not 0. What else tells "
            "that a column does not vary: which two of its values would you compare?",
        )
    for part, then in zip(_parts(answer, train, val), (new_train, new_val)):
        agree(part, then, "the first table, asked again: the result", KEEPS)


def _parts(answer, train, val):
    """Both parts that the answer returns, of the shapes and the dtype it is given."""
    parts = several(ask(answer, train, val), 2, "tensors", "Return both, with a comma between them.")
    shapes = "A table goes in, and one of the same shape comes out."
    return [tensor(part, given.shape, shapes, given.dtype) for part, given in zip(parts, (train, val))]


# encode

TRAIN = ["Lyon", "Bath", "Lyon", "Oslo", "Bath", "Lyon", "Turin"]


def _encode(train, part, least):
    common = sorted(name for name in set(train) if train.count(name) >= least)
    code = [common.index(name) if name in common else len(common) for name in part]
    return torch.nn.functional.one_hot(torch.tensor(code), num_classes=len(common) + 1).float()


@Exercise.that(needs=["sklearn.preprocessing"])
def encode(answer):
    """One column for each common name of the training part, one for all others."""
    part = ["Oslo", "Lyon", "Rome", "Bath"]
    found = tensor(ask(answer, TRAIN, part, 2), hint="One row for each name of `part`.")
    expect(
        found.dim() == 2 and len(found) == 4,
        f"expected a tensor of shape (4, 3) for four names, got {tuple(found.shape)}",
        "One row for each name of `part`.",
    )
    expect(
        found.shape[1] == 3,
        f"two names of the training part occur twice or more, and your result has {found.shape[1]} columns",
        "One column for each of the two, and one for all others. Who decides on the columns, `train` or `part`?",
    )
    expect(
        found.dtype == torch.float32,
        f"expected the dtype float32, got {found.dtype}".replace("torch.", ""),
        "A network computes in float32, and one_hot gives whole numbers.",
    )
    expect(
        ((found == 0) | (found == 1)).all() and (found.sum(1) == 1).all(),
        "a row does not hold a single 1",
        "A rare name, Oslo here, and an unknown one, Rome, belong to the last column.",
    )
    expect(
        found[2, 2] == 1, "a name that training never saw is not in the last column", "The last column is for others."
    )
    expect(
        found[0, 2] == 1,
        "a name that is too rare in the training part is not in the last column",
        "`least` is the number of times that a name must occur there, at least.",
    )
    expect(
        found[1, 1] == found[3, 0] == 1,
        "Bath and Lyon have each other's columns",
        "Alphabetical order: in which order do your names come?",
    )
    hint = "Right for the first lists. Here there are other names, other counts, a single name, or another `least`."
    cases = [
        (TRAIN, part, 2),
        (TRAIN, ["Rome"], 2),
        (TRAIN, TRAIN, 3),
        (TRAIN, part, 1),
        (TRAIN, part, 4),
        (["b", "a", "b", "c", "a", "c"], ["c", "b", "a", "d", "a"], 2),
        (["x"] * 5, ["x", "x"], 5),
        (["x"], ["y", "x", "other"], 1),
        (["other", "other", "z"], ["z", "other", "q"], 2),
        (["Zug", "ulm", "Zug", "ulm"], ["ulm", "Zug"], 2),
        (["Ulm", "Ulm ", "Ulm", "Ulm "], ["Ulm ", "Ulm", " Ulm"], 2),
        (["York", "New York", "Ulm", "Ulm"], ["York", "Ulm", "New York"], 2),
        (TRAIN[::-1], ["Turin", "Turin", "Turin", "Turin", "Lyon"], 2),
    ]
    same_as(answer, _encode, cases, hint, "the encoded names")


# three_columns


@Exercise
def three_columns(answer):
    """The condition number of three scaled columns with the correlation 0.7."""
    value, rho = number(answer), 0.7
    hints = {
        (1 + rho) / (1 - rho): "That is two columns. With three, what does H make of (1, 1, 1)?",
        1: "Scaled columns have equal curvatures along the axes. Is the valley narrow along other directions?",
        1 + 2 * rho: "That is the largest curvature. And the smallest?",
        1 - rho: "That is the smallest curvature. And the largest?",
        (1 - rho) / (1 + 2 * rho): "The largest divided by the smallest, not the reverse.",
        (1 + 2 * rho) / (1 - 2 * rho): "H times (1, −1, 0): how large is the first entry?",
        (1 + 3 * rho) / (1 - rho): "Every column has a correlation with two others, and 1 with itself.",
        ((1 + 2 * rho) / (1 - rho)) ** 0.5: "No root: κ is the ratio of the curvatures themselves.",
    }
    for misconception, hint in hints.items():
        expect(abs(value - misconception) > 0.05, f"{value:.4g} is not the condition number", hint)
    expect(
        abs(value - 8) <= 0.1 + 1e-9,
        f"{value:.4g} is not the condition number",
        "Multiply H by (1, 1, 1) and by (1, −1, 0): each comes back, longer or shorter. By which factors?",
    )


# suspects

WINES = 150


def _planted(seed, k):
    """Wines with labels, k of them wrong, and which."""
    inputs, truth = data.wine()
    chance = torch.Generator().manual_seed(seed)
    chosen = torch.randperm(len(truth), generator=chance)[:WINES]
    inputs, labels = inputs[chosen], truth[chosen].clone()
    wrong = torch.randperm(WINES, generator=chance)[:k]
    labels[wrong] = (labels[wrong] + torch.randint(1, 3, (k,), generator=chance)) % 3
    return inputs, labels, wrong


def _indices(value, k):
    if isinstance(value, torch.Tensor):
        value = tensor(value, hint="One index for each suspect.")
        expect(
            value.dim() == 1,
            f"expected {k} indices, got a tensor of shape {tuple(value.shape)}",
            f"Asked is the shape ({k},).",
        )
        expect(
            not value.is_floating_point() and value.dtype != torch.bool,
            f"expected whole numbers, got {value.dtype}".replace("torch.", ""),
            "Asked are the indices of the bottles, not their losses and no mask.",
        )
    found = several(value, k, "indices", f"Asked are k = {k} suspects, one index each.")
    found = [number(index, "an index") for index in found]
    expect(
        all(index == int(index) and 0 <= index < WINES for index in found),
        "an index is not that of a bottle",
        f"There are {WINES} bottles, counted from 0.",
    )
    expect(len(set(found)) == k, "a bottle is suspected twice", "Asked are k different bottles.")
    return torch.tensor(found).long()


@Exercise.that(
    seconds=20.0, needs=["torch._dynamo", "sklearn.linear_model", "sklearn.model_selection", "sklearn.neighbors"]
)
def suspects(answer):
    """The k suspects among 150 labelled wines, of which at least four fifths carry a wrong label."""
    for seed, k in ((3, 15), (8, 15), (5, 10)):
        inputs, labels, wrong = _planted(seed, k)
        if seed == 3:
            lookup = "Loading the true labels is forbidden: find the wrong ones from the table itself."
            value = forbid(
                answer,
                inputs,
                labels,
                k,
                modules=("course_lib.data", "sklearn.datasets", "numpy.lib._npyio_impl"),
                hint=lookup,
            )
        else:
            value = ask(answer, inputs, labels, k)
        hits = int(torch.isin(_indices(value, k), wrong).sum())
        expect(
            hits > 4,
            f"of your {k} suspects {hits} carry a wrong label, hardly more than by guessing",
            "Are the bottles that fit their label worst at the top? And do the columns have similar sizes?",
        )
        expect(
            hits >= 4 * k // 5,
            f"of your {k} suspects {hits} carry a wrong label, asked are at least {4 * k // 5}",
            "Two things may blind you: a column in large units that drowns the others, and a judge that has learned the "
            "labels by heart.",
        )
