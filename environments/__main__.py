"""`make environment`: writes what follows from the environments, and removes what follows from none any more."""

import sys
from pathlib import Path

from environments import ROOT, EnvironmentFilesError, load, overlays, with_account, workflows

HEADER = "# Written by `make environment`"


def files(root: Path = ROOT) -> dict[Path, str]:
    """Return every file that is written from the environments, with its text."""
    written: dict[Path, str] = {}
    for environment in load(root).values():
        written |= overlays.files(environment)
    return written | workflows.files(with_account(root), root)


def left_over(root: Path, written: dict[Path, str]) -> list[Path]:
    """Return the files in overlays and workflows that were written once and are no longer."""
    candidates = [*root.glob("kustomize/overlays/*/*/kustomization.yaml"), *root.glob(".github/workflows/*.yml")]
    return [path for path in candidates if path not in written and HEADER in path.read_text(encoding="utf-8")]


def write(root: Path = ROOT) -> None:
    """Write and remove."""
    written = files(root)
    for path, text in written.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    for path in left_over(root, written):
        path.unlink()


if __name__ == "__main__":
    try:
        write()
    except EnvironmentFilesError as error:
        sys.exit(str(error))
