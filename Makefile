# The commands of this repository: `make` lists them. Paths are relative and programs run as `python -m …`, so that a
# clone works anywhere, also below a long path with spaces. Works with GNU make 3.81 (macOS) and later.

PYTHON := .venv/bin/python
.DEFAULT_GOAL := help
# Of the tests of terraform/: pytest as in requirements/terraform, beside the other suites.
TERRAFORM_TESTS := .venv-terraform/bin/python -m pytest -c requirements/terraform/pyproject.toml --rootdir=. --confcutdir=tests/terraform
# Any Python from 3.9 and no package: nothing is installed first. kubectl is the machine's, or that of the tests.
DEPLOY = env PATH="$$PATH:$(CURDIR)/.venv/bin" python3 -m deploy
.PHONY: help run service stop user token test quick check django-6.1 terraform-test terraform-types evidence render golden local-cluster release rollback status cost bench lambda terraform-docs preflight values kubeconfig cluster-test platform monitoring observe incident lint types format lock lock-check openapi migrations-check screenshots image clean

# As typed, without make's own expansion of `$`: a password may hold one.
override export NAME := $(value NAME)
override export PASSWORD := $(value PASSWORD)
override export PLURAL := $(value PLURAL)

# $(call need,ENV,ENV=dev) stops a target that was called without ENV, with the line to type instead.
need = $(if $($1),,$(error make $@ needs $1=…: make $@ $2))

##@ Start here

help: ## list these targets
	@awk 'BEGIN { FS = ":.*## " } /^##@ / { printf "\n%s\n", substr($$0, 5) } \
		/^[a-z0-9.-]+:.*## / { printf "  make %-17s %s\n", $$1, $$2 }' Makefile
	@echo
	@echo "make run takes PORT=8001 (default 8000), RELOAD=1 (on edit), SERVER=asgi (uvicorn), DATABASE_URL=…"

run: .venv/run ## start PostgreSQL and the service with demo data; Ctrl-C stops both
	@exec $(PYTHON) -m local run

stop: .venv/run ## stop what a `make run` in the background, or a killed one, left
	@exec $(PYTHON) -m local stop

user: .venv/run ## make an API user (NAME=eve PASSWORD='a good password')
	$(call need,NAME,NAME=eve PASSWORD='a good password')
	$(call need,PASSWORD,NAME=eve PASSWORD='a good password')
	@exec $(PYTHON) -m local user "$$NAME" "$$PASSWORD"

token: .venv/run ## print a valid access token, alone on stdout (NAME=eve)
	$(call need,NAME,NAME=eve)
	@exec $(PYTHON) -m local token "$$NAME"

observe: .venv/test ## the SLOs of the running `make run` as a table (ONCE=1)
	@exec $(PYTHON) -m monitoring.live observe $(if $(ONCE),--once)

incident: .venv/test ## cause a failure and see its alerts (KIND=errors PICTURES=folder)
	$(call need,KIND,KIND=errors)
	@exec $(PYTHON) -m monitoring.live incident "$(KIND)" $(if $(PICTURES),--pictures "$(PICTURES)")

clean: ## remove environments, caches and assets; the data in .local/ stays
	rm -rf .venv .venv-django-6.1 .venv-terraform .venv-checkov .venv-benchmarks static .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage* .local/assets

##@ Check what you changed

quick: .venv/test ## the cheap checks and the fast tests
	@exec $(PYTHON) -m local.checks quick

# What needs Terraform is skipped where there is none, and says so; in CI it fails.
test: .venv/test $(if $(CI),.venv-django-6.1/django-6.1 .venv-checkov/checkov) $(if $(CI)$(shell command -v terraform),.venv-terraform/terraform) ## static checks and all suites, within minutes (CI=1: with what takes longer)
	@exec $(PYTHON) -m local.checks test

check: .venv/test ## the static checks alone
	@exec $(PYTHON) -m local.checks check

format: .venv/test ## format Python
	@exec $(PYTHON) -m ruff format .

lint: .venv/test ## lint Python, and mend what can be mended safely
	@exec $(PYTHON) -m ruff check --fix .

types: .venv/test ## check the types
	@exec $(PYTHON) -m local.checks types

migrations-check: .venv/test ## check that the models have the migrations they need
	@exec $(PYTHON) -m local.checks migrations

lock-check: .venv/test ## check that poetry.lock and requirements/ are fresh (needs no Poetry)
	@exec $(PYTHON) -m local.lock_check

django-6.1: .venv/test .venv-django-6.1/django-6.1 ## run the tests of API and project on Django 6.1
	@exec $(PYTHON) -m local.checks django-6.1

terraform-test: .venv-terraform/terraform .venv-checkov/checkov ## apply every environment to an emulator (needs terraform)
	@exec $(TERRAFORM_TESTS) tests/terraform

terraform-types: .venv-terraform/terraform ## check the types of terraform/ and of its tests
	@exec .venv-terraform/bin/python -m mypy --config-file requirements/terraform/pyproject.toml \
		tests/terraform terraform/lambda/database_access terraform/build_lambda.py terraform/module_readmes.py terraform/write_values.py

##@ Your own service

service: .venv/test ## turn this clone into your own service (NAME=invoice, PLURAL= if irregular)
	$(call need,NAME,NAME=invoice)
	@exec $(PYTHON) -m local.new_service "$$NAME" "$$PLURAL"

image: ## build the container image todo:dev by docker or podman (IMAGE=name)
	@exec sh local/image.sh

