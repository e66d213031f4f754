"""Runs a program that a wheel has put beside Python: `python -m local.program shellcheck …`.

Unlike the scripts there, a binary knows no path of the environment, so it works after a move and below spaces.
"""

import subprocess
import sys
from pathlib import Path


def program(name: str) -> Path:
    """Return where the program would be."""
    return Path(sys.executable).parent / name


if __name__ == "__main__":
    sys.exit(subprocess.run([program(sys.argv[1]), *sys.argv[2:]], check=False).returncode)
