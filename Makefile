SHELL := bash
.DEFAULT_GOAL := help
PYTHON ?= python3
PY := .venv/bin/python
PIP := $(PY) -m pip --disable-pip-version-check --quiet
LOCK := .venv/bin/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header pyproject.toml
ASSETS := $(addprefix src/vouchermarket/web/assets/, package-lock.json build_hook.py)
export TIMEFORMAT := took %lR

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "%-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# Anew when the lock changes: an old package left lying there would hide that nothing asks for it any more.
.venv/.locked: requirements-dev.lock
	@echo "setup: .venv with the locked packages (about a minute) ..."
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=...")'
	@time { $(PYTHON) -m venv --clear .venv && $(PIP) install --require-hashes -r requirements-dev.lock; }
	@touch $@

.venv/.installed: .venv/.locked pyproject.toml $(ASSETS)
	@echo "setup: the package itself and the browser's files ..."
	@time $(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

setup: .venv/.installed  ## make .venv and install everything, locked by hash

run: setup  ## load the demo city and serve it on 127.0.0.1:8000 with one worker beside it
	@time .venv/bin/vouchermarket serve --demo

demo: setup  ## run one school year of the Zhuzhou pilot and verify its books
	@time .venv/bin/vouchermarket demo

test: setup  ## the whole suite
	@time $(PY) -m pytest -n 2 --dist loadfile

fuzz: setup  ## 20,000 requests generated from the OpenAPI, against a real server (some minutes)
	@time PYTHONPATH=tests $(PY) -m fuzz

test-payments: setup  ## payments and settlement against banks that break
	@time $(PY) -m pytest -n 2 tests/payments tests/settlement

chaos: setup  ## kill -9 of everything under booking load: 20 workers, 5 servers, 3 databases (4 minutes)
	@time VOUCHERMARKET_CHAOS_ROUNDS=$${VOUCHERMARKET_CHAOS_ROUNDS:-1} $(PY) -m pytest -s tests/chaos/test_kills.py

bench: setup  ## print what is fast and what is not, as JSON lines (some minutes)
	@time for bench in tests/bench/*.py; do PYTHONPATH=tests $(PY) $$bench; done

check: setup  ## lint, types, floors, tidy
	@time { .venv/bin/ruff check . && .venv/bin/ruff format --check . && .venv/bin/pyright && .venv/bin/lint-imports && $(PY) -m pytest tests/tidy; }

fmt: setup  ## mend what a machine can mend
	@.venv/bin/ruff check --fix . ; .venv/bin/ruff format .

lock: setup  ## resolve the lock files anew, hashed, without anybody's address
	@$(LOCK) --output-file requirements.lock
	@$(LOCK) --output-file requirements-dev.lock --extra dev

refusals: setup  ## write docs/refusals.md from the classes
	@$(PY) -m vouchermarket.cli.refusals > .venv/refusals.md && mv .venv/refusals.md docs/refusals.md

audit:  ## look up known weaknesses of every locked package; not green where nobody answers
	@.ci/audit

check-sources: setup  ## find every quote of the packs in the documents: make check-sources SOURCES=folder
	@.venv/bin/vouchermarket policy check seeds/zhuzhou-2014 --source "$(SOURCES)"

.PHONY: audit help setup run demo test test-payments fuzz chaos bench check fmt lock refusals check-sources
