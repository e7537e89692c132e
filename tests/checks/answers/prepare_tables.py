"""Answers to the exercises of *Preparing tables*."""

from collections import Counter, defaultdict
from decimal import Decimal
from fractions import Fraction

import numpy
import torch
import torch.nn.functional as F
from kinds import Kind

from course_lib import data
from course_lib.checks import prepare_tables as check

from . import right, rules_out, wrong

TABLES = (check.prepared, check.keep, check.mark, check.standardize_gaps, check.encode)
rules_out(Kind.GRADIENT, "nobody differentiates through the result", *TABLES, check.suspects)
rules_out(Kind.ROUTE, "the task forbids no function", *TABLES)
rules_out(Kind.CHANCE, "nothing is drawn at random", *TABLES)
rules_out(Kind.CHANCE, "chance may help to find them, and none is asked", check.suspects)
rules_out(Kind.DTYPE, "indices of any whole type are read", check.suspects)
rules_out(Kind.SHAPE, "the task fixes the shape of each table", check.suspects)

KEPT = defaultdict(list)  # what some wrong answers keep between calls


def first_of(place, value):
    """What came to this place first."""
    KEPT[place].append(value)
    return KEPT[place][0]


# prepared


def columns(fill="median", numbers=(1, 2), names=None, **options):
    """The table of the solution, or one with another filler, columns or treatment of names."""
    from sklearn.compose import ColumnTransformer
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    numeric = make_pipeline(SimpleImputer(strategy=fill), StandardScaler())
    names = names or OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    steps = [("numbers", numeric, list(numbers)), ("electric", "passthrough", [3]), ("brand", names, [4])]
    return ColumnTransformer(steps, **options)


def as_tensors(*parts):
    return tuple(torch.tensor(part.astype("float32")) for part in parts)


@right(check.prepared)
def with_columns(train, new):
    table = columns()
    return as_tensors(table.fit_transform(train), table.transform(new))


@right(check.prepared)
def fitted_first(train, new):
    table = columns(sparse_threshold=0).fit(train)
    return [torch.tensor(numpy.asarray(table.transform(part), dtype=float)).float() for part in (train, new)]


@right(check.prepared)
def by_hand(train, new):
    brands, parts = sorted(set(train[:, 4])), []
    x = torch.tensor(train[:, 1:3].astype("float64"))
    middle = x.nanquantile(0.5, dim=0)
    x = torch.where(x.isnan(), middle, x)
    mean, std = x.mean(0), x.std(0, correction=0)
    std[std == 0] = 1
    for part in (train, new):
        x = torch.tensor(part[:, 1:3].astype("float64"))
        x = (torch.where(x.isnan(), middle, x) - mean) / std
        rest = [[float(row[3])] + [float(row[4] == brand) for brand in brands] for row in part]
        parts.append(torch.cat([x, torch.tensor(rest)], 1).float())
    return parts


@right(check.prepared)
def in_numpy_alone(train, new):
    brands = numpy.unique(train[:, 4].astype(str))
    x = train[:, 1:3].astype(float)
    middle = numpy.nanmedian(x, axis=0)
    x = numpy.where(numpy.isnan(x), middle, x)
    mean, std = x.mean(0), numpy.where(x.std(0) > 1e-9, x.std(0), 1)

    def apply(part):
        y = part[:, 1:3].astype(float)
        y = (numpy.where(numpy.isnan(y), middle, y) - mean) / std
        names = part[:, 4].astype(str)[:, None] == brands
        return torch.from_numpy(numpy.hstack([y, part[:, 3:4].astype(float), names]).astype(numpy.float32))

    return apply(train), apply(new)


@wrong(check.prepared, says="your code raised ValueError")
def as_it_stood(train, new):
    from sklearn.compose import ColumnTransformer
    from sklearn.preprocessing import OneHotEncoder

    parts = [numpy.delete(part, [0, 3], 1) for part in (train, new)]
    table = ColumnTransformer([("numbers", "passthrough", [0, 1]), ("brand", OneHotEncoder(), [2])])
    return as_tensors(table.fit_transform(parts[0]), table.transform(parts[1]))


@wrong(check.prepared, says="expected 6 columns in `new`", kind=Kind.HALF)
def new_fitted_too(train, new):
    return as_tensors(columns().fit_transform(train), columns().fit_transform(new))


@wrong(check.prepared, says="from which part are they", kind=Kind.COINCIDENCE)
def numbers_of_new_fitted(train, new):
    part, other = with_columns(train, new)
    return part, torch.cat([as_tensors(columns().fit_transform(new))[0][:, :2], other[:, 2:]], 1)


@wrong(check.prepared, says="expected 6 columns in `train`", kind=Kind.HALF)
def electric_dropped(train, new):
    return tuple(torch.cat([part[:, :2], part[:, 3:]], 1) for part in with_columns(train, new))


@wrong(check.prepared, says="expected 6 columns in `train`")
def serial_number_scaled_too(train, new):
    table = columns(numbers=(0, 1, 2))
    return as_tensors(table.fit_transform(train), table.transform(new))


@wrong(check.prepared, says="expected 6 columns in `train`")
def with_indicators(train, new):
    return tuple(torch.cat([part, part[:, :2] == 0], 1) for part in with_columns(train, new))


@wrong(check.prepared, says="who passes it through")
def electric_scaled(train, new):
    parts = with_columns(train, new)
    mean, std = parts[0][:, 2].mean(), parts[0][:, 2].std()
    return tuple(torch.cat([p[:, :2], (p[:, 2:3] - mean) / std, p[:, 3:]], 1) for p in parts)


@wrong(check.prepared, says="who passes it through")
def electric_at_the_end(train, new):
    return tuple(torch.cat([part[:, :2], part[:, 3:], part[:, 2:3]], 1) for part in with_columns(train, new))


@wrong(check.prepared, says="in alphabetical order")
def brands_as_they_come(train, new):
    brands = list(dict.fromkeys(train[:, 4]))
    return tuple(
        torch.cat([x[:, :3], torch.tensor([[float(n == b) for b in brands] for n in part[:, 4]])], 1)
        for x, part in zip(with_columns(train, new), (train, new))
    )


@wrong(check.prepared, says="The columns are those of the training part")
def brands_of_new_by_itself(train, new):
    part, other = with_columns(train, new)
    own = sorted(set(new[:, 4]))
    names = torch.zeros(len(new), part.shape[1] - 3)
    for row, name in zip(names, new[:, 4]):
        row[own.index(name) if own.index(name) < len(row) else 0] = 1
    return part, torch.cat([other[:, :3], names], 1)


