"""The arguments and their help, which teaches by examples."""

import argparse
from pathlib import Path

from deploy.workshop import ROOT

EPILOG = """\
examples:
  python -m deploy plan     --env dev                          the steps, what each waits for, how it is undone
  python -m deploy release  --env dev  --image sha256:4f…      a digest of the environment's own repository
  python -m deploy release  --env dev  --image sha256:4f… --dry-run     the kubectl commands, changing nothing
  python -m deploy release  --env dev  --image sha256:4f… --first       nothing has been released there yet
  python -m deploy release  --env prod --resume                go on after a crash, from any machine
  python -m deploy rollback --env prod                         back to the former colour; no pod start while it is warm
  python -m deploy rollback --env prod --break-glass           commands for when the load balancer controller is down
  python -m deploy status   --env prod --follow                until the release under way has ended

without this tool: kubectl apply -k kustomize/overlays/<env>/traffic-<colour> moves all traffic to a colour.

exit codes: 0 done, 2 wrong usage, 3 a command was refused, 10-19 refused and nothing changed, 20-29 stopped before the
flip and users saw nothing, 30-39 users are back on the former colour, 40-49 a person must look now.
deploy/README.md lists them all, each with its next command."""


def parsed(words: list[str]) -> argparse.Namespace:
    """Return the arguments; what is wrong ends the process with exit code 2 and a sentence."""
    parser = argparse.ArgumentParser(
        prog="python -m deploy",
        description="Blue/green releases by kubectl: the new colour starts beside the live one, is tested, gets the "
        "traffic, is watched, and loses it again by itself when users would notice.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True)
    everywhere = argparse.ArgumentParser(add_help=False)
    everywhere.add_argument("--env", required=True, help="local, dev or prod: a folder of kustomize/overlays")
    everywhere.add_argument("--json", action="store_true", help="one JSON object a line, for machines")
    everywhere.add_argument("--overlays", type=Path, default=ROOT / "kustomize" / "overlays", help=argparse.SUPPRESS)
    everywhere.add_argument(
        "--release-file", type=Path, default=ROOT / "deploy" / "release.toml", help="default: deploy/release.toml"
    )
    everywhere.add_argument("--bake-file", type=Path, default=ROOT / "monitoring" / "bake.json", help=argparse.SUPPRESS)
    everywhere.add_argument("--prometheus-url", default="", help="ask this Prometheus, not the one in the cluster")
    everywhere.add_argument("--address", default="", help="where our own requests go; default: https://<DOMAIN>")
    changes = argparse.ArgumentParser(add_help=False)
    changes.add_argument("--dry-run", action="store_true", help="show the commands that change something, run none")
    new = argparse.ArgumentParser(add_help=False)
    new.add_argument(
        "--image",
        default="",
        metavar="IMAGE",
        help="repository@sha256:…, sha256:…, or repository:tag locally; a release needs it, but for --resume",
    )
    new.add_argument("--first", action="store_true", help="nothing has been released there yet")

    command = commands.add_parser("release", parents=[everywhere, changes, new], help="bring an image to all users")
    command.add_argument("--resume", action="store_true", help="go on with what was begun; with --image also begin it")
    command = commands.add_parser("rollback", parents=[everywhere, changes], help="back to the former colour")
    command.add_argument(
        "--break-glass", action="store_true", help="print commands that need neither tool nor controller"
    )
    command = commands.add_parser("status", parents=[everywhere], help="what is live, and how warm a rollback is")
    command.add_argument("--follow", action="store_true", help="go on until the release under way has ended")
    commands.add_parser("plan", parents=[everywhere, new], help="the steps of a release from here")
    parser.set_defaults(dry_run=False)
    arguments = parser.parse_args(words)
    if arguments.command == "release" and not arguments.image and not arguments.resume:
        parser.error("release needs --image, or --resume to go on with what was begun")
    return arguments
