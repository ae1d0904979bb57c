"""The two ways into a program of ours: a command line, and a web server's application.

Both end with the sentences, and without a traceback, when the settings are wrong: who reads them has a deployment to
mend and no code.
"""

import os
import sys
from collections.abc import Callable
from typing import Any

from django.core.exceptions import ImproperlyConfigured


def command_line() -> None:
    """Run Django's command line under DJANGO_SETTINGS_MODULE."""
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(str(error))


def application(settings_module: str) -> Callable[..., Any]:
    """The WSGI application under these settings, unless DJANGO_SETTINGS_MODULE names others."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", settings_module)
    import django

    try:
        django.setup(set_prefix=False)
        from chassis.web.requests import Application

        return Application()
    except ImproperlyConfigured as error:
        sys.exit(str(error))
