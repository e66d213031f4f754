"""PostgreSQL refuses to run as root: where we are root, it alone runs as an unprivileged user."""

import os
import shutil
from pathlib import Path

from local.refusal import Refusal

NOBODY = 65534  # uid and gid, everywhere
# A clone below a folder of mode 0700 (root's home, a temporary folder) is out of that user's reach. It keeps the
# right to pass through folders and to read files, and nothing else that root may do. https://man7.org/linux/man-pages/man7/capabilities.7.html
WANTED = {"dac_override": 1, "dac_read_search": 2}


def unprivileged() -> list[str]:
    """Return the words to put before a command so that it does not run as root: none for an ordinary user."""
    if os.geteuid() != 0:
        return []
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        raise Refusal(
            "PostgreSQL does not run as root, and `setpriv` is missing: install util-linux, or be an ordinary user."
        )
    words = [setpriv, f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
    # A container may have taken one of the two from its root: asking for it would fail.
    permitted = _permitted()
    kept = ",".join(f"+{name}" for name, bit in WANTED.items() if permitted >> bit & 1)
    return [*words, *([f"--inh-caps={kept}", f"--ambient-caps={kept}"] if kept else []), "--"]


def _permitted() -> int:
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("CapPrm:"):
            return int(line.split()[1], base=16)
    return 0


def hand_over(folder: Path) -> None:
    """Give a folder to the user that PostgreSQL runs as."""
    if os.geteuid() == 0:
        os.chown(folder, NOBODY, NOBODY)
