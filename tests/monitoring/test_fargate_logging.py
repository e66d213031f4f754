"""Fargate's log router takes the ConfigMap: small enough, and nothing but sections, filters and outputs that it knows.

https://docs.aws.amazon.com/eks/latest/userguide/fargate-logging.html
"""

import re

import yaml

from tests.monitoring.tools import MONITORING

FILTERS = {"grep", "parser", "record_modifier", "rewrite_tag", "throttle", "nest", "modify", "kubernetes"}
OUTPUTS = {"es", "firehose", "kinesis_firehose", "cloudwatch", "cloudwatch_logs", "kinesis"}


def test_the_log_router_of_fargate_takes_its_configuration() -> None:
    path = MONITORING.parent / "platform" / "cluster" / "aws_logging.yaml"
    data = yaml.safe_load(path.read_text())["data"]
    assert sum(len(key) + len(value) for key, value in data.items()) <= 5300
    text = "\n".join(data.values())
    sections = re.findall(r"^\[(\w+)\]\n\s+Name (\w+)", text, re.MULTILINE)
    assert len(sections) == text.count("\n[") + text.startswith("[")
    assert {kind for kind, _ in sections} <= {"FILTER", "OUTPUT", "PARSER"}
    assert {name for kind, name in sections if kind == "FILTER"} <= FILTERS
    assert {name for kind, name in sections if kind == "OUTPUT"} <= OUTPUTS
