"""The command line: reads the arguments, puts together what a release needs, and turns failures into exit codes."""

import argparse
import getpass
import os
import re
import signal
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, TextIO

from deploy import break_glass, status, steps
from deploy.alarms import Alarms
from deploy.arguments import parsed
from deploy.cluster import Picture
from deploy.failures import BUG, SUCCESS, USAGE, Failure
from deploy.journal import Entry, Journal
from deploy.kubectl import Execute, Kubectl, KubectlError, execute
from deploy.lease import Lease
from deploy.load_balancer import LoadBalancer
from deploy.progress import Progress
from deploy.prometheus import Prometheus
from deploy.release import planned, release
from deploy.release_file import ReleaseFile
from deploy.rollback import rollback
from deploy.run import Run
from deploy.sending import Send, send
from deploy.visitor import Visitor
from deploy.waiting import Clock, SystemClock
from deploy.workshop import DIGEST, DIGITS, ROOT, Workshop


@cache
def aws(service: str) -> Any:
    """Return a boto3 client; boto3 is loaded when AWS is asked, not before."""
    import boto3  # noqa: PLC0415  half a second that a rollback has no use for

    return boto3.client(service)


@dataclass
class World:
    """What lies outside of the tool; tests give their own."""

    clock: Clock = field(default_factory=SystemClock)
    execute: Execute = execute
    client: Callable[[str], Any] = aws
    send: Send = send
    out: TextIO = field(default_factory=lambda: sys.stdout)
    work: Path = ROOT / ".local" / "deploy"
    who: str = field(default_factory=lambda: f"{getpass.getuser()}@{socket.gethostname()}/{os.getpid()}")


def main(words: list[str], world: World | None = None) -> int:
    """Run one command and return its exit code (deploy/failures.py)."""
    world = world or World()
    arguments = parsed(words)
    progress = Progress(world.out, world.clock, machine=arguments.json)
    try:
        run = assembled(arguments, world, progress)
        arguments.image = image_of(getattr(arguments, "image", ""), run.workshop)
    except (ValueError, OSError) as error:
        progress.end(USAGE, "usage", str(error))
        return USAGE
    try:
        run.look()
        text = COMMANDS[arguments.command](run, arguments, world)
    except Failure as failure:
        if failure.log:
            progress.note(f"last lines of the log:\n{failure.log}")
        kind = failure.kind
        progress.end(kind.code, kind.name, f"{kind.name}: {failure.sentence}", failure.next_command(run.values()))
        return kind.code
    except KubectlError as error:
        progress.end(BUG, "kubectl", str(error))
        return BUG
    except KeyboardInterrupt:
        progress.end(BUG, "interrupted", "Interrupted.", f"python -m deploy status --env {arguments.env}")
        return BUG
    if text:
        progress.end(SUCCESS, "success", text)
    return SUCCESS


def assembled(arguments: argparse.Namespace, world: World, progress: Progress) -> Run:
    """Put everything together that a command may need; a ValueError says what does not fit."""
    overlays = arguments.overlays / arguments.env
    if not overlays.is_dir():
        raise ValueError(f"There is no environment {arguments.env}: {overlays} does not exist.")
    workshop = Workshop(overlays, world.work / arguments.env / world.who.rpartition("/")[2])
    values = workshop.values()
    if region := values.get("AWS_REGION"):
        os.environ.setdefault("AWS_DEFAULT_REGION", region)
    file = ReleaseFile.read(arguments.release_file, arguments.env)
    kubectl = Kubectl(world.execute, progress, world.clock, dry_run=arguments.dry_run)
    visitor = Visitor(
        kubectl,
        world.clock,
        address=arguments.address or (f"https://{values['DOMAIN']}" if values.get("DOMAIN") else ""),
        file=file,
        transport=world.send,
    )
    return Run(
        environment=arguments.env,
        file=file,
        kubectl=kubectl,
        clock=world.clock,
        progress=progress,
        workshop=workshop,
        lease=Lease(
            kubectl, workshop, world.clock, holder=f"{arguments.command}/{world.who}", seconds=file.lease_seconds
        ),
        journal=Journal(kubectl, workshop, world.clock, Entry()),
        visitor=visitor,
        prometheus=Prometheus(kubectl, arguments.bake_file, url=arguments.prometheus_url),
        alarms=Alarms(world.client, values.get("ALARM_PREFIX", "")),
        load_balancer=LoadBalancer(kubectl, world.client),
        picture=Picture(arguments.env),
    )


def image_of(text: str, workshop: Workshop) -> str:
    """Return a reference that names one build; a bare digest is one of the environment's own repository."""
    if not text or DIGEST.search(text):
        return text
    if not re.fullmatch(DIGITS, text):
        # The colon of a registry's port is no tag's.
        name, _, tag = text.rpartition("/")[2].partition(":")
        if "@" in text or name == "sha256" or not re.fullmatch(r"[\w][\w.-]{0,127}", tag) or tag == "latest":
            raise ValueError(f"{text} does not name one build: give a tag other than latest, or a digest of 64 digits.")
        return text
    repository = workshop.values().get("IMAGE_REPOSITORY", "")
    if not repository:
        raise ValueError("A bare digest needs IMAGE_REPOSITORY in values.env: give repository@sha256:….")
    return f"{repository}@{text}"


def _release(run: Run, arguments: argparse.Namespace, _world: World) -> str:
    # A cancelled CI job sends SIGTERM: the Lease is given back, and the journal says where to go on.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    return release(run, image=arguments.image, resume=arguments.resume, first=arguments.first)


def _rollback(run: Run, arguments: argparse.Namespace, world: World) -> str:
    if arguments.break_glass:
        world.out.write("\n".join(break_glass.commands(run)) + "\n")
        return ""
    return rollback(run)


def _status(run: Run, arguments: argparse.Namespace, world: World) -> str:
    status.show(run.picture, world.out, machine=arguments.json)
    while arguments.follow and Entry.of(run.picture.journal).state == "running":
        before = run.picture.journal
        world.clock.sleep(run.file.poll_seconds)
        if run.look().journal != before:
            status.show(run.picture, world.out, machine=arguments.json)
    return ""


def _plan(run: Run, arguments: argparse.Namespace, world: World) -> str:
    entry = planned(run.picture, image=arguments.image, first=arguments.first)
    world.out.write(
        f"{run.environment}: {entry.image or 'IMAGE'} goes to {entry.to}, from {entry.from_ or 'nothing'}\n"
    )
    for number, step in enumerate(steps.STEPS, 1):
        world.out.write(f"\n{number:2}. {step.name}: {step.does}\n")
        world.out.write(f"    waits for {step.waits}\n    undone by {step.undone}\n")
    return ""


COMMANDS: dict[str, Callable[[Run, argparse.Namespace, World], str]] = {
    "release": _release,
    "rollback": _rollback,
    "status": _status,
    "plan": _plan,
}
