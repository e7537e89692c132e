"""Answers to the exercises of *Momentum*."""

import torch

from course_lib.checks import momentum as check
from course_lib.optim import SGD

from . import right, wrong

# forget

right(check.forget)(0.79)
right(check.forget)(0.01 ** (1 / 20))  # not rounded: within the stated tolerance
right(check.forget)(torch.tensor(0.79))
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


@wrong(check.ewa, says="by hand")
def plain_mean(theta, beta):
    return theta.cumsum(0) / torch.arange(1, len(theta) + 1)


@wrong(check.ewa, says="keeps the dtype")
def float32(theta, beta):
    average, means = 0, torch.zeros(len(theta))
    for t, value in enumerate(theta, start=1):
        average = beta * average + (1 - beta) * value
        means[t - 1] = average / (1 - beta**t)
    return means


@wrong(check.ewa, says="changes the values")
def in_place(theta, beta):
    for t in range(len(theta)):
        theta[t] = beta * (theta[t - 1] if t else 0) + (1 - beta) * theta[t]
    return theta / (1 - beta ** torch.arange(1, len(theta) + 1))


@wrong(check.ewa, says="with beta = 0")
def dividing_by_powers_of_beta(theta, beta):
    power = beta ** torch.arange(1, len(theta) + 1, dtype=theta.dtype)
    return (1 - beta) * power * (theta / power).cumsum(0) / (1 - power)


@wrong(check.ewa, says="one average for each value")
def only_the_last(theta, beta):
    average = 0
    for value in theta:
        average = beta * average + (1 - beta) * value
    return average / (1 - beta ** len(theta))


@wrong(check.ewa, says="torch.stack")
def a_list(theta, beta):
    return list(streaming(theta, beta))


@wrong(check.ewa, says="end with a return")
def without_return(theta, beta):
    streaming(theta, beta)


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


@wrong(check.momentum_step, says="with beta = 0.5")
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


@wrong(check.momentum_step, says="what do you return")
def old_velocity_returned(weight, velocity, gradient, lr, beta):
    return weight - lr * (beta * velocity + gradient), velocity


@wrong(check.momentum_step, says="what enters it")
def dampened_after_the_first_step(weight, velocity, gradient, lr, beta):
    velocity = beta * velocity + ((1 - beta) * gradient if velocity.any() else gradient)
    return weight - lr * velocity, velocity


@wrong(check.momentum_step, says="over two steps")
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


@wrong(check.momentum_step, says="param.grad")
def velocity_added_to_the_gradient(weight, velocity, gradient, lr, beta):
    gradient += beta * velocity
    return weight - lr * gradient, gradient


@wrong(check.momentum_step, says="weight comes first")
def returned_in_the_wrong_order(weight, velocity, gradient, lr, beta):
    velocity = beta * velocity + gradient
    return velocity, weight - lr * velocity


@wrong(check.momentum_step, says="keeps the dtype")
def in_float32(weight, velocity, gradient, lr, beta):
    velocity = beta * velocity.float() + gradient.float()
    return weight - lr * velocity, velocity


@wrong(check.momentum_step, says="return weight, velocity")
def only_the_weight(weight, velocity, gradient, lr, beta):
    velocity = beta * velocity + gradient
    return weight - lr * velocity


# max_stable_lr


@right(check.max_stable_lr)
def formula(beta, curvature):
    return 2 * (1 + beta) / curvature


@right(check.max_stable_lr)
def bisection(beta, curvature):
    """Run 1000 steps and halve the interval: the limit without any formula."""
    low, high = 0.0, 10 / curvature
    for _ in range(20):
        lr, x, velocity = (low + high) / 2, 1.0, 0.0
        for _ in range(1000):
            velocity = beta * velocity + curvature * x
            x -= lr * velocity
            if abs(x) > 1e6:
                break
        low, high = (low, lr) if abs(x) > 1 else (lr, high)
    return low


@right(check.max_stable_lr)
def a_tensor(beta, curvature):
    return torch.tensor(2 + 2 * beta) / curvature


@wrong(check.max_stable_lr, says="plain descent")
def without_momentum(beta, curvature):
    return 2 / curvature


@wrong(check.max_stable_lr, says="slide's convention")
def in_the_slides_convention(beta, curvature):
    return (2 + 2 * beta) / (1 - beta) / curvature


@wrong(check.max_stable_lr, says="diverges even with 0.1 % less")
def effective_step_counted_backwards(beta, curvature):
    return 2 / (1 - beta) / curvature


@wrong(check.max_stable_lr, says="still converges with 0.1 % more")
def effective_step(beta, curvature):
    return 2 * (1 - beta) / curvature


@wrong(check.max_stable_lr, says="for curvature 4")
def curvature_forgotten(beta, curvature):
    return 2 + 2 * beta


@wrong(check.max_stable_lr, says="for curvature 4")
def curvature_multiplied(beta, curvature):
    return (2 + 2 * beta) * curvature


@wrong(check.max_stable_lr, says="for beta = 0")
def one_number_for_all(beta, curvature):
    return 3.8 / curvature


@wrong(check.max_stable_lr, says="a step size is positive")
def sign_lost(beta, curvature):
    return -2 * (1 + beta) / curvature


@wrong(check.max_stable_lr, says="expected one number")
def an_interval(beta, curvature):
    return [0, (2 + 2 * beta) / curvature]


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


@wrong(check.nesterov, says="Where does that end?")
def only_the_dampening_removed(params):
    return SGD(params, lr=0.1, momentum=0.9, nesterov=True)


@wrong(check.nesterov, says="no Nesterov either")
def nesterov_given_up(params):
    return SGD(params, lr=0.1, momentum=0.9, dampening=0.9)


@wrong(check.nesterov, says="asked is 0.9")
def another_momentum(params):
    return SGD(params, lr=0.05, momentum=0.5, nesterov=True)


@wrong(check.nesterov, says="proportional")
def multiplied_instead(params):
    return SGD(params, lr=1.0, momentum=0.9, nesterov=True)


@wrong(check.nesterov, says="return SGD")
def not_returned_but_stepped(params):
    return SGD(params, lr=0.01, momentum=0.9, nesterov=True).step


@wrong(check.nesterov, says="does not move the parameters")
def other_parameters(params):
    return SGD([torch.zeros(3, requires_grad=True)], lr=0.01, momentum=0.9, nesterov=True)
