"""Settings and secrets from environment and files, the ring of signing keys, and Django's key."""
