"""Answers to the exercises of *Preparing images*."""

import functools
from collections import defaultdict
from fractions import Fraction

import numpy
import torch
from kinds import Kind
from torchvision import transforms as v1  # here and not in the answers: it takes seconds, which are not the check's
from torchvision.transforms import v2

from course_lib import data
from course_lib.checks import prepare_images as check

from . import right, rules_out, wrong

rules_out(Kind.GRADIENT, "nobody differentiates through the result", check.chains, check.view)
rules_out(Kind.GRADIENT, "bytes have no gradient", check.squared)
rules_out(Kind.ROUTE, "the task forbids no function", check.view, check.squared)
rules_out(Kind.CHANCE, "nothing is drawn at random", check.squared)
rules_out(Kind.SHAPE, "all pictures are grey and 28 × 28", check.chains)
rules_out(Kind.DTYPE, "images go through as they are", check.view)

KEPT = defaultdict(list)  # what some wrong answers keep between calls

# chains


def affine(**options):
    options = {
        "degrees": (-20, 20),
        "translate": (0.15, 0.15),
        "interpolation": v2.InterpolationMode.BILINEAR,
        **options,
    }
    return v2.RandomAffine(**options)


def to_tensor(scale=True, n=1):
    return [v2.ToImage(), v2.ToDtype(torch.float32, scale=scale), v2.Normalize(mean=[0.5] * n, std=[0.5] * n)]


@right(check.chains)
def affine_on_the_picture():
    return v2.Compose([affine(), *to_tensor()]), v2.Compose(to_tensor())


@right(check.chains)
def affine_on_the_tensor():
    image, dtype, scale = to_tensor()
    return v2.Compose([image, affine(), dtype, scale]), v2.Compose(to_tensor())


@right(check.chains)
def in_the_old_names():
    end = [v1.ToTensor(), v1.Normalize(0.5, 0.5)]
    turn = v1.RandomAffine((-20, 20), translate=(0.15, 0.15), interpolation=v1.InterpolationMode.BILINEAR)
    return v1.Compose([turn, *end]), v1.Compose(end)


@right(check.chains)
def turned_then_shifted():
    bilinear = v2.InterpolationMode.BILINEAR
    turn, shift = v2.RandomRotation(20, interpolation=bilinear), affine(degrees=0)
    return [v2.Compose([turn, shift, *to_tensor()]), v2.Compose(to_tensor())]


@right(check.chains)
def affine_on_floats():
    image, dtype, scale = to_tensor()
    return v2.Compose([image, dtype, affine(degrees=20, fill=0), scale]), v2.Compose([v2.PILToTensor(), dtype, scale])


@right(check.chains)
def as_functions():
    turn, end = affine(), v2.Compose(to_tensor())
    return lambda picture: end(turn(picture)), end


def training(*before, after=(), turn=None):
    """A training chain with other steps before or behind the affine one, and the right chain for testing."""

    def answer():
        return v2.Compose([*before, turn or affine(), *to_tensor(), *after]), v2.Compose(to_tensor())

    return answer


def testing(*steps):
    """The right training chain, and a chain for testing with these steps before the usual ones."""

    def answer():
        return v2.Compose([affine(), *to_tensor()]), v2.Compose([*steps, *to_tensor()])

    return answer


wrong(check.chains, says="up to 20, either way", kind=Kind.COINCIDENCE)(training(turn=affine(degrees=(20, 20))))
wrong(check.chains, says="up to 20, either way", kind=Kind.COINCIDENCE)(training(turn=affine(degrees=(0, 20))))
wrong(check.chains, says="up to 20, either way")(training(turn=affine(degrees=17)))
wrong(check.chains, says="up to 20, either way")(training(turn=affine(degrees=22)))
wrong(check.chains, says="never turned")(training(turn=affine(degrees=0)))
wrong(check.chains, says="moves sideways by", kind=Kind.COINCIDENCE)(training(turn=affine(translate=(0.1, 0.1))))
wrong(check.chains, says="moves sideways by")(training(turn=affine(translate=(0.2, 0.2))))
wrong(check.chains, says="moves up and down by")(training(turn=affine(translate=(0.15, 0))))
wrong(check.chains, says="moves sideways by")(training(turn=affine(translate=(0, 0.15))))
wrong(check.chains, says="up to 15 % of 28", kind=Kind.CHANCE)(training(turn=v2.RandomApply([affine()], p=0.5)))
wrong(check.chains, says="mirrored")(training(v2.RandomHorizontalFlip()))
wrong(check.chains, says="mirrored")(training(v2.RandomVerticalFlip()))
wrong(check.chains, says="mirrored")(training(v2.RandomVerticalFlip(1.0), v2.RandomHorizontalFlip(1.0)))
wrong(check.chains, says="smaller, larger, fainter or slanted")(training(turn=affine(scale=(0.8, 1.2))))
wrong(check.chains, says="smaller, larger, fainter or slanted")(training(turn=affine(shear=20)))
wrong(check.chains, says="fainter")(training(v2.ColorJitter(brightness=(0.5, 1.0))))
wrong(check.chains, says="fainter")(training(after=[v2.RandomErasing(value=-1)]))
wrong(check.chains, says="nothing comes out darker or brighter")(
    training(turn=affine(interpolation=v2.InterpolationMode.BICUBIC))
)
wrong(check.chains, says="instead of -1 everywhere")(training(v2.RandomInvert()))
wrong(check.chains, says="instead of -1 everywhere")(training(turn=affine(fill=128)))
wrong(check.chains, says="Each pixel stays where it is", kind=Kind.ELSEWHERE)(testing(v2.RandomHorizontalFlip(1.0)))
wrong(check.chains, says="Each pixel stays where it is")(testing(v2.CenterCrop(26), v2.Pad(1)))
wrong(check.chains, says="three channels")(testing(v2.Grayscale(3)))
wrong(check.chains, says="the device cpu", kind=Kind.ELSEWHERE)(
    lambda: (v2.Compose([affine(), *to_tensor()]), v2.Compose([*to_tensor(), lambda image: image.to("meta")]))
)


