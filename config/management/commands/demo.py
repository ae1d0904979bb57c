"""The demo shop: `manage.py demo load`."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from config.demo.load import load


class Command(BaseCommand):
    help = "Load the demo shop through the public commands; run again, it goes on where it was broken off."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("verb", choices=["load"])
        parser.add_argument(
            "--keep-sign-ins", action="store_true", help="write the sign-ins to the state folder without showing them"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        for line in load(say=self._say):
            if not options["keep_sign_ins"]:
                self._say(line)

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
