"""The cells of a notebook as pytest items, run by nbval: one kernel for each notebook and device.

nbval 0.11 runs the cells; what is added here: the device, an environment of its own for each kernel, a dead kernel
noticed at once (nbval waits for the whole timeout), one failure for each notebook and not one for each later cell, and
failures where nbval is silent: an unknown %magic, a message on stderr, a figure without alt text.
"""

import functools
import os
import queue
import subprocess
import time

import pytest
from nbval.kernel import CURRENT_ENV_KERNEL_NAME, RunningKernel, start_new_kernel
from nbval.plugin import IPyNbCell, IPyNbFile

from tools.notebooks.figure_cells import figure_problems

FOLDERS = ("book", "exercises", "solutions")
DEVICES = ("cpu", "cuda")
NOT_HERE = "no CUDA device on this machine"
OUTPUT_TIMEOUT = 60  # seconds to wait for the outputs of a finished cell; nbval's 5 are too few on a busy machine
POLL = 1  # seconds between two looks at whether the kernel is alive


@functools.cache
def is_here(device):
    """Whether this machine has the device."""
    if device == "cpu":
        return True
    import torch  # 2 s, so only where cuda is asked for

    return torch.cuda.is_available()


def check_devices(devices, require_cuda):
    """Raise where the devices asked for on the command line make no sense."""
    if unknown := set(devices) - set(DEVICES):
        raise pytest.UsageError(f"--devices: {', '.join(sorted(unknown))} is not one of {', '.join(DEVICES)}")
    if require_cuda and "cuda" not in devices:
        raise pytest.UsageError("--require-cuda: cuda is not in --devices")
    if require_cuda and not is_here("cuda"):
        raise pytest.UsageError(f"--require-cuda: {NOT_HERE}")


def environment(device, folder):
    """The environment of a kernel: the same for everyone, whatever is set outside."""
    # PYTEST_*: ipykernel would stop catching what compiled code writes to stderr, and the book's build catches it.
    env = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST_") and k != "COURSE_STRICT"}
    env |= {
        "COURSE_DEVICE": device,
        "COURSE_QUIET": "1",
        "COURSE_OFFLINE": "1",
        "OMP_NUM_THREADS": "1",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    }
    if folder == "solutions":
        env["COURSE_STRICT"] = "1"  # a check raises
    return env


class KernelDied(Exception):
    """The kernel's process has ended."""


class Kernel(RunningKernel):
    """nbval's kernel, with the Python of this environment and the environment variables given."""

    def __init__(self, cwd, env, startup_timeout):
        self.status = "ok"
        self.km, self.kc = start_new_kernel(
            startup_timeout, CURRENT_ENV_KERNEL_NAME, stderr=subprocess.DEVNULL, cwd=cwd, env=env
        )
        self._ensure_iopub_up()

    def await_reply(self, msg_id, timeout=None):
        """Wait for the reply and keep its status; raise queue.Empty after `timeout` seconds, KernelDied at once."""
        end = time.monotonic() + timeout
        while True:
            try:
                message = self.get_message("shell", timeout=POLL)
            except queue.Empty:
                if not self.is_alive():
                    raise KernelDied from None
                if time.monotonic() > end:
                    raise
                continue
            if message["parent_header"].get("msg_id") == msg_id:
                self.status = message["content"]["status"]
                return


class Cell(IPyNbCell):
    """One code cell, named by its id."""

    def setup(self):
        if self.parent.failed:
            pytest.skip(f"cell {self.parent.failed} of this notebook failed")

    def runtest(self):
        try:
            super().runtest()
            self.look_at_outputs()
        except pytest.skip.Exception:
            raise
        except KernelDied:
            self.parent.failed = self.name
            self.raise_cell_error("The kernel died: out of memory, or a crash in compiled code")
        except Exception:
            self.parent.failed = self.name
            raise
        finally:
            self.user_properties += [("claim", {**claim, "cell": self.name}) for claim in claims(self.test_outputs)]

    def look_at_outputs(self):
        """Fail where nbval does not."""
        if self.options["check_exception"]:
            return
        if self.parent.kernel.status == "error":
            self.raise_cell_error("The cell ended with an error and no traceback: an unknown %magic?")
        if self.parent.path.parent.name == "exercises":
            return  # a stub or a bug to be found may warn, and the book shows these pages without running them
        text = "".join(out.text for out in self.test_outputs if out.output_type == "stream" and out.name == "stderr")
        if text.strip():
            self.raise_cell_error(f"The cell wrote to stderr, and the page would show it:\n{text}")
        for problem in figure_problems(self.cell.metadata, self.test_outputs):
            self.raise_cell_error(problem)

    def reportinfo(self):
        return self.path, None, self.nodeid


def claims(outputs):
    """The records that `course_lib.claims.claim` left in the metadata of a cell's outputs."""
    records = (out.get("metadata", {}).get("course", {}).get("claim") for out in outputs or [])
    return [record for record in records if record]


class Notebook(IPyNbFile):
    """A notebook on one device."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.failed = None  # the name of the cell that failed

    def collect(self):
        for item in super().collect():
            cell = Cell.from_parent(
                self, name=item.cell.get("id", item.name), cell_num=item.cell_num, cell=item.cell, options=item.options
            )
            cell.output_timeout = OUTPUT_TIMEOUT
            yield cell

    def setup(self):
        option = self.config.option
        folder = self.path.parent
        self.kernel = Kernel(str(folder), environment(self.name, folder.name), option.nbval_kernel_startup_timeout)
        self.setup_sanitize_files()


class Untested(pytest.Item):
    """A notebook on a device that is not here: one visible skip."""

    def runtest(self):
        pytest.skip(NOT_HERE)


class OnDevices(pytest.File):
    """book/13-momentum.ipynb, which holds book/13-momentum.ipynb::cpu and ::cuda."""

    def collect(self):
        for device in self.config.getoption("--devices").split(","):
            if is_here(device):
                yield Notebook.from_parent(self, path=self.path, name=device, nodeid=f"{self.nodeid}::{device}")
            else:
                yield Untested.from_parent(self, name=device)
