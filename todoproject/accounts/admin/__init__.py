"""Users, their login sessions and failed logins in the admin: seen by all staff, acted on by editors."""

from todoproject.accounts.admin import failed_logins, sessions, users

__all__ = ["failed_logins", "sessions", "users"]
