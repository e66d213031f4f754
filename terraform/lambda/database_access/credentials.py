"""A user name and a password as the JSON object in Secrets Manager; keys as in Secrets Manager's own templates."""

import json
import secrets
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True)
class Credentials:
    """Login of one database role. The representation never shows the password: it may end in a log."""

    username: str
    password: str

    @classmethod
    def generate(cls, username: str) -> Self:
        """Return a new password of 256 random bits, in characters that need no quoting anywhere."""
        return cls(username, secrets.token_urlsafe(32))

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what Secrets Manager returned; raise KeyError when a key is missing."""
        values = json.loads(text)
        return cls(values["username"], values["password"])

    def to_json(self) -> str:
        """Return what Secrets Manager is to keep."""
        return json.dumps({"username": self.username, "password": self.password})

    def __repr__(self) -> str:
        return f"Credentials({self.username!r})"
