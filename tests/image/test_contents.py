"""What is in the image, and what must never be: each layer is looked into."""

import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.image import layers
from tests.image.container import Runner
from tests.image.engine import Podman
from tests.process.gunicorn_process import ROOT
from tests.terraform.processes import run

APPS = [path.parent.name for path in ROOT.glob("*/resource.toml")]
CANARY = "canary-that-no-layer-may-hold"
FORBIDDEN = re.compile(
    rf"^/app/(?!(manage\.py|project\.json)$|(todoproject|{'|'.join(APPS)}|static|__pycache__)(/|$)).+"  # all there is
    r"|/\.git(/|$)|/\.env|/\.cache|/pip(/|$)|/poetry(/|$)|/tests?/test_|\.pem$|/\.local/|/id_rsa"
    r"|/bin/(gcc|cc|c\+\+|g\+\+|ld|make|pip3?|poetry|git)$"
)


@pytest.fixture(scope="module")
def paths(podman: Podman, image: str) -> set[str]:
    return {entry.path for entry in layers.added(podman, image)}


def test_no_layer_holds_a_compiler_pip_a_cache_tests_or_a_repository(paths: set[str]) -> None:
    assert "/app/manage.py" in paths
    allowed = re.compile(r"/site-packages/|/certifi/|/botocore/cacert\.pem$")
    found = sorted(path for path in paths if FORBIDDEN.search(path) and not allowed.search(path))
    assert found == []


def test_every_module_has_its_bytecode(paths: set[str]) -> None:
    ours = {path for path in paths if path.startswith("/app/") and path.endswith(".py")}
    compiled = {re.sub(r"__pycache__/([^/]+)\.cpython-312\.pyc$", r"\1.py", path) for path in paths}
    assert len(ours) > 100
    assert ours <= compiled
    assert "/usr/local/lib/python3.12/__pycache__/argparse.cpython-312.pyc" in paths


@pytest.mark.parametrize("program", ["pip", "pip3", "gcc", "cc", "ld", "make", "poetry", "git", "curl"])
def test_the_running_image_has_no_such_program(runner: Runner, program: str) -> None:
    assert runner.command("sh", "-c", f"command -v {program}").status == 127


def test_neither_interpreter_can_import_pip_or_ensurepip(runner: Runner) -> None:
    for python in ("/venv/bin/python", "/usr/local/bin/python"):
        for module in ("pip", "ensurepip"):
            assert "No module named" in runner.command(python, "-c", f"import {module}").errors


def test_labels_name_source_revision_and_version(podman: Podman, image: str) -> None:
    labels = podman.inspect(image)["Config"]["Labels"]
    assert labels["org.opencontainers.image.source"] == "https://example.com/todo"
    assert labels["org.opencontainers.image.revision"] == "0123456789abcdef0123456789abcdef01234567"
    assert labels["org.opencontainers.image.version"] == "1.2.3"


def test_another_clone_with_secrets_lying_around_gives_the_very_same_layers(
    podman: Podman, image: str, build: Callable[..., str], tmp_path: Path
) -> None:
    """Other path, times and modes, no cache: a layer's digest covers content, time, mode and owner of each file."""
    clone = tmp_path / "another clone"
    listed = run(["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"], timeout=60, folder=ROOT)
    for name in filter(None, listed.output.split("\0")):
        if (ROOT / name).is_file():
            (clone / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, clone / name)
            (clone / name).chmod(0o700 if os.access(ROOT / name, os.X_OK) else 0o600)
    for place in (
        ".env",
        ".git/config",
        ".local/secrets/db_password",
        "todoproject/.env",
        "todoproject/__pycache__/x.pyc",
    ):
        (clone / place).parent.mkdir(parents=True, exist_ok=True)
        (clone / place).write_text(CANARY)
    other = build("localhost/todo:again", clone)
    assert not [entry.path for entry in layers.added(podman, other) if CANARY.encode() in entry.content]
    assert podman.inspect(other)["RootFS"]["Layers"] == podman.inspect(image)["RootFS"]["Layers"]
