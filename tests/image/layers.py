"""Reads the files of all layers of an image: a file that a later layer removes is still delivered."""

import json
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.image.engine import Podman


@dataclass(frozen=True)
class Entry:
    """A file of a layer."""

    path: str
    content: bytes


def archive(podman: Podman, image: str) -> Path:
    """Save the image as a docker archive, once a session; return the file."""
    path = podman.folder / f"{image.rpartition('/')[2].replace(':', '-')}.tar"
    if not path.exists():
        podman.must("save", "--format=docker-archive", f"--output={path}", image, timeout=120)
    return path


def added(podman: Podman, image: str) -> Iterator[Entry]:
    """Yield every file of every layer above the base, which is the first."""
    with tarfile.open(archive(podman, image)) as whole:
        manifest = whole.extractfile("manifest.json")
        assert manifest
        for name in json.load(manifest)[0]["Layers"][1:]:
            with tarfile.open(fileobj=whole.extractfile(name)) as layer:
                for member in layer:
                    file = layer.extractfile(member) if member.isfile() else None
                    yield Entry(f"/{member.name}", file.read() if file else b"")
