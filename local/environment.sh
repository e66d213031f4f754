#!/bin/sh
# Makes the Python environment of a stamp from hash-locked requirements, and touches the stamp for make.
# usage: sh local/environment.sh .venv/run requirements/main.txt …     (PYTHON_COMMAND=… names the Python to use)
set -eu

stamp=$1
environment=$(dirname "$stamp")
shift
supported='import sys, ensurepip; sys.exit(sys.version_info[:2] not in {(3, 12), (3, 13)})'

if ! "$environment/bin/python" -c "$supported" 2>/dev/null; then
    found=
    for candidate in ${PYTHON_COMMAND:-} python3.12 python3.13 python3 python \
        /usr/local/bin/python3.12 /opt/homebrew/bin/python3.12 /opt/homebrew/bin/python3.13; do
        if "$candidate" -c "$supported" 2>/dev/null; then
            found=$candidate
            break
        fi
    done
    if [ -z "$found" ]; then
        echo "No Python 3.12 or 3.13 with venv was found: install one (Debian: python3.12-venv, macOS: brew install" \
            "python@3.12, anywhere: pyenv install 3.12), or name it with PYTHON_COMMAND=/path/to/python3.12."
        exit 1
    fi
    echo "  making $environment with $("$found" --version)"
    rm -rf "$environment"
    "$found" -m venv "$environment"
fi

started=$(date +%s)
echo "  installing $* into $environment, locked by hash …"
for file in "$@"; do
    set -- "$@" -r "$file"
    shift
done
# Without dependencies: a lock has them all, and pip would look for a package's extra (`coverage[toml]`) again and stop at
# the first release that is newer than the lock.
"$environment/bin/python" -m pip install --quiet --disable-pip-version-check --no-input --no-deps --require-hashes "$@"
echo "  installed in $(($(date +%s) - started)) s"
# The environment of the tests has what `make run` needs too.
[ "$stamp" != .venv/test ] || touch .venv/run
touch "$stamp"
