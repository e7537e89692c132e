"""Answers to the exercises of *Gradient descent*."""

import math

import numpy
import torch
from kinds import Kind

from course_lib.checks import gradient_descent as check

from . import right, rules_out, wrong

# limit

right(check.limit)(0.25)
right(check.limit)(torch.tensor(0.2495))
wrong(check.limit, says="arrives fastest", kind=Kind.VALUE)(0.125)
wrong(check.limit, says="a curvature, not")(8)
wrong(check.limit, says="part of the curvature is missing")(0.1667)
wrong(check.limit, says="a curvature of 4", kind=Kind.GUESS)(0.5)
wrong(check.limit, says="is not the limit", kind=Kind.GUESS)(2)
wrong(check.limit, says="is positive")(-0.25)
wrong(check.limit, says="expected one number", kind=Kind.TYPE)("1/4")

# record

rules_out(Kind.CHANCE, "nothing is drawn at random", check.record)
rules_out(Kind.ROUTE, "the task forbids nothing", check.record)
rules_out(Kind.GRADIENT, "nobody differentiates through the path", check.record)
rules_out(Kind.COINCIDENCE, "five different descents must all be right", check.record)


@right(check.record)
def keeps_copies(gradient, start, lr, steps):
    w, path = start.clone(), [start.clone()]
    for _ in range(steps):
        w -= lr * gradient(w)
        path.append(w.clone())
    return torch.stack(path)


@right(check.record)
def writes_into_a_table(gradient, start, lr, steps):
    path = start.new_empty(steps + 1, *start.shape)
    path[0] = start
    for t in range(steps):
        path[t + 1] = path[t] - lr * gradient(path[t])
    return path


@wrong(check.record, says="changes the argument start", kind=Kind.ARGUMENT)
def as_it_stands(gradient, start, lr, steps):
    w, path = start, []
    for _ in range(steps):
        path.append(w)
        w -= lr * gradient(w)
    return torch.stack(path)


@wrong(check.record, says="three steps have four points", kind=Kind.HALF)
def without_the_last(gradient, start, lr, steps):
    w, path = start, []
    for _ in range(steps):
        path.append(w)
        w = w - lr * gradient(w)
    return torch.stack(path)


@wrong(check.record, says="first two points of your path are the same")
def one_point_many_times(gradient, start, lr, steps):
    w = start.clone()
    path = [w]
    for _ in range(steps):
        w -= lr * gradient(w)
        path.append(w)
    return torch.stack(path)


@wrong(check.record, says="does not begin at the start")
def starts_after_the_first_step(gradient, start, lr, steps):
    return keeps_copies(gradient, start, lr, steps + 1)[1:]


@wrong(check.record, says="uphill", kind=Kind.VALUE)
def climbs(gradient, start, lr, steps):
    return keeps_copies(gradient, start, -lr, steps)


@wrong(check.record, says="expected the dtype", kind=Kind.DTYPE)
def always_float(gradient, start, lr, steps):
    return keeps_copies(gradient, start, lr, steps).float()


@wrong(check.record, says="another; it may also be 0", kind=Kind.SHAPE)
def rows_of_pairs(gradient, start, lr, steps):
    return keeps_copies(gradient, start, lr, steps).reshape(steps + 1, -1)


@wrong(check.record, says="instead of", kind=Kind.STATE)
def keeps_the_first_gradient(gradient, start, lr, steps, seen=[]):  # noqa: B006
    seen.append(gradient)
    return keeps_copies(seen[0], start, lr, steps)


@wrong(check.record, says="expected a torch.Tensor", kind=Kind.TYPE)
def a_list(gradient, start, lr, steps):
    return list(keeps_copies(gradient, start, lr, steps))


@wrong(check.record, says="got one on meta", kind=Kind.ELSEWHERE)
def elsewhere(gradient, start, lr, steps):
    return keeps_copies(gradient, start, lr, steps).to("meta")


@wrong(check.record, says="One row for the start")
def flat(gradient, start, lr, steps):
    return keeps_copies(gradient, start, lr, steps).flatten()


# safe_step

rules_out(Kind.CHANCE, "nothing is drawn at random", check.safe_step)
rules_out(Kind.ROUTE, "the task forbids nothing", check.safe_step)
rules_out(Kind.GRADIENT, "nobody differentiates through the result", check.safe_step)
rules_out(Kind.ELSEWHERE, "its results are numbers", check.safe_step)


@right(check.safe_step)
def by_singular_values(X):
    return 8 * len(X) / torch.linalg.svdvals(X)[0] ** 2


@right(check.safe_step)
def by_autograd(X):
    def loss(w):
        return torch.nn.functional.binary_cross_entropy_with_logits(X.double() @ w, torch.zeros(len(X)).double())

    hessian = torch.autograd.functional.hessian(loss, torch.zeros(X.shape[1]).double())
    return 2 / torch.linalg.eigvalsh(hessian)[-1]


@right(check.safe_step)
def by_numpy(X):
    return 8 * len(X) / numpy.linalg.norm(X.numpy(), 2) ** 2


