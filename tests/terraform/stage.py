"""A stage for the scripts of terraform/bin: aws, kubectl, terraform and make are stand-ins that write down how they
were called, and answer what a test gives them."""

import json
import os
from dataclasses import dataclass
from pathlib import Path

from tests.terraform.processes import Finished, run

STAND_IN = """#!/bin/sh
call="${0##*/} $*"
printf '%s\\n' "$call" >> "$CALLS"
while IFS='|' read -r prefix status answer; do
  case "$call" in "$prefix"*) printf '%s\\n' "$answer"; exit "$status" ;; esac
done < "$ANSWERS"
"""

VALUES = {
    "environment": "dev",
    "aws_region": "us-east-1",
    "vpc_id": "vpc-1",
    "cluster_name": "todo-dev",
    "database_identifier": "todo-dev",
    "bootstrap_function": "todo-dev-database-bootstrap",
}
GUARD = "module.environment.terraform_data.environment"
CONNECT = "terraform init -input=false -reconfigure -lockfile=readonly -backend-config=backend.hcl -backend-config=key="

AWAKE = {
    "terraform output -json values": (0, json.dumps(VALUES)),
    "terraform state list": (0, GUARD),
    "aws eks describe-cluster": (0, "ACTIVE"),
    "kubectl --namespace service get ingress": (0, "green"),
    "kubectl --namespace service get deployment web-green": (0, "1.dkr.ecr.us-east-1.amazonaws.com/todo@sha256:abc"),
    "aws rds describe-db-instances --db-instance-identifier todo-dev --query DBInstances[0].DeletionProtection": (
        0,
        "False",
    ),
    "aws rds describe-db-instances": (0, "available"),
    "aws ssm get-parameter": (0, "sha256:abc"),
    "aws lambda invoke": (0, "None"),
}
ASLEEP = AWAKE | {
    "aws eks describe-cluster": (254, "ResourceNotFoundException"),
    "aws rds describe-db-instances": (0, "stopped"),
}


@dataclass
class Stage:
    """A copy of the scripts and the stand-ins before them in PATH."""

    folder: Path

    def play(self, script: str, answers: dict[str, tuple[int, str]], *arguments: str) -> tuple[Finished, list[str]]:
        """Run a script (of dev); return how it ended and the calls that change something, in order."""
        lines = [f"{prefix}|{status}|{answer}" for prefix, (status, answer) in answers.items()]
        (self.folder / "answers").write_text("\n".join(lines) + "\n")
        (self.folder / "calls").write_text("")
        environment = os.environ | {
            "PATH": f"{self.folder / 'path'}:{os.environ['PATH']}",
            "CALLS": str(self.folder / "calls"),
            "ANSWERS": str(self.folder / "answers"),
            "POLL_SECONDS": "0",
        }
        finished = run(
            [self.folder / "terraform/bin" / script, *(arguments or ["dev"])], timeout=300, environment=environment
        )
        looking = ("get", "describe", "output", "state list")
        calls = (self.folder / "calls").read_text().splitlines()
        return finished, [call for call in calls if not any(f" {word}" in call for word in looking)]


def starts(calls: list[str], wanted: list[str]) -> bool:
    return len(calls) == len(wanted) and all(
        call.startswith(prefix) for call, prefix in zip(calls, wanted, strict=True)
    )
