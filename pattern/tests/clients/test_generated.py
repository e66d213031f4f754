"""Clients that others' generators make of the OpenAPI document compile, and do all that a client does.

Log in, refresh, create with a key and once more, change one member, replace while nobody else has, follow pages by
`Link`, delete. For each resource of the service, and for the one of the conformance that has every kind of field.
"""

import json
import re
import subprocess
import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest
from django.utils.text import camel_case_to_spaces

from tests.conformance.models import Inspection
from tests.npm_package import installed
from tests.postgresql_plugin import ROOT
from tests.sample import SERVED, SUBJECTS_BY_MODEL, Subject
from tests.service import PASSWORD, Service
from tests.terraform.processes import run
from tests.terraform.requirements_of_tests import missing
from todoproject.api import examples
from todoproject.api.fields import ReferenceField

pytestmark = pytest.mark.ci
HERE = Path(__file__).parent
USER = "generated"
GENERATOR = ROOT / ".venv-pattern/bin/openapi-generator-cli"
TEAM = """
from tests.conformance.models import Membership, Team
from todoproject.accounts.models import User
user = User.objects.get(username="generated")
Membership.objects.get_or_create(user=user, defaults={"team": Team.objects.create(name="Clients")})
"""


@dataclass
class Journey:
    """The calls of a client to one resource of a running service."""

    service: Service
    subject: Subject

    @cached_property
    def body(self) -> dict[str, Any]:
        """A body of the members that must be there, with rows that foreign keys lead to."""
        body = examples.required_body(self.subject.resource)
        for name in set(self.subject.of_kind(ReferenceField)) & set(body):
            target = SUBJECTS_BY_MODEL[self.subject.model._meta.get_field(name).related_model]  # type: ignore[index]
            body[name] = self.created(target)
        return body

    def created(self, target: Subject) -> int:
        headers = {"Authorization": f"Bearer {self.service.token(USER)}", "Content-Type": "application/json"}
        request = Request(f"{self.service.url}{target.path}", json.dumps(target.body(0, {})).encode(), headers)  # noqa: S310  our own http address
        with urlopen(request, timeout=20) as answer:  # noqa: S310
            assert answer.status == 201
            return int(json.load(answer)["id"])

    @property
    def change(self) -> dict[str, str]:
        return {self.subject.text: f"Another {self.subject.text}"}

    @property
    def words(self) -> dict[str, Any]:
        """What the journeys are told."""
        one = camel_case_to_spaces(self.subject.model.__name__).replace(" ", "_")
        return {
            "url": self.service.url,
            "username": USER,
            "password": PASSWORD,
            "model": self.subject.model.__name__,
            "one": one,
            "many": str(self.subject).replace("-", "_"),
            "plural": "".join(word.capitalize() for word in str(self.subject).split("-")),
            "body": self.body,
            "change": self.change,
        }

    def typescript(self, name: str) -> str:
        """Return a journey in TypeScript with the resource's words in it."""
        words = self.words
        model, one, path = words["model"], words["one"], self.subject.path
        replacements = {
            "GIVEN": json.dumps({key: words[key] for key in ("url", "username", "password")}),
            "BODY": json.dumps(self.body),
            "CHANGE": json.dumps(self.change),
            "/xxs": path,
            "xx_id": f"{one}_id",
            "Xxs": words["plural"],
            "Xx": model,
            "xx": f"{model[0].lower()}{model[1:]}",
        }
        text = (HERE / name).read_text(encoding="utf-8")
        return re.sub("|".join(replacements), lambda found: replacements[found[0]], text)


@pytest.fixture(scope="module")
def document(service: Service, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The document of the service with the resources of the conformance."""
    path = tmp_path_factory.mktemp("clients") / "openapi.yaml"
    service.manage("spectacular", "--file", str(path), "--validate", "--fail-on-warn")
    return path


@pytest.fixture(params=[*SERVED, SUBJECTS_BY_MODEL[Inspection]], ids=str)
def journey(request: pytest.FixtureRequest, service: Service) -> Journey:
    service.token(USER)
    service.manage("shell", "--no-imports", "-c", TEAM)
    return Journey(service, request.param)


def generated(document: Path, language: str, *options: str) -> Path:
    """Return the folder of a client that openapi-generator has made beside the document."""
    folder = document.parent / language
    if not folder.exists():
        if not GENERATOR.exists():
            missing("openapi-generator is not in .venv-pattern", "make .venv-pattern/ready")
        made = run([GENERATOR, "generate", "-g", language, "-i", document, "-o", folder, *options], timeout=170)
        if "java" in made.output.lower() and not folder.exists():
            missing(
                f"openapi-generator needs Java: {made.output.strip()[-200:]}", "apt-get install default-jre-headless"
            )
        assert made.status == 0, made.output
    return folder


def test_the_document_of_the_repository_is_part_of_the_one_used_here(document: Path) -> None:
    whole, published = (path.read_text(encoding="utf-8") for path in (document, ROOT / "docs/openapi.yaml"))
    for path in re.findall(r"^  /.*:$", published, re.MULTILINE):
        assert path in whole


def test_the_python_client_of_openapi_generator_goes_all_the_way(journey: Journey, document: Path) -> None:
    client = generated(document, "python", "--additional-properties=packageName=generated")
    done = subprocess.run(
        [sys.executable, HERE / "journey.py", json.dumps(journey.words)],
        env={"PYTHONPATH": str(client)},
        cwd=client,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        start_new_session=True,
    )
    assert done.returncode == 0, done.stderr[-3000:]


def compiled_and_run(journey: Journey, name: str, folder: Path) -> None:
    """Compile a journey in `folder`, where its client is, and run it."""
    modules = installed(HERE)
    if not (folder / "node_modules").exists():
        (folder / "node_modules").symlink_to(modules)
    source = folder / f"{journey.subject}.ts"
    source.write_text(journey.typescript(name), encoding="utf-8")
    flags = ["--strict", "--target", "es2022", "--lib", "es2022,dom,dom.iterable", "--skipLibCheck"]
    flags += ["--module", "nodenext", "--moduleResolution", "nodenext", "--outDir", "out"]
    built = run(["node", modules / "typescript/bin/tsc", *flags, source.name], timeout=170, folder=folder)
    assert built.status == 0, built.output[-3000:]
    done = run(["node", f"out/{journey.subject}.js"], timeout=60, folder=folder)
    assert done.status == 0, done.output[-3000:]


def test_the_typescript_client_of_openapi_generator_goes_all_the_way(journey: Journey, document: Path) -> None:
    client = generated(document, "typescript-fetch")
    folder = document.parent / "openapi-generator"
    if not folder.exists():
        folder.mkdir()
        (folder / "generated").symlink_to(client)
    compiled_and_run(journey, "journey-generated.ts", folder)


def test_the_client_of_openapi_typescript_and_openapi_fetch_goes_all_the_way(journey: Journey, document: Path) -> None:
    folder = document.parent / "openapi-fetch"
    if not folder.exists():
        folder.mkdir()
        command: list[str | Path] = [
            installed(HERE) / ".bin/openapi-typescript",
            document,
            "-o",
            folder / "schema.d.ts",
        ]
        made = run(command, timeout=120)
        assert made.status == 0, made.output
    compiled_and_run(journey, "journey-fetch.ts", folder)
