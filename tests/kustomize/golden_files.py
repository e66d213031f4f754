"""Write the golden renderings again (make golden): one environment whole, and the differences of the others.

An account's value is shown as its name in values.env. Left out are green (test_colours.py holds it to be blue under
another name), certificates (test_database_ca.py), and the labels and namespace of every object (policies/objects.py).
"""

import difflib
import re
from collections.abc import Mapping
from pathlib import Path

from environments import load
from tests.kustomize.rendering import ENVIRONMENTS, SAMPLE, SOURCE, Rendering, render

FOLDER = Path(__file__).with_name("golden")
PARTS = ("shared", "migrate", "blue", "smoke-blue", "traffic-blue", "prune")
DISTINCT = 12
EVERYWHERE = re.compile(
    r"^ +(app\.kubernetes\.io/(part-of|name): service|service/environment: \w+|namespace: service)\n", re.MULTILINE
)
CERTIFICATES = re.compile(r"( *-----BEGIN CERTIFICATE-----\n(?:.*\n)+? *-----END CERTIFICATE-----\n)+")


def golden(renderings: Mapping[tuple[str, str], Rendering]) -> dict[Path, str]:
    """Return every golden file with its text."""
    whole = {name: shown(name, renderings) for name in ENVIRONMENTS}
    files = {FOLDER / f"{SAMPLE}.txt": whole[SAMPLE]}
    for name in set(ENVIRONMENTS) - {SAMPLE}:
        difference = difflib.unified_diff(
            whole[SAMPLE].splitlines(), whole[name].splitlines(), SAMPLE, name, lineterm="", n=1
        )
        # Removed and added lines say all: places move with every change of the whole.
        lines = [line if not line.startswith("@@") else "@@" for line in difference]
        files[FOLDER / f"{name}.diff"] = "\n".join(lines) + "\n"
    return files


def shown(environment: str, renderings: Mapping[tuple[str, str], Rendering]) -> str:
    """Return what an environment renders, without what the module's docstring names."""
    text = "".join(f"# ── {part} ──\n{renderings[environment, part].text}" for part in PARTS)
    text = EVERYWHERE.sub("", CERTIFICATES.sub("    …\n", text))
    # Longer ones first, since a value may be part of another; short ones are words that stand elsewhere too.
    for key, value in sorted(load()[environment].account().items(), key=lambda pair: -len(pair[1])):
        if len(value) >= DISTINCT:
            text = text.replace(value, f"${{{key}}}")
    return text


def main() -> None:
    renderings = {(name, part): render(SOURCE / "overlays" / name / part) for name in ENVIRONMENTS for part in PARTS}
    written = golden(renderings)
    for path in set(FOLDER.iterdir()) - set(written):
        path.unlink()
    for path, text in written.items():
        path.write_text(text)


if __name__ == "__main__":
    main()
