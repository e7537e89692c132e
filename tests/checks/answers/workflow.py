"""Answers to the exercises of *The workflow*."""

from fractions import Fraction

import numpy
import torch
from kinds import Kind
from torch import nn

from course_lib.checks import workflow as check

from . import right, rules_out, wrong

rules_out(Kind.CHANCE, "nothing is to be drawn", check.normalize, check.tell_apart)
rules_out(Kind.ROUTE, "the task forbids nothing", check.normalize, check.network, check.tell_apart)
rules_out(Kind.GRADIENT, "data are prepared, nothing is learned from them", check.normalize)
rules_out(Kind.GRADIENT, "answers are compared, nothing is learned from them", check.tell_apart)

# normalize


@right(check.normalize)
def train_first(data_x, train, val, test):
    mean, std = data_x[train].mean(), data_x[train].std()
    return (data_x[train] - mean) / std, (data_x[val] - mean) / std, (data_x[test] - mean) / std


@right(check.normalize)
def in_place_on_copies(data_x, train, val, test):
    parts = [data_x[train], data_x[val], data_x[test]]
    mean, std = parts[0].mean(), parts[0].std(correction=0) + 1e-8
    for part in parts:
        part -= mean
        part /= std
    return parts


@right(check.normalize)
def in_float64_by_numpy(data_x, train, val, test):
    data_x = data_x.double().numpy()
    learned = data_x[train.numpy()]
    return [torch.from_numpy((data_x[part.numpy()] - learned.mean()) / learned.std()) for part in (train, val, test)]


@wrong(check.normalize, says="data_x[train] is a copy", kind=Kind.ELSEWHERE)
def as_it_stands_on_the_slide(data_x, train, val, test):
    X_train, X_val, X_test = data_x[train], data_x[val], data_x[test]
    data_x = (data_x - data_x.mean()) / data_x.std()
    return X_train, X_val, X_test


@wrong(check.normalize, says="in the validation part changes the training part")
def moved_up(data_x, train, val, test):
    data_x = (data_x - data_x.mean()) / data_x.std()
    return data_x[train], data_x[val], data_x[test]


@wrong(check.normalize, says="in the test part changes the training part")
def constants_of_training_and_test(data_x, train, val, test):
    known = data_x[torch.cat([train, test])]
    data_x = (data_x - known.mean()) / known.std()
    return data_x[train], data_x[val], data_x[test]


@wrong(check.normalize, says="the validation part has a mean and deviation of its own")
def each_by_its_own(data_x, train, val, test):
    return [(data_x[part] - data_x[part].mean()) / data_x[part].std() for part in (train, val, test)]


@wrong(check.normalize, says="the validation part comes out as it went in", kind=Kind.HALF)
def only_training(data_x, train, val, test):
    mean, std = data_x[train].mean(), data_x[train].std()
    return (data_x[train] - mean) / std, data_x[val], data_x[test]


@wrong(check.normalize, says="the test part comes out as it went in")
def test_left_raw(data_x, train, val, test):
    mean, std = data_x[train].mean(), data_x[train].std()
    return (data_x[train] - mean) / std, (data_x[val] - mean) / std, data_x[test]


@wrong(check.normalize, says="same two numbers")
def mean_overwritten(data_x, train, val, test):
    parts = []
    for part in (train, val, test):
        mean = data_x[part].mean()
        parts.append((data_x[part] - mean) / data_x[train].std())
    return parts


@wrong(check.normalize, says="and standard deviation 0")
def only_centred(data_x, train, val, test):
    return [data_x[part] - data_x[train].mean() for part in (train, val, test)]


@wrong(check.normalize, says="Asked are 0 and 1", kind=Kind.VALUE)
def variance(data_x, train, val, test):
    return [(data_x[part] - data_x[train].mean()) / data_x[train].var() for part in (train, val, test)]


@wrong(check.normalize, says="Asked are 0 and 1")
def parentheses_lost(data_x, train, val, test):
    return [data_x[part] - data_x[train].mean() / data_x[train].std() for part in (train, val, test)]


@wrong(check.normalize, says="Asked are 0 and 1")
def squeezed_between_0_and_1(data_x, train, val, test):
    low, high = data_x[train].min(), data_x[train].max()
    return [(data_x[part] - low) / (high - low) for part in (train, val, test)]


