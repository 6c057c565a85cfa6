.DEFAULT_GOAL := help
PY := .venv/bin/python
STAMP := .venv/.installed

help:  ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "%-16s %s\n", $$1, $$2}'

$(STAMP): requirements-dev.lock pyproject.toml src/vouchermarket/web/assets/package-lock.json
	@echo "setting up .venv (python3 -m venv, locked packages, browser assets) ..."
	@python3 -m venv .venv
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@$(PY) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(STAMP)

setup: $(STAMP)  ## make .venv and install everything, locked by hash

run: setup  ## set up, load the demo city, serve on 127.0.0.1:8000 with one worker beside it
	@time .venv/bin/vouchermarket serve --demo

demo: setup  ## run one school year of the Zhuzhou pilot through the operations
	@time .venv/bin/vouchermarket demo

test: setup  ## the whole suite
	@time $(PY) -m pytest -n 2

check: setup  ## lint, types, floors, tidy
	@.venv/bin/ruff check . && .venv/bin/ruff format --check . && .venv/bin/pyright && .venv/bin/lint-imports && $(PY) -m pytest tests/tidy

fmt: setup  ## format
	@.venv/bin/ruff check --fix . ; .venv/bin/ruff format .

lock: setup  ## resolve the lock files anew, hashed, without index names
	@.venv/bin/uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-header pyproject.toml -o requirements.lock
	@.venv/bin/uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-header --extra dev pyproject.toml -o requirements-dev.lock

check-sources: setup  ## find every quote of the packs in the documents: make check-sources SOURCES=folder
	@.venv/bin/vouchermarket policy check seeds/zhuzhou-2014 --source "$(SOURCES)"

.PHONY: help setup run demo test check fmt lock check-sources
