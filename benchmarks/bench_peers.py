"""What a trainer costs over the bare loop: ours, a DataLoader loop, Lightning, skorch, ignite, Accelerate and Keras.

usage: make peers

One network, one data set, one optimizer, the same batches in the same order: all must end with the same weights, or the
run stops. Each is used in its ordinary way, without validation, logging, progress bar and checkpoints. Building models
and trainers is not timed, their `fit` is; ours always evaluates after an epoch, and that is not timed. `bare` and `fit`
take batches that are resident on the device, the others what a DataLoader collates; `loader`, the bare loop over a
DataLoader, says how much of their time that is. A ratio is the median over the rounds of time over the bare loop's.
"""

import logging
import os
import time
import warnings
from importlib.metadata import version

os.environ |= {"KERAS_BACKEND": "torch", "COURSE_DEVICE": os.environ.get("COURSE_DEVICE", "cpu")}

import torch  # noqa: E402
from bench_fit import Fit  # noqa: E402
from record import in_turns, medians, over, save, synchronize  # noqa: E402
from torch import nn  # noqa: E402
from torch.nn.functional import cross_entropy  # noqa: E402
from torch.utils.data import DataLoader, TensorDataset  # noqa: E402

from course_lib.data.loaders import Loader  # noqa: E402
from course_lib.seed import get_device, seed_everything  # noqa: E402

BATCH, LR, MOMENTUM = 32, 0.05, 0.9
NETS = {"64-128-64-10": (1078, 40, 1.05), "784-1000-100-10": (1600, 6, 1.02)}  # images, epochs, goal of `fit`
PACKAGES = ["lightning", "skorch", "pytorch-ignite", "accelerate", "keras"]


def network(sizes):
    seed_everything(0)
    layers = [module for n_in, n_out in zip(sizes, sizes[1:]) for module in (nn.Linear(n_in, n_out), nn.ReLU())]
    return nn.Sequential(*layers[:-1]).to(get_device())


def sgd(model):
    return torch.optim.SGD(model.parameters(), lr=LR, momentum=MOMENTUM)


def loop(model, batches, n_epochs):
    """The bare loop over any batches; the loss is summed on the device and read once an epoch."""
    optimizer, device = sgd(model), get_device()
    start = time.perf_counter()
    for _ in range(n_epochs):
        total = 0.0
        for inputs, targets in batches:
            inputs, targets = inputs.to(device), targets.to(device)
            optimizer.zero_grad()
            loss = cross_entropy(model(inputs), targets)
            loss.backward()
            optimizer.step()
            total = total + loss.detach() * len(targets)
        float(total)
    return start


def bare(model, inputs, targets, n_epochs):
    return loop(model, Loader(inputs.to(get_device()), targets.to(get_device()), BATCH), n_epochs)


def loader(model, inputs, targets, n_epochs):
    return loop(model, DataLoader(TensorDataset(inputs, targets), BATCH), n_epochs)


def ours(model, inputs, targets, n_epochs):
    batches = Loader(inputs.to(get_device()), targets.to(get_device()), BATCH)
    taken = Fit().seconds(model, sgd(model), cross_entropy, batches, n_epochs)
    return time.perf_counter() - taken


def lightning(model, inputs, targets, n_epochs):
    import lightning as L

    class Module(L.LightningModule):
        def __init__(self):
            super().__init__()
            self.model = model

        def training_step(self, batch, _):
            return cross_entropy(self.model(batch[0]), batch[1])

        def configure_optimizers(self):
            return sgd(self.model)

    off = dict.fromkeys(("logger", "enable_progress_bar", "enable_model_summary", "enable_checkpointing"), False)
    trainer = L.Trainer(max_epochs=n_epochs, accelerator=get_device().type, devices=1, **off)
    batches, module = DataLoader(TensorDataset(inputs, targets), BATCH), Module()
    start = time.perf_counter()
    trainer.fit(module, batches)
    return start


def skorch(model, inputs, targets, n_epochs):
    from skorch import NeuralNetClassifier

    net = NeuralNetClassifier(
        model, criterion=nn.CrossEntropyLoss, optimizer=torch.optim.SGD, lr=LR, optimizer__momentum=MOMENTUM,
        max_epochs=n_epochs, batch_size=BATCH, train_split=None, verbose=0, device=get_device().type,
    )  # fmt: skip
    net.initialize()
    start = time.perf_counter()
    net.partial_fit(inputs, targets)
    return start


