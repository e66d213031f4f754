"""The one error that a person at the terminal is meant to read."""


class Refusal(Exception):  # noqa: N818  what it is: we refuse to go on, and say why
    """Carries one clear sentence: what is wrong and what to do. It is shown without a traceback; the exit code is 1."""
