"""Answers to the exercises of *Models and activations*."""

import numpy
import torch
from kinds import Kind
from torch import nn

from course_lib.checks import models_and_activations as check

from . import right, rules_out, wrong

rules_out(Kind.CHANCE, "nothing is to be drawn", check.through, check.dead)
rules_out(Kind.ROUTE, "the task forbids nothing", check.network, check.through, check.weight_std, check.dead)
rules_out(Kind.GRADIENT, "a number is asked, not a tensor", check.weight_std)
rules_out(Kind.GRADIENT, "counts have no gradient", check.dead)
rules_out(Kind.ARGUMENT, "its arguments are a function and a number", check.weight_std)
rules_out(Kind.HALF, "one number is asked", check.weight_std)
rules_out(Kind.ELSEWHERE, "one number is asked", check.weight_std)

# count

right(check.count)(645_260)
right(check.count)(torch.tensor(645260))
right(check.count)(200 * 3073 + 150 * 201 + 510.0)
wrong(check.count, says="counts the weights", kind=Kind.VALUE)(3072 * 200 + 200 * 150 + 500)
wrong(check.count, says="each maxout unit hold", kind=Kind.VALUE)(200 * 3073 + 50 * 201 + 510)
wrong(check.count, says="come out of the maxout")(200 * 3073 + 150 * 201 + 1510)
wrong(check.count, says="three numbers for each pixel")(200 * 1025 + 150 * 201 + 510)
wrong(check.count, says="tie its units")(645_363)
wrong(check.count, says="the first layer alone", kind=Kind.GUESS)(614_600)
wrong(check.count, says="not all of them", kind=Kind.GUESS)(3072)
wrong(check.count, says="Layer by layer")(645_261)
wrong(check.count, says="expected one number", kind=Kind.TYPE)("645260")
wrong(check.count, says="expected one number", kind=Kind.TYPE)((614600, 30150, 510))

# network


@right(check.network)
class Listed(nn.Module):
    def __init__(self, sizes):
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(a, b) for a, b in zip(sizes, sizes[1:]))

    def forward(self, images):
        x = images.flatten(1)
        for layer in self.layers[:-1]:
            x = torch.relu(layer(x))
        return self.layers[-1](x)


@right(check.network)
def chained(sizes):
    layers = [nn.Flatten()]
    for a, b in zip(sizes, sizes[1:]):
        layers += [nn.Linear(a, b), nn.ReLU()]
    return nn.Sequential(*layers[:-1])


@right(check.network)
class Added(nn.Module):
    def __init__(self, sizes):
        super().__init__()
        self.n = len(sizes) - 1
        for i in range(self.n):
            self.add_module(f"layer{i}", nn.Linear(sizes[i], sizes[i + 1]))

    def forward(self, x):
        x = x.reshape(len(x), -1)
        for i in range(self.n):
            x = getattr(self, f"layer{i}")(x if i == 0 else x.clamp(min=0))
        return x


@wrong(check.network, says="parameters() finds nothing", kind=Kind.HALF)
class MadeInForward(nn.Module):
    def __init__(self, sizes):
        super().__init__()
        self.sizes = sizes

    def forward(self, images):
        x = images.flatten(1)
        for a, b in zip(self.sizes, self.sizes[1:]):
            x = torch.relu(nn.Linear(a, b)(x))
        return x


@wrong(check.network, says="parameters() finds nothing")
class PlainList(Listed):
    def __init__(self, sizes):
        super().__init__(sizes)
        layers = list(self.layers)
        del self.layers
        self.layers = layers


@wrong(check.network, says="What registers them all", kind=Kind.HALF)
class HalfListed(nn.Module):
    def __init__(self, sizes):
        super().__init__()
        self.hidden = [nn.Linear(a, b) for a, b in zip(sizes[:-1], sizes[1:-1])]
        self.out = nn.Linear(sizes[-2], sizes[-1])

    def forward(self, images):
        x = images.flatten(1)
        for layer in self.hidden:
            x = torch.relu(layer(x))
        return self.out(x)


@wrong(check.network, says="Only the axes behind the first")
class AllFlat(Listed):
    def forward(self, images):
        return super().forward(images.flatten()[None, :12])


