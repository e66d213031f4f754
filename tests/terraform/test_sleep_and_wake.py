"""The scripts that put dev to sleep, wake it and destroy an environment: their order, and what they do when something
is already done or does not go. aws, kubectl, terraform and make are stand-ins that write down how they were called."""

import configparser
import json
import os
import re
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.terraform.processes import Finished, run
from tests.terraform.requirements_of_tests import missing
from tests.terraform.terraform import ENVIRONMENTS, SOURCE

STAND_IN = """#!/usr/bin/env bash
call="$(basename "$0") $*"
printf '%s\\n' "$call" >> "$CALLS"
while IFS='|' read -r prefix status answer; do
  if [[ "$call" == "$prefix"* ]]; then printf '%s\\n' "$answer"; exit "$status"; fi
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
    "kubectl --namespace todo get ingress": (0, "green"),
    "kubectl --namespace todo get deployment todo-green": (0, "1.dkr.ecr.us-east-1.amazonaws.com/todo@sha256:abc"),
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


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    if not shutil.which("bash"):
        missing("bash is not on this machine", "apt-get install bash")
    shutil.copytree(SOURCE / "bin", tmp_path / "terraform/bin")
    shutil.copy(SOURCE / "project", tmp_path / "terraform")
    for root in ENVIRONMENTS:
        (tmp_path / "terraform/envs" / root).mkdir(parents=True)
        shutil.copy(SOURCE / "envs" / root / "settings.auto.tfvars", tmp_path / "terraform/envs" / root)
    (tmp_path / "path").mkdir()
    for name in ("aws", "kubectl", "terraform", "make"):
        (tmp_path / "path" / name).write_text(STAND_IN)
        (tmp_path / "path" / name).chmod(0o755)
    return Stage(tmp_path)


def starts(calls: list[str], wanted: list[str]) -> bool:
    return len(calls) == len(wanted) and all(
        call.startswith(prefix) for call, prefix in zip(calls, wanted, strict=True)
    )


SLEEP = [
    f"{CONNECT}dev.tfstate",
    "aws eks update-kubeconfig",
    "aws ssm put-parameter --name /todo/dev/release-digest --overwrite --value sha256:abc",
    "kubectl --namespace todo delete ingress todo",
    "aws ssm put-parameter --name /todo/dev/wanted-state --overwrite --value asleep",
    "terraform apply",
    "aws rds stop-db-instance",
]


def test_sleep_remembers_the_digest_and_removes_the_load_balancer_before_the_cluster(stage: Stage) -> None:
    finished, calls = stage.play("sleep", AWAKE)
    assert finished.status == 0, finished.output
    assert starts(calls, SLEEP), calls


def lease(renewed_seconds_ago: float) -> dict[str, tuple[int, str]]:
    """Return what kubectl says of a release's Lease that was renewed so long ago."""
    renewed = (datetime.now(UTC) - timedelta(seconds=renewed_seconds_ago)).strftime("%Y-%m-%dT%H:%M:%S.000000Z")
    answer = f"release/eve@runner/4711 2026-11-24T18:55:00.000000Z {renewed}"
    return {"kubectl --namespace todo get lease todo-release": (0, answer)}


