"""Answers to the exercises of *Backpropagation*."""

import math
from decimal import Decimal
from fractions import Fraction

import numpy as np
import torch
from kinds import Kind

from course_lib.checks import backpropagation as check

from . import right, rules_out, wrong

# paths

right(check.paths)((22, 16))
right(check.paths)([22.0, 16.0])
right(check.paths)(torch.tensor([22.0, 16.0]))
right(check.paths)(np.array([22, 16]))
right(check.paths)((Fraction(22), Decimal(16)))
wrong(check.paths, says="Which one comes first")((16, 22))
wrong(check.paths, says="value of the result", kind=Kind.VALUE)((32, 32))
wrong(check.paths, says="neither u nor v")((21, 16))
wrong(check.paths, says="along one path")((15, 10))
wrong(check.paths, says="along one path", kind=Kind.GUESS)((1, 1))
wrong(check.paths, says="There is a third")((7, 16))
wrong(check.paths, says="There is a third")((16, 16))
wrong(check.paths, says="not multiplied")((90, 60))
wrong(check.paths, says="Which slope arrives at u", kind=Kind.GUESS)((2, 3))
wrong(check.paths, says="Which slope arrives at u", kind=Kind.VALUE)((22.4, 16))
wrong(check.paths, says="one of two paths")((22, 10))
wrong(check.paths, says="Does b get anything")((22, 17))
wrong(check.paths, says="times what", kind=Kind.VALUE)((22, 60))
wrong(check.paths, says="expected 2 numbers", kind=Kind.TYPE)(22)
wrong(check.paths, says="got str", kind=Kind.TYPE)("22, 16")
wrong(check.paths, says="got 3")((22, 16, 32))
wrong(check.paths, says="finite number")((math.nan, 16))

# edits

right(check.edits)(10010)
right(check.edits)(10010.0)
right(check.edits)(torch.tensor(10010))
right(check.edits)(np.int64(10010))
wrong(check.edits, says="only what was kept", kind=Kind.GUESS)(11111)
wrong(check.edits, says="some of them do", kind=Kind.GUESS)(0)
wrong(check.edits, says="other way round")(1101)
wrong(check.edits, says="line 1, y = x.sigmoid()")(10)
wrong(check.edits, says="line 2, y = x**3")(11010)
wrong(check.edits, says="line 3, y = x.sin()", kind=Kind.VALUE)(10110)
wrong(check.edits, says="line 4, y = x.softmax(0)")(10000)
wrong(check.edits, says="line 5, y = x - x.mean()", kind=Kind.VALUE)(10011)
wrong(check.edits, says="five digits 0 and 1", kind=Kind.GUESS)(2)
wrong(check.edits, says="five digits 0 and 1", kind=Kind.VALUE)(10012)
wrong(check.edits, says="five digits 0 and 1")(100100)
wrong(check.edits, says="five digits 0 and 1")(-10010)
wrong(check.edits, says="five digits 0 and 1")(10010.5)
wrong(check.edits, says="not with a comma", kind=Kind.TYPE)((1, 0, 0, 1, 0))
wrong(check.edits, says="Give the number itself", kind=Kind.TYPE)("10010")
wrong(check.edits, says="Give the number itself")([10010])

# engine


class Base:
    """A right engine whose parts can be replaced."""

    def __init__(self, data, parents=()):
        self.data, self.grad, self.parents = float(data), 0.0, parents

    @classmethod
    def of(cls, other):
        return other if isinstance(other, Base) else cls(other)

    def __add__(self, other):
        other = self.of(other)
        return type(self)(self.data + other.data, ((self, 1.0), (other, 1.0)))

    def __mul__(self, other):
        other = self.of(other)
        return type(self)(self.data * other.data, ((self, other.data), (other, self.data)))

    def __radd__(self, other):
        return self + other

    def __rmul__(self, other):
        return self * other

    def tanh(self):
        a = math.tanh(self.data)
        return type(self)(a, ((self, 1 - a * a),))

    def exp(self):
        a = math.exp(self.data)
        return type(self)(a, ((self, a),))

    def listed(self):
        """All nodes behind this one, each after those that it was made from."""
        order, seen, stack = [], set(), [(self, False)]
        while stack:
            node, done = stack.pop()
            if done:
                order.append(node)
            elif id(node) not in seen:
                seen.add(id(node))
                stack.append((node, True))
                stack += [(parent, False) for parent, _ in node.parents]
        return order

    def backward(self):
        order = self.listed()
        slope = {id(node): 0.0 for node in order} | {id(self): 1.0}
        for node in reversed(order):
            node.grad += slope[id(node)]
            for parent, derivative in node.parents:
                slope[id(parent)] += slope[id(node)] * derivative


