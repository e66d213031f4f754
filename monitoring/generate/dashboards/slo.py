"""What was promised, how much of the budget is left, and how fast it burns."""

from grafana_foundation_sdk.builders.dashboard import Dashboard

from monitoring.generate.dashboards.panels import ENVIRONMENT, frame, lines, number
from monitoring.generate.table import Slo, Table


def dashboard(table: Table) -> Dashboard:
    return frame(
        "SLO",
        f"Error budgets over {table.window}, from monitoring/slo.yaml.",
        {f"{slo.name.capitalize()}: {slo.objective:g} % over {table.window}": _row(table, slo) for slo in table.slos},
    )


def _row(table: Table, slo: Slo) -> list:  # type: ignore[type-arg]
    matchers = f'{{slo="{slo.name}",{ENVIRONMENT}}}'
    windows = ["5m", *dict.fromkeys(rate.long for rate in table.burn_rates)]
    return [
        number(
            f"Budget left, {slo.name}",
            "percentunit",
            f"slo:budget_left:ratio{table.window}{matchers}",
            f"of {table.window}",
            about=f"{slo.budget * 100:g} % of requests may go wrong. Below zero: the promise is broken.",
        ),
        number(
            f"Bad share, {slo.name}", "percentunit", f"slo:error_ratio:rate{table.window}{matchers}", f"{table.window}"
        ),
        number(f"Requests, {slo.name}", "reqps", f"slo:requests:rate5m{matchers}", "5m"),
        number(f"Failures, {slo.name}", "short", f"slo:failures:count1h{matchers}", "1h", about="In the last hour."),
        lines(
            f"Burn rate, {slo.name}",
            "short",
            *((f"slo:error_ratio:rate{window}{matchers} / {slo.budget:g}", window) for window in windows),
            about="1 spends the budget in exactly its window; 14.4 over an hour pages.",
            width=24,
        ),
    ]
