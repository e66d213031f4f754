"""Answers a repeated request with the first answer.

The record is written in the transaction of the work: both exist or neither does, whatever fails in between. A second
request with the same key waits at the unique index for the first one's uncommitted row, at most ``lock_timeout``.
"""

import hashlib
import re
from collections.abc import Callable
from typing import Any

from django.db import OperationalError, connection, transaction
from django.http import HttpResponse
from psycopg.errors import LockNotAvailable
from rest_framework.exceptions import APIException, ParseError
from rest_framework.request import Request

from todoproject.idempotency.models import IdempotencyRecord

KEY = re.compile(r"[\x21-\x7e]{1,255}")
KEPT_HOURS = 24
KEPT_HEADERS = ("Content-Type", "ETag", "Location")

# Takes the key if it is new or its record has expired; returns a row only then.
CLAIM = f"""
    INSERT INTO idempotency_idempotencyrecord AS record
                (user_id, path, key, fingerprint, headers, body, expires_at)
         VALUES (%s, %s, %s, %s, '{{}}', '', now() + interval '{KEPT_HOURS} hours')
    ON CONFLICT (user_id, path, key) DO UPDATE
            SET fingerprint = excluded.fingerprint, status = NULL, expires_at = excluded.expires_at
          WHERE record.expires_at <= now()
      RETURNING id
"""  # noqa: S608  made of constants


class Conflict(APIException):
    """Another request holds the key; the client may try again after `wait` seconds."""

    status_code = 409
    default_detail = "A request with this Idempotency-Key has not ended yet."
    wait = 1


class IdempotencyKeyReused(APIException):
    status_code = 422
    default_detail = "This Idempotency-Key was used with another body."


def idempotently(request: Request, answer: Callable[[], HttpResponse]) -> HttpResponse:
    """Return ``answer()``, or its first answer to this user, path and key.

    Without the header it is called each time. Raises `ParseError` for a malformed key, `IdempotencyKeyReused` when the
    body differs from the first one, `Conflict` when the first request has not ended in time. An answer that raises
    leaves no record.
    """
    key = request.META.get("HTTP_IDEMPOTENCY_KEY")
    if key is None:
        return answer()
    if not KEY.fullmatch(key):
        raise ParseError("Idempotency-Key must be 1 to 255 visible ASCII characters.")
    user_id: Any = request.user.pk  # of a caller whom a token names
    path, fingerprint = request.path.rstrip("/"), hashlib.sha256(request.body).hexdigest()
    with transaction.atomic():
        record_id = _claim(user_id, path, key, fingerprint)
        if record_id is None:
            return _replay(IdempotencyRecord.objects.get(user=user_id, path=path, key=key), fingerprint)
        response = answer()
        IdempotencyRecord.objects.filter(pk=record_id).update(
            status=response.status_code,
            headers={name: response[name] for name in KEPT_HEADERS if name in response},
            body=response.content.decode(),
        )
    return response


def _claim(user_id: int, path: str, key: str, fingerprint: str) -> int | None:
    try:
        with connection.cursor() as cursor:
            cursor.execute(CLAIM, [user_id, path, key, fingerprint])
            row = cursor.fetchone()
    except OperationalError as error:
        if isinstance(error.__cause__, LockNotAvailable):
            raise Conflict from error
        raise
    return row[0] if row else None


def _replay(record: IdempotencyRecord, fingerprint: str) -> HttpResponse:
    if record.fingerprint != fingerprint:
        raise IdempotencyKeyReused
    headers = {**record.headers, "Idempotency-Replayed": "true"}
    return HttpResponse(record.body, status=record.status, headers=headers)
