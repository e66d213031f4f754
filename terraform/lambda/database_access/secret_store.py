"""Secrets Manager, seen as first values and staged versions."""

import os
from typing import TYPE_CHECKING, Any

import boto3
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from collections.abc import Callable

CURRENT = "AWSCURRENT"
PENDING = "AWSPENDING"


class SecretStore:
    """The few calls that bootstrap and rotate make. Values pass through and are never logged."""

    def __init__(self) -> None:
        self._client: Any = boto3.client("secretsmanager", region_name=os.environ.get("AWS_REGION"))

    def get(self, secret: str, stage: str = CURRENT, version: str | None = None) -> str | None:
        """Return the value, or None when this stage has none."""
        wanted = {"SecretId": secret, "VersionStage": stage} | ({"VersionId": version} if version else {})
        try:
            value: str = self._client.get_secret_value(**wanted)["SecretString"]
        except ClientError as error:
            if error.response["Error"]["Code"] == "ResourceNotFoundException":
                return None
            raise
        return value

    def put_first(self, secret: str, make: "Callable[[], str]") -> bool:
        """Store a value when there is none yet; say whether it was stored."""
        if self.get(secret) is not None:
            return False
        self._client.put_secret_value(SecretId=secret, SecretString=make())
        return True

    def put_pending(self, secret: str, token: str, value: str) -> None:
        """Store the value of a rotation that is not in force yet; the token makes a repetition harmless."""
        self._client.put_secret_value(
            SecretId=secret, ClientRequestToken=token, SecretString=value, VersionStages=[PENDING]
        )

    def stages(self, secret: str) -> dict[str, list[str]]:
        """Return the stages of each version."""
        description = self._client.describe_secret(SecretId=secret)
        versions: dict[str, list[str]] = description.get("VersionIdsToStages", {})
        return versions

    def promote(self, secret: str, token: str) -> None:
        """Make the token's version the current one; Secrets Manager keeps the old one as AWSPREVIOUS."""
        current = next(version for version, stages in self.stages(secret).items() if CURRENT in stages)
        if current != token:
            self._client.update_secret_version_stage(
                SecretId=secret, VersionStage=CURRENT, MoveToVersionId=token, RemoveFromVersionId=current
            )
