"""The resource: a clone of this service replaces it with its own."""
