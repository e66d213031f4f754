"""The queries by which the release tool judges a new colour while it bakes (monitoring/README.md has the format)."""

from monitoring.generate.table import Slo, Table, narrowed

COLOUR = 'colour="$colour"'
# Refusals of a worker without a free thread (todoproject/server/) say how many came, not whether the release is
# well: a stranger's flood must not take a release back that closes a hole. The latency of what is served counts.
# Nor do answers to a client that met a limit.
SERVED = 'route!="refused",traffic!="limited"'


def bake_queries(table: Table) -> dict[str, object]:
    """Return what monitoring/bake.json holds: served traffic of users, and the tool's own, which makes the samples."""
    return {
        "prometheus": {"namespace": "monitoring", "service": "prometheus-operated", "port": 9090},
        "minimum_window_seconds": 60,
        "queries": [_of_slo(table, slo) for slo in table.slos],
    }


def _of_slo(table: Table, slo: Slo) -> dict[str, object]:
    total, good = (f"sum(increase({narrowed(each, SERVED, COLOUR)}[$window]))" for each in (slo.total, slo.good))
    return {
        "slo": slo.name,
        "means": f"share of the requests to $colour that were not good: {slo.users}",
        "query": f"1 - ({good} or vector(0)) / ({total} > 0)",
        "threshold": round(table.bake.factor * slo.budget, 6),
        "samples": total,
        "minimum_samples": table.bake.minimum_samples,
    }
