"""make platform ENV=dev, or: PYTHONPATH=platform python -m installer --env dev [--dry-run | --diff]

Installs what a cluster needs before the application, in the order of platform/releases.yaml, into the cluster of the
current kubeconfig: eval "$(make -s kubeconfig ENV=dev)". Prints every command before it runs it, waits after each step,
and may be repeated at any time: a second run changes nothing that is as it should be.
"""

import argparse
import os
import sys
from pathlib import Path

from environments import EnvironmentFilesError, with_account
from installer import releases
from installer.commands import CommandError, Runner
from installer.steps import Installation, ValueMissingError

ROOT = Path(__file__).resolve().parents[2]


def main(arguments: list[str]) -> int:
    """Install; return 0, or 1 when a step failed: the ones before it stay, and a repetition goes on from there."""
    found = {each.name: each for each in with_account(ROOT)}
    parser = argparse.ArgumentParser(
        prog="python -m installer", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--env", required=True, choices=list(found), help="whose values and objects")
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument("--dry-run", action="store_true", help="print the commands and write their files; run nothing")
    mode.add_argument("--diff", action="store_true", help="show what would change in the cluster, and change nothing")
    options = parser.parse_args(arguments)

    os.chdir(ROOT)  # printed commands name files from here
    try:
        installation = Installation(found[options.env], Runner(dry_run=options.dry_run), compare=options.diff)
        steps = installation.steps(releases.load(ROOT / "platform" / "releases.yaml"))
        if not options.dry_run:
            installation.check_cluster()
        installation.install(steps)
    except (CommandError, EnvironmentFilesError, ValueMissingError, releases.ReleasesError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
