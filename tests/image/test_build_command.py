"""The command of `make image` to docker, with a stand-in that keeps its environment and builds nothing."""

import os
from pathlib import Path

from tests.process.gunicorn_process import ROOT
from tests.terraform.processes import run


def test_docker_builds_one_manifest_and_the_same_each_time(tmp_path: Path) -> None:
    """By default BuildKit attests when it built: an index, which kind does not load, of another digest each time."""
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
