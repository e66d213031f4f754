"""Makes the dashboard to look at first: promises, who is live since when, what fires, and the four golden signals."""

from grafana_foundation_sdk.builders.dashboard import Dashboard

from deploy.names import LIVE, NAMESPACE
from monitoring.generate.dashboards.panels import BAD, ENVIRONMENT, WATCH, WELL, frame, lines, number
from monitoring.generate.dashboards.service import IN_FLIGHT, REQUESTS, THREADS, failed, gauge, quantile, rate
from monitoring.generate.dashboards.slo import bad_share, budget_left
from monitoring.generate.table import Table

# kube-state-metrics writes a label's slash and dots as underscores.
LABEL = "label_" + LIVE.replace("/", "_")
IN_NAMESPACE = f'namespace="{NAMESPACE}"'


def firing(severity: str) -> str:
    """Return how many alerts fire; Prometheus knows no other environment than its own."""
    return f'count(ALERTS{{alertstate="firing",severity="{severity}"}}) or vector(0)'


def dashboard(table: Table) -> Dashboard:
    sets = f'kube_replicaset_created{{{IN_NAMESPACE},replicaset=~".+-(blue|green)-.+"}}'
    build = f"group by (colour, version) (service_build_info{{{ENVIRONMENT}}})"
    return frame(
        "Home",
        "Is it well? If not: what fires, what was released last, which of the four signals is off.",
        {
            "The promise": [panel for slo in table.slos for panel in (budget_left(table, slo), bad_share(table, slo))],
            "Now": [
                number("Pages firing", "short", firing("page"), "pages", (WELL, None), (BAD, 1), width=4),
                number("Tickets firing", "short", firing("ticket"), "tickets", (WELL, None), (WATCH, 1), width=4),
                number(
                    "Live colour",
                    "short",
                    f'group by ({LABEL}) (kube_ingress_labels{{{IN_NAMESPACE},{LABEL}!=""}})',
                    f"{{{{{LABEL}}}}}",
                    width=4,
                    words=True,
                ),
                number("Last release", "s", f"time() - max({sets})", "ago", width=4),
                number("What runs", "short", build, "{{colour}} {{version}}", width=8, words=True),
                lines(
                    "Alerts",
                    "short",
                    (
                        'count by (alertname, severity) (ALERTS{alertstate="firing",severity=~"page|ticket"})',
                        "{{severity}}: {{alertname}}",
                    ),
                    about="Each has a runbook of its name in docs/runbooks.",
                    width=24,
                ),
            ],
            "Golden signals": [
                lines(
                    "Slowness",
                    "s",
                    *((quantile(share, by="environment"), f"p{share * 100:g}") for share in (0.5, 0.99)),
                    bad=table.slowest,
                    alert="LatencyP99High",
                ),
                lines("Traffic", "reqps", (rate(REQUESTS, by="status"), "{{status}}"), alert="MetricsAbsent"),
                lines(
                    "Failures",
                    "percentunit",
                    (failed(by="colour"), "{{colour}}"),
                    bad=table.allowed,
                    alert="AvailabilityBudgetBurnsFast",
                ),
                lines(
                    "Fullness",
                    "percentunit",
                    (f"{gauge(IN_FLIGHT)} / {gauge(THREADS)}", "{{colour}}"),
                    about="Threads that are at work. At 100 % requests begin to wait, which Slowness does not show.",
                    bad=1,
                    alert="ThreadsExhausted",
                ),
            ],
        },
    )
