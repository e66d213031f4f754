"""EKS add-ons, access entries and their tags: moto 5.2.5 knows clusters, node groups and Fargate profiles alone."""

import re
import time
import uuid
from typing import Any
from urllib.parse import unquote

from tests.terraform.emulator.answers import ACCOUNT, Answer, Question, not_found, ok

# (kind, cluster, name) to what the API shows of it.
_things: dict[tuple[str, str, str], dict[str, Any]] = {}
_policies: dict[tuple[str, str], dict[str, dict[str, Any]]] = {}


def answer(question: Question) -> Answer | None:  # noqa: PLR0911 (a table of paths)
    """Answer for add-ons, access entries, updates and tags; leave the rest to moto."""
    if tags := re.fullmatch(r"/tags/(.+)", question.path):
        return _tags(question, tags[1])
    if update := re.fullmatch(r"/clusters/[^/]+/updates/([^/]+)", question.path):
        return ok(update={"id": update[1], "status": "Successful", "type": "ConfigUpdate"})
    thing = re.fullmatch(r"/clusters/([^/]+)/(addons|access-entries)(?:/([^/]+))?(?:/(.*))?", question.path)
    if not thing:
        return None
    cluster, kind, name, rest = thing[1], thing[2], unquote(thing[3] or ""), thing[4] or ""
    if not name:
        return _create_addon(question, cluster) if kind == "addons" else _create_entry(question, cluster)
    found = _things.get((kind, cluster, name))
    if found is None:
        return not_found(f"{kind} {name} of {cluster}")
    if rest.startswith("access-policies"):
        return _access_policies(question, cluster, name, unquote(rest.removeprefix("access-policies").strip("/")))
    return _one(question, (kind, cluster, name), found)


def _tags(question: Question, arn: str) -> Answer | None:
    for thing in _things.values():
        if arn in (thing.get("addonArn"), thing.get("accessEntryArn")):
            if question.method == "POST":
                thing["tags"].update(question.body["tags"])
            for key in question.query.get("tagKeys", []) if question.method == "DELETE" else []:
                thing["tags"].pop(key, None)
            return ok(tags=thing["tags"])
    return None


def _create_addon(question: Question, cluster: str) -> Answer:
    name, now = question.body["addonName"], time.time()
    addon = {
        "addonName": name,
        "clusterName": cluster,
        "status": "ACTIVE",
        "addonVersion": question.body.get("addonVersion", "v1.0.0-eksbuild.1"),
        "health": {"issues": []},
        "addonArn": f"arn:aws:eks:{question.region}:{ACCOUNT}:addon/{cluster}/{name}/{uuid.uuid4()}",
        "createdAt": now,
        "modifiedAt": now,
        "tags": question.body.get("tags", {}),
    }
    addon |= {
        key: question.body[key] for key in ("serviceAccountRoleArn", "configurationValues") if key in question.body
    }
    _things["addons", cluster, name] = addon
    return ok(addon=addon)


def _create_entry(question: Question, cluster: str) -> Answer:
    principal, now = question.body["principalArn"], time.time()
    role, prefix = principal.rsplit("/", 1)[-1], f"arn:aws:eks:{question.region}:{ACCOUNT}"
    entry = {
        "clusterName": cluster,
        "principalArn": principal,
        "kubernetesGroups": question.body.get("kubernetesGroups", []),
        "accessEntryArn": f"{prefix}:access-entry/{cluster}/role/{ACCOUNT}/{role}/{uuid.uuid4()}",
        "createdAt": now,
        "modifiedAt": now,
        "tags": question.body.get("tags", {}),
        "type": question.body.get("type", "STANDARD"),
        "username": f"arn:aws:sts::{ACCOUNT}:assumed-role/{role}/{{{{SessionName}}}}",
    }
    _things["access-entries", cluster, principal] = entry
    return ok(accessEntry=entry)


def _access_policies(question: Question, cluster: str, principal: str, policy: str) -> Answer:
    policies = _policies.setdefault((cluster, principal), {})
    if question.method == "POST":
        scope = {"namespaces": []} | question.body["accessScope"]
        arn, now = question.body["policyArn"], time.time()
        policies[arn] = {"policyArn": arn, "accessScope": scope, "associatedAt": now, "modifiedAt": now}
        return ok(clusterName=cluster, principalArn=principal, associatedAccessPolicy=policies[arn])
    if question.method == "DELETE":
        policies.pop(policy, None)
    return ok(clusterName=cluster, principalArn=principal, associatedAccessPolicies=list(policies.values()))


def _one(question: Question, key: tuple[str, str, str], thing: dict[str, Any]) -> Answer:
    word = "addon" if key[0] == "addons" else "accessEntry"
    if question.method == "DELETE":
        del _things[key]
        _policies.pop(key[1:], None)
    elif question.method == "POST":
        known = ("addonVersion", "serviceAccountRoleArn", "configurationValues", "kubernetesGroups")
        thing |= {name: question.body[name] for name in known if name in question.body}
        if word == "addon":
            return ok(update={"id": str(uuid.uuid4()), "status": "Successful", "type": "AddonUpdate"})
    return ok(**{word: thing})