bench: .venv/run .venv-benchmarks/benchmarks ## measure beside the peers, into docs/performance.md (ONLY=pod ROUNDS=3)
	@exec $(PYTHON) -m benchmarks $(foreach part,$(ONLY),--only $(part)) $(if $(ROUNDS),--rounds $(ROUNDS)) $(if $(SECONDS),--seconds $(SECONDS))

##@ Write anew what is generated

openapi: .venv/test ## docs/openapi.yaml
	@exec $(PYTHON) -m local.checks openapi

lock: .venv/test ## poetry.lock and requirements/, from pyproject.toml (needs Poetry)
	@exec sh local/lock.sh

golden: .venv/test ## tests/kustomize/golden: accept how the manifests render now
	@exec $(PYTHON) -m tests.kustomize.golden_files

cost: .venv/test ## docs/cost/, from the kept plans and the price table
	@$(PYTHON) -m cost dev tests/cost/plans/dev-awake.json tests/cost/plans/dev-asleep.json --ceiling 50 --output docs/cost
	@$(PYTHON) -m cost prod tests/cost/plans/prod.json --output docs/cost

monitoring: .venv/test ## rules, dashboards, bake queries, from monitoring/slo.yaml and alerts/
	@exec $(PYTHON) -m monitoring.generate

terraform-docs: .venv/run ## the READMEs of the Terraform modules
	@exec $(PYTHON) terraform/module_readmes.py

evidence: .venv-terraform/terraform ## docs/evidence/terraform/, from a run against the emulator (needs terraform)
	@EVIDENCE=docs/evidence exec $(TERRAFORM_TESTS) tests/terraform/test_apply.py

screenshots: .venv/test ## docs/screenshots/ of admin and docs (needs Chromium)
	@exec $(PYTHON) -m pytest -q --no-header tests/admin/screenshots.py

##@ A cluster, and releases to it

render: .venv/test ## print what will run (ENV=dev COLOUR=blue, or PART=shared, migrate, …)
	$(call need,ENV,ENV=dev COLOUR=blue)
	$(if $(PART),,$(call need,COLOUR,ENV=dev COLOUR=blue))
	@exec .venv/bin/kubectl kustomize kustomize/overlays/$(ENV)/$(or $(PART),$(COLOUR))

local-cluster: .venv/test ## namespace and throw-away secrets of overlays/local, in the current cluster
	@exec $(PYTHON) kustomize/overlays/local/prepare.py

cluster-test: .venv/test ## release to the current cluster with overlays/local, as users would see it
	@exec $(PYTHON) -m pytest -p no:tests.postgresql_plugin -o addopts=--strict-markers -o DJANGO_SETTINGS_MODULE= \
		-m cluster tests/cluster

kubeconfig: ## write .local/kubeconfig-ENV for the cluster of an environment (ENV=dev)
	$(call need,ENV,ENV=dev)
	@exec terraform/bin/kubeconfig $(ENV)

platform: .venv/run ## install what a cluster needs before the service (ENV=dev DRY_RUN=1)
	$(call need,ENV,ENV=dev)
	@PYTHONPATH=platform exec $(PYTHON) -m installer --env "$(ENV)" $(if $(DRY_RUN),--dry-run)

release: ## bring an image to all users (ENV=dev DIGEST=sha256:… FIRST=1 RESUME=1)
	$(call need,ENV,ENV=dev DIGEST=sha256:…)
	$(if $(IMAGE)$(RESUME),,$(call need,DIGEST,ENV=dev DIGEST=sha256:…))
	@exec $(DEPLOY) release --env $(ENV) $(if $(DIGEST)$(IMAGE),--image $(or $(DIGEST),$(IMAGE))) \
		$(if $(FIRST),--first) $(if $(RESUME),--resume)

rollback: ## back to the former colour (ENV=prod WAIT=1)
	$(call need,ENV,ENV=prod)
	@exec $(DEPLOY) rollback --env $(ENV) $(if $(WAIT),--wait)

status: ## what is live, and how warm a rollback is (ENV=prod FOLLOW=1)
	$(call need,ENV,ENV=prod)
	@exec $(DEPLOY) status --env $(ENV) $(if $(FOLLOW),--follow)

##@ AWS

preflight: ## look at an AWS account before anything is made (ENV=dev)
	$(call need,ENV,ENV=dev)
	@exec terraform/bin/preflight $(ENV)

values: .venv/run ## write overlays/ENV/values.env from Terraform's outputs (ENV=dev)
	$(call need,ENV,ENV=dev)
	@exec $(PYTHON) terraform/write_values.py $(ENV)

lambda: .venv/run ## build the package of the database Lambda, locked by hash
	@exec $(PYTHON) terraform/build_lambda.py

# What it says goes to stderr: stdout belongs to the target.
.venv/run: requirements/main.txt requirements/local.txt
	@exec sh local/environment.sh run >&2

.venv/test: requirements/main.txt requirements/local.txt requirements/dev.txt
	@exec sh local/environment.sh test >&2

.venv-django-6.1/django-6.1: requirements/django-6.1/requirements.txt
	@exec sh local/environment.sh django-6.1 >&2

.venv-terraform/terraform: requirements/terraform/requirements.txt
	@exec sh local/environment.sh terraform >&2

.venv-checkov/checkov: requirements/checkov/requirements.txt
	@exec sh local/environment.sh checkov >&2

.venv-benchmarks/benchmarks: requirements/benchmarks/requirements.txt
	@exec sh local/environment.sh benchmarks >&2
