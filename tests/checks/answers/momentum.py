"""Answers to the exercises of *Momentum*."""

from decimal import Decimal

import numpy
import torch
from kinds import Kind

from course_lib.checks import momentum as check
from course_lib.optim import SGD

from . import right, rules_out, wrong

rules_out(
    Kind.CHANCE, "nothing is drawn at random", check.ewa, check.momentum_step, check.nesterov_limit, check.nesterov
)
rules_out(Kind.ROUTE, "the task forbids nothing", check.ewa, check.momentum_step, check.nesterov_limit, check.nesterov)
rules_out(
    Kind.GRADIENT,
    "nobody differentiates through the result",
    check.ewa,
    check.momentum_step,
    check.nesterov_limit,
    check.nesterov,
)
rules_out(Kind.ARGUMENT, "its arguments are numbers", check.nesterov_limit)
rules_out(Kind.SHAPE, "its arguments are numbers", check.nesterov_limit)
rules_out(Kind.ELSEWHERE, "its result is a number", check.nesterov_limit)
rules_out(Kind.DTYPE, "the optimizer works in its parameters' dtype", check.nesterov)

# forget

right(check.forget)(0.79)
right(check.forget)(0.01 ** (1 / 20))  # not rounded: within the stated tolerance
right(check.forget)(torch.tensor(0.79))
right(check.forget)(numpy.array([0.79]))
right(check.forget)(Decimal("0.79"))
wrong(check.forget, says="lies between 0 and 1", kind=Kind.GUESS)(20)
wrong(check.forget, says="Look for the pattern", kind=Kind.GUESS)(0.99)
wrong(check.forget, says="a larger beta would do", kind=Kind.GUESS)(0.01)
wrong(check.forget, says="a larger beta would do")(0.5)
wrong(check.forget, says="a larger beta would do", kind=Kind.VALUE)(0.78)
wrong(check.forget, says="lies between 0 and 1")(1)
wrong(check.forget, says="expected one number, got list", kind=Kind.TYPE)([0.79])
wrong(check.forget, says="1/e")(0.95)
wrong(check.forget, says="0 to 19")(0.80)
wrong(check.forget, says="0.01, not 0.1")(0.89)
wrong(check.forget, says="add them up")(0.88)
wrong(check.forget, says="That is 1 - beta")(0.21)
wrong(check.forget, says="a larger beta would do")(0.75)
wrong(check.forget, says="Look for the pattern")(0.9)
wrong(check.forget, says="lies between 0 and 1")(79)
wrong(check.forget, says="not with a comma")((0, 79))
wrong(check.forget, says="expected one number, got str")("0.79")


# ewa


@right(check.ewa)
def streaming(theta, beta):
    average, means = 0, []
    for t, value in enumerate(theta, start=1):
        average = beta * average + (1 - beta) * value
        means.append(average / (1 - beta**t))
    return torch.stack(means)


@right(check.ewa)
def weighted_sums(theta, beta):
    means = torch.empty_like(theta)
    for t in range(len(theta)):
        weight = beta ** torch.arange(t, -1, -1, dtype=theta.dtype)
        means[t] = (weight * theta[: t + 1]).sum() / weight.sum()
    return means


@right(check.ewa)
def moving_towards_the_value(theta, beta):
    average, total, means = torch.zeros_like(theta[0]), 0.0, theta.clone()
    for t, value in enumerate(theta):
        average += (1 - beta) * (value - average)
        total = beta * total + 1 - beta
        means[t] = average / total
    return means


@wrong(check.ewa, says="not corrected")
def uncorrected(theta, beta):
    average, means = 0, []
    for value in theta:
        average = beta * average + (1 - beta) * value
        means.append(average)
    return torch.stack(means)


@wrong(check.ewa, says="first value got by then")
def counting_from_zero(theta, beta):
    average, means = 0, []
    for t, value in enumerate(theta):
        average = beta * average + (1 - beta) * value
        means.append(average / (1 - beta**t if t else 1))
    return torch.stack(means)


@wrong(check.ewa, says="comes out as inf")
def dividing_by_zero(theta, beta):
    average, means = 0, []
    for t, value in enumerate(theta):
        average = beta * average + (1 - beta) * value
        means.append(average / (1 - beta**t))
    return torch.stack(means)


@wrong(check.ewa, says="first value got by then")
def corrected_by_the_newest_weight(theta, beta):
    average, means = 0, []
    for t, value in enumerate(theta, start=1):
        average = beta * average + (1 - beta) * value
        means.append(average / beta**t)
    return torch.stack(means)


@wrong(check.ewa, says="belongs to the past")
def beta_and_one_minus_beta_swapped(theta, beta):
    average, means = 0, []
    for t, value in enumerate(theta, start=1):
        average = (1 - beta) * average + beta * value
        means.append(average / (1 - (1 - beta) ** t))
    return torch.stack(means)


@wrong(check.ewa, says="another cure")
def starting_at_the_first_value(theta, beta):
    average, means = theta[0], []
    for value in theta:
        average = beta * average + (1 - beta) * value
        means.append(average)
    return torch.stack(means)


@wrong(check.ewa, says="goes on uncorrected")
def feeding_the_correction_back(theta, beta):
    average, means = 0, []
    for t, value in enumerate(theta, start=1):
        average = (beta * average + (1 - beta) * value) / (1 - beta**t)
        means.append(average)
    return torch.stack(means)