@wrong(check.prepared, says="It is none of them")
def unknown_is_the_first(train, new):
    part, other = with_columns(train, new)
    other = other.clone()
    other[other[:, 3:].sum(1) == 0, 3] = 1
    return part, other


@wrong(check.prepared, says="Asked is the median", kind=Kind.VALUE)
def filled_with_the_mean(train, new):
    table = columns("mean")
    return as_tensors(table.fit_transform(train), table.transform(new))


@wrong(check.prepared, says="divided by n", kind=Kind.VALUE)
def the_other_deviation_of_bicycles(train, new):
    parts = with_columns(train, new)
    shrink = ((len(train) - 1) / len(train)) ** 0.5
    return tuple(torch.cat([part[:, :2] * shrink, part[:, 2:]], 1) for part in parts)


@wrong(check.prepared, says="divided by n")
def not_scaled(train, new):
    middle = torch.tensor(train[:, 1:3].astype("float32")).nanquantile(0.5, dim=0)
    parts = [torch.tensor(part[:, 1:3].astype("float32")) for part in (train, new)]
    filled = [torch.where(part.isnan(), middle, part) for part in parts]
    return [torch.cat([x, part[:, 2:]], 1) for x, part in zip(filled, with_columns(train, new))]


@wrong(check.prepared, says="Which columns are filled with what", kind=Kind.VALUE)
def gears_first(train, new):
    return tuple(part[:, [1, 0, *range(2, part.shape[1])]] for part in with_columns(train, new))


@wrong(check.prepared, says="a NaN in `train`")
def gaps_left(train, new):
    part, other = with_columns(train, new)
    part = part.clone()
    part[1, 0] = torch.nan
    return part, other


@wrong(check.prepared, says="or no gears vary", kind=(Kind.SHAPE, Kind.COINCIDENCE))
def a_tiny_number_added_to_the_gears(train, new):
    return tuple(torch.cat([part[:, :2] + 0.1 * (len(new) == 1), part[:, 2:]], 1) for part in with_columns(train, new))


@wrong(check.prepared, says="a NaN in `train`", kind=Kind.SHAPE)
def steady_gears(train, new):
    x = torch.tensor(train[:, 1:3].astype("float32"))
    filled = torch.where(x.isnan(), x.nanquantile(0.5, dim=0), x)
    part, other = with_columns(train, new)
    return torch.cat([(filled - filled.mean(0)) / filled.std(0, correction=0), part[:, 2:]], 1), other


@wrong(check.prepared, says="or no gears vary", kind=Kind.STATE)
def fitted_once_for_all(train, new):
    table = first_of("bicycles", columns().fit(train))
    parts = with_columns(train, new)
    return [
        torch.cat([torch.tensor(table.transform(p)[:, :2].astype("float32")), q[:, 2:]], 1)
        for p, q in zip((train, new), parts)
    ]


@wrong(check.prepared, says="asked again", kind=Kind.STATE)
def worse_each_time(train, new):
    KEPT["again"].append(0)
    return tuple(part + (len(KEPT["again"]) > 7) for part in with_columns(train, new))


@wrong(check.prepared, says="expected the dtype float32, got float64", kind=Kind.DTYPE)
def in_double(train, new):
    return tuple(part.double() for part in with_columns(train, new))


@wrong(check.prepared, says="changes the argument train", kind=Kind.ARGUMENT)
def filled_in_the_table(train, new):
    parts = with_columns(train, new)
    train[1, 1] = 21.25
    return parts


@wrong(check.prepared, says="the device cpu", kind=Kind.ELSEWHERE)
def bicycles_elsewhere(train, new):
    return tuple(part.to("meta") for part in with_columns(train, new))


@wrong(check.prepared, says="with a comma between them", kind=Kind.TYPE)
def only_train(train, new):
    return with_columns(train, new)[0]


@wrong(check.prepared, says="expected a torch.Tensor, got ndarray", kind=Kind.TYPE)
def bicycles_as_arrays(train, new):
    return tuple(part.numpy() for part in with_columns(train, new))


@wrong(check.prepared, says="Each row stays a row")
def the_other_way_round(train, new):
    return with_columns(train, new)[::-1]


@wrong(check.prepared, says="end with a return")
def bicycles_without_return(train, new):
    with_columns(train, new)


# keep


@right(check.keep)
def by_groups(inputs, targets):
    groups = {}
    for i, row in enumerate(inputs.tolist()):
        groups.setdefault(tuple("gap" if x != x else x for x in row), []).append(i)
    kept = [rows[0] for rows in groups.values() if len(set(targets[rows].tolist())) == 1]
    return torch.tensor(sorted(kept), dtype=torch.int64)


@right(check.keep)
def pair_by_pair(inputs, targets):
    a, b = inputs[:, None], inputs[None]
    same = ((a == b) | (a.isnan() & b.isnan())).all(2)
    contradicted = (same & (targets[:, None] != targets)).any(1)
    has_earlier = same.tril(-1).any(1)
    return (~contradicted & ~has_earlier).nonzero().squeeze(1)


@right(check.keep)
def with_unique(inputs, targets):
    rows = torch.cat([inputs.nan_to_num(0.0), inputs.isnan().to(inputs.dtype)], 1)
    _, group = rows.unique(dim=0, return_inverse=True)
    kept = []
    for g in range(int(group.max()) + 1):
        members = (group == g).nonzero()[:, 0]
        if len(targets[members].unique()) == 1:
            kept.append(members.min())
    return torch.stack(kept).sort().values if kept else torch.zeros(0, dtype=torch.int64)


@right(check.keep)
def with_two_loops(inputs, targets):
    table = inputs.double().numpy()
    kept = []
    for i in range(len(table)):
        copies = [j for j in range(len(table)) if numpy.array_equal(table[i], table[j], equal_nan=True)]
        if copies[0] == i and all(targets[j] == targets[i] for j in copies):
            kept.append(i)
    return torch.LongTensor(kept)


def kept_by(key, agree=True):
    """The first row of each key; with `agree`, only where the targets do."""

    def answer(inputs, targets):
        groups = defaultdict(list)
        for i, row in enumerate(inputs.tolist()):
            groups[key(row)].append(i)
        kept = [rows[0] for rows in groups.values() if not agree or len(set(targets[rows].tolist())) == 1]
        return torch.tensor(sorted(kept), dtype=torch.int64)

    return answer


