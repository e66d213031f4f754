"""Watches the service: the SLO table, alerts and dashboards."""
