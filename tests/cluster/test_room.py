"""A cluster without room, and an image that the release tool refuses, stop the tests before anything is made."""

import json
from pathlib import Path

import pytest
import yaml

from tests.cluster import conftest, kubectl, overlays, room
from tests.cluster.conftest import words
from tests.cluster.load_pod import manifest


def requests(part: str, tmp_path: Path) -> dict[str, int]:
    """Return kind → thousandths of a CPU that a pod of a rendered part asks for."""
    (tmp_path / "kustomization.yaml").write_text(json.dumps(overlays.kustomization(part, tmp_path)))
    things = yaml.safe_load_all(kubectl.run("kustomize", str(tmp_path)))
    return {
        each["kind"]: sum(
            room.millicpus(c["resources"]["requests"]["cpu"]) for c in each["spec"]["template"]["spec"]["containers"]
        )
        for each in things
        if "template" in each.get("spec", {})
    }


def test_the_room_that_is_asked_for_is_what_the_pods_ask_for_also_while_they_drain(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SERVICE_IMAGE", "service:test")
    web, postgresql = requests("blue", tmp_path)["Deployment"], requests("shared", tmp_path)["StatefulSet"]
    assert requests("smoke-green", tmp_path)["Job"] == web, "either fills the fifth place"
    load = room.millicpus(manifest("load", "", "")["spec"]["containers"][0]["resources"]["requests"]["cpu"])
    assert 5 * web + postgresql + load == room.NEEDED
    assert 7 * web + postgresql + load == room.PEAK, "two that drain keep their requests"


def nodes_with(cpu: str, taken: str, namespace: str = "kube-system") -> str:
    pod = {
        "metadata": {"namespace": namespace},
        "status": {"phase": "Running"},
        "spec": {"containers": [{"resources": {"requests": {"cpu": taken}}}, {"resources": {}}]},
    }
    nodes, pods = json.dumps({"items": [{"status": {"allocatable": {"cpu": cpu}}}]}), json.dumps({"items": [pod]})
    return f"case \"$*\" in get\\ nodes*) echo '{nodes}';; get\\ pods*) echo '{pods}';; esac"


@pytest.mark.parametrize(
    ("cpu", "taken", "namespace"),
    [("4", "950m", "kube-system"), ("2550m", "950m", "kube-system"), ("2", "1", "service")],
)
def test_nodes_have_room_when_what_others_leave_is_enough(fake: Path, cpu: str, taken: str, namespace: str) -> None:
    (fake / "answers").write_text(nodes_with(cpu, taken, namespace))
    assert room.lack() == ""


def test_nodes_without_room_are_said_to_have_none(fake: Path) -> None:
    (fake / "answers").write_text(nodes_with("2", "950m"))
    assert "have 2.00 CPUs, of which other pods ask for 0.95; these tests need 1.60 more, and 2.10 so" in room.lack()


def looked_at(monkeypatch: pytest.MonkeyPatch, image: str) -> None:
    """Do what the fixture `cluster` does."""
    monkeypatch.setenv("KUBECONFIG", "somewhere")
    monkeypatch.setenv("SERVICE_IMAGE", image)
    conftest.cluster.__wrapped__()  # type: ignore[attr-defined]


def test_a_small_cluster_stops_the_tests_before_anything_is_made(fake: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (fake / "answers").write_text(nodes_with("2", "950m"))
    with pytest.raises(pytest.fail.Exception, match="Use a larger machine"):
        looked_at(monkeypatch, "service:test")
    assert {each.split()[0] for each in words(fake)} == {"version", "get"}


@pytest.mark.parametrize("image", ["todo", "service:latest", "localhost:5000/todo"])
def test_an_image_that_the_release_tool_refuses_stops_the_tests_at_once(
    fake: Path, monkeypatch: pytest.MonkeyPatch, image: str
) -> None:
    with pytest.raises(ValueError, match=f"{image} does not name one build"):
        looked_at(monkeypatch, image)
    assert not (fake / "words").exists()
