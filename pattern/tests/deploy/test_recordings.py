"""The scripted kubectl answers as a real kubectl 1.36 and Kubernetes 1.36 did (recordings/).

Words are compared exactly. Of objects, everything the script writes must stand in the recording with the same value;
what differs from cluster to cluster (times, ids, names made up, addresses) must be of the same kind. The script may
leave out what no release asks for; READ lists what it may not.
"""

import json
import marshal
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from pattern.tests.deploy.recording import LAST, RECORDINGS, Recording, at, contained, manifest, recorded, same
from tests.deploy.scripted import kubectl as scripted
from tests.deploy.scripted.store import EMPTY, Object, Store
from tests.deploy.world import Clock


class Kubectl:
    """The script with a cluster of its own; files are in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.clock, self.content = folder, Clock(), marshal.loads(marshal.dumps(EMPTY))  # noqa: S302

    def __call__(self, *words: str) -> Recording:
        code, out, error = scripted.answer(Store(self.content, self.clock.now()), list(words))
        return Recording(code, out.strip(), error.strip())

    def apply(self, thing: Object) -> Recording:
        return self.with_file("apply", "thing.json", thing)

    def with_file(self, verb: str, name: str, thing: Object) -> Recording:
        (self.folder / name).write_text(json.dumps(thing))
        answer = self(verb, "-f", str(self.folder / name))
        return Recording(answer.code, answer.out, answer.error.replace(f"{self.folder}/", ""))

    def fault(self, **faults: object) -> None:
        self.content["faults"].update(faults)


@pytest.fixture
def kubectl(tmp_path: Path) -> Kubectl:
    return Kubectl(tmp_path)


def coloured(thing: Object) -> Object:
    """Name the colour as our manifests do; the recordings were made with shorter ones."""
    text = json.dumps(thing).replace('"colour"', '"service/colour"')
    found: Object = json.loads(text)
    return found


@pytest.fixture
def blue(kubectl: Kubectl) -> Object:
    found = coloured(manifest(7))
    assert kubectl.apply(found) == recorded(6)
    return found


def test_an_absent_object_may_be_ignored(kubectl: Kubectl) -> None:
    assert kubectl("get", "deployment", "web-blue", "--ignore-not-found", "-o", "json") == recorded(3)


def test_applying_says_created_unchanged_and_configured(kubectl: Kubectl, blue: Object) -> None:
    assert kubectl.apply(blue) == recorded(11)
    blue["spec"]["template"]["spec"]["containers"][0]["env"][0]["value"] = "v2"
    assert kubectl.apply(blue) == recorded(12)


@pytest.mark.parametrize(("number", "seconds"), [(7, 0), (9, 60)])
def test_a_deployment_starts_and_is_ready(kubectl: Kubectl, blue: Object, number: int, seconds: float) -> None:
    kubectl.clock.sleep(seconds)
    same(kubectl("get", "deployment", "web-blue", "-o", "json"), recorded(number))


POD = "status.phase status.conditions status.containerStatuses spec.containers metadata.creationTimestamp metadata.name"


@pytest.mark.parametrize(
    ("number", "fault", "seconds"), [(10, "", 60), (37, "image-missing", 60), (41, "crash", 60), (43, "unready", 60)]
)
def test_pods_show_what_ails_them(kubectl: Kubectl, blue: Object, number: int, fault: str, seconds: float) -> None:
    """Of the recorded pods, the one that the fault has (the others are of the release before)."""
    colour = "green" if fault else "blue"
    kubectl.fault(**({fault: colour} if fault else {}))
    kubectl.apply(json.loads(json.dumps(blue).replace('"blue"', f'"{colour}"').replace("web-blue", f"web-{colour}")))
    kubectl.clock.sleep(seconds)
    answer = json.loads(kubectl("get", "pods", "-l", f"service/colour={colour}", "-o", "json").out)
    real = json.loads(recorded(number).out)
    ailing = [pod for pod in real["items"] if fault == "" or not pod["status"]["containerStatuses"][0]["ready"]]
    assert answer.keys() == real.keys()
    for pod in answer["items"]:
        # The spec is the manifest's.
        contained({key: value for key, value in pod.items() if key != "spec"}, ailing[0])
    for path in POD.split():
        assert at(answer["items"][0], path), path


def test_a_service_leads_to_the_pods_of_its_selector_before_and_after_a_flip(kubectl: Kubectl, blue: Object) -> None:
    green = json.loads(json.dumps(blue).replace('"blue"', '"green"').replace("web-blue", "web-green"))
    kubectl.apply(green)
    kubectl.clock.sleep(60)
    service = coloured(json.loads(json.loads(recorded(19).out)["metadata"]["annotations"][LAST]))
    flipped = json.dumps(service)
    assert kubectl.apply(json.loads(flipped.replace('"green"', '"blue"'))) == recorded(14)
    slices = ("get", "endpointslices", "-l", "kubernetes.io/service-name=web", "-o", "json")
    same(kubectl(*slices), recorded(15))
    assert kubectl.apply(json.loads(flipped)) == recorded(17)
    same(kubectl(*slices), recorded(18))
    targets = [each["targetRef"]["name"] for each in json.loads(kubectl(*slices).out)["items"][0]["endpoints"]]
    assert len(targets) == 2
    assert all(name.startswith("web-green-") for name in targets)
    same(kubectl("get", "service", "web", "-o", "json"), recorded(19))


def test_the_proxy_says_what_is_not_there(kubectl: Kubectl) -> None:
    proxy = "/api/v1/namespaces/service/services/http:{}:80/proxy/"
    assert kubectl("get", "--raw", proxy.format("nothing")) == recorded(21)
    service = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "empty"}, "spec": {"selector": {"a": "b"}}}
    kubectl.apply(service)
    assert kubectl("get", "--raw", proxy.format("empty")) == recorded(22)


def test_a_job_completes(kubectl: Kubectl) -> None:
    assert kubectl.apply(manifest(25)) == recorded(23)
    kubectl.clock.sleep(30)
    same(kubectl("get", "job", "migrate-good", "-o", "json"), recorded(25))
    assert kubectl("logs", "job/migrate-good") == recorded(26)


def test_a_running_job_has_no_condition(kubectl: Kubectl) -> None:
    kubectl.apply(manifest(34))
    same(kubectl("get", "job", "migrate-slow", "-o", "json"), recorded(34))


def test_a_job_that_exceeds_its_deadline_fails_and_says_why(kubectl: Kubectl) -> None:
    kubectl.fault(**{"migrate-slow": "hang"})
    kubectl.apply(manifest(34))
    kubectl.clock.sleep(8)
    same(kubectl("get", "job", "migrate-slow", "-o", "json"), recorded(35))


def test_a_failed_job_stays_until_it_is_deleted(kubectl: Kubectl) -> None:
    kubectl.fault(**{"migrate-bad": "django.db.utils.ProgrammingError: column does not exist\nApplying todos.0003..."})
    bad = manifest(28)
    kubectl.apply(bad)
    kubectl.clock.sleep(30)
    same(kubectl("get", "job", "migrate-bad", "-o", "json"), recorded(28))
    assert kubectl("logs", "job/migrate-bad") == recorded(29)
    same(kubectl("get", "pods", "-l", "job-name=migrate-bad", "-o", "json"), recorded(30))
    assert kubectl.apply(bad) == recorded(31)
    bad["spec"]["template"]["spec"]["containers"][0]["command"][2] = "another"
    refused, real = kubectl.apply(bad), recorded(32)
    assert (refused.code, refused.out) == (real.code, real.out)
    # The real one prints the whole template in between.
    assert real.error.startswith(refused.error.partition("{")[0])
    assert real.error.endswith(refused.error.rpartition("}")[2])
    assert kubectl("delete", "job", "migrate-bad") == recorded(33)


def test_a_lease_is_taken_once_and_replaced_against_its_version(kubectl: Kubectl) -> None:
    lease = json.loads(recorded(49).out)
    lease["metadata"] = {"name": "release", "namespace": "service"}
    assert kubectl.with_file("create", "lease.yaml", lease) == recorded(47)
    assert kubectl.with_file("create", "lease.yaml", lease) == recorded(48)
    same(kubectl("get", "lease", "release", "-o", "json"), recorded(49))
    lease["metadata"]["resourceVersion"] = "1"
    assert kubectl.with_file("replace", "l.json", lease) == recorded(50)


def test_autoscalers_are_patched_and_deployments_scaled(kubectl: Kubectl, blue: Object) -> None:
    kubectl.apply(manifest(53))
    patch = ("patch", "hpa", "web-blue", "--type", "merge", "-p", '{"spec":{"minReplicas":3}}')
    assert kubectl(*patch) == recorded(52)
    kubectl.apply(json.loads(json.dumps(blue).replace("web-blue", "web-green")))
    assert kubectl("scale", "deployment/web-green", "--replicas=0") == recorded(54)
    assert kubectl("scale", "deployment/nothing", "--replicas=1") == recorded(55)
    hpa = json.loads(kubectl("get", "hpa", "web-blue", "-o", "json").out)
    hpa.pop("status", None)
    contained(hpa, json.loads(recorded(53).out))


def test_the_log_of_a_container_that_has_ended_is_at_hand(kubectl: Kubectl, blue: Object) -> None:
    kubectl.fault(log="ttt")
    (pod, *_) = json.loads(kubectl("get", "pods", "-l", "service/colour=blue", "-o", "json").out)["items"]
    assert kubectl("logs", f"pod/{pod['metadata']['name']}", "--previous") == recorded(42)


def test_what_is_forbidden_and_who_is_away_are_said_as_the_real_one_says_it(kubectl: Kubectl) -> None:
    kubectl.fault(forbidden="get pods")
    assert kubectl("get", "pods") == recorded(57)
    kubectl.content["away_until"] = kubectl.clock.now() + 10
    away = kubectl("get", "jobs")
    assert (away.code, away.error.splitlines()[-1]) == (1, recorded(64).error.splitlines()[-1])
    assert "couldn't get current server API group list" in recorded(64).error


def test_an_overlay_that_is_not_there_is_named(kubectl: Kubectl) -> None:
    real = recorded(58)
    answer = kubectl("apply", "-k", "nowhere")
    assert (answer.code, answer.error) == (real.code, real.error)


def unused() -> Iterator[str]:
    text = Path(__file__).read_text()
    for file in RECORDINGS.glob("*.txt"):
        if not re.search(rf"\b0?{int(file.name[:2])}\b", text):
            yield file.name


def test_every_recording_is_compared_with() -> None:
    assert list(unused()) == []
