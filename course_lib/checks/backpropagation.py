"""Checks of *Backpropagation*: slopes by hand, an engine, a batch, shared weights, edits in place, spread weights."""

import inspect
import math
import random
import sys

import numpy
import torch

from .core import NO_RETURN, Exercise, Mistake, NotAttempted, ask, call, close, expect, number, several, tensor
from .probes import KEEPS, forbid, normal, same_as

AUTOGRAD = ("backward", "grad", "run_backward", "_engine_run_backward", "vjp", "jacobian", "autograd")


@Exercise
def paths(answer):
    """The slopes of u v + a in a and b, where u = a + b and v = a b."""
    hint = "First the slope in a, then the one in b, with a comma between them."
    in_a, in_b = (number(value, "two numbers") for value in several(answer, 2, "numbers", hint))
    found = f"{in_a:g} for a"
    expect((in_a, in_b) != (16, 22), f"{found}, {in_b:g} for b", "Which one comes first?")
    expect(in_a != 32, found, "That is the value of the result. How much does it change, for a small change of a?")
    expect(in_a != 21, found, "There is a path that goes through neither u nor v.")
    expect(in_a not in (1, 6, 15), found, "That is what comes along one path. How many lead from a to the result?")
    expect(in_a not in (7, 16), found, "That is the sum over two of the paths. There is a third.")
    expect(in_a != 90, found, "What comes along parallel paths is added, not multiplied.")
    expect(in_a == 22, found, "Compute u and v first. Which slope arrives at u, and which at v?")
    found = f"22 for a is right, {in_b:g} for b is not"
    expect(in_b not in (6, 10), found, "That is what comes along one of two paths.")
    expect(in_b != 17, found, "The last step adds a itself. Does b get anything of that?")
    expect(in_b == 16, found, "Which slopes arrive at u and v? Which of them does b get, and times what?")
    return "Three paths from a, 6 + 15 + 1, and two from b, 6 + 10."


# A number that remembers


def _library(cls):
    """The first of torch and NumPy that the code of a class names; their ufuncs escape the watch on calls."""
    functions = [part for base in cls.__mro__ for part in vars(base).values() if inspect.isfunction(part)]
    codes = [(function.__code__, function.__globals__) for function in functions]
    for code, names in codes:
        codes += [(inner, names) for inner in code.co_consts if inspect.iscode(inner)]
        for name in code.co_names:
            value = names.get(name)
            module = value.__name__ if inspect.ismodule(value) else "numpy" * isinstance(value, numpy.ufunc)
            if module.split(".")[0] in ("torch", "numpy"):
                return module
    return ""


TOO_MANY = 20_000  # calls, for 19 nodes


class _TooMany(Exception):
    pass


def _read(node, name):
    """The number in an attribute of a Value."""
    expect(
        hasattr(node, name), f"a Value has no .{name}", "Each has .data and .grad, also those that an operation makes."
    )
    return number(getattr(node, name), f"a number in .{name}", finite=False)


def _slopes(make, program, values, times=1):
    """The result of a program and the slopes in its inputs, by the learner's engine."""
    leaves = [call(make, value) for value in values]
    result = call(program, *leaves)
    expect(result is not None, "an operation returns None", NO_RETURN)
    expect(hasattr(result, "backward"), f"an operation gives {type(result).__name__}, not a Value", "Return a new one.")
    for _ in range(times):
        _backward(result)
    for leaf, value in zip(leaves, values):
        expect(
            _read(leaf, "data") == value, "the .data of a Value has changed", "Operations and backward only read it."
        )
    return _read(result, "data"), [_read(leaf, "grad") for leaf in leaves]


def _backward(result):
    call(result.backward)


def _expected(program, values):
    leaves = [torch.tensor(value, dtype=torch.float64, requires_grad=True) for value in values]
    result = program(*leaves)
    grads = torch.autograd.grad(result, leaves, allow_unused=True)
    return result.item(), [0.0 if grad is None else grad.item() for grad in grads]


def _fits(make, program, values, what, hint, times=1):
    """Expect the engine to give the value and the slopes that PyTorch gives."""
    data, slopes = _slopes(make, program, values, times)
    right, expected = _expected(program, values)
    expect(
        close(data, right, 1e-9, 1e-12),
        f"{what}: the value is {data:.6g} instead of {right:.6g}",
        "First the forward pass.",
    )
    for place, (mine, true) in enumerate(zip(slopes, expected)):
        expect(
            close(mine, times * true, 1e-7, 1e-10),
            f"{what}: the slope in {'abcdef'[place]} is {mine:.6g} instead of {times * true:.6g}",
            hint,
        )


