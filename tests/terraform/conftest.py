"""Fixtures of the Terraform tests. Nothing here needs Django or a database of the application."""

import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]

# The Lambda package is imported as Lambda does: by its own name.
sys.path.insert(0, str(ROOT / "terraform" / "lambda"))
