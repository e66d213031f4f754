"""The steps of an installation, in the order in which they need each other. Each may be repeated."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from installer import charts, values
from installer.commands import CommandError, Runner
from installer.releases import Release

# A field that somebody changed by hand goes back to what the file says.
APPLY = ["kubectl", "apply", "--server-side", "--force-conflicts", "--field-manager=platform", "--filename"]
HELM_TIMEOUT = "8m"  # an image of 300 MB on a cold node, twice


@dataclass(frozen=True)
class Step:
    """A part of the platform: what it is called on the terminal, and how it is brought about."""

    name: str
    act: Callable[[], None]


class Installation:
    """One run for one environment. Filled-in files lie in .local/platform/<env>/, where the commands name them."""

    def __init__(self, root: Path, environment: str, runner: Runner) -> None:
        self._root, self._environment, self._runner = root, environment, runner
        self._account = values.load(root / "kustomize" / "overlays" / environment / "values.env")
        self._folder = Path(".local") / "platform" / environment

    def check_cluster(self) -> None:
        """Raise CommandError when kubectl speaks to another cluster than the one whose values are put in."""
        wanted, context = self._account["CLUSTER_NAME"], self._runner.read(["kubectl", "config", "current-context"])
        # `make kubeconfig` names the context so; the AWS CLI alone, by the cluster's ARN.
        if context.strip().rpartition("/")[2] != wanted:
            raise CommandError(
                f"kubectl speaks to {context.strip()}, not to {wanted}: "
                f'eval "$(make -s kubeconfig ENV={self._environment})"'
            )

    def steps(self, releases: list[Release]) -> list[Step]:
        """Return all steps, after having written every file: a missing value stops the run before it began."""
        self._folder.mkdir(parents=True, exist_ok=True)
        found = [self._objects("namespaces, roles, logging", Path("platform") / "cluster" / self._environment)]
        for release in releases:
            if release.when and not self._account.get(release.when):
                found.append(Step(f"{release.name}: left out, {release.when} is empty", lambda: None))
            else:
                found.append(self._release(release))
        return [
            *found,
            self._objects("rules, dashboards, scraping", Path("platform") / "monitoring" / self._environment),
        ]

    def install(self, steps: list[Step]) -> None:
        """Bring the steps about one after the other, with a line before each and its time after it."""
        for number, step in enumerate(steps, 1):
            self._runner.say(f"[{number}/{len(steps)}] {step.name}")
            started = time.monotonic()
            step.act()
            if not self._runner.dry_run:
                self._runner.say(f"  done in {time.monotonic() - started:.0f} s")

    def _objects(self, name: str, source: Path) -> Step:
        rendered = self._runner.read(["kubectl", "kustomize", str(self._root / source)])
        file = self._written(f"{source.parts[1]}.yaml", rendered, source)
        return Step(name, lambda: self._runner.run([*APPLY, str(file)]))

    def _release(self, release: Release) -> Step:
        common = Path(release.values)
        own = common.with_suffix(f".{self._environment}.yaml")
        sources = [common, *([own] if (self._root / own).exists() else [])]
        files = [self._written(source.name, (self._root / source).read_text(), source) for source in sources]

        def act() -> None:
            archive = charts.fetch(release, self._folder, self._runner)
            command = ["helm", "upgrade", "--install", release.name, str(archive), "--namespace", release.namespace]
            for file in files:
                command += ["--values", str(file)]
            # Waits until all is ready; a failed upgrade goes back to what ran, a failed first one goes away.
            self._runner.run([*command, "--history-max", "5", "--rollback-on-failure", "--timeout", HELM_TIMEOUT])
            if release.ready:
                self._runner.run(["kubectl", *release.ready])

        return Step(f"{release.name} {release.version}", act)

    def _written(self, name: str, text: str, source: Path) -> Path:
        file = self._folder / name
        file.write_text(values.substitute(text, self._account, file=source))
        return file
