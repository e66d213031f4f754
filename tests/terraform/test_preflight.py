"""preflight judges an account, with stand-ins for aws, gh and dig."""

import os
import re
import shutil
from pathlib import Path

import pytest

from tests.terraform.processes import Finished, run
from tests.terraform.stage import STAND_IN
from tests.terraform.terraform import SOURCE

pytestmark = pytest.mark.slow  # a process or more for each case

VERSIONS = (SOURCE / "envs/dev/versions.auto.tfvars").read_text()
ADDONS = dict(re.findall(r'^    ([a-z-]+) += "(v[^"]+)"', VERSIONS, re.MULTILINE))
GOOD = {
    **{f"aws eks describe-addon-versions --addon-name {name} ": (0, version) for name, version in ADDONS.items()},
    "aws ssm get-parameter": (0, "1.36.0-20261101"),
    "aws rds describe-db-engine-versions": (0, "18.4"),
    "aws sts": (0, "123456789012"),
    "aws ec2 describe-regions": (0, "us-east-1"),
    "aws service-quotas": (0, "64.0"),
    "aws ce get-anomaly-monitors": (0, "Default-Services-Monitor"),
    "aws route53": (0, "example.com."),
    "dig": (0, "ns-1.awsdns-01.org."),
    "gh repo view": (0, "example/todo"),
    "gh api": (0, ""),
}


def look(folder: Path, environment: str, variables: str, answers: dict[str, tuple[int, str]]) -> Finished:
    root = folder / "terraform/envs" / environment
    root.mkdir(parents=True)
    for name in ("settings.auto.tfvars", "versions.auto.tfvars"):
        shutil.copy(SOURCE / "envs" / environment / name, root)
    (root / "terraform.tfvars").write_text(variables)
    return ask(folder, environment, answers)


def ask(folder: Path, environment: str, answers: dict[str, tuple[int, str]]) -> Finished:
    """Run preflight over the folders that are there."""
    shutil.copytree(SOURCE / "bin", folder / "terraform/bin")
    (folder / "path").mkdir()
    for name in ("aws", "gh", "dig"):
        (folder / "path" / name).write_text(STAND_IN)
        (folder / "path" / name).chmod(0o755)
    (folder / "answers").write_text(
        "".join(f"{prefix}|{status}|{text}\n" for prefix, (status, text) in answers.items())
    )
    paths = {"PATH": f"{folder / 'path'}:{os.environ['PATH']}", "ANSWERS": str(folder / "answers")}
    command: list[str | Path] = [folder / "terraform/bin/preflight", environment]
    return run(command, timeout=60, environment=os.environ | paths | {"CALLS": os.devnull})


VARIABLES = 'account = {\n  account_id      = "123456789012"\n  region          = "us-east-1"\n}\n'
DOMAIN = 'dns = {\n  domain = "todo.example.com"\n  zone_name = "example.com"\n}\n'


@pytest.mark.parametrize(("environment", "variables"), [("dev", VARIABLES), ("prod", VARIABLES + DOMAIN)])
def test_a_good_account_is_ready(tmp_path: Path, environment: str, variables: str) -> None:
    finished = look(tmp_path, environment, variables, GOOD)
    assert finished.status == 0, finished.output
    assert finished.output.endswith("ready for bootstrap\n")
    assert "WRONG" not in finished.output
    newest = "look  node image 1.36.0-20260923; the newest is 1.36.0-20261101 (docs/runbooks/upgrade-nodes.md)"
    assert newest in finished.output
    assert "ok    cost anomaly monitor: Default-Services-Monitor" in finished.output


def test_without_the_values_of_an_account_it_says_which_file_to_fill_in(tmp_path: Path) -> None:
    (tmp_path / "terraform/envs/dev").mkdir(parents=True)
    finished = ask(tmp_path, "dev", GOOD)
    assert finished.status == 1
    assert finished.output.count("\n") == 1
    assert "terraform/envs/bootstrap/terraform.tfvars is missing" in finished.output


@pytest.mark.parametrize(
    ("answers", "sentences"),
    [
        (
            {
                "aws sts": (0, "210987654321"),
                "aws service-quotas": (0, "1.0"),
                "aws eks describe-addon-versions --addon-name coredns ": (0, "None"),
                "aws route53": (0, "example.org."),
            },
            [
                "account of these credentials: 210987654321, needs 123456789012",
                "quota of EC2 vCPU: 1.0, needs at least 8",
                f"coredns for Kubernetes 1.36: None, needs {ADDONS['coredns']}",
                "hosted zone: example.org., needs example.com.",
            ],
        ),
        (
            {
                "aws sts": (255, ""),
                "aws service-quotas": (255, ""),
                "aws rds describe-db-engine-versions": (254, ""),
            },
            [
                "account of these credentials: nothing, needs 123456789012",
                "quota of Fargate vCPU: unknown, needs at least 6",
                "PostgreSQL on RDS: nothing, needs 18.4",
            ],
        ),
    ],
    ids=["different", "refused"],
)
def test_what_is_wrong_is_said_with_what_is_needed(
    tmp_path: Path, answers: dict[str, tuple[int, str]], sentences: list[str]
) -> None:
    finished = look(tmp_path, "prod", VARIABLES + DOMAIN, GOOD | answers)
    assert finished.status == 1
    for sentence in sentences:
        assert f"WRONG {sentence}" in finished.output
    assert "ready for bootstrap" not in finished.output


def test_an_environment_with_real_users_needs_a_domain_whatever_its_name_is(tmp_path: Path) -> None:
    shutil.copytree(SOURCE / "envs", tmp_path / "terraform/envs")
    staging = tmp_path / "terraform/envs/staging"
    (tmp_path / "terraform/envs/prod").rename(staging)
    (staging / "terraform.tfvars").write_text(VARIABLES)
    finished = ask(tmp_path, "staging", GOOD)
    assert finished.status == 1
    assert "WRONG domain, which production = true asks for: nothing, needs a host name" in finished.output


def test_a_github_environment_may_come_later(tmp_path: Path) -> None:
    finished = look(tmp_path, "dev", VARIABLES, GOOD | {"gh api": (1, "")})
    assert finished.status == 0
    for name in ("dev", "dev-infra", "dev-rollback"):
        assert f"later GitHub environment {name}:" in finished.output


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ((0, ""), "look  no cost anomaly monitor: create_anomaly_monitor = true"),
        ((255, ""), "look  aws ce get-anomaly-monitors is refused"),
    ],
)
def test_whether_to_make_an_anomaly_monitor_is_said_by_what_the_account_has(
    tmp_path: Path, answer: tuple[int, str], words: str
) -> None:
    finished = look(tmp_path, "dev", VARIABLES, GOOD | {"aws ce get-anomaly-monitors": answer})
    assert finished.status == 0
    assert words in finished.output
