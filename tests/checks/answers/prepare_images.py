"""Answers to the exercises of *Preparing data*: images."""

import torch
from torchvision import transforms as v1  # here and not in the answers: it takes seconds, which are not the check's
from torchvision.transforms import v2

from course_lib.checks import prepare_images as check

from . import right, wrong

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


@wrong(check.chains, says="The slide asks for bilinear")
def the_argument_left_out():
    turn = v2.RandomAffine(degrees=(-20, 20), translate=(0.15, 0.15))
    return v2.Compose([turn, *to_tensor()]), v2.Compose(to_tensor())


@wrong(check.chains, says="How many has a grey picture?")
def three_channels():
    return v2.Compose([affine(), *to_tensor(n=3)]), v2.Compose(to_tensor(n=3))


@wrong(check.chains, says="it is deprecated")
def with_to_tensor():
    end = [v2.ToTensor(), v2.Normalize(mean=[0.5], std=[0.5])]
    return v2.Compose([affine(), *end]), v2.Compose(end)


@wrong(check.chains, says="What does `scale` do in ToDtype?")
def not_scaled():
    return v2.Compose([affine(), *to_tensor(scale=False)]), v2.Compose(to_tensor(scale=False))


@wrong(check.chains, says="At which place of the chain is 0 paper?")
def affine_last():
    return v2.Compose([*to_tensor(), affine()]), v2.Compose(to_tensor())


@wrong(check.chains, says="mixed with 0 even then")
def affine_last_with_a_fill():
    return v2.Compose([*to_tensor(), affine(fill=-1)]), v2.Compose(to_tensor())


@wrong(check.chains, says="Which of the steps belong to testing?")
def chance_in_the_test():
    chain = v2.Compose([affine(), *to_tensor()])
    return chain, chain


@wrong(check.chains, says="What became of RandomAffine?")
def no_chance_at_all():
    return v2.Compose(to_tensor()), v2.Compose(to_tensor())


@wrong(check.chains, says="up to 15 % of 28 pixels")
def not_shifted():
    return v2.Compose([affine(translate=None), *to_tensor()]), v2.Compose(to_tensor())


@wrong(check.chains, says="up to 20, either way")
def turned_by_less():
    return v2.Compose([affine(degrees=5), *to_tensor()]), v2.Compose(to_tensor())


@wrong(check.chains, says="up to 20, either way")
def turned_by_more():
    return v2.Compose([affine(degrees=40), *to_tensor()]), v2.Compose(to_tensor())


@wrong(check.chains, says="Which step changes the size?")
def enlarged():
    return v2.Compose([affine(), *to_tensor()]), v2.Compose([v2.Resize(34), *to_tensor()])


@wrong(check.chains, says="ToImage makes a tensor of a picture")
def pictures_stay_pictures():
    return v2.Compose([affine()]), v2.Compose([v2.Resize(28)])


@wrong(check.chains, says="Asked is float32")
def bytes_stay_bytes():
    return v2.Compose([affine(), v2.ToImage()]), v2.Compose([v2.ToImage()])


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


@wrong(check.view, says="as long as the whole data set")
class LengthOfTheWhole(Given):
    def __len__(self):
        return len(self.dataset)


@wrong(check.view, says="One for each index")
class LengthOffByOne(Given):
    def __len__(self):
        return len(self.indices) - 1


@wrong(check.view, says="indices[1]")
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


@wrong(check.view, says="store nothing")
class Remembered(Given):
    def __getitem__(self, i):
        self.known = getattr(self, "known", {})
        if i not in self.known:
            self.known[i] = super().__getitem__(i)
        return self.known[i]


@wrong(check.view, says="self.transform is a function")
class NotTransformed(Given):
    def __getitem__(self, i):
        return self.dataset[self.indices[i]]


@wrong(check.view, says="The transform is for the image")
class LabelTransformed(Given):
    def __getitem__(self, i):
        image, label = self.dataset[self.indices[i]]
        return self.transform(image), self.transform(torch.tensor(float(label))).item()


@wrong(check.view, says="Return its result")
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


@wrong(check.view, says="with a comma between them")
class WithoutLabel(Given):
    def __getitem__(self, i):
        return self.transform(self.dataset[self.indices[i]][0])


@wrong(check.view, says="end with a return")
def without_return(dataset, indices, transform):
    Given(dataset, indices, transform)
