"""Logs: one JSON object a line on stdout, with the id of the request."""
