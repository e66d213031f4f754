"""Throw-away kustomizations: an overlay with an image, a suffix or weights, without touching a tracked file.

They are kept in .local/deploy/<env>/<process>/ (ignored by Git), so that every command shown can be given again by
hand, and two releases in one checkout do not write each other's files.
"""

import hashlib
import json
import os
import re
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
DIGITS = "sha256:[0-9a-f]{64}"
DIGEST = re.compile(f"@({DIGITS})$")
PLACEHOLDER = "image-not-set"


def suffix(image: str) -> str:
    """Return what names the Jobs of an image: of its digest, or of the reference where it has none."""
    digest = DIGEST.search(image)
    return digest[1].removeprefix("sha256:")[:12] if digest else hashlib.sha256(image.encode()).hexdigest()[:12]


class Workshop:
    """Writes below `folder`; overlays are those of one environment."""

    def __init__(self, overlays: Path, folder: Path) -> None:
        self.environment, self.overlays, self._folder = overlays.name, overlays, folder

    def labels(self) -> dict[str, str]:
        """Return the labels of what the tool itself makes."""
        return {
            "app.kubernetes.io/name": "todo",
            "app.kubernetes.io/part-of": "todo",
            "todo/environment": self.environment,
        }

    def values(self) -> dict[str, str]:
        """Return the account's values of the environment; none where there is no account."""
        file = self.overlays / "values.env"
        lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
        return dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))

    def overlay(self, name: str) -> str:
        """Return the path of an overlay that is applied as it is."""
        return _shown(self.overlays / name)

    def with_image(self, name: str, image: str, *, job: bool = False) -> str:
        """Return the path of the overlay with the image; a Job's name ends with `suffix`."""
        digest = DIGEST.search(image)
        if digest:
            chosen = {"newName": image.removesuffix(digest[0]), "digest": digest[1]}
        else:
            repository, _, tag = image.rpartition(":")
            chosen = {"newName": repository, "newTag": tag}
        extra = {"nameSuffix": f"-{suffix(image)}"} if job else {}
        return self._kustomization(name, images=[{"name": PLACEHOLDER, **chosen}], **extra)

    def with_annotations(self, name: str, annotations: dict[str, str]) -> str:
        """Return the path of a traffic overlay whose Ingress has other values of some annotations."""
        patch = [
            {"op": "replace", "path": f"/metadata/annotations/{key.replace('/', '~1')}", "value": value}
            for key, value in annotations.items()
        ]
        return self._kustomization(name, patches=[{"target": {"kind": "Ingress"}, "patch": json.dumps(patch)}])

    def file(self, name: str, content: dict[str, Any]) -> str:
        """Write an object for ``kubectl … -f`` and return its path."""
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / f"{name}.json"
        path.write_text(json.dumps(content, indent=1), encoding="utf-8")
        return _shown(path)

    def _kustomization(self, name: str, **fields: object) -> str:
        folder = self._folder / name
        folder.mkdir(parents=True, exist_ok=True)
        content = {
            "apiVersion": "kustomize.config.k8s.io/v1beta1",
            "kind": "Kustomization",
            # kustomize takes no absolute path.
            "resources": [os.path.relpath((self.overlays / name).resolve(), folder.resolve())],
            **fields,
        }
        # JSON is YAML.
        (folder / "kustomization.yaml").write_text(json.dumps(content, indent=1), encoding="utf-8")
        return _shown(folder)


def _shown(path: Path) -> str:
    """Return the path as a person in the repository types it."""
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)