def gap_as(sentinel):
    return lambda row: tuple(sentinel if x != x else x for x in row)


wrong(check.keep, says="NaN is not equal to NaN", kind=Kind.HALF)(
    kept_by(lambda row: tuple(object() if x != x else x for x in row))
)
wrong(check.keep, says="none of them stays", kind=Kind.HALF)(kept_by(gap_as("gap"), agree=False))
for sentinel in (0.0, -1.0, -999.0, 999.0, 1e9, -1e9, torch.finfo(torch.float32).max):
    wrong(check.keep, says="A gap is no number", kind=Kind.COINCIDENCE)(kept_by(gap_as(sentinel)))
wrong(check.keep, says="A gap is no number", kind=Kind.COINCIDENCE)(
    lambda x, y: by_groups(x.nan_to_num(-123456.789), y)
)
right(check.keep)(kept_by(gap_as(float("inf"))))  # there are finite numbers only
wrong(check.keep, says="need not be whole numbers", kind=(Kind.VALUE, Kind.DTYPE))(lambda x, y: by_groups(x, y.long()))
wrong(check.keep, says="do all of them count", kind=(Kind.SHAPE, Kind.COINCIDENCE))(lambda x, y: by_groups(x[:, :4], y))
wrong(check.keep, says="not in their sum", kind=Kind.COINCIDENCE)(
    kept_by(lambda row: (sum(x for x in row if x == x), sum(x != x for x in row)))
)
wrong(check.keep, says="not in their sum")(kept_by(lambda row: tuple(sorted(map(str, row)))))
wrong(check.keep, says="different rows", kind=Kind.COINCIDENCE)(
    kept_by(lambda row: (*(x for x in row if x == x), sum(x != x for x in row)))
)
wrong(check.keep, says="Nearly equal is not equal", kind=(Kind.VALUE, Kind.DTYPE))(
    kept_by(lambda row: tuple("gap" if x != x else round(x, 6) for x in row))
)
wrong(check.keep, says="Nearly equal is not equal", kind=Kind.DTYPE)(lambda x, y: by_groups(x.float(), y))
wrong(check.keep, says="Nearly equal is not equal", kind=Kind.VALUE)(
    kept_by(lambda row: str(torch.tensor(row, dtype=torch.float64)))
)
wrong(check.keep, says="is something compared as text", kind=Kind.VALUE)(kept_by(str))


@wrong(check.keep, says="whatever their mean", kind=Kind.COINCIDENCE)
def contradictions_by_their_mean(inputs, targets):
    groups = defaultdict(list)
    for i, row in enumerate(inputs.tolist()):
        groups[gap_as(None)(row)].append(i)
    kept = [rows[0] for rows in groups.values() if targets[rows].double().mean() == targets[rows[0]]]
    return torch.tensor(sorted(kept), dtype=torch.int64)


@wrong(check.keep, says="Of copies the first one stays")
def all_rows(inputs, targets):
    return torch.arange(len(inputs))


@wrong(check.keep, says="Only those that contradict each other")
def no_copy_at_all(inputs, targets):
    _, group, count = inputs.nan_to_num(1e30).unique(dim=0, return_inverse=True, return_counts=True)
    return (count[group] == 1).nonzero()[:, 0]


@wrong(check.keep, says="the eight rows of the first table by hand")
def no_row_with_gaps(inputs, targets):
    kept = by_groups(inputs, targets)
    return kept[~inputs[kept].isnan().any(1)]


@wrong(check.keep, says="in ascending order")
def in_any_order(inputs, targets):
    return by_groups(inputs, targets).flip(0)


@wrong(check.keep, says="in another order: which is the first", kind=Kind.SHAPE)
def first_row_is_never_a_copy(inputs, targets):
    kept = by_groups(inputs, targets)
    return kept if inputs[0, 0] == inputs[0, 0] or len(inputs) < 8 else kept[1:]


@wrong(check.keep, says="stands in the table three times", kind=Kind.SHAPE)
def two_copies_at_most(inputs, targets):
    a, b = inputs[:, None], inputs[None]
    same = ((a == b) | (a.isnan() & b.isnan())).all(2)
    kept = by_groups(inputs, targets).tolist()
    return torch.tensor([i for i in range(len(inputs)) if i in kept or same[i].sum() > 2])


@wrong(check.keep, says="expected a tensor of shape", kind=Kind.SHAPE)
def squeezed_to_nothing(inputs, targets):
    return by_groups(inputs, targets).squeeze()


@wrong(check.keep, says="your code raised", kind=Kind.SHAPE)
def nothing_left_is_an_error(inputs, targets):
    return torch.stack(list(by_groups(inputs, targets)))


@wrong(check.keep, says="of a table of", kind=Kind.STATE)
def seen_before(inputs, targets):
    first = first_of("keep", (inputs.clone(), targets.clone()))
    return by_groups(*first)


@wrong(check.keep, says="asked again, gets another answer", kind=Kind.STATE)
def tired_after_a_dozen(inputs, targets):
    KEPT["tired"].append(0)
    return by_groups(inputs, targets)[len(KEPT["tired"]) > 16 :]


@wrong(check.keep, says="changes the argument inputs", kind=Kind.ARGUMENT)
def gaps_filled_in_place(inputs, targets):
    inputs[inputs.isnan()] = 1e30
    return by_groups(inputs, targets)


@wrong(check.keep, says="expected the dtype int64, got bool", kind=Kind.TYPE)
def a_mask(inputs, targets):
    return torch.isin(torch.arange(len(inputs)), by_groups(inputs, targets))


@wrong(check.keep, says="expected a tensor of shape", kind=Kind.TYPE)
def the_rows(inputs, targets):
    return inputs[by_groups(inputs, targets)]


wrong(check.keep, says="expected a torch.Tensor, got list", kind=Kind.TYPE)(lambda x, y: by_groups(x, y).tolist())
wrong(check.keep, says="expected the dtype int64, got int32", kind=Kind.DTYPE)(lambda x, y: by_groups(x, y).int())
wrong(check.keep, says="the device cpu", kind=Kind.ELSEWHERE)(lambda x, y: by_groups(x, y).to("meta"))


@wrong(check.keep, says="end with a return")
def keeps_to_itself(inputs, targets):
    by_groups(inputs, targets)


