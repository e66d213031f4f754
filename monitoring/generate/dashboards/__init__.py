"""Grafana's dashboards as code (grafana-foundation-sdk); each module is one, `panels` is what they are made of."""

import json
from typing import Any

from grafana_foundation_sdk.cog.encoder import JSONEncoder

from monitoring.generate.dashboards import database, home, operations, platform, service, slo
from monitoring.generate.table import Table


def dashboards(table: Table) -> dict[str, dict[str, Any]]:
    """Return each dashboard by its name, as Grafana imports it."""
    made = {
        "home": home.dashboard(table),
        "service": service.dashboard(table),
        "slo": slo.dashboard(table),
        "database": database.dashboard(),
        "platform": platform.dashboard(),
        "operations": operations.dashboard(),
    }
    return {name: json.loads(JSONEncoder(sort_keys=True).encode(each.build())) for name, each in made.items()}
