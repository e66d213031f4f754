"""A Prometheus of this machine with our rules, and the questions that its API answers.

https://prometheus.io/docs/prometheus/latest/querying/api/
"""

import json
import shutil
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from local import ports
from local.refusal import Refusal
from monitoring.generate.duration import shortened
from monitoring.generate.files import rule_files
from pattern.rehearsals.process import Process

# Those of monitoring/helm/kube-prometheus-stack.yaml and monitoring/pod_monitor.yaml.
SCRAPE_INTERVAL, EVALUATION_INTERVAL = "15s", "30s"
LOOKBACK = "5m"  # Prometheus' default: how long a series that has ended still counts
READY_SECONDS = 60
INSTALL = (
    "There is no `prometheus` on the PATH: install it (Debian: apt-get install prometheus; macOS: brew install "
    "prometheus; or https://prometheus.io/download/)."
)


def program() -> str:
    """Return where it is; raise Refusal that says how to install it."""
    if found := shutil.which("prometheus"):
        return found
    raise Refusal(INSTALL)


@dataclass(frozen=True)
class Series:
    """Labels, and points of (seconds since 1970, value): one of an instant, many of a range."""

    labels: dict[str, str]
    points: list[tuple[float, float]]

    @property
    def value(self) -> float:
        return self.points[-1][1]


class Prometheus:
    """Scrapes `targets` (labels, `job` among them, by address); every interval and window is divided by `factor`."""

    def __init__(self, folder: Path, *, factor: int = 1, scrape_interval: str = SCRAPE_INTERVAL) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        for name, groups in rule_files(factor=factor).items():
            (folder / f"rules-{name}.yml").write_text(json.dumps({"groups": groups}), encoding="utf-8")
        self.scrape([])
        configuration = {
            "global": {
                "scrape_interval": shortened(scrape_interval, factor),
                "scrape_timeout": shortened(scrape_interval, factor),
                "evaluation_interval": shortened(EVALUATION_INTERVAL, factor),
            },
            "rule_files": [str(folder / "rules-*.yml")],
            # `job` is a label of the targets, as the PodMonitors make it.
            "scrape_configs": [{"job_name": "local", "file_sd_configs": [{"files": [str(folder / "targets.json")]}]}],
        }
        # JSON is YAML.
        (folder / "prometheus.yml").write_text(json.dumps(configuration), encoding="utf-8")
        port = ports.any_free()
        self.url = f"http://127.0.0.1:{port}"
        self._process = Process(
            "prometheus",
            [
                program(),
                f"--config.file={folder / 'prometheus.yml'}",
                f"--storage.tsdb.path={folder / 'data'}",
                "--storage.tsdb.retention.time=30d",
                f"--query.lookback-delta={shortened(LOOKBACK, factor)}",
                f"--web.listen-address=127.0.0.1:{port}",
                "--log.level=warn",
            ],
            folder=folder,
        )

    def scrape(self, targets: Sequence[Mapping[str, str]]) -> None:
        """Scrape these from now on (Prometheus looks every 5 s): labels, of which `address` is where to ask."""
        listed = [
            {
                "targets": [target["address"]],
                "labels": {name: value for name, value in target.items() if name != "address"},
            }
            for target in targets
        ]
        half = self._folder / "targets.new"
        half.write_text(json.dumps(listed), encoding="utf-8")
        half.replace(self._folder / "targets.json")

    def await_ready(self) -> None:
        """Return when it answers; raise Refusal when that does not come."""
        deadline = time.monotonic() + READY_SECONDS
        while True:
            self._process.require_alive()
            with suppress(OSError), urllib.request.urlopen(f"{self.url}/-/ready", timeout=5):  # noqa: S310
                return
            if time.monotonic() > deadline:
                raise Refusal(f"Prometheus was not ready after {READY_SECONDS} s: see {self._process.log}.")
            time.sleep(0.1)

    def stop(self) -> None:
        self._process.stop()

    def query(self, expression: str) -> list[Series]:
        """Return what an expression is now."""
        result = self._get("query", query=expression)["result"]
        return [Series(each["metric"], [(float(each["value"][0]), float(each["value"][1]))]) for each in result]

    def await_data(self, expression: str, *, seconds: float = READY_SECONDS) -> list[Series]:
        """Return what an expression is as soon as it is anything; raise Refusal when that does not come."""
        deadline = time.monotonic() + seconds
        while not (found := self.query(expression)):
            if time.monotonic() > deadline:
                raise Refusal(f"Prometheus has no data of {expression} after {seconds:g} s.")
            time.sleep(0.1)
        return found

    def query_range(self, expression: str, *, start: float, end: float, step: float) -> list[Series]:
        """Return what an expression was from `start` to `end`, every `step` seconds."""
        result = self._get("query_range", query=expression, start=start, end=end, step=step)["result"]
        return [
            Series(each["metric"], [(float(moment), float(value)) for moment, value in each["values"]])
            for each in result
        ]

    def alerts(self) -> list[dict[str, Any]]:
        """Return our alerting rules, each with its `name`, `state`, and `alerts` (pending or firing)."""
        groups = self._get("rules", type="alert")["groups"]
        return [rule for group in groups for rule in group["rules"]]

    def unhealthy_rules(self) -> list[str]:
        """Return the rules whose evaluation failed, with the reason."""
        groups = self._get("rules")["groups"]
        return [
            f"{rule['name']}: {rule.get('lastError')}"
            for group in groups
            for rule in group["rules"]
            if rule["health"] == "err"
        ]

    def _get(self, path: str, **parameters: str | float) -> Any:
        url = f"{self.url}/api/v1/{path}?{urlencode(parameters)}"
        try:
            with urllib.request.urlopen(url, timeout=30) as response:  # noqa: S310  our own http address
                return json.load(response)["data"]
        except urllib.error.HTTPError as error:
            raise ValueError(f"Prometheus refuses {parameters}: {error.read().decode()}") from error
