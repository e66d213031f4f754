"""Schemathesis sends everything that the OpenAPI document allows, and much that it forbids, to the service.

It checks each answer against the document: status, media type, headers, body. It checks that bad input is refused and
good input is not, and uses the ids of one answer in the next request. schemathesis.toml says what it cannot know.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from pytest_django import Settings

from tests.sample import SERVED
from tests.service import Service
from todoproject.api.fields import ReferenceField

# For each operation and each way to make requests: few on a laptop, more in CI, 300 every night.
EXAMPLES = os.environ.get("SCHEMATHESIS_EXAMPLES", "15" if os.environ.get("CI") else "3")
ROOT = Path(__file__).resolve().parents[2]
#: The key of a row that does not exist is refused, which no document can say.
REFERRING = """
[[operations]]
include-operation-id-regex = "^(create|replace|change)({models})$"
checks.positive_data_acceptance.expected-statuses = ["2xx", "3xx", 400, 401, 404, 409, 412, 422, 429]
"""


@pytest.fixture
def configuration(tmp_path: Path) -> Path:
    """schemathesis.toml, and what follows from the resources of this service."""
    referring = [subject.model.__name__ for subject in SERVED if subject.of_kind(ReferenceField)]
    known = (ROOT / "schemathesis.toml").read_text(encoding="utf-8")
    path = tmp_path / "schemathesis.toml"
    path.write_text(known + (REFERRING.format(models="|".join(referring)) if referring else ""), encoding="utf-8")
    return path


@pytest.mark.slow
def test_no_answer_contradicts_the_openapi_document(service: Service, settings: Settings, configuration: Path) -> None:
    settings.ACCESS_TOKEN_SECONDS = 3 * 3600  # after the usual ten minutes each answer would be 401, which is accepted
    command = [
        *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(configuration), "run", "docs/openapi.yaml"),
        *("--url", service.url, "--header", f"Authorization: Bearer {service.token('schemathesis')}"),
        *("--checks", "all", "--max-examples", EXAMPLES, "--seed", "1", "--workers", "1", "--no-color"),
    ]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if not name.startswith("DB_")},
        capture_output=True,
        text=True,
        timeout=1200,
        check=False,
        start_new_session=True,
    )
    assert done.returncode == 0, done.stdout[-10_000:] + done.stderr[-2_000:]