@wrong(check.chains, says="expected 2 chains, got Compose", kind=Kind.TYPE)
def only_the_test_chain():
    return v2.Compose(to_tensor())


@wrong(check.chains, says="expected a function, got list", kind=Kind.TYPE)
def lists_of_transforms():
    return [affine(), *to_tensor()], to_tensor()


@wrong(check.chains, says="ConvertImageDtype still works, but it is deprecated", kind=Kind.ROUTE)
def converted_in_the_old_way():
    end = [v2.ToImage(), v2.ConvertImageDtype(torch.float32), v2.Normalize([0.5], [0.5])]
    return v2.Compose([affine(), *end]), v2.Compose(end)


@wrong(check.chains, says="it is deprecated", kind=Kind.ROUTE)
def deprecated_in_a_function():
    scale = v2.Normalize([0.5], [0.5])
    return v2.Compose([affine(), *to_tensor()]), lambda picture: scale(v2.functional.to_tensor(picture))


@wrong(check.chains, says="some bytes become other numbers", kind=Kind.VALUE)
def constants_of_mnist():
    end = [*to_tensor()[:2], v2.Normalize([0.1307], [0.3081])]
    return v2.Compose([affine(), *end]), v2.Compose(end)


@wrong(check.chains, says="the same tensor each time", kind=Kind.CHANCE)
def turned_by_a_fixed_angle():
    bilinear = v2.InterpolationMode.BILINEAR
    turn = functools.partial(
        v2.functional.affine, angle=13.0, translate=[2, 3], scale=1.0, shear=[0.0], interpolation=bilinear
    )
    return v2.Compose([turn, *to_tensor()]), v2.Compose(to_tensor())


@wrong(check.chains, says="in both directions, evenly", kind=Kind.CHANCE)
def at_the_ends_only():
    def turn(picture):
        angle, x, y = (torch.randint(2, (3,)) * 2 - 1).tolist()
        return v2.functional.affine(picture, 20.0 * angle, [4 * x, 4 * y], 1.0, [0.0], v2.InterpolationMode.BILINEAR)

    return v2.Compose([turn, *to_tensor()]), v2.Compose(to_tensor())


@wrong(check.chains, says="depend on each other", kind=Kind.CHANCE)
def one_number_for_all():
    def turn(picture):
        u = 2 * torch.rand(()).item() - 1
        moved = [round(4.2 * u), round(4.2 * u)]
        return v2.functional.affine(picture, 20 * u, moved, 1.0, [0.0], v2.InterpolationMode.BILINEAR)

    return v2.Compose([turn, *to_tensor()]), v2.Compose(to_tensor())


@wrong(check.chains, says="at a second call, got None", kind=Kind.STATE)
def only_once():
    if not KEPT["called"]:
        KEPT["called"].append(1)
        return v2.Compose([affine(), *to_tensor()]), v2.Compose(to_tensor())


def other_later(training, test):
    """The right chains at the first call, and these two at a later one."""

    def answer():
        KEPT[answer].append(1)
        if len(KEPT[answer]) > 1:
            return training, test
        return v2.Compose([affine(), *to_tensor()]), v2.Compose(to_tensor())

    return answer


STILL, MOVED = v2.Compose(to_tensor()), v2.Compose([affine(), *to_tensor()])
wrong(check.chains, says="a second call of chains makes other chains", kind=Kind.STATE)(other_later(STILL, STILL))
wrong(check.chains, says="a second call of chains makes other chains")(other_later(MOVED, MOVED))


