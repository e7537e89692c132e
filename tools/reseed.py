"""Rerun every notebook of the book under many offsets of all seeds, and list the claims that failed once.

usage: claims.py [--offsets N] [--jobs N] [NOTEBOOK ...]

A claim that fails here holds by luck: it needs more seeds, a wider band or a more modest sentence. The same goes for an
assertion in a cell without a claim.
"""

import argparse
import sys
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path

from tools.execute import JOBS, ROOT, execute
from tools.pages.appendices import claims_of


def run(path, offset):
    """The claims of one notebook with every seed moved by `offset`, and what else failed; a failure does not stop it."""
    notebook, _ = execute(path, {"COURSE_SEED": str(offset)}, allow_errors=True)
    claims = list(claims_of(notebook))
    listed = {record["cell"] for record in claims if record["status"] == "fails"}
    errors = [
        (cell.id, output.ename, output.evalue)
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if output.output_type == "error" and cell.id not in listed
    ]
    return claims, errors


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--offsets", type=int, default=20)
    parser.add_argument("--jobs", type=int, default=JOBS)
    parser.add_argument("notebook", nargs="*", type=Path, help="such as book/13-momentum.ipynb (default: all of book/)")
    arguments = parser.parse_args()
    paths = [path.resolve() for path in arguments.notebook] or sorted((ROOT / "book").glob("*.ipynb"))
    checked, failed, broken = 0, 0, []
    with ProcessPoolExecutor(max_workers=arguments.jobs, mp_context=get_context("spawn")) as pool:
        # Offsets are far apart: seeds 0 to 15 of one run are none of the next one's.
        futures = {
            pool.submit(run, path, 1000 * i): (path, 1000 * i) for i in range(arguments.offsets) for path in paths
        }
        for future in as_completed(futures):
            path, offset = futures[future]
            records, errors = future.result()
            broken += [f"{path.name} under {offset}: cell {cell}: {name}: {value}" for cell, name, value in errors]
            for record in records:
                checked += 1
                if record["status"] == "fails":
                    failed += 1
                    print(f"{path.name} under {offset}: {record['text']} ({record['measured']})", flush=True)
    print(f"{checked} claims checked under {arguments.offsets} offsets of the seeds, {failed} failed")
    for line in broken:
        print(line, file=sys.stderr)
    return 1 if failed or broken else 0


if __name__ == "__main__":
    sys.exit(main())
