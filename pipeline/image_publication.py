"""python -m pipeline.image_publication IMAGE REPOSITORY TAG

Pushes the local IMAGE once: a tag that the registry has already is left alone, so that a repeated run releases the
bytes of the first one. Prints the digest; in a workflow it is the output `digest`. With `find` for IMAGE it only looks,
and the output is empty when nothing is there.
"""

import os
import sys
from pathlib import Path

from pipeline.command import CommandError, exit_on_failure, output

PUSH_SECONDS = 600


def find(repository: str, tag: str) -> str:
    """Return the digest under a tag, "" when there is none; raise CommandError when the registry does not say."""
    name = repository.split("/", 1)[1]
    command = ["aws", "ecr", "describe-images", "--repository-name", name, "--image-ids", f"imageTag={tag}"]
    try:
        return output([*command, "--query", "imageDetails[0].imageDigest", "--output", "text"], seconds=60)
    except CommandError as error:
        if "ImageNotFoundException" in error.said:
            return ""
        raise


def publish(image: str, repository: str, tag: str) -> str:
    """Push unless the tag is taken; return the digest under which the registry has it."""
    if digest := find(repository, tag):
        sys.stderr.write(f"{tag} is in the registry already\n")
        return digest
    output(["docker", "tag", image, f"{repository}:{tag}"], seconds=60)
    output(["docker", "push", "--quiet", f"{repository}:{tag}"], seconds=PUSH_SECONDS)
    digest = find(repository, tag)
    if not digest:
        raise RuntimeError(f"{repository} does not know {tag} after the push")
    return digest


def main(arguments: list[str]) -> int:
    """Publish or find; return the exit status."""
    if len(arguments) != 3:
        sys.stderr.write(__doc__ or "")
        return 2
    image, repository, tag = arguments
    try:
        digest = find(repository, tag) if image == "find" else publish(image, repository, tag)
    except CommandError as error:
        return exit_on_failure(error)
    sys.stdout.write(f"{digest}\n")
    if handed_on := os.environ.get("GITHUB_OUTPUT"):
        with Path(handed_on).open("a") as file:
            file.write(f"digest={digest}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
