"""Each resource.toml, by which tools outside of the service know a resource, is true of the service."""

from pathlib import Path

import pytest

from local.resource import RESOURCES, Resource
from tests.api.client import ApiClient, parsed
from tests.postgresql_plugin import ROOT
from tests.sample import SERVED
from todoproject.accounts.models import User
from todoproject.accounts.tokens import issue_access

each_description = pytest.mark.parametrize("described", RESOURCES, ids=lambda each: each.path)
with_an_example = pytest.mark.parametrize(
    "described", [each for each in RESOURCES if each.example], ids=lambda each: each.path
)


def test_every_resource_of_the_service_is_described() -> None:
    real = {(subject.path, subject.model.__name__, subject.model._meta.db_table) for subject in SERVED}
    assert {(each.path, each.model, each.table) for each in RESOURCES} == real


def test_a_description_lies_in_the_folder_of_its_app() -> None:
    folders = {Path(str(subject.model.__module__).replace(".", "/")).parent for subject in SERVED}
    assert {file.parent.relative_to(ROOT) for file in ROOT.glob("*/resource.toml")} == folders


@with_an_example
def test_an_example_can_be_made_again_and_again_and_is_kept(user: User, described: Resource) -> None:
    api = ApiClient(issue_access(user.pk))
    answers = [api.send("POST", described.path, described.example) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201], answers[0].content
    assert parsed(answers[0]).items() >= described.example.items()
    assert parsed(answers[0])["id"] != parsed(answers[1])["id"]


@each_description
def test_the_list_takes_a_limit_as_every_reader_of_it_sends(user: User, described: Resource) -> None:
    api = ApiClient(issue_access(user.pk))
    assert api.send("GET", f"{described.path}?limit=1").status_code == 200