@wrong(check.network, says="no logit is ever negative", kind=Kind.VALUE)
class Bent(Listed):
    def forward(self, images):
        return torch.relu(super().forward(images)) + 0.0


@wrong(check.network, says="probabilities, or their logarithms")
class Logarithms(Listed):
    def forward(self, images):
        return super().forward(images).log_softmax(1)


@wrong(check.network, says="one layer in disguise")
class Straight(Listed):
    def forward(self, images):
        x = images.flatten(1)
        for layer in self.layers:
            x = layer(x)
        return x


@wrong(check.network, says="Each layer once, in order", kind=Kind.VALUE)
class Twice(Listed):
    def forward(self, images):
        x = torch.relu(images.flatten(1))
        for layer in self.layers[:-1]:
            x = torch.relu(layer(x))
        return self.layers[-1](x)


@wrong(check.network, says="a bias missing")
class Biasless(Listed):
    def __init__(self, sizes):
        super().__init__(sizes)
        self.layers[0].bias = None


@wrong(check.network, says="What registers them all")
class Fixed(Listed):
    def __init__(self, sizes):
        super().__init__([12, 7, 5, 3])


@wrong(check.network, says="Right for one network", kind=Kind.COINCIDENCE)
class ThreeLayers(Listed):
    def forward(self, images):
        x = torch.relu(self.layers[0](images.flatten(1)))
        for layer in self.layers[1:3]:
            x = layer(torch.relu(x))
        for layer in self.layers[3:]:
            x = layer(x)
        return x if len(self.layers) > 1 else self.layers[0](images.flatten(1))


@wrong(check.network, says="How many images, or axes", kind=Kind.SHAPE)
class Squeezed(Listed):
    def forward(self, images):
        return super().forward(images).squeeze(0)


@wrong(check.network, says="other logits at the second call", kind=Kind.STATE)
class Dropping(Listed):
    def forward(self, images):
        return nn.functional.dropout(super().forward(images), 0.5)


@wrong(check.network, says="changes the argument images", kind=Kind.ARGUMENT)
class InPlace(Listed):
    def forward(self, images):
        return super().forward(images.sub_(images.mean()))


@wrong(check.network, says="changes the argument sizes", kind=Kind.ARGUMENT)
def popped(sizes):
    net = chained(list(sizes))
    if isinstance(sizes, list):
        sizes.pop()
    return net


@wrong(check.network, says="leaves autograd", kind=Kind.GRADIENT)
class Detached(Listed):
    def forward(self, images):
        x = images.flatten(1)
        for layer in self.layers[:-1]:
            x = torch.relu(layer(x)).detach()
        return self.layers[-1](x)


@wrong(check.network, says="float32", kind=Kind.DTYPE)
class Double(Listed):
    def forward(self, images):
        out = super().forward(images)
        return out.double() if len(images) < 6 else out


@wrong(check.network, says="expected an nn.Module", kind=Kind.TYPE)
def only_layers(sizes):
    return [nn.Linear(a, b) for a, b in zip(sizes, sizes[1:])]


@wrong(check.network, says="expected a network, got None", kind=Kind.TYPE)
def nothing(sizes):
    print(chained(sizes))


@wrong(check.network, says="Hand over the class", kind=Kind.ELSEWHERE)
def outputs_at_once(sizes):
    return chained(sizes)(torch.ones(1, sizes[0]))


@wrong(check.network, says="begin with the same weights", kind=Kind.CHANCE)
def seeded(sizes):
    torch.manual_seed(0)
    return chained(sizes)


CHAINS = {}


@wrong(check.network, says="begin with the same weights", kind=Kind.STATE)
def one_for_all_sizes(sizes):
    return CHAINS.setdefault(tuple(sizes), chained(sizes))


@wrong(check.network, says="Right for one network", kind=Kind.COINCIDENCE)
class CutAtSix(Listed):
    def forward(self, images):
        x = images.flatten(1)
        for layer in self.layers[:-1]:
            x = nn.functional.relu6(layer(x))
        return self.layers[-1](x)


