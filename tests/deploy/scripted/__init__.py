"""A kubectl for tests: an object store, enough of Kubernetes' behaviour, and a table of faults.

It answers as a real kubectl 1.36 did (tests/deploy/recordings, held by test_recordings.py). What is not recorded there
is written after Kubernetes' sources, and says so. Only modules that start fast: where a test is about processes, each
command is one.
"""
