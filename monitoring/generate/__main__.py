"""`make monitoring`: writes every generated file and removes those that nothing makes any more."""

import argparse
import sys

from monitoring.generate.files import files
from monitoring.generate.table import FOLDER


def main() -> int:
    argparse.ArgumentParser(
        prog="python -m monitoring.generate",
        description="Write rules, dashboards, bake queries and routes from monitoring/ and environments/, "
        "and remove those that nothing makes any more.",
    ).parse_args()
    made = files()
    generated = (
        *FOLDER.glob("rules/*.yaml"),
        *FOLDER.glob("dashboards/*.json"),
    )
    for path in set(generated) - set(made):
        path.unlink()
    for path, text in made.items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    sys.stdout.write(f"{len(made)} files written\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
