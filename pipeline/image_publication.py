"""python -m pipeline.image_publication IMAGE REPOSITORY TAG

Pushes the local IMAGE once: a tag that the registry has already is left alone, so that a repeated run releases the
bytes of the first one. Prints the digest; in a workflow it is the output `digest`. With `find` for IMAGE it only looks,
and the output is empty when nothing is there.
"""

import os
import subprocess
import sys
from pathlib import Path

PUSH_SECONDS = 600


def find(repository: str, tag: str) -> str:
    """Return the digest under a tag, "" when there is none; raise CalledProcessError when the registry does not say."""
    name = repository.split("/", 1)[1]
    command = ["aws", "ecr", "describe-images", "--repository-name", name, "--image-ids", f"imageTag={tag}"]
    try:
        return _said([*command, "--query", "imageDetails[0].imageDigest", "--output", "text"])
    except subprocess.CalledProcessError as error:
        if "ImageNotFoundException" in error.stderr:
            return ""
        sys.stderr.write(error.stderr)
        raise


def publish(image: str, repository: str, tag: str) -> str:
    """Push unless the tag is taken; return the digest under which the registry has it."""
    if digest := find(repository, tag):
        sys.stderr.write(f"{tag} is in the registry already\n")
        return digest
    _said(["docker", "tag", image, f"{repository}:{tag}"])
    _said(["docker", "push", "--quiet", f"{repository}:{tag}"])
    digest = find(repository, tag)
    if not digest:
        raise RuntimeError(f"{repository} does not know {tag} after the push")
    return digest


def _said(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=PUSH_SECONDS)  # noqa: S603
    return done.stdout.strip()


def main(arguments: list[str]) -> int:
    """Publish or find; return the exit status."""
    if len(arguments) != 3:
        sys.stderr.write(__doc__ or "")
        return 2
    image, repository, tag = arguments
    digest = find(repository, tag) if image == "find" else publish(image, repository, tag)
    sys.stdout.write(f"{digest}\n")
    if output := os.environ.get("GITHUB_OUTPUT"):
        with Path(output).open("a") as file:
            file.write(f"digest={digest}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
