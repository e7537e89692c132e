"""What the benchmarks share: timing in turns, the machine it was done on, a JSON file of the numbers."""

import json
import os
import platform
import statistics
import time
from datetime import datetime, timezone
from importlib.metadata import version
from pathlib import Path

import torch

from course_lib.seed import get_device

RESULTS = Path(__file__).parent / "results"
os.environ["COURSE_QUIET"] = "1"  # a progress bar takes time too


def synchronize():
    """Wait until the device has done what was asked of it."""
    if get_device().type == "cuda":
        torch.cuda.synchronize()


def seconds(run):
    """Return how long `run()` takes."""
    synchronize()
    start = time.perf_counter()
    run()
    synchronize()
    return time.perf_counter() - start


def in_turns(runs, repeats=7, clock=seconds):
    """Return, for each name in the dict `runs`, the list of `repeats` times, after one run to warm up.

    The runs take turns, so that a busy moment of the machine hits all of them, and each round begins with another one,
    so that none always follows the same.
    """
    times = {name: [] for name in runs}
    for repeat in range(repeats + 1):
        first = repeat % len(runs)
        for name, run in [*runs.items()][first:] + [*runs.items()][:first]:
            time_taken = clock(run)
            if repeat > 0:
                times[name].append(time_taken)
    return times


def medians(times):
    """Return the median of each list."""
    return {name: statistics.median(values) for name, values in times.items()}


def over(times, base):
    """Return, for each list in the dict `times`, the quartiles of its ratios to the list of `base`, round by round."""
    ratios = {name: [taken / bare for taken, bare in zip(values, times[base])] for name, values in times.items()}
    return {name: statistics.quantiles(values, n=4, method="inclusive") for name, values in ratios.items()}


def processor():
    """Return the name of the processor."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def save(name, numbers):
    """Write `numbers` with machine, versions, date and device to results/NAME.json (NAME-cuda.json on CUDA)."""
    device = get_device()
    machine = {"processor": processor(), "cores": os.cpu_count(), "threads": torch.get_num_threads()}
    if hasattr(os, "getloadavg"):
        machine["load"] = round(os.getloadavg()[0], 1)  # processes that wanted to run, ours included
    if device.type == "cuda":
        machine["gpu"] = torch.cuda.get_device_name()
    record = {
        "machine": machine,
        "versions": {
            "python": platform.python_version(),
            "torch": torch.__version__,
            "course_lib": version("course-lib"),
        },
        "date": datetime.now(timezone.utc).date().isoformat(),
        "device": device.type,
        "numbers": numbers,
    }
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / (f"{name}.json" if device.type == "cpu" else f"{name}-{device.type}.json")
    path.write_text(json.dumps(record, indent=2) + "\n")
    print(f"\n{machine}\nwritten to {path.relative_to(Path(__file__).parent.parent)}")
