"""The alerts and dashboards at work on this machine: `make observe` looks at the running service with a real
Prometheus, `make incident` breaks one of its own and shows what on-call would see.
"""
