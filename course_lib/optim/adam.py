"""Adam: momentum over root mean square, both corrected for their start at 0."""

import torch

from course_lib.optim.arguments import require_at_least_zero, require_two_betas
from course_lib.optim.optimizer import Optimizer, step_counter


class Adam(Optimizer):
    """Divide the running mean of the gradient by its running root mean square (Kingma & Ba 2015, algorithm 1).

        g = grad + weight_decay * param
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g²
        param = param - lr * m̂ / (√v̂ + eps)      with m̂ = m / (1 - beta1ᵗ) and v̂ = v / (1 - beta2ᵗ)

    t counts the steps from 1, m is `exp_avg` and v is `exp_avg_sq`, elementwise, both from 0. The hats make the first
    step lr long; without them it would be (1 - beta1) / √(1 - beta2) times that, 3.2 by default. m is an average, where
    SGD's `momentum_buffer` is a sum. eps stands outside the root. `weight_decay` passes through m and v like the rest
    of the gradient; `AdamW` keeps it out.

    `amsgrad` divides by the largest v so far, so that a rare large gradient is not forgotten (Reddi et al. 2018):

        u = max(u, v)
        param = param - lr * m̂ / (√û + eps)      with û = u / (1 - beta2ᵗ)

    u is `max_exp_avg_sq`, from 0. The paper has no correction; torch corrects after the maximum, and so do we.

    Raises ValueError if lr, eps or weight_decay is below 0, or if betas are not two floats from 0 to below 1.
    """

    not_taught = {
        **Optimizer.not_taught,
        "capturable": False,
        "fused": None,
        "decoupled_weight_decay": False,
    }

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0, amsgrad=False, **others):
        require_at_least_zero(lr=lr, eps=eps, weight_decay=weight_decay)
        require_two_betas(betas)
        defaults = dict(lr=lr, betas=betas, eps=eps, weight_decay=weight_decay, amsgrad=amsgrad)
        super().__init__(params, defaults, **others)

    def init_state(self, param):
        return {
            "step": step_counter(),
            "exp_avg": torch.zeros_like(param),
            "exp_avg_sq": torch.zeros_like(param),
        }

    def update(self, param, grad, state, group):
        beta1, beta2 = group["betas"]
        state["step"] += 1
        step = state["step"].item()
        if group["weight_decay"] != 0:
            grad = grad.add(param, alpha=group["weight_decay"])
        state["exp_avg"].lerp_(grad, 1 - beta1)  # m + (1 - beta1) * (g - m), in one pass
        state["exp_avg_sq"].mul_(beta2).addcmul_(grad, grad, value=1 - beta2)
        square = state["exp_avg_sq"]
        if group["amsgrad"]:
            if "max_exp_avg_sq" not in state:
                state["max_exp_avg_sq"] = torch.zeros_like(param)
            square = torch.maximum(state["max_exp_avg_sq"], square, out=state["max_exp_avg_sq"])
        root = square.sqrt().div_((1 - beta2**step) ** 0.5)  # √v̂
        lr_hat = group["lr"] / (1 - beta1**step)  # lr * m̂ is lr_hat * m: one number is corrected in place of a tensor
        param.addcdiv_(state["exp_avg"], root.add_(group["eps"]), value=-lr_hat)
