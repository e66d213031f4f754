"""Statements that are made once: they give the rows of the queryset, also after a migration of the table."""

import pytest
from django.db import DataError, connection
from django.db.models import Value
from django.db.models.functions import Concat
from django.db.transaction import TransactionManagementError, atomic
from django.db.utils import NotSupportedError
from prometheus_client import REGISTRY
from pytest_django import DjangoAssertNumQueries

from tests.conformance.factories import WorkSiteFactory
from tests.conformance.models import WorkSite
from todoproject.http.errors import is_unavailable
from todoproject.postgresql.base import DatabaseWrapper
from todoproject.postgresql.statements import Parameter, Statement, selection


def names() -> Statement:
    return selection(WorkSite.objects.filter(team_id=Parameter("team_id")).values("id", "name"))


def kept_by_the_server() -> int:
    """Return how many statements this session keeps in the server."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements")
        return int(cursor.fetchone()[0])


def test_a_statement_is_used_for_many_values_and_not_prepared_by_the_server(db: None) -> None:
    first, second = WorkSiteFactory.create(name="one"), WorkSiteFactory.create(name="two")
    statement, before = names(), kept_by_the_server()
    for site in (first, second, first) * 3:
        assert statement.rows({"team_id": site.team_id}) == [(site.pk, site.name)]
    assert kept_by_the_server() == before


def test_a_constant_stays_in_the_text_whatever_characters_it_has(db: None) -> None:
    site = WorkSiteFactory.create(name="100")
    rows = WorkSite.objects.filter(pk=Parameter("id")).annotate(share=Concat("name", Value("%s of 'it' %%")))
    assert selection(rows.values("share")).rows({"id": site.pk}) == [("100%s of 'it' %%",)]


def test_a_missing_value_is_named(db: None) -> None:
    with pytest.raises(KeyError, match="team_id"):
        names().rows({})


def test_it_is_one_query_in_djangos_log_and_one_statement_in_the_metrics(
    db: None, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    labels = {"alias": "default", "vendor": "postgresql"}
    before = REGISTRY.get_sample_value("django_db_execute_total", labels) or 0
    with django_assert_num_queries(1):
        names().rows({"team_id": 1})
    assert REGISTRY.get_sample_value("django_db_execute_total", labels) == before + 1


def test_an_error_of_postgresql_is_one_of_djangos_and_counted(db: None) -> None:
    labels = {"alias": "default", "vendor": "postgresql", "type": "InvalidTextRepresentation"}
    before = REGISTRY.get_sample_value("django_db_errors_total", labels) or 0
    with pytest.raises(DataError), atomic():
        names().rows({"team_id": "no number"})
    assert REGISTRY.get_sample_value("django_db_errors_total", labels) == before + 1


def test_nothing_is_asked_in_a_transaction_that_has_failed(db: None) -> None:
    with atomic():
        connection.set_rollback(True)
        with pytest.raises(TransactionManagementError):
            names().rows({"team_id": 1})


def test_a_new_connection_runs_it_too(transactional_db: None) -> None:
    site = WorkSiteFactory.create()
    statement = names()
    statement.rows({"team_id": site.team_id})
    connection.close()
    assert len(statement.rows({"team_id": site.team_id})) == 1


def test_a_migration_that_changes_a_column_costs_no_request_its_answer(transactional_db: None) -> None:
    site = WorkSiteFactory.create()
    statement = names()
    statement.rows({"team_id": site.team_id})
    alter("varchar(300)")
    try:
        assert len(statement.rows({"team_id": site.team_id})) == 1
        with atomic():
            alter("varchar(301)")
            assert len(statement.rows({"team_id": site.team_id})) == 1
    finally:
        alter("varchar(80)")


def test_a_statement_that_postgresql_does_not_support_is_no_503(db: None) -> None:
    with pytest.raises(NotSupportedError) as refused, atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM conformance_worksite FOR UPDATE")
    assert refused.value.__cause__.sqlstate == "0A000"  # type: ignore[union-attr]
    assert not is_unavailable(refused.value)


def alter(column_type: str) -> None:
    """Change a column as another session does."""
    other = DatabaseWrapper({**connection.settings_dict}, alias="other")
    try:
        with other.cursor() as cursor:
            cursor.execute(f"ALTER TABLE conformance_worksite ALTER COLUMN name TYPE {column_type}")
    finally:
        other.close()
