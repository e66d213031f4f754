#!/bin/sh
# Runs the static checks, the cheapest first: a line each with its reason, and the output of those that fail.
# usage: sh local/check.sh [quick]     (quick: only those that take a second or two)
# shellcheck disable=SC2086  # the lists below are words, and some are patterns
set -u
cd "$(dirname "$0")/.." || exit 1
python=.venv/bin/python
service="todoproject local $(for file in */resource.toml; do [ ! -f "$file" ] || dirname "$file"; done)" # bandit finds nothing wrong with a folder that is gone; mypy, which has them too, does
code="$service cost deploy environments monitoring pipeline platform/installer tests"
lambda="terraform/lambda/database_access terraform/build_lambda.py terraform/write_values.py"
scripts=".ci/* local/*.sh kustomize/overlays/local/postgresql/*.sh tests/image/*.sh"
if [ -d pattern ]; then code="$code pattern"; fi
failed=
if [ "${1-}" != quick ]; then
    # mypy takes longest, so it starts first, in the background. Its result is printed last.
    types=$(mktemp)
    $python -m local.no_database -m mypy $code $lambda >"$types" 2>&1 &
    mypy=$!
    trap 'kill $mypy 2>/dev/null; rm -f "$types"' EXIT
    trap 'exit 130' INT TERM
fi

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

check lock "requirements are what was locked" $python -m local.lock_check
check format "diffs show changes, not taste" $python -m ruff format --check --quiet --output-format=concise .
check lint "likely bugs and unclear code" $python -m ruff check --quiet --output-format=concise .
check imports "the rules of the house hold" \
    $python -c "from importlinter.cli import lint_imports_command; lint_imports_command()"
check yaml "no YAML with two meanings" $python -m yamllint --strict .
if [ "${1-}" != quick ]; then
    if [ -x .venv/bin/shellcheck ]; then
        check shell "no shell traps" .venv/bin/shellcheck $scripts
    else
        echo "shell      skipped: no shellcheck for this machine; install it: apt-get install shellcheck"
    fi
    check security "no well-known weaknesses" $python -m bandit -q -ll -ii -c pyproject.toml -r $service
    check deploy "Django's own checks of production" \
        $python -m local.no_database manage.py check --deploy --fail-level WARNING
    check migrations "models and migrations agree" \
        $python -m local.no_database manage.py makemigrations --check --dry-run
    wait "$mypy" && status=0 || status=$?
    result_of_mypy() {
        cat "$types"
        return "$status"
    }
    check types "no call with the wrong kind of value" result_of_mypy
fi
if [ "$failed" ]; then
    echo "failed:$failed"
    exit 1
fi
