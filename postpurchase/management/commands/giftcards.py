"""Gift cards by command line: `manage.py giftcards issue 50 EUR --expires 2027-12-31 --count 3`."""

from argparse import ArgumentParser
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from chassis.errors import DomainError
from postpurchase.credit.commands import IssueGiftCard, issue_gift_card


class Command(BaseCommand):
    """The codes are printed, one a line, and kept nowhere."""

    help = "Issue gift cards and print their codes, which cannot be read again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("verb", choices=["issue"])
        parser.add_argument("amount")
        parser.add_argument("currency")
        parser.add_argument("--expires", metavar="DAY", help="the first day on which it pays no more, YYYY-MM-DD")
        parser.add_argument("--count", type=int, default=1)
        parser.add_argument("--note", default="")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            command = IssueGiftCard(
                amount=Decimal(options["amount"]),
                currency=options["currency"],
                expires_at=_day(options["expires"]),
                note=options["note"],
            )
            for _ in range(options["count"]):
                self.stdout.write(issue_gift_card(command)[1])
        except (DomainError, InvalidOperation, ValueError) as error:
            raise CommandError(str(error) or "The amount is no number.") from error


def _day(text: str | None) -> datetime | None:
    return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC) if text else None
