# Two commands for a fresh machine with Python 3.11+ and make: `make run` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SCENARIO ?= scenarios/qaidam-2025.yaml

.PHONY: bench run test check lint types layers docs wheel golden clean

$(VENV)/.ready: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --constraint constraints.txt --editable ".[dev]"
	touch $@

run: $(VENV)/.ready
	$(BIN)/saltloop run $(SCENARIO)

test: $(VENV)/.ready
	$(BIN)/pytest -n auto --dist worksteal -q

check: lint types layers docs test

lint: $(VENV)/.ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/codespell model tests docs scenarios README.md CONTRIBUTING.md CHANGELOG.md

types: $(VENV)/.ready
	$(BIN)/mypy

layers: $(VENV)/.ready
	PYTHONPATH=model $(BIN)/lint-imports

docs: $(VENV)/.ready
	$(BIN)/pytest -q tests/docs

# Build the wheel, install it bare, solve a shipped scenario from another folder: nothing undeclared, nothing left out.
wheel: $(VENV)/.ready
	rm -rf dist build/wheel
	$(BIN)/pip wheel --quiet --no-deps --wheel-dir dist .
	$(PYTHON) -m venv build/wheel
	build/wheel/bin/pip install --quiet --constraint constraints.txt dist/*.whl
	cp scenarios/qaidam-2025.yaml build/wheel/plan.yaml
	cd build/wheel && bin/saltloop run plan.yaml --no-report > /dev/null && echo "wheel: solved"

golden: $(VENV)/.ready
	$(BIN)/python -m tests.golden
	git diff --stat -- tests

# Ratios side by side in one run, about a quarter of an hour; writes benchmarks/results.md. The peers are installed only here.
# `make bench BENCH="build growth"` runs these sections only; `make bench BENCH=--all` also what takes minutes each.
bench: $(VENV)/.ready
	$(BIN)/pip install --quiet --constraint constraints.txt --editable ".[bench]"
	$(BIN)/python -m benchmarks $(BENCH)

clean:
	rm -rf $(VENV) dist build .mypy_cache .ruff_cache .pytest_cache