right(check.engine)(Base)


@right(check.engine)
class Numbered(Base):
    """Each node is younger than those that it was made from; inner nodes are set to 0 first."""

    made = 0

    def __init__(self, data, parents=()):
        super().__init__(data, parents)
        Numbered.made += 1
        self.number = Numbered.made

    def backward(self):
        nodes, todo = {self}, [self]
        while todo:
            for parent, _ in todo.pop().parents:
                if parent not in nodes:
                    nodes.add(parent)
                    todo.append(parent)
        for node in nodes:
            if node.parents:
                node.grad = 0.0
        self.grad = 1.0
        for node in sorted(nodes, key=lambda node: -node.number):
            for parent, derivative in node.parents:
                parent.grad += node.grad * derivative


@right(check.engine)
class WithClosures:
    """As micrograd does it, with recursion; inner nodes forget first."""

    def __init__(self, data, parents=(), pull=lambda slope: None):
        self.data, self.grad, self.parents, self.pull = data, 0.0, parents, pull

    def __add__(self, other):
        other = other if isinstance(other, WithClosures) else WithClosures(other)

        def pull(slope):
            self.grad += slope
            other.grad += slope

        return WithClosures(self.data + other.data, (self, other), pull)

    def __mul__(self, other):
        other = other if isinstance(other, WithClosures) else WithClosures(other)

        def pull(slope):
            self.grad += slope * other.data
            other.grad += slope * self.data

        return WithClosures(self.data * other.data, (self, other), pull)

    __radd__, __rmul__ = __add__, __mul__

    def _of(self, a, derivative):
        def pull(slope):
            self.grad += slope * derivative

        return WithClosures(a, (self,), pull)

    def tanh(self):
        a = math.tanh(self.data)
        return self._of(a, 1 - a**2)

    def exp(self):
        return self._of(math.exp(self.data), math.exp(self.data))

    def backward(self):
        order, seen = [], set()

        def visit(node):
            if node not in seen:
                seen.add(node)
                for parent in node.parents:
                    visit(parent)
                order.append(node)

        visit(self)
        for node in order:
            if node.parents:
                node.grad = 0.0
        self.grad += 1.0
        for node in reversed(order):
            node.pull(node.grad)


def variant(says, kind=()):
    """Register a class with one method of the right one replaced."""

    def register(cls):
        return wrong(check.engine, says=says, kind=kind)(cls)

    return register


def with_backward(says, kind=()):
    def register(backward):
        return wrong(check.engine, says=says, kind=kind)(type("Other", (Base,), {"backward": backward}))

    return register


@with_backward("used twice", kind=Kind.HALF)
def overwrites(self):
    order = self.listed()
    slope = {id(self): 1.0}
    for node in reversed(order):
        node.grad += slope[id(node)]
        for parent, derivative in node.parents:
            slope[id(parent)] = slope[id(node)] * derivative


@with_backward("forgets what the first")
def sets_for_adds(self):
    order = self.listed()
    slope = {id(node): 0.0 for node in order} | {id(self): 1.0}
    for node in reversed(order):
        node.grad = slope[id(node)]
        for parent, derivative in node.parents:
            slope[id(parent)] += slope[id(node)] * derivative


wrong(check.engine, says="forgets what the first")(
    type("ForgetsOnlyOthers", (Base,), {"backward": lambda self: forgets_only_others(self)})
)


