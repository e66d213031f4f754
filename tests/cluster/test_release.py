"""The release tool on a real cluster, under constant load: what users lose when all goes well, and when it does not."""

import json
import os
import secrets
import sys
import time
from datetime import datetime
from pathlib import Path

import pytest

from deploy.names import COLOURS, MIGRATE, TRAFFIC, other, web
from local.resource import FIRST_PATH
from tests.cluster import kubectl, overlays
from tests.cluster.load_pod import MINIMUM_REQUESTS, Load, under_load
from tests.cluster.overlays import Image
from tests.cluster.releasing import Said, Tool, killed, live

pytestmark = pytest.mark.cluster

URL = f"http://{TRAFFIC}{FIRST_PATH}"
ROUNDS = int(os.environ.get("ROUNDS", "10"))  # of a release and a rollback: twenty flips
ROLLBACK_SECONDS = float(os.environ.get("ROLLBACK_SECONDS", "2"))
# Four threads of load, each a request in 0.1 s or more, and the tool's own: what a bake of ten seconds can cost.
MOST_ERRORS = 4 * 10 * 15


@pytest.fixture(scope="module")
def served(database: None, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The colour that serves, released by the tool."""
    said = Tool(tmp_path_factory.mktemp("first")).release()
    assert said.code == 0, said.text
    return live()


@pytest.fixture
def tool(served: str, tmp_path: Path) -> Tool:
    return Tool(tmp_path)


def fresh_token() -> str:
    """Return a token that is good for the ten minutes of one load."""
    overlays.apply("prune")
    name = f"load-{secrets.token_hex(4)}"
    password = secrets.token_hex(16)
    script = (
        f"echo {password} | python manage.py user {name} --password-stdin >/dev/null\npython manage.py token {name}"
    )
    return overlays.manage(script).splitlines()[-1]


def report(line: str) -> None:
    """Show a measured figure, also when all is well (`-rP`)."""
    sys.stdout.write(f"{line}\n")


def failed(load: Load) -> int:
    return sum(count for status, count in load.counts.items() if status != "200")


@pytest.mark.parametrize("number", range(ROUNDS))
def test_a_release_and_a_rollback_under_load_lose_no_request(tool: Tool, number: int) -> None:
    former = live()
    with under_load(URL, fresh_token()) as load:
        released = tool.release()
        assert (released.code, live()) == (0, other(former)), released.text
        back = tool.run("rollback")
        assert (back.code, live()) == (0, former), back.text
    load.lost_nothing()
    report(
        f"round {number}: {load.counts['200']} requests, none failed, {load.again} sent again on a new connection; "
        f"rollback command {back.seconds:.2f} s"
    )


def test_a_warm_rollback_ends_the_former_colour_s_answers_within_two_seconds(tool: Tool) -> None:
    """From the command to the last request that the new colour has logged, by the cluster's own clock.

    Of three rollbacks the fastest counts, and all are shown: a machine with other work to do adds seconds that are not
    the tool's, and takes none away.
    """
    whole = [measured_rollback(tool) for _ in range(3)]
    assert min(whole) <= ROLLBACK_SECONDS, whole


def measured_rollback(tool: Tool) -> float:
    """Release, roll back under load, and return the seconds from the command to the left colour's last answer."""
    released = tool.release()
    assert released.code == 0, released.text
    left, pods = live(), {pod["metadata"]["uid"] for pod in overlays.pods(other(live()))}
    # A Service moves no kept connection, so none is kept here; behind a load balancer each request is weighed again.
    with under_load(URL, fresh_token(), kept=0) as load:
        time.sleep(5)
        ahead = cluster_clock_ahead(left)
        back = tool.run("rollback")
        time.sleep(5)
    assert back.code == 0, back.text
    load.lost_nothing()
    last = last_answer(left) - ahead
    report(
        f"rollback: last answer of {left} {last - back.at:.2f} s after the command was given, "
        f"{last - back.given('kubectl'):.2f} s after the tool's first kubectl, "
        f"{last - back.given('apply -k'):.2f} s after the flip was given; command {back.seconds:.2f} s"
    )
    assert {pod["metadata"]["uid"] for pod in overlays.pods(live())} == pods, "no pod was started"
    return last - back.at


def cluster_clock_ahead(colour: str) -> float:
    """Return by how many seconds a pod's clock is ahead of this machine's, at least: the closest of five bounds.

    The pod told its time before we had read it, so each is too low by the way back, and the rollback seems that longer.
    """
    program = ("python", "-c", "import time; print(time.time())")
    told = [(float(kubectl.run("exec", f"deployment/{web(colour)}", "--", *program)), time.time()) for _ in range(5)]
    return max(pod - here for pod, here in told)


def last_answer(colour: str) -> float:
    """Return when the colour's pods logged their last request for the resource, in seconds since 1970."""
    moments = [0.0]
    for pod in overlays.pods(colour):
        for line in kubectl.run("logs", pod["metadata"]["name"], "-c", "web", "--since=120s").splitlines():
            if line.startswith("{") and (entry := json.loads(line)).get("path") == FIRST_PATH:
                moments.append(datetime.fromisoformat(entry["timestamp"]).timestamp())
    return max(moments)


@pytest.mark.parametrize(("faults", "code", "seconds"), [("crash", 23, 180), ("unready", 25, 60)])
def test_a_broken_release_never_gets_traffic(tool: Tool, faults: str, code: int, seconds: int) -> None:
    """A crash is seen at once; pods that are never ready are waited for to the end, so the end comes sooner here."""
    former = live()
    tool.settings(start_seconds=seconds)
    tool.fault(faults)
    with under_load(URL, fresh_token()) as load:
        said = tool.release()
    assert (said.code, live()) == (code, former), said.text
    load.lost_nothing()


def test_errors_after_the_flip_take_users_back_and_are_counted(tool: Tool) -> None:
    """The smoke test is left out, or it would stop this before the flip."""
    former = live()
    tool.fault("errors")
    tool.job_runs("smoke", "print('left out')")
    with under_load(URL, fresh_token()) as load:
        said = tool.release()
        time.sleep(3)
    assert (said.code, live()) == (30, former), said.text
    assert load.counts.get("200", 0) >= MINIMUM_REQUESTS, load.counts
    assert set(load.counts) <= {"200", "500"}, load.failures
    report(f"a release that answers 500 cost {failed(load)} of {sum(load.counts.values())} requests")
    assert 0 < failed(load) <= MOST_ERRORS


def test_a_resource_that_alone_is_broken_is_seen_in_the_bake_and_takes_users_back(tool: Tool) -> None:
    """/schema and health are well. The smoke test is left out here too."""
    former = live()
    tool.fault("resource")
    tool.job_runs("smoke", "print('left out')")
    with under_load(URL, fresh_token()) as load:
        said = tool.release()
    assert (said.code, live()) == (30, former), said.text
    assert 0 < failed(load) <= MOST_ERRORS, load.counts


def test_the_smoke_test_stops_such_a_release_before_anybody_sees_it(tool: Tool) -> None:
    former = live()
    tool.fault("errors")
    with under_load(URL, fresh_token()) as load:
        said = tool.release()
    assert (said.code, live()) == (28, former), said.text
    load.lost_nothing()


def test_a_migration_that_fails_stops_the_release_before_any_pod_was_changed(tool: Tool) -> None:
    before = {pod["metadata"]["uid"] for colour in COLOURS for pod in overlays.pods(colour)}
    tool.job_runs("migrate", "raise SystemExit('column does not exist')")
    kubectl.run("delete", "jobs", "-l", "app.kubernetes.io/component=migrate", "--ignore-not-found")
    said = tool.release()
    assert said.code == 20, said.text
    assert "column does not exist" in said.text
    assert {pod["metadata"]["uid"] for colour in COLOURS for pod in overlays.pods(colour)} == before


def test_a_migration_whose_image_is_missing_is_suspended_and_the_next_release_removes_it(tool: Tool) -> None:
    """It would run by itself when the image appears, perhaps during another release."""
    said = tool.release(f"{Image.parsed(os.environ['SERVICE_IMAGE']).name}:no-such-build")
    assert said.code == 22, said.text
    (job,) = [each for each in kubectl.items("jobs") if each["metadata"]["name"].startswith(MIGRATE)]
    assert job["spec"]["suspend"] is True
    assert tool.release().code == 0
    assert job["metadata"]["name"] not in {each["metadata"]["name"] for each in kubectl.items("jobs")}


def test_a_release_that_was_killed_is_told_from_a_living_one_and_rolled_back(tool: Tool) -> None:
    former = live()
    tool.settings(bake_seconds=600)
    with tool.start("release", *tool.of()) as process:
        try:
            overlays.await_that(lambda: "" if live() == other(former) else "no flip", 2 * overlays.READY_SECONDS)
            assert "at work:  release/" in tool.run("status").text
        finally:
            killed(process)
    followed = tool.run("status", "--follow")
    assert (followed.code, "dead: resume or roll back" in followed.text) == (0, True), followed.text
    assert (tool.run("rollback").code, live()) == (0, former)


def test_a_rollback_to_a_colour_that_is_too_small_makes_it_larger_and_says_how_many_pods_it_has(tool: Tool) -> None:
    released = tool.release()
    assert released.code == 0, released.text
    left, former = live(), other(live())
    kubectl.run("patch", "hpa", web(left), "--type=merge", "-p", '{"spec":{"minReplicas":3,"maxReplicas":3}}')
    overlays.scaled(left)
    assert "2 of the 3 pods needed" in tool.run("status").text
    back = tool.run("rollback")
    assert (back.code, live()) == (0, former), back.text
    assert kubectl.get("deployment", web(former))["spec"]["replicas"] == 3
    report(f"rollback to a colour that had 2 of 3 pods: {back.seconds:.1f} s; {back.lines[-1][1]}")
    assert tool.release().code == 0
    spec = kubectl.get("hpa", web(live()))["spec"]
    assert (spec["minReplicas"], spec["maxReplicas"]) == (2, 3), "the next release gives the bounds back"


def test_a_release_after_all_these_failures_goes_through(tool: Tool) -> None:
    former = live()
    said: Said = tool.release()
    assert (said.code, live()) == (0, other(former)), said.text
    assert os.environ["SERVICE_IMAGE"] in said.text
