"""Write the inputs and outputs of every module into its README, from the descriptions in its files.

python terraform/module_readmes.py [--check]       (make terraform-docs)
"""

import re
import sys
from pathlib import Path

HERE = Path(__file__).parent
BEGIN, END = "<!-- generated: make terraform-docs -->", "<!-- end of generated part -->"


def blocks(text: str, kind: str) -> dict[str, str]:
    """Return name to body of all top-level blocks of one kind, in the order of the file."""
    return dict(re.findall(rf'^{kind} "(\w+)" {{\n(.*?)^}}', text, re.MULTILINE | re.DOTALL))


def argument(body: str, name: str) -> str | None:
    """Return one single-line argument of a block, None where it has none."""
    found = re.search(rf"^  {name}\s*= (.*)$", body, re.MULTILINE)
    return found[1] if found else None


def description(body: str) -> str:
    """Return the description without its quotation marks."""
    return (argument(body, "description") or "").strip('"').replace('\\"', '"').replace("|", "\\|")


def attributes(name: str, body: str) -> list[str]:
    """Return a row for each attribute of an object that is written a line an attribute, its comment as description."""
    rows = []
    for attribute, kind, comment in re.findall(r"^    (\w+) += (\S.*?) +# (.*)$", body, re.MULTILINE):
        optional = re.fullmatch(r"optional\((.*?)(?:, (\S+))?\)", kind)
        shown, default = (optional[1], f"`{optional[2] or 'null'}`") if optional else (kind, "required")
        rows.append(f"| `{name}.{attribute}` | `{shown}` | {default} | {comment.replace('|', '\\|')} |")
    return rows


def generated(module: Path) -> str:
    """Return the part between the markers."""
    lines = ["## Inputs", "", "| Name | Type | Default | What |", "|---|---|---|---|"]
    for name, body in blocks((module / "variables.tf").read_text(), "variable").items():
        default = argument(body, "default")
        shown = f"`{default}`" if default is not None else "required"
        kind = str(argument(body, "type")).removesuffix("({")
        lines.append(f"| `{name}` | `{kind}` | {shown} | {description(body)} |")
        lines += attributes(name, body)
    lines += ["", "## Outputs", "", "| Name | What |", "|---|---|"]
    for name, body in blocks((module / "outputs.tf").read_text(), "output").items():
        lines.append(f"| `{name}` | {description(body)} |")
    return "\n".join(lines)


def rendered(module: Path) -> str:
    """Return the README as it should be; raise ValueError when it lacks the markers."""
    text = (module / "README.md").read_text()
    if BEGIN not in text or END not in text:
        raise ValueError(f"{module.name}/README.md lacks the markers {BEGIN} and {END}")
    before, rest = text.split(BEGIN)
    return f"{before}{BEGIN}\n{generated(module)}\n{END}{rest.split(END)[1]}"


def main(arguments: list[str]) -> int:
    """Write, or with --check compare; return 1 when something is stale."""
    stale = []
    for module in sorted(path.parent for path in HERE.glob("modules/*/main.tf")):
        readme, wanted = module / "README.md", rendered(module)
        if readme.read_text() != wanted:
            stale.append(module.name)
            if "--check" not in arguments:
                readme.write_text(wanted)
    if stale and "--check" in arguments:
        sys.stdout.write(f"stale: {', '.join(stale)}; fix it: make terraform-docs\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
