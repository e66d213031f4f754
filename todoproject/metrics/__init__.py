"""Metrics for Prometheus: requests, database connections, and one server a pod that answers for all its workers.

Every metric of prometheus_client is exported, wherever it is made; gauges say `multiprocess_mode="livesum"`. Nothing
here may import prometheus_client: see `directory`.
"""

# The first word of all our metrics; what django-prometheus counts begins with `django_db`.
NAMESPACE = "service"
