"""The alerts of the SLOs: how fast the error budget burns."""

from monitoring.generate.alert import Alert
from monitoring.generate.table import BurnRate, Slo, Table

SPEED = {"page": "Fast", "ticket": "Slowly"}


def burn_alerts(table: Table) -> list[Alert]:
    """Return a page and a ticket for each SLO."""
    return [
        _alert(table, slo, severity, [rate for rate in table.burn_rates if rate.severity == severity])
        for slo in table.slos
        for severity in SPEED
    ]


def _alert(table: Table, slo: Slo, severity: str, rates: list[BurnRate]) -> Alert:
    slowest = rates[-1]
    hours = " or ".join(f"{rate.factor:g} times as fast over {rate.long}" for rate in rates)
    return Alert(
        alert=f"{slo.name.capitalize()}BudgetBurns{SPEED[severity]}",
        severity=severity,
        dashboard="slo",
        expr="\nor\n".join(_burning(table, slo, rate) for rate in rates),
        summary=f"{{{{ $value | humanizePercentage }}}} of requests miss the objective: {slo.users}.",
        description=(
            f"The error budget ({slo.budget * 100:g} % in {table.window}) burns {hours}; at {slowest.factor:g} times "
            f"it is gone in {_lasts(table, slowest)}. At least {table.minimum_failures} requests went wrong."
        ),
        labels={"slo": slo.name},
    )


def _burning(table: Table, slo: Slo, rate: BurnRate) -> str:
    label = f'{{slo="{slo.name}"}}'
    threshold = f"{rate.factor:g} * {slo.budget:g}"
    return (
        f"(\n  slo:error_ratio:rate{rate.long}{label} > {threshold}\n"
        f"  and slo:error_ratio:rate{rate.short}{label} > {threshold}\n"
        f"  and slo:failures:count{rate.long}{label} >= {table.minimum_failures}\n)"
    )


def _lasts(table: Table, rate: BurnRate) -> str:
    days = int(table.window.removesuffix("d")) / rate.factor
    return f"{days:.0f} days"
