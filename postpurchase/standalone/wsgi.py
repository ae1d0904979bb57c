"""The web process of this service."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "postpurchase.standalone.settings")

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()
