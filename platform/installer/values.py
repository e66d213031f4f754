"""Account values: kustomize/overlays/<env>/values.env, put in where a file says ${KEY}."""

import re
from pathlib import Path

# Capitals alone: Grafana's and Fluent Bit's own ${…} in the same files are lower case, or hold a dot.
REFERENCE = re.compile(r"\$\{([A-Z][A-Z0-9_]*)\}")


class ValueMissingError(ValueError):
    """A file asks for a value that values.env does not hold."""


def load(path: Path) -> dict[str, str]:
    """Return key to value; raise ValueMissingError when there is no such file."""
    if not path.exists():
        raise ValueMissingError(
            f"{path} is missing: make values ENV={path.parent.name} writes it from Terraform's outputs"
        )
    lines = [line for line in path.read_text().splitlines() if line and not line.startswith("#")]
    return dict(line.split("=", 1) for line in lines)


def substitute(text: str, values: dict[str, str], *, file: Path) -> str:
    """Return the text with every ${KEY} replaced; raise ValueMissingError and name all keys that are not there."""
    wanted = set(REFERENCE.findall(text))
    if missing := sorted(key for key in wanted if not values.get(key)):
        raise ValueMissingError(
            f"{file} needs {', '.join(missing)}, which values.env does not hold: make values ENV=… and commit it"
        )
    return REFERENCE.sub(lambda reference: values[reference[1]], text)