def _random_program(seed):
    """A function of three numbers: a graph of random steps, in which any value may be used again."""
    draw, steps = random.Random(seed), []
    for place in range(3, 18):
        step = draw.choice(["+", "*", "+", "*", "tanh", "exp", "number"])
        steps.append((step, draw.randrange(place), draw.randrange(place), round(draw.uniform(-1.5, 1.5), 3)))

    def program(*leaves):
        made = list(leaves)
        for step, i, j, constant in steps:
            if step == "number":
                made.append(constant * made[i] + made[j] * constant + (constant + made[i]))
            elif step == "tanh":
                made.append(made[i].tanh())
            elif step == "exp":
                made.append(made[i].tanh().exp())
            else:
                small = made[i].tanh() if i > 2 else made[i]  # or products of products run away
                made.append(small + made[j] if step == "+" else small * made[j].tanh())
        return made[-1] + made[-2] * made[-3]

    return program


def _doubled(x, times):
    for _ in range(times):
        x = x + x
    return x


def _counted(act):
    """Run `act`; a Mistake if it makes too many calls, in Python or to a built-in method."""
    calls, before = 0, sys.getprofile()

    def count(frame, event, arg):
        nonlocal calls
        calls += event in ("call", "c_call")
        if calls > TOO_MANY:
            sys.setprofile(before)
            raise _TooMany

    try:
        sys.setprofile(count)
        call(act)
    except Mistake as mistake:
        if isinstance(mistake.__cause__, _TooMany):
            raise Mistake(
                "for eighteen doublings, which are 19 nodes, backward makes more than 20,000 calls",
                "It follows every path. Pass the slope of a node on only once everything that uses it has reported.",
            ) from None
        raise
    finally:
        sys.setprofile(before)


@Exercise
def engine(answer):
    """A class of numbers that know how they were made, with backward."""
    expect(isinstance(answer, type), f"expected a class, got {type(answer).__name__}", "Hand over Value itself.")
    if answer.__init__ is object.__init__ and not hasattr(answer, "backward"):
        raise NotAttempted
    library = _library(answer)
    expect(not library, f"your code uses {library}, which this task forbids", "Write it in plain Python.")
    fresh = call(answer, 2.0)
    expect(_read(fresh, "data") == 2, ".data of Value(2.0) is not 2", "Keep the number that is given.")
    expect(_read(fresh, "grad") == 0, ".grad of a new Value is not 0", "Nothing has come back yet.")
    hint = "Which derivative belongs to which of the two?"
    _fits(answer, lambda a, b: a * b, (2.0, -3.0), "a * b", hint)
    _fits(answer, lambda a, b: a + b, (2.0, -3.0), "a + b", hint)
    _fits(
        answer,
        lambda a, b: a * b + a,
        (2.0, -3.0),
        "a * b + a",
        "a is used twice: what comes back along two paths is added.",
    )
    _fits(answer, lambda a: a + a, (2.0,), "a + a", "a is used twice in one step. Add each part; do not overwrite.")
    _fits(answer, lambda a: a * a, (3.0,), "a * a", "a is used twice in one step. Add each part; do not overwrite.")
    _fits(answer, lambda a: 3 * a + 1, (2.0,), "3 * a + 1", "An ordinary number may stand on either side.")
    _fits(answer, lambda a: 1 + a * 0.5, (-2.0,), "1 + a * 0.5", "An ordinary number may stand on either side.")
    for name in ("tanh", "exp"):
        hint = "Compare the derivative with that in the table of the chapter: is it made of the input or of the result?"
        _fits(answer, lambda a, name=name: getattr(a, name)(), (0.7,), f"a.{name}()", hint)
        _fits(answer, lambda a, name=name: 2 * getattr(a * -1, name)() + a, (0.7,), f"2 * (a * -1).{name}() + a", hint)
        for large in (6.0, -6.0):
            _fits(answer, lambda a, name=name: getattr(a, name)(), (large,), f"a.{name}() at {large:g}", hint)

    def long_first(a):
        u = a * 2
        v = u * u
        return v * v + u

    def short_first(a):
        u = a * 2
        v = u * u
        return u + v * v

    hint = "May a node pass its slope on before everything that uses it has reported?"
    for program in (long_first, short_first):
        _fits(answer, program, (1.5,), "with u = 2a and v = u u, of v v + u", hint)
    hint = "A random graph: values are used several times, in any order. Compare with the topological order of the chapter."
    for seed in range(25):
        _fits(answer, _random_program(seed), (0.4, -1.1, 0.9), "a random graph", hint)
    _accumulates(answer)
    _reaches_inside(answer)
    _counted(call(lambda: _doubled(answer(1.0), 18)).backward)
    forbid(
        lambda: _slopes(answer, lambda a: long_first(a).tanh().exp(), (0.3,)),
        modules=("aten", "Tensor", "TensorBase", "torch._tensor", "torch.autograd", "numpy", "ndarray"),
        hint="Write it in plain Python; math has tanh and exp.",
    )
    leaf = long = call(answer, 1.0)
    for _ in range(3000):
        long = call(lambda long=long: long + 0.001)
    try:
        _backward(long)
    except Mistake as mistake:
        if isinstance(mistake.__cause__, RecursionError):
            return "It agrees with PyTorch. A chain of 3,000 steps is too deep for it: what could replace recursion?"
        raise
    expect(_read(leaf, "grad") == 1, "in a chain of 3,000 sums the slope is not 1", "What happens in long chains?")
    return "It agrees with PyTorch on 25 random graphs, and a chain of 3,000 steps does not frighten it."


