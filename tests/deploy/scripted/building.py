"""kubectl kustomize, done by the real kubectl once and remembered: a build takes a quarter of a second."""

import hashlib
import json
import marshal
import os
from functools import cache
from pathlib import Path

from tests.deploy.scripted.applying import Refused
from tests.deploy.scripted.store import Object


def built(directory: str) -> list[Object]:
    """Return the objects of a kustomization; BUILDS, the folder of these overlays, remembers them by its text."""
    file = Path(directory) / "kustomization.yaml"
    if not file.exists():
        raise Refused(
            f"error: must build at directory: not a valid directory: evalsymlink failure on '{directory}' : "
            f"lstat {directory}: no such file or directory"
        )
    text = file.read_text()
    # Throw-away kustomizations are JSON, and each test keeps its own: where their overlay lies is what counts.
    content = json.loads(text) if text.startswith("{") else {"resources": ["."]}
    where = [str((Path(directory) / line).resolve()) for line in content.pop("resources")]
    key = hashlib.sha256(json.dumps([content, where]).encode()).hexdigest()
    kept = Path(os.environ["BUILDS"]) / f"{key}.json"
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        new = kept.with_suffix(f".{os.getpid()}")  # another worker may read it
        new.write_text(json.dumps(_build(directory)))
        new.replace(kept)
    objects: list[Object] = marshal.loads(_loaded(kept))  # noqa: S302  our own
    return objects


@cache
def _loaded(file: Path) -> bytes:
    return marshal.dumps(json.loads(file.read_text()))


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
    return [each for each in yaml.safe_load_all(done.stdout) if each]
