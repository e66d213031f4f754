"""The ceiling on dev's cost, and the arithmetic behind it. The plans are recorded (tests/cost/plans); the Terraform
tests say when they no longer are what Terraform plans."""

import datetime
import json
import re
import shutil
import tomllib
from pathlib import Path
from xml.etree import ElementTree

import pytest

import environments
from cost import __main__, chart, plan, prices, report, usage
from cost.bill import Line, bill, most_awake_hours, total
from cost.free import FREE
from cost.plan import Resource
from cost.pricing import UnknownCostError, amounts, fargate_size
from environments import Environment, with_account

PLANS = Path(__file__).parent / "plans"
DOCUMENTS = Path(__file__).parents[2] / "docs" / "cost"
ENVIRONMENTS = with_account()
# For examples.
SLEEPER = next(each for each in ENVIRONMENTS if each.sleeps)
PRODUCTION = next(each for each in ENVIRONMENTS if each.production)
CEILING = usage.ceiling(SLEEPER.name) or 0


def lines(environment: Environment) -> list[Line]:
    return __main__.lines_of(environment, list(__main__.plans_of(environment, PLANS)))


def lines_in(region: str, environment: Environment) -> list[Line]:
    awake, *asleep = (plan.read(path) for path in __main__.plans_of(environment, PLANS))
    return bill(awake, asleep[0] if asleep else None, usage.load(environment.name), prices.load(region))


@pytest.fixture
def dev() -> list[Line]:
    return lines(SLEEPER)


@pytest.fixture
def prod() -> list[Line]:
    return lines(PRODUCTION)


@pytest.mark.parametrize("environment", ENVIRONMENTS, ids=lambda each: each.name)
def test_an_environment_costs_less_than_its_ceiling_at_its_awake_hours(environment: Environment) -> None:
    ceiling = usage.ceiling(environment.name)
    found, awake_hours = lines(environment), usage.load(environment.name).awake_hours
    assert ceiling is None or total(found, awake_hours) < ceiling, f"awake_hours, ceiling: {environment.name}.ini"


@pytest.mark.parametrize(("region", "hours"), [("us-east-1", 190), ("eu-west-1", 190), ("eu-central-1", 180)])
def test_what_sleeps_has_a_ceiling_of_50_dollars_that_holds_for_these_awake_hours(region: str, hours: int) -> None:
    assert CEILING >= 50
    assert most_awake_hours(lines_in(region, SLEEPER), 50) >= hours


def test_the_most_awake_hours_are_those_at_which_the_ceiling_is_reached(dev: list[Line]) -> None:
    assert total(dev, most_awake_hours(dev, CEILING)) == pytest.approx(CEILING)


def test_a_region_without_prices_is_refused() -> None:
    with pytest.raises(prices.UnknownRegionError, match="no prices for eu-north-1, only for us-east-1"):
        prices.load("eu-north-1")


@pytest.mark.parametrize("environment", ENVIRONMENTS, ids=lambda each: each.name)
def test_every_environment_is_in_a_region_with_prices(environment: Environment) -> None:
    assert prices.load(__main__.region_of(environment))


def test_a_pod_that_is_written_oddly_is_named(tmp_path: Path) -> None:
    copy = tmp_path / "environments"
    shutil.copytree(environments.ROOT / "environments", copy)
    for each in environments.load().values():
        (tmp_path / "kustomize/overlays" / each.name).mkdir(parents=True)
    file = copy / f"{SLEEPER.name}.ini"
    file.write_text(file.read_text().replace("smoke Job = 1 x 0.25, 256, 4", "smoke Job = 1 x 0.25 vCPU"))
    with pytest.raises(ValueError, match=r"smoke Job = 1 x 0.25 vCPU: write count x vCPU, MB, hours"):
        usage.load(SLEEPER.name, tmp_path)


def test_asleep_neither_cluster_nor_addresses_bill(dev: list[Line]) -> None:
    asleep = {line.service for line in dev if line.fixed}
    assert asleep.isdisjoint({"EKS", "NAT", "Public IPv4", "Load balancer"})


def test_every_service_that_people_forget_is_in_the_bill(dev: list[Line], prod: list[Line]) -> None:
    wanted = {
        "EKS",
        "EC2",
        "Fargate",
        "NAT",
        "Public IPv4",
        "Load balancer",
        "RDS",
        "Secrets Manager",
        "CloudWatch",
        "ECR",
    }
    assert wanted <= {line.service for line in dev}
    assert wanted | {"KMS", "Route 53", "Data transfer"} <= {line.service for line in prod}


def test_the_master_secret_that_rds_makes_is_counted(dev: list[Line]) -> None:
    secrets = {line.item: line.fixed for line in dev if line.service == "Secrets Manager"}
    assert secrets["secret"] == pytest.approx(4 * 0.40)
    assert secrets["master secret, made by RDS"] == pytest.approx(0.40)