def forgets_only_others(self, last=[None]):  # noqa: B006
    order = self.listed()
    if last[0] is not self:
        for node in order:
            node.grad = 0.0
    last[0] = self
    Base.backward(self)


@with_backward("Do slopes of the first still lie", kind=Kind.STATE)
def inner_nodes_keep(self):
    self.grad += 1.0
    for node in reversed(self.listed()):
        for parent, derivative in node.parents:
            parent.grad += node.grad * derivative


@with_backward("Pass the slope of a node on only once")
def along_all_paths(self):
    def pass_on(node, slope):
        node.grad += slope
        for parent, derivative in node.parents:
            pass_on(parent, slope * derivative)

    pass_on(self, 1.0)


@with_backward("Pass the slope of a node on only once")
def along_all_paths_with_a_stack(self):
    stack = [(self, 1.0)]
    while stack:
        node, slope = stack.pop()
        node.grad += slope
        stack += [(parent, slope * derivative) for parent, derivative in node.parents]


@with_backward("May a node pass its slope on before")
def too_early(self):
    slope, seen, todo = {id(self): 1.0}, set(), [self]
    while todo:
        node = todo.pop(0)
        if id(node) in seen:
            continue
        seen.add(id(node))
        node.grad += slope[id(node)]
        for parent, derivative in node.parents:
            slope[id(parent)] = slope.get(id(parent), 0.0) + slope[id(node)] * derivative
            if id(parent) in seen:
                parent.grad += slope[id(node)] * derivative
            todo.append(parent)


@with_backward("a * b + a", kind=Kind.SHAPE)
def last_step_only(self):
    for parent, derivative in self.parents:
        parent.grad += derivative


@with_backward("the slope in a is -6")
def the_root_counts_twice(self):
    Base.backward(self)
    Base.backward(self)


@with_backward(".data of a Value has changed", kind=Kind.ARGUMENT)
def takes_a_step(self):
    Base.backward(self)
    for node in self.listed():
        if not node.parents:
            node.data -= 0.1 * node.grad


@with_backward("expected a number in .grad", kind=Kind.TYPE)
def grad_is_text(self):
    Base.backward(self)
    for node in self.listed():
        node.grad = f"{node.grad}"


@with_backward("instead of", kind=Kind.VALUE)
def rounded(self):
    Base.backward(self)
    for node in self.listed():
        node.grad = round(node.grad, 3)


def narrowed(number):
    return float(np.float32(number) * np.float32(1.0001))


@with_backward("instead of", kind=Kind.DTYPE)
def in_half(self):
    Base.backward(self)
    for node in self.listed():
        node.grad = narrowed(node.grad)


@with_backward("instead of", kind=Kind.COINCIDENCE)
def at_most_forty(self):
    Base.backward(self)
    for node in self.listed():
        node.grad = max(min(node.grad, 8.0), -8.0)


@with_backward("two separate graphs disturb", kind=Kind.STATE)
def shared_tape(self, tape=[]):  # noqa: B006
    tape.append(self)
    Base.backward(self)
    if len(tape) > 1 and self.data == 7 and tape[-2].data == 4:
        Base.backward(tape[-2])


@with_backward("do not add up as they should")
def first_one_stays(self):
    before = {node: node.grad for node in self.listed()}
    Base.backward(self)
    for node, grad in before.items():
        node.grad = grad or node.grad


EVERY = []


class Recorded(Base):
    def __init__(self, data, parents=()):
        super().__init__(data, parents)
        EVERY.append(self)


wrong(check.engine, says="was not made from", kind=Kind.STATE)(
    type("ReachesEverything", (Recorded,), {"backward": lambda self: reach_all(self)})
)


def reach_all(self):
    Base.backward(self)
    if self.data == 4 and len(self.parents) == 2 and self.parents[1][0].data == 4:
        for node in EVERY[-6:]:
            if node not in self.listed():
                node.grad += 1.0


