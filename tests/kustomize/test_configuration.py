"""The configuration of pods: variables that the service reads, and no more connections than the database takes."""

import re

import pytest

from tests.kustomize.conftest import Renderings
from tests.kustomize.rendering import AWS, COLOURS, ENVIRONMENTS, SOURCE, containers, pods

PAGE = (SOURCE.parent / "docs" / "configuration.md").read_text()
LISTED = {name for row in re.findall(r"^\| (`[^|]*) \|", PAGE, re.MULTILINE) for name in re.findall(r"`(\w+)`", row)}
# boto3's own.
OTHERS = {"AWS_REGION"}


@pytest.mark.parametrize("environment", ENVIRONMENTS)
@pytest.mark.parametrize("part", [*COLOURS, "migrate", "prune", "smoke-blue"])
def test_every_variable_is_one_that_the_service_reads(renderings: Renderings, environment: str, part: str) -> None:
    rendering = renderings[environment, part]
    given = {name for config in rendering.all("ConfigMap") for name in config["data"]}
    for _, template in pods(rendering.objects):
        given |= {variable["name"] for container in containers(template) for variable in container["env"]}
    assert {name.removesuffix("_FILE") for name in given} - LISTED - OTHERS == set()


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_what_is_plain_http_has_no_secure_cookies(renderings: Renderings, environment: str) -> None:
    """A browser keeps no secure cookie of an http page: nobody could log in to the admin."""
    config = renderings[environment, "blue"].one("ConfigMap")["data"]
    speaks_https = "ssl-redirect" in renderings[environment, "traffic-blue"].text
    assert (config.get("SECURE_COOKIES", "true") == "true") == speaks_https
    assert (config.get("SECURE_SSL_REDIRECT", "true") == "true") == speaks_https


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_forwarding_headers_are_believed_only_behind_a_load_balancer(renderings: Renderings, environment: str) -> None:
    behind = bool(renderings[environment, "traffic-blue"].all("Ingress"))
    hops = renderings[environment, "blue"].one("ConfigMap")["data"]["TRUSTED_PROXY_HOPS"]
    assert hops == ("1" if behind else "0")


# RDS for PostgreSQL allows the memory of the class in bytes / 9,531,392, somewhat less than all of it being there:
# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Limits.html#RDS_Limits.MaxConnections
BYTES_OF_A_CONNECTION = 9_531_392
GIB = {"db.t4g.micro": 1, "db.t4g.small": 2, "db.t4g.medium": 4, "db.t4g.large": 8}
USABLE = 0.8
# The migrate, smoke and prune Jobs, the two functions, an administrator.
OTHER_CONNECTIONS = 6


@pytest.mark.parametrize("environment", AWS)
def test_all_threads_of_all_pods_find_a_connection(renderings: Renderings, environment: str) -> None:
    """Of both colours at their largest, in the middle of a rolling update."""
    settings = (SOURCE.parent / "terraform" / "envs" / environment / "settings.auto.tfvars").read_text()
    found = re.search(r'database_class\s*=\s*"(\S+)"', settings)
    assert found
    allowed = GIB[found[1]] * 2**30 / BYTES_OF_A_CONNECTION * USABLE
    wanted = OTHER_CONNECTIONS
    for colour in COLOURS:
        rendering = renderings[environment, colour]
        config = rendering.one("ConfigMap")["data"]
        surge = rendering.one("Deployment")["spec"]["strategy"]["rollingUpdate"]["maxSurge"]
        pods = rendering.one("HorizontalPodAutoscaler")["spec"]["maxReplicas"] + surge
        wanted += pods * int(config["WEB_WORKERS"]) * int(config["WEB_THREADS"])
    assert wanted <= allowed
