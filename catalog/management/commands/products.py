"""Products as files: `manage.py products export FILE`, `manage.py products import FILE`."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from catalog.catalog.exchange.exporting import export_products
from catalog.catalog.exchange.importing import Outcome, import_products, rejected_rows


class Command(BaseCommand):
    """.csv is CSV, anything else JSON Lines."""

    help = "Write all products to a file, or save those of one; the same file again goes on where it was broken off."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("verb", choices=["export", "import"])
        parser.add_argument("file", type=Path)
        parser.add_argument("--rejected", type=Path, help="where refused rows go with their reasons, as JSON Lines")

    def handle(self, *args: Any, **options: Any) -> None:
        file: Path = options["file"]
        if options["verb"] == "export":
            self.stdout.write(f"{export_products(file)} products written to {file}")
            return
        if not file.is_file():
            raise CommandError(f"There is no file {file}.")
        outcome = import_products(file, say=self._say)
        self.stdout.write(f"{outcome.rows} rows, {outcome.rejected} refused")
        if options["rejected"]:
            with options["rejected"].open("w", encoding="utf-8") as out:
                out.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rejected_rows(file))
            self.stdout.write(f"refused rows are in {options['rejected']}")

    def _say(self, outcome: Outcome) -> None:
        self.stdout.write(f"{outcome.rows} rows, {outcome.rejected} refused so far")
        self.stdout.flush()
