"""The silence of those who judge a release."""

from collections.abc import Iterator
from contextlib import contextmanager


class Unanswered(Exception):  # noqa: N818  silence, not an error of ours
    """A source that judges the release (Prometheus, AWS) does not answer, or not with what can be understood."""


@contextmanager
def aws_answers(silence: str) -> Iterator[None]:
    """Turn what AWS's client raises into `Unanswered`, which begins with the words `silence`."""
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415  a flip back does not wait for it

    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise Unanswered(f"{silence}: {error}") from error
