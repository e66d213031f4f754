"""Fixtures of the Terraform tests. Nothing here needs Django or a database of the application."""

import os
import sys
from concurrent.futures import Future, ThreadPoolExecutor
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# The Lambda package is imported as Lambda does: by its own name.
sys.path.insert(0, str(ROOT / "terraform" / "lambda"))

from tests.terraform import stories  # noqa: E402 (after the path)
from tests.terraform.stories import Story  # noqa: E402
from tests.terraform.terraform import SOURCE, executable  # noqa: E402


@pytest.fixture(scope="session")
def lambda_package() -> Path:
    """Build the Lambda package once where it is missing; every plan reads it."""
    from build_lambda import DEFAULT_TARGET, build  # noqa: PLC0415 (needs the path below)

    return DEFAULT_TARGET if DEFAULT_TARGET.exists() else build()


@pytest.fixture(scope="session")
def told(tmp_path_factory: pytest.TempPathFactory, lambda_package: Path) -> Iterator[dict[str, Future[Story]]]:
    """Tell the stories side by side, each in an account of its own: they mostly wait. TERRAFORM_JOBS=1: one by one."""
    executable()
    with ThreadPoolExecutor(max_workers=int(os.environ.get("TERRAFORM_JOBS", "2"))) as pool:
        yield {
            name: pool.submit(getattr(stories, name), tmp_path_factory.mktemp(name)) for name in ("dev", "prod")
        }


@pytest.fixture(scope="session")
def dev(told: dict[str, "Future[Story]"]) -> Story:
    """The story of dev, told to its end."""
    return told["dev"].result(timeout=1800)


@pytest.fixture(scope="session")
def prod(told: dict[str, "Future[Story]"]) -> Story:
    """The story of prod, told to its end."""
    return told["prod"].result(timeout=1800)


sys.path.insert(0, str(SOURCE))