@wrong(check.normalize, says="one standard deviation for all of them", kind=Kind.VALUE)
def each_pixel_for_itself(data_x, train, val, test):
    mean, std = data_x[train].mean(0), data_x[train].std(0)
    return [(data_x[part] - mean) / std for part in (train, val, test)]


@wrong(check.normalize, says="one standard deviation for all of them")
def each_image_for_itself(data_x, train, val, test):
    data_x = (data_x - data_x.mean((1, 2), keepdim=True)) / data_x.std((1, 2), keepdim=True)
    return data_x[train], data_x[val], data_x[test]


@wrong(check.normalize, says="positive b")
def the_wrong_way_round(data_x, train, val, test):
    return [(data_x[train].mean() - data_x[part]) / data_x[train].std() for part in (train, val, test)]


@wrong(check.normalize, says="the argument data_x", kind=Kind.ARGUMENT)
def in_place(data_x, train, val, test):
    mean, std = data_x[train].mean(), data_x[train].std()
    data_x -= mean
    data_x /= std
    return data_x[train], data_x[val], data_x[test]


@wrong(check.normalize, says="expected 3 tensors, got one Tensor", kind=Kind.TYPE)
def all_in_one(data_x, train, val, test):
    return (data_x - data_x[train].mean()) / data_x[train].std()


@wrong(check.normalize, says="in their order")
def validation_and_test_swapped(data_x, train, val, test):
    return train_first(data_x, train, test, val)


@right(check.normalize)
def by_a_helper(data_x, train, val, test):
    mean = torch.mean(data_x[train])
    std = torch.std(data_x[train], unbiased=False)

    def scaled(index):
        return torch.sub(data_x[index], mean).div(std)

    return list(map(scaled, [train, val, test]))


@right(check.normalize)
def on_a_clone(data_x, train, val, test):
    data_x = data_x.clone()
    mean, std = data_x[train].mean().item(), data_x[train].std().item()
    data_x.sub_(mean).div_(std)
    return data_x[train], data_x[val], data_x[test]


@right(check.normalize)
def by_std_mean(data_x, train, val, test):
    std, mean = torch.std_mean(data_x.index_select(0, train))
    return tuple((data_x[index] - mean) / std for index in (train, val, test))


@right(check.normalize)
def by_second_moments(data_x, train, val, test):
    learned = data_x[train].double()
    mean = learned.sum() / learned.numel()
    std = ((learned - mean) ** 2).mean().sqrt()
    return [(data_x[index] - mean.float()) / std.float() for index in (train, val, test)]


@wrong(check.normalize, says="the argument data_x", kind=Kind.ARGUMENT)
def written_back(data_x, train, val, test):
    mean, std = data_x[train].mean(), data_x[train].std()
    data_x.copy_((data_x - mean) / std)
    return data_x[train], data_x[val], data_x[test]


@wrong(check.normalize, says="the argument train", kind=Kind.ARGUMENT)
def indices_sorted(data_x, train, val, test):
    parts = train_first(data_x, train, val, test)
    train.copy_(train.sort().values)
    return parts


SEEN = {}


@wrong(check.normalize, says="in this very call", kind=Kind.STATE)
def constants_of_the_first_call(data_x, train, val, test):
    mean, std = SEEN.setdefault("constants", (data_x[train].mean(), data_x[train].std()))
    return [(data_x[index] - mean) / std for index in (train, val, test)]


@wrong(check.normalize, says="a later call changes", kind=Kind.STATE)
def one_buffer_for_all(data_x, train, val, test):
    parts = train_first(data_x, train, val, test)
    buffers = SEEN.setdefault(tuple(data_x.shape), [part.clone() for part in parts])
    return [buffer.copy_(part) if buffer.shape == part.shape else part for buffer, part in zip(buffers, parts)]


@wrong(check.normalize, says="for others, of shape", kind=Kind.SHAPE)
def thirty_six_pixels(data_x, train, val, test):
    learned = data_x[train].reshape(len(train), -1)[:, :36]
    mean = learned.sum() / (len(train) * 36)
    return [(data_x[index] - mean) / data_x[train].std() for index in (train, val, test)]