def _reaches_inside(answer):
    """One backward gives a slope to the values in between as well; those of an earlier walk are not passed on."""
    a, b = call(answer, 2.0), call(answer, 5.0)
    inner = call(lambda: a * b)
    _backward(call(lambda: inner * 3 + a))
    expect(
        _read(inner, "grad") == 3,
        f"u = a b, then 3 u + a: after backward, .grad of u is {_read(inner, 'grad'):g} instead of 3",
        "Every Value behind the result gets its slope, not only those that you made yourself.",
    )
    _backward(inner)
    expect(
        (_read(a, "grad"), _read(b, "grad")) == (21, 8),
        "after backward of 3 u + a, with u = a b, that of u adds the wrong slopes to a and b",
        "The slope of a result in itself is 1, whatever an earlier walk has left in its .grad.",
    )


def _accumulates(answer):
    """A second backward adds to the leaves, whichever result it starts from; other graphs stay out of it."""
    a, b = call(answer, 2.0), call(answer, 5.0)
    product, other = call(lambda: a * b), call(lambda: a * 3 + 0 * b)
    _backward(product)
    _backward(other)
    expect(
        _read(a, "grad") != 3,
        "a second result's backward forgets what the first one has left in a.grad",
        "As in PyTorch it adds. Whoever wants 0 sets 0.",
    )
    expect(
        (_read(a, "grad"), _read(b, "grad")) == (8, 2),
        "two results share a and b, and their slopes do not add up as they should",
        f"After backward of a * b, then of 3 a: what is each slope? {KEEPS}",
    )
    what = "after two calls of backward from the same a * a * a"
    hint = (
        "The second call adds the same again. Do slopes of the first still lie in the nodes between, and are passed on?"
    )
    _fits(answer, lambda a: a * a * a, (2.0,), what, hint, times=2)
    x, y = call(answer, 1.0), call(answer, 1.0)
    mine, others = call(lambda: x * 4), call(lambda: y * 7)
    _backward(mine)
    expect(_read(y, "grad") == 0, "backward reaches a Value that the result was not made from", KEEPS)
    _backward(others)
    expect((_read(x, "grad"), _read(y, "grad")) == (4, 7), "two separate graphs disturb each other", KEEPS)


# Slopes of matrices


def _stretched(G, X, scale, shift):
    return G * scale, (G * (X - shift)).sum(0), -(G * scale).sum(0)


NAMES = ("the slopes in X", "the slopes in scale", "the slopes in shift")