@wrong(check.ewa, says="what do the weights add up to")
def power_of_the_difference(theta, beta):
    average, means = 0, []
    for t, value in enumerate(theta, start=1):
        average = beta * average + (1 - beta) * value
        means.append(average / (1 - beta) ** t)
    return torch.stack(means)


@wrong(check.ewa, says="by hand", kind=Kind.VALUE)
def plain_mean(theta, beta):
    return theta.cumsum(0) / torch.arange(1, len(theta) + 1)


@wrong(check.ewa, says="zeros_like(theta)", kind=Kind.DTYPE)
def float32(theta, beta):
    average, means = 0, torch.zeros(len(theta))
    for t, value in enumerate(theta, start=1):
        average = beta * average + (1 - beta) * value
        means[t - 1] = average / (1 - beta**t)
    return means


@wrong(check.ewa, says="the argument theta that it is given", kind=Kind.ARGUMENT)
def in_place(theta, beta):
    for t in range(len(theta)):
        theta[t] = beta * (theta[t - 1] if t else 0) + (1 - beta) * theta[t]
    return theta / (1 - beta ** torch.arange(1, len(theta) + 1))


@wrong(check.ewa, says="with beta = 0")
def dividing_by_powers_of_beta(theta, beta):
    power = beta ** torch.arange(1, len(theta) + 1, dtype=theta.dtype)
    return (1 - beta) * power * (theta / power).cumsum(0) / (1 - power)


@wrong(check.ewa, says="one average for each value", kind=Kind.HALF)
def only_the_last(theta, beta):
    average = 0
    for value in theta:
        average = beta * average + (1 - beta) * value
    return average / (1 - beta ** len(theta))


@wrong(check.ewa, says="torch.stack", kind=Kind.TYPE)
def a_list(theta, beta):
    return list(streaming(theta, beta))


@wrong(check.ewa, says="end with a return")
def without_return(theta, beta):
    streaming(theta, beta)


@right(check.ewa)
def in_numpy(theta, beta):
    average, means = 0.0, numpy.empty_like(theta.numpy())
    for t, value in enumerate(theta.numpy(), start=1):
        average = beta * average + (1 - beta) * value
        means[t - 1] = average / (1 - beta**t)
    return torch.from_numpy(means)


@right(check.ewa)
def in_plain_python(theta, beta):
    v, means = 0.0, []
    for t, value in enumerate(theta.tolist()):
        v = v * beta + value * (1 - beta)
        means += [v / (1 - beta ** (t + 1))]
    return torch.tensor(means, dtype=theta.dtype)


@right(check.ewa)
def by_a_matrix(theta, beta):
    t = torch.arange(len(theta))
    age = t[:, None] - t
    weight = torch.where(age >= 0, theta.new_tensor(beta) ** age.clamp(min=0), 0)
    return weight @ theta / weight.sum(1)


@right(check.ewa)
def into_a_new_tensor(theta, beta):
    means = torch.zeros_like(theta)
    for t in range(len(theta)):
        means[t] = beta * (means[t - 1] if t else 0) + (1 - beta) * theta[t]
    return means.div_(1 - beta ** torch.arange(1, len(theta) + 1, dtype=theta.dtype))


@right(check.ewa)
def on_a_copy(theta, beta):
    theta = theta.clone()
    for t in range(len(theta)):
        theta[t] = beta * (theta[t - 1] if t else 0) + (1 - beta) * theta[t]
    return theta / (1 - beta ** torch.arange(1, len(theta) + 1, dtype=theta.dtype))


@wrong(check.ewa, says="the argument theta", kind=Kind.ARGUMENT)
def copied_back(theta, beta):
    return theta.copy_(streaming(theta, beta))


@wrong(check.ewa, says="another", kind=Kind.SHAPE)
def for_seven_values(theta, beta):
    average, means = 0, torch.zeros(7, dtype=theta.dtype)
    for t in range(7):
        average = beta * average + (1 - beta) * theta[t % len(theta)]
        means[t] = average / (1 - beta ** (t + 1))
    return means


@wrong(check.ewa, says="the number of values", kind=Kind.SHAPE)
def not_for_one_value(theta, beta):
    return streaming(theta, beta).squeeze()


MEANS = []


@wrong(check.ewa, says="got (14,)", kind=Kind.STATE)
def one_list_for_all_calls(theta, beta, means=MEANS):
    average = 0
    for t, value in enumerate(theta, start=1):
        average = beta * average + (1 - beta) * value
        means.append(average / (1 - beta**t))
    return torch.stack(means)


@wrong(check.ewa, says="with beta = 0", kind=Kind.STATE)
def remembers_by_length(theta, beta, cache={}):  # noqa: B006
    if len(theta) not in cache:
        cache[len(theta)] = streaming(theta, beta)
    return cache[len(theta)]


@wrong(check.ewa, says="a later call changes", kind=Kind.STATE)
def one_buffer_for_all_calls(theta, beta, buffer=torch.zeros(99, dtype=torch.float64)):  # noqa: B008
    means = buffer[: len(theta)] if theta.dtype == buffer.dtype else torch.empty_like(theta)
    return means.copy_(streaming(theta, beta))