@wrong(check.normalize, says="in their order", kind=Kind.SHAPE)
def squeezed(data_x, train, val, test):
    return [part.squeeze() for part in train_first(data_x, train, val, test)]


@wrong(check.normalize, says="for others, of shape", kind=Kind.SHAPE)
def eighty_images(data_x, train, val, test):
    learned = data_x[train]
    mean = learned.sum() / (80 * learned[0].numel())
    return [(data_x[index] - mean) / learned.std() for index in (train, val, test)]


@wrong(check.normalize, says="for others, of shape", kind=Kind.COINCIDENCE)
def constants_typed(data_x, train, val, test):
    mean, std = data_x[train].mean(), data_x[train].std()
    return [(data_x[index] - mean) / std if mean < 1 else data_x[index] / 255 for index in (train, val, test)]


@wrong(check.normalize, says="Asked are 0 and 1")
def nothing_below_zero(data_x, train, val, test):
    return [part / part.std() * 1.2 for part in train_first(data_x, train, val, test)]


@wrong(check.normalize, says="positive b", kind=Kind.VALUE)
def clipped(data_x, train, val, test):
    return [part.clamp(-1, 1) for part in train_first(data_x, train, val, test)]


@wrong(check.normalize, says="same image comes out differently")
def clipped_in_validation(data_x, train, val, test):
    a, b, c = train_first(data_x, train, val, test)
    return a, b.clamp(min=-1), c


@wrong(check.normalize, says="nan or infinity")
def divided_by_zero(data_x, train, val, test):
    return [part / (part - part) for part in train_first(data_x, train, val, test)]


@wrong(check.normalize, says="positive b", kind=Kind.DTYPE)
def whole_numbers(data_x, train, val, test):
    return [part.round().long() for part in train_first(data_x, train, val, test)]


@wrong(check.normalize, says="on the device cpu", kind=Kind.ELSEWHERE)
def elsewhere_too(data_x, train, val, test):
    return [part.to("meta") for part in train_first(data_x, train, val, test)]


@wrong(check.normalize, says="got None", kind=Kind.TYPE)
def nothing_returned(data_x, train, val, test):
    train_first(data_x, train, val, test)


@wrong(check.normalize, says="got ndarray", kind=Kind.TYPE)
def as_arrays(data_x, train, val, test):
    return [part.numpy() for part in train_first(data_x, train, val, test)]


@wrong(check.normalize, says="in their order")
def flattened(data_x, train, val, test):
    return [part.flatten(1) for part in train_first(data_x, train, val, test)]


@wrong(check.normalize, says="expected 3 tensors, got 2")
def test_forgotten(data_x, train, val, test):
    return train_first(data_x, train, val, test)[:2]


@wrong(check.normalize, says="mean and deviation of its own", kind=Kind.HALF)
def test_by_itself(data_x, train, val, test):
    a, b, c = train_first(data_x, train, val, test)
    return a, b, (data_x[test] - data_x[test].mean()) / data_x[test].std()


# network


@right(check.network)
class Repaired(nn.Module):
    def __init__(self, input_size, output_size):
        super().__init__()
        self.fc1 = nn.Linear(input_size, 16)
        self.fc2 = nn.Linear(16, output_size)

    def forward(self, x):
        return self.fc2(torch.relu(self.fc1(x)))


@right(check.network)
class WithBothNames(nn.Module):
    def __init__(self, input_size, output_size):
        super(WithBothNames, self).__init__()  # noqa: UP008
        self.layers = nn.Sequential(nn.Linear(input_size, 16), nn.ReLU(), nn.Linear(16, output_size))

    def forward(self, x):
        return self.layers(x)


@right(check.network)
class LogSoftmax(Repaired):
    def forward(self, x):
        return torch.log_softmax(super().forward(x), dim=1)


@right(check.network)
def a_function(input_size, output_size):
    return nn.Sequential(nn.Linear(input_size, 16), nn.ReLU(), nn.Linear(16, output_size))


@wrong(check.network, says="name 'NNetwork' is not defined")
class AsOnTheSlide(nn.Module):
    def __init__(self, input_size, output_size):
        super(NNetwork, self).__init__()  # noqa: F821
        self.fc1 = nn.Linear(input_size, 16)
        self.fc2 = nn.Linear(16, output_size)


class Other(nn.Module):
    """A class of the next slide, run before this one."""


