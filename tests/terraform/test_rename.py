"""A client names the project in one place, project.json; whatever the account sees follows it."""

import json
import re
from typing import Any

import pytest

from tests.terraform.plans import resources
from tests.terraform.stories import Story
from tests.terraform.terraform import SOURCE

# Names inside Kubernetes and inside the database, which no other project of the account sees: the manifests, the
# release tool and the functions know them. The rest is what the story itself gives as owner and repository.
KEPT = {
    "web",
    "service/web",  # namespace and Ingress, as the load balancer is tagged
    "service/compute",
    "service:deployers",
    "service_master",
    "service_app",
    "service_app_clone",
    "platform-team",
    "example/todo",
    "example@1234567/todo@7654321",
    "todo.example.com",
    ".todo.example.com",
}


def names_of_todo(document: dict[str, Any]) -> set[str]:
    """Return all words with "todo" in the arguments of all resources; policies are text in them."""
    text = json.dumps([each.get("values") for each in resources(document)]).replace('\\"', '"')
    return set(re.findall(r"[\w./:@-]*todo[\w./:@-]*", text))


@pytest.mark.ci
@pytest.mark.parametrize("step", ["bootstrap", "dev awake", "dev born asleep"])
def test_no_name_in_the_account_is_the_old_one(renamed: Story, step: str) -> None:
    assert {name for name in names_of_todo(renamed.plans[step]) if not kept(name)} == set()


@pytest.mark.ci
def test_names_in_the_account_start_with_the_project(renamed: Story) -> None:
    values = renamed.values["dev born asleep"]
    assert values["cluster_name"] == "ledger-dev"
    assert values["image_repository"].endswith("/ledger")
    assert values["app_log_group"] == "/ledger-dev/app"


def kept(name: str) -> bool:
    subject = re.sub(r"^(repo|system:serviceaccount):|:(pull_request|environment:[\w-]+|[\w-]+)$", "", name).rstrip(":")
    return name in KEPT or subject in KEPT


# Lines that say todo of Kubernetes or of the database.
KUBERNETES = ("kubectl", "service_account", "service/web")


def test_the_project_is_named_in_one_place() -> None:
    name = json.loads((SOURCE.parent / "project.json").read_text())["name"]
    for file in [*SOURCE.glob("envs/*/*.tf"), *SOURCE.glob("modules/*/*.tf"), *SOURCE.glob("bin/*")]:
        for line in file.read_text().splitlines():
            code = re.sub(r"#.*|(description|error_message) *=.*|default *= .*", "", line)
            if not any(word in code for word in KUBERNETES):
                assert not re.search(rf'"{name}"|{name}-|/{name}/|={name}\b', code), f"{file.name}: {line}"