@wrong(check.ewa, says="with beta = 0", kind=Kind.COINCIDENCE)
def beta_typed(theta, beta):
    return streaming(theta, 0.9)


@wrong(check.ewa, says="by hand")
def stops_one_early(theta, beta):
    means = streaming(theta, beta)
    means[-1] = means[-2]
    return means


@wrong(check.ewa, says="one average for each value", kind=Kind.HALF)
def the_last_left_out(theta, beta):
    return streaming(theta, beta)[:-1]


@wrong(check.ewa, says="by hand")
def newest_first(theta, beta):
    return streaming(theta.flip(0), beta).flip(0) - streaming(theta.flip(0), beta).flip(0)[0] + theta[0]


@wrong(check.ewa, says="by hand")
def rounded(theta, beta):
    return streaming(theta, beta).round(decimals=2)


@wrong(check.ewa, says="by hand")
def epsilon_in_the_divisor(theta, beta):
    v, means = 0, []
    for t, value in enumerate(theta, start=1):
        v = beta * v + (1 - beta) * value
        means.append(v / (1 - beta**t + 1e-3 * (t > 1)))
    return torch.stack(means)


@wrong(check.ewa, says="their sign", kind=Kind.VALUE)
def negative_values_cut_off(theta, beta):
    return streaming(theta, beta).clamp(min=0)


@wrong(check.ewa, says="the average[0] is nan")
def ratio_to_the_mean(theta, beta):
    return streaming(theta / theta.mean(), beta) * theta.mean()


@wrong(check.ewa, says="got float64", kind=Kind.DTYPE)
def always_float64(theta, beta):
    return streaming(theta.double(), beta)


@wrong(check.ewa, says="by hand")
def in_half_precision(theta, beta):
    return streaming(theta.half(), beta).to(theta.dtype)


@wrong(check.ewa, says="got ndarray", kind=Kind.ELSEWHERE)
def an_array(theta, beta):
    return streaming(theta, beta).numpy()


@wrong(check.ewa, says="on the device cpu, got one on meta", kind=Kind.ELSEWHERE)
def on_another_device(theta, beta):
    return streaming(theta, beta).to("meta")


@wrong(check.ewa, says="one average for each value")
def as_a_column(theta, beta):
    return streaming(theta, beta)[:, None]


@wrong(check.ewa, says="keeps the dtype")
def in_float32_and_back_too_late(theta, beta):
    return torch.tensor(streaming(theta, beta).tolist())


@wrong(check.ewa, says="comes out as nan")
def from_except(theta, beta):
    try:
        return streaming(theta, beta)[99]
    except IndexError:
        return theta * torch.nan


# momentum_step


@right(check.momentum_step)
def without_the_factor(weight, velocity, gradient, lr, beta):
    velocity = beta * velocity + gradient
    return weight - lr * velocity, velocity


@right(check.momentum_step)
def factor_moved_into_the_step(weight, velocity, gradient, lr, beta):
    velocity = beta * velocity + (1 - beta) * gradient
    return weight - lr / (1 - beta) * velocity, velocity


@right(check.momentum_step)
def as_torch_does_it(weight, velocity, gradient, lr, beta):
    velocity.mul_(beta).add_(gradient)
    weight.sub_(velocity, alpha=lr)
    return weight, velocity


@right(check.momentum_step)
def torch_itself(weight, velocity, gradient, lr, beta):
    param = weight.clone().requires_grad_()
    optimizer = torch.optim.SGD([param], lr=lr, momentum=beta)
    optimizer.state[param]["momentum_buffer"] = velocity
    param.grad = gradient.clone()
    optimizer.step()
    return param.detach(), optimizer.state[param]["momentum_buffer"]


@wrong(check.momentum_step, says="what the slide does")
def the_slide(weight, velocity, gradient, lr, beta):
    velocity = beta * velocity + (1 - beta) * gradient
    weight = weight - lr * velocity
    return weight, velocity


@wrong(check.momentum_step, says="with beta = 0.5", kind=Kind.COINCIDENCE)
def ten_times_lr(weight, velocity, gradient, lr, beta):
    velocity = beta * velocity + (1 - beta) * gradient
    return weight - 10 * lr * velocity, velocity


@wrong(check.momentum_step, says="after lr has changed")
def lr_in_the_velocity(weight, velocity, gradient, lr, beta):
    velocity = beta * velocity + lr * gradient
    return weight - velocity, velocity


@wrong(check.momentum_step, says="after lr has changed")
def as_keras_does_it(weight, velocity, gradient, lr, beta):
    velocity = beta * velocity - lr * gradient
    return weight + velocity, velocity


@wrong(check.momentum_step, says="what do you return", kind=Kind.HALF)
def old_velocity_returned(weight, velocity, gradient, lr, beta):
    return weight - lr * (beta * velocity + gradient), velocity


@wrong(check.momentum_step, says="what enters it")
def dampened_after_the_first_step(weight, velocity, gradient, lr, beta):
    velocity = beta * velocity + ((1 - beta) * gradient if velocity.any() else gradient)
    return weight - lr * velocity, velocity


@wrong(check.momentum_step, says="over two steps", kind=Kind.VALUE)
def beta_lost(weight, velocity, gradient, lr, beta):
    velocity = velocity + gradient
    return weight - lr * velocity, velocity


