"""Execute the book's notebooks in parallel, into a cache that notices the library, the lock, the data and the settings.

usage: execute.py [--jobs N]

Jupyter's cache looks at a notebook's code only, so a page would show old results after a change in `course_lib`. Here each
state of everything else has a cache of its own. What is in it is not run again; the book is then rendered from it.
"""

import argparse
import hashlib
import os
import sys
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path

import nbformat
from jupyter_cache import get_cache
from jupyter_cache.cache.main import CacheBundleIn
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("book", "solutions")
TIMEOUT = 300  # seconds a cell may take
# Where things are and how much is printed: these cannot change a result.
NEUTRAL = {"COURSE_CHROMIUM", "COURSE_PIP_URL", "COURSE_QUIET", "COURSE_DATA_DIR", "COURSE_COLAB"}


def notebooks(root=ROOT):
    """The notebooks that the book executes; exercises are shown, not run."""
    return [path for folder in FOLDERS for path in sorted((root / folder).glob("*.ipynb"))]


def cache_path(root=ROOT):
    """The folder of the cache for the present state of the library, the lock, the data and the settings."""
    return Path(root) / "_build" / ".jupyter_cache" / state(root)


def state(root=ROOT):
    """A short hash of everything but the notebooks that a result can depend on."""
    digest = hashlib.sha256()
    files = [p for p in sorted((root / "course_lib").rglob("*")) if p.suffix in (".py", ".js", ".css", ".mplstyle")]
    files += [root / "requirements.lock", *sorted((root / "benchmarks" / "results").glob("*.json"))]
    if data := os.environ.get("COURSE_DATA_DIR"):
        files += sorted(p for p in Path(data, "MNIST", "raw").glob("*") if p.is_file())
    for path in files:
        digest.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    for name in sorted(n for n in os.environ if n.startswith("COURSE_") and n not in NEUTRAL):
        digest.update(f"{name}={os.environ[name]}\0".encode())
    return digest.hexdigest()[:16]


def execute(path, settings=None, allow_errors=False):
    """Run one notebook as the book does; return it with its outputs, and the seconds of CPU time that it took.

    CPU time, not time on the clock: several kernels run at once, and a budget must not depend on who else is busy.
    """
    os.environ.update(
        {
            "OMP_NUM_THREADS": "1",
            "COURSE_QUIET": "1",
            "COURSE_STRICT": "1" if path.parent.name == "solutions" else "",
            "MPLBACKEND": "module://matplotlib_inline.backend_inline",
            "JUPYTER_PREFER_ENV_PATH": "1",
            **(settings or {}),
        }
    )
    notebook = nbformat.read(path, as_version=4)
    before = os.times()
    NotebookClient(
        notebook,
        timeout=TIMEOUT,
        kernel_name="python3",
        allow_errors=allow_errors,
        record_timing=False,  # it would stand in the metadata, which the cache is keyed by
        extra_arguments=["--IPKernelApp.log_level=ERROR"],  # ipykernel 7 warns of every local connection
        resources={"metadata": {"path": str(path.parent)}},
    ).execute()
    after = os.times()
    return notebook, (after.children_user + after.children_system) - (before.children_user + before.children_system)


def problems(notebook):
    """What a cell wrote to stderr: the page would show it."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if output.output_type == "stream" and output.name == "stderr":
                yield f"cell {cell.id} wrote to stderr: {output.text.strip()}"


def executed(path, root=ROOT):
    """The cached notebook with its outputs; KeyError where it has not been executed in this state."""
    cache = get_cache(str(cache_path(root)))
    _, merged = cache.merge_match_into_notebook(nbformat.read(path, as_version=4))
    return merged


def seconds(path, root=ROOT):
    """The CPU time, in seconds, that the cached run of a notebook took."""
    return (
        get_cache(str(cache_path(root)))
        .match_cache_notebook(nbformat.read(path, as_version=4))
        .data["execution_seconds"]
    )


def is_cached(cache, path):
    try:
        cache.match_cache_notebook(nbformat.read(path, as_version=4))
    except KeyError:
        return False
    return True


def execute_all(root=ROOT, jobs=None):
    """Execute what is not in the cache of the present state; return how many notebooks failed."""
    cache = get_cache(str(cache_path(root)))
    todo = [path for path in notebooks(root) if not is_cached(cache, path)]
    print(f"notebooks: {len(notebooks(root))}, to execute: {len(todo)}", flush=True)
    failed = 0
    with ProcessPoolExecutor(max_workers=jobs, mp_context=get_context("spawn")) as pool:
        futures = {pool.submit(execute, path): path for path in todo}
        for future in as_completed(futures):
            name = futures[future].relative_to(root)
            try:
                notebook, took = future.result()
            except CellExecutionError as error:
                failed += 1
                print(f"{name}: failed\n{error}", file=sys.stderr)
                continue
            found = list(problems(notebook))
            failed += bool(found)
            for problem in found:
                print(f"{name}: {problem}", file=sys.stderr)
            if not found:
                bundle = CacheBundleIn(notebook, str(futures[future]), data={"execution_seconds": took})
                cache.cache_notebook_bundle(bundle, overwrite=True, check_validity=False)
                print(f"{name}: {took:.1f} s of CPU time", flush=True)
    return failed


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="kernels at once (default: one per core)")
    return 1 if execute_all(jobs=parser.parse_args().jobs) else 0


if __name__ == "__main__":
    sys.exit(main())
