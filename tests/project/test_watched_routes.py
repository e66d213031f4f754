"""Rules, dashboards and the release tool's queries watch routes that the service has, by the names its metrics give."""

import re
from pathlib import Path

import pytest
from django.contrib.admindocs.views import extract_views_from_urlpatterns
from django.urls import get_resolver

from monitoring.generate.files import files
from monitoring.generate.table import FOLDER
from todoproject.metrics.middleware import template

# In JSON a quote inside of a query is escaped. A dashboard's own variable ($route) is no route.
MATCHER = re.compile(r'\broute(=~|!~|!=|=)\\?"([^"\\$]+)\\?"')
WATCHING = sorted(path for path, text in files().items() if MATCHER.search(text))


def routes() -> set[str]:
    """Every value of the label, as todoproject.metrics.middleware makes it."""
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
