"""Which pods a selector takes: matchLabels, or the flat selector of a Service."""

from collections.abc import Iterator

from tests.kustomize.rendering import Manifest, Rendering, called, pods

Labels = dict[str, str]


def selector(manifest: Manifest) -> Labels | None:
    """Return the labels that an object selects pods by, or None for what selects none."""
    spec = manifest.get("spec", {})
    if manifest["kind"] == "Service":
        found: Labels = spec["selector"]
        return found
    for key in ("selector", "podSelector"):
        if key in spec:
            labels: Labels = spec[key]["matchLabels"]
            return labels
    return None


def taken(labels: Labels, by: Labels) -> bool:
    return by.items() <= labels.items()


def selectors(*renderings: Rendering) -> Iterator[tuple[str, Labels]]:
    for rendering in renderings:
        for manifest in rendering.objects:
            if (labels := selector(manifest)) is not None:
                yield called(manifest), labels


def pod_labels(*renderings: Rendering) -> dict[str, Labels]:
    return {
        name: template["metadata"]["labels"] for rendering in renderings for name, template in pods(rendering.objects)
    }
