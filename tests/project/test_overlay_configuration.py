"""The service starts, and serves, with what the overlays give it: prod has HTTPS as a header of its load balancer."""

import os
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection

from environments import load
from tests.postgresql_plugin import ROOT
from tests.service import running, variables_of

OVERLAYS = ROOT / "kustomize" / "overlays"
# Where the database is, and where AWS is, belongs to the cluster.
OF_THE_CLUSTER = ("DB_", "AWS_", "AUDIT_LOG_GROUP")
# The others have the plain HTTP of every other test here, and differ in hosts and rates.
OTHERS = sorted(set(load()) - {"prod"})


def settings(file: Path) -> dict[str, str]:
    lines = [line for line in file.read_text().splitlines() if line and not line.startswith("#")]
    pairs = dict(line.split("=", 1) for line in lines)
    return {name: value for name, value in pairs.items() if not name.startswith(OF_THE_CLUSTER)}


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)  # the smoke test runs here, and makes its user in the service's database
@pytest.mark.parametrize("environment", ["prod", *(pytest.param(name, marks=pytest.mark.ci) for name in OTHERS)])
def test_the_service_serves_with_the_configuration_of_an_environment(tmp_path: Path, environment: str) -> None:
    config = settings(OVERLAYS / environment / "configuration" / "config.env")
    # The smoke test asks web-blue in the cluster, and this address here.
    config["ALLOWED_HOSTS"] += ",127.0.0.1"
    absent = {"SECURE_SSL_REDIRECT", "SECURE_COOKIES", "SECURE_HSTS_SECONDS"}
    base = {name: value for name, value in os.environ.items() if name not in absent}
    base |= {**config, **variables_of(connection.settings_dict["NAME"])}
    said = StringIO()
    # Nothing balances the load of this one: its end need not wait.
    with running({**base, "DRAIN_SECONDS": "0", "METRICS_PORT": "0"}, tmp_path / "log") as service:
        call_command("smoke", service.url, stdout=said)
    assert said.getvalue().endswith(" serves.\n")
