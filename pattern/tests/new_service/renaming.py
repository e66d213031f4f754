"""The names and files of a clone that `make service` leaves as they are."""

import re

import pytest

from pattern.new_service.words import OLD
from tests.postgresql_plugin import ROOT

EXAMPLE_ONLY = pytest.mark.skipif(
    (ROOT / "terraform/project").read_text().strip() != OLD,
    reason="this is a client's own service already (pattern/docs/your-own-service.md says what may go)",
)
# Words of others, and files that answer for what others published or for what was seen under the example's name.
OTHERS = re.compile(r"todoproject|pycryptodome|autodoc|to-?do[-_]?backend", re.IGNORECASE)
UNCHANGED = (
    "**/poetry.lock",
    "**/package-lock.json",
    "**/.terraform.lock.hcl",
    "requirements/**/*.txt",
    "pattern/*.txt",
    "terraform/lambda/*.txt",
    "docs/evidence/**/*",
    "pattern/new_service/**/*",
    "pattern/tests/new_service/**/*",
)
# No database by this name can be made: that is what its test is about.
OWN_WORD = {"terraform/modules/database/tests/validations.tftest.hcl": "To-Do"}
