"""The audit trail, secrets, and who is refused."""

from grafana_foundation_sdk.builders.dashboard import Dashboard

from monitoring.generate.dashboards.panels import ENVIRONMENT, frame, lines


def grown(name: str, *, by: str) -> str:
    return f"sum by ({by}) (increase({name}{{{ENVIRONMENT}}}[10m]))"


def refused(status: str, *, traffic: str = "users") -> str:
    matchers = f'{ENVIRONMENT},traffic="{traffic}",status="{status}"'
    return f"sum by (route) (rate(service_http_requests_total{{{matchers}}}[$__rate_interval]))"


def dashboard() -> Dashboard:
    requests = f"sum by (traffic) (rate(service_http_requests_total{{{ENVIRONMENT}}}[$__rate_interval]))"
    return frame(
        "Operations",
        "What must be repaired in working hours.",
        {
            "Audit trail": [
                lines(
                    "Deliveries that failed",
                    "short",
                    (grown("service_audit_deliveries_failed_total", by="colour"), "{{colour}}"),
                    about="In 10 minutes. Each is tried again until it is there.",
                    alert="AuditTrailFailing",
                ),
                lines(
                    "Records dropped",
                    "short",
                    (grown("service_audit_records_dropped_total", by="colour"), "{{colour}}"),
                    about="In 10 minutes. They are in the application's log alone.",
                    bad=1,
                    alert="AuditRecordsDropped",
                ),
            ],
            "Secrets and refusals": [
                lines(
                    "Looks at a secret that failed",
                    "short",
                    (grown("service_secret_failed_looks_total", by="variable"), "{{variable}}"),
                    width=8,
                    bad=1,
                    alert="SecretUnreadable",
                ),
                lines(
                    "Throttled",
                    "reqps",
                    (refused("429", traffic="limited"), "{{route}}"),
                    about="Answers of 429.",
                    width=8,
                ),
                lines(
                    "Not logged in",
                    "reqps",
                    (refused("401"), "{{route}}"),
                    about="Answers of 401.",
                    width=8,
                    alert="LoginsRefused",
                ),
            ],
            "Log volume": [
                lines(
                    "Access lines",
                    "reqps",
                    (requests, "{{traffic}}"),
                    about="Each request is one line of the log; CloudWatch bills by volume.",
                    width=24,
                ),
            ],
        },
    )