@wrong(check.chains, says="and not for the next", kind=Kind.STATE)
def first_picture_kept():
    def test(picture):
        KEPT["chains"].append(v2.Compose(to_tensor())(picture))
        return KEPT["chains"][0]

    return v2.Compose([affine(), *to_tensor()]), test


@wrong(check.chains, says="changes the picture that it is given", kind=Kind.ARGUMENT)
def painted_over():
    def test(picture):
        result = v2.Compose(to_tensor())(picture)
        picture.paste(0, (0, 0, 5, 5))
        return result

    return v2.Compose([affine(), *to_tensor()]), test


@wrong(check.chains, says="unexpected keyword argument 'resample'")
def the_dated_name():
    return v2.Compose([affine(resample=2), *to_tensor()]), v2.Compose(to_tensor())


@wrong(check.chains, says="takes 2 positional arguments")
def not_in_a_list():
    return v2.Compose(affine(), *to_tensor()), v2.Compose(*to_tensor())


@wrong(check.chains, says="does not support PIL images")
def normalized_first():
    image, dtype, scale = to_tensor()
    return v2.Compose([affine(), scale, image, dtype]), v2.Compose([scale, image, dtype])


@wrong(check.chains, says="Asked is bilinear")
def the_argument_left_out():
    turn = v2.RandomAffine(degrees=(-20, 20), translate=(0.15, 0.15))
    return v2.Compose([turn, *to_tensor()]), v2.Compose(to_tensor())


@wrong(check.chains, says="How many has a grey picture?")
def three_channels():
    return v2.Compose([affine(), *to_tensor(n=3)]), v2.Compose(to_tensor(n=3))


@wrong(check.chains, says="it is deprecated", kind=Kind.ROUTE)
def with_to_tensor():
    end = [v2.ToTensor(), v2.Normalize(mean=[0.5], std=[0.5])]
    return v2.Compose([affine(), *end]), v2.Compose(end)


@wrong(check.chains, says="What does `scale` do in ToDtype?", kind=Kind.VALUE)
def not_scaled():
    return v2.Compose([affine(), *to_tensor(scale=False)]), v2.Compose(to_tensor(scale=False))


@wrong(check.chains, says="At which place of the chain is 0 paper?", kind=Kind.VALUE)
def affine_last():
    return v2.Compose([*to_tensor(), affine()]), v2.Compose(to_tensor())


@wrong(check.chains, says="mixed with 0 even then")
def affine_last_with_a_fill():
    return v2.Compose([*to_tensor(), affine(fill=-1)]), v2.Compose(to_tensor())


@wrong(check.chains, says="Which of the steps belong to testing?", kind=Kind.HALF)
def chance_in_the_test():
    chain = v2.Compose([affine(), *to_tensor()])
    return chain, chain


@wrong(check.chains, says="What became of RandomAffine?", kind=Kind.CHANCE)
def no_chance_at_all():
    return v2.Compose(to_tensor()), v2.Compose(to_tensor())


@wrong(check.chains, says="up to 15 % of 28 pixels", kind=Kind.HALF)
def not_shifted():
    return v2.Compose([affine(translate=None), *to_tensor()]), v2.Compose(to_tensor())


@wrong(check.chains, says="up to 20, either way", kind=Kind.COINCIDENCE)
def turned_by_less():
    return v2.Compose([affine(degrees=5), *to_tensor()]), v2.Compose(to_tensor())


@wrong(check.chains, says="up to 20, either way")
def turned_by_more():
    return v2.Compose([affine(degrees=40), *to_tensor()]), v2.Compose(to_tensor())


@wrong(check.chains, says="Which step changes the size?")
def enlarged():
    return v2.Compose([affine(), *to_tensor()]), v2.Compose([v2.Resize(34), *to_tensor()])


@wrong(check.chains, says="ToImage makes a tensor of a picture", kind=Kind.TYPE)
def pictures_stay_pictures():
    return v2.Compose([affine()]), v2.Compose([v2.Resize(28)])


@wrong(check.chains, says="Asked is float32", kind=Kind.DTYPE)
def bytes_stay_bytes():
    return v2.Compose([affine(), v2.ToImage()]), v2.Compose([v2.ToImage()])


@wrong(check.chains, says="the training chain need too", kind=Kind.HALF)
def training_ends_early():
    return v2.Compose([affine(), *to_tensor()[:2]]), v2.Compose(to_tensor())


@wrong(check.chains, says="What does `scale` do", kind=Kind.HALF)
def training_not_scaled():
    return v2.Compose([affine(), *to_tensor(scale=False)]), v2.Compose(to_tensor())


# view


class Given:
    def __init__(self, dataset, indices, transform):
        self.dataset, self.indices, self.transform = dataset, indices, transform

    def __len__(self):
        return len(self.indices)

    def __getitem__(self, i):
        image, label = self.dataset[self.indices[i]]
        return self.transform(image), label