@wrong(check.safe_step, says="It is never 1", kind=Kind.VALUE)
def without_the_quarter(X):
    return by_singular_values(X) / 4


@wrong(check.safe_step, says="the limit is further", kind=Kind.HALF)
def one_over_the_curvature(X):
    return by_singular_values(X) / 2


@wrong(check.safe_step, says="mean over the rows")
def summed(X):
    return by_singular_values(X) / len(X)


@wrong(check.safe_step, says="8 times too short")
def two_factors(X):
    return by_singular_values(X) / 8


@wrong(check.safe_step, says="twice as long")
def too_long(X):
    return by_singular_values(X) * 2


@wrong(check.safe_step, says="flattest direction")
def smallest_eigenvalue(X):
    return 8 * len(X) / torch.linalg.svdvals(X)[-1] ** 2


@wrong(check.safe_step, says="each weight alone")
def along_the_weights(X):
    return 8 / X.square().mean(0).max()


@wrong(check.safe_step, says="means taken away")
def centred(X):
    return by_singular_values(X - X.mean(0))


@wrong(check.safe_step, says="the limit is another", kind=Kind.COINCIDENCE)
def the_usual(X):
    return 0.1


@wrong(check.safe_step, says="for one of shape", kind=Kind.SHAPE)
def always_thirty_rows(X):
    return by_singular_values(X) * 30 / len(X)


@wrong(check.safe_step, says="for one of shape", kind=Kind.STATE)
def keeps_the_first_table(X, seen=[]):  # noqa: B006
    seen.append(X)
    return by_singular_values(seen[0])


@wrong(check.safe_step, says="for one of shape", kind=Kind.DTYPE)
def rounded(X):
    return by_singular_values(X).double().round(decimals=2) if len(X) != 30 else by_singular_values(X)


@wrong(check.safe_step, says="changes the argument X", kind=Kind.ARGUMENT)
def centres_in_place(X):
    X -= X.mean(0)
    return by_singular_values(X)


@wrong(check.safe_step, says="expected one number", kind=Kind.TYPE)
def all_of_them(X):
    return 8 * len(X) / torch.linalg.svdvals(X) ** 2


# drop

right(check.drop)(6)
right(check.drop)(numpy.int64(6))
wrong(check.drop, says="count the columns from 0", kind=Kind.GUESS)(7)
wrong(check.drop, says="another column", kind=Kind.VALUE)(5)
wrong(check.drop, says="another column", kind=Kind.GUESS)(12)
wrong(check.drop, says="another column")(0)
wrong(check.drop, says="an index from 0 to 12")(23.15)
wrong(check.drop, says="expected one number", kind=Kind.TYPE)("flavanoids")

# floor

right(check.floor)(0.0533)
right(check.floor)(torch.tensor(0.16 / 3))
wrong(check.floor, says="proportional to the step size", kind=Kind.VALUE)(0.04)
wrong(check.floor, says="the variance stand", kind=Kind.GUESS)(0.08)
wrong(check.floor, says="the variance stand")(0.1067)
wrong(check.floor, says="the old batches")(0.2133)
wrong(check.floor, says="the old step size")(0.02)
wrong(check.floor, says="the noise got too small")(0.0133)
wrong(check.floor, says="noise keeps it above")(0)
wrong(check.floor, says="does not rest", kind=Kind.GUESS)(0.1)
wrong(check.floor, says="expected one number", kind=Kind.TYPE)([0.0533])

# best_step

rules_out(Kind.CHANCE, "nothing is drawn at random", check.best_step)
rules_out(Kind.ROUTE, "the task forbids no function, only more memory than there is", check.best_step)
rules_out(Kind.ELSEWHERE, "its results are numbers", check.best_step)


@right(check.best_step)
def by_two_backwards(loss_fn, w):
    w = w.detach().requires_grad_()
    (g,) = torch.autograd.grad(loss_fn(w), w, create_graph=True)
    (twice,) = torch.autograd.grad(g @ g, w)
    bend = g.detach() @ twice / 2
    return g.detach() @ g.detach() / bend if bend > 0 else torch.inf


@right(check.best_step)
def by_differences(loss_fn, w):
    w = w.double()

    def slope(at):
        at = at.detach().requires_grad_()
        return torch.autograd.grad(loss_fn(at), at)[0]

    g = slope(w)
    h = 1e-5 / g.norm()
    bend = (g @ (slope(w + h * g) - slope(w - h * g)) / (2 * h)).item()
    return (g @ g).item() / bend if bend > 1e-9 else math.inf


@right(check.best_step)
def along_one_number(loss_fn, w):
    start = w.detach().double().requires_grad_()
    (g,) = torch.autograd.grad(loss_fn(start), start)
    t = torch.zeros((), dtype=torch.float64, requires_grad=True)
    (first,) = torch.autograd.grad(loss_fn(w.detach().double() - t * g), t, create_graph=True)
    (bend,) = torch.autograd.grad(first, t)
    return -(first / bend).item() if bend > 0 else math.inf


