"""A kubectl for tests: an object store, enough of Kubernetes' behaviour, and a table of faults.

It answers as a real kubectl 1.36 did; the recordings and their test stay in the repository that this one comes from.
Parts that no recording shows follow Kubernetes' sources, and say so. Only modules that start fast: where a test is
about processes, each command is one.
"""
