"""The web process."""

import os

import config  # noqa: F401

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.monolith")

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()
