"""A check leaves the random numbers alone and does not hang."""

import importlib
import random
import signal
import sys
import threading
import time

import numpy as np
import pytest
import torch

from course_lib.checks.core import Exercise, call
from course_lib.checks.limits import TimeUp, random_state_kept, time_limit


def run(answer, seconds=0.2):
    return Exercise(lambda answer: call(answer) and None, seconds).run(answer)


def endless():
    while True:
        pass


def endless_with_except():
    while True:
        try:
            time.sleep(0.01)
        except Exception:
            pass


def swallows_one_alarm():
    for _ in range(3):
        try:
            time.sleep(5)
        except:  # noqa: E722
            pass
    return 1


@pytest.mark.parametrize("answer", [endless, endless_with_except])
def test_endless_loop_ends(answer):
    start = time.monotonic()
    assert "still running after 0.2 s: an endless loop?" in str(run(answer))
    assert time.monotonic() - start < 2


def test_bare_except_is_alarmed_again():
    start = time.monotonic()
    run(swallows_one_alarm)
    assert time.monotonic() - start < 4


def test_alarm_is_off_and_the_old_handler_back():
    before = signal.getsignal(signal.SIGALRM)
    run(endless)
    run(lambda: 1)
    assert signal.getsignal(signal.SIGALRM) is before
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)


def test_alarm_of_others_goes_on():
    rung = []
    before = signal.signal(signal.SIGALRM, lambda *_: rung.append(1))
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.3)
        run(endless, 0.1)
        time.sleep(0.4)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert rung == [1]


def test_works_without_a_limit_in_another_thread():
    results = []
    thread = threading.Thread(target=lambda: results.append(run(lambda: time.sleep(0.3) or 1)))
    thread.start()
    thread.join()
    assert results[0].status == "right"


def test_import_is_not_cut_short(tmp_path, monkeypatch):
    (tmp_path / "slow_module.py").write_text("import time\ntime.sleep(0.4)\nready = True\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(TimeUp), time_limit(0.1):
        importlib.import_module("slow_module")
        time.sleep(1)
    assert sys.modules["slow_module"].ready


def test_random_state_is_kept():
    def draws():
        return random.random(), np.random.rand(), torch.rand(()).item()

    def seeds_and_draws():
        random.seed(1), np.random.seed(1), torch.manual_seed(1)
        return draws()

    random.seed(0), np.random.seed(0), torch.manual_seed(0)
    expected = draws()
    random.seed(0), np.random.seed(0), torch.manual_seed(0)
    run(seeds_and_draws)
    run(lambda: seeds_and_draws() and 1 / 0)
    assert draws() == expected


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device on this machine")
def test_random_state_of_cuda_is_kept():
    torch.cuda.manual_seed_all(0)
    expected = torch.rand(3, device="cuda")
    torch.cuda.manual_seed_all(0)
    with random_state_kept():
        torch.manual_seed(1)
        torch.rand(3, device="cuda")
    assert torch.rand(3, device="cuda").equal(expected)
