"""Every object of every overlay is one that each Kubernetes which EKS supports knows, down to the last key."""

import copy
import re
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import kubernetes_validate
import pytest
import yaml
from kubernetes_validate import utils

from tests.kustomize.conftest import Renderings
from tests.kustomize.rendering import ENVIRONMENTS, SAMPLE, SOURCE, Manifest, called, render
from tests.kustomize.test_values import values

# It reads a megabyte of schemas again for each object.
utils.schema_contents = cache(utils.schema_contents)

# Standard support on EKS in November 2026, and the version after: https://endoflife.date/amazon-eks
KUBERNETES = ("1.34", "1.35", "1.36", "1.37")


def strict(schema: Any) -> Any:
    """Return a schema in which what has properties is an object that takes no other."""
    if isinstance(schema, list):
        return [strict(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    own = {key: strict(each) for key, each in schema.items()}
    return {"type": "object", "additionalProperties": False, **own} if "properties" in own else own


SCHEMAS = strict(yaml.safe_load(Path(__file__).with_name("custom_resources.yaml").read_text()))


def trouble(manifest: Manifest, version: str) -> str:
    """Return what a Kubernetes of this version would object to, or "": unknown keys count."""
    try:
        if manifest["kind"] in SCHEMAS:
            jsonschema.validate(manifest, {**SCHEMAS, "$ref": f"#/{manifest['kind']}"})
            if manifest["kind"] == "SecretProviderClass":
                objects = yaml.safe_load(manifest["spec"]["parameters"]["objects"])
                jsonschema.validate(objects, {**SCHEMAS, "$ref": "#/objects"})
        else:
            kubernetes_validate.validate(manifest, version, strict=True)
    except (jsonschema.ValidationError, kubernetes_validate.ValidationError) as error:
        return f"{called(manifest)}: {'.'.join(str(step) for step in error.path)}: {error.message}"
    except kubernetes_validate.SchemaNotFoundError:
        return f"{called(manifest)}: Kubernetes {version} has no {manifest['apiVersion']} {manifest['kind']}"
    return ""


# Of other parts of the repository; each is looked at once it is there.
OTHERS = [
    path.parent
    for folder in ("monitoring", "platform")
    for path in sorted((SOURCE.parent / folder).rglob("kustomization.yaml"))
    if "kind: Component" not in path.read_text()
]


@pytest.mark.parametrize("version", KUBERNETES)
@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_every_object_is_valid(renderings: Renderings, environment: str, version: str) -> None:
    objects = [manifest for key, each in renderings.items() if key[0] == environment for manifest in each.objects]
    assert [said for manifest in objects if (said := trouble(manifest, version))] == []


@pytest.mark.parametrize("folder", [SOURCE / "overlays/local/namespace", *OTHERS], ids=lambda path: str(path)[-20:])
def test_what_is_rendered_elsewhere_is_valid(folder: Path) -> None:
    text = re.sub(r"\$\{([A-Z][A-Z0-9_]*)\}", lambda key: values(SAMPLE)[key[1]], render(folder).text)
    assert [said for manifest in yaml.safe_load_all(text) if (said := trouble(manifest, KUBERNETES[-1]))] == []


def misspelt(manifest: Manifest, *path: str | int) -> Manifest:
    """Return a copy with one more key at `path`, which no schema knows."""
    broken = copy.deepcopy(manifest)
    target = broken
    for step in path:
        target = target[step]  # type: ignore[index]
    target["mispelt"] = "value"
    return broken


@pytest.mark.parametrize(
    ("part", "kind", "path"),
    [
        ("blue", "Deployment", ("spec", "template", "spec", "containers", 0)),
        ("blue", "HorizontalPodAutoscaler", ("spec", "behavior")),
        ("shared", "SecretProviderClass", ("spec",)),
        ("shared", "SecretProviderClass", ("spec", "secretObjects", 0)),
    ],
)
def test_a_misspelt_key_is_found(renderings: Renderings, part: str, kind: str, path: tuple[str | int, ...]) -> None:
    manifest = renderings[SAMPLE, part].all(kind)[0]
    assert "mispelt" in trouble(misspelt(manifest, *path), "1.36")


def test_a_misspelt_key_in_the_list_of_secrets_is_found(renderings: Renderings) -> None:
    manifest = copy.deepcopy(renderings[SAMPLE, "shared"].all("SecretProviderClass")[0])
    objects = manifest["spec"]["parameters"]["objects"]
    manifest["spec"]["parameters"]["objects"] = objects.replace("jmesPath", "jmespath")
    assert "jmespath" in trouble(manifest, "1.36")


def test_a_number_where_kubernetes_wants_text_is_found(renderings: Renderings) -> None:
    manifest = copy.deepcopy(renderings[SAMPLE, "blue"].one("ConfigMap"))
    manifest["data"]["DB_PORT"] = 5432
    assert "DB_PORT" in trouble(manifest, "1.36")


RULE = {"alert": "Down", "expr": "up == 0", "for": "5m", "labels": {"severity": "page"}}
MONITOR = {
    "selector": {"matchLabels": {"app.kubernetes.io/name": "service"}},
    "podMetricsEndpoints": [{"port": "metrics"}],
}


def monitoring(kind: str, spec: Manifest) -> Manifest:
    return {"apiVersion": "monitoring.coreos.com/v1", "kind": kind, "metadata": {"name": "service"}, "spec": spec}


@pytest.mark.parametrize(
    ("manifest", "objection"),
    [
        (monitoring("PrometheusRule", {"groups": [{"name": "service", "rules": [RULE]}]}), ""),
        (
            monitoring("PrometheusRule", {"groups": [{"name": "service", "rules": [{**RULE, "for": "5 minutes"}]}]}),
            "5 minutes",
        ),
        (
            monitoring("PrometheusRule", {"groups": [{"name": "service", "rules": [{**RULE, "record": "up"}]}]}),
            "valid under",
        ),
        (monitoring("PodMonitor", MONITOR), ""),
        (monitoring("PodMonitor", {**MONITOR, "podMetricsEndpoint": []}), "podMetricsEndpoint"),
        (monitoring("PodMonitor", {**MONITOR, "podMetricsEndpoints": [{"targetPort": 9000}]}), "targetPort"),
    ],
)
def test_the_schemas_of_monitoring_take_what_is_right_and_nothing_else(manifest: Manifest, objection: str) -> None:
    said = trouble(manifest, "1.36")
    assert objection in said
    assert bool(said) == bool(objection)
