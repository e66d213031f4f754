"""Turns a clone into a client's own service: `make service NAME=invoice`; the rest: docs/your-own-service.md."""
