"""Rates that hold for all workers and pods together, counted in PostgreSQL."""
