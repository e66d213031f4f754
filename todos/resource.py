"""resource.toml for this folder's own use: each example of it stands in one place."""

import tomllib
from pathlib import Path
from typing import Any

RESOURCE: dict[str, Any] = tomllib.loads(Path(__file__).with_name("resource.toml").read_text(encoding="utf-8"))