@variant("Which derivative belongs", kind=Kind.VALUE)
class Swapped(Base):
    def __mul__(self, other):
        other = self.of(other)
        return type(self)(self.data * other.data, ((self, self.data), (other, other.data)))


@variant("either side", kind=Kind.HALF)
class FactorOnTheLeftForgotten(Base):
    def __radd__(self, other):
        return type(self)(other + self.data, ())


@variant("made of the input or of the result")
class TanhOfTheInput(Base):
    def tanh(self):
        return type(self)(math.tanh(self.data), ((self, 1 - self.data**2),))


@variant("made of the input or of the result")
class ExpOfTheInput(Base):
    def exp(self):
        return type(self)(math.exp(self.data), ((self, self.data),))


@variant("First the forward pass")
class TanhIsSigmoid(Base):
    def tanh(self):
        a = 1 / (1 + math.exp(-self.data))
        return type(self)(a, ((self, a * (1 - a)),))


@variant("TypeError")
class NoNumbersOnTheLeft(Base):
    __radd__ = __rmul__ = None


@variant("has no .grad", kind=Kind.TYPE)
class WithoutGrad:
    def __init__(self, data):
        self.data = data

    def backward(self):
        pass


@variant("is not 0")
class StartsAtOne(Base):
    def __init__(self, data, parents=()):
        super().__init__(data, parents)
        self.grad = 1.0


@variant("is not 2")
class KeepsNothing(Base):
    def __init__(self, data, parents=()):
        super().__init__(0.0, parents)


@variant("an operation returns None", kind=Kind.TYPE)
class ReturnsNothing(Base):
    def __mul__(self, other):
        self.product = self.data * self.of(other).data


@variant("an operation gives float", kind=Kind.ELSEWHERE)
class PlainNumber(Base):
    def __mul__(self, other):
        return self.data * self.of(other).data


@variant("the slope is not 1", kind=Kind.ELSEWHERE)
class StopsAfterAThousand(Base):
    def listed(self):
        return super().listed()[-1000:]

    def backward(self):
        order = self.listed()
        slope = {id(node): 0.0 for node in super().listed()} | {id(self): 1.0}
        for node in reversed(order):
            node.grad += slope[id(node)]
            for parent, derivative in node.parents:
                slope[id(parent)] += slope[id(node)] * derivative


@variant("this task forbids", kind=Kind.ROUTE)
class Torch:
    """Lets autograd do it."""

    def __init__(self, data):
        self.leaf = not isinstance(data, torch.Tensor)
        self.value = torch.tensor(float(data), dtype=torch.float64, requires_grad=True) if self.leaf else data

    data = property(lambda self: self.value.item())
    grad = property(lambda self: 0.0 if not self.leaf or self.value.grad is None else self.value.grad.item())

    def __add__(self, other):
        return Torch(self.value + (other.value if isinstance(other, Torch) else other))

    def __mul__(self, other):
        return Torch(self.value * (other.value if isinstance(other, Torch) else other))

    __radd__, __rmul__ = __add__, __mul__

    def tanh(self):
        return Torch(self.value.tanh())

    def exp(self):
        return Torch(self.value.exp())

    def backward(self):
        self.value.backward(retain_graph=True)


wrong(check.engine, says="expected a class", kind=Kind.TYPE)(lambda data: Base(data))


@variant("your code uses numpy", kind=Kind.ROUTE)
class NumpyForOneStep(Base):
    def exp(self):
        a = float(np.exp(self.data))
        return type(self)(a, ((self, a),))


def exp_elsewhere(number):
    return torch.tensor(number, dtype=torch.float64).exp().item()


@variant("this task forbids", kind=Kind.ROUTE)
class TorchOutOfSight(Base):
    def exp(self):
        a = exp_elsewhere(self.data)
        return type(self)(a, ((self, a),))


@variant("at 6", kind=Kind.VALUE)
class ExpClipped(Base):
    def exp(self):
        a = math.exp(min(self.data, 2.0))
        return type(self)(a, ((self, a),))


