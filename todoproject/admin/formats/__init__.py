"""Formats of times in the admin: FORMAT_MODULE_PATH, since Django lets a language's own formats win over settings."""
