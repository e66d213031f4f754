"""The running container serves its callers."""

import json
import re

from local.resource import FIRST_PATH, RESOURCES
from tests.image.conftest import PASSWORD
from tests.image.container import Container

JSON = {"Content-Type": "application/json"}


def test_a_caller_logs_in_creates_a_todo_and_finds_it_in_the_list(service: Container) -> None:
    login = json.dumps({"username": "caller", "password": PASSWORD})
    token = service.ask("POST", "/auth/token", login, JSON)
    assert token.status == 200, token.body
    headers = {**JSON, "Authorization": f"Bearer {token.json['access']}"}
    created = service.ask("POST", FIRST_PATH, json.dumps(RESOURCES[0].example), headers)
    assert created.status == 201, created.body
    listed = service.ask("GET", FIRST_PATH, headers=headers)
    assert created.json["id"] in [todo["id"] for todo in listed.json]


def test_the_admin_gets_its_style_sheet_under_a_hashed_name(service: Container) -> None:
    page = service.ask("GET", "/admin/login/")
    found = re.search(rb'href="(/static/admin/css/base\.[0-9a-f]{12}\.css)"', page.body)
    assert found, page.body
    sheet = service.ask("GET", found[1].decode())
    assert sheet.status == 200
    assert sheet.headers["Content-Type"].startswith("text/css")
    assert "immutable" in sheet.headers["Cache-Control"]


def test_the_documentation_finds_all_its_assets(service: Container) -> None:
    addresses = re.findall(rb'"(/static/[^"]+)"', service.ask("GET", "/docs").body)
    assert len(addresses) >= 4
    assert {service.ask("GET", address.decode()).status for address in addresses} == {200}


def test_metrics_have_a_port_of_their_own_and_name_the_version(service: Container) -> None:
    service.ask("GET", FIRST_PATH)
    metrics = service.ask("GET", "/metrics", port=service.metrics_port).body.decode()
    assert re.search(r'^service_build_info\{.*version="1\.2\.3".*\} 1\.0$', metrics, re.MULTILINE), metrics
    assert "service_http_requests_total{" in metrics
    assert service.ask("GET", "/metrics").status == 404


def test_every_line_of_the_log_is_json(service: Container) -> None:
    assert all(json.loads(line)["message"] for line in service.log.splitlines())