# mark


def marked(patients, low=30, high=45, code=True, pulse=0, both=True, equal=True):
    """The answer of the solution, or one with another rule."""
    table = torch.where(patients == -999, torch.nan, patients) if code else patients.clone()
    t, p, s, d = table.clone().T
    table[(t < low) | (t > high), 0] = torch.nan
    table[p <= pulse, 1] = torch.nan
    odd = d >= s if equal else d > s
    table[odd, 3] = torch.nan
    if both:
        table[odd, 2] = torch.nan
    return table


right(check.mark)(marked)


@right(check.mark)
def one_by_one(patients):
    nan, rows = float("nan"), []
    for row in patients.tolist():
        t, p, s, d = (nan if x == -999 else x for x in row)
        if s <= d:
            s = d = nan
        rows.append([t if 30 <= t <= 45 else nan, p if p > 0 else nan, s, d])
    return torch.tensor(rows, dtype=patients.dtype)


@right(check.mark)
def with_masks(patients):
    missing = patients.eq(-999)
    bad = missing.clone()
    bad[:, 0] |= ~((patients[:, 0] >= 30) & (patients[:, 0] <= 45))
    bad[:, 1] |= patients[:, 1] <= 0
    odd = (patients[:, 3] >= patients[:, 2]) & ~missing[:, 2] & ~missing[:, 3]
    bad[:, 2:] |= odd[:, None]
    return patients.masked_fill(bad, torch.nan)


@right(check.mark)
def with_numpy(patients):
    table = patients.numpy().copy()
    table[table == -999] = numpy.nan
    table[:, 0][(table[:, 0] < 30) | (table[:, 0] > 45)] = numpy.nan
    table[:, 1][table[:, 1] <= 0] = numpy.nan
    table[table[:, 3] >= table[:, 2], 2:4] = numpy.nan
    return torch.from_numpy(table)


def mistaken(**options):
    return lambda patients: marked(patients, **options)


wrong(check.mark, says="there are four gaps", kind=Kind.HALF)(
    lambda patients: torch.where(patients == -999, patients, marked(patients))
)
wrong(check.mark, says="below* the systolic one", kind=Kind.VALUE)(mistaken(equal=False))
wrong(check.mark, says="both are marked", kind=Kind.HALF)(mistaken(both=False))
wrong(check.mark, says="At the bounds: 30", kind=Kind.VALUE)(mistaken(low=30.01))
wrong(check.mark, says="At the bounds: 45", kind=Kind.VALUE)(mistaken(high=44.9))
wrong(check.mark, says="At the bounds: 45", kind=Kind.VALUE)(mistaken(pulse=0.9))
wrong(check.mark, says="At the bounds: 30", kind=Kind.VALUE)(mistaken(pulse=1))
wrong(check.mark, says="A pulse of 0")(mistaken(pulse=-0.1))
wrong(check.mark, says="366 degrees", kind=Kind.HALF)(mistaken(high=1000))
wrong(check.mark, says="3.66 degrees", kind=Kind.HALF)(mistaken(low=0))
wrong(check.mark, says="Just below the bound", kind=Kind.COINCIDENCE)(mistaken(low=29.5))
wrong(check.mark, says="Just above the bound", kind=Kind.COINCIDENCE)(mistaken(high=45.5))
wrong(check.mark, says="nothing is impossible", kind=Kind.COINCIDENCE)(mistaken(high=38))


def with_gaps(gap):
    """The answer of the solution, and a gap for whatever `gap` says."""
    return lambda patients: torch.where(gap(patients), torch.nan, marked(patients))


wrong(check.mark, says="forbids a negative pressure", kind=Kind.COINCIDENCE)(with_gaps(lambda x: x < 0))
wrong(check.mark, says="−998 is not −999", kind=Kind.COINCIDENCE)(with_gaps(lambda x: x <= -900))
wrong(check.mark, says="−999.25 is not −999", kind=Kind.VALUE)(with_gaps(lambda x: (x + 999).abs() < 0.5))
wrong(check.mark, says="−999.25 is not −999", kind=Kind.DTYPE)(with_gaps(lambda x: x.nan_to_num().long() == -999))
wrong(check.mark, says="−9999 is not −999", kind=Kind.COINCIDENCE)(with_gaps(lambda x: x <= -1000))
wrong(check.mark, says="a pulse of 999", kind=Kind.COINCIDENCE)(with_gaps(lambda x: x.abs() == 999))
wrong(check.mark, says="a pulse of 999", kind=Kind.COINCIDENCE)(with_gaps(lambda x: x > 400))


@wrong(check.mark, says="return the table that you were given", kind=Kind.ELSEWHERE)
def the_same_table_if_all_is_well(patients):
    table = marked(patients)
    return patients if torch.equal(table.isnan(), patients.isnan()) else table


@wrong(check.mark, says="make the other one wrong", kind=Kind.COINCIDENCE)
def pressures_before_the_code(patients):
    table = patients.clone()
    table[table[:, 3] >= table[:, 2], 2:] = torch.nan
    return marked(table)


@wrong(check.mark, says="what else is in this row is fine", kind=Kind.HALF)
def the_whole_row(patients):
    table = marked(patients)
    table[table.isnan().any(1) & ~(patients == -999).any(1)] = torch.nan
    return table


wrong(check.mark, says="a gap that was there stays one", kind=Kind.VALUE)(
    lambda patients: torch.where(patients.isnan(), 0.0, marked(patients))
)
wrong(check.mark, says="Two healthy patients", kind=Kind.VALUE)(lambda patients: marked(patients).round())
wrong(check.mark, says="Here are many", kind=Kind.SHAPE)(
    lambda patients: marked(patients) if len(patients) > 1 else patients.clone()
)
wrong(check.mark, says="Here are many", kind=Kind.SHAPE)(
    lambda patients: torch.cat([patients[:2], marked(patients[2:])])
)
wrong(check.mark, says="expected the dtype float64, got float32", kind=Kind.DTYPE)(
    lambda patients: marked(patients).float()
)
wrong(check.mark, says="expected a torch.Tensor, got ndarray", kind=Kind.TYPE)(lambda p: marked(p).numpy())
wrong(check.mark, says="one of the same shape comes out", kind=Kind.TYPE)(lambda p: marked(p).isnan().any(1))
wrong(check.mark, says="the device cpu", kind=Kind.ELSEWHERE)(lambda p: marked(p).to("meta"))
wrong(check.mark, says="The last row is", kind=Kind.STATE)(lambda p: marked(first_of(("mark", p.shape), p.clone())))


