"""Nodes, Fargate pods and the mirror of the secrets."""

from grafana_foundation_sdk.builders.dashboard import Dashboard

from monitoring.generate.dashboards.panels import ENVIRONMENT, frame, lines

NAMESPACE = 'namespace="service"'


def dashboard() -> Dashboard:
    cpu = f"sum by (pod) (rate(process_cpu_seconds_total{{{ENVIRONMENT},{NAMESPACE}}}[$__rate_interval]))"
    request = f'sum by (pod) (kube_pod_container_resource_requests{{{NAMESPACE},container="web",resource="cpu"}})'
    idle = 'avg by (instance) (rate(node_cpu_seconds_total{mode="idle"}[$__rate_interval]))'
    replicas = "kube_deployment_status_replicas_available"
    scaler = "kube_horizontalpodautoscaler"
    return frame(
        "Platform",
        "Platform nodes by node-exporter; Fargate pods by what Kubernetes and they themselves say.",
        {
            "Pods": [
                lines(
                    "Available pods",
                    "short",
                    (f"{replicas}{{{NAMESPACE}}}", "{{deployment}}"),
                    width=8,
                    alert="NoPodReady",
                ),
                lines(
                    "Autoscaler",
                    "short",
                    (f"{scaler}_status_current_replicas{{{NAMESPACE}}}", "{{horizontalpodautoscaler}}"),
                    (f"{scaler}_spec_max_replicas{{{NAMESPACE}}}", "{{horizontalpodautoscaler}} at most"),
                    width=8,
                    alert="AutoscalerAtMaximum",
                ),
                lines(
                    "Restarts",
                    "short",
                    (
                        f"sum by (pod) (increase(kube_pod_container_status_restarts_total{{{NAMESPACE}}}[30m]))",
                        "{{pod}}",
                    ),
                    about="In 30 minutes; three are PodsCrashLoop.",
                    width=8,
                    bad=3,
                    alert="PodsCrashLoop",
                ),
                lines(
                    "CPU of what is requested",
                    "percentunit",
                    (f"{cpu} / on (pod) {request}", "{{pod}}"),
                    bad=0.9,
                    alert="CpuNearRequest",
                ),
                lines(
                    "Age of the mirrored secrets",
                    "s",
                    (
                        f"max by (variable) (time() - service_secret_changed_timestamp_seconds{{{ENVIRONMENT}}})",
                        "{{variable}}",
                    ),
                    about="Since the oldest pod's file was written. The password is rotated every 30 days in prod.",
                    bad=35 * 86_400,
                    alert="SecretNotRotated",
                ),
            ],
            "Nodes": [
                lines("CPU of nodes", "percentunit", (f"1 - {idle}", "{{instance}}"), width=8),
                lines(
                    "Memory of nodes",
                    "percentunit",
                    ("1 - node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes", "{{instance}}"),
                    width=8,
                ),
                lines(
                    "Disk of nodes",
                    "percentunit",
                    (
                        '1 - node_filesystem_avail_bytes{mountpoint="/"} / node_filesystem_size_bytes{mountpoint="/"}',
                        "{{instance}}",
                    ),
                    width=8,
                ),
            ],
        },
    )
