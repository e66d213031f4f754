"""Charts on this machine, each compared with the digest that releases.yaml names."""

import hashlib
from pathlib import Path

from installer.commands import Runner
from installer.releases import Release


class DigestError(RuntimeError):
    """A repository serves another chart under this version than the one that was read."""


def fetch(release: Release, folder: Path, runner: Runner) -> Path:
    """Return the chart's archive, downloaded when it is not there yet; raise DigestError and delete what differs."""
    archive = folder / release.archive
    if not _matches(archive, release):
        archive.unlink(missing_ok=True)
        pull = ["helm", "pull", release.name, "--repo", release.repository, "--version", release.version]
        runner.run([*pull, "--destination", str(folder)])
        if not runner.dry_run and not _matches(archive, release):
            seen = hashlib.sha256(archive.read_bytes()).hexdigest() if archive.exists() else "no file"
            archive.unlink(missing_ok=True)
            raise DigestError(
                f"{release.name} {release.version}: platform/releases.yaml says {release.digest}, "
                f"{release.repository} gave {seen}. A published version does not change: find out why before you go on."
            )
    return archive


def _matches(archive: Path, release: Release) -> bool:
    return archive.exists() and hashlib.sha256(archive.read_bytes()).hexdigest() == release.digest
