"""Holds what only this repository needs and a client deletes: benchmarks, rehearsals, and their tests."""
