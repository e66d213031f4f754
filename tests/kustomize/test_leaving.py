"""The seconds of a pod that leaves add up, computed from what is rendered and from gunicorn's own configuration."""

import re
from typing import NamedTuple

import pytest

from tests.kustomize.conftest import Renderings
from tests.kustomize.rendering import AWS, COLOURS, ENVIRONMENTS, SOURCE

GUNICORN = (SOURCE.parent / "todoproject" / "server" / "gunicorn.conf.py").read_text()
# From the deletion of a pod until the load balancer has been told: the controller's reconcile, and "about 10 s" of
# ELB's API (aws-load-balancer-controller#1719, #2106). Nobody promises either.
CONTROLLER_SECONDS = 10
ELB_SECONDS = 10
# For what is not counted: the kubelet's own work, Python's exit.
MARGIN_SECONDS = 5


class Leaving(NamedTuple):
    """Seconds of one colour in one environment."""

    sleep: int
    drain: int
    graceful: int
    grace: int
    unready: int


def setting(name: str) -> int:
    """Return a number of gunicorn.conf.py, which cannot be imported without Django."""
    found = re.search(rf"^{name} = (\d+)$", GUNICORN, re.MULTILINE)
    assert found, f"{name} is no plain number in gunicorn.conf.py any more"
    return int(found[1])


def leaving(renderings: Renderings, environment: str, colour: str) -> Leaving:
    rendering = renderings[environment, colour]
    spec = rendering.one("Deployment")["spec"]["template"]["spec"]
    (container,) = spec["containers"]
    readiness = container["readinessProbe"]
    return Leaving(
        sleep=container.get("lifecycle", {}).get("preStop", {}).get("sleep", {}).get("seconds", 0),
        drain=int(rendering.one("ConfigMap")["data"]["DRAIN_SECONDS"]),
        graceful=setting("graceful_timeout"),
        grace=spec["terminationGracePeriodSeconds"],
        unready=readiness["periodSeconds"] * readiness["failureThreshold"],
    )


def alb(renderings: Renderings, environment: str) -> dict[str, str]:
    annotations = renderings[environment, "traffic-blue"].one("Ingress")["metadata"]["annotations"]
    attributes = f"{annotations['alb.ingress.kubernetes.io/target-group-attributes']},"
    attributes += annotations["alb.ingress.kubernetes.io/load-balancer-attributes"]
    return dict(pair.split("=", 1) for pair in attributes.split(","))


each = pytest.mark.parametrize(
    ("environment", "colour"), [(environment, colour) for environment in ENVIRONMENTS for colour in COLOURS]
)
behind_a_load_balancer = pytest.mark.parametrize("environment", AWS)


@each
def test_nobody_is_killed_who_keeps_to_the_times(renderings: Renderings, environment: str, colour: str) -> None:
    times = leaving(renderings, environment, colour)
    assert times.sleep + times.drain + times.graceful + MARGIN_SECONDS <= times.grace


@behind_a_load_balancer
def test_the_process_serves_until_the_load_balancer_has_let_go(renderings: Renderings, environment: str) -> None:
    times = leaving(renderings, environment, "blue")
    told = CONTROLLER_SECONDS + ELB_SECONDS
    let_go = told + int(alb(renderings, environment)["deregistration_delay.timeout_seconds"])
    assert times.sleep + times.drain >= let_go


@behind_a_load_balancer
def test_a_process_that_stops_by_itself_is_found_out_while_it_still_serves(
    renderings: Renderings, environment: str
) -> None:
    times = leaving(renderings, environment, "blue")
    assert times.unready + CONTROLLER_SECONDS + ELB_SECONDS <= times.drain


@behind_a_load_balancer
def test_the_longest_request_fits_into_the_deregistration_delay(renderings: Renderings, environment: str) -> None:
    assert int(alb(renderings, environment)["deregistration_delay.timeout_seconds"]) >= setting("graceful_timeout")


@behind_a_load_balancer
def test_the_server_keeps_idle_connections_longer_than_the_load_balancer(
    renderings: Renderings, environment: str
) -> None:
    assert setting("keepalive") > int(alb(renderings, environment)["idle_timeout.timeout_seconds"])


@each
def test_a_pod_leaves_only_when_its_successor_is_ready(renderings: Renderings, environment: str, colour: str) -> None:
    spec = renderings[environment, colour].one("Deployment")["spec"]
    assert spec["strategy"]["rollingUpdate"] == {"maxSurge": 1, "maxUnavailable": 0}


@each
def test_a_slow_start_is_waited_for_and_a_dead_database_kills_nobody(
    renderings: Renderings, environment: str, colour: str
) -> None:
    (container,) = renderings[environment, colour].one("Deployment")["spec"]["template"]["spec"]["containers"]
    startup = container["startupProbe"]
    assert startup["periodSeconds"] * startup["failureThreshold"] >= 60
    assert startup["httpGet"]["path"] == "/healthz"
