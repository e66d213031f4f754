"""The image, really built and run by podman on a stand-in for its base; see `python -m pytest -p no:… tests/image`.

What a machine lacks skips these tests with the reason, and fails them where CI is set.
"""

import hashlib
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from local.environment import database_variables
from local.postgresql import Server
from local.secrets import ensure_secrets, read_secret
from tests.image.container import Container, Runner
from tests.image.engine import Podman
from tests.process.gunicorn_process import ROOT
from tests.terraform.processes import run
from tests.terraform.requirements_of_tests import missing

BASE = "docker.io/library/python:3.12-slim-bookworm"
PROGRAMS = {"podman": "podman", "runc": "runc", "mmdebstrap": "mmdebstrap", "ar": "binutils"}
PASSWORD = "a-password-of-some-length"
UID = 10001


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave to CI the tests that build an image: they take minutes."""
    for item in items:
        if "podman" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.ci)
            item.add_marker(pytest.mark.timeout(1200))


class Figures:
    """What was measured, with its bound, in the order of the measurements."""

    def __init__(self) -> None:
        self._lines: list[str] = []

    def hold(self, what: str, figure: float, unit: str, *, at_most: float) -> None:
        """Note a figure, and fail when it is above its bound."""
        line = f"image: {what}: {figure:.1f} {unit} (at most {at_most:.0f})"
        self._lines.append(line)
        assert figure <= at_most, line

    def note(self, what: str, text: str) -> None:
        """Note something that has no bound."""
        self._lines.append(f"image: {what}: {text}")

    def lines(self) -> list[str]:
        return list(self._lines)


figures_of_session = Figures()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what was measured, also when all is well."""
    for line in figures_of_session.lines():
        terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def figures() -> Figures:
    return figures_of_session


@pytest.fixture(scope="session")
def podman() -> Iterator[Podman]:
    """An engine with nothing in it."""
    packages = [package for program, package in PROGRAMS.items() if not shutil.which(program)]
    if packages:
        missing(f"building an image here needs {', '.join(packages)}", f"apt-get install {' '.join(packages)}")
    if os.geteuid() != 0:
        missing("mmdebstrap and podman are used as root here", "sudo make test (or `make image` with docker)")
    engine = Podman(Path(tempfile.mkdtemp(prefix="todo-image-")))
    try:
        yield engine
    finally:
        engine.remove()


@pytest.fixture(scope="session")
def base(podman: Podman) -> str:
    """The name of the stand-in for python:3.12-slim-bookworm, which is made once for each version of base.sh."""
    if sys.version_info[:2] != (3, 12):
        missing("the stand-in for the base image needs CPython 3.12", "make clean && make test, with Python 3.12")
    script = ROOT / "tests" / "image" / "base.sh"
    digest = hashlib.sha256(script.read_bytes() + sys.version.encode()).hexdigest()
    archive = ROOT / ".local" / "image" / f"base-{digest[:16]}.tar"
    if not archive.exists():
        archive.parent.mkdir(parents=True, exist_ok=True)
        for old in archive.parent.glob("base-*"):
            shutil.rmtree(old) if old.is_dir() else old.unlink()
        made = run([script, sys.base_prefix, archive], timeout=600)
        assert made.status == 0, made.output
    changes = ["ENV PATH=/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin", "ENV LANG=C.UTF-8"]
    podman.must("import", *(f"--change={change}" for change in changes), archive, BASE, timeout=120)
    return BASE


@pytest.fixture(scope="session")
def build(podman: Podman, base: str) -> Callable[..., str]:
    """Build the image under a name, from the clone as it is or from another folder."""
    (podman.folder / "pip.conf").write_text("[global]\ncert = /etc/ssl/certs/ca-certificates.crt\n")

    def built(name: str, context: Path = ROOT) -> str:
        words = [
            "build",
            "--pull=never",
            "--no-cache",
            "--format=docker",
            "--network=host",
            # Certificates of this machine, and nothing of them in a layer.
            "--volume=/etc/ssl/certs:/etc/ssl/certs:ro",
            f"--volume={podman.folder}/pip.conf:/etc/pip.conf:ro",
            "--timestamp=1700000000",
            f"--build-arg=PYTHON_IMAGE={base}",
            "--build-arg=SOURCE=https://example.com/todo",
            "--build-arg=REVISION=0123456789abcdef0123456789abcdef01234567",
            "--build-arg=VERSION=1.2.3",
            f"--tag={name}",
        ]
        podman.must(*words, context, timeout=900)
        return name

    return built


@pytest.fixture(scope="session")
def image(build: Callable[..., str]) -> str:
    """The image, built from this clone."""
    return build("localhost/todo:tested")


@pytest.fixture(scope="session")
def runner(podman: Podman, image: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runner]:
    """The image with a migrated database, of which the user `caller` exists."""
    folder = tmp_path_factory.mktemp("image")
    secrets = podman.folder / "secrets"
    ensure_secrets(secrets)
    for path in (secrets, *secrets.iterdir()):
        os.chown(path, UID, UID)
    server = Server(folder / "postgresql", {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"})
    server.start()
    try:
        role, password = (read_secret(secrets, name) for name in ("db_username", "db_password"))
        server.provide("service", role=role, password=password)
        mounted = Path("/mnt/secrets-store")
        environment = {
            **database_variables(mounted, port=server.port),
            "DJANGO_SECRET_KEY_FILE": str(mounted / "django_secret_key"),
            "JWT_SIGNING_KEYS_FILE": str(mounted / "jwt_signing_keys"),
            "ALLOWED_HOSTS": "127.0.0.1",
            "SECURE_SSL_REDIRECT": "false",
            "DRAIN_SECONDS": "1",
        }
        runner = Runner(podman, image, environment, secrets)
        migrated = runner.command("python", "manage.py", "migrate", "--verbosity=0", timeout=120)
        assert migrated.status == 0, migrated.errors
        made = runner.command("python", "manage.py", "user", "caller", "--password-stdin", text=PASSWORD)
        assert made.status == 0, made.errors
        yield runner
    finally:
        server.stop()


@pytest.fixture
def start(runner: Runner) -> Iterator[Callable[..., Container]]:
    """Start the service, with these variables changed and options of `podman run` added; it ends with the test."""
    started: list[Container] = []

    def begin(*options: str, **changes: str) -> Container:
        container = runner.start(*options, **changes)
        started.append(container)
        return container

    yield begin
    for container in started:
        runner.remove(container)


@pytest.fixture(scope="module")
def service(runner: Runner) -> Iterator[Container]:
    """The running service, for all tests of a module that only talk to it."""
    container = runner.start()
    try:
        container.wait_until_ready()
        yield container
    finally:
        runner.remove(container)


@pytest.fixture(scope="session")
def caller(runner: Runner) -> dict[str, str]:
    """The headers of a caller who may use the API, with a token of the image's own making."""
    made = runner.command("python", "manage.py", "token", "caller")
    assert made.status == 0, made.errors
    return {"Authorization": f"Bearer {made.output.strip()}", "Content-Type": "application/json"}
