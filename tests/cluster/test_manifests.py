"""overlays/local on a real cluster, in the order of a first release."""

import json
import urllib.error
import urllib.request
from typing import Any

import pytest

from deploy.names import LIVE, NAMESPACE, TRAFFIC, smoke, web
from local.resource import FIRST_PATH, RESOURCES
from tests.cluster import kubectl, overlays
from tests.cluster.conftest import SUFFIX, leads_to
from tests.cluster.load_pod import under_load

pytestmark = pytest.mark.cluster

URL = f"http://{TRAFFIC}{FIRST_PATH}"


def call(url: str, method: str = "GET", token: str = "", body: dict[str, Any] | None = None) -> tuple[int, Any]:
    """Return status and JSON of one request."""
    data = None if body is None else json.dumps(body).encode()
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    request = urllib.request.Request(url, data, headers, method=method)  # noqa: S310  our own port-forward
    try:
        with urllib.request.urlopen(request, timeout=10) as response:  # noqa: S310
            content = response.read()
            return response.status, json.loads(content) if content else None
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read() or b"null")


def test_pods_are_ready_under_restricted_and_nobody_is_warned(blue: str) -> None:
    labels = kubectl.get("namespace", NAMESPACE)["metadata"]["labels"]
    assert labels["pod-security.kubernetes.io/enforce"] == "restricted"
    assert "PodSecurity" not in blue
    leads_to("blue", service=web("blue"))  # also the pod that the autoscaler has added meanwhile
    for pod in overlays.pods("blue"):
        conditions = {each["type"]: each["status"] for each in pod["status"]["conditions"]}
        assert conditions["Ready"] == "True"
        assert all(each["restartCount"] == 0 for each in pod["status"]["containerStatuses"])
    refused = kubectl.items("events", "--field-selector", "reason=FailedCreate")
    assert [event["message"] for event in refused] == []


def test_migrations_were_done_before_a_pod_was_ready(migrated: str, blue: str) -> None:
    for pod in overlays.pods("blue"):
        ready = next(each for each in pod["status"]["conditions"] if each["type"] == "Ready")
        assert ready["lastTransitionTime"] >= migrated


def test_the_tables_belong_to_the_role_that_no_web_pod_has(migrated: str) -> None:
    statement = "SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'"
    said = kubectl.run(
        "exec",
        f"{overlays.POSTGRESQL}-0",
        "--",
        "psql",
        "--username=postgres",
        f"--dbname={overlays.DATABASE}",
        "-Atc",
        statement,
    )
    assert said.split() == [overlays.OWNER]


def test_the_autoscaler_and_not_the_deployment_says_how_many_pods(blue: str) -> None:
    floor = kubectl.get("horizontalpodautoscaler", web("blue"))["spec"]["minReplicas"]
    overlays.await_that(lambda: "" if len(overlays.pods("blue")) >= floor else "fewer pods than minReplicas", 120)
    overlays.apply("blue")
    assert kubectl.get("deployment", web("blue"))["spec"]["replicas"] >= floor


def test_the_api_answers_through_the_service(live: None, token: str) -> None:
    with kubectl.forwarded(f"service/{TRAFFIC}", 80) as url:
        assert call(f"{url}/readyz") == (200, {"status": "ok"})
        assert call(f"{url}{FIRST_PATH}")[0] == 401
        status, made = call(f"{url}{FIRST_PATH}", "POST", token, RESOURCES[0].example)
        assert status == 201
        assert made in call(f"{url}{FIRST_PATH}", token=token)[1]
        assert call(f"{url}{FIRST_PATH}/{made['id']}", "DELETE", token)[0] == 204


def test_the_api_server_s_proxy_reaches_readiness(live: None) -> None:
    """As the release tool asks: the proxy drops the Authorization header, and /readyz needs none."""
    path = f"/api/v1/namespaces/{NAMESPACE}/services/http:{web('blue')}:80/proxy/readyz"
    assert json.loads(kubectl.run("get", "--raw", path)) == {"status": "ok"}


def test_a_pod_writes_nowhere_but_to_its_own_folder(blue: str) -> None:
    refused = kubectl.run("exec", f"deployment/{web('blue')}", "--", "touch", "/app/mine", allowed=(1,), warnings=True)
    assert "Read-only file system" in refused
    kubectl.run("exec", f"deployment/{web('blue')}", "--", "touch", "/tmp/mine")  # noqa: S108  the pod's own


def test_the_smoke_test_passes(live: None) -> None:
    overlays.apply("smoke-blue", SUFFIX)
    overlays.completed(f"{smoke('blue')}{SUFFIX}")
    assert kubectl.run("logs", f"job/{smoke('blue')}{SUFFIX}").strip().endswith(f"http://{web('blue')} serves.")


def test_pruning_runs_when_it_is_called(live: None) -> None:
    overlays.apply("prune")
    kubectl.run("create", "job", f"--from=cronjob/{overlays.PRUNE}", "prune-by-hand")
    overlays.completed("prune-by-hand")


def test_a_rolling_restart_under_load_loses_no_request(live: None, token: str) -> None:
    before = {pod["metadata"]["name"] for pod in overlays.pods("blue")}
    with under_load(URL, token) as load:
        kubectl.run("rollout", "restart", f"deployment/{web('blue')}")
        overlays.rolled_out(f"deployment/{web('blue')}")
        # The last of the old ones serves on while it drains.
        overlays.await_that(lambda: still_there(before), overlays.READY_SECONDS)
    load.lost_nothing()


def still_there(names: set[str]) -> str:
    found = {pod["metadata"]["name"] for pod in kubectl.items("pods", "-l", "app.kubernetes.io/component=web")}
    return ", ".join(sorted(found & names))


def test_both_colours_run_side_by_side_and_know_which_they_are(green: str) -> None:
    program = "import os; print(os.environ['COLOUR'])"
    for colour in ("blue", "green"):
        leads_to(colour, service=web(colour))
        assert kubectl.run("exec", f"deployment/{web(colour)}", "--", "python", "-c", program).strip() == colour
    assert not overlays.endpoints(web("blue")) & overlays.endpoints(web("green"))


def test_a_flip_moves_all_new_connections_and_loses_no_request(green: str, token: str) -> None:
    """Kept ones stay with the pod that they lead to: a Service chooses once a connection."""
    leads_to("blue")
    with under_load(URL, token) as load:
        overlays.apply("traffic-green")
        leads_to("green")
        overlays.apply("traffic-blue")
        leads_to("blue")
        overlays.apply("traffic-green")
        leads_to("green")
    load.lost_nothing()
    assert kubectl.get("service", TRAFFIC)["metadata"]["labels"][LIVE] == "green"


def test_shared_and_both_traffic_overlays_fight_over_nothing(green: str) -> None:
    for colour in ("blue", "green", "blue"):
        overlays.apply(f"traffic-{colour}")
        overlays.apply("shared")
        assert not overlays.differs("shared")
        assert not overlays.differs(f"traffic-{colour}")
        leads_to(colour)


def test_applying_a_part_again_changes_nothing(green: str) -> None:
    """As the API server counts, which keeps a generation of each spec: kubectl says "configured" of a default too."""
    for part in ("shared", "blue", "green"):
        before = overlays.kept(part)
        assert before
        overlays.apply(part)
        assert overlays.kept(part) == before, part
