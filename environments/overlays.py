"""Writes the folders of kustomize/overlays/NAME that `kubectl apply -k` takes: each is a list of components.

By hand are values.env, configuration/config.env, sizes/ and, in environments/NAME.ini, which components it takes.
"""

from collections.abc import Iterable
from pathlib import Path

from deploy.names import COLOURS, ENVIRONMENT, NAMESPACE, SERVICE
from environments import Environment

HEADER = "# Written by `make environment` from environments/{name}.ini: edit that.\n"

# Kustomize reads no file above its folder, so a file that several parts share is a component with a folder of its own.
VALUES = """apiVersion: kustomize.config.k8s.io/v1alpha1
kind: Component
configMapGenerator:
  - name: values
    envs: [values.env]
    options:
      disableNameSuffixHash: true
      # Read by replacements, never applied.
      annotations:
        config.kubernetes.io/local-config: "true"
"""
CONFIGURATION = f"""apiVersion: kustomize.config.k8s.io/v1alpha1
kind: Component
configMapGenerator:
  - name: web
    envs: [config.env]
    options:
      immutable: true
      labels:
        app.kubernetes.io/name: {SERVICE}
        app.kubernetes.io/part-of: {SERVICE}
        app.kubernetes.io/component: web
"""


def files(environment: Environment) -> dict[Path, str]:
    """Return every generated file of the overlay with its text."""
    pods = ["../values", *_components(environment, "pods")]
    shared = ["../values", *_components(environment, "shared")]
    own = [f"../{name}" for name in environment.folders("manifests", "own")]
    base = "../../../base"
    parts = {
        "shared": (["../../../shared", *own], shared),
        "migrate": ([f"{base}/migrate"], pods),
        "prune": ([f"{base}/prune"], pods),
    }
    for colour in COLOURS:
        coloured = [f"../../../components/colour-{colour}", *pods]
        balancer, *rest = _components(environment, "traffic")
        # Before what copies the weights (admin-cidrs).
        traffic = ["../values", balancer, f"../../../components/live-{colour}", *rest]
        parts[colour] = ([f"{base}/web"], ["../configuration", *coloured])
        parts[f"smoke-{colour}"] = ([f"{base}/smoke"], coloured)
        parts[f"traffic-{colour}"] = ([], traffic)
    header = HEADER.format(name=environment.name)
    written = {f"{name}/kustomization.yaml": _part(environment, *given) for name, given in parts.items()}
    written |= {"values/kustomization.yaml": VALUES, "configuration/kustomization.yaml": CONFIGURATION}
    return {environment.overlay / name: header + text for name, text in written.items()}


def _components(environment: Environment, part: str) -> list[str]:
    return [f"../../../components/{name}" for name in environment.folders("manifests", part)]


def _part(environment: Environment, resources: Iterable[str], components: Iterable[str]) -> str:
    listed = [
        f"{name}:\n" + "".join(f"  - {each}\n" for each in given)
        for name, given in (("resources", resources), ("components", [*components, "../sizes"]))
        if given
    ]
    return (
        "apiVersion: kustomize.config.k8s.io/v1beta1\n"
        "kind: Kustomization\n"
        f"namespace: {NAMESPACE}\n"
        "labels:\n"
        f"  - pairs: {{{ENVIRONMENT}: {environment.name}}}\n"
        "    includeTemplates: true\n"
    ) + "".join(listed)
