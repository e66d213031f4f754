"""The copies that the release tests break, without a cluster: what kustomize makes of them."""

from pathlib import Path

import pytest

from deploy.checkout import Settings
from tests.cluster import conftest, kubectl
from tests.cluster.releasing import LONGEST_SECONDS, QUICK, Tool


@pytest.fixture
def tool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tool:
    monkeypatch.setenv("POSTGRES_IMAGE", "localhost/postgres:mine")
    return Tool(tmp_path)


def rendered(tool: Tool, overlay: str) -> str:
    return kubectl.run("kustomize", str(tool.folder / "kustomize/overlays/local" / overlay))


def test_a_fault_is_in_the_configuration_of_the_next_release(tool: Tool) -> None:
    tool.fault("errors")
    tool.fault("crash")
    for colour in ("blue", "green"):
        assert "FAULTS: crash\n" in rendered(tool, colour)
        assert "errors" not in rendered(tool, colour)


@pytest.mark.parametrize("job", ["migrate", "smoke"])
def test_a_job_may_run_something_else(tool: Tool, job: str) -> None:
    tool.job_runs(job, "raise SystemExit('no')")
    assert "raise SystemExit('no')" in rendered(tool, "smoke-blue" if job == "smoke" else job)


def test_the_database_is_of_the_image_that_the_node_has(tool: Tool) -> None:
    assert "image: localhost/postgres:mine\n" in rendered(tool, "shared")


def test_the_settings_are_the_committed_ones_with_shorter_times(tool: Tool) -> None:
    settings = Settings.read(tool.folder / "deploy/release.ini", "local")
    # A section of the environment may be longer than what stands before it.
    assert {name: getattr(settings, name) for name in QUICK} == QUICK


def test_the_tool_runs_in_its_copy_and_the_moment_of_each_command_is_known(
    tool: Tool, fake: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (fake / "answers").write_text("echo '{\"items\": []}'")
    monkeypatch.setattr(kubectl, "program", lambda: str(fake / "kubectl"))
    said = tool.run("status")
    assert (said.code, "local: nothing is live" in said.text) == (0, True), said.text
    assert said.at <= said.given("get ingresses") <= said.at + said.seconds
    with pytest.raises(StopIteration):
        said.given("apply -k")


class Item:
    """A test of a cluster, as far as the hook looks at it."""

    def __init__(self) -> None:
        self.markers: dict[str, pytest.Mark] = {"cluster": pytest.mark.cluster.mark}

    def get_closest_marker(self, name: str) -> pytest.Mark | None:
        return self.markers.get(name)

    def add_marker(self, marker: pytest.MarkDecorator) -> None:
        self.markers[marker.name] = marker.mark


def test_a_test_of_a_cluster_has_the_time_of_several_releases(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in conftest.NEEDED:
        monkeypatch.setenv(name, "there")
    item = Item()
    conftest.pytest_collection_modifyitems([item])  # type: ignore[list-item]
    assert item.markers["timeout"].args[0] > 2 * LONGEST_SECONDS


def test_without_a_cluster_its_tests_fail_and_the_last_line_says_what_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in conftest.NEEDED:
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(pytest.exit.Exception, match="nothing was tested: set KUBECONFIG and SERVICE_IMAGE") as ended:
        conftest.pytest_collection_modifyitems([Item()])  # type: ignore[list-item]
    assert ended.value.returncode == 1
