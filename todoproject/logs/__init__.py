"""Logs as one JSON object a line on stdout, each with the request it belongs to."""
