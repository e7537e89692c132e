"""The JavaScript of the book has no unknown, unused or shadowed name: by oxlint, which needs no Node."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from figure_page import FIGURES, ROOT

NAMES = sorted(path.parent.name for path in FIGURES.glob("*/view.js"))
OF_THE_PAGE = {"Search": "readonly", "MathJax": "writable"}  # what Sphinx and MathJax define
RULES = ("no-shadow", "no-undef", "no-unused-vars", "no-redeclare", "no-const-assign", "no-fallthrough")


def findings(folder, files):
    """What the linter finds in texts by their names: (file, line, message), sorted."""
    config = {
        "categories": {"correctness": "off"},
        "plugins": ["eslint"],
        "env": {"browser": True, "es2024": True},
        "globals": OF_THE_PAGE,
        "rules": dict.fromkeys(RULES, "error"),
    }
    (folder / "config.json").write_text(json.dumps(config))
    for name, text in files.items():
        (folder / name).write_text(text)
    linter = Path(sys.executable).with_name("oxlint")
    command = [linter, "--config", "config.json", "--format", "json", *files]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    answer = json.loads(done.stdout)
    assert answer["number_of_files"] == len(files), done.stderr
    return sorted((f["filename"], f["labels"][0]["span"]["line"], f["message"]) for f in answer["diagnostics"])


def test_figures(tmp_path):
    """Each with the base in its scope, as it runs; what the base offers must be used by one figure at least."""
    base = (FIGURES / "base.js").read_text()
    files = {f"{name}.mjs": base + (FIGURES / name / "view.js").read_text() for name in NAMES}
    in_base = base.count("\n")
    found = findings(tmp_path, files)
    offers = [(line, message) for _, line, message in found if line <= in_base and "never used" in message]
    unused = {offer for offer in offers if offers.count(offer) == len(NAMES)}
    own = [(file, line - in_base, message) for file, line, message in found if (line, message) not in offers]
    assert own == [] and unused == set()


SCRIPTS = [*(ROOT / "book" / "assets").glob("*.js"), *(ROOT / "sphinx_ext").glob("*.js")]


@pytest.mark.parametrize("path", sorted(SCRIPTS), ids=lambda path: path.name)
def test_scripts_of_the_pages(path, tmp_path):
    found = findings(tmp_path, {path.name: path.read_text()})
    if path.name == "search_order.js":
        assert [message for *_, message in found] == [
            "Variable 'Scorer' is declared but never used. Unused variables should start with a '_'."
        ]  # Sphinx looks for this name
    else:
        assert found == []


@pytest.mark.parametrize(
    "text, word",
    [
        ("const a = 1; export default [a].map((a) => a);", "'a' is already declared"),
        ("export default [missing];", "'missing' is not defined"),
        ("const a = 1; export default 2;", "'a' is declared but never used"),
    ],
)
def test_the_linter_finds(text, word, tmp_path):
    messages = [message for *_, message in findings(tmp_path, {"bad.mjs": text})]
    assert len(messages) == 1 and word in messages[0]
