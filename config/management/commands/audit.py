"""Whether orders, money, stock, ledgers and the payment providers' books agree: `manage.py audit`."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

import psycopg
from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError

from chassis import clock
from commerce.payment.providers.interface import ProviderRefused, ProviderUnanswered
from config.audit import EVERYTHING, lasting
from config.audit.books import opened
from config.audit.underway import underway


class Command(BaseCommand):
    """Reads only, by DATABASE_URL_<DOMAIN>_AUDIT. Exit status 1 when something does not fit."""

    help = "Hold the books of all domains and of the payment providers against each other, and say what does not fit."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--days", type=int, default=30, help="how far back payments and effects of orders are looked at (30)"
        )
        parser.add_argument(
            "--patience",
            type=float,
            default=20,
            metavar="SECONDS",
            help="what does not fit is looked at again after so long, since a shop at work is never still (20)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not 1 <= options["days"] <= 36500:
            raise CommandError("--days is a number from 1 to 36500.")
        if not 0 <= options["patience"] <= 3600:
            raise CommandError("--patience is a number of seconds from 0 to 3600.")
        since = clock.now() - timedelta(days=options["days"])
        try:
            with opened(since=since) as books:
                for sentence in underway(books):
                    self.stdout.write(f"under way: {sentence}")
                found = lasting(books, patience=options["patience"])
        except (ImproperlyConfigured, psycopg.Error) as error:
            raise CommandError(str(error)) from error
        except (ProviderUnanswered, ProviderRefused) as error:
            raise CommandError(f"A payment provider does not tell what it has booked: {error}") from error
        for sentence in found:
            self.stdout.write(sentence)
        if found:
            raise CommandError(f"{len(found)} things do not fit.", returncode=1)
        self.stdout.write(f"{len(EVERYTHING)} checks, and the books fit.")
