"""Commands in runbooks exist: targets, scripts, modules and flags, and calls of AWS.

kubectl's commands have a test of their own: test_named_kubectl.py.
"""

import importlib.util
import json
import os
import re
import sys
from functools import cache
from pathlib import Path
from typing import Any

import botocore.session
import jmespath
import pytest
from botocore import xform_name

from deploy.__main__ import parsed
from tests.monitoring.commands import ROOT, RUNBOOKS, TEXTS, Command, code, of_program
from tests.terraform.processes import run

PROJECT = json.loads((ROOT / "project.json").read_text())["name"]

MAKEFILE = (ROOT / "Makefile").read_text()
OBSERVABILITY = ROOT / "terraform" / "modules" / "observability"


def modules() -> list[Command]:
    """`python -m NAME …`, which is `words[2]`."""
    return [each for each in of_program("python", "python3", ".venv/bin/python") if each.words[1] == "-m"]


def test_a_target_of_make_exists_with_its_variables() -> None:
    for command in of_program("make"):
        target, *given = command.words[1:]
        assert re.search(rf"^{re.escape(target)}:", MAKEFILE, re.MULTILINE), command
        for name in (variable.partition("=")[0] for variable in given):
            assert f"$({name})" in MAKEFILE, command


def test_a_target_of_make_that_a_comment_in_monitoring_names_exists() -> None:
    texts = [path.read_text() for path in ROOT.glob("monitoring/**/*.yaml")]
    named = {target for text in texts for target in re.findall(r"`make ([a-z][\w-]*)", text)}
    assert named
    assert [target for target in named if not re.search(rf"^{target}:", MAKEFILE, re.MULTILINE)] == []


def test_the_release_tool_takes_the_arguments() -> None:
    for command in [each for each in modules() if each.words[2] == "deploy"]:
        environment = parsed(list(command.words[3:])).env
        assert (ROOT / "kustomize" / "overlays" / environment).is_dir(), command


@pytest.mark.parametrize("command", [each for each in modules() if each.words[2] != "deploy"], ids=str)
def test_a_module_exists_and_knows_the_flags(command: Command) -> None:
    assert importlib.util.find_spec(command.words[2])
    shown = run([sys.executable, "-m", command.words[2], "--help"], folder=ROOT, timeout=60)
    assert shown.status == 0, shown.output
    assert {word for word in command.words[3:] if word.startswith("--")} <= set(re.findall(r"--[\w-]+", shown.output))


def scripts() -> set[str]:
    """Every script below a `bin` folder that a text names, and every one that begins a command."""
    spans = [span for file in TEXTS for span in code(file.read_text())]
    return {name for span in spans for name in re.findall(r"(?:^|[\s;&])([\w-]+(?:/[\w-]+)*/bin/[\w-]+)", span)} - {
        ".venv/bin/python"
    }


def test_every_script_exists_and_can_be_run() -> None:
    assert {"terraform/bin/wake", "terraform/bin/sleep", "terraform/bin/destroy"} <= scripts()
    assert [name for name in scripts() if not os.access(ROOT / name, os.X_OK) or (ROOT / name).is_dir()] == []


def managed() -> list[Command]:
    """`manage.py NAME …`, alone or inside a pod, from the name on."""
    found = []
    for each in of_program("manage.py", "kubectl", "python"):
        if "manage.py" in each.words:
            found.append(Command(each.file, each.words[each.words.index("manage.py") + 1 :]))
    return found


@cache
def commands_of_manage_py() -> dict[str, Path]:
    """Return the file of each command, the service's own before those of packages."""
    folders = [*(Path(folder) for folder in sys.path if folder.endswith("site-packages")), ROOT / "todoproject"]
    return {path.stem: path for folder in folders for path in folder.glob("**/management/commands/*.py")}


@cache
def session_of_aws() -> Any:
    """Return a session that keeps the descriptions of services it has read."""
    return botocore.session.get_session()


@pytest.mark.slow
@pytest.mark.parametrize("command", managed(), ids=str)
def test_a_command_of_manage_py_exists_and_takes_the_arguments(command: Command) -> None:
    name = command.words[0]
    found = commands_of_manage_py().get(name)
    assert found, f"no manage.py {name}"
    text = found.read_text()
    for flag in (word for word in command.words[1:] if word.startswith("--")):
        assert f'"{flag}"' in text, flag


@pytest.mark.slow
@pytest.mark.parametrize("command", of_program("aws"), ids=str)
def test_a_call_of_aws_exists_with_its_parameters(command: Command) -> None:
    service, operation, *given = command.words[1:]
    session = session_of_aws()
    if operation == "wait":
        assert given[0] in {xform_name(name, "-") for name in session.get_waiter_model(service).waiter_names}
        return
    model = session.get_service_model(service)
    operations = {xform_name(name, "-"): name for name in model.operation_names}
    assert operation in operations
    shape = model.operation_model(operations[operation])
    parameters = {xform_name(name, "-") for name in (shape.input_shape.members if shape.input_shape else {})}
    flags = [word.removeprefix("--") for word in given if word.startswith("--")]
    assert set(flags) - {"query", "output", "region"} <= parameters
    if "query" in flags:
        named = fields_asked(jmespath.compile(given[given.index("--query") + 1]).parsed)
        assert shape.output_shape
        known = fields_of(shape.output_shape)
        assert [name for name in named if name not in known] == []


def fields_asked(node: dict[str, Any]) -> list[str]:
    """Return the names that a query asks for, without what it compares them with."""
    own = [str(node["value"])] if node["type"] == "field" else []
    return own + [name for child in node["children"] for name in fields_asked(child)]


def fields_of(shape: object) -> set[str]:
    """Return the names of all members of an answer, as deep as queries look; a list is a level too."""
    found: set[str] = set()
    level = [shape]
    for _ in range(6):
        below = []
        for each in level:
            members = getattr(each, "members", {})
            found |= set(members)
            below += [*members.values(), *([each.member] if hasattr(each, "member") else [])]
        level = below
    return found


def test_every_saved_query_that_a_runbook_names_exists_and_its_text_is_a_click_away() -> None:
    saved = set(re.findall(r"^    ([\w-]+) += \[", (OBSERVABILITY / "queries.tf").read_text(), re.MULTILINE))
    named = set()
    for file in RUNBOOKS:
        for name in re.findall(rf"{PROJECT}-(?:prod|dev)/([a-z-]+)`", file.read_text()):
            named.add(name)
            link = f"[`{PROJECT}-prod/{name}`](../../terraform/modules/observability/queries/{name}.txt)"
            assert link in file.read_text(), f"{file.name} names {name} without its text"
    assert named == saved, "each is named in the runbook where it helps"


def test_every_link_and_every_path_leads_somewhere() -> None:
    at = re.compile(r"(?<![\w./~-])((?:docs|tests|kustomize|terraform|deploy|monitoring|platform)/[\w./-]*\w)")
    for file in TEXTS:
        text = file.read_text()
        links = [link.partition("#")[0] for link in re.findall(r"\]\(([^)]+)\)", text) if "://" not in link]
        assert (file, [link for link in links if link and not (file.parent / link).exists()]) == (file, [])
        # A decision is named by its number.
        lost = [path for path in at.findall(text) if not (ROOT / path).exists() and not [*ROOT.glob(f"{path}-*.md")]]
        assert (file, lost) == (file, [])
