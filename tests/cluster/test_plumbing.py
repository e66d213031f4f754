"""The tools of the cluster tests, without a cluster: what they make of what a real kubectl (1.36) printed."""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.cluster import kubectl, load_pod, namespace, overlays
from tests.cluster.image import Image

LOAD = Path(__file__).with_name("load.py")
DIGEST = "sha256:" + "0" * 64


@pytest.mark.parametrize(
    ("reference", "image"),
    [
        ("todo", Image("todo", "latest")),
        ("todo:test", Image("todo", "test")),
        ("localhost:5000/todo", Image("localhost:5000/todo", "latest")),
        ("localhost:5000/todo:test", Image("localhost:5000/todo", "test")),
        (f"registry/todo@{DIGEST}", Image("registry/todo", digest=DIGEST)),
        (f"registry:5000/todo:test@{DIGEST}", Image("registry:5000/todo", digest=DIGEST)),
    ],
)
def test_an_image_is_taken_apart(reference: str, image: Image) -> None:
    assert Image.parsed(reference) == image


@pytest.mark.parametrize("part", ["blue", "migrate", "prune", "smoke-green", "shared"])
def test_a_part_is_rendered_with_the_images_of_the_environment_and_never_pulled(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, part: str
) -> None:
    monkeypatch.setenv("TODO_IMAGE", "todo:test")
    monkeypatch.setenv("POSTGRES_IMAGE", "localhost/postgres:mine")
    suffix = "-0123456789ab" if part in {"migrate", "smoke-green"} else ""
    (tmp_path / "kustomization.yaml").write_text(json.dumps(overlays.kustomization(part, tmp_path, suffix)))
    rendered = kubectl.run("kustomize", str(tmp_path))
    if part == "shared":
        assert "image: localhost/postgres:mine" in rendered
    else:
        assert "image: todo:test" in rendered
        assert "imagePullPolicy: Never" in rendered
    assert not suffix or f"name: todo-{part}{suffix}\n" in rendered


SLICES = """[
  {"endpoints": [
    {"addresses": ["10.244.0.5"], "conditions": {"ready": true, "serving": true, "terminating": false},
     "targetRef": {"kind": "Pod", "name": "todo-blue-848599fb9d-b64k2", "namespace": "todo"}},
    {"addresses": ["10.244.0.6"], "conditions": {"ready": false, "serving": true, "terminating": true},
     "targetRef": {"kind": "Pod", "name": "todo-blue-848599fb9d-l6mst", "namespace": "todo"}}]},
  {"endpoints": null}
]"""


