"""What a check must not do to a learner's session: hang it, or leave it other than it was."""

import contextlib
import random
import signal
import sys
import threading
import time
import warnings

import numpy
import torch

IMPORTING = "<frozen importlib._bootstrap>"


class TimeUp(BaseException):
    """The alarm of `within`; no Exception, so that a learner's ``except Exception`` lets it through."""


def within(seconds, work):
    """``work()``, with `TimeUp` raised inside it after `seconds`.

    It is raised only while `work` is on the stack, so never in the clean-up or later. An ``except`` that swallows
    it hears it again and again, until it rings outside the ``try``: so a loop around a catch-all ends too.
    No Python code can interrupt one long call inside C (``sum(range(10**13))``, one product in torch): there, in
    threads other than the main one and where there are no alarms (Windows), nothing ends `work`; see `child`.
    """
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
        return work()
    watched, rings, chance = [], 0, random.Random(0)

    def inside():
        watched.append(sys._getframe())
        return work()

    def ring(signum, frame):
        nonlocal rings
        rung, importing = frame.f_code is ring.__code__, False
        while frame and frame not in watched:
            importing = importing or frame.f_code.co_filename == IMPORTING
            frame = frame.f_back
        if frame is None:
            return
        rings += 1
        # A loop of catch-alls is left only if the second ring comes in the microseconds between `except` and `try`.
        pause = 0.05 if importing or rings < 4 else 0.001 if rung else 10 ** chance.uniform(-5.5, -4)
        signal.setitimer(signal.ITIMER_REAL, pause)
        if not importing and not rung:  # an import cut short would leave that module broken
            raise TimeUp

    handler = signal.signal(signal.SIGALRM, ring)
    start = time.monotonic()
    left, interval = signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        return inside()
    finally:  # `inside` has left the stack: a ring that comes now does nothing
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, handler)
        watched.clear()
        if left:  # somebody else's alarm was running
            signal.setitimer(signal.ITIMER_REAL, max(left - (time.monotonic() - start), 0.001), interval)


@contextlib.contextmanager
def random_state_kept():
    """Leave the generators of Python, NumPy and torch (CPU and CUDA) as they were before the block."""
    python, arrays, cpu = random.getstate(), numpy.random.get_state(), torch.get_rng_state()
    cuda = torch.cuda.get_rng_state_all() if torch.cuda.is_initialized() else None
    try:
        yield
    finally:
        random.setstate(python)
        numpy.random.set_state(arrays)
        torch.set_rng_state(cpu)
        if cuda is not None:
            torch.cuda.set_rng_state_all(cuda)


@contextlib.contextmanager
def _setting(read, write, value):
    """Inside the block the setting has this value, afterwards the one from before."""
    before = read()
    if before != value:  # torch pays for some settings with every later call, even if the value is the default
        write(value)
    try:
        yield
    finally:
        if read() != before:
            write(before)


def _set_device(device):
    torch.set_default_device(None if device.type == "cpu" else device)  # even "cpu" would cost each call something


def _deterministic():
    return torch.are_deterministic_algorithms_enabled(), torch.is_deterministic_algorithms_warn_only_enabled()


@contextlib.contextmanager
def session_kept():
    """Inside the block torch and NumPy are as in a fresh session, afterwards as they were before it.

    Covers default dtype and device, gradient and inference mode, deterministic algorithms, precision of products,
    warnings (not shown inside), NumPy's errors and print options, random numbers, trace and profile functions.
    """
    tracers = sys.gettrace(), sys.getprofile()
    with contextlib.ExitStack() as stack:
        for read, write, value in (
            (torch.get_default_dtype, torch.set_default_dtype, torch.float32),
            (torch.get_default_device, _set_device, torch.device("cpu")),
            (torch.get_float32_matmul_precision, torch.set_float32_matmul_precision, "highest"),
            (
                _deterministic,
                lambda value: torch.use_deterministic_algorithms(value[0], warn_only=value[1]),
                (False, False),
            ),
        ):
            stack.enter_context(_setting(read, write, value))
        stack.enter_context(torch.inference_mode(False))
        stack.enter_context(torch.enable_grad())
        stack.enter_context(numpy.errstate(all="warn"))
        stack.enter_context(numpy.printoptions())
        stack.enter_context(warnings.catch_warnings())
        warnings.simplefilter("ignore")
        stack.enter_context(random_state_kept())
        try:
            yield
        finally:
            if (sys.gettrace(), sys.getprofile()) != tracers:
                sys.settrace(tracers[0])
                sys.setprofile(tracers[1])