@with_backward("Every Value behind the result gets its slope", kind=Kind.HALF)
def leaves_only(self):
    before = {node: node.grad for node in self.listed() if node.parents}
    Base.backward(self)
    for node, grad in before.items():
        node.grad = grad


@with_backward("The slope of a result in itself is 1", kind=Kind.STATE)
def starts_from_what_is_there(self):
    order = self.listed()
    slope = {id(node): 0.0 for node in order} | {id(self): self.grad or 1.0}
    for node in reversed(order):
        node.grad += slope[id(node)]
        for parent, derivative in node.parents:
            slope[id(parent)] += slope[id(node)] * derivative


rules_out(Kind.CHANCE, "nothing is drawn by the answer", check.engine, check.stretch, check.tied)
rules_out(
    Kind.GRADIENT, "the slopes are the result, nothing goes through them", check.engine, check.stretch, check.tied
)

# stretch


@right(check.stretch)
def by_sums(G, X, scale, shift):
    return G * scale, (G * (X - shift)).sum(0), -(G * scale).sum(0)


@right(check.stretch)
def by_einsum(G, X, scale, shift):
    return [G * scale, torch.einsum("ij,ij->j", G, X - shift), -scale * torch.einsum("ij->j", G)]


@right(check.stretch)
def row_by_row(G, X, scale, shift):
    in_X, in_scale, in_shift = torch.empty_like(X), torch.zeros_like(scale), torch.zeros_like(shift)
    for i in range(len(X)):
        in_X[i] = G[i] * scale
        in_scale += G[i] * (X[i] - shift)
        in_shift -= G[i] * scale
    return in_X, in_scale, in_shift


@wrong(check.stretch, says="What do their copies send back", kind=Kind.HALF)
def not_summed(G, X, scale, shift):
    return G * scale, G * (X - shift), -G * scale


@wrong(check.stretch, says="have the shape of what they belong to", kind=Kind.SHAPE)
def kept_as_a_row(G, X, scale, shift):
    return G * scale, (G * (X - shift)).sum(0, keepdim=True), -(G * scale).sum(0, keepdim=True)


@wrong(check.stretch, says="have the shape of what they belong to")
def summed_over_columns(G, X, scale, shift):
    return G * scale, (G * (X - shift)).sum(1), -(G * scale).sum(1)


@wrong(check.stretch, says="expected 3 tensors, got", kind=Kind.TYPE)
def without_X(G, X, scale, shift):
    return (G * (X - shift)).sum(0), -(G * scale).sum(0)


@wrong(check.stretch, says="changes the argument G", kind=Kind.ARGUMENT)
def writes_into_G(G, X, scale, shift):
    in_scale = (G * (X - shift)).sum(0)
    G *= scale
    return G, in_scale, -G.sum(0)


@wrong(check.stretch, says="changes the argument X", kind=Kind.ARGUMENT)
def writes_into_X(G, X, scale, shift):
    X -= shift
    return G * scale, (G * X).sum(0), -(G * scale).sum(0)


@wrong(check.stretch, says="this task forbids", kind=Kind.ROUTE)
def lets_autograd_do_it(G, X, scale, shift):
    leaves = [part.clone().requires_grad_() for part in (X, scale, shift)]
    return torch.autograd.grad((G * leaves[1] * (leaves[0] - leaves[2])).sum(), leaves)


@wrong(check.stretch, says="this task forbids", kind=Kind.ROUTE)
def lets_backward_do_it(G, X, scale, shift):
    leaves = [part.clone().requires_grad_() for part in (X, scale, shift)]
    (G * leaves[1] * (leaves[0] - leaves[2])).sum().backward()
    return [leaf.grad for leaf in leaves]


def changed(change):
    """The right three, changed."""
    return lambda G, X, scale, shift: change(*by_sums(G, X, scale, shift), G, X, scale, shift)