@wrong(check.network, says="Right for one network", kind=Kind.VALUE)
class ClippedLogits(Listed):
    def forward(self, images):
        return super().forward(images).clamp(-10, 10)


@wrong(check.network, says="How many images, or axes", kind=Kind.SHAPE)
class LastAxisLost(Listed):
    def forward(self, images):
        return super().forward(images).squeeze(-1)


# through


def line(xs, ys, weights, kinks, height):
    net = nn.Sequential(nn.Linear(1, len(kinks)), nn.ReLU(), nn.Linear(len(kinks), 1))
    with torch.no_grad():
        net[0].weight.fill_(1.0)
        net[0].bias.copy_(-kinks)
        net[2].weight[0].copy_(weights)
        net[2].bias.fill_(height)
    return net


def changes(xs, ys):
    slopes = ys.diff() / xs.diff()
    return torch.cat([slopes[:1], slopes.diff()])


@right(check.through)
def by_changes(xs, ys):
    return line(xs, ys, changes(xs, ys), xs[:-1], ys[0].item())


@right(check.through)
def scaled(xs, ys):
    net = by_changes(xs, ys)
    net[0].weight.data *= 4.0
    net[0].bias.data *= 4.0
    net[2].weight.data /= 4.0
    return net


@right(check.through)
def solved(xs, ys):
    pieces = (xs[1:, None] - xs[:-1]).clamp(min=0).double()
    weights = torch.linalg.solve(pieces, (ys[1:] - ys[0]).double()).float()
    return line(xs, ys, weights, xs[:-1], float(ys[0]))


@right(check.through)
def one_by_one(xs, ys):
    x, y = xs.tolist(), ys.tolist()
    weights, slope = [], 0.0
    for i in range(len(x) - 1):
        new = (y[i + 1] - y[i]) / (x[i + 1] - x[i])
        weights.append(new - slope)
        slope = new
    return line(xs, ys, torch.tensor(weights), xs[:-1], y[0])


@wrong(check.through, says="begins at height 0", kind=Kind.VALUE)
def without_height(xs, ys):
    return line(xs, ys, changes(xs, ys), xs[:-1], 0.0)


@wrong(check.through, says="all units before it still add", kind=Kind.VALUE)
def slopes_for_changes(xs, ys):
    slopes = ys.diff() / xs.diff()
    return line(xs, ys, slopes, xs[:-1], ys[0].item())


@wrong(check.through, says="last point is missed", kind=Kind.HALF)
def last_piece_missing(xs, ys):
    weights = changes(xs, ys)
    weights[-1] = 0.0
    return line(xs, ys, weights, xs[:-1], ys[0].item())


@wrong(check.through, says="should be flat", kind=Kind.VALUE)
def not_flat_on_the_left(xs, ys):
    slopes = changes(xs, ys)
    kinks = xs[:-1].clone()
    kinks[0] -= 100.0
    return line(xs, ys, slopes, kinks, (ys[0] - 100.0 * slopes[0]).item())


@wrong(check.through, says="taken from the points", kind=Kind.COINCIDENCE)
def rounded(xs, ys):
    return line(xs, ys, changes(xs, ys).round(), xs[:-1], ys[0].item())


@wrong(check.through, says="the output")
def equally_spaced(xs, ys):
    kinks = torch.linspace(xs[0].item(), xs[-1].item(), len(xs))[:-1] if len(xs) > 3 else xs[:-1]
    return line(xs, ys, changes(xs, ys), kinks, ys[0].item())


@wrong(check.through, says="for 2 points expected", kind=Kind.SHAPE)
def at_least_two_units(xs, ys):
    weights, kinks = changes(xs, ys), xs[:-1]
    if len(kinks) < 2:
        weights, kinks = torch.cat([weights, torch.zeros(1)]), xs[:2]
    return line(xs, ys, weights, kinks, ys[0].item())


@wrong(check.through, says="One unit for each straight piece")
def a_unit_for_each_point(xs, ys):
    return line(xs, ys, torch.cat([changes(xs, ys), torch.zeros(1)]), xs, ys[0].item())


@wrong(check.through, says="One hidden layer is enough", kind=Kind.TYPE)
def deep(xs, ys):
    return nn.Sequential(*by_changes(xs, ys), nn.Identity())


