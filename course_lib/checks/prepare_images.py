"""Checks of *Preparing images*: folders and bytes, chains of transforms, data sets, workers, own pictures, shifts."""

import operator
import warnings

import numpy
import torch
from PIL import Image

from course_lib import data

from .core import NO_RETURN, Exercise, Mistake, NotAttempted, ask, call, close, expect, number, several, shown, tensor
from .probes import KEEPS, same_as

PLACE = torch.arange(28.0) - 13.5  # of a pixel, from the centre
INK = 153  # the byte of the test picture, on paper


def _converted(chain, picture, name):
    """What `chain` makes of a picture, if it is a float32 tensor with one channel."""
    before = picture.tobytes()
    value = call(chain, picture)
    expect(picture.tobytes() == before, f"the {name} chain changes the picture that it is given", "Make a new one.")
    expect(
        isinstance(value, torch.Tensor),
        f"the {name} chain returns a {type(value).__name__}, not a tensor",
        "ToImage makes a tensor of a picture.",
    )
    expect(
        value.shape != (3, 28, 28),
        f"the {name} chain makes three channels of a grey picture",
        "Normalize with three constants does that, silently. How many has a grey picture?",
    )
    expect(
        value.dtype == torch.float32,
        f"the {name} chain returns {value.dtype}".replace("torch.", ""),
        "Asked is float32.",
    )
    expect(
        value.shape == (1, 28, 28),
        f"the {name} chain returns the shape {tuple(value.shape)}",
        "Which step changes the size?",
    )
    return tensor(value)


def _pictures():
    """An L in grey on paper, its centre of mass near the middle; noise; and paper alone; as bytes (28, 28)."""
    letter = numpy.zeros((28, 28), dtype=numpy.uint8)
    letter[6:21, 10:14] = INK
    letter[17:21, 10:19] = INK
    noise = numpy.random.default_rng(0).integers(0, 256, (28, 28), dtype=numpy.uint8)
    noise[0, :3] = 0, 51, 255
    return letter, noise, numpy.zeros((28, 28), dtype=numpy.uint8)


def _moments(ink):
    """Mass, centre (x, y), covariance, and third moment along the longer axis, of each picture's ink (n, 28, 28)."""
    mass = ink.sum((1, 2))
    share = ink / mass[:, None, None]
    x, y = (share.sum(dim) @ PLACE for dim in (1, 2))
    dx, dy = PLACE - x[:, None], PLACE - y[:, None]
    xx, yy = (share.sum(1) * dx**2).sum(1), (share.sum(2) * dy**2).sum(1)
    xy = torch.einsum("nij,nj,ni->n", share, dx, dy)
    turn = 0.5 * torch.atan2(2 * xy, yy - xx)  # of the longer axis, against the upright
    along = turn.sin()[:, None, None] * dx[:, None, :] + turn.cos()[:, None, None] * dy[:, :, None]
    return mass, torch.stack([x, y]), torch.stack([xx, yy, xy]), turn, (share * along**3).sum((1, 2))


def _poses(drawn, letter):
    """Angle (degrees) and shift (x, y) of each drawn letter, which may differ from `letter` in nothing else."""
    mass, centre, spread, turn, skew = _moments(drawn)
    (mass_0, centre_0, spread_0, turn_0, skew_0) = _moments(letter[None])
    determinant, trace = (spread[0] * spread[1] - spread[2] ** 2), spread[0] + spread[1]
    determinant_0, trace_0 = (spread_0[0] * spread_0[1] - spread_0[2] ** 2), spread_0[0] + spread_0[1]
    expect(
        all(
            ((a / b - 1).abs() < 0.12).all()
            for a, b in ((mass, mass_0), (determinant, determinant_0), (trace, trace_0))
        ),
        "the letters in the training pictures become smaller, larger, fainter or slanted",
        "Asked is to turn and to shift. What else does your chain do?",
    )
    angle = torch.rad2deg(turn - turn_0)
    expect(
        (angle.abs() < 45).all() and (skew / skew_0 > 0.5).all(),
        "the training pictures are mirrored, or turned much too far",
        "Asked is to turn and to shift. What else does your chain do?",
    )
    sin, cos = torch.sin(turn - turn_0), torch.cos(turn - turn_0)
    x, y = centre_0
    return angle, centre - torch.stack([cos * x + sin * y, cos * y - sin * x])


