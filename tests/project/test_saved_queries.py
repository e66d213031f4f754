"""The saved queries of CloudWatch Logs Insights ask for fields that the service's lines really have."""

import json
import logging
import re

import pytest
from django.test import Client

from tests.postgresql_plugin import ROOT
from todoproject import audit
from todoproject.logs.formatter import JsonFormatter

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


class Lines(logging.Handler):
    """Keeps lines as stdout gets them."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(JsonFormatter(colour="blue"))
        self.lines: list[dict[str, object]] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(json.loads(self.format(record)))


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