@pytest.mark.parametrize("notice", ["", "::error title=dev stays awake::"])
def test_sleep_leaves_a_release_that_is_at_work_alone_and_says_whose_it_is(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, notice: str
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true") if notice else monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    finished, calls = stage.play("sleep", AWAKE | lease(20))
    assert finished.status == 75
    (line,) = [line for line in finished.output.splitlines() if "at work" in line]
    assert line.startswith(f"{notice}release/eve@runner/4711 has been at work since 2026-11-24T18:55:00.000000Z")
    assert starts(calls, SLEEP[:2]), calls


def test_sleep_gives_a_holder_up_when_the_release_tool_does() -> None:
    release = configparser.ConfigParser()
    release.read(SOURCE.parent / "deploy" / "release.ini")
    assert f"-le {release.defaults()['lease_seconds']} ]" in (SOURCE / "bin/sleep").read_text()


def test_sleep_passes_a_lease_whose_holder_is_gone(stage: Stage) -> None:
    finished, calls = stage.play("sleep", AWAKE | lease(120))
    assert finished.status == 0, finished.output
    assert starts(calls, SLEEP), calls


def test_sleep_may_be_repeated(stage: Stage) -> None:
    finished, calls = stage.play("sleep", ASLEEP)
    assert finished.status == 0, finished.output
    assert starts(calls, [SLEEP[0], *SLEEP[4:6]]), calls


def test_sleep_destroys_nothing_while_the_load_balancer_stays(stage: Stage) -> None:
    finished, calls = stage.play("sleep", AWAKE | {"aws ec2 describe-network-interfaces": (0, "eni-1")})
    assert finished.status == 1
    assert "still there after ten minutes, so nothing was destroyed: eni-1" in finished.output
    assert starts(calls, SLEEP[:4]), calls


def test_sleep_waits_for_the_security_groups_of_the_load_balancer(stage: Stage) -> None:
    finished, calls = stage.play("sleep", AWAKE | {"aws ec2 describe-security-groups": (0, "sg-1")})
    assert finished.status == 1
    assert "so nothing was destroyed: sg-1" in finished.output
    assert starts(calls, SLEEP[:4]), calls


def test_sleep_keeps_its_word_in_a_project_of_another_name(stage: Stage) -> None:
    (stage.folder / "terraform/project").write_text("ledger\n")
    _, calls = stage.play("sleep", AWAKE)
    assert "aws ssm put-parameter --name /ledger/dev/wanted-state --overwrite --value asleep" in calls


def test_sleep_stops_at_the_first_failure(stage: Stage) -> None:
    finished, calls = stage.play("sleep", {"kubectl --namespace todo delete": (1, "timed out")} | AWAKE)
    assert finished.status == 1
    assert not any(
        call.startswith(("aws ssm put-parameter --name /todo/dev/wanted", "terraform apply")) for call in calls
    )


WAKE = [
    f"{CONNECT}dev.tfstate",
    "aws rds start-db-instance",
    "aws rds wait db-instance-available",
    "aws ssm put-parameter --name /todo/dev/wanted-state --overwrite --value awake",
    "terraform apply",
    "aws eks update-kubeconfig",
    "make --directory ../../.. platform ENV=dev",
    "aws lambda invoke --function-name todo-dev",
    "make --directory ../../.. release ENV=dev DIGEST=sha256:abc FIRST=1",
    "terraform apply",
]


def test_wake_goes_from_database_to_release_to_alarms(stage: Stage) -> None:
    finished, calls = stage.play("wake", ASLEEP)
    assert finished.status == 0, finished.output
    assert starts(calls, WAKE), calls


def test_wake_may_be_repeated(stage: Stage) -> None:
    finished, calls = stage.play("wake", AWAKE)
    assert finished.status == 0, finished.output
    assert starts(calls, [WAKE[0], *WAKE[2:]]), calls


def test_wake_says_what_is_missing_before_the_first_release(stage: Stage) -> None:
    finished, calls = stage.play("wake", ASLEEP | {"aws ssm get-parameter": (0, "none")})
    assert finished.status == 0
    assert "release an image, then run terraform apply once more" in finished.output
    assert starts(calls, WAKE[:8]), calls


def test_wake_waits_for_a_function_that_was_idle_for_weeks_and_asks_it_again(stage: Stage) -> None:
    """Lambda refuses the first call and makes the function's network interfaces anew."""
    aws = stage.folder / "path/aws"
    refusing = '[[ "$*" == "lambda invoke"* ]] && ! grep -q "aws lambda wait" "$CALLS" && status=255 answer=Pending\n'
    aws.write_text(STAND_IN.replace("then printf", f"then {refusing}    printf"))
    finished, calls = stage.play("wake", ASLEEP)
    assert finished.status == 0, finished.output
    again = ["aws lambda wait function-active-v2 --function-name todo-dev", WAKE[7]]
    assert starts(calls, [*WAKE[:8], *again, *WAKE[8:]]), calls


def test_wake_releases_nothing_when_the_function_refuses_twice(stage: Stage) -> None:
    finished, calls = stage.play("wake", ASLEEP | {"aws lambda invoke": (255, "ResourceNotFoundException")})
    assert finished.status == 255
    assert starts(calls, [*WAKE[:8], "aws lambda wait function-active-v2", WAKE[7]]), calls


def test_wake_releases_nothing_when_the_bootstrap_function_failed(stage: Stage) -> None:
    finished, calls = stage.play("wake", ASLEEP | {"aws lambda invoke": (0, "Unhandled")})
    assert finished.status == 1
    assert "the bootstrap function failed" in finished.output
    assert starts(calls, WAKE[:8]), calls


def test_destroy_removes_what_controllers_made_first(stage: Stage) -> None:
    finished, calls = stage.play("destroy", AWAKE, "dev")
    assert finished.status == 0, finished.output
    kinds = ("ingress", "statefulset", "persistentvolumeclaim")
    deleted = [f"kubectl delete {kind}" for kind in kinds]
    assert starts(
        calls, [SLEEP[0], "aws eks update-kubeconfig", *deleted, f"terraform state rm {GUARD}", "terraform destroy"]
    )


def test_destroy_works_asleep_too(stage: Stage) -> None:
    finished, calls = stage.play("destroy", ASLEEP, "dev")
    assert finished.status == 0, finished.output
    assert starts(
        calls, [SLEEP[0], "aws rds start-db-instance", "aws rds wait", "terraform state rm", "terraform destroy"]
    ), calls


def test_destroy_refuses_a_protected_database(stage: Stage) -> None:
    protected = {
        "aws rds describe-db-instances --db-instance-identifier todo-dev --query DBInstances[0].DeletionProtection": (
            0,
            "True",
        )
    }
    finished, calls = stage.play("destroy", AWAKE | protected)
    assert finished.status == 1
    assert "set deletion_protection = false" in finished.output
    assert calls == [f"{CONNECT}dev.tfstate"]


def test_destroy_refuses_a_protected_cluster(stage: Stage) -> None:
    protected = {"aws eks describe-cluster --name todo-dev --query cluster.deletionProtection": (0, "True")}
    finished, calls = stage.play("destroy", protected | AWAKE)
    assert finished.status == 1
    assert "todo-dev is protected. If it is to go: set deletion_protection = false" in finished.output
    assert calls == [f"{CONNECT}dev.tfstate"]


PROTECTION = "aws eks describe-cluster --name todo-dev --query cluster.deletionProtection"


@pytest.mark.parametrize(
    ("setting", "found", "changed"),
    [
        ("true", (0, "False"), ["--deletion-protection"]),
        ("true", (0, "True"), []),
        ("false", (0, "True"), ["--no-deletion-protection"]),
        ("false", (0, "False"), []),
        ("true", (254, ""), []),  # asleep: there is no cluster
    ],
)
def test_apply_protects_the_cluster_as_the_settings_say(
    stage: Stage, setting: str, found: tuple[int, str], changed: list[str]
) -> None:
    settings = stage.folder / "terraform/envs/dev/settings.auto.tfvars"
    settings.write_text(re.sub(r"(deletion_protection += )\w+", rf"\g<1>{setting}", settings.read_text()))
    finished, calls = stage.play("apply", {PROTECTION: found} | AWAKE)
    assert finished.status == 0, finished.output
    updates = [call for call in calls if call.startswith("aws eks update-cluster-config")]
    assert updates == [f"aws eks update-cluster-config --name todo-dev {word}" for word in changed]


@pytest.mark.parametrize(
    ("call", "what"),
    [
        ("aws ec2 describe-network-interfaces --filters Name=vpc-id,Values=vpc-1 Name=status", "eni-of-vpc-cni"),
        ("aws ec2 describe-security-groups --filters Name=tag:aws:eks:cluster-name", "sg-of-eks"),
        ("aws logs describe-log-groups --log-group-name-prefix /aws/eks/todo-dev/", "/aws/eks/todo-dev/cluster"),
    ],
)
def test_destroy_names_what_aws_itself_leaves_behind(stage: Stage, call: str, what: str) -> None:
    finished, _ = stage.play("destroy", {call: (0, what)} | AWAKE)
    assert finished.status == 1
    assert "left behind" in finished.output
    assert what in finished.output


def test_destroy_may_be_repeated_when_the_guard_is_gone(stage: Stage) -> None:
    finished, calls = stage.play(
        "destroy", AWAKE | {"terraform state list": (0, "module.environment.aws_kms_key.data")}
    )
    assert finished.status == 0, finished.output
    assert not any(call.startswith("terraform state rm") for call in calls)


SCRIPTS = ("sleep", "wake", "destroy")


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_script_changes_nothing_when_the_state_belongs_to_another_environment(stage: Stage, script: str) -> None:
    other = {"terraform output -json values": (0, json.dumps(VALUES | {"environment": "prod"}))}
    finished, calls = stage.play(script, AWAKE | other)
    assert finished.status == 1
    assert "the state of dev holds the outputs of prod: nothing was changed" in finished.output
    assert calls == [f"{CONNECT}dev.tfstate"]


@pytest.mark.parametrize("script", [*SCRIPTS, "init", "plan", "apply"])
@pytest.mark.parametrize("name", ["stage", "bootstrap", ".."])
def test_a_script_refuses_what_is_no_environment(stage: Stage, script: str, name: str) -> None:
    finished, calls = stage.play(script, AWAKE, name)
    assert finished.status == 2
    assert f"usage: terraform/bin/{script} ENVIRONMENT, one of: {' '.join(ENVIRONMENTS)}" in finished.output
    assert calls == []


@pytest.mark.parametrize("script", ["sleep", "wake"])
def test_an_environment_that_never_sleeps_is_not_put_to_sleep(stage: Stage, script: str) -> None:
    finished, calls = stage.play(script, AWAKE, "prod")
    assert finished.status == 2
    assert "prod never sleeps" in finished.output
    assert calls == [f"{CONNECT}prod.tfstate"]


@pytest.mark.parametrize("environment", ENVIRONMENTS)
@pytest.mark.parametrize("script", ["init", "plan", "apply"])
def test_every_script_connects_the_folder_with_its_own_state(stage: Stage, script: str, environment: str) -> None:
    outputs = {"terraform output -json values": (0, json.dumps(VALUES | {"environment": environment}))}
    finished, calls = stage.play(script, AWAKE | outputs, environment)
    assert finished.status == 0, finished.output
    assert calls[0] == f"{CONNECT}{environment}.tfstate"


def test_destroy_names_what_is_left(stage: Stage) -> None:
    finished, _ = stage.play("destroy", AWAKE | {"aws ec2 describe-volumes": (0, "vol-1")}, "dev")
    assert finished.status == 1
    assert (
        "left behind, each of which bills or holds the VPC (docs/runbooks/destroy.md says how each goes): vol-1"
        in finished.output
    )