@Exercise.that(needs=["torchvision.transforms.v2"])
def chains(answer):
    """The two chains of transforms, in today's names, for grey pictures."""
    letter, noise, paper = _pictures()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        training, test = several(ask(answer), 2, "chains", "Return both, with a comma between them.")
        once = _converted(test, Image.fromarray(noise), "test")
        _converted(training, Image.fromarray(noise), "training")
    again, other = (_converted(test, Image.fromarray(picture), "test") for picture in (noise, letter))
    expect(
        torch.equal(once, again),
        "the test chain gives another tensor each time",
        "A score must not depend on dice. Which of the steps belong to testing?",
    )
    parts = [part for chain in (training, test) for part in [chain, *getattr(chain, "transforms", [])]]
    old = [type(part).__name__ for part in parts if (type(part).__doc__ or "").startswith("[DEPRECATED]")]
    expect(
        not old and not any("deprecated" in str(warning.message) for warning in caught),
        f"{old[0] if old else 'something in your chains'} still works, but it is deprecated",
        "Its warning, or its documentation, names what replaces it.",
    )
    wanted = (torch.as_tensor(noise)[None] / 255 - 0.5) / 0.5
    places = [0, 1, 2, int((once - wanted).abs().argmax())]  # three bytes that everyone can follow, and the worst
    become = ", ".join(f"{noise.flat[place]} → {once.flatten()[place]:.5g}" for place in dict.fromkeys(places))
    expect(
        close(once, wanted, atol=1e-6),
        f"some bytes become other numbers in the test chain than they should: {become}",
        "Each pixel stays where it is: first to 0 … 1, then Normalize to -1 … 1. What does `scale` do in ToDtype?",
    )
    expect(
        close(other, (torch.as_tensor(letter)[None] / 255 - 0.5) / 0.5, atol=1e-6),
        "the test chain is right for one picture, and not for the next",
        "Does something live on from one picture to the next?",
    )
    torch.manual_seed(5)
    drawn = torch.cat([_converted(training, Image.fromarray(letter), "training") for _ in range(250)])
    blank = torch.cat([_converted(training, Image.fromarray(paper), "training") for _ in range(10)])
    expect(
        not torch.equal(drawn[0], drawn[1]),
        "the training chain gives the same tensor each time",
        "What became of RandomAffine?",
    )
    expect(
        ((blank + 1).abs() < 0.1).any(),
        f"paper, the byte 0, becomes {blank[0, 14, 14]:.2g} in the training chain",
        "Which of the test chain's steps does the training chain need too, to end in -1 … 1?",
    )
    expect(
        drawn.max() < 1.7,
        f"the byte {INK} becomes {drawn.max():.0f} in the training chain",
        "Asked is -1 … 1. What does `scale` do in ToDtype?",
    )
    expect(
        (blank == -1).all(),
        f"a blank picture comes out with values up to {blank.max():.2g} instead of -1 everywhere",
        "What comes in from outside is 0 unless you say otherwise, and the edge is mixed with 0 even then. "
        "At which place of the chain is 0 paper?",
    )
    ink = (drawn + 1) / 2
    turned = torch.rad2deg(_moments(ink)[3] - _moments(torch.as_tensor(letter)[None] / 255)[3])
    expect(
        turned.abs().max() > 2,
        "in 250 draws the picture is never turned",
        "Asked is to turn it by up to 20 degrees, either way.",
    )
    greys = ((ink > 0.02) & (ink < 0.98 * INK / 255)).any((1, 2))
    expect(
        greys.any(),
        "the training pictures hold only the grey levels of the original",
        "That is what the nearest pixel gives, the default. Asked is bilinear.",
    )
    expect(
        ink.max() < (INK + 1.5) / 255 and ink.min() > -0.001,
        f"the grey {INK / 127.5 - 1:.2f} becomes up to {drawn.max():.2f} in the training chain, paper {drawn.min():.2f}",
        "Bilinear interpolation mixes neighbours, so nothing comes out darker or brighter than they are.",
    )
    angle, shift = _poses(ink, torch.as_tensor(letter) / 255)
    for axis, moved in zip(("sideways", "up and down"), shift):
        expect(
            -4.7 < moved.min() < -3.4 and 3.4 < moved.max() < 4.7 and 1.6 < moved.abs().mean() < 2.6,
            f"in 250 draws the picture moves {axis} by {moved.min():.1f} to {moved.max():.1f} pixels",
            "Asked is a shift by up to 15 % of 28 pixels, in both directions, evenly.",
        )
    expect(
        -20.8 < angle.min() < -18.3 and 18.3 < angle.max() < 20.8 and 8 < angle.abs().mean() < 12,
        f"in 250 draws the picture is turned by {angle.min():.0f} to {angle.max():.0f} degrees",
        "Asked is to turn it by up to 20, either way, evenly.",
    )
    together = torch.corrcoef(torch.stack([angle, *shift]))
    expect(
        (together - torch.eye(3)).abs().max() < 0.35,
        "angle and shift depend on each other",
        "Each of them is drawn for itself.",
    )
    training, test = several(ask(answer), 2, "chains at a second call", KEEPS)
    drawn = torch.cat([_converted(training, Image.fromarray(letter), "training") for _ in range(30)])
    angle, shift = _poses((drawn + 1) / 2, torch.as_tensor(letter) / 255)
    expect(
        torch.equal(once, _converted(test, Image.fromarray(noise), "test"))
        and angle.std() > 6
        and (shift.std(1) > 1.2).all(),
        "a second call of chains makes other chains than the first",
        KEEPS,
    )


