"""Serves the application: gunicorn's worker, its sockets and limits, draining and health."""
