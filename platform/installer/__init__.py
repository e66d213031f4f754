"""Brings a cluster to the state that platform/ describes: python -m installer (make platform ENV=dev)."""
