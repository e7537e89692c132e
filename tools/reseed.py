"""Rerun every chapter under other offsets of all seeds, and count the claims and assertions that fail.

usage: reseed.py [--jobs N] [NOTEBOOK ...]           the twenty open offsets: mend what fails
       reseed.py --closed N [--date YYYY-MM-DD]      N offsets drawn by the date; saves benchmarks/results/reseed.json

A claim that fails under an open offset holds by luck: it needs more seeds from the start, a wider band or a more modest
sentence. Nobody tunes on closed offsets; the page of claims reports the failure rate under them as it is.
"""

import argparse
import json
import platform
import random
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

from tools.execute import JOBS, ROOT, execute
from tools.notebooks import needs
from tools.pages.appendices import RESULTS, claims_of, key, library_hash

# Offsets are far apart: seeds 0 to 999 of one run are none of the next one's.
STEP, OPEN, LARGEST = 1000, 20, 4_000_000


def open_offsets():
    return [STEP * i for i in range(OPEN)]


def closed_offsets(count, day):
    """Offsets that the date decides, and nobody's choice; none of them is open."""
    return [STEP * i for i in random.Random(day.isoformat()).sample(range(OPEN, LARGEST), count)]


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


def counts(results):
    """Per claim and per other assertion how often it was run and failed, from {(notebook, offset): (claims, errors)}."""
    runs, failed, errors = Counter(), Counter(), Counter()
    for (notebook, _), (claims, broken) in results.items():
        for record in claims:
            if record["status"] != "not run":
                runs[notebook, *key(record)] += 1
                failed[notebook, *key(record)] += record["status"] == "fails"
        errors.update((notebook, cell, name) for cell, name, _ in broken)
    return {
        "claims": [
            {"notebook": notebook, "cell": cell, "number": number, "runs": n, "failed": failed[notebook, cell, number]}
            for (notebook, cell, number), n in sorted(runs.items())
        ],
        "assertions": [
            {"notebook": notebook, "cell": cell, "error": name, "failed": n}
            for (notebook, cell, name), n in sorted(errors.items())
        ],
        "reruns": len(results),
        "broken": sum(bool(broken) for _, broken in results.values()),
    }


def rerun(paths, offset, jobs):
    """Run each notebook under one offset, `jobs` at once, and print what fails."""
    results = {}
    with ThreadPoolExecutor(max_workers=jobs) as pool:  # the kernels are processes of their own
        for path, (claims, errors) in zip(paths, pool.map(run, paths, [offset] * len(paths)), strict=True):
            results[path.relative_to(ROOT).as_posix(), offset] = claims, errors
            for record in claims:
                if record["status"] == "fails":
                    print(f"{path.name} under {offset}: {record['text']} ({record['measured']})", flush=True)
            for cell, name, value in errors:
                print(f"{path.name} under {offset}: cell {cell}: {name}: {value}", flush=True)
    return results


def save(path, day, offsets, found):
    """Write what the closed offsets gave, with the versions."""
    versions = {"python": platform.python_version(), "library": library_hash()}
    path.write_text(
        json.dumps({"date": day.isoformat(), **versions, "offsets": offsets, **found}, indent=1) + "\n", "utf8"
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--closed", type=int, metavar="N", help="draw N offsets by the date, and save what they give")
    parser.add_argument("--date", type=date.fromisoformat, default=date.today(), help="the date (default: today)")
    parser.add_argument("--jobs", type=int, default=JOBS, help="kernels at once")
    parser.add_argument("notebook", nargs="*", type=Path, help="such as book/13-momentum.ipynb (default: all of book/)")
    arguments = parser.parse_args()
    if arguments.closed and arguments.notebook:
        parser.error("--closed measures the whole book: name no notebook")
    book = [path for path in sorted((ROOT / "book").glob("*.ipynb")) if not needs.missing(path)]
    paths = [path.resolve() for path in arguments.notebook] or book
    offsets = closed_offsets(arguments.closed, arguments.date) if arguments.closed else open_offsets()
    results, found = {}, {}
    for number, offset in enumerate(offsets, 1):
        results |= rerun(paths, offset, arguments.jobs)
        found = counts(results)
        print(f"{number} of {len(offsets)} offsets done", flush=True)
        if arguments.closed:  # after each offset, in the order drawn: whoever stops early keeps what is whole
            save(RESULTS / "reseed.json", arguments.date, offsets[:number], found)
    checks, failed = (sum(record[name] for record in found["claims"]) for name in ("runs", "failed"))
    others = sum(record["failed"] for record in found["assertions"])
    print(
        f"{checks} checks of claims under {len(offsets)} offsets of the seeds, {failed} failed; {others} other failures"
    )
    return int(not arguments.closed and failed + others > 0)  # closed offsets are a measurement, not a test


if __name__ == "__main__":
    sys.exit(main())
