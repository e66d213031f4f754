"""Write the golden renderings again (make golden): one environment whole, and how others differ from it.

Green is left out: tests/kustomize/test_colours.py holds it to be blue under another name. Certificates are left out:
tests/kustomize/test_database_ca.py knows them.
"""

import difflib
import re
from collections.abc import Mapping
from pathlib import Path

from tests.kustomize.rendering import AWS, ENVIRONMENTS, SAMPLE, SOURCE, Rendering, render

FOLDER = Path(__file__).with_name("golden")
PARTS = ("shared", "migrate", "blue", "smoke-blue", "traffic-blue", "prune")
CERTIFICATES = re.compile(r"( *-----BEGIN CERTIFICATE-----\n(?:.*\n)+? *-----END CERTIFICATE-----\n)+")


def golden(renderings: Mapping[tuple[str, str], Rendering]) -> dict[Path, str]:
    """Return every golden file with its text."""
    whole = {
        name: CERTIFICATES.sub("    …\n", "".join(f"# ── {part} ──\n{renderings[name, part].text}" for part in PARTS))
        for name in ENVIRONMENTS
    }
    files = {}
    for name in ENVIRONMENTS:
        if name == SAMPLE or name not in AWS:
            files[FOLDER / f"{name}.txt"] = whole[name]
        else:
            difference = difflib.unified_diff(
                whole[SAMPLE].splitlines(), whole[name].splitlines(), SAMPLE, name, lineterm="", n=1
            )
            # What is removed and added says all: places move with every change of the whole.
            lines = [line if not line.startswith("@@") else "@@" for line in difference]
            files[FOLDER / f"{name}.diff"] = "\n".join(lines) + "\n"
    return files


def main() -> None:
    renderings = {(name, part): render(SOURCE / "overlays" / name / part) for name in ENVIRONMENTS for part in PARTS}
    written = golden(renderings)
    for path in set(FOLDER.iterdir()) - set(written):
        path.unlink()
    for path, text in written.items():
        path.write_text(text)


if __name__ == "__main__":
    main()