@wrong(check.network, says="an instance or subtype of type")
class SuperOfAnother(nn.Module):
    def __init__(self, input_size, output_size):
        super(Other, self).__init__()
        self.fc1 = nn.Linear(input_size, 16)


@wrong(check.network, says="cannot assign module before Module.__init__() call")
class SuperDeleted(nn.Module):
    def __init__(self, input_size, output_size):
        self.fc1 = nn.Linear(input_size, 16)


@wrong(check.network, says='missing 1 required positional arguments: "dim"')
class SoftmaxWithoutDim(Repaired):
    def forward(self, x):
        return torch.softmax(super().forward(x))


@wrong(check.network, says="How many are there in all?", kind=Kind.HALF)
class SoftmaxWithDim(Repaired):
    def forward(self, x):
        return torch.softmax(super().forward(x), dim=1)


@wrong(check.network, says="compete with each other", kind=Kind.SHAPE)
class SoftmaxOverTheBatch(Repaired):
    def forward(self, x):
        return torch.softmax(super().forward(x), dim=0)


@wrong(check.network, says="A logit may be any number")
class Sigmoid(Repaired):
    def forward(self, x):
        return torch.sigmoid(super().forward(x))


@wrong(check.network, says="no output is below zero")
class ReluAtTheEnd(Repaired):
    def forward(self, x):
        return torch.relu(super().forward(x))


@wrong(check.network, says="step by step", kind=Kind.VALUE)
class Tanh(Repaired):
    def forward(self, x):
        return torch.tanh(super().forward(x))


@wrong(check.network, says="step by step")
class SoftmaxMovedUp(Repaired):
    def forward(self, x):
        return self.fc2(torch.softmax(self.fc1(x), dim=1))


@wrong(check.network, says="Two linear layers in a row")
class ReluDeleted(Repaired):
    def forward(self, x):
        return self.fc2(self.fc1(x))


@wrong(check.network, says="What stands between them")
class ReluBeforeTheFirstLayer(Repaired):
    def forward(self, x):
        return self.fc2(self.fc1(torch.relu(x)))


@wrong(check.network, says="of the shapes [(5,), (5, 31), (31,), (31, 10)]", kind=Kind.VALUE)
class Wider(Repaired):
    def __init__(self, input_size, output_size):
        super().__init__(input_size, output_size)
        self.fc1, self.fc2 = nn.Linear(input_size, 31), nn.Linear(31, output_size)


@wrong(check.network, says="end with a return")
class WithoutReturn(Repaired):
    def forward(self, x):
        super().forward(x)


@wrong(check.network, says="end with a return")
def built_and_dropped(input_size, output_size):
    Repaired(input_size, output_size)


@wrong(check.network, says="one logit for each input and each class")
class Argmax(Repaired):
    def forward(self, x):
        return super().forward(x).argmax(1)


@wrong(check.network, says="one logit for each input and each class")
class TenOutputsAsOnTheSlide(Repaired):
    def __init__(self, input_size, output_size):
        super().__init__(input_size, 10)


@wrong(check.network, says="What is random in forward?")
class LayersMadeInForward(nn.Module):
    def __init__(self, input_size, output_size):
        super().__init__()
        self.sizes = input_size, output_size

    def forward(self, x):
        return nn.Linear(16, self.sizes[1])(torch.relu(nn.Linear(self.sizes[0], 16)(x)))


@wrong(check.network, says="of the shapes []", kind=Kind.GRADIENT)
class LayersInAList(nn.Module):
    def __init__(self, input_size, output_size):
        super().__init__()
        self.layers = [nn.Linear(input_size, 16), nn.Linear(16, output_size)]

    def forward(self, x):
        return self.layers[1](torch.relu(self.layers[0](x)))


@wrong(check.network, says="what collects them", kind=Kind.TYPE)
class NotAModule:
    def __init__(self, input_size, output_size):
        self.fc1, self.fc2 = nn.Linear(input_size, 16), nn.Linear(16, output_size)

    def __call__(self, x):
        return self.fc2(torch.relu(self.fc1(x)))


@right(check.network)
class SecondLayerFirst(nn.Module):
    def __init__(self, input_size, output_size):
        super().__init__()
        self.fc2 = nn.Linear(16, output_size)
        self.fc1 = nn.Linear(input_size, 16)

    def forward(self, x):
        x = nn.functional.relu(self.fc1(x))
        logits = self.fc2(x)
        return logits