def test_only_ready_endpoints_count() -> None:
    assert overlays.ready_pods(json.loads(SLICES)) == {"todo-blue-848599fb9d-b64k2"}


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Put a kubectl in place that writes down its words, and does what the file `answers` (shell) says."""
    script = tmp_path / "kubectl"
    script.write_text(
        f'#!/bin/sh\nshift 2\necho "$*" >> {tmp_path}/words\necho $$ > {tmp_path}/pid\n. {tmp_path}/answers\n'
    )
    script.chmod(0o755)
    monkeypatch.setattr(kubectl, "program", lambda: str(script))
    return tmp_path


def words(fake: Path) -> list[str]:
    return (fake / "words").read_text().splitlines()


def test_a_failure_shows_the_command_and_what_kubectl_said(fake: Path) -> None:
    (fake / "answers").write_text('echo "Error from server (Forbidden): pods is forbidden" >&2; exit 1')
    with pytest.raises(kubectl.KubectlError, match=r"(?s)exit 1: .*get pods.*Forbidden"):
        kubectl.run("get", "pods")


def test_a_warning_does_not_end_up_in_the_data(fake: Path) -> None:
    (fake / "answers").write_text('echo "Warning: old" >&2; echo \'{"items": []}\'')
    assert kubectl.items("pods") == []
    assert "Warning: old" in kubectl.run("apply", warnings=True)


def test_a_command_without_end_is_ended(fake: Path) -> None:
    (fake / "answers").write_text("exec sleep 60")
    with pytest.raises(kubectl.KubectlError, match=r"no end after 1 s"):
        kubectl.run("wait", timeout=1)


def test_a_forward_is_found_by_its_port_and_ended(fake: Path) -> None:
    (fake / "answers").write_text('echo "Forwarding from 127.0.0.1:40123 -> 8000"; exec sleep 60')
    with kubectl.forwarded("service/todo", 80) as url:
        assert url == "http://127.0.0.1:40123"
        pid = int((fake / "pid").read_text())
        os.kill(pid, 0)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_a_forward_to_nothing_says_why(fake: Path) -> None:
    (fake / "answers").write_text('echo "error: unable to forward port because pod is not running" >&2; exit 1')
    with pytest.raises(kubectl.KubectlError, match="pod is not running"), kubectl.forwarded("service/todo", 80):
        pass


def labelled(environment: str) -> str:
    manifest = json.dumps({"metadata": {"labels": {"todo/environment": environment}}})
    return f"case \"$*\" in *json*) echo '{manifest}';; get*) echo namespace/todo;; esac"


def test_a_namespace_of_another_environment_is_not_touched(fake: Path) -> None:
    (fake / "answers").write_text(labelled("prod"))
    with pytest.raises(AssertionError, match=r"of the environment 'prod'.*Use another cluster"):
        namespace.remove_own()
    assert not [each for each in words(fake) if each.startswith("delete")]


def test_a_namespace_left_by_an_earlier_run_is_deleted(fake: Path) -> None:
    (fake / "answers").write_text(labelled("local"))
    namespace.remove_own()
    assert words(fake)[-1] == f"delete namespace todo --timeout={namespace.DELETE_SECONDS}s"


def test_no_namespace_is_no_trouble(fake: Path) -> None:
    (fake / "answers").write_text("true")
    namespace.remove_own()
    assert words(fake) == ["get namespace todo --ignore-not-found -o name"]


def test_load_ends_and_is_read_when_the_block_ends(fake: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TODO_IMAGE", "todo:test")
    result = json.dumps({"counts": {"200": 7}, "failures": []})
    (fake / "answers").write_text(
        f"case \"$*\" in *logs*) echo '{result}';; exec*) touch {fake}/stopped;; "
        f"get*) if [ -e {fake}/stopped ]; then phase=Succeeded; else phase=Running; fi; "
        'echo "{\\"status\\": {\\"phase\\": \\"$phase\\"}}";; esac'
    )
    with load_pod.under_load("http://todo/todos", "token") as load:
        assert load.counts == {}
    assert load.counts == {"200": 7}
    assert words(fake)[-1].startswith("delete pod load-")


def test_load_is_removed_when_the_block_fails(fake: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TODO_IMAGE", "todo:test")
    (fake / "answers").write_text('echo "{\\"status\\": {\\"phase\\": \\"Running\\"}}"')
    with pytest.raises(ZeroDivisionError), load_pod.under_load("http://todo/todos", "token"):
        _ = 1 / 0
    assert words(fake)[-1].startswith("delete pod load-")


class Flaky(BaseHTTPRequestHandler):
    """Answers 200 to the first ten requests, then 503."""

    asked = 0

    def do_GET(self) -> None:
        Flaky.asked += 1
        self.send_response(200 if Flaky.asked <= 10 else 503)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_request(self, *_args: object) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[ThreadingHTTPServer]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Flaky) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_the_load_counts_every_answer_until_it_is_told_to_stop(server: ThreadingHTTPServer, tmp_path: Path) -> None:
    stop = tmp_path / "stop"
    environment = {"URL": f"http://127.0.0.1:{server.server_port}/todos", "TOKEN": "token", "STOP": str(stop)}
    process = subprocess.Popen(
        [sys.executable, "-c", LOAD.read_text()], env={**os.environ, **environment}, stdout=subprocess.PIPE, text=True
    )
    deadline = time.monotonic() + 20
    while Flaky.asked < 20 and time.monotonic() < deadline:
        time.sleep(0.05)
    stop.touch()
    result = json.loads(process.communicate(timeout=20)[0])
    assert result["counts"] == {"200": 10, "503": Flaky.asked - 10}
    assert result["failures"][0].endswith(" 503")


def test_the_load_counts_a_refused_connection(tmp_path: Path) -> None:
    stop = tmp_path / "stop"
    environment = {"URL": "http://127.0.0.1:1/todos", "STOP": str(stop)}
    process = subprocess.Popen(
        [sys.executable, "-c", LOAD.read_text()], env={**os.environ, **environment}, stdout=subprocess.PIPE, text=True
    )
    time.sleep(1)
    stop.touch()
    (said,) = json.loads(process.communicate(timeout=20)[0])["counts"]
    assert said.startswith("ConnectionRefusedError")