wrong(check.stretch, says="are exchanged")(changed(lambda x, s, m, *_: (x, m, s)))
wrong(check.stretch, says="are G itself")(changed(lambda x, s, m, G, *_: (G, s, m)))
wrong(check.stretch, says="leave out the shift")(changed(lambda x, s, m, G, X, *_: (x, (G * X).sum(0), m)))
wrong(check.stretch, says="are a mean", kind=Kind.VALUE)(changed(lambda x, s, m, G, *_: (x, s / len(G), m / len(G))))
wrong(check.stretch, says="wrong sign")(changed(lambda x, s, m, *_: (x, s, -m)))
wrong(check.stretch, says="leave out the scale")(changed(lambda x, s, m, G, *_: (x, s, -G.sum(0))))
wrong(check.stretch, says="the slopes in X[", kind=Kind.VALUE)(changed(lambda x, s, m, *_: (-x, s, m)))
wrong(check.stretch, says="got float64", kind=Kind.DTYPE)(
    changed(lambda x, s, m, *_: (x.double(), s.double(), m.double()))
)
wrong(check.stretch, says="the slopes in", kind=Kind.DTYPE)(
    changed(lambda x, s, m, *_: [part.half().to(part.dtype) for part in (x, s, m)])
)
wrong(check.stretch, says="Is something rounded on the way", kind=Kind.DTYPE)(
    lambda G, X, scale, shift: [
        part.to(X.dtype) for part in by_sums(G.float(), X.float(), scale.float(), shift.float())
    ]
)
wrong(check.stretch, says="Right for five rows", kind=Kind.VALUE)(
    changed(lambda x, s, m, *_: [part.round(decimals=4) for part in (x, s, m)])
)
wrong(check.stretch, says="Right for numbers near one", kind=Kind.COINCIDENCE)(
    changed(lambda x, s, m, *_: (x.clamp(-20, 20), s, m))
)
wrong(check.stretch, says="on the device", kind=Kind.ELSEWHERE)(changed(lambda x, s, m, *_: (x.to("meta"), s, m)))
wrong(check.stretch, says="got ndarray", kind=Kind.TYPE)(
    changed(lambda x, s, m, *_: [part.numpy() for part in (x, s, m)])
)
wrong(check.stretch, says="the slopes in X[", kind=Kind.COINCIDENCE)(
    changed(lambda x, s, m, *_: (x.clamp(-9, 9), s, m))
)
wrong(check.stretch, says="Right for five rows", kind=Kind.SHAPE)(
    changed(lambda x, s, m, G, *_: (x, s, m) if len(G) != G.shape[1] else (x.T, s, m))
)


@wrong(check.stretch, says="a later call changes", kind=Kind.STATE)
def a_buffer_for_each_shape_of_G(G, X, scale, shift, kept={}):  # noqa: B006
    buffer = kept.setdefault((G.shape, G.dtype), torch.empty_like(G))
    return buffer.copy_(G * scale), (G * (X - shift)).sum(0), -(G * scale).sum(0)


@wrong(check.stretch, says="the slopes in X[", kind=Kind.STATE)
def keeps_the_first_scale(G, X, scale, shift, kept=[]):  # noqa: B006
    kept.append(scale)
    first = kept[0] if len(kept[0]) == len(scale) else scale
    return G * first, (G * (X - shift)).sum(0), -(G * scale).sum(0)


# tied


@right(check.tied)
def both_uses(X, W):
    H = (X @ W.T).tanh()
    D = 2 * (H @ W - X) / X.numel()
    return H.T @ D + ((D @ W.T) * (1 - H**2)).T @ X


@right(check.tied)
def mended_in_place(X, W):
    H = (X @ W.T).tanh()
    D = 2 * (H @ W - X) / X.numel()
    W_slopes = H.T @ D
    D = (D @ W.T) * (1 - H**2)
    W_slopes += D.T @ X
    return W_slopes


@right(check.tied)
def example_by_example(X, W):
    slopes = torch.zeros_like(W)
    for x in X:
        h = (W @ x).tanh()
        d = 2 * (h @ W - x) / X.numel()
        slopes = slopes + torch.outer(h, d) + torch.outer((W @ d) * (1 - h * h), x)
    return slopes


