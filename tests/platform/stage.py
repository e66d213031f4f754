"""A copy of platform/ with scripted kubectl and Helm before the real ones in PATH."""

import hashlib
import json
import os
import re
import shlex
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from environments import load, with_account
from tests.stand_ins import beginning
from tests.terraform.processes import Finished, run

ROOT = Path(__file__).parents[2]
NAMES = [each.name for each in with_account()]
SAMPLE = next(each.name for each in with_account() if each.production)
KEYS = re.findall(r"^[A-Z]\w*$", (ROOT / "terraform/values.keys").read_text(), re.MULTILINE)

# Writes down how it was called. `kubectl kustomize` is the real one, `helm pull` leaves a chart, $FAIL fails.
SCRIPTED = """{beginning}import json, os, pathlib, sys
call = [pathlib.Path(sys.argv[0]).name, *sys.argv[1:]]
if call[:2] == ["kubectl", "kustomize"]:
    os.execv(os.environ["REAL_KUBECTL"], call)
if call[:3] == ["kubectl", "config", "current-context"]:
    print(os.environ.get("CONTEXT", "cluster_name"))
    sys.exit()
with open(os.environ["CALLS"], "a") as calls:
    calls.write(json.dumps(call) + "\\n")
if os.environ.get("FAIL") and os.environ["FAIL"] in " ".join(call):
    print("error: timed out waiting for the condition", file=sys.stderr)
    sys.exit(int(os.environ.get("STATUS", "1")))
if call[:2] == ["helm", "pull"]:
    name, version = call[2], call[call.index("--version") + 1]
    archive = pathlib.Path(call[call.index("--destination") + 1]) / f"{{name}}-{{version}}.tgz"
    archive.write_text(f"{{name}} {{version}}" + os.environ.get("TAMPERED", ""))
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
        found = [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []
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
            "REAL_KUBECTL": str(Path(sys.executable).parent / "kubectl"),
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
    (folder / "monitoring/kustomization.yaml").write_text("configMapGenerator: [{name: scraping, literals: [a=b]}]\n")
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
        (folder / "path" / tool).write_text(SCRIPTED.format(beginning=beginning()))
        (folder / "path" / tool).chmod(0o755)
    return stage


def commands(output: str) -> list[list[str]]:
    """The commands that the installer printed."""
    return [shlex.split(line[4:]) for line in output.splitlines() if line.startswith("  $ ")]
