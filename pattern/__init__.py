"""Holds what only this repository needs and a client deletes: benchmarks, rehearsals, the renamer, and their tests."""