class _Some:
    """A data set whose image i is the tensor [i], with these labels."""

    def __init__(self, labels):
        self.labels = labels

    def __len__(self):
        return len(self.labels)

    def __getitem__(self, i):
        i = operator.index(i)
        return torch.tensor([float(i)]), self.labels[i]


class _Counted:
    """A transform that gives another result each time; `offset` tells one of them from another."""

    def __init__(self, offset):
        self.offset, self.reads = offset, 0

    def __call__(self, image):
        if not isinstance(image, torch.Tensor):
            raise TypeError(f"the transform takes an image of the data set, and got {shown(image)}")
        self.reads += 1
        torch.rand(())  # the dice that torchvision's transforms throw
        return f"image {image.item():g} through transform {self.offset}, reading {self.reads}"


class _Broken(_Counted):
    """A transform that fails."""

    def __call__(self, image):
        raise ValueError("this picture is broken")


def _kept(dataset, indices, before):
    expect(
        list(vars(dataset)) == ["labels"],
        "your data set changes the one that it is given",
        "Other views share it. What belongs to one view is kept in the view.",
    )
    expect(
        [int(i) for i in indices] == before,
        "your data set changes the indices that it is given",
        "They belong to the caller. Methods such as .sort() and .pop() write into the list.",
    )


def _made(answer, dataset, indices, transform):
    """The view, if it has a length and can be indexed."""
    before = [int(i) for i in indices]
    made = call(answer, dataset, indices, transform)
    _kept(dataset, indices, before)
    expect(made is not None, "expected a data set, got None", NO_RETURN)
    if not any(hasattr(made, method) for method in ("__len__", "__getitem__", "__iter__")):
        raise NotAttempted
    for method, use in (("__len__", "len(view)"), ("__getitem__", "view[1]")):
        expect(
            hasattr(made, method),
            f"{use} does not work: your data set has no method {method}",
            "A data set has a length and can be indexed.",
        )
    expect(
        not transform.reads,
        "the transform is applied when the view is made",
        "A change drawn once would be the same in every epoch.",
    )
    length = call(len, made)
    expect(
        length != len(dataset), "the view is as long as the whole data set", "It shows only the examples in `indices`."
    )
    expect(
        length == len(indices),
        f"a view of {len(indices)} examples, {indices}, has length {length}",
        "One for each index, and an index may come twice.",
    )
    return made


