# The book in two commands: `make book` builds it, `make test` proves it. Each does its own set-up.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
UV_VERSION := $(shell sed -n "s/^uv==//p" requirements.lock)

export UV_PYTHON_DOWNLOADS := never
export PYTHONHASHSEED := 0
export PYDEVD_DISABLE_FILE_VALIDATION := 1
export JUPYTER_PREFER_ENV_PATH := 1
# Kernels run in the notebook's folder, so a relative root would point elsewhere.
ifdef COURSE_DATA_DIR
export COURSE_DATA_DIR := $(abspath $(COURSE_DATA_DIR))
endif

.PHONY: help setup book test cuda serve learn exercises format lint reseed colab address release bench lock clean
help: ## this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: $(READY)
$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || \
	  { echo "This course needs Python 3.11, 3.12 or 3.13, and '$(PYTHON)' is another: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || \
	  { echo "'$(PYTHON)' cannot make virtual environments: install its venv module (Debian, Ubuntu: apt install python3-venv)"; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check "uv==$(UV_VERSION)"
	@# The CPU build of torch needs none of CUDA's packages: gigabytes less.
	grep -vE '$(if $(filter cpu,$(UV_TORCH_BACKEND)),^(nvidia|cuda|triton)-?,^$$)' requirements.lock > $(VENV)/requirements.txt
	$(BIN)/uv pip sync --quiet --compile-bytecode --python $(BIN)/python $(VENV)/requirements.txt
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	touch $(READY)

book: $(READY) ## build the executed book into _build/html
	$(BIN)/python -m tools.execute
	$(BIN)/python -m tools.pages.appendices
	$(BIN)/python -m tools.pages.render

test: book ## prove it: units, every notebook, lints, the book in a browser
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest --nbval-lax -n 2 tests book exercises solutions

cuda: $(READY) ## units and every notebook on a CUDA device, which must be there
	$(BIN)/python -m pytest --nbval-lax --devices cuda --require-cuda tests book exercises solutions

serve: book ## look at the book: http://localhost:8000
	$(BIN)/python -m tools.pages.serve

learn: $(READY) ## copy the exercises into my/ (nothing is overwritten) and open JupyterLab
	$(BIN)/python -m tools.learn
	$(BIN)/jupyter lab --LabApp.default_url=/lab/tree/my

exercises: $(READY) ## write exercises/ from solutions/
	$(BIN)/python -m tools.notebooks.exercises

format: $(READY) ## strip and normalize the notebooks, format the code
	$(BIN)/python -m tools.notebooks.format format
	$(BIN)/ruff check --fix --quiet .

lint: $(READY) ## typed results, alt text, cell ids, long files, code style
	$(BIN)/python -m tools.notebooks.format lint
	$(BIN)/ruff check .

reseed: $(READY) ## rerun the book under 20 open offsets of every seed; CLOSED=10: under 10 that the date draws, saved
	$(BIN)/python -m tools.reseed $(if $(CLOSED),--closed $(CLOSED))

colab: $(READY) ## each notebook alone, in a fresh environment with Colab's versions
	COURSE_COLAB=full $(BIN)/python -m pytest tests/house/test_colab.py

address: $(READY) ## make address REPO=owner/name: write the repository's address everywhere
	$(BIN)/python -m tools.release $(REPO)

release: $(READY) ## make release REF=v1.0: write the ref that Colab installs from
	$(BIN)/python -m tools.release --ref $(REF)

bench: $(READY) ## measure speed; writes benchmarks/results
	for script in benchmarks/bench_*.py; do $(BIN)/python $$script || exit 1; done

clean: ## remove what was built, and the environment
	rm -rf _build $(VENV)

lock: ## resolve requirements.lock anew from pyproject.toml
	echo '# Written by `make lock`: exact versions for Python 3.11 to 3.13, names only.' > requirements.lock.new
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --all-extras --no-annotate --no-header pyproject.toml >> requirements.lock.new
	mv requirements.lock.new requirements.lock
