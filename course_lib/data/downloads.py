"""One bounded attempt to download MNIST with torchvision."""

import contextlib
import functools
import http.client
import io
import os
import socket
import tempfile
import threading
import urllib.request
from pathlib import Path

CONNECT_SECONDS = 5


@functools.cache
def download(root, names):
    """Try once in this process to bring MNIST's files `names` (a tuple) to root/MNIST/raw.

    Returns "" when they are there, and otherwise the reason why not, in words. Never tries under pytest or with
    `COURSE_OFFLINE=1`. A mirror that does not answer within five seconds is given up. An interrupted download leaves
    nothing behind.
    """
    if os.environ.get("COURSE_OFFLINE", "") not in ("", "0"):
        return "COURSE_OFFLINE is set"
    if "PYTEST_VERSION" in os.environ:
        return "tests do not download"

    from torchvision.datasets import MNIST  # here, because the import takes three seconds

    url = MNIST.mirrors[0] + MNIST.resources[0][0]
    reason = why_silent(url)
    if reason:
        return f"{url} did not answer: {reason}"
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(CONNECT_SECONDS)  # torchvision sets none, and a stalled connection would hang for ever
    try:
        root.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=root) as fresh, progress_bar():
            MNIST(fresh, download=True)
            raw = root / "MNIST" / "raw"
            raw.mkdir(parents=True, exist_ok=True)
            for name in names:
                os.replace(Path(fresh) / "MNIST" / "raw" / name, raw / name)
    except (OSError, RuntimeError, http.client.HTTPException) as error:
        return f"the download failed: {error}"
    finally:
        socket.setdefaulttimeout(before)
    return ""


def why_silent(url):
    """Return why `url` gives no answer within CONNECT_SECONDS, or "" when it does.

    The question is put in a thread, since neither the look-up of the name nor several addresses to try are bounded
    by a timeout of the connection.
    """
    answer = []

    def ask():
        try:
            urllib.request.urlopen(urllib.request.Request(url, method="HEAD"), timeout=CONNECT_SECONDS).close()
            answer.append("")
        except (OSError, http.client.HTTPException) as error:
            answer.append(str(error))

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(CONNECT_SECONDS)
    return answer[0] if answer else f"no answer in {CONNECT_SECONDS} seconds"


def progress_bar():
    """Return a context in which torchvision's progress bar shows, or none does with `CI` or `COURSE_QUIET` set."""
    is_quiet = os.environ.get("CI") or os.environ.get("COURSE_QUIET")
    return contextlib.redirect_stderr(io.StringIO()) if is_quiet else contextlib.nullcontext()
