"""Makes Kubernetes objects of monitoring/rules and monitoring/dashboards, which compose.yaml takes as they are."""

from pathlib import Path
from typing import Any

import yaml

from deploy.names import SERVICE


def of_monitoring(folder: Path) -> str:
    """Return a PrometheusRule for each file of rules, and a ConfigMap for each dashboard, as YAML."""
    rules = [
        _object("monitoring.coreos.com/v1", "PrometheusRule", path, {}) | {"spec": yaml.safe_load(path.read_text())}
        for path in sorted(folder.glob("rules/*.yaml"))
    ]
    dashboards = [
        # The label is what Grafana's sidecar looks for.
        _object("v1", "ConfigMap", path, {"grafana_dashboard": "1"}, "dashboard-")
        | {"data": {path.name: path.read_text()}}
        for path in sorted(folder.glob("dashboards/*.json"))
    ]
    return yaml.safe_dump_all([*rules, *dashboards], sort_keys=False, allow_unicode=True)


def _object(version: str, kind: str, path: Path, labels: dict[str, str], prefix: str = "") -> dict[str, Any]:
    labels = {"app.kubernetes.io/part-of": SERVICE} | labels
    metadata = {"name": f"{SERVICE}-{prefix}{path.stem}", "namespace": "monitoring", "labels": labels}
    return {"apiVersion": version, "kind": kind, "metadata": metadata}