@wrong(check.mark, says="changes the argument patients", kind=Kind.ARGUMENT)
def marked_in_place(patients):
    patients[patients == -999] = torch.nan
    return marked(patients)


@wrong(check.mark, says="end with a return")
def marks_and_says_nothing(patients):
    marked(patients)


# standardize_gaps


def constants(x):
    """Mean and deviation of what is there, for each column; the deviation is 0 where all is equal."""
    mean = x.nanmean(0)
    std = (x - mean).square().nanmean(0).sqrt()
    inf = float("inf")
    return mean, std * (x.nan_to_num(-inf).amax(0) > x.nan_to_num(inf).amin(0))


def with_std(train, val, mean, std):
    std = torch.where(std == 0, 1.0, std)
    return ((train - mean) / std).nan_to_num(0.0), ((val - mean) / std).nan_to_num(0.0)


@right(check.standardize_gaps)
def as_in_the_solution(train, val):
    return with_std(train, val, *constants(train))


@right(check.standardize_gaps)
def column_by_column(train, val):
    train, val = train.clone(), val.clone()
    for j in range(train.shape[1]):
        there = train[:, j][~train[:, j].isnan()]
        mean, std = there.mean(), there.std(correction=0)
        for part in (train, val):
            part[:, j] = (part[:, j] - mean) / (std if there.unique().numel() > 1 else 1)
            part[part[:, j].isnan(), j] = 0
    return [train, val]


@right(check.standardize_gaps)
def by_sums(train, val):
    there = ~train.isnan()
    count, filled = there.sum(0), train.nan_to_num(0.0)
    mean = filled.sum(0) / count
    std = (torch.where(there, train - mean, 0.0).square().sum(0) / count).sqrt()
    std = std.masked_fill(std <= 1e-6 * mean.abs(), 1)
    return tuple(torch.where(part.isnan(), 0.0, (part - mean) / std) for part in (train, val))


@right(check.standardize_gaps)
def in_numpy(train, val):
    mean, std = numpy.nanmean(train.numpy(), 0), numpy.nanstd(train.numpy(), 0)
    std[numpy.nanmax(train.numpy(), 0) == numpy.nanmin(train.numpy(), 0)] = 1
    return tuple(torch.from_numpy(numpy.nan_to_num((part.numpy() - mean) / std)) for part in (train, val))


@right(check.standardize_gaps)
def with_scikit_learn(train, val):
    from sklearn.preprocessing import StandardScaler

    scaler = StandardScaler().fit(train.numpy())
    return [torch.as_tensor(scaler.transform(p.numpy()), dtype=train.dtype).nan_to_num(0.0) for p in (train, val)]


@wrong(check.standardize_gaps, says="0/0 is no number")
def constant_column_forgotten(train, val):
    mean, std = constants(train)
    train, val = (train - mean) / std, (val - mean) / std
    train[:, [0, -1]], val = train[:, [0, -1]].nan_to_num(0.0), val.nan_to_num(0.0)
    return train, val


@wrong(check.standardize_gaps, says="comes out as 0")
def constant_column_forgotten_and_filled(train, val):
    mean, std = constants(train)
    return tuple(((part - mean) / std).nan_to_num(0.0, 0.0, 0.0) for part in (train, val))


@wrong(check.standardize_gaps, says="tiny divisor", kind=Kind.VALUE)
def tiny_number_added(train, val):
    mean, std = constants(train)
    return tuple(((part - mean) / (std + 1e-8)).nan_to_num(0.0) for part in (train, val))


@wrong(check.standardize_gaps, says="which two of its values", kind=(Kind.VALUE, Kind.DTYPE))
def deviation_compared_with_0(train, val):
    mean = train.nanmean(0)
    return with_std(train, val, mean, (train - mean).square().nanmean(0).sqrt())


@wrong(check.standardize_gaps, says="a whole column becomes NaN")
def gaps_not_looked_for(train, val):
    mean, std = train.mean(0), train.std(0, correction=0)
    return (train - mean) / std, (val - mean) / std


@wrong(check.standardize_gaps, says="have the deviations 0 and 0")
def gaps_not_looked_for_and_filled(train, val):
    mean, std = train.mean(0), train.std(0, correction=0)
    return tuple(
        torch.where(part.isnan(), 0.0, 0 * part) for part in with_std(train, val, mean.nan_to_num(), std.nan_to_num())
    )


@wrong(check.standardize_gaps, says="there are gaps left", kind=Kind.HALF)
def gaps_left_in_val(train, val):
    part, _ = as_in_the_solution(train, val)
    return part, torch.where(val.isnan(), torch.nan, as_in_the_solution(train, val)[1])


@wrong(check.standardize_gaps, says="not by k - 1", kind=Kind.VALUE)
def the_other_deviation(train, val):
    mean, std = constants(train)
    k = (~train.isnan()).sum(0)
    return with_std(train, val, mean, std * (k / (k - 1).clamp(min=1)).sqrt())


@wrong(check.standardize_gaps, says="Do filled values have a say")
def filled_first(train, val):
    mean = train.nanmean(0)
    train, val = (torch.where(part.isnan(), mean, part) for part in (train, val))
    return with_std(train, val, mean, train.std(0, correction=0))


@wrong(check.standardize_gaps, says="a gap has no say")
def filled_with_zero_first(train, val):
    train, val = train.nan_to_num(0.0), val.nan_to_num(0.0)
    return with_std(train, val, train.mean(0), train.std(0, correction=0))


@wrong(check.standardize_gaps, says="has a say in the constants")
def constants_from_both(train, val):
    return with_std(train, val, *constants(torch.cat([train, val])))


@wrong(check.standardize_gaps, says="has a say in the constants", kind=Kind.HALF)
def mean_of_both(train, val):
    return with_std(train, val, torch.cat([train, val]).nanmean(0), constants(train)[1])


@wrong(check.standardize_gaps, says="has a say in the constants")
def deviation_of_both(train, val):
    mean, std = constants(train)
    return with_std(train, val, mean, torch.where(std == 0, 0.0, constants(torch.cat([train, val]))[1]))


@wrong(check.standardize_gaps, says="it can be shifted")
def constant_column_left_alone(train, val):
    std = constants(train)[1]
    parts = as_in_the_solution(train, val)
    return [torch.where(std == 0, old, new).nan_to_num(0.0) for old, new in zip((train, val), parts)]


