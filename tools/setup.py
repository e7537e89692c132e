"""Make the environment in .venv; make it anew where it is of no use; a second time do nothing.

usage: python3 tools/setup.py [--python-asked-for]     with it, a .venv of another Python version is made anew

Only what Python itself brings is imported, and old Pythons must be able to read this file.
"""

import os
import shutil
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
FIRST, LAST = (3, 11), (3, 13)
VENV = os.path.join(ROOT, ".venv")
BIN = os.path.join(VENV, "Scripts" if os.name == "nt" else "bin")
PYTHON = os.path.join(BIN, "python")
READY = os.path.join(VENV, ".ready")
SOURCES = ("requirements.lock", "pyproject.toml")


def version(python):
    """The version of a Python as "3.12", or "" where it does not start."""
    try:
        code = "import sys; print('%d.%d' % sys.version_info[:2])"
        return (
            subprocess.run([python, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
            .stdout.decode()
            .strip()
        )
    except OSError:
        return ""


def written():
    """What the stamp says: the folder and the Python that the environment was made for; two empty texts without it."""
    if not os.path.exists(READY):
        return "", ""
    with open(READY, encoding="utf8") as file:
        return (file.read().split("\n") + ["", ""])[:2]


def fault(is_asked_for):
    """Why the environment is of no use, in words; "" where it is good or not there."""
    if not os.path.isdir(VENV):
        return ""
    here, (folder, made_for) = version(PYTHON), written()
    if not here:
        return "its Python does not start"
    if folder and folder != ROOT:
        return "it was made for " + folder
    if made_for and made_for != here:
        return "it was made for Python " + made_for + ", which is " + here + " now"
    if is_asked_for and here != "%d.%d" % sys.version_info[:2]:
        return "it has Python " + here
    return ""


def is_ready():
    """Whether the environment is younger than the files that it was made from."""
    return os.path.exists(READY) and all(
        os.path.getmtime(os.path.join(ROOT, name)) <= os.path.getmtime(READY) for name in SOURCES
    )


def refusal():
    """Why this Python cannot make the environment, with the remedy; "" where it can."""
    if not FIRST <= sys.version_info[:2] <= LAST:
        return "This course needs Python 3.11, 3.12 or 3.13, and '%s' is %d.%d: make PYTHON=python3.12" % (
            (sys.executable,) + sys.version_info[:2]
        )
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        return (
            "'%s' cannot make virtual environments: install its venv module (Debian, Ubuntu: apt install python3-venv)"
            % (sys.executable)
        )
    return ""


def install():
    """Fill the environment with what the lock names, and with this tree's library."""
    with open(os.path.join(ROOT, "requirements.lock"), encoding="utf8") as file:
        lines = file.read().splitlines()
    if os.environ.get("UV_TORCH_BACKEND") == "cpu":  # that build of torch needs none of CUDA's packages: gigabytes less
        lines = [line for line in lines if not line.startswith(("nvidia-", "cuda-", "triton"))]
    wanted = os.path.join(VENV, "requirements.txt")
    with open(wanted, "w", encoding="utf8") as file:
        file.write("\n".join(lines) + "\n")
    env = dict(os.environ, UV_PYTHON_DOWNLOADS="never")
    if not os.access(os.path.expanduser("~"), os.W_OK):
        print("The home folder cannot be written: the downloads are kept in .venv instead.")
        env["UV_CACHE_DIR"] = env["PIP_CACHE_DIR"] = os.path.join(VENV, "cache")
    uv = [os.path.join(BIN, "uv"), "pip"]
    pinned = next(line for line in lines if line.startswith("uv=="))
    for command in (
        [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", pinned],
        uv + ["sync", "--quiet", "--compile-bytecode", "--python", PYTHON, wanted],
        uv + ["install", "--quiet", "--python", PYTHON, "--no-deps", "--no-build-isolation", "--editable", ROOT],
    ):
        subprocess.run(command, check=True, env=env, cwd=ROOT)


def main(arguments):
    reason = fault("--python-asked-for" in arguments)
    if not reason and is_ready():
        return 0
    if refusal():
        print(refusal(), file=sys.stderr)
        return 1
    if reason:
        print(".venv is made anew: %s." % reason, flush=True)
        os.unlink(VENV) if os.path.islink(VENV) else shutil.rmtree(VENV)
    if not os.path.isdir(VENV):
        subprocess.run([sys.executable, "-m", "venv", VENV], check=True)
    try:
        install()
    except subprocess.CalledProcessError as error:
        print("The set-up failed: %s" % " ".join(error.cmd), file=sys.stderr)
        return 1
    with open(READY, "w", encoding="utf8") as file:
        file.write("%s\n%s\n" % (ROOT, version(PYTHON)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
