"""Pytest plugin of the whole repository: a PostgreSQL cluster and a broker of the tests' own.

Loaded with `-p config.testing`, before Django reads its settings: it starts the embedded servers in a
state folder of their own, names databases that belong to this test process alone, and leaves the rest to
`chassis.testing`. The servers stay up between runs, which makes the second run fast; they listen on
loopback only.
"""

import os
from pathlib import Path

import config  # noqa: F401
from config.domains import ALIASES
from config.local import broker, postgres

STATE = Path(os.environ.get("SIXFOLD_TEST_STATE", Path(__file__).resolve().parent.parent / ".state" / "test"))


def prepare() -> None:
    """Start the servers and set the environment that settings and `chassis.testing` read."""
    if "SIXFOLD_TEST_ADMIN_URL" not in os.environ:
        cluster = postgres.ensure(STATE, settings={"fsync": "off", "full_page_writes": "off", "max_connections": "500"})
        os.environ["SIXFOLD_TEST_ADMIN_URL"] = cluster.admin_url
        for alias in ALIASES:
            os.environ[f"SIXFOLD_TEST_URL_{alias.upper()}"] = cluster.url(alias)
        os.environ["BROKER_URL"] = broker.ensure(STATE).url
    os.environ.setdefault("SECRET_KEY", "test-secret-of-more-than-thirty-two-characters")
    os.environ.setdefault("SIXFOLD_PERSONAL_KEYS", "t1:" + "dGVzdHRlc3R0ZXN0dGVzdHRlc3R0ZXN0dGVzdHRlc3Q=")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.test")


prepare()

from chassis.testing import *  # noqa: E402, F403
