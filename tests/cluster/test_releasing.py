"""The copies that the release tests break, without a cluster: what kustomize makes of them."""

import io
from pathlib import Path

import pytest
from deploy.release_file import ReleaseFile

from deploy.progress import Progress
from tests.cluster import kubectl
from tests.cluster.releasing import QUICK, Said, Tool


class Still:
    """A clock that stands."""

    def __init__(self, now: float) -> None:
        self._now = now

    def now(self) -> float:
        return self._now

    def sleep(self, seconds: float) -> None:
        """Let no time pass."""


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


def test_the_release_file_is_the_committed_one_with_shorter_times(tool: Tool) -> None:
    file = ReleaseFile.read(tool.folder / "release.toml", "local")
    # A table of the environment may be longer than what stands before it.
    assert {name: getattr(file, name) for name in QUICK} == QUICK


def test_the_moment_of_a_command_is_read_from_what_the_tool_says_to_machines() -> None:
    out = io.StringIO()
    progress = Progress(out, Still(1_795_000_000.25), machine=True)
    progress.command(("kubectl", "get", "services"))
    progress.waiting("kubectl apply -k is still to come")
    Progress(out, Still(1_795_000_001.5), machine=True).command(("kubectl", "apply", "-k", "traffic-blue"))
    said = Said(0, out.getvalue(), 1.5, 1_795_000_000.0)
    assert (said.given("kubectl"), said.given("apply -k")) == (1_795_000_000.25, 1_795_000_001.5)
