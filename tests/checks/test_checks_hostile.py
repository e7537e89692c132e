"""Two hundred hostile answers in one process, then ordinary cells: none leaves a trace, each gets its verdict in time."""

import os
import random
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pytest
import torch
from answers import exercises
from test_checks_limits import catch_all, catch_all_twice, endless, endless_list, loop_in_c, state

from course_lib.checks import child
from course_lib.checks.core import Exercise, call

LIMIT = 0.2
EXERCISES = {
    key: exercise for key, exercise in exercises().items() if key.startswith(("workflow", "tensors", "momentum"))
}


def memory_in_a_loop():
    while True:
        torch.ones(3 * 10**7)


def memory_at_once():
    return torch.ones(10**9)


def list_without_end():
    values = []
    while True:
        values.extend(range(10**6))


def prints_without_end():
    while True:
        print("again")


def ends_python():
    os._exit(0)


def kills_itself():
    os.kill(os.getpid(), signal.SIGKILL)


def exits():
    sys.exit(1)


def interrupts():
    raise KeyboardInterrupt


def recursion():
    return recursion()


def own_alarm():
    signal.signal(signal.SIGALRM, signal.SIG_IGN)
    signal.setitimer(signal.ITIMER_REAL, 0.3, 0.3)
    time.sleep(0.1)


def threads_that_stay():
    for _ in range(3):
        threading.Thread(target=time.sleep, args=(60,)).start()


def processes_that_stay():
    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])


def settings():
    torch.set_default_dtype(torch.float64)
    torch.set_grad_enabled(False)
    torch.set_num_threads(1)
    sys.setrecursionlimit(200)
    np.seterr(all="raise")
    random.seed(0)
    os.environ["HOSTILE"] = "1"
    sys.settrace(lambda *_: None)


def patches():
    torch.allclose = torch.equal = lambda *_, **__: True
    torch.Tensor.__eq__ = lambda *_: True


def files():
    with open("trace.txt", "w") as file:
        file.write("here")


class Agreeable(float):
    """Equal to everything, and never less."""

    def __eq__(self, other):
        return True

    __hash__ = float.__hash__


class Raises:
    def __getattr__(self, name):
        raise KeyboardInterrupt(name)

    def __repr__(self):
        raise ValueError("no text")


CALLS = [
    endless, endless_list, catch_all, catch_all_twice, loop_in_c, memory_in_a_loop, memory_at_once, list_without_end,
    prints_without_end, ends_python, kills_itself, exits, interrupts, recursion, own_alarm, threads_that_stay,
    processes_that_stay, settings, patches, files,
]  # fmt: skip
HARMLESS = [own_alarm, threads_that_stay, processes_that_stay, settings, patches, files]
VALUES = [
    Agreeable(1), Raises(), float("nan"), 10**400, "x" * 10**7, [0] * 10**7, torch.zeros(10**7), np.zeros(10**7),
    range(10**15), iter(int, 1), Raises, Exercise, object(), {}, set(), b"", 1j, True, torch.zeros(2, device="meta"),
    torch.zeros(3).to_sparse(), torch.nn.Linear(2, 1), lambda *_: Raises(), lambda *_: torch.zeros(10**6), lambda *_: {},
]  # fmt: skip


def seen():
    return (
        state(),
        torch.get_num_threads(),
        sys.getrecursionlimit(),
        os.getcwd(),
        sorted(os.listdir()),
        dict(os.environ),
        threading.active_count(),
        signal.getsignal(signal.SIGALRM),
        signal.getitimer(signal.ITIMER_REAL),
        torch.equal,
        torch.Tensor.__eq__,
        sys.stdout,
    )


def children():
    with open(f"/proc/self/task/{os.getpid()}/children") as file:
        return file.read().split()


@pytest.mark.skipif(not child.can_copy(), reason="no copy of the process here: not Linux, or CUDA is there")
def test_two_hundred_hostile_calls_leave_no_trace(tmp_path, monkeypatch, record_property):
    monkeypatch.chdir(tmp_path)
    exercise = Exercise(lambda answer: call(answer) and None, LIMIT)
    chance = random.Random(1)
    hostile = [(exercise, chance.choice(CALLS)) for _ in range(100 - len(CALLS))] + [(exercise, bad) for bad in CALLS]
    for other in EXERCISES.values():
        other.warm_up()
    hostile += [(chance.choice(list(EXERCISES.values())), chance.choice(VALUES)) for _ in range(100)]
    random.seed(0), np.random.seed(0), torch.manual_seed(0)
    before = seen()
    random.seed(0), np.random.seed(0), torch.manual_seed(0)
    there, seconds = children(), []
    for check, answer in hostile:
        start = time.monotonic()
        result = check.run(answer)
        seconds.append(time.monotonic() - start)
        assert result.status == "wrong" or check is exercise and answer in HARMLESS, str(result)
        assert len(str(result)) < 1000
        assert check is not exercise or seconds[-1] < LIMIT + 2, f"{answer.__name__} took {seconds[-1]:.1f} s"
    record_property("seconds", f"mean {sum(seconds) / len(seconds):.2f}, most {max(seconds):.2f}")
    print(f"verdicts of {len(hostile)} calls: mean {sum(seconds) / len(seconds):.2f} s, most {max(seconds):.2f} s")
    assert seen() == before and children() == there
    # ordinary cells
    time.sleep(3 * LIMIT)
    x = torch.ones(3, requires_grad=True)
    (x * x).sum().backward()
    assert x.grad.tolist() == [2, 2, 2] and torch.ones(1).dtype == torch.float32
    rung = []
    old = signal.signal(signal.SIGALRM, lambda *_: rung.append(1))
    signal.setitimer(signal.ITIMER_REAL, 0.05)
    time.sleep(0.2)
    signal.signal(signal.SIGALRM, old)
    assert rung == [1]
