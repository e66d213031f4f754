"""Fixtures of the Terraform tests. Nothing here needs Django or a database of the application."""

import os
import shutil
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
STORIES = ("dev", "prod", "renamed")

# The Lambda package is imported as Lambda does, by its own name; the scripts beside it by theirs.
sys.path[:0] = [str(ROOT / "terraform" / "lambda"), str(ROOT / "terraform")]

from tests.terraform import evidence, stories  # noqa: E402 (after the path)
from tests.terraform.requirements_of_tests import missing  # noqa: E402
from tests.terraform.stage import STAND_IN, Stage  # noqa: E402
from tests.terraform.stories import Story  # noqa: E402
from tests.terraform.terraform import ENVIRONMENTS, SOURCE, executable  # noqa: E402


@pytest.fixture(scope="session")
def lambda_package() -> Path:
    """Build the Lambda package where it is missing or older than its code; every plan reads it."""
    from build_lambda import DEFAULT_TARGET, build  # noqa: PLC0415 (after the path)

    newest = max(file.stat().st_mtime for file in (SOURCE / "lambda").rglob("*") if "__pycache__" not in file.parts)
    fresh = DEFAULT_TARGET.exists() and DEFAULT_TARGET.stat().st_mtime >= newest
    return DEFAULT_TARGET if fresh else build()


@pytest.fixture(scope="session")
def told(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, lambda_package: Path
) -> Iterator[dict[str, Future[Story]]]:
    """Tell the stories that tests ask for side by side, each in an account of its own: they mostly wait.

    TERRAFORM_JOBS=1: one by one.
    """
    executable()
    asked = {name for item in request.session.items for name in getattr(item, "fixturenames", ())}
    with ThreadPoolExecutor(max_workers=int(os.environ.get("TERRAFORM_JOBS", "3"))) as pool:
        begun = {
            name: pool.submit(getattr(stories, name), tmp_path_factory.mktemp(name))
            for name in STORIES
            if name in asked
        }
        yield begun
        if folder := os.environ.get("EVIDENCE"):
            evidence.write(Path(folder), {name: story.result() for name, story in begun.items()})


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give what needs Terraform its time, and put tests that hear a story behind those that need none."""
    for item in items:
        if _hears_a_story(item):
            item.add_marker(pytest.mark.ci)
        if item.path.parent == HERE and item.get_closest_marker("ci"):
            item.add_marker(pytest.mark.timeout(3600))
    items.sort(key=_hears_a_story)


def _hears_a_story(item: pytest.Item) -> bool:
    return "told" in getattr(item, "fixturenames", ())


@pytest.fixture(scope="session", autouse=True)
def _stories_begin_first(request: pytest.FixtureRequest) -> None:
    """Begin the stories before the first test where one will hear them: the others run while they wait."""
    if shutil.which("terraform") and any(_hears_a_story(item) for item in request.session.items):
        request.getfixturevalue("told")


@pytest.fixture(scope="session")
def dev(told: dict[str, "Future[Story]"]) -> Story:
    """The story of dev, told to its end."""
    return told["dev"].result(timeout=3600)


@pytest.fixture(scope="session")
def prod(told: dict[str, "Future[Story]"]) -> Story:
    """The story of prod, told to its end."""
    return told["prod"].result(timeout=3600)


@pytest.fixture(scope="session")
def renamed(told: dict[str, "Future[Story]"]) -> Story:
    """The story of a project with another name, told to its end."""
    return told["renamed"].result(timeout=3600)


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    if not shutil.which("bash"):
        missing("bash is not on this machine", "apt-get install bash")
    shutil.copytree(SOURCE / "bin", tmp_path / "terraform/bin")
    (tmp_path / "project.json").write_text('{\n  "name": "ledger"\n}\n')  # nothing else here is called so
    for root in ENVIRONMENTS:
        (tmp_path / "terraform/envs" / root).mkdir(parents=True)
        shutil.copy(SOURCE / "envs" / root / "settings.auto.tfvars", tmp_path / "terraform/envs" / root)
    (tmp_path / "path").mkdir()
    for name in ("aws", "kubectl", "terraform", "make"):
        (tmp_path / "path" / name).write_text(STAND_IN)
        (tmp_path / "path" / name).chmod(0o755)
    # Where python3 is a script that chooses a version, each start of it would cost a tenth of a second.
    (tmp_path / "path/python3").symlink_to(sys.executable)
    return Stage(tmp_path)
