#!/bin/sh
# Makes the Python environment .venv from the hash-locked requirements, and marks it done for make; django-6.1, terraform,
# checkov and benchmarks each make one of their own, .venv-<name>, from the lock of their own, requirements/<name>.
# usage: sh local/environment.sh run|test|django-6.1|terraform|checkov|benchmarks     (PYTHON_COMMAND=… names the Python to use)
set -eu

purpose=$1
environment=.venv
case $purpose in
django-6.1 | terraform | checkov | benchmarks) environment=.venv-$purpose ;;
esac
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

set -- -r requirements/main.txt -r requirements/local.txt
case $purpose in
test) set -- "$@" -r requirements/dev.txt ;;
django-6.1 | terraform | checkov | benchmarks) set -- -r "requirements/$purpose/requirements.txt" ;;
esac
started=$(date +%s)
echo "  installing what \`make $purpose\` needs, locked by hash …"
# Without dependencies: a lock has them all, and pip would look for a package's extra (`coverage[toml]`) anew and stop at the
# first release that is newer than the lock.
"$environment/bin/python" -m pip install --quiet --disable-pip-version-check --no-input --no-deps --require-hashes "$@"
echo "  installed in $(($(date +%s) - started)) s"
case $purpose in
test) touch .venv/run .venv/test ;;
*) touch "$environment/$purpose" ;;
esac
