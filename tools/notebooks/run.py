"""The cells of a notebook as pytest items, run by nbval: one kernel for each notebook and device.

A notebook runs once for a device and a state. What it ran is kept for the book, and for the next pytest, which reports
it without running it again; a failure is never kept.

nbval 0.11 runs the cells; what is added here: the device, an environment of its own for each kernel, the states of
widgets, a dead kernel noticed at once (nbval waits for the whole timeout), one failure for each notebook and not one for
each later cell, and failures where nbval is silent: an unknown %magic, a message on stderr, a figure without alt text.
"""

import ast
import functools
import queue
import subprocess
import time
from pathlib import Path

import pytest
from nbval.kernel import RunningKernel
from nbval.plugin import IPyNbCell, IPyNbFile

from tools import execute
from tools.notebooks import needs
from tools.notebooks.environment import PRETEND, environment, kernel_manager
from tools.notebooks.figure_cells import figure_problems
from tools.notebooks.state import LIBRARY, state

FOLDERS = ("book", "exercises", "solutions")
DEVICES = ("cpu", "cuda")
NOT_HERE = "no CUDA device on this machine"
OUTPUT_TIMEOUT = 60  # seconds to wait for the outputs of a finished cell; nbval's 5 are too few on a busy machine
POLL = 1  # seconds between two looks at whether the kernel is alive


@functools.cache
def is_here(device):
    """Whether this machine has the device."""
    if device == "cpu" or device in PRETEND:
        return True
    import torch  # 2 s, so only where cuda is asked for

    return torch.cuda.is_available()


def check_devices(devices, require_cuda):
    """Raise where the devices asked for on the command line make no sense."""
    if unknown := set(devices) - {*DEVICES, *PRETEND}:
        raise pytest.UsageError(f"--devices: {', '.join(sorted(unknown))} is not one of {', '.join(DEVICES + PRETEND)}")
    if require_cuda and "cuda" not in devices:
        raise pytest.UsageError("--require-cuda: cuda is not in --devices")
    if require_cuda and not is_here("cuda"):
        raise pytest.UsageError(f"--require-cuda: {NOT_HERE}")


class KernelDied(Exception):
    """The kernel's process has ended."""


class Kernel(RunningKernel):
    """nbval's kernel, with the Python of this environment, the environment variables given and this tree's library."""

    def __init__(self, cwd, env, root, startup_timeout):
        self.status = "ok"
        self.updates = False  # whether a cell has changed an output that was shown before
        self.widgets = {}  # the state of each widget, by its id
        self.km = kernel_manager(env)
        no_file = ["--HistoryManager.hist_file=:memory:"]  # one file for all kernels would be locked
        self.km.start_kernel(stderr=subprocess.DEVNULL, cwd=cwd, env=env, extra_arguments=no_file)
        self.kc = self.km.client()
        self.kc.start_channels()
        self.kc.wait_for_ready(timeout=startup_timeout)
        self._ensure_iopub_up()
        library = self.value(f"str(__import__('importlib.util').util.find_spec('{LIBRARY}').origin)")
        if (root / LIBRARY).is_dir() and not Path(library).is_relative_to(root):
            self.stop()
            raise RuntimeError(f"the kernel would import {LIBRARY} from {library}, not from {root}: look at PYTHONPATH")

    def value(self, expression):
        """The value of an expression in the kernel."""
        message_id = self.kc.execute("", silent=True, user_expressions={"value": expression})
        while (message := self.get_message("shell", timeout=POLL))["parent_header"].get("msg_id") != message_id:
            pass
        return ast.literal_eval(message["content"]["user_expressions"]["value"]["data"]["text/plain"])

    def execute_cell_input(self, cell_input, allow_stdin=None):
        """nbval's, but with a history: without one, IPython would not see the semicolon that hides a result."""
        return self.kc.execute(cell_input, store_history=True, allow_stdin=allow_stdin, stop_on_error=False)

    def get_message(self, stream, timeout=None):
        """nbval's, which leaves out what a widget says of its state."""
        message = super().get_message(stream, timeout)
        self.updates |= message["msg_type"] == "update_display_data"
        if message["msg_type"] in ("comm_open", "comm_msg") and "state" in message["content"]["data"]:
            widget = self.widgets.setdefault(message["content"]["comm_id"], {"state": {}, "buffers": []})
            widget["state"] |= message["content"]["data"]["state"]
            widget["buffers"] += message["content"]["data"].get("buffer_paths", [])
        return message

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
            if self.parent.stored:
                self.test_outputs = self.parent.stored.outputs[self.cell_num]
                self.user_properties.append(("stored", self.parent.stored.seconds[self.cell_num]))
            else:
                begin = time.monotonic()
                super().runtest()
                self.parent.ran[self.cell_num] = (self.test_outputs, time.monotonic() - begin)
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
        if not self.parent.stored and self.parent.kernel.status == "error":
            self.raise_cell_error("The cell ended with an error and no traceback: an unknown %magic?")
        if not self.parent.stored and self.parent.kernel.updates:
            self.raise_cell_error("The cell updates what it displayed before, and the page would show the first state")
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
        self.stored = None  # the run that is kept for the present state
        self.ran = {}  # what this run gave: {number of the code cell: (outputs, seconds)}

    def collect(self):
        for item in super().collect():
            cell = Cell.from_parent(
                self, name=item.cell.get("id", item.name), cell_num=item.cell_num, cell=item.cell, options=item.options
            )
            cell.output_timeout = OUTPUT_TIMEOUT
            yield cell

    def setup(self):
        option, root = self.config.option, self.config.rootpath
        if not option.rerun:
            self.stored = execute.stored(self.path, root, self.name)
        if not self.stored:
            self.state = state(self.path, self.name, root)
            env = environment(self.name, self.path.parent.name, root)
            self.kernel = Kernel(str(self.path.parent), env, root, option.nbval_kernel_startup_timeout)
            self.setup_sanitize_files()

    def teardown(self):
        """Stop the kernel, and keep what ran: all of it, without a failure, in a state that has not changed meanwhile."""
        if self.kernel is None or not self.kernel.is_alive():
            return
        is_complete = len(self.ran) == sum(cell.cell_type == "code" for cell in self.nb.cells)
        is_same = self.state == state(self.path, self.name, self.config.rootpath)
        if is_complete and not self.failed and is_same:
            outputs, seconds = zip(*(self.ran[number] for number in sorted(self.ran)), strict=True)
            cpu_seconds = self.kernel.value("__import__('time').process_time()")
            run = execute.Run(outputs, seconds, cpu_seconds, self.kernel.widgets)
            execute.keep(run, self.path, self.config.rootpath, self.name)
        self.kernel.stop()
        if not is_same:
            raise RuntimeError("not kept: the notebook, or a file that it uses, changed while it ran. Run it again")


class Untested(pytest.Item):
    """A notebook on a device that is not here, or that needs a package that is not: one visible skip."""

    def __init__(self, *, reason, **kwargs):
        super().__init__(**kwargs)
        self.reason = reason

    def runtest(self):
        pytest.skip(self.reason)


class OnDevices(pytest.File):
    """book/13-momentum.ipynb, which holds book/13-momentum.ipynb::cpu and ::cuda."""

    def collect(self):
        names = needs.missing(self.path)
        for device in self.config.getoption("--devices").split(","):
            if names or not is_here(device):
                yield Untested.from_parent(self, name=device, reason=needs.reason(names) if names else NOT_HERE)
            else:
                yield Notebook.from_parent(self, path=self.path, name=device, nodeid=f"{self.nodeid}::{device}")
