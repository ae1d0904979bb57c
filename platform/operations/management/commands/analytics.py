"""manage.py analytics rebuild: derive every fact again from its kept event."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from operations.analytics.projection import rebuild


class Command(BaseCommand):
    help = "Derive every fact again from its kept event."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("verb", choices=["rebuild"])

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{rebuild()} facts derived again")
