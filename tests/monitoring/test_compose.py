"""Prometheus and Grafana of compose.yaml find our rules, the service and our dashboards.

Grafana itself is not at hand: its files are held against the fields that its documentation names, and no more.
"""

import json
import shutil
import socket
import subprocess
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml

from environments import with_account
from tests.monitoring.tools import MONITORING, needed, run
from tests.terraform.processes import stop

ROOT = MONITORING.parent
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]
METRICS = 'service_build_info{colour="green",version="1"} 1\nservice_threads 4\n'
LABELS = {"environment": "local", "colour": "blue", "namespace": "service", "pod": "app", "container": "web"}

# https://grafana.com/docs/grafana/latest/administration/provisioning/
DATA_SOURCE = {"name", "uid", "type", "access", "url", "isDefault", "jsonData", "orgId", "editable", "version"}
PROVIDER = {"name", "orgId", "folder", "folderUid", "type", "disableDeletion", "updateIntervalSeconds", "options"}


def mounted(service: str) -> dict[str, Path]:
    """Return what of this repository a container sees, by its path in there."""
    given = (str(volume).split(":") for volume in SERVICES[service]["volumes"])
    return {parts[1]: ROOT / parts[0] for parts in given if parts[0].startswith("./")}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """/etc/prometheus as the container has it."""
    for inside, source in mounted("prometheus").items():
        target = tmp_path / Path(inside).relative_to("/etc/prometheus")
        shutil.copytree(source, target) if source.is_dir() else shutil.copy(source, target)
    return tmp_path


def test_promtool_takes_the_configuration_with_all_our_rules(folder: Path) -> None:
    done = run("promtool", "check", "config", folder / "prometheus.yaml")
    assert done.returncode == 0, done.stderr
    assert f"{len(list(MONITORING.glob('rules/*.yaml')))} rule files found" in done.stdout


