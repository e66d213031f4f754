"""A flip changes who is live, and nothing else."""

import difflib
import json
import re
from pathlib import Path
from typing import Any

import pytest

from environments import with_account
from tests.kustomize.conftest import Renderings
from tests.kustomize.rendering import AWS, COLOURS, ENVIRONMENTS, Manifest, render
from tests.kustomize.test_values import values

PREFIX = "alb.ingress.kubernetes.io/"
REAL = [each.name for each in with_account() if each.production]
OTHER = {"blue": "green", "green": "blue"}


def annotation(ingress: Manifest, name: str) -> str:
    text: str = ingress["metadata"]["annotations"][PREFIX + name]
    return text


def weights(ingress: Manifest, action: str = "live") -> dict[str, int]:
    groups: list[dict[str, Any]] = json.loads(annotation(ingress, f"actions.{action}"))["forwardConfig"]["targetGroups"]
    return {group["serviceName"]: group["weight"] for group in groups}


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_traffic_object_is_the_only_one_and_names_the_live_colour(renderings: Renderings, environment: str) -> None:
    kind = "Ingress" if environment in AWS else "Service"
    for colour in COLOURS:
        rendering = renderings[environment, f"traffic-{colour}"]
        assert [manifest["kind"] for manifest in rendering.objects] == [kind]
        assert rendering.one(kind, "web")["metadata"]["labels"]["service/live"] == colour
    assert not renderings[environment, "shared"].all("Ingress")
    names = [each["metadata"]["name"] for each in renderings[environment, "shared"].all("Service")]
    assert "web" not in names


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_two_renderings_differ_only_in_weights_or_selector_and_in_the_label(
    renderings: Renderings, environment: str
) -> None:
    blue, green = (renderings[environment, f"traffic-{colour}"].text.splitlines() for colour in COLOURS)
    changed = [line[1:].strip() for line in difflib.ndiff(blue, green) if line[0] in "+-"]
    expected = {"service/live: blue", "service/live: green"}
    assert expected <= set(changed)
    rest = [line for line in changed if line not in expected]
    if environment not in AWS:
        assert sorted(rest) == ["service/colour: blue", "service/colour: green"]
    else:
        assert all('"weight":' in line for line in rest)
        assert len(rest) == 2 * (1 + (environment in REAL)), "of everybody's rule, and of the admin's"


@pytest.mark.parametrize("environment", AWS)
@pytest.mark.parametrize("colour", COLOURS)
def test_all_traffic_goes_to_the_live_colour(renderings: Renderings, environment: str, colour: str) -> None:
    ingress = renderings[environment, f"traffic-{colour}"].one("Ingress")
    assert weights(ingress) == {f"web-{colour}": 100, f"web-{OTHER[colour]}": 0}


@pytest.mark.parametrize("environment", AWS)
def test_every_backend_exists_and_never_changes(renderings: Renderings, environment: str) -> None:
    services = {each["metadata"]["name"] for each in renderings[environment, "shared"].all("Service")}
    for colour in COLOURS:
        ingress = renderings[environment, f"traffic-{colour}"].one("Ingress")
        backends = [
            (path["backend"]["service"]["name"], path["backend"]["service"]["port"]["name"])
            for rule in ingress["spec"]["rules"]
            for path in rule["http"]["paths"]
        ]
        admin = ["live-admin", "admin-refused"] if environment in REAL else []
        assert backends == [(name, "use-annotation") for name in [*admin, "live"]]
        assert set(weights(ingress)) == services == {"web-blue", "web-green"}


@pytest.mark.parametrize("environment", AWS)
def test_no_rule_leads_strangers_to_the_colour_that_is_not_live(renderings: Renderings, environment: str) -> None:
    """A hole that is closed in one release stays open in the one before, which is kept warm."""
    ingress = renderings[environment, "traffic-blue"].one("Ingress")
    actions = {
        key.removeprefix(f"{PREFIX}actions."): json.loads(text)
        for key, text in ingress["metadata"]["annotations"].items()
        if key.startswith(f"{PREFIX}actions.")
    }
    forwarding = [name for name, action in actions.items() if action["type"] == "forward"]
    assert sorted(forwarding) == (["live", "live-admin"] if environment in REAL else ["live"])
    assert [weights(ingress, name) for name in forwarding] == [{"web-blue": 100, "web-green": 0}] * len(forwarding)