def tied_by(overwritten, of_z):
    def answer(X, W):
        Z = X @ W.T
        H = Z.tanh()
        D = 2 * (H @ W - X) / X.numel()
        back = ((D @ W.T) * (1 - (Z if of_z else H) ** 2)).T @ X
        return back if overwritten else H.T @ D + back

    return answer


wrong(check.tied, says="nothing has changed yet")(tied_by(True, True))
wrong(check.tied, says="W is used twice", kind=Kind.HALF)(tied_by(True, False))
wrong(check.tied, says="Check the derivative of tanh", kind=Kind.HALF)(tied_by(False, True))


@wrong(check.tied, says="H depends on W as well")
def second_use_only(X, W):
    H = (X @ W.T).tanh()
    return H.T @ (2 * (H @ W - X) / X.numel())


def times(factor):
    return lambda X, W: factor(X, W) * both_uses(X, W)


wrong(check.tied, says="half of what they should be")(times(lambda X, W: 0.5))
wrong(check.tied, says="four times too large", kind=Kind.VALUE)(times(lambda X, W: X.shape[1]))
wrong(check.tied, says="those of the sum", kind=Kind.VALUE)(times(lambda X, W: X.numel()))
wrong(check.tied, says="wrong sign")(times(lambda X, W: -1))
wrong(check.tied, says="The slopes have the shape of W", kind=Kind.SHAPE)(lambda X, W: both_uses(X, W).T)
wrong(check.tied, says="W's slopes[", kind=Kind.SHAPE)(
    lambda X, W: both_uses(X, W) if W.shape != (4, 4) else both_uses(X, W.T)
)
wrong(check.tied, says="W's slopes[", kind=Kind.COINCIDENCE)(times(lambda X, W: 6 / len(X)))
wrong(check.tied, says="W's slopes[", kind=Kind.DTYPE)(lambda X, W: both_uses(X, W).half().to(X.dtype) * 1.01)
wrong(check.tied, says="Is something rounded on the way", kind=Kind.DTYPE)(
    lambda X, W: both_uses(X.float(), W.float()).to(X.dtype)
)
wrong(check.tied, says="W's slopes[", kind=Kind.VALUE)(lambda X, W: both_uses(X, W).round(decimals=4))
wrong(check.tied, says="got float64", kind=Kind.DTYPE)(lambda X, W: both_uses(X.double(), W.double()))
wrong(check.tied, says="expected a torch.Tensor, got", kind=Kind.TYPE)(lambda X, W: both_uses(X, W).numpy())
wrong(check.tied, says="got None", kind=Kind.TYPE)(lambda X, W: print(both_uses(X, W)))
wrong(check.tied, says="on the device", kind=Kind.ELSEWHERE)(lambda X, W: both_uses(X, W).to("meta"))
wrong(check.tied, says="changes the argument W", kind=Kind.ARGUMENT)(lambda X, W: (both_uses(X, W), W.sub_(0.1))[0])
wrong(check.tied, says="changes the argument X", kind=Kind.ARGUMENT)(lambda X, W: (both_uses(X, W), X.mul_(2))[0])


@wrong(check.tied, says="this task forbids", kind=Kind.ROUTE)
def autograd_does_it(X, W):
    W = W.clone().requires_grad_()
    loss = (((X @ W.T).tanh() @ W - X) ** 2).mean()
    loss.backward()
    return W.grad


@wrong(check.tied, says="this task forbids", kind=Kind.ROUTE)
def func_does_it(X, W):
    return torch.func.grad(lambda W: (((X @ W.T).tanh() @ W - X) ** 2).mean())(W)


@wrong(check.tied, says="a later call changes", kind=Kind.STATE)
def one_buffer(X, W, kept={}):  # noqa: B006
    buffer = kept.setdefault("first", torch.zeros(3, 4))
    if W.shape != buffer.shape:
        buffer.zero_()
        return both_uses(X, W)
    return buffer.copy_(both_uses(X, W))