def _read(made, i, dataset, indices, transform):
    """Read example i of the view and compare it with the data set's."""
    before, places, dice = transform.reads, [int(i) for i in indices], torch.get_rng_state()
    torch.rand(())  # as the transform will
    thrown = torch.get_rng_state()
    torch.set_rng_state(dice)
    place = places[i]
    image, label = several(
        call(lambda: made[i]), 2, "things, image and label", "Return both, with a comma between them."
    )
    _kept(dataset, indices, places)
    right = dataset.labels[place]
    expect(
        transform.reads > before or not isinstance(image, torch.Tensor),
        "the transform is not applied to the image that is read",
        "self.transform is a function.",
    )
    expect(
        transform.reads > before,
        "a second reading gives the first result again",
        "Chance must be drawn anew at each reading: store nothing.",
    )
    known = any(type(label) is type(other) and label == other for other in dataset.labels)
    expect(known, f"the label {right!r} comes out as {shown(label)}", "The transform is for the image.")
    expect(
        label == right,
        f"example {i} of a view of {indices} has the label {label!r}",
        "It should be example indices[i] of the data set.",
    )
    expect(
        isinstance(image, str) and image == f"image {place} through transform {transform.offset}, reading {before + 1}",
        f"the image of example {i} is not what the transform returned",
        "Hand it the image of example indices[i], once for each reading, and return its result as it is.",
    )
    expect(
        torch.equal(thrown, torch.get_rng_state()),
        "reading an example sets torch's random numbers",
        "After a seed the transform draws the same in every epoch. It throws the dice itself.",
    )


@Exercise
def view(answer):
    """Some examples of a data set, seen through a transform of their own."""
    labels = [7, 30, 12, 5, 41, 3]
    dataset, indices, first = _Some(labels), [4, 3, 0, 3], _Counted(1)
    made = _made(answer, dataset, indices, first)
    for i in (1, 1, 0, 2, 3, 1):
        _read(made, i, dataset, indices, first)
    others = []
    for offset, some in enumerate(([1, 2, 0, 3, 5], torch.tensor([5, 0, 2]), range(2, 5), [1]), start=2):
        args = (dataset, some, _Counted(offset))
        others.append((_made(answer, *args), *args))
    other = _Some(["cat", 30, (4, 2), "dog", -1.5, True, None, "bird", 0]), [8, 6, 0], _Counted(7)
    others.append((_made(answer, *other), *other))
    for i in (0, 2, 0):
        for one, *args in [*others, (made, dataset, indices, first)]:
            try:
                _read(one, min(i, len(args[1]) - 1), *args)
            except Mistake as mistake:
                hint = "There are several views now. Has each its own data set, indices and transform? " + mistake.hint
                raise Mistake(mistake.message, hint) from mistake.__cause__
    found = call(lambda: [pair for _, pair in zip(range(20), made)])
    expect(
        len(found) == len(indices),
        f"a for loop over a view of {len(indices)} examples does not end after them",
        "Behind the last one an IndexError must come. A list raises it by itself: catch nothing.",
    )
    broken = _made(answer, dataset, indices, _Broken(0))
    try:
        call(lambda: broken[0])
    except Mistake:
        pass
    else:
        raise Mistake("an error in the transform goes unnoticed", "Whoever reads must hear of it: catch nothing.")


@Exercise
def months(answer):
    """The label of the folder 2 among folders named 1 to 12."""
    label = number(answer)
    hints = {
        1: "That is its place if the folders are sorted as numbers. Are they?",
        2: "That is its name. The labels count the folders from 0, in an order of their own.",
        5: "Labels begin with 0.",
        11: "That is the last label. Which folder comes last?",
        12: "That is how many folders there are.",
    }
    for misconception, hint in hints.items():
        expect(label != misconception, f"{label:g} is not the label", hint)
    expect(label == 4, f"{label:g} is not the label", "Write down the twelve names as a dictionary would sort them.")