@pytest.mark.parametrize("environment", [each for each in AWS if values(each)["DOMAIN"]])
def test_with_a_domain_it_speaks_https_and_redirects_http(renderings: Renderings, environment: str) -> None:
    ingress = renderings[environment, "traffic-blue"].one("Ingress")
    assert json.loads(annotation(ingress, "listen-ports")) == [{"HTTP": 80}, {"HTTPS": 443}]
    assert annotation(ingress, "ssl-redirect") == "443"
    assert annotation(ingress, "certificate-arn").startswith("arn:aws:acm:")
    assert annotation(ingress, "ssl-policy").startswith("ELBSecurityPolicy-TLS13-")
    assert [rule["host"] for rule in ingress["spec"]["rules"]] == [values(environment)["DOMAIN"]]


@pytest.mark.parametrize("environment", [each for each in AWS if not values(each)["DOMAIN"]])
def test_without_a_domain_it_is_open_to_known_addresses_only(renderings: Renderings, environment: str) -> None:
    ingress = renderings[environment, "traffic-blue"].one("Ingress")
    assert json.loads(annotation(ingress, "listen-ports")) == [{"HTTP": 80}]
    assert annotation(ingress, "inbound-cidrs") not in {"", "0.0.0.0/0"}
    assert "certificate-arn" not in str(ingress)
    config = renderings[environment, "blue"].one("ConfigMap")["data"]
    assert config["SECURE_SSL_REDIRECT"] == config["SECURE_COOKIES"] == "false"


@pytest.mark.parametrize("environment", AWS)
def test_the_load_balancer_reaches_pods_by_address_and_asks_whether_they_are_ready(
    renderings: Renderings, environment: str
) -> None:
    ingress = renderings[environment, "traffic-blue"].one("Ingress")
    assert ingress["spec"]["ingressClassName"] == "alb"
    assert annotation(ingress, "target-type") == "ip"
    assert annotation(ingress, "healthcheck-path") == "/readyz"
    assert PREFIX + "group.name" not in ingress["metadata"]["annotations"]


@pytest.mark.parametrize("environment", REAL)
def test_the_admin_of_real_users_is_open_to_the_addresses_of_the_account_alone(tree: Path, environment: str) -> None:
    addresses = ["203.0.113.0/24", "198.51.100.7/32"]
    overlay = tree / "overlays" / environment
    values = overlay / "values/values.env"
    admin = json.dumps(addresses, separators=(",", ":"))
    values.write_text(re.sub(r"(?m)^ADMIN_CIDRS=.*", f"ADMIN_CIDRS={admin}", values.read_text()))
    ingress = render(overlay / "traffic-green").one("Ingress")
    assert weights(ingress, "live-admin") == weights(ingress)
    paths = [
        (path["path"], path["backend"]["service"]["name"]) for path in ingress["spec"]["rules"][0]["http"]["paths"]
    ]
    assert paths[:2] == [("/admin", "live-admin"), ("/admin", "admin-refused")]
    assert json.loads(annotation(ingress, "actions.admin-refused"))["fixedResponseConfig"]["statusCode"] == "403"
    assert json.loads(annotation(ingress, "conditions.live-admin")) == [
        {"field": "source-ip", "sourceIpConfig": {"values": addresses}}
    ]


# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html
VALUES_OF_A_RULE = 5


def values_of_rules(ingress: Manifest) -> list[int]:
    """Count the values of each rule: host, paths (a prefix /admin is /admin and /admin/*), headers, addresses."""
    counts = []
    for rule in ingress["spec"]["rules"]:
        for path in rule["http"]["paths"]:
            name = path["backend"]["service"]["name"]
            conditions = json.loads(ingress["metadata"]["annotations"].get(f"{PREFIX}conditions.{name}", "[]"))
            config = [each[key] for each in conditions for key in each if key.endswith("Config")]
            more = sum(len(each["values"]) for each in config)
            counts.append(("host" in rule) + (1 if path["path"] == "/" else 2) + more)
    return counts


def test_no_rule_has_more_values_than_a_load_balancer_takes(renderings: Renderings) -> None:
    (with_admin,) = {
        max(values_of_rules(renderings[environment, "traffic-green"].one("Ingress"))) for environment in REAL
    }
    assert with_admin + 1 == VALUES_OF_A_RULE, "its README says how many ranges of addresses fit"
