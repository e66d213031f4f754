#!/bin/sh
# Locks the dependencies of each pyproject.toml and exports them, hash-locked.
# usage: sh local/lock.sh     (POETRY=… names the command)
set -eu

poetry=${POETRY:-poetry}
if ! "$poetry" --version >/dev/null 2>&1; then
    echo "Poetry is needed, outside of .venv: pipx install poetry (or POETRY=/path/to/poetry)." >&2
    exit 1
fi
export POETRY_VIRTUALENVS_CREATE=false
for lock in poetry.lock */poetry.lock requirements/*/poetry.lock; do
    [ ! -e "$lock" ] || "$poetry" --project "$(dirname "$lock")" lock
done
exec .venv/bin/python -m local.lock_check --write
