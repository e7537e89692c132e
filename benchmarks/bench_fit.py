"""What `fit` costs over the bare loop: zero_grad, forward, loss, backward, step over the same resident batches.

Both sum the loss on the device and read it once an epoch; evaluation is timed in neither. Goals: 1.05 on the digits net
and 1.02 on 784-1000-100-10.
"""

import time

import torch
from record import in_turns, medians, save, synchronize
from torch import nn

from course_lib import optim
from course_lib.data.loaders import Loader
from course_lib.models import mlp
from course_lib.seed import get_device, seed_everything
from course_lib.train import epochs

BATCH = 32
NETS = {"64-128-64-10": (1078, 50, 1.05), "784-1000-100-10": (1600, 5, 1.02)}  # images, epochs, goal


class Bare:
    """The loop without ours around it."""

    def seconds(self, model, optimizer, loss_fn, loader, n_epochs):
        start = time.perf_counter()
        for _ in range(n_epochs):
            total = 0.0
            for inputs, targets in loader:
                optimizer.zero_grad()
                loss = loss_fn(model(inputs), targets)
                loss.backward()
                optimizer.step()
                total = total + loss.detach() * len(targets)
            total.item()
        synchronize()
        return time.perf_counter() - start


class Fit:
    """The loop of the library; also the loader to evaluate on, which thereby knows when training has paused."""

    def seconds(self, model, optimizer, loss_fn, loader, n_epochs):
        self.batch = next(iter(loader))
        self.total, self.start = 0.0, time.perf_counter()
        for _ in epochs(model, optimizer, loss_fn, loader, self, n_epochs):
            self.start = time.perf_counter()
        return self.total

    def __iter__(self):
        synchronize()
        self.total += time.perf_counter() - self.start
        return iter([self.batch])


def main():
    device, numbers = get_device(), {}
    print(f"{'net':18}{'bare µs/step':>14}{'fit µs/step':>14}{'ratio':>8}{'goal':>8}")
    for name, (n_images, n_epochs, goal) in NETS.items():
        sizes = [int(size) for size in name.split("-")]
        seed_everything(0)
        inputs, targets = torch.rand(n_images, sizes[0]), torch.randint(10, (n_images,))
        loader = Loader(inputs.to(device), targets.to(device), BATCH, shuffle=True)

        def run(loop, sizes=sizes, loader=loader, n_epochs=n_epochs):
            seed_everything(0)
            model = mlp(*sizes).to(device)
            optimizer = optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
            return loop.seconds(model, optimizer, nn.CrossEntropyLoss(), loader.reseeded(0), n_epochs)

        times = medians(in_turns({"bare": Bare(), "fit": Fit()}, clock=run))
        bare, fit = (times[loop] / (n_epochs * len(loader)) * 1e6 for loop in ("bare", "fit"))
        numbers[name] = {"bare_us": bare, "fit_us": fit, "ratio": fit / bare, "goal": goal}
        print(f"{name:18}{bare:14.1f}{fit:14.1f}{fit / bare:8.3f}{goal:8.2f}")
    save("fit", numbers)


if __name__ == "__main__":
    main()
