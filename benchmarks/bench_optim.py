"""A step of our optimizers against one of torch's with its default settings. Goal on a CPU: at most 1.2 times as long."""

import torch
from record import in_turns, medians, save

from course_lib import optim
from course_lib.models import mlp
from course_lib.seed import get_device, seed_everything

NETS = {"64-128-64-10": 300, "784-1000-100-10": 40}  # steps in a run
CASES = {
    "SGD": ("SGD", {"lr": 1e-3}),
    "SGD, momentum": ("SGD", {"lr": 1e-3, "momentum": 0.9}),
    "Adagrad": ("Adagrad", {}),
    "RMSprop": ("RMSprop", {}),
    "Adam": ("Adam", {}),
    "AdamW": ("AdamW", {}),
}


def stepper(module, kind, options, sizes, n_steps):
    """Return a function that does `n_steps` steps of the optimizer on fixed gradients."""
    seed_everything(0)
    params = list(mlp(*sizes).to(get_device()).parameters())
    for param in params:
        param.grad = torch.randn_like(param)
    optimizer = getattr(module, kind)(params, **options)

    def run():
        for _ in range(n_steps):
            optimizer.step()

    return run


def main():
    numbers = {}
    print(f"{'net':18}{'optimizer':16}{'ours µs/step':>14}{'torch µs/step':>15}{'ratio':>8}")
    for net, n_steps in NETS.items():
        sizes = [int(size) for size in net.split("-")]
        numbers[net] = {}
        for name, (kind, options) in CASES.items():
            modules = {"ours": optim, "torch": torch.optim}
            runs = {side: stepper(module, kind, options, sizes, n_steps) for side, module in modules.items()}
            times = medians(in_turns(runs))
            ours, theirs = (times[side] / n_steps * 1e6 for side in ("ours", "torch"))
            numbers[net][name] = {"ours_us": ours, "torch_us": theirs, "ratio": ours / theirs}
            print(f"{net:18}{name:16}{ours:14.1f}{theirs:15.1f}{ours / theirs:8.2f}")
    save("optim", numbers)


if __name__ == "__main__":
    main()
