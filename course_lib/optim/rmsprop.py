"""RMSprop: Adagrad that forgets, so the steps do not shrink for good."""

import torch

from course_lib.optim.arguments import require_at_least_zero
from course_lib.optim.optimizer import Optimizer, step_counter


class RMSprop(Optimizer):
    """Divide each gradient by its root mean square of late (Tieleman & Hinton 2012, lecture 6.5).

        g = grad + weight_decay * param
        v = alpha * v + (1 - alpha) * g²
        param = param - lr * g / (√v + eps)

    v is `square_avg`, elementwise, from 0 and without bias correction: the first step is lr / √(1 - alpha) long, ten
    times lr by default. With momentum the quotient goes through a buffer, as in SGD but from 0:

        b = momentum * b + g / (√v + eps)
        param = param - lr * b

    alpha is what other texts call beta or rho. eps stands outside the root, as in torch; TensorFlow puts it inside.

    Raises ValueError if an option is below 0.
    """

    not_taught = {**Optimizer.not_taught, "centered": False, "capturable": False}

    def __init__(self, params, lr=1e-2, alpha=0.99, eps=1e-8, weight_decay=0, momentum=0, **others):
        defaults = dict(lr=lr, alpha=alpha, eps=eps, weight_decay=weight_decay, momentum=momentum)
        require_at_least_zero(**defaults)
        super().__init__(params, defaults, **others)

    def init_state(self, param):
        return {"step": step_counter(), "square_avg": torch.zeros_like(param)}

    def update(self, param, grad, state, group):
        lr, alpha, momentum = group["lr"], group["alpha"], group["momentum"]
        state["step"] += 1  # not in the formula, but torch's state dict has it
        if group["weight_decay"] != 0:
            grad = grad.add(param, alpha=group["weight_decay"])
        state["square_avg"].mul_(alpha).addcmul_(grad, grad, value=1 - alpha)
        root = state["square_avg"].sqrt().add_(group["eps"])
        if momentum == 0:
            param.addcdiv_(grad, root, value=-lr)
        else:
            if "momentum_buffer" not in state:
                state["momentum_buffer"] = torch.zeros_like(param)
            state["momentum_buffer"].mul_(momentum).addcdiv_(grad, root)
            param.add_(state["momentum_buffer"], alpha=-lr)
