"""Whether orders, money, stock, ledgers and the payment providers' books agree: `manage.py audit`."""

from argparse import ArgumentParser
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import psycopg
from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError

from chassis import clock
from config.audit import EVERYTHING, for_staff, lasting
from config.audit.books import opened
from config.audit.underway import underway

WRONG, UNTOLD = 1, 2


class Command(BaseCommand):
    """Reads only, by DATABASE_URL_<DOMAIN>_AUDIT. Exit status 1: something does not fit; 2: it cannot be told."""

    help = "Hold the books of all domains and of the payment providers against each other, and say what does not fit."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--days", type=int, default=30, help="how far back payments and effects of orders are looked at (30)"
        )
        parser.add_argument(
            "--patience",
            type=float,
            default=60,
            metavar="SECONDS",
            help="what does not fit is looked at again after so long, since a shop at work is never still (60)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not 1 <= options["days"] <= 3650:
            raise CommandError("--days is a number from 1 to 3650.", returncode=UNTOLD)
        if not 0 <= options["patience"] <= 3600:
            raise CommandError("--patience is a number of seconds from 0 to 3600.", returncode=UNTOLD)
        since = clock.now() - timedelta(days=options["days"])
        try:
            with opened(since=since) as books:
                self._say("under way", underway(books))
                self._say("for staff", for_staff(books))
                found = lasting(books, patience=options["patience"])
        except (ImproperlyConfigured, psycopg.Error) as error:
            raise CommandError(str(error), returncode=UNTOLD) from error
        self._say("wrong", found)
        if found:
            raise CommandError(f"{len(found)} things do not fit.", returncode=WRONG)
        self.stdout.write(f"{len(EVERYTHING)} checks, and the books fit.")

    def _say(self, what: str, sentences: Iterable[str]) -> None:
        for sentence in sentences:
            self.stdout.write(f"{what}: {sentence}")
