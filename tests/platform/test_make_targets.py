"""make kubeconfig and make values, with stand-ins for aws and terraform."""

import json
import os
import shutil
import sys
from pathlib import Path

import pytest

from tests.platform.stage import KEYS, ROOT
from tests.terraform.processes import Finished, run


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A repository with what the targets read."""
    folder = tmp_path / "a clone"
    (folder / "terraform/envs/dev").mkdir(parents=True)
    (folder / "kustomize/overlays/dev").mkdir(parents=True)
    for name in ("Makefile", "terraform/write_values.py", "terraform/values.keys"):
        shutil.copy(ROOT / name, folder / name)
    return folder


def make(tree: Path, target: str, **tools: str) -> Finished:
    """Run a target as if its virtual environment were there."""
    path = tree.parent / "path"
    path.mkdir()
    for name, script in tools.items():
        (path / name).write_text(f"#!/bin/sh\n{script}\n")
        (path / name).chmod(0o755)
    environment = os.environ | {"PATH": f"{path}:{os.environ['PATH']}"}
    command = ["make", "-o", ".venv/run", f"PYTHON={sys.executable}", target, "ENV=dev"]
    return run(command, timeout=60, folder=tree, environment=environment)


def test_kubeconfig_is_for_the_cluster_and_region_of_the_values(tree: Path) -> None:
    values = "AWS_REGION=eu-central-1\nCLUSTER_NAME=todo-dev\n"
    (tree / "kustomize/overlays/dev/values.env").write_text(values)
    done = make(tree, "kubeconfig", aws='echo "aws $*"')
    assert done.output == "aws eks update-kubeconfig --region eu-central-1 --name todo-dev\n"


def test_values_are_terraforms_outputs(tree: Path) -> None:
    outputs = json.dumps({key.lower(): {"value": f"of {key}"} for key in KEYS})
    done = make(tree, "values", terraform=f"echo '{outputs}'")
    assert done.status == 0, done.output
    written = (tree / "kustomize/overlays/dev/values.env").read_text().splitlines()
    assert written[1:] == [f"{key}=of {key}" for key in sorted(KEYS)]


def test_values_stay_as_they_are_when_terraform_fails(tree: Path) -> None:
    file = tree / "kustomize/overlays/dev/values.env"
    file.write_text("DOMAIN=todo.example.com\n")
    done = make(tree, "values", terraform="echo no state >&2; exit 1")
    assert done.status != 0
    assert file.read_text() == "DOMAIN=todo.example.com\n"
