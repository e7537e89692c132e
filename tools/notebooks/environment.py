"""The environment of a kernel: the same for everyone, whatever is set outside. It goes to the kernel and nowhere else."""

import os
import subprocess
import sys
import uuid
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
SETTINGS = {
    "COURSE_QUIET": "1",
    "COURSE_OFFLINE": "1",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "OMP_NUM_THREADS": "1",
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",  # the debugger would warn of frozen modules
    "PYTHONHASHSEED": "0",
}
PRETEND = ("pretend_cuda", "pretend_mps")  # devices made of the CPU, which refuse what a GPU refuses


def environment(device, folder, root=ROOT):
    """The variables of a kernel that runs a notebook of `folder` ("book", "exercises" or "solutions") on a device."""
    # PYTEST_*: ipykernel would stop catching what compiled code writes to stderr, and a page must not have it.
    env = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST_") and k != "COURSE_STRICT"}
    env |= SETTINGS | {"COURSE_DEVICE": device}
    if folder == "solutions":
        env["COURSE_STRICT"] = "1"  # a check raises
    # The library of this tree, also where the environment was made for another: a clone that was copied or moved.
    folders = [root, root / "tools" / "pretend"] if device in PRETEND else [root]
    env["PYTHONPATH"] = os.pathsep.join([*map(str, folders), *filter(None, [os.environ.get("PYTHONPATH")])])
    if os.environ.get("COURSE_DATA_DIR"):  # a kernel runs in the notebook's folder, so a relative one would be lost
        env["COURSE_DATA_DIR"] = str(Path(os.environ["COURSE_DATA_DIR"]).expanduser().absolute())
    # Not the reader's settings of matplotlib, IPython and Keras, and not their home, which may be read-only.
    for name in ("MPLCONFIGDIR", "IPYTHONDIR", "JUPYTER_RUNTIME_DIR", "KERAS_HOME"):
        env[name] = str(root / "_build" / "kernel" / name.lower())
        Path(env[name]).mkdir(parents=True, exist_ok=True)
    return env


def kernel_manager(env, kind=None):
    """A manager for one kernel with the Python that runs this; it keeps its files where the environment says.

    `kind` is its class; without one, jupyter_client's KernelManager.
    """
    # Here, because a `make book` that runs nothing needs none of it.
    from jupyter_client import KernelManager
    from nbval.kernel import CURRENT_ENV_KERNEL_NAME, NbvalKernelspecManager

    file = Path(env["JUPYTER_RUNTIME_DIR"], f"kernel-{uuid.uuid4()}.json")
    specs = NbvalKernelspecManager()
    return (kind or KernelManager)(
        kernel_name=CURRENT_ENV_KERNEL_NAME, kernel_spec_manager=specs, connection_file=str(file)
    )


def warm_fonts(root=ROOT):
    """Let matplotlib list the fonts once, before the first kernel: on a slow machine it tells stderr, hence the page."""
    env = environment("cpu", "book", root)
    if not any(Path(env["MPLCONFIGDIR"]).glob("fontlist*.json")):
        print("matplotlib lists the fonts of this machine, once", flush=True)
        subprocess.run(
            [sys.executable, "-c", "import matplotlib.font_manager"], env=env, stderr=subprocess.DEVNULL, check=True
        )
