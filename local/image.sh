#!/bin/sh
# Builds the image with docker or podman, whichever answers: service:dev, or the name in IMAGE.
# usage: sh local/image.sh [option of `build` …]
set -eu

epoch=$(git log -1 --format=%ct)
set -- --tag "${IMAGE:-service:dev}" \
    --build-arg "SOURCE=$(git config --get remote.origin.url || true)" \
    --build-arg "REVISION=$(git describe --always --abbrev=40 --exclude='*' --dirty)" \
    --build-arg "VERSION=$(git describe --always --tags --dirty)" "$@"
if docker info >/dev/null 2>&1; then
    # An attestation would make an index of it, which kind does not load, of another digest at each build.
    SOURCE_DATE_EPOCH=$epoch BUILDX_NO_DEFAULT_ATTESTATIONS=1 exec docker build "$@" .
elif podman info >/dev/null 2>&1; then
    exec podman build --format docker --timestamp "$epoch" "$@" .
fi
echo "Neither docker nor podman answers: install one of them (Debian: apt-get install podman)." >&2
exit 1
