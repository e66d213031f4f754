"""The whole sequence of commands, and what stops it. kubectl and helm are stand-ins that write down their calls."""

import os
import re
from pathlib import Path

import pytest
import yaml

from tests.platform.stage import NAMES, Stage, build, commands

# All of it takes more than two seconds.
pytestmark = pytest.mark.slow

GOLDEN = Path(__file__).parent / "golden"


def test_the_commands_and_their_order_are_the_golden_ones(production: Stage) -> None:
    printed = production.install("--dry-run")
    assert printed.status == 0, printed.output
    golden = GOLDEN / f"{production.environment}.txt"
    if os.environ.get("ACCEPT"):
        golden.write_text(printed.output)
    assert printed.output == golden.read_text(), "read the difference; ACCEPT=1 pytest tests/platform takes it"


def test_a_run_gives_exactly_the_commands_that_a_rehearsal_prints_and_a_second_one_downloads_nothing(
    production: Stage,
) -> None:
    rehearsed = commands(production.install("--dry-run").output)
    assert production.calls == []
    done = production.install()
    assert done.status == 0, done.output
    assert production.calls == rehearsed == commands(done.output)
    assert production.install().status == 0
    assert production.calls == [call for call in rehearsed if call[:2] != ["helm", "pull"]]


def test_each_step_is_waited_for_before_the_next_begins_and_logging_of_fargate_is_there_before_any_chart(
    first: Stage,
) -> None:
    first.install()
    calls = first.calls
    assert calls[0][:2] == ["kubectl", "apply"]
    applied = (first.folder / f".local/platform/{first.environment}/cluster.yaml").read_text()
    assert "name: aws-logging" in applied
    assert "log_group_name app_log_group" in applied
    upgrades = [call for call in calls if call[:2] == ["helm", "upgrade"]]
    assert all("--rollback-on-failure" in call and "--timeout" in call for call in upgrades)
    webhook = next(index for index, call in enumerate(calls) if "endpointslice" in call)
    assert calls[webhook - 1][3] == "aws-load-balancer-controller"
    assert calls[webhook + 1][2] == "kube-prometheus-stack"


def test_a_failing_wait_stops_the_run_and_a_repetition_goes_on(first: Stage) -> None:
    failed = first.install(FAIL="endpointslice")
    assert failed.status == 1
    assert "exit 1: kubectl wait --namespace=kube-system" in failed.output
    assert not any("kube-prometheus-stack" in call for call in first.calls)
    repeated = first.install()
    assert repeated.status == 0, repeated.output
    assert ["helm", "pull", "aws-load-balancer-controller"] not in [call[:3] for call in first.calls]


def test_a_key_that_values_env_lacks_stops_the_run_before_the_first_command(tmp_path: Path) -> None:
    stage = build(tmp_path, NAMES[0], without=("VPC_ID", "CLUSTER_NAME"))
    failed = stage.install()
    assert failed.status == 1
    assert "aws-load-balancer-controller.yaml needs CLUSTER_NAME, VPC_ID" in failed.output
    assert stage.calls == []


def test_a_missing_values_env_names_the_command_that_writes_it(first: Stage) -> None:
    first.values.unlink()
    failed = first.install()
    assert failed.status == 1
    assert f"make values ENV={first.environment}" in failed.output
    assert first.calls == []


def test_a_chart_with_another_digest_never_reaches_the_cluster(first: Stage) -> None:
    failed = first.install(TAMPERED="!")
    assert failed.status == 1
    assert "A published version does not change" in failed.output
    assert not any(call[:2] == ["helm", "upgrade"] for call in first.calls)
    assert list(first.folder.glob(".local/**/*.tgz")) == []


def test_a_chart_that_was_changed_on_disk_is_fetched_again(first: Stage) -> None:
    first.install()
    next(first.folder.glob(f".local/platform/{first.environment}/fluent-bit-*.tgz")).write_text("changed")
    assert first.calls
    assert first.install().status == 0
    assert [call[2] for call in first.calls if call[:2] == ["helm", "pull"]] == ["fluent-bit"]


def test_without_a_domain_external_dns_is_left_out(first: Stage) -> None:
    text = first.values.read_text().replace("DOMAIN=domain", "DOMAIN=")
    first.values.write_text(text.replace("EXTERNAL_DNS_ROLE_ARN=external_dns_role_arn", "EXTERNAL_DNS_ROLE_ARN="))
    done = first.install()
    assert done.status == 0, done.output
    assert "external-dns: left out, DOMAIN is empty" in done.output
    assert not any("external-dns" in call for call in first.calls)


