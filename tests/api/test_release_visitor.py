"""What the release tool asks while it bakes, asked of the real service: its own traffic must not be what fails."""

import io
import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path

import pytest

from deploy.kubectl import Answer, Kubectl
from deploy.progress import Progress
from deploy.release_file import ReleaseFile
from deploy.sending import Response, send
from deploy.visitor import Visitor
from deploy.waiting import SystemClock
from local.resource import RESOURCE
from tests.postgresql_plugin import ROOT
from tests.service import Service

PROXY = "/api/v1/namespaces/todo/services/http:todo:80/proxy"


class OnePod:
    """Stands in for kubectl: what is executed in a pod runs in the service's environment, the proxy leads to its port.

    Whether a deployer may do either in a cluster it cannot prove: tests/cluster does.
    """

    def __init__(self, service: Service) -> None:
        self.service = service

    def execute(self, words: Sequence[str]) -> Answer:
        if "--raw" in words:
            return self._through_proxy(words[words.index("--raw") + 1])
        path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        done = subprocess.run(
            words[words.index("--") + 1 :],
            cwd=ROOT,
            env={**self.service.environment, "PATH": path},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return Answer(done.returncode, done.stdout, done.stderr)

    def _through_proxy(self, path: str) -> Answer:
        assert path.startswith(PROXY)
        try:
            with urllib.request.urlopen(self.service.url + path.removeprefix(PROXY), timeout=60) as answer:  # noqa: S310
                return Answer(0, str(answer.read(), "utf-8"), "")
        except urllib.error.HTTPError as error:
            return Answer(1, "", str(error))


class Traffic:
    """A visitor of the service, and what it has sent, with the status of each answer."""

    def __init__(self, service: Service, *, address: str) -> None:
        self.sent: list[tuple[str, str, int]] = []
        self.url = service.url
        clock = SystemClock()
        kubectl = Kubectl(OnePod(service).execute, Progress(io.StringIO(), clock), clock)
        file = ReleaseFile.read(ROOT / "deploy" / "release.toml", "local")
        self.visitor = Visitor(kubectl, clock, address=address, file=file, transport=self._send)

    def _send(self, method: str, url: str, headers: dict[str, str], body: str) -> Response:
        response = send(method, url, headers, body)
        self.sent.append((method, url.removeprefix(self.url), response.status))
        return response


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer that is late counts as failed after five seconds; a busy machine is not what is tried here."""
    monkeypatch.setattr("deploy.sending.TIMEOUT_SECONDS", 60)


def test_it_makes_a_row_deletes_it_and_reads_lists(service: Service) -> None:
    traffic = Traffic(service, address=service.url)
    while len(traffic.sent) < 3:
        traffic.visitor.visit("blue", seconds=0.1)
    made, deleted, read, *_ = traffic.sent
    assert made == ("POST", RESOURCE.path, 201)
    assert (deleted[0], deleted[2]) == ("DELETE", 204)
    assert deleted[1].startswith(f"{RESOURCE.path}/")
    assert (read[0], read[1].partition("?")[0], read[2]) == ("GET", RESOURCE.path, 200)
    assert traffic.visitor.failed_share(at_least=1) == 0


def test_without_an_address_it_reads_a_page_that_needs_no_token(service: Service) -> None:
    visitor = Traffic(service, address="").visitor
    visitor.visit("blue", seconds=0.1)
    assert visitor.sent
    assert visitor.failed == 0


def test_what_the_service_does_not_serve_counts_as_failed(
    service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    description = tmp_path / "resource.toml"
    description.write_text('path = "/invoices"\n[example]\n')
    monkeypatch.setattr("deploy.visitor.RESOURCE", description)
    traffic = Traffic(service, address=service.url)
    traffic.visitor.visit("blue", seconds=0.1)
    assert traffic.sent[0] == ("POST", "/invoices", 404)
    assert traffic.visitor.failed_share(at_least=1) == 1
