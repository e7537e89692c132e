"""A check leaves the session as it was, and comes to a verdict: in a copy of the process, and by an alarm without one."""

import importlib
import random
import signal
import sys
import threading
import time

import numpy as np
import pytest
import torch

from course_lib.checks import child
from course_lib.checks.core import Exercise, call
from course_lib.checks.limits import TimeUp, random_state_kept, session_kept, within

COPIES = pytest.mark.skipif(not child.can_copy(), reason="no copy of the process here: not Linux, or CUDA is there")
AFTER = 1.5  # seconds after its limit by which a verdict is there


def exercise(seconds=0.2):
    return Exercise(lambda answer: call(answer) and None, seconds)


def endless():
    while True:
        pass


def endless_list():
    return [i for i in iter(int, 1)]


def endless_with_except():
    while True:
        try:
            time.sleep(0.01)
        except Exception:
            pass


def catch_all():
    while True:
        try:
            time.sleep(0.01)
        except:  # noqa: E722
            pass


def catch_all_twice():
    while True:
        try:
            while True:
                try:
                    time.sleep(0.01)
                except BaseException:
                    pass
        except BaseException:
            pass


def loop_in_c():
    return sum(range(10**13))


PYTHON_LOOPS = [endless, endless_list, endless_with_except, catch_all, catch_all_twice]


@COPIES
@pytest.mark.parametrize("answer", [*PYTHON_LOOPS, loop_in_c])
def test_verdict_in_time(answer):
    start = time.monotonic()
    assert "still running after 0.2 s: an endless loop?" in str(exercise().run(answer))
    assert time.monotonic() - start < 0.2 + AFTER


@pytest.mark.parametrize("answer", PYTHON_LOOPS)
def test_alarm_alone_ends_every_loop_in_python(answer):
    start = time.monotonic()
    assert "still running after 0.2 s: an endless loop?" in str(exercise().run_here(answer))
    assert time.monotonic() - start < 10, "how often catch-alls hear it is chance"


@COPIES
def test_works_in_another_thread_too():
    results = []
    thread = threading.Thread(target=lambda: results.append(exercise().run(loop_in_c)))
    thread.start()
    thread.join(5)
    assert "still running" in str(results[0])


@COPIES
def test_copies_are_ended_with_all_that_they_start(tmp_path):
    note = tmp_path / "note"

    def starts_others():
        import subprocess

        subprocess.Popen([sys.executable, "-c", f"import time; time.sleep(1); open({str(note)!r}, 'w')"])
        return 1

    assert exercise(5).run(starts_others).status == "right"
    time.sleep(1.5)
    assert not note.exists()


def test_alarm_never_rings_in_the_clean_up_or_later():
    """The clean-up is made long and rung through: it neither breaks off nor leaves the alarm on."""
    before = signal.getsignal(signal.SIGALRM)
    for _ in range(20):
        with pytest.raises(TimeUp):
            within(0.02, endless)
        assert signal.getitimer(signal.ITIMER_REAL) == (0, 0) and signal.getsignal(signal.SIGALRM) is before
    ring = []
    within(5, lambda: ring.append(signal.getsignal(signal.SIGALRM)))
    ring[0](signal.SIGALRM, sys._getframe())  # a late ring: `within` is over
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)
    time.sleep(0.1)


def test_late_ring_of_one_call_does_not_hit_the_next():
    rings = []
    within(5, lambda: rings.append(signal.getsignal(signal.SIGALRM)))

    def second():
        rings[0](signal.SIGALRM, sys._getframe())
        return signal.getitimer(signal.ITIMER_REAL)[0]

    assert within(5, second) > 4, "the alarm of the second call is on"


def test_old_handler_is_back_after_an_error():
    before = signal.getsignal(signal.SIGALRM)
    with pytest.raises(ZeroDivisionError):
        within(5, lambda: 1 / 0)
    assert signal.getsignal(signal.SIGALRM) is before and signal.getitimer(signal.ITIMER_REAL) == (0, 0)


