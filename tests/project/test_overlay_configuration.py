"""The service starts, and serves, with what the overlays give it: prod has HTTPS as a header of its load balancer."""

from pathlib import Path

import pytest

from environments import load
from tests.postgresql_plugin import ROOT
from tests.service import running

OVERLAYS = ROOT / "kustomize" / "overlays"
# Where the database is, and where AWS is, belongs to the cluster.
OF_THE_CLUSTER = ("DB_", "AWS_", "AUDIT_LOG_GROUP")


def settings(file: Path) -> dict[str, str]:
    lines = [line for line in file.read_text().splitlines() if line and not line.startswith("#")]
    pairs = dict(line.split("=", 1) for line in lines)
    return {name: value for name, value in pairs.items() if not name.startswith(OF_THE_CLUSTER)}


@pytest.mark.parametrize("environment", list(load()))
def test_the_service_serves_with_the_configuration_of_an_environment(
    service_environment: dict[str, str], tmp_path: Path, environment: str
) -> None:
    config = settings(OVERLAYS / environment / "configuration" / "config.env")
    # The smoke test asks web-blue in the cluster, and this address here.
    config["ALLOWED_HOSTS"] += ",127.0.0.1"
    absent = {"SECURE_SSL_REDIRECT", "SECURE_COOKIES", "SECURE_HSTS_SECONDS"}
    base = {name: value for name, value in service_environment.items() if name not in absent}
    # Nothing balances the load of this one: its end need not wait.
    with running({**base, **config, "DRAIN_SECONDS": "0", "METRICS_PORT": "0"}, tmp_path / "log") as service:
        assert service.manage("smoke", service.url).endswith(" serves.\n")