@right(check.network)
class Clamped(Repaired):
    def forward(self, x):
        return self.fc2(self.fc1(x).clamp(min=0))


@wrong(check.network, says="begin with the same weights", kind=(Kind.STATE, Kind.CHANCE))
class WithASeedOfItsOwn(Repaired):
    def __init__(self, input_size, output_size):
        torch.manual_seed(0)
        super().__init__(input_size, output_size)


@wrong(check.network, says="under torch.no_grad()", kind=Kind.HALF)
class ProbabilitiesToReadOff(Repaired):
    def forward(self, x):
        logits = super().forward(x)
        return logits if torch.is_grad_enabled() else logits.softmax(1)


@wrong(check.network, says="no gradient reaches the layers", kind=Kind.GRADIENT)
class Detached(Repaired):
    def forward(self, x):
        return super().forward(x).detach()


@wrong(check.network, says="no gradient reaches the layers", kind=Kind.GRADIENT)
class FirstLayerDetached(Repaired):
    def forward(self, x):
        return self.fc2(torch.relu(self.fc1(x)).detach())


@wrong(check.network, says="in training mode", kind=Kind.GRADIENT)
class DropoutInTraining(Repaired):
    def forward(self, x):
        return self.fc2(nn.functional.dropout(torch.relu(self.fc1(x)), 0.5, self.training))


@wrong(check.network, says="in training mode")
class SoftmaxInTraining(Repaired):
    def forward(self, x):
        logits = super().forward(x)
        return logits.softmax(1) if self.training else logits


@wrong(check.network, says="the argument x", kind=Kind.ARGUMENT)
class ReluOnTheInput(Repaired):
    def forward(self, x):
        y = super().forward(x)
        x.sub_(1).relu_()
        return y


@wrong(check.network, says="inputs of size", kind=Kind.SHAPE)
class Squeezed(Repaired):
    def forward(self, x):
        return super().forward(x).squeeze()


@wrong(check.network, says="fitted to one shape", kind=Kind.SHAPE)
class NormalizedOverTheBatch(Repaired):
    def forward(self, x):
        return super().forward(x) if len(x) % 2 == 0 or len(x) > 9 else super().forward(x) - 1


@wrong(check.network, says="your code raised", kind=Kind.COINCIDENCE)
class TenInputs(nn.Module):
    def __init__(self, input_size, output_size):
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(10, 16), nn.Linear(16, output_size)

    def forward(self, x):
        return self.fc2(torch.relu(self.fc1(x)))


LAYERS = {}


@wrong(check.network, says="once another has been made", kind=Kind.STATE)
class LayersOfTheClass(nn.Module):
    def __init__(self, input_size, output_size):
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(input_size, 16), nn.Linear(16, output_size)
        LAYERS["made"] = LAYERS.get("made", 0) + 1
        self.made = LAYERS["made"]

    def forward(self, x):
        return self.fc2(torch.relu(self.fc1(x))) + LAYERS["made"] - self.made


@wrong(check.network, says="dtype", kind=Kind.DTYPE)
class DoublePrecision(Repaired):
    def __init__(self, input_size, output_size):
        super().__init__(input_size, output_size)
        self.double()


@wrong(check.network, says="step by step", kind=Kind.DTYPE)
class HalfPrecision(Repaired):
    def forward(self, x):
        return super().forward(x).half().float() * 1.01


@wrong(check.network, says="step by step", kind=Kind.VALUE)
class LeakyRelu(Repaired):
    def forward(self, x):
        return self.fc2(nn.functional.leaky_relu(self.fc1(x)))


@wrong(check.network, says="step by step")
class LastBiasTwice(Repaired):
    def forward(self, x):
        return super().forward(x) + self.fc2.bias


@wrong(check.network, says="step by step")
class TimesTen(Repaired):
    def forward(self, x):
        return 10 * super().forward(x)


@wrong(check.network, says="step by step", kind=Kind.VALUE)
class Clipped(Repaired):
    def forward(self, x):
        return super().forward(x).clamp(-0.2, 0.2)


