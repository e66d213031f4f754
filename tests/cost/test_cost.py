"""The ceiling on dev's cost, and the arithmetic behind it. The plans are recorded (tests/cost/plans); the Terraform
tests say when they no longer are what Terraform plans."""

import datetime
import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from cost import __main__, chart, fargate, plan, prices, report, usage
from cost.bill import Line, bill, most_awake_hours, total
from cost.free import FREE
from cost.plan import Resource
from cost.pricing import UnknownCostError, amounts

PLANS = Path(__file__).parent / "plans"
DOCUMENTS = Path(__file__).parents[2] / "docs" / "cost"
CEILING = 50


@pytest.fixture
def dev() -> list[Line]:
    awake, asleep = plan.read(PLANS / "dev-awake.json"), plan.read(PLANS / "dev-asleep.json")
    return bill(awake, asleep, usage.load("dev"), prices.load())


@pytest.fixture
def prod() -> list[Line]:
    return bill(plan.read(PLANS / "prod.json"), None, usage.load("prod"), prices.load())


def test_dev_costs_less_than_the_ceiling_at_the_documented_hours(dev: list[Line]) -> None:
    assert total(dev, usage.load("dev").awake_hours) < CEILING


def test_the_ceiling_holds_for_at_least_190_awake_hours(dev: list[Line]) -> None:
    assert most_awake_hours(dev, CEILING) >= 190


def test_the_most_awake_hours_are_those_at_which_the_ceiling_is_reached(dev: list[Line]) -> None:
    assert total(dev, most_awake_hours(dev, CEILING)) == pytest.approx(CEILING)


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
    assert instance.per_awake_hour == pytest.approx(0.064)


def test_the_web_acl_is_in_the_bill_of_prod_and_not_in_that_of_dev(dev: list[Line], prod: list[Line]) -> None:
    """$5, a dollar a rule, and $0.60 a million requests."""
    assert sum(line.total(730) for line in prod if line.service == "WAF") == pytest.approx(5 + 4 + 6)
    assert not [line for line in dev if line.service == "WAF"]


def test_dev_pays_for_the_alarm_of_its_nat_instance_while_it_is_awake() -> None:
    asleep, awake = (plan.read(PLANS / f"dev-{state}.json") for state in ("asleep", "awake"))
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
    assert fargate.size(cpu, memory) == billed


def test_a_pod_too_large_for_fargate_is_refused() -> None:
    with pytest.raises(ValueError, match="no size"):
        fargate.size(32, 256)


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
    assert __main__.main(["dev", str(tmp_path / "plan.json")]) == 2
    assert "aws_msk_cluster" in capsys.readouterr().err


def test_every_price_has_a_source_and_a_date() -> None:
    for name, price in prices.load().items():
        assert price.usd > 0, name
        assert price.source.startswith("https://"), name
        assert datetime.date(2025, 1, 1) <= price.date, name


def test_no_type_is_both_free_and_priced() -> None:
    priced = set(re.findall(r'"(aws_\w+)": ', (Path(__main__.__file__).parent / "pricing.py").read_text()))
    assert priced
    assert priced & FREE == set()


def test_the_command_fails_above_the_ceiling_and_says_what_would_fit(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["dev", str(PLANS / "dev-awake.json"), str(PLANS / "dev-asleep.json"), "--ceiling"]
    assert __main__.main([*arguments, "50"]) == 0
    assert re.search(r"up to \*\*\d+ awake hours\*\*", capsys.readouterr().out)
    assert __main__.main([*arguments, "30"]) == 1
    assert "awake hours would fit" in capsys.readouterr().err


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_the_documents_are_up_to_date(environment: str, dev: list[Line], prod: list[Line]) -> None:
    lines, assumed = {"dev": dev, "prod": prod}[environment], usage.load(environment)
    page = report.markdown(environment, lines, assumed, CEILING if environment == "dev" else None)
    assert (DOCUMENTS / f"{environment}.md").read_text() == page, "mend it: make cost"
    picture = chart.svg(environment, lines, assumed.awake_hours)
    assert (DOCUMENTS / f"{environment}.svg").read_text() == picture, "mend it: make cost"
    ElementTree.fromstring(picture)  # noqa: S314 (our own file)


def test_cost_imports_nothing_of_django() -> None:
    for file in Path(__main__.__file__).parent.glob("*.py"):
        assert not re.search(r"^(import|from) (django|todo)", file.read_text(), re.MULTILINE), file
