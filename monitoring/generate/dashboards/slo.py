"""Makes the dashboard of the promises, of the budget that is left, and of its burn rate."""

from grafana_foundation_sdk.builders.dashboard import Dashboard
from grafana_foundation_sdk.builders.stat import Panel
from grafana_foundation_sdk.builders.timeseries import Panel as Lines

from monitoring.generate.dashboards.panels import BAD, ENVIRONMENT, WATCH, WELL, frame, lines, number
from monitoring.generate.table import Slo, Table

# Shares of the budget: from this on it is not gone, and from this on nobody need slow down.
SPENT, CALM = 0.000_001, 0.25


def dashboard(table: Table) -> Dashboard:
    return frame(
        "SLO",
        f"Error budgets over {table.window}, from monitoring/slo.yaml.",
        {f"{slo.name.capitalize()}: {slo.objective:g} % over {table.window}": _row(table, slo) for slo in table.slos},
    )


def budget_left(table: Table, slo: Slo) -> Panel:
    """Return the figure that says whether releases may go on."""
    return number(
        f"Budget left, {slo.name}",
        "percentunit",
        # Beyond zero it says nothing more: bad_share says how far.
        f"clamp_min(slo:budget_left:ratio{table.window}{matchers(slo)}, 0)",
        f"of {table.window}",
        (BAD, None),
        (WATCH, SPENT),
        (WELL, CALM),
        about=f"{slo.budget * 100:g} % of requests may go wrong. At zero the promise is broken.",
        alert=f"{slo.name.capitalize()}BudgetBurnsFast",
    )


def bad_share(table: Table, slo: Slo) -> Panel:
    """Return the share of requests that went wrong over the whole window."""
    return number(
        f"Bad share, {slo.name}",
        "percentunit",
        f"slo:error_ratio:rate{table.window}{matchers(slo)}",
        f"{table.window}",
        (WELL, None),
        (WATCH, slo.budget * (1 - CALM)),
        (BAD, slo.budget),
        about=f"Above {slo.budget * 100:g} % the promise is broken.",
        alert=f"{slo.name.capitalize()}BudgetBurnsSlowly",
    )


def matchers(slo: Slo) -> str:
    return f'{{slo="{slo.name}",{ENVIRONMENT}}}'


def _row(table: Table, slo: Slo) -> list[Panel | Lines]:
    windows = ["5m", *dict.fromkeys(rate.long for rate in table.burn_rates)]
    pages = min(rate.factor for rate in table.burn_rates if rate.severity == "page")
    return [
        budget_left(table, slo),
        bad_share(table, slo),
        number(f"Requests, {slo.name}", "reqps", f"slo:requests:rate5m{matchers(slo)}", "5m"),
        number(
            f"Failures, {slo.name}",
            "short",
            f"slo:failures:count1h{matchers(slo)}",
            "1h",
            (WELL, None),
            (WATCH, table.minimum_failures),
            about=f"In the last hour. Below {table.minimum_failures} nobody is woken.",
        ),
        lines(
            f"Burn rate, {slo.name}",
            "short",
            *((f"slo:error_ratio:rate{window}{matchers(slo)} / {slo.budget:g}", window) for window in windows),
            about="1 spends the budget in exactly its window; 14.4 over an hour pages.",
            width=24,
            bad=pages,
            alert=f"{slo.name.capitalize()}BudgetBurnsFast",
        ),
    ]
