"""overlays/local on a real cluster, in the order of a first release."""

import json
import urllib.error
import urllib.request
from typing import Any

import pytest

from tests.cluster import kubectl, overlays
from tests.cluster.conftest import SUFFIX, leads_to
from tests.cluster.load_pod import Load, under_load

pytestmark = pytest.mark.cluster

MINIMUM_REQUESTS = 200


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


def lost_nothing(load: Load) -> None:
    assert load.failures == [], load.counts
    assert load.counts.get("200", 0) >= MINIMUM_REQUESTS, f"too little load to say anything: {load.counts}"


def test_pods_are_ready_under_restricted_and_nobody_is_warned(blue: str) -> None:
    labels = kubectl.get("namespace", kubectl.NAMESPACE)["metadata"]["labels"]
    assert labels["pod-security.kubernetes.io/enforce"] == "restricted"
    assert "PodSecurity" not in blue
    for pod in overlays.pods("blue"):
        conditions = {each["type"]: each["status"] for each in pod["status"]["conditions"]}
        assert conditions["Ready"] == "True"
        assert all(each["restartCount"] == 0 for each in pod["status"]["containerStatuses"])
    refused = kubectl.items("events", "--field-selector", "reason=FailedCreate")
    assert [event["message"] for event in refused] == []


def test_migrations_were_done_before_a_pod_was_ready(migrated: str, blue: str) -> None:
    done = kubectl.get("job", migrated)["status"]["completionTime"]
    for pod in overlays.pods("blue"):
        ready = next(each for each in pod["status"]["conditions"] if each["type"] == "Ready")
        assert ready["lastTransitionTime"] >= done


def test_the_tables_belong_to_the_role_that_no_web_pod_has(migrated: str) -> None:
    statement = "SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'"
    said = kubectl.run(
        "exec", "todo-postgresql-0", "--", "psql", "--username=postgres", "--dbname=todo", "-Atc", statement
    )
    assert said.split() == ["todo_owner"]


def test_the_autoscaler_and_not_the_deployment_says_how_many_pods(blue: str) -> None:
    floor = kubectl.get("horizontalpodautoscaler", "todo-blue")["spec"]["minReplicas"]
    overlays.await_that(lambda: "" if len(overlays.pods("blue")) >= floor else "fewer pods than minReplicas", 120)
    overlays.apply("blue")
    assert kubectl.get("deployment", "todo-blue")["spec"]["replicas"] >= floor


def test_the_api_answers_through_the_service(live: None, token: str) -> None:
    with kubectl.forwarded("service/todo", 80) as url:
        assert call(f"{url}/readyz?deep=1") == (200, {"status": "ok"})
        assert call(f"{url}/todos")[0] == 401
        status, made = call(f"{url}/todos", "POST", token, {"title": "from a real cluster"})
        assert status == 201
        assert made in call(f"{url}/todos", token=token)[1]
        assert call(f"{url}/todos/{made['id']}", "DELETE", token)[0] == 204


def test_the_api_server_s_proxy_reaches_readiness(live: None) -> None:
    """As the release tool asks: the proxy drops the Authorization header, and /readyz needs none."""
    path = f"/api/v1/namespaces/{kubectl.NAMESPACE}/services/http:todo-blue:80/proxy/readyz?deep=1"
    assert json.loads(kubectl.run("get", "--raw", path)) == {"status": "ok"}


def test_a_pod_writes_nowhere_but_to_its_own_folder(blue: str) -> None:
    refused = kubectl.run("exec", "deployment/todo-blue", "--", "touch", "/app/mine", allowed=(1,), warnings=True)
    assert "Read-only file system" in refused
    kubectl.run("exec", "deployment/todo-blue", "--", "touch", "/tmp/mine")  # noqa: S108  the pod's own


def test_the_smoke_test_passes(live: None) -> None:
    overlays.apply("smoke-blue", SUFFIX)
    overlays.completed(f"todo-smoke-blue{SUFFIX}")
    assert kubectl.run("logs", f"job/todo-smoke-blue{SUFFIX}").strip().endswith("http://todo-blue serves.")


def test_pruning_runs_when_it_is_called(live: None) -> None:
    overlays.apply("prune")
    kubectl.run("create", "job", "--from=cronjob/todo-prune", "prune-by-hand")
    overlays.completed("prune-by-hand")


def test_a_rolling_restart_under_load_loses_no_request(live: None, token: str) -> None:
    before = {pod["metadata"]["name"] for pod in overlays.pods("blue")}
    with under_load("http://todo/todos", token) as load:
        kubectl.run("rollout", "restart", "deployment/todo-blue")
        overlays.rolled_out("blue")
        # The last of the old ones serves on while it drains.
        overlays.await_that(lambda: still_there(before), overlays.READY_SECONDS)
    lost_nothing(load)


def still_there(names: set[str]) -> str:
    found = {pod["metadata"]["name"] for pod in kubectl.items("pods", "-l", "app.kubernetes.io/component=web")}
    return ", ".join(sorted(found & names))


def test_both_colours_run_side_by_side_and_know_which_they_are(green: str) -> None:
    program = "import os; print(os.environ['COLOUR'])"
    for colour in ("blue", "green"):
        leads_to(colour, service=f"todo-{colour}")
        assert kubectl.run("exec", f"deployment/todo-{colour}", "--", "python", "-c", program).strip() == colour
    assert not overlays.endpoints("todo-blue") & overlays.endpoints("todo-green")


def test_a_flip_moves_all_traffic_and_loses_no_request(green: str, token: str) -> None:
    leads_to("blue")
    with under_load("http://todo/todos", token) as load:
        overlays.apply("traffic-green")
        leads_to("green")
        overlays.apply("traffic-blue")
        leads_to("blue")
        overlays.apply("traffic-green")
        leads_to("green")
    lost_nothing(load)
    assert kubectl.get("service", "todo")["metadata"]["labels"]["todo/live"] == "green"


def test_shared_and_both_traffic_overlays_fight_over_nothing(green: str) -> None:
    for colour in ("blue", "green", "blue"):
        overlays.apply(f"traffic-{colour}")
        overlays.apply("shared")
        assert not overlays.differs("shared")
        assert not overlays.differs(f"traffic-{colour}")
        leads_to(colour)


def test_applying_a_part_again_changes_nothing(green: str) -> None:
    for part in ("shared", "blue", "green"):
        said = overlays.apply(part).splitlines()
        assert [line for line in said if not line.endswith("unchanged")] == []
