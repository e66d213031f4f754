# The commands of this repository: `make` lists them. Paths are relative and programs run as `python -m …`, so that a
# clone works anywhere, also below a long path with spaces. Works with GNU make 3.81 (macOS) and later.

PYTHON := .venv/bin/python
.DEFAULT_GOAL := help
# -n auto: see tests/postgresql_plugin.py.
PYTEST := $(PYTHON) -m pytest -q -n auto
# Any Python from 3.9 and no package: nothing is installed first. kubectl is the machine's, or that of the tests.
DEPLOY = env PATH="$$PATH:$(CURDIR)/.venv/bin" python3 -m deploy
.PHONY: help run stop user token test quick check resource update terraform-test generate docs environment render golden release restore-drill rollback status cost lambda preflight values kubeconfig cluster-test platform monitoring format lock openapi image clean

# pytest rewrites some hundred modules; kept, they save each worker seconds.
unexport PYTHONDONTWRITEBYTECODE
# As typed, without make's own expansion of `$`: a password may hold one.
override export NAME := $(value NAME)
override export PASSWORD := $(value PASSWORD)
override export FIELDS := $(value FIELDS)
override export PLURAL := $(value PLURAL)

# $(call need,ENV,ENV=dev) stops a target that was called without ENV, with the line to type instead.
need = $(if $($1),,$(error make $@ needs $1=…: make $@ $2))

##@ Start here

help: ## list these commands
	@awk 'BEGIN { FS = ":.*## " } /^##@ / { printf "\n%s\n", substr($$0, 5) } \
		/^[a-z0-9.-]+:.*## / { printf "  make %-17s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo "make run takes PORT=8001 (default 8000), RELOAD=1 (on edit), SERVER=asgi (uvicorn), DATABASE_URL=…"
	@echo "make environment NAME=staging LIKE=prod adds an environment"

run: .venv/run ## start PostgreSQL and the service with demo data; Ctrl-C stops both
	@exec $(PYTHON) -m local run

stop: .venv/run ## stop what a `make run` in the background, or a killed one, left
	@exec $(PYTHON) -m local stop

user: .venv/run ## add an API user (NAME=eve PASSWORD='a good password'), or: token
	$(call need,NAME,NAME=eve PASSWORD='a good password')
	$(call need,PASSWORD,NAME=eve PASSWORD='a good password')
	@exec $(PYTHON) -m local user "$$NAME" "$$PASSWORD"

# A valid access token, alone on stdout.
token: .venv/run
	$(call need,NAME,NAME=eve)
	@exec $(PYTHON) -m local token "$$NAME"

clean: ## delete environments, caches and assets; the data in .local/ stays
	rm -rf .venv .venv-* static .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage* .local/assets

##@ Check what you changed

quick: .venv/test ## run the static checks and the fast tests; the checks alone: check
	@sh local/check.sh quick
	@exec $(PYTEST) -m "not slow and not ci and not cluster"

test: .venv/test $(if $(CI),.venv-checkov/ready .venv/docs) ## run static checks and tests (CI=1: also slow ones and other programs)
	@sh local/check.sh
	@exec $(PYTEST) --cov $(if $(CI),-m "not cluster" --timeout 600)

check: .venv/test
	@exec sh local/check.sh

format: .venv/test ## format Python, and apply safe fixes
	@$(PYTHON) -m ruff check --fix-only --quiet .
	@exec $(PYTHON) -m ruff format .

restore-drill: .venv/run ## lose rows of a database on this machine, and restore them
	@exec $(PYTHON) -m local.restore_drill

terraform-test: .venv/test .venv-checkov/ready ## apply every environment to an emulator (EVIDENCE=docs/evidence)
	@exec $(PYTEST) -m "not cluster" tests/terraform

##@ Your own service

resource: ## write a resource (NAME=job FIELDS='title:str(80)'), or REMOVE=1 one
	$(call need,NAME,NAME=work-order FIELDS='title:str(200) priority:choice(low,high)=low cost:decimal(10,2)?')
	@$(or $(shell command -v python3),python) -m local.new_resource check
	@$(MAKE) --no-print-directory .venv/test
	@exec $(PYTHON) -m local.new_resource

update: ## merge newer versions from upstream, if all tests pass here
	@exec $(or $(shell command -v python3),python) -m local.update

image: ## build the container image service:dev by docker or podman (IMAGE=name)
	@exec sh local/image.sh

