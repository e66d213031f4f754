"""An image in the registry: pushed once, released unless it is older than the live one, and tagged so that it stays."""

import json
from pathlib import Path

import pytest

from deploy.names import COLOUR, NAMESPACE
from deploy.names import LIVE as LABEL
from environments import ROOT, load, with_account
from tests.workflows.conftest import Programs, started

ENVIRONMENT = with_account()[-1].name
REPOSITORY = load()[ENVIRONMENT].account()["IMAGE_REPOSITORY"]
HOST, _, NAME = REPOSITORY.partition("/")
IN_REGISTRY = f"--registry-id {HOST[:12]} --repository-name {NAME}"
LIVE, OLDER, NEWER = (f"sha256:{letter * 64}" for letter in "bac")

# ── pushed once: a repeated run releases the same bytes ──────────────────────────────────────────────────────────────
LOOK = f"aws ecr describe-images --repository-name {NAME} --image-ids imageTag=abc123"
# As the AWS CLI says it, with status 254.
ABSENT = "error: An error occurred (ImageNotFoundException) when calling the DescribeImages operation: …"
REFUSED = "error: An error occurred (AccessDeniedException) when calling the operation: …"


@pytest.fixture
def handed_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of a job's outputs."""
    monkeypatch.setenv("GITHUB_OUTPUT", str(tmp_path / "output"))
    return tmp_path / "output"


def publish(programs: Programs, image: str, answers: list[str]) -> tuple[int, list[str]]:
    programs.answers = {LOOK: answers, "docker": [""]}
    status = started("image_publication", image, REPOSITORY, "abc123")
    return status, [call for call, _ in programs.calls]


def test_a_new_image_is_pushed_and_its_digest_handed_on(programs: Programs, handed_on: Path) -> None:
    status, calls = publish(programs, "service:dev", [ABSENT, LIVE])
    assert status == 0
    assert calls[1:3] == [f"docker tag service:dev {REPOSITORY}:abc123", f"docker push --quiet {REPOSITORY}:abc123"]
    assert handed_on.read_text() == f"digest={LIVE}\n"


def test_a_tag_that_is_taken_is_not_pushed_over(programs: Programs, handed_on: Path) -> None:
    status, calls = publish(programs, "service:dev", [LIVE])
    assert status == 0
    assert not any(call.startswith("docker") for call in calls)
    assert handed_on.read_text() == f"digest={LIVE}\n"


@pytest.mark.parametrize(("answer", "digest"), [(ABSENT, ""), (LIVE, LIVE)])
def test_looking_pushes_nothing(programs: Programs, handed_on: Path, answer: str, digest: str) -> None:
    status, calls = publish(programs, "find", [answer])
    assert (status, len(calls)) == (0, 1)
    assert handed_on.read_text() == f"digest={digest}\n"


def test_a_registry_that_does_not_answer_is_a_failure_and_no_empty_digest(
    programs: Programs, handed_on: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert publish(programs, "find", [REFUSED])[0] == 1
    assert "AccessDeniedException" in capsys.readouterr().err
    assert not handed_on.exists()


# ── newer: after a late approval an older image is refused; a repeated run and a first release are not ───────────────
KUBECTL = f"kubectl --namespace {NAMESPACE} get --output json"
INGRESS = json.dumps({"items": [{"metadata": {"labels": {LABEL: "green"}}}]})
CONTAINERS = [{"image": f"registry/x@{LIVE}"}]
GREEN = json.dumps({"items": [{"spec": {"template": {"spec": {"containers": CONTAINERS}}}}]})
# With the CLI's own offset: both come from one registry, so that they sort as text.
PUSHED = {OLDER: "2026-11-30T09:00:00+00:00", LIVE: "2026-11-30T10:00:00+00:00", NEWER: "2026-11-30T11:00:00+00:00"}


@pytest.fixture
def cluster(programs: Programs) -> Programs:
    """A cluster in which green serves LIVE, and the registry behind it."""
    programs.answers = {f"{KUBECTL} ingress": [INGRESS], f"{KUBECTL} deployment --selector {COLOUR}=green": [GREEN]}
    look = f"aws ecr describe-images {IN_REGISTRY} --image-ids imageDigest="
    programs.answers |= {look + digest: [at] for digest, at in PUSHED.items()}
    return programs


def test_an_older_image_is_refused_with_both_times_and_the_way_back(
    cluster: Programs, capsys: pytest.CaptureFixture[str]
) -> None:
    assert started("newer", ENVIRONMENT, OLDER) == 1
    said = capsys.readouterr().err
    for words in (PUSHED[OLDER], PUSHED[LIVE], f"make rollback ENV={ENVIRONMENT}"):
        assert words in said


def test_a_newer_image_goes_on(cluster: Programs) -> None:
    assert started("newer", ENVIRONMENT, NEWER) == 0


def test_the_live_image_goes_on_and_the_registry_is_not_asked(cluster: Programs) -> None:
    assert started("newer", ENVIRONMENT, LIVE) == 0
    assert not [call for call, _ in cluster.calls if call.startswith("aws")]


def test_the_first_release_goes_on(cluster: Programs) -> None:
    cluster.answers[f"{KUBECTL} ingress"] = ['{"items": []}']
    assert started("newer", ENVIRONMENT, OLDER) == 0


@pytest.mark.parametrize("kind", ["ingress", f"deployment --selector {COLOUR}=green"])
def test_a_cluster_that_does_not_answer_stops_the_release(
    cluster: Programs, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    cluster.answers[f"{KUBECTL} {kind}"] = ["error: You must be logged in to the server"]
    assert started("newer", ENVIRONMENT, NEWER) == 1
    assert "logged in" in capsys.readouterr().err


# ── released: the tag that the registry's lifecycle keeps; a repeated run changes nothing ────────────────────────────
FOUND = json.dumps({"images": [{"imageManifest": '{"layers": []}', "imageManifestMediaType": "application/x"}]})


def tagged(programs: Programs, put: str) -> int:
    programs.answers = {"aws ecr batch-get-image": [FOUND], "aws ecr put-image": [put]}
    return started("released", ENVIRONMENT, LIVE)


@pytest.mark.parametrize("put", ["{}", "error: An error occurred (ImageAlreadyExistsException)"])
def test_an_image_gets_one_tag_an_environment_and_keeps_its_manifest(
    programs: Programs, capsys: pytest.CaptureFixture[str], put: str
) -> None:
    assert tagged(programs, put) == 0
    tag = f"released-{ENVIRONMENT}-{'b' * 12}"
    assert capsys.readouterr().out == f"{tag}\n"
    assert [call for call, _ in programs.calls] == [
        f"aws ecr batch-get-image {IN_REGISTRY} --image-ids imageDigest={LIVE}",
        f"aws ecr put-image {IN_REGISTRY} --image-tag {tag} --image-digest {LIVE} "
        '--image-manifest {"layers": []} --image-manifest-media-type application/x',
    ]


def test_a_registry_that_refuses_fails_the_job(programs: Programs, capsys: pytest.CaptureFixture[str]) -> None:
    assert tagged(programs, REFUSED) == 1
    assert "AccessDenied" in capsys.readouterr().err


def test_the_lifecycle_keeps_what_has_the_tag() -> None:
    assert 'tagPatternList = ["released-*"]' in (ROOT / "terraform/modules/registry/main.tf").read_text()
