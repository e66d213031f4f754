"""The deployers' Role allows every command of a release. The on-call Role allows those of a rollback and of status,
and none that makes a release.
"""

from collections.abc import Iterator

import pytest
import yaml

from deploy import names
from tests.deploy.account import Account
from tests.deploy.scripted.applying import built
from tests.deploy.scripted.kinds import GROUPS, kind_of
from tests.deploy.scripted.store import Object
from tests.deploy.scripted.verbs import Words
from tests.deploy.world import ROOT, Scene

# All of it takes more than two seconds.
pytestmark = pytest.mark.slow

OBJECTS = list(yaml.safe_load_all((ROOT / "platform/cluster/on_call.yaml").read_text()))
(ON_CALL,) = [each for each in OBJECTS if each["kind"] == "Role"]
DEPLOYER = next(yaml.safe_load_all((ROOT / "platform/cluster/deployer.yaml").read_text()))
# Kinds that a release looks at and Kubernetes' ClusterRole `view` does not show.
NOT_VIEWED = {"Lease", "TargetGroupBinding", "Service/proxy"}
Need = tuple[str, str, str]  # verb, kind or kind/subresource, name


def needs(command: str) -> Iterator[Need]:
    """Return what the API server asks RBAC for, of one command of kubectl."""
    words = Words(command.split())
    verb, flags = words.rest[0], words.flags
    if "--raw" in flags:
        yield "get", "Service/proxy", ""
    elif verb == "get":
        kinds = words.rest[1].split("/")[0].split(",")
        yield from (("list" if len(words.rest) == 2 else "get", kind_of(kind), "") for kind in kinds)
    elif verb == "apply" and "-k" in flags:
        yield from (("patch", each["kind"], each["metadata"]["name"]) for each in built(flags["-k"]))
    elif verb == "apply":
        yield "patch", "ConfigMap", names.RELEASE
    elif verb in {"create", "replace"}:
        yield {"create": "create", "replace": "update"}[verb], "Lease", names.RELEASE
    elif verb == "exec":
        yield "create", "Pod/exec", ""
    elif verb == "logs":
        yield "get", "Pod", ""
    else:
        kind, name = words.named()
        yield {"scale": "patch"}.get(verb, verb), f"{kind}/scale" if verb == "scale" else kind, name


def allowed(need: Need, role: Object) -> bool:
    verb, kind, name = need
    if role is ON_CALL and verb in {"get", "list"} and kind not in NOT_VIEWED:
        return kind != "Secret"
    plain, _, sub = kind.partition("/")
    resource = f"{plain.lower()}{'es' if plain.endswith('s') else 's'}{f'/{sub}' if sub else ''}"
    return any(
        verb in rule["verbs"]
        and resource in rule["resources"]
        and GROUPS.get(plain, "") in rule["apiGroups"]
        and name in rule.get("resourceNames", [name])
        for rule in role["rules"]
    )


def refused(scene: Scene, role: Object) -> list[Need]:
    found = [need for command in scene.commands() for need in needs(command)]
    assert found
    return [need for need in found if not allowed(need, role)]


def test_the_deployers_may_give_every_command_of_a_release(account: Account, prod: Scene) -> None:
    """Also of those that fail. What is applied is compared by tests/platform/test_objects.py."""
    prod.fault(**{"no-gate": "green"})
    assert prod.release("b") == 27, prod.output
    prod.fault(**{"no-gate": "nobody", "migrate": "image-missing"})
    assert prod.release("c") == 22, prod.output
    prod.fault(migrate="")
    assert prod.release("b") == 0, prod.output
    assert prod.deploy("rollback") == 0, prod.output
    prod.content["commands"] = [words for words in prod.content["commands"] if "-k" not in words]
    assert {"delete", "exec", "logs", "patch", "replace", "scale"} <= {
        command.split()[2] for command in prod.commands()
    }
    assert refused(prod, DEPLOYER) == []


def test_it_suffices_for_a_rollback_of_a_colour_that_has_to_grow_and_for_status(account: Account, prod: Scene) -> None:
    assert prod.release("b") == 0, prod.output
    prod.thing("HorizontalPodAutoscaler", names.web("green"))["spec"]["maxReplicas"] = 9
    prod.content |= {"load": 9, "commands": []}
    prod.deploy("status")
    prod.clock.sleep(60)
    assert (prod.deploy("rollback"), prod.live) == (0, "blue"), prod.output
    assert any("scale" in command for command in prod.commands())
    assert refused(prod, ON_CALL) == []


def test_it_lets_nobody_release(account: Account, prod: Scene) -> None:
    assert prod.release("b") == 0, prod.output
    verbs = {(verb, kind) for verb, kind, _ in refused(prod, ON_CALL)}
    assert {("patch", "Deployment"), ("patch", "Job"), ("create", "Pod/exec"), ("delete", "Job")} <= verbs


def test_it_reads_no_secret_gives_no_rights_and_is_bound_to_one_group() -> None:
    resources = {resource for rule in ON_CALL["rules"] for resource in rule["resources"]}
    assert resources.isdisjoint({"secrets", "roles", "rolebindings", "pods", "pods/exec", "jobs", "deployments", "*"})
    bindings = [each for each in OBJECTS if each["kind"] == "RoleBinding"]
    assert {subject["name"] for each in bindings for subject in each["subjects"]} == {"service-oncall"}
    assert {each["roleRef"]["name"] for each in bindings} == {"on-call", "view"}
