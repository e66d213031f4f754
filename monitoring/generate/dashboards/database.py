"""PostgreSQL as the service sees it, and as the exporter does."""

from grafana_foundation_sdk.builders.dashboard import Dashboard

from monitoring.generate.dashboards.panels import ENVIRONMENT, frame, lines

WINDOW = "[$__rate_interval]"


def of_service(name: str, *, by: str = "colour") -> str:
    return f"sum by ({by}) (rate({name}{{{ENVIRONMENT}}}{WINDOW}))"


def gauge(name: str) -> str:
    return f"sum by (colour) ({name}{{{ENVIRONMENT}}})"


def quantile(share: float) -> str:
    return f"histogram_quantile({share}, {of_service('django_db_query_duration_seconds_bucket', by='le')})"


def dashboard() -> Dashboard:
    of_exporter = '{job="postgres",datname!~"template.*|rdsadmin"}'
    hits, reads = (f"sum(rate(pg_stat_database_blks_{kind}{of_exporter}{WINDOW}))" for kind in ("hit", "read"))
    return frame(
        "Database",
        "Connections, statements and locks: from the service's side, and from PostgreSQL's, where an exporter runs: in "
        "prod, and in compose.yaml.",
        {
            "From the service": [
                lines(
                    "Connections of the service",
                    "short",
                    (gauge("service_pool_size"), "{{colour}} open"),
                    (gauge("service_pool_in_use"), "{{colour}} in use"),
                    (gauge("service_threads"), "{{colour}} at most"),
                ),
                lines(
                    "New and refused connections",
                    "cps",
                    (of_service("django_db_new_connections_total"), "{{colour}} new"),
                    (of_service("django_db_new_connection_errors_total"), "{{colour}} refused"),
                    about="New ones are rare: connections are kept. Refused ones: DatabaseUnreachable.",
                    alert="DatabaseUnreachable",
                ),
                lines("Statements", "ops", (of_service("django_db_execute_total"), "{{colour}}")),
                lines("Slow statements", "s", *((quantile(share), f"p{share * 100:g}") for share in (0.5, 0.95, 0.99))),
            ],
            "From PostgreSQL": [
                lines(
                    "Connections by state",
                    "short",
                    ('sum by (state) (pg_stat_activity_count{job="postgres"})', "{{state}}"),
                    ('sum(pg_stat_database_numbackends{job="postgres"})', "all"),
                    ('max(pg_settings_max_connections{job="postgres"})', "limit"),
                    about="States are those of the application's sessions: its role is shown no others'.",
                    alert="DatabaseConnectionsNearLimit",
                ),
                lines("Locks", "short", ('sum by (mode) (pg_locks_count{job="postgres"})', "{{mode}}")),
                lines("Cache hit", "percentunit", (f"{hits} / ({hits} + {reads})", "from memory")),
                lines(
                    "Longest transaction",
                    "s",
                    ('max by (state) (pg_stat_activity_max_tx_duration{job="postgres"})', "{{state}}"),
                    about="Of the application's sessions; a migration's shows in Locks alone.",
                ),
            ],
        },
    )
