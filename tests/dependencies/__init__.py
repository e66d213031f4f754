"""Dependencies change or go away: PostgreSQL stops, secrets rotate, CloudWatch is silent."""
