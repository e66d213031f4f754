"""The command behind `make resource`: `python -m local.new_resource [check]`, with NAME, FIELDS … as variables."""

from __future__ import annotations

import os
import sys

from local.new_resource.asked import Asked, asked
from local.refusal import Refusal


def main(words: list[str]) -> int:
    """Check what is asked for, and do it unless `words` say "check"; return the exit code."""
    try:
        wanted = asked(os.environ)
        return 0 if words == ["check"] else _do(wanted)
    except Refusal as refusal:
        print(refusal, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped: nothing was changed.", file=sys.stderr)
        return 130


def _do(wanted: Asked) -> int:
    # Django and the rest of .venv are needed from here on.
    from local.new_resource.removal import remove  # noqa: PLC0415
    from local.new_resource.writing import write  # noqa: PLC0415

    return remove(wanted) if wanted.remove else write(wanted)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
