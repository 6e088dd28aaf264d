# `make` alone lists what there is. Everything lives in .venv; nothing outside this folder is touched,
# except that `make test` installs Debian packages when it may (as root) and says so when it may not.

PYTHON ?= python3.11
VENV   := .venv
BIN    := $(VENV)/bin
ARGS   ?=
export WARDSENSE_SHARED ?= $(abspath ../shared)
export UV_SYSTEM_CERTS ?= 1

.DEFAULT_GOAL := help
.PHONY: help setup console demo test check bench schema fmt lock clean

help: ## what there is
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 18

setup: $(VENV)/.ready ## the virtual environment, from the locked versions

$(VENV)/.ready: requirements/all.txt pyproject.toml deploy/setup
	@PYTHON=$(PYTHON) bash deploy/setup

console: setup ## the web client, built into central/console/dist
	@bash deploy/console

demo: console ## the main job on this machine: cameras, alert, case (ARGS="--video street.mp4")
	@$(BIN)/wardsense demo $(ARGS)

test: setup ## every check and every test, with real parts (ARGS="-k ledger" for some of the tests)
	@bash deploy/test-parts
	@bash deploy/console --check
	@$(MAKE) --no-print-directory check
	@$(BIN)/pytest $(ARGS)

check: setup ## style, types, arrows, generated files
	@$(BIN)/ruff format --check . && $(BIN)/ruff check . && $(BIN)/mypy && $(BIN)/lint-imports --no-cache
	@$(BIN)/python -m streams.wire.generate --check
	@$(BIN)/python -m central.api.document --check

bench: setup ## the benchmarks, each prints its table (ARGS="fleet --seconds 120")
	@$(BIN)/python benchmarks/run.py $(ARGS)

schema: setup ## JSON Schema and AsyncAPI of the wire, OpenAPI and its types, from the code
	@$(BIN)/python -m streams.wire.generate
	@$(BIN)/python -m central.api.document
	@bash deploy/console --types

fmt: setup ## format and mend what can be mended
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .

lock: setup ## resolve the versions anew into requirements/
	@bash deploy/lock

clean: ## remove the virtual environment and everything a run has written
	rm -rf $(VENV) var .mypy_cache .ruff_cache .pytest_cache .hypothesis
