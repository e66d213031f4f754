"""Rates of logins, counted in PostgreSQL for all pods together, and of API requests, counted by each worker."""