def test_what_an_environment_takes_beyond_the_others_is_listed_in_its_values(first: Stage) -> None:
    values = first.folder / f"environments/{first.environment}.ini"
    values.write_text(re.sub(r"^options =.*$", "options = disk exporter", values.read_text(), flags=re.MULTILINE))
    disk, exporter = (first.folder / "platform/options" / name for name in ("disk", "exporter"))
    disk.mkdir()
    (disk / "kube-prometheus-stack.yaml").write_text("size: 50Gi\n")
    exporter.mkdir()
    (exporter / "kustomization.yaml").write_text("configMapGenerator: [{name: exporter, literals: [a=b]}]\n")
    done = first.install("--dry-run")
    folder = f".local/platform/{first.environment}"
    both = f"--values {folder}/kube-prometheus-stack.yaml --values {folder}/disk.kube-prometheus-stack.yaml"
    assert both in done.output, done.output
    assert "exporter-" in (first.folder / folder / "monitoring.yaml").read_text()


def test_rules_and_dashboards_are_applied_with_links_that_lead_somewhere_and_grafanas_own_variables_stay(
    first: Stage,
) -> None:
    first.install("--dry-run")
    folder = first.folder / f".local/platform/{first.environment}"
    assert (folder / "fluent-bit.yaml").read_text() == "region: aws_region\nquery: ${datasource}\n"
    objects = list(yaml.safe_load_all((folder / "monitoring.yaml").read_text()))
    found = {each["kind"]: each for each in objects if each["metadata"].get("namespace") == "monitoring"}
    assert found["PrometheusRule"]["spec"] == {"groups": []}
    assert found["ConfigMap"]["data"] == {"home.json": '"https://grafana.test"'}
    assert found["ConfigMap"]["metadata"]["labels"]["grafana_dashboard"] == "1"


@pytest.mark.parametrize(("place", "mine"), [("project.json", "git.test"), ("environments/{}.ini", "grafana.test")])
def test_a_placeholder_in_a_link_stops_the_run_before_the_first_command(first: Stage, place: str, mine: str) -> None:
    stage = first
    (stage.folder / "monitoring/rules/slo.yaml").write_text("groups: [{name: '${REPOSITORY}'}]\n")
    file = stage.folder / place.format(stage.environment)
    file.write_text(file.read_text().replace(mine, "example-org.com"))
    failed = stage.install()
    assert failed.status == 1
    assert f"write your own into {place.format(stage.environment)}" in failed.output
    assert stage.calls == []


def test_a_comparison_changes_nothing_and_shows_every_step(first: Stage) -> None:
    done = first.install("--diff")
    assert done.status == 0, done.output
    calls = first.calls
    assert {tuple(call[:2]) for call in calls} == {("kubectl", "diff"), ("helm", "pull"), ("helm", "template")}
    assert (
        len([call for call in calls if call[1] == "diff"]) == len([each for each in calls if each[1] == "template"]) + 2
    )


def test_a_difference_is_no_failure_and_a_broken_comparison_is_one(first: Stage) -> None:
    assert first.install("--diff", FAIL="kubectl diff", STATUS="1").status == 0
    assert first.install("--diff", FAIL="kubectl diff", STATUS="2").status == 1


def test_the_cluster_of_another_environment_is_left_alone(first: Stage) -> None:
    context = "arn:aws:eks:eu-central-1:111122223333:cluster/another"
    failed = first.install(CONTEXT=context)
    assert failed.status == 1
    assert f"kubectl speaks to {context}, not to cluster_name" in failed.output
    assert first.calls == []


def test_a_context_that_the_aws_cli_named_is_known_too(first: Stage) -> None:
    assert first.install(CONTEXT="arn:aws:eks:eu-central-1:111122223333:cluster/cluster_name").status == 0


def test_a_tool_that_is_not_installed_is_named(first: Stage) -> None:
    (first.folder / "path/helm").unlink()
    failed = first.install()
    assert failed.status == 1
    assert "helm is not installed" in failed.output


def test_help_says_what_it_does_and_that_it_may_be_repeated(first: Stage) -> None:
    shown = first.install("--help")
    assert shown.status == 0
    assert "may be repeated" in shown.output
