"""python -m cost ENVIRONMENT AWAKE.json [ASLEEP.json], or: python -m cost --plans FOLDER --output FOLDER

The files are `terraform show -json PLAN`. Prints the page; with --output writes ENVIRONMENT.md and .svg instead. With
--plans it does so for every environment, from its files there: NAME-awake.json and NAME-asleep.json, or NAME.json.
Ends with 1 when the ceiling of an environment does not hold, with 2 when a plan or a region holds what no table knows.
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from cost import chart, plan, prices, report, usage
from cost.bill import Line, bill, most_awake_hours, total
from cost.pricing import UnknownCostError
from environments import Environment, load, with_account


def main(arguments: list[str]) -> int:
    """Report; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m cost", description="What an environment costs a month.")
    parser.add_argument("environment", nargs="?", help="whose hours and traffic count: environments/NAME.ini")
    parser.add_argument("awake", type=Path, nargs="?", help="terraform show -json of the plan of the awake environment")
    parser.add_argument("asleep", type=Path, nargs="?", help="the same asleep, where the environment sleeps")
    parser.add_argument("--plans", type=Path, help="folder with the plans of every environment")
    parser.add_argument("--output", type=Path, help="folder for ENVIRONMENT.md and ENVIRONMENT.svg")
    options = parser.parse_args(arguments)
    if options.plans is None and options.awake is None:
        parser.error("name an environment and its plan, or --plans")

    try:
        if options.plans:
            return max(_report(each, list(plans_of(each, options.plans)), options.output) for each in with_account())
        plans = [path for path in (options.awake, options.asleep) if path]
        return _report(load()[options.environment], plans, options.output)
    except (UnknownCostError, prices.UnknownRegionError) as error:
        sys.stderr.write(f"{error}\n")
        return 2


def plans_of(environment: Environment, folder: Path) -> Iterator[Path]:
    """Yield the plan of the awake environment, and that of the sleeping one where it sleeps."""
    names = ["-awake", "-asleep"] if environment.sleeps else [""]
    return (folder / f"{environment.name}{name}.json" for name in names)


def lines_of(environment: Environment, plans: list[Path]) -> list[Line]:
    """Return the bill of an environment in its region; raise UnknownCostError or UnknownRegionError."""
    awake, asleep = plan.read(plans[0]), plan.read(plans[1]) if len(plans) > 1 else None
    return bill(awake, asleep, usage.load(environment.name), prices.load(region_of(environment)))


def region_of(environment: Environment) -> str:
    return environment.account()["AWS_REGION"]


def _report(environment: Environment, plans: list[Path], output: Path | None) -> int:
    name, lines = environment.name, lines_of(environment, plans)
    assumed, ceiling = usage.load(name), usage.ceiling(name)
    page = report.markdown(name, region_of(environment), lines, assumed, ceiling)
    if output:
        output.mkdir(parents=True, exist_ok=True)
        (output / f"{name}.md").write_text(page)
        (output / f"{name}.svg").write_text(chart.svg(name, lines, assumed.awake_hours))
    else:
        sys.stdout.write(page)
    if ceiling is not None and total(lines, assumed.awake_hours) >= ceiling:
        most = int(most_awake_hours(lines, ceiling))
        sys.stderr.write(f"{name} exceeds ${ceiling:g}; {most} awake hours would fit\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
