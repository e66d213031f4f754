"""Tools that a laptop needs and a pod does not: PostgreSQL, secrets, a supervisor. See `python -m local --help`."""
