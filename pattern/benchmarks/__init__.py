"""The yardstick behind pattern/docs/performance.md: `make bench`, or `python -m pattern.benchmarks --help`."""