@wrong(check.through, says="One hidden layer is enough", kind=Kind.ELSEWHERE)
def a_function(xs, ys):
    return lambda x: by_changes(xs, ys)(x)


@wrong(check.through, says="expected a network, got None", kind=Kind.TYPE)
def no_return(xs, ys):
    by_changes(xs, ys)


KEPT = nn.Sequential(nn.Linear(1, 2), nn.ReLU(), nn.Linear(2, 1))


@wrong(check.through, says="changes when another is made", kind=Kind.STATE)
def one_for_all(xs, ys):
    net = by_changes(xs, ys)
    if len(xs) == 3:
        KEPT.load_state_dict(net.state_dict())
        return KEPT
    with torch.no_grad():
        KEPT[2].bias += 1.0
    return net


@wrong(check.through, says="changes the argument", kind=Kind.ARGUMENT)
def shifted_in_place(xs, ys):
    height = ys[0].item()
    ys -= height
    return line(xs, ys, changes(xs, ys), xs[:-1], height)


@wrong(check.through, says="Write the numbers into the layers", kind=Kind.GRADIENT)
def frozen(xs, ys):
    return by_changes(xs, ys).requires_grad_(False)


@wrong(check.through, says="float32", kind=Kind.DTYPE)
def narrow(xs, ys):
    net = by_changes(xs, ys)

    class Narrow(nn.Linear):
        def forward(self, x):
            return super().forward(x).double()

    net[2].__class__ = Narrow
    Narrow.__name__ = "Linear"
    return net


@wrong(check.through, says="the points move with it", kind=Kind.ARGUMENT)
def height_shared(xs, ys):
    net = by_changes(xs, ys)
    net[2].bias = nn.Parameter(ys[:1])
    return net


@wrong(check.through, says="the points move with it", kind=Kind.ELSEWHERE)
def height_a_view(xs, ys):
    net = by_changes(xs, ys)
    net[2].bias.data = ys[:1]
    return net


LINES = {}


@wrong(check.through, says="taken from the points", kind=Kind.STATE)
def one_for_each_length(xs, ys):
    return LINES.setdefault(len(xs), by_changes(xs, ys))


@wrong(check.through, says="has learned, a new one is another", kind=Kind.STATE)
def one_for_each_line(xs, ys):
    return LINES.setdefault((*xs.tolist(), *ys.tolist()), by_changes(xs, ys))


@wrong(check.through, says="gives some of its numbers no gradient", kind=Kind.GRADIENT)
def outputs_detached(xs, ys):
    net = by_changes(xs, ys)
    net[2].register_forward_hook(lambda layer, inputs, output: output.detach())
    return net


# temperature

right(check.temperature)(2.16)
right(check.temperature)(3 / numpy.log(4))
right(check.temperature)(torch.tensor(2.164))
wrong(check.temperature, says="Upside down", kind=Kind.VALUE)(0.46)
wrong(check.temperature, says="What is it now", kind=Kind.GUESS)(1.386)
wrong(check.temperature, says="no ratio of logits")(0.75)
wrong(check.temperature, says="the logits are", kind=Kind.GUESS)(5)
wrong(check.temperature, says="three to one")(2.73)
wrong(check.temperature, says="as a power of e", kind=Kind.VALUE)(2.3)
wrong(check.temperature, says="as a power of e", kind=Kind.GUESS)(4)
wrong(check.temperature, says="above 0")(-2.16)
wrong(check.temperature, says="Two decimals", kind=Kind.VALUE)(2.175)
wrong(check.temperature, says="expected one number", kind=Kind.TYPE)([2.16])

# weight_std


@right(check.weight_std)
def by_draws(activation, width):
    z = torch.randn(1_000_000)
    return (width * activation(z).square().mean()).rsqrt().item()


@right(check.weight_std)
def by_integral(activation, width):
    z = torch.linspace(-8, 8, 20_001, dtype=torch.float64)
    density = torch.exp(-z * z / 2) / (2 * torch.pi) ** 0.5
    mean_square = torch.trapezoid(activation(z) ** 2 * density, z)
    return (1 / (width * mean_square)) ** 0.5


