"""The README: its examples, run against the real service and compared with the answers that it shows; its figures."""

import ast
import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from email.parser import Parser
from typing import Any, NamedTuple

import pytest
import yaml

from tests.postgresql_plugin import ROOT
from tests.service import Service, migrated_database, running
from tests.todos.test_query_plans import MOST_BUFFERS
from todos.api import Todos

README = ROOT / "README.md"
SECTION = re.compile(r"^## The API by example\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
EXAMPLE = re.compile(r"```console\n\$ (.*?)\n```\n\n```http\n(.*?)\n?```", re.DOTALL)

# What stands for a value of the moment.
URL, NUMBER, MOMENT, ANYTHING = "http://127.0.0.1:8000", "42", "2026-11-23T16:00:00.123456Z", "…"
A_MOMENT = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?Z"


class Answer(NamedTuple):
    """An HTTP answer as text."""

    status: str
    headers: dict[str, str]
    body: str


def answer_of(text: str) -> Answer:
    head, _, body = text.replace("\r\n", "\n").partition("\n\n")
    status, _, headers = head.partition("\n")
    return Answer(
        status.strip(), {name.lower(): value for name, value in Parser().parsestr(headers).items()}, body.strip()
    )


def section() -> str:
    found = SECTION.search(README.read_text(encoding="utf-8"))
    assert found, f"{README.name} has no section 'The API by example'"
    return found[1]


def assert_like(shown: Any, real: Any) -> None:
    """Assert that `real` is what the README shows, placeholders aside; objects have the same members, in order."""
    if isinstance(shown, dict):
        assert list(shown) == list(real)
        for name, value in shown.items():
            assert_like(real[name] if name == "id" and str(value) == NUMBER else value, real[name])
    elif isinstance(shown, list):
        assert len(shown) == len(real)
        for one, other in zip(shown, real, strict=True):
            assert_like(one, other)
    elif isinstance(shown, str):
        pattern = re.escape(shown).replace(re.escape(ANYTHING), "(?s:.+)").replace(re.escape(MOMENT), A_MOMENT)
        assert re.fullmatch(pattern, real), f"{real!r} is not like {shown!r}"
    else:
        assert shown == real
        assert type(shown) is type(real)


class Reader:
    """Somebody who types the examples one after the other, and keeps tokens, ids and links as a client does."""

    def __init__(self, service: Service, token: str) -> None:
        self.variables = {"API": service.url, "TOKEN": token}
        self.number = NUMBER

    def run(self, command: str) -> Answer:
        done = subprocess.run(
            [
                "/bin/sh",
                "-euc",
                command.replace(f"/todos/{NUMBER}", f"/todos/{self.number}").replace("curl ", "curl -sS "),
            ],
            env={"PATH": os.environ["PATH"], **self.variables},
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
            start_new_session=True,
        )
        assert done.returncode == 0, done.stderr
        answer = answer_of(done.stdout)
        self._keep(answer)
        return answer

    def _keep(self, answer: Answer) -> None:
        for address, relation in re.findall(r'<([^>]*)>; rel="(next|prev)"', answer.headers.get("link", "")):
            self.variables[relation.upper()] = address
        body = json.loads(answer.body) if answer.body else None
        for name, variable in (("access", "TOKEN"), ("refresh", "REFRESH")):
            if isinstance(body, dict) and name in body:
                self.variables[variable] = body[name]
        if isinstance(body, dict) and "id" in body:
            self.number = str(body["id"])

    def translate(self, shown: str) -> str:
        """Return what the README shows with this service's address and the id at hand."""
        return shown.replace(URL, self.variables["API"]).replace(f"/todos/{NUMBER}", f"/todos/{self.number}")


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    # A service of its own: the examples log in, and other tests use up the attempts of this address.
    with (
        migrated_database("todo_readme") as environment,
        running(environment, tmp_path_factory.mktemp("readme") / "log") as service,
    ):
        yield Reader(service, service.token("eve"))


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("curl"), reason="the examples are curl's: apt-get install curl")
def test_every_example_is_answered_as_the_readme_shows(reader: Reader) -> None:
    examples = EXAMPLE.findall(section())
    for command, text in examples:
        real = reader.run(command)
        shown = answer_of(reader.translate(text))
        assert real.status == shown.status, f"{command}\n{real}"
        for name, value in shown.headers.items():
            assert_like(value, real.headers.get(name, ""))
        if shown.body == ANYTHING:
            assert real.body
        elif shown.body:
            assert_like(json.loads(shown.body), json.loads(real.body))
        elif shown.status.endswith(("204 No Content", "304 Not Modified")):
            assert not real.body


def test_no_console_block_of_the_section_goes_unchecked() -> None:
    text = section()
    assert len(EXAMPLE.findall(text)) == text.count("```console") == text.count("```http")


def test_every_operation_has_an_example() -> None:
    document: dict[str, Any] = yaml.safe_load((ROOT / "docs" / "openapi.yaml").read_text(encoding="utf-8"))
    wanted = {(method.upper(), path) for path, methods in document["paths"].items() for method in methods}
    wanted |= {("GET", "/healthz"), ("GET", "/readyz"), ("GET", "/schema")}
    assert wanted <= {asked(command) for command, _ in EXAMPLE.findall(section())}


def asked(command: str) -> tuple[str, str]:
    """Return method and path of a curl command, as curl derives them."""
    path = re.search(r"\$API([^ ?\"]*)", command)
    method = re.search(r"-X ([A-Z]+)", command)
    return method[1] if method else "POST" if " -d " in command else "GET", (
        path[1].replace(f"/{NUMBER}", "/{todo_id}") if path else "$NEXT"
    )


# ── What it claims ───────────────────────────────────────────────────────────────────────────────────────────────────
WORDS = {3: "three", 4: "four", 10: "ten", 11: "eleven", 12: "twelve"}


def bound(file: str, name: str) -> Any:
    """Return a constant of a test, read and not imported: Django 6.1's environment has not what those tests need."""
    found = re.search(rf"^{name} = (.*?)(  #.*)?$", (ROOT / "tests" / file).read_text(encoding="utf-8"), re.MULTILINE)
    assert found, f"{file} has no {name}"
    return ast.literal_eval(found[1])


def folders(of: str) -> str:
    return WORDS[len([*(ROOT / "terraform" / of).glob("*/main.tf")])]


def bill() -> str:
    found = re.search(r"\*\*\$([\d.]+)\*\* at (\d+) awake hours", document("cost/dev.md"))
    assert found
    return f"${found[1]} a month for dev at {found[2]} awake hours"


def document(name: str) -> str:
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


FIGURES: dict[str, Callable[[], str]] = {
    "orderings": lambda: f"for {WORDS[len(Todos.sorted_by())]} orderings",
    "buffers of a page": lambda: f"at most {MOST_BUFFERS} buffers of PostgreSQL",
    "the image": lambda: f"At most {bound('image/test_bounds.py', 'MOST_ADDED')} MB above its base",
    "schemas": lambda: f"schemas of {WORDS[len(bound('kustomize/validation.py', 'KUBERNETES'))]} Kubernetes versions",
    "modules": lambda: f"{folders('modules').capitalize()} Terraform modules and {folders('envs')} roots",
    "the bill": bill,
}


@pytest.mark.parametrize("what", FIGURES)
def test_a_figure_is_the_bound_of_a_test_or_what_a_document_measured(what: str) -> None:
    assert FIGURES[what]() in " ".join(README.read_text(encoding="utf-8").split())
