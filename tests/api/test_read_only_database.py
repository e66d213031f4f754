"""Reads never write: a database that takes no writes (failover, full disk) still serves every list and every row."""

import pytest
from django.db import connection, transaction
from pytest_django import Settings

from tests.api.client import ApiClient, parsed
from tests.sample import every

pytestmark = pytest.mark.django_db


@every
def test_a_read_only_database_serves_reads_with_prods_rate_and_refuses_writes_with_503(
    api: ApiClient, settings: Settings
) -> None:
    settings.API_RATE = "600/minute"  # kustomize/overlays/prod/configuration/config.env
    row, body = api.row(), api.full()
    connection.check_constraints()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL transaction_read_only = on")
    for below in ("", f"/{row.pk}", "?limit=1"):
        assert api.send("GET", api.path + below).status_code == 200
    with transaction.atomic():
        response = api.send("POST", api.path, body)
        transaction.set_rollback(True)
    assert (response.status_code, parsed(response)["type"]) == (503, "/docs/errors/unavailable")
    assert int(response["Retry-After"]) >= 1
