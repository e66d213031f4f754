#!/bin/sh
# Makes a stand-in for python:3.12-slim-bookworm where no registry can be reached: Debian's minbase, the C libraries that
# CPython links to, and this machine's CPython 3.12 in /usr/local, as a tar archive.
# Usage: base.sh PREFIX ARCHIVE   (PREFIX: a CPython 3.12 built with prefix-independent paths, such as pyenv's)
set -eu
prefix=$1
archive=$2
half="$archive.new"
tree=$(mktemp -d "$archive.XXXXXX")
trap 'rm -rf "$tree" "$half"' EXIT

# What dpkg-query finds for the official image's Python (docker-library/python, 3.12/slim-bookworm/Dockerfile).
libraries=ca-certificates,netbase,tzdata,libbz2-1.0,libexpat1,libffi8,libgdbm6,liblzma5,libncursesw6,libreadline8,libsqlite3-0,libssl3,libuuid1,zlib1g
mmdebstrap --quiet --variant=minbase --include="$libraries" \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
    --dpkgopt='path-exclude=/usr/share/locale/*' \
    bookworm "$tree/system"
rm -rf "$tree"/system/var/lib/apt/lists/* "$tree"/system/var/cache/apt/*

local=$tree/system/usr/local
mkdir -p "$local/bin" "$local/lib"
cp -a "$prefix/bin/python3.12" "$local/bin/"
ln -s python3.12 "$local/bin/python3"
ln -s python3 "$local/bin/python"
for library in "$prefix"/lib/libpython3*.so*; do
    [ -e "$library" ] && cp -a "$library" "$local/lib/"
done
tar --directory "$prefix/lib" --create \
    --exclude=site-packages --exclude=__pycache__ --exclude=test --exclude=tests --exclude=idle_test \
    --exclude='config-3.12*' python3.12 | tar --directory "$local/lib" --extract
mkdir "$local/lib/python3.12/site-packages"
chroot "$tree/system" ldconfig
# As the official image: no bytecode of the standard library.
PYTHONDONTWRITEBYTECODE=1 chroot "$tree/system" python3 -m ensurepip --default-pip >/dev/null
tar --directory "$tree/system" --create --file "$half" .
mv "$half" "$archive"
