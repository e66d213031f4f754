"""platform/releases.yaml: the charts, in the order of their installation."""

import re
from dataclasses import dataclass
from pathlib import Path

import yaml

FIELDS = {"name", "namespace", "repository", "version", "digest", "values"}
OPTIONAL = {"when", "ready"}


class ReleasesError(ValueError):
    """releases.yaml describes something that cannot be installed."""


@dataclass(frozen=True)
class Release:
    """One Helm release; its name is the chart's."""

    name: str
    namespace: str
    repository: str
    version: str
    digest: str  # sha256 of the chart's .tgz, hexadecimal
    values: str  # file, relative to the repository; NAME.<env>.yaml beside it is added where it exists
    when: str = ""  # key of values.env: left out where it is empty
    ready: tuple[str, ...] = ()  # arguments of kubectl, to wait for what Helm does not see

    @property
    def archive(self) -> str:
        """File name that `helm pull` gives the chart."""
        return f"{self.name}-{self.version}.tgz"


def load(path: Path) -> list[Release]:
    """Read the file; raise ReleasesError for an unknown or missing field, a moving version or no digest."""
    releases = []
    for entry in yaml.safe_load(path.read_text())["releases"]:
        name = entry.get("name", "a release without a name")
        if missing := FIELDS - set(entry):
            raise ReleasesError(f"{name}: {', '.join(sorted(missing))} is missing")
        if unknown := set(entry) - FIELDS - OPTIONAL:
            raise ReleasesError(f"{name}: {', '.join(sorted(unknown))} is unknown")
        if not re.fullmatch(r"\d+\.\d+\.\d+", entry["version"]):
            raise ReleasesError(f"{name}: version {entry['version']} is not exactly one version")
        if not re.fullmatch(r"[0-9a-f]{64}", entry["digest"]):
            raise ReleasesError(f"{name}: digest is not the sha256 of a chart")
        releases.append(Release(**(entry | {"ready": tuple(entry.get("ready", ()))})))
    return releases
