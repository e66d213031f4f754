"""Rules for the Dockerfile, and for docker's command, that need no build: these run everywhere."""

import os
import re
import sys
from pathlib import Path

from tests.process.gunicorn_process import ROOT
from tests.terraform.processes import run

DOCKERFILE = (ROOT / "Dockerfile").read_text()


def test_hadolint_finds_nothing() -> None:
    hadolint = Path(sys.executable).parent / "hadolint"
    linted = run([hadolint, "--failure-threshold=style", ROOT / "Dockerfile"], timeout=60)
    assert (linted.status, linted.output) == (0, "")


def test_every_stage_starts_from_the_one_base_that_is_pinned_by_digest() -> None:
    stages = re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)
    assert stages == ["${PYTHON_IMAGE}"] * 2
    [base] = re.findall(r"^ARG PYTHON_IMAGE=(\S+)$", DOCKERFILE, re.MULTILINE)
    assert re.fullmatch(r"docker\.io/library/python:3\.12-slim-bookworm@sha256:[0-9a-f]{64}", base)


def test_its_python_is_the_one_of_the_repository() -> None:
    wanted = (ROOT / ".python-version").read_text().strip()
    assert f"python:{wanted}-slim" in DOCKERFILE
    assert set(re.findall(r"lib/python([\d.]+\d)", DOCKERFILE)) == {wanted}


def test_the_service_starts_in_exec_form_as_a_numeric_user() -> None:
    instructions = dict(re.findall(r"^(USER|CMD|ENTRYPOINT) (.+)$", DOCKERFILE, re.MULTILINE))
    assert instructions["USER"] == "10001:10001"
    assert instructions["CMD"].startswith('["python", ')
    assert "ENTRYPOINT" not in instructions


def test_docker_builds_one_manifest_and_the_same_each_time(tmp_path: Path) -> None:
    """By default BuildKit attests when it built: an index, which kind does not load, of another digest each time.

    A stand-in for docker keeps its environment and builds nothing.
    """
    docker = tmp_path / "docker"
    docker.write_text('#!/bin/sh\n[ "$1" = info ] || env > "${0%/*}/environment"\n')
    docker.chmod(0o755)
    finished = run(
        ["sh", str(ROOT / "local/image.sh")],
        timeout=60,
        folder=ROOT,
        environment=os.environ | {"PATH": f"{tmp_path}:{os.environ['PATH']}"},
    )
    assert finished.status == 0, finished.output
    given = (tmp_path / "environment").read_text().splitlines()
    assert "BUILDX_NO_DEFAULT_ATTESTATIONS=1" in given
    assert any(line.removeprefix("SOURCE_DATE_EPOCH=").isdigit() for line in given)
