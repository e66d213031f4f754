"""The HTTP of every resource of this service: strict JSON, problem details, cursors, conditional requests."""
