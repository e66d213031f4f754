"""Writes what GitHub's workflows must list: choices, matrices and jobs are static there."""

import re
from pathlib import Path

from environments import Environment

CD = """\
# Every merge to main: tests, then the image once, then each environment behind the one that it comes after.
# Of several merges that wait for an environment the newest is taken, which contains the others. An environment with
# reviewers holds no place in a queue while they think: Terraform's state lock and the release's Lease keep two runs
# apart, and a digest older than the live one is refused.
# Written by `make environment`: environments/workflows.py.
name: cd

on:
  push:
    branches: [main]

permissions: {{}}

jobs:
  tests:
    permissions:
      contents: read # check the code out
    uses: ./.github/workflows/tests.yml

  image:
    needs: tests
    if: vars.AWS_PLAN_ROLE_{upper} != ''
    permissions:
      contents: read # check the code out
      id-token: write # become a deploy role; sign without a key
      attestations: write # keep the provenance
    uses: ./.github/workflows/image.yml
    with:
      environment: {first}
"""
DELIVERY = """
  {name}:
    needs: [{needs}]
    if: vars.AWS_PLAN_ROLE_{upper} != ''
{queue}    permissions:
      contents: read # check the code out
      id-token: write # become the apply role, then the deploy role
    uses: ./.github/workflows/deliver.yml
    with:
      environment: {name}
      digest: ${{{{ needs.image.outputs.digest }}}}
"""
QUEUE = """\
    concurrency:
      group: cd-{name}
      cancel-in-progress: false # cut off half-way it would be worse than late
"""
MATRIX = """\
          - environment: {name}
            role: ${{{{ vars.AWS_PLAN_ROLE_{upper} }}}}
            region: ${{{{ vars.AWS_PLAN_REGION_{upper} }}}}
"""
POWER = """\
{head}
# Written by `make environment`: environments/workflows.py.
name: {command}

on:
{schedule}  workflow_dispatch:
    inputs:
      environment:
        description: which
        type: choice
        options: [{names}]
        required: true

permissions: {{}}

jobs:
"""
POWER_JOB = """\
  {name}:
    if: vars.AWS_PLAN_ROLE_{upper} != '' && ({when})
    # Sleeping and waking never overlap.
    concurrency:
      group: power-{name}
      cancel-in-progress: false
    permissions:
      contents: read # check the code out
      id-token: write # become the apply role
    uses: ./.github/workflows/power.yml
    with:
      environment: {name}
      command: {command}
"""
HEADS = {
    "sleep": """\
# Every evening, and by button: what bills by the hour goes, data stays (docs/runbooks/sleep.md). Not while a release is
# at work: the run fails and says whose, and the next evening tries again. Runs by itself only while the GitHub
# environment NAME-infra has no required reviewers; with them it waits for one.""",
    "wake": "# By button alone: nobody pays for a day on which nobody works (docs/runbooks/wake.md).",
}
BEDTIME = "{minute} 19 * * *"


def files(environments: list[Environment], root: Path) -> dict[Path, str]:
    """Return the workflows that list environments: three whole ones, and two with the lines of a matrix put in."""
    folder = root / ".github" / "workflows"
    written = {folder / "cd.yml": _cd(environments)}
    sleepers = [each for each in environments if each.sleeps]
    written |= {folder / f"{command}.yml": _power(command, sleepers) for command in HEADS if sleepers}
    lines = "".join(MATRIX.format(name=each.name, upper=each.name.upper()) for each in environments)
    for name in ("ci.yml", "drift.yml"):
        text = (folder / name).read_text(encoding="utf-8")
        pattern = r"( +- environment: .*\n +role: .*\n +region: .*\n)+"
        written[folder / name] = re.sub(pattern, lambda _: lines, text, count=1)
    return written


def _cd(environments: list[Environment]) -> str:
    first = next(each.name for each in environments if not each.after)
    return CD.format(first=first, upper=first.upper()) + "".join(
        DELIVERY.format(
            name=each.name,
            upper=each.name.upper(),
            needs=", ".join(name for name in ("image", each.after) if name),
            queue="" if each.reviewed else QUEUE.format(name=each.name),
        )
        for each in environments
    )


def _power(command: str, sleepers: list[Environment]) -> str:
    schedule, jobs = "", ""
    for minute, each in enumerate(sleepers):
        # Each entry of the schedule has its own minute: it tells the entries apart whatever the time zones are.
        bedtime = BEDTIME.format(minute=minute)
        when = f"inputs.environment == '{each.name}'"
        if command == "sleep":
            schedule += f'    - cron: "{bedtime}"\n      timezone: {each.time_zone}\n'
            when += f" || github.event.schedule == '{bedtime}'"
        jobs += POWER_JOB.format(name=each.name, upper=each.name.upper(), when=when, command=command)
    names = ", ".join(each.name for each in sleepers)
    schedule = f"  schedule:\n{schedule}" if schedule else ""
    return POWER.format(head=HEADS[command], command=command, schedule=schedule, names=names) + jobs
