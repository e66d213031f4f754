class Unanswered(Exception):
    """A source that judges the release (Prometheus, AWS) does not answer, or not with what can be understood."""
