"""Pods on Fargate and on nodes, and the sizes that Fargate gives them."""

import pytest

from environments import Environment, with_account
from tests.kustomize.conftest import Renderings
from tests.kustomize.rendering import AWS, COLOURS, PARTS, SOURCE, containers, pods, render, taken

# Memory in GiB that goes with a CPU, and what Fargate adds for itself:
# https://docs.aws.amazon.com/eks/latest/userguide/fargate-pod-configuration.html
SMALLEST = {0.25: 0.5, 0.5: 1.0}
FARGATES_OWN_MIB = 256


@pytest.mark.parametrize("environment", AWS)
def test_the_application_runs_on_fargate_and_the_mirror_on_nodes(renderings: Renderings, environment: str) -> None:
    placed = {
        name: template["metadata"]["labels"].get("service/compute", "nodes")
        for part in PARTS
        for name, template in pods(renderings[environment, part].objects)
    }
    assert placed.pop("Deployment secrets-mirror") == "nodes"
    assert placed == dict.fromkeys(
        [
            "Job migrate",
            "CronJob prune",
            *(f"{kind}-{colour}" for kind in ("Deployment web", "Job smoke") for colour in COLOURS),
        ],
        "fargate",
    )


@pytest.mark.parametrize("environment", AWS)
def test_the_platforms_security_group_policy_takes_all_pods_on_fargate_and_no_other(
    renderings: Renderings, environment: str
) -> None:
    """Two policies would give a pod the groups of both; a pod on a t3a node that one took would never start."""
    policy = render(SOURCE.parent / "platform/cluster").one("SecurityGroupPolicy")
    assert policy["metadata"]["namespace"] == "service"
    by = policy["spec"]["podSelector"]["matchLabels"]
    for part in PARTS:
        for name, template in pods(renderings[environment, part].objects):
            labels = template["metadata"]["labels"]
            assert taken(labels, by) == (labels.get("service/compute") == "fargate"), name
    assert policy["spec"]["securityGroups"]["groupIds"] == ["${APP_SECURITY_GROUP_ID}"]


def cores(text: str) -> float:
    return int(text.removesuffix("m")) / 1000 if text.endswith("m") else float(text)


@pytest.mark.parametrize("environment", AWS)
def test_pods_take_the_smallest_machine_that_goes_with_their_cpu(renderings: Renderings, environment: str) -> None:
    for part in (*COLOURS, "migrate", "prune", "smoke-blue"):
        ((_, template),) = pods(renderings[environment, part].objects)
        (container,) = containers(template)
        asked = container["resources"]["requests"]
        assert asked["memory"].endswith("Mi")
        billed = (int(asked["memory"].removesuffix("Mi")) + FARGATES_OWN_MIB) / 1024
        assert billed == SMALLEST[cores(asked["cpu"])], f"{part}: anything below is paid for and not used"


@pytest.mark.parametrize("environment", with_account(), ids=lambda each: each.name)
def test_production_survives_the_loss_of_a_pod_and_what_sleeps_is_cheap(
    renderings: Renderings, environment: Environment
) -> None:
    bounds = renderings[environment.name, "blue"].one("HorizontalPodAutoscaler")["spec"]
    mirror = renderings[environment.name, "shared"].one("Deployment", "secrets-mirror")["spec"]["replicas"]
    assert bounds["minReplicas"] < bounds["maxReplicas"]
    if environment.production:
        assert bounds["minReplicas"] >= 2
        assert mirror == 2
    if environment.sleeps:
        assert bounds["minReplicas"] == mirror == 1
