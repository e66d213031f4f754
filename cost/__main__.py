"""python -m cost ENVIRONMENT AWAKE.json [ASLEEP.json] [--ceiling USD] [--output FOLDER]

The files are `terraform show -json PLAN`. Prints the page; with --output writes ENVIRONMENT.md and .svg instead.
Ends with 1 when the ceiling does not hold, with 2 when the plan holds what the table does not know.
"""

import argparse
import sys
from pathlib import Path

from cost import chart, plan, prices, report, usage
from cost.bill import bill, most_awake_hours, total
from cost.pricing import UnknownCostError


def main(arguments: list[str]) -> int:
    """Report; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m cost", description="What an environment costs a month.")
    parser.add_argument("environment", help="dev or prod: whose hours and traffic of cost/usage.toml count")
    parser.add_argument("awake", type=Path, help="terraform show -json of the plan of the awake environment")
    parser.add_argument("asleep", type=Path, nargs="?", help="the same asleep, where the environment sleeps")
    parser.add_argument("--ceiling", type=float, help="US dollars a month")
    parser.add_argument("--output", type=Path, help="folder for ENVIRONMENT.md and ENVIRONMENT.svg")
    options = parser.parse_args(arguments)

    assumed = usage.load(options.environment)
    asleep = plan.read(options.asleep) if options.asleep else None
    try:
        lines = bill(plan.read(options.awake), asleep, assumed, prices.load())
    except UnknownCostError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    page = report.markdown(options.environment, lines, assumed, options.ceiling)
    if options.output:
        options.output.mkdir(parents=True, exist_ok=True)
        (options.output / f"{options.environment}.md").write_text(page)
        picture = chart.svg(options.environment, lines, assumed.awake_hours)
        (options.output / f"{options.environment}.svg").write_text(picture)
    else:
        sys.stdout.write(page)
    if options.ceiling is not None and total(lines, assumed.awake_hours) >= options.ceiling:
        most = int(most_awake_hours(lines, options.ceiling))
        sys.stderr.write(f"{options.environment} exceeds ${options.ceiling:g}; {most} awake hours would fit\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
