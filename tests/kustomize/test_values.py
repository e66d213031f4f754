"""Account values stand in one file per environment, and a missing one is noticed."""

import re
from pathlib import Path

import pytest

from tests.kustomize.conftest import Renderings
from tests.kustomize.rendering import AWS, ENVIRONMENTS, PARTS, SAMPLE, SOURCE, RenderError, render

KEYS_FILE = SOURCE.parent / "terraform" / "values.keys"


def keys_of(file: Path) -> list[str]:
    lines = [line for line in file.read_text().splitlines() if line and not line.startswith("#")]
    return [line.split("=", 1)[0] for line in lines]


def values(environment: str) -> dict[str, str]:
    lines = (SOURCE / "overlays" / environment / "values.env").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


# Each place of a component that reads a value, by the value's key.
USES = [
    key
    for path in (SOURCE / "components").rglob("*.yaml")
    for key in re.findall(r"source: {kind: ConfigMap, name: values, fieldPath: data\.(\w+)}", path.read_text())
]


@pytest.mark.parametrize("environment", AWS)
def test_the_keys_are_those_that_terraform_writes(environment: str) -> None:
    assert sorted(keys_of(SOURCE / "overlays" / environment / "values.env")) == sorted(keys_of(KEYS_FILE))


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_values_env_is_the_file_that_is_rendered(environment: str) -> None:
    """Kustomize reads no file above its folder, so values.env leads to values/values.env."""
    link = SOURCE / "overlays" / environment / "values.env"
    assert link.readlink() == Path("values/values.env"), (
        "`make values` writes through this link; a copy would be ignored"
    )


@pytest.mark.parametrize("environment", AWS)
def test_no_environment_has_the_values_of_another(environment: str) -> None:
    assert values(environment)["ENVIRONMENT"] == environment


@pytest.mark.parametrize(
    ("part", "key"), [("shared", "WEB_ROLE_ARN"), ("traffic-blue", "CERTIFICATE_ARN"), ("blue", "AUDIT_LOG_GROUP")]
)
def test_a_missing_value_stops_the_rendering_and_is_named(tree: Path, part: str, key: str) -> None:
    file = tree / "overlays" / SAMPLE / "values/values.env"
    lines = file.read_text().splitlines()
    file.write_text("\n".join(line for line in lines if not line.startswith(f"{key}=")) + "\n")
    with pytest.raises(RenderError, match=key):
        render(tree / "overlays" / SAMPLE / part)


def test_every_value_is_read_in_the_way_that_stops_the_rendering_without_it() -> None:
    read = [path.read_text().count("name: values,") for path in (SOURCE / "components").rglob("*.yaml")]
    assert sum(read) == len(USES)
    assert len(set(USES)) >= 15


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_no_placeholder_is_left(renderings: Renderings, environment: str) -> None:
    for part in PARTS:
        text = renderings[environment, part].text.replace("image-not-set", "")
        assert "not-set" not in text
        assert not re.search(r'(DB_HOST|DB_NAME|DB_PORT)(: |\n\s+value: )""', text)


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_image_is_one_that_cannot_be_pulled(renderings: Renderings, environment: str) -> None:
    for part in ("migrate", "blue", "green", "smoke-blue", "smoke-green", "prune"):
        assert re.findall(r"image: (\S+)", renderings[environment, part].text) == ["image-not-set"]


@pytest.mark.parametrize("environment", AWS)
def test_values_reach_their_places(renderings: Renderings, environment: str) -> None:
    account = values(environment)
    shared = renderings[environment, "shared"]
    config = renderings[environment, "blue"].one("ConfigMap")["data"]
    assert {key: config[key] for key in ("DB_HOST", "DB_NAME", "DB_PORT", "AWS_REGION", "AUDIT_LOG_GROUP")} == {
        key: account[key] for key in ("DB_HOST", "DB_NAME", "DB_PORT", "AWS_REGION", "AUDIT_LOG_GROUP")
    }
    roles = {
        each["metadata"]["name"]: each["metadata"].get("annotations", {}).get("eks.amazonaws.com/role-arn")
        for each in shared.all("ServiceAccount")
    }
    assert roles == {
        "web": account["WEB_ROLE_ARN"],
        "secrets-mirror": account["SECRETS_MIRROR_ROLE_ARN"],
        "migrate": None,
    }


def test_hosts_are_the_domain_and_the_services(renderings: Renderings) -> None:
    allowed = renderings[SAMPLE, "blue"].one("ConfigMap")["data"]["ALLOWED_HOSTS"]
    assert allowed == f"{values('prod')['DOMAIN']},web-blue,web-green"
