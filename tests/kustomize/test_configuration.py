"""Every variable of a pod is one that the service reads."""

import re

import pytest

from tests.kustomize.conftest import Renderings
from tests.kustomize.rendering import COLOURS, ENVIRONMENTS, SOURCE, containers, pods

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
