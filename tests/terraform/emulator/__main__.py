"""python -m tests.terraform.emulator PORT [REPORT] [--vanilla]"""

import os
import sys
from pathlib import Path

# Read by moto when it is imported: policies such as AmazonEKSClusterPolicy exist. An instance may have any image.
os.environ.setdefault("MOTO_IAM_LOAD_MANAGED_POLICIES", "true")


def main(arguments: list[str]) -> None:
    """Start with the gaps filled, or, with --vanilla, with moto as it is."""
    from tests.terraform.emulator import moto_gaps, server  # noqa: PLC0415 (after the environment is set)

    positional = [argument for argument in arguments if not argument.startswith("--")]
    fillers = "--vanilla" not in arguments
    if fillers:
        moto_gaps.fill()
    server.serve(int(positional[0]), Path(positional[1]) if len(positional) > 1 else None, fillers=fillers)


if __name__ == "__main__":
    main(sys.argv[1:])
