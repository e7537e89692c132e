"""The workflows are valid, ask for no more rights than they need, and call targets that exist."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parent.parent.parent
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
READ = {"contents": "read"}
MAY_WRITE = {("publish.yml", "deploy"): {"pages": "write", "id-token": "write"}}
SCRIPTS = (".ci/run", "README.md", "CONTRIBUTING.md", "book/index.md")
# In Markdown a target stands in code: a sentence may say "make sense".
CALLED = {
    ".md": re.compile(r"(?:^|`)(?:[A-Z_]+=\S+ )*make ([a-z-]+)", re.MULTILINE),
    "": re.compile(r"(?<![\w.-])make ([a-z-]+)"),
}


def load(text):
    """A workflow as data; YAML 1.1 reads the key `on` as true."""
    workflow = yaml.safe_load(text)
    return {("on" if key is True else key): value for key, value in workflow.items()}


def targets(makefile):
    return set(re.findall(r"(?m)^([a-z-]+):(?!=)", makefile))


def called_targets(text, suffix=""):
    """The make targets that a script or a page names; a script's comments are left out."""
    return set(CALLED[suffix].findall(text if suffix == ".md" else re.sub(r"(?m)(^|\s)#.*$", "", text)))


def problems(name, text):
    """What is wrong with one workflow, apart from its form."""
    workflow = load(text)
    if workflow.get("permissions") != READ:
        yield "permissions are not read-only at the top"
    if "concurrency" not in workflow:
        yield "no concurrency: old runs go on beside new ones"
    if "pull_request_target" in workflow["on"]:
        yield "pull_request_target runs a fork's code with our rights"
    for job_name, job in workflow["jobs"].items():
        if job.get("permissions", READ) != MAY_WRITE.get((name, job_name), READ):
            yield f"{job_name}: asks for {job.get('permissions', READ)}"
        if not isinstance(job.get("timeout-minutes"), int):
            yield f"{job_name}: no timeout"
        if "self-hosted" in job["runs-on"] and "head.repo.full_name == github.repository" not in job.get("if", ""):
            yield f"{job_name}: a fork's code could run on our machine"
        for step in job["steps"]:
            if "uses" in step and not re.fullmatch(r"actions/[a-z-]+@v\d+", step["uses"]):
                yield f"{job_name}: {step['uses']} is not an action of GitHub at a major version"
            keeps_token = step.get("with", {}).get("persist-credentials", True)
            if step.get("uses", "").startswith("actions/checkout") and keeps_token:
                yield f"{job_name}: the checkout keeps its token"
            if "${{ github.event" in step.get("run", ""):
                yield f"{job_name}: text from outside goes into a shell"


def test_the_workflows_are_there():
    assert [path.name for path in WORKFLOWS] == ["ci.yml", "nightly.yml", "publish.yml"]


def check(*paths):
    command = [
        sys.executable,
        "-m",
        "check_jsonschema",
        "--builtin-schema",
        "vendor.github-workflows",
        *map(str, paths),
    ]
    return subprocess.run(command, capture_output=True, text=True)


def test_the_workflows_have_the_form_that_github_expects():
    run = check(*WORKFLOWS)
    assert run.returncode == 0, run.stdout


def test_a_wrong_form_is_found(tmp_path):
    (tmp_path / "bad.yml").write_text(WORKFLOWS[0].read_text("utf8").replace("runs-on", "run-on"), "utf8")
    run = check(tmp_path / "bad.yml")
    assert run.returncode == 1 and "'runs-on' is a required property" in run.stdout, run.stdout + run.stderr


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_the_workflow_is_careful(path):
    assert list(problems(path.name, path.read_text("utf8"))) == []


@pytest.mark.parametrize(
    "before, after, problem",
    [
        ("  contents: read", "  contents: write", "permissions are not read-only"),
        ("concurrency:", "env:", "no concurrency"),
        ("  pull_request:", "  pull_request_target:", "pull_request_target runs"),
        ("    timeout-minutes: 60\n    strategy", "    strategy", "cpu: no timeout"),
        (" == github.repository)", ")", "cuda: a fork's code could run"),
        ("actions/setup-python@v6", "actions/setup-python@main", "cpu: actions/setup-python@main is not"),
        ("actions/setup-python@v6", "someone/setup-python@v6", "cpu: someone/setup-python@v6 is not"),
        ("bash .ci/run", "echo ${{ github.event.issue.title }}", "cpu: text from outside"),
        ("    runs-on: ubuntu-24.04", "    runs-on: ubuntu-24.04\n    permissions: {packages: write}", "cpu: asks for"),
    ],
)
def test_carelessness_is_found(before, after, problem):
    text = (ROOT / ".github" / "workflows" / "ci.yml").read_text("utf8")
    assert before in text
    assert [found for found in problems("ci.yml", text.replace(before, after)) if found.startswith(problem)]


# Make targets


@pytest.mark.parametrize("name", [*(path.relative_to(ROOT).as_posix() for path in WORKFLOWS), *SCRIPTS])
def test_every_target_that_is_named_exists(name):
    path = ROOT / name
    named = called_targets(path.read_text("utf8"), ".md" if path.suffix == ".md" else "")
    assert named <= targets((ROOT / "Makefile").read_text("utf8")), name


def test_the_scan_finds_the_targets():
    page = "`make book` and\n`A=1 make test`, which make sense\nmake lint  # code"
    assert called_targets(page, ".md") == {"book", "test", "lint"}
    script = "run: make book && make test # make sense\n# make sense\ncmake all\nmake-believe"
    assert called_targets(script) == {"book", "test"}
    assert targets("book: setup ## x\nVENV := 1\nlock.new: a\n.PHONY: help\ntest:\n") == {"book", "test"}
    assert {"book", "test", "reseed", "colab"} <= called_targets((ROOT / "CONTRIBUTING.md").read_text("utf8"), ".md")
    ours = set().union(*(called_targets(path.read_text("utf8")) for path in WORKFLOWS))
    assert ours == {"book", "test", "cuda", "pretend", "colab", "reseed"}


def test_make_can_run_what_ci_calls():
    command = ["make", "--dry-run", "book", "test", "cuda", "pretend", "colab", "reseed"]
    dry = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert dry.returncode == 0, dry.stderr


# .ci/run

STUB = '#!/bin/sh\necho "make $* with $COURSE_DATA_DIR"\necho "== 3 passed in 1.00s =="\nexit ${STATUS:-0}\n'


@pytest.mark.skipif(os.name == "nt", reason="a shell script, which CI runs on Linux")
@pytest.mark.parametrize("given", [None, "/data/of/mine"])
def test_ci_runs_the_tests_on_the_real_data_and_ends_with_their_last_line(tmp_path, monkeypatch, given):
    for name, text in {
        "course/.ci/run": (ROOT / ".ci" / "run").read_text(),
        "bin/make": STUB,
        "bin/chromium": "",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)
    data = tmp_path / "shared" / "data"
    (data / "MNIST").mkdir(parents=True)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.delenv("COURSE_DATA_DIR", raising=False)
    if given:
        monkeypatch.setenv("COURSE_DATA_DIR", given)
    run = subprocess.run([tmp_path / "course" / ".ci" / "run"], capture_output=True, text=True)
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout == f"make test with {given or data}\n== 3 passed in 1.00s ==\n"
    monkeypatch.setenv("STATUS", "2")
    assert subprocess.run([tmp_path / "course" / ".ci" / "run"], capture_output=True).returncode == 2
