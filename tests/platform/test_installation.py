"""The whole sequence of commands, and what stops it. kubectl and helm are stand-ins that write down their calls."""

import os
from pathlib import Path

import pytest

from tests.platform.stage import Stage, build, commands

# All of it takes more than two seconds.
pytestmark = pytest.mark.slow

GOLDEN = Path(__file__).parent / "golden"


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_the_commands_and_their_order_are_the_golden_ones(environment: str, tmp_path: Path) -> None:
    printed = build(tmp_path, environment).install("--dry-run")
    assert printed.status == 0, printed.output
    golden = GOLDEN / f"{environment}.txt"
    if os.environ.get("ACCEPT"):
        golden.write_text(printed.output)
    assert printed.output == golden.read_text(), "read the difference; ACCEPT=1 pytest tests/platform takes it"


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_a_run_gives_exactly_the_commands_that_a_rehearsal_prints(environment: str, tmp_path: Path) -> None:
    stage = build(tmp_path, environment)
    rehearsed = commands(stage.install("--dry-run").output)
    assert stage.calls == []
    done = stage.install()
    assert done.status == 0, done.output
    assert stage.calls == rehearsed == commands(done.output)


def test_a_second_run_downloads_nothing_and_repeats_the_rest(dev: Stage) -> None:
    dev.install()
    first = dev.calls
    again = dev.install()
    assert again.status == 0
    assert dev.calls == [call for call in first if call[:2] != ["helm", "pull"]]


def test_each_step_is_waited_for_before_the_next_begins(dev: Stage) -> None:
    dev.install()
    calls = dev.calls
    upgrades = [call for call in calls if call[:2] == ["helm", "upgrade"]]
    assert all("--rollback-on-failure" in call and "--timeout" in call for call in upgrades)
    webhook = next(index for index, call in enumerate(calls) if "endpointslice" in call)
    assert calls[webhook - 1][3] == "aws-load-balancer-controller"
    assert calls[webhook + 1][2] == "kube-prometheus-stack"


def test_logging_of_fargate_is_there_before_any_chart(dev: Stage) -> None:
    dev.install()
    assert dev.calls[0][:2] == ["kubectl", "apply"]
    applied = (dev.folder / ".local/platform/dev/cluster.yaml").read_text()
    assert "name: aws-logging" in applied
    assert "log_group_name app_log_group" in applied


def test_only_prod_gets_a_storage_class(dev: Stage, tmp_path: Path) -> None:
    prod = build(tmp_path / "prod", "prod")
    for stage in (dev, prod):
        stage.install("--dry-run")
    assert "StorageClass" not in (dev.folder / ".local/platform/dev/cluster.yaml").read_text()
    assert "StorageClass" in (prod.folder / ".local/platform/prod/cluster.yaml").read_text()


def test_a_failing_wait_stops_the_run_and_a_repetition_goes_on(dev: Stage) -> None:
    failed = dev.install(FAIL="endpointslice")
    assert failed.status == 1
    assert "exit 1: kubectl wait --namespace=kube-system" in failed.output
    assert not any("kube-prometheus-stack" in call for call in dev.calls)
    repeated = dev.install()
    assert repeated.status == 0, repeated.output
    assert ["helm", "pull", "aws-load-balancer-controller"] not in [call[:3] for call in dev.calls]


def test_a_failing_chart_stops_the_run(dev: Stage) -> None:
    failed = dev.install(FAIL="upgrade --install fluent-bit")
    assert failed.status == 1
    assert dev.calls[-1][3] == "fluent-bit"


def test_a_key_that_values_env_lacks_stops_the_run_before_the_first_command(tmp_path: Path) -> None:
    stage = build(tmp_path, "dev", without=("VPC_ID", "CLUSTER_NAME"))
    failed = stage.install()
    assert failed.status == 1
    assert "aws-load-balancer-controller.yaml needs CLUSTER_NAME, VPC_ID" in failed.output
    assert stage.calls == []


def test_a_missing_values_env_names_the_command_that_writes_it(dev: Stage) -> None:
    dev.values.unlink()
    failed = dev.install()
    assert failed.status == 1
    assert "make values ENV=dev" in failed.output
    assert dev.calls == []


def test_a_chart_with_another_digest_never_reaches_the_cluster(dev: Stage) -> None:
    failed = dev.install(TAMPERED="!")
    assert failed.status == 1
    assert "A published version does not change" in failed.output
    assert not any(call[:2] == ["helm", "upgrade"] for call in dev.calls)
    assert list(dev.folder.glob(".local/**/*.tgz")) == []


def test_a_chart_that_was_changed_on_disk_is_fetched_anew(dev: Stage) -> None:
    dev.install()
    next(dev.folder.glob(".local/platform/dev/fluent-bit-*.tgz")).write_text("changed")
    assert dev.calls
    assert dev.install().status == 0
    assert [call[2] for call in dev.calls if call[:2] == ["helm", "pull"]] == ["fluent-bit"]


def test_without_a_domain_external_dns_is_left_out(dev: Stage) -> None:
    text = dev.values.read_text().replace("DOMAIN=domain", "DOMAIN=")
    dev.values.write_text(text.replace("EXTERNAL_DNS_ROLE_ARN=external_dns_role_arn", "EXTERNAL_DNS_ROLE_ARN="))
    done = dev.install()
    assert done.status == 0, done.output
    assert "external-dns: left out, DOMAIN is empty" in done.output
    assert not any("external-dns" in call for call in dev.calls)


def test_grafanas_own_variables_are_left_alone(dev: Stage) -> None:
    dev.install("--dry-run")
    filled = (dev.folder / ".local/platform/dev/fluent-bit.yaml").read_text()
    assert filled == "region: aws_region\nquery: ${datasource}\n"


def test_an_environments_own_values_come_after_the_common_ones(tmp_path: Path) -> None:
    prod = build(tmp_path, "prod")
    (tmp_path / "monitoring/helm/kube-prometheus-stack.prod.yaml").write_text("size: 50Gi\n")
    (tmp_path / "monitoring/helm/fluent-bit.dev.yaml").write_text("size: 1Gi\n")
    text = prod.install("--dry-run").output
    folder = ".local/platform/prod"
    both = f"--values {folder}/kube-prometheus-stack.yaml --values {folder}/kube-prometheus-stack.prod.yaml"
    assert both in text
    assert "fluent-bit.dev" not in text


@pytest.mark.parametrize("context", ["todo-prod", "arn:aws:eks:eu-central-1:111122223333:cluster/todo-prod"])
def test_the_cluster_of_another_environment_is_left_alone(context: str, dev: Stage) -> None:
    failed = dev.install(CONTEXT=context)
    assert failed.status == 1
    assert f"kubectl speaks to {context}, not to cluster_name" in failed.output
    assert dev.calls == []


def test_a_context_that_the_aws_cli_named_is_known_too(dev: Stage) -> None:
    assert dev.install(CONTEXT="arn:aws:eks:eu-central-1:111122223333:cluster/cluster_name").status == 0


def test_a_tool_that_is_not_installed_is_named(dev: Stage) -> None:
    (dev.folder / "path/helm").unlink()
    failed = dev.install()
    assert failed.status == 1
    assert "helm is not installed" in failed.output


def test_help_says_what_it_does_and_that_it_may_be_repeated(dev: Stage) -> None:
    shown = dev.install("--help")
    assert shown.status == 0
    assert "may be repeated" in shown.output
