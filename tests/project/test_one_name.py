"""The service's name stands in project.json: what runs, delivers and watches it names roles (docs/adr/0026)."""

import json
import re
import subprocess

import pytest

from tests.postgresql_plugin import ROOT

FOLDERS = (".github", "cost", "deploy", "environments", "kustomize", "monitoring", "pipeline", "platform", "terraform")
# Written from the account, or by Terraform.
GENERATED = re.compile(r"overlays/\w+/(values/)?values\.env$|\.lock\.hcl$")
# Beside the packages todoproject and todos, the resource's route may stand in series and queries.
WORD = re.compile(r"todo(?!project|s\b)", re.IGNORECASE)


def files(*folders: str) -> list[str]:
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", *folders]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60).stdout
    return [name for name in listed.split("\0") if (ROOT / name).is_file()]


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_name_of_the_example_is_left(folder: str) -> None:
    assert [name for name in files(folder) if WORD.search(name)] == []
    texts = {name: (ROOT / name).read_text(errors="ignore") for name in files(folder) if not GENERATED.search(name)}
    assert [name for name, text in texts.items() if WORD.search(text)] == []


def test_the_project_file_is_what_its_readers_expect() -> None:
    """Scripts read it with sed: a member a line."""
    text = (ROOT / "project.json").read_text()
    project = json.loads(text)
    assert text == json.dumps(project, indent=2, ensure_ascii=False) + "\n"
    assert set(project) - {"upstream", "upstream_commit"} == {"name", "title", "repository"}
    assert re.fullmatch(r"[a-z][a-z0-9-]{1,14}", project["name"])
