"""Each resource.toml, by which tools outside of the service know a resource, is true of the service.

With nothing else the release tool makes its own requests of a bake, and they succeed at the real service.
"""

import io
import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from deploy.checkout import Settings
from deploy.kubectl import Answer, Kubectl
from deploy.progress import Clock, Progress
from deploy.visitor import DESCRIBE, PROXY, UNAUTHORIZED, Response, Visitor, send
from local.resource import RESOURCES, Resource
from tests.api.client import ApiClient, parsed
from tests.postgresql_plugin import ROOT
from tests.sample import SERVED
from tests.service import Service
from todoproject.accounts.models import User
from todoproject.accounts.tokens import issue_access

MADE: Any = next((each for each in RESOURCES if each.example), None)


# ── What a description says ──────────────────────────────────────────────────────────────────────────────────────────
def test_every_resource_of_the_service_is_described_in_the_folder_of_its_app() -> None:
    real = {(subject.path, subject.model.__name__, subject.model._meta.db_table) for subject in SERVED}
    assert {(each.path, each.model, each.table) for each in RESOURCES} == real
    folders = {Path(str(subject.model.__module__).replace(".", "/")).parent for subject in SERVED}
    assert {file.parent.relative_to(ROOT) for file in ROOT.glob("*/resource.toml")} == folders


@pytest.mark.parametrize("described", RESOURCES, ids=lambda each: each.path)
def test_an_example_can_be_made_again_and_again_and_is_kept_and_the_list_takes_a_limit(
    user: User, described: Resource
) -> None:
    api = ApiClient(issue_access(user.pk))
    answers = [api.send("POST", described.path, described.example) for _ in range(2 if described.example else 0)]
    assert {answer.status_code for answer in answers} <= {201}, answers[0].content
    assert all(parsed(answer).items() >= described.example.items() for answer in answers)
    assert len({parsed(answer)["id"] for answer in answers}) == len(answers)
    assert api.send("GET", f"{described.path}?limit=1").status_code == 200


# ── What the release tool makes of it ────────────────────────────────────────────────────────────────────────────────
class OnePod:
    """Stands in for kubectl: a command in a pod runs in the service's environment, the proxy leads to its port.

    Whether a deployer may do either in a cluster it cannot prove: tests/cluster does.
    """

    def __init__(self, service: Service, description: str = "") -> None:
        self.service, self.description = service, description

    def execute(self, words: Sequence[str]) -> Answer:
        if self.description and DESCRIBE in words:
            return Answer(0, self.description, "")
        if "--raw" in words:
            return self._through_proxy(words[words.index("--raw") + 1])
        return in_the_pod(tuple(words[words.index("--") + 1 :]), tuple(self.service.environment.items()))

    def _through_proxy(self, path: str) -> Answer:
        assert path.startswith(PROXY)
        try:
            with urllib.request.urlopen(self.service.url + path.removeprefix(PROXY), timeout=60) as answer:  # noqa: S310
                return Answer(0, str(answer.read(), "utf-8"), "")
        except urllib.error.HTTPError as error:
            # tests/deploy/test_kubectl.py holds that kubectl words a 401 so.
            return Answer(1, "", UNAUTHORIZED if error.code == 401 else str(error))


@cache
def in_the_pod(words: tuple[str, ...], environment: tuple[tuple[str, str], ...]) -> Answer:
    """Run a command once: a token is good for all tests here."""
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    own = {**dict(environment), "PATH": path}
    done = subprocess.run(words, cwd=ROOT, env=own, capture_output=True, text=True, timeout=60, check=False)
    return Answer(done.returncode, done.stdout, done.stderr)


class Traffic:
    """A visitor of the service, and its requests with the status of each answer."""

    def __init__(self, service: Service, *, address: str, description: str = "") -> None:
        self.sent: list[tuple[str, str, int]] = []
        self.url = service.url
        clock = Clock()
        kubectl = Kubectl(OnePod(service, description).execute, Progress(io.StringIO(), clock), clock)
        settings = Settings.read(ROOT / "deploy" / "release.ini", "local")
        self.visitor = Visitor(kubectl, settings, address=address, transport=self._send)

    def _send(self, method: str, url: str, headers: dict[str, str], body: str) -> Response:
        response = send(method, url, headers, body)
        self.sent.append((method, url.removeprefix(self.url), response.status))
        return response


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer that is late counts as failed after five seconds; this test does not try a busy machine."""
    monkeypatch.setattr("deploy.visitor.TIMEOUT_SECONDS", 60)


@pytest.mark.skipif(MADE is None, reason="no resource.toml has an example: the release tool reads lists alone")
def test_it_makes_a_row_deletes_it_and_reads_lists(service: Service) -> None:
    traffic = Traffic(service, address=service.url)
    while len(traffic.sent) < 3:
        traffic.visitor.visit("blue", seconds=0.1)
    made, deleted, read, *_ = traffic.sent
    assert made == ("POST", MADE.path, 201)
    assert (deleted[0], deleted[2]) == ("DELETE", 204)
    assert deleted[1].startswith(f"{MADE.path}/")
    assert (read[0], read[2]) == ("GET", 200)
    assert read[1].partition("?")[0] in {each.path for each in RESOURCES}
    assert traffic.visitor.failed_share(at_least=1) == 0


def test_without_an_address_it_reads_a_page_that_needs_no_token_and_the_resource_which_wants_one(
    service: Service,
) -> None:
    visitor = Traffic(service, address="").visitor
    visitor.visit("blue", seconds=0.1)
    assert visitor.sent >= 2
    assert visitor.failed == 0


@pytest.mark.parametrize("through", ["address", "proxy"])
def test_what_the_service_does_not_serve_counts_as_failed(service: Service, through: str) -> None:
    description = json.dumps([{"path": "/invoices", "example": {}}])
    traffic = Traffic(service, address=service.url if through == "address" else "", description=description)
    traffic.visitor.visit("blue", seconds=0.1)
    assert traffic.visitor.failed
    if through == "address":
        assert traffic.sent[0] == ("POST", "/invoices", 404)
        assert traffic.visitor.failed_share(at_least=1) == 1
