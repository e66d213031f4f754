"""Turns a clone into a client's own service: `make service NAME=invoice`; see pattern/docs/your-own-service.md."""