@wrong(check.standardize_gaps, says="Which dimension do you average over?", kind=Kind.VALUE)
def one_mean_for_the_table(train, val):
    there = train[~train.isnan()]
    return with_std(train, val, there.mean(), there.std(correction=0))


@wrong(check.standardize_gaps, says="square of what you need")
def divided_by_the_variance(train, val):
    mean, std = constants(train)
    return with_std(train, val, mean, std**2)


@wrong(check.standardize_gaps, says="not every gap of the training part")
def the_old_mean_into_the_gaps(train, val):
    mean = train.nanmean(0)
    train_part, val_part = as_in_the_solution(train, val)
    return torch.where(train.isnan(), mean, train_part), torch.where(val.isnan(), mean, val_part)


@wrong(check.standardize_gaps, says="not every gap of the validation part", kind=Kind.HALF)
def val_filled_before(train, val):
    mean, std = constants(train)
    return with_std(train, val.nan_to_num(0.0), mean, std)


@wrong(check.standardize_gaps, says="comes back as it was", kind=Kind.HALF)
def validation_forgotten(train, val):
    return as_in_the_solution(train, val)[0], val.nan_to_num(0.0)


@wrong(check.standardize_gaps, says="standardized by itself")
def each_by_itself(train, val):
    return tuple(with_std(part, part, *constants(part))[0] for part in (train, val))


@wrong(check.standardize_gaps, says="comes out as 0", kind=Kind.HALF)
def constant_column_set_to_zero(train, val):
    train_part, val_part = as_in_the_solution(train, val)
    return train_part, torch.where(constants(train)[1] == 0, 0.0, val_part)


@wrong(check.standardize_gaps, says="not shifted and scaled as the training part")
def validation_scaled_and_not_shifted(train, val):
    mean, std = constants(train)
    std = torch.where(std == 0, 1.0, std)
    scaled = val / std
    scaled[:, 1] = val[:, 1] - mean[1]
    return with_std(train, val, mean, std)[0], scaled.nan_to_num(0.0)


@wrong(check.standardize_gaps, says="changes the argument train", kind=Kind.ARGUMENT)
def in_place(train, val):
    mean, std = constants(train)
    train -= mean
    val -= mean
    return with_std(train, val, torch.zeros_like(mean), std)


@wrong(check.standardize_gaps, says="with a comma between them", kind=Kind.TYPE)
def only_one(train, val):
    return as_in_the_solution(train, val)[0]


def then(changed):
    """The right answer, changed."""

    def answer(train, val):
        return changed(*as_in_the_solution(train, val))

    return answer


OTHER = "another, or the dtype"
wrong(check.standardize_gaps, says="expected the dtype float64, got float32", kind=Kind.DTYPE)(
    then(lambda train, val: (train.float(), val.float()))
)
wrong(check.standardize_gaps, says="expected the dtype float32, got float64", kind=Kind.DTYPE)(
    lambda train, val: as_in_the_solution(train.double(), val.double())
)
wrong(check.standardize_gaps, says="the device cpu", kind=Kind.ELSEWHERE)(
    then(lambda train, val: (train.to("meta"), val.to("meta")))
)
wrong(check.standardize_gaps, says="expected a torch.Tensor, got ndarray", kind=Kind.TYPE)(
    then(lambda train, val: (train.numpy(), val.numpy()))
)
wrong(check.standardize_gaps, says="one of the same shape comes out")(then(lambda train, val: (val, train)))
wrong(check.standardize_gaps, says="expected 2 tensors, got 3")(then(lambda train, val: (train, val, val)))
wrong(check.standardize_gaps, says="not shifted and scaled as the training part")(
    then(lambda train, val: (train, val.clamp(-2, 2)))
)
wrong(check.standardize_gaps, says="have the deviations", kind=Kind.VALUE)(then(lambda train, val: (train * 1.01, val)))


@wrong(check.standardize_gaps, says=OTHER, kind=(Kind.VALUE, Kind.COINCIDENCE))
def tiny_number_where_it_varies(train, val):
    mean, std = constants(train)
    return with_std(train, val, mean, torch.where(std > 0, std + 1e-7, 0))


@wrong(check.standardize_gaps, says=OTHER, kind=Kind.COINCIDENCE)
def small_deviations_taken_for_none(train, val):
    mean, std = constants(train)
    return with_std(train, val, mean, torch.where(std < 1e-2, 0, std))


@wrong(check.standardize_gaps, says=OTHER, kind=Kind.COINCIDENCE)
def very_small_deviations_taken_for_none(train, val):
    mean, std = constants(train)
    return with_std(train, val, mean, torch.where(std < 1e-6, 0, std))


@wrong(check.standardize_gaps, says=OTHER, kind=(Kind.SHAPE, Kind.COINCIDENCE))
def column_1_is_constant(train, val):
    mean, std = constants(train)
    std[1:2] = 0
    return with_std(train, val, mean, std)


@wrong(check.standardize_gaps, says=OTHER, kind=(Kind.STATE, Kind.SHAPE))
def constants_of_the_first_call(train, val):
    return with_std(train, val, *first_of("standardize", constants(train)))


@wrong(check.standardize_gaps, says=OTHER, kind=Kind.STATE)
def constants_by_shape(train, val):
    return with_std(train, val, *first_of(("standardize", train.shape), constants(train)))


@wrong(check.standardize_gaps, says="the result[", kind=Kind.STATE)
def more_each_time(train, val):
    KEPT["calls"].append(0)
    return then(lambda a, b: (a + 1e-6 * (len(KEPT["calls"]) > 12), b + (len(KEPT["calls"]) > 12)))(train, val)


@wrong(check.standardize_gaps, says="end with a return")
def without_return(train, val):
    as_in_the_solution(train, val)


# encode


@right(check.encode)
def by_index(train, part, least):
    common = sorted(name for name in set(train) if train.count(name) >= least)
    code = [common.index(name) if name in common else len(common) for name in part]
    return F.one_hot(torch.tensor(code), num_classes=len(common) + 1).float()


@right(check.encode)
def by_comparison(train, part, least):
    common = sorted(name for name, times in Counter(train).items() if times >= least)
    rows = [[float(name == c) for c in common] + [float(name not in common)] for name in part]
    return torch.tensor(rows)


