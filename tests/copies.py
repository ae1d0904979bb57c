"""Databases for servers that a test starts, copied from what this test run has migrated already: in moments.

Migrating takes a test process half a minute of Python, and many tests want databases of their own.
"""

import subprocess

from chassis.testing import template_name
from config.local import postgres
from config.local.postgres import Cluster, program
from config.testing import STATE


def copy_templates(into: Cluster, *aliases: str) -> None:
    """Fill the empty databases of another cluster with what the migrations of these domains make."""
    server = postgres.ensure(STATE).admin_url.rpartition("/")[0]
    for alias in aliases:
        dump = subprocess.run(
            [program("pg_dump"), "--no-owner", "--no-acl", f"{server}/{template_name(alias)}"],
            check=True,
            capture_output=True,
        )
        subprocess.run(
            [program("psql"), "-q", "-X", "-1", "-v", "ON_ERROR_STOP=1", "-o", "/dev/null", into.url(alias)],
            check=True,
            input=dump.stdout,
            capture_output=True,
        )
