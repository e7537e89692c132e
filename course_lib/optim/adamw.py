"""AdamW: Adam with the weight decay kept out of the averages."""

from course_lib.optim.adam import Adam


class AdamW(Adam):
    """Shrink the weights, then step as Adam without weight decay (Loshchilov & Hutter 2019).

        param = (1 - lr * weight_decay) * param
        param = param - lr * m̂ / (√v̂ + eps)      as in Adam, of the gradient alone

    So every weight shrinks by the same factor. In Adam, the decay is divided by √v̂ like the gradient, so that weights
    with large gradients shrink less. The paper scales weight_decay with the schedule only; torch, with all of lr.

    Options and errors are those of Adam; weight_decay is not 0 by default.
    """

    not_taught = {**Adam.not_taught, "decoupled_weight_decay": True}

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2, amsgrad=False, **others):
        super().__init__(params, lr, betas, eps, weight_decay, amsgrad, **others)

    def update(self, param, grad, state, group):
        param.mul_(1 - group["lr"] * group["weight_decay"])
        super().update(param, grad, state, {**group, "weight_decay": 0})
