# One verb per chore; `make help` lists them. Nothing here needs more than Python, make and a shell.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed
RUN := $(BIN)/python -m config.local run --
DOMAINS := commerce catalog logistics postpurchase identity operations
WHERE_operations := platform/operations
ROUNDS ?= 20
MINUTES ?= 5
ARGS ?=
WORKERS ?= 2

.DEFAULT_GOAL := help
.PHONY: help setup up down reset test lint types races faults bench docs \
	$(DOMAINS:%=test-%) $(DOMAINS:%=lift-%) test-platform lift-platform

help: ## this list
	@grep -hE '^[a-z$$()<>A-Z:%=_-]+:.*## ' $(MAKEFILE_LIST) | grep -v '^help' \
	| sed -E 's/^\$$\(DOMAINS:%=([a-z]+)-%\)/\1-<domain>/' \
	| awk -F ':.*## ' '{printf "  make %-16s %s\n", $$1, $$2}'
	@echo "  domains: $(DOMAINS:operations=platform)"

setup: $(STAMP) ## make .venv and install the locked dependencies into it

$(STAMP): requirements.lock pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

up: $(STAMP) ## start the whole shop; Ctrl-C stops it
	@exec $(BIN)/python -m config.local up

down: $(STAMP) ## stop everything that is left running
	@$(BIN)/python -m config.local down

reset: $(STAMP) ## stop everything and delete all local data
	@$(BIN)/python -m config.local reset

test: $(STAMP) ## run the whole test suite (ARGS="-k name")
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadscope --no-loadscope-reorder $(ARGS)

$(DOMAINS:%=test-%): test-%: $(STAMP) ## run one domain's tests
	$(BIN)/python -m pytest $(or $(WHERE_$*),$*) $(ARGS)

test-platform: test-operations

$(DOMAINS:%=lift-%): lift-%: $(STAMP) ## build one domain's wheel and test it where no other domain is
	$(BIN)/python -m config.lift $*

lift-platform: lift-operations

lint: $(STAMP) ## ruff, the walls between the domains, missing migrations
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	PYTHONPATH=.:platform $(BIN)/lint-imports --config importlinter.ini
	$(BIN)/python -m tests.architecture
	$(RUN) $(BIN)/python manage.py makemigrations --check --dry-run

types: $(STAMP) ## mypy, strict on chassis and contracts
	$(RUN) $(BIN)/mypy

races: $(STAMP) ## races with real processes (ROUNDS=1000); outcomes go to tests/races/results
	RECORD=1 ROUNDS=$(ROUNDS) $(BIN)/python -m pytest tests/races $(ARGS)

faults: $(STAMP) ## kills at random moments (MINUTES=30); outcomes go to tests/faults/results
	RECORD=1 MINUTES=$(MINUTES) $(BIN)/python -m pytest tests/faults $(ARGS)

bench: $(STAMP) ## benchmarks (CASES=search,events SIZES=1000,100000)
	$(BIN)/python -m bench

docs: $(STAMP) ## generate routes, golden schemas and event pages from the code
	$(RUN) $(BIN)/python manage.py events routes --write
	$(RUN) $(BIN)/python manage.py events schemas --write
	$(RUN) $(BIN)/python manage.py docs
