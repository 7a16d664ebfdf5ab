# Names for what the tools do. `make help` lists them.
PORT ?= 4566
BIN = .venv/bin
PYTHON = $(BIN)/python
BACKEND = ../.tools/backend/bin
LOCALCLOUD = $(PYTHON) -m localcloud --port $(PORT)

# Where the environment forbids Python to keep compiled modules, every `up` would compile pulumi_aws: 3 s more.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup up down stop url password status logs env develop test check generate lock format bench bench-api

help: ## List the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-9s %s\n", $$1, $$2}'

setup: ## Install what the commands need (skips what is done)
	@python3 toolchain/setup.py

up: setup ## Start the local cloud and deploy; run again after any change
	@$(LOCALCLOUD) up

down: setup ## Destroy the stack and stop everything
	@$(LOCALCLOUD) down

stop: setup ## Stop everything, keep the data
	@$(LOCALCLOUD) stop

url: setup ## Print the site's URL
	@$(LOCALCLOUD) url

password: setup ## Print the password that opens the site
	@$(LOCALCLOUD) password

status: setup ## Print what runs
	@$(LOCALCLOUD) status

logs: setup ## Follow the services' logs
	@$(LOCALCLOUD) logs

env: setup ## Print the exports for plain pulumi and aws: eval "$$(make -s env)"
	@$(LOCALCLOUD) env

develop: ## Install what tests and checks need (skips what is done)
	@python3 toolchain/setup.py --development

test: develop ## Install what the tests need and run all of them
	@cd frontend && npm test --silent
	@cd backend && $(BACKEND)/pytest -q
	@$(BIN)/pytest -q tests/e2e/site # alone, because it measures
	@$(BIN)/pytest -q --ignore tests/e2e/site --numprocesses 2 --dist loadfile

check: develop ## Format, lint, types, direction of imports, generated files not stale
	@$(BIN)/ruff format --check . && $(BIN)/ruff check .
	@$(BIN)/mypy infra lambda localcloud tests benchmarks --exclude benchmarks/template_api
	@$(BIN)/lint-imports --no-cache
	@cd backend && $(BACKEND)/ruff format --check . && $(BACKEND)/ruff check . && $(BACKEND)/mypy . && $(BACKEND)/lint-imports --no-cache
	@cd frontend && npm run --silent lint && npm run --silent typecheck
	@$(MAKE) --no-print-directory generated GENERATED=--check

generate: develop ## Write all generated files: docs, the API's description and its client, facts about AWS's types
	@$(MAKE) --no-print-directory generated

.PHONY: generated
generated:
	@$(PYTHON) -m infra.config.docs $(GENERATED)
	@$(PYTHON) -m localcloud.provider.tools.limits $(GENERATED)
	@$(PYTHON) -m localcloud.provider.tools.generate $(GENERATED)
	@cd backend && $(BACKEND)/python -m app.openapi $(GENERATED)
	@cd frontend && npm run --silent generate$(if $(GENERATED),:check)

lock: ## Write the lock files anew after a change in a pyproject.toml
	@python3 toolchain/setup.py --lock

format: develop ## Format the code, and mend what the linters can
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .
	@cd backend && $(BACKEND)/ruff format . && $(BACKEND)/ruff check --fix .
	@cd frontend && npm run --silent format

bench: develop ## Measure deployments and memory; with COLD=1 also the set-up from nothing
	@$(PYTHON) -m benchmarks $(if $(COLD),--cold)

bench-api: develop ## Compare the API's speed with the full-stack-fastapi-template's
	@$(PYTHON) -m benchmarks.api
