"""The command behind `make service`: `python -m pattern.new_service [check]`, with NAME, OWNER … as variables.

Without NAME it asks at a terminal; ANSWERS=file holds NAME=value lines for scripts. It checks all answers, installs the
tests' environment, names this clone (docs/adr/0026), writes the client's documents, removes pattern/ and the parts in
WITHOUT, and runs the fast tests. It stages all changes and commits nothing.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from local.refusal import Refusal
from pattern.new_service.answers import FORMER, QUESTIONS, ask, given, wanted
from pattern.new_service.changes import make, start_history

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).resolve().parents[2]
NEXT = """\
The service is called {title}; its names in AWS start with `{word}`. All changes are staged; {back} undoes them.

  git diff --cached --stat                 shows what changed
  git commit -m 'Name the service {title}'
  make resource NAME=… FIELDS='…'          writes your resource (docs/your-own-fields.md)
  make run                                 starts the service with demo data
  git remote set-url origin {repository}

Next steps in AWS (terraform/README.md shows each step with its output):

  step  task                                   command
  0     replace example values                 {missing}
  1     check the account                      make preflight ENV=dev
  2-3   state, registry, roles of GitHub       terraform/envs/bootstrap
  4     dev: network, cluster, database        terraform/bin/apply dev
  5     values and platform of the cluster     make values ENV=dev; make platform ENV=dev
  6     database roles and first secrets       aws lambda invoke
  7     the first release                      make release ENV=dev DIGEST=… FIRST=1
  8-9   load balancer alarms, then prod        terraform/bin/apply dev
"""


def main(words: list[str]) -> int:
    """Check the answers, and make the service unless `words` are "check"; return the exit code."""
    watch: dict[str, float] = {}
    try:
        known = given(os.environ)
        if "NAME" not in known and sys.stdin.isatty():
            known = ask(ROOT, known)
        asked = wanted(ROOT, known)
        if words == ["check"]:
            return 0
        timed(watch, "install", "make", "--no-print-directory", ".venv/test")
        started = time.monotonic()
        make(ROOT, asked)
        watch["names and documents"] = time.monotonic() - started
        timed(watch, "make quick", "make", "--no-print-directory", "quick")
        if asked["HISTORY"] == "fresh":  # at the end: tests look at the last commit
            start_history(ROOT)
    except Refusal as refusal:
        print(refusal, file=sys.stderr)
        return 1
    except (KeyboardInterrupt, EOFError):
        print("Stopped. `git status` shows what changed, if anything.", file=sys.stderr)
        return 130
    print(after(asked))
    print("Stopwatch:", ", ".join(f"{step} {seconds:.0f} s" for step, seconds in watch.items()))
    return 0


def timed(watch: dict[str, float], step: str, *command: str) -> None:
    """Run a command with its output on the terminal, and note its seconds; raise Refusal when it fails."""
    started = time.monotonic()
    kept = {name: value for name, value in os.environ.items() if name not in QUESTIONS}
    if subprocess.run(command, cwd=ROOT, env=kept, check=False).returncode:
        raise Refusal(f"{step} failed, see above. The changes are staged: git reset --hard undoes them.")
    watch[step] = time.monotonic() - started


def after(asked: Mapping[str, str]) -> str:
    """Return the next commands, and the next steps in AWS."""
    missing = ", ".join(key for key in ("OWNER", "REGION", "ACCOUNT", "DOMAIN") if not asked[key])
    back = "`git reset --hard`"
    if asked["HISTORY"] == "fresh":
        back = f"`git checkout --force {FORMER}`"
    return NEXT.format(
        title=asked["NAME"],
        word=asked["WORD"],
        back=back,
        missing=missing or "-",
        repository=f"https://github.com/{asked['OWNER'] or 'OWNER'}/{asked['REPOSITORY']}",
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
