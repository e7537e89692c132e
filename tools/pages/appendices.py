"""Write the generated appendices from the executed notebooks: every claim, and the concordance with the lectures.

usage: appendices.py                     writes book/claims.md, book/concordance.md and book/api.md
       appendices.py --save FILE.json    saves the claims of this machine's run, to be committed (a CUDA column)
"""

import argparse
import hashlib
import json
import platform
import sys
from datetime import date
from pathlib import Path

from tools.execute import ROOT, executed, notebooks
from tools.pages.api import api_markdown
from tools.pages.lectures import concordance_markdown

CUDA = ROOT / "benchmarks" / "results" / "claims-cuda.json"


def claims_of(notebook):
    """The claims of one executed notebook, in order, each with the id of its cell."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            record = output.get("metadata", {}).get("course", {}).get("claim")
            if record:
                yield {**record, "cell": cell.id}


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


def saved_column():
    """What was measured on CUDA, by (notebook, cell, text); empty where nothing was saved."""
    if not CUDA.exists():
        return {}
    saved = json.loads(CUDA.read_text("utf8"))
    old = "" if saved["library"] == library_hash() else " (older version)"
    return {(r["notebook"], r["cell"], r["index"]): (r["measured"] or r["status"]) + old for r in saved["claims"]}


def row(cells):
    """One row of a Markdown table."""
    return "| " + " | ".join(cell.replace("|", r"\|").replace("\n", " ") for cell in cells) + " |"


def claims_markdown(pages, cuda):
    """The page of claims: a table for each chapter, with a column for each device."""
    count = sum(len(claims) for _, _, claims in pages)
    devices = {record["device"] for _, _, claims in pages for record in claims}
    here = " and ".join(sorted(devices)).upper() or "this device"
    lines = [
        "# Every claim in this book, and what we measured",
        "",
        f"Assertions in this book: {count}. Each ran when this page was built. Had one been false, there "
        "would be no page. A ranking rests on at least five seeds, the same on both sides; its interval is that of the "
        "mean paired difference.",
        "",
    ]
    heads = ["claim", f"measured on {here}"] + (["measured on CUDA"] if cuda else [])
    if not cuda:
        lines += ["No run on CUDA has been saved yet.", ""]
    for name, title, claims in pages:
        if claims:
            lines += [f"## [{title}](/{name})", "", row(heads), row(["---"] * len(heads))]
            for index, record in enumerate(claims):
                measured = record["measured"] or {"holds": "holds", "not run": "not run"}[record["status"]]
                other = [cuda.get((name, record["cell"], index), "")] if cuda else []
                lines.append(row([record["text"], measured, *other]))
            lines.append("")
    return "\n".join(lines)


def save(path, pages):
    """Write this run's claims as JSON, with the machine and the versions."""
    import torch

    device = torch.cuda.get_device_name() if torch.cuda.is_available() else platform.processor()
    claims = [
        {"notebook": name, "index": i, **record} for name, _, records in pages for i, record in enumerate(records)
    ]
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
        (ROOT / "book" / "claims.md").write_text(claims_markdown(pages, saved_column()) + "\n", "utf8")
        (ROOT / "book" / "concordance.md").write_text(concordance_markdown(ROOT) + "\n", "utf8")
        titles = {name: title for name, title, _ in pages}
        (ROOT / "book" / "api.md").write_text(api_markdown(ROOT, titles) + "\n", "utf8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
