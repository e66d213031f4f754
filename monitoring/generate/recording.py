"""Recording rules of the SLOs: who asked, what failed, and the ratio over each window."""

from monitoring.generate.duration import query_shortened, seconds, shortened
from monitoring.generate.table import Slo, Table, narrowed

# How often they are evaluated. Windows beyond five minutes add up what was recorded, so each request weighs the same
# whenever it came, and no query reads weeks of every pod's series.
INTERVAL = "30s"

USERS = 'traffic="users"'

Rule = dict[str, object]


def recording_group(table: Table, *, factor: int = 1) -> dict[str, object]:
    """Return the group of recording rules; `factor` shortens its windows."""
    return {
        "name": "slo-recording",
        "interval": shortened(INTERVAL, factor),
        "rules": [rule for slo in table.slos for rule in _of_slo(table, slo, factor)],
    }


def _of_slo(table: Table, slo: Slo, factor: int) -> list[Rule]:
    labels = f"environment, {slo.by}" if slo.by else "environment"
    total, good = (f"sum by ({labels}) (rate({narrowed(each, USERS)}[5m]))" for each in (slo.total, slo.good))
    counted = sorted({rate.long for rate in table.burn_rates}, key=seconds)
    label = f'{{slo="{slo.name}"}}'
    interval = seconds(INTERVAL) / factor
    expressions = {
        "slo:requests:rate5m": total,
        # Without a good one there is no series of good ones: then all have failed.
        "slo:failures:rate5m": f"clamp_min(\n  {total}\n  - ({good} or 0 * {total}),\n  0\n)",
        "slo:error_ratio:rate5m": f"slo:failures:rate5m{label} / (slo:requests:rate5m{label} > 0)",
        **{
            f"slo:error_ratio:rate{window}": f"sum_over_time(slo:failures:rate5m{label}[{window}])\n"
            f"/ (sum_over_time(slo:requests:rate5m{label}[{window}]) > 0)"
            for window in table.windows
        },
        **{
            f"slo:failures:count{window}": f"sum_over_time(slo:failures:rate5m{label}[{window}]) * {interval:g}"
            for window in counted
        },
        f"slo:budget_left:ratio{table.window}": f"1 - slo:error_ratio:rate{table.window}{label} / {slo.budget:g}",
    }
    return [
        {"record": name, "expr": query_shortened(expression, factor), "labels": {"slo": slo.name}}
        for name, expression in expressions.items()
    ]
