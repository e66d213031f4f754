"""python -m pipeline.released ENVIRONMENT DIGEST

Tags an image as released, so that the registry's lifecycle keeps it (terraform/modules/registry): fifty merges in dev
would otherwise expire what prod runs. The tag is the same for the same image, and a repeated run changes nothing. A
registry of another account is only read: there the environment before this one has tagged the image.
"""

import json
import sys

from environments import ROOT, load
from pipeline.command import CommandError, exit_on_failure, output


def tag(repository: str, environment: str, digest: str) -> str:
    """Tag the image in its registry; return the tag."""
    host, name = repository.split("/", 1)
    where = ["--registry-id", host.partition(".")[0], "--repository-name", name]
    found = json.loads(
        output(["aws", "ecr", "batch-get-image", *where, "--image-ids", f"imageDigest={digest}"], seconds=60)
    )["images"][0]
    released = f"released-{environment}-{digest.partition(':')[2][:12]}"
    put = ["aws", "ecr", "put-image", *where, "--image-tag", released, "--image-digest", digest]
    manifest = ["--image-manifest", found["imageManifest"]]
    manifest += ["--image-manifest-media-type", found["imageManifestMediaType"]]
    try:
        output([*put, *manifest], seconds=60)
    except CommandError as error:
        if "AlreadyExistsException" not in error.said:  # of the image, which has the tag already
            raise
    return released


def main(arguments: list[str]) -> int:
    """Tag; return the exit status."""
    if len(arguments) != 2:
        sys.stderr.write(__doc__ or "")
        return 2
    environment, digest = arguments
    account = load(ROOT)[environment].account()
    repository = account["IMAGE_REPOSITORY"]
    if not repository.startswith(account["AWS_ACCOUNT_ID"]):
        sys.stdout.write("the registry belongs to another account, which has tagged it\n")
        return 0
    try:
        sys.stdout.write(f"{tag(repository, environment, digest)}\n")
    except CommandError as error:
        return exit_on_failure(error)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