def test_alarm_of_others_goes_on():
    rung = []
    before = signal.signal(signal.SIGALRM, lambda *_: rung.append(1))
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.5)
        exercise(0.1).run_here(endless)
        time.sleep(0.6)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert rung == [1]


def test_no_alarm_in_another_thread():
    results = []
    thread = threading.Thread(target=lambda: results.append(exercise().run_here(lambda: time.sleep(0.3) or 1)))
    thread.start()
    thread.join()
    assert results[0].status == "right"


def test_import_is_not_cut_short(tmp_path, monkeypatch):
    (tmp_path / "slow_module.py").write_text("import time\ntime.sleep(0.4)\nready = True\n")
    monkeypatch.syspath_prepend(tmp_path)

    def work():
        importlib.import_module("slow_module")
        time.sleep(1)

    with pytest.raises(TimeUp):
        within(0.1, work)
    assert sys.modules.pop("slow_module").ready


# the session


def state():
    return (
        torch.get_default_dtype(),
        torch.get_default_device(),
        torch.is_grad_enabled(),
        torch.get_float32_matmul_precision(),
        torch.are_deterministic_algorithms_enabled(),
        torch.is_deterministic_algorithms_warn_only_enabled(),
        sys.gettrace(),
        sys.getprofile(),
        np.geterr(),
        np.get_printoptions(),
        random.random(),
        np.random.rand(),
        torch.rand((), device="cpu").item(),
    )


def seeded():
    random.seed(0), np.random.seed(0), torch.manual_seed(0)


def changes_everything():
    torch.set_default_dtype(torch.float64)
    torch.set_default_device("meta")
    torch.set_grad_enabled(False)
    torch.set_float32_matmul_precision("medium")
    torch.use_deterministic_algorithms(True, warn_only=True)
    sys.setprofile(lambda *_: None)
    sys.settrace(lambda *_: None)
    np.seterr(all="raise")
    np.set_printoptions(precision=1)
    random.seed(1), np.random.seed(1), torch.manual_seed(1)
    return 1


@pytest.mark.parametrize("run", ["run", "run_here"])
def test_session_is_what_it_was(run):
    seeded()
    expected = state()
    seeded()
    torch.use_deterministic_algorithms(False)  # imports a part of the compiler, once: not on the clock
    assert getattr(exercise(5), run)(changes_everything).status == "right"
    assert state() == expected


@pytest.mark.parametrize("run", ["run", "run_here"])
def test_check_sees_the_defaults_and_the_session_keeps_its_own(run):
    def defaults():
        x = torch.ones(2, requires_grad=True) * 2
        assert x.dtype == torch.float32 and x.requires_grad and x.device.type == "cpu" and not x.is_inference()
        assert not torch.are_deterministic_algorithms_enabled() and torch.get_float32_matmul_precision() == "highest"
        return 1

    before = torch.get_default_dtype(), torch.is_grad_enabled()
    try:
        changes_everything()
        sys.settrace(None), sys.setprofile(None)
        expected = state()[:6]
        assert str(getattr(exercise(5), run)(defaults)) == "✓ <lambda>: right"
        assert state()[:6] == expected
    finally:
        torch.set_default_dtype(before[0])
        torch.set_grad_enabled(before[1])
        torch.set_default_device(None)
        torch.set_float32_matmul_precision("highest")
        torch.use_deterministic_algorithms(False)
        np.seterr(all="warn", under="ignore")
        np.set_printoptions(precision=8)


def test_plain_session_pays_nothing():
    """A default device that has been set, even to "cpu", would make each later call of torch slower."""
    with session_kept():
        pass
    assert not torch.overrides._get_current_function_mode_stack()


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device on this machine")
def test_random_state_of_cuda_is_kept():
    torch.cuda.manual_seed_all(0)
    expected = torch.rand(3, device="cuda")
    torch.cuda.manual_seed_all(0)
    with random_state_kept():
        torch.manual_seed(1)
        torch.rand(3, device="cuda")
    assert torch.rand(3, device="cuda").equal(expected)