@right(check.view)
def made_by_a_function(dataset, indices, transform):
    return Given(dataset, indices, transform)


right(check.view)(Given)


@right(check.view)
class WithAHelper(torch.utils.data.Dataset):
    def __init__(self, dataset, indices, transform):
        self.subset, self.transform = torch.utils.data.Subset(dataset, indices), transform

    def __len__(self):
        return len(self.subset)

    def __getitem__(self, i):
        image, label = self.subset[i]
        return [self.transform(image), label]


@right(check.view)
class IndicesCopied:
    def __init__(self, dataset, indices, transform):
        self.places = [int(i) for i in indices]
        self.whole, self.change = dataset, transform

    def __len__(self):
        return len(self.places)

    def __getitem__(self, place):
        pair = self.whole[self.places[place]]
        return self.change(pair[0]), pair[1]


@right(check.view)
class ReadEarly(Given):
    def __init__(self, dataset, indices, transform):
        super().__init__(dataset, indices, transform)
        self.pairs = [dataset[i] for i in indices]

    def __getitem__(self, i):
        return self.transform(self.pairs[i][0]), self.pairs[i][1]


@wrong(check.view, says="There are several views now", kind=Kind.STATE)
class TransformOfTheClass(Given):
    def __init__(self, dataset, indices, transform):
        super().__init__(dataset, indices, None)
        del self.transform
        type(self).transform = staticmethod(transform)


@wrong(check.view, says="There are several views now", kind=Kind.STATE)
class LastIndices(Given):
    def __getitem__(self, i):
        image, label = self.dataset[KEPT["view"][-1][i]]
        return self.transform(image), label

    def __init__(self, dataset, indices, transform):
        super().__init__(dataset, indices, transform)
        KEPT["view"].append(list(indices) * 5)


@wrong(check.view, says="an index may come twice", kind=Kind.SHAPE)
class EachOnce(Given):
    def __init__(self, dataset, indices, transform):
        super().__init__(dataset, list(dict.fromkeys(indices)), transform)


@wrong(check.view, says="changes the indices that it is given", kind=Kind.ARGUMENT)
class SortedInPlace(Given):
    def __init__(self, dataset, indices, transform):
        super().__init__(dataset, list(indices), transform)
        indices.sort()


@wrong(check.view, says="changes the indices that it is given", kind=Kind.ARGUMENT)
class TakenAway(Given):
    def __len__(self):
        return 4

    def __getitem__(self, i):
        image, label = self.dataset[self.indices.pop(i)]
        return self.transform(image), label


@wrong(check.view, says="It should be example indices[i]", kind=Kind.COINCIDENCE)
class Backwards(Given):
    def __init__(self, dataset, indices, transform):
        super().__init__(dataset, indices[::-1], transform)


@wrong(check.view, says="It should be example indices[i]", kind=Kind.COINCIDENCE)
class Sorted(Given):
    def __init__(self, dataset, indices, transform):
        super().__init__(dataset, sorted(indices), transform)


@wrong(check.view, says="your code raised TypeError", kind=Kind.SHAPE)
class OnlyLists(Given):
    def __init__(self, dataset, indices, transform):
        super().__init__(dataset, indices + [], transform)


@wrong(check.view, says="once for each reading", kind=Kind.ELSEWHERE)
class TransformedTwice(Given):
    def __getitem__(self, i):
        image, label = self.dataset[self.indices[i]]
        self.transform(image)
        return self.transform(image), label


@wrong(check.view, says="comes out as", kind=Kind.VALUE)
class LabelAsTensor(Given):
    def __getitem__(self, i):
        image, label = super().__getitem__(i)
        return image, torch.tensor(label)


@wrong(check.view, says="comes out as")
class LabelAsFloat(Given):
    def __getitem__(self, i):
        image, label = super().__getitem__(i)
        return image, float(label)


@wrong(check.view, says="is not what the transform returned")
class ImageOfAnotherExample(Given):
    def __getitem__(self, i):
        return self.transform(self.dataset[i][0]), self.dataset[self.indices[i]][1]


@wrong(check.view, says="has the label")
class LabelOfAnotherExample(Given):
    def __getitem__(self, i):
        return self.transform(self.dataset[self.indices[i]][0]), self.dataset[i][1]


@wrong(check.view, says="comes out as", kind=Kind.TYPE)
class Swapped(Given):
    def __getitem__(self, i):
        return super().__getitem__(i)[::-1]


@wrong(check.view, says="second reading gives the first")
class RememberedForAll(Given):
    @functools.lru_cache  # noqa: B019
    def __getitem__(self, i):
        return super().__getitem__(i)


@wrong(check.view, says="the transform is applied when the view is made", kind=Kind.TYPE)
def a_list(dataset, indices, transform):
    return [(transform(dataset[i][0]), dataset[i][1]) for i in indices]


