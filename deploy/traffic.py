"""Moves traffic by applying one object whole, and believes it only when the load balancer shows it."""

import json

from deploy.cluster import other
from deploy.kubectl import KubectlError
from deploy.run import Run
from deploy.unanswered import Unanswered

ACTION = "alb.ingress.kubernetes.io/actions."


def move(run: Run, colour: str) -> None:
    """Give a colour all traffic. This one command is the flip, and the rollback."""
    run.kubectl.change("apply", "-k", run.workshop.overlay(f"traffic-{colour}"))


def share(run: Run, percent: int) -> None:
    """Give the new colour some of the traffic; the former one stays the live one, also for a rollback."""
    annotations = run.picture.traffic["metadata"]["annotations"]
    changed = {
        key: _weighted(value, run.entry.to, percent) for key, value in annotations.items() if _shares(key, value)
    }
    overlay = run.workshop.with_annotations(f"traffic-{run.entry.from_}", changed)
    run.kubectl.change("apply", "-k", overlay)


def seen(run: Run, colour: str, percent: int = 100) -> str:
    """Wait until `colour` really gets `percent` of the traffic; return "", or what is seen instead in the end."""

    def doubt() -> str:
        try:
            weighs = run.picture.behind_load_balancer
            found = _doubt_of_balancer(run, colour, percent) if weighs else _doubt_of_endpoints(run, colour)
        except (Unanswered, KubectlError) as error:
            found = str(error)
        return found and f"traffic on {colour}: {found}"

    return run.wait(doubt, seconds=run.file.flip_seconds, every=1)


def _doubt_of_balancer(run: Run, colour: str, percent: int) -> str:
    wished = {colour: percent, other(colour): 100 - percent}
    return "" if run.load_balancer.shares(wished) else f"the load balancer's rules have other weights than {wished}"


def _doubt_of_endpoints(run: Run, colour: str) -> str:
    slices = run.kubectl.objects("endpointslices", "-l", "kubernetes.io/service-name=todo")
    endpoints = [each for part in slices for each in part.get("endpoints") or [] if each["conditions"].get("ready")]
    strangers = [each["targetRef"]["name"] for each in endpoints if not _belongs(each["targetRef"]["name"], colour)]
    if strangers:
        return f"endpoints of the other colour: {', '.join(strangers)}"
    return "" if endpoints else "no endpoint is ready"


def _belongs(pod: str, colour: str) -> bool:
    return pod.startswith(f"todo-{colour}-")


def _shares(key: str, value: str) -> bool:
    return key.startswith(ACTION) and len(json.loads(value).get("forwardConfig", {}).get("targetGroups", [])) > 1


def _weighted(action: str, colour: str, percent: int) -> str:
    content = json.loads(action)
    for group in content["forwardConfig"]["targetGroups"]:
        group["weight"] = percent if group["serviceName"] == f"todo-{colour}" else 100 - percent
    return json.dumps(content, separators=(",", ":"))
