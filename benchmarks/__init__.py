"""Measurements behind decisions; each says how to repeat it."""
