"""The database takes the connections of both colours at their largest, in the middle of a rolling update."""

import re

import pytest

from tests.kustomize.conftest import Renderings
from tests.kustomize.rendering import AWS, COLOURS, SOURCE

# RDS for PostgreSQL allows the memory of the class in bytes / 9,531,392, somewhat less than all of it being there:
# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Limits.html#RDS_Limits.MaxConnections
BYTES_OF_A_CONNECTION = 9_531_392
GIB = {"db.t4g.micro": 1, "db.t4g.small": 2, "db.t4g.medium": 4, "db.t4g.large": 8}
USABLE = 0.8
# The migrate, smoke and prune Jobs, the two functions, an administrator.
OTHERS = 6


@pytest.mark.parametrize("environment", AWS)
def test_all_threads_of_all_pods_find_a_connection(renderings: Renderings, environment: str) -> None:
    settings = (SOURCE.parent / "terraform" / "envs" / environment / "settings.auto.tfvars").read_text()
    found = re.search(r'database_class\s*=\s*"(\S+)"', settings)
    assert found
    allowed = GIB[found[1]] * 2**30 / BYTES_OF_A_CONNECTION * USABLE
    wanted = OTHERS
    for colour in COLOURS:
        rendering = renderings[environment, colour]
        config = rendering.one("ConfigMap")["data"]
        surge = rendering.one("Deployment")["spec"]["strategy"]["rollingUpdate"]["maxSurge"]
        pods = rendering.one("HorizontalPodAutoscaler")["spec"]["maxReplicas"] + surge
        wanted += pods * int(config["WEB_WORKERS"]) * int(config["WEB_THREADS"])
    assert wanted <= allowed