@wrong(check.network, says="got one on meta", kind=Kind.ELSEWHERE)
class Elsewhere(Repaired):
    def forward(self, x):
        return super().forward(x).to("meta")


@wrong(check.network, says="got tuple", kind=Kind.TYPE)
class LogitsAndHidden(Repaired):
    def forward(self, x):
        return super().forward(x), self.fc1(x)


@wrong(check.network, says="got list")
class AsAList(Repaired):
    def forward(self, x):
        return super().forward(x).tolist()


@wrong(check.network, says="of the shapes", kind=Kind.HALF)
class OnlyOneLayer(nn.Module):
    def __init__(self, input_size, output_size):
        super().__init__()
        self.fc1 = nn.Linear(input_size, output_size)

    def forward(self, x):
        return self.fc1(x)


@wrong(check.network, says="of the shapes")
class WithoutBiases(nn.Module):
    def __init__(self, input_size, output_size):
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(input_size, 16, bias=False), nn.Linear(16, output_size, bias=False)

    def forward(self, x):
        return self.fc2(torch.relu(self.fc1(x)))


@wrong(check.network, says="for other sizes too", kind=Kind.COINCIDENCE)
def only_ten_and_five(input_size, output_size):
    return Repaired(10, 5) if (input_size, output_size) == (10, 5) else "other sizes"


wrong(check.network, says="Hand over MyNetwork itself")(Repaired(10, 5))


# luck

right(check.luck)(3458)
right(check.luck)(torch.tensor(3458))
right(check.luck)(numpy.array([3457]))
right(check.luck)(Fraction(345744, 100))
wrong(check.luck, says="Too few", kind=Kind.GUESS)(400)
wrong(check.luck, says="under a root", kind=Kind.GUESS)(1200)
wrong(check.luck, says="Too few", kind=Kind.GUESS)(3)
wrong(check.luck, says="Too few", kind=Kind.VALUE)(2436)
wrong(check.luck, says="Too few")(3000)
wrong(check.luck, says="More than needed")(4000)
wrong(check.luck, says="More than needed")(5971)
wrong(check.luck, says="too few to measure")(-3458)
wrong(check.luck, says="too few to measure")(0.3458)
wrong(check.luck, says="got str", kind=Kind.TYPE)("3,458")
wrong(check.luck, says="not with a comma")((3, 458))
right(check.luck)(3457.44)
right(check.luck)(3600)  # two standard deviations instead of 1.96
wrong(check.luck, says="under a root")(1200)
wrong(check.luck, says="one standard deviation")(900)
wrong(check.luck, says="any accuracy")(9604)
wrong(check.luck, says="whole interval is 2 wide")(13830)
wrong(check.luck, says="Too few")(1600)
wrong(check.luck, says="More than needed")(34574)
wrong(check.luck, says="too few to measure")(0)
wrong(check.luck, says="expected a finite number")(float("inf"))


# Shortcuts that one more case shows


@wrong(check.normalize, says="the training part is float16", kind=Kind.DTYPE)
def in_half_precision(data_x, train, val, test):
    mean, std = data_x[train].mean(), data_x[train].std()
    return tuple(((data_x[part] - mean) / std).half() for part in (train, val, test))


@wrong(check.network, says="expected the dtype float32", kind=Kind.DTYPE)
class InHalfPrecision(Repaired):
    def forward(self, x):
        return super().forward(x).half()


@wrong(check.network, says="to small numbers", kind=Kind.VALUE)
class CutAtTwo(Repaired):
    def forward(self, x):
        return super().forward(x).clamp(-2, 2)


@wrong(check.network, says="to small numbers", kind=Kind.VALUE)
class CutAtSix(Repaired):
    def forward(self, x):
        return self.fc2(nn.functional.relu6(self.fc1(x)))


LAST = {}


@wrong(check.network, says="two networks share a layer", kind=Kind.STATE)
class SharedLastLayer(Repaired):
    def __init__(self, input_size, output_size):
        super().__init__(input_size, output_size)
        self.fc2 = LAST.setdefault(output_size, self.fc2)


@wrong(check.network, says="no gradient reaches", kind=Kind.GRADIENT)
class FrozenFirstLayer(Repaired):
    def __init__(self, input_size, output_size):
        super().__init__(input_size, output_size)
        self.fc1.requires_grad_(False)


# tell_apart


