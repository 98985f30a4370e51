# Every target but help brings its own environment: see tools/bootstrap.sh.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.NOTPARALLEL:
MAKEFLAGS += --no-print-directory --no-builtin-rules

BIN := .venv/bin
OUT ?= demo-output
# One process per core that a small machine has; all Spark tests share one of them, and one Java.
WORKERS ?= 2

.PHONY: help
help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: setup
setup: ## everything a developer needs, in .venv
	@tools/bootstrap.sh test

.PHONY: demo
demo: ## statements from real records, then a demonstration bank on localhost:8000; CHECK=1 ends after a look
	@tools/bootstrap.sh demo
	@$(BIN)/guanbao demo --out "$(OUT)"
	@$(BIN)/guanbao bank --home "$(OUT)/bank" $(if $(CHECK),--check)

.PHONY: test
test: ## everything that must hold: lint, types, imports, tests
	@tools/bootstrap.sh test
	@tools/system.sh
	@$(MAKE) lint types imports
	@echo "== tests"
	@$(BIN)/pytest -n $(WORKERS) --dist loadgroup -rs
	@echo "== tests of the database, on PostgreSQL"
	@tools/postgresql.sh $(BIN)/pytest -n $(WORKERS) --dist loadgroup -rs -m database

.PHONY: lint
lint: ## ruff: rules and format
	@tools/bootstrap.sh test
	@echo "== lint"
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check

.PHONY: types
types: ## mypy, strict
	@tools/bootstrap.sh test
	@echo "== types"
	@$(BIN)/mypy

.PHONY: imports
imports: ## import-linter: who may import whom
	@tools/bootstrap.sh test
	@echo "== imports"
	@$(BIN)/lint-imports --no-logo

.PHONY: format
format: ## let ruff format, and mend what it can
	@tools/bootstrap.sh test
	@$(BIN)/ruff check --fix-only
	@$(BIN)/ruff format

.PHONY: bench
bench: ## how fast, and against what
	@tools/bootstrap.sh bench
	@$(BIN)/python benchmarks/run.py

.PHONY: mutations
mutations: ## bad input, the long way: ten thousand damaged files
	@tools/bootstrap.sh test
	@GUANBAO_MUTATIONS=10000 $(BIN)/pytest tests/engine/test_bad_input.py

.PHONY: tamper
tamper: ## the ledger tampered with, the long way: up to a million entries
	@tools/bootstrap.sh test
	@GUANBAO_TAMPER=1 $(BIN)/pytest -n $(WORKERS) tests/platform/ledger/test_tamper.py

.PHONY: schemathesis
schemathesis: ## the API under generated requests, the long way: 200 of each operation
	@tools/bootstrap.sh test
	@GUANBAO_SCHEMATHESIS=200 $(BIN)/pytest -n $(WORKERS) tests/api/test_schemathesis.py

.PHONY: golden
golden: ## write the golden copies of the OpenAPI and of the lists of fields anew; then look at what changed
	@tools/bootstrap.sh test
	@GUANBAO_GOLDEN=1 $(BIN)/pytest tests/api/test_openapi.py tests/web/test_lists_of_fields.py
	@git diff --stat tests/api/openapi.json tests/web/lists_of_fields.json

.PHONY: matrix
matrix: ## every route asked as everybody in every way: no foreign byte
	@tools/bootstrap.sh test
	@GUANBAO_MATRIX=1 $(BIN)/pytest -n $(WORKERS) -rP --show-capture=stdout tests/matrix/test_matrix.py

.PHONY: races
races: ## approvals, the long way: 1,000 races on SQLite and PostgreSQL, 10,000 runs of 50 steps (hours)
	@tools/bootstrap.sh test
	@GUANBAO_RACES=1000 $(BIN)/pytest -s tests/apps/approvals/test_races.py
	@GUANBAO_RACES=1000 tools/postgresql.sh $(BIN)/pytest -s tests/apps/approvals/test_races.py
	@GUANBAO_APPROVALS=10000 $(BIN)/pytest -s tests/apps/approvals/test_approval_states.py

.PHONY: duties
duties: ## duties under time and people, the long way: ten thousand runs of fifty steps
	@tools/bootstrap.sh test
	@GUANBAO_DUTY_RUNS=10000 $(BIN)/pytest -s -p no:xdist tests/platform/obligations

.PHONY: contracts
contracts: ## contracts in whatever hands, the long way: five hundred lives
	@tools/bootstrap.sh test
	@GUANBAO_CONTRACT_RUNS=500 $(BIN)/pytest -s -p no:xdist tests/apps/contracts/test_contract_machine.py

.PHONY: stages
stages: ## an arrangement in whatever hands, the long way: ten thousand runs of fifty steps
	@tools/bootstrap.sh test
	@GUANBAO_STAGE_RUNS=10000 $(BIN)/pytest -s -p no:xdist tests/apps/arrangements/test_stage_machine.py

.PHONY: documents
documents: ## documents under whatever people do, the long way: ten thousand runs of fifty steps
	@tools/bootstrap.sh test
	@GUANBAO_DOCUMENT_RUNS=10000 $(BIN)/pytest -s -p no:xdist tests/apps/documents/test_document_machine.py

.PHONY: reveals
reveals: ## one session reads ten thousand records and asks for each in clear, on SQLite and PostgreSQL
	@tools/bootstrap.sh test
	@GUANBAO_REVEALS_TRIED=10000 $(BIN)/pytest -s -p no:xdist tests/apps/privacy/test_reveals.py -k thousands
	@GUANBAO_REVEALS_TRIED=10000 tools/postgresql.sh $(BIN)/pytest -s -p no:xdist tests/apps/privacy/test_reveals.py -k thousands

.PHONY: mutants
mutants: ## every guard taken away in turn: does a test notice? (ARGS=--resume goes on with the last time)
	@tools/bootstrap.sh test
	@WORKERS=$(WORKERS) $(BIN)/python tests/matrix/mutants.py $(ARGS)

.PHONY: docs
docs: ## write the reference anew from the code
	@tools/bootstrap.sh test
	@$(BIN)/guanbao reference

.PHONY: clean
clean: ## remove what was made, but not .venv and .tools
	@rm -rf build dist demo-output spark-warehouse metastore_db derby.log \
		.hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	@find src tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +
