"""Makes the dashboard of rate, errors and latency, as users feel them; by route, and blue beside green."""

from grafana_foundation_sdk.builders.dashboard import Dashboard

from monitoring.generate.dashboards.panels import ENVIRONMENT, frame, lines
from monitoring.generate.table import Table

USERS = f'{ENVIRONMENT},traffic="users"'
REQUESTS = f"service_http_requests_total{{{USERS}}}"
FAILED = f'service_http_requests_total{{{USERS},status=~"5.."}}'
# Other targets, such as the exporter of PostgreSQL, have CPU time too.
CPU = f'process_cpu_seconds_total{{{ENVIRONMENT},job="service"}}'
IN_FLIGHT, THREADS = "service_http_requests_in_flight", "service_threads"
WINDOW = "[$__rate_interval]"


def rate(selector: str, *, by: str) -> str:
    return f"sum by ({by}) (rate({selector}{WINDOW}))"


def failed(*, by: str) -> str:
    return f"{rate(FAILED, by=by)} / {rate(REQUESTS, by=by)}"


def quantile(share: float, *, by: str) -> str:
    buckets = rate(f"service_http_request_duration_seconds_bucket{{{USERS}}}", by=f"{by}, le")
    return f"histogram_quantile({share}, {buckets})"


def gauge(name: str) -> str:
    return f"sum by (colour) ({name}{{{ENVIRONMENT}}})"


def dashboard(table: Table) -> Dashboard:
    return frame(
        "Service",
        "What users feel, by route, and blue beside green during a release.",
        {
            "All": [
                lines("Requests", "reqps", (rate(REQUESTS, by="status"), "{{status}}")),
                lines(
                    "Latency",
                    "s",
                    *((quantile(share, by="environment"), f"p{share * 100:g}") for share in (0.5, 0.95, 0.99)),
                    about="From the first middleware to the answer; without waiting for a thread, which is below.",
                    bad=table.slowest,
                    alert="LatencyP99High",
                ),
            ],
            "By route": [
                lines("Requests by route", "reqps", (rate(REQUESTS, by="route"), "{{route}}"), width=8),
                lines(
                    "Errors by route",
                    "percentunit",
                    (failed(by="route"), "{{route}}"),
                    width=8,
                    bad=table.allowed,
                    alert="ServerErrorRatioHigh",
                ),
                lines(
                    "p99 by route",
                    "s",
                    (quantile(0.99, by="route"), "{{route}}"),
                    width=8,
                    bad=table.slowest,
                    alert="LatencyP99High",
                ),
            ],
            "Blue beside green": [
                lines(
                    "Requests by colour",
                    "reqps",
                    (rate(REQUESTS, by="colour"), "{{colour}}"),
                    width=8,
                    alert="TrafficOnBothColours",
                ),
                lines(
                    "Errors by colour", "percentunit", (failed(by="colour"), "{{colour}}"), width=8, bad=table.allowed
                ),
                lines("p99 by colour", "s", (quantile(0.99, by="colour"), "{{colour}}"), width=8, bad=table.slowest),
            ],
            "Saturation": [
                lines(
                    "Threads",
                    "short",
                    (gauge("service_pool_waiting"), "{{colour}} waiting"),
                    (gauge(IN_FLIGHT), "{{colour}} in flight"),
                    (gauge(THREADS), "{{colour}} threads"),
                    about="Waiting is in no latency. As many waiting as threads: ThreadsExhausted.",
                    alert="ThreadsExhausted",
                ),
                lines(
                    "CPU",
                    "short",
                    (rate(CPU, by="colour"), "{{colour}}"),
                    about="Cores in use, all workers of all pods.",
                    alert="CpuNearRequest",
                ),
            ],
        },
    )
