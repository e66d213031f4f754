"""Every component is used or tried, and says what it is, when it is wanted, and how to see that it works."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.kustomize.conftest import Renderings
from tests.kustomize.rendering import SAMPLE, SOURCE, kubectl, pods, remembered, render

COMPONENTS = sorted(path.parent for path in (SOURCE / "components").glob("*/kustomization.yaml"))
# A green component is its blue twin under another name (test_colours.py): one README tells of both.
DESCRIBED = [each for each in COMPONENTS if not each.name.endswith("-green")]
# Options that no environment takes: tried by the tests that name them.
OPTIONS = {"compute-nodes": "test_components.py"}


@pytest.mark.parametrize("component", DESCRIBED, ids=lambda path: path.name)
def test_a_component_says_what_when_and_how_to_verify(component: Path) -> None:
    text = (component / "README.md").read_text()
    assert re.findall(r"^\*\*(What|When|Verify)\.\*\*", text, re.MULTILINE) == ["What", "When", "Verify"]


# Prints the cached rendering of an overlay of this clone; everything else goes to the real kubectl.
KUBECTL = """#!/bin/sh
file="{remembered}/$(echo "$2" | tr / -).yaml"
if [ "$PWD" = "{root}" ] && [ -f "$file" ]; then exec cat "$file"; fi
exec "{kubectl}" "$@"
"""


@pytest.mark.parametrize("component", DESCRIBED, ids=lambda path: path.name)
def test_the_command_of_a_readme_prints_what_the_readme_says(
    renderings: Renderings, component: Path, tmp_path: Path
) -> None:
    console = re.search(r"^```console\n(.*?)^```$", (component / "README.md").read_text(), re.MULTILINE | re.DOTALL)
    assert console
    lines = console[1].splitlines()
    script = "\n".join(line.removeprefix("$ ") for line in lines if line.startswith("$ "))
    program = tmp_path / "kubectl"
    program.write_text(KUBECTL.format(remembered=remembered(), root=SOURCE.parent, kubectl=kubectl()))
    program.chmod(0o755)
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=SOURCE.parent,
        env={**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}", "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout.splitlines() == [line for line in lines if not line.startswith("$ ")], done.stderr


@pytest.mark.parametrize("component", COMPONENTS, ids=lambda path: path.name)
def test_no_component_is_there_for_nobody(component: Path) -> None:
    users = [path for path in SOURCE.rglob("kustomization.yaml") if f"/{component.name}\n" in path.read_text()]
    if component.name in OPTIONS:
        assert component.name in (Path(__file__).parent / OPTIONS[component.name]).read_text()
    else:
        assert users


def on_nodes(tree: Path, part: str) -> None:
    file = tree / "overlays" / SAMPLE / part / "kustomization.yaml"
    text = file.read_text()
    assert "compute-fargate" in text
    file.write_text(text.replace("compute-fargate", "compute-nodes"))


@pytest.mark.parametrize("part", ["blue", "migrate", "prune"])
def test_on_nodes_pods_mount_the_secrets_themselves_at_the_same_place(
    renderings: Renderings, tree: Path, part: str
) -> None:
    file = tree / "overlays" / SAMPLE / part / "kustomization.yaml"
    text = file.read_text()
    assert "compute-fargate" in text
    file.write_text(text.replace("compute-fargate", "compute-nodes"))
    ((_, template),) = pods(render(tree / "overlays" / SAMPLE / part).objects)
    ((_, on_fargate),) = pods(renderings[SAMPLE, part].objects)
    assert "service/compute" not in template["metadata"]["labels"]
    (volume,) = (each for each in template["spec"]["volumes"] if each["name"] == "secrets")
    if part == "migrate":
        assert volume["secret"]["secretName"] == "migrate"
    else:
        assert volume["csi"]["volumeAttributes"] == {"secretProviderClass": "web-secrets"}
        assert volume["csi"]["readOnly"] is True
    assert {**template["spec"], "volumes": []} == {**on_fargate["spec"], "volumes": []}, "only a volume differs"


def test_overlays_are_tiny() -> None:
    for file in (SOURCE / "overlays").glob("*/*/kustomization.yaml"):
        lines = [line for line in file.read_text().splitlines() if line and not line.lstrip().startswith("#")]
        assert len(lines) <= 25, file


def test_the_base_knows_no_colour_and_no_environment() -> None:
    for file in (SOURCE / "base").rglob("*.yaml"):
        text = "\n".join(line.split("#", 1)[0] for line in file.read_text().splitlines())
        assert not re.search(r"\b(blue|green|dev|prod|local|fargate|arn|eks)\b", text), file
