"""The table at the end of a test run: notebooks on each device, claims, seconds."""

from collections import defaultdict
from dataclasses import dataclass, field


@dataclass
class Row:
    """One folder of notebooks."""

    outcomes: dict = field(default_factory=lambda: defaultdict(dict))  # device -> notebook -> outcome
    claims: list = field(default_factory=list)  # (notebook, device, record)
    seconds: dict = field(default_factory=lambda: defaultdict(float))  # (notebook, device) -> seconds


def rows(reports):
    """Sum the reports of pytest by folder; reports of other tests are left out."""
    table = defaultdict(Row)
    for report in reports:
        path, _, rest = report.nodeid.partition(".ipynb::")
        if not rest:
            continue
        folder, _, notebook = path.rpartition("/")
        device, _, cell = rest.partition("::")
        row = table[folder]
        outcomes = row.outcomes[device]
        stored = dict(report.user_properties).get("stored") if report.when == "call" else None
        if report.failed:
            outcomes[notebook] = "failed"
        elif stored is not None:
            outcomes.setdefault(notebook, "stored")
        elif report.when == "call" or not cell:
            outcomes.setdefault(notebook, "run" if cell else "skipped")
        row.seconds[notebook, device] += report.duration if stored is None else stored
        if report.when == "call":
            row.claims += [(notebook, device, value) for name, value in report.user_properties if name == "claim"]
    return dict(sorted(table.items()))


def lines(reports, devices):
    """The table as lines of text: empty where no notebook was run."""
    table = rows(reports)
    if not table:
        return []
    grid = [["", *devices, "claims checked", "not run", "seconds", "longest"]]
    for folder, row in table.items():
        checked = sum(record["status"] != "not run" for _, _, record in row.claims)
        grid.append(
            [
                folder,
                *(count(row.outcomes[device].values()) for device in devices),
                str(checked),
                str(len(row.claims) - checked),
                f"{sum(row.seconds.values()):.0f}",
                longest(row.seconds),
            ]
        )
    widths = [max(map(len, column)) for column in zip(*grid, strict=True)]
    text = [
        "  ".join(
            word.ljust(width) if i in (0, len(widths) - 1) else word.rjust(width)
            for i, (word, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in grid
    ]
    missing = {
        (folder, notebook, record["cell"], record["text"])
        for folder, row in table.items()
        for notebook, _, record in row.claims
        if record["status"] == "not run"
    }
    text += [f"not run: {folder}/{notebook} {cell}: {sentence}" for folder, notebook, cell, sentence in sorted(missing)]
    outcomes = [state for row in table.values() for on_device in row.outcomes.values() for state in on_device.values()]
    text.append(f"{outcomes.count('run')} ran now, {outcomes.count('stored')} are reported from the stored run.")
    for device in devices:
        states = [state for row in table.values() for state in row.outcomes[device].values()]
        if states and set(states) == {"skipped"}:
            text.append(f"{device.upper()} was not tested: this machine has no such device.")
    return text


def count(states):
    """For example "24", "24 skipped" or "3, 20 stored, 1 failed"."""
    states = list(states)
    parts = []
    for state in ("run", "stored", "failed", "skipped"):
        if n := states.count(state):
            parts.append(f"{n}" if state == "run" else f"{n} {state}")
    return ", ".join(parts) or "-"


def longest(seconds):
    (notebook, device), most = max(seconds.items(), key=lambda item: item[1])
    return f"{most:.1f} s {notebook} on {device}"
