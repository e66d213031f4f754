"""Secrets and settings from the environment: files, rings of keys, Django's key. Imports nothing of metrics."""
