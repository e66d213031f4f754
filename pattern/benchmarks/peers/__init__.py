"""Peers that the service is compared with. Each does the same work as its own documentation teaches it.

They run in `.venv-pattern`, which knows nothing of the service, on the service's tables, and take two variables:
DATABASE_URL and JWT_KEY (base64url). Where a documentation leaves a choice, the faster one was taken; what a peer does
less than the service (metrics, access log, throttling, ETag, Link, audit trail) speaks for the peer.
"""