@wrong(check.tied, says="W's slopes[", kind=Kind.STATE)
def kept_by_shape(X, W, kept={}):  # noqa: B006
    return kept.setdefault((X.shape, W.shape), both_uses(X, W))


@wrong(check.tied, says="a later call changes", kind=Kind.STATE)
def a_buffer_for_each_shape(X, W, kept={}):  # noqa: B006
    return kept.setdefault(W.shape, torch.empty_like(W)).copy_(both_uses(X, W))


@wrong(check.tied, says="another answer when others were asked", kind=Kind.STATE)
def tires(X, W, calls=[]):  # noqa: B006
    calls.append(1)
    return both_uses(X, W) * (1 if len(calls) < 10 else 2)


# spread


@right(check.spread)
def by_the_mean_square(width):
    return math.sqrt(1.6 / width)


@right(check.spread)
def by_kaiming(width):
    return torch.nn.init.calculate_gain("leaky_relu", 0.5) / math.sqrt(width)


@right(check.spread)
def rounded_constant(width):
    return torch.tensor(1.265) / torch.tensor(float(width)).sqrt()


wrong(check.spread, says="Is that the variance")(lambda width: 1.6 / width)
wrong(check.spread, says="if the slope below zero is 0", kind=Kind.VALUE)(lambda width: (2 / width) ** 0.5)
wrong(check.spread, says="if f' is 1 everywhere", kind=Kind.VALUE)(lambda width: width**-0.5)
wrong(check.spread, says="mean of f'(z)²", kind=Kind.COINCIDENCE)(lambda width: (1.6 / 40) ** 0.5)
wrong(check.spread, says="mean of f'(z)²", kind=Kind.SHAPE)(lambda width: 0.2)
wrong(check.spread, says="mean of f'(z)²")(lambda width: (2 / (1.5 * width)) ** 0.5)
wrong(check.spread, says="mean of f'(z)²")(lambda width: (2 / (1.0625 * width)) ** 0.5)
wrong(check.spread, says="mean of f'(z)²", kind=Kind.DTYPE)(lambda width: int(100 * (1.6 / width) ** 0.5) / 90)
wrong(check.spread, says="not above 0", kind=Kind.DTYPE)(lambda width: int((1.6 / width) ** 0.5))
wrong(check.spread, says="not above 0")(lambda width: -((1.6 / width) ** 0.5))
wrong(check.spread, says="one standard deviation, got", kind=Kind.TYPE)(lambda width: f"{(1.6 / width) ** 0.5}")
wrong(check.spread, says="one standard deviation, got", kind=Kind.TYPE)(lambda width: torch.randn(width, width))
wrong(check.spread, says="got None", kind=Kind.TYPE)(lambda width: print((1.6 / width) ** 0.5))
wrong(check.spread, says="on the device meta", kind=Kind.ELSEWHERE)(
    lambda width: torch.tensor((1.6 / width) ** 0.5).to("meta")
)


@wrong(check.spread, says="finite number", kind=Kind.ELSEWHERE)
def nan_from_except(width):
    try:
        return (1.6 / (width - width)) ** 0.5
    except ZeroDivisionError:
        return math.nan


@wrong(check.spread, says="another answer later", kind=Kind.STATE)
def grows(width, calls=[]):  # noqa: B006
    calls.append(width)
    return (1.6 / width) ** 0.5 * 1.001 ** len(calls)


@wrong(check.spread, says="mean of f'(z)²", kind=Kind.STATE)
def first_width_only(width, kept=[]):  # noqa: B006
    kept.append(width)
    return (1.6 / kept[0]) ** 0.5


@wrong(check.spread, says="another answer later", kind=Kind.CHANCE)
def drawn(width):
    return (1.6 / width) ** 0.5 * (1 + 0.001 * torch.rand(()).item())


rules_out(Kind.ARGUMENT, "a whole number can't be changed", check.spread)
rules_out(Kind.HALF, "one number is the whole answer", check.spread)
rules_out(Kind.GRADIENT, "a number has no gradient", check.spread)
rules_out(Kind.ROUTE, "nothing is forbidden in the task", check.spread)
