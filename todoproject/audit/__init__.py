"""The audit trail: who did what to which rows, from where (docs/audit.md). Call sites say ``audit.record(…)``."""

from todoproject.audit.trail import record

__all__ = ["record"]
