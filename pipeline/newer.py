"""python -m pipeline.newer ENVIRONMENT DIGEST

Refuses an image that is older than the live one: an approval may come late, after a newer release. The age is when the
registry got it, so that a repeated run is as old as the first. Ends with 0 when DIGEST is newer, is live itself, or is
the first; with 1 and a sentence when it is older. Going back to an older image is a rollback, not a release.
"""

import json
import sys
from typing import Any

from deploy.names import COLOUR, LIVE, NAMESPACE
from environments import ROOT, load
from pipeline.command import CommandError, exit_on_failure, output


def live_digest() -> str:
    """Return the digest that serves users, "" before the first release."""
    kubectl = ["kubectl", "--namespace", NAMESPACE, "get", "--output", "json"]
    traffic = json.loads(output([*kubectl, "ingress", "--selector", LIVE], seconds=60))["items"]
    if not traffic:
        return ""
    selector = f"{COLOUR}={traffic[0]['metadata']['labels'][LIVE]}"
    deployments: list[dict[str, Any]] = json.loads(
        output([*kubectl, "deployment", "--selector", selector], seconds=60)
    )["items"]
    images = [each["image"] for one in deployments for each in one["spec"]["template"]["spec"]["containers"]]
    return str(images[0].partition("@")[2]) if images else ""


def pushed(repository: str, digest: str) -> str:
    """Return when the registry got an image, as text that sorts by time; raise CommandError when it does not say."""
    host, name = repository.split("/", 1)
    command = ["aws", "ecr", "describe-images", "--registry-id", host.partition(".")[0], "--repository-name", name]
    query = ["--image-ids", f"imageDigest={digest}", "--query", "imageDetails[0].imagePushedAt", "--output", "text"]
    return output([*command, *query], seconds=60)


def main(arguments: list[str]) -> int:
    """Compare; return the exit status."""
    if len(arguments) != 2:
        sys.stderr.write(__doc__ or "")
        return 2
    environment, digest = arguments
    repository = load(ROOT)[environment].account()["IMAGE_REPOSITORY"]
    try:
        live = live_digest()
        if live in {"", digest}:
            return 0
        ages = {each: pushed(repository, each) for each in (live, digest)}
    except CommandError as error:
        return exit_on_failure(error)
    if ages[digest] < ages[live]:
        sys.stderr.write(
            f"{environment} serves {live}, pushed {ages[live]}; {digest} is older, pushed {ages[digest]}. Nothing was "
            f"changed. To go back, roll back: make rollback ENV={environment}\n"
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
