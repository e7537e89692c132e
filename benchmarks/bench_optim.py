"""A step of our optimizers against one of torch's with its default settings. Goal on a CPU: at most 1.2 times as long."""

import torch
from record import in_turns, medians, save

from course_lib import optim
from course_lib.models import mlp
from course_lib.seed import get_device, seed_everything

NETS = {"64-128-64-10": 300, "784-1000-100-10": 40, "ResNet-18": 4}  # steps in a run
CASES = {
    "SGD": ("SGD", {"lr": 1e-3}),
    "SGD, momentum": ("SGD", {"lr": 1e-3, "momentum": 0.9}),
    "Adagrad": ("Adagrad", {}),
    "RMSprop": ("RMSprop", {}),
    "Adam": ("Adam", {}),
    "Adam, amsgrad": ("Adam", {"amsgrad": True}),
    "AdamW": ("AdamW", {}),
}


def resnet18_shapes(n_classes=1000):
    """Return the shapes of a ResNet-18's 62 parameters, 11.7 million numbers, in torchvision's order."""
    shapes, before = [(64, 3, 7, 7), (64,), (64,)], 64
    for channels in (64, 128, 256, 512):
        norm = [(channels,)] * 2  # the scale and the shift of a batch normalization
        for _ in range(2):  # blocks of two convolutions
            shapes += [(channels, before, 3, 3), *norm, (channels, channels, 3, 3), *norm]
            if before != channels:  # the shortcut changes the number of channels too
                shapes += [(channels, before, 1, 1), *norm]
            before = channels
    return [*shapes, (n_classes, 512), (n_classes,)]


def params_of(net):
    """Return fresh parameters of the sizes of a net, each with a gradient."""
    seed_everything(0)
    device = get_device()
    if net == "ResNet-18":
        params = [(0.01 * torch.randn(shape, device=device)).requires_grad_() for shape in resnet18_shapes()]
    else:
        params = list(mlp(*[int(size) for size in net.split("-")]).to(device).parameters())
    for param in params:
        param.grad = torch.randn_like(param)
    return params


def stepper(module, kind, options, net, n_steps):
    """Return a function that does `n_steps` steps of the optimizer on fixed gradients."""
    params = params_of(net)
    optimizer = getattr(module, kind)(params, **options)

    def run():
        for _ in range(n_steps):
            optimizer.step()

    return run


def main():
    numbers = {}
    print(f"{'net':18}{'optimizer':16}{'ours µs/step':>14}{'torch µs/step':>15}{'ratio':>8}")
    for net, n_steps in NETS.items():
        numbers[net] = {}
        for name, (kind, options) in CASES.items():
            modules = {"ours": optim, "torch": torch.optim}
            runs = {side: stepper(module, kind, options, net, n_steps) for side, module in modules.items()}
            times = medians(in_turns(runs))
            ours, theirs = (times[side] / n_steps * 1e6 for side in ("ours", "torch"))
            numbers[net][name] = {"ours_us": ours, "torch_us": theirs, "ratio": ours / theirs}
            print(f"{net:18}{name:16}{ours:14.1f}{theirs:15.1f}{ours / theirs:8.2f}")
    save("optim", numbers)


if __name__ == "__main__":
    main()
