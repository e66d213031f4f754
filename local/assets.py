"""Collects the assets of the admin and the docs into static/ if they have changed, because it takes seconds."""

import hashlib
import subprocess
import sys
from collections.abc import Mapping
from importlib.metadata import version

from local.refusal import Refusal
from local.state import ROOT

STAMP = ROOT / ".local" / "assets"
MANIFEST = ROOT / "static" / "staticfiles.json"
# Packages with assets. An installed version may differ from the lock: `.ci/next-django` installs another Django.
BRINGING_ASSETS = ("django", "djangorestframework", "drf-spectacular-sidecar", "whitenoise")


def _fingerprint() -> str:
    ours = sorted(path for path in (ROOT / "todoproject" / "assets").rglob("*") if path.is_file())
    digest = hashlib.sha256(" ".join(map(version, BRINGING_ASSETS)).encode())
    for path in (ROOT / "requirements" / "main.txt", ROOT / "todoproject" / "settings.py", *ours):
        digest.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes() + b"\0")
    return digest.hexdigest()


def collect_assets(environment: Mapping[str, str]) -> bool:
    """Update static/ and return whether it had changed."""
    wanted = _fingerprint()
    if MANIFEST.exists() and STAMP.exists() and STAMP.read_text(encoding="ascii") == wanted:
        return False
    command = [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity=0"]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
        timeout=300, start_new_session=True,
    )  # fmt: skip
    if done.returncode != 0:
        raise Refusal(f"{done.stderr}\nThe assets could not be collected into static/: the reason is above.")
    STAMP.parent.mkdir(exist_ok=True)
    STAMP.write_text(wanted, encoding="ascii")
    return True
