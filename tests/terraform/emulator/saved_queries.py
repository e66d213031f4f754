"""Saved queries of CloudWatch Logs Insights: moto 5.2.5 runs queries and saves none."""

import time
import uuid
from typing import Any

from tests.terraform.emulator.answers import Answer, Question, not_found, ok

_saved: dict[tuple[str, str], dict[str, Any]] = {}


def answer(question: Question) -> Answer | None:
    """Answer the three calls that make, show and remove a saved query; each region has its own."""
    body, region = question.body, question.region
    match question.operation:
        case "PutQueryDefinition":
            identifier = body.pop("queryDefinitionId", "") or str(uuid.uuid4())
            body.pop("clientToken", None)
            _saved[region, identifier] = body | {
                "queryDefinitionId": identifier,
                "lastModified": int(time.time() * 1000),
            }
            return ok(queryDefinitionId=identifier)
        case "DescribeQueryDefinitions":
            prefix = body.get("queryDefinitionNamePrefix", "")
            found = [each for key, each in _saved.items() if key[0] == region and each["name"].startswith(prefix)]
            return ok(queryDefinitions=found)
        case "DeleteQueryDefinition":
            if _saved.pop((region, body["queryDefinitionId"]), None) is None:
                return not_found(f"the query {body['queryDefinitionId']}")
            return ok(success=True)
    return None
