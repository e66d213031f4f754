"""The bodies of the two token operations."""

from typing import Any

from rest_framework import serializers

from todoproject.api.fields import StrictCharField

# Django's own limit of a username, and longer than any passphrase or token of ours.
USERNAME_CHARACTERS = 150
PASSWORD_CHARACTERS = 1024
TOKEN_CHARACTERS = 2048


class Credentials(serializers.Serializer[Any]):
    """Nothing is trimmed: a space may belong to a password, and never belongs to a username."""

    username = StrictCharField(max_length=USERNAME_CHARACTERS, trim_whitespace=False)
    password = StrictCharField(
        max_length=PASSWORD_CHARACTERS, trim_whitespace=False, write_only=True, style={"input_type": "password"}
    )


class RefreshToken(serializers.Serializer[Any]):
    refresh = StrictCharField(
        max_length=TOKEN_CHARACTERS, trim_whitespace=False, help_text="The unused refresh token of the login session."
    )


class Tokens(serializers.Serializer[Any]):
    access = serializers.CharField(help_text="Sent as `Authorization: Bearer …`, for ten minutes.")
    refresh = serializers.CharField(help_text="Good for one use within seven days.")