@right(check.weight_std)
def by_trying(activation, width):
    low, high = 1e-4, 10.0
    z = torch.randn(4000, width)
    first = activation(z)
    for _ in range(40):
        middle = (low * high) ** 0.5
        size = (first.square().sum(1).mean() * middle**2).sqrt()
        low, high = (middle, high) if size < 1 else (low, middle)
    return middle


@wrong(check.weight_std, says="That is the variance", kind=Kind.VALUE)
def variance(activation, width):
    return by_integral(activation, width).item() ** 2


@wrong(check.weight_std, says="Too large", kind=Kind.COINCIDENCE)
def as_he(activation, width):
    return (2 / width) ** 0.5


@wrong(check.weight_std, says="Too small")
def as_torch(activation, width):
    return (1 / (3 * width)) ** 0.5


@wrong(check.weight_std, says="Too large")
def deviation_for_mean_square(activation, width):
    z = torch.randn(1_000_000)
    return (1 / (width * activation(z).var())).sqrt()


@wrong(check.weight_std, says="Too", kind=Kind.VALUE)
def mean_absolute(activation, width):
    return (1 / width**0.5 / activation(torch.randn(1_000_000)).abs().mean()).item()


@wrong(check.weight_std, says="Too", kind=Kind.DTYPE)
def one_decimal(activation, width):
    return round(by_integral(activation, width).item(), 1)


@wrong(check.weight_std, says="Too", kind=Kind.SHAPE)
def for_width_200(activation, width):
    return by_integral(activation, 200)


@wrong(check.weight_std, says="Too", kind=Kind.CHANCE)
def four_draws(activation, width):
    z = torch.randn(4)
    return (width * activation(z).square().mean()).rsqrt().item()


SEEN = {}


@wrong(check.weight_std, says="Too", kind=Kind.STATE)
def remembered(activation, width):
    return SEEN.setdefault("std", by_integral(activation, width).item())


@wrong(check.weight_std, says="above 0")
def minus(activation, width):
    return -by_integral(activation, width).item()


@wrong(check.weight_std, says="expected one number", kind=Kind.TYPE)
def whole_matrix(activation, width):
    return by_integral(activation, width) * torch.randn(width, width)


@wrong(check.weight_std, says="default dtype", kind=Kind.DTYPE)
def all_in_double(activation, width):
    torch.set_default_dtype(torch.float64)
    return by_integral(activation, width).item()


# dead


@right(check.dead)
def gathered(model, batches):
    x = torch.cat(batches)
    counts = []
    for layer in model:
        x = layer(x)
        if isinstance(layer, nn.ReLU):
            counts.append(int((x == 0).all(0).sum()))
    return counts


@right(check.dead)
def with_sums(model, batches):
    totals = {}
    for x in batches:
        for i, layer in enumerate(model):
            x = layer(x)
            if isinstance(layer, nn.ReLU):
                totals[i] = totals.get(i, 0) + x.detach().sum(0)
    return tuple((total == 0).sum() for total in totals.values())


@right(check.dead)
def with_hooks(model, batches):
    seen = {}

    def note(layer, inputs, output):
        seen[layer] = seen.get(layer, False) | (output > 0).any(0)

    relus = [layer for layer in model if isinstance(layer, nn.ReLU)]
    handles = [layer.register_forward_hook(note) for layer in relus]
    for x in batches:
        model(x)
    for handle in handles:
        handle.remove()
    return [(~seen[layer]).sum().item() for layer in relus]


@wrong(check.dead, says="true of the last batch", kind=Kind.HALF)
def last_batch(model, batches):
    return gathered(model, batches[-1:])


@wrong(check.dead, says="first batch alone", kind=Kind.HALF)
def first_batch(model, batches):
    return gathered(model, batches[:1])


@wrong(check.dead, says="one dead unit, not two", kind=Kind.VALUE)
def added_up(model, batches):
    return [sum(counts) for counts in zip(*(gathered(model, [x]) for x in batches))]


@wrong(check.dead, says="Which axis counts", kind=Kind.SHAPE)
def examples_for_units(model, batches):
    x, counts = torch.cat(batches), []
    for layer in model:
        x = layer(x)
        if isinstance(layer, nn.ReLU):
            counts.append((x == 0).all(1).sum().item())
    return counts


