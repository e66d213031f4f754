class Unanswered(Exception):  # noqa: N818  silence, not an error of ours
    """A source that judges the release (Prometheus, AWS) does not answer, or not with what can be understood."""
