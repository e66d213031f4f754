"""Holds objects to a schema: Kubernetes's own, or that of custom_resources.yaml for a custom resource."""

from pathlib import Path
from typing import Any

import jsonschema
import kubernetes_validate
import yaml

from tests.kustomize.rendering import Manifest, called

# Standard support on EKS in November 2026, and the version after: https://endoflife.date/amazon-eks
KUBERNETES = ("1.34", "1.35", "1.36", "1.37")
SCHEMAS: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("custom_resources.yaml").read_text())


def trouble(manifest: Manifest, version: str) -> str:
    """Return what a Kubernetes of this version would object to, or "": unknown keys count."""
    try:
        if manifest["kind"] in SCHEMAS:
            jsonschema.validate(manifest, {**SCHEMAS, "$ref": f"#/{manifest['kind']}"})
            if manifest["kind"] == "SecretProviderClass":
                objects = yaml.safe_load(manifest["spec"]["parameters"]["objects"])
                jsonschema.validate(objects, {**SCHEMAS, "$ref": "#/objects"})
        else:
            kubernetes_validate.validate(manifest, version, strict=True)
    except (jsonschema.ValidationError, kubernetes_validate.ValidationError) as error:
        return f"{called(manifest)}: {'.'.join(str(step) for step in error.path)}: {error.message}"
    except kubernetes_validate.SchemaNotFoundError:
        return f"{called(manifest)}: Kubernetes {version} has no {manifest['apiVersion']} {manifest['kind']}"
    return ""