@wrong(check.dead, says="true of the last batch", kind=Kind.COINCIDENCE)
def smallest(model, batches):
    each = [gathered(model, [x]) for x in batches]
    return [min(counts) for counts in zip(*each)]


@wrong(check.dead, says="When is a unit dead")
def ever_silent(model, batches):
    x, counts = torch.cat(batches), []
    for layer in model:
        x = layer(x)
        if isinstance(layer, nn.ReLU):
            counts.append((x == 0).any(0).sum().item())
    return counts


@wrong(check.dead, says="not which share", kind=Kind.DTYPE)
def shares(model, batches):
    return [n / 7 for n in gathered(model, batches)]


@wrong(check.dead, says="expected", kind=Kind.TYPE)
def total(model, batches):
    return sum(gathered(model, batches))


@wrong(check.dead, says="expected", kind=Kind.TYPE)
def masks(model, batches):
    x, found = torch.cat(batches), []
    for layer in model:
        x = layer(x)
        if isinstance(layer, nn.ReLU):
            found.append((x == 0).all(0))
    return found


COUNTS = []


@wrong(check.dead, says="expected 2 counts", kind=Kind.STATE)
def a_global_list(model, batches):
    COUNTS.extend(gathered(model, batches))
    return list(COUNTS)


@wrong(check.dead, says="for another network", kind=Kind.STATE)
def first_model(model, batches):
    if "model" not in SEEN:
        SEEN["model"] = model
    return gathered(SEEN["model"], batches)[: sum(isinstance(layer, nn.ReLU) for layer in model)]


@wrong(check.dead, says="changes the argument", kind=Kind.ARGUMENT)
def scales(model, batches):
    for x in batches:
        x /= x.abs().max()
    return gathered(model, batches)


@wrong(check.dead, says="changes the argument model", kind=Kind.ARGUMENT)
def silences(model, batches):
    counts = gathered(model.eval(), batches)
    return counts


@wrong(check.dead, says="got None", kind=Kind.ELSEWHERE)
def from_an_except(model, batches):
    try:
        return gathered(model, list(torch.stack(batches)))
    except RuntimeError:
        return None


def of_outputs(model, batches, silent):
    x, counts = torch.cat(batches), []
    with torch.no_grad():
        for layer in model:
            x = layer(x)
            if isinstance(layer, nn.ReLU):
                counts.append(int(silent(x).sum()))
    return counts


@wrong(check.dead, says="not nearly 0", kind=Kind.VALUE)
def nearly_silent(model, batches):
    return of_outputs(model, batches, lambda a: (a < 1e-6).all(0))


@wrong(check.dead, says="not nearly 0", kind=Kind.DTYPE)
def in_half(model, batches):
    return of_outputs(model, batches, lambda a: (a.half() == 0).all(0))


@wrong(check.dead, says="One example of two hundred", kind=Kind.COINCIDENCE)
def mostly_silent(model, batches):
    return of_outputs(model, batches, lambda a: (a == 0).double().mean(0) > 0.99)


@wrong(check.dead, says="One example of two hundred", kind=Kind.HALF)
def ten_of_each(model, batches):
    return gathered(model, [x[:10] for x in batches])


@wrong(check.dead, says="what does ReLU make of z = 0", kind=Kind.VALUE)
def below_zero(model, batches):
    x, counts = torch.cat(batches), []
    for layer in model:
        if isinstance(layer, nn.ReLU):
            counts.append(int((x < 0).all(0).sum()))
        x = layer(x)
    return counts


@wrong(check.dead, says="expected 3 counts", kind=Kind.SHAPE)
def two_layers(model, batches):
    return gathered(model, batches)[:2]


@wrong(check.dead, says="leaves a hook", kind=Kind.ARGUMENT)
def a_hook_left(model, batches):
    model[0].register_forward_hook(lambda *_: None)
    return gathered(model, batches)


@wrong(check.dead, says="nothing can learn", kind=Kind.ELSEWHERE)
def for_good(model, batches):
    torch.set_grad_enabled(False)
    return gathered(model, batches)