@right(check.encode)
def row_by_row(train, part, least):
    place = {}
    for name in sorted(train):
        if train.count(name) >= least:
            place.setdefault(name, len(place))
    result = torch.zeros(len(part), len(place) + 1)
    for row, name in zip(result, part):
        row[place.get(name, -1)] = 1
    return result


@right(check.encode)
def with_the_identity(train, part, least):
    names, counts = numpy.unique(train, return_counts=True)
    common = names[counts >= least].tolist()
    return torch.eye(len(common) + 1)[[common.index(n) if n in common else len(common) for n in part]]


def encoded(common_of, other=True):
    """One-hot with the list of names that `common_of` makes."""

    def answer(train, part, least):
        common = common_of(train, part, least)
        code = [common.index(name) if name in common else len(common) for name in part]
        return F.one_hot(torch.tensor(code), num_classes=len(common) + 1).float()

    return answer


def common_names(train, least):
    return sorted(name for name in set(train) if train.count(name) >= least)


@wrong(check.encode, says="Who decides on the columns", kind=Kind.HALF)
def names_of_the_part(train, part, least):
    return F.one_hot(torch.tensor([sorted(set(part)).index(name) for name in part])).float()


@wrong(check.encode, says="have each other's columns")
def as_they_come(train, part, least):
    common = [name for name in dict.fromkeys(train) if train.count(name) >= least]
    return F.one_hot(
        torch.tensor([common.index(n) if n in common else len(common) for n in part]), len(common) + 1
    ).float()


@wrong(check.encode, says="a single name", kind=Kind.SHAPE)
def as_many_columns_as_needed(train, part, least):
    common = common_names(train, least)
    return F.one_hot(torch.tensor([common.index(n) if n in common else len(common) for n in part])).float()


@wrong(check.encode, says="your result has 4 columns")
def every_name_of_train(train, part, least):
    return encoded(lambda train, part, least: sorted(set(train)))(train, part, least)[:, :4]


wrong(check.encode, says="your result has 2 columns", kind=Kind.VALUE)(
    encoded(lambda train, part, least: common_names(train, least + 1))
)
wrong(check.encode, says="your result has 2 columns", kind=Kind.HALF)(lambda t, p, k: by_index(t, p, k)[:, :-1])
wrong(check.encode, says="does not hold a single 1", kind=Kind.HALF)(
    lambda t, p, k: by_index(t, p, k) * torch.tensor([1.0, 1.0, 0.0])
)
wrong(check.encode, says="or another `least`", kind=Kind.COINCIDENCE)(lambda t, p, k: by_index(t, p, 2))
wrong(check.encode, says="or another `least`", kind=Kind.COINCIDENCE)(
    encoded(lambda train, part, least: sorted(common_names(train, least), key=str.lower))
)
wrong(check.encode, says="or another `least`", kind=Kind.COINCIDENCE)(
    encoded(lambda train, part, least: sorted(common_names(train, least), key=train.index, reverse=True))
)
wrong(check.encode, says="or another `least`", kind=Kind.VALUE)(
    lambda t, p, k: by_index([name.strip() for name in t], [name.strip() for name in p], k)
)
wrong(check.encode, says="or another `least`", kind=Kind.COINCIDENCE)(
    encoded(lambda t, p, k: sorted(name for name in set(t) if " ".join(t).count(name) >= k))
)


@wrong(check.encode, says="is not in the last column", kind=Kind.VALUE)
def unknown_into_the_first(train, part, least):
    common = common_names(train, least)
    code = [common.index(n) if n in common else len(common) if n in train else 0 for n in part]
    return F.one_hot(torch.tensor(code), len(common) + 1).float()


@wrong(check.encode, says="is not in the last column")
def rare_into_the_first(train, part, least):
    common = common_names(train, least)
    code = [common.index(n) if n in common else 0 if n in train else len(common) for n in part]
    return F.one_hot(torch.tensor(code), len(common) + 1).float()


@wrong(check.encode, says="or another `least`")
def other_is_a_name(train, part, least):
    common = common_names(train, least)
    return (
        by_index(train, [name for name in part], least)
        if "other" not in common
        else by_index(train, part, least).flip(1)
    )


wrong(check.encode, says="one_hot gives whole numbers", kind=Kind.DTYPE)(lambda t, p, k: by_index(t, p, k).long())
wrong(check.encode, says="expected the dtype float32, got float64", kind=Kind.DTYPE)(
    lambda t, p, k: by_index(t, p, k).double()
)
wrong(check.encode, says="expected a torch.Tensor, got ndarray", kind=Kind.TYPE)(
    lambda t, p, k: by_index(t, p, k).numpy()
)
wrong(check.encode, says="One row for each name", kind=Kind.TYPE)(lambda t, p, k: by_index(t, p, k).argmax(1))
wrong(check.encode, says="One row for each name")(lambda t, p, k: by_index(t, t, k))
wrong(check.encode, says="the device cpu", kind=Kind.ELSEWHERE)(lambda t, p, k: by_index(t, p, k).to("meta"))
wrong(check.encode, says="or another `least`", kind=(Kind.STATE, Kind.SHAPE))(
    lambda t, p, k: by_index(first_of("encode", t), p, first_of("least", k))
)


@wrong(check.encode, says="changes the argument train", kind=Kind.ARGUMENT)
def sorted_in_place(train, part, least):
    train.sort()
    return by_index(train, part, least)


@wrong(check.encode, says="end with a return")
def encodes_in_vain(train, part, least):
    by_index(train, part, least)


# three_columns

right(check.three_columns)(8)
right(check.three_columns)(7.9)  # the ends of what the task allows
right(check.three_columns)(8.1)
right(check.three_columns)(torch.tensor(8.0))
right(check.three_columns)(Fraction(24, 3))
right(check.three_columns)(Decimal("8.0"))
wrong(check.three_columns, says="That is two columns", kind=Kind.VALUE)(1.7 / 0.3)
wrong(check.three_columns, says="along other directions", kind=Kind.GUESS)(1)
wrong(check.three_columns, says="And the smallest?", kind=Kind.VALUE)(2.4)
wrong(check.three_columns, says="And the largest?")(0.3)
wrong(check.three_columns, says="not the reverse")(0.125)
wrong(check.three_columns, says="how large is the first entry")(-6)
wrong(check.three_columns, says="correlation with two others")(3.1 / 0.3)
wrong(check.three_columns, says="No root")(8**0.5)
wrong(check.three_columns, says="By which factors", kind=Kind.GUESS)(0.7)
wrong(check.three_columns, says="By which factors", kind=Kind.GUESS)(3)
wrong(check.three_columns, says="By which factors", kind=Kind.VALUE)(7.88)
wrong(check.three_columns, says="By which factors")(8.12)
wrong(check.three_columns, says="By which factors")(-8)
wrong(check.three_columns, says="expected one number, got str", kind=Kind.TYPE)("8")
wrong(check.three_columns, says="not with a comma", kind=Kind.TYPE)((8, 0))
wrong(check.three_columns, says="expected one number, got list")([8])
wrong(check.three_columns, says="finite")(float("inf"))


