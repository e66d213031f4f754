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

from deploy.failures import CLUSTER_UNREACHABLE, Failure
from deploy.kubectl import Kubectl, KubectlError, execute
from deploy.progress import Progress
from deploy.waiting import SystemClock

UNREACHED = {
    "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure", "reason": "ServiceUnavailable",
    "message": "error trying to reach service: dial tcp 10.0.0.1:8000: i/o timeout", "code": 503,
}  # fmt: skip


class ApiServer(http.server.BaseHTTPRequestHandler):
    released = threading.Event()

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if path == "/hangs":
            self.released.wait(30)
            return
        body = json.dumps(UNREACHED if path == "/unroutable" else {"major": "1"}).encode()
        self.send_response(503 if path == "/unroutable" else 200)
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
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        cluster = {"name": "one", "cluster": {"server": f"http://127.0.0.1:{server.server_port}"}}
        context = {"name": "one", "context": {"cluster": "one", "user": ""}}
        config = {"apiVersion": "v1", "kind": "Config", "current-context": "one"}
        (tmp_path / "config").write_text(json.dumps({**config, "clusters": [cluster], "contexts": [context]}))
        monkeypatch.setenv("KUBECONFIG", str(tmp_path / "config"))
        monkeypatch.setenv("PATH", f"{Path(sys.prefix) / 'bin'}:{os.environ['PATH']}")
        clock = SystemClock()
        yield Kubectl(execute, Progress(io.StringIO(), clock), clock, patience=0)
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
