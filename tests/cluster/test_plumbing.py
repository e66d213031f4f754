"""The tools of the cluster tests, without a cluster: what they make of what a real kubectl (1.36) printed."""

import json
import os
from pathlib import Path

import pytest

from tests.cluster import kubectl, overlays, room
from tests.cluster.conftest import words
from tests.cluster.overlays import Image

LOAD = Path(__file__).with_name("load.py")
DIGEST = "sha256:" + "0" * 64


@pytest.mark.parametrize(
    ("reference", "image"),
    [
        ("todo", Image("todo", "latest")),
        ("service:test", Image("service", "test")),
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
    monkeypatch.setenv("SERVICE_IMAGE", "service:test")
    monkeypatch.setenv("POSTGRES_IMAGE", "localhost/postgres:mine")
    suffix = "-0123456789ab" if part in {"migrate", "smoke-green"} else ""
    (tmp_path / "kustomization.yaml").write_text(json.dumps(overlays.kustomization(part, tmp_path, suffix)))
    rendered = kubectl.run("kustomize", str(tmp_path))
    if part == "shared":
        assert "image: localhost/postgres:mine" in rendered
    else:
        assert "image: service:test" in rendered
        assert "imagePullPolicy: Never" in rendered
    assert not suffix or f"name: {part}{suffix}\n" in rendered


SLICES = """[
  {"endpoints": [
    {"addresses": ["10.244.0.5"], "conditions": {"ready": true, "serving": true, "terminating": false},
     "targetRef": {"kind": "Pod", "name": "web-blue-848599fb9d-b64k2", "namespace": "service"}},
    {"addresses": ["10.244.0.6"], "conditions": {"ready": false, "serving": true, "terminating": true},
     "targetRef": {"kind": "Pod", "name": "web-blue-848599fb9d-l6mst", "namespace": "service"}}]},
  {"endpoints": null}
]"""


def test_only_ready_endpoints_count() -> None:
    assert overlays.ready_pods(json.loads(SLICES)) == {"web-blue-848599fb9d-b64k2"}


PODS = """[
  {"metadata": {"name": "web-blue-1"}, "status": {"conditions": [{"type": "PodScheduled", "status": "True"}],
    "containerStatuses": [{"ready": false, "state": {"waiting": {"reason": "ErrImageNeverPull",
      "message": "Container image \\"service:test\\" is not present with pull policy of Never"}}}]}},
  {"metadata": {"name": "web-blue-2"}, "status": {"conditions": [{"type": "PodScheduled", "status": "False",
    "message": "0/1 nodes are available: 1 Insufficient cpu."}]}},
  {"metadata": {"name": "web-blue-3"}, "status": {"conditions": [],
    "containerStatuses": [{"ready": true, "state": {"running": {}}}]}}
]"""


def test_a_pod_that_is_not_ready_says_why() -> None:
    assert overlays.waiting(json.loads(PODS)).splitlines() == [
        'web-blue-1: ErrImageNeverPull: Container image "service:test" is not present with pull policy of Never',
        "web-blue-2 is not scheduled: 0/1 nodes are available: 1 Insufficient cpu.",
    ]


def test_a_rollout_that_fails_says_what_its_pods_wait_for(fake: Path) -> None:
    (fake / "pods.json").write_text(f'{{"items": {PODS}}}')
    (fake / "answers").write_text(
        f'case "$*" in get*) cat {fake}/pods.json;; *) echo "error: timed out waiting" >&2; exit 1;; esac'
    )
    with pytest.raises(AssertionError, match=r"(?s)timed out waiting.*ErrImageNeverPull"):
        overlays.rolled_out("deployment/web-blue")


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
    with kubectl.forwarded("service/web", 80) as url:
        assert url == "http://127.0.0.1:40123"
        pid = int((fake / "pid").read_text())
        os.kill(pid, 0)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_a_forward_to_nothing_says_why(fake: Path) -> None:
    (fake / "answers").write_text('echo "error: unable to forward port because pod is not running" >&2; exit 1')
    with pytest.raises(kubectl.KubectlError, match="pod is not running"), kubectl.forwarded("service/web", 80):
        pass


def labelled(environment: str) -> str:
    manifest = json.dumps({"metadata": {"labels": {"service/environment": environment}}})
    return f"case \"$*\" in *json*) echo '{manifest}';; get*) echo namespace/service;; esac"


def test_a_namespace_of_another_environment_is_not_touched(fake: Path) -> None:
    (fake / "answers").write_text(labelled("prod"))
    with pytest.raises(AssertionError, match=r"of the environment 'prod'.*Use another cluster"):
        room.remove_own()
    assert not [each for each in words(fake) if each.startswith("delete")]


def test_a_namespace_left_by_an_earlier_run_is_deleted(fake: Path) -> None:
    (fake / "answers").write_text(labelled("local"))
    room.remove_own()
    assert words(fake)[-1] == f"delete namespace service --timeout={room.DELETE_SECONDS}s"


def test_no_namespace_is_no_trouble(fake: Path) -> None:
    (fake / "answers").write_text("true")
    room.remove_own()
    assert words(fake) == ["get namespace service --ignore-not-found -o name"]
