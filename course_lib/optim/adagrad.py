"""Adagrad: a step size for each weight, smaller where the gradients have been large."""

import torch

from course_lib.optim.arguments import require_at_least_zero
from course_lib.optim.optimizer import Optimizer, step_counter


class Adagrad(Optimizer):
    """Divide each gradient by the root of the sum of its squares so far (Duchi et al. 2011).

        g = grad + weight_decay * param
        s = s + g²
        param = param - lr / (1 + (t - 1) * lr_decay) * g / (√s + eps)

    t counts the steps from 1, s is `sum`, elementwise; it starts at `initial_accumulator_value` and only grows, so the
    steps shrink for good. eps stands outside the root, as in torch; some books put it inside.

    Raises ValueError if an option is below 0, or if a group names another `initial_accumulator_value` than the
    constructor, where torch would ignore it.
    """

    not_taught = {**Optimizer.not_taught, "fused": None}

    def __init__(self, params, lr=1e-2, lr_decay=0, weight_decay=0, initial_accumulator_value=0, eps=1e-10, **others):
        defaults = dict(lr=lr, lr_decay=lr_decay, weight_decay=weight_decay, eps=eps)
        defaults["initial_accumulator_value"] = initial_accumulator_value
        require_at_least_zero(**defaults)
        super().__init__(params, defaults, **others)

    def add_param_group(self, param_group):
        """As in the base class; the state starts here, not at the first step, as in torch."""
        start = self.defaults["initial_accumulator_value"]
        if isinstance(param_group, dict) and param_group.get("initial_accumulator_value", start) != start:
            raise ValueError(
                f"initial_accumulator_value={param_group['initial_accumulator_value']!r} in a parameter group: "
                f"it is the same for all groups, {start!r} here; pass it to Adagrad itself"
            )
        super().add_param_group(param_group)
        for param in self.param_groups[-1]["params"]:
            self.state[param] = self.init_state(param)

    def init_state(self, param):
        return {
            "step": step_counter(),
            "sum": torch.full_like(param, self.defaults["initial_accumulator_value"]),
        }

    def update(self, param, grad, state, group):
        state["step"] += 1
        if group["weight_decay"] != 0:
            grad = grad.add(param, alpha=group["weight_decay"])
        lr = group["lr"] / (1 + (state["step"].item() - 1) * group["lr_decay"])
        state["sum"].addcmul_(grad, grad)
        param.addcdiv_(grad, state["sum"].sqrt().add_(group["eps"]), value=-lr)
