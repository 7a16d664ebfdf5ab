# Names for what the tools do. `make help` lists them.
PORT ?= 4566
STACK ?= local
BIN = .venv/bin
PYTHON = $(BIN)/python
BACKEND = ../.tools/backend/bin
# -E: the user's PYTHON… variables are for other programs.
LOCALCLOUD = $(PYTHON) -E -m localcloud --port $(PORT) $(if $(PREVIEW),--preview "$(PREVIEW)")
SETUP = python3 -E -m toolchain.setup
OPS = $(PYTHON) -E -m ops --port $(PORT) --stack $(STACK) $(if $(PREVIEW),--preview "$(PREVIEW)")
# On AWS, the packages of the program are enough.
OPS_NEEDS = $(if $(filter local,$(STACK)),.tools/ready,$(PYTHON))
# $(call where,file,words): the words where the file is here. The apps may be others, and `make new` leaves out what is about ours.
where = $(if $(wildcard $(1)),$(2))
# Runs targets side by side, and prints the output of each in one piece.
PARALLEL = $(MAKE) --no-print-directory --jobs 2 --output-sync

# If this is set, Python keeps no compiled modules, and every `up` compiles pulumi_aws again: 3 s more.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup up dev down stop url password new-password status doctor diagram logs plan cost previews sleep wake secret psql tunnel deployments backup restore rollback upgrade-database upgrade-hosts run shell jobs preview bootstrap env develop test check generate format lock rename \
	audit digests instance-types test-besides test-frontend test-backend check-infra check-backend check-frontend

# What each app is tested and checked with, where it is here.
APPS = $(call where,backend/poetry.lock,backend) $(call where,frontend/package-lock.json,frontend)
PACKAGES = $(wildcard bootstrap infra lambda localcloud new ops preview tests toolchain benchmarks)

-include maintain.mk

help: ## List the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{gsub(/\$$\$$/, "$$"); printf "  make %-15s %s\n", $$1, $$2}'

setup: ## Install what the commands need, or check that it is there
	@$(SETUP)

develop: ## Install what tests and checks need, or check that it is there
	@$(SETUP) --development

# The set-up writes these files, and beside each a .mk with what it depends on: it runs again when one of those is newer.
.tools/ready:
	@$(SETUP)

.tools/ready-development: $(wildcard backend/poetry.lock frontend/package-lock.json)
	@$(SETUP) --development

$(PYTHON):
	@echo 'Error: $@: is not there; run `poetry install`, or `make setup`, which brings Poetry too' >&2; exit 1

-include .tools/ready.mk .tools/ready-development.mk

up: $(OPS_NEEDS) ## Start the local cloud and deploy; run again after any change: [PREVIEW=pr-12 beside it; with that also STACK=dev]
	@$(if $(filter local,$(STACK)),$(LOCALCLOUD) up $(if $(ENGINE),--engine $(ENGINE)),$(OPS) up)

dev: .tools/ready ## Run the services from their folders with reload, the rest deployed; EXCEPT=backend: but not that one
	@$(PYTHON) -E -m localcloud.dev --port $(PORT) $(if $(EXCEPT),--except $(EXCEPT))

down: $(OPS_NEEDS) ## Destroy the stack and stop everything: [PREVIEW=pr-12 alone; with that also STACK=dev]
	@$(if $(filter local,$(STACK)),$(LOCALCLOUD),$(OPS)) down

previews: $(OPS_NEEDS) ## List the preview environments: [OLDER=3 destroys those not deployed for 3 days] [STACK=dev]
	@$(OPS) previews $(if $(OLDER),--older "$(OLDER)")

stop: .tools/ready ## Stop everything, keep the data
	@$(LOCALCLOUD) stop

url: .tools/ready ## Print the site's URL
	@$(LOCALCLOUD) url

password: .tools/ready ## Print the password that opens the site
	@$(LOCALCLOUD) password

new-password: .tools/ready ## Set a new random password, which ends all sessions
	@$(LOCALCLOUD) new-password

