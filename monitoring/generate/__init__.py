"""Makes rules, dashboards, bake queries and Kubernetes objects from the SLO table and the alerts written by hand.

`make monitoring` writes them; do not edit the files that it writes.
"""
