"""A cluster, a public address and a clock for one test; nothing of it sleeps."""

import io
import json
import shutil
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

from deploy.cli import World, main
from deploy.kubectl import Answer
from deploy.sending import Response
from tests.deploy.scripted import kubectl as scripted
from tests.deploy.scripted.store import Object, Store, opened
from tests.deploy.scripted.workloads import live_colour

ROOT = Path(__file__).resolve().parents[2]
REPOSITORY = "111122223333.dkr.ecr.us-east-1.amazonaws.com/todo"
BEGIN = 1_795_000_000.0


def image(letter: str) -> str:
    """Return the reference of a build, named by one hexadecimal digit."""
    return f"{REPOSITORY}@sha256:{letter * 64}"


class FileClock:
    """Time stands in a file too, which the scripted kubectl reads."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._now = float(file.read_text()) if file.exists() else BEGIN
        self.sleep(0)

    def now(self) -> float:
        return self._now

    def sleep(self, seconds: float) -> None:
        self._now += seconds
        self._file.write_text(str(self._now))


class Scene:
    """`deploy(…)` runs the tool against the cluster and returns its exit code; `output` is what it has shown."""

    def __init__(self, folder: Path, environment: str = "local") -> None:
        self.folder, self.environment = folder, environment
        folder.mkdir(exist_ok=True)
        self.clock = FileClock(folder / "clock")
        self.output = ""
        self.aws: Any = None
        self.arguments: list[str] = []
        self.copies: Path | None = None  # gets the cluster as it is before each command
        self.who = "eve@laptop"
        self._given = 0
        self.release_file(**QUICK)

    @classmethod
    def copied(cls, original: Path, folder: Path, environment: str = "local") -> Self:
        """Return a cluster as another one was left."""
        folder.mkdir(exist_ok=True)
        for name in ("store", "clock"):
            if (original / name).exists():
                shutil.copy(original / name, folder)
        return cls(folder, environment)

    def release_file(self, **values: object) -> None:
        """Change fields of the release file for this test."""
        file = self.folder / "release.toml"
        table = tomllib.loads((file if file.exists() else ROOT / "deploy" / "release.toml").read_text())
        chosen = {key: value for key, value in table.items() if not isinstance(value, dict)}
        chosen |= table.get(self.environment, {}) | values
        file.write_text("".join(f"{key} = {json.dumps(value)}\n" for key, value in chosen.items()))

    def deploy(self, command: str, *words: str) -> int:
        world = World(
            clock=self.clock,
            execute=self.kubectl,
            client=self._client,
            send=self._answer,
            out=io.StringIO(),
            work=self.folder / "work",
            who=self.who,
        )
        self._given = 0
        files = (
            "--release-file",
            str(self.folder / "release.toml"),
            "--bake-file",
            str(ROOT / "tests/deploy/bake.json"),
        )
        try:
            code = main([command, "--env", self.environment, *files, *self.arguments, *words], world)
        finally:
            assert isinstance(world.out, io.StringIO)
            self.output = world.out.getvalue()
        return code

    def release(self, letter: str, *words: str) -> int:
        return self.deploy("release", "--image", image(letter), *words)

    def kubectl(self, words: Sequence[str]) -> Answer:
        if self.copies:
            Scene.copied(self.folder, self.copies / str(self._given))
        self._given += 1
        return Answer(*scripted.main(list(words[1:]), self.folder))

    def fault(self, **faults: object) -> None:
        with opened(self.folder) as store:
            store.faults.update(faults)

    def when(self, sees: str, *, away: float = 0, **faults: object) -> None:
        """Let something happen when a command is given that contains `sees`, before it is carried out."""
        with opened(self.folder) as store:
            named = faults.pop("faults", {})
            assert isinstance(named, dict)
            store.content["when"].append({"sees": sees, "faults": faults | named, **({"away": away} if away else {})})

    def change(self, **content: object) -> None:
        with opened(self.folder) as store:
            store.content.update(content)

    @property
    def store(self) -> Store:
        with opened(self.folder) as store:
            return store

    @property
    def live(self) -> str:
        return live_colour(self.store)

    def thing(self, kind: str, name: str) -> Object:
        found = self.store.get(kind, name)
        assert found is not None, name
        return found

    def sizes(self) -> dict[str, tuple[int, int]]:
        """Return by colour how many pods are wanted, and the autoscaler's floor."""
        return {
            colour: (
                self.thing("Deployment", f"todo-{colour}")["spec"]["replicas"],
                self.thing("HorizontalPodAutoscaler", f"todo-{colour}")["spec"]["minReplicas"],
            )
            for colour in ("blue", "green")
            if self.store.get("Deployment", f"todo-{colour}")
        }

    def pods(self, colour: str) -> set[str]:
        return {
            pod["metadata"]["name"]
            for pod in self.store.of_kind("Pod")
            if pod["metadata"]["labels"].get("todo/colour") == colour
            and pod["metadata"]["labels"]["app.kubernetes.io/component"] == "web"
        }

    def journal(self) -> dict[str, str]:
        data: dict[str, str] = self.thing("ConfigMap", "todo-release")["data"]
        return data

    def end_state(self) -> Object:
        """Return what a release has to leave behind, whatever happened on its way."""
        store = self.store
        images = {
            each["metadata"]["name"]: each["spec"]["template"]["spec"]["containers"][0]["image"]
            for each in store.of_kind("Deployment")
        }
        journal = {
            key: self.journal()[key] for key in ("state", "step", "image", "from", "to", "first", "floor", "size")
        }
        return {
            "live": self.live,
            "images": images,
            "sizes": self.sizes(),
            "pods": {colour: len(self.pods(colour)) for colour in ("blue", "green")},
            "objects": sorted(key for key in store.objects if not key.startswith("Pod/")),
            "journal": journal,
            "lease": self.thing("Lease", "todo-release")["spec"],
        }

    def commands(self) -> list[str]:
        return [" ".join(words) for words in self.store.content["commands"]]

    def _client(self, service: str) -> Any:
        assert self.aws is not None, "this environment has no AWS"
        return self.aws.client(service)

    def _answer(self, method: str, _url: str, headers: dict[str, str], _body: str) -> Response:
        """The public address: the live colour answers."""
        assert headers["X-Synthetic"] == "1"
        store = self.store
        if store.faults.get("unreachable"):
            return Response(0, "<urlopen error timed out>", reached=False)
        if store.faults.get("errors") == live_colour(store):
            return Response(500)
        return Response(201, '{"id": 7}') if method == "POST" else Response(204 if method == "DELETE" else 200, "[]")


# Short times, so that a test makes few commands; the proportions stay.
QUICK = {"gate_seconds": 10, "bake_seconds": 20, "requests_per_second": 1, "poll_seconds": 5}
