"""How every resource of this service speaks HTTP: strict JSON, problem details, cursors, conditional requests."""
