# memberline. `make run` and `make test` are all that a newcomer needs.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3.11
export UV_PYTHON_DOWNLOADS := never
# Some machines set this, and importing Rasa without byte code takes 23 s instead of 8.
unexport PYTHONDONTWRITEBYTECODE
UV_VERSION := 0.13.9
UV := PYTHONPATH=.tools/uv .tools/uv/bin/uv
APP := .venv/bin/python
ENGINE := engine/.venv/bin/python

.PHONY: help run test train chat call bench lint format setup setup-test sbom clean

help: ## show this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

run: setup ## set everything up as needed, then serve at http://127.0.0.1:8080 (PORT=... for another)
	@$(ENGINE) engine/train.py --if-stale
	@exec .venv/bin/memberline serve

export SEED
test: ## everything: style, types, layers, training data, and all tests (SEED=7: in a random order)
	@$(MAKE) --no-print-directory -j3 setup-test
	@bash tests/run.sh

train: setup ## train the model
	@$(ENGINE) engine/train.py

chat: setup ## talk to a running memberline in the terminal
	@.venv/bin/memberline chat

call: setup ## call a running memberline in the terminal (FROM=+15555550777: as another phone)
	@.venv/bin/memberline call $(if $(FROM),--from '$(FROM)')

bench: setup-test ## measure against stock Rasa in one run (sets up a stock environment of its own)
	@$(ENGINE) engine/train.py --if-stale
	@$(APP) -m bench

lint: setup-test ## style, types, layers, training data
	@.venv/bin/ruff check . && .venv/bin/ruff format --check -q .
	@.venv/bin/mypy
	@.venv/bin/lint-imports --no-cache
	@$(ENGINE) engine/validate.py

format: setup-test ## format the code
	@.venv/bin/ruff check --fix . ; .venv/bin/ruff format .

setup: .venv/.run-ready engine/.venv/.rasa-ready ## both environments, from the locks

setup-test: .venv/.test-ready engine/.venv/.rasa-ready .tools/peers/.ready ## the same with the tools of the tests

.tools/uv/bin/uv:
	@command -v $(PYTHON) >/dev/null || { echo "memberline needs Python 3.11: install python3.11 (with pip), or name it: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' || { echo "memberline needs Python 3.11, but $(PYTHON) is another version: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@$(PYTHON) -m pip --version >/dev/null 2>&1 || { echo "memberline needs pip for $(PYTHON): install it (Debian: apt-get install python3-pip)" >&2; exit 1; }
	@echo "Installing uv $(UV_VERSION) into .tools ..."
	@$(PYTHON) -m pip install --quiet --no-warn-script-location --root-user-action=ignore --disable-pip-version-check --target .tools/uv uv==$(UV_VERSION)

.venv/.run-ready: .tools/uv/bin/uv pyproject.toml uv.lock
	@echo "Setting up the app's environment ..."
	@$(UV) sync --quiet --frozen --compile-bytecode --no-dev --inexact --python $(PYTHON)
	@touch $@

.venv/.test-ready: .tools/uv/bin/uv pyproject.toml uv.lock
	@echo "Setting up the app's environment with the tools of the tests ..."
	@$(UV) sync --quiet --frozen --compile-bytecode --python $(PYTHON)
	@touch $@ .venv/.run-ready

# Under CI a missing npm is an error; elsewhere what needs it is skipped, and says so.
.tools/peers/.ready: .tools/uv/bin/uv tests/peers/setup.sh tests/peers/package-lock.json
	@echo "Setting up the servers that the tests run against ..."
	@PYTHON=$(PYTHON) bash tests/peers/setup.sh

engine/.venv/.ready: .tools/uv/bin/uv engine/pyproject.toml engine/uv.lock
	@echo "Setting up the engine's environment (Rasa; a minute or two the first time) ..."
	@cd engine && PYTHONPATH=../.tools/uv ../.tools/uv/bin/uv sync --quiet --frozen --compile-bytecode --python $(PYTHON)
	@touch $@

engine/.venv/.rasa-ready: engine/.venv/.ready engine/rasa_command.py engine/rasa_command.pth
	@$(ENGINE) engine/rasa_command.py --install
	@touch $@

sbom: .tools/uv/bin/uv ## write what both locks hold into var/sbom (CycloneDX)
	@bash .ci/sbom

clean: ## remove what was built; var/ (the databases) stays
	@rm -rf .venv engine/.venv .tools models .pytest_cache .mypy_cache .ruff_cache
