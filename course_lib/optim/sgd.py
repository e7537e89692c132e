"""Stochastic gradient descent, plain or with momentum."""

from course_lib.optim.arguments import require_at_least_zero
from course_lib.optim.optimizer import Optimizer


class SGD(Optimizer):
    """Step against the gradient, or against a decaying sum of the gradients so far.

        g = grad + weight_decay * param                  the gradient of the loss + weight_decay / 2 * ‖param‖²
        b = momentum * b + (1 - dampening) * g           b = g at the first step
        param = param - lr * b                           plain: g in place of b; nesterov: g + momentum * b

    g gradient, b `momentum_buffer` (only kept if momentum is not 0), lr learning rate.

    Momentum is the heavy ball of Polyak 1964. `nesterov` looks ahead (Nesterov 1983) in the form of Sutskever et al.
    2013, with param standing at the point looked ahead to. Other conventions, for the same path:
    - Momentum as an average, v = momentum * v + (1 - momentum) * g from v = 0, is 1 - momentum times the sum, so it
      needs lr / (1 - momentum). `dampening=momentum` averages too, but does not damp the first gradient.
    - Sutskever et al. keep lr inside the velocity, v = momentum * v - lr * g: the same until lr changes.

    Raises ValueError if lr, momentum or weight_decay is below 0, or if nesterov has no momentum or has dampening.
    """

    not_taught = {**Optimizer.not_taught, "fused": None}

    def __init__(self, params, lr=1e-3, momentum=0, dampening=0, weight_decay=0, nesterov=False, **others):
        require_at_least_zero(lr=lr, momentum=momentum, weight_decay=weight_decay)
        if nesterov and (momentum <= 0 or dampening != 0):
            raise ValueError(
                f"nesterov=True with momentum={momentum!r} and dampening={dampening!r}: "
                "nesterov needs a momentum above 0, such as 0.9, and dampening=0"
            )
        defaults = dict(lr=lr, momentum=momentum, dampening=dampening, weight_decay=weight_decay, nesterov=nesterov)
        super().__init__(params, defaults, **others)

    def update(self, param, grad, state, group):
        lr, momentum = group["lr"], group["momentum"]
        if group["weight_decay"] != 0:
            grad = grad.add(param, alpha=group["weight_decay"])
        if momentum != 0:
            if "momentum_buffer" not in state:
                state["momentum_buffer"] = grad.clone()
            else:
                state["momentum_buffer"].mul_(momentum).add_(grad, alpha=1 - group["dampening"])
            if group["nesterov"]:
                grad = grad.add(state["momentum_buffer"], alpha=momentum)
            else:
                grad = state["momentum_buffer"]
        param.add_(grad, alpha=-lr)
