"""What all optimizers share: parameter groups, a state for each parameter, the step, saving and loading."""

from collections import defaultdict
from copy import deepcopy

import torch

from course_lib.optim.arguments import as_list, check_param, plain, require_no_tensor


class Optimizer:
    """Walk over the parameters and call `update` on each; a subclass writes the mathematics there.

    `params` is an iterable of tensors, or of dicts such as `{"params": [...], "lr": 0.1}`, one for each group. A group
    takes the options that it does not name from `defaults`. To change an option later, write to `param_groups[i]`.
    With `maximize=True` the steps climb: each gradient is taken with the opposite sign.

    Raises TypeError for something that is no tensor or an option that does not exist, ValueError for no parameters, a
    parameter that occurs twice or one that is computed from others, and NotImplementedError for an option of torch's
    that this course does not teach.
    """

    # Options of torch's that this course does not teach, each with the value that leaves it out.
    not_taught = {"foreach": None, "differentiable": False}

    def __init__(self, params, defaults, maximize=False, **others):
        defaults = {**defaults, "maximize": maximize}
        unknown = self.taught(others)
        if unknown:
            raise TypeError(
                f"{type(self).__name__} has no option {', '.join(unknown)}; its options are {', '.join(defaults)}"
            )
        self.defaults = {name: plain(value) for name, value in defaults.items()}
        self.state = defaultdict(dict)
        self.param_groups = []
        groups = as_list(params)
        if not groups:
            raise ValueError(
                "params is empty: pass parameters; an iterator such as model.parameters() serves only once"
            )
        if not isinstance(groups[0], dict):
            groups = [{"params": groups}]
        for group in groups:
            self.add_param_group(group)

    def update(self, param, grad, state, group):
        """Change `param` in place, given its gradient, its own `state` and the options of its `group`."""
        raise NotImplementedError(f"{type(self).__name__} must define update(self, param, grad, state, group)")

    def init_state(self, param):
        """Return the state of `param` before its first update, a dict."""
        return {}

    @torch.no_grad()
    def step(self, closure=None):
        """Update every parameter that has a gradient; a parameter without one keeps its value and its state."""
        if closure is not None:
            raise TypeError("step takes no closure: call loss.backward() first, then step()")
        for group in self.param_groups:
            for param in group["params"]:
                if param.grad is not None:
                    state = self.state[param]
                    if not state:
                        state.update(self.init_state(param))
                    self.update(param, -param.grad if group["maximize"] else param.grad, state, group)

    def zero_grad(self, set_to_none=True):
        """Forget all gradients: set them to None, or fill them with zeros if `set_to_none` is False."""
        for group in self.param_groups:
            for param in group["params"]:
                if set_to_none:
                    param.grad = None
                elif param.grad is not None:
                    param.grad.detach_().zero_()

    def add_param_group(self, param_group):
        """Add a group: a dict with "params" (a tensor or an iterable of them) and the options that differ."""
        if not isinstance(param_group, dict):
            raise TypeError(f'param_group is a {type(param_group).__name__}: pass a dict such as {{"params": [...]}}')
        if "params" not in param_group:
            raise ValueError(f'param_group has the keys {list(param_group)}: add its tensors under the key "params"')
        params = param_group["params"]
        params = [params] if isinstance(params, torch.Tensor) else as_list(params)
        seen = {param for group in self.param_groups for param in group["params"]}
        for param in params:
            check_param(param)
            if param in seen:
                raise ValueError(f"a parameter of shape {tuple(param.shape)} occurs twice: list it once, in one group")
            seen.add(param)
        own = {name: plain(value) for name, value in self.taught(param_group).items() if name != "params"}
        self.param_groups.append({**self.defaults, **own, "params": params})

    def taught(self, options):
        """Return `options` without those that the course does not teach; raise if one is switched on, or is a tensor."""
        for name, off in self.not_taught.items():
            if bool(options.get(name, off)) != bool(off):
                raise NotImplementedError(
                    f"{name}={options[name]!r}: this course does not teach {name}; "
                    f"leave it at {off}, or use torch.optim.{type(self).__name__}"
                )
        for name, value in options.items():
            if name != "params":
                require_no_tensor(name, value)
        return {name: value for name, value in options.items() if name not in self.not_taught}

    def state_dict(self):
        """Return state and options, with the parameters numbered in the order of the groups, as torch does.

        The tensors are the live ones, not copies: use `copy.deepcopy` to keep them while training goes on.
        """
        params = [param for group in self.param_groups for param in group["params"]]
        number = {param: i for i, param in enumerate(params)}
        return {
            "state": {number[param]: state for param, state in self.state.items() if state},
            "param_groups": [
                {**self.not_taught, **group, "params": [number[param] for param in group["params"]]}
                for group in self.param_groups
            ],
        }

    def load_state_dict(self, state_dict):
        """Continue where `state_dict`, ours or torch's, was saved; it is copied.

        Tensors follow the device and dtype of their parameter. Raises ValueError if the groups, their options or the
        shapes differ, and NotImplementedError if an option is on that this course does not teach; then nothing changes.
        """
        saved_groups = state_dict["param_groups"]
        sizes = [len(group["params"]) for group in self.param_groups]
        saved_sizes = [len(group["params"]) for group in saved_groups]
        if saved_sizes != sizes:
            raise ValueError(
                f"state_dict has parameter groups of sizes {saved_sizes}, this optimizer of sizes {sizes}: "
                "build the optimizer with the groups it was saved with"
            )
        groups, state = [], defaultdict(dict)
        for group, saved_group in zip(self.param_groups, saved_groups, strict=True):
            options = self.taught(saved_group)
            missing = [name for name in self.defaults if name not in options]
            if missing:
                raise ValueError(
                    f"state_dict has no option {', '.join(missing)}: load it into the kind of optimizer that saved it, "
                    f"not into {type(self).__name__}"
                )
            groups.append({**deepcopy(options), "params": group["params"]})
            for param, number in zip(group["params"], saved_group["params"], strict=True):
                saved_state = state_dict["state"].get(number, {})
                state[param] = {name: copy_for(param, name, value) for name, value in saved_state.items()}
        self.param_groups, self.state = groups, state

    def __repr__(self):
        lines = [f"{type(self).__name__} ("]
        for i, group in enumerate(self.param_groups):
            options = ", ".join(f"{name}={group[name]}" for name in self.defaults)
            lines.append(f"    group {i}: {options}, tensors: {len(group['params'])}")
        return "\n".join([*lines, ")"])


def step_counter():
    """Return the count of updates, at 0: a float tensor on the CPU, as torch keeps it."""
    return torch.zeros((), dtype=torch.float32, device="cpu")


def copy_for(param, name, value):
    """Return a copy of one entry of a saved state, on the device and in the dtype of `param`."""
    if name == "step":
        return torch.as_tensor(value, dtype=torch.float32, device="cpu").clone()
    if value.shape != param.shape:
        raise ValueError(
            f"{name} in state_dict has shape {tuple(value.shape)}, its parameter {tuple(param.shape)}: "
            "load it for the model that it was saved with"
        )
    return value.to(device=param.device, dtype=param.dtype, copy=True)