@Exercise
def grey(answer):
    """The byte that Normalize with 0.2 and 0.25 takes to 0."""
    byte = number(answer)
    hints = {
        0: "The byte 0 is paper. Follow it through Normalize: is it still 0 then?",
        0.2: "That is the number behind ToDtype. Which byte does ToDtype make it of?",
        -0.8: "That is what paper becomes. Asked is the byte that becomes 0.",
        63.75: "Is it the deviation that Normalize subtracts?",
        64: "Is it the deviation that Normalize subtracts?",
        127.5: "That would be so if the mean were 0.5.",
        128: "That would be so if the mean were 0.5.",
        255: "The byte 255 is the brightest. Follow it through Normalize.",
    }
    for misconception, hint in hints.items():
        expect(abs(byte - misconception) > 1e-9, f"{byte:g} is not the byte", hint)
    expect(
        abs(byte - 51) <= 0.5,
        f"{byte:g} is not the byte",
        "Go backwards: which number does Normalize take to 0, and which byte does ToDtype make it of?",
    )


@Exercise
def noise_seen(answer):
    """How many different numbers three workers add in two epochs, from a generator kept in the data set."""
    seen = number(answer)
    hints = {
        48: "That would be a new number at each reading. How many generators are there, and in which state do they start?",
        24: "That is one for each picture. Do the three workers draw different numbers?",
        16: "Right for the workers. In which state does the generator start in the second epoch?",
        4: "That is one batch. How many batches of an epoch does one worker get?",
        2: "That is how many batches one worker gets in an epoch. How many pictures are these?",
        6: "That is how many batches there are. Who gets them?",
        3: "That is how many workers there are. How many numbers does one of them draw?",
        1: "A generator goes on from number to number, in each worker.",
    }
    for misconception, hint in hints.items():
        expect(seen != misconception, f"{seen:g} is not the number", hint)
    expect(
        seen == 8,
        f"{seen:g} is not the number",
        "Write down the batches, who gets which, and which numbers of its copy each worker draws.",
    )


