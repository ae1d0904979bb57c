"""What became of a Magento shop: `manage.py migration report`."""

from argparse import ArgumentParser
from datetime import timedelta
from pathlib import Path
from time import sleep
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from chassis import clock
from config.migration import as_json, as_text, report, underway

LOOK_SECONDS = 0.5


class Command(BaseCommand):
    """Reads only."""

    help = "Tell what each domain made of a shop's rows, and what is not carried and why."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("verb", choices=["report"])
        parser.add_argument("--name", default="magento", help="name of the source system, as given to strangle extract")
        parser.add_argument("--json", metavar="FILE", help="also write it as JSON; - for standard output only")
        parser.add_argument(
            "--wait", type=int, metavar="SECONDS", help="first wait until all that was sent has been applied"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["wait"] is not None:
            self._wait(options["wait"])
        found = report(options["name"])
        if options["json"] == "-":
            self.stdout.write(as_json(found))
            return
        if options["json"]:
            Path(options["json"]).write_text(as_json(found), encoding="utf-8")
        self.stdout.write(as_text(found))

    def _wait(self, seconds: int) -> None:
        """Until nothing is under way; CommandError when it takes longer."""
        end = clock.now() + timedelta(seconds=seconds)
        while left := underway():
            if clock.now() > end:
                raise CommandError(f"{left:,} still under way after {seconds} s. Do the relay and all workers run?")
            self.stderr.write(f"… {left:,} under way")
            sleep(LOOK_SECONDS)
