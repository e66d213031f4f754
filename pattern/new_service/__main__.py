"""The command behind `make service`: `python -m pattern.new_service [check]`, with NAME, OWNER … as variables.

Without NAME and at a terminal it asks; ANSWERS=file holds NAME=value lines for scripts. It checks all of it, installs
the tests' environment, names this clone (docs/adr/0026), writes the client's documents, removes pattern/ and the parts
that are not wanted, and runs the fast tests. Everything is staged and nothing committed.
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
This is {title} now: `{word}` starts its names in AWS. All is staged; {back} takes it back.

  git diff --cached --stat                 shows what changed
  git commit -m 'Name the service {title}'
  make run                                 starts the service with demo data
  make resource NAME=… FIELDS='…'          writes a resource of yours
  git remote set-url origin {repository}

Left to do in AWS (terraform/README.md has each step with what you should see):

  step  what                                   with
  0     values that are still examples         {missing}
  1     look at the account                    make preflight ENV=dev
  2-3   state, registry, roles of GitHub       terraform/envs/bootstrap
  4     dev: network, cluster, database        terraform/bin/apply dev
  5     what the cluster needs, its values     make values ENV=dev; make platform ENV=dev
  6     database roles and first secrets       aws lambda invoke
  7     the first release                      make release ENV=dev DIGEST=… FIRST=1
  8-9   alarms of its load balancer, then prod terraform/bin/apply dev
"""


def main(words: list[str]) -> int:
    """Check what is asked for, and do it unless `words` say "check"; return the exit code."""
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
    """Run a command whose output the person sees, and note its seconds; raise Refusal when it fails."""
    started = time.monotonic()
    kept = {name: value for name, value in os.environ.items() if name not in QUESTIONS}
    if subprocess.run(command, cwd=ROOT, env=kept, check=False).returncode:
        raise Refusal(f"{step} failed, see above. What was changed is staged: git reset --hard takes it back.")
    watch[step] = time.monotonic() - started


def after(asked: Mapping[str, str]) -> str:
    """Return what to type next, and what is left to do in AWS."""
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
