"""Write the generated appendices: every claim, the concordance with the lectures, what they get wrong, and the API.

usage: appendices.py                     writes claims.md, concordance.md, slips.md and api.md into book/
       appendices.py --save FILE.json    saves the claims of this machine's run, to be committed (a CUDA column)
"""

import argparse
import hashlib
import json
import platform
import re
import sys
from collections import Counter
from datetime import date
from pathlib import Path

from tools.execute import ROOT, executed, notebooks
from tools.pages.api import api_markdown
from tools.pages.lectures import concordance_markdown
from tools.pages.slips import slips_markdown

RESULTS = ROOT / "benchmarks" / "results"
NOT_HERE = {"mnist": "MNIST is not here"}


def claims_of(notebook):
    """The claims of one executed notebook, in order, each with the id of its cell and its number in that cell."""
    for cell in notebook.cells:
        number = 0
        for output in cell.get("outputs", []):
            record = output.get("metadata", {}).get("course", {}).get("claim")
            if record:
                number += 1
                yield {**record, "cell": cell.id, "number": number}


def title_of(notebook):
    """The text of the notebook's first heading."""
    for cell in notebook.cells:
        for line in cell.source.splitlines():
            if cell.cell_type == "markdown" and line.startswith("# "):
                return line[2:].strip()
    raise ValueError("a notebook without a title: its first Markdown cell needs a line '# …'")


