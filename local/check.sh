#!/bin/sh
# Runs the static checks, the cheapest first, each with its reason: a line each, and the output of those that fail.
# usage: sh local/check.sh [quick]     (quick: only those that take seconds)
set -u
cd "$(dirname "$0")/.." || exit 1
python=.venv/bin/python
service="todoproject todos local" # what runs; bandit finds nothing wrong with a folder that is gone, but mypy does
code="$service benchmarks cost deploy monitoring pipeline platform/installer tests"
scripts=".ci/run local/*.sh kustomize/overlays/local/postgresql/*.sh tests/image/*.sh"
failed=

# check NAME REASON COMMAND…
check() {
    name=$1 reason=$2
    shift 2
    if output=$("$@" 2>&1); then
        printf '%-11s%s\n' "$name" "$reason"
    else
        printf '%-11sFAILED: %s\n%s\n' "$name" "$reason" "$output"
        failed="$failed $name"
    fi
}

# Django with no database, and nothing of what the shell exports for another deployment.
django() {
    secret=$($python -c 'import secrets; print(secrets.token_urlsafe(64))')
    env -i PATH="$PATH" HOME="${HOME:-/}" DJANGO_SETTINGS_MODULE=todoproject.settings \
        DATABASE_URL=postgresql://nobody:nobody@127.0.0.1:1/none ALLOWED_HOSTS=todo.example.com \
        DJANGO_SECRET_KEY="$secret" JWT_SIGNING_KEYS="[{\"kid\": \"check\", \"key\": \"$secret\"}]" "$@"
}

check lock "requirements are what was locked" $python -m local.lock_check
check format "diffs show changes, not taste" $python -m ruff format --check --quiet --output-format=concise .
check lint "likely bugs and unclear code" $python -m ruff check --quiet --output-format=concise .
check yaml "no YAML with two meanings" $python -m yamllint --strict .
check imports "the layers hold" $python -c 'from importlinter.cli import lint_imports_command; lint_imports_command()'
if [ "${1-}" != quick ]; then
    if [ -x .venv/bin/shellcheck ]; then
        check shell "no shell traps" .venv/bin/shellcheck $scripts
    else
        echo "shell      skipped: no wheel of shellcheck for this machine"
    fi
    check security "no well-known weaknesses" $python -m bandit -q -ll -ii -c pyproject.toml -r $service
    check deploy "Django's own checks of production" django $python manage.py check --deploy --fail-level WARNING
    check migrations "models and migrations agree" django $python manage.py makemigrations --check --dry-run
    check types "no call with the wrong kind of value" django $python -m mypy $code
fi
if [ "$failed" ]; then
    echo "failed:$failed"
    exit 1
fi
