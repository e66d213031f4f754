"""Incidents on a laptop: a real Prometheus with our rules beside the real service, while things break."""