def library_hash(root=ROOT):
    """A short hash of course_lib's code, to tell whether a saved result belongs to it."""
    digest = hashlib.sha256()
    for path in sorted((root / "course_lib").rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def collect():
    """Every executed notebook: its path from the root, its title and its claims."""
    for path in notebooks():
        try:
            notebook = executed(path)
        except KeyError:
            raise SystemExit(
                f"{path.relative_to(ROOT)} has not been executed as things are: run tools/execute.py"
            ) from None
        yield path.relative_to(ROOT).as_posix(), title_of(notebook), list(claims_of(notebook))


def key(record):
    """What tells one claim of a notebook from the others."""
    return record["cell"], record["number"]


def saved_columns(results=RESULTS):
    """For each saved run, claims-cuda.json and its like: the heading, and what was measured by (notebook, cell, number)."""
    columns = []
    for path in sorted(results.glob("claims-*.json")):
        saved = json.loads(path.read_text("utf8"))
        old = "" if saved["library"] == library_hash() else " (older version)"
        head = f"measured on {path.stem.removeprefix('claims-').upper()}, {saved['device']}, {saved['date']}"
        cells = {(r["notebook"], *key(r)): (r["measured"] or r["status"]) + old for r in saved["claims"]}
        columns.append((head, cells))
    return columns


def row(cells):
    """One row of a Markdown table, its numbers tied to their per cent signs."""
    text = " | ".join(cell.replace("|", r"\|").replace("\n", " ") for cell in cells)
    return "| " + re.sub(r"(?<=\d) %", "\u00a0%", text) + " |"


def table(heads, rows):
    return [row(heads), row(["---"] * len(heads)), *map(row, rows), ""]


def link(name, record):
    """A link to the claim in its chapter; its target is set by sphinx_ext/cells.py."""
    return f"[{record['cell']}](/{name}#claim-{record['cell']}-{record['number']})"


def anchor(name, record):
    """The target of the link from the claim in its chapter to its row, which sphinx_ext/cells.py writes."""
    target = f"{name.removesuffix('.ipynb').replace('/', '-')}-{record['cell']}-{record['number']}"
    return f'<span id="{target}"></span>'


def counted(records):
    """How many assertions there are, how many held, how many were not run, and why."""
    missing = Counter(record["needs"] for record in records if record["status"] == "not run")
    held = sum(record["status"] == "holds" for record in records)
    parts = [f"{held} held", *(f"{n} not run, because {NOT_HERE[needs]}" for needs, n in missing.items())]
    return f"**{len(records)} assertions: {', '.join(parts)}.**"


UNITS = """\
An assertion that had failed would have stopped the build. A comparison names its unit of chance, what would be drawn anew
if somebody repeated it. A ranking holds where the 95\u00a0% interval of the mean difference excludes zero, "no difference
found" where it contains it. The interval is one

- over **seeds** or **draws**, independent runs or independent data sets: Student's t;
- over **examples**, two models on the same ones: the paired bootstrap, and McNemar's exact test where an answer is right or
  wrong;
- over **splits**, overlapping cuts of one data set: the corrected interval of Nadeau and Bengio.
"""


def reseeded_lines(pages, path=None):
    """How often claims failed under offsets of all seeds on which nobody tunes, as measured."""
    path = path or RESULTS / "reseed.json"
    lines = [
        "## Under other seeds",
        "",
        "Twenty fixed offsets of all seeds are *open*: a claim that fails under one of them is mended, by a more modest "
        "sentence, a wider band or a larger experiment. Some experiments of this book were enlarged until these twenty "
        "passed, so they no longer tell how often a claim holds by luck. *Closed* offsets do: they are drawn by a date, and "
        "nobody tunes on them.",
        "",
    ]
    if not path.exists():
        return [*lines, "No run under closed offsets has been saved yet.", ""]
    saved = json.loads(path.read_text("utf8"))
    checks, failed = (sum(record[name] for record in saved["claims"]) for name in ("runs", "failed"))
    old = "" if saved["library"] == library_hash() else " The library has changed since."
    lines += [
        f"Under {len(saved['offsets'])} closed offsets, drawn by {saved['date']}, {len(saved['claims'])} claims were "
        f"checked {checks:,} times; **{failed} of these checks failed ({failed / checks:.1%})**. In {saved['broken']} of "
        f"{saved['reruns']} reruns of a chapter another assertion failed.{old}",
        "",
    ]
    known = {(name, *key(record)): record for name, _, records in pages for record in records}
    rows = [
        [known[name]["text"], link(name[0], known[name]), f"{record['failed']} of {record['runs']}"]
        for record in saved["claims"]
        if record["failed"] and (name := (record["notebook"], *key(record))) in known
    ]
    rows += [
        [
            f"An assertion beside the sentences: {record['error']}",
            f"{record['notebook']}, {record['cell']}",
            f"{record['failed']}",
        ]
        for record in saved["assertions"]
    ]
    return lines + (table(["what failed", "where", "how often"], rows) if rows else [])


def claims_markdown(pages, columns, reseeded=()):
    """The page of claims: a table for each chapter, with a column for each device."""
    records = [record for _, _, claims in pages for record in claims]
    here = " and ".join(sorted({record["device"] for record in records})).upper() or "this device"
    lines = ["# Every claim in this book, and what we measured", "", counted(records), "", UNITS]
    if not columns:
        lines += ["No run on another device has been saved yet.", ""]
    lines += reseeded
    heads = ["claim", "where", f"measured on {here}", *(head for head, _ in columns)]
    for name, title, claims in pages:
        if claims:
            rows = [
                [
                    anchor(name, record) + record["text"],
                    link(name, record),
                    record["measured"] or record["status"],
                    *(cells.get((name, *key(record)), "") for _, cells in columns),
                ]
                for record in claims
            ]
            lines += [f"## [{title}](/{name})", "", *table(heads, rows)]
    return "\n".join(lines)


def save(path, pages):
    """Write this run's claims as JSON, with the machine and the versions."""
    import torch

    device = torch.cuda.get_device_name() if torch.cuda.is_available() else platform.processor()
    claims = [{"notebook": name, **record} for name, _, records in pages for record in records]
    text = json.dumps(
        {
            "date": date.today().isoformat(),
            "device": device,
            "torch": torch.__version__,
            "python": platform.python_version(),
            "library": library_hash(),
            "claims": claims,
        },
        indent=1,
    )
    path.write_text(text + "\n", "utf8")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--save", type=Path, help="write the claims of this run to a JSON file instead")
    arguments = parser.parse_args()
    pages = list(collect())
    if arguments.save:
        save(arguments.save, pages)
    else:
        claims = claims_markdown(pages, saved_columns(), reseeded_lines(pages))
        (ROOT / "book" / "claims.md").write_text(claims + "\n", "utf8")
        records = {}
        for name, _, found in pages:
            for record in found:
                records.setdefault((name, record["cell"]), []).append(record["text"])
        (ROOT / "book" / "concordance.md").write_text(concordance_markdown(ROOT, records) + "\n", "utf8")
        (ROOT / "book" / "slips.md").write_text(slips_markdown(ROOT) + "\n", "utf8")
        titles = {name: title for name, title, _ in pages}
        (ROOT / "book" / "api.md").write_text(api_markdown(ROOT, titles) + "\n", "utf8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
