"""What works behind the web server on one machine, as one family of processes: `python -m config.background`.

Six workers and a relay by themselves hold the same libraries seven times. Here one process loads them once and forks
the others, which share them. A worker loads its own domain only after the fork, so that a defect in one domain's code
stops no other's worker (ADR 8).
"""

import os
import sys
from functools import partial
from importlib import import_module

from chassis import celery
from chassis.children import Children
from chassis.entry import command_line
from config.domains import ALIASES

# What most of them would load, and what can be loaded without settings.
LIBRARIES = (
    "babel.dates",
    "django.contrib.admin",
    "django.contrib.messages.storage.base",
    "django.contrib.postgres.fields",
    "django.contrib.postgres.indexes",
    "django.contrib.staticfiles.finders",
    "django.core.management.base",
    "django.db.backends.postgresql.base",
    "django.db.migrations",
    "httpx",
    "joserfc.jwt",
    "msgspec",
    "prometheus_client.multiprocess",
    "psycopg_pool",
    "tantivy",
)


def main() -> None:
    """Load the libraries, then run the relay, a worker for each domain, and what follows a Magento, until stopped."""
    for name in LIBRARIES:
        import_module(name)
    celery.load()
    workers = {alias: partial(command, "work", alias, settings=settings_of(alias)) for alias in ALIASES}
    relay = partial(command, "relay", settings="config.settings.monolith")
    parts = {"relay": relay, **workers}
    if os.environ.get("MAGENTO_SOURCE"):
        parts["follow"] = partial(command, "strangle", "follow", settings="config.settings.platform")
    Children(parts, longest_pause=30.0).run()


def settings_of(alias: str) -> str:
    """What a domain's worker runs under. Operations and the strangler share a database and a worker."""
    return "config.settings.platform" if alias == "platform" else f"{alias}.standalone.settings"


def command(*words: str, settings: str) -> None:
    """Be `manage.py <words>` under these settings."""
    os.environ["DJANGO_SETTINGS_MODULE"] = settings
    sys.argv = ["manage.py", *words]
    command_line()


if __name__ == "__main__":
    main()
