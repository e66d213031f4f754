"""Runs the scripts of workflows in bash, in a workspace whose programs write down how they were called."""

import os
import re
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.terraform.processes import run
from tests.workflows.workflow import Workflow

# What somebody may type into the button's form, or call a branch.
HOSTILE = '"; touch pwned; $(touch pwned) `touch pwned` \\'
EXPRESSIONS = {
    "github.base_ref": "main",
    "github.repository": "example/todo",
    "github.server_url": "https://github.com",
    "github.sha": "0123456789abcdef0123456789abcdef01234567",
    "github.token": "ghs_token",
    "inputs.command": "sleep",
    "inputs.commit": HOSTILE,
    "inputs.digest": "sha256:d1",
    "inputs.environment": "dev",
    "inputs.pull-request": "7",
    "inputs.reason": HOSTILE,
    "matrix.as": "sudo --preserve-env=CI,PATH",
    "matrix.marks": "ci",
    "matrix.options": "tests/image",
    "matrix.packages": "podman runc",
    "steps.push.outputs.digest": "sha256:d1",
    "steps.repository.outputs.repository": "registry/todo",
    "contains(needs.*.result, 'failure') || contains(needs.*.result, 'cancelled')": "false",
}
# Writes words and a line end, a zero byte behind each, in one write: the programs of a pipe run together.
PROGRAM = """#!/bin/sh
[ ! -p /dev/stdin ] || cat >/dev/null
printf '%s\\0' "$0" "$@" "
" >>"$CALLS"
printf '%s\\n' "${SAYS-}"
exit "${EXIT-0}"
"""
ON_PATH = ("aws", "cosign", "docker", "git", "kind", "make", "python3", "sudo", "terraform")
IN_PLACE = (
    ".ci/next-django",
    ".venv/bin/python",
    *(f"terraform/bin/{name}" for name in ("apply", "plan", "sleep", "wake")),
)


@dataclass(frozen=True)
class Workspace:
    """A checkout with nothing in it but what the scripts read."""

    folder: Path

    def __post_init__(self) -> None:
        (self.folder / "kustomize/overlays/dev").mkdir(parents=True)
        (self.folder / "kustomize/overlays/dev/values.env").write_text("DOMAIN=\nIMAGE_REPOSITORY=registry/todo\n")
        for name in (*(f"path/{each}" for each in ON_PATH), *IN_PLACE):
            program = self.folder / name
            program.parent.mkdir(parents=True, exist_ok=True)
            program.write_text(PROGRAM)
            program.chmod(0o755)
        (self.folder / "project.json").write_text('{\n  "name": "todo"\n}\n')

    def execute(self, step: dict[str, Any], surrounding: dict[str, str], **given: str) -> tuple[int, list[str], str]:
        """Run a script as GitHub does, but that a variable without a value fails.

        Return its status, the calls as one would type them, and what it handed on.
        """
        output = self.folder / "output"
        environment = {
            "PATH": f"{self.folder / 'path'}:/usr/bin:/bin",
            "CALLS": str(self.folder / "calls"),
            "GITHUB_OUTPUT": str(output),
            "GITHUB_STEP_SUMMARY": os.devnull,
            "RUNNER_TEMP": str(self.folder),
            **{name: evaluated(str(value)) for name, value in (surrounding | step.get("env", {})).items()},
            **given,
        }
        command = ["bash", "--noprofile", "--norc", "-euo", "pipefail", "-c", step["run"]]
        done = run(command, timeout=60, folder=self.folder, environment=environment)
        file = self.folder / "calls"
        calls = [call.split("\0") for call in file.read_text().split("\0\n\0")[:-1]] if file.exists() else []
        shown = [shlex.join([call[0].removeprefix(f"{self.folder}/path/"), *call[1:]]) for call in calls]
        handed = output.read_text() if output.exists() else ""
        for each in (file, output):
            each.unlink(missing_ok=True)
        return done.status, shown, handed


def evaluated(text: str) -> str:
    """Put values in the place of expressions; raise KeyError for one that no test has a value for."""
    return re.sub(r"\$\{\{ (.*?) \}\}", lambda found: EXPRESSIONS[found[1]], text)


def scripts(workflow: Workflow) -> list[tuple[str, dict[str, Any], dict[str, str]]]:
    """Return every script of a workflow: job, step, and the variables around it."""
    shared = workflow.content.get("env", {})
    return [
        (job, step, shared | workflow.jobs[job].get("env", {})) for job, step in workflow.steps if "run" in step
    ]  # fmt: skip
