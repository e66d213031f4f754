"""What the service depends on, changed or taken away: a PostgreSQL that is stopped, secrets that rotate, CloudWatch."""
