"""Reads a release's part of this checkout: its settings, the environment's values, and overlays with an image.

Overlays with an image are throw-away folders in .local/deploy/<env>/<process>/ (ignored by Git). So you can repeat a
command that was shown, two releases in one checkout do not share files, and no tracked file is ever changed.
"""

from __future__ import annotations

import configparser
import hashlib
import json
import os
import re
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from deploy.names import ENVIRONMENT, RELEASE, SERVICE

ROOT = Path(__file__).resolve().parent.parent
DIGITS = "sha256:[0-9a-f]{64}"
DIGEST = re.compile(f"@({DIGITS})$")
PLACEHOLDER = "image-not-set"


class Checkout:
    """The repository at `root`, seen from one environment; each `process` writes files of its own."""

    def __init__(self, root: Path, environment: str, process: str) -> None:
        self.root, self.environment = root, environment
        self.overlays = root / "kustomize" / "overlays" / environment
        self._folder = root / ".local" / "deploy" / environment / process
        if not self.overlays.is_dir():
            raise ValueError(f"There is no environment {environment}: {self.overlays} does not exist.")
        file = self.overlays / "values.env"
        lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
        # The account's values; none where there is no account.
        self.values = dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))

    def overlay(self, name: str) -> str:
        """Return the path of an overlay that is applied as it is."""
        return os.path.relpath(self.overlays / name)

    def with_image(self, name: str, image: str, *, job: bool = False) -> str:
        """Return the path of an overlay with the image; the name of a Job ends with `suffix`."""
        digest = DIGEST.search(image)
        repository, _, tag = image.rpartition(":")
        chosen = {"newName": repository, "newTag": tag}
        if digest:
            chosen = {"newName": image[: digest.start()], "digest": digest[1]}
        folder = self._folder / name
        folder.mkdir(parents=True, exist_ok=True)
        content = {
            "apiVersion": "kustomize.config.k8s.io/v1beta1",
            "kind": "Kustomization",
            # kustomize takes no absolute path.
            "resources": [os.path.relpath((self.overlays / name).resolve(), folder.resolve())],
            "images": [{"name": PLACEHOLDER, **chosen}],
            **({"nameSuffix": f"-{suffix(image)}"} if job else {}),
        }
        # JSON is YAML.
        (folder / "kustomization.yaml").write_text(json.dumps(content, indent=1), encoding="utf-8")
        return os.path.relpath(folder)

    def record(self, kind: str, api_version: str, version: str = "", **content: Any) -> str:
        """Write one of the tool's own objects for ``kubectl … -f`` and return its path."""
        labels = {"app.kubernetes.io/name": SERVICE, "app.kubernetes.io/part-of": SERVICE}
        metadata = {"name": RELEASE, "labels": {**labels, ENVIRONMENT: self.environment}}
        if version:
            metadata["resourceVersion"] = version
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / f"{kind.lower()}.json"
        thing = {"apiVersion": api_version, "kind": kind, "metadata": metadata, **content}
        path.write_text(json.dumps(thing, indent=1), encoding="utf-8")
        return os.path.relpath(path)

    def image(self, text: str) -> str:
        """Return a reference that names one build; a bare digest is one of the environment's own repository."""
        if not text or DIGEST.search(text):
            return text
        if re.fullmatch(DIGITS, text):
            if not self.values.get("IMAGE_REPOSITORY"):
                raise ValueError("A bare digest needs IMAGE_REPOSITORY in values.env: give repository@sha256:….")
            return f"{self.values['IMAGE_REPOSITORY']}@{text}"
        # The colon of a registry's port is no tag's.
        name, _, tag = text.rpartition("/")[2].partition(":")
        if "@" in text or name == "sha256" or not re.fullmatch(r"[\w][\w.-]{0,127}", tag) or tag == "latest":
            raise ValueError(f"{text} does not name one build: give a tag other than latest, or a digest of 64 digits.")
        return text


def suffix(image: str) -> str:
    """Return what names the Jobs of an image: of its digest, or of the reference where it has none."""
    digest = DIGEST.search(image)
    return digest[1].partition(":")[2][:12] if digest else hashlib.sha256(image.encode()).hexdigest()[:12]


NAMES = r"[a-z0-9]+(-[a-z0-9]+)+"
CHOICES = {
    "alarms": (rf"watched|none|{NAMES}( {NAMES})*", "watched, none, or names such as error-lines"),
    "after_window": ("keep|scale-to-zero", "one of keep, scale-to-zero"),
}
TYPES: dict[str, tuple[str, str, Callable[[str], Any]]] = {
    "int": (r"\d+", "a whole number, not negative", int),
    "float": (r"\d+(\.\d+)?", "a number, not negative", float),
    "bool": (r"true|false", "true or false", "true".__eq__),
    "str": (r".+", "a word", str),
}


@dataclass(frozen=True)
class Settings:
    """The fields of deploy/release.ini, explained there; [release] of environments/NAME.ini overrides them."""

    poll_seconds: int
    lease_seconds: int
    migrate_seconds: int
    start_seconds: int
    image_seconds: int
    pending_seconds: int
    gate_seconds: int
    gate_timeout_seconds: int
    smoke_seconds: int
    flip_seconds: int
    bake_seconds: int
    requests_per_second: int
    synthetic_user: str
    own_error_share: float
    prometheus: bool
    hold_seconds: int
    alarms: str
    rollback_window_seconds: int
    after_window: str
    rollback_wait_seconds: int

    @classmethod
    def read(cls, file: Path, environment: str) -> Settings:
        """Read the file for one environment; a missing, unknown or mistyped field is a ValueError that names it."""
        parser = configparser.ConfigParser(interpolation=None)
        own = file.parent.parent / "environments" / f"{environment}.ini"
        try:
            for each in (file, *([own] if own.exists() else [])):
                parser.read_string(each.read_text(encoding="utf-8"), str(each))
        except configparser.Error as error:
            raise ValueError(str(error)) from error
        texts = dict(parser["release"] if parser.has_section("release") else parser.defaults())
        known = {field.name: str(field.type) for field in fields(cls)}
        if wrong := known.keys() ^ texts.keys():
            raise ValueError(f"{file}: missing or unknown: {', '.join(sorted(wrong))}")
        return cls(**{name: _typed(file, name, known[name], text) for name, text in texts.items()})


def _typed(file: Path, name: str, kind: str, text: str) -> Any:
    """Read a value by the type of its field; a wrong one is a ValueError that says what is right."""
    form, words, read = TYPES[kind]
    form, words = CHOICES.get(name, (form, words))
    if not re.fullmatch(form, text):
        raise ValueError(f"{file}: {name} = {text} must be {words}")
    return read(text)
