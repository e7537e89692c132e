"""Checks of *Preparing data*: chains of image transforms, and a data set that transforms what is read."""

import warnings

import numpy
import torch
from PIL import Image

from .core import NO_RETURN, Exercise, NotAttempted, call, close, expect
from .prepare_tables import pair, rounded


def _converted(chain, picture, name):
    """What `chain` makes of a picture, if it is a float32 tensor with one channel."""
    value = call(chain, picture)
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
    return value.as_subclass(torch.Tensor)


def _pose(ink):
    """How far each picture's ink (n, 28, 28) lies off the centre, sideways, and its angle against the upright."""
    place, total = torch.arange(28.0) - 13.5, ink.sum((1, 2))
    x, y = (ink.sum(dim) @ place / total for dim in (1, 2))
    xx, yy = (ink.sum(dim) @ place**2 / total - mean**2 for dim, mean in ((1, x), (2, y)))
    xy = torch.einsum("nij,i,j->n", ink, place, place) / total - x * y
    return x, torch.rad2deg(0.5 * torch.atan2(2 * xy, yy - xx))


@Exercise
def chains(answer):
    """The slide's two chains of transforms, in today's names, for grey pictures."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        training, test = pair(call(answer), "two chains")
    pixels = numpy.zeros((28, 28), dtype=numpy.uint8)
    paper = Image.fromarray(pixels.copy())
    pixels[10:18, 12:16] = 255  # an upright bar in the middle
    bar = Image.fromarray(pixels.copy())
    pixels[10, 12] = 51
    picture = Image.fromarray(pixels)
    once, again = (_converted(test, picture, "test") for _ in range(2))
    expect(
        torch.equal(once, again),
        "the test chain gives another tensor each time",
        "A score must not depend on dice. Which of the steps belong to testing?",
    )
    expect(
        not any("deprecated" in str(warning.message) for warning in caught),
        "ToTensor still works, but it is deprecated",
        "Its warning names the two transforms that replace it.",
    )
    shown = rounded(torch.stack([once[0, 0, 0], once[0, 10, 12], once[0, 11, 13]]))
    expect(
        close(once, (torch.as_tensor(pixels)[None] / 255 - 0.5) / 0.5, atol=1e-6),
        f"the bytes 0, 51 and 255 become {shown} in the test chain",
        "First to 0 … 1, then Normalize to -1 … 1. What does `scale` do in ToDtype?",
    )
    torch.manual_seed(5)
    drawn = torch.cat([_converted(training, bar, "training") for _ in range(24)])
    blank = torch.cat([_converted(training, paper, "training") for _ in range(5)])
    expect(
        not torch.equal(drawn[0], drawn[1]),
        "the training chain gives the same tensor each time",
        "What became of RandomAffine?",
    )
    expect(
        (blank == -1).all(),
        f"a blank picture comes out with values up to {blank.max():.2g} instead of -1 everywhere",
        "What comes in from outside is 0 unless you say otherwise, and the edge is mixed with 0 even then. "
        "At which place of the chain is 0 paper?",
    )
    expect(
        (drawn.abs() < 0.99).any(),
        "the training pictures hold only the grey levels of the original",
        "That is what the nearest pixel gives, the default. The slide asks for bilinear.",
    )
    sideways, angle = (values.abs().max() for values in _pose((drawn + 1) / 2))
    expect(
        2.5 < sideways < 4.5,
        f"in 24 draws the picture moves sideways by up to {sideways:.1f} pixels",
        "The slide shifts by up to 15 % of 28 pixels.",
    )
    expect(
        15 < angle < 20.5,
        f"in 24 draws the picture is turned by up to {angle:.0f} degrees",
        "The slide turns it by up to 20, either way.",
    )


class _Five:
    """A data set of five images whose only pixel is their number, with labels ten times as large."""

    def __len__(self):
        return 5

    def __getitem__(self, i):
        return torch.tensor([[0.0, 1.0, 2.0, 3.0, 4.0][i]]), 10 * i


@Exercise
def view(answer):
    """Some examples of a data set, seen through a transform of their own."""
    reads = []

    def transform(image):
        reads.append(image)
        return image + 100 * len(reads)

    made = call(answer, _Five(), [4, 2, 0], transform)
    expect(made is not None, "expected a data set, got None", NO_RETURN)
    if not (hasattr(made, "__len__") or hasattr(made, "__getitem__")):
        raise NotAttempted
    for method, use in (("__len__", "len(view)"), ("__getitem__", "view[1]")):
        expect(
            hasattr(made, method),
            f"{use} does not work: your data set has no method {method}",
            "A data set has a length and can be indexed.",
        )
    expect(
        not reads,
        "the transform is applied when the view is made",
        "A change drawn once would be the same in every epoch.",
    )
    length = call(len, made)
    expect(length != 5, "the view is as long as the whole data set", "It shows only the examples in `indices`.")
    expect(length == 3, f"a view of three examples has length {length}", "One for each index.")
    image, label = pair(call(lambda: made[1]), "an image and its label")
    expect(label in (10, 20), f"the label 20 comes out as {label}", "The transform is for the image.")
    expect(label == 20, "example 1 of the view is example 1 of the data set", "It should be example indices[1].")
    expect(reads, "the transform is not applied to the image that is read", "self.transform is a function.")
    expect(
        image.item() == 102,
        "the image is not what the transform returned",
        "Return its result, and call it once for each reading.",
    )
    image, _ = call(lambda: made[1])
    expect(
        image.item() == 202,
        "a second reading gives the first result again",
        "Chance must be drawn anew at each reading: store nothing.",
    )
