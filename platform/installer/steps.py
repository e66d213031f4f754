"""The steps of an installation, in the order in which they need each other. Each may be repeated."""

import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from environments import Environment
from installer.commands import CommandError, Runner
from installer.objects import of_monitoring
from installer.releases import Release

# A field that somebody changed by hand goes back to what the file says.
SERVER_SIDE = ["--server-side", "--force-conflicts", "--field-manager=platform", "--filename"]
HELM_TIMEOUT = "8m"  # an image of 300 MB on a cold node, twice
# Capitals alone: Grafana's and Fluent Bit's own ${…} in the same files are lower case, or hold a dot.
REFERENCE = re.compile(r"\$\{([A-Z][A-Z0-9_]*)\}")
PLACEHOLDER = re.compile(r"\bexample-org\b")
WRITTEN_IN = {"REPOSITORY": "project.json", "GRAFANA": "environments/{}.ini"}


class ValueMissingError(ValueError):
    """A file asks for a value that is missing."""


@dataclass(frozen=True)
class Step:
    """A part of the platform: what it is called on the terminal, and how it is brought about."""

    name: str
    act: Callable[[], None]


class Installation:
    """One run for one environment. Filled-in files lie in .local/platform/<env>/, where the commands name them."""

    def __init__(self, environment: Environment, runner: Runner, *, compare: bool = False) -> None:
        self._environment, self._root, self._runner, self._compare = environment, environment.root, runner, compare
        project = json.loads((self._root / "project.json").read_text())
        links = {"REPOSITORY": project["repository"], "GRAFANA": environment.values.get("alerts", "grafana")}
        self._account = environment.account() | links
        self._options = [Path("platform") / "options" / name for name in environment.folders("platform", "options")]
        self._folder = Path(".local") / "platform" / environment.name

    def check_cluster(self) -> None:
        """Raise CommandError when kubectl speaks to another cluster than the one whose values are put in."""
        wanted, context = self._account["CLUSTER_NAME"], self._runner.read(["kubectl", "config", "current-context"])
        # `make kubeconfig` names the context so; the AWS CLI alone, by the cluster's ARN.
        if context.strip().rpartition("/")[2] != wanted:
            raise CommandError(
                f"kubectl speaks to {context.strip()}, not to {wanted}: "
                f'eval "$(make -s kubeconfig ENV={self._environment.name})"'
            )

    def steps(self, releases: list[Release]) -> list[Step]:
        """Return all steps, after having written every file: a missing value stops the run before it began."""
        self._folder.mkdir(parents=True, exist_ok=True)
        cluster = self._rendered(Path("platform") / "cluster")
        found = [self._objects("namespaces, roles, logging", "cluster", cluster)]
        for release in releases:
            if release.when and not self._account.get(release.when):
                found.append(Step(f"{release.name}: left out, {release.when} is empty", lambda: None))
            else:
                found.append(self._release(release))
        folders = [Path("monitoring"), *(each for each in self._options if self._exists(each, "kustomization.yaml"))]
        texts = [of_monitoring(self._root / "monitoring"), *(self._rendered(each) for each in folders)]
        return [*found, self._objects("rules, dashboards, scraping", "monitoring", "---\n".join(texts))]

    def install(self, steps: list[Step]) -> None:
        """Bring the steps about one after the other, with a line before each and its time after it."""
        for number, step in enumerate(steps, 1):
            self._runner.say(f"[{number}/{len(steps)}] {step.name}")
            started = time.monotonic()
            step.act()
            if not self._runner.dry_run:
                self._runner.say(f"  done in {time.monotonic() - started:.0f} s")

    def _exists(self, folder: Path, name: str) -> bool:
        return (self._root / folder / name).exists()

    def _rendered(self, folder: Path) -> str:
        return self._runner.read(["kubectl", "kustomize", str(self._root / folder)])

    def _objects(self, name: str, source: str, text: str) -> Step:
        file = self._written(f"{source}.yaml", text, Path(source))
        if self._compare:
            return Step(name, lambda: self._runner.compare(["kubectl", "diff", *SERVER_SIDE, str(file)]))
        return Step(name, lambda: self._runner.run(["kubectl", "apply", *SERVER_SIDE, str(file)]))

    def _release(self, release: Release) -> Step:
        own = [each / f"{release.name}.yaml" for each in self._options if self._exists(each, f"{release.name}.yaml")]
        texts = {source: (self._root / source).read_text() for source in (Path(release.values), *own)}
        files = [
            self._written(source.name if source not in own else f"{source.parent.name}.{source.name}", text, source)
            for source, text in texts.items()
        ]

        def act() -> None:
            archive = release.fetch(self._folder, self._runner)
            chart = [release.name, str(archive), "--namespace", release.namespace]
            chart += [word for file in files for word in ("--values", str(file))]
            if self._compare:
                rendered = self._folder / f"{release.name}.rendered.yaml"
                self._runner.run(["helm", "template", *chart, "--no-hooks"], into=rendered)
                namespace = ["--namespace", release.namespace]
                return self._runner.compare(["kubectl", "diff", *namespace, "--filename", str(rendered)])
            # Waits until all is ready; a failed upgrade goes back to what ran, a failed first one goes away.
            more = ["--history-max", "5", "--rollback-on-failure", "--timeout", HELM_TIMEOUT]
            self._runner.run(["helm", "upgrade", "--install", *chart, *more])
            if release.ready:
                self._runner.run(["kubectl", *release.ready])
            return None

        return Step(f"{release.name} {release.version}", act)

    def _written(self, name: str, text: str, source: Path) -> Path:
        file = self._folder / name
        wanted = set(REFERENCE.findall(text))
        if missing := sorted(key for key in wanted if not self._account.get(key)):
            raise ValueMissingError(
                f"{source} needs {', '.join(missing)}, which values.env does not hold: make values ENV=… and commit it"
            )
        if left := sorted(key for key in wanted if PLACEHOLDER.search(self._account[key])):
            place = WRITTEN_IN[left[0]].format(self._environment.name)
            raise ValueMissingError(
                f"{source} needs {left[0]}, which is still a placeholder ({self._account[left[0]]}): write your own "
                f"into {place}, or links in alerts lead nowhere"
            )
        file.write_text(REFERENCE.sub(lambda reference: self._account[reference[1]], text))
        return file
