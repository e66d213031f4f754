"""The scripts that put dev to sleep and wake it: their order, and what they do when something is already done or does
not go; and how every script finds its state. aws, kubectl, terraform and make are stand-ins."""

import configparser
import json
from datetime import UTC, datetime, timedelta

import pytest

from tests.terraform.stage import ASLEEP, AWAKE, CONNECT, STAND_IN, VALUES, Stage, starts
from tests.terraform.terraform import ENVIRONMENTS, SOURCE

# Together they take more than two seconds.
pytestmark = pytest.mark.slow

SLEEP = [
    f"{CONNECT}dev.tfstate",
    "aws eks update-kubeconfig",
    "aws ssm put-parameter --name /ledger/dev/release-digest --overwrite --value sha256:abc",
    "kubectl --namespace service delete ingress web",
    "aws ssm put-parameter --name /ledger/dev/wanted-state --overwrite --value asleep",
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
    return {"kubectl --namespace service get lease release": (0, answer)}


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


def test_sleep_destroys_nothing_while_the_load_balancer_and_its_security_groups_stay(stage: Stage) -> None:
    left = {"aws ec2 describe-network-interfaces": (0, "eni-1"), "aws ec2 describe-security-groups": (0, "sg-1")}
    finished, calls = stage.play("sleep", AWAKE | left)
    assert finished.status == 1
    assert "still there after ten minutes, so nothing was destroyed: eni-1\nsg-1" in finished.output
    assert starts(calls, SLEEP[:4]), calls


def test_sleep_stops_at_the_first_failure(stage: Stage) -> None:
    finished, calls = stage.play("sleep", {"kubectl --namespace service delete": (1, "timed out")} | AWAKE)
    assert finished.status == 1
    assert not any(
        call.startswith(("aws ssm put-parameter --name /ledger/dev/wanted", "terraform apply")) for call in calls
    )


WAKE = [
    f"{CONNECT}dev.tfstate",
    "aws rds start-db-instance",
    "aws rds wait db-instance-available",
    "aws ssm put-parameter --name /ledger/dev/wanted-state --overwrite --value awake",
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
    """Lambda refuses the first call and makes the function's network interfaces again."""
    aws = stage.folder / "path/aws"
    refusing = '[ "$1 $2" = "lambda invoke" ] && ! grep -q "aws lambda wait" "$CALLS" && status=255 answer=Pending\n'
    aws.write_text(STAND_IN.replace("printf '%s\\n' \"$answer\"", f"{refusing}    printf '%s\\n' \"$answer\""))
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


# ── every script connects the folder with its own state, and changes nothing where it is another's ───────────────────
SCRIPTS = ("sleep", "wake", "destroy")


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_script_changes_nothing_when_the_state_belongs_to_another_environment(stage: Stage, script: str) -> None:
    other = {"terraform output -json values": (0, json.dumps(VALUES | {"environment": "prod"}))}
    finished, calls = stage.play(script, AWAKE | other)
    assert finished.status == 1
    assert "the state of dev holds the outputs of prod: nothing was changed" in finished.output
    assert calls == [f"{CONNECT}dev.tfstate"]


@pytest.mark.parametrize(
    ("script", "name"),
    [("init", "bootstrap"), ("init", ".."), *((each, "stage") for each in (*SCRIPTS, "init", "plan", "apply"))],
)
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


@pytest.mark.parametrize(
    ("script", "environment"),
    [*(("init", each) for each in ENVIRONMENTS), ("plan", ENVIRONMENTS[0]), ("apply", ENVIRONMENTS[0])],
)
def test_every_script_connects_the_folder_with_its_own_state(stage: Stage, script: str, environment: str) -> None:
    outputs = {"terraform output -json values": (0, json.dumps(VALUES | {"environment": environment}))}
    finished, calls = stage.play(script, AWAKE | outputs, environment)
    assert finished.status == 0, finished.output
    assert calls[0] == f"{CONNECT}{environment}.tfstate"
