"""What the notebooks ran, for each device and state: kept by nbval, read by the book. As a script: run what is missing.

usage: python -m tools.execute [--jobs N]

A run is a JSON file in _build/runs/<device>/, named by its notebook and its state (tools/notebooks/state.py).

Where nothing is missing, this ends after some tenths of a second: Jupyter's packages, which take two seconds, are
imported by the functions that need them.
"""

import argparse
import json
import os
import subprocess
import sys
from dataclasses import dataclass

from tools.notebooks import needs
from tools.notebooks.cells import code
from tools.notebooks.environment import ROOT, environment, kernel_manager, warm_fonts
from tools.notebooks.state import NO_MNIST, ingredients, state

FOLDERS = ("book", "solutions")
TIMEOUT = 300  # seconds a cell may take
JOBS = min(os.cpu_count() or 1, 61)  # Windows waits for no more processes than that
CPU_SECONDS = "import time\nprint(time.process_time())"
WIDGETS = "application/vnd.jupyter.widget-state+json"
KEPT = 4  # states of a notebook on a device: to go back to an earlier one costs nothing


@dataclass
class Run:
    """What a notebook gave on a device: for each code cell its outputs and its seconds on the clock."""

    outputs: list
    seconds: list
    cpu_seconds: float  # of the kernel: several run at once, and a budget must not depend on who else is busy
    widgets: dict  # the states of its widgets


def notebooks(root=ROOT):
    """The notebooks that the book shows with their outputs; exercises are shown as the learner gets them."""
    return [path for folder in FOLDERS for path in sorted((root / folder).glob("*.ipynb"))]


def run_path(path, root=ROOT, device="cpu"):
    """Where the run of a notebook is kept, as the notebook and what it imports are now."""
    return root / "_build" / "runs" / device / path.parent.name / f"{path.stem}.{state(path, device, root)}.json"


def stored(path, root=ROOT, device="cpu"):
    """The run of a notebook as it is now; None where there is none."""
    import nbformat

    file = run_path(path, root, device)
    return Run(**nbformat.from_dict(json.loads(file.read_text("utf8")))) if file.exists() else None


def keep(run, path, root=ROOT, device="cpu"):
    """Keep a run for the present state: whole or not at all, and a few older ones of the same notebook."""
    file = run_path(path, root, device)
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_suffix(f".{os.getpid()}")
    draft.write_text(json.dumps(vars(run)), "utf8")
    draft.replace(file)
    older = sorted(file.parent.glob(f"{path.stem}.*.json"), key=lambda p: p.stat().st_mtime_ns, reverse=True)[KEPT:]
    for file in older:
        file.unlink(missing_ok=True)


def executed(path, root=ROOT, device="cpu"):
    """The notebook with the outputs of its run; KeyError where it has not run on the device as it is now.

    Without outputs, and with a line that says why, where a package that it alone needs is not installed.
    """
    import nbformat

    run = stored(path, root, device)
    if run is None and (names := needs.missing(path)):
        return needs.not_run(nbformat.read(path, as_version=4), names)
    if run is None:
        raise KeyError(missing(path, root, device))
    notebook = nbformat.read(path, as_version=4)
    for cell, outputs in zip(code(notebook), run.outputs, strict=True):
        cell.outputs = outputs
    notebook.metadata.language_info = {"name": "python", "pygments_lexer": "ipython3"}  # as a kernel would say
    if run.widgets:
        states = {key: saved_widget(**widget) for key, widget in run.widgets.items()}
        notebook.metadata.widgets = {WIDGETS: {"version_major": 2, "version_minor": 0, "state": states}}
    return notebook


def seconds(path, root=ROOT, device="cpu"):
    """The CPU time, in seconds, that the run of a notebook took; KeyError as in `executed`."""
    run = stored(path, root, device)
    if run is None:
        raise KeyError(missing(path, root, device))
    return run.cpu_seconds


def missing(path, root, device):
    return f"{path.relative_to(root).as_posix()} has not run on {device} as it is now: make book"


def saved_widget(state, buffers):
    """The state of a widget in the form that notebooks save."""
    names = {name: state.get(f"_{name}") for name in ("model_name", "model_module", "model_module_version")}
    return {**names, "state": state, "buffers": buffers}


def execute(path, settings=None, allow_errors=False):
    """Run one notebook now, under other settings and for another purpose than the book; return it and its CPU seconds.

    The kernel's environment is that of a run for the book on the CPU, changed by `settings`. Nothing is kept.
    """
    import nbformat
    from jupyter_client import AsyncKernelManager
    from nbclient import NotebookClient

    warm_fonts()
    env = environment("cpu", path.parent.name) | (settings or {})
    notebook = nbformat.read(path, as_version=4)
    last = nbformat.v4.new_code_cell(CPU_SECONDS)
    notebook.cells.append(last)
    client = NotebookClient(
        notebook,
        km=kernel_manager(env, AsyncKernelManager),
        timeout=TIMEOUT,
        allow_errors=allow_errors,
        record_timing=False,
        extra_arguments=["--IPKernelApp.log_level=ERROR"],  # ipykernel 7 warns of every local connection
        resources={"metadata": {"path": str(path.parent)}},
    )
    client.execute(env=env, cleanup_kc=True)  # a manager that is handed in is not shut down otherwise
    notebook.cells.remove(last)
    return notebook, float(last.outputs[0].text)


def fetch_mnist(paths, root=ROOT):
    """Try once to fetch MNIST where a notebook would use it and nobody forbids it: kernels are offline."""
    if os.environ.get("COURSE_DATA_DIR") or not any(NO_MNIST in ingredients(path, "cpu", root) for path in paths):
        return
    from course_lib.data import downloads, mnist_files  # here, because the import takes two seconds

    if reason := downloads.download(mnist_files.cache_root(), mnist_files.file_names()):
        print(
            f"MNIST is not here ({reason}): the digits stand in for it, and claims that need it are not run", flush=True
        )


def run_missing(root=ROOT, jobs=JOBS):
    """Let nbval run what is not kept for the present state; return pytest's exit status, 0 where nothing failed."""
    paths = notebooks(root)
    todo = [path for path in paths if not run_path(path, root).exists()]
    for path, names in [(path, names) for path in todo if (names := needs.missing(path))]:
        print(f"{path.relative_to(root).as_posix()} is shown without results: {needs.reason(names)}", flush=True)
        todo.remove(path)
    print(f"notebooks: {len(paths)}, to run: {len(todo)}", flush=True)
    if not todo:
        return 0
    fetch_mnist(todo, root)
    names = [path.relative_to(root).as_posix() for path in todo]
    options = ["--nbval-lax", "--devices=cpu", "--quiet", f"-n{min(jobs, len(todo))}"]
    return subprocess.run([sys.executable, "-m", "pytest", *options, *names], cwd=root).returncode


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--jobs", type=int, default=JOBS, help="kernels at once (default: one per core)")
    return run_missing(jobs=parser.parse_args().jobs)


if __name__ == "__main__":
    sys.exit(main())