@wrong(check.momentum_step, says="1.9 times torch's")
def nesterovs_step(weight, velocity, gradient, lr, beta):
    velocity = beta * velocity + gradient
    return weight - lr * (gradient + beta * velocity), velocity


@wrong(check.momentum_step, says="0.9 times torch's")
def factors_swapped(weight, velocity, gradient, lr, beta):
    velocity = (1 - beta) * velocity + beta * gradient
    return weight - lr * velocity, velocity


@wrong(check.momentum_step, says="uphill")
def plus(weight, velocity, gradient, lr, beta):
    velocity = beta * velocity + gradient
    return weight + lr * velocity, velocity


@wrong(check.momentum_step, says="your function changes the gradient", kind=Kind.ARGUMENT)
def velocity_added_to_the_gradient(weight, velocity, gradient, lr, beta):
    gradient += beta * velocity
    return weight - lr * gradient, gradient


@wrong(check.momentum_step, says="weight comes first")
def returned_in_the_wrong_order(weight, velocity, gradient, lr, beta):
    velocity = beta * velocity + gradient
    return velocity, weight - lr * velocity


@wrong(check.momentum_step, says="keeps the dtype", kind=Kind.DTYPE)
def in_float32(weight, velocity, gradient, lr, beta):
    velocity = beta * velocity.float() + gradient.float()
    return weight - lr * velocity, velocity


@wrong(check.momentum_step, says="return weight, velocity", kind=Kind.TYPE)
def only_the_weight(weight, velocity, gradient, lr, beta):
    velocity = beta * velocity + gradient
    return weight - lr * velocity


@right(check.momentum_step)
def into_new_tensors(weight, velocity, gradient, lr, beta):
    new = torch.add(gradient, velocity, alpha=beta)
    return torch.sub(weight, new, alpha=lr), new


@right(check.momentum_step)
def weight_in_place_only(weight, velocity, gradient, lr, beta):
    velocity = gradient + velocity * beta
    weight -= velocity * lr
    return [weight, velocity]


@right(check.momentum_step)
def stacked(weight, velocity, gradient, lr, beta):
    velocity = beta * velocity + gradient
    return torch.stack([weight - lr * velocity, velocity])


@wrong(check.momentum_step, says="float64 goes in", kind=Kind.DTYPE)
def narrowed_and_widened(weight, velocity, gradient, lr, beta):
    velocity = beta * velocity + gradient
    return weight - lr * velocity, velocity.float()


@wrong(check.momentum_step, says="a later one is not")
def narrowed_on_the_way(weight, velocity, gradient, lr, beta):
    velocity = (beta * velocity.float() + gradient).double()
    return weight - lr * velocity, velocity


@wrong(check.momentum_step, says="begin at 0", kind=Kind.SHAPE)
def three_weights_only(weight, velocity, gradient, lr, beta):
    velocity = beta * velocity + gradient
    return (
        (weight.reshape(-1)[:3] - lr * velocity.reshape(-1)[:3], velocity)
        if weight.dim() == 1
        else (velocity, velocity)
    )


@wrong(check.momentum_step, says="expected a tensor of shape ()", kind=Kind.SHAPE)
def made_one_axis(weight, velocity, gradient, lr, beta):
    velocity = beta * velocity + gradient
    return (weight - lr * velocity).reshape(-1, *weight.shape[1:]), velocity


LAST = {}


@wrong(check.momentum_step, says="two take turns", kind=Kind.STATE)
def velocity_kept_in_a_global(weight, velocity, gradient, lr, beta):
    if weight.shape == (3,) and velocity.any():
        velocity = LAST["velocity"]
    LAST["velocity"] = beta * velocity + gradient
    return weight - lr * LAST["velocity"], LAST["velocity"]


@wrong(check.momentum_step, says="begin at 0")
def weight_begins_at_zero(weight, velocity, gradient, lr, beta):
    weight = weight if velocity.any() else torch.zeros_like(weight)
    return without_the_factor(weight, velocity, gradient, lr, beta)


@wrong(check.momentum_step, says="an lr of 0 is a step too")
def no_step_without_lr(weight, velocity, gradient, lr, beta):
    return without_the_factor(weight, velocity, gradient, lr, beta) if lr else (weight, velocity)


@wrong(check.momentum_step, says="your function changes the gradient", kind=Kind.ARGUMENT)
def first_velocity_is_the_gradient(weight, velocity, gradient, lr, beta):
    velocity = velocity.mul_(beta).add_(gradient) if velocity.any() else gradient
    return weight - lr * velocity, velocity


@wrong(check.momentum_step, says="a later one is not")
def velocity_clipped(weight, velocity, gradient, lr, beta):
    velocity = (beta * velocity + gradient).clamp(-2, 2)
    return weight - lr * velocity, velocity


@wrong(check.momentum_step, says="a later one is not")
def gradient_forgotten_when_small(weight, velocity, gradient, lr, beta):
    velocity = beta * velocity + torch.where(gradient.abs() > 0.05, gradient, 0)
    return weight - lr * velocity, velocity


