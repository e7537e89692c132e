"""What a check must not do to a learner's session: change its random numbers, or hang."""

import contextlib
import random
import signal
import threading
import time

import numpy
import torch


class TimeUp(BaseException):
    """The alarm of `time_limit`; no Exception, so that a learner's ``except Exception`` lets it through."""


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
def time_limit(seconds):
    """Raise `TimeUp` inside the block after `seconds`; no limit in other threads and where there are no alarms."""
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
        yield
        return

    def ring(signum, frame):
        while frame and frame.f_code.co_filename != "<frozen importlib._bootstrap>":
            frame = frame.f_back
        if frame is None:  # an import cut short would leave that module broken: the next ring is soon enough
            raise TimeUp

    handler = signal.signal(signal.SIGALRM, ring)
    start = time.monotonic()
    left, interval = signal.setitimer(signal.ITIMER_REAL, seconds, 0.1)  # again and again: a bare except swallows one
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, handler)
        if left:  # somebody else's alarm was running
            signal.setitimer(signal.ITIMER_REAL, max(left - (time.monotonic() - start), 0.001), interval)