##@ Generated files

generate: environment openapi golden cost monitoring docs ## all, or: environment openapi golden cost monitoring docs

# The site of docs/, in .local/site; a link that leads nowhere fails.
docs: .venv/docs
	@exec $(PYTHON) -m local.docs_site

lock: .venv/test ## write poetry.lock and requirements/ from pyproject.toml (needs Poetry)
	@exec sh local/lock.sh

openapi: .venv/test
	@exec $(PYTHON) -m local.no_database manage.py spectacular --file docs/openapi.yaml --validate --fail-on-warn

golden: .venv/test
	@exec $(PYTHON) -m tests.kustomize.test_golden

cost: .venv/test
	@exec $(PYTHON) -m cost --plans tests/cost/plans --output docs/cost

# With LIKE it adds an environment, whose name it reads from the variable NAME, as typed.
environment: .venv/test
	@exec $(PYTHON) -m environments$(if $(LIKE),.new "$(LIKE)")

monitoring: .venv/test
	@exec $(PYTHON) -m monitoring.generate

##@ A cluster, and releases to it

render: .venv/test ## print the manifests (ENV=dev COLOUR=blue, or PART=shared, migrate, …)
	$(call need,ENV,ENV=dev COLOUR=blue)
	$(if $(PART),,$(call need,COLOUR,ENV=dev COLOUR=blue))
	@exec .venv/bin/kubectl kustomize kustomize/overlays/$(ENV)/$(or $(PART),$(COLOUR))

cluster-test: .venv/test ## test releases on the current cluster, with overlays/local
	@exec $(PYTHON) -m pytest -p no:tests.postgresql_plugin -o addopts=--strict-markers \
		-p no:randomly -m cluster tests/cluster

kubeconfig: ## write .local/kubeconfig-ENV for an environment (ENV=dev)
	$(call need,ENV,ENV=dev)
	@exec terraform/bin/kubeconfig $(ENV)

platform: .venv/run ## install what a cluster needs first (ENV=dev DRY_RUN=1 DIFF=1)
	$(call need,ENV,ENV=dev)
	@PYTHONPATH=platform:. exec $(PYTHON) -m installer --env "$(ENV)" $(if $(DRY_RUN),--dry-run) $(if $(DIFF),--diff)

release: ## release an image (ENV=dev DIGEST=sha256:… FIRST=1 RESUME=1)
	$(call need,ENV,ENV=dev DIGEST=sha256:…)
	$(if $(IMAGE)$(RESUME),,$(call need,DIGEST,ENV=dev DIGEST=sha256:…))
	@exec $(DEPLOY) release --env $(ENV) $(if $(DIGEST)$(IMAGE),--image $(or $(DIGEST),$(IMAGE))) \
		$(if $(FIRST),--first) $(if $(RESUME),--resume)

rollback: ## move all users to the former colour (ENV=prod WAIT=1)
	$(call need,ENV,ENV=prod)
	@exec $(DEPLOY) rollback --env $(ENV) $(if $(WAIT),--wait)

status: ## the live colour, and how long a rollback takes (ENV=prod FOLLOW=1)
	$(call need,ENV,ENV=prod)
	@exec $(DEPLOY) status --env $(ENV) $(if $(FOLLOW),--follow)

##@ AWS

preflight: ## check an AWS account before the first apply (ENV=dev)
	$(call need,ENV,ENV=dev)
	@exec terraform/bin/preflight $(ENV)

values: .venv/run ## write overlays/ENV/values.env from Terraform's outputs (ENV=dev)
	$(call need,ENV,ENV=dev)
	@exec $(PYTHON) terraform/write_values.py $(ENV)

lambda: .venv/run ## build the package of the database Lambda
	@exec $(PYTHON) terraform/build_lambda.py

# Its messages go to stderr: stdout belongs to the target.
.venv/run: requirements/main.txt requirements/local.txt
	@exec sh local/environment.sh $@ $^ >&2

.venv/test: requirements/main.txt requirements/local.txt requirements/dev.txt
	@exec sh local/environment.sh $@ $^ >&2

# The site generator needs packages of the tests too.
.venv/docs: .venv/test requirements/docs.txt
	@exec sh local/environment.sh $@ requirements/docs.txt >&2

.venv-checkov/ready: requirements/checkov.txt
	@exec sh local/environment.sh $@ $^ >&2

-include pattern/Makefile
