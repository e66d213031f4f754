"""The command line: reads the arguments, runs one command, and turns failures into exit codes and next commands."""

from __future__ import annotations

import argparse
import signal
import sys

from deploy.failures import BUG, STATUS, SUCCESS, USAGE, Failure
from deploy.release import release
from deploy.rollback import break_glass, lives, rollback, status
from deploy.run import Run, World

EPILOG = """\
examples:
  python3 -m deploy release  --env dev  --image sha256:4f…
  python3 -m deploy release  --env dev  --image sha256:4f… --dry-run     the kubectl commands, changing nothing
  python3 -m deploy release  --env dev  --image sha256:4f… --first       nothing has been released there yet
  python3 -m deploy release  --env prod --resume                go on after a crash, from any machine
  python3 -m deploy rollback --env prod                         back to the former colour, with the pods it has
  python3 -m deploy rollback --env prod --wait                  the same, when it has as many pods as the live one
  python3 -m deploy rollback --env prod --break-glass           commands for when the load balancer controller is down
  python3 -m deploy status   --env prod --follow                until the release under way has ended

without this tool: kubectl apply -k kustomize/overlays/<env>/traffic-<colour> moves all traffic to a colour.

exit codes: 0 done, 2 wrong usage, 3 a command was refused, 10-19 refused and nothing changed, 20-29 stopped before the
flip and users saw nothing, 30-39 users are back on the former colour, 40-49 a person must look now."""


def parsed(words: list[str]) -> argparse.Namespace:
    """Return the arguments; what is wrong ends the process with exit code 2 and a sentence."""
    parser = argparse.ArgumentParser(
        prog="python3 -m deploy",
        description="Blue/green releases by kubectl. The new colour starts beside the live one, is tested, gets the "
        "traffic and is watched. If users would notice an error, the tool moves them back.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True)
    release = commands.add_parser("release", help="bring an image to all users")
    rollback = commands.add_parser("rollback", help="back to the former colour")
    status = commands.add_parser("status", help="show the live colour, and how long a rollback would take")
    for each in (release, rollback, status):
        each.add_argument("--env", required=True, help="a folder of kustomize/overlays: local, dev, prod, …")
    for each in (release, rollback):
        each.add_argument("--dry-run", action="store_true", help="show the commands that change something, run none")
    release.add_argument(
        "--image", default="", metavar="IMAGE", help="repository@sha256:…, sha256:…, or repository:tag locally"
    )
    release.add_argument("--first", action="store_true", help="nothing has been released there yet")
    release.add_argument(
        "--resume", action="store_true", help="continue a release that stopped; with --image also begin it"
    )
    release.add_argument("--address", default="", help="where the tool's own requests go; default: https://<DOMAIN>")
    rollback.add_argument("--wait", action="store_true", help="move users only when all pods are ready")
    rollback.add_argument("--break-glass", action="store_true", help="print commands that need no controller")
    status.add_argument("--follow", action="store_true", help="go on until the release under way has ended")
    parser.set_defaults(dry_run=False, image="", address="")
    arguments = parser.parse_args(words)
    if arguments.command == "release" and not arguments.image and not arguments.resume:
        parser.error("release needs --image, or --resume to continue a release that stopped")
    return arguments


def main(words: list[str], world: World | None = None) -> int:
    """Run one command and return its exit code (deploy/failures.py)."""
    world = world or World()
    arguments = parsed(words)
    try:
        run = Run(world, arguments.command, arguments.env, dry_run=arguments.dry_run, address=arguments.address)
        arguments.image = run.checkout.image(arguments.image)
    except (ValueError, OSError) as error:
        world.out.write(f"{error}\n")
        return USAGE
    try:
        run.look()
        run.progress.end(_command(run, arguments))
    except Failure as failure:
        if failure.log:
            run.progress.note(f"last lines of the log:\n{failure.log}")
        next_command = failure.next_command(arguments.command, run.values())
        run.progress.end(f"{failure.kind.name}: {failure.sentence}", next_command)
        return failure.kind.code
    except KeyboardInterrupt:
        run.progress.end("Interrupted.", STATUS.format(env=arguments.env))
        return BUG
    return SUCCESS


def _command(run: Run, arguments: argparse.Namespace) -> str:
    """Do what was asked for and return what is said at the end."""
    if arguments.command == "release":
        # A cancelled CI job sends SIGTERM, a closed terminal SIGHUP: nothing is left at work, and the Lease given back.
        for each in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(each, signal.default_int_handler)
        return release(run, image=arguments.image, resume=arguments.resume, first=arguments.first)
    if arguments.command == "rollback":
        return break_glass(run) if arguments.break_glass else rollback(run, all_pods=arguments.wait)
    while arguments.follow and lives(run):
        run.progress.note(status(run))
        run.clock.sleep(run.settings.poll_seconds)
        run.look()
    return status(run)


if __name__ == "__main__":
    if sys.version_info < (3, 9):  # noqa: UP036  what a machine has is not ours to choose
        sys.exit("python -m deploy needs Python 3.9 or later.")
    sys.exit(main(sys.argv[1:]))
