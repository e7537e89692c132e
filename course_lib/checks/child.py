"""Run a learner's code in a copy of the process, which can be ended from outside whatever it does.

A copy costs some hundredths of a second. All that the code does to its process (settings, caches, threads, changed
objects, patched functions) goes with it, and files that it makes by relative names. What it writes by absolute names
stays, and so does a process that it sends out of its group.
"""

import faulthandler
import gc
import json
import os
import select
import signal
import sys
import tempfile
import time
import warnings

import torch

from .limits import TimeUp

GRACE = 0.5  # seconds that the copy has to end by itself, with better words than ours
MEMORY = 2 << 30  # bytes that it may take beyond what the session has


class Ended(Exception):
    """The copy has ended without an answer; the text says how."""


def can_copy():
    """Whether a copy of this process can do what the process can: on Linux, unless CUDA is there.

    A CUDA context does not survive the copy, and on macOS neither do the system's libraries.
    """
    return sys.platform == "linux" and not torch.cuda.is_available()


def in_child(work, seconds):
    """``work()``, which JSON can express, computed in a copy of this process.

    Raises TimeUp if it has not come after `seconds` and half a second of grace, `Ended` if the copy has died.
    """
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        read, write = os.pipe()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # Python 3.12 warns of threads: see _live
            pid = os.fork()
        if pid == 0:
            _live(work, write, folder)
        os.close(write)
        try:
            line = _line(read, pid, time.monotonic() + seconds + GRACE)
        finally:
            os.close(read)
            _kill(pid)
            _, status = os.waitpid(pid, 0)
    if not line.endswith(b"\n"):
        code = os.waitstatus_to_exitcode(status)
        raise Ended(signal.Signals(-code).name if code < 0 else f"exit code {code}")
    return json.loads(line)


def _live(work, write, folder):
    """The whole life of the copy. Of the session's threads it has only this one, so it uses no locks of others."""
    try:
        os.setsid()  # a group of its own: it can be ended with all that it starts, and gets no Ctrl-C
        signal.set_wakeup_fd(-1)
        faulthandler.disable()
        gc.freeze()
        torch.set_num_threads(1)  # the other threads of OpenMP are not here, and would be waited for
        nowhere = os.open(os.devnull, os.O_RDWR)
        for standard in range(3):
            os.dup2(nowhere, standard)
        os.chdir(folder)
        tempfile.tempdir = folder
        _limit_memory()
        text = json.dumps(work()).encode() + b"\n"
        while text := text[os.write(write, text) :]:
            pass
        os._exit(0)
    finally:
        os._exit(1)


def _limit_memory():
    import resource

    with open("/proc/self/statm") as file:
        taken = int(file.read().split()[0]) * resource.getpagesize()
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    limit = taken + MEMORY if most == resource.RLIM_INFINITY else min(taken + MEMORY, most)
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _line(read, pid, deadline):
    """What the copy has written when its line is complete, or when it has died."""
    line, dead = b"", False
    while not line.endswith(b"\n"):
        if select.select([read], [], [], 0 if dead else 0.05)[0]:
            part = os.read(read, 1 << 16)
            line += part
            dead = dead or not part
        if dead:
            break
        dead = (
            os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
            and not select.select([read], [], [], 0)[0]
        )
        if time.monotonic() > deadline:
            raise TimeUp
    return line


def _kill(pid):
    for kill in (os.killpg, os.kill):  # its group is not there yet if it has just begun
        try:
            kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
