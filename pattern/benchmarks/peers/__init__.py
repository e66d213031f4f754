"""Peers that the service is compared with. Each does the same work as its own documentation teaches it.

They run in `.venv-pattern`, which knows nothing of the service, on the service's tables, and take two variables:
DATABASE_URL and JWT_KEY (base64url). Where a documentation leaves a choice, the faster one was taken; what a peer does
less than the service speaks for the peer. `features` is for those that do what the service does: metrics, a JSON line a
request, a rate limit, ETag, Link, CORS and security headers.
"""
