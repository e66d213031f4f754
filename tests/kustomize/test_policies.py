"""Every rendering keeps every rule, and every rule finds a manifest that breaks it."""

import copy

import pytest

from tests.kustomize.breakages import BREAKAGES, Breakage
from tests.kustomize.conftest import Renderings
from tests.kustomize.policies import POLICIES
from tests.kustomize.policies.policy import Policy
from tests.kustomize.rendering import SAMPLE

BY_RULE = {policy.rule: policy for policy in POLICIES}


@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: policy.rule)
def test_every_rendering_keeps_the_rule(renderings: Renderings, policy: Policy) -> None:
    broken = {
        "/".join(key): found for key, each in renderings.items() if (found := list(policy.violations(each.objects)))
    }
    assert broken == {}, f"{policy.rule}, because {policy.reason}"


@pytest.mark.parametrize("breakage", BREAKAGES, ids=lambda breakage: f"{breakage.rule}, {breakage.word}")
def test_a_broken_manifest_is_found(renderings: Renderings, breakage: Breakage) -> None:
    objects = copy.deepcopy(renderings[SAMPLE, breakage.part].objects)
    breakage.change(next(manifest for manifest in objects if manifest["kind"] == breakage.kind))
    found = list(BY_RULE[breakage.rule].violations(objects))
    assert found
    assert breakage.word in " ".join(found)


def test_no_rule_is_without_a_manifest_that_breaks_it() -> None:
    assert {breakage.rule for breakage in BREAKAGES} == set(BY_RULE)
