# The book in two commands: `make book` builds it, `make test` proves it. Each does its own set-up.
PYTHON ?= python3
BIN := .venv/bin

export UV_PYTHON_DOWNLOADS := never
export PYTHONHASHSEED := 0
export JUPYTER_PREFER_ENV_PATH := 1

.PHONY: help setup book test cuda pretend serve figure learn exercises format lint reseed colab address release bench peers lock clean
help: ## this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup:
	@$(PYTHON) tools/setup.py $(if $(filter-out file default undefined,$(origin PYTHON)),--python-asked-for)

book: setup ## build the executed book into _build/html
	$(BIN)/python -m tools.execute
	$(BIN)/python -m tools.pages.appendices
	$(BIN)/python -m tools.pages.render

test: book ## prove it: units, every notebook, lints, the book in a browser
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest --nbval-lax -n 2 tests book exercises solutions

cuda: setup ## units and every notebook on a CUDA device, which must be there
	$(BIN)/python -m pytest --nbval-lax --devices cuda --require-cuda tests book exercises solutions

pretend: setup ## units and every notebook on devices that are made of the CPU and refuse what CUDA and Apple's GPU refuse
	for device in pretend_cuda pretend_mps; do \
		COURSE_DEVICE=$$device PYTHONPATH=$(CURDIR)/tools/pretend:$(CURDIR) OMP_NUM_THREADS=1 \
		$(BIN)/python -m pytest -n 2 tests/pretend $$([ $$device = pretend_mps ] || echo tests/library tests/checks) || exit 1; done
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest --nbval-lax --devices pretend_cuda,pretend_mps -n 2 book exercises solutions

serve: book ## look at the book: http://localhost:8000, or make serve PORT=8001
	$(BIN)/python -m tools.pages.serve $(if $(PORT),--port $(PORT))

figure: setup ## look at one live figure, made anew at each load: make figure NAME=momentum
	$(BIN)/python -m tools.pages.figure $(NAME) $(if $(PORT),--port $(PORT))

learn: setup ## copy the exercises into my/ (nothing is overwritten) and open JupyterLab
	$(BIN)/python -m tools.learn --open

exercises: setup ## write exercises/ from solutions/
	$(BIN)/python -m tools.notebooks.exercises

format: setup ## write code, notebooks, exercises and the README's table in their one form
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format --quiet .
	$(BIN)/python -m tools.notebooks.format
	$(BIN)/python -m tools.notebooks.exercises

lint: setup ## what each chapter has spent of its budgets, and what is wrong anywhere
	$(BIN)/python -m tools.notebooks.lint
	$(BIN)/ruff check .
	$(BIN)/ruff format --check --quiet .

reseed: setup ## rerun the book under 20 open offsets of every seed; CLOSED=10: under 10 that the date draws, saved
	$(BIN)/python -m tools.reseed $(if $(CLOSED),--closed $(CLOSED))

colab: setup ## each notebook alone, in a fresh environment with Colab's versions
	COURSE_COLAB=full $(BIN)/python -m pytest tests/house/test_colab.py

address: setup ## make address REPO=owner/name: write the repository's address everywhere
	$(BIN)/python -m tools.release $(REPO)

release: setup ## make release REF=v1.0: write the ref that Colab installs from
	$(BIN)/python -m tools.release --ref $(REF)

bench: setup ## measure speed; writes benchmarks/results
	for script in $(filter-out %/bench_peers.py,$(wildcard benchmarks/bench_*.py)); do $(BIN)/python $$script || exit 1; done

peers: setup ## the same for the trainers that people use, in an environment of their own
	$(BIN)/uv venv --quiet --clear .venv-peers
	$(BIN)/uv pip install --quiet --python .venv-peers/bin/python --editable '.[peers]'
	.venv-peers/bin/python benchmarks/bench_peers.py

clean: ## remove what was built, and the environment
	rm -rf _build .venv .venv-peers

lock: ## resolve requirements.lock anew from pyproject.toml
	echo '# Written by `make lock`: exact versions for Python 3.11 to 3.13, names only.' > requirements.lock.new
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --extra book --extra test --extra author --no-annotate --no-header pyproject.toml >> requirements.lock.new
	mv requirements.lock.new requirements.lock
