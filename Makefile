# The commands of this repository: `make` lists them. Paths are relative and programs run as `python -m …`, so that a
# clone works anywhere, also below a long path with spaces. Works with GNU make 3.81 (macOS) and later.

PYTHON := .venv/bin/python
.DEFAULT_GOAL := help
TERRAFORM_PYTHON ?= $(PYTHON)
.PHONY: help run stop user token test quick check lint types django-6.1 terraform-test cost lambda terraform-docs preflight monitoring format lock lock-check openapi migrations-check screenshots clean

# As typed, without make's own expansion of `$`: a password may hold one.
override export NAME := $(value NAME)
override export PASSWORD := $(value PASSWORD)

help: ## list these targets
	@awk 'BEGIN { FS = ":.*## " } /^[a-z0-9.-]+:.*## / { printf "  make %-18s %s\n", $$1, $$2 }' Makefile
	@echo
	@echo "  make run takes PORT=8001 (default 8000), RELOAD=1 (reload on edit), SERVER=asgi (uvicorn) and DATABASE_URL=postgres://…"

run: .venv/run ## start PostgreSQL and the service with demo data; Ctrl-C stops both
	@exec $(PYTHON) -m local run

stop: .venv/run ## stop what a `make run` in the background, or a killed one, left
	@exec $(PYTHON) -m local stop

user: .venv/run ## make an API user: make user NAME=eve PASSWORD='a good password'
	@exec $(PYTHON) -m local user "$$NAME" "$$PASSWORD"

token: .venv/run ## print a valid access token, alone on stdout: make token NAME=eve
	@exec $(PYTHON) -m local token "$$NAME"

test: .venv/test ## static checks and the whole test suite
	@exec $(PYTHON) -m local.checks test

quick: .venv/test ## the cheap checks and the fast tests
	@exec $(PYTHON) -m local.checks quick

check: .venv/test ## the static checks alone
	@exec $(PYTHON) -m local.checks check

django-6.1: .venv/test .venv-django-6.1/django-6.1 ## run the tests of API and project on Django 6.1
	@echo "left out here: schemathesis (main environment only), the golden SQL of a list (6.1 words it differently)" >&2
	@exec .venv-django-6.1/bin/python -m pytest -m "not cluster" -W default::PendingDeprecationWarning \
		--deselect tests/api/test_schemathesis.py \
		--deselect tests/api/test_statements.py::test_the_statements_of_a_list_are_the_golden_ones \
		tests/api tests/project

terraform-test: ## apply every environment to an emulator (20 minutes; needs terraform, and TERRAFORM_PYTHON with moto)
	@exec $(TERRAFORM_PYTHON) -m pytest -p no:tests.postgresql_plugin -o addopts= -o DJANGO_SETTINGS_MODULE= tests/terraform

cost: .venv/test ## write docs/cost/ anew from the kept plans and the price table
	@$(PYTHON) -m cost dev tests/cost/plans/dev-awake.json tests/cost/plans/dev-asleep.json --ceiling 50 --output docs/cost
	@$(PYTHON) -m cost prod tests/cost/plans/prod.json --output docs/cost

lambda: .venv/run ## build the package of the database Lambda, locked by hash
	@exec $(PYTHON) terraform/build_lambda.py

terraform-docs: .venv/run ## write the READMEs of the Terraform modules anew
	@exec $(PYTHON) terraform/module_readmes.py

preflight: ## look at an AWS account before anything is made: make preflight ENV=dev
	@exec terraform/bin/preflight $(ENV)

monitoring: .venv/test ## write rules, dashboards and bake queries anew from monitoring/slo.yaml and monitoring/alerts/
	@exec $(PYTHON) -m monitoring.generate

lint: .venv/test ## lint Python, and mend what can be mended safely
	@exec $(PYTHON) -m ruff check --fix .

types: .venv/test ## check the types
	@exec $(PYTHON) -m local.checks types

format: .venv/test ## format Python
	@exec $(PYTHON) -m ruff format .

lock: .venv/test ## lock the dependencies of pyproject.toml and export requirements/*.txt (needs Poetry)
	@exec sh local/lock.sh

lock-check: .venv/test ## check that poetry.lock and requirements/*.txt are fresh (needs no Poetry)
	@exec $(PYTHON) -m local.lock_check

openapi: .venv/test ## write docs/openapi.yaml anew
	@exec $(PYTHON) -m local.checks openapi

migrations-check: .venv/test ## check that the models have the migrations they need
	@exec $(PYTHON) -m local.checks migrations

screenshots: .venv/test ## take the pictures in docs/screenshots/ anew (needs Chromium)
	@exec $(PYTHON) -m pytest -q --no-header tests/admin/screenshots.py

clean: ## remove environment, caches and collected assets; the data in .local/ stays
	rm -rf .venv .venv-django-6.1 static .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage* .local/assets

# What it says goes to stderr: stdout belongs to the target.
.venv/run: requirements/main.txt requirements/local.txt
	@exec sh local/environment.sh run >&2

.venv/test: requirements/main.txt requirements/local.txt requirements/dev.txt
	@exec sh local/environment.sh test >&2

.venv-django-6.1/django-6.1: requirements/django-6.1/requirements.txt
	@exec sh local/environment.sh django-6.1 >&2
