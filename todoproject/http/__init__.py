"""Middleware around every view: request ids and access log, proxies, body limits, security headers, errors."""
