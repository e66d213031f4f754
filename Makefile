# The commands of this repository: `make` lists them. Paths are relative and programs run as `python -m …`, so that a
# clone works anywhere, also below a long path with spaces. Works with GNU make 3.81 (macOS) and later.

PYTHON := .venv/bin/python
.DEFAULT_GOAL := help
# Of the tests of terraform/: pytest as in requirements/terraform, beside the other suites.
TERRAFORM_TESTS := .venv-terraform/bin/python -m pytest -c requirements/terraform/pyproject.toml --rootdir=. --confcutdir=tests/terraform
# kubectl is the machine's, or else that of the environment for tests.
DEPLOY = env PATH="$$PATH:$(CURDIR)/.venv/bin" $(PYTHON) -m deploy
.PHONY: help run stop user token service test quick check django-6.1 terraform-test terraform-types evidence render golden local-cluster release rollback status cost bench lambda terraform-docs preflight values kubeconfig cluster-test platform monitoring observe incident lint types format lock lock-check openapi migrations-check screenshots image clean

# As typed, without make's own expansion of `$`: a password may hold one.
override export NAME := $(value NAME)
override export PASSWORD := $(value PASSWORD)
override export PLURAL := $(value PLURAL)

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

service: .venv/test ## turn this clone into a service of your own: make service NAME=invoice (PLURAL= if it is irregular)
	@exec $(PYTHON) -m local.new_service "$$NAME" "$$PLURAL"

# What needs Terraform is skipped where there is none, and says so; in CI it fails.
test: .venv/test $(if $(CI),.venv-django-6.1/django-6.1 .venv-checkov/checkov) $(if $(CI)$(shell command -v terraform),.venv-terraform/terraform) ## static checks and all suites, within minutes (CI set: with Django 6.1 and what takes longer)
	@exec $(PYTHON) -m local.checks test

quick: .venv/test ## the cheap checks and the fast tests
	@exec $(PYTHON) -m local.checks quick

check: .venv/test ## the static checks alone
	@exec $(PYTHON) -m local.checks check

django-6.1: .venv/test .venv-django-6.1/django-6.1 ## run the tests of API and project on Django 6.1
	@exec $(PYTHON) -m local.checks django-6.1

terraform-test: .venv-terraform/terraform .venv-checkov/checkov ## apply every environment to an emulator (needs terraform)
	@exec $(TERRAFORM_TESTS) tests/terraform

terraform-types: .venv-terraform/terraform ## check the types of terraform/ and its tests
	@exec .venv-terraform/bin/python -m mypy --config-file requirements/terraform/pyproject.toml \
		tests/terraform terraform/lambda/database_access terraform/build_lambda.py terraform/module_readmes.py terraform/write_values.py

evidence: .venv-terraform/terraform ## write docs/evidence/terraform/ anew from a run against the emulator
	@EVIDENCE=docs/evidence exec $(TERRAFORM_TESTS) tests/terraform/test_apply.py

render: .venv/test ## print what will run: make render ENV=dev COLOUR=blue (or PART=shared, migrate, traffic-blue, …)
	@exec .venv/bin/kubectl kustomize kustomize/overlays/$(ENV)/$(or $(PART),$(COLOUR))

golden: .venv/test ## accept how the manifests render now: writes tests/kustomize/golden anew
	@exec $(PYTHON) -m tests.kustomize.golden_files

local-cluster: .venv/test ## make namespace and throw-away secrets of overlays/local in the current cluster
	@exec $(PYTHON) kustomize/overlays/local/prepare.py

release: .venv/run ## bring an image to all users: make release ENV=dev DIGEST=sha256:… (FIRST=1, RESUME=1)
	@exec $(DEPLOY) release --env $(ENV) $(if $(DIGEST)$(IMAGE),--image $(or $(DIGEST),$(IMAGE))) \
		$(if $(FIRST),--first) $(if $(RESUME),--resume)

rollback: .venv/run ## back to the former colour: make rollback ENV=prod
	@exec $(DEPLOY) rollback --env $(ENV)

status: .venv/run ## what is live, and how warm a rollback is: make status ENV=prod (FOLLOW=1)
	@exec $(DEPLOY) status --env $(ENV) $(if $(FOLLOW),--follow)

cost: .venv/test ## write docs/cost/ anew from the kept plans and the price table
	@$(PYTHON) -m cost dev tests/cost/plans/dev-awake.json tests/cost/plans/dev-asleep.json --ceiling 50 --output docs/cost
	@$(PYTHON) -m cost prod tests/cost/plans/prod.json --output docs/cost

bench: .venv/run .venv-benchmarks/benchmarks ## measure the service beside its peers, and write docs/performance.md anew (ONLY=pod ROUNDS=3)
	@exec $(PYTHON) -m benchmarks $(foreach part,$(ONLY),--only $(part)) $(if $(ROUNDS),--rounds $(ROUNDS)) $(if $(SECONDS),--seconds $(SECONDS))

lambda: .venv/run ## build the package of the database Lambda, locked by hash
	@exec $(PYTHON) terraform/build_lambda.py

terraform-docs: .venv/run ## write the READMEs of the Terraform modules anew
	@exec $(PYTHON) terraform/module_readmes.py

preflight: ## look at an AWS account before anything is made: make preflight ENV=dev
	@exec terraform/bin/preflight $(ENV)

values: .venv/run ## write kustomize/overlays/ENV/values.env from Terraform's outputs: make values ENV=dev
	@exec $(PYTHON) terraform/write_values.py $(ENV)

kubeconfig: ## write .local/kubeconfig-ENV for the cluster of an environment: make kubeconfig ENV=dev
	@exec terraform/bin/kubeconfig $(ENV)

cluster-test: .venv/test ## release to the cluster of the current kubeconfig with overlays/local, and count what users would see
	@exec $(PYTHON) -m pytest -p no:tests.postgresql_plugin -o addopts=--strict-markers -o DJANGO_SETTINGS_MODULE= \
		-m cluster tests/cluster

platform: .venv/run ## install what a cluster needs before the application: make platform ENV=dev (DRY_RUN=1 prints the commands)
	@PYTHONPATH=platform exec $(PYTHON) -m installer --env "$(ENV)" $(if $(DRY_RUN),--dry-run)

monitoring: .venv/test ## write rules, dashboards and bake queries anew from monitoring/slo.yaml and monitoring/alerts/
	@exec $(PYTHON) -m monitoring.generate

observe: .venv/test ## the SLOs of the running `make run` as a table, by a Prometheus of this machine (ONCE=1)
	@exec $(PYTHON) -m monitoring.live observe $(if $(ONCE),--once)

incident: .venv/test ## cause a failure and see its alerts: make incident KIND=errors|latency|database|pool (PICTURES=folder)
	@exec $(PYTHON) -m monitoring.live incident "$(KIND)" $(if $(PICTURES),--pictures "$(PICTURES)")

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

image: ## build the container image todo:dev with docker or podman; IMAGE= gives another name
	@exec sh local/image.sh

clean: ## remove environment, caches and collected assets; the data in .local/ stays
	rm -rf .venv .venv-django-6.1 .venv-terraform .venv-checkov .venv-benchmarks static .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage* .local/assets

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
