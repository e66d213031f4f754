"""The examples of docs/api.md, run against the real service and compared with the answers that the page shows."""

import json
import os
import re
import shutil
import subprocess
from email.parser import Parser
from typing import Any, NamedTuple

import pytest
import yaml

from local.new_resource.removal import LINK
from tests.postgresql_plugin import ROOT
from tests.service import Service

PAGE = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
EXAMPLE = re.compile(r"```console\n\$ (.*?)\n\n(HTTP/.*?)\n?```", re.DOTALL)

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


def assert_like(shown: Any, real: Any) -> None:
    """Assert that `real` is what the page shows, placeholders aside; objects have the same members, in order."""
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
    """A reader who types the examples one after the other, and keeps tokens, ids and links as a client does."""

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
        """Return an answer of the page with this service's address and the current id."""
        return shown.replace(URL, self.variables["API"]).replace(f"/todos/{NUMBER}", f"/todos/{self.number}")


@pytest.fixture
def reader(service: Service) -> Reader:
    with service.database() as connection:
        connection.execute("TRUNCATE throttling_counter")  # the examples log in, as other tests of this address have
    return Reader(service, service.token("eve"))


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("curl"), reason="the examples are curl's: apt-get install curl")
def test_every_example_is_answered_as_the_page_shows(reader: Reader) -> None:
    examples = EXAMPLE.findall(PAGE)
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


def test_no_console_block_goes_unchecked_and_the_readme_has_the_link_that_goes_with_the_example() -> None:
    assert (ROOT / "README.md").read_text(encoding="utf-8").count(LINK) == 1
    assert len(EXAMPLE.findall(PAGE)) == PAGE.count("```console") == PAGE.count("HTTP/1.1 ")


def test_every_operation_has_an_example() -> None:
    document: dict[str, Any] = yaml.safe_load((ROOT / "docs" / "openapi.yaml").read_text(encoding="utf-8"))
    wanted = {(method.upper(), path) for path, methods in document["paths"].items() for method in methods}
    wanted |= {("GET", "/healthz"), ("GET", "/readyz"), ("GET", "/schema")}
    assert wanted <= {asked(command) for command, _ in EXAMPLE.findall(PAGE)}


def asked(command: str) -> tuple[str, str]:
    """Return method and path of a curl command, as curl derives them."""
    path = re.search(r"\$API([^ ?\"]*)", command)
    method = re.search(r"-X ([A-Z]+)", command)
    return method[1] if method else "POST" if " -d " in command else "GET", (
        path[1].replace(f"/{NUMBER}", "/{todo_id}") if path else "$NEXT"
    )
