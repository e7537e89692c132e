"""`pytest --nbval-lax` runs every notebook once per device; plain `pytest` runs the other tests only.

`--devices cpu` runs one device, `book/13-momentum.ipynb::cpu` one notebook on one device, `-n 2` two kernels at once;
`--devices pretend_cuda` one that is made of the CPU and refuses what a GPU refuses (tools/pretend). A notebook that has
run as it is now is reported from that run, as "stored"; `--rerun` runs it again. Without a CUDA device the cuda runs are
skipped and the last lines say so; `--require-cuda` makes that an error.
"""

import pytest

from tools.notebooks import table as notebook_table
from tools.notebooks.environment import warm_fonts
from tools.notebooks.run import DEVICES, FOLDERS, OnDevices, check_devices

NBVAL_CELL_TIMEOUT = 2000  # nbval's own default, half an hour
CELL_TIMEOUT = 120


def pytest_addoption(parser):
    parser.addoption("--devices", default=",".join(DEVICES), help="comma-separated: the devices each notebook runs on")
    parser.addoption("--rerun", action="store_true", help="run also the notebooks that have run as they are now")
    parser.addoption("--require-cuda", action="store_true", help="a missing CUDA device is an error, not a skip")


def pytest_configure(config):
    option = config.option
    check_devices(option.devices.split(","), option.require_cuda)
    if not hasattr(option, "run_notebooks"):  # a worker of pytest-xdist has it from its controller
        option.run_notebooks = option.nbval or option.nbval_lax
        option.nbval = option.nbval_lax = False  # nbval itself collects nothing: `OnDevices` does
        if option.nbval_cell_timeout == NBVAL_CELL_TIMEOUT:
            option.nbval_cell_timeout = CELL_TIMEOUT
        if getattr(option, "dist", "no") == "load":
            option.dist = "loadscope"  # the cells of a notebook belong to one kernel
        if option.run_notebooks:
            warm_fonts(config.rootpath)


def pytest_report_teststatus(report):
    if report.when == "call" and report.passed and any(name == "stored" for name, _ in report.user_properties):
        return "stored", "=", "STORED"


def pytest_collect_file(file_path, parent):
    is_ours = file_path.suffix == ".ipynb" and file_path.parent in [parent.config.rootpath / f for f in FOLDERS]
    if parent.config.option.run_notebooks and is_ours:
        return OnDevices.from_parent(parent, path=file_path)


def pytest_terminal_summary(terminalreporter, config):
    reports = [r for group in terminalreporter.stats.values() for r in group if isinstance(r, pytest.TestReport)]
    if lines := notebook_table.lines(reports, config.option.devices.split(",")):
        terminalreporter.section("notebooks")
        for line in lines:
            terminalreporter.line(line)
    for report in reports:
        for name, text in report.user_properties:
            if name == "course_summary" and report.when == "call":
                terminalreporter.section("rows of the lectures that the chapters cover")
                terminalreporter.line(text)