status: $(OPS_NEEDS) ## Tell how each part of the stack is; fails where one is not as wanted [STACK=prod]
	@$(if $(filter local,$(STACK)),$(LOCALCLOUD) status && )$(OPS) status

doctor: $(OPS_NEEDS) ## Look for what is open, out of support or left over; fails where something is: [DRIFT=yes] [STACK=prod]
	@$(OPS) doctor $(if $(filter yes,$(DRIFT)),--drift)

diagram: $(OPS_NEEDS) ## Draw the stack from its state, as a Mermaid flowchart [STACK=prod]
	@$(OPS) diagram

logs: $(OPS_NEEDS) ## Follow the services' logs: [SERVICE=backend] [SINCE=2h] [FILTER=text] [FOLLOW=no] [RAW=yes] [STACK=prod]
	@$(OPS) logs $(if $(SERVICE),--service "$(SERVICE)") $(if $(SINCE),--since "$(SINCE)") $(if $(FILTER),--filter "$(FILTER)") \
	  $(if $(filter no,$(FOLLOW)),--no-follow) $(if $(filter yes,$(RAW)),--raw)

plan: $(OPS_NEEDS) ## Tell what runs where and what a month costs, without a cloud: [STACK=dev] [SET="services.backend.memoryMib=512"]
	@$(PYTHON) -E -m infra.planning $(STACK) $(SET)

cost: $(OPS_NEEDS) ## Tell what a month costs, and what the stack's files change about that of what is deployed [STACK=prod]
	@$(OPS) cost

sleep: $(OPS_NEEDS) ## Put a stack with `sleep` in its file to sleep before its time: no tasks, no instances, no database [STACK=dev]
	@$(OPS) sleep

wake: $(OPS_NEEDS) ## Wake such a stack up [STACK=dev]
	@$(OPS) wake

secret: $(OPS_NEEDS) ## Store a secret for services, asked for or from standard input: NAME=STRIPE_KEY [STACK=prod]
	@$(OPS) secret "$(NAME)"

psql: $(OPS_NEEDS) ## Ask the database, read-only: [ARGS='-c "select 1"'] [WRITE=yes] [STACK=prod]
	@$(OPS) psql $(if $(filter yes,$(WRITE)),--write) -- $(ARGS)

tunnel: $(OPS_NEEDS) ## Hold a way to the database open for other programs: [LOCAL_PORT=5433] [STACK=prod]
	@$(OPS) tunnel $(if $(LOCAL_PORT),--local-port $(LOCAL_PORT))

deployments: $(OPS_NEEDS) ## List what was deployed, by whom and how it ended: [SERVICE=backend] [JSON=yes] [STACK=prod]
	@$(OPS) deployments $(if $(SERVICE),--service "$(SERVICE)") $(if $(filter yes,$(JSON)),--json)

backup: $(OPS_NEEDS) ## Make a snapshot of the database: [NAME=before-import] [STACK=prod]
	@$(OPS) backup $(if $(NAME),--name "$(NAME)")

restore: $(OPS_NEEDS) ## Bring data back, or list what there is: [SNAPSHOT=…, AT="2026-11-26 14:30" or FILE=…] [STACK=prod]
	@$(OPS) restore $(if $(SNAPSHOT),--snapshot "$(SNAPSHOT)") $(if $(AT),--at "$(AT)") \
	  $(if $(FILE),--file "$(FILE)") $(if $(VERSION),--version "$(VERSION)") $(if $(DELETED_SINCE),--deleted-since "$(DELETED_SINCE)") \
	  $(if $(DROP),--drop "$(DROP)")

rollback: $(OPS_NEEDS) ## Deploy an earlier version without a build, or list them: SERVICE=backend [VERSION=… or present] [STACK=prod]
	@$(OPS) rollback "$(SERVICE)" $(VERSION)

upgrade-database: $(OPS_NEEDS) ## Bring the database to a newer PostgreSQL, or list them: [VERSION=…] [STACK=prod]
	@$(OPS) upgrade-database $(if $(VERSION),--version "$(VERSION)")

