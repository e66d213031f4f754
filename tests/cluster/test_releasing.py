"""The copies that the release tests break, without a cluster: what kustomize makes of them."""

from pathlib import Path

import pytest

from deploy.release_file import ReleaseFile
from tests.cluster import kubectl
from tests.cluster.releasing import QUICK, Tool


@pytest.fixture
def tool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tool:
    monkeypatch.setenv("POSTGRES_IMAGE", "localhost/postgres:mine")
    return Tool(tmp_path)


def rendered(tool: Tool, overlay: str) -> str:
    return kubectl.run("kustomize", str(tool.folder / "kustomize/overlays/local" / overlay))


def test_a_fault_is_in_the_configuration_of_one_colour(tool: Tool) -> None:
    tool.fault("green", "errors")
    tool.fault("green", "crash")
    assert "FAULTS: crash\n" in rendered(tool, "green")
    assert "FAULTS" not in rendered(tool, "blue")


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