class Metrics(BaseHTTPRequestHandler):
    """Answers in the service's place; tests/process scrapes the real one."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; version=0.0.4")
        self.end_headers()
        self.wfile.write(METRICS.encode())

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def prometheus(folder: Path) -> Iterator[str]:
    """The address of a real Prometheus with that configuration; only where the service answers differs."""
    needed("prometheus")
    configuration = folder / "prometheus.yaml"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with ThreadingHTTPServer(("127.0.0.1", 0), Metrics) as app:
        threading.Thread(target=app.serve_forever, daemon=True).start()
        text = configuration.read_text().replace("app:9000", f"127.0.0.1:{app.server_port}").replace("15s", "1s")
        configuration.write_text(text)
        command = [
            "prometheus",
            *(str(word).replace("/etc/prometheus", str(folder)) for word in SERVICES["prometheus"]["command"]),
            f"--web.listen-address=127.0.0.1:{port}",
        ]
        command = [word.replace("=/prometheus", f"={folder}/data") for word in command]
        with (folder / "log").open("w") as log:
            process = subprocess.Popen(command, stdout=log, stderr=log, text=True, start_new_session=True)
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            stop(process)
            app.shutdown()


def answer(address: str) -> Any:
    with urllib.request.urlopen(address, timeout=30) as response:  # noqa: S310  our own http address
        return json.loads(response.read())["data"]


def until(address: str, holds: Any, *, seconds: float = 120) -> Any:
    deadline = time.monotonic() + seconds
    while True:
        try:
            if holds(found := answer(address)):
                return found
        except OSError as error:
            found = error
        assert time.monotonic() < deadline, found
        time.sleep(0.2)


@pytest.mark.slow
def test_a_real_prometheus_loads_every_rule_and_gives_the_labels_that_dashboards_ask_for(prometheus: str) -> None:
    query = urllib.parse.quote('service_threads{job="service"}')
    found = until(f"{prometheus}/api/v1/query?query={query}", lambda data: data["result"])
    (series,) = found["result"]
    assert {name: series["metric"].get(name) for name in LABELS} == LABELS
    query = urllib.parse.quote("service_build_info")
    (build,) = until(f"{prometheus}/api/v1/query?query={query}", lambda data: data["result"])["result"]
    # As in a cluster: the target's colour wins over the one that the service tells.
    assert (build["metric"]["colour"], build["metric"]["exported_colour"]) == ("blue", "green")
    loaded = answer(f"{prometheus}/api/v1/rules")["groups"]
    wanted = [
        group["name"]
        for path in MONITORING.glob("rules/*.yaml")
        for group in yaml.safe_load(path.read_text())["groups"]
    ]
    assert sorted(group["name"] for group in loaded) == sorted(wanted)


def test_the_labels_are_those_of_the_pod_monitors() -> None:
    """Prometheus Operator adds namespace, pod and container by itself; `colour` and `environment` are ours."""
    scraped = yaml.safe_load((MONITORING / "compose" / "prometheus.yaml").read_text())["scrape_configs"]
    monitors = yaml.safe_load_all((MONITORING / "pod_monitor.yaml").read_text())
    (ours,) = [monitor for monitor in monitors if monitor["metadata"]["name"] == "web"]
    relabelled = {each["targetLabel"] for each in ours["spec"]["podMetricsEndpoints"][0]["relabelings"]}
    (labels,) = [job["static_configs"][0]["labels"] for job in scraped if job["job_name"] == "service"]
    assert labels == LABELS
    assert relabelled <= set(labels)
    assert labels["colour"] == SERVICES["app"]["environment"]["COLOUR"]


def provisioned(path: str, key: str) -> Any:
    (folder,) = [source for inside, source in mounted("grafana").items() if inside == "/etc/grafana/provisioning"]
    document = yaml.safe_load((folder / path).read_text())
    assert document["apiVersion"] == 1
    (one,) = document[key]
    return one


def test_grafana_has_the_data_source_that_every_dashboard_begins_with() -> None:
    source = provisioned("datasources/prometheus.yaml", "datasources")
    assert set(source) <= DATA_SOURCE
    assert (source["type"], source["access"], source["isDefault"]) == ("prometheus", "proxy", True)
    name, port = source["url"].removeprefix("http://").split(":")
    assert f"127.0.0.1:{port}:{port}" in SERVICES[name]["ports"]
    scraped = yaml.safe_load((MONITORING / "compose" / "prometheus.yaml").read_text())
    assert source["jsonData"]["timeInterval"] == scraped["global"]["scrape_interval"]
    for path in MONITORING.glob("dashboards/*.json"):
        (variable,) = [
            each for each in json.loads(path.read_text())["templating"]["list"] if each["type"] == "datasource"
        ]
        assert (variable["name"], variable["query"]) == ("datasource", source["type"]), path.name


def test_grafana_finds_every_dashboard() -> None:
    provider = provisioned("dashboards/service.yaml", "providers")
    assert set(provider) <= PROVIDER
    assert provider["type"] == "file"
    assert mounted("grafana")[provider["options"]["path"]] == ROOT / "./monitoring/dashboards"


def test_grafana_has_no_password_and_lets_nobody_change_anything() -> None:
    told = SERVICES["grafana"]["environment"]
    assert told["GF_AUTH_ANONYMOUS_ORG_ROLE"] == "Viewer"
    assert told["GF_SECURITY_DISABLE_INITIAL_ADMIN_CREATION"] == "true"
    assert told["GF_AUTH_BASIC_ENABLED"] == "false"
    assert not [name for name in told if "PASSWORD" in name]


def test_alerts_lead_to_the_port_of_grafana() -> None:
    port = "3000"
    assert f"127.0.0.1:{port}:{port}" in SERVICES["grafana"]["ports"]
    for environment in with_account():
        address = environment.values["alerts"]["grafana"]
        assert address == f"http://localhost:{port}" or address.startswith("https://"), environment.name
