"""A copy of platform/ with scripted kubectl and Helm before the real ones in PATH."""

import hashlib
import os
import re
import shlex
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from environments import load, with_account
from tests.kustomize.rendering import kubectl, render
from tests.terraform.processes import Finished, run

ROOT = Path(__file__).parents[2]
NAMES = [each.name for each in with_account()]
SAMPLE = next(each.name for each in with_account() if each.production)
KEYS = re.findall(r"^[A-Z]\w*$", (ROOT / "terraform/values.keys").read_text(), re.MULTILINE)

# Writes down how it was called. `kubectl kustomize` is the real one where the stage has not rendered a folder, `helm
# pull` leaves a chart, $FAIL fails. In sh: it starts in a tenth of the time of Python, and there are some thirty calls.
SCRIPTED = r"""#!/bin/sh
call="${0##*/} $*"
case "$call" in
"kubectl kustomize "*) if [ -f "$2/rendered" ]; then exec cat "$2/rendered"; fi; exec "$REAL_KUBECTL" "$@" ;;
"kubectl config current-context"*) echo "${CONTEXT:-cluster_name}"; exit ;;
esac
{ printf '%s\037' "${0##*/}" "$@"; printf '\036'; } >>"$CALLS"
case "$call" in
*"${FAIL:-nothing fails}"*) echo "error: timed out waiting for the condition" >&2; exit "${STATUS:-1}" ;;
"helm pull "*)
    chart=$2
    while [ $# -gt 1 ]; do
        case "$1" in --version) version=$2 ;; --destination) folder=$2 ;; esac
        shift
    done
    printf '%s' "$chart $version${TAMPERED:-}" >"$folder/$chart-$version.tgz"
    ;;
esac
"""


@dataclass
class Stage:
    """A repository of its own, and a record of what ran."""

    folder: Path
    environment: str

    @property
    def calls(self) -> list[list[str]]:
        """The commands of kubectl and helm so far, in order; reading forgets them."""
        file = self.folder / "calls"
        found = [call.split("\x1f")[:-1] for call in file.read_text().split("\x1e")[:-1]] if file.exists() else []
        file.unlink(missing_ok=True)
        return found

    @property
    def values(self) -> Path:
        """The account's values."""
        return self.folder / "kustomize/overlays" / self.environment / "values.env"

    def install(self, *arguments: str, **variables: str) -> Finished:
        """Run the installer as `make platform` does."""
        environment = os.environ | {
            "PATH": f"{self.folder / 'path'}:/usr/bin:/bin",
            "PYTHONPATH": f"{self.folder / 'platform'}{os.pathsep}{self.folder}",
            "CALLS": str(self.folder / "calls"),
            "REAL_KUBECTL": kubectl(),
        }
        command = [sys.executable, "-m", "installer", "--env", self.environment, *arguments]
        return run(command, timeout=60, folder=self.folder, environment=environment | variables)


def build(folder: Path, environment: str, *, without: tuple[str, ...] = ()) -> Stage:
    """Copy what the installer reads; charts get the digests of what the scripted helm leaves."""
    shutil.copytree(ROOT / "platform", folder / "platform", ignore=shutil.ignore_patterns("__pycache__"))
    releases = folder / "platform/releases.yaml"
    named = re.sub(
        r"(name: (\S+)\n(?:.*\n)*?    version: (\S+)\n    digest: )\w+",
        lambda found: found[1] + hashlib.sha256(f"{found[2]} {found[3]}".encode()).hexdigest(),
        releases.read_text(),
    )
    releases.write_text(named)
    (folder / "monitoring/helm").mkdir(parents=True)
    (folder / "platform/cluster/rendered").write_text(render(ROOT / "platform/cluster").text)
    (folder / "monitoring/rendered").write_text("kind: PodMonitor\nmetadata: {name: web}\n")
    for name, text in (("rules/slo.yaml", "groups: []\n# ${REPOSITORY}\n"), ("dashboards/home.json", '"${GRAFANA}"')):
        (folder / "monitoring" / name).parent.mkdir()
        (folder / "monitoring" / name).write_text(text)
    (folder / "project.json").write_text('{"repository": "https://git.test/service"}')
    for name in ("environments", "deploy"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for each in load().values():
        values = folder / f"environments/{each.name}.ini"
        values.write_text(values.read_text().replace("grafana.example-org.com", "grafana.test"))
        (folder / "kustomize/overlays" / each.name).mkdir(parents=True)
        settings = f"terraform/envs/{each.name}/settings.auto.tfvars"
        if each.has_account:
            (folder / settings).parent.mkdir(parents=True)
            shutil.copy(ROOT / settings, folder / settings)
    for name in ("kube-prometheus-stack", "fluent-bit"):
        (folder / f"monitoring/helm/{name}.yaml").write_text("region: ${AWS_REGION}\nquery: ${datasource}\n")
    stage = Stage(folder, environment)
    stage.values.write_text("# made up\n" + "".join(f"{key}={key.lower()}\n" for key in KEYS if key not in without))
    (folder / "path").mkdir()
    for tool in ("kubectl", "helm"):
        (folder / "path" / tool).write_text(SCRIPTED)
        (folder / "path" / tool).chmod(0o755)
    return stage


def commands(output: str) -> list[list[str]]:
    """The commands that the installer printed."""
    return [shlex.split(line[4:]) for line in output.splitlines() if line.startswith("  $ ")]
