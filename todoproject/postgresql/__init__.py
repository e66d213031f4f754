"""Django's PostgreSQL backend with fresh credentials at every connection (ENGINE = "todoproject.postgresql")."""
