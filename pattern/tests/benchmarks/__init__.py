"""The yardstick tells the truth: what it counts, from when, and that it prints what it measured."""
