"""Django's PostgreSQL backend with fresh credentials for each connection (ENGINE = "todoproject.postgresql")."""
