"""Metrics for Prometheus: requests, database connections, secrets, and a server in each pod for all its workers.

All metrics of prometheus_client are exported, wherever they are made; gauges need `multiprocess_mode="livesum"`. This
file may not import prometheus_client: see `directory`.
"""

# The first word of our metrics; those of django-prometheus begin with `django_db`.
NAMESPACE = "service"
