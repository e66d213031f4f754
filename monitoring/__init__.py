"""What watches the service: the SLO table, alerts, dashboards, and the two rehearsals `observe` and `incident`."""
