"""Turns the secrets of a running service, as Secrets Manager and the people behind it do."""

import json
import secrets
import shutil
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from django.core.signing import Signer
from psycopg import sql

from local.postgresql import Server
from tests.process.gunicorn_process import Gunicorn

USERS = ("service_app", "service_app_clone")
WORKERS, THREADS = 2, 4


class Rotation:
    """A folder of secrets, of which each step edits one file or the pair that names a database user."""

    def __init__(self, folder: Path, source: Path, server: Server) -> None:
        shutil.copytree(source, folder)
        self.folder = folder
        self.server = server
        self.keys = [self.read("django_secret_key")]
        self.ring: list[dict[str, str]] = json.loads(self.read("jwt_signing_keys"))
        self.write("django_secret_key_fallbacks", json.dumps([]))

    @property
    def environment(self) -> dict[str, str]:
        names = ("django_secret_key", "django_secret_key_fallbacks", "jwt_signing_keys", "db_username", "db_password")
        return {f"{name.upper()}_FILE": str(self.folder / name) for name in names}

    def read(self, name: str) -> str:
        return (self.folder / name).read_text().removesuffix("\n")

    def write(self, name: str, text: str) -> None:
        """Swap a file as the kubelet does: who reads it finds the former text or this one."""
        beside = self.folder / ".new"
        beside.write_text(f"{text}\n")
        beside.replace(self.folder / name)

    # ── Keys: append, front, drop ────────────────────────────────────────────────────────────────────────────────────
    def append_keys(self) -> None:
        """Make new keys that verify only. From the ring the key before the present one goes, the very first stays."""
        self.keys.append(secrets.token_urlsafe(50))
        self.write("django_secret_key_fallbacks", json.dumps(self.keys))
        key = urlsafe_b64encode(secrets.token_bytes(32)).decode()
        kept = [entry for position, entry in enumerate(self.ring) if position != 1 or len(self.ring) == 2]
        self.write_ring([*kept, {"kid": secrets.token_hex(4), "key": key}])

    def front_keys(self) -> None:
        """Let the newest keys sign."""
        self.write("django_secret_key", self.keys[-1])
        self.write_ring([self.ring[-1], *self.ring[:-1]])

    def write_ring(self, ring: list[dict[str, str]]) -> None:
        self.ring = ring
        self.write("jwt_signing_keys", json.dumps(ring))

    # ── The database ─────────────────────────────────────────────────────────────────────────────────────────────────
    def change_password(self) -> None:
        """Change the password of the one user, in the server first: until the file follows, no new login works."""
        password = secrets.token_urlsafe(24)
        self.set_password(self.read("db_username"), password)
        time.sleep(0.2)
        self.write("db_password", password)

    def alternate_user(self) -> None:
        """Give the user who rests a new password, and let the service log in with it; the former user is shut out."""
        former = self.read("db_username")
        resting = next(user for user in USERS if user != former)
        password = secrets.token_urlsafe(24)
        self.set_password(resting, password)
        self.write("db_username", resting)
        time.sleep(0.1)
        self.write("db_password", password)
        self.set_password(former, secrets.token_urlsafe(24))

    def set_password(self, user: str, password: str) -> None:
        role, text = sql.Identifier(user), sql.Literal(password)
        with self.server.connect() as superuser:
            if not superuser.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [user]).fetchone():
                superuser.execute(sql.SQL("CREATE ROLE {} LOGIN IN ROLE service_app").format(role))
            superuser.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(role, text))

    def end_connections(self) -> int:
        with self.server.connect() as superuser:
            statement = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = ANY(%s)"
            return len(superuser.execute(statement, [list(USERS)]).fetchall())

    def connected(self) -> list[str]:
        """Return the user of each open connection."""
        with self.server.connect() as superuser:
            statement = "SELECT usename FROM pg_stat_activity WHERE usename = ANY(%s)"
            return [user for (user,) in superuser.execute(statement, [list(USERS)]).fetchall()]

    def connect_all_threads(self, gunicorn: Gunicorn, caller: dict[str, str]) -> None:
        """Return when every thread of every worker has its connection."""
        deadline = time.monotonic() + 180
        with ThreadPoolExecutor(24) as many:
            while len(self.connected()) < WORKERS * THREADS:
                assert time.monotonic() < deadline, self.connected()
                asking = partial(gunicorn.ask, "GET", "/notices?limit=1", headers=caller)
                for asked in [many.submit(asking) for _ in range(24)]:
                    assert asked.result().status == 200


class Looks:
    """Makes every worker look at its keys, by showing it what only unknown ones can have signed."""

    def __init__(self, gunicorn: Gunicorn, caller: dict[str, str]) -> None:
        self.gunicorn = gunicorn
        self.caller = caller

    def until_all_have_seen(self, *, changes: int) -> None:
        """Return when each worker has logged so many changes of the ring, and of the Django keys."""
        self.until(lambda: self.logged("keys, the first signs") >= changes * WORKERS)
        self.until(lambda: self.logged("one key signs") >= changes * WORKERS)

    def until(self, done: Callable[[], bool], *, seconds: float = 180) -> None:
        deadline = time.monotonic() + seconds
        while not done():
            assert time.monotonic() < deadline, self.gunicorn.log.read_text()[-4000:]
            with ThreadPoolExecutor(8) as many:  # at the same time, so that no worker goes without
                for asked in [many.submit(self.force) for _ in range(8)]:
                    asked.result()

    def force(self) -> None:
        unknown = "eyJhbGciOiJIUzI1NiIsImtpZCI6InVua25vd24ifQ.e30.c2lnbmF0dXJl"  # its kid is "unknown"
        assert self.gunicorn.ask("GET", "/notices", headers={"Authorization": f"Bearer {unknown}"}).status == 401
        cursor = Signer(key="of another service").sign("cursor")
        assert self.gunicorn.ask("GET", f"/notices?cursor={cursor}", headers=self.caller).status == 400

    def logged(self, words: str, levels: Sequence[str] = ("INFO",)) -> int:
        records = [line for line in self.gunicorn.log.read_text().splitlines() if words in line]
        return sum(any(f'"level":"{level}"' in line for level in levels) for line in records)
