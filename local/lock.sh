#!/bin/sh
# Locks the dependencies of pyproject.toml and exports them, one hash-locked file a group.
# usage: sh local/lock.sh     (POETRY=… names the command)
set -eu

poetry=${POETRY:-poetry}
if ! "$poetry" --version >/dev/null 2>&1 || ! "$poetry" export --help >/dev/null 2>&1; then
    echo "Poetry with its export plugin is needed, outside of .venv: pipx install poetry &&" \
        "pipx inject poetry poetry-plugin-export (or POETRY=/path/to/poetry)." >&2
    exit 1
fi
"$poetry" lock
for group in main local dev; do
    "$poetry" export --only "$group" --output "requirements/$group.txt"
done
for project in django-6.1 terraform checkov benchmarks; do
    "$poetry" --project "requirements/$project" lock
    "$poetry" --project "requirements/$project" export --output "requirements/$project/requirements.txt"
done
exec .venv/bin/python -m local.lock_check
