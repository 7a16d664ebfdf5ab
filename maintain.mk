# What only this repository has: the way to a project of one's own, and the care of what projects are made from.
.PHONY: new screenshots test-docker bench bench-api bench-commands bench-page

# What also runs on a real Docker engine; all of tests/e2e can (`pytest --engine docker tests/e2e`), which takes long.
ON_DOCKER = tests/docker tests/e2e/test_failures.py tests/e2e/test_changes.py

new: ## Make a project of your own, without our apps: NAME=my-shop [DIR=../my-shop]
	@python3 -E -m new "$(NAME)" $(if $(DIR),"$(DIR)")

test-docker: # in one process, because it starts the one engine
	@$(BIN)/pytest -q --engine docker $(ON_DOCKER)

screenshots: .tools/ready-development ## Take README's pictures anew, of the site that runs
	@$(PYTHON) -m tests.e2e.screenshots --port $(PORT)

bench: .tools/ready-development ## Measure deployments and memory; COLD=1 also measures set-up from nothing
	@$(PYTHON) -m benchmarks $(if $(COLD),--cold)

bench-api: .tools/ready-development ## Compare the API's speed with the full-stack-fastapi-template's
	@$(PYTHON) -m benchmarks.api

bench-page: .tools/ready-development ## Measure how fast the page is on a phone, against an empty page
	@$(PYTHON) -m benchmarks.page --port $(PORT)

bench-commands: .tools/ready ## Measure how long a command takes before it does anything
	@$(PYTHON) -m benchmarks.commands
