"""The process that serves: gunicorn's worker, its sockets and limits, draining, and health checks."""
