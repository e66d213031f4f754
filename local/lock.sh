#!/bin/sh
# Locks the dependencies of each pyproject.toml and exports them, hash-locked. Of checkov only the export is kept.
# usage: sh local/lock.sh     (POETRY=… names the command)
set -eu

poetry=${POETRY:-poetry}
if ! "$poetry" --version >/dev/null 2>&1; then
    echo "Poetry is needed, outside of .venv: pipx install poetry (or POETRY=/path/to/poetry)." >&2
    exit 1
fi
export POETRY_VIRTUALENVS_CREATE=false
for lock in poetry.lock */poetry.lock; do
    "$poetry" --project "$(dirname "$lock")" lock
done
.venv/bin/python -m local.lock_check --write

checkov=$(mktemp -d)
trap 'rm -rf "$checkov"' EXIT
cp requirements/checkov.toml "$checkov/pyproject.toml"
"$poetry" --project "$checkov" lock
.venv/bin/python -m local.lock_check --export "$checkov/poetry.lock" >requirements/checkov.txt