def test_a_multi_az_database_costs_twice(prod: list[Line]) -> None:
    instance = next(line for line in prod if line.service == "RDS" and "db.t4g.small" in line.item)
    single = prices.load(__main__.region_of(PRODUCTION))["rds db.t4g.small"]
    assert instance.per_awake_hour == pytest.approx(2 * single.usd)


def test_the_web_acl_is_in_the_bill_of_prod_and_not_in_that_of_dev(dev: list[Line], prod: list[Line]) -> None:
    """$5, a dollar a rule, and $0.60 a million requests."""
    assert sum(line.total(730) for line in prod if line.service == "WAF") == pytest.approx(5 + 4 + 6)
    assert not [line for line in dev if line.service == "WAF"]


def test_what_sleeps_pays_for_the_alarm_of_its_nat_instance_while_it_is_awake() -> None:
    awake, asleep = (plan.read(path) for path in __main__.plans_of(SLEEPER, PLANS))
    alarm = "module.environment.module.network.aws_cloudwatch_metric_alarm.nat_instance[0]"
    assert alarm in awake
    assert alarm not in asleep


def test_prod_pays_for_the_warm_second_colour(prod: list[Line]) -> None:
    colours = [line.total(730) for line in prod if line.service == "Fargate" and "colour" in line.item]
    assert len(colours) == 2
    assert colours[0] == pytest.approx(colours[1])


@pytest.mark.parametrize(
    ("cpu", "memory", "billed"),
    [
        (0.25, 256, (0.25, 0.5)),
        (0.25, 257, (0.25, 1)),
        (0.25, 512, (0.25, 1)),
        (0.5, 768, (0.5, 1)),
        (0.25, 1800, (0.5, 3)),
        (1, 256, (1, 2)),
        (0.3, 100, (0.5, 1)),
    ],
)
def test_fargate_adds_256_megabytes_and_rounds_up(cpu: float, memory: int, billed: tuple[float, float]) -> None:
    assert fargate_size(cpu, memory) == billed


def test_a_pod_too_large_for_fargate_is_refused() -> None:
    with pytest.raises(ValueError, match="no size"):
        fargate_size(32, 256)


def test_a_resource_type_that_nobody_looked_up_stops_the_report(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(UnknownCostError, match=r"aws_msk_cluster is not in cost/pricing.py"):
        amounts(Resource("aws_msk_cluster.this", "aws_msk_cluster", {}))
    document = {
        "planned_values": {
            "root_module": {
                "resources": [{"address": "a.b", "mode": "managed", "type": "aws_msk_cluster", "values": {}}]
            }
        }
    }
    (tmp_path / "plan.json").write_text(json.dumps(document))
    assert __main__.main([SLEEPER.name, str(tmp_path / "plan.json")]) == 2
    assert "aws_msk_cluster" in capsys.readouterr().err


@pytest.mark.parametrize("region", tomllib.loads(prices.PATH.read_text()))
def test_every_region_has_every_price_with_a_source_and_a_date(region: str) -> None:
    found, first = prices.load(region), prices.load("us-east-1")
    assert found.keys() ^ first.keys() == set(), region
    for name, price in found.items():
        assert price.usd > 0, name
        assert price.unit == first[name].unit, name
        assert price.source.startswith("https://"), name
        assert datetime.date(2025, 1, 1) <= price.date, name


def test_no_type_is_both_free_and_priced() -> None:
    priced = set(re.findall(r'"(aws_\w+)": ', (Path(__main__.__file__).parent / "pricing.py").read_text()))
    assert priced
    assert priced & FREE == set()


def test_the_command_fails_above_the_ceiling_and_says_what_would_fit(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = [SLEEPER.name, *(str(path) for path in __main__.plans_of(SLEEPER, PLANS))]
    monkeypatch.setattr(usage, "ceiling", {SLEEPER.name: 60.0}.get)
    assert __main__.main(arguments) == 0
    assert re.search(r"up to \*\*\d+ awake hours\*\*", capsys.readouterr().out)
    monkeypatch.setattr(usage, "ceiling", {SLEEPER.name: 30.0}.get)
    assert __main__.main(arguments) == 1
    assert "awake hours would fit" in capsys.readouterr().err


@pytest.mark.parametrize("environment", ENVIRONMENTS, ids=lambda each: each.name)
def test_the_documents_are_up_to_date(environment: Environment) -> None:
    name, found, assumed = environment.name, lines(environment), usage.load(environment.name)
    page = report.markdown(name, __main__.region_of(environment), found, assumed, usage.ceiling(name))
    assert (DOCUMENTS / f"{name}.md").read_text() == page, "make cost"
    picture = chart.svg(name, found, assumed.awake_hours)
    assert (DOCUMENTS / f"{name}.svg").read_text() == picture, "make cost"
    ElementTree.fromstring(picture)  # noqa: S314 (our own file)


@pytest.mark.slow
def test_cost_imports_nothing_of_django() -> None:
    for file in Path(__main__.__file__).parent.glob("*.py"):
        assert not re.search(r"^(import|from) (django|todo)", file.read_text(), re.MULTILINE), file
