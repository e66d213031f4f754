# shellcheck shell=bash
# Sourced by every script that needs Terraform's state.

# enter ENVIRONMENT: go into its root and connect it with its own state. Every script does so each time: a folder that was
# copied together with its .terraform would otherwise go on with the state of the one it was copied from.
enter() {
  local roots
  roots=$(cd "$(dirname "${BASH_SOURCE[0]}")/../envs" && pwd)
  environment=${1:-}
  if [ -z "$environment" ] || [ ! -f "$roots/$environment/settings.auto.tfvars" ]; then
    echo "usage: terraform/bin/$(basename "$0") ENVIRONMENT, one of: $(environments "$roots")" >&2
    exit 2
  fi
  cd "$roots/$environment" || exit
  terraform init -input=false -reconfigure -lockfile=readonly \
    -backend-config=backend.hcl -backend-config="key=$environment.tfstate"
}

# environments ROOTS: the folders that are environments; the bootstrap is none.
environments() { (cd "$1" && find . -name settings.auto.tfvars | cut -d/ -f2 | sort | paste -sd' ' -); }

# read_values: project, region, cluster, database, bootstrap and vpc of the environment, from Terraform's outputs; AWS and
# kubectl talk to it alone from then on.
read_values() {
  local values of
  values=$(terraform output -json values)
  # No value has a space.
  values=$(python3 -c 'import json, sys; values = json.load(sys.stdin); print(*(values[name] for name in sys.argv[1:]))' \
    environment aws_region cluster_name database_identifier bootstrap_function vpc_id <<<"$values")
  read -r of region cluster database bootstrap vpc <<<"$values"
  if [ "$of" != "$environment" ]; then
    echo "the state of $environment holds the outputs of $of: nothing was changed" >&2
    exit 1
  fi
  project=$(sed -n 's/.*"name": "\(.*\)".*/\1/p' ../../../project.json)
  export AWS_REGION=$region
  # The file of `make kubeconfig`: nobody's own context changes, and no command below reaches another cluster.
  export KUBECONFIG=$PWD/../../../.local/kubeconfig-$environment
}

# setting NAME: whether the environment's settings say true.
setting() { grep -Eq "^ *$1 *= *true" settings.auto.tfvars; }

# must_sleep: end with a sentence where the environment's settings do not let it sleep.
must_sleep() {
  if ! setting sleeps; then
    echo "$environment never sleeps (sleeps = false in terraform/envs/$environment/settings.auto.tfvars): nothing was changed" >&2
    exit 2
  fi
}
