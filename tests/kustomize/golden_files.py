"""Write the golden renderings anew (make golden), one file an environment: what a reviewer sees of a change.

Green is left out: tests/kustomize/test_colours.py holds it to be blue under another name.
"""

from pathlib import Path

from tests.kustomize.rendering import ENVIRONMENTS, SOURCE, Rendering, render

FOLDER = Path(__file__).with_name("golden")
PARTS = ("shared", "migrate", "blue", "smoke-blue", "traffic-blue", "prune")


def golden(renderings: dict[str, Rendering]) -> str:
    """Return the file of one environment, given its parts by name."""
    return "".join(f"# ── {part} ──\n{renderings[part].text}" for part in PARTS)


def main() -> None:
    for environment in ENVIRONMENTS:
        parts = {part: render(SOURCE / "overlays" / environment / part) for part in PARTS}
        (FOLDER / f"{environment}.txt").write_text(golden(parts))


if __name__ == "__main__":
    main()