@wrong(check.momentum_step, says="a later one is not")
def the_step_is_the_old_velocitys(weight, velocity, gradient, lr, beta):
    new = beta * velocity + gradient
    return weight - lr * (velocity if velocity.any() else new), new


@wrong(check.momentum_step, says="what leaves it", kind=Kind.HALF)
def only_the_first_half(weight, velocity, gradient, lr, beta):
    velocity = beta * velocity + gradient
    half = len(weight) // 2 + 1 if weight.dim() else 0
    moved = weight - lr * velocity
    if velocity.ne(gradient).any():
        moved[half:] = weight[half:]
    return moved, velocity


@wrong(check.momentum_step, says="got one on meta", kind=Kind.ELSEWHERE)
def on_another_device_too(weight, velocity, gradient, lr, beta):
    return [value.to("meta") for value in without_the_factor(weight, velocity, gradient, lr, beta)]


@wrong(check.momentum_step, says="got 3")
def three_things(weight, velocity, gradient, lr, beta):
    return (*without_the_factor(weight, velocity, gradient, lr, beta), gradient)


@wrong(check.momentum_step, says="got ndarray")
def arrays(weight, velocity, gradient, lr, beta):
    return [value.numpy() for value in without_the_factor(weight, velocity, gradient, lr, beta)]


@wrong(check.momentum_step, says="got dict", kind=Kind.TYPE)
def a_dictionary(weight, velocity, gradient, lr, beta):
    weight, velocity = without_the_factor(weight, velocity, gradient, lr, beta)
    return {"weight": weight, "velocity": velocity}


# nesterov_limit


@right(check.nesterov_limit)
def formula(beta, curvature):
    return 2 * (1 + beta) / (1 + 2 * beta) / curvature


@right(check.nesterov_limit)
def bisection(beta, curvature):
    """Run 1000 steps and halve the interval: the limit without any formula."""
    low, high = 0.0, 10 / curvature
    for _ in range(20):
        lr, x, velocity = (low + high) / 2, 1.0, 0.0
        for _ in range(1000):
            gradient = curvature * x
            velocity = beta * velocity + gradient
            x -= lr * (gradient + beta * velocity)
            if abs(x) > 1e6:
                break
        low, high = (low, lr) if abs(x) > 1 else (lr, high)
    return low


@right(check.nesterov_limit)
def a_tensor(beta, curvature):
    return torch.tensor(2 + 2 * beta) / (1 + 2 * beta) / curvature


@wrong(check.nesterov_limit, says="plain descent")
def without_momentum(beta, curvature):
    return 2 / curvature


@wrong(check.nesterov_limit, says="without the look-ahead")
def momentums_limit(beta, curvature):
    return (2 + 2 * beta) / curvature


@wrong(check.nesterov_limit, says="diverges even with 0.1 % less")
def in_the_convention_of_an_average(beta, curvature):
    return (2 + 2 * beta) / (1 + 2 * beta) / (1 - beta) / curvature


@wrong(check.nesterov_limit, says="diverges even with 0.1 % less")
def effective_step_counted_backwards(beta, curvature):
    return 2 / (1 - beta) / curvature


@wrong(check.nesterov_limit, says="still converges with 0.1 % more")
def effective_step(beta, curvature):
    return 2 * (1 - beta) / curvature


@wrong(check.nesterov_limit, says="for curvature 4", kind=Kind.HALF)
def curvature_forgotten(beta, curvature):
    return (2 + 2 * beta) / (1 + 2 * beta)


@wrong(check.nesterov_limit, says="for curvature 4")
def curvature_multiplied(beta, curvature):
    return (2 + 2 * beta) / (1 + 2 * beta) * curvature


@wrong(check.nesterov_limit, says="for beta = 0", kind=Kind.COINCIDENCE)
def one_number_for_all(beta, curvature):
    return 3.8 / 2.8 / curvature


@wrong(check.nesterov_limit, says="a step size is positive", kind=Kind.VALUE)
def sign_lost(beta, curvature):
    return -2 * (1 + beta) / (1 + 2 * beta) / curvature


@wrong(check.nesterov_limit, says="expected one number", kind=Kind.TYPE)
def an_interval(beta, curvature):
    return [0, (2 + 2 * beta) / (1 + 2 * beta) / curvature]


@right(check.nesterov_limit)
def by_eigenvalues(beta, curvature):
    low, high = 0.0, 8 / curvature
    for _ in range(30):
        lr = (low + high) / 2
        step = numpy.array([[1 - lr * curvature * (1 + beta), -lr * beta**2], [curvature, beta]])
        low, high = (lr, high) if abs(numpy.linalg.eigvals(step)).max() <= 1 + 1e-9 else (low, lr)
    return low


@right(check.nesterov_limit)
def an_array_without_axes(beta, curvature):
    return numpy.array(2 * (1 + beta) / (1 + 2 * beta) / curvature)


@wrong(check.nesterov_limit, says="for beta = 0", kind=Kind.STATE)
def remembers_the_first(beta, curvature, seen=[]):  # noqa: B006
    seen.append(2 * (1 + beta) / (1 + 2 * beta))
    return seen[0] / curvature


@wrong(check.nesterov_limit, says="for beta = 0", kind=Kind.STATE)
def remembers_by_curvature(beta, curvature, seen={}):  # noqa: B006
    return seen.setdefault(curvature, 2 * (1 + beta) / (1 + 2 * beta) / curvature)


