#!/usr/bin/env python
"""Django's command line for the whole deployment; a lifted domain has its own in <domain>/standalone."""

import os
import sys

import config  # noqa: F401  puts platform/ on sys.path

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.monolith")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
