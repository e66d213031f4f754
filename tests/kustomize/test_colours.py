"""Blue and green share nothing that one of them could change for the other."""

import re
from pathlib import Path

import pytest

from tests.kustomize.conftest import Renderings
from tests.kustomize.rendering import COLOURS, ENVIRONMENTS, PARTS, SAMPLE, SOURCE, pod_labels, render, selectors, taken

KINDS = {"Deployment", "HorizontalPodAutoscaler", "PodDisruptionBudget", "ConfigMap"}


@pytest.mark.parametrize("environment", ENVIRONMENTS)
@pytest.mark.parametrize("colour", COLOURS)
def test_a_colour_is_these_objects_and_no_other(renderings: Renderings, environment: str, colour: str) -> None:
    rendering = renderings[environment, colour]
    assert {manifest["kind"] for manifest in rendering.objects} == KINDS
    assert len(rendering.objects) == len(KINDS)
    for manifest in rendering.objects:
        assert re.fullmatch(rf"web-{colour}(-[a-z0-9]{{10}})?", manifest["metadata"]["name"])
        assert manifest["metadata"]["labels"]["service/colour"] == colour


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_green_is_blue_under_another_name_apart_from_its_configuration(
    renderings: Renderings, environment: str
) -> None:
    def plain(colour: str) -> list[str]:
        objects = [manifest for manifest in renderings[environment, colour].objects if manifest["kind"] != "ConfigMap"]
        return [re.sub(rf"web-{colour}-[a-z0-9]{{10}}|{colour}", "COLOUR", str(manifest)) for manifest in objects]

    assert plain("blue") == plain("green")


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_no_selector_takes_pods_of_both_colours(renderings: Renderings, environment: str) -> None:
    every = [renderings[environment, part] for part in PARTS]
    web = {name: labels for name, labels in pod_labels(*every).items() if name.startswith("Deployment web-")}
    assert set(web) == {"Deployment web-blue", "Deployment web-green"}
    for name, by in selectors(*every):
        both = all(taken(labels, by) for labels in web.values())
        assert not both or name in SELECTS_BOTH_ON_PURPOSE, f"{name} selects both colours by {by}"


# Not a colour's but the namespace's: what network every pod of a kind may use.
SELECTS_BOTH_ON_PURPOSE = {"NetworkPolicy web"}


@pytest.mark.parametrize("environment", ENVIRONMENTS)
@pytest.mark.parametrize("colour", COLOURS)
def test_everything_of_a_colour_selects_exactly_its_web_pods(
    renderings: Renderings, environment: str, colour: str
) -> None:
    every = [renderings[environment, part] for part in PARTS]
    pods = pod_labels(*every)
    chosen = {
        name: {pod for pod, labels in pods.items() if taken(labels, by)}
        for name, by in selectors(*every)
        if name.endswith(f"web-{colour}")
    }
    assert set(chosen) == {f"{kind} web-{colour}" for kind in ("Deployment", "PodDisruptionBudget", "Service")}
    assert all(found == {f"Deployment web-{colour}"} for found in chosen.values())
    autoscaler = renderings[environment, colour].one("HorizontalPodAutoscaler")
    assert autoscaler["spec"]["scaleTargetRef"]["name"] == f"web-{colour}"


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_configuration_of_a_colour_is_immutable_and_named_by_its_content(
    renderings: Renderings, environment: str
) -> None:
    for colour in COLOURS:
        rendering = renderings[environment, colour]
        config = rendering.one("ConfigMap")
        assert config["immutable"] is True
        container = rendering.one("Deployment")["spec"]["template"]["spec"]["containers"][0]
        assert container["envFrom"] == [{"configMapRef": {"name": config["metadata"]["name"]}}]


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_settings_of_a_release_reach_the_colours_and_no_other_part(environment: str) -> None:
    """Nothing applies the folder of the live colour: its pods keep the ConfigMap that they started with."""
    overlays = (SOURCE / "overlays" / environment).glob("*/kustomization.yaml")
    assert {file.parent.name for file in overlays if "../configuration" in file.read_text()} == set(COLOURS)


@pytest.mark.parametrize("colour", COLOURS)
def test_a_changed_setting_is_a_new_config_map_so_that_pods_are_replaced_and_the_old_one_stays(
    renderings: Renderings, tree: Path, colour: str
) -> None:
    config = tree / "overlays" / SAMPLE / "configuration" / "config.env"
    config.write_text(config.read_text().replace("API_RATE=600/minute", "API_RATE=60/minute"))
    before, after = renderings[SAMPLE, colour], render(tree / "overlays" / SAMPLE / colour)
    assert after.one("ConfigMap")["data"]["API_RATE"] == "60/minute"
    assert after.one("ConfigMap")["metadata"]["name"] != before.one("ConfigMap")["metadata"]["name"]


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_both_colours_are_given_the_same_settings(renderings: Renderings, environment: str) -> None:
    """One file: nobody has to know at a merge which colour is idle."""
    blue, green = (renderings[environment, colour].one("ConfigMap")["data"] for colour in COLOURS)
    assert blue == green


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_a_pod_learns_its_colour_from_its_label(renderings: Renderings, environment: str) -> None:
    for part in (*COLOURS, "smoke-blue"):
        workload = renderings[environment, part].objects
        text = [str(manifest) for manifest in workload if manifest["kind"] in {"Deployment", "Job"}]
        assert "metadata.labels['service/colour']" in text[0].replace('"', "'")