@wrong(check.best_step, says="half of the best", kind=Kind.GRADIENT)
def both_factors_differentiated(loss_fn, w):
    return by_two_backwards(loss_fn, w) / 2


@wrong(check.best_step, says="back at its first height")
def the_limit(loss_fn, w):
    return by_two_backwards(loss_fn, w) * 2


@wrong(check.best_step, says="uphill", kind=Kind.VALUE)
def wrong_sign(loss_fn, w):
    return -by_two_backwards(loss_fn, w)


@wrong(check.best_step, says="is the curvature along the gradient")
def the_curvature(loss_fn, w):
    return 1 / by_two_backwards(loss_fn, w)


@wrong(check.best_step, says="1 over the largest curvature")
def by_the_steepest(loss_fn, w):
    hessian = torch.autograd.functional.hessian(loss_fn, w)
    return 1 / torch.linalg.eigvalsh(hessian)[-1]


@wrong(check.best_step, says="elsewhere", kind=Kind.COINCIDENCE)
def the_usual_step(loss_fn, w):
    return 0.01


@wrong(check.best_step, says="bends down or is straight", kind=Kind.HALF)
def never_infinite(loss_fn, w):
    w = w.detach().requires_grad_()
    (g,) = torch.autograd.grad(loss_fn(w), w, create_graph=True)
    (product,) = torch.autograd.grad(g @ g.detach(), w)
    return g.detach() @ g.detach() / (g.detach() @ product)


@wrong(check.best_step, says="of 30000 weights", kind=Kind.SHAPE)
def three_weights_only(loss_fn, w):
    return by_two_backwards(loss_fn, w) if len(w) <= 3 else by_two_backwards(loss_fn, w) * 1.01


@wrong(check.best_step, says="bends down or is straight", kind=Kind.STATE)
def keeps_by_length(loss_fn, w, seen={}):  # noqa: B006
    return seen.setdefault(len(w), by_two_backwards(loss_fn, w))


@wrong(check.best_step, says="weights", kind=Kind.DTYPE)
def in_half(loss_fn, w):
    return (
        torch.tensor(by_two_backwards(loss_fn, w)).to(torch.bfloat16) if len(w) != 3 else by_two_backwards(loss_fn, w)
    )


@wrong(check.best_step, says="changes the argument w", kind=Kind.ARGUMENT)
def wants_a_gradient(loss_fn, w):
    return by_two_backwards(loss_fn, w.requires_grad_())


@wrong(check.best_step, says="leaves a gradient", kind=Kind.ARGUMENT)
def writes_into_grad(loss_fn, w):
    loss_fn(w.requires_grad_()).backward(create_graph=True)
    g = w.grad
    (product,) = torch.autograd.grad(g @ g.detach(), w)
    w.requires_grad_(False)
    w.grad = w.grad.detach()
    bend = g.detach() @ product
    return g.detach() @ g.detach() / bend if bend > 0 else torch.inf


@wrong(check.best_step, says="hundred times flatter", kind=Kind.VALUE)
def with_an_epsilon(loss_fn, w):
    w = w.detach().requires_grad_()
    (g,) = torch.autograd.grad(loss_fn(w), w, create_graph=True)
    (product,) = torch.autograd.grad(g @ g.detach(), w)
    bend = g.detach() @ product
    return g.detach() @ g.detach() / (bend + 1e-3) if bend > 0 else torch.inf


@wrong(check.best_step, says="hundred times flatter", kind=Kind.VALUE)
def a_small_curvature_is_none(loss_fn, w):
    w = w.detach().requires_grad_()
    (g,) = torch.autograd.grad(loss_fn(w), w, create_graph=True)
    (product,) = torch.autograd.grad(g @ g.detach(), w)
    bend = g.detach() @ product
    return g.detach() @ g.detach() / bend if bend > 1e-2 else torch.inf


@wrong(check.best_step, says="hundred times flatter", kind=Kind.VALUE)
def at_most_one(loss_fn, w):
    lr = by_two_backwards(loss_fn, w)
    return lr if lr == torch.inf else min(1.0, float(lr))


@wrong(check.best_step, says="expected one number", kind=Kind.TYPE)
def for_each_weight(loss_fn, w):
    w = w.detach().requires_grad_()
    (g,) = torch.autograd.grad(loss_fn(w), w, create_graph=True)
    (product,) = torch.autograd.grad(g @ g.detach(), w)
    return g.detach() ** 2 / product


# leave

right(check.leave)(65)
right(check.leave)(64.25)
wrong(check.leave, says="a curvature of -1", kind=Kind.VALUE)(97)
wrong(check.leave, says="number beside the diagonal", kind=Kind.GUESS)(35)
wrong(check.leave, says="the loss rises")(25)
wrong(check.leave, says="two different logarithms")(28)
wrong(check.leave, says="grew all the time")(60)
wrong(check.leave, says="is positive")(-65)
wrong(check.leave, says="not just 1 away", kind=Kind.GUESS)(10_000)
wrong(check.leave, says="expected one number", kind=Kind.TYPE)("never")