@wrong(check.view, says="as long as the whole data set", kind=Kind.HALF)
class LengthOfTheWhole(Given):
    def __len__(self):
        return len(self.dataset)


@wrong(check.view, says="One for each index")
class LengthOffByOne(Given):
    def __len__(self):
        return len(self.indices) - 1


@wrong(check.view, says="indices[i]", kind=Kind.VALUE)
class IndicesForgotten(Given):
    def __getitem__(self, i):
        image, label = self.dataset[i]
        return self.transform(image), label


@wrong(check.view, says="A change drawn once")
class TransformedWhenMade(Given):
    def __init__(self, dataset, indices, transform):
        super().__init__(dataset, indices, transform)
        self.pairs = [Given.__getitem__(self, i) for i in range(len(indices))]

    def __getitem__(self, i):
        return self.pairs[i]


@wrong(check.view, says="store nothing", kind=Kind.STATE)
class Remembered(Given):
    def __getitem__(self, i):
        self.known = getattr(self, "known", {})
        if i not in self.known:
            self.known[i] = super().__getitem__(i)
        return self.known[i]


@wrong(check.view, says="self.transform is a function", kind=Kind.HALF)
class NotTransformed(Given):
    def __getitem__(self, i):
        return self.dataset[self.indices[i]]


@wrong(check.view, says="The transform is for the image", kind=Kind.VALUE)
class LabelTransformed(Given):
    def __getitem__(self, i):
        image, label = self.dataset[self.indices[i]]
        return self.transform(image), self.transform(torch.tensor(float(label)))


@wrong(check.view, says="return its result")
class ResultThrownAway(Given):
    def __getitem__(self, i):
        image, label = self.dataset[self.indices[i]]
        self.transform(image)
        return image, label


@wrong(check.view, says="has no method __len__")
class WithoutLength:
    def __init__(self, dataset, indices, transform):
        self.dataset = dataset

    def __getitem__(self, i):
        return self.dataset[i]


@wrong(check.view, says="has no method __getitem__")
class WithoutIndexing:
    def __init__(self, dataset, indices, transform):
        self.indices = indices

    def __len__(self):
        return len(self.indices)


@wrong(check.view, says="with a comma between them", kind=Kind.TYPE)
class WithoutLabel(Given):
    def __getitem__(self, i):
        return self.transform(self.dataset[self.indices[i]][0])


@wrong(check.view, says="end with a return")
def without_return(dataset, indices, transform):
    Given(dataset, indices, transform)


@wrong(check.view, says="There are several views now", kind=Kind.STATE)
class ExamplesKeptForAll(Given):
    kept = {}

    def __getitem__(self, i):
        place = int(self.indices[i])
        if place not in self.kept:
            self.kept[place] = self.dataset[place]
        image, label = self.kept[place]
        return self.transform(image), label


@wrong(check.view, says="After a seed", kind=Kind.CHANCE)
class Seeded(Given):
    def __getitem__(self, i):
        torch.manual_seed(i)
        return super().__getitem__(i)


@wrong(check.view, says="After a seed", kind=Kind.CHANCE)
class DiceOfTheMaking(Given):
    def __init__(self, dataset, indices, transform):
        super().__init__(dataset, indices, transform)
        self.dice = torch.get_rng_state()

    def __getitem__(self, i):
        torch.set_rng_state(self.dice)
        return super().__getitem__(i)


@wrong(check.view, says="changes the one that it is given", kind=Kind.ARGUMENT)
class TransformHandedOn(Given):
    def __init__(self, dataset, indices, transform):
        super().__init__(dataset, indices, transform)
        dataset.transform = transform


@wrong(check.view, says="does not end after them", kind=Kind.SHAPE)
class RoundAndRound(Given):
    def __getitem__(self, i):
        return super().__getitem__(i % len(self.indices))


@wrong(check.view, says="does not end after them", kind=Kind.ELSEWHERE)
class NoneForAnError(Given):
    def __getitem__(self, i):
        try:
            return super().__getitem__(i)
        except IndexError:
            return None


@wrong(check.view, says="an error in the transform goes unnoticed", kind=Kind.ELSEWHERE)
class UnchangedAfterAnError(Given):
    def __getitem__(self, i):
        image, label = self.dataset[self.indices[i]]
        try:
            return self.transform(image), label
        except ValueError:
            return image, label


@wrong(check.view, says="the transform takes an image")
class PairTransformed(Given):
    def __getitem__(self, i):
        return self.transform(self.dataset[self.indices[i]])


@wrong(check.view, says="the transform takes an image")
class BothTransformed(Given):
    def __getitem__(self, i):
        image, label = self.dataset[self.indices[i]]
        return self.transform(image), self.transform(label)


