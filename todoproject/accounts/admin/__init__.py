"""Users, login sessions and failed logins in the admin: seen by all staff, acted on by editors. Groups: superusers."""

from todoproject.accounts.admin import failed_logins, groups, sessions, users

__all__ = ["failed_logins", "groups", "sessions", "users"]
