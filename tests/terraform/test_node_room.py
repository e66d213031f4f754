"""One node holds everything that the platform installs: requests and pod count, added up."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml

from tests.terraform.terraform import SOURCE

TABLE = SOURCE / "node_room.toml"
RELEASES = SOURCE.parent / "platform" / "releases.yaml"

# A t3a.medium: 2 vCPU, 4 GiB of which Linux shows 3,880 MiB (measured on AL2023 by its users).
NODE_CPU, NODE_MEMORY = 2000, 3880


def max_pods() -> int:
    found = re.search(r"max_pods = (\d+)", (SOURCE / "modules/cluster/nodes.tf").read_text())
    assert found
    return int(found[1])


def test_requests_and_pods_of_the_platform_fit_one_node() -> None:
    workloads = tomllib.loads(TABLE.read_text())
    # nodeadm (https://github.com/awslabs/amazon-eks-ami): 255 MiB + 11 a pod slot, 60 m + 10 m for two cores; the
    # kubelet evicts at 100 MiB.
    memory = NODE_MEMORY - (255 + 11 * max_pods()) - 100
    cpu = NODE_CPU - 70
    assert sum(each["pods"] for each in workloads.values()) <= max_pods()
    assert sum(each["pods"] * each["cpu"] for each in workloads.values()) <= cpu
    assert sum(each["pods"] * each["memory"] for each in workloads.values()) <= memory


def test_every_release_of_the_platform_is_in_the_table() -> None:
    if not RELEASES.exists():
        pytest.skip("platform/releases.yaml is not there yet")
    installed = {release["name"] for release in yaml.safe_load(RELEASES.read_text())["releases"]}
    # One chart may bring several workloads: each then names its release.
    known = {each.get("release", name) for name, each in tomllib.loads(TABLE.read_text()).items()}
    assert installed <= known, f"add what is missing to {TABLE.name}"


def test_every_addon_is_in_the_table() -> None:
    text = (SOURCE / "modules/cluster/addons.tf").read_text()
    addons = set(re.findall(r"([a-z-]+) += {\s*role +=", text))
    known = set(tomllib.loads(Path(TABLE).read_text()))
    assert {"vpc-cni", "coredns", "metrics-server"} <= addons
    assert addons - known == set()
