"""A real kubectl before an API server that behaves badly: whose silence is whose.

The server here knows three paths; that a real one answers them so is apimachinery's word, not shown here.
"""

import http.server
import io
import json
import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy import kubectl as module
from deploy.failures import CLUSTER_UNREACHABLE, Failure
from deploy.kubectl import Kubectl, KubectlError, execute
from deploy.progress import Clock, Progress
from deploy.visitor import UNAUTHORIZED

UNREACHED = {
    "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure", "reason": "ServiceUnavailable",
    "message": "error trying to reach service: dial tcp 10.0.0.1:8000: i/o timeout", "code": 503,
}  # fmt: skip


ANSWERS = {"/unroutable": (503, UNREACHED), "/guarded": (401, {"title": "Unauthorized"}), "/broken": (500, {})}


class ApiServer(http.server.BaseHTTPRequestHandler):
    released = threading.Event()

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if path == "/hangs":
            self.released.wait(30)
            return
        status, answer = ANSWERS.get(path, (200, {"major": "1"}))
        body = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def kubectl(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Kubectl]:
    ApiServer.released.clear()
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), ApiServer) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        cluster = {"name": "one", "cluster": {"server": f"http://127.0.0.1:{server.server_port}"}}
        context = {"name": "one", "context": {"cluster": "one", "user": ""}}
        config = {"apiVersion": "v1", "kind": "Config", "current-context": "one"}
        (tmp_path / "config").write_text(json.dumps({**config, "clusters": [cluster], "contexts": [context]}))
        monkeypatch.setenv("KUBECONFIG", str(tmp_path / "config"))
        monkeypatch.setenv("PATH", f"{Path(sys.prefix) / 'bin'}:{os.environ['PATH']}")
        clock = Clock()
        monkeypatch.setattr(module, "PATIENCE_SECONDS", 0)
        yield Kubectl(execute, Progress(io.StringIO(), clock), clock)
        ApiServer.released.set()
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("path", ["/hangs", "/unroutable"])
def test_a_silent_service_is_told_from_a_silent_cluster(kubectl: Kubectl, path: str) -> None:
    with pytest.raises(KubectlError):
        kubectl.ask(path, seconds=1)
    assert kubectl.ask("/version", seconds=15) == '{"major": "1"}'


def test_a_cluster_that_is_away_is_no_silent_service(kubectl: Kubectl, monkeypatch: pytest.MonkeyPatch) -> None:
    config = Path(os.environ["KUBECONFIG"])
    config.write_text(config.read_text().replace("http://127.0.0.1:", "http://127.0.0.1:1#"))
    with pytest.raises(Failure) as failure:
        kubectl.ask("/version", seconds=1)
    assert failure.value.kind is CLUSTER_UNREACHABLE


def test_a_service_that_wants_a_token_is_told_from_one_that_is_broken(kubectl: Kubectl) -> None:
    """The bake's own requests need no token: 401 shows that somebody has looked at them."""
    with pytest.raises(KubectlError, match=UNAUTHORIZED):
        kubectl.ask("/guarded", seconds=15)
    with pytest.raises(KubectlError) as broken:
        kubectl.ask("/broken", seconds=15)
    assert UNAUTHORIZED not in str(broken.value)


def test_a_program_that_is_not_there_is_said_to_be_missing() -> None:
    assert execute(["no-such-program"]) == (127, "", "no-such-program is not installed here: it is not in PATH.")
