"""A cluster, a public address and a clock for one test, all in memory; nothing of it sleeps."""

import configparser
import io
import marshal
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from deploy import names, progress
from deploy.__main__ import main
from deploy.kubectl import NOT_INSTALLED, Answer
from deploy.run import World
from deploy.visitor import OVERLOADED, Response
from environments import load
from tests.deploy.scripted import kubectl as scripted
from tests.deploy.scripted.store import EMPTY, Object, Store
from tests.deploy.scripted.workloads import live_colour

ROOT = Path(__file__).resolve().parents[2]
# What the account of prod is called; a clone has other names in it.
PROD = load(ROOT)["prod"].account()
REPOSITORY = PROD["IMAGE_REPOSITORY"]
BEGIN = 1_795_000_000.0

# Short times, so that a test makes few commands; the proportions stay.
QUICK = {"gate_seconds": 10, "bake_seconds": 20, "requests_per_second": 1, "poll_seconds": 5}


def image(letter: str) -> str:
    """Return the reference of a build, named by one hexadecimal digit."""
    return f"{REPOSITORY}@sha256:{letter * 64}"


def checkout(folder: Path) -> Path:
    """Make what a release reads of a checkout, so that a test may change it; the overlays are the real ones."""
    for name in ("deploy", "monitoring", "environments"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    for name in ("kustomize", "deploy/release.ini", "monitoring/bake.json"):
        if not (folder / name).is_symlink():
            (folder / name).symlink_to(ROOT / name)
    return folder


class Clock(progress.Clock):
    def __init__(self) -> None:
        self.time = BEGIN

    def now(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.time += seconds


class Scene:
    """`deploy(…)` runs the tool against the cluster and returns its exit code; `output` is what it has shown."""

    def __init__(self, folder: Path, environment: str = "local", kept: bytes = b"") -> None:
        self.folder, self.environment = folder, environment
        self.clock, self.output = Clock(), ""
        self.content: Object
        self.content, self.clock.time = marshal.loads(kept or marshal.dumps((EMPTY, BEGIN)))  # noqa: S302  our own
        self.aws: Any = None
        self.copies: list[bytes] | None = None  # gets the cluster as it is before each command
        self.who = "eve@laptop"
        checkout(folder)
        self.settings(**QUICK)

    def kept(self) -> bytes:
        """Return the cluster as it is, for another scene to begin with."""
        return marshal.dumps((self.content, self.clock.time))

    def settings(self, **values: object) -> None:
        """Change settings of the release for this test."""
        name, parser = f"environments/{self.environment}.ini", configparser.ConfigParser(interpolation=None)
        file = self.folder / name
        parser.read(file if file.exists() else ROOT / name)
        if not parser.has_section("release"):
            parser.add_section("release")
        for name, value in values.items():
            parser["release"][name] = str(value).lower() if isinstance(value, bool) else str(value)
        with file.open("w") as stream:
            parser.write(stream)

    def deploy(self, command: str, *words: str) -> int:
        out = io.StringIO()
        world = World(self.clock, self.execute, self.answer, out, self.folder, self.who)
        try:
            return main([command, "--env", self.environment, *words], world)
        finally:
            self.output = out.getvalue()

    def release(self, letter: str, *words: str) -> int:
        return self.deploy("release", "--image", image(letter), *words)

    def execute(self, words: Sequence[str]) -> Answer:
        if words[0] == "aws":
            missing = Answer(NOT_INSTALLED, "", "aws is not installed here: it is not in PATH.")
            return missing if self.aws is None else self.aws.answer(words)
        return self.kubectl(words)

    def kubectl(self, words: Sequence[str]) -> Answer:
        if self.copies is not None:
            self.copies.append(self.kept())
        return Answer(*scripted.answer(self.store, list(words[1:])))

    def answer(self, method: str, _url: str, headers: dict[str, str], _body: str) -> Response:
        """The public address: the live colour answers."""
        assert headers["X-Synthetic"] == "1"
        if self.store.faults.get("unreachable"):
            return Response(0, "<urlopen error timed out>", reached=False)
        if self.store.faults.get("overloaded"):
            return Response(503, f'{{"detail": "{OVERLOADED} Nothing was done: send this one again."}}')
        if self.store.faults.get("errors") == self.live:
            return Response(500)
        return Response(201, '{"id": 7}') if method == "POST" else Response(204 if method == "DELETE" else 200, "[]")

    def fault(self, **faults: object) -> None:
        self.store.faults.update(faults)

    def when(self, sees: str, *, away: float = 0, times: int = 1, **faults: object) -> None:
        """Let something happen when a command is given the n-th time that contains `sees`, before it is carried out."""
        named = faults.pop("faults", {})
        assert isinstance(named, dict)
        moment = {"sees": sees, "times": times, "faults": faults | named, **({"away": away} if away else {})}
        self.content["when"].append(moment)

    @property
    def store(self) -> Store:
        return Store(self.content, self.clock.time)

    @property
    def live(self) -> str:
        return live_colour(self.store)

    def thing(self, kind: str, name: str) -> Object:
        """Return an object as it is kept: a test may change it."""
        found = self.store.get(kind, name)
        assert found is not None, name
        return found

    def bounds(self, colour: str) -> tuple[int, int]:
        spec = self.thing("HorizontalPodAutoscaler", names.web(colour))["spec"]
        return spec["minReplicas"], spec["maxReplicas"]

    def sizes(self) -> dict[str, tuple[int, int, int]]:
        """Return by colour how many pods are wanted, and the autoscaler's bounds."""
        return {
            colour: (self.thing("Deployment", names.web(colour))["spec"]["replicas"], *self.bounds(colour))
            for colour in names.COLOURS
            if self.store.get("Deployment", names.web(colour))
        }

    def pods(self, colour: str) -> set[str]:
        wanted = {names.COLOUR: colour, "app.kubernetes.io/component": "web"}.items()
        return {
            pod["metadata"]["name"] for pod in self.store.of_kind("Pod") if wanted <= pod["metadata"]["labels"].items()
        }

    def image_of(self, colour: str) -> str:
        template = self.thing("Deployment", names.web(colour))["spec"]["template"]
        return str(template["spec"]["containers"][0]["image"])

    def journal(self) -> dict[str, str]:
        data: dict[str, str] = self.thing("ConfigMap", names.RELEASE)["data"]
        return data

    def acting(self) -> list[str]:
        """Return the release's Jobs that would go on by themselves."""
        return [
            job["metadata"]["name"]
            for job in self.store.of_kind("Job")
            if not job["spec"].get("suspend")
            and not {"Complete", "Failed"} & {each["type"] for each in job.get("status", {}).get("conditions", [])}
        ]

    def end_state(self) -> Object:
        """Return what a release has to leave behind, whatever happened on its way."""
        shown = {"state", "step", "image", "from", "to", "first", "floor", "ceiling"}
        return {
            "live": self.live,
            "images": {colour: self.image_of(colour) for colour in self.sizes()},
            "sizes": self.sizes(),
            "pods": {colour: len(self.pods(colour)) for colour in names.COLOURS},
            "objects": sorted(key for key in self.store.objects if not key.startswith("Pod/")),
            "journal": {key: value for key, value in self.journal().items() if key in shown},
            "lease": self.thing("Lease", names.RELEASE)["spec"],
        }

    def commands(self) -> list[str]:
        return [" ".join(words) for words in self.content["commands"]]

    def given(self, words: str) -> int:
        """Return the number of the first command that contains these words."""
        return next(number for number, command in enumerate(self.commands()) if words in command)

    def applied(self) -> list[str]:
        """Return the names of the overlays in the order in which they were applied."""
        return [command.rpartition("/")[2] for command in self.commands() if " apply -k " in command]


def next_command(output: str) -> str:
    """Return the last command that the tool has told its reader to type."""
    return output.rpartition("next: ")[2].strip().splitlines()[0] if "next: " in output else ""
