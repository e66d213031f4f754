"""The files that the application reads are those that each way of getting secrets brings."""

import pytest
import yaml

from tests.kustomize.conftest import Renderings
from tests.kustomize.rendering import AWS, COLOURS, ENVIRONMENTS, Manifest, containers, pods
from tests.kustomize.test_values import values

FILES = {"django_secret_key", "django_secret_key_fallbacks", "jwt_signing_keys", "db_username", "db_password"}
CLASSES = ("web-secrets", "migrate")


@pytest.mark.parametrize("environment", ENVIRONMENTS)
@pytest.mark.parametrize("part", [*COLOURS, "migrate", "prune", "smoke-blue", "smoke-green"])
def test_every_pod_reads_these_files_at_the_one_place(renderings: Renderings, environment: str, part: str) -> None:
    ((_, template),) = pods(renderings[environment, part].objects)
    (container,) = containers(template)
    read = {each["value"] for each in container["env"] if each["name"].endswith("_FILE")}
    assert read == {f"/mnt/secrets-store/{name}" for name in FILES}
    mount = next(each for each in container["volumeMounts"] if each["name"] == "secrets")
    assert mount == {"name": "secrets", "mountPath": "/mnt/secrets-store", "readOnly": True}
    assert "subPath" not in str(template), "a subPath never refreshes"


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_only_the_migrate_job_has_the_rights_to_migrate(renderings: Renderings, environment: str) -> None:
    mounted = {}
    for part in (*COLOURS, "migrate", "prune", "smoke-blue", "smoke-green"):
        ((_, template),) = pods(renderings[environment, part].objects)
        volume = next(each for each in template["spec"]["volumes"] if each["name"] == "secrets")
        mounted[part] = (volume["secret"]["secretName"], template["spec"]["serviceAccountName"])
        takes_role = "service_owner" in str(template)
        assert takes_role == (part == "migrate")
    assert mounted.pop("migrate") == ("migrate", "migrate")
    assert set(mounted.values()) == {("web-secrets", "web")}


def objects_of(secret_class: Manifest) -> dict[str, str]:
    """Return the ARN's name of each file that a SecretProviderClass makes."""
    files = {}
    for each in yaml.safe_load(secret_class["spec"]["parameters"]["objects"]):
        aliases = [path["objectAlias"] for path in each.get("jmesPath", [])] or [each["objectAlias"]]
        files.update(dict.fromkeys(aliases, each["objectName"]))
    return files


@pytest.mark.parametrize("environment", AWS)
@pytest.mark.parametrize("name", CLASSES)
def test_a_secret_provider_class_makes_the_files_and_the_mirror_holds_them(
    renderings: Renderings, environment: str, name: str
) -> None:
    secret_class = renderings[environment, "shared"].one("SecretProviderClass", name)
    files = objects_of(secret_class)
    account = values(environment)
    database = account["MIGRATE_DATABASE_SECRET_ARN" if name == "migrate" else "APP_DATABASE_SECRET_ARN"]
    assert files == {
        "django_secret_key": account["DJANGO_SECRET_KEY_SECRET_ARN"],
        "django_secret_key_fallbacks": account["DJANGO_SECRET_KEY_SECRET_ARN"],
        "jwt_signing_keys": account["JWT_SIGNING_KEYS_SECRET_ARN"],
        "db_username": database,
        "db_password": database,
    }
    (mirror,) = secret_class["spec"]["secretObjects"]
    assert mirror["secretName"] == name
    assert {each["key"] for each in mirror["data"]} == FILES
    assert all(each["key"] == each["objectName"] for each in mirror["data"])


@pytest.mark.parametrize("environment", AWS)
def test_the_mirror_mounts_both_classes(renderings: Renderings, environment: str) -> None:
    mirror = renderings[environment, "shared"].one("Deployment", "secrets-mirror")["spec"]["template"]["spec"]
    mounted = {volume["csi"]["volumeAttributes"]["secretProviderClass"] for volume in mirror["volumes"]}
    assert mounted == set(CLASSES)
    assert {each["name"] for each in mirror["containers"][0]["volumeMounts"]} == {
        volume["name"] for volume in mirror["volumes"]
    }
    assert mirror["serviceAccountName"] == "secrets-mirror"
