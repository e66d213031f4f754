"""Programs in Python that stand in for others on a test's PATH."""

import shlex
import sys


def beginning(options: str = "") -> str:
    """Return the first lines of a Python program that starts wherever this clone lies.

    Behind `#!` a path may have neither a space nor more than some 120 characters, so the shell starts Python: it reads
    the second line as a command, Python as a text (pip's scripts do the same).
    """
    return f"#!/bin/sh\n'''exec' {shlex.quote(sys.executable)} {options} \"$0\" \"$@\"\n' '''\n"
