"""The settings of the tests, with one more resource."""

from tests.settings import *  # noqa: F403

ROOT_URLCONF = "pattern.benchmarks.conformance"
