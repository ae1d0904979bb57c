#!/usr/bin/env python
"""Django's command line for the whole deployment; a lifted domain has its own in <domain>/standalone."""

import os

import config  # noqa: F401  puts platform/ on sys.path
from chassis.entry import command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.monolith")
    command_line()