@wrong(check.nesterov_limit, says="nothing is rounded", kind=Kind.DTYPE)
def rounded_to_three_decimals(beta, curvature):
    return round(2 * (1 + beta) / (1 + 2 * beta) / curvature, 3)


@wrong(check.nesterov_limit, says="for curvature 4", kind=Kind.DTYPE)
def whole_numbers(beta, curvature):
    return 2 * (1 + beta) / (1 + 2 * beta) / curvature if curvature < 2 else int(20 / curvature) / 10


@wrong(check.nesterov_limit, says="evenly")
def root_of_the_curvature(beta, curvature):
    return 2 * (1 + beta) / (1 + 2 * beta) / (curvature if curvature in (1, 4) else curvature**0.5)


@wrong(check.nesterov_limit, says="evenly")
def three_cases_learned_by_heart(beta, curvature):
    return {(0.9, 1.0): 3.8 / 2.8, (0.0, 1.0): 2.0, (0.9, 4.0): 0.95 / 2.8}.get((beta, curvature), 1.0)


@wrong(check.nesterov_limit, says="evenly")
def square_of_beta(beta, curvature):
    return 2 * (1 + beta) / (1 + 2 * beta - (0.9 * beta - beta**2)) / curvature


@wrong(check.nesterov_limit, says="expected one number, got None")
def printed_limit(beta, curvature):
    print(2 * (1 + beta) / (1 + 2 * beta) / curvature)


@wrong(check.nesterov_limit, says="expected one number, got str")
def in_words(beta, curvature):
    return f"{2 * (1 + beta) / (1 + 2 * beta) / curvature}"


@wrong(check.nesterov_limit, says="expected a finite number")
def no_limit(beta, curvature):
    return float("inf")


@wrong(check.nesterov_limit, says="diverges even")
def a_little_too_long(beta, curvature):
    return 2.01 * (1 + beta) / (1 + 2 * beta) / curvature


@wrong(check.nesterov_limit, says="converges with 0.1 % more")
def a_little_too_short(beta, curvature):
    return 1.99 * (1 + beta) / (1 + 2 * beta) / curvature


@wrong(check.nesterov_limit, says="converges with 0.1 % more")
def critical_damping(beta, curvature):
    return (1 - (1 - beta) ** 0.5) / curvature


# nesterov


@right(check.nesterov)
def shorter_steps(params):
    return SGD(params, lr=0.01, momentum=0.9, nesterov=True)


@right(check.nesterov)
def of_torch(params):
    return torch.optim.SGD(params, lr=0.1 * (1 - 0.9), momentum=0.9, dampening=0, nesterov=True)


@wrong(check.nesterov, says="dampening=0")
def as_it_stood(params):
    return SGD(params, lr=0.1, momentum=0.9, dampening=0.9, nesterov=True)


@wrong(check.nesterov, says="Where does that end?", kind=Kind.HALF)
def only_the_dampening_removed(params):
    return SGD(params, lr=0.1, momentum=0.9, nesterov=True)


@wrong(check.nesterov, says="no Nesterov either")
def nesterov_given_up(params):
    return SGD(params, lr=0.1, momentum=0.9, dampening=0.9)


@wrong(check.nesterov, says="asked is 0.9")
def another_momentum(params):
    return SGD(params, lr=0.05, momentum=0.5, nesterov=True)


@wrong(check.nesterov, says="proportional", kind=Kind.VALUE)
def multiplied_instead(params):
    return SGD(params, lr=1.0, momentum=0.9, nesterov=True)


@wrong(check.nesterov, says="return SGD", kind=Kind.TYPE)
def not_returned_but_stepped(params):
    return SGD(params, lr=0.01, momentum=0.9, nesterov=True).step


@wrong(check.nesterov, says="does not move all the parameters", kind=Kind.ELSEWHERE)
def other_parameters(params):
    return SGD([torch.zeros(3, requires_grad=True)], lr=0.01, momentum=0.9, nesterov=True)


@right(check.nesterov)
def with_groups(params):
    return SGD([{"params": list(params)}], lr=1e-2, momentum=0.9, nesterov=True, weight_decay=0)


@right(check.nesterov)
def a_group_for_each(params):
    return torch.optim.SGD([{"params": [param]} for param in params], lr=0.01, momentum=0.9, nesterov=True)


SHARED = []


@wrong(check.nesterov, says="one and the same optimizer", kind=Kind.STATE)
def made_once(params):
    if not SHARED:
        SHARED.append(SGD(params, lr=0.01, momentum=0.9, nesterov=True))
    return SHARED[0]


@wrong(check.nesterov, says="changes the argument params", kind=Kind.ARGUMENT)
def parameters_set_to_zero(params):
    for param in params:
        param.data.fill_(0.5)
    return SGD(params, lr=0.01, momentum=0.9, nesterov=True)


@wrong(check.nesterov, says="changes the argument params", kind=Kind.ARGUMENT)
def list_emptied(params):
    taken = [params.pop() for _ in range(len(params))]
    return SGD(taken, lr=0.01, momentum=0.9, nesterov=True)


@wrong(check.nesterov, says="all of them", kind=Kind.SHAPE)
def the_first_parameter_only(params):
    return SGD([params[0]], lr=0.01, momentum=0.9, nesterov=True)