def _squared(picture):
    """The ink of a picture (height, width), inverted, in the middle of a square of 0."""
    rows, columns = ((picture < 128).any(dim).nonzero()[:, 0] for dim in (1, 0))
    box = 255 - picture[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    side = max(box.shape)
    top, left = ((side - size) // 2 for size in box.shape)
    square = torch.zeros(side, side, dtype=torch.uint8)
    square[top : top + box.shape[0], left : left + box.shape[1]] = box
    return square


def _scanned(height, width, top, left, ink):
    """A sheet of light paper, no two pixels of it alike by chance, with the bytes `ink` somewhere on it."""
    chance = torch.Generator().manual_seed(height * width)
    sheet = torch.randint(128, 256, (height, width), generator=chance, dtype=torch.uint8)
    sheet[top : top + len(ink), left : left + len(ink[0])] = torch.tensor(ink, dtype=torch.uint8)
    return sheet


@Exercise
def squared(answer):
    """The ink of a scanned picture, inverted, in a square."""
    tall = [[10, 200], [20, 140], [30, 40], [127, 250]]
    picture = _scanned(9, 7, 2, 3, tall)
    right, box = _squared(picture), 255 - picture[2:6, 3:5]
    value = tensor(ask(answer, picture))
    expect(
        value.dtype == torch.uint8,
        f"the square has the type {value.dtype}".replace("torch.", ""),
        "Bytes go in, and bytes come out: uint8.",
    )
    expect(
        value.shape != picture.shape and value.shape != (9, 9),
        f"the result {tuple(value.shape)} still has the size of the whole sheet",
        "First cut out the smallest rectangle that holds all ink.",
    )
    expect(
        value.shape not in ((3, 3), (3, 2), (4, 1), (3, 1)),
        f"the ink is a rectangle (4, 2), and the result is {tuple(value.shape)}",
        "A slice ends before its last number. And ink is every byte below 128, 127 too.",
    )
    expect(
        value.shape != box.shape,
        f"the ink is cut out, {tuple(value.shape)}, and not put into a square",
        "The side of the square is the longer side of the rectangle.",
    )
    value = tensor(value, (4, 4), "The ink is a rectangle (4, 2) here, so the side of the square is 4.")
    expect(
        not torch.equal(value[:, 1:3], 255 - box),
        "the ink comes out as dark as it was",
        "Inverted means that the byte b becomes 255 - b.",
    )
    expect(
        value[:, 0].sum() + value[:, 3].sum() != 8 * 255,
        "the columns that are added hold 255",
        "Asked is 0, which is paper once the picture is inverted.",
    )
    hint = "Cut, invert, and place, and leave the bytes of the rectangle as they are. Compare the two squares by eye."
    if not torch.equal(value, right):
        raise Mistake(f"the square is {value.tolist()}, and should be {right.tolist()}", hint)
    cases = [
        (picture,),
        (_scanned(6, 11, 1, 2, [[5, 6, 7, 8], [1, 180, 190, 3]]),),
        (_scanned(5, 8, 0, 0, [[9, 150, 8], [160, 128, 170], [180, 127, 129], [7, 0, 1]]),),
        (_scanned(8, 6, 5, 1, [[3, 130, 131, 60], [132, 133, 134, 135], [136, 137, 138, 61]]),),
        (_scanned(4, 4, 3, 3, [[0]]),),
        (_scanned(1, 5, 0, 1, [[50, 200, 60]]),),
        (_scanned(3, 3, 0, 0, [[1, 2, 3], [4, 5, 6], [7, 8, 9]]),),
        (_scanned(7, 5, 1, 1, [[127, 255], [128, 20], [90, 200]]),),
        (_scanned(9, 7, 4, 1, [[15, 210], [25, 145], [35, 45], [126, 240]]),),
        (_scanned(8, 9, 2, 3, [[30, 200], [140, 20], [10, 150], [160, 60], [70, 255]]),),
    ]
    hints = [
        "",
        "Here the ink is wider than high.",
        "Here an odd number of columns is added: one more at the right. And the byte 128 is paper.",
        "Here an odd number of rows is added: one more at the bottom.",
        "Here the ink is one pixel, in the corner.",
        "Here the sheet has a single row.",
        "Here the ink fills the sheet, and nothing is cut off.",
        "Here the rectangle holds light paper too. It is inverted with the ink.",
        "Here the sheet is as large as the first one, and the ink another. Does something live on?",
        "Here three columns are added: one at the left and two at the right.",
    ]
    same_as(answer, _squared, cases, hint, "the square", hints=hints)


@Exercise
def room(answer):
    """How far the 8×8 digits may move left, right, up and down with less than 5 % of their ink lost."""
    order = "Four whole numbers: left, right, up, down."
    far = [number(value, "a number of pixels") for value in several(answer, 4, "numbers", order)]
    ink = data.digits()[0].sum((0, 1))
    lost = [edge.flip(0) if back else edge for edge in (ink.sum(0), ink.sum(1)) for back in (False, True)]
    right = [int((edge.cumsum(0) / ink.sum() < 0.05).sum()) for edge in lost]
    expect(
        all(value == int(value) and value >= 0 for value in far),
        f"{far} are not all whole numbers of pixels",
        "A direction in which the digits may not move at all has a 0.",
    )
    expect(
        far != [right[1], right[0], right[3], right[2]],
        "these are the right numbers for the opposite directions",
        "If a picture moves to the left, which of its columns are pushed over the edge?",
    )
    expect(
        far != right[2:] + right[:2],
        "rows and columns are exchanged",
        "A tensor of pictures is (n, channels, height, width). Which dimension does a move to the left change?",
    )
    for where, value, most in zip(("to the left", "to the right", "up", "down"), far, right):
        expect(
            value <= most,
            f"moved {where} by {value:g}, the digits lose 5 % of their ink or more",
            "Sum over all pictures, and add up the rows or columns that leave.",
        )
        expect(
            value >= most,
            f"there is room to move the digits further {where} than by {value:g}",
            "The limit is 5 % of the ink of all pictures together. Which rows or columns are nearly empty?",
        )