@Exercise
def stretch(answer):
    """The slopes behind scale * (X - shift), in all three."""
    case = _stretch_case(5, 3, 0)
    G, X, scale, shift = case
    found = several(
        ask(answer, *case), 3, "tensors", "The slopes in X, in scale and in shift, with commas between them."
    )
    right = _stretched(*case)
    for what, value, true in zip(NAMES, found, right):
        value = tensor(value, None)
        expect(
            value.shape != (5, 3) or true.shape == (5, 3),
            f"{what} have the shape (5, 3)",
            "All rows share these three numbers. What do their copies send back together?",
        )
        tensor(value, true.shape, f"{what[0].upper()}{what[1:]} have the shape of what they belong to.", X.dtype)
    values = [value.detach() for value in found]
    expect(
        not close(values[1], right[2]) or not close(values[2], right[1]),
        "scale and shift are exchanged",
        "In which order?",
    )
    expect(not close(values[0], G), "the slopes in X are G itself", "Y grows by how much, if an entry of X grows by 1?")
    expect(
        not close(values[1], (G * X).sum(0)), "the slopes in scale leave out the shift", "What is scale multiplied by?"
    )
    expect(not close(values[1], right[1] / 5), "the slopes in scale are a mean", "Copies send back a sum.")
    expect(
        not close(values[2], -right[2]),
        "the slopes in shift have the wrong sign",
        "A larger shift makes Y smaller or larger?",
    )
    expect(not close(values[2], -G.sum(0)), "the slopes in shift leave out the scale", "Y = scale * X - scale * shift.")
    sizes = ((5, 3, 0), (1, 4, 1), (4, 1, 2), (3, 3, 3), (40, 7, 4), (2, 6, 5), (5, 3, 7))
    several_sizes = [_stretch_case(*size) for size in sizes]
    large = (100 * G, X - 50, torch.tensor([-2.0, 0.0, 30.0]), 1000 * shift)
    double = tuple(part.double() for part in _stretch_case(6, 2, 6))
    shapes = "Right for five rows and three columns, wrong for others. Which index does each sum run over?"
    for place, what in enumerate(NAMES):
        for cases, hint, rtol, atol in (
            (several_sizes, shapes, 1e-5, 1e-5),
            ([large], "Right for numbers near one. What is it for large ones, and for a scale of 0?", 1e-4, 1e-2),
            ([double], "These are float64. Is something rounded on the way?", 1e-10, 1e-10),
        ):
            same_as(
                lambda *args, place=place: several(answer(*args), 3, "tensors")[place],
                lambda *args, place=place: _stretched(*args)[place],
                cases,
                hint,
                what,
                rtol=rtol,
                atol=atol,
            )
    forbid(answer, *case, names=AUTOGRAD, modules=("torch.autograd",), hint="Write the three slopes yourself.")


def _stretch_case(n, d, seed):
    return tuple(normal(*shape, seed=10 * seed + i) for i, shape in enumerate(((n, d), (n, d), (d,), (d,))))


def _tied(X, W, second=True, first=True, by_input=False):
    """The slopes in W of an autoencoder with shared weights; or those of one of its two uses."""
    Z = X @ W.T
    H = Z.tanh()
    D = 2 * (H @ W - X) / X.numel()
    back = (D @ W.T) * (1 - (Z if by_input else H) ** 2)
    return second * (H.T @ D) + first * (back.T @ X)


@Exercise
def tied(answer):
    """The slopes of weights that are used twice."""
    X, W = normal(6, 4), 0.7 * normal(3, 4, seed=1)
    right = _tied(X, W)
    found = tensor(ask(answer, X, W), (3, 4), "The slopes have the shape of W.", X.dtype).detach()
    for mistaken, message, hint in (
        (
            _tied(X, W, second=False, by_input=True),
            "nothing has changed yet",
            "Compare with autograd. Two things are wrong.",
        ),
        (
            _tied(X, W, second=False),
            "what comes from the first use of W is right, and it is all there is",
            "W is used twice.",
        ),
        (
            _tied(X, W, by_input=True),
            "both uses of W are counted, and one sends wrong slopes",
            "Check the derivative of tanh.",
        ),
        (_tied(X, W, first=False), "only the second use of W is there", "H depends on W as well."),
        (right / 2, "all slopes are half of what they should be", "The square's derivative has a factor."),
        (right * 4, "all slopes are four times too large", "The mean goes over all numbers of X."),
        (right * 24, "the slopes are those of the sum", "The loss is the mean over all numbers."),
        (-right, "all slopes have the wrong sign", "Which way is uphill?"),
    ):
        expect(not close(found, mistaken, 1e-4, 1e-7), message, hint)
    cases = [(X, W), (normal(1, 5, seed=2), normal(2, 5, seed=3)), (normal(4, 4, seed=4), normal(4, 4, seed=5))]
    cases += [(normal(9, 1, seed=6), normal(3, 1, seed=7)), (normal(5, 3, seed=8), normal(1, 3, seed=9))]
    cases += [(10 * normal(8, 6, seed=10), normal(4, 6, seed=11))]
    cases += [(normal(30, 8, seed=14), 0.1 * normal(12, 8, seed=15)), (normal(6, 4, seed=16), normal(3, 4, seed=17))]
    double = [(normal(7, 3, seed=12).double(), normal(2, 3, seed=13).double())]
    hint = "Compare with autograd for this X and W: the shapes are other ones here."
    same_as(answer, _tied, cases, hint, "W's slopes", rtol=1e-4, atol=3e-6)
    hint = "These X and W are float64. Is something rounded on the way?"
    same_as(answer, _tied, double, hint, "W's slopes", rtol=1e-9, atol=1e-10)
    forbid(answer, X, W, names=AUTOGRAD, modules=("torch.autograd",), hint="Autograd may check the answer, not be it.")


