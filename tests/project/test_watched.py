"""Rules, dashboards, the release tool and saved queries ask for routes and fields that the service has."""

import logging
import re
from pathlib import Path

import pytest
from django.contrib.admindocs.views import extract_views_from_urlpatterns
from django.test import Client
from django.urls import get_resolver

from monitoring.generate.files import files
from monitoring.generate.table import FOLDER
from tests.postgresql_plugin import ROOT
from tests.project.test_audit import Lines
from todoproject import audit
from todoproject.metrics.middleware import template

# In JSON a quote inside of a query is escaped. A dashboard's own variable ($route) is no route.
MATCHER = re.compile(r'\broute(=~|!~|!=|=)\\?"([^"\\$]+)\\?"')
WATCHING = sorted(path for path, text in files().items() if MATCHER.search(text))


def routes() -> set[str]:
    """Return every value of the label, as todoproject.metrics.middleware makes it."""
    patterns = extract_views_from_urlpatterns(get_resolver().url_patterns)
    return {template(route) for _, route, *_ in patterns} | {"/static", "unrouted", "refused"}


def watched(text: str) -> set[str]:
    """The routes that `text` names: one of them alone, or each alternative of a regular expression."""
    return {
        each
        for operator, value in MATCHER.findall(text)
        for each in (value.split("|") if "~" in operator else [re.escape(value)])
    }


@pytest.mark.parametrize("path", WATCHING, ids=lambda path: str(path.relative_to(FOLDER)))
def test_watched_routes_are_routes_of_the_service(path: Path) -> None:
    unknown = {each for each in watched(files()[path]) if not any(re.fullmatch(each, route) for route in routes())}
    assert unknown == set(), "monitoring/slo.yaml says which routes are watched"


def test_the_promises_are_about_a_route() -> None:
    assert {"rules/slo.yaml", "bake.json"} <= {str(path.relative_to(FOLDER)) for path in WATCHING}


MODULE = ROOT / "terraform" / "modules" / "observability"
QUERIES = {path.stem: path.read_text() for path in sorted((MODULE / "queries").glob("*.txt"))}
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html
WORDS = {"filter", "fields", "sort", "stats", "limit", "by", "as", "and", "or", "like", "asc", "desc"}
WORDS |= {"count", "min", "max"}
OWN = {"@timestamp", "@message"}  # what Insights gives every event


def fields(query: str) -> set[str]:
    """Return the fields of log lines that a query uses, without texts, patterns, keywords and its own names."""
    bare = re.sub(r'^#.*$|"[^"]*"|/\S+/', " ", query, flags=re.MULTILINE)
    named = set(re.findall(r"\bas (\w+)", bare))
    return set(re.findall(r"@?[a-z]\w*", bare)) - WORDS - named


@pytest.fixture
def lines(client: Client) -> dict[str, list[dict[str, object]]]:
    """What a request, an error and audit records write, by the log group that gets it."""
    handler = Lines()
    loggers = [logging.getLogger(name) for name in ("access", "audit", "django.request")]
    for logger in loggers:
        logger.addHandler(handler)
    try:
        client.get("/no-such-page")
        logging.getLogger("django.request").error("Internal Server Error", exc_info=RuntimeError("broken"))
        audit.record("todo.deleted", actor=1, count=3)
        audit.record("login.failed", actor=1, target=7)
    finally:
        for logger in loggers:
            logger.removeHandler(handler)
    trail = [line for line in handler.lines if line["logger"] == "audit"]
    # Standard output has every line, those of the trail too.
    return {"app": handler.lines, "audit": trail}


def groups(name: str) -> list[str]:
    found = re.search(rf"^    {name} *= \[(.*)\]$", (MODULE / "queries.tf").read_text(), re.MULTILINE)
    assert found, f"queries.tf does not name {name}"
    return re.findall(r'"(\w+)"', found[1])


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_uses_fields_that_the_service_logs_and_no_other(
    name: str, lines: dict[str, list[dict[str, object]]]
) -> None:
    logged = {field for group in groups(name) for line in lines[group] for field in line}
    assert fields(QUERIES[name])
    assert fields(QUERIES[name]) - OWN - logged == set()


def test_a_query_for_a_logger_names_one_that_writes(lines: dict[str, list[dict[str, object]]]) -> None:
    named = {(name, logger) for name, text in QUERIES.items() for logger in re.findall(r'logger = "(\w+)"', text)}
    assert named
    for name, logger in named:
        assert [line for group in groups(name) for line in lines[group] if line["logger"] == logger], name


def test_every_query_says_first_what_it_is_for_and_ends_with_a_limit() -> None:
    for name, text in QUERIES.items():
        assert text.startswith("# "), name
        assert re.search(r"\| limit \d+\n$", text), name