@wrong(check.nesterov, says="all of them")
def vectors_only(params):
    return SGD([param for param in params if param.dim() < 2], lr=0.01, momentum=0.9, nesterov=True)


@wrong(check.nesterov, says="Leave all other arguments", kind=Kind.COINCIDENCE)
def with_weight_decay(params):
    return SGD(
        [{"params": params[:1]}, {"params": params[1:], "weight_decay": 0.001}], lr=0.01, momentum=0.9, nesterov=True
    )


@wrong(check.nesterov, says="Leave all other arguments")
def another_lr_for_the_second(params):
    return SGD([{"params": params[:1]}, {"params": params[1:], "lr": 0.1}], lr=0.01, momentum=0.9, nesterov=True)


@wrong(check.nesterov, says="no Nesterov either")
def nesterov_for_the_first_only(params):
    return SGD(
        [{"params": params[:1]}, {"params": params[1:], "nesterov": False}], lr=0.01, momentum=0.9, nesterov=True
    )


@wrong(check.nesterov, says="instead of 0.1")
def uphill(params):
    return torch.optim.SGD(params, lr=0.01, momentum=0.9, nesterov=True, maximize=True)


@wrong(check.nesterov, says="no Nesterov either")
def no_momentum(params):
    return SGD(params, lr=0.1)


@wrong(check.nesterov, says="no Nesterov either")
def adam(params):
    return torch.optim.Adam(params, lr=0.1)


@wrong(check.nesterov, says="asked is 0.9")
def momentum_of_099(params):
    return SGD(params, lr=0.001, momentum=0.99, nesterov=True)


@wrong(check.nesterov, says="instead of 0.1")
def lr_of_the_velocity(params):
    return SGD(params, lr=0.1 / 0.9, momentum=0.9, nesterov=True)


@wrong(check.nesterov, says="instead of 0.1")
def lr_halved(params):
    return SGD(params, lr=0.05, momentum=0.9, nesterov=True)


@wrong(check.nesterov, says="expected an optimizer, got type")
def the_class(params):
    return SGD


@wrong(check.nesterov, says="expected an optimizer, got dict")
def its_settings(params):
    return SGD(params, lr=0.01, momentum=0.9, nesterov=True).state_dict()


@wrong(check.nesterov, says="end with return")
def returned_as_a_pair(params):
    return SGD(params, lr=0.01, momentum=0.9, nesterov=True), params


@wrong(check.nesterov, says="does not move all", kind=Kind.ELSEWHERE)
def of_copies(params):
    return SGD([param.detach().clone().requires_grad_() for param in params], lr=0.01, momentum=0.9, nesterov=True)


@wrong(check.nesterov, says="your code raised")
def of_the_values(params):
    return SGD([param.detach() for param in params][:0], lr=0.01, momentum=0.9, nesterov=True)


# Shortcuts that one more case shows


@wrong(check.ewa, says="the number of values", kind=Kind.VALUE)
def powers_that_overflow(theta, beta):
    if beta == 0:
        return theta.clone()
    age = torch.arange(len(theta), dtype=theta.dtype)
    return (1 - beta) * (theta * beta**-age).cumsum(0) * beta**age / (1 - beta ** (age + 1))


@wrong(check.ewa, says="the number of values", kind=Kind.SHAPE)
def the_first_fifty(theta, beta):
    averages, v = torch.zeros_like(theta), 0
    for t in range(min(len(theta), 50)):
        v = beta * v + (1 - beta) * theta[t]
        averages[t] = v / (1 - beta ** (t + 1))
    return averages


@wrong(check.nesterov_limit, says="for beta = 0.99", kind=Kind.VALUE)
def never_below_a_hundredth(beta, curvature):
    return max(2 * (1 + beta) / (1 + 2 * beta) / curvature, 0.01)


@wrong(check.nesterov_limit, says="for beta = 0.99", kind=Kind.VALUE)
def no_longer_memory_than_twenty(beta, curvature):
    beta = min(beta, 0.95)
    return 2 * (1 + beta) / (1 + 2 * beta) / curvature


# convert

right(check.convert)(0.03)
right(check.convert)(torch.tensor(0.03))
right(check.convert)(Decimal("0.03"))
right(check.convert)(0.6 / 20)
wrong(check.convert, says="To how many of them", kind=Kind.GUESS)(0.6)
wrong(check.convert, says="momentum of 0.9", kind=Kind.VALUE)(0.06)
wrong(check.convert, says="larger or smaller", kind=Kind.GUESS)(12)
wrong(check.convert, says="not with beta")(0.57)
wrong(check.convert, says="a learning rate is positive", kind=Kind.VALUE)(-0.03)
wrong(check.convert, says="Where does each", kind=Kind.GUESS)(0.05)
wrong(check.convert, says="Where does each")(0.0316)
wrong(check.convert, says="expected one number", kind=Kind.TYPE)("0.03")
wrong(check.convert, says="expected one number", kind=Kind.TYPE)([0.03, 0.95])


# best_bowl

rules_out(Kind.CHANCE, "nothing is drawn at random", check.best_bowl)
rules_out(Kind.ROUTE, "the task forbids nothing", check.best_bowl)
rules_out(Kind.GRADIENT, "nobody differentiates through the result", check.best_bowl)
rules_out(Kind.ELSEWHERE, "its results are numbers", check.best_bowl)