@wrong(check.view, says="has no method __len__")
class OnlyIterated:
    def __init__(self, dataset, indices, transform):
        self.pairs = [dataset[i] for i in indices], transform

    def __iter__(self):
        pairs, transform = self.pairs
        return ((transform(image), label) for image, label in pairs)


# months, grey, noise_seen

right(check.months)(4)
right(check.months)(torch.tensor(4))
right(check.months)(numpy.int64(4))
wrong(check.months, says="sorted as numbers", kind=Kind.VALUE)(1)
wrong(check.months, says="That is its name", kind=Kind.GUESS)(2)
wrong(check.months, says="Labels begin with 0", kind=Kind.VALUE)(5)
wrong(check.months, says="Which folder comes last")(11)
wrong(check.months, says="how many folders", kind=Kind.GUESS)(12)
wrong(check.months, says="as a dictionary would sort them")(3)
wrong(check.months, says="as a dictionary would sort them", kind=Kind.VALUE)(4.4)
wrong(check.months, says="expected one number", kind=Kind.TYPE)("4")
wrong(check.months, says="expected one number", kind=Kind.TYPE)(["1", "10", "11", "12", "2"])

right(check.grey)(51)
right(check.grey)(0.2 * 255)
right(check.grey)(50.6)
right(check.grey)(Fraction(255, 5))
wrong(check.grey, says="is it still 0 then", kind=Kind.GUESS)(0)
wrong(check.grey, says="Which byte does ToDtype make it of", kind=Kind.GUESS)(0.2)
wrong(check.grey, says="what paper becomes", kind=Kind.VALUE)(-0.8)
wrong(check.grey, says="the deviation that Normalize subtracts", kind=Kind.VALUE)(63.75)
wrong(check.grey, says="the deviation that Normalize subtracts")(64)
wrong(check.grey, says="if the mean were 0.5", kind=Kind.VALUE)(127.5)
wrong(check.grey, says="if the mean were 0.5")(128)
wrong(check.grey, says="is the brightest")(255)
wrong(check.grey, says="Go backwards")(204)
wrong(check.grey, says="Go backwards", kind=Kind.VALUE)(51.6)
wrong(check.grey, says="Go backwards", kind=Kind.VALUE)(50.4)
wrong(check.grey, says="Go backwards", kind=Kind.GUESS)(0.25)
wrong(check.grey, says="with a point, not with a comma", kind=Kind.TYPE)((51, 0))
wrong(check.grey, says="expected one number", kind=Kind.TYPE)("51")

right(check.noise_seen)(8)
right(check.noise_seen)(torch.tensor([8.0]))
wrong(check.noise_seen, says="a new number at each reading", kind=Kind.GUESS)(48)
wrong(check.noise_seen, says="Do the three workers draw", kind=Kind.GUESS)(24)
wrong(check.noise_seen, says="in the second epoch", kind=Kind.VALUE)(16)
wrong(check.noise_seen, says="That is one batch", kind=Kind.GUESS)(4)
wrong(check.noise_seen, says="how many batches one worker gets", kind=Kind.VALUE)(2)
wrong(check.noise_seen, says="Who gets them", kind=Kind.VALUE)(6)
wrong(check.noise_seen, says="how many workers there are", kind=Kind.GUESS)(3)
wrong(check.noise_seen, says="goes on from number to number")(1)
wrong(check.noise_seen, says="Write down the batches", kind=Kind.VALUE)(12)
wrong(check.noise_seen, says="Write down the batches", kind=Kind.VALUE)(8.4)
wrong(check.noise_seen, says="expected one number", kind=Kind.TYPE)("eight")

# squared


def inked(picture):
    """The first and the last row and column with ink."""
    rows, columns = numpy.nonzero(picture.numpy() < 128)
    return rows.min(), rows.max(), columns.min(), columns.max()


def cut(picture):
    top, bottom, left, right_end = inked(picture)
    return 255 - picture[top : bottom + 1, left : right_end + 1]


