"""What the charts are told, as far as it can be seen without them."""

from typing import Any

import yaml

from tests.monitoring.tools import MONITORING


def read(name: str) -> Any:
    return yaml.safe_load((MONITORING / name).read_text())


def test_every_dropped_default_rule_has_its_reason_and_the_other_way_round() -> None:
    listed, told = read("default_rules.yaml"), read("helm/kube-prometheus-stack.yaml")["defaultRules"]
    assert {name for name, kept in told["rules"].items() if not kept} == set(listed["dropped"])
    assert set(told["disabled"]) == set(listed["dropped_alerts"])
    assert not set(listed["kept"]) & set(listed["dropped"])


def test_what_runs_on_every_node_leaves_fargate_out() -> None:
    for values in (read("helm/fluent-bit.yaml"), read("helm/kube-prometheus-stack.yaml")["prometheus-node-exporter"]):
        (term,) = values["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"][
            "nodeSelectorTerms"
        ]
        assert term["matchExpressions"] == [
            {"key": "eks.amazonaws.com/compute-type", "operator": "NotIn", "values": ["fargate"]}
        ]
