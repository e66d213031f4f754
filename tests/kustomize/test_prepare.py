"""kustomize/overlays/local/prepare.py: the namespace and the secrets of overlays/local, made once."""

import base64
import importlib.util
import json
from pathlib import Path
from types import ModuleType

import pytest

from tests.kustomize.conftest import Renderings
from tests.kustomize.rendering import SOURCE, render
from tests.kustomize.test_secrets import FILES


def prepare() -> ModuleType:
    specification = importlib.util.spec_from_file_location("prepare", SOURCE / "overlays/local/prepare.py")
    assert specification
    assert specification.loader
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def test_the_local_namespace_enforces_restricted() -> None:
    """Where there is an account, `make platform` brings it: tests/platform/test_objects.py."""
    namespace = render(SOURCE / "overlays/local/namespace").one("Namespace", "service")
    assert namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"


def test_local_secrets_are_the_same_files_with_passwords_that_agree() -> None:
    data = {
        each["metadata"]["name"]: {key: base64.b64decode(value).decode() for key, value in each["data"].items()}
        for each in prepare().manifest()["items"]
    }
    for name, login in (("web-secrets", "service_app"), ("migrate", "service_migrate")):
        assert set(data[name]) == FILES
        assert data[name]["db_username"] == login
        assert data[name]["db_password"] == data["postgresql"][login]
    shared = FILES - {"db_username", "db_password"}
    assert all(data["web-secrets"][key] == data["migrate"][key] for key in shared)


def test_no_two_clusters_have_the_same_secrets() -> None:
    first, second = (prepare().manifest()["items"] for _ in range(2))
    assert [each["metadata"] for each in first] == [each["metadata"] for each in second]
    assert all(one["data"] != other["data"] for one, other in zip(first, second, strict=True))


def test_the_local_database_gets_every_password_that_it_asks_for(renderings: Renderings) -> None:
    stateful_set = renderings["local", "shared"].one("StatefulSet")
    script = next(each for each in renderings["local", "shared"].all("ConfigMap"))["data"]["2-passwords.sh"]
    (secret,) = (each for each in prepare().manifest()["items"] if each["metadata"]["name"] == "postgresql")
    assert "/run/secrets/postgresql/postgres" in str(stateful_set)
    assert "service_app service_migrate" in script
    assert set(secret["data"]) == {"postgres", "service_app", "service_migrate"}


class Cluster:
    """A kubectl that has the Secrets it is told, and keeps what it was asked and given."""

    def __init__(self, folder: Path, *there: str) -> None:
        self.folder = folder
        self.path = folder / "kubectl"
        names = "".join(f"secret/{name}\n" for name in there)
        (folder / "there").write_text(names)
        self.path.write_text(
            f'#!/bin/sh\necho "$*" >> {folder}/words\n'
            f'case "$*" in *get*) cat {folder}/there;; create*) cat > {folder}/created; echo created;; esac\n'
        )
        self.path.chmod(0o755)

    def words(self) -> list[str]:
        return [line.split()[0] for line in (self.folder / "words").read_text().splitlines()]

    def run(self, monkeypatch: pytest.MonkeyPatch) -> int:
        program = prepare()
        monkeypatch.setattr(program, "KUBECTL", str(self.path))
        status: int = program.main()
        return status


def test_an_empty_cluster_gets_namespace_and_secrets(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    cluster = Cluster(tmp_path)
    assert cluster.run(monkeypatch) == 0
    assert cluster.words() == ["apply", "-n", "create"]
    created = json.loads((tmp_path / "created").read_text())
    assert [each["metadata"]["name"] for each in created["items"]] == [
        "web-secrets",
        "migrate",
        "postgresql",
    ]


def test_secrets_that_are_there_stay(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    cluster = Cluster(tmp_path, "web-secrets", "migrate", "postgresql")
    assert cluster.run(monkeypatch) == 0
    assert cluster.words() == ["apply", "-n"]


def test_half_of_the_secrets_are_no_secrets(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """New ones would not agree with the passwords that the database has."""
    cluster = Cluster(tmp_path, "postgresql")
    assert cluster.run(monkeypatch) == 1
    assert "create" not in cluster.words()
    assert "delete the namespace service and start again" in capsys.readouterr().err