def placed(box, late=0, paper=0):
    """A box in the middle of a square; with late=1 an extra row or column stands before it."""
    side = max(box.shape)
    square = torch.full((side, side), paper, dtype=box.dtype)
    top, left = ((side - size + late) // 2 for size in box.shape)
    square[top : top + box.shape[0], left : left + box.shape[1]] = box
    return square


@right(check.squared)
def in_two_steps(picture):
    return placed(cut(picture))


@right(check.squared)
def with_pad(picture):
    box = cut(picture)
    height, width = box.shape
    rest = [max(height, width) - size for size in (width, height)]
    pads = [part for size in rest for part in (size // 2, size - size // 2)]
    return torch.nn.functional.pad(box, pads)


@right(check.squared)
def pixel_by_pixel(picture):
    places = [(i, j) for i in range(picture.shape[0]) for j in range(picture.shape[1]) if picture[i, j] < 128]
    tops, lefts = zip(*places)
    height, width = max(tops) - min(tops) + 1, max(lefts) - min(lefts) + 1
    side = max(height, width)
    square = numpy.zeros((side, side), dtype=numpy.uint8)
    for i in range(height):
        for j in range(width):
            byte = 255 - int(picture[min(tops) + i, min(lefts) + j])
            square[i + (side - height) // 2, j + (side - width) // 2] = byte
    return torch.from_numpy(square)


@right(check.squared)
def inverted_first(picture):
    picture = ~picture
    ink = picture > 127
    rows, columns = ink.any(1).nonzero().flatten(), ink.any(0).nonzero().flatten()
    return placed(picture[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1])


@right(check.squared)
def with_centre_crop(picture):
    box = cut(picture)
    side = max(box.shape)
    rest = [side - size for size in box.shape]
    return v2.functional.pad(box[None], [rest[1] // 2, rest[0] // 2, rest[1] - rest[1] // 2, rest[0] - rest[0] // 2])[0]


@wrong(check.squared, says="changes the argument picture", kind=Kind.ARGUMENT)
def inverted_in_place(picture):
    square = placed(cut(picture))
    picture.sub_(255).neg_()
    return square


@wrong(check.squared, says="changes the argument picture", kind=Kind.ARGUMENT)
def paper_painted_over(picture):
    square = placed(cut(picture))
    picture[picture >= 128] = 255
    return square


@wrong(check.squared, says="Here the ink is wider than high", kind=Kind.SHAPE)
def tall_ink_only(picture):
    box = cut(picture)
    side = box.shape[0]
    square = torch.zeros(side, max(side, box.shape[1]), dtype=torch.uint8)
    left = max(side - box.shape[1], 0) // 2
    square[:, left : left + box.shape[1]] = box
    return square


@wrong(check.squared, says="your code raised", kind=Kind.SHAPE)
def padded_sideways_only(picture):
    box = cut(picture)
    square = torch.zeros(box.shape[0], box.shape[0], dtype=torch.uint8)
    left = (box.shape[0] - box.shape[1]) // 2
    square[:, left : left + box.shape[1]] = box
    return square


@wrong(check.squared, says="your code raised", kind=Kind.SHAPE)
def squeezed(picture):
    return placed(cut(picture.squeeze()))


@wrong(check.squared, says="a later call changes", kind=Kind.STATE)
def one_buffer_for_all(picture):
    square = placed(cut(picture))
    buffer = KEPT.setdefault(("squared", square.shape), torch.zeros_like(square))
    return buffer.copy_(square)


@wrong(check.squared, says="as large as the first one", kind=Kind.STATE)
def kept_by_size(picture):
    return KEPT.setdefault(("sheet", picture.shape), placed(cut(picture)))


@wrong(check.squared, says="one at the left and two at the right", kind=Kind.COINCIDENCE)
def rounded_to_even(picture):
    box = cut(picture)
    side = max(box.shape)
    square = torch.zeros(side, side, dtype=torch.uint8)
    top, left = (round((side - size) / 2) for size in box.shape)
    square[top : top + box.shape[0], left : left + box.shape[1]] = box
    return square


@wrong(check.squared, says="Here the ink is wider than high", kind=Kind.STATE)
def rectangle_of_the_first(picture):
    if not KEPT["rectangle"]:
        KEPT["rectangle"] = [inked(picture)]
    top, bottom, left, right_end = KEPT["rectangle"][0]
    return placed(255 - picture[top : bottom + 1, left : right_end + 1])


@wrong(check.squared, says="not put into a square", kind=Kind.HALF)
def only_cut_out(picture):
    return cut(picture)


@wrong(check.squared, says="as dark as it was", kind=Kind.HALF)
def not_inverted(picture):
    return placed(255 - cut(picture))


@wrong(check.squared, says="still has the size of the whole sheet", kind=Kind.HALF)
def not_cut_out(picture):
    return placed(255 - picture)


@wrong(check.squared, says="still has the size of the whole sheet")
def only_inverted(picture):
    return 255 - picture


@wrong(check.squared, says="columns that are added hold 255", kind=Kind.VALUE)
def on_white(picture):
    return placed(cut(picture), paper=255)


@wrong(check.squared, says="A slice ends before its last number", kind=Kind.VALUE)
def one_too_few(picture):
    top, bottom, left, right_end = inked(picture)
    return placed(255 - picture[top:bottom, left : right_end + 1])


@wrong(check.squared, says="127 too", kind=Kind.VALUE)
def below_127(picture):
    top, bottom, left, right_end = inked(torch.where(picture == 127, 200, picture))
    return placed(255 - picture[top : bottom + 1, left : right_end + 1])


@wrong(check.squared, says="And the byte 128 is paper", kind=Kind.VALUE)
def up_to_128(picture):
    return placed(cut(picture)) if picture.shape != (5, 8) else placed(255 - picture[:4, :4])


@wrong(check.squared, says="leave the bytes of the rectangle as they are", kind=Kind.VALUE)
def black_and_white(picture):
    return placed(torch.where(cut(picture) > 127, 255, 0).to(torch.uint8))


@wrong(check.squared, says="leave the bytes of the rectangle as they are", kind=Kind.VALUE)
def only_the_ink(picture):
    box = cut(picture)
    return placed(torch.where(box > 127, box, 0))


@wrong(check.squared, says="leave the bytes of the rectangle as they are")
def inverted_from_256(picture):
    return placed(cut(picture) + 1)


@wrong(check.squared, says="one more at the right", kind=Kind.COINCIDENCE)
def rest_before(picture):
    return placed(cut(picture), late=1)


@wrong(check.squared, says="one more at the bottom", kind=Kind.COINCIDENCE)
def rest_above(picture):
    box = cut(picture)
    return placed(box, late=int(box.shape[1] > box.shape[0]))


@wrong(check.squared, says="leave the bytes of the rectangle as they are", kind=Kind.COINCIDENCE)
def at_the_left(picture):
    box = cut(picture)
    side = max(box.shape)
    return torch.nn.functional.pad(box, [0, side - box.shape[1], 0, side - box.shape[0]])


@wrong(check.squared, says="leave the bytes of the rectangle as they are")
def turned(picture):
    return placed(cut(picture)).T


@wrong(check.squared, says="leave the bytes of the rectangle as they are")
def stretched(picture):
    box = cut(picture)
    side = max(box.shape)
    return v2.functional.resize(box[None], [side, side])[0]


@wrong(check.squared, says="the side of the square is 4")
def resized_for_the_network(picture):
    return v2.functional.resize(placed(cut(picture))[None], [28, 28])[0]


@wrong(check.squared, says="the side of the square is 4")
def with_a_margin(picture):
    return torch.nn.functional.pad(placed(cut(picture)), [1, 1, 1, 1])


@wrong(check.squared, says="Bytes go in, and bytes come out", kind=Kind.DTYPE)
def as_floats(picture):
    return placed(cut(picture)).float()


@wrong(check.squared, says="Bytes go in, and bytes come out", kind=Kind.DTYPE)
def as_signed_bytes(picture):
    return placed(cut(picture)).to(torch.int8)


@wrong(check.squared, says="the device cpu", kind=Kind.ELSEWHERE)
def on_another_device(picture):
    return placed(cut(picture)).to("meta")


@wrong(check.squared, says="expected a torch.Tensor, got", kind=Kind.TYPE)
def as_an_array(picture):
    return placed(cut(picture)).numpy()


@wrong(check.squared, says="expected a torch.Tensor, got", kind=Kind.TYPE)
def with_the_rectangle(picture):
    return placed(cut(picture)), inked(picture)


@wrong(check.squared, says="end with a return", kind=Kind.TYPE)
def printed(picture):
    print(placed(cut(picture)))


# room

INK = data.digits()[0].sum((0, 1)).numpy()


def room(limit=0.05):
    """How many rows or columns at the left, right, upper and lower edge hold less than this share of the ink."""
    ink = INK / INK.sum()
    edges = ink.sum(0), ink.sum(0)[::-1], ink.sum(1), ink.sum(1)[::-1]
    return [int((numpy.cumsum(edge) < limit).sum()) for edge in edges]


right(check.room)(room())
right(check.room)(tuple(room()))
right(check.room)(torch.tensor(room()))
right(check.room)(numpy.array(room()))
left_room, right_room, up_room, down_room = room()
wrong(check.room, says="the opposite directions", kind=Kind.VALUE)([right_room, left_room, down_room, up_room])
wrong(check.room, says="rows and columns are exchanged", kind=Kind.VALUE)([up_room, down_room, left_room, right_room])
wrong(check.room, says="there is room to move the digits further", kind=Kind.VALUE)(room(0.001))
wrong(check.room, says="there is room to move the digits further", kind=Kind.GUESS)([0, 0, 0, 0])
wrong(check.room, says="room to move", kind=Kind.GUESS)([1, 1, 1, 1])
wrong(check.room, says="moved to the left by")([left_room + 1, right_room, up_room, down_room])
wrong(check.room, says="the digits lose 5 % of their ink")(room(0.1))
wrong(check.room, says="moved down by 1")([left_room, right_room, up_room, down_room + 1])
wrong(check.room, says="not all whole numbers", kind=Kind.VALUE)([left_room + 0.5, right_room, up_room, down_room])
wrong(check.room, says="not all whole numbers")([-left_room, right_room, up_room, down_room])
wrong(check.room, says="left, right, up, down", kind=Kind.TYPE)((left_room, right_room))
wrong(check.room, says="left, right, up, down", kind=Kind.TYPE)(left_room)