upgrade-hosts: $(OPS_NEEDS) ## Replace the instances by new ones with AWS's newest AMI for ECS: [STACK=prod]
	@$(OPS) upgrade-hosts

run: $(OPS_NEEDS) ## Run a command once, with a service's image and rights: SERVICE=backend CMD="…", or JOB=… [STACK=prod]
	@$(OPS) run $(if $(JOB),--job "$(JOB)",--service "$(SERVICE)" -- $(CMD))

shell: $(OPS_NEEDS) ## Open a shell in a task that runs, or run a command in it: SERVICE=backend [CMD="…"] [STACK=prod]
	@$(OPS) shell --service "$(SERVICE)" -- $(CMD)

jobs: $(OPS_NEEDS) ## Tell of each job when it is due, and what its last run came to [STACK=prod]
	@$(OPS) jobs

preview: $(OPS_NEEDS) ## Tell as Markdown what a deployment would change, with placement and cost [STACK=prod]
	@$(OPS) preview

bootstrap: $(OPS_NEEDS) ## Prepare an account for workflows of GitHub, by OIDC: docs/ci-cd.md [REMOVE=yes] [STACK=prod]
	@$(OPS) bootstrap $(if $(filter yes,$(REMOVE)),--remove)

env: .tools/ready ## Make a shell's pulumi and aws work here: eval "$$(make -s env)"; back: localcloud_off
	@$(LOCALCLOUD) env

test: .tools/ready-development ## Run all tests
	@$(PARALLEL) $(call where,tests/docker,test-docker) test-besides
	@$(call where,tests/e2e/site,$(BIN)/pytest -q tests/e2e/site) # alone, because it measures

test-besides: $(APPS:%=test-%) # three at once, since most wait half of their time; as listed: the long files come before the short ones
	@$(call where,tests,$(BIN)/pytest -q --ignore tests/e2e/site --ignore tests/docker --numprocesses 3 --dist loadfile --no-loadscope-reorder)

test-frontend:
	@cd frontend && npm test --silent

test-backend:
	@cd backend && $(BACKEND)/pytest -q

check: .tools/ready-development ## Check format, lint, types, the direction of imports, and generated files
	@$(PARALLEL) check-infra $(APPS:%=check-%)
	@$(PYTHON) -m toolchain.generate --check

check-infra:
	@$(BIN)/ruff format --check __main__.py $(PACKAGES) && $(BIN)/ruff check __main__.py $(PACKAGES)
	@$(BIN)/mypy $(PACKAGES)
	@$(BIN)/lint-imports --no-cache

check-backend:
	@cd backend && $(BACKEND)/ruff format --check . && $(BACKEND)/ruff check . && $(BACKEND)/mypy .
	@$(if $(findstring importlinter,$(file <backend/pyproject.toml)),cd backend && $(BACKEND)/lint-imports --no-cache)

check-frontend:
	@cd frontend && npm run --silent lint && npm run --silent typecheck

generate: .tools/ready-development ## Write all generated files
	@$(PYTHON) -m toolchain.generate

format: .tools/ready-development ## Format the code, and apply the linters' automatic fixes
	@$(BIN)/ruff format __main__.py $(PACKAGES) && $(BIN)/ruff check --fix __main__.py $(PACKAGES)
	@$(call where,backend/poetry.lock,cd backend && $(BACKEND)/ruff format . && $(BACKEND)/ruff check --fix .)
	@$(call where,frontend/package-lock.json,cd frontend && npm run --silent format)

rename: ## Give the project another name, in all files that hold it: NAME=my-shop
	@python3 -E -m toolchain.rename "$(NAME)"

instance-types: .tools/ready ## Bring sizes and prices of EC2 types up to date
	@$(PYTHON) -m toolchain.instance_types

audit: ## Ask PyPI and npm's registry whether packages of the lock files have known vulnerabilities
	@python3 -m toolchain.audit

digests: ## Pin the Dockerfiles' base images to what stands behind their tags today
	@python3 -m toolchain.digests

lock: .tools/ready ## Update the lock files after a change in a pyproject.toml
	@$(SETUP) --lock
