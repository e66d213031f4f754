"""Tools that only the npm registry has, locked by hash (tests/npm) and kept in .local/."""

import fcntl
import hashlib
import shutil
from pathlib import Path

from tests.terraform.processes import run
from tests.terraform.requirements_of_tests import missing

ROOT = Path(__file__).parents[1]


def installed(lock: Path = ROOT / "tests/npm") -> Path:
    """Return node_modules of the package.json in a folder; skip (in CI: fail) when npm cannot bring it."""
    if not shutil.which("npm"):
        missing("npm is not on this machine", "apt-get install npm")
    content = hashlib.sha256((lock / "package-lock.json").read_bytes()).hexdigest()
    kept = ROOT / ".local" / "npm" / f"{lock.name}-{content[:12]}"
    kept.parent.mkdir(parents=True, exist_ok=True)
    with kept.with_suffix(".lock").open("w") as lock_file:  # several workers may want it at once
        fcntl.flock(lock_file, fcntl.LOCK_EX)
        if not kept.exists():
            _fetch(lock, kept)
    return kept / "node_modules"


def _fetch(lock: Path, kept: Path) -> None:
    half = kept.with_name(f"{kept.name}.half")
    shutil.rmtree(half, ignore_errors=True)
    half.mkdir()
    for name in ("package.json", "package-lock.json"):
        shutil.copy(lock / name, half)
    # No script of a package runs here; peers are the package manager's idea, not ours.
    options = ["--ignore-scripts", "--legacy-peer-deps", "--no-audit", "--no-fund"]
    done = run(["npm", "ci", *options, "--prefix", half], timeout=600)
    if done.status:
        shutil.rmtree(half)
        missing(f"npm brought nothing: {done.output.strip()[-300:]}", f"npm ci in {lock.relative_to(ROOT)}")
    half.rename(kept)
