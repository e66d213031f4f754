"""`python -m pipeline` lists what can be run, with the usage of each."""

import ast
import sys
from pathlib import Path


def main() -> int:
    """Print the usage of every module that is a program; nothing runs."""
    sys.stdout.write("Each module does one thing for the workflows that make does not:\n\n")
    for path in sorted(Path(__file__).parent.glob("*.py")):
        usage = (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").partition("\n")[0]
        if usage.startswith("python -m "):
            sys.stdout.write(f"  {usage}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
