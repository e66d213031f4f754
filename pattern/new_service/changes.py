"""Makes the service: writes its names and documents, and removes what it does not keep."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from typing import TYPE_CHECKING

from local.naming import EXAMPLE, VALUES, edit, rename
from local.refusal import Refusal
from pattern.new_service import documents
from pattern.new_service.answers import FORMER, git
from pattern.new_service.parts import leave_out

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

TFVARS = "terraform/envs/*/terraform.tfvars.example"
#: Pages and pictures of this folder's commands.
PAGES = ("docs/your-own-service.md", "docs/screenshots/screencast.cast", "docs/screenshots/screencast.svg")
PYTHON = ".venv/bin/python"
REMOVE_EXAMPLE = (PYTHON, "-m", "local.new_resource")
GENERATORS = (
    (PYTHON, "-m", "local.no_database", "manage.py", "spectacular", "--file", "docs/openapi.yaml"),
    (PYTHON, "-m", "tests.kustomize.test_golden"),
)
COST = (PYTHON, "-m", "cost", "--plans", "tests/cost/plans", "--output", "docs/cost")


def make(root: Path, asked: Mapping[str, str]) -> None:
    """Write names and documents, remove unwanted parts, regenerate generated files, and stage all changes."""
    project = json.loads((root / "project.json").read_text(encoding="utf-8"))
    former, title = project["name"], asked["NAME"]
    upstream, commit = origin(root, project["repository"])
    project |= {"name": asked["WORD"], "title": title, "upstream": upstream, "upstream_commit": commit}
    if asked["OWNER"]:
        project["repository"] = f"https://github.com/{asked['OWNER']}/{asked['REPOSITORY']}"
    text = json.dumps(project, indent=2, ensure_ascii=False) + "\n"
    (root / "project.json").write_text(text, encoding="utf-8")
    documents.write(root, title, upstream, commit)
    remove_pattern(root)
    rename(root, former, asked["WORD"])
    values = _values(asked)
    for path in (*root.glob(VALUES), *root.glob(TFVARS)):
        if path.suffix == ".example" or EXAMPLE in path.read_text(encoding="utf-8"):
            edit(root, str(path.relative_to(root)), values)
    for part in asked["WITHOUT"].split():
        leave_out(root, part)
    commands = (REMOVE_EXAMPLE, *GENERATORS) if asked["EXAMPLE"] == "remove" else GENERATORS
    for command in commands:
        _run(root, command)
    if asked["REGION"]:
        bill(root, asked["REGION"])
    git(root, "add", "--all")


def bill(root: Path, region: str) -> None:
    """Write the bill of a region; if it exceeds a ceiling, lower the awake hours first."""
    found = re.search(r"^([\w-]+) exceeds .*; (\d+) awake hours", _run(root, COST, allowed=(0, 1)).stderr, re.MULTILINE)
    if found:
        hours = int(found[2]) // 10 * 10
        fewer = rf"# the ceiling allows this in {region}\nawake_hours = {hours}"
        edit(root, f"environments/{found[1]}.ini", {r"^# .*\nawake_hours = .*$": fewer})
        _run(root, COST)
        print(f"In {region} {found[1]} stays below its ceiling for {hours} awake hours: environments/{found[1]}.ini")


def _run(root: Path, command: tuple[str, ...], allowed: tuple[int, ...] = (0,)) -> subprocess.CompletedProcess[str]:
    variables = os.environ | {"NAME": "todo", "REMOVE": "1"}
    done = subprocess.run(command, cwd=root, env=variables, capture_output=True, text=True, check=False, timeout=300)
    if done.returncode not in allowed:
        raise Refusal(f"{' '.join(command)} failed. git reset --hard undoes all changes.\n{done.stderr}")
    return done


def start_history(root: Path) -> None:
    """Make the next commit the first one, and keep the former history as another branch."""
    branch = git(root, "branch", "--show-current")
    git(root, "branch", *(["--move"] if branch else []), FORMER)
    git(root, "checkout", "--quiet", "--orphan", branch or "main")


def origin(root: Path, repository: str) -> tuple[str, str]:
    """Return the address of the cloned repository, without a login, and the newest commit from there."""
    remotes = git(root, "remote").split()
    address = git(root, "remote", "get-url", "origin") if "origin" in remotes else repository
    known = git(root, "for-each-ref", "--format=%(refname)", "refs/remotes/origin/HEAD")
    commit = git(root, "merge-base", "HEAD", known) if known else git(root, "rev-parse", "HEAD")
    return re.sub(r"(?<=://)[^/@]*@", "", address), commit


def remove_pattern(root: Path) -> None:
    """Remove pattern/, and the texts about its commands."""
    git(root, "rm", "-r", "--quiet", "pattern", *PAGES)
    shutil.rmtree(root / "pattern", ignore_errors=True)  # compiled modules
    edit(root, "docs/site.toml", {rf'^  .*"({"|".join(PAGES)})".*\n': ""})
    edit(root, "README.md", {r"^## (See it|Make it yours)\n(?:(?!## ).*\n)*": "", r"^    pattern/ .*\n": ""})


def _values(asked: Mapping[str, str]) -> dict[str, str]:
    """Return patterns of example values with their replacements; a domain's zone follows its first dot."""
    found = {}
    if asked["REGION"]:
        found[r"\bus-east-1\b"] = asked["REGION"]
    if asked["ACCOUNT"]:
        found[r"\b111122223333\b"] = asked["ACCOUNT"]
    if asked["DOMAIN"]:
        found[r'^(DOMAIN=|  domain    = ")[\w.-]+'] = rf"\g<1>{asked['DOMAIN']}"
        found[r'^(  zone_name = ")[\w.-]+'] = rf"\g<1>{asked['DOMAIN'].partition('.')[2]}"
    if asked["OWNER"]:
        found[r'^(  owner    = ")[\w-]+'] = rf"\g<1>{asked['OWNER']}"
        found[r'^(  name     = ")[\w.-]+'] = rf"\g<1>{asked['REPOSITORY']}"
    return found