def ignite(model, inputs, targets, n_epochs):
    from ignite.engine import create_supervised_trainer

    trainer = create_supervised_trainer(model, sgd(model), cross_entropy, device=get_device())
    batches = DataLoader(TensorDataset(inputs, targets), BATCH)
    start = time.perf_counter()
    trainer.run(batches, max_epochs=n_epochs)
    return start


def accelerate(model, inputs, targets, n_epochs):
    from accelerate import Accelerator

    accelerator = Accelerator(cpu=get_device().type == "cpu")
    batches = DataLoader(TensorDataset(inputs, targets), BATCH)
    model, optimizer, batches = accelerator.prepare(model, sgd(model), batches)
    start = time.perf_counter()
    for _ in range(n_epochs):
        for batch, labels in batches:
            optimizer.zero_grad()
            loss = cross_entropy(model(batch), labels)
            accelerator.backward(loss)
            optimizer.step()
    return start


def keras(model, inputs, targets, n_epochs):
    import keras

    linears = [layer for layer in model if isinstance(layer, nn.Linear)]
    relu = ["relu"] * (len(linears) - 1) + [None]
    dense = [keras.layers.Dense(layer.out_features, activation=name) for layer, name in zip(linears, relu)]
    net = keras.Sequential([keras.layers.Input((linears[0].in_features,)), *dense])
    for layer, linear in zip(dense, linears):
        layer.set_weights([linear.weight.detach().cpu().numpy().T, linear.bias.detach().cpu().numpy()])
    net.compile(
        keras.optimizers.SGD(LR, momentum=MOMENTUM), keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    )
    start = time.perf_counter()
    net.fit(inputs.numpy(), targets.numpy(), batch_size=BATCH, epochs=n_epochs, shuffle=False, verbose=0)
    taken = time.perf_counter() - start
    with torch.no_grad():  # hand the result back, to be compared
        for layer, linear in zip(dense, linears):
            linear.weight.copy_(layer.kernel.value.T)
            linear.bias.copy_(layer.bias.value)
    return time.perf_counter() - taken


TRAINERS = {
    "bare": bare, "fit": ours, "loader": loader, "lightning": lightning, "skorch": skorch, "ignite": ignite,
    "accelerate": accelerate, "keras": keras,
}  # fmt: skip


def ends(trainer, sizes, inputs, targets, n_epochs):
    """The outputs of the network for the first inputs, after training."""
    model = network(sizes)
    trainer(model, inputs, targets, n_epochs)
    with torch.no_grad():
        return model(inputs[:100].to(get_device()))


def main():
    warnings.filterwarnings("ignore")  # advice on workers and the like
    logging.disable(logging.WARNING)
    numbers = {"packages": {name: version(name) for name in PACKAGES}, "nets": {}}
    print(f"{'net':18}" + "".join(f"{name:>12}" for name in TRAINERS) + "   (µs a step; then over the bare loop)")
    for name, (n_images, n_epochs, goal) in NETS.items():
        sizes = [int(size) for size in name.split("-")]
        seed_everything(0)
        inputs, targets = torch.rand(n_images, sizes[0]), torch.randint(sizes[-1], (n_images,))
        expected = ends(bare, sizes, inputs, targets, 2)
        for label, trainer in TRAINERS.items():
            torch.testing.assert_close(
                ends(trainer, sizes, inputs, targets, 2), expected, rtol=1e-3, atol=1e-3, msg=f"{label} did other work"
            )

        def run(trainer, sizes=sizes, inputs=inputs, targets=targets, n_epochs=n_epochs):
            start = trainer(network(sizes), inputs, targets, n_epochs)
            synchronize()
            return time.perf_counter() - start

        n_steps = n_epochs * -(-n_images // BATCH)
        times = in_turns(TRAINERS, repeats=11, clock=run)
        us = {label: taken / n_steps * 1e6 for label, taken in medians(times).items()}
        quartiles = over(times, "bare")
        ratios = {label: median for label, (_, median, _) in quartiles.items()}
        numbers["nets"][name] = {"us": us, "ratio": ratios, "ratio_quartiles": quartiles, "goal_of_fit": goal}
        print(f"{name:18}" + "".join(f"{taken:12.1f}" for taken in us.values()))
        print(f"{'':18}" + "".join(f"{ratio:12.2f}" for ratio in ratios.values()))
        print(f"{'quartiles':18}" + "".join(f"{f'{low:.2f}–{high:.2f}':>12}" for low, _, high in quartiles.values()))
    save("peers", numbers)


if __name__ == "__main__":
    main()