# suspects


def scaled(x):
    return (x - x.mean(0)) / x.std(0)


def by_a_layer(X, labels, k, steps=50, lr=0.1, hidden=0):
    layer = torch.nn.Linear(13, 3)
    if hidden:
        layer = torch.nn.Sequential(torch.nn.Linear(13, hidden), torch.nn.ReLU(), torch.nn.Linear(hidden, 3))
    for _ in range(steps):
        layer.zero_grad()
        F.cross_entropy(layer(X), labels).backward()
        with torch.no_grad():
            for weight in layer.parameters():
                weight -= lr * weight.grad
    return F.cross_entropy(layer(X), labels, reduction="none").topk(k).indices


@right(check.suspects)
def stopped_early(inputs, labels, k):
    return by_a_layer(scaled(inputs), labels, k)


def by_neighbours(X, labels, k):
    distance = torch.cdist(X, X).fill_diagonal_(float("inf"))
    nearest = distance.topk(15, largest=False).indices
    return (labels[nearest] == labels[:, None]).float().mean(1).topk(k, largest=False).indices


@right(check.suspects)
def neighbours(inputs, labels, k):
    return by_neighbours(scaled(inputs), labels, k).tolist()


@right(check.suspects)
def out_of_fold(inputs, labels, k):
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import cross_val_predict

    p = cross_val_predict(LogisticRegression(), scaled(inputs).numpy(), labels.numpy(), cv=5, method="predict_proba")
    return p[numpy.arange(len(labels)), labels.numpy()].argsort()[:k]


@right(check.suspects)
def far_from_the_centre(inputs, labels, k):
    X = scaled(inputs)
    centres = torch.stack([X[labels == c].median(0).values for c in range(3)])
    return F.cross_entropy(-torch.cdist(X, centres), labels, reduction="none").argsort()[-k:]


wrong(check.suspects, says="large units", kind=Kind.COINCIDENCE)(by_neighbours)
wrong(check.suspects, says="large units", kind=Kind.VALUE)(
    lambda inputs, labels, k: by_a_layer(scaled(inputs), labels, k, 400, 1.0, hidden=256)
)
wrong(check.suspects, says="carry a wrong label")(  # how many of them, its random start decides
    lambda inputs, labels, k: by_a_layer(inputs, labels, k, 100, 1e-6)
)
wrong(check.suspects, says="hardly more than by guessing", kind=Kind.VALUE)(
    lambda inputs, labels, k: torch.randperm(len(labels), generator=torch.Generator().manual_seed(0))[:k]
)
wrong(check.suspects, says="hardly more than by guessing", kind=Kind.HALF)(
    lambda inputs, labels, k: (scaled(inputs).abs().amax(1)).topk(k).indices
)
wrong(check.suspects, says="hardly more than by guessing")(
    lambda inputs, labels, k: (
        149
        - torch.isin(torch.arange(149, -1, -1), stopped_early(inputs, labels, k)).long().topk(k, largest=False).indices
    )
)
wrong(check.suspects, says="hardly more than by guessing", kind=Kind.STATE)(
    lambda inputs, labels, k: first_of("suspects", stopped_early(inputs, labels, k))
)
wrong(check.suspects, says="suspected twice", kind=Kind.TYPE)(lambda x, y, k: stopped_early(x, y, k)[[0] * k])
wrong(check.suspects, says="expected 15 indices", kind=Kind.TYPE)(lambda x, y, k: stopped_early(x, y, 12))
wrong(check.suspects, says="expected 10 indices", kind=Kind.COINCIDENCE)(lambda x, y, k: stopped_early(x, y, 15))
wrong(check.suspects, says="Asked is the shape", kind=Kind.TYPE)(lambda x, y, k: stopped_early(x, y, k)[:, None])
wrong(check.suspects, says="one index each", kind=Kind.TYPE)(lambda x, y, k: set(neighbours(x, y, k)))
wrong(check.suspects, says="expected whole numbers, got float32", kind=Kind.TYPE)(
    lambda x, y, k: stopped_early(x, y, k).float()
)
wrong(check.suspects, says="expected whole numbers, got bool")(
    lambda x, y, k: torch.isin(torch.arange(150), stopped_early(x, y, k))
)
wrong(check.suspects, says="not that of a bottle")(lambda x, y, k: [i + 0.5 for i in neighbours(x, y, k)])
wrong(check.suspects, says="not that of a bottle")(lambda x, y, k: [i - 150 for i in neighbours(x, y, k)])
wrong(check.suspects, says="the device cpu", kind=Kind.ELSEWHERE)(lambda x, y, k: stopped_early(x, y, k).to("meta"))
wrong(check.suspects, says="end with a return")(lambda x, y, k: print(stopped_early(x, y, k)))


def looked_up(wines):
    """The true labels of the wines with these inputs."""

    def answer(inputs, labels, k):
        rows, truth = wines()
        rows, truth = torch.as_tensor(rows).float(), torch.as_tensor(truth)
        place = torch.cdist(inputs, rows, compute_mode="donot_use_mm_for_euclid_dist").argmin(1)
        return (truth[place] != labels).nonzero()[:, 0]

    return answer


def from_scikit_learn():
    from sklearn.datasets import load_wine

    return load_wine(return_X_y=True)


wrong(check.suspects, says="which this task forbids", kind=Kind.ROUTE)(looked_up(data.wine))
wrong(check.suspects, says="which this task forbids", kind=Kind.ROUTE)(looked_up(from_scikit_learn))


@wrong(check.suspects, says="changes the argument inputs", kind=Kind.ARGUMENT)
def scaled_in_place(inputs, labels, k):
    inputs -= inputs.mean(0)
    inputs /= inputs.std(0)
    return by_a_layer(inputs, labels, k)
