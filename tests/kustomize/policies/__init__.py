"""The rules that every rendering keeps."""

from tests.kustomize.policies.fargate import FARGATE
from tests.kustomize.policies.objects import OBJECTS
from tests.kustomize.policies.pods import PODS
from tests.kustomize.policies.policy import Policy
from tests.kustomize.policies.workloads import WORKLOADS

POLICIES: tuple[Policy, ...] = (*PODS, *WORKLOADS, *FARGATE, *OBJECTS)
