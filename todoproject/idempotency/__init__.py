"""POST made safe to repeat: the ``Idempotency-Key`` header (draft-ietf-httpapi-idempotency-key-header)."""