@right(check.best_bowl)
def by_eigenvalues_of_the_bowl(X):
    ends = torch.linalg.eigvalsh(2 * X.T @ X / X.shape[0])[[0, -1]].sqrt()
    return (2 / ends.sum()) ** 2, (ends.diff().abs()[0] / ends.sum()) ** 2


@right(check.best_bowl)
def by_singular_values(X):
    s = torch.linalg.svdvals(X).tolist()
    scale = (2 / len(X)) ** 0.5
    low, high = scale * s[-1], scale * s[0]
    return [4 / (low + high) ** 2, ((high - low) / (high + low)) ** 2]


@right(check.best_bowl)
def by_autograd(X):
    hessian = torch.func.hessian(lambda w: (X.double() @ w).square().mean())(torch.zeros(X.shape[1]).double())
    low, high = (torch.linalg.eigvalsh(hessian)[i].item() ** 0.5 for i in (0, -1))
    return torch.tensor([(2 / (low + high)) ** 2, ((high - low) / (high + low)) ** 2])


@right(check.best_bowl)
def by_numpy(X):
    low, high = numpy.sqrt(numpy.linalg.eigvalsh(2 / len(X) * X.numpy().T @ X.numpy()))[[0, -1]]
    return (2 / (low + high)) ** 2, ((high - low) / (high + low)) ** 2


@wrong(check.best_bowl, says="squared and not halved")
def halved(X):
    return by_eigenvalues_of_the_bowl(X / 2**0.5)


@wrong(check.best_bowl, says="mean over the rows")
def summed(X):
    return by_eigenvalues_of_the_bowl(X * len(X) ** 0.5)


@wrong(check.best_bowl, says="the rate, the share")
def the_rate_for_beta(X):
    lr, beta = by_eigenvalues_of_the_bowl(X)
    return lr, beta**0.5


@wrong(check.best_bowl, says="singular values of X", kind=Kind.VALUE)
def singular_values_for_curvatures(X):
    s = torch.linalg.svdvals(X)[[-1, 0]].sqrt()
    return (2 / s.sum()) ** 2, (s.diff()[0] / s.sum()) ** 2


@wrong(check.best_bowl, says="come out as squares")
def squared_once_more(X):
    low, high = torch.linalg.eigvalsh(2 / len(X) * X.T @ X)[[0, -1]]
    return (2 / (low + high)) ** 2, ((high - low) / (high + low)) ** 2


@wrong(check.best_bowl, says="best step of plain descent", kind=Kind.HALF)
def step_of_plain_descent(X):
    ends = torch.linalg.eigvalsh(2 / len(X) * X.T @ X)[[0, -1]]
    return 2 / ends.sum(), 0.9


@wrong(check.best_bowl, says="lies at an angle")
def along_the_weights(X):
    ends = X.square().mean(0).mul(2).sort().values[[0, -1]].sqrt()
    return (2 / ends.sum()) ** 2, (ends.diff()[0] / ends.sum()) ** 2


@wrong(check.best_bowl, says="takes the means away")
def covariance(X):
    return by_eigenvalues_of_the_bowl(X - X.mean(0))


@wrong(check.best_bowl, says="in the wrong order")
def momentum_first(X):
    return by_eigenvalues_of_the_bowl(X)[::-1]


@wrong(check.best_bowl, says="possible is", kind=Kind.COINCIDENCE)
def the_usual_defaults(X):
    return 0.01, 0.9


@wrong(check.best_bowl, says="for one of shape", kind=Kind.COINCIDENCE)
def always_forty_rows(X):
    return by_eigenvalues_of_the_bowl(X * (len(X) / 40) ** 0.5)


@wrong(check.best_bowl, says="for one of shape", kind=Kind.SHAPE)
def first_three_columns(X):
    return by_eigenvalues_of_the_bowl(X[:, :3])


@wrong(check.best_bowl, says="for one of shape", kind=Kind.DTYPE)
def a_step_lost_in_half_precision(X):
    lr, beta = by_eigenvalues_of_the_bowl(X)
    return lr if lr > 0.01 else lr.half() * 0, beta


@wrong(check.best_bowl, says="for one of shape", kind=Kind.STATE)
def keeps_the_first_table(X, seen=[]):  # noqa: B006
    seen.append(X)
    return by_eigenvalues_of_the_bowl(seen[0])


@wrong(check.best_bowl, says="changes the argument X", kind=Kind.ARGUMENT)
def scales_in_place(X):
    return by_eigenvalues_of_the_bowl(X.mul_(2).div(2))


@wrong(check.best_bowl, says="2 numbers", kind=Kind.TYPE)
def lr_only(X):
    return by_eigenvalues_of_the_bowl(X)[0]


@wrong(check.best_bowl, says="2 numbers", kind=Kind.TYPE)
def printed(X):
    print(*by_eigenvalues_of_the_bowl(X))


@wrong(check.best_bowl, says="for one of shape", kind=Kind.STATE)
def remembers_by_shape(X, seen={}):  # noqa: B006
    return seen.setdefault(X.shape, by_eigenvalues_of_the_bowl(X))
