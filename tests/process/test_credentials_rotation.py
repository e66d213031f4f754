"""A rotated password reaches the next connection without a restart."""

import secrets
from collections.abc import Iterator

import pytest
from psycopg import sql

from local.secrets import read_secret
from tests.process.conftest import Serve, Stage

pytestmark = pytest.mark.slow


def rotate(stage: Stage) -> None:
    """Change the password in the server and then in the file, and end every connection made with the old one."""
    role, password = read_secret(stage.secrets, "db_username"), secrets.token_urlsafe(24)
    with stage.server.connect() as superuser:
        statement = sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(role), sql.Literal(password))
        superuser.execute(statement)
        (stage.secrets / "db_password").write_text(f"{password}\n")
        superuser.execute("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = %s", [role])


@pytest.fixture
def former_password(stage: Stage) -> Iterator[str]:
    """Put back what other tests log in with."""
    former = read_secret(stage.secrets, "db_password")
    yield former
    (stage.secrets / "db_password").write_text(f"{former}\n")
    stage.provide()


def test_the_first_request_after_a_rotation_is_served(
    serve: Serve, stage: Stage, caller: dict[str, str], former_password: str
) -> None:
    gunicorn = serve(WEB_WORKERS="2")
    for _ in range(3):
        rotate(stage)
        assert {gunicorn.ask("GET", "/notices?limit=1", headers=caller).status for _ in range(10)} == {200}
    assert former_password not in gunicorn.log.read_text()


def test_a_wrong_password_is_a_503_and_is_never_logged(
    serve: Serve, stage: Stage, caller: dict[str, str], former_password: str
) -> None:
    gunicorn = serve()
    (stage.secrets / "db_password").write_text("a-wrong-password\n")
    with stage.server.connect() as superuser:
        superuser.execute("ALTER ROLE service_app PASSWORD 'and-another'")
        superuser.execute("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = 'service_app'")
    answer = gunicorn.ask("GET", "/notices?limit=1", headers=caller)
    assert answer.status == 503
    assert "password" not in answer.json["detail"]
    logged = gunicorn.log.read_text()
    assert former_password not in logged
    assert "a-wrong-password" not in logged
