"""A new environment (`make environment NAME=staging LIKE=prod`) is planned on the emulator, under its own name."""

import shutil
from pathlib import Path

import pytest

from environments import ROOT, new, with_account
from tests.terraform.account import emulated
from tests.terraform.plans import resources
from tests.terraform.stories import Teller
from tests.terraform.terraform import copy_tree

NEW, LIKE = "staging", next(each.name for each in with_account() if each.production)


@pytest.mark.ci
def test_a_new_environment_is_planned(tmp_path: Path, lambda_package: Path) -> None:
    assert lambda_package.exists()
    tree = copy_tree(tmp_path / "terraform")
    for folder in ("environments", "kustomize/overlays"):
        shutil.copytree(ROOT / folder, tmp_path / folder, symlinks=True)
    new.copy(NEW, LIKE, tmp_path)
    with emulated(tmp_path) as account:
        teller = Teller(account, tree)
        teller.bootstrap()
        teller.take(NEW, LIKE)
        teller.init(NEW)
        teller.plan(NEW, NEW)
    plan = teller.story.plans[NEW]
    managed = [change for change in plan["resource_changes"] if change["mode"] == "managed"]
    assert {action for change in managed for action in change["change"]["actions"]} == {"create"}
    named = {str(each.get("values", {}).get("name")) for each in resources(plan)}
    assert f"{account.project}-{NEW}-cluster" in named
    assert not [name for name in named if LIKE in name]
