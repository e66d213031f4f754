"""The resource: what a clone of this service replaces by its own."""
