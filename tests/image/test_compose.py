"""compose.yaml holds no secret, opens nothing to the network, and its one-shots do what the others need.

What Prometheus and Grafana are told: tests/monitoring/test_compose.py.
"""

import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from check_jsonschema import main as check_jsonschema  # type: ignore[import-untyped]
from click.testing import CliRunner

from local.environment import SECRET_VARIABLES
from tests.image.container import Runner
from tests.process.gunicorn_process import ROOT

COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
# PostgreSQL's image begins as root, changes the owner of its files and becomes another user: it needs those powers.
RESTRICTED = [name for name in SERVICES if name != "postgresql"]


def test_it_is_what_the_compose_specification_allows() -> None:
    checked = CliRunner().invoke(check_jsonschema, ["--builtin-schema=vendor.compose-spec", str(ROOT / "compose.yaml")])
    assert checked.exit_code == 0, checked.output


def test_ports_are_open_to_this_machine_only() -> None:
    for service in SERVICES.values():
        assert all(str(port).startswith("127.0.0.1:") for port in service.get("ports", []))


def test_every_secret_comes_from_a_file() -> None:
    for service in SERVICES.values():
        given = service.get("environment", {})
        assert not set(given) & {*SECRET_VARIABLES, "DATABASE_URL"}
        assert not [variable for variable in given if "PASS" in variable and not variable.endswith("_FILE")]


def waits_for(name: str) -> set[str]:
    """Return the services that must have ended, or be well, before this one starts, near and far."""
    near = SERVICES[name].get("depends_on", {})
    return {*near, *(each for other in near for each in waits_for(other))}


def test_one_service_builds_our_image_and_the_others_wait_for_it_and_never_pull() -> None:
    """Compose builds side by side, and two exports of one name at the same time end with `already exists`."""
    ours = {name for name, service in SERVICES.items() if service["image"] == "service:dev"}
    (builder,) = (name for name in ours if "build" in SERVICES[name])
    for name in ours - {builder}:
        assert SERVICES[name]["pull_policy"] == "never", name
        assert builder in waits_for(name), name


def test_what_is_not_ours_has_a_version_and_a_check_of_its_health() -> None:
    for name, service in SERVICES.items():
        if service["image"] != "service:dev":
            assert re.search(r":v?\d", service["image"]), name
            assert service["healthcheck"]["test"][0] == "CMD", name


@pytest.mark.parametrize("name", RESTRICTED)
def test_containers_are_as_restricted_as_pods(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]


def test_the_one_shot_makes_secrets_that_the_service_can_read_and_keeps_them(runner: Runner, tmp_path: Path) -> None:
    folder = runner.podman.folder / "compose-secrets"
    folder.mkdir()
    shutil.copytree(ROOT / "local", tmp_path / "local", ignore=shutil.ignore_patterns("__pycache__"))
    one_shot = SERVICES["secrets"]
    options = ["--rm", "--read-only", "--read-only-tmpfs=false", "--cap-drop=ALL", f"--user={one_shot['user']}"]
    volumes = [f"--volume={tmp_path}/local:/app/local:ro", f"--volume={folder}:/mnt/secrets-store"]
    contents: list[dict[str, str]] = []
    for _ in range(2):
        runner.podman.must("run", *options, *volumes, runner.image, *one_shot["command"])
        contents.append({path.name: path.read_text() for path in folder.iterdir()})
    assert contents[0] == contents[1]
    wanted = {
        Path(value).name
        for service in SERVICES.values()
        for variable, value in service.get("environment", {}).items()
        if variable.endswith("_FILE")
    }
    assert wanted <= set(contents[0])
    reader = Runner(runner.podman, runner.image, runner.environment, folder)
    assert reader.command("python", "manage.py", "check").status == 0