LINES = ("x.sigmoid()", "x**3", "x.sin()", "x.softmax(0)", "x - x.mean()")
RAISES = "10010"


@Exercise
def edits(answer):
    """Which of five edits in place break backward."""
    value = number(answer, "one number of five digits")
    text = f"{value:.0f}".zfill(5)
    expect(
        value >= 0 and value == round(value) and len(text) == 5 and set(text) <= {"0", "1"},
        f"{value:g} is not made of five digits 0 and 1",
        "A 1 for each line that raises an error, a 0 for each that does not.",
    )
    expect(
        text != "11111",
        "all five do not raise",
        "An edit breaks only what was kept. What does the rule of each step need?",
    )
    expect(value != 0, "some of them do raise", "Some rules are computed from the result of their step.")
    expect(text != "01101", "it is just the other way round", "A 1 is for an error.")
    hints = (
        "Write the derivative of the sigmoid as it is cheapest: with z or with the result?",
        "The derivative of a cube is made of x. Is x edited?",
        "The derivative of the sine is made of x. Is x edited?",
        "The derivative of softmax is p (1 - p) on the diagonal. What is p?",
        "What does the rule of a difference need to know?",
    )
    for place, (mine, true) in enumerate(zip(text, RAISES)):
        expect(mine == true, f"line {place + 1}, y = {LINES[place]}, is not right", hints[place])
    return "What is computed from its own result is broken by an edit of the result."


DEPTH, WIDTHS = 30, (40, 64, 100)


@Exercise
def spread(answer):
    """The standard deviation with which slopes survive thirty layers of a leaky ReLU."""
    stds = [number(ask(answer, width), "one standard deviation") for width in WIDTHS]
    expect(min(stds) > 0, "a standard deviation is not above 0", "With equal weights no unit differs from another.")
    for width, std in zip(WIDTHS, stds):
        ratio = _geometric_mean(width, std)
        what = f"in nets of width {width} the slopes in layer 1 are {ratio:.2g} times those in layer 30"
        expect(not close(std, 1.6 / width, 1e-3), what, "Is that the variance? Asked is the standard deviation.")
        expect(
            not close(std**2, 2 / width, 1e-3), what, "That is right if the slope below zero is 0. Here it is one half."
        )
        expect(not close(std**2, 1 / width, 1e-3), what, "That is right if f' is 1 everywhere.")
        expect(
            0.5 <= ratio <= 2, what, "What is the mean of f'(z)², and by what does one layer multiply the mean square?"
        )
    again = number(ask(answer, WIDTHS[0]), "one standard deviation")
    expect(again == stds[0], "the same width gets another answer later", KEEPS)


def _geometric_mean(width, std):
    """The size of the slopes in layer 1 over that in layer 30, the geometric mean of twenty nets."""
    draw, logs = torch.Generator().manual_seed(7), []
    for _ in range(20):
        a, zs = torch.randn(16, width, generator=draw).requires_grad_(), []
        for _ in range(DEPTH):
            zs.append(a @ (std * torch.randn(width, width, generator=draw)).T)
            a = torch.nn.functional.leaky_relu(zs[-1], 0.5)
        sent = torch.randn(16, width, generator=draw)
        first, last = torch.autograd.grad(
            (a * sent).sum(), (zs[0], zs[-1])
        )  # with `sent` as an argument: a slow import
        logs.append((first.double().norm() / last.double().norm()).log())
    return math.exp(torch.stack(logs).mean())
