"""kubectl apply: what a file says wins, what it no longer says goes, what it never said stays.

kubectl kustomize is done by the real kubectl once an overlay, and remembered in the folder that BUILDS names.
"""

import json
import marshal
import os
from functools import cache
from pathlib import Path
from typing import Any

from deploy.names import NAMESPACE
from tests.deploy.scripted.kinds import written
from tests.deploy.scripted.store import Object, Store

PLACEHOLDER = "image-not-set"  # deploy/checkout.py has it too, and takes a third of a command to import
LAST = "kubectl.kubernetes.io/last-applied-configuration"
DEFAULTS: dict[str, Object] = {
    "Deployment": {"replicas": 1},
    "HorizontalPodAutoscaler": {"minReplicas": 1},
    "Job": {"backoffLimit": 6},
}

# Kinds whose generation counts the changes of their spec.
GENERATIONS = {"CronJob", "Deployment", "Ingress", "Job", "StatefulSet"}


class Refused(Exception):  # noqa: N818  what kubectl prints
    """The text that kubectl prints on stderr."""


def applied(store: Store, wanted: Object) -> str:
    """Apply one object and return kubectl's line about it."""
    name = f"{written(wanted)}/{wanted['metadata']['name']}"
    found = store.get(wanted["kind"], wanted["metadata"]["name"])
    annotated = json.dumps(wanted, sort_keys=True, separators=(",", ":")) + "\n"
    if found is None:
        new = json.loads(json.dumps(wanted))
        new["metadata"].setdefault("annotations", {})[LAST] = annotated
        new["metadata"].setdefault("namespace", NAMESPACE)
        if wanted["kind"] in DEFAULTS:
            new["spec"] = {**DEFAULTS[wanted["kind"]], **new["spec"]}
        if wanted["kind"] in GENERATIONS:
            new["metadata"]["generation"] = 1
        store.put(new)
        return f"{name} created"
    if wanted["kind"] == "Job" and wanted["spec"]["template"] != _last(found).get("spec", {}).get("template"):
        job = wanted["metadata"]["name"]
        raise Refused(f'The Job "{job}" is invalid: spec.template: Invalid value: {{…}}: field is immutable')
    merged = three_way(_last(found), wanted, found)
    merged["metadata"].setdefault("annotations", {})[LAST] = annotated
    if merged == found:
        return f"{name} unchanged"
    if wanted["kind"] in GENERATIONS and merged.get("spec") != found.get("spec"):
        merged["metadata"]["generation"] = found["metadata"].get("generation", 1) + 1
    store.put(merged)
    return f"{name} configured"


def three_way(last: Any, wanted: Any, live: Any) -> Any:
    """Merge dictionaries; everything else, also a list, is taken whole from `wanted`."""
    if not (isinstance(wanted, dict) and isinstance(live, dict)):
        return wanted
    last = last if isinstance(last, dict) else {}
    kept = {key: value for key, value in live.items() if key in wanted or key not in last}
    return kept | {key: three_way(last.get(key), value, live.get(key)) for key, value in wanted.items()}


def _last(thing: Object) -> Object:
    last: Object = json.loads(thing["metadata"].get("annotations", {}).get(LAST, "{}"))
    return last


def built(directory: str) -> list[Object]:
    """Return the objects of a kustomization; a release's own one puts an image and a suffix into its overlay.

    tests/kustomize/test_release.py lets the real kubectl build such a one.
    """
    file = Path(directory) / "kustomization.yaml"
    if not file.exists():
        raise Refused(
            f"error: must build at directory: not a valid directory: evalsymlink failure on '{directory}' : "
            f"lstat {directory}: no such file or directory"
        )
    text = file.read_text()
    own: Object = json.loads(text) if text.startswith("{") else {"resources": ["."]}
    (overlay,) = ((Path(directory) / each).resolve() for each in own["resources"])
    image = PLACEHOLDER
    for each in own.get("images", []):
        image = f"{each['newName']}@{each['digest']}" if "digest" in each else f"{each['newName']}:{each['newTag']}"
    objects: list[Object] = marshal.loads(_loaded(overlay, image))  # noqa: S302  our own
    for thing in objects:
        thing["metadata"]["name"] += own.get("nameSuffix", "")
    return objects


@cache
def _loaded(overlay: Path, image: str) -> bytes:
    kept = Path(os.environ["BUILDS"]) / f"{overlay.parent.name}-{overlay.name}.json"
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        new = kept.with_suffix(f".{os.getpid()}")  # another worker may read it
        new.write_text(json.dumps(_build(str(overlay))))
        new.replace(kept)
    return marshal.dumps(json.loads(kept.read_text().replace(f'"{PLACEHOLDER}"', json.dumps(image))))


def _build(directory: str) -> list[Object]:
    import subprocess  # noqa: PLC0415  once a build
    import sys  # noqa: PLC0415

    sys.path.extend(path for path in os.environ["SITE_PACKAGES"].split(":") if path not in sys.path)
    import yaml  # noqa: PLC0415

    done = subprocess.run(
        [os.environ["REAL_KUBECTL"], "kustomize", directory], capture_output=True, text=True, timeout=60, check=False
    )
    if done.returncode:
        raise Refused(done.stderr.strip())
    return [each for each in yaml.load_all(done.stdout, yaml.CSafeLoader) if each]