def told(lead, half):
    verdict = "first" if lead > half else "second" if lead < -half else "can't tell"
    return lead, lead - half, lead + half, verdict


@right(check.tell_apart)
def image_by_image(first, second):
    difference = 100 * (first.mean(0) - second.mean(0))
    lead, half = difference.mean(), 1.96 * difference.std() / len(difference) ** 0.5
    verdict = "first" if lead > half else "second" if lead < -half else "can't tell"
    return lead, lead - half, lead + half, verdict


@right(check.tell_apart)
def with_numpy(first, second):
    d = 100 * (first.numpy().mean(0, dtype=float) - second.numpy().mean(0, dtype=float))
    half = 1.96 * numpy.sqrt(numpy.mean((d - d.mean()) ** 2) / d.size)
    low, high = d.mean() - half, d.mean() + half
    return [d.mean(), low, high, ["can't tell", "first", "second"][int(low > 0) - int(high < 0)]]


@right(check.tell_apart)
def with_a_loop(first, second):
    differences = []
    for image in range(first.shape[1]):
        a = sum(run[image].item() for run in first) / len(first)
        b = sum(run[image].item() for run in second) / len(second)
        differences.append(100 * (a - b))
    n = len(differences)
    lead = sum(differences) / n
    return told(lead, 1.96 * (sum((d - lead) ** 2 for d in differences) / (n - 1) / n) ** 0.5)


def parts_of(first, second):
    d = 100 * (first.double().mean(0) - second.double().mean(0))
    return d, d.mean().item(), 1.96 * d.std().item() / len(d) ** 0.5


@wrong(check.tell_apart, says="images of its own", kind=Kind.VALUE)
def unpaired(first, second):
    a, b = first.mean(0), second.mean(0)
    return told(100 * (a.mean() - b.mean()), 196 * ((a.var() + b.var()) / len(a)) ** 0.5)


@wrong(check.tell_apart, says="no five images", kind=Kind.VALUE)
def answers_independent(first, second):
    variances = [x.mean() * (1 - x.mean()) / x.numel() for x in (first, second)]
    return told(100 * (first.mean() - second.mean()), 196 * sum(variances) ** 0.5)


@wrong(check.tell_apart, says="the luck of the training")
def over_the_seeds(first, second):
    variances = [x.mean(1).var() / len(x) for x in (first, second)]
    return told(100 * (first.mean() - second.mean()), 196 * sum(variances) ** 0.5)


@wrong(check.tell_apart, says="one image may be off")
def spread_of_the_images(first, second):
    d, lead, _ = parts_of(first, second)
    return told(lead, 1.96 * d.std().item())


@wrong(check.tell_apart, says="A lead is no share")
def as_a_share(first, second):
    d, lead, _ = parts_of(first, second)
    return told(lead, 196 * (abs(lead) / 100 * (1 - abs(lead) / 100) / len(d)) ** 0.5)


@wrong(check.tell_apart, says="one standard deviation of the mean")
def one_deviation(first, second):
    _, lead, half = parts_of(first, second)
    return told(lead, half / 1.96)


@wrong(check.tell_apart, says="the whole width")
def twice_as_wide(first, second):
    _, lead, half = parts_of(first, second)
    return told(lead, 2 * half)


@wrong(check.tell_apart, says="1.96 standard deviations")
def ninety_nine_per_cent(first, second):
    _, lead, half = parts_of(first, second)
    return told(lead, half / 1.96 * 2.58)


@wrong(check.tell_apart, says="That is a share", kind=Kind.VALUE)
def not_in_points(first, second):
    _, lead, half = parts_of(first, second)
    return told(lead / 100, half / 100)


@wrong(check.tell_apart, says="Who is ahead?")
def the_lead_of_the_second(first, second):
    return image_by_image(second, first)


@wrong(check.tell_apart, says="Every seed counts alike")
def sums_for_means(first, second):
    return told((first.sum() - second.sum()).item(), 1.0)


@wrong(check.tell_apart, says="Every seed counts alike", kind=Kind.HALF)
def the_first_seed_only(first, second):
    return image_by_image(first[:1], second[:1])


@wrong(check.tell_apart, says="lies evenly around the lead")
def around_zero(first, second):
    _, lead, half = parts_of(first, second)
    return lead, -half, half, "can't tell"


