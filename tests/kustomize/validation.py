"""Holds objects to a schema: Kubernetes's own for its own kinds, those in schemas/ for custom resources."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import kubernetes_validate
import yaml

from tests.kustomize.rendering import Manifest, called

# Standard support on EKS in November 2026, and the version after: https://endoflife.date/amazon-eks
KUBERNETES = ("1.34", "1.35", "1.36", "1.37")
SCHEMAS = Path(__file__).with_name("schemas")


@cache
def schema(name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((SCHEMAS / f"{name}.json").read_text())
    return content


def trouble(manifest: Manifest, version: str) -> str:
    """Return what a Kubernetes of this version would object to, or "": unknown keys count."""
    try:
        if (SCHEMAS / f"{manifest['kind']}.json").exists():
            jsonschema.validate(manifest, schema(manifest["kind"]))
            if manifest["kind"] == "SecretProviderClass":
                jsonschema.validate(yaml.safe_load(manifest["spec"]["parameters"]["objects"]), schema("objects"))
        else:
            kubernetes_validate.validate(manifest, version, strict=True)
    except (jsonschema.ValidationError, kubernetes_validate.ValidationError) as error:
        return f"{called(manifest)}: {'.'.join(str(step) for step in error.path)}: {error.message}"
    except kubernetes_validate.SchemaNotFoundError:
        return f"{called(manifest)}: Kubernetes {version} has no {manifest['apiVersion']} {manifest['kind']}"
    return ""
