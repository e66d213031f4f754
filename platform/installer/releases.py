"""platform/releases.yaml: the charts in the order of their installation, each compared with its digest."""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

import yaml

from installer.commands import Runner

FIELDS = {"name", "namespace", "repository", "version", "digest", "values"}
OPTIONAL = {"when", "ready"}


class ReleasesError(ValueError):
    """releases.yaml describes something that cannot be installed, or a repository serves something else."""


@dataclass(frozen=True)
class Release:
    """One Helm release; its name is the chart's."""

    name: str
    namespace: str
    repository: str
    version: str
    digest: str  # sha256 of the chart's .tgz, hexadecimal
    values: str  # file, relative to the repository; platform/options/…/NAME.yaml is added where an environment takes it
    when: str = ""  # key of values.env: left out where it is empty
    ready: tuple[str, ...] = ()  # arguments of kubectl, to wait for what Helm does not see

    def fetch(self, folder: Path, runner: Runner) -> Path:
        """Return the archive, downloaded when it is not there yet; raise ReleasesError and delete what differs."""
        archive = folder / f"{self.name}-{self.version}.tgz"
        if self._seen(archive) != self.digest:
            archive.unlink(missing_ok=True)
            pull = ["helm", "pull", self.name, "--repo", self.repository, "--version", self.version]
            runner.run([*pull, "--destination", str(folder)])
            if not runner.dry_run and (seen := self._seen(archive)) != self.digest:
                archive.unlink(missing_ok=True)
                raise ReleasesError(
                    f"{self.name} {self.version}: platform/releases.yaml says {self.digest}, {self.repository} gave "
                    f"{seen}. A published version does not change: find out why before you go on."
                )
        return archive

    @staticmethod
    def _seen(archive: Path) -> str:
        return hashlib.sha256(archive.read_bytes()).hexdigest() if archive.exists() else "no file"


def load(path: Path) -> list[Release]:
    """Read the file; raise ReleasesError for an unknown or missing field, a moving version or no digest."""
    releases = []
    for entry in yaml.safe_load(path.read_text())["releases"]:
        name = entry.get("name", "a release without a name")
        if missing := FIELDS - set(entry):
            raise ReleasesError(f"{name}: {', '.join(sorted(missing))} is missing")
        if unknown := set(entry) - FIELDS - OPTIONAL:
            raise ReleasesError(f"{name}: {', '.join(sorted(unknown))} is unknown")
        if not re.fullmatch(r"\d+\.\d+\.\d+", str(entry["version"])):
            raise ReleasesError(f"{name}: version {entry['version']} is not exactly one version")
        if not re.fullmatch(r"[0-9a-f]{64}", str(entry["digest"])):
            raise ReleasesError(f"{name}: digest is not the sha256 of a chart")
        releases.append(Release(**(entry | {"digest": str(entry["digest"]), "ready": tuple(entry.get("ready", ()))})))
    return releases