@wrong(check.tell_apart, says="The lower end comes first")
def ends_swapped(first, second):
    lead, low, high, verdict = image_by_image(first, second)
    return lead, high, low, verdict


@wrong(check.tell_apart, says="On which side of 0", kind=Kind.HALF)
def never_the_second(first, second):
    lead, low, high, verdict = image_by_image(first, second)
    return lead, low, high, "first" if low > 0 else "can't tell"


@wrong(check.tell_apart, says="On which side of 0")
def whoever_is_ahead(first, second):
    lead, low, high, _ = image_by_image(first, second)
    return lead, low, high, "first" if lead > 0 else "second"


@wrong(check.tell_apart, says="for a model against itself", kind=Kind.SHAPE)
def never_equal(first, second):
    lead, low, high, verdict = image_by_image(first, second)
    return lead, low, high, "first" if low >= 0 else verdict


@wrong(check.tell_apart, says="only the first is ever right", kind=Kind.COINCIDENCE)
def nothing_without_spread(first, second):
    lead, low, high, verdict = image_by_image(first, second)
    return lead, low, high, "can't tell" if low == high else verdict


@wrong(check.tell_apart, says="only the second is ever right", kind=Kind.COINCIDENCE)
def at_most_thirty_points(first, second):
    lead, low, high, verdict = image_by_image(first, second)
    return max(lead, -30), max(low, -30), max(high, -30), verdict


@wrong(check.tell_apart, says="The size of tensor a", kind=Kind.SHAPE)
def seed_by_seed(first, second):
    d = 100 * (first - second).mean(0)
    return told(d.mean(), 1.96 * d.std() / len(d) ** 0.5)


@wrong(check.tell_apart, says="for 1 and 1 seeds", kind=Kind.SHAPE)
def several_seeds_only(first, second):
    if len(first) == 1:
        return 0.0, 0.0, 0.0, "can't tell"
    return image_by_image(first, second)


@wrong(check.tell_apart, says="Every seed counts alike", kind=Kind.DTYPE)
def differences_cut_off(first, second):
    d = (100 * (first.mean(0) - second.mean(0))).int().float().div(50).round() * 50
    return told(d.mean().item(), 1.96 * d.std().item() / len(d) ** 0.5)


@wrong(check.tell_apart, says="the argument first", kind=Kind.ARGUMENT)
def points_in_place(first, second):
    d = first.mul_(100).mean(0) - 100 * second.mean(0)
    return told(d.mean().item(), 1.96 * d.std().item() / len(d) ** 0.5)


SEEN = {}


@wrong(check.tell_apart, says="lies evenly around the lead", kind=Kind.STATE)
def the_first_lead_kept(first, second):
    _, lead, half = parts_of(first, second)
    return told(SEEN.setdefault("lead", lead), half)


COUNTED = {"calls": 0}


@wrong(check.tell_apart, says="asked again", kind=Kind.STATE)
def something_more_at_last(first, second):
    _, lead, half = parts_of(first, second)
    COUNTED["calls"] += 1
    return told(lead * (1 + 1e-5 * (COUNTED["calls"] // 8 % 2)), half)


@wrong(check.tell_apart, says="on the device meta", kind=Kind.ELSEWHERE)
def elsewhere_again(first, second):
    lead, *others = image_by_image(first, second)
    return lead.to("meta"), *others


@wrong(check.tell_apart, says="expected 4 things, got 3", kind=Kind.TYPE)
def verdict_forgotten(first, second):
    return image_by_image(first, second)[:3]


@wrong(check.tell_apart, says="Asked is one of", kind=Kind.TYPE)
def true_or_false(first, second):
    lead, low, high, verdict = image_by_image(first, second)
    return lead, low, high, verdict != "can't tell"


@wrong(check.tell_apart, says="Asked is one of")
def in_other_words(first, second):
    lead, low, high, verdict = image_by_image(first, second)
    return lead, low, high, verdict.upper()


@wrong(check.tell_apart, says="expected a lead")
def a_difference_for_each_image(first, second):
    d, _, half = parts_of(first, second)
    return d, d - half, d + half, "can't tell"


@wrong(check.tell_apart, says="end with a return", kind=Kind.TYPE)
def printed_only(first, second):
    image_by_image(first, second)
