"""Prints the table of `make observe`: promises with their budgets, errors and latency by route, firing alerts."""

import math

from monitoring.generate.table import Slo, Table
from pattern.rehearsals.prometheus import Prometheus

USERS = '{traffic="users"}[5m]'
FAILED = '{traffic="users",status=~"5.."}[5m]'
QUANTILES = (0.5, 0.95, 0.99)
NOTHING = "–"  # nobody has asked yet


def text(prometheus: Prometheus, table: Table) -> str:
    """Return three tables; the figures of routes are of the last five minutes."""
    windows = ["5m", *dict.fromkeys(rate.long for rate in table.burn_rates)]
    promises = [
        ["SLO", "objective", f"budget left ({table.window})", *(f"burn {each}" for each in windows), "failures (1h)"],
        *(_promise(prometheus, slo, table.window, windows) for slo in table.slos),
    ]
    answers = [["route", "requests/s", "5xx", "p50", "p95", "p99"], *_answers(prometheus)]
    return "\n\n".join((_aligned(promises), _aligned(answers), _alerts(prometheus)))


def _promise(prometheus: Prometheus, slo: Slo, window: str, windows: list[str]) -> list[str]:
    def figure(record: str, form: str) -> str:
        found = prometheus.query(f'{record}{{slo="{slo.name}"}}')
        return form.format(found[0].value) if found and math.isfinite(found[0].value) else NOTHING

    return [
        slo.name,
        f"{slo.objective:g} %",
        figure(f"slo:budget_left:ratio{window}", "{:.1%}"),
        *(figure(f"1 / {slo.budget:g} * slo:error_ratio:rate{each}", "{:.1f}") for each in windows),
        figure("slo:failures:count1h", "{:.0f}"),
    ]


def _answers(prometheus: Prometheus) -> list[list[str]]:
    def by_route(expression: str) -> dict[str, float]:
        return {series.labels["route"]: series.value for series in prometheus.query(expression)}

    def seconds(share: float) -> dict[str, float]:
        buckets = f"sum by (route, le) (rate(service_http_request_duration_seconds_bucket{USERS}))"
        return by_route(f"histogram_quantile({share}, {buckets})")

    requests = by_route(f"sum by (route) (rate(service_http_requests_total{USERS}))")
    failed = by_route(f"sum by (route) (rate(service_http_requests_total{FAILED}))")
    quantiles = [seconds(share) for share in QUANTILES]
    return [
        [
            route,
            f"{rate:.2f}",
            f"{failed.get(route, 0) / rate:.1%}",
            *(f"{each[route] * 1000:.0f} ms" for each in quantiles),
        ]
        for route, rate in sorted(requests.items(), key=lambda item: -item[1])
        if rate
    ] or [[NOTHING] * 6]


def _alerts(prometheus: Prometheus) -> str:
    on = [rule for rule in prometheus.alerts() if rule["state"] != "inactive"]
    lines = [
        f"{rule['state'].upper()}  {rule['name']} ({rule['labels']['severity']}): {alert['annotations']['summary']}\n"
        f"         docs/runbooks/{alert['annotations']['runbook_url'].rpartition('/')[2]}"
        for rule in on
        for alert in rule["alerts"]
    ]
    return "\n".join(lines) or "No alert is pending or firing."


def _aligned(rows: list[list[str]]) -> str:
    """Return a table whose first column is left-aligned and whose others are right-aligned."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(cell.rjust(width) if number else cell.ljust(width) for number, (cell, width) in enumerate(pairs))
        for pairs in (list(zip(row, widths, strict=True)) for row in rows)
    )
