#!/usr/bin/env python3
"""Django's command line: `manage.py help` lists the commands."""

import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "todoproject.settings")
    # Five seconds bound a request, not a migration or a clean-up.
    os.environ.setdefault("STATEMENT_TIMEOUT_MS", "0")
    execute_from_command_line(sys.argv)
