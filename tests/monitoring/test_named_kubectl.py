"""kubectl's commands in runbooks: the real kubectl takes them, and what they name is what we apply."""

import json
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.kustomize.rendering import PARTS, SAMPLE, SOURCE, Manifest, kubectl, pod_of, render
from tests.monitoring.commands import PLACEHOLDER, ROOT, Command, of_program
from tests.terraform.processes import run

pytestmark = pytest.mark.slow

# One of each: runbooks repeat them.
COMMANDS = list({each.words: each for each in of_program("kubectl")}.values())
every_command = pytest.mark.parametrize("command", COMMANDS, ids=str)
NOWHERE = {"clusters": [{"name": "none", "cluster": {"server": "http://127.0.0.1:9"}}], "current-context": "none"}
NOWHERE |= {"kind": "Config", "contexts": [{"name": "none", "context": {"cluster": "none"}}]}

# kubectl's short and plural words for kinds.
KINDS = {"hpa": "HorizontalPodAutoscaler", "deployment": "Deployment", "cronjob": "CronJob", "ingress": "Ingress"}
KINDS |= {"secret": "Secret", "service": "Service", "job": "Job", "pod": "Pod", "podmonitor": "PodMonitor"}
KINDS |= {"event": "Event", "node": "Node", "pdb": "PodDisruptionBudget"}
# Made by none of our files: by the Secrets Store driver from the SecretProviderClass, and by Deployments and Jobs.
MADE = {"Pod", "Event"}


@cache
def objects() -> tuple[Manifest, ...]:
    """All that the overlays of one environment, the platform and monitoring apply; others differ in values alone."""
    kubectl()
    folders = [SOURCE / "overlays" / SAMPLE / part for part in PARTS]
    folders += [ROOT / name for name in ("platform/cluster", "platform/options/postgres-exporter", "monitoring")]
    return tuple(each for folder in folders for each in render(folder).objects)


@cache
def releases() -> dict[str, str]:
    """Name to namespace of each Helm release."""
    listed = yaml.safe_load((ROOT / "platform" / "releases.yaml").read_text())["releases"]
    return {each["name"]: each["namespace"] for each in listed}


@every_command
def test_kubectl_itself_takes_the_command(command: Command, tmp_path: Path) -> None:
    """It comes as far as asking the cluster: no unknown word, flag or argument."""
    (tmp_path / "config").write_text(yaml.safe_dump(NOWHERE))
    (tmp_path / "kustomize").symlink_to(ROOT / "kustomize")
    for name in (word.partition("=")[2] for word in command.words if word.startswith("--from-file=")):
        (tmp_path / name).write_text("x")
    environment = {**os.environ, "KUBECONFIG": str(tmp_path / "config"), "HOME": str(tmp_path)}
    done = run([kubectl(), *command.words[1:]], folder=tmp_path, environment=environment, timeout=60)
    assert "127.0.0.1:9" in done.output
    assert "refused" in done.output


def kind_of(word: str) -> str:
    kind = KINDS.get(word) or KINDS.get(word.removesuffix("s"))
    assert kind, f"kubectl knows no {word}, or this test does not"
    return kind


def exists(kind: str, name: str, namespace: str) -> bool:
    found = [each for each in objects() if each["kind"] == kind and each["metadata"].get("namespace") == namespace]
    if kind == "Secret":
        classes = [each for each in objects() if each["kind"] == "SecretProviderClass"]
        return name in {made["secretName"] for each in classes for made in each["spec"]["secretObjects"]}
    # A chart names what it makes after its release.
    of_chart = any(
        name in {release, f"{release}-grafana"} and releases()[release] == namespace for release in releases()
    )
    return of_chart or any(not name or each["metadata"]["name"] == name for each in found)


# Flags of our runbooks that take the next word.
VALUED = {"-n", "-l", "-L", "-o", "-p", "-k", "--type"}


def option(command: Command, name: str) -> str | None:
    """Return the value of a flag, written with a space or with an equals sign; None without it."""
    for word, following in zip(command.words, [*command.words[1:], ""], strict=True):
        if word == name:
            return following
        if word.startswith(f"{name}="):
            return word.removeprefix(f"{name}=")
    return None


def operands(command: Command) -> list[str]:
    """Return the verb and what follows it, without flags, and without what a container is to run."""
    words = [*command.words[1:], "--"]
    own = words[: words.index("--")]
    return [
        word for before, word in zip(["", *own], own, strict=False) if before not in VALUED and not word.startswith("-")
    ]


def things(command: Command) -> Iterator[tuple[str, str]]:
    """Yield (kind, name) of what a command asks for or changes; the name is empty for all of a kind."""
    verb, *rest = operands(command)
    if verb == "rollout":
        rest = rest[1:]
    if verb == "create":
        rest = [option(command, "--from") or ""]
    if verb in {"apply", "top"} or not rest or not rest[0]:
        return
    if "/" in rest[0]:
        kind, name = rest[0].split("/")
    elif verb == "logs":
        kind, name = "pod", rest[0]
    else:
        kind, name = rest[0], "".join(rest[1:2])
    for each in kind.split(","):
        yield each, name


@every_command
def test_what_it_names_is_what_we_apply(command: Command) -> None:
    namespace = option(command, "-n") or ""
    if "-k" in command.words:
        assert (ROOT / str(option(command, "-k")) / "kustomization.yaml").is_file()
        return
    namespaces = {each["metadata"]["name"] for each in objects() if each["kind"] == "Namespace"} | {"kube-system"}
    everywhere = "-A" in command.words or {word for word, _ in things(command)} <= {"nodes"}
    assert everywhere or namespace in namespaces
    if everywhere:
        assert all(kind_of(word) for word, _ in things(command))
        return
    for word, name in things(command):
        kind = kind_of(word)
        if kind not in MADE and not PLACEHOLDER.fullmatch(name):
            assert exists(kind, name, namespace), f"no {kind} {name} in {namespace}"


@pytest.mark.parametrize("command", [each for each in COMMANDS if option(each, "-l")], ids=str)
def test_a_selector_finds_our_pods_or_those_of_a_chart(command: Command) -> None:
    wanted = dict(pair.split("=") for pair in str(option(command, "-l")).split(","))
    namespace = str(option(command, "-n"))
    labels: list[dict[str, Any]] = [pod["metadata"]["labels"] for each in objects() if (pod := pod_of(each))]
    labels += [{"app.kubernetes.io/name": name} for name, where in releases().items() if where == namespace]
    assert any(wanted.items() <= each.items() for each in labels)


@pytest.mark.parametrize("command", [each for each in COMMANDS if option(each, "-p")], ids=str)
def test_a_patch_changes_a_field_that_is_there(command: Command) -> None:
    ((word, name),) = things(command)
    (target,) = [each for each in objects() if (each["kind"], each["metadata"]["name"]) == (kind_of(word), name)]
    assert set(json.loads(str(option(command, "-p")))["spec"]) <= set(target["spec"])
